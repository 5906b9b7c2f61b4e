//! Queues, and who waits in them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use jiff::Timestamp;

use super::leg::{number, text};
use crate::{
    call::plain,
    card::Numbering,
    wire::{self, Peer},
};

/// The queues of the PBX, by name.
#[derive(Debug, Default)]
pub(super) struct Queues {
    all: BTreeMap<String, Queue>,
    /// Who waits in all of them.
    waiting: usize,
    made: u64,
    /// Queues to be told anew.
    dirty: BTreeSet<String>,
    gone: Vec<String>,
}

#[derive(Debug, Default)]
struct Queue {
    /// The longest first; numbers keep apart those who came in the same moment.
    waiting: BTreeMap<(Timestamp, u64), Waiter>,
    by_call: HashMap<String, (Timestamp, u64)>,
    members: u32,
    free: u32,
    abandoned: u32,
    listing: u64,
    /// As it was told last.
    shown: Option<wire::Queue>,
}

#[derive(Debug)]
struct Waiter {
    /// As the PBX writes it.
    told: String,
    party: Peer,
    listing: u64,
}

/// Somebody waits.
pub(super) struct Waits<'a> {
    pub(super) call_id: &'a str,
    pub(super) number: &'a str,
    pub(super) name: Option<&'a str>,
    pub(super) since: Timestamp,
}

impl Queues {
    /// There is such a queue. Whether it is one of those that are kept.
    pub(super) fn is_there(&mut self, name: &str, listing: u64) -> bool {
        if let Some(queue) = self.all.get_mut(name) {
            queue.listing = listing;
            return true;
        }
        if self.all.len() >= MAX_QUEUES {
            return false;
        }
        self.all.insert(name.to_owned(), Queue { listing, ..Queue::default() });
        self.dirty.insert(name.to_owned());
        true
    }

    /// A member came or left.
    pub(super) fn members(&mut self, name: &str, more: bool) {
        self.with(name, |queue| count(&mut queue.members, more));
    }

    /// A member could take a call now, or not any more.
    pub(super) fn free(&mut self, name: &str, more: bool) {
        self.with(name, |queue| count(&mut queue.free, more));
    }

    pub(super) fn waits(&mut self, name: &str, waits: &Waits<'_>, numbering: &Numbering, listing: u64) {
        let Some(queue) = self.all.get_mut(name) else { return };
        if let Some(known) = queue.by_call.get(waits.call_id).and_then(|place| queue.waiting.get_mut(place)) {
            known.listing = listing;
            return;
        }
        if self.waiting >= MAX_WAITING {
            return;
        }
        self.made += 1;
        self.waiting += 1;
        let party = Peer { number: number(waits.number, numbering), name: waits.name.and_then(text) };
        let told = plain(waits.number, MAX_NUMBER);
        let place = (waits.since, self.made);
        queue.by_call.insert(waits.call_id.to_owned(), place);
        queue.waiting.insert(place, Waiter { told, party, listing });
        self.dirty.insert(name.to_owned());
    }

    pub(super) fn waits_no_more(&mut self, name: &str, call_id: &str, abandoned: bool) {
        let Some(queue) = self.all.get_mut(name) else { return };
        let Some(place) = queue.by_call.remove(call_id) else { return };
        queue.waiting.remove(&place);
        queue.abandoned = queue.abandoned.saturating_add(abandoned.into());
        self.waiting = self.waiting.saturating_sub(1);
        self.dirty.insert(name.to_owned());
    }

    /// Number, as the PBX writes it, and name of somebody who waits.
    pub(super) fn who_waits(&self, name: &str, call_id: &str) -> Option<(String, Option<String>)> {
        let queue = self.all.get(name)?;
        let waiter = queue.waiting.get(queue.by_call.get(call_id)?)?;
        Some((waiter.told.clone(), waiter.party.name.clone()))
    }

