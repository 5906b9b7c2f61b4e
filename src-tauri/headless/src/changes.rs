//! The last changes, for those who come back, and the stream of new ones.

use std::{collections::VecDeque, sync::Arc};

use desk::wire::{Change, Snapshot};
use tokio::sync::broadcast::{self, error::RecvError};

use crate::engine::DeskHandle;

/// What a listener gets.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "nearly all of them are changes")]
pub enum Update {
    /// Forget what you know: changes were lost, start from this.
    Snapshot(Box<Snapshot>),
    /// The next change.
    Change(Change),
}

/// A stream of what changes at the desk.
#[derive(Debug)]
pub struct Changes {
    backlog: VecDeque<Update>,
    live: broadcast::Receiver<Arc<Change>>,
    desk: DeskHandle,
}

impl Changes {
    pub(crate) fn new(backlog: VecDeque<Update>, live: broadcast::Receiver<Arc<Change>>, desk: DeskHandle) -> Self {
        Self { backlog, live, desk }
    }

    /// The next one; `None` once the desk has stopped. Cancelling it loses nothing.
    pub async fn next(&mut self) -> Option<Update> {
        if let Some(update) = self.backlog.pop_front() {
            return Some(update);
        }
        match self.live.recv().await {
            Ok(change) => Some(Update::Change(Arc::unwrap_or_clone(change))),
            Err(RecvError::Closed) => None,
            Err(RecvError::Lagged(missed)) => {
                tracing::info!(missed, "a slow listener gets a fresh snapshot");
                *self = self.desk.subscribe(Some(UNKNOWN)).await;
                self.backlog.pop_front()
            }
        }
    }
}

/// The changes that can still be asked for.
#[derive(Debug)]
pub(crate) struct Ring {
    last: VecDeque<Arc<Change>>,
    live: broadcast::Sender<Arc<Change>>,
}

impl Ring {
    pub(crate) fn new() -> Self {
        Self { last: VecDeque::new(), live: broadcast::channel(CAPACITY).0 }
    }

    pub(crate) fn push(&mut self, change: Change) {
        let change = Arc::new(change);
        if self.last.len() == CAPACITY {
            self.last.pop_front();
        }
        self.last.push_back(Arc::clone(&change));
        // Nobody may be listening.
        self.live.send(change).ok();
    }

    /// What comes after the change `after`; a fresh snapshot where that is unknown here. `None`: only what is to come.
    pub(crate) fn since(&self, after: Option<u64>, snapshot: impl FnOnce() -> Snapshot) -> VecDeque<Update> {
        let Some(after) = after else { return VecDeque::new() };
        let newest = self.last.back().map_or(0, |change| change.seq);
        let oldest = self.last.front().map_or(1, |change| change.seq);
        if after > newest || after.saturating_add(1) < oldest {
            return VecDeque::from([Update::Snapshot(Box::new(snapshot()))]);
        }
        self.last
            .iter()
            .filter(|change| change.seq > after)
            .map(|change| Update::Change(Change::clone(change)))
            .collect()
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<Change>> {
        self.live.subscribe()
    }
}

/// A desk in use makes a few changes a second, one with a level meter twenty.
const CAPACITY: usize = 1024;
/// No change has this number, so a snapshot is the answer.
pub(crate) const UNKNOWN: u64 = u64::MAX;
