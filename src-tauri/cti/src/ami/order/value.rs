//! What may be told to a PBX, so that it reads nothing else in it.

use super::verdict::Failure;
use crate::CallerId;

/// What cannot be told to a PBX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadValue {
    Extension,
    Number,
    Recording,
    Text,
}

/// `Name <number>`, or either alone.
pub(super) fn caller(id: &CallerId) -> Result<String, Failure> {
    let name = is_text(&id.name)?;
    let is_plain = !name.contains(['<', '>', '"', '\\']) && (id.number.is_empty() || is_exten(&id.number).is_ok());
    match (is_plain, name.is_empty(), id.number.is_empty()) {
        (false, ..) => Err(Failure::Value(BadValue::Text)),
        (_, _, true) => Ok(name.to_owned()),
        (_, true, _) => Ok(id.number.clone()),
        _ => Ok(format!("{name} <{}>", id.number)),
    }
}

/// What the PBX calls a telephone. A PBX of many clients writes whose it is before it: 3515*104.
pub(super) fn is_extension(text: &str) -> Result<&str, Failure> {
    let is_one =
        (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._*".contains(&b));
    is_one.then_some(text).ok_or(Failure::Value(BadValue::Extension))
}

/// What somebody dialled: nothing but what a telephone has keys for.
pub(super) fn is_number(text: &str) -> Result<&str, Failure> {
    let is_one = (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit() || b"+*#".contains(&b));
    is_one.then_some(text).ok_or(Failure::Value(BadValue::Number))
}

/// An extension of the dialplan, as settings name it.
pub(super) fn is_exten(text: &str) -> Result<&str, Failure> {
    let is_one =
        (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+*#._-".contains(&b));
    is_one.then_some(text).ok_or(Failure::Value(BadValue::Number))
}

/// A name of a channel, a context, a trunk.
pub(super) fn is_channel(text: &str) -> Result<&str, Failure> {
    let is_one = (1..=MAX_TEXT).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"@/._;-+:*".contains(&b));
    is_one.then_some(text).ok_or(Failure::Value(BadValue::Text))
}

/// A variable, as a line of its own.
pub(super) fn variable(name: &str, value: &str) -> Result<String, Failure> {
    // Commas would begin another variable; quotes and backslashes would be taken away.
    let is_plain = !value.contains([',', '"', '\\']) && !name.is_empty() && !name.contains(['=', ',', '"', '\\']);
    if !is_plain {
        return Err(Failure::Value(BadValue::Text));
    }
    Ok(format!("{}={}", is_text(name)?, is_text(value)?))
}

/// The folder of recordings: more would be options of the application, or another file.
pub(super) fn is_folder(text: &str) -> Result<&str, Failure> {
    let is_one = !text.contains([',', '&', '|', '"', '\\', '$']);
    is_text(text).and_then(|text| is_one.then_some(text).ok_or(Failure::Value(BadValue::Text)))
}

/// What fits into a line.
pub(super) fn is_text(text: &str) -> Result<&str, Failure> {
    let fits = text.len() <= MAX_TEXT && !text.chars().any(char::is_control);
    fits.then_some(text).ok_or(Failure::Value(BadValue::Text))
}

/// Longer texts are nobody's name.
pub(super) const MAX_TEXT: usize = 255;
