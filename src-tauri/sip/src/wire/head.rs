//! The start line and the header lines, found but not yet understood (RFC 3261 §7).

use std::borrow::Cow;
use std::ops::Range;

use super::text;
use super::{MAX_HEADERS, ParseError};

/// The first line.
#[derive(Debug, Clone)]
pub(super) enum Start {
    Request { method: Box<str>, uri: Box<str> },
    Status { code: u16, reason: Box<str> },
}

/// One header: where its name and its value lie in the message. Folded lines are one field.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
}

/// Where the head ends: the index after the blank line, searching from `from`.
pub(super) fn end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == b'\n')? + 1;
        match bytes.get(at..)? {
            [b'\n', ..] => return Some(at + 1),
            [b'\r', b'\n', ..] => return Some(at + 2),
            _ => {}
        }
    }
}

/// Reads the first line: what it says, its version (`2.0`), and its length with the line break.
pub(super) fn start(head: &[u8]) -> Result<(Start, Box<str>, usize), ParseError> {
    let len = head.iter().position(|&byte| byte == b'\n').map_or(head.len(), |at| at + 1);
    let line = text::decode(text::trim(head.get(..len).unwrap_or_default()));
    let (start, version) = match strip_version(&line) {
        Some(rest) => status(rest)?,
        None => request(&line)?,
    };
    Ok((start, version.into(), len))
}

fn status(rest: &str) -> Result<(Start, &str), ParseError> {
    let (version, rest) = rest.split_once(' ').ok_or(ParseError::StartLine)?;
    let (code, reason) = rest.trim_start().split_once(' ').unwrap_or((rest.trim_start(), ""));
    let code = text::number(code).filter(|code| (100..700).contains(code)).ok_or(ParseError::StartLine)?;
    Ok((Start::Status { code, reason: reason.trim().into() }, version))
}

fn request(line: &str) -> Result<(Start, &str), ParseError> {
    let (method, rest) = line.split_once(' ').ok_or(ParseError::StartLine)?;
    let (uri, version) = rest.rsplit_once(' ').ok_or(ParseError::StartLine)?;
    let (uri, version) = (uri.trim(), strip_version(version).ok_or(ParseError::StartLine)?);
    if !text::is_token(method.as_bytes()) || uri.is_empty() {
        return Err(ParseError::StartLine);
    }
    Ok((Start::Request { method: method.into(), uri: uri.into() }, version))
}

fn strip_version(text: &str) -> Option<&str> {
    let (name, rest) = text.split_at_checked(4)?;
    name.eq_ignore_ascii_case("SIP/").then_some(rest)
}

/// The header lines of `bytes[from..to]`. A line that is no header (no colon, a name with a blank in it) is passed over:
/// everything else in the message may still be good.
pub(super) fn fields(bytes: &[u8], from: usize, to: usize) -> impl Iterator<Item = Field> {
    let mut at = from;
    std::iter::from_fn(move || {
        while at < to {
            let line = at..logical_line_end(bytes, at, to);
            at = line.end;
            if let Some(field) = field(bytes, line) {
                return Some(field);
            }
        }
        None
    })
}

/// Like [`fields`], as a list that may not grow without a bound.
pub(super) fn bounded_fields(bytes: &[u8], from: usize, to: usize) -> Result<Vec<Field>, ParseError> {
    let fields: Vec<Field> = fields(bytes, from, to).take(MAX_HEADERS + 1).collect();
    if fields.len() > MAX_HEADERS { Err(ParseError::TooManyHeaders) } else { Ok(fields) }
}

/// The end of the line at `at`, with every line that continues it by starting with a blank.
fn logical_line_end(bytes: &[u8], mut at: usize, to: usize) -> usize {
    while let Some(more) = bytes.get(at..to).and_then(|rest| rest.iter().position(|&byte| byte == b'\n')) {
        at += more + 1;
        if !matches!(bytes.get(at), Some(b' ' | b'\t')) {
            return at.min(to);
        }
    }
    to
}

fn field(bytes: &[u8], line: Range<usize>) -> Option<Field> {
    let text = bytes.get(line.clone())?;
    let colon = text.iter().position(|&byte| byte == b':')?;
    let name = text::trim(text.get(..colon)?);
    let value = text::trim(text.get(colon + 1..)?);
    text::is_token(name).then(|| Field {
        name: line.start..line.start + name.len(),
        value: offset_in(bytes, value, line.start + colon + 1),
    })
}

/// Where the trimmed `part` lies in `bytes`, looking from `from`, before which only blanks were cut.
fn offset_in(bytes: &[u8], part: &[u8], from: usize) -> Range<usize> {
    let blanks = bytes.get(from..).unwrap_or_default().iter().take_while(|&&byte| text::is_blank(byte)).count();
    let start = if part.is_empty() { from } else { from + blanks };
    start..start + part.len()
}

/// The value on one line: each fold (a line break and the blanks around it) is one space (RFC 3261 §7.3.1).
pub(super) fn unfold(value: &[u8]) -> Cow<'_, [u8]> {
    if !value.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
        return Cow::Borrowed(value);
    }
    let lines = value.split(|byte| matches!(byte, b'\r' | b'\n')).map(text::trim).filter(|line| !line.is_empty());
    Cow::Owned(lines.collect::<Vec<_>>().join(&b' '))
}

/// The full name of a header that may have come in its compact form (RFC 3261 §7.3.3 and the IANA registry).
pub(super) fn full_name(name: &str) -> &str {
    let [letter] = name.as_bytes() else { return name };
    match letter.to_ascii_lowercase() {
        b'a' => "Accept-Contact",
        b'b' => "Referred-By",
        b'c' => "Content-Type",
        b'd' => "Request-Disposition",
        b'e' => "Content-Encoding",
        b'f' => "From",
        b'i' => "Call-ID",
        b'j' => "Reject-Contact",
        b'k' => "Supported",
        b'l' => "Content-Length",
        b'm' => "Contact",
        b'o' => "Event",
        b'r' => "Refer-To",
        b's' => "Subject",
        b't' => "To",
        b'u' => "Allow-Events",
        b'v' => "Via",
        b'x' => "Session-Expires",
        b'y' => "Identity",
        _ => name,
    }
}
