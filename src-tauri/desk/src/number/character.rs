//! The characters that numbers come in.

use crate::target::TargetError;

/// The text without what cannot be seen, in ASCII digits. Line ends and other controls inside, and marks that turn the
/// digits round, are nobody's number: what is dialled must be what was seen.
pub(super) fn clean(text: &str) -> Result<String, TargetError> {
    let text = text.trim();
    if text.chars().any(|c| (c.is_control() && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202e}')) {
        return Err(TargetError::Undialable);
    }
    Ok(text.chars().filter(|c| !is_invisible(*c)).map(ascii_digit).collect())
}

/// Percent escapes as UTF-8; a broken escape stays as it is and then fails as a number. Decoded digits may be Persian again.
pub(super) fn unescape(text: &str) -> Result<String, TargetError> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = match (byte, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        out.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    clean(&String::from_utf8_lossy(&out))
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Persian, Arabic and full-width digits and signs as ASCII.
pub(crate) fn ascii_digit(c: char) -> char {
    let digit = match c {
        '\u{660}'..='\u{669}' => u32::from(c) - 0x660,
        '\u{6f0}'..='\u{6f9}' => u32::from(c) - 0x6f0,
        '\u{ff10}'..='\u{ff19}' => u32::from(c) - 0xff10,
        '\u{ff0b}' | '\u{fe62}' => return '+',
        '\u{ff0a}' => return '*',
        '\u{ff03}' => return '#',
        '\u{60c}' | '\u{ff0c}' => return ',',
        _ => return c,
    };
    char::from_digit(digit, 10).unwrap_or(c)
}

/// What people put between digits (RFC 3966 visual separators, and every dash there is).
pub(super) fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '.' | '(' | ')' | '[' | ']' | '{' | '}' | '/' | '~')
        || matches!(
            c,
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{b7}' | '\u{2043}' | '\u{ff0d}' | '\u{ff08}' | '\u{ff09}'
        )
}

/// What numbers are made of.
pub(super) fn is_dialled(c: char) -> bool {
    matches!(c, '0'..='9' | '*' | '#')
}

/// Zero-width characters and direction marks, which come along when a number is copied from a page.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202d}' | '\u{2060}'..='\u{2069}')
        || matches!(c, '\u{fe0f}' | '\u{feff}')
}
