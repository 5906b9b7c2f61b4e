//! A leg: one call, from this telephone or another one, that carries a supervision in one mode.
//!
//! ```text
//!   Asked ── it rings, or comes in here ──► Connecting ── Done, or a code is answered ──► Active
//!     └──────────────────────────────────────────┴────── left, 20 s, failed ─────────────────┴──► Leaving ──► over
//! ```

use std::time::{Duration, Instant};

use phone::{AccountId, CallId};

use crate::wire::{SupervisionMode, Trouble};

/// A leg, and how it gets on.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) no: u64,
    pub(super) mode: SupervisionMode,
    pub(super) by: By,
    /// Where its call comes in or goes out; `None` if it comes to another telephone.
    pub(super) account: Option<AccountId>,
    pub(super) call: Option<CallId>,
    pub(super) stage: Stage,
    /// Something was heard.
    pub(super) heard: bool,
    /// How the PBX was seen since it is to leave.
    pub(super) outage: Outage,
    /// Since when it is asked for, or is to leave.
    pub(super) since: Instant,
    /// The microphone is to be shut off from it.
    pub(super) listens: bool,
    /// And is, as the phone says.
    pub(super) is_shut: bool,
    /// Nothing of it is left here.
    pub(super) over: bool,
    /// The PBX said its last word.
    pub(super) told_over: bool,
    /// It was ended so that another one can take its place.
    pub(super) replaced: bool,
    /// The agent hung up.
    pub(super) hung_up: bool,
    pub(super) trouble: Option<Trouble>,
}

/// Who brings a call about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// The manager interface.
    Order {
        /// Which order.
        id: String,
        /// What its INVITE carries.
        token: String,
        /// The name that the telephone was to show.
        name: String,
        /// And the number.
        number: String,
    },
    /// What was dialled.
    Code(String),
}

/// Where a leg stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The PBX was asked.
    Asked,
    /// It rings or answers.
    Connecting,
    /// The colleague's call is heard.
    Active,
    /// It is to end.
    Leaving,
}

/// Whether the PBX can say that a leg is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outage {
    /// It was there all the time, as far as is known.
    None,
    /// It is not there.
    Lasts,
    /// It is there again.
    Over,
}

impl Leg {
    /// It is on its way and may still fail.
    pub(super) fn is_coming(&self) -> bool {
        matches!(self.stage, Stage::Asked | Stage::Connecting) && !self.over
    }

    pub(super) fn is_active(&self) -> bool {
        self.stage == Stage::Active && !self.over
    }

    pub(super) fn is_code(&self) -> bool {
        matches!(self.by, By::Code(_))
    }

    /// Nothing of it is left here.
    pub(super) fn ends(&mut self, now: Instant) {
        if !self.over {
            (self.over, self.stage, self.since) = (true, Stage::Leaving, now);
        }
    }

    pub(super) fn is_order(&self, order: &str) -> bool {
        self.by.is_order(order)
    }

    /// When it is looked at again.
    pub(super) fn wake(&self) -> Option<Instant> {
        let after = match self.stage {
            Stage::Asked | Stage::Connecting => SILENCE,
            Stage::Leaving if self.is_heard_elsewhere() && self.outage == Outage::Over => KNOWN_AGAIN,
            Stage::Leaving if self.is_heard_elsewhere() => return None,
            Stage::Leaving if !self.over && self.call.is_none() => LEAVES,
            Stage::Leaving if self.over => REMEMBERED,
            Stage::Active | Stage::Leaving => return None,
        };
        self.since.checked_add(after)
    }

    /// Only the PBX can say that it is over: what is heard on another telephone goes on, whatever was wanted.
    fn is_heard_elsewhere(&self) -> bool {
        self.heard && self.account.is_none() && !self.over
    }

    /// The PBX is there, or is not. What it was to end it ends once it is there again, or has lost.
    pub(super) fn sees_pbx(&mut self, is_there: bool, now: Instant) {
        if self.stage != Stage::Leaving || !self.is_heard_elsewhere() {
            return;
        }
        if !is_there {
            self.outage = Outage::Lasts;
        } else if self.outage == Outage::Lasts {
            (self.outage, self.since) = (Outage::Over, now);
        }
    }

    /// That time has come.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.wake().is_some_and(|at| at <= now)
    }

    /// Nothing more can come of it.
    pub(super) fn is_forgotten(&self, now: Instant) -> bool {
        self.over && (self.told_over || self.is_code() || self.is_due(now))
    }
}

impl By {
    pub(super) fn is_order(&self, order: &str) -> bool {
        matches!(self, Self::Order { id, .. } if id == order)
    }

    pub(super) fn has_token(&self, token: &str) -> bool {
        matches!(self, Self::Order { token: known, .. } if known == token)
    }

    /// Whether a telephone that shows this caller shows what was ordered. The number alone is that of a colleague, who may happen
    /// to call just now: it counts if the call asks to be answered.
    pub(super) fn is_shown_as(&self, peer: &crate::wire::Peer, asks: bool) -> bool {
        let Self::Order { name, number, .. } = self else { return false };
        let is_number = !number.is_empty() && *number == peer.number;
        let is_name = peer.name.as_ref() == Some(name);
        is_name && (is_number || number.is_empty()) || asks && is_number
    }
}

/// How long a PBX may take.
pub(super) const SILENCE: Duration = Duration::from_secs(20);
/// How long what was ended may take to be over, where no call is here.
const LEAVES: Duration = Duration::from_secs(5);
/// After an outage the PBX tells within this time what goes on, and what does not is not told.
const KNOWN_AGAIN: Duration = Duration::from_secs(15);
/// How long a call that is not wanted any more may still come in.
const REMEMBERED: Duration = Duration::from_secs(30);
