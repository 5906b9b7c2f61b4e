//! One call of the line, from the one that was ended to the one that was handed on.

use std::time::Instant;

use jiff::Timestamp;
use phone::{AccountId, CallId};

use super::{callee::Callee, digits::Dialling, reason::Reason};
use crate::wire::{LineCall, LineState, Peer};

/// A call of the line that is not over.
#[derive(Debug)]
pub(super) struct One {
    pub(super) id: u64,
    pub(super) caller: Peer,
    pub(super) callee: Callee,
    /// Over which account it is called, where this softphone calls.
    pub(super) over: AccountId,
    pub(super) stage: Stage,
    pub(super) digits: String,
    pub(super) handed_to: Option<String>,
    pub(super) at: Timestamp,
}

/// Where it stands.
#[derive(Debug)]
pub(super) enum Stage {
    /// The incoming call ends, then the delay runs.
    Waiting { refused: CallId, due: Option<Instant> },
    /// It is due, and the account that is to call is not registered yet, or the PBX that is to is not there.
    NotThere { until: Instant },
    /// It rings there.
    Calling { call: CallId, until: Instant },
    /// They answered, and dial.
    Dialling { call: CallId, dialling: Dialling, tone: Heard, until: Instant, at_most: Instant },
    /// The PBX was asked to take them elsewhere.
    Referring { call: CallId, to: String, dialling: Option<Dialling>, answer: Answer, until: Instant },
    /// Whom they are to speak with is called.
    Bridging { call: CallId, other: CallId, dialling: Option<Dialling>, until: Instant },
    /// They speak with each other: each ends with the other.
    Bridged { call: CallId, other: CallId },
    /// It rings at this desk.
    Ringing { call: CallId, until: Instant },
    /// They hear that it did not work.
    Leaving { call: CallId, why: Reason, until: Instant },
    /// The PBX calls.
    Ordered { order: String, until: Instant },
    /// The PBX calls, and they answered.
    OrderUp { order: String, dials: bool, until: Instant },
}

/// What somebody who dials hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// The tone that asks for the first digit.
    Dial,
    /// That the number was wrong, until then the other one comes.
    Wrong(Instant),
    /// They have begun.
    Silence,
}

/// What came of a REFER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    None,
    /// 202: it goes on there.
    Accepted,
    /// The PBX does no such thing.
    Refused,
    /// Whom they were to speak with answered, or did not.
    Final(u16),
}

impl One {
    pub(super) fn key(&self) -> &str {
        &self.callee.key
    }

    /// Not called yet.
    pub(super) fn is_promised(&self) -> bool {
        matches!(self.stage, Stage::Waiting { .. } | Stage::NotThere { .. })
    }

    /// Somebody answered the call back.
    pub(super) fn is_answered(&self) -> bool {
        !self.is_promised() && !matches!(self.stage, Stage::Calling { .. } | Stage::Ordered { .. })
    }

    /// They are connected: what is left to do is to end one call with the other.
    pub(super) fn is_connected(&self) -> bool {
        matches!(self.stage, Stage::Bridged { .. })
    }

    pub(super) fn wake(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Waiting { due, .. } => *due,
            Stage::Dialling { tone: Heard::Wrong(over), until, at_most, .. } => Some(*over.min(until).min(at_most)),
            Stage::Dialling { until, at_most, .. } => Some(*until.min(at_most)),
            Stage::NotThere { until }
            | Stage::Calling { until, .. }
            | Stage::Referring { until, .. }
            | Stage::Bridging { until, .. }
            | Stage::Ringing { until, .. }
            | Stage::Leaving { until, .. }
            | Stage::Ordered { until, .. }
            | Stage::OrderUp { until, .. } => Some(*until),
            Stage::Bridged { .. } => None,
        }
    }

    pub(super) fn row(&self) -> LineCall {
        let why = if let Stage::Leaving { why, .. } = &self.stage { Some(why) } else { None };
        LineCall {
            id: name(self.id),
            caller: self.caller.clone(),
            target: self.callee.shown.clone(),
            state: self.state(),
            digits: self.digits.clone(),
            handed_to: self.handed_to.clone(),
            trouble: why.map(Reason::trouble),
            at: self.at.to_string(),
        }
    }

    /// What stays in sight of one that was handed on.
    pub(super) fn done(&self) -> LineCall {
        LineCall { state: LineState::Done, ..self.row() }
    }

    /// What stays in sight of one that was not.
    pub(super) fn failed(&self, why: &Reason) -> LineCall {
        LineCall { state: why.state(), handed_to: None, trouble: Some(why.trouble()), ..self.row() }
    }

    fn state(&self) -> LineState {
        match &self.stage {
            Stage::Waiting { .. } | Stage::NotThere { .. } => LineState::Waiting,
            Stage::Calling { .. } | Stage::Ordered { .. } => LineState::Calling,
            Stage::Dialling { .. } | Stage::OrderUp { dials: true, .. } => LineState::Dialling,
            Stage::Referring { .. } | Stage::Bridging { .. } | Stage::Ringing { .. } | Stage::OrderUp { .. } => {
                LineState::HandingOn
            }
            Stage::Bridged { .. } => LineState::Done,
            Stage::Leaving { .. } => LineState::Failed,
        }
    }
}

/// What a call of the line is called.
pub(super) fn name(id: u64) -> String {
    format!("b{id}")
}
