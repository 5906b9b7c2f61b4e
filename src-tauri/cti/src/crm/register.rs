//! Telling the CRM of a call, and what its answer means for the row in the outbox.
//!
//! ```text
//!   2xx, 409 (it knows the call already) ─────────────────► Sent
//!   no answer, 408, 425, 429, 5xx, 409 with Retry-After ──► Later: soon, then ever more rarely
//!   3xx, 401, 403, 404, 405, 407: the settings are wrong ─► Later: slowly; no call is lost on account of them
//!   any other 4xx: it does not want this call ────────────► Refused
//! ```

#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

use hyper::Method;

use super::{
    Access, Endpoint,
    lookup::{redirected, trouble},
};
use crate::{
    Fault, Trouble,
    http::{Answer, Request, SendError},
};

/// What became of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The CRM has it.
    Sent,
    /// It is to be tried again.
    Later {
        /// Why.
        trouble: Trouble,
        /// Not before this time, as the CRM or common sense wants it.
        after: Option<Duration>,
    },
    /// The CRM does not want it as it is.
    Refused(Trouble),
}

/// Tells of one call. By `key` the CRM knows it again if it is told twice.
pub fn request(endpoint: &Endpoint, access: &Access, key: &str, body: &str) -> Request {
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("accept", "application/json".to_owned()),
        ("idempotency-key", header_text(key)),
    ];
    headers.extend(access.header());
    Request { method: Method::POST, url: endpoint.as_str().to_owned(), headers, body: body.into() }
}

/// What the answer means, `now`; or that there was none.
pub fn read(answer: Result<Answer, SendError>, now: SystemTime) -> Verdict {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return Verdict::Later { trouble: error.into(), after: None },
    };
    let status = answer.status;
    let asked = answer.retry_after.as_deref().and_then(|text| retry_after(text, now));
    let wrong_settings = |trouble| Verdict::Later { trouble, after: Some(asked.unwrap_or(SLOWLY).max(SLOWLY)) };
    match status {
        200..=299 => Verdict::Sent,
        // With a time it says that it still carries the first request out, and nobody knows yet how that ends.
        409 if asked.is_none() => Verdict::Sent,
        300..=399 => wrong_settings(redirected(&answer)),
        401 | 403 | 407 => wrong_settings(trouble(status)),
        404 | 405 => wrong_settings(Trouble::new(
            Fault::WrongAddress,
            format!("the CRM takes no calls at crm.register_url: compare it with its manual (HTTP status {status})"),
        )),
        408 | 409 | 425 | 429 => Verdict::Later {
            trouble: Trouble::new(
                Fault::Unreachable,
                format!("the CRM is busy (HTTP status {status}): it is told later"),
            ),
            after: asked,
        },
        400..=499 => Verdict::Refused(trouble(status)),
        _ => Verdict::Later { trouble: trouble(status), after: asked },
    }
}

/// How long to wait after so many attempts that failed: 1 s, 2 s, 4 s, … 10 min, and never less than the CRM asked for.
/// `random`, from all of its range, keeps hundreds of desks from coming back at the same moment.
pub fn next_attempt(attempts: u32, asked: Option<Duration>, random: u32) -> Duration {
    let backoff = FIRST.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(LONGEST);
    let spread = (backoff / 2).mul_f64(f64::from(random) / f64::from(u32::MAX));
    asked.unwrap_or_default().min(LONGEST_ASKED).max(backoff / 2) + spread
}

/// Seconds, or a date.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    let seconds = text.parse().ok().map(Duration::from_secs);
    seconds.or_else(|| Some(httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default()))
}

/// Keys come from a PBX and may have any characters; a header has not. What changes stays different from every other.
fn header_text(key: &str) -> String {
    percent_encoding::utf8_percent_encode(key, NOT_IN_HEADERS).to_string()
}

const NOT_IN_HEADERS: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b'%');
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(10 * 60);
/// Where somebody has to mend something first.
const SLOWLY: Duration = Duration::from_secs(60);
/// An answer that asks for more is not believed: the calls are wanted.
const LONGEST_ASKED: Duration = Duration::from_secs(60 * 60);
