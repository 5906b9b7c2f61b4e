//! What the CRM said of somebody a moment ago. Whoever calls ten times is looked up once, and so are ten calls at once.
//!
//! ```text
//!   nothing ──ask──► asked: all who want it wait for the same answer ──settle──► known ──after a while──► nothing
//! ```

use std::{collections::HashMap, sync::Arc, time::Duration};

use cti::crm::Person;
use desk::LookUpFailed;
use tokio::{sync::SetOnce, time::Instant};

/// Who it is; `Ok(None)` if nobody is known.
pub(super) type Outcome = Result<Option<Person>, LookUpFailed>;

/// Answers by the address that was asked.
#[derive(Debug, Default)]
pub(super) struct Cache(HashMap<String, Entry>);

#[derive(Debug)]
struct Entry {
    answer: Arc<SetOnce<Outcome>>,
    /// `None` while it is asked for.
    until: Option<Instant>,
}

/// What to do for an answer.
#[derive(Debug)]
pub(super) enum Asked {
    /// Wait: it is there, or somebody asks already.
    Wait(Arc<SetOnce<Outcome>>),
    /// Ask, then [`Cache::settle`].
    Ask(Arc<SetOnce<Outcome>>),
    /// Nothing: too much is asked already.
    Full,
}

impl Cache {
    pub(super) fn ask(&mut self, address: &str, now: Instant) -> Asked {
        if let Some(entry) = self.0.get(address).filter(|entry| entry.until.is_none_or(|until| now < until)) {
            return Asked::Wait(Arc::clone(&entry.answer));
        }
        if !self.0.contains_key(address) && !self.make_room(now) {
            return Asked::Full;
        }
        let answer = Arc::<SetOnce<Outcome>>::default();
        self.0.insert(address.to_owned(), Entry { answer: Arc::clone(&answer), until: None });
        Asked::Ask(answer)
    }

    /// The answer is there: whoever waits gets it, and so does who comes within a while.
    pub(super) fn settle(&mut self, address: &str, outcome: Outcome, now: Instant) {
        let Some(entry) = self.0.get_mut(address) else { return };
        entry.until = Some(now + kept_for(&outcome));
        // Only who asks settles, and once.
        entry.answer.set(outcome).ok();
    }

    /// Forgets what is old, or what would soon be; what is being asked for stays.
    fn make_room(&mut self, now: Instant) -> bool {
        if self.0.len() < MOST {
            return true;
        }
        self.0.retain(|_, entry| entry.until.is_none_or(|until| now < until));
        let settled = self.0.iter().filter_map(|(address, entry)| Some((entry.until?, address)));
        let oldest = settled.min().map(|(_, address)| address.clone());
        if self.0.len() >= MOST
            && let Some(oldest) = oldest
        {
            self.0.remove(&oldest);
        }
        self.0.len() < MOST
    }
}

fn kept_for(outcome: &Outcome) -> Duration {
    match outcome {
        Ok(Some(_)) => Duration::from_secs(5 * 60),
        // Somebody may be writing them down just now.
        Ok(None) => Duration::from_secs(60),
        Err(LookUpFailed) => Duration::from_secs(10),
    }
}

/// More are not remembered.
pub(super) const MOST: usize = 1_000;

#[cfg(test)]
mod tests;
