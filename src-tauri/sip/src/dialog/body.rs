//! The session description in a message: the whole body, or one part of it (RFC 5621).

use crate::wire::Message;

/// The content type of a session description.
pub(crate) const SDP: &str = "application/sdp";

/// The session description, if there is one.
pub(crate) fn sdp_of(message: &Message) -> Option<Vec<u8>> {
    body_of(message, SDP)
}

/// The body of a type, or the part of that type in a multipart body.
pub(crate) fn body_of(message: &Message, wanted: &str) -> Option<Vec<u8>> {
    let content_type = message.content_type()?;
    if message.body().is_empty() {
        return None;
    }
    if content_type == wanted {
        return Some(message.body().to_vec());
    }
    if !content_type.starts_with("multipart/") {
        return None;
    }
    let header = message.header("Content-Type")?;
    let boundary = boundary(&header)?;
    parts(message.body(), boundary).find_map(|part| part_of_type(part, wanted))
}

fn boundary(content_type: &str) -> Option<&str> {
    let at = content_type.to_ascii_lowercase().find("boundary=")?;
    let value = content_type.get(at + "boundary=".len()..)?;
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => value.split(';').next()?.trim(),
    };
    (!value.is_empty()).then_some(value)
}

/// What stands between the delimiter lines.
fn parts<'a>(body: &'a [u8], boundary: &str) -> impl Iterator<Item = &'a [u8]> {
    let delimiter = format!("--{boundary}").into_bytes();
    let mut rest = Some(body);
    std::iter::from_fn(move || {
        let body = rest?;
        let (part, after) = match find(body, &delimiter) {
            Some(at) => (body.get(..at)?, body.get(at + delimiter.len()..)),
            None => (body, None),
        };
        rest = after;
        Some(part)
    })
}

fn part_of_type(part: &[u8], wanted: &str) -> Option<Vec<u8>> {
    let end = find(part, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(part.get(..end)?).to_ascii_lowercase();
    let is_wanted = head.lines().any(|line| {
        line.split_once(':').is_some_and(|(name, value)| {
            matches!(name.trim(), "content-type" | "c")
                && value.split(';').next().is_some_and(|value| value.trim() == wanted)
        })
    });
    let body = part.get(end + 4..)?;
    // The line break before a delimiter belongs to the delimiter.
    is_wanted.then(|| body.strip_suffix(b"\r\n").unwrap_or(body).to_vec())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
