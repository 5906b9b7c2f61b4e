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
    /// No change of this run has it, or a lower one.
    start: u64,
    last: VecDeque<Arc<Change>>,
    live: broadcast::Sender<Arc<Change>>,
}

impl Ring {
    /// Of a run that counts on from `start`.
    pub(crate) fn new(start: u64) -> Self {
        Self { start, last: VecDeque::new(), live: broadcast::channel(CAPACITY).0 }
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

    /// What comes after the change `after`, or from the start with 0; a fresh snapshot where that is unknown here, or of another
    /// run. `None`: only what is to come.
    pub(crate) fn since(&self, after: Option<u64>, snapshot: impl FnOnce() -> Snapshot) -> VecDeque<Update> {
        let Some(after) = after else { return VecDeque::new() };
        let after = if after == 0 { self.start } else { after };
        let newest = self.last.back().map_or(self.start, |change| change.seq);
        let before = self.last.front().map_or(self.start, |change| change.seq.saturating_sub(1));
        if !(before..=newest).contains(&after) {
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

#[cfg(test)]
mod tests {
    use desk::{Desk, wire::What};

    use super::*;

    /// The numbers that somebody gets who resumes after `after`, a 0 for a snapshot.
    fn resumed(ring: &Ring, after: Option<u64>) -> Vec<u64> {
        let updates = ring.since(after, || Desk::new(false).snapshot());
        let number = |update: &Update| match update {
            Update::Snapshot(_) => 0,
            Update::Change(change) => change.seq,
        };
        updates.iter().map(number).collect()
    }

    #[test]
    fn who_resumes_hears_what_was_missed_or_starts_afresh() {
        let start = 1_790_000_000_000_000;
        let mut ring = Ring::new(start);
        for (after, gets) in [(Some(0), vec![]), (Some(start), vec![]), (Some(37), vec![0]), (None, vec![])] {
            assert_eq!(resumed(&ring, after), gets, "{after:?} before anything has happened");
        }
        for seq in start + 1..=start + 3 {
            ring.push(Change { seq, what: What::FocusRequested });
        }
        for (after, gets) in [
            (Some(0), vec![start + 1, start + 2, start + 3]),
            (Some(start), vec![start + 1, start + 2, start + 3]),
            (Some(start + 2), vec![start + 3]),
            (Some(start + 3), vec![]),
            (Some(start + 4), vec![0]),
            (Some(start - 1), vec![0]),
            (Some(2), vec![0]),
            (Some(UNKNOWN), vec![0]),
            (None, vec![]),
        ] {
            assert_eq!(resumed(&ring, after), gets, "{after:?}");
        }
        for seq in start + 4..=start + 4 + CAPACITY as u64 {
            ring.push(Change { seq, what: What::FocusRequested });
        }
        assert_eq!(resumed(&ring, Some(0)), [0], "the first ones are forgotten");
        assert_eq!(resumed(&ring, Some(start + 4)).len(), CAPACITY, "the last ones are not");
    }
}
