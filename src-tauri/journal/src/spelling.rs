//! One spelling for all: what people type finds what others wrote, in English, Russian and Persian.
//!
//! ```text
//!   Ёлкин, ООО "Рога-Копыта"  ──►  елкин ооо рога копыта
//!   علي‌رضا (Arabic ي, half space)  ──►  علیرضا علی رضا
//!   +7 (495) 229-49-89  ──►  74952294989, and each of its ends: 4952294989, 952294989, …
//! ```

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::number::{beginnings, digits, ends};

/// The words under which a text is found.
pub(crate) fn words(text: &str) -> Vec<String> {
    let folded = fold(text.chars().take(MAX_TEXT));
    let mut words = Vec::new();
    for piece in pieces(&folded) {
        match piece {
            Piece::Word(word) => {
                words.push(joined(word));
                words.extend(parts(word).filter(|part| *part != word).map(str::to_owned));
            }
            Piece::Digits(run) => {
                words.push(digits(run));
                words.extend(run.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The words under which a number is found, by any three digits of it.
pub(crate) fn number_words(number: &str) -> Vec<String> {
    let mut words = words(number);
    let digits = digits(number);
    words.extend(ends(&digits).skip(1).map(str::to_owned));
    words
}

/// What is asked for: all of these.
pub(crate) type Wanted = Vec<AnyOf>;
/// One of these is enough, …
pub(crate) type AnyOf = Vec<AllOf>;
/// … of which all words must begin like this.
pub(crate) type AllOf = Vec<String>;

/// Understands what was typed into the search field.
pub(crate) fn wanted(typed: &str) -> Wanted {
    let folded = fold(typed.chars().take(MAX_TYPED));
    pieces(&folded).map(any_of).filter(|any| !any.is_empty()).take(MAX_WORDS).collect()
}

fn any_of(piece: Piece<'_>) -> AnyOf {
    let (whole, apart): (Vec<String>, Vec<&str>) = match piece {
        Piece::Word(word) => (vec![joined(word)], parts(word).collect()),
        Piece::Digits(run) => {
            (beginnings(run), run.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect())
        }
    };
    let mut any: AnyOf = whole.into_iter().filter(|word| !word.is_empty()).map(|word| vec![word]).collect();
    if apart.len() > 1 {
        any.push(apart.into_iter().map(str::to_owned).collect());
    }
    any
}

/// Arabic and extended digits count as what they say.
pub(crate) fn ascii_digit(c: char) -> Option<char> {
    let value = match c {
        '0'..='9' => return Some(c),
        '\u{660}'..='\u{669}' => c as u32 - 0x660,
        '\u{6f0}'..='\u{6f9}' => c as u32 - 0x6f0,
        '\u{ff10}'..='\u{ff19}' => c as u32 - 0xff10,
        _ => return None,
    };
    char::from_digit(value, 10)
}

/// Lower case, without accents, letters and digits that look the same made the same.
fn fold(text: impl Iterator<Item = char>) -> String {
    let plain = text.flat_map(char::to_lowercase).nfkd();
    plain.filter(|c| !is_combining_mark(*c) && !is_invisible(*c)).map(unified).collect()
}

/// Marks of direction, soft hyphens and the Arabic stretching: there for the eye alone.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{640}' | '\u{200b}' | '\u{200d}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Arabic keyboards have other letters for Persian words; Turkish has an i of its own.
fn unified(c: char) -> char {
    match c {
        '\u{64a}' | '\u{649}' => '\u{6cc}',
        '\u{643}' => '\u{6a9}',
        '\u{629}' | '\u{6d5}' | '\u{6c1}' => '\u{647}',
        '\u{671}' => '\u{627}',
        'ı' => 'i',
        _ => ascii_digit(c).unwrap_or(c),
    }
}

enum Piece<'a> {
    /// Letters, and digits among them; may hold joiners.
    Word(&'a str),
    /// Digits as people group them: one number, perhaps.
    Digits(&'a str),
}

fn pieces(folded: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = folded;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '+');
        // A plus before letters is nothing.
        let start = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let run = run(rest).or_else(|| {
            rest = start;
            run(rest)
        });
        let length = run.unwrap_or_else(|| rest.find(|c: char| !is_of_word(c)).unwrap_or(rest.len()));
        let (piece, tail) = rest.split_at(length);
        rest = tail;
        match run {
            Some(_) => Some(Piece::Digits(piece)),
            None if piece.is_empty() => None,
            None => Some(Piece::Word(piece)),
        }
    })
}

/// How long the digits reach with which a text begins; `None` if they go over into letters, as in 2GIS.
fn run(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !is_of_run(c)).unwrap_or(text.len());
    let joined = text[end..].starts_with(is_of_word);
    let end = if joined { text[..end].rfind(' ').unwrap_or(0) } else { end };
    text[..end].contains(|c: char| c.is_ascii_digit()).then_some(end)
}

fn is_of_run(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | '.' | '/' | ' ' | '\u{2010}'..='\u{2013}')
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_joiner(c)
}

/// What some write within a word and others leave out: O'Brien, the Persian half space.
fn is_joiner(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '\u{200c}')
}

fn joined(word: &str) -> String {
    word.chars().filter(|c| !is_joiner(*c)).collect()
}

fn parts(word: &str) -> impl Iterator<Item = &str> {
    word.split(is_joiner).filter(|part| !part.is_empty())
}

/// A note is indexed so far; what is behind is kept, but not found.
const MAX_TEXT: usize = 8_000;
/// Nobody types more into a search field; what is pasted may be cut.
const MAX_TYPED: usize = 200;
const MAX_WORDS: usize = 8;
