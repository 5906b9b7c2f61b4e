//! Calls that are over, the newest first.

use std::collections::VecDeque;

use crate::wire::HistoryEntry;

/// Ended calls of this session. The oldest make room.
#[derive(Debug, Default)]
pub(crate) struct History(VecDeque<HistoryEntry>);

impl History {
    pub(crate) fn add(&mut self, entry: HistoryEntry) {
        self.0.truncate(CAPACITY - 1);
        self.0.push_front(entry);
    }

    pub(crate) fn entries(&self) -> Vec<HistoryEntry> {
        self.0.iter().cloned().collect()
    }
}

const CAPACITY: usize = 500;
