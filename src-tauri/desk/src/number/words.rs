//! Numbers among words: "Tel.: +7 (495) 229-49-89 доб. 12".

use super::{
    character::{is_dialled, is_separator},
    spelling::{Digits, number, post_dial},
};
use crate::target::TargetError;

/// The user part of RFC 3261 §25.1, without escapes and without what separates parts of a URI.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.!~*'&=+$#".contains(c))
}

/// The only run of digits that is long enough to be meant, with the extension that is named after it.
pub(super) fn number_in(text: &str) -> Result<Digits, TargetError> {
    let mut found: Vec<Digits> = Vec::new();
    for run in runs(text) {
        let (main, rest) = split_extension(run.text);
        let Ok(digits) = number(main) else { continue };
        if let Some(last) =
            found.last_mut().filter(|last| last.digits.len() >= MIN_WITH_EXTENSION && run.is_extension())
        {
            last.post_dial = post_dial(&digits).or(last.post_dial.take());
        } else if run.is_cut {
            return Err(TargetError::Undialable);
        } else if are_several(run.text) {
            return Err(TargetError::Ambiguous);
        } else if found.iter().all(|known| known.digits != digits) {
            found.push(Digits { post_dial: rest.and_then(post_dial), ..Digits::bare(digits) });
        }
    }
    if found.len() > 1 {
        let longest = found.iter().map(|run| run.digits.len()).max().unwrap_or_default();
        if longest >= MIN_IN_WORDS {
            found.retain(|run| run.digits.len() >= MIN_IN_WORDS);
        }
    }
    match found.len() {
        0 => Err(TargetError::Undialable),
        1 => found.pop().ok_or(TargetError::Undialable),
        _ => Err(TargetError::Ambiguous),
    }
}

/// A number and what to send after it: `x12` or `ext.12` at its end, pauses and what follows them, and `#12`.
pub(super) fn split_extension(text: &str) -> (&str, Option<&str>) {
    let text = text.trim();
    let digits_before = |at: usize| text[..at].chars().filter(char::is_ascii_digit).count();
    let is_post_dial = |rest: &str| rest.chars().all(|c| is_dialled(c) || is_separator(c) || ",pPwW".contains(c));
    let Some((at, c)) = text.char_indices().find(|&(at, c)| at > 0 && (c.is_ascii_alphabetic() || ",#*".contains(c)))
    else {
        return (text, None);
    };
    let enough = digits_before(at) >= MIN_WITH_EXTENSION;
    let (main, after) = (&text[..at], &text[at..]);
    match c {
        _ if main.starts_with(['*', '#']) => (text, None),
        // ", 12" may be anything; ",12" and ",,12#" are pauses.
        ',' if enough && is_post_dial(after) && !after.starts_with(", ") => (main, Some(after)),
        'p' | 'P' | 'w' | 'W' if enough && is_post_dial(after) => (main, Some(after)),
        '#' if digits_before(at) >= MIN_BEFORE_HASH && is_short(&after[1..]) => (main, Some(&after[1..])),
        c if c.is_ascii_alphabetic() && enough => match after.find(|c: char| !c.is_ascii_alphabetic()) {
            Some(end) if is_extension_word(&after[..end]) && is_short(&after[end..]) => {
                (main, Some(after[end..].trim_start_matches(|c: char| c == ':' || is_separator(c))))
            }
            _ => (text, None),
        },
        _ => (text, None),
    }
}

/// "84952294989 / 84952294990": parts that are numbers of their own; one with its `+` begins anew anyway.
pub(super) fn are_several(text: &str) -> bool {
    let parts = text.split(|c: char| c.is_whitespace() || c == '/');
    let is_whole = |part: &&str| part.chars().filter(char::is_ascii_digit).count() >= MIN_BESIDE_ANOTHER;
    parts.filter(is_whole).filter(|part| !part.contains(['*', '#', '+'])).count() > 1
}

/// Digits between other characters.
struct Run<'a> {
    text: &'a str,
    /// Since the run before.
    between: &'a str,
    /// A letter hangs on it by a dash: `1-800-` of `1-800-FLOWERS`.
    is_cut: bool,
}

impl Run<'_> {
    fn is_extension(&self) -> bool {
        let mut words = self.between.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        let is_pause = self.between.contains(',') && self.between.chars().all(|c| c == ',');
        (is_pause || words.any(is_extension_word)) && is_short(self.text)
    }
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let belongs = |c: char| is_dialled(c) || is_separator(c);
    let mut runs = Vec::new();
    let mut end_of_last = 0;
    let mut rest = 0;
    while let Some(start) = text[rest..].find(|c| is_dialled(c) || c == '+').map(|at| rest + at) {
        let sign = if text[start..].starts_with('+') { 1 } else { 0 };
        let length = text[start + sign..].find(|c| !belongs(c)).unwrap_or(text.len() - start - sign);
        let whole = &text[start..start + sign + length];
        let run = whole.trim_end_matches(is_separator);
        // A bracket that opens before the number belongs to it: "(495) 229".
        let is_cut = whole.ends_with('-') && text[start + whole.len()..].starts_with(|c: char| c.is_alphabetic());
        runs.push(Run { text: run, between: &text[end_of_last..start], is_cut });
        end_of_last = start + run.len();
        rest = start + whole.len().max(1);
    }
    runs
}

fn is_short(text: &str) -> bool {
    let digits = text.chars().filter(|c| is_dialled(*c)).count();
    (1..=MAX_EXTENSION).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || is_separator(c) || c == ':')
}

fn is_extension_word(word: &str) -> bool {
    let word = word.to_lowercase();
    EXTENSION_WORDS.contains(&word.as_str()) || EXTENSION_STEMS.iter().any(|stem| word.starts_with(stem))
}

/// Before the digits to send once the call is up.
const EXTENSION_WORDS: [&str; 19] = [
    "x",
    "ex",
    "int",
    "вн",
    "д",
    "داخلی",
    "داخلي",
    "تحويلة",
    "تحويله",
    "dahili",
    "dah",
    "dw",
    "nst",
    "app",
    "poste",
    "interno",
    "anexo",
    "tel-ext",
    "分机",
];
const EXTENSION_STEMS: [&str; 6] = ["ext", "доб", "внутр", "durchwahl", "nebenst", "dahil"];

/// Shorter runs beside a longer one are house numbers and the like.
const MIN_IN_WORDS: usize = 5;
/// What may have an extension.
const MIN_WITH_EXTENSION: usize = 5;
/// `*72#` is a code and `229#` perhaps too, but after a whole number `#12` is an extension.
const MIN_BEFORE_HASH: usize = 7;
const MIN_BESIDE_ANOTHER: usize = 7;
const MAX_EXTENSION: usize = 8;
