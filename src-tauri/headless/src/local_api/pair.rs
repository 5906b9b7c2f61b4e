//! A page asks to be heard, with or without a number to dial, and waits for what the agent says.

use std::time::Duration;

use axum::{
    Extension, Json,
    extract::{Request, State},
    http::StatusCode,
};
use desk::{
    Asker, Page,
    wire::{Done, Intent, PromptAnswer, Refusal, Verdict, What},
};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::{answer::Failure, asker::Caller, body, parameters::Parameters, routes::Desk, routes::MAX_TARGET};
use crate::{
    changes::{Changes, Update},
    engine::DeskHandle,
};

/// What became of it.
#[derive(Debug, Serialize)]
pub(super) struct Paired {
    /// The site may dial from now on.
    paired: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origination: Option<String>,
}

/// `POST /v1/pair`.
pub(super) async fn pair(
    State(at): State<Desk>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Json<Paired>, Failure> {
    let origin = caller.origin.clone().ok_or_else(|| {
        Failure::new(
            StatusCode::BAD_REQUEST,
            "bad_origin",
            "only a web page can be paired, and its browser names its Origin",
        )
    })?;
    let clicked = matches!(&caller.asker, Asker::Page(page) if page.clicked);
    let target = target(&body::read(request).await?)?;
    let place = at.waiting.enter(&origin, &caller);
    // Whoever has to wait is not asked for without a place. A site that was allowed dials without waiting, nearly always.
    let place = if caller.verdict == Some(Verdict::Allowed) { place } else { Ok(place?) };
    // Before it asks, so that no answer is missed.
    let mut changes = at.desk.subscribe(None).await;
    let asker = Asker::Page(Page { origin: Some(origin.clone()), proven: true, clicked, pairs: true });
    let done = at.desk.ask(asker, Intent::Dial { target, account: None, via: None }).await?;
    let paired = match done {
        Done { prompt: Some(prompt), .. } => {
            let _place = place?;
            let said = timeout(PATIENCE, answer(&mut changes, &prompt)).await.ok().flatten();
            let paired = is_allowed(&at.desk, &origin).await;
            let (call, origination) = said.ok_or_else(|| no(paired))?;
            Paired { paired, call, origination }
        }
        Done { call, origination, .. } => Paired { paired: true, call, origination },
    };
    Ok(Json(paired))
}

/// What the agent's yes made: a call, or what the PBX was asked for, or neither where there was no number. `None` if it was
/// no yes.
async fn answer(changes: &mut Changes, asked: &str) -> Option<(Option<String>, Option<String>)> {
    while let Some(update) = changes.next().await {
        match update {
            Update::Change(change) => {
                if let What::PromptRemoved { prompt, answer, call, origination } = &change.what
                    && prompt == asked
                {
                    return (*answer == Some(PromptAnswer::Yes)).then(|| (call.clone(), origination.clone()));
                }
            }
            // Changes were missed: if it is not open any more, nobody can tell what was said.
            Update::Snapshot(snapshot) if snapshot.prompts.iter().all(|open| open.id != asked) => return None,
            Update::Snapshot(_) => {}
        }
    }
    None
}

/// Asks the desk itself: a decision may be told a moment before it holds.
async fn is_allowed(desk: &DeskHandle, origin: &str) -> bool {
    let origins = desk.snapshot().await.click_to_call.origins;
    origins.iter().any(|site| site.origin == origin && site.verdict == Verdict::Allowed)
}

/// `target=…`, or `{"target":"…"}`, whatever the content type says: a page that says `application/json` is asked for a
/// preflight by its browser, which no unknown page passes. Empty if there is none.
fn target(body: &[u8]) -> Result<String, Refusal> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wish {
        target: Option<String>,
    }
    let malformed = || Refusal::malformed("malformed", "send target=… or {\"target\":\"…\"}, or nothing at all");
    let target = if body.trim_ascii_start().starts_with(b"{") {
        serde_json::from_slice::<Wish>(body).map_err(|_| malformed())?.target
    } else {
        let text = std::str::from_utf8(body).map_err(|_| malformed())?;
        Parameters::parse(&[text])?.take("target")
    };
    let target = target.unwrap_or_default();
    if target.len() > MAX_TARGET { Err(malformed()) } else { Ok(target) }
}

fn no(paired: bool) -> Failure {
    let (code, detail) = match paired {
        true => ("declined", "the agent did not want this call"),
        false => ("not_paired", "the agent did not allow it"),
    };
    Failure::new(StatusCode::FORBIDDEN, code, detail)
}

const PATIENCE: Duration = Duration::from_secs(60);
