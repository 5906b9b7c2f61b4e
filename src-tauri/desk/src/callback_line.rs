//! The line that calls back by itself: a call comes in, is ended, the party is called, and handed on.
//!
//! ```text
//!   a call to the line ─► refused ─► by the rules? ── no ──► shown as refused, nobody is called
//!                                         │
//!                        Waiting: its end, then the delay
//!                 by = Sip │                         │ by = Manager
//!           NotThere ─► Calling         NotThere ─► Ordered ─ up ─► OrderUp ─ both speak ─► done
//!                          │ answered
//!         ┌────────────────┼──────────────────────┐
//!       agent        extension, queue           digits
//!         │                │          ┌───────── Dialling ◄───────────────┐
//!      Ringing             ▼          ▼ a number that may be reached      │ not reached, or wrong:
//!         │            Referring ── refused ──► Bridging ─────────────────┤ three tries
//!         │ answers        │ accepted              │ answered             ▼
//!         └──► done        └──► done            Bridged ─► done        Leaving: a tone, then the end
//! ```
//!
//! Off by default. Whom it calls is decided in [`callee`], how often in [`limits`]; a call that did not come from the account's
//! registrar is never called back. Every stage but a bridge ends by itself at some time.

mod callee;
mod digits;
mod hand_over;
mod intake;
mod limits;
mod manager;
mod one;
mod reason;
mod rules;
mod shown;
mod sip;
mod standing;

use std::{mem, time::Instant};

pub use rules::{HandOver, LineBy, LineMethod, LineNext, LineRules, ReadAt};

use self::{
    limits::Made,
    one::{One, Stage},
    reason::Reason,
    shown::Shown,
    standing::Standing,
};
use crate::{
    update::{Desk, Now, Store},
    wire::Refusal,
};

/// What is going on of it.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// The rules by which those who wait were let in.
    rules: LineRules,
    /// At most [`intake::MOST_AT_ONCE`].
    all: Vec<One>,
    made: Made,
    /// How many calls came.
    counted: u64,
    shown: Shown,
    standing: Standing,
}

impl Line {
    /// When something is due.
    pub(crate) fn wake(&self) -> Option<Instant> {
        let due = self.all.iter().filter_map(One::wake);
        due.chain(self.made.wake()).chain(self.shown.wake()).min()
    }
}

impl Desk {
    pub(crate) fn set_callback_line(&mut self, on: bool) -> Result<(), Refusal> {
        self.unlocked("callback_line.enabled")?;
        if !self.settings.line.configured {
            return Err(Refusal::conflict(
                "callback_line_not_set_up",
                "No callback line is set up: see [callback_line] of the settings",
            ));
        }
        if self.settings.line.enabled != on {
            self.settings.line.enabled = on;
            self.store(Store::CallbackLine(on));
        }
        Ok(())
    }

    /// Whoever was let in by other rules, or while it worked, and has not been reached yet, is not called any more.
    fn mind_rules(&mut self, now: Now) {
        if self.line.rules == self.settings.line {
            return;
        }
        self.line.rules = self.settings.line.clone();
        for one in mem::take(&mut self.line.all) {
            let kept = if one.is_answered() { Some(one) } else { self.take_back_call(one, now) };
            self.line.all.extend(kept);
        }
    }

    fn take_back_call(&mut self, one: One, now: Now) -> Option<One> {
        match &one.stage {
            Stage::Calling { call, .. } => self.line_hangs_up(*call),
            Stage::Ordered { order, .. } => {
                self.order('b', cti::Wish::End { order: order.clone() });
            }
            _ => {}
        }
        self.fails(one, &Reason::SwitchedOff, now)
    }

    /// Looks at the settings, at the calls of this desk, and at the time: after every input.
    pub(crate) fn follow_line(&mut self, now: Now) {
        self.check_line();
        self.mind_rules(now);
        self.line.made.forget(now.instant);
        self.line.shown.is_now(now.instant);
        for one in mem::take(&mut self.line.all) {
            let kept = self.follow_one(one, now);
            self.line.all.extend(kept);
        }
    }

    /// One of them goes on, or is over.
    fn follow_one(&mut self, one: One, now: Now) -> Option<One> {
        match one.stage {
            Stage::Waiting { refused, due } => self.waits(one, refused, due, now),
            Stage::NotThere { until } => self.calls(one, until, now),
            Stage::Calling { call, until } => self.rings_there(one, call, until, now),
            Stage::Dialling { call, .. } => self.dials(one, call, now),
            Stage::Referring { call, answer, until, .. } => self.is_referred(one, call, answer, until, now),
            Stage::Bridging { call, other, until, .. } => self.is_bridging(one, (call, other), until, now),
            Stage::Bridged { call, other } => self.speak(one, [call, other], now),
            Stage::Ringing { call, until } => self.rings_at_agent(one, call, until, now),
            Stage::Leaving { call, until, .. } => self.leaves(one, call, until, now),
            Stage::Ordered { until, .. } | Stage::OrderUp { until, .. } => self.is_ordered_until(one, until, now),
        }
    }

    /// It is over, and came to what it was for.
    fn succeeds(&mut self, one: One, now: Now) -> Option<One> {
        self.line.shown.add(one.id, one.done(), now.instant);
        None
    }

    /// It is over, and did not.
    fn fails(&mut self, one: One, why: &Reason, now: Now) -> Option<One> {
        self.line.shown.add(one.id, one.failed(why), now.instant);
        None
    }
}
