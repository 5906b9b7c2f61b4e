//! A request of ours before it is bytes, so that its ACK, its CANCEL and its second attempt can be made from it.

use std::borrow::Cow;

use crate::wire::{EncodeError, Message, Outgoing};

/// Everything but the Via, which the transaction adds.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) uri: String,
    /// Values of Route, kept as they came.
    pub(crate) routes: Vec<String>,
    pub(crate) from: Vec<u8>,
    pub(crate) to: Vec<u8>,
    pub(crate) call_id: String,
    pub(crate) cseq: u32,
    /// The rest, in order.
    pub(crate) headers: Vec<(String, String)>,
    /// Content type and bytes.
    pub(crate) body: Option<(String, Vec<u8>)>,
    /// How many challenges it was already sent again for.
    pub(crate) challenges: u8,
}

impl Request {
    pub(crate) fn header(&mut self, name: &str, value: impl Into<String>) {
        self.headers.push((name.to_owned(), value.into()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// Replaces every header of that name.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.header(name, value);
    }

    /// The ACK to a final response that is not 2xx (RFC 3261 §17.1.1.3): same Via, Request-URI and Route.
    pub(crate) fn ack(&self, response: &Message) -> Request {
        let to = response.raw_headers("To").next().map_or_else(|| self.to.clone(), Cow::into_owned);
        Request { to, ..self.bare("ACK") }
    }

    /// The CANCEL (§9.1): same Via, Request-URI, Route, To and CSeq number.
    pub(crate) fn cancel(&self, reason: Option<&str>) -> Request {
        let mut cancel = self.bare("CANCEL");
        if let Some(reason) = reason {
            cancel.header("Reason", reason);
        }
        cancel
    }

    fn bare(&self, method: &str) -> Request {
        Request { method: method.to_owned(), headers: vec![], body: None, challenges: 0, ..self.clone() }
    }

    pub(crate) fn encode(&self, via: &str) -> Result<Vec<u8>, EncodeError> {
        let mut message = Outgoing::request(&self.method, &self.uri).header("Via", via);
        for route in &self.routes {
            message = message.header("Route", route.as_str());
        }
        message = message
            .header("Max-Forwards", "70")
            .header("From", self.from.clone())
            .header("To", self.to.clone())
            .header("Call-ID", self.call_id.as_str())
            .header("CSeq", format!("{} {}", self.cseq, self.method));
        for (name, value) in &self.headers {
            message = message.header(name, value.as_str());
        }
        if let Some((content_type, body)) = &self.body {
            message = message.body(content_type, body.clone());
        }
        message.encode()
    }
}
