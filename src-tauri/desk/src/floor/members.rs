//! Who works in which queue, and who takes a break.

use jiff::Timestamp;

use super::person::Person;
use crate::wire::Paused;

/// A place in a queue.
#[derive(Debug)]
pub(super) struct Member {
    /// Their name, as the queue has it.
    pub(super) name: Option<String>,
    pub(super) pause: Option<Pause>,
    /// In which listing it was told.
    pub(super) listing: u64,
    /// The queue counts them among those that could take a call.
    pub(super) counts_free: bool,
}

/// Not called by this queue for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pause {
    pub(super) reason: Option<String>,
    pub(super) since: Option<Timestamp>,
}

impl Person {
    /// Called by no queue for now: one pause in all of them.
    pub(super) fn paused(&self) -> Option<Paused> {
        let pauses: Option<Vec<&Pause>> = self.member_of.values().map(|member| member.pause.as_ref()).collect();
        let pauses = pauses.filter(|pauses| !pauses.is_empty())?;
        let reason = pauses.iter().find_map(|pause| pause.reason.clone());
        let since = pauses.iter().map(|pause| pause.since).max().flatten();
        Some(Paused { reason, since: since.map(|since| since.to_string()) })
    }
}
