//! One promise.

use std::time::Instant;

use jiff::Timestamp;
use journal::Attempt;
use phone::CallId;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::wire::{
    AttemptResult, Callback, CallbackAttempt, CallbackOrder, CallbackOutcome, CallbackReason, CallbackState,
};

/// Somebody who is to be called back.
#[derive(Clone, Debug)]
pub(super) struct One {
    pub(super) id: String,
    /// By these whoever asked knows it again, the oldest first.
    pub(super) wishes: Vec<String>,
    pub(super) number: String,
    pub(super) shown: String,
    /// Never called without somebody wanting it now.
    pub(super) is_risky: bool,
    pub(super) name: Option<String>,
    pub(super) queue: Option<String>,
    pub(super) reason: CallbackReason,
    pub(super) note: String,
    pub(super) created_at: Timestamp,
    pub(super) due_at: Timestamp,
    pub(super) claimed_by: Option<String>,
    pub(super) attempts: Vec<Tried>,
    pub(super) closed: Option<(CallbackOutcome, Timestamp)>,
    /// Who was spoken with before has not been called back by that; `None` if it is older than this session.
    pub(super) since: Option<Instant>,
    /// Its time has come, and was told.
    pub(super) is_due: bool,
    /// The due time for which it was called by itself.
    pub(super) called_for: Option<Timestamp>,
    pub(super) going: Option<Going>,
    /// Somebody spoke with them while they were being called, by another call than this attempt's.
    pub(super) spoken: Option<CallbackOutcome>,
}

/// A call that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tried {
    pub(super) at: Timestamp,
    pub(super) by: String,
    pub(super) result: AttemptResult,
}

/// How far an attempt is.
#[derive(Clone, Debug)]
pub(super) enum Going {
    /// Its row is on the way to the disk. `by_itself`: no click asked for it.
    Written { token: u64, order: CallbackOrder, by_itself: bool, until: Option<Instant> },
    /// This telephone calls.
    Call(CallId),
    /// The PBX was asked to place it: the name of the origination, and this telephone's part.
    Originated { name: String, call: Option<CallId> },
    /// The PBX calls them first: this telephone's part, once it rings.
    Ordered { order: String, reached: Reached, call: Option<CallId>, until: Option<Instant> },
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reached {
    /// The PBX has not said anything.
    Asked,
    /// It calls them.
    Accepted,
    /// They have answered.
    Up,
}

impl Going {
    /// When it is waited for no longer.
    pub(super) fn until(&self) -> Option<Instant> {
        match self {
            Self::Written { until, .. } | Self::Ordered { until, .. } => *until,
            Self::Call(_) | Self::Originated { .. } => None,
        }
    }
}

impl One {
    pub(super) fn last_result(&self) -> Option<AttemptResult> {
        self.attempts.last().map(|tried| tried.result)
    }

    /// What came of the last attempt.
    pub(super) fn set_result(&mut self, result: AttemptResult) {
        if let Some(tried) = self.attempts.last_mut() {
            tried.result = result;
        }
    }

    pub(super) fn add_attempt(&mut self, tried: Tried) {
        if self.attempts.len() >= MAX_ATTEMPTS {
            self.attempts.remove(0);
        }
        self.attempts.push(tried);
    }

    /// Adds what is new, if there is room for it.
    pub(super) fn add_note(&mut self, note: &str) {
        if !self.has_room_for(note) || note.is_empty() || self.has_note(note) {
            return;
        }
        if !self.note.is_empty() {
            self.note.push('\n');
        }
        self.note.push_str(note);
    }

    pub(super) fn has_room_for(&self, note: &str) -> bool {
        note.is_empty() || self.has_note(note) || self.note.len() + note.len() < MAX_NOTE
    }

    /// Whether these very lines stand there, one after the other.
    fn has_note(&self, note: &str) -> bool {
        format!("\n{}\n", self.note).contains(&format!("\n{note}\n"))
    }