    /// What was not told in this listing is no more.
    pub(super) fn sweep(&mut self, listing: u64) {
        for (name, queue) in &mut self.all {
            let before = queue.waiting.len();
            queue.waiting.retain(|_, waiter| waiter.listing >= listing);
            queue.by_call.retain(|_, place| queue.waiting.contains_key(place));
            if queue.waiting.len() != before {
                self.waiting = self.waiting.saturating_sub(before - queue.waiting.len());
                self.dirty.insert(name.clone());
            }
        }
        let is_gone = |queue: &Queue| queue.listing < listing && queue.members == 0 && queue.waiting.is_empty();
        let gone: Vec<String> =
            self.all.iter().filter(|(_, queue)| is_gone(queue)).map(|(name, _)| name.clone()).collect();
        for name in gone {
            if self.all.remove(&name).is_some_and(|queue| queue.shown.is_some()) {
                self.gone.push(name);
            }
        }
    }

    pub(super) fn all_are_dirty(&mut self) {
        self.dirty.extend(self.all.keys().cloned());
    }

    /// As they were told last.
    pub(super) fn wire(&self) -> Vec<wire::Queue> {
        self.all.values().filter_map(|queue| queue.shown.clone()).collect()
    }

    /// Which are gone, and which are new or different; none is shown if all `are_hidden`.
    pub(super) fn take_changes(&mut self, are_hidden: bool) -> (Vec<String>, Vec<wire::Queue>) {
        let (mut gone, mut changed) = (std::mem::take(&mut self.gone), Vec::new());
        for name in std::mem::take(&mut self.dirty) {
            let Some(queue) = self.all.get_mut(&name) else { continue };
            let now = (!are_hidden).then(|| queue.wire(&name));
            if now == queue.shown {
                continue;
            }
            queue.shown.clone_from(&now);
            match now {
                Some(now) => changed.push(now),
                None => gone.push(name),
            }
        }
        (gone, changed)
    }

    fn with(&mut self, name: &str, change: impl FnOnce(&mut Queue)) {
        if let Some(queue) = self.all.get_mut(name) {
            change(queue);
            self.dirty.insert(name.to_owned());
        }
    }

    /// How many there are, and how many wait in them.
    #[cfg(test)]
    pub(super) fn kept(&self) -> (usize, usize) {
        let waiting: usize = self.all.values().map(|queue| queue.waiting.len()).sum();
        let by_call: usize = self.all.values().map(|queue| queue.by_call.len()).sum();
        assert_eq!((waiting, by_call), (self.waiting, self.waiting), "each goes by both names");
        (self.all.len(), self.waiting)
    }
}

impl Queue {
    fn wire(&self, name: &str) -> wire::Queue {
        let waiting = self.waiting.iter().take(MAX_SHOWN);
        wire::Queue {
            name: name.to_owned(),
            waiting: waiting
                .map(|((since, _), waiter)| wire::Waiting { party: waiter.party.clone(), since: since.to_string() })
                .collect(),
            waiting_count: u32::try_from(self.waiting.len()).unwrap_or(u32::MAX),
            free: self.free,
            members: self.members,
            abandoned: self.abandoned,
        }
    }
}

/// Since when somebody waits who has waited for so long.
pub(super) fn waiting_since(now: Timestamp, waited_ms: u64) -> Timestamp {
    let waited = Duration::from_millis(waited_ms);
    if waited > LONGEST_WAIT { now } else { now.checked_sub(waited).unwrap_or(now) }
}

fn count(count: &mut u32, more: bool) {
    *count = if more { count.saturating_add(1) } else { count.saturating_sub(1) };
}

const MAX_QUEUES: usize = 200;
/// In all queues together.
const MAX_WAITING: usize = 20_000;
/// As many as fit on a wall.
const MAX_SHOWN: usize = 50;
const MAX_NUMBER: usize = 128;
/// A PBX that says more has lost its clock.
const LONGEST_WAIT: Duration = Duration::from_hours(24);
