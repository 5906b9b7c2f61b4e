//! The registrar of the practice PBX (RFC 3261 §10.3), for one user.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use sip::{
    FlowId,
    digest::{Algorithm, Authorization, Challenge},
    wire::Message,
};

use crate::USER;

const REALM: &str = "practice";
const LONGEST: u32 = 3600;
const USUAL: u32 = 300;

/// Where the agent's phone is.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) flow: FlowId,
    pub(crate) addr: SocketAddr,
    /// URI of its Contact.
    pub(crate) contact: String,
    expires: Instant,
}

/// What to answer a REGISTER with.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
}

/// Knows where the agent's phone is.
pub(crate) struct Registrar {
    password: String,
    challenge: Challenge,
    binding: Option<Binding>,
}

impl Registrar {
    pub(crate) fn new(password: String, nonce: &str) -> Registrar {
        Registrar { password, challenge: Challenge::new(REALM, nonce, Algorithm::Sha256), binding: None }
    }

    pub(crate) fn binding(&self, now: Instant) -> Option<&Binding> {
        self.binding.as_ref().filter(|binding| binding.expires > now)
    }

    pub(crate) fn register(&mut self, request: &Message, flow: FlowId, addr: SocketAddr, now: Instant) -> Answer {
        if !self.is_authorized(request) {
            let challenge = self.challenge.to_string();
            return Answer { status: 401, headers: vec![("WWW-Authenticate".into(), challenge)] };
        }
        if request.has_wildcard_contact() {
            self.binding = None;
        }
        let Some(contact) = request.contacts().ok().and_then(|contacts| contacts.into_iter().next()) else {
            return Answer { status: 200, headers: Vec::new() };
        };
        let expires = contact.expires().or(request.expires()).unwrap_or(USUAL).min(LONGEST);
        let uri = contact.uri.as_str().to_owned();
        if expires == 0 {
            self.binding = None;
            return Answer { status: 200, headers: Vec::new() };
        }
        let header = ("Contact".into(), format!("<{uri}>;expires={expires}"));
        self.binding = Some(Binding { flow, addr, contact: uri, expires: now + Duration::from_secs(expires.into()) });
        Answer { status: 200, headers: vec![header] }
    }

    fn is_authorized(&self, request: &Message) -> bool {
        request.headers("Authorization").filter_map(|value| Authorization::parse(&value)).any(|answer| {
            answer.username() == USER
                && answer.verify(&self.challenge, &self.password, request.method(), request.body())
        })
    }
}

#[cfg(test)]
mod tests;
