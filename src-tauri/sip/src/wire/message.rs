//! A message as it arrived.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::head::{self, Field, Start};
use super::{CSeq, HeaderError, MAX_MESSAGE, MAX_VIAS, NameAddr, ParseError, SyntaxError, Via, name_addr, text};

/// A request or a response as it arrived. Cheap to clone.
///
/// Names given to its functions may be in any case and are the full ones (`Call-ID`, not `i`); what stands in the message
/// may be either.
#[derive(Clone)]
pub struct Message {
    bytes: Arc<[u8]>,
    start: Start,
    version: Box<str>,
    fields: Arc<[Field]>,
    body: Range<usize>,
}

/// Reads one whole message: a datagram, or what a [`Framer`](super::Framer) cut out of a stream.
///
/// Line breaks before it are skipped, and the body ends where Content-Length says. Whether the message makes sense is for
/// [`check`](crate::check) to say.
pub fn parse(bytes: &[u8]) -> Result<Message, ParseError> {
    let skip = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let bytes = bytes.get(skip..).unwrap_or_default();
    match bytes.len() {
        0 => return Err(ParseError::KeepAlive),
        len if len > MAX_MESSAGE => return Err(ParseError::TooLong),
        _ => {}
    }
    let end = head::end(bytes, 0).ok_or(ParseError::Truncated)?;
    let (start, version, first) = head::start(bytes)?;
    let fields = head::bounded_fields(bytes, first, end)?;
    let mut message = Message { bytes: bytes.into(), start, version, fields: fields.into(), body: end..bytes.len() };
    if let Ok(Some(declared)) = message.content_length() {
        message.body.end = end.saturating_add(declared).min(bytes.len());
    }
    Ok(message)
}

/// The start line and the headers.
impl Message {
    /// Whether this is a request.
    pub fn is_request(&self) -> bool {
        matches!(self.start, Start::Request { .. })
    }

    /// The method of a request; of a response, the method of the request it answers (empty if CSeq cannot be read).
    pub fn method(&self) -> &str {
        match &self.start {
            Start::Request { method, .. } => method,
            Start::Status { .. } => self.method_of_cseq(),
        }
    }

    fn method_of_cseq(&self) -> &str {
        let value = self.fields_named("CSeq").next().map(|field| self.raw(&field.value)).unwrap_or_default();
        let value = std::str::from_utf8(value).unwrap_or_default();
        value.split_ascii_whitespace().nth(1).unwrap_or_default()
    }

    /// The Request-URI as it came.
    pub fn request_uri(&self) -> Option<&str> {
        match &self.start {
            Start::Request { uri, .. } => Some(uri),
            Start::Status { .. } => None,
        }
    }

    /// The status code of a response, 100 to 699.
    pub fn status(&self) -> Option<u16> {
        match self.start {
            Start::Status { code, .. } => Some(code),
            Start::Request { .. } => None,
        }
    }

    /// The reason phrase of a response, as the peer put it.
    pub fn reason(&self) -> Option<&str> {
        match &self.start {
            Start::Status { reason, .. } => Some(reason),
            Start::Request { .. } => None,
        }
    }

    /// The version after `SIP/`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The first header of that name, on one line.
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.headers(name).next()
    }

    /// The value of each header line of that name, on one line.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = Cow<'_, str>> {
        self.fields_named(name).map(|field| self.value(field))
    }

    /// The same as bytes, to be copied: nothing is decoded; folds are one space.
    pub fn raw_headers(&self, name: &str) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.fields_named(name).map(|field| head::unfold(self.raw(&field.value)))
    }

    /// Every header line in order, by its full name if it came in the compact form.
    pub fn all_headers(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.fields.iter().map(|field| (self.name(field), self.value(field)))
    }

    /// The comma-separated values of all lines of that name, in order. Commas in quotes and brackets do not separate, and
    /// empty values are passed over.
    pub fn list(&self, name: &str) -> Vec<Cow<'_, str>> {
        let mut values = Vec::new();
        for line in self.headers(name) {
            match line {
                Cow::Borrowed(line) => values.extend(text::split(line, b',').map(Cow::Borrowed)),
                Cow::Owned(line) => values.extend(text::split(&line, b',').map(|value| Cow::Owned(value.to_owned()))),
            }
        }
        values.retain(|value| !value.is_empty());
        values
    }

    /// The body, cut where Content-Length says.
    pub fn body(&self) -> &[u8] {
        self.raw(&self.body)
    }

    /// The message as it arrived, without line breaks before it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn fields_named(&self, name: &str) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| self.name(field).eq_ignore_ascii_case(name))
    }

    fn name(&self, field: &Field) -> &str {
        head::full_name(std::str::from_utf8(self.raw(&field.name)).unwrap_or_default())
    }

    fn value(&self, field: &Field) -> Cow<'_, str> {
        match head::unfold(self.raw(&field.value)) {
            Cow::Borrowed(value) => text::decode(value),
            Cow::Owned(value) => Cow::Owned(text::decode(&value).into_owned()),
        }
    }

    fn raw(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }
}

