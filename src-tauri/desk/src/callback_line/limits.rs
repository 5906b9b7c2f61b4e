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
    /// Whether one more to `key` may be made, where as many as `promised` wait, `promised_each` of them to this number.
    pub(super) fn allows(&self, rules: &LineRules, key: &str, promised: Promised, now: Instant) -> Result<(), Reason> {
        if self.count(now).saturating_add(promised.all) >= rules.per_hour {
            return Err(Reason::Limit);
        }
        let each = count(self.recent(now).filter(|(_, known)| known == key));
        if each.saturating_add(promised.each) >= rules.per_hour_each {
            return Err(Reason::LimitEach);
        }
        Ok(())
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

/// Calls back that wait.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Promised {
    pub(super) all: u32,
    pub(super) each: u32,
}

fn is_recent(at: Instant, now: Instant) -> bool {
    now.saturating_duration_since(at) < HOUR
}

fn count<T>(all: impl Iterator<Item = T>) -> u32 {
    u32::try_from(all.count()).unwrap_or(u32::MAX)
}

const HOUR: Duration = Duration::from_secs(3600);
