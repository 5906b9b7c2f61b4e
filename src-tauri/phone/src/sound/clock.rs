//! When to tick: by the microphone's clock while it delivers, by the system's otherwise.
//!
//! ```text
//!            block read                    100 ms without a block
//!  ┌─► microphone ticks ─────────────────────────────┐
//!  │        ▲                                         ▼
//!  └────────┴───────────── block read ────── system ticks, every 10 ms
//! ```
//!
//! Neither drifts, and after a stall the ticks that were missed stay missed.

use std::time::{Duration, Instant};

/// A tick.
pub(super) const TICK: Duration = Duration::from_millis(10);
/// A microphone may collect, but not for longer.
const PATIENCE: Duration = Duration::from_millis(100);
/// Ticks that may be made up for at once.
const BURST: u32 = 4;
/// A microphone that cannot wake us is asked shortly before its block is due, then again and again.
const EARLY: Duration = Duration::from_micros(500);
const ASK: Duration = Duration::from_millis(1);
/// One that gives pieces is asked shortly after: one wake-up for a block instead of one for each piece.
const LATE: Duration = Duration::from_micros(200);

/// See the module.
#[derive(Debug)]
pub(super) struct Clock {
    /// The next tick by the system's clock.
    due: Instant,
    /// Until then the microphone is not worth a look.
    rest: Instant,
    /// Samples that a block lacked when last asked.
    missing: usize,
    /// It gives blocks in pieces, each of which would wake us.
    crumbly: bool,
}

impl Clock {
    pub(super) fn new(now: Instant) -> Clock {
        Clock { due: now, rest: now, missing: usize::MAX, crumbly: false }
    }

    /// How many ticks the system's clock owes, at most [`BURST`].
    pub(super) fn owed(&mut self, now: Instant) -> u32 {
        let Some(late) = now.checked_duration_since(self.due) else { return 0 };
        let ticks = u32::try_from(late.as_nanos() / TICK.as_nanos()).unwrap_or(u32::MAX).saturating_add(1);
        if ticks > BURST {
            self.due = now + TICK;
            return 1;
        }
        self.due += TICK * ticks;
        ticks
    }

    /// The microphone gave a block, so the system's clock is not needed for a while. `wakes`: the microphone can wake us.
    pub(super) fn paced(&mut self, now: Instant, wakes: bool) {
        self.due = now + PATIENCE;
        self.missing = usize::MAX;
        self.rest = if wakes { now } else { now + TICK - EARLY };
    }

    /// The microphone has no whole block: so many samples are missing.
    pub(super) fn starved(&mut self, now: Instant, wakes: bool, missing: usize) {
        self.crumbly |= wakes && missing < media::BLOCK;
        if self.crumbly && missing < self.missing {
            self.missing = missing;
            self.rest = now + LATE + Duration::from_micros(missing as u64 * 1_000 / 48);
        } else if !wakes && self.rest <= now {
            self.rest = now + ASK;
        }
    }

    /// Until when the microphone is not worth a look, if that is not over.
    pub(super) fn rest(&self, now: Instant) -> Option<Instant> {
        (self.rest > now).then(|| self.rest.min(self.due))
    }

    /// When the system's clock ticks next.
    pub(super) fn due(&self) -> Instant {
        self.due
    }
}