/// The headers with a grammar, read when asked for.
impl Message {
    /// The topmost Via.
    pub fn via(&self) -> Result<Via, HeaderError> {
        let line = self.header("Via").ok_or(HeaderError::Missing("Via"))?;
        let top = text::split(&line, b',').next().unwrap_or_default();
        Via::parse(top).map_err(|_| HeaderError::Malformed("Via"))
    }

    /// Every Via, topmost first; at most [`MAX_VIAS`].
    pub fn vias(&self) -> Result<Vec<Via>, HeaderError> {
        let values = self.list("Via");
        if values.len() > MAX_VIAS {
            return Err(HeaderError::Malformed("Via"));
        }
        values
            .iter()
            .map(|value| Via::parse(value))
            .collect::<Result<_, _>>()
            .map_err(|_| HeaderError::Malformed("Via"))
    }

    /// From.
    pub fn from(&self) -> Result<NameAddr, HeaderError> {
        self.one("From", NameAddr::parse)
    }

    /// To.
    pub fn to(&self) -> Result<NameAddr, HeaderError> {
        self.one("To", NameAddr::parse)
    }

    /// Every Contact. The `*` of a REGISTER that removes all bindings is none of them: see
    /// [`has_wildcard_contact`](Self::has_wildcard_contact).
    pub fn contacts(&self) -> Result<Vec<NameAddr>, HeaderError> {
        if self.has_wildcard_contact() { Ok(Vec::new()) } else { self.addresses("Contact") }
    }

    /// `Contact: *` (RFC 3261 §10.2.2).
    pub fn has_wildcard_contact(&self) -> bool {
        self.header("Contact").is_some_and(|value| value == "*")
    }

    /// Every Record-Route, topmost first.
    pub fn record_routes(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.addresses("Record-Route")
    }

    /// Every value of a header that is a list of addresses (Path, Service-Route, P-Asserted-Identity, Diversion, …).
    pub fn addresses(&self, name: &'static str) -> Result<Vec<NameAddr>, HeaderError> {
        let values = self.list(name);
        values
            .iter()
            .map(|value| NameAddr::parse(value))
            .collect::<Result<_, _>>()
            .map_err(|_| HeaderError::Malformed(name))
    }

    /// The one address of a header (Refer-To, Referred-By, Reply-To, …).
    pub fn address(&self, name: &'static str) -> Result<NameAddr, HeaderError> {
        self.one(name, NameAddr::parse)
    }

    /// CSeq.
    pub fn cseq(&self) -> Result<CSeq, HeaderError> {
        self.one("CSeq", CSeq::parse)
    }

    /// Call-ID.
    pub fn call_id(&self) -> Result<String, HeaderError> {
        self.one("Call-ID", |value| {
            let is_word = !value.is_empty() && !value.contains(char::is_whitespace);
            if is_word { Ok(value.to_owned()) } else { Err(SyntaxError("Call-ID")) }
        })
    }

    /// Content-Length, in bytes; `None` if absent. Several that say the same are one.
    pub fn content_length(&self) -> Result<Option<usize>, HeaderError> {
        let mut lengths = self.headers("Content-Length").map(|value| text::number::<usize>(&value));
        let Some(first) = lengths.next() else { return Ok(None) };
        let agree = lengths.all(|length| length == first);
        first.filter(|_| agree).map(Some).ok_or(HeaderError::Malformed("Content-Length"))
    }

    /// Content-Type without its parameters, in lower case: `application/sdp`.
    pub fn content_type(&self) -> Option<String> {
        let value = self.header("Content-Type")?;
        let essence = value.split(';').next().unwrap_or_default();
        Some(essence.split_ascii_whitespace().collect::<String>().to_ascii_lowercase())
    }

    /// Expires, in seconds. What cannot be read counts as absent (RFC 3261 §20.19).
    pub fn expires(&self) -> Option<u32> {
        self.seconds("Expires")
    }

    /// Min-Expires of a 423, in seconds.
    pub fn min_expires(&self) -> Option<u32> {
        self.seconds("Min-Expires")
    }

    /// Retry-After, in seconds, without its comment and parameters.
    pub fn retry_after(&self) -> Option<u32> {
        let value = self.header("Retry-After")?;
        name_addr::seconds(value.split([';', '(', ' ']).next()?)
    }

    /// Max-Forwards; `None` if absent.
    pub fn max_forwards(&self) -> Result<Option<u32>, HeaderError> {
        let Some(value) = self.header("Max-Forwards") else { return Ok(None) };
        text::number(&value).map(Some).ok_or(HeaderError::Malformed("Max-Forwards"))
    }

    /// The seconds at the start of a header that may have parameters (Session-Expires, Min-SE).
    pub fn seconds(&self, name: &str) -> Option<u32> {
        name_addr::seconds(self.header(name)?.split(';').next()?.trim())
    }

    fn one<T>(&self, name: &'static str, read: impl FnOnce(&str) -> Result<T, SyntaxError>) -> Result<T, HeaderError> {
        let value = self.header(name).ok_or(HeaderError::Missing(name))?;
        read(&value).map_err(|_| HeaderError::Malformed(name))
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::decode(&self.bytes))
    }
}
