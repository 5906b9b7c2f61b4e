//! Bytes to text, characters to classes (RFC 3261 §25.1).

use std::borrow::Cow;

/// SIP is UTF-8; old phones and gateways put Latin-1 into display names. Anything that is not UTF-8 is read as Latin-1,
/// which cannot fail.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}

/// `token` of the grammar: method names, header names, parameter names.
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte))
}

/// Spaces, tabs and line breaks: what may stand around separators.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Removes blanks at both ends.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    let Some(first) = text.iter().position(|&byte| !is_blank(byte)) else { return &[] };
    let last = text.iter().rposition(|&byte| !is_blank(byte)).unwrap_or(first);
    text.get(first..=last).unwrap_or_default()
}

/// Splits at `separator`, but neither inside a quoted string nor between `<` and `>`. Parts come trimmed, empty ones too.
pub(crate) fn split(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = find(text, separator);
        rest = end.and_then(|at| text.get(at + 1..));
        Some(text.get(..end.unwrap_or(text.len())).unwrap_or_default().trim())
    })
}

/// Where `wanted` (an ASCII byte) first stands outside quotes and angle brackets.
pub(crate) fn find(text: &str, wanted: u8) -> Option<usize> {
    scan(text, Some(wanted)).ok()
}

/// Whether every quote and angle bracket that opens is closed, so that what is appended does not become part of it.
pub(crate) fn is_closed(text: &str) -> bool {
    scan(text, None) == Err(Open(false))
}

/// Whether the text ended inside quotes or brackets.
#[derive(PartialEq, Eq)]
struct Open(bool);

fn scan(text: &str, wanted: Option<u8>) -> Result<usize, Open> {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        if escaped {
            escaped = false;
        } else if quoted {
            match byte {
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
        } else if Some(byte) == wanted && !bracketed {
            return Ok(at);
        } else {
            match byte {
                b'"' => quoted = true,
                b'<' => bracketed = true,
                b'>' => bracketed = false,
                _ => {}
            }
        }
    }
    Err(Open(quoted || bracketed))
}

/// The inside of a quoted string that starts `text` (escapes still in), and what follows its closing quote.
pub(crate) fn quoted(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((inside.get(..at)?, inside.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

/// Takes the backslashes out of the inside of a quoted string.
pub(crate) fn unquote(inside: &str) -> String {
    let mut chars = inside.chars();
    let mut plain = String::with_capacity(inside.len());
    while let Some(char) = chars.next() {
        plain.extend(if char == '\\' { chars.next() } else { Some(char) });
    }
    plain
}

/// Writes `text` as a quoted string.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for char in text.chars() {
        if matches!(char, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(char);
    }
    quoted.push('"');
    quoted
}

/// A decimal number; leading zeros are fine, signs, blanks and overflow are not.
pub(crate) fn number<T: std::str::FromStr>(digits: &str) -> Option<T> {
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}
