//! SIP messages as bytes (RFC 3261 §7, §20, §25).
//!
//! What arrives becomes a [`Message`]: the received bytes are kept, the start line and the header lines are found once, and
//! each header is read only when somebody asks for it. So a broken `Diversion` costs nobody the call, and what has to be
//! copied (`Via`, `Record-Route`, tags) is copied byte for byte.
//!
//! What we send is an [`Outgoing`], which refuses to carry a line break that somebody smuggled into a display name.
//!
//! Bytes of a stream go through a [`Framer`] first.

mod cseq;
mod encode;
mod frame;
mod head;
mod message;
mod name_addr;
mod params;
pub(crate) mod text;
mod uri;
mod via;

#[cfg(test)]
mod tests;

pub use cseq::CSeq;
pub use encode::{EncodeError, Outgoing};
pub use frame::{Frame, Framer};
pub use message::{Message, parse};
pub use name_addr::NameAddr;
pub use params::Params;
pub use uri::{Uri, escape, unescape};
pub use via::Via;

/// The longest message we read, in bytes: the most that a UDP datagram can hold.
pub const MAX_MESSAGE: usize = 64 * 1024;
/// The most header lines in one message.
pub const MAX_HEADERS: usize = 128;
/// The most Via values in one message: nobody sits behind more proxies than `Max-Forwards` lets through.
pub const MAX_VIAS: usize = 64;

/// Why bytes are not a SIP message at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Nothing but line breaks: a keep-alive (RFC 5626 §3.5).
    #[error("a keep-alive, no message")]
    KeepAlive,
    /// More than [`MAX_MESSAGE`] bytes.
    #[error("longer than {MAX_MESSAGE} bytes")]
    TooLong,
    /// More than [`MAX_HEADERS`] header lines.
    #[error("more than {MAX_HEADERS} headers")]
    TooManyHeaders,
    /// The blank line after the headers never came.
    #[error("no blank line after the headers")]
    Truncated,
    /// The first line is neither a request line nor a status line.
    #[error("the start line is neither a request nor a status")]
    StartLine,
}

/// Why one header cannot be used. The rest of the message is none the worse for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The message has no such header.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The header does not follow its grammar.
    #[error("{0} cannot be read")]
    Malformed(&'static str),
}

impl HeaderError {
    /// The full name of the header in question.
    pub fn header(self) -> &'static str {
        match self {
            Self::Missing(name) | Self::Malformed(name) => name,
        }
    }
}

/// A text that is not a URI, a name-addr, a Via or a CSeq.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a {0}")]
pub struct SyntaxError(pub(crate) &'static str);
