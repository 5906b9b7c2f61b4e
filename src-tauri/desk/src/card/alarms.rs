//! Who wants to be woken when: one alarm for each key, and what an input costs does not grow with their number.

use std::{
    collections::{BTreeSet, HashMap},
    hash::Hash,
    time::Instant,
};

/// One alarm for each key.
#[derive(Debug)]
pub(crate) struct Alarms<K> {
    set: HashMap<K, Instant>,
    order: BTreeSet<(Instant, K)>,
}

impl<K> Default for Alarms<K> {
    fn default() -> Self {
        Self { set: HashMap::new(), order: BTreeSet::new() }
    }
}

impl<K: Clone + Ord + Hash> Alarms<K> {
    /// Wakes `key` at that time instead of any other; `None` lets it sleep.
    pub(crate) fn set(&mut self, key: K, at: Option<Instant>) {
        let before = match at {
            Some(at) => self.set.insert(key.clone(), at),
            None => self.set.remove(&key),
        };
        if let Some(before) = before {
            self.order.remove(&(before, key.clone()));
        }
        if let Some(at) = at {
            self.order.insert((at, key));
        }
    }

    /// The next time at which somebody is to be woken.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Takes out one whose time has come, and says when that was.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<(Instant, K)> {
        let (at, key) = self.order.first().filter(|(at, _)| *at <= now)?.clone();
        self.set(key.clone(), None);
        Some((at, key))
    }
}
