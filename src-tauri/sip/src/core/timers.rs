//! All timers of the core, as data: what is due, and when.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use super::{AccountKey, CallKey, FlowId};
use crate::{
    transaction::{self, TransactionId},
    ua::WatchKey,
};

/// What a timer is for. There is at most one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Alarm {
    Transaction(TransactionId, transaction::Timer),
    Flow(FlowId, FlowAlarm),
    Account(AccountKey, AccountAlarm),
    Call(CallKey, CallAlarm),
    Watch(WatchKey, WatchAlarm),
    Stop,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FlowAlarm {
    /// Time for a CRLF keep-alive.
    Ping,
    /// The pong is missing.
    Pong,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AccountAlarm {
    /// Register again before the binding expires.
    Refresh,
    /// Try again after a failure.
    Retry,
    /// The resolver, or the owner of the sockets, never answered.
    Unanswered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CallAlarm {
    /// Our 2xx again, until the ACK comes.
    Retransmit2xx,
    /// The ACK did not come (as Timer H).
    NoAck,
    /// Tell proxies on the way that it still rings (RFC 3261 §13.3.1.1).
    StillRinging,
    /// Our offer again, after 491.
    Glare,
    /// RFC 4028: time to refresh.
    Refresh,
    /// RFC 4028: nobody refreshed.
    Expired,
    /// No way to the account's registrar yet.
    Unreachable,
    /// No final response after our CANCEL.
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum WatchAlarm {
    /// Refresh, try again, or forget: as the subscription stands.
    Due,
    /// What was told is too old to be true any more, or no NOTIFY came.
    Silent,
}

impl CallAlarm {
    pub(crate) const ALL: [CallAlarm; 8] = [
        CallAlarm::Retransmit2xx,
        CallAlarm::NoAck,
        CallAlarm::StillRinging,
        CallAlarm::Glare,
        CallAlarm::Refresh,
        CallAlarm::Expired,
        CallAlarm::Unreachable,
        CallAlarm::Cancelled,
    ];
}

/// Deadlines in order, and the deadline of each.
#[derive(Default)]
pub(crate) struct TimerHeap {
    order: BTreeSet<(Instant, Alarm)>,
    deadlines: BTreeMap<Alarm, Instant>,
}

impl TimerHeap {
    /// Sets it, or sets it anew.
    pub(crate) fn set(&mut self, alarm: Alarm, deadline: Instant) {
        self.cancel(alarm);
        self.order.insert((deadline, alarm));
        self.deadlines.insert(alarm, deadline);
    }

    pub(crate) fn cancel(&mut self, alarm: Alarm) {
        if let Some(deadline) = self.deadlines.remove(&alarm) {
            self.order.remove(&(deadline, alarm));
        }
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.order.first().map(|(deadline, _)| *deadline)
    }

    /// Takes the first that is due.
    pub(crate) fn due(&mut self, now: Instant) -> Option<Alarm> {
        let (deadline, alarm) = *self.order.first()?;
        if deadline > now {
            return None;
        }
        self.cancel(alarm);
        Some(alarm)
    }
}
