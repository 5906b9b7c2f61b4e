//! All legs that are not over, by the names that events call them; and for some minutes the names of those that are.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::{Duration, Instant},
};

use cti::CallEvent;

use super::leg::{Id, Leg};

#[derive(Debug, Default)]
pub(super) struct Legs {
    /// The oldest first.
    all: BTreeMap<u64, Leg>,
    by_id: HashMap<Id, u64>,
    by_call: HashMap<Id, Vec<u64>>,
    over: Over,
    made: u64,
}

impl Legs {
    pub(super) fn get(&self, no: u64) -> Option<&Leg> {
        self.all.get(&no)
    }

    pub(super) fn get_mut(&mut self, no: u64) -> Option<&mut Leg> {
        self.all.get_mut(&no)
    }

    pub(super) fn find(&self, id: &Id) -> Option<u64> {
        self.by_id.get(id).copied()
    }

    /// The legs of a call, the oldest first.
    pub(super) fn of_call(&self, call: &Id) -> &[u64] {
        self.by_call.get(call).map_or(&[], Vec::as_slice)
    }

    /// Who has to go before one more can be kept in this call.
    pub(super) fn surplus(&self, call: &Id) -> Option<u64> {
        let of_call = self.of_call(call);
        let oldest = || self.all.first_key_value().map(|(no, _)| *no);
        if of_call.len() >= MAX_LEGS_OF_CALL {
            of_call.first().copied()
        } else {
            oldest().filter(|_| self.all.len() >= MAX_LEGS)
        }
    }

    pub(super) fn make(&mut self, event: &CallEvent, now: Instant) -> u64 {
        self.made += 1;
        let leg = Leg::new(event, now);
        self.over.at.remove(&leg.id());
        self.by_id.insert(leg.id(), self.made);
        self.by_call.entry(leg.call()).or_default().push(self.made);
        self.all.insert(self.made, leg);
        self.made
    }

    pub(super) fn remove(&mut self, no: u64) -> Option<Leg> {
        let leg = self.all.remove(&no)?;
        self.by_id.remove(&leg.id());
        let call = leg.call();
        if let Some(of_call) = self.by_call.get_mut(&call) {
            of_call.retain(|other| *other != no);
            if of_call.is_empty() {
                self.by_call.remove(&call);
            }
        }
        Some(leg)
    }

    /// A leg is over: what is told of it later comes too late.
    pub(super) fn is_over(&mut self, id: Id, now: Instant) {
        self.over.note(id, now);
    }

    /// Since when a leg is over.
    pub(super) fn over_since(&self, id: &Id) -> Option<Instant> {
        self.over.at.get(id).copied()
    }

    /// How many there are, and how many that are over.
    #[cfg(test)]
    pub(super) fn kept(&self) -> (usize, usize) {
        let of_calls: usize = self.by_call.values().map(Vec::len).sum();
        assert_eq!((self.by_id.len(), of_calls), (self.all.len(), self.all.len()), "each goes by both names");
        assert!(self.over.at.len() <= self.over.order.len(), "each will be forgotten");
        (self.all.len(), self.over.order.len())
    }
}

/// Legs that are over.
#[derive(Debug, Default)]
struct Over {
    at: HashMap<Id, Instant>,
    /// The oldest first.
    order: VecDeque<(Instant, Id)>,
}

impl Over {
    fn note(&mut self, id: Id, now: Instant) {
        let is_old = |noted: &Instant| now.saturating_duration_since(*noted) >= REMEMBERED;
        while self.order.len() >= MAX_OVER || self.order.front().is_some_and(|(noted, _)| is_old(noted)) {
            let Some((noted, oldest)) = self.order.pop_front() else { break };
            if self.at.get(&oldest) == Some(&noted) {
                self.at.remove(&oldest);
            }
        }
        if !self.at.contains_key(&id) {
            self.at.insert(id.clone(), now);
            self.order.push_back((now, id));
        }
    }
}

/// Of all extensions together.
const MAX_LEGS: usize = 20_000;
/// A queue rings many telephones, and nobody rings more.
const MAX_LEGS_OF_CALL: usize = 256;
const MAX_OVER: usize = 20_000;
/// How late events may come.
const REMEMBERED: Duration = Duration::from_mins(10);
