//! What can be asked under `/v1`.

use axum::{
    Extension, Json, Router,
    extract::{Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, StatusCode, Uri, header},
    middleware,
    response::{IntoResponse, Response, sse::Sse},
    routing::{get, post},
};
use desk::wire::{Done, Intent, Preview};
use serde::Deserialize;

use super::{
    answer::Failure,
    asker::{Caller, single},
    body,
    guard::{self, Guard, RESOURCE_POLICY},
    oktell, pair, records, stream,
    view::View,
    waiting::Waiting,
};
use crate::{changes::UNKNOWN, engine::DeskHandle, pbx::Pbx};

/// What the routes work with.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) desk: DeskHandle,
    pub(super) pbx: Pbx,
    /// Answers that pages wait for.
    pub(super) waiting: Waiting,
}

pub(super) fn router(guard: Guard, desk: DeskHandle, pbx: Pbx) -> Router {
    Router::new()
        .route("/v1/snapshot", get(snapshot))
        .route("/v1/intent", post(intent))
        .route("/v1/changes", get(changes))
        .route("/v1/preview", get(preview))
        .route("/v1/pair", post(pair::pair))
        .route("/v1/openapi.json", get(openapi))
        .merge(records::router())
        .merge(oktell::router())
        .fallback(nothing_here)
        .method_not_allowed_fallback(async || guard::wrong_method())
        .layer(middleware::from_fn_with_state(guard, guard::check))
        .with_state(Desk { desk, pbx, waiting: Waiting::default() })
}

/// Outside `/v1` it was meant for Oktell's port, and is answered in its way.
async fn nothing_here(uri: Uri) -> Response {
    if uri.path() == "/v1" || uri.path().starts_with("/v1/") {
        return Failure::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here: see /v1/openapi.json")
            .into_response();
    }
    oktell::no_such_command()
}

async fn snapshot(State(at): State<Desk>, Extension(caller): Extension<Caller>) -> Result<Response, Failure> {
    let viewer = caller.viewer()?;
    let snapshot = at.desk.snapshot().await;
    Ok(match viewer {
        None => Json(snapshot).into_response(),
        Some(origin) => Json(View::new(origin, &snapshot).snapshot(&snapshot)).into_response(),
    })
}

async fn intent(
    State(at): State<Desk>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Json<Done>, Failure> {
    caller.viewer()?;
    let body = body::read(request).await?;
    let intent: Intent = serde_json::from_slice(&body)
        .map_err(|error| Failure::new(StatusCode::BAD_REQUEST, "malformed", format!("this is no intent: {error}")))?;
    Ok(Json(at.desk.ask(caller.asker, intent).await?))
}

/// For those who cannot set `Last-Event-ID`.
#[derive(Deserialize)]
struct Since {
    after: Option<u64>,
}

/// Changes as they come. After a gap that is too old the first event is a `snapshot`; a page that resumes gets one in any
/// case, for what happened before it was allowed is not for it.
async fn changes(
    State(at): State<Desk>,
    Extension(caller): Extension<Caller>,
    since: Result<Query<Since>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let viewer = caller.viewer()?;
    let after = resume_point(&headers, since)?;
    Ok(match viewer {
        None => Sse::new(stream::whole(at.desk.subscribe(after).await)).keep_alive(stream::beat()).into_response(),
        Some(origin) => {
            let place = at.waiting.enter(origin, &caller)?;
            let events = stream::of_page(&at.desk, origin, after).await;
            let events = stream::holding(events, place);
            Sse::new(events).keep_alive(stream::beat()).into_response()
        }
    })
}

/// Who sends a `Last-Event-ID` has missed something, whatever it says: one that cannot be read is answered by a snapshot. A browser
/// sends it along with the `after` of its first request, and it is newer.
fn resume_point(headers: &HeaderMap, since: Result<Query<Since>, QueryRejection>) -> Result<Option<u64>, Failure> {
    let Query(Since { after }) = since.map_err(|_| {
        Failure::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            "resume like /v1/changes?after=12: one number, as seq tells it",
        )
    })?;
    let read = |id: &str| id.trim().parse().ok();
    let last = headers.contains_key(LAST_EVENT_ID).then(|| single(headers, &LAST_EVENT_ID).and_then(read));
    Ok(last.map(|last| last.unwrap_or(UNKNOWN)).or(after))
}

#[derive(Deserialize)]
struct Wanted {
    target: String,
    account: Option<String>,
}

async fn preview(
    State(at): State<Desk>,
    Extension(caller): Extension<Caller>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Preview>, Failure> {
    if !caller.is_agent() {
        return Err(Failure::new(StatusCode::UNAUTHORIZED, "no_token", "only a program with the token may ask this"));
    }
    let Query(Wanted { target, account }) = wanted.map_err(|_| {
        Failure::new(StatusCode::BAD_REQUEST, "malformed", "ask like /v1/preview?target=%2B74952294989")
    })?;
    if target.len() > MAX_TARGET {
        return Err(Failure::new(StatusCode::BAD_REQUEST, "target_undialable", "this is too long to be a number"));
    }
    Ok(Json(at.desk.preview(target, account).await?))
}

/// Pages ask for this to tell a Ringside that is off from one that refuses them: that somebody answers is no secret.
async fn openapi(Extension(caller): Extension<Caller>) -> Response {
    let answer = match caller.viewer() {
        Ok(_) => ([(header::CONTENT_TYPE, "application/json")], include_str!("openapi.json")).into_response(),
        Err(failure) => failure.into_response(),
    };
    ([(RESOURCE_POLICY, "cross-origin")], answer).into_response()
}

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Longer than any number, and any link that means one.
pub(super) const MAX_TARGET: usize = 1024;
