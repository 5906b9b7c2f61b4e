//! `/v1/history`, `/v1/contacts` and `/v1/events`: what is too long for the snapshot. For the holder of the token alone.

use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Query, Request, State, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use desk::wire::{EventsView, HistoryPage, HistoryQuery};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tokio::io::AsyncReadExt as _;

use super::{answer::Failure, asker::Caller, body, routes::Desk};
use crate::history::Imported;

pub(super) fn router() -> Router<Desk> {
    Router::new()
        .route("/v1/history", get(history))
        .route("/v1/history.csv", get(history_csv))
        .route("/v1/contacts", post(contacts))
        .route("/v1/events", get(events))
        .route("/v1/events/replay", post(replay))
        .layer(DefaultBodyLimit::disable())
}

type Asked = Result<Query<HistoryQuery>, QueryRejection>;

async fn history(
    State(at): State<Desk>,
    Extension(caller): Extension<Caller>,
    asked: Asked,
) -> Result<Json<HistoryPage>, Failure> {
    for_agent(&caller)?;
    Ok(Json(at.desk.history(query(asked)?).await?))
}

/// Written into a file first, and then sent piece by piece: a long history fits into no memory.
async fn history_csv(
    State(at): State<Desk>,
    Extension(caller): Extension<Caller>,
    asked: Asked,
) -> Result<Response, Failure> {
    for_agent(&caller)?;
    let file = NamedTempFile::new().map_err(|error| no_file(&error))?;
    at.desk.export_history(query(asked)?, file.path().to_owned()).await?;
    let reader = tokio::fs::File::open(file.path()).await.map_err(|error| no_file(&error))?;
    let pieces = futures_util::stream::unfold((reader, file), |(mut reader, file)| async move {
        let mut piece = vec![0; PIECE];
        match reader.read(&mut piece).await {
            Ok(0) => None,
            Ok(size) => {
                piece.truncate(size);
                Some((Ok(piece), (reader, file)))
            }
            Err(error) => Some((Err(error), (reader, file))),
        }
    });
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers
        .insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"ringside-calls.csv\""));
    Ok(response)
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

async fn contacts(
    State(at): State<Desk>,
    Extension(caller): Extension<Caller>,
    named: Result<Query<Named>, QueryRejection>,
    request: Request,
) -> Result<Json<Imported>, Failure> {
    for_agent(&caller)?;
    let name = named.map(|Query(Named { name })| name).unwrap_or_default();
    let file = body::read_up_to(request, MAX_CONTACTS).await?;
    Ok(Json(at.desk.import_contacts(&name, file.to_vec()).await?))
}

async fn events(State(at): State<Desk>, Extension(caller): Extension<Caller>) -> Result<Json<EventsView>, Failure> {
    for_agent(&caller)?;
    Ok(Json(at.desk.events()))
}

#[derive(Deserialize)]
struct Which {
    event: u64,
}

#[derive(Serialize)]
struct Replayed {
    ok: bool,
}

async fn replay(
    State(at): State<Desk>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Json<Replayed>, Failure> {
    for_agent(&caller)?;
    let body = body::read(request).await?;
    let Which { event } = serde_json::from_slice(&body)
        .map_err(|_| Failure::new(StatusCode::BAD_REQUEST, "malformed", "say which, like {\"event\": 7}"))?;
    at.desk.replay_event(event).await?;
    Ok(Json(Replayed { ok: true }))
}

fn for_agent(caller: &Caller) -> Result<(), Failure> {
    if caller.is_agent() {
        return Ok(());
    }
    Err(Failure::new(StatusCode::UNAUTHORIZED, "no_token", "only a program with the token may ask this"))
}

fn query(asked: Asked) -> Result<HistoryQuery, Failure> {
    let Query(query) = asked.map_err(|_| {
        Failure::new(StatusCode::BAD_REQUEST, "malformed", "ask like /v1/history?text=anna&filter=missed&limit=50")
    })?;
    Ok(query)
}

fn no_file(error: &std::io::Error) -> Failure {
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "no_file", format!("no room for the export: {error}"))
}

const PIECE: usize = 64 * 1024;
const MAX_CONTACTS: usize = 16 * 1024 * 1024;
