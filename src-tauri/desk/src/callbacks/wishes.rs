//! By what a wish is known again.

use std::collections::{HashMap, VecDeque};

/// The callbacks that wishes became, by their keys, also those that are over.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    known: HashMap<String, String>,
    /// The oldest first.
    order: VecDeque<String>,
}

impl Wishes {
    pub(super) fn of(&self, key: &str) -> Option<&String> {
        self.known.get(key)
    }

    pub(super) fn note(&mut self, keys: &[String], id: &str) {
        for key in keys {
            if self.known.insert(key.clone(), id.to_owned()).is_some() {
                continue;
            }
            self.order.push_back(key.clone());
            if self.order.len() > MOST
                && let Some(oldest) = self.order.pop_front()
            {
                self.known.remove(&oldest);
            }
        }
    }
}

/// More than a desk is asked for in the months that the journal keeps them.
const MOST: usize = 20_000;
