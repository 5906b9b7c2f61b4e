//! Promises to call back, as work.
//!
//! ```text
//!   a card, a web site ─┐                            due ──► told once
//!   missed, abandoned ──┴──► Open ◄──► Claimed ─┬────────────────────────────► Closed ── 24 h ──► gone
//!                              ▲          ▲     │ call: a row first              ▲
//!                              │          │     ▼                                │
//!                              │          └── Calling ── answered ───────────────┤
//!                              │   later, and the attempt is kept                │
//!                              └──────────── somebody spoke with them ───────────┘
//! ```
//!
//! One for each number and queue: who asks again changes the first. It is in the journal as soon as it is known, and an attempt
//! to call is there **before** anything is dialled, so that after a crash nobody is called twice without somebody wanting it:
//!
//! ```text
//!   call ──► Commit(attempt: calling) ──► Committed ──► Dial ──► the call's end: answered, no_answer, busy, failed
//!                     │                                  └── crash ──► interrupted: the agent decides
//!                     └── cannot be written: nothing is dialled
//! ```
//!
//! What is due is judged by the clock of the wall, looked at whenever something happens and every half minute, so that neither a
//! clock that is set nor a machine that slept makes one be told twice or not at all.

mod attempt;
mod due;
mod heard;
mod missed;
mod one;
mod order;
mod request;
mod restore;
mod rules;
mod wishes;
mod work;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Instant,
};

use jiff::Timestamp;
use journal::Write;
use phone::CallId;

pub(crate) use self::request::CallbackForm;
use self::{heard::Legs, missed::Missed, one::One, wishes::Wishes};
pub use rules::{AtDue, CallbackRules};

use crate::{
    card::{in_common, is_same},
    intent::Made,
    update::{Desk, Effect, Now},
    wire::{Callback, CallbackOutcome, Refusal, What},
};

/// All that are known.
#[derive(Debug, Default)]
pub(crate) struct Callbacks {
    /// Those that are open or were closed lately.
    all: BTreeMap<String, One>,
    /// Open ones, by what all spellings of their number have in common.
    open: HashMap<String, BTreeSet<String>>,
    /// Open ones that are not due yet, the next first.
    waiting: BTreeSet<(Timestamp, String)>,
    /// Open ones that are due, the longest due first.
    due: BTreeSet<(Timestamp, String)>,
    /// Those that were closed lately, the oldest first.
    closed: BTreeSet<(Timestamp, String)>,
    /// Those that are being called.
    going: BTreeSet<String>,
    wishes: Wishes,
    missed: Missed,
    legs: Legs,
    /// Calls of this telephone whose answer was seen.
    answered: BTreeSet<CallId>,
    /// By which names the PBX may know this desk.
    mine: Vec<String>,
    /// What stood in the journal is here.
    restored: bool,
    made: u64,
    tokens: u64,
    /// It was told that there are too many.
    told_full: bool,
    /// To be told anew, and to be written anew.
    dirty: BTreeSet<String>,
    unwritten: BTreeSet<String>,
    /// Shown no longer.
    gone: Vec<String>,
    /// Due since this was told last.
    told_due: Vec<String>,
    /// When the clock of the wall is to be looked at.
    looks_at: Option<Instant>,
}

type Outcome = Result<Made, Refusal>;

impl Callbacks {
    /// When something is due.
    pub(crate) fn wake(&self) -> Option<Instant> {
        // Before what stood in the journal is known nothing is made of a missed call.
        let missed = self.missed.wake().filter(|_| self.restored);
        let lost = self.going.iter().filter_map(|id| self.all.get(id)?.going.as_ref()?.until()).min();
        [self.looks_at, missed, lost].into_iter().flatten().min()
    }

    /// All that are shown, by id.
    pub(crate) fn wire(&self) -> Vec<Callback> {
        self.all.values().map(|one| one.wire(&self.mine)).collect()
    }

    fn is_mine(&self, extension: &str) -> bool {
        self.mine.iter().any(|mine| mine == extension)
    }

    /// Open ones with this number, however it is spelled.
    fn with_number(&self, number: &str) -> impl Iterator<Item = &One> {
        let number = user(number);
        let alike = self.open.get(&in_common(number)).into_iter().flatten();
        alike.filter_map(|id| self.all.get(id)).filter(move |one| is_same(user(&one.number), number))
    }

