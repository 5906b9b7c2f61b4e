//! Who may send.

use std::{
    net::{IpAddr, SocketAddr},
    time::Instant,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use ipnet::IpNet;
use phone::Secret;

use super::rate::{Limit, Rates};
use crate::http::{answer::Failure, is_same};

/// Who may send, and how often.
#[derive(Debug)]
pub(super) struct Access {
    wanted: Wanted,
    allow: Vec<IpNet>,
    /// Of those who may.
    senders: Rates,
    /// Of wrong passwords: guessing is slow.
    failures: Rates,
}

#[derive(Debug)]
enum Wanted {
    /// Nobody needs to say who it is.
    Nothing,
    /// The value of `Authorization`, without its scheme.
    Basic(Secret),
    /// There is a user and no password.
    Impossible,
}

impl Access {
    pub(super) fn new(username: Option<String>, password: Option<Secret>, allow: Vec<IpNet>) -> Self {
        let wanted = match (username, password) {
            (None, _) => Wanted::Nothing,
            (Some(username), Some(password)) => {
                Wanted::Basic(Secret(BASE64_STANDARD.encode(format!("{username}:{}", password.0))))
            }
            (Some(_), None) => Wanted::Impossible,
        };
        Self { wanted, allow, senders: Rates::new(SENDERS), failures: Rates::new(FAILURES) }
    }

    /// Lets in who may send. `is_known`: they have said the password on this connection before.
    ///
    /// # Errors
    /// 403, 421, 401 or 429.
    pub(super) fn admit(&self, headers: &HeaderMap, from: IpAddr, is_known: bool, now: Instant) -> Result<(), Failure> {
        if comes_from_page(headers) {
            let detail = "web pages may not send events: a PBX or a script does, curl for instance";
            return Err(Failure::new(StatusCode::FORBIDDEN, "browser", detail));
        }
        if matches!(self.wanted, Wanted::Nothing) && !names_no_domain(headers) {
            let detail = "without a password this port answers to 127.0.0.1, [::1] and localhost alone: send to one of \
                          them, or write username and password under [webhook] of the settings";
            return Err(Failure::new(StatusCode::MISDIRECTED_REQUEST, "wrong_host", detail));
        }
        if !self.is_allowed(from) {
            let detail = format!("{from} may not send: add it to allow under [webhook] of the settings");
            return Err(Failure::new(StatusCode::FORBIDDEN, "address_not_allowed", detail));
        }
        // Before the password is looked at, or one could guess as fast as one likes.
        if !is_known && !self.failures.has(from, now) {
            let detail = "too many wrong passwords came from this address: mend them and wait some seconds";
            return Err(Failure::new(StatusCode::TOO_MANY_REQUESTS, "too_many", detail));
        }
        if !self.knows_password(headers) {
            self.failures.take(from, now);
            let detail = "send the user and the password of [webhook] by HTTP Basic";
            return Err(Failure::new(StatusCode::UNAUTHORIZED, "unauthorized", detail));
        }
        if !self.senders.take(from, now) {
            let detail = "this address sends more than 10000 events a second: send less, and repeat this one later";
            return Err(Failure::new(StatusCode::TOO_MANY_REQUESTS, "too_many", detail));
        }
        Ok(())
    }

    fn is_allowed(&self, from: IpAddr) -> bool {
        self.allow.is_empty() || from.is_loopback() || self.allow.iter().any(|net| net.contains(&from))
    }

    fn knows_password(&self, headers: &HeaderMap) -> bool {
        match &self.wanted {
            Wanted::Nothing => true,
            Wanted::Impossible => false,
            Wanted::Basic(wanted) => {
                let mut values = headers.get_all(header::AUTHORIZATION).iter();
                let (Some(value), None) = (values.next(), values.next()) else { return false };
                credentials(value).is_some_and(|given| is_same(wanted.0.as_bytes(), given.as_bytes()))
            }
        }
    }
}

fn comes_from_page(headers: &HeaderMap) -> bool {
    let says_so = |name: &HeaderName| name.as_str().starts_with("sec-fetch-");
    [header::ORIGIN, header::REFERER].iter().any(|name| headers.contains_key(name)) || headers.keys().any(says_so)
}

/// A domain may be anybody's, who lets it lead to this machine; and of a page there, or a picture from there, a browser says
/// nothing by which it is known.
fn names_no_domain(headers: &HeaderMap) -> bool {
    headers.get_all(header::HOST).iter().all(|host| {
        let host = host.to_str().unwrap_or_default();
        let is_address = host.parse::<SocketAddr>().is_ok() || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        let name = host.split(':').next().unwrap_or_default();
        is_address || host.is_empty() || name.eq_ignore_ascii_case("localhost")
    })
}

/// What stands behind `Basic`.
fn credentials(value: &HeaderValue) -> Option<&str> {
    let (scheme, given) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then(|| given.trim())
}

/// Twice what the busiest PBX is known to send.
const SENDERS: Limit = Limit { burst: 20_000.0, rate: 10_000.0 };
const FAILURES: Limit = Limit { burst: 20.0, rate: 2.0 };