    pub(super) fn add_wish(&mut self, key: &str) {
        if self.wishes.len() >= MAX_WISHES {
            self.wishes.remove(0);
        }
        self.wishes.push(key.to_owned());
    }

    pub(super) fn state(&self) -> CallbackState {
        if self.closed.is_some() {
            CallbackState::Closed
        } else if self.going.is_some() {
            CallbackState::Calling
        } else if self.claimed_by.is_some() {
            CallbackState::Claimed
        } else {
            CallbackState::Open
        }
    }

    fn call(&self) -> Option<CallId> {
        match &self.going {
            Some(Going::Call(call)) => Some(*call),
            Some(Going::Originated { call, .. } | Going::Ordered { call, .. }) => *call,
            _ => None,
        }
    }

    pub(super) fn wire(&self, mine: &[String]) -> Callback {
        Callback {
            id: self.id.clone(),
            number: self.number.clone(),
            number_shown: self.shown.clone(),
            name: self.name.clone(),
            queue: self.queue.clone(),
            reason: self.reason,
            note: self.note.clone(),
            created_at: self.created_at.to_string(),
            due_at: self.due_at.to_string(),
            is_due: self.is_due && self.closed.is_none(),
            state: self.state(),
            claimed_by: self.claimed_by.clone(),
            is_mine: self.claimed_by.as_ref().is_some_and(|by| mine.contains(by)),
            attempts: self.attempts.iter().map(Tried::wire).collect(),
            call: self.call().map(|call| call.to_string()),
            outcome: self.closed.map(|(outcome, _)| outcome),
            closed_at: self.closed.map(|(_, at)| at.to_string()),
        }
    }

    /// As it stands in the journal.
    pub(super) fn row(&self) -> journal::Callback {
        journal::Callback {
            key: self.id.clone(),
            wishes: self.wishes.clone(),
            number: self.number.clone(),
            name: self.name.clone(),
            queue: self.queue.clone(),
            reason: word(&self.reason),
            note: self.note.clone(),
            created_at: self.created_at,
            due_at: self.due_at,
            claimed_by: self.claimed_by.clone(),
            attempts: self.attempts.iter().map(Tried::row).collect(),
            outcome: self.closed.map(|(outcome, _)| word(&outcome)),
            closed_at: self.closed.map(|(_, at)| at),
        }
    }

    /// From the journal; `shown` is the number as people write it.
    pub(super) fn of_row(row: journal::Callback, shown: String, is_risky: bool) -> Self {
        let outcome = row.outcome.as_deref().and_then(read).unwrap_or(CallbackOutcome::Cancelled);
        Self {
            id: row.key,
            wishes: row.wishes,
            number: row.number,
            shown,
            is_risky,
            name: row.name,
            queue: row.queue,
            reason: read(&row.reason).unwrap_or(CallbackReason::Requested),
            note: row.note,
            created_at: row.created_at,
            due_at: row.due_at,
            claimed_by: row.claimed_by,
            attempts: row.attempts.into_iter().map(Tried::of_row).collect(),
            closed: row.closed_at.map(|at| (outcome, at)),
            since: None,
            is_due: false,
            called_for: None,
            going: None,
            spoken: None,
        }
    }
}

impl Tried {
    fn wire(&self) -> CallbackAttempt {
        CallbackAttempt { at: self.at.to_string(), by: self.by.clone(), result: self.result }
    }

    fn row(&self) -> Attempt {
        Attempt { at: self.at, by: self.by.clone(), result: word(&self.result) }
    }

    fn of_row(row: Attempt) -> Self {
        Self { at: row.at, by: row.by, result: read(&row.result).unwrap_or(AttemptResult::Interrupted) }
    }
}

/// As on the wire.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| Some(word.as_str()?.to_owned())).unwrap_or_default()
}

fn read<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(Value::from(word)).ok()
}

/// As often as the settings may want; beyond, the oldest go.
const MAX_ATTEMPTS: usize = 100;
/// Bytes of all that was written about one.
const MAX_NOTE: usize = 8 * 1024;
/// Of one callback so many wishes are known again.
const MAX_WISHES: usize = 64;
