//! Lines to messages and back. A message is lines of `Name: value` and an empty one; a connection begins with a line that
//! greets, without an empty one after it.
//!
//! What is too long is dropped by the message, and reading goes on behind the next empty line. What we write is refused if it
//! holds a line break, as the rest of it would be a header, or an action, of somebody else's making.

#[cfg(test)]
mod tests;

use std::{fmt, mem};

/// What came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// The line that greets a connection: `Asterisk Call Manager/11.0.0`.
    Banner(String),
    /// An event or an answer.
    Message(Message),
    /// A message that was too long, and is gone.
    Dropped(Oversize),
}

/// Why a message was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Oversize {
    /// One of its lines.
    #[error("a line of more than {MAX_LINE} bytes")]
    Line,
    /// Too many of them.
    #[error("a message of more than {MAX_HEADERS} lines")]
    Headers,
    /// All of them together.
    #[error("a message of more than {MAX_MESSAGE} bytes")]
    Message,
}

/// Headers in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message(Vec<(String, String)>);

impl Message {
    /// The first value of a name, in whichever case it is written. Empty if it was sent empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// All values of a name that may repeat, like `Variable`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The first value of a name, if it says anything: what Asterisk does not know it calls `<unknown>`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty() && *value != "<unknown>")
    }

    /// All headers.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The event's name. `OriginateResponse` has a `Response` too, and is an event all the same.
    pub fn event(&self) -> Option<&str> {
        self.get("Event")
    }

    /// `Success`, `Error`, `Goodbye`: of an answer.
    pub fn response(&self) -> Option<&str> {
        self.get("Response").filter(|_| self.event().is_none())
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Message {
    fn from_iter<T: IntoIterator<Item = (&'a str, &'a str)>>(headers: T) -> Self {
        Self(headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

/// Makes messages of bytes, however they are cut. Holds 256 KiB and a line at most.
#[derive(Debug, Default)]
pub struct Decoder {
    greeted: bool,
    line: Vec<u8>,
    headers: Vec<(String, String)>,
    size: usize,
    oversize: Option<Oversize>,
}

impl Decoder {
    /// Takes in bytes, and says what they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Incoming> {
        let mut incoming = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, ends) = match piece {
                [text @ .., b'\n'] => (text, true),
                text => (text, false),
            };
            self.extend(text);
            if ends {
                incoming.extend(self.end_line());
            }
        }
        incoming
    }

    fn extend(&mut self, text: &[u8]) {
        let room = MAX_LINE.saturating_sub(self.line.len());
        if text.len() > room {
            self.oversize.get_or_insert(Oversize::Line);
        }
        self.line.extend(text.iter().take(room));
    }

    fn end_line(&mut self) -> Option<Incoming> {
        let line = mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if line.is_empty() {
            return self.end_message();
        }
        let line = String::from_utf8_lossy(line);
        let header = line.split_once(':');
        if !mem::replace(&mut self.greeted, true) && header.is_none() {
            return Some(self.oversize.take().map_or_else(|| Incoming::Banner(line.into_owned()), Incoming::Dropped));
        }
        // What a command of the console says may come as bare lines.
        let (name, value) = header.unwrap_or(("Output", &line));
        self.size += line.len();
        if self.size > MAX_MESSAGE {
            self.oversize.get_or_insert(Oversize::Message);
        } else if self.headers.len() >= MAX_HEADERS {
            self.oversize.get_or_insert(Oversize::Headers);
        }
        if self.oversize.is_none() {
            self.headers.push((name.trim().to_owned(), value.trim_start().to_owned()));
        }
        None
    }

    fn end_message(&mut self) -> Option<Incoming> {
        let headers = mem::take(&mut self.headers);
        self.size = 0;
        match self.oversize.take() {
            Some(oversize) => Some(Incoming::Dropped(oversize)),
            None => (!headers.is_empty()).then_some(Incoming::Message(Message(headers))),
        }
    }
}

/// What the PBX is to do.
#[derive(Clone, PartialEq, Eq)]
pub struct Action {
    name: &'static str,
    headers: Vec<(String, String)>,
}

/// Values may hold a secret, so only the names are shown.
impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.headers.iter().map(|(name, _)| name.as_str());
        write!(f, "Action({}: {})", self.name, names.collect::<Vec<_>>().join(", "))
    }
}

/// Why an action cannot be written. Says which header, not what is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    /// A line break would end the header, and begin another.
    #[error("{0} holds a line break or a zero byte: look for odd characters in the settings of the PBX")]
    Broken(String),
    /// The PBX would drop the line.
    #[error("{0} is longer than a PBX reads: shorten it")]
    TooLong(String),
}

impl Action {
    /// An action without headers: `Ping`.
    pub fn new(name: &'static str) -> Self {
        Self { name, headers: Vec::new() }
    }

    /// With one more header. A name may repeat.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// As it goes out, to be answered under `id`.
    ///
    /// # Errors
    /// If a header would not arrive as one.
    pub fn encode(&self, id: &str) -> Result<Vec<u8>, Unsendable> {
        let own = [("Action", self.name), ("ActionID", id)];
        let rest = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut text = String::new();
        for (name, value) in own.into_iter().chain(rest) {
            if name.is_empty() || name.contains(':') || [name, value].iter().any(|part| part.contains(BREAKS)) {
                return Err(Unsendable::Broken(name.chars().filter(|c| !c.is_control()).collect()));
            }
            let line = format!("{name}: {value}\r\n");
            if line.len() > MAX_SENT_LINE {
                return Err(Unsendable::TooLong(name.chars().take(64).collect()));
            }
            text += &line;
        }
        text += "\r\n";
        Ok(text.into_bytes())
    }
}

const BREAKS: [char; 3] = ['\r', '\n', '\0'];

/// A longer line is not read.
pub(super) const MAX_LINE: usize = 8 * 1024;
/// A message of more lines is not read.
pub(super) const MAX_HEADERS: usize = 1024;
/// A longer message is not read.
pub(super) const MAX_MESSAGE: usize = 256 * 1024;
/// Asterisk reads lines of 1 024 bytes.
const MAX_SENT_LINE: usize = 1024;