    /// Takes in one that is open.
    fn insert(&mut self, one: One) {
        self.wishes.note(&one.wishes, &one.id);
        self.open.entry(in_common(user(&one.number))).or_default().insert(one.id.clone());
        self.waiting.insert((one.due_at, one.id.clone()));
        self.dirty.insert(one.id.clone());
        self.all.insert(one.id.clone(), one);
    }

    fn changed(&mut self, id: &str) {
        self.dirty.insert(id.to_owned());
        self.unwritten.insert(id.to_owned());
    }

    /// Will be due at that time, and told once more.
    fn due_at(&mut self, id: &str, at: Timestamp) {
        let Some(one) = self.all.get_mut(id).filter(|one| one.due_at != at) else { return };
        let before = (one.due_at, id.to_owned());
        (one.due_at, one.is_due) = (at, false);
        self.waiting.remove(&before);
        self.due.remove(&before);
        self.waiting.insert((at, id.to_owned()));
        self.changed(id);
    }

    fn close(&mut self, id: &str, outcome: CallbackOutcome, now: Now) {
        let Some(one) = self.all.get_mut(id).filter(|one| one.closed.is_none()) else { return };
        one.closed = Some((outcome, now.wall));
        one.going = None;
        let (number, place) = (in_common(user(&one.number)), (one.due_at, id.to_owned()));
        self.waiting.remove(&place);
        self.due.remove(&place);
        self.going.remove(id);
        if let Some(open) = self.open.get_mut(&number) {
            open.remove(id);
            if open.is_empty() {
                self.open.remove(&number);
            }
        }
        self.closed.insert((now.wall, id.to_owned()));
        self.changed(id);
    }

    /// Takes a closed one out of sight. Its wishes are remembered.
    fn forget(&mut self, id: &str) {
        if self.all.remove(id).is_some() {
            self.dirty.remove(id);
            self.gone.push(id.to_owned());
        }
    }
}

/// Without the domain, in which digits mean nothing.
fn user(number: &str) -> &str {
    number.split('@').next().unwrap_or_default()
}

impl Desk {
    /// Looks at the calls of this desk, and at the time: after every input.
    pub(crate) fn follow_callbacks(&mut self, now: Now) {
        self.know_own_names();
        self.follow_answers(now);
        self.follow_attempts(now);
        self.missed_for_good(now);
        self.look_at_clock(now);
        self.call_what_is_due(now);
    }

    /// Whose callback is mine follows from the accounts, and from the telephone that the PBX rings instead.
    fn know_own_names(&mut self) {
        let desk_phone = self.settings.supervision.desk_phone.as_deref();
        let names = self.accounts.iter().flat_map(|account| account.users()).chain(desk_phone);
        if !names.clone().eq(self.callbacks.mine.iter().map(String::as_str)) {
            self.callbacks.mine = names.map(str::to_owned).collect();
            let claimed = self.callbacks.all.values().filter(|one| one.claimed_by.is_some());
            let claimed: Vec<_> = claimed.map(|one| one.id.clone()).collect();
            self.callbacks.dirty.extend(claimed);
        }
    }

    fn write_callbacks(&mut self) {
        for id in std::mem::take(&mut self.callbacks.unwritten) {
            if let Some(one) = self.callbacks.all.get(&id) {
                self.effects.push(Effect::Journal(Write::Callback(Box::new(one.row()))));
            }
        }
    }

    /// Tells what changed, once it is on its way to the disk.
    pub(crate) fn publish_callbacks(&mut self) {
        self.write_callbacks();
        for callback in std::mem::take(&mut self.callbacks.gone) {
            self.tell(What::CallbackRemoved { callback });
        }
        for id in std::mem::take(&mut self.callbacks.dirty) {
            if let Some(one) = self.callbacks.all.get(&id) {
                let callback = Box::new(one.wire(&self.callbacks.mine));
                self.tell(What::CallbackChanged { callback });
            }
        }
        for callback in std::mem::take(&mut self.callbacks.told_due) {
            self.tell(What::CallbackDue { callback });
        }
    }
}
