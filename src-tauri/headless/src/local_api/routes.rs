//! What can be asked.

use std::{convert::Infallible, time::Duration};

use axum::{
    Json, Router,
    body::{Bytes, to_bytes},
    extract::{Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    middleware,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::{get, post},
};
use desk::wire::{Done, Intent, Snapshot};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use tokio::time::timeout;

use super::{
    answer::Failure,
    guard::{self, Guard},
};
use crate::{changes::Update, engine::DeskHandle};

pub(super) fn router(guard: Guard, desk: DeskHandle) -> Router {
    Router::new()
        .route("/v1/snapshot", get(snapshot))
        .route("/v1/intent", post(intent))
        .route("/v1/changes", get(changes))
        .route("/v1/openapi.json", get(openapi))
        .fallback(|| async {
            Failure::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here: see /v1/openapi.json")
        })
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(guard, guard::check))
        .with_state(desk)
}

async fn snapshot(State(desk): State<DeskHandle>) -> Json<Snapshot> {
    Json(desk.snapshot().await)
}

async fn intent(State(desk): State<DeskHandle>, request: Request) -> Result<Json<Done>, Failure> {
    let body = read(request).await?;
    let intent: Intent = serde_json::from_slice(&body)
        .map_err(|error| Failure::new(StatusCode::BAD_REQUEST, "malformed", format!("this is no intent: {error}")))?;
    Ok(Json(desk.intent(intent).await?))
}

/// For those who cannot set `Last-Event-ID`.
#[derive(Deserialize)]
struct Since {
    after: Option<u64>,
}

/// Changes as they come. After a gap that is too old the first event is a `snapshot`.
async fn changes(
    State(desk): State<DeskHandle>,
    since: Result<Query<Since>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.trim().parse().ok());
    let after = last.or(since.ok().and_then(|Query(since)| since.after));
    let changes = desk.subscribe(after).await;
    let events = stream::unfold(changes, async |mut changes| {
        let event = event(changes.next().await?);
        Some((Ok::<_, Infallible>(event), changes))
    });
    // The head of the answer leaves with its first byte: a listener must not wait for a change to know that it listens.
    let hello = stream::once(async { Ok(Event::default().comment("listening")) });
    Sse::new(hello.chain(events)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], include_str!("openapi.json"))
}

async fn wrong_method() -> Failure {
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", "this is not the method for it: see /v1/openapi.json")
}

fn event(update: Update) -> Event {
    let (event, seq, data) = match &update {
        Update::Snapshot(snapshot) => {
            (Event::default().event("snapshot"), snapshot.seq, serde_json::to_string(snapshot))
        }
        Update::Change(change) => (Event::default(), change.seq, serde_json::to_string(change)),
    };
    match data {
        Ok(data) => event.id(seq.to_string()).data(data),
        Err(error) => {
            tracing::error!(%error, seq, "a change cannot be written as JSON");
            event.id(seq.to_string())
        }
    }
}

/// The body, if it is small enough and comes in time.
async fn read(request: Request) -> Result<Bytes, Failure> {
    let too_large = || Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "an intent has at most 64 KiB");
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > MAX_BODY as u64) {
        return Err(too_large());
    }
    match timeout(BODY_TIME, to_bytes(request.into_body(), MAX_BODY)).await {
        Ok(read) => read.map_err(|_| too_large()),
        Err(_) => Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the request did not come in time")),
    }
}

const MAX_BODY: usize = 64 * 1024;
const BODY_TIME: Duration = Duration::from_secs(10);
/// Proxies and browsers give up on a silent connection after half a minute or more.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
