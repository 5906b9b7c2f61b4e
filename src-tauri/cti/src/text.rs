//! Bytes of a stranger as text.

use encoding_rs::Encoding;

use crate::http::Answer;

/// The body of an answer as text. Decided by the mark at its start, by its looks and by being UTF-8 or not, and only then by
/// the charset of `Content-Type` (RFC 9110 §8.3.2): some servers name one whatever they send. What the body declares of
/// itself is passed over: .NET says utf-16 of every string.
pub(crate) fn decode(answer: &Answer) -> String {
    let bytes = answer.body.as_slice();
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        // No text that we look for starts with a zero, and all of them start with ASCII.
        [first, 0, ..] if *first != 0 => utf16(bytes, u16::from_le_bytes),
        [0, second, ..] if *second != 0 => utf16(bytes, u16::from_be_bytes),
        _ => match (std::str::from_utf8(bytes), charset(answer)) {
            (Ok(text), _) => text.to_owned(),
            (Err(_), Some(charset)) => charset.decode_without_bom_handling(bytes).0.into_owned(),
            (Err(_), None) => String::from_utf8_lossy(bytes).into_owned(),
        },
    }
}

/// What `Content-Type` names, unless it is one that the bytes would have shown.
fn charset(answer: &Answer) -> Option<&'static Encoding> {
    let parameters = answer.content_type.as_deref()?.split(';').skip(1);
    let (_, label) = parameters
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Encoding::for_label(label.trim().trim_matches('"').as_bytes()).filter(|charset| charset.is_ascii_compatible())
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// One short line without control characters or anything that turns a line around.
pub(crate) fn plain(text: &str) -> String {
    let shown = |c: char| if is_shown(c) { c } else { ' ' };
    let line: String = text.chars().take(MAX_READ).map(shown).collect();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_WORDS) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// Neither a control character nor anything that turns a line around or hides in it.
pub(crate) fn is_shown(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Whether it is a page for people.
pub(crate) fn is_html(answer: &Answer, text: &str) -> bool {
    let start: String = text.trim_start().chars().take(14).collect();
    let start = start.to_ascii_lowercase();
    let typed = answer.content_type.as_deref().is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"));
    typed || start.starts_with("<html") || start.starts_with("<!doctype html")
}

const MAX_READ: usize = 4096;
const MAX_WORDS: usize = 80;
