//! Whether a message that could be read may be acted upon (RFC 3261 §8.1.3, §8.2, §16.3), and how to refuse it if not.
//!
//! A refusal is an answer: the sender of a request that we cannot use would otherwise ring for 32 seconds.

use crate::wire::{HeaderError, Message, Uri};

/// The option tags that a request may require of us (RFC 3261 §8.2.2.3).
pub const SUPPORTED: &[&str] = &["replaces", "timer", "norefersub", "100rel", "path", "outbound", "gruu", "eventlist"];

/// The methods that the standards know. One of these that the user agent does not offer is a 405 with `Allow`, said by the
/// user agent; any other is a 501, said here.
const METHODS: &[&str] = &[
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "OPTIONS",
    "REGISTER",
    "INFO",
    "UPDATE",
    "PRACK",
    "REFER",
    "NOTIFY",
    "SUBSCRIBE",
    "MESSAGE",
    "PUBLISH",
];

/// The headers that every message has exactly once, or at most once.
const SINGLE: &[&str] = &["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Type"];

/// Why a message is not acted upon, and what to tell its sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} {reason}")]
pub struct Refusal {
    /// The status code of the answer.
    pub code: u16,
    /// The reason phrase of the answer: names the fault.
    pub reason: &'static str,
    /// A header that the answer must carry: what was not supported.
    pub header: Option<(&'static str, String)>,
    /// Whether an answer can be sent: never to a response or an ACK, nor where the Via cannot be read.
    pub answerable: bool,
}

/// Looks at everything that the layers above rely on.
pub fn check(message: &Message) -> Result<(), Refusal> {
    let refuse = |fault: Fault| Refusal {
        code: fault.code,
        reason: fault.reason,
        header: fault.header,
        answerable: message.is_request() && message.method() != "ACK" && message.via().is_ok(),
    };
    version(message).and_then(|()| headers(message)).and_then(|()| request(message)).map_err(refuse)
}

struct Fault {
    code: u16,
    reason: &'static str,
    header: Option<(&'static str, String)>,
}

impl Fault {
    fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason, header: None }
    }

    fn bad(reason: &'static str) -> Self {
        Self::new(400, reason)
    }
}

impl From<HeaderError> for Fault {
    fn from(error: HeaderError) -> Self {
        Self::bad(match (error, error.header()) {
            (HeaderError::Missing(_), "Via") => "Missing Via",
            (HeaderError::Missing(_), "From") => "Missing From",
            (HeaderError::Missing(_), "To") => "Missing To",
            (HeaderError::Missing(_), "Call-ID") => "Missing Call-ID",
            (HeaderError::Missing(_), "CSeq") => "Missing CSeq",
            (HeaderError::Malformed(_), "Via") => "Bad Via",
            (HeaderError::Malformed(_), "From") => "Bad From",
            (HeaderError::Malformed(_), "To") => "Bad To",
            (HeaderError::Malformed(_), "Call-ID") => "Bad Call-ID",
            (HeaderError::Malformed(_), "CSeq") => "Bad CSeq",
            (HeaderError::Malformed(_), "Contact") => "Bad Contact",
            (HeaderError::Malformed(_), "Max-Forwards") => "Bad Max-Forwards",
            (HeaderError::Malformed(_), "Content-Length") => "Bad Content-Length",
            _ => "Bad Request",
        })
    }
}

fn version(message: &Message) -> Result<(), Fault> {
    if message.version() == "2.0" { Ok(()) } else { Err(Fault::new(505, "Version Not Supported")) }
}

fn headers(message: &Message) -> Result<(), Fault> {
    message.vias()?;
    message.via()?;
    message.from()?;
    message.to()?;
    message.call_id()?;
    let cseq = message.cseq()?;
    if message.is_request() && cseq.method != message.method() && METHODS.contains(&message.method()) {
        return Err(Fault::bad("CSeq Names Another Method"));
    }
    if SINGLE.iter().any(|name| message.headers(name).nth(1).is_some()) {
        return Err(Fault::bad("Duplicate Header"));
    }
    message.contacts()?;
    message.max_forwards()?;
    match message.content_length()? {
        Some(declared) if declared > message.body().len() => Err(Fault::bad("Body Shorter Than Content-Length")),
        _ => Ok(()),
    }
}

fn request(message: &Message) -> Result<(), Fault> {
    let Some(uri) = message.request_uri() else { return Ok(()) };
    if !METHODS.contains(&message.method()) {
        return Err(Fault::new(501, "Method Not Implemented"));
    }
    if uri.contains([' ', '\t']) {
        return Err(Fault::bad("Bad Request-URI"));
    }
    let uri = Uri::parse(uri).map_err(|_| Fault::bad("Bad Request-URI"))?;
    if !uri.is_sip() && !uri.scheme().eq_ignore_ascii_case("tel") {
        return Err(Fault::new(416, "Unsupported URI Scheme"));
    }
    required(message)
}

/// ACK and CANCEL cannot be refused for what they require (RFC 3261 §8.2.2.3).
fn required(message: &Message) -> Result<(), Fault> {
    if matches!(message.method(), "ACK" | "CANCEL") {
        return Ok(());
    }
    let is_known = |tag: &str| SUPPORTED.iter().any(|known| known.eq_ignore_ascii_case(tag));
    let mut unknown = message.list("Require");
    unknown.retain(|tag| !is_known(tag));
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Fault { header: Some(("Unsupported", unknown.join(", "))), ..Fault::new(420, "Bad Extension") })
}
