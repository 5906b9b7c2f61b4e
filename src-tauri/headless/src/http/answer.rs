//! How an answer looks: JSON that is not to be cached, errors with a code and a sentence.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::wire::Refusal;
use serde::Serialize;

/// An error as `{"error":{"code":"…","detail":"…"}}`.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    code: String,
    detail: String,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), detail: detail.into() }
    }

    /// The sentence.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::CONFLICT);
        Self { status, code: refusal.code, detail: refusal.detail }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body {
            error: Inner,
        }
        #[derive(Serialize)]
        struct Inner {
            code: String,
            detail: String,
        }
        let body = Json(Body { error: Inner { code: self.code, detail: self.detail } });
        let mut response = (self.status, body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
