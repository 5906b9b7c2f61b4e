//! Changes as server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::response::sse::{Event, KeepAlive};
use futures_util::{Stream, StreamExt, stream};
use serde::Serialize;

use super::view::{PageUpdate, View};
use crate::{
    changes::{Changes, UNKNOWN, Update},
    engine::DeskHandle,
};

/// Everything, for the holder of the token.
pub(super) fn whole(changes: Changes) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    let events = stream::unfold(changes, async |mut changes| {
        let event = match changes.next().await? {
            Update::Snapshot(snapshot) => event(snapshot.seq, &snapshot).event("snapshot"),
            Update::Change(change) => event(change.seq, &change),
        };
        Some((Ok(event), changes))
    });
    hello().chain(events)
}

/// What the page `origin` may hear, until it may not listen any longer.
pub(super) async fn of_page(
    desk: &DeskHandle,
    origin: &str,
    after: Option<u64>,
) -> impl Stream<Item = Result<Event, Infallible>> + Send + use<> {
    let mut changes = desk.subscribe(Some(UNKNOWN)).await;
    let start = match changes.next().await {
        Some(Update::Snapshot(snapshot)) => Some(snapshot),
        _ => None,
    };
    let view = start.as_ref().map(|snapshot| View::new(origin, snapshot)).filter(View::is_open);
    let first = view.as_ref().zip(start).filter(|(_, start)| after.is_some_and(|after| after != start.seq));
    let first = first.map(|(view, start)| event(start.seq, &view.snapshot(&start)).event("snapshot"));
    let events = stream::unfold(view.map(|view| (view, changes)), async |listener| {
        let (mut view, mut changes) = listener?;
        loop {
            let event = match view.update(changes.next().await?) {
                PageUpdate::Snapshot(snapshot) => event(snapshot.seq, &snapshot).event("snapshot"),
                PageUpdate::Change(change) => event(change.seq, &change),
                PageUpdate::Nothing => continue,
                PageUpdate::End => return None,
            };
            return Some((Ok(event), Some((view, changes))));
        }
    });
    hello().chain(stream::iter(first.map(Ok))).chain(events)
}

/// Keeps `place` for as long as the stream is there.
pub(super) fn holding<S: Stream + Send, P: Send>(events: S, place: P) -> impl Stream<Item = S::Item> + Send {
    events.map(move |event| {
        let _ = &place;
        event
    })
}

/// Proxies and browsers give up on a silent connection after half a minute or more.
pub(super) fn beat() -> KeepAlive {
    KeepAlive::new().interval(Duration::from_secs(15))
}

/// The head of the answer leaves with its first byte: a listener must not wait for a change to know that it listens.
fn hello() -> impl Stream<Item = Result<Event, Infallible>> + Send {
    stream::once(async { Ok(Event::default().comment("listening")) })
}

fn event(seq: u64, data: &impl Serialize) -> Event {
    let event = Event::default().id(seq.to_string());
    match serde_json::to_string(data) {
        Ok(json) => event.data(json),
        Err(error) => {
            tracing::error!(%error, seq, "a change cannot be written as JSON");
            event
        }
    }
}
