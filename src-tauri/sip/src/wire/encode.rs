//! What we send. The only file that names `rsip`: it holds the message as plain values and prints the head; bodies and the
//! rules of what may stand in a value are ours.

use std::net::SocketAddr;

use rsip::{Header, Method, StatusCode, Version};

use super::{Message, text, via};

/// A request or a response on its way out.
///
/// ```
/// let options = sip::wire::Outgoing::request("OPTIONS", "sip:100@pbx.example")
///     .header("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1")
///     .header("Call-ID", "1@192.0.2.1");
/// let bytes = options.encode().unwrap();
/// assert!(bytes.ends_with(b"Content-Length: 0\r\n\r\n"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    start: Start,
    fields: Vec<Field>,
    body: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Start {
    Request { method: String, uri: String },
    Status { code: u16, reason: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    name: String,
    value: Vec<u8>,
    /// Copied from a message that was received: it may hold control bytes in quotes, and must go back as it came.
    copied: bool,
}

/// Why a message cannot be sent: somebody put a line break or a control byte where text belongs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Not one of the methods that we send.
    #[error("no such method: {0:?}")]
    Method(String),
    /// A Request-URI that is empty or has blanks or control bytes in it.
    #[error("not fit for a Request-URI: {0:?}")]
    Uri(String),
    /// A status code outside 100 to 699, or a reason phrase with a control byte in it.
    #[error("not fit for a status line: {0} {1:?}")]
    Status(u16, String),
    /// A header name that is no token, or a value with a line break or a control byte in it.
    #[error("not fit for a header: {0:?}")]
    Header(String),
}

impl Outgoing {
    /// A request without headers.
    pub fn request(method: &str, uri: &str) -> Self {
        let start = Start::Request { method: method.to_owned(), uri: uri.to_owned() };
        Self { start, fields: Vec::new(), body: Vec::new() }
    }

    /// A response to `request`, with Via, From, To, Call-ID and CSeq copied byte for byte (RFC 3261 §8.2.6.2), Timestamp
    /// into a 100 (§8.2.6.1), and Record-Route into what may create a dialog (§12.1.1). A To tag is not added:
    /// see [`to_tag`](Self::to_tag).
    pub fn response(request: &Message, code: u16, reason: &str) -> Self {
        let mut response =
            Self { start: Start::Status { code, reason: reason.to_owned() }, fields: Vec::new(), body: Vec::new() };
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            response.copy(request, name);
        }
        if code == 100 {
            response.copy(request, "Timestamp");
        } else if code < 300 {
            response.copy(request, "Record-Route");
        }
        response
    }

    fn copy(&mut self, from: &Message, name: &str) {
        let values = from.raw_headers(name);
        self.fields.extend(values.map(|value| Field {
            name: name.to_owned(),
            value: value.into_owned(),
            copied: true,
        }));
    }

    /// Copies every header of that name out of a received message, byte for byte.
    pub fn copied(mut self, from: &Message, name: &str) -> Self {
        self.copy(from, name);
        self
    }

    /// Appends a header.
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.fields.push(Field { name: name.to_owned(), value: value.into(), copied: false });
        self
    }

    /// Replaces the first header of that name, or appends it.
    pub fn set(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        match self.fields.iter_mut().find(|field| field.name.eq_ignore_ascii_case(name)) {
            Some(field) => (field.value, field.copied) = (value.into(), false),
            None => return self.header(name, value),
        }
        self
    }

    /// Removes every header of that name.
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|field| !field.name.eq_ignore_ascii_case(name));
        self
    }

    /// The first header of that name.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value.as_slice())
    }

    /// Every header of that name, in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let named = self.fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name));
        named.map(|field| field.value.as_slice())
    }

    /// The method of a request.
    pub fn method(&self) -> Option<&str> {
        match &self.start {
            Start::Request { method, .. } => Some(method),
            Start::Status { .. } => None,
        }
    }

    /// The Request-URI of a request.
    pub fn uri(&self) -> Option<&str> {
        match &self.start {
            Start::Request { uri, .. } => Some(uri),
            Start::Status { .. } => None,
        }
    }

    /// The status code of a response.
    pub fn status(&self) -> Option<u16> {
        match &self.start {
            Start::Status { code, .. } => Some(*code),
            Start::Request { .. } => None,
        }
    }

    /// The body as it will be sent.
    pub fn body_bytes(&self) -> &[u8] {
        &self.body
    }

    /// Gives the To of a response our tag, unless the request brought one.
    pub fn to_tag(mut self, tag: &str) -> Self {
        if let Some(to) = self.fields.iter_mut().find(|field| field.name == "To") {
            let has_tag = super::NameAddr::parse(&text::decode(&to.value)).is_ok_and(|to| to.tag().is_some());
            if !has_tag {
                to.value.extend_from_slice(format!(";tag={tag}").as_bytes());
            }
        }
        self
    }

    /// Says in the topmost Via of a response where the request came from (RFC 3261 §18.2.1, RFC 3581 §4).
    pub fn reflect(mut self, from: SocketAddr) -> Self {
        if let Some(via) = self.fields.iter_mut().find(|field| field.name == "Via") {
            via.value = via::reflect(&via.value, from);
        }
        self
    }

    /// Gives the message a body, in place of the one it may have.
    pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut with_body = self.set("Content-Type", content_type);
        with_body.body = body.into();
        with_body
    }

    /// The bytes to send. Content-Length is ours to write: one that was set as a header is left out.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut headers = rsip::Headers::default();
        for field in self.fields.iter().filter(|field| !field.name.eq_ignore_ascii_case("Content-Length")) {
            headers.push(field.to_rsip()?);
        }
        headers.push(Header::Other("Content-Length".into(), self.body.len().to_string()));
        let head = match &self.start {
            Start::Request { method, uri } => request(method, uri, headers)?.to_string(),
            Start::Status { code, reason } => response(*code, reason, headers)?.to_string(),
        };
        let mut bytes = narrow(&head);
        bytes.extend_from_slice(&self.body);
        Ok(bytes)
    }
}

