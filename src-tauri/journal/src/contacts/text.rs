//! Bytes of a file as text, and what of it is kept.

use std::borrow::Cow;

use super::{Contact, MAX_CONTACTS, MAX_FILE, ReadError};
use crate::number::digits;

/// UTF-8, or UTF-16 if it says so.
pub(super) fn decode(file: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    if file.len() > MAX_FILE {
        return Err(ReadError::TooLarge);
    }
    match file {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => utf8(rest),
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| ReadError::Encoding)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, ReadError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    text.ok().filter(|_| rest.is_empty()).map(Cow::Owned).ok_or(ReadError::Encoding)
}

/// One line for people: no control characters, none that turn the direction of what follows, not too long.
pub(super) fn line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let turns = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    let text: String = text.trim().chars().take(MAX_LINE).filter(|c| !turns(c)).map(plain).collect();
    text.trim().to_owned()
}

/// Several lines: a note.
pub(super) fn lines(text: &str) -> String {
    let plain = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    text.trim().chars().take(MAX_NOTE).map(plain).collect::<String>().trim_end().to_owned()
}

/// A number, if there is one in it.
pub(super) fn number(text: &str) -> Option<String> {
    let number = line(text);
    (2..=MAX_DIGITS).contains(&digits(&number).len()).then_some(number)
}

/// Keeps those who can be found.
pub(super) fn keep(contacts: &mut Vec<Contact>, contact: Contact) {
    let named = !contact.name.is_empty() || contact.company.is_some();
    if named && !contact.numbers.is_empty() && contacts.len() < MAX_CONTACTS {
        contacts.push(contact);
    }
}

pub(super) fn some(contacts: Vec<Contact>) -> Result<Vec<Contact>, ReadError> {
    if contacts.is_empty() { Err(ReadError::Empty) } else { Ok(contacts) }
}

const MAX_LINE: usize = 200;
const MAX_NOTE: usize = 2_000;
const MAX_DIGITS: usize = 24;
