//! The line that calls back by itself: a call comes in, is ended, the party is called, and handed on.

mod rules;

use cti::OrderTold;
use phone::CallId;

pub use rules::{HandOver, LineBy, LineMethod, LineNext, LineRules, ReadAt};

use crate::{
    call::Call,
    intent::Made,
    update::{Desk, Now},
    wire::{CallbackLine, Refusal},
};

/// What is going on of it.
#[derive(Debug, Default)]
pub(crate) struct Line {}

impl Line {
    /// When something is due.
    pub(crate) fn wake(&self) -> Option<std::time::Instant> {
        None
    }
}

impl Desk {
    pub(crate) fn load_line(&mut self) {}

    pub(crate) fn set_callback_line(&mut self, _on: bool, _now: Now) -> Result<Made, Refusal> {
        Err(Refusal::conflict(
            "callback_line_not_set_up",
            "No callback line is set up: see [callback_line] of the settings",
        ))
    }

    /// Whether an incoming call is for the line. It is refused then, and never rings.
    pub(crate) fn line_takes(&mut self, _call: &Call, _now: Now) -> bool {
        false
    }

    /// A call that the line made has a digit.
    pub(crate) fn line_digit(&mut self, _call: CallId, _digit: char, _now: Now) {}

    /// An order of the line got on: `b…`.
    pub(crate) fn line_order_told(&mut self, _told: &OrderTold, _now: Now) {}

    /// Looks at the calls of this desk, and at the time: after every input.
    pub(crate) fn follow_line(&mut self, _now: Now) {}

    /// What is shown of it.
    pub(crate) fn callback_line(&self) -> CallbackLine {
        CallbackLine::default()
    }

    /// Tells what changed.
    pub(crate) fn publish_line(&mut self) {}
}
