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
/// A microphone that cannot wake us is asked this often once its block is due.
const ASK: Duration = Duration::from_millis(2);

/// See the module.
#[derive(Debug)]
pub(super) struct Clock {
    /// The next tick by the system's clock.
    due: Instant,
    /// Until then the microphone need not be asked.
    rest: Instant,
    missing: usize,
}

impl Clock {
    pub(super) fn new(now: Instant) -> Clock {
        Clock { due: now, rest: now, missing: 0 }
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

    /// The microphone gave a block, so the system's clock is not needed for a while.
    pub(super) fn paced(&mut self, now: Instant, wakes: bool) {
        self.due = now + PATIENCE;
        self.missing = media::BLOCK;
        self.rest = if wakes { now } else { now + TICK - ASK };
    }

    /// The microphone had no whole block; `missing` samples are. If it grows by crumbs there is no use in looking at every
    /// one of them.
    pub(super) fn starved(&mut self, now: Instant, wakes: bool, missing: usize) {
        if missing < self.missing {
            self.missing = missing;
            self.rest = now + Duration::from_micros(missing as u64 * 1_000 / 48);
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
