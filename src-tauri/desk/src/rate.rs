//! How often something may be asked: a token bucket, kept as the moment at which it is full again.

use std::time::{Duration, Instant};

/// So many at once, and one more each time that this passes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    pub(crate) burst: u32,
    pub(crate) every: Duration,
}

/// What is left of a [`Rate`]; a new one is full.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bucket {
    full_at: Option<Instant>,
}

impl Bucket {
    /// Whether one more may be asked now.
    pub(crate) fn has_any(&self, rate: Rate, now: Instant) -> bool {
        let most = rate.every * rate.burst.saturating_sub(1);
        self.full_at.is_none_or(|full_at| full_at.saturating_duration_since(now) <= most)
    }

    /// Takes one, if there is one.
    pub(crate) fn take(&mut self, rate: Rate, now: Instant) -> bool {
        let has_any = self.has_any(rate, now);
        if has_any {
            self.full_at = self.full_at.map_or(now, |full_at| full_at.max(now)).checked_add(rate.every);
        }
        has_any
    }

    /// Whether it is as good as new and need not be remembered.
    pub(crate) fn is_full(&self, now: Instant) -> bool {
        self.full_at.is_none_or(|full_at| full_at <= now)
    }
}
