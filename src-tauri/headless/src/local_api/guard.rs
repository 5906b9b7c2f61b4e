//! Stands before every route: the right name of this port, a method it has, who asks; and what every answer carries.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use desk::wire::Verdict;

use super::{
    Token,
    answer::Failure,
    asker::{self, Caller, single},
    places::Connection,
};
use crate::engine::DeskHandle;

/// The names this port goes by, and what opens it.
#[derive(Clone, Debug)]
pub(super) struct Guard(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    hosts: Vec<String>,
    token: Token,
    desk: DeskHandle,
}

impl Guard {
    pub(super) fn new(port: u16, token: Token, desk: DeskHandle) -> Self {
        Self(Arc::new(Inner { hosts: hosts(port), token, desk }))
    }

    fn knows_host(&self, request: &Request) -> bool {
        let known = |host: &str| self.0.hosts.iter().any(|known| known == host);
        // An absolute request target names a host as well, and must not name another.
        let target = request.uri().authority().is_none_or(|authority| known(authority.as_str()));
        target && single(request.headers(), &header::HOST).is_some_and(known)
    }

    /// The site that may read the answer, if the request came from one.
    fn reader(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = asker::origin(headers).ok()??;
        let may = matches!(self.0.desk.verdict(&origin), Some(Verdict::Allowed | Verdict::Once));
        HeaderValue::try_from(origin).ok().filter(|_| may)
    }

    async fn admit(&self, mut request: Request, next: Next) -> Result<Response, Failure> {
        if !self.knows_host(&request) {
            let detail = "this port answers to 127.0.0.1, localhost and [::1] with its port number alone";
            return Err(Failure::new(StatusCode::MISDIRECTED_REQUEST, "wrong_host", detail));
        }
        if request.method() == Method::OPTIONS {
            return self.preflight(request.headers());
        }
        // HEAD too: a router would take it for a GET, and dial.
        if ![Method::GET, Method::POST].contains(request.method()) {
            return Err(wrong_method());
        }
        let Some(connection) = request.extensions().get::<Arc<Connection>>().cloned() else {
            return Err(Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "no_connection", "this came from nowhere"));
        };
        let caller = Caller::of(request.headers(), connection, &self.0.token, &self.0.desk)?;
        request.extensions_mut().insert(caller);
        Ok(next.run(request).await)
    }

    fn preflight(&self, headers: &HeaderMap) -> Result<Response, Failure> {
        if self.reader(headers).is_none() {
            return Err(Failure::new(StatusCode::FORBIDDEN, "not_paired", "the agent has not allowed this site"));
        }
        let mut response = StatusCode::NO_CONTENT.into_response();
        let answer = response.headers_mut();
        answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type, last-event-id"));
        if headers.get(ASKS_FOR_PRIVATE_NETWORK).is_some_and(|asks| asks == "true") {
            answer.insert(ALLOWS_PRIVATE_NETWORK, HeaderValue::from_static("true"));
        }
        Ok(response)
    }
}

/// As `Host` names this port: without the port where that is the usual one of HTTP (RFC 9110 §4.2.3, §7.2).
fn hosts(port: u16) -> Vec<String> {
    let bare = ["127.0.0.1", "localhost", "[::1]"].map(str::to_owned);
    let with_port = bare.iter().map(|host| format!("{host}:{port}")).collect();
    if port == 80 { [with_port, bare.to_vec()].concat() } else { with_port }
}

/// Stands before every route.
pub(super) async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let asked = request.headers().clone();
    let mut response = match guard.admit(request, next).await {
        Ok(response) => response,
        Err(failure) => failure.into_response(),
    };
    dress(response.headers_mut(), guard.reader(&asked));
    response
}

/// What was decided while the answer was made counts: a page that was allowed by it may read it.
pub(super) fn dress(headers: &mut HeaderMap, reader: Option<HeaderValue>) {
    let whose = if reader.is_some() { "cross-origin" } else { "same-origin" };
    headers.entry(RESOURCE_POLICY).or_insert(HeaderValue::from_static(whose));
    if let Some(origin) = reader {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

pub(super) fn wrong_method() -> Failure {
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", "this is not the method for it: see /v1/openapi.json")
}

/// Which sites a browser may give the answer to, where no script asked for it.
pub(super) const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const ASKS_FOR_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOWS_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");

#[cfg(test)]
mod tests {
    use super::hosts;

    #[test]
    fn the_usual_port_of_http_goes_without_saying() {
        assert_eq!(hosts(4059), ["127.0.0.1:4059", "localhost:4059", "[::1]:4059"]);
        assert_eq!(hosts(80), ["127.0.0.1:80", "localhost:80", "[::1]:80", "127.0.0.1", "localhost", "[::1]"]);
    }
}
