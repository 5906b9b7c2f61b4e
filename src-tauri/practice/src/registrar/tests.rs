#![allow(clippy::unwrap_used, reason = "a test may say so by a panic")]

use std::net::Ipv4Addr;

use sip::{
    digest::{Credentials, Session},
    wire::{Outgoing, parse},
};

use super::*;

/// A phone with this password, at the door of a registrar whose password is "right".
struct Phone {
    registrar: Registrar,
    session: Session,
    start: Instant,
}

impl Phone {
    fn with(password: &str) -> Phone {
        let credentials = Credentials { username: USER.into(), password: password.into() };
        Phone {
            registrar: Registrar::new("right".into(), "a1b2"),
            session: Session::new(credentials),
            start: Instant::now(),
        }
    }

    /// Registers as RFC 3665 §2.1 does: asked once, it answers. Gives the last status.
    fn register(&mut self, contact: &str, expires: u32) -> u16 {
        let plain = Outgoing::request("REGISTER", "sip:127.0.0.1")
            .header("Via", "SIP/2.0/UDP 127.0.0.1:5062;branch=z9hG4bK1")
            .header("Contact", contact)
            .header("Expires", expires.to_string());
        let (status, challenge) = self.send(&plain);
        assert_eq!(status, 401, "nobody registers unasked");
        let asked = Outgoing::response(&parse(&plain.encode().unwrap()).unwrap(), 401, "Unauthorized")
            .header("WWW-Authenticate", challenge);
        self.session.challenged(&parse(&asked.encode().unwrap()).unwrap(), &plain).unwrap();
        let answered = self.session.authorize(plain, "0a1b");
        self.send(&answered).0
    }

    fn send(&mut self, request: &Outgoing) -> (u16, String) {
        let message = parse(&request.encode().unwrap()).unwrap();
        let addr = (Ipv4Addr::LOCALHOST, 5062).into();
        let answer = self.registrar.register(&message, FlowId(1), addr, self.start);
        (answer.status, answer.headers.into_iter().next().map(|(_, value)| value).unwrap_or_default())
    }
}

#[test]
fn a_phone_that_knows_the_password_is_found_until_it_expires() {
    let mut phone = Phone::with("right");
    assert_eq!(phone.register("<sip:101@127.0.0.1:5062>", 60), 200);
    let second = Duration::from_secs(1);
    let binding = phone.registrar.binding(phone.start + 59 * second).unwrap();
    assert_eq!(binding.contact, "sip:101@127.0.0.1:5062");
    assert!(phone.registrar.binding(phone.start + 61 * second).is_none(), "an old binding rings nowhere");
}

#[test]
fn a_wrong_password_leaves_no_trace() {
    let mut phone = Phone::with("wrong");
    assert_eq!(phone.register("<sip:101@127.0.0.1:5062>", 60), 401);
    assert!(phone.registrar.binding(phone.start).is_none());
}

#[test]
fn a_phone_takes_itself_back() {
    for (contact, expires) in [("<sip:101@127.0.0.1:5062>", 0), ("<sip:101@127.0.0.1:5062>;expires=0", 60), ("*", 0)] {
        let mut phone = Phone::with("right");
        assert_eq!(phone.register("<sip:101@127.0.0.1:5062>", 60), 200);
        assert_eq!(phone.register(contact, expires), 200);
        assert!(phone.registrar.binding(phone.start).is_none(), "{contact} {expires}");
    }
}
