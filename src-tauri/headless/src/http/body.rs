//! Reading what comes after the head, as long as it is small and does not dawdle.

use std::{error::Error as _, time::Duration};

use axum::{
    body::{Bytes, to_bytes},
    extract::Request,
    http::header,
};
use desk::wire::Refusal;
use http_body_util::LengthLimitError;
use tokio::time::timeout;

/// The body, if it is small enough and comes in time.
///
/// # Errors
/// 413, 408, or 400 if it breaks off.
pub(crate) async fn read(request: Request) -> Result<Bytes, Refusal> {
    read_up_to(request, MAX_BODY).await
}

/// The same with a bound of its own.
///
/// # Errors
/// 413, 408, or 400 if it breaks off.
pub(crate) async fn read_up_to(request: Request, most: usize) -> Result<Bytes, Refusal> {
    let too_large = || refusal(413, "too_large", &format!("this request has at most {} KiB", most / 1024));
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > most as u64) {
        return Err(too_large());
    }
    match timeout(BODY_TIME, to_bytes(request.into_body(), most)).await {
        Ok(Err(error)) if !error.source().is_some_and(|cause| cause.is::<LengthLimitError>()) => {
            Err(refusal(400, "broken_off", "the request breaks off before its end"))
        }
        Ok(read) => read.map_err(|_| too_large()),
        Err(_) => Err(refusal(408, "too_slow", "the request did not come in time")),
    }
}

fn refusal(status: u16, code: &str, detail: &str) -> Refusal {
    Refusal { code: code.to_owned(), detail: detail.to_owned(), status }
}

const MAX_BODY: usize = 64 * 1024;
const BODY_TIME: Duration = Duration::from_secs(10);
