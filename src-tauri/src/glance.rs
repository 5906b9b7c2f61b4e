//! The desk at a glance: as much of it as the tray, the notifications and the window's manners need. Pure.

use desk::wire::{Account, Call, CallState, Change, Direction, HistoryEntry, Language, Preferences, Reason};
use desk::wire::{Registration, Snapshot, What};

/// What the shell's own surfaces show.
#[derive(Clone, Debug, PartialEq)]
pub struct Glance {
    accounts: Vec<Account>,
    calls: Vec<Call>,
    preferences: Preferences,
    missed: usize,
}

/// How the phone stands, as an icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// No account is registered, so nobody can call.
    Offline,
    /// Calls would come through.
    Ready,
    /// A call is ringing here.
    Ringing,
    /// A call is up or being placed.
    InCall,
}

impl Glance {
    /// The desk as `snapshot` tells it; no call is missed yet.
    pub fn new(snapshot: Snapshot) -> Glance {
        let Snapshot { accounts, calls, preferences, .. } = snapshot;
        Glance { accounts, calls, preferences, missed: 0 }
    }

    /// Starts over from `snapshot` after changes were lost. What was missed stays missed.
    pub fn resync(&mut self, snapshot: Snapshot) {
        *self = Glance { missed: self.missed, ..Glance::new(snapshot) };
    }

    /// Takes in one change.
    pub fn apply(&mut self, change: Change) {
        match change.what {
            What::CallChanged { call } => put(&mut self.calls, call, |call| &call.id),
            What::CallRemoved { call } => self.calls.retain(|known| known.id != call),
            What::HistoryAdded { entry } => self.missed += usize::from(is_missed(&entry)),
            What::AccountChanged { account } => put(&mut self.accounts, account, |account| &account.id),
            What::AccountRemoved { account } => self.accounts.retain(|known| known.id != account),
            What::PreferencesChanged { preferences } => self.preferences = preferences,
            What::DevicesChanged { .. } | What::Levels { .. } | What::Notice { .. } => {}
        }
    }

    /// The agent looked at the window.
    pub fn seen(&mut self) {
        self.missed = 0;
    }

    /// Calls that nobody took since the agent last looked.
    pub fn missed(&self) -> usize {
        self.missed
    }

    /// Calls that ring at this desk.
    pub fn ringing(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|call| call.direction == Direction::Inbound && call.state == CallState::Ringing)
    }

    /// How the phone stands. A conversation outshines a second call that rings.
    pub fn presence(&self) -> Presence {
        if self.calls.iter().any(is_up) {
            Presence::InCall
        } else if self.ringing().next().is_some() {
            Presence::Ringing
        } else if self.accounts.iter().any(|account| account.registration == Registration::Registered) {
            Presence::Ready
        } else {
            Presence::Offline
        }
    }

    /// The language of the shell's sentences.
    pub fn language(&self) -> Language {
        self.preferences.language
    }

    /// Whether calls are refused.
    pub fn do_not_disturb(&self) -> bool {
        self.preferences.do_not_disturb
    }
}

fn put<T>(list: &mut Vec<T>, item: T, id: impl Fn(&T) -> &str) {
    match list.iter_mut().find(|known| id(known) == id(&item)) {
        Some(known) => *known = item,
        None => list.push(item),
    }
}

fn is_up(call: &Call) -> bool {
    match call.state {
        CallState::Dialing | CallState::Early | CallState::Active | CallState::Held | CallState::Ending => true,
        CallState::Ringing => call.direction == Direction::Outbound,
        CallState::Ended => false,
    }
}

/// A call to us that rang in vain; one the agent refused, or took on another phone, was not missed.
fn is_missed(entry: &HistoryEntry) -> bool {
    let dealt_with = matches!(entry.ended.reason, Reason::Declined | Reason::AnsweredElsewhere | Reason::HungUp);
    entry.direction == Direction::Inbound && entry.answered_at.is_none() && !dealt_with
}

#[cfg(test)]
mod tests;
