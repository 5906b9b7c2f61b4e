//! Cutting a stream into messages (RFC 3261 §18.3, RFC 5626 §3.5.1).

use super::{MAX_MESSAGE, head, text};

/// One thing found in a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A whole message, for [`parse`](super::parse). If that fails the message alone is lost: the next one is found.
    Message(Vec<u8>),
    /// Two line breaks: the peer wants to know whether we live; answer with one.
    Ping,
    /// One line break: the answer to our own ping.
    Pong,
    /// A message too long to be kept was passed over; the stream goes on.
    Skipped(&'static str),
    /// Nobody can say where the next message starts: close the connection. Nothing comes after this.
    Lost(&'static str),
}

/// Cuts a stream. Give it bytes with [`push`](Self::push), take frames with [`next`](Self::next) until there is none.
///
/// ```text
///   ┌──────────────┐ blank line ┌─────────────────┐ Content-Length bytes
///   │ reading head │───────────►│ reading message │──────────► Message ──► reading head
///   └──┬────────┬──┘            └─────────────────┘
///      │        │ length over the limit ┌──────────┐ all passed
///      │        └──────────────────────►│ skipping │──────────► Skipped ──► reading head
///      │ no length, no end              └──────────┘
///      └──────► Lost
/// ```
#[derive(Debug, Default)]
pub struct Framer {
    buffer: Vec<u8>,
    /// Up to here the buffer holds no end of a head, so a stream that comes byte by byte is searched once.
    searched: usize,
    /// The length of the message at the start of the buffer, once known.
    length: Option<usize>,
    /// How many bytes of a message over the limit are still to come.
    skip: u64,
    lost: bool,
}

/// A peer that announces more than this is not talking SIP.
const MAX_SKIP: u64 = 16 * 1024 * 1024;

impl Framer {
    /// A framer at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what the connection gave. Call [`next`](Self::next) until `None` before the next push: nothing bounds what is
    /// pushed at once but the caller.
    pub fn push(&mut self, bytes: &[u8]) {
        if !self.lost {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next frame, if there is a whole one.
    #[allow(clippy::should_implement_trait, reason = "`None` means not yet: this is no iterator that ends")]
    pub fn next(&mut self) -> Option<Frame> {
        if self.lost {
            return None;
        }
        if self.skip > 0 {
            return self.pass_over();
        }
        if let Some(length) = self.length {
            return self.take(length);
        }
        if let Some(frame) = self.line_breaks()? {
            return Some(frame);
        }
        match head::end(&self.buffer, self.searched) {
            Some(end) => self.measure(end),
            None if self.buffer.len() > MAX_MESSAGE => Some(self.lose("the headers never end")),
            None => {
                // The blank line may have come in part: its first break is looked at again.
                self.searched = self.buffer.len().saturating_sub(3);
                None
            }
        }
    }

    /// Line breaks between messages. Outer `None`: more bytes are needed to tell; inner `None`: no line break here.
    fn line_breaks(&mut self) -> Option<Option<Frame>> {
        let (length, frame) = match self.buffer.as_slice() {
            [] | [b'\r'] | [b'\r', b'\n', b'\r'] => return None,
            [b'\r', b'\n', b'\r', b'\n', ..] => (4, Frame::Ping),
            [b'\r', b'\n', ..] => (2, Frame::Pong),
            [b'\n', ..] => (1, Frame::Pong),
            _ => return Some(None),
        };
        self.buffer.drain(..length);
        Some(Some(frame))
    }

    fn measure(&mut self, head_end: usize) -> Option<Frame> {
        let body = match body_length(&self.buffer, head_end) {
            Ok(length) => length,
            Err(reason) => return Some(self.lose(reason)),
        };
        let length = u64::try_from(head_end).unwrap_or(u64::MAX).saturating_add(body);
        match usize::try_from(length) {
            Ok(length) if length <= MAX_MESSAGE => {
                self.length = Some(length);
                self.take(length)
            }
            _ if length <= MAX_SKIP => {
                self.skip = length;
                self.pass_over()
            }
            _ => Some(self.lose("Content-Length beyond reason")),
        }
    }

    fn take(&mut self, length: usize) -> Option<Frame> {
        if self.buffer.len() < length {
            return None;
        }
        let rest = self.buffer.split_off(length);
        self.length = None;
        self.searched = 0;
        Some(Frame::Message(std::mem::replace(&mut self.buffer, rest)))
    }

    fn pass_over(&mut self) -> Option<Frame> {
        let passed = self.buffer.len().min(usize::try_from(self.skip).unwrap_or(usize::MAX));
        self.buffer.drain(..passed);
        self.skip -= passed as u64;
        self.searched = 0;
        (self.skip == 0).then_some(Frame::Skipped("a message over the limit"))
    }

    fn lose(&mut self, reason: &'static str) -> Frame {
        self.lost = true;
        self.buffer = Vec::new();
        Frame::Lost(reason)
    }
}

/// The length of the body as the head tells it. On a stream Content-Length is mandatory (§18.3); a message without one and
/// without a Content-Type plainly has no body.
fn body_length(bytes: &[u8], head_end: usize) -> Result<u64, &'static str> {
    let first = bytes.iter().position(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let (mut length, mut has_type) = (None, false);
    for field in head::fields(bytes, first, head_end) {
        let name = bytes.get(field.name).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default();
        let name = head::full_name(name);
        if name.eq_ignore_ascii_case("Content-Length") {
            let value = bytes.get(field.value).map(text::decode).unwrap_or_default();
            let value = text::number::<u64>(&value).ok_or("Content-Length cannot be read")?;
            if length.replace(value).is_some_and(|other| other != value) {
                return Err("two different Content-Lengths");
            }
        }
        has_type |= name.eq_ignore_ascii_case("Content-Type");
    }
    match length {
        None if has_type => Err("a body without Content-Length"),
        length => Ok(length.unwrap_or(0)),
    }
}
