//! What is shown of the line.

use std::{
    cmp::Reverse,
    collections::VecDeque,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{LineBy, LineMethod, callee::Callee, one::name, reason::Reason};
use crate::{
    call::Call,
    update::Desk,
    wire::{CallbackLine, LineCall, LineState, Registration, What},
};

/// Calls that are over, and when the window was told.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// With their numbers and when they ended, the oldest end first; at most [`MOST_SHOWN`].
    over: VecDeque<(Instant, u64, LineCall)>,
    /// The time of this input.
    now: Option<Instant>,
    /// When nothing but calls that were refused was told.
    told: Option<Instant>,
    /// Some of them wait to be.
    waits: bool,
}

impl Shown {
    pub(super) fn add(&mut self, id: u64, call: LineCall, now: Instant) {
        if self.over.len() >= MOST_SHOWN {
            // Whoever was refused is the first to go: a flood of them hides nothing.
            let refused = self.over.iter().position(|(.., call)| call.state == LineState::Refused);
            self.over.remove(refused.unwrap_or(0));
        }
        self.over.push_back((now, id, call));
    }

    /// Lets go of what has been in sight for long enough.
    pub(super) fn is_now(&mut self, now: Instant) {
        self.now = Some(now);
        while self.over.front().is_some_and(|(at, ..)| now.saturating_duration_since(*at) >= SHOWN_FOR) {
            self.over.pop_front();
        }
    }

    pub(super) fn wake(&self) -> Option<Instant> {
        let told = self.told.filter(|_| self.waits).and_then(|told| told.checked_add(APART));
        let leaves = self.over.front().and_then(|(at, ..)| at.checked_add(SHOWN_FOR));
        told.into_iter().chain(leaves).min()
    }

    fn may_be_told(&self) -> bool {
        self.told.zip(self.now).is_none_or(|(told, now)| now.saturating_duration_since(told) >= APART)
    }
}

impl Desk {
    /// What is shown of it.
    pub(crate) fn callback_line(&self) -> CallbackLine {
        let rules = &self.settings.line;
        if !rules.configured {
            return CallbackLine { calls: self.line_calls(), ..CallbackLine::default() };
        }
        let trouble = rules.enabled.then(|| self.line.standing.trouble().or_else(|| self.line_is_down())).flatten();
        let now = self.line.shown.now;
        CallbackLine {
            configured: true,
            enabled: rules.enabled,
            trouble: trouble.as_ref().map(Reason::trouble),
            calls: self.line_calls(),
            made_last_hour: now.map_or(0, |now| self.line.made.count(now)),
            per_hour: rules.per_hour,
        }
    }

    /// Those under way are always among them.
    fn line_calls(&self) -> Vec<LineCall> {
        let active = self.line.all.iter().map(|one| (one.id, one.row()));
        let over = self.line.shown.over.iter().rev().map(|(_, id, call)| (*id, call.clone()));
        let mut calls: Vec<(u64, LineCall)> = active.chain(over).take(MOST_SHOWN).collect();
        calls.sort_by_key(|(id, _)| Reverse(*id));
        calls.into_iter().map(|(_, call)| call).collect()
    }

    fn line_is_down(&self) -> Option<Reason> {
        let rules = &self.settings.line;
        let is_down = |name: &str| {
            let stands = self.account_called(name).map(crate::account::Account::registration);
            matches!(stands, Some(Registration::Failed | Registration::Unregistered))
        };
        if is_down(&rules.account) {
            return Some(Reason::NotRegistered);
        }
        let is_needed = rules.by == LineBy::Sip && !matches!(rules.method, LineMethod::Extension(_));
        let trunk = rules.trunk.as_ref().filter(|_| is_needed);
        trunk.is_some_and(|trunk| is_down(trunk)).then_some(Reason::NoTrunk)
    }

    /// Tells what changed. Calls that were refused are told a few times a second at most: a flood of them is no news.
    pub(crate) fn publish_line(&mut self) {
        let line = self.callback_line();
        self.line.shown.waits = false;
        if line == self.shown.callback_line {
            return;
        }
        if differ_in_refused(&line, &self.shown.callback_line) {
            self.line.shown.waits = !self.line.shown.may_be_told();
            if self.line.shown.waits {
                return;
            }
            self.line.shown.told = self.line.shown.now;
        }
        self.shown.callback_line = line.clone();
        self.tell(What::CallbackLineChanged { callback_line: line });
    }
}

/// What stays in sight of a call that is not called back.
pub(super) fn refused(id: u64, call: &Call, callee: Option<Callee>, why: &Reason, at: Timestamp) -> LineCall {
    LineCall {
        id: name(id),
        caller: call.peer.clone(),
        target: callee.map_or_else(|| call.peer.number.clone(), |callee| callee.shown),
        state: why.state(),
        digits: String::new(),
        handed_to: None,
        trouble: Some(why.trouble()),
        at: at.to_string(),
    }
}

/// In nothing but that.
fn differ_in_refused(one: &CallbackLine, other: &CallbackLine) -> bool {
    let rest = |line: &CallbackLine| CallbackLine { calls: Vec::new(), ..line.clone() };
    let called = |line: &'_ CallbackLine| {
        let calls = line.calls.iter().filter(|call| call.state != LineState::Refused);
        calls.cloned().collect::<Vec<_>>()
    };
    rest(one) == rest(other) && called(one) == called(other)
}

const MOST_SHOWN: usize = 50;
const SHOWN_FOR: Duration = Duration::from_secs(600);
const APART: Duration = Duration::from_millis(250);
