//! One extension's part in a call, as far as the floor shows it.
//!
//! ```text
//!   Offered{In} ──► Ringing ──┬─ Answered ─────────────────────► Talking ── Ended, Idle, Moved away ──► gone
//!                             └─ another leg answered: Taken ──► not shown; an answer of its own counts
//!   Offered{Out} ─► Dialing ──── Answered ─────────────────────► Talking
//! ```

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use cti::{CallEvent, Direction, What};
use jiff::Timestamp;

use crate::{
    call::plain,
    card::{Numbering, is_withheld},
    wire::{self, Peer},
};

/// What an extension is called. Cheap to clone.
pub(super) type Extension = Arc<str>;

/// By what a leg, or a call, is known: source and id.
pub(super) type Id = (String, String);

/// When something began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Began {
    /// By our clock; `None` if that was before this desk looked.
    pub(super) wall: Option<Timestamp>,
    /// By the clock of the PBX, in microseconds.
    pub(super) at_us: Option<i64>,
}

/// All that is kept of it.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) source: String,
    pub(super) call_id: String,
    pub(super) leg_id: String,
    /// Some PBXs tell whose it is later.
    pub(super) extension: Option<Extension>,
    pub(super) direction: Option<Direction>,
    pub(super) offered: Option<Began>,
    pub(super) answered: Option<Began>,
    /// Somebody else answered what rang here.
    pub(super) is_taken: bool,
    party: Party,
    /// Somebody outside is behind a transfer of an own extension: he counts.
    remote: Party,
    pub(super) queue: Option<String>,
    /// When it was told of last.
    pub(super) heard: Instant,
}

/// The other party, as it was told and as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Party {
    told: String,
    pub(super) shown: Option<Peer>,
}

/// What a call is for one who takes part in it. The last counts most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Ringing,
    OnHold,
    Dialing,
    Talking,
}

/// What a leg, or a dialog, says of an extension.
#[derive(Debug)]
pub(super) struct Strand {
    pub(super) phase: Phase,
    pub(super) began: Option<Timestamp>,
    pub(super) party: Option<Peer>,
    pub(super) direction: Option<wire::Direction>,
    pub(super) queue: Option<String>,
}

impl Leg {
    pub(super) fn new(event: &CallEvent, heard: Instant) -> Self {
        Self {
            source: event.source.clone(),
            call_id: event.call_id.clone(),
            leg_id: event.leg_id.clone(),
            extension: None,
            direction: None,
            offered: None,
            answered: None,
            is_taken: false,
            party: Party::default(),
            remote: Party::default(),
            queue: None,
            heard,
        }
    }

    pub(super) fn id(&self) -> Id {
        (self.source.clone(), self.leg_id.clone())
    }

    pub(super) fn call(&self) -> Id {
        (self.source.clone(), self.call_id.clone())
    }

    /// Takes in that it rings, dials or was answered. The first of a kind counts: what is repeated tells nothing new.
    pub(super) fn hear(&mut self, event: &CallEvent, wall: Option<Timestamp>, heard: Instant, numbering: &Numbering) {
        self.heard = heard;
        let began = Began { wall, at_us: event.at_us };
        match event.what {
            What::Offered { direction, .. } => {
                self.direction.get_or_insert(direction);
                self.offered.get_or_insert(began);
            }
            What::Answered => {
                self.answered.get_or_insert(began);
                self.is_taken = false;
            }
            What::AnsweredOrOver(_)
            | What::Ended(_)
            | What::Recorded(_)
            | What::Idle
            | What::Unreachable
            | What::Moved { .. } => {}
        }
        // What the first event said of the party is better than what the answer says.
        if self.party.shown.is_none() || matches!(event.what, What::Offered { .. }) {
            self.party.is(event.party.as_ref(), numbering);
        }
        if let Some(number) = event.remote_number.as_deref().filter(|number| !number.is_empty()) {
            self.remote.is(Some(&cti::Party { number: number.to_owned(), name: None }), numbering);
        }
        if self.queue.is_none() {
            self.queue = event.queue.as_deref().and_then(text);
        }
    }

