//! What an INVITE says of itself beside the caller's number: enough for a card before the PBX has told anything.

use crate::call::plain;

/// Headers as the phone hands them on, safe to show and bounded.
pub(crate) fn headers(headers: Vec<(String, String)>) -> Vec<(String, String)> {
    let short = |(name, text): (String, String)| (plain(&name, MAX_NAME), readable(&name, &text));
    headers.into_iter().take(MAX_HEADERS).map(short).collect()
}

/// The queue that some PBXs name.
pub(super) fn queue(headers: &[(String, String)]) -> Option<String> {
    find(headers, &["X-Queue-Name", "X-Queue", "X-Asterisk-Queue"]).map(str::to_owned)
}

/// The line that was called, as some PBXs name it.
pub(super) fn did(headers: &[(String, String)]) -> Option<String> {
    find(headers, &["X-DID", "X-Called-Number", "X-Dialed-Number"]).map(str::to_owned)
}

/// Who sent the call on (RFC 5806): the user part.
pub(super) fn diversion(headers: &[(String, String)]) -> Option<String> {
    let text = find(headers, &["Diversion"])?;
    let address = text.split_once("sip:").or_else(|| text.split_once("tel:")).map_or(text, |(_, rest)| rest);
    let user = address.split(['@', '>', ';']).next().unwrap_or_default();
    (!user.is_empty()).then(|| plain(user, MAX_NAME))
}

fn find<'a>(headers: &'a [(String, String)], names: &[&str]) -> Option<&'a str> {
    let named = |name: &str| headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    names.iter().find_map(|name| named(name)).map(|(_, text)| text.as_str()).filter(|text| !text.is_empty())
}

/// User-to-User (RFC 7433) travels as hexadecimal digits; text in them is shown as text.
fn readable(name: &str, text: &str) -> String {
    let hex = name.eq_ignore_ascii_case("User-to-User").then(|| text.split(';').next().unwrap_or_default().trim());
    let decoded = hex.and_then(unhex).and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = decoded.filter(|text| !text.chars().any(char::is_control));
    plain(decoded.as_deref().unwrap_or(text), MAX_TEXT)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

const MAX_HEADERS: usize = 32;
const MAX_NAME: usize = 64;
const MAX_TEXT: usize = 256;
