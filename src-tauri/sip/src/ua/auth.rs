//! Answering challenges with an account's credentials (RFC 3261 §22).

use crate::{
    core::Random,
    digest::{Credentials, Denied, Session},
    transaction::Request,
    wire::{Message, Outgoing},
};

const HEADERS: [&str; 2] = ["Authorization", "Proxy-Authorization"];
/// One for the challenge, one for a nonce that grew old. A PBX that gives a new nonce to each wrong password would have us
/// try for ever, and then ban us.
const MAX_CHALLENGES: u8 = 2;

/// Why a challenge is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthFailure {
    /// It was, and the answer was wrong.
    Rejected,
    /// It asks for something we cannot do.
    Unusable,
}

/// The credentials of an account, and the nonces they are in use with.
pub(crate) struct Keyring {
    session: Session,
}

impl Keyring {
    pub(crate) fn new(username: &str, password: &str) -> Keyring {
        let credentials = Credentials { username: username.to_owned(), password: password.to_owned() };
        Keyring { session: Session::new(credentials) }
    }

    /// Makes the second attempt out of a request that was challenged. Its CSeq is the caller's business.
    pub(crate) fn authorize(
        &mut self,
        request: &mut Request,
        challenge: &Message,
        random: &mut Random,
    ) -> Result<(), AuthFailure> {
        if request.challenges >= MAX_CHALLENGES {
            return Err(AuthFailure::Rejected);
        }
        self.session.challenged(challenge, &as_sent(request)).map_err(|denied| match denied {
            Denied::Refused => AuthFailure::Rejected,
            Denied::Unknown => AuthFailure::Unusable,
        })?;
        request.challenges += 1;
        self.authorize_ahead(request, random);
        Ok(())
    }

    /// Answers what was asked before, which saves a round trip; nothing if nothing was.
    pub(crate) fn authorize_ahead(&mut self, request: &mut Request, random: &mut Random) {
        let answered = self.session.authorize(as_sent(request), &random.token());
        for name in HEADERS {
            request.remove(name);
            for value in answered.all(name) {
                request.header(name, String::from_utf8_lossy(value));
            }
        }
    }
}

/// What digest authentication looks at.
fn as_sent(request: &Request) -> Outgoing {
    let mut sent = Outgoing::request(&request.method, &request.uri);
    for (name, value) in request.headers.iter().filter(|(name, _)| HEADERS.contains(&name.as_str())) {
        sent = sent.header(name, value.as_str());
    }
    match &request.body {
        Some((content_type, body)) => sent.body(content_type, body.clone()),
        None => sent,
    }
}