    /// Another party is on the line now.
    pub(super) fn takes_over(&mut self, party: Party, queue: Option<String>) {
        if party.shown.is_some() {
            self.remote = party;
        }
        self.queue = self.queue.take().or(queue);
        // Whatever rang here before and was taken by somebody else.
        self.is_taken = false;
    }

    /// Who is at the other end: behind a transfer of an own extension, the one outside.
    pub(super) fn party(&self) -> &Party {
        if self.remote.shown.is_some() { &self.remote } else { &self.party }
    }

    /// Rings, and nobody has answered anywhere.
    pub(super) fn rings(&self) -> bool {
        self.phase() == Some(Phase::Ringing)
    }

    pub(super) fn talks(&self) -> bool {
        self.answered.is_some()
    }

    /// It was answered while `other` rang: by the clock of the PBX where it tells, else `other` was told of first.
    pub(super) fn took_from(&self, other: &Self) -> bool {
        let (Some(answered), Some(offered)) = (self.answered, other.offered) else { return false };
        let rings = self.direction != Some(Direction::Out) && other.rings();
        rings && answered.at_us.zip(offered.at_us).is_none_or(|(answered, offered)| answered > offered)
    }

    fn phase(&self) -> Option<Phase> {
        match (self.answered, self.direction) {
            (Some(_), _) => Some(Phase::Talking),
            (None, Some(Direction::Out)) => Some(Phase::Dialing),
            (None, Some(Direction::In)) if !self.is_taken => Some(Phase::Ringing),
            (None, _) => None,
        }
    }

    pub(super) fn strand(&self) -> Option<Strand> {
        let phase = self.phase()?;
        let began = self.answered.or(self.offered).and_then(|began| began.wall);
        let direction = self.direction.map(|direction| match direction {
            Direction::In => wire::Direction::Inbound,
            Direction::Out => wire::Direction::Outbound,
        });
        Some(Strand { phase, began, party: self.party().shown.clone(), direction, queue: self.queue.clone() })
    }

    /// For how long it is believed when nothing more is told of it.
    pub(super) fn lasts(&self) -> Duration {
        if self.talks() { LONGEST_TALK } else { LONGEST_RING }
    }
}

impl Party {
    /// It is this one, as far as that is told.
    pub(super) fn is(&mut self, told: Option<&cti::Party>, numbering: &Numbering) {
        let Some(told) = told else { return };
        let name = told.name.as_deref().and_then(text);
        match &mut self.shown {
            // To read a number is dear, and it is told again and again.
            Some(shown) if self.told == told.number => shown.name = name.or(shown.name.take()),
            _ => {
                let number = number(&told.number, numbering);
                self.shown = Some(Peer { number, name });
                self.told.clone_from(&told.number);
            }
        }
    }
}

/// A number as people write it; empty if it was withheld.
pub(super) fn number(told: &str, numbering: &Numbering) -> String {
    let told = if is_withheld(told) { String::new() } else { plain(told, MAX_TEXT) };
    if told.is_empty() || numbering.own().is_extension(&told) { told } else { numbering.shown(&told) }
}

/// A text for people, if there is one.
pub(super) fn text(told: &str) -> Option<String> {
    Some(plain(told, MAX_TEXT)).filter(|text| !text.is_empty())
}

/// A text that is compared: whole, or not at all.
pub(super) fn exact(told: &str) -> Option<&str> {
    (!told.is_empty() && told.len() <= MAX_EXACT && plain(told, MAX_EXACT) == told).then_some(told)
}

const MAX_TEXT: usize = 128;
/// Asterisk's own ids have at most 149 characters.
const MAX_EXACT: usize = 256;
/// No telephone rings longer, and nobody waits longer for an answer.
const LONGEST_RING: Duration = Duration::from_mins(10);
/// Nobody talks longer; who does is taken for free until the next event.
const LONGEST_TALK: Duration = Duration::from_hours(4);
