//! Who may come in.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Token, answer::Failure};

/// The names this port goes by, and its token.
#[derive(Clone, Debug)]
pub(super) struct Guard(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    hosts: [String; 3],
    token: Token,
}

impl Guard {
    pub(super) fn new(port: u16, token: Token) -> Self {
        let hosts = ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}:{port}"));
        Self(Arc::new(Inner { hosts, token }))
    }

    fn knows_host(&self, request: &Request) -> bool {
        let known = |host: &str| self.0.hosts.iter().any(|known| known == host);
        // An absolute request target names a host as well, and must not name another.
        let target = request.uri().authority().is_none_or(|authority| known(authority.as_str()));
        target && single(request.headers(), &header::HOST).is_some_and(known)
    }

    fn knows_token(&self, headers: &HeaderMap) -> bool {
        let given = single(headers, &header::AUTHORIZATION).and_then(|value| value.split_once(' '));
        given.is_some_and(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && self.0.token.is(token.trim()))
    }
}

/// Stands before every route.
pub(super) async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let mut response = if !guard.knows_host(&request) {
        let detail = "this port answers to 127.0.0.1, localhost and [::1] with its port number alone";
        Failure::new(StatusCode::MISDIRECTED_REQUEST, "wrong_host", detail).into_response()
    } else if !guard.knows_token(request.headers()) {
        let detail = "send Authorization: Bearer with the token of the token_file";
        Failure::new(StatusCode::UNAUTHORIZED, "no_token", detail).into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The value of a header that came exactly once.
fn single<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}
