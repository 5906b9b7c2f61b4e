//! How often the line may call: at most so many times in any hour, by a clock that nobody can turn.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{reason::Reason, rules::LineRules};

/// The calls back of the last hour.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// The oldest first; at most [`LineRules::per_hour`] of them are of the last hour.
    calls: VecDeque<(Instant, String)>,
}

impl Made {
    /// Whether one more to `key` may be made; whether any may be is asked before, and none waits for that number.
    pub(super) fn allows(&self, rules: &LineRules, key: &str, now: Instant) -> Result<(), Reason> {
        let each = count(self.recent(now).filter(|(_, known)| known == key));
        if each >= rules.per_hour_each { Err(Reason::LimitEach) } else { Ok(()) }
    }

    pub(super) fn count(&self, now: Instant) -> u32 {
        count(self.recent(now))
    }

    pub(super) fn add(&mut self, key: String, now: Instant) {
        self.forget(now);
        self.calls.push_back((now, key));
    }

    /// Lets go of what is older than an hour.
    pub(super) fn forget(&mut self, now: Instant) {
        while self.calls.front().is_some_and(|(at, _)| !is_recent(*at, now)) {
            self.calls.pop_front();
        }
    }

    /// When one of them will be an hour old.
    pub(super) fn wake(&self) -> Option<Instant> {
        self.calls.front()?.0.checked_add(HOUR)
    }

    fn recent(&self, now: Instant) -> impl Iterator<Item = &(Instant, String)> {
        self.calls.iter().filter(move |(at, _)| is_recent(*at, now))
    }
}

fn is_recent(at: Instant, now: Instant) -> bool {
    now.saturating_duration_since(at) < HOUR
}

fn count<T>(all: impl Iterator<Item = T>) -> u32 {
    u32::try_from(all.count()).unwrap_or(u32::MAX)
}

const HOUR: Duration = Duration::from_secs(3600);
