//! From a request to its answer.

use std::{
    fmt,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use cti::webhook::{EventSource, Unreadable};
use hyper::body::Incoming;
use serde_json::json;

use super::{
    TakesIn,
    access::Access,
    callback,
    seen::{Count, Kept, Note, Seen, Sent},
};
use crate::{
    http::{answer::Failure, body, places::Connection},
    settings::is_event,
};

/// Receives requests.
#[derive(Debug)]
pub(super) struct Reception<I> {
    access: Access,
    /// The events that are wanted; all of them if it is empty.
    chosen: Vec<String>,
    seen: Seen,
    intake: I,
}

/// Who is at the other end of a connection.
#[derive(Debug)]
pub(super) struct Guest {
    from: IpAddr,
    place: Arc<Connection>,
    /// Has said the password.
    is_known: AtomicBool,
}

impl Guest {
    pub(super) fn new(from: IpAddr, place: Arc<Connection>) -> Self {
        Self { from, place, is_known: AtomicBool::new(false) }
    }

    fn is_let_in(&self) {
        self.is_known.store(true, Ordering::Relaxed);
        self.place.touch();
    }
}

impl<I: TakesIn> Reception<I> {
    pub(super) fn new(access: Access, events: Vec<String>, seen: Seen, intake: I) -> Self {
        Self { access, chosen: events, seen, intake }
    }

    pub(super) async fn answer(&self, request: hyper::Request<Incoming>, guest: &Guest) -> Response {
        let request = request.map(Body::new);
        let mut note = Note::of_request(&guest.from.to_string(), Kept::head(&request));
        let response = match self.receive(request, guest, &mut note).await {
            Ok(receipt) => ([(header::CONTENT_TYPE, "application/json")], receipt).into_response(),
            Err(failure) => {
                note.count = Count::Refused;
                note.remarks.push(failure.detail().to_owned());
                refused(failure)
            }
        };
        note.status = response.status().as_u16();
        self.seen.note(note);
        response
    }

    /// Somebody speaks no TLS, or does not trust the certificate.
    pub(super) fn no_tls(&self, from: IpAddr, error: &dyn fmt::Display) {
        let mut note = Note::of_message(&from.to_canonical().to_string(), "", "TLS", "");
        note.count = Count::Refused;
        note.remarks.push(format!("no TLS came about: {error}"));
        self.seen.note(note);
    }

    async fn receive(
        &self,
        request: axum::extract::Request,
        guest: &Guest,
        note: &mut Note,
    ) -> Result<String, Failure> {
        let is_known = guest.is_known.load(Ordering::Relaxed);
        self.access.admit(request.headers(), guest.from, is_known, Instant::now())?;
        guest.is_let_in();
        if ![Method::GET, Method::POST].contains(request.method()) {
            return Err(Failure::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", "send events by GET or POST"));
        }
        let is_callback = callback::is_asked_at(request.uri().path());
        let found = self.seen.dialects().find(request.uri().path()).filter(|_| !is_callback);
        if found.is_none() && !is_callback {
            return Err(self.nowhere());
        }
        if let Some((dialect, _)) = &found {
            dialect.mount().clone_into(&mut note.source);
        }
        let body = body::read_up_to(request, MAX_BODY).await?;
        // Nobody pushes out whose event is being written down.
        let _place = guest.place.keep();
        let Sent::Request(kept) = &mut note.sent else { return Err(self.nowhere()) };
        // Not a piece of a buffer that would live on for it.
        (kept.body, kept.is_whole) = (body.to_vec(), true);
        match found {
            Some((dialect, tail)) => self.take(dialect, &tail, note).await,
            None => self.call_back(note).await,
        }
    }

    /// Events of a PBX.
    async fn take(&self, dialect: &dyn EventSource, tail: &str, note: &mut Note) -> Result<String, Failure> {
        let Sent::Request(kept) = &note.sent else { return Err(self.nowhere()) };
        let told = dialect.read(&kept.received(tail)).map_err(|error| unreadable(dialect, &error))?;
        note.tells(&told);
        if !self.chooses(&told.name) {
            note.remarks.push("not chosen: it is not among events under [webhook] of the settings".to_owned());
        } else {
            if !told.events.is_empty() {
                self.intake.take(told.events).await.map_err(not_safe)?;
            }
            note.count = Count::Taken;
        }
        Ok(dialect.receipt().to_owned())
    }

    /// Somebody is to be called back.
    async fn call_back(&self, note: &mut Note) -> Result<String, Failure> {
        let Sent::Request(kept) = &note.sent else { return Err(self.nowhere()) };
        let (wanted, unknown) = callback::read(kept)?;
        note.asks_for_callback(&unknown);
        let callback = self.intake.call_back(wanted).await?;
        note.count = Count::Taken;
        Ok(json!({"ok": true, "callback": callback}).to_string())
    }

    fn chooses(&self, name: &str) -> bool {
        self.chosen.is_empty() || self.chosen.iter().any(|chosen| is_event(name, chosen))
    }

    fn nowhere(&self) -> Failure {
        let paths = self.seen.dialects().paths().join(", ");
        let detail = format!(
            "there is nothing here: events are taken in at {paths}, and callbacks are asked for at {}",
            callback::PATH
        );
        Failure::new(StatusCode::NOT_FOUND, "not_found", detail)
    }
}

fn unreadable(dialect: &dyn EventSource, error: &Unreadable) -> Failure {
    // It would come again and again, and be no better.
    let status = if dialect.repeats_for_ever() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    Failure::new(status, "unreadable", error.to_string())
}

fn not_safe(why: String) -> Failure {
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, "not_taken_in", format!("send it again: {why}"))
}

fn refused(failure: Failure) -> Response {
    let mut response = failure.into_response();
    let more: Option<(HeaderName, &'static str)> = match response.status() {
        StatusCode::UNAUTHORIZED => Some((header::WWW_AUTHENTICATE, "Basic realm=\"Ringside\", charset=\"UTF-8\"")),
        StatusCode::METHOD_NOT_ALLOWED => Some((header::ALLOW, "GET, POST")),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Some((header::RETRY_AFTER, "1")),
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT => Some((header::CONNECTION, "close")),
        _ => None,
    };
    if let Some((name, value)) = more {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

const MAX_BODY: usize = 256 * 1024;
