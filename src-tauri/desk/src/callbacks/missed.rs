//! Calls that nobody took, and callers who gave up. An answer may come a little late, and a call that rang here may be taken by
//! a colleague: so nothing is made of one before that is certain.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::{Callbacks, request::Wanted};
use crate::{
    card::{Alarms, is_same},
    update::{Desk, Now},
    wire::{CallbackReason, Refusal},
};

/// Calls that may turn out to be missed, by the key of the wish that they are.
#[derive(Debug, Default)]
pub(super) struct Missed {
    calls: HashMap<String, Caller>,
    alarms: Alarms<String>,
}

/// Who called.
#[derive(Debug)]
struct Caller {
    reason: CallbackReason,
    number: String,
    name: Option<String>,
    queue: Option<String>,
}

impl Missed {
    pub(super) fn wake(&self) -> Option<Instant> {
        self.alarms.next()
    }

    /// Somebody spoke with them.
    pub(super) fn spoken_with(&mut self, number: &str) {
        let alarms = &mut self.alarms;
        self.calls.retain(|key, caller| {
            let stays = !is_same(&caller.number, number);
            if !stays {
                alarms.set(key.clone(), None);
            }
            stays
        });
    }

    fn note(&mut self, key: &str, caller: Caller, certain_at: Option<Instant>) {
        if self.calls.len() < MOST && self.calls.insert(key.to_owned(), caller).is_none() {
            self.alarms.set(key.to_owned(), certain_at);
        }
    }

    fn drop(&mut self, key: &str) {
        if self.calls.remove(key).is_some() {
            self.alarms.set(key.to_owned(), None);
        }
    }

    fn pop(&mut self, now: Instant) -> Option<(String, Caller)> {
        let (_, key) = self.alarms.pop(now)?;
        let caller = self.calls.remove(&key)?;
        Some((key, caller))
    }
}

impl Desk {
    /// A line of the history is new or different.
    pub(crate) fn callbacks_see(&mut self, call: &journal::Call, now: Now) {
        let is_theirs = call.direction == journal::Direction::In && call.ended_at.is_some();
        let is_missed = is_theirs && call.outcome == Some(journal::Outcome::Missed);
        let key = format!("missed/{}", call.key);
        if !self.settings.callbacks.from_missed || !is_missed || !self.is_outside(&call.number) {
            return self.callbacks.missed.drop(&key);
        }
        let (name, queue) = (call.name.clone(), call.queue.clone());
        let caller = Caller { reason: CallbackReason::Missed, number: call.number.clone(), name, queue };
        self.callbacks.missed.note(&key, caller, now.instant.checked_add(CERTAIN_AFTER));
    }

    /// Somebody gave up waiting in a queue.
    pub(crate) fn callbacks_abandoned(&mut self, queue: &str, number: &str, name: Option<&str>, now: Now) {
        if !self.settings.callbacks.from_abandoned || !self.is_outside(number) {
            return;
        }
        let (name, queue) = (name.map(str::to_owned), Some(queue.to_owned()));
        let caller = Caller { reason: CallbackReason::Abandoned, number: number.to_owned(), name, queue };
        let key = format!("abandoned/{}/{number}", caller.queue.as_deref().unwrap_or_default());
        self.callbacks.missed.note(&key, caller, Some(now.instant));
    }

    /// Makes callbacks of the calls that are missed for certain. They wait until what stood in the journal is known.
    pub(super) fn missed_for_good(&mut self, now: Now) {
        if !self.callbacks.restored {
            return;
        }
        while let Some((key, caller)) = self.callbacks.missed.pop(now.instant) {
            let is_missed = caller.reason == CallbackReason::Missed;
            let due = now.wall.checked_add(self.settings.callbacks.due_after).unwrap_or(now.wall);
            let wanted = Wanted {
                number: caller.number,
                name: caller.name,
                queue: caller.queue,
                reason: caller.reason,
                due_else: due,
                // Who gives up once more is another wish.
                key: is_missed.then_some(key),
                of_any_queue: is_missed,
                ..Wanted::nobody(now)
            };
            self.want_by_rule(wanted, now);
        }
    }

    fn is_outside(&self, number: &str) -> bool {
        !crate::card::is_withheld(number) && !self.deck.numbering().own().is_extension(number)
    }

    /// Nobody waits for an answer. A number that may not be called is nobody's to call back, either.
    fn want_by_rule(&mut self, wanted: Wanted, now: Now) {
        match self.want(wanted, now) {
            Err(Refusal { code, detail, .. }) if code == Callbacks::FULL && !self.callbacks.told_full => {
                self.callbacks.told_full = true;
                self.notice(&code, detail);
            }
            Ok(_) => self.callbacks.told_full = false,
            Err(_) => {}
        }
    }
}

/// A late answer counts for two seconds.
const CERTAIN_AFTER: Duration = Duration::from_secs(3);
/// Of a flood within these seconds no more are looked at.
const MOST: usize = 1_000;
