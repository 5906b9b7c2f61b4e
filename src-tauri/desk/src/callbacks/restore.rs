//! What stood in the journal.

use super::one::One;
use crate::{
    update::{Desk, Now},
    wire::{AttemptResult, CallbackOutcome},
};

impl Desk {
    /// Knows again who is to be called back. An attempt that was under way is not made again by itself: what came of it, nobody
    /// knows.
    pub(crate) fn restore_callbacks(&mut self, callbacks: Vec<journal::Callback>, now: Now) {
        self.callbacks.restored = true;
        let (closed, open): (Vec<_>, Vec<_>) = callbacks.into_iter().partition(|row| row.closed_at.is_some());
        // The newest first, as the journal tells them, and the oldest are forgotten first.
        for row in closed.into_iter().rev() {
            self.callbacks.wishes.note(&row.wishes, &row.key);
            let one = self.of_row(row);
            if let Some((_, at)) = one.closed {
                self.callbacks.closed.insert((at, one.id.clone()));
                self.callbacks.dirty.insert(one.id.clone());
                self.callbacks.all.insert(one.id.clone(), one);
            }
        }
        for row in open {
            let one = self.of_row(row);
            if !self.callbacks.all.contains_key(&one.id) {
                self.take_up(one, now);
            }
        }
    }

    fn of_row(&self, row: journal::Callback) -> One {
        let whom = self.whom(&row.number);
        let shown = whom.as_ref().map_or_else(|_| row.number.clone(), |whom| whom.shown.clone());
        One::of_row(row, shown, whom.is_ok_and(|whom| whom.is_risky))
    }

    fn take_up(&mut self, mut one: One, now: Now) {
        let (id, last) = (one.id.clone(), one.last_result());
        if last == Some(AttemptResult::Calling) {
            one.set_result(AttemptResult::Interrupted);
        }
        self.callbacks.insert(one);
        match last {
            Some(AttemptResult::Calling) => self.callbacks.changed(&id),
            Some(AttemptResult::Answered) => self.callbacks.close(&id, CallbackOutcome::Reached, now),
            _ => {}
        }
    }
}