impl Field {
    fn to_rsip(&self) -> Result<Header, EncodeError> {
        let is_bad = |&byte: &u8| match byte {
            b'\r' | b'\n' => true,
            b'\t' => false,
            _ => !self.copied && (byte < b' ' || byte == 0x7f),
        };
        if !text::is_token(self.name.as_bytes()) || self.value.iter().any(is_bad) {
            return Err(EncodeError::Header(self.name.clone()));
        }
        Ok(Header::Other(self.name.clone(), widen(&self.value)))
    }
}

fn request(method: &str, uri: &str, headers: rsip::Headers) -> Result<rsip::Request, EncodeError> {
    let named = Method::all().into_iter().find(|known| known.to_string() == method);
    let is_bad = |byte: u8| byte <= b' ' || byte == 0x7f || matches!(byte, b'<' | b'>');
    if uri.is_empty() || uri.bytes().any(is_bad) {
        return Err(EncodeError::Uri(uri.to_owned()));
    }
    Ok(rsip::Request {
        method: named.ok_or_else(|| EncodeError::Method(method.to_owned()))?,
        uri: verbatim(uri),
        version: Version::V2,
        headers,
        body: Vec::new(),
    })
}

/// A URI that rsip prints as it is: taken apart, it would lose brackets, cases and headers.
fn verbatim(uri: &str) -> rsip::Uri {
    let host_with_port = rsip::Domain::from(widen(uri.as_bytes())).into();
    rsip::Uri { scheme: None, auth: None, host_with_port, params: Vec::new(), headers: Vec::new() }
}

fn response(code: u16, reason: &str, headers: rsip::Headers) -> Result<rsip::Response, EncodeError> {
    if !(100..700).contains(&code) || reason.chars().any(char::is_control) {
        return Err(EncodeError::Status(code, reason.to_owned()));
    }
    let status_code = StatusCode::Other(code, widen(reason.as_bytes()));
    Ok(rsip::Response { status_code, version: Version::V2, headers, body: Vec::new() })
}

/// Bytes travel through rsip's strings as one character each, so that what we copy comes out as it went in.
fn widen(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn narrow(text: &str) -> Vec<u8> {
    text.chars().map(|char| u8::try_from(char).unwrap_or(b'?')).collect()
}

/// rsip as a second pair of eyes: how it reads what we wrote.
#[cfg(test)]
mod oracle {
    use rsip::prelude::*;

    /// One address as rsip understands it: display name, URI, tag.
    pub(super) type Address = (Option<String>, String, Option<String>);

    /// A request as rsip understands it.
    #[derive(Debug, PartialEq, Eq)]
    pub(super) struct Seen {
        pub(super) method: String,
        pub(super) uri: String,
        pub(super) via: (String, String, Option<u16>, Option<String>),
        pub(super) from: Address,
        pub(super) to: Address,
        pub(super) call_id: String,
        pub(super) cseq: (u32, String),
        pub(super) body: Vec<u8>,
    }

    /// rsip leaves the quotes on.
    fn unquoted(display_name: &Option<String>) -> Option<String> {
        display_name.as_deref().map(|name| name.trim_matches('"').to_owned())
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Seen, rsip::Error> {
        let request = rsip::Request::try_from(bytes)?;
        let (via, cseq) = (request.via_header()?.typed()?, request.cseq_header()?.typed()?);
        let (from, to) = (request.from_header()?.typed()?, request.to_header()?.typed()?);
        Ok(Seen {
            method: request.method.to_string(),
            uri: request.uri.to_string(),
            via: (
                via.transport.to_string(),
                via.uri.host().to_string(),
                via.uri.port().map(|port| *port.value()),
                via.branch().map(|branch| branch.value().to_string()),
            ),
            from: (unquoted(&from.display_name), from.uri.to_string(), from.tag().map(|tag| tag.value().to_string())),
            to: (unquoted(&to.display_name), to.uri.to_string(), to.tag().map(|tag| tag.value().to_string())),
            call_id: request.call_id_header()?.value().to_string(),
            cseq: (cseq.seq, cseq.method.to_string()),
            body: request.body,
        })
    }
}

#[cfg(test)]
mod tests;
