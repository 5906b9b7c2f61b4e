//! Which cards pop up while the agent works elsewhere. Pure.
//!
//! ```text
//!   rings, and the main window is not looked at ──► popped up ── answered, taken, wrapped up ──► gone
//!     ▲                                                 │
//!     └── looks away while it rings ── let go ◄─────────┘ the agent turns to the main window, which shows them all
//! ```

use std::collections::BTreeSet;

use desk::wire::{Card, CardOutcome, CardRules, CardState, Direction, WrapUpMode};

use crate::glance::Glance;

/// The cards that popped up. One that rings always does; one that is answered stays only if the agent met it here.
#[derive(Debug, Default)]
pub struct Popup {
    up: BTreeSet<String>,
}

impl Popup {
    /// Follows the desk and says whether the card's window is to be seen. `is_attended` tells whether the agent works in
    /// the main window; it is asked only if that matters.
    pub fn follow(&mut self, glance: &Glance, is_attended: impl FnOnce() -> bool) -> bool {
        let rules = glance.card_rules();
        let shown = |id: &str| glance.cards().iter().any(|card| card.id == id && is_current(card, rules));
        self.up.retain(|id| shown(id));
        self.up.extend(glance.callers().map(|card| card.id.clone()));
        if !self.up.is_empty() && is_attended() {
            self.up.clear();
        }
        !self.up.is_empty()
    }

    /// The cards that are up.
    pub fn cards(&self) -> impl Iterator<Item = &str> {
        self.up.iter().map(String::as_str)
    }
}

/// Whether the card's page shows it: the same as `isCurrent` there.
fn is_current(card: &Card, rules: &CardRules) -> bool {
    let is_worked_on = || card.wrap_up.is_some() || rules.wrap_up == WrapUpMode::Off;
    card.direction == Direction::Inbound
        && match card.state {
            CardState::Ringing | CardState::Active | CardState::Taken => true,
            CardState::Ended => card.outcome == Some(CardOutcome::Answered) && is_worked_on(),
        }
}

#[cfg(test)]
mod tests;
