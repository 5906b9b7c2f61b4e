//! One caller card: what is known of a call, from this telephone, from the PBX and from the CRM.
//!
//! ```text
//!   Ringing ──► Active ──► Ended ── wrap-up ── 5 s ──► gone
//!      ├──────► Taken ── 6 s ──► gone   (an answer here brings it back)
//!      └──────► Ended (missed) ── 30 s ──► gone
//! ```
//!
//! The state is not kept: it follows from the call on this telephone where there is one, else from the leg.

use std::time::{Duration, Instant};

use cti::Direction;
use jiff::Timestamp;
use phone::{AccountId, CallId, Reason};

use super::{
    invite,
    leg::Leg,
    outward::{Facts, FoundIn, Moment, Person},
};
use crate::{
    call::{Call, Phase},
    wire::{CardOutcome, CardRegistration, CardState, EarlierCall, Lookup, Peer, WrapUpMode},
};

/// A caller card.
#[derive(Debug)]
pub(crate) struct Card {
    pub(crate) id: u64,
    /// Its name in the journal, for ever.
    pub(crate) key: String,
    pub(crate) account: Option<AccountId>,
    pub(crate) extension: String,
    pub(crate) direction: Direction,
    pub(crate) sip: Option<Sip>,
    pub(crate) leg: Option<u64>,
    pub(crate) number: Numbered,
    /// What the INVITE said of itself.
    pub(crate) invite: Vec<(String, String)>,
    pub(crate) person: Option<(FoundIn, Person)>,
    pub(crate) lookup: Lookup,
    pub(crate) earlier: Vec<EarlierCall>,
    pub(crate) note: String,
    pub(crate) noted_at: Option<Instant>,
    pub(crate) disposition: Option<String>,
    pub(crate) wrap_up: WrapUp,
    pub(crate) registration: CardRegistration,
    /// What the CRM is to be told, as it was written last.
    pub(crate) registered: Option<journal::Registration>,
    /// By what the CRM knows it.
    pub(crate) crm_key: Option<String>,
    /// What was shown of it last.
    pub(crate) shown: Option<Box<crate::wire::Card>>,
    pub(crate) created: Instant,
    pub(crate) created_wall: Timestamp,
    /// The last moment that was told outside.
    pub(crate) told: Option<Moment>,
    /// What stands in the journal.
    pub(crate) written: Option<journal::Call>,
    /// Out of sight, on the agent's wish.
    pub(crate) dismissed: bool,
    /// The call went on to another extension.
    pub(crate) moved_to: Option<(String, Instant, Timestamp)>,
}

/// A number in its spellings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbered {
    /// As the PBX writes it.
    pub(crate) told: String,
    /// As people write it.
    pub(crate) shown: String,
    /// As all the world writes it, if that is certain.
    pub(crate) e164: Option<String>,
}

/// The call on this telephone, as far as a card goes by it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sip {
    pub(crate) id: CallId,
    pub(crate) peer: Peer,
    pub(crate) answered_at: Option<Timestamp>,
    pub(crate) ended: Option<SipEnd>,
}

/// How it ended on this telephone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SipEnd {
    pub(crate) reason: Reason,
    pub(crate) status: Option<u16>,
    pub(crate) at: Instant,
    pub(crate) wall: Timestamp,
}

/// The work after the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum WrapUp {
    /// Not yet.
    #[default]
    Before,
    /// Under way.
    Lasts { mode: WrapUpMode, since: Timestamp, ends: Option<(Instant, Timestamp)> },
    /// Done, or there is none.
    Over { since: Instant },
}

/// Where a card stands, with the times that belong to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Standing {
    pub(crate) state: CardState,
    pub(crate) answered_at: Option<Timestamp>,
    /// When it ended, or was taken by somebody else.
    pub(crate) over: Option<(Instant, Timestamp)>,
    pub(crate) outcome: Option<CardOutcome>,
}

impl Sip {
    pub(crate) fn of(call: &Call, now: Instant, wall: Timestamp, before: Option<&Sip>) -> Self {
        // What was seen of an end stays: an ended call does not change any more.
        let known = before.and_then(|sip| sip.ended.clone());
        let ended = known.or_else(|| match &call.phase {
            Phase::Ended { since, how } => {
                let wall = how.at.parse().unwrap_or(wall);
                Some(SipEnd { reason: how.reason, status: how.sip_status, at: (*since).min(now), wall })
            }
            _ => None,
        });
        Self { id: call.id, peer: call.peer.clone(), answered_at: call.answered_at, ended }
    }

    fn standing(&self) -> Standing {
        let answered_at = self.answered_at;
        let Some(end) = &self.ended else {
            let state = if answered_at.is_some() { CardState::Active } else { CardState::Ringing };
            return Standing { state, answered_at, over: None, outcome: None };
        };
        let outcome = match end.reason {
            _ if answered_at.is_some() => CardOutcome::Answered,
            Reason::AnsweredElsewhere => CardOutcome::Taken,
            Reason::Busy | Reason::Declined => CardOutcome::Busy,
            Reason::NoAnswer | Reason::Cancelled | Reason::HungUp | Reason::RemoteHungUp => CardOutcome::Missed,
            _ => CardOutcome::Failed,
        };
        let state = if outcome == CardOutcome::Taken { CardState::Taken } else { CardState::Ended };
        Standing { state, answered_at, over: Some((end.at, end.wall)), outcome: Some(outcome) }
    }
}

impl Card {
    /// Where it stands.
    pub(crate) fn standing(&self, leg: Option<&Leg>) -> Standing {
        let here = self.sip.as_ref().map(Sip::standing);
        let there = leg.map(leg_standing);
        let standing = match (here, there) {
            // Another telephone of the agent has it.
            (Some(here), Some(there)) if here.answered_at.is_none() && here.over.is_some() && there.is_answered() => {
                there
            }
            (Some(here), Some(there)) if here.state == CardState::Ended && there.state == CardState::Taken => there,
            (Some(here), _) => here,
            (None, Some(there)) => there,
            (None, None) => Standing { state: CardState::Ended, answered_at: None, over: None, outcome: None },
        };
        match self.moved_to {
            Some((_, at, wall)) if standing.over.is_none() => {
                let outcome = Some(if standing.is_answered() { CardOutcome::Answered } else { CardOutcome::Taken });
                Standing { state: CardState::Ended, over: Some((at, wall)), outcome, ..standing }
            }
            _ => standing,
        }
    }

    /// The agent speaks, writes or has a call here: it does not make room for others.
    pub(crate) fn is_worked_on(&self, leg: Option<&Leg>) -> bool {
        let lasts = matches!(self.wrap_up, WrapUp::Lasts { .. });
        self.sip.is_some() || self.is_written_on() || lasts || self.standing(leg).state == CardState::Active
    }

    fn is_written_on(&self) -> bool {
        !self.note.is_empty() || self.disposition.is_some()
    }

    /// More than the PBX does.
    pub(crate) fn says_something(&self) -> bool {
        self.is_written_on() || self.person.is_some() || self.sip.is_some()
    }

    /// When it leaves by itself.
    pub(crate) fn leaves_at(&self, standing: &Standing) -> Option<Instant> {
        let (over, _) = standing.over?;
        let after = match (standing.state, self.wrap_up) {
            (_, WrapUp::Lasts { .. }) => return None,
            (CardState::Taken, _) => return over.checked_add(TAKEN_SHOWN),
            (_, WrapUp::Over { since }) if standing.is_answered() => since.checked_add(AFTER_WRAP_UP),
            _ => over.checked_add(AFTER_END),
        };
        // Who is still writing is not interrupted.
        let writing = self.noted_at.and_then(|noted| noted.checked_add(AFTER_END));
        after.max(writing)
    }

    /// Who it is, as far as somebody knows.
    pub(crate) fn name(&self, leg: Option<&Leg>) -> Option<String> {
        let person = self.person.as_ref().and_then(|(_, person)| person.name.clone());
        let told = || leg.and_then(|leg| leg.party.as_ref()?.name.clone());
        // Behind a transfer the name is that of the colleague.
        let told = || leg.is_none_or(|leg| leg.remote_number.is_none()).then(told).flatten();
        let here = || self.sip.as_ref().and_then(|sip| sip.peer.name.clone());
        person.or_else(told).or_else(here)
    }

    /// A fact by the name that the settings give it, without regard to case.
    pub(crate) fn fact(&self, name: &str, leg: Option<&Leg>) -> Option<String> {
        if let Some((_, person)) = &self.person
            && let Some((_, text)) = person.facts.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
        {
            return Some(text.clone());
        }
        let invite = self.invite.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, text)| text);
        let told = || leg?.fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, text)| text);
        invite.or_else(told).cloned()
    }

    /// What templates and programs may use.
    pub(crate) fn facts(&self, leg: Option<&Leg>) -> Facts {
        let mut facts = self.person.as_ref().map(|(_, person)| person.facts.clone()).unwrap_or_default();
        let mut put = |name: &str, text: Option<String>| {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                facts.insert(name.to_owned(), text);
            }
        };
        put("number", Some(self.number.told.clone()));
        put("number_shown", Some(self.number.shown.clone()));
        put("e164", self.number.e164.clone());
        put("last10", Some(last_digits(&self.number.told)));
        put("name", self.name(leg));
        put("extension", Some(self.extension.clone()));
        put("direction", Some(if self.direction == Direction::In { "in" } else { "out" }.to_owned()));
        put("account", self.account.as_ref().map(|account| account.0.clone()));
        put("call", Some(self.key.clone()));
        put("disposition", self.disposition.clone());
        put("did", leg.and_then(|leg| leg.did.clone()).or_else(|| invite::did(&self.invite)));
        put("queue", leg.and_then(|leg| leg.queue.clone()).or_else(|| invite::queue(&self.invite)));
        put("diversion", leg.and_then(|leg| leg.diversion.clone()).or_else(|| invite::diversion(&self.invite)));
        if let Some(leg) = leg {
            put("call_id", Some(leg.call_id.clone()));
            put("leg_id", Some(leg.leg_id.clone()));
            put("recording_id", leg.recording_id().map(str::to_owned));
            put("duration_ms", leg.talk_ms().map(|ms| ms.to_string()));
        }
        facts
    }
}

impl Standing {
    pub(crate) fn is_answered(&self) -> bool {
        self.answered_at.is_some()
    }

    /// From answer to end.
    pub(crate) fn talk(&self) -> Duration {
        let (Some(answered), Some((_, ended))) = (self.answered_at, self.over) else { return Duration::ZERO };
        ended.duration_since(answered).try_into().unwrap_or_default()
    }
}

/// What the spellings of a number have in common, for CRMs that look for it: `+7495…`, `8495…`. A name has none.
fn last_digits(number: &str) -> String {
    if number.chars().any(char::is_alphabetic) {
        return String::new();
    }
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    digits.iter().skip(digits.len().saturating_sub(LAST_DIGITS)).collect()
}

/// Where a leg stands for a card.
fn leg_standing(leg: &Leg) -> Standing {
    // The end or its record may say that what was told as an answer was none.
    let answered_at = leg.answered.as_ref().filter(|_| leg.is_answered()).map(|answered| answered.wall);
    let over = leg.ended.as_ref().map(|ended| (ended.at, ended.wall));
    let (state, outcome) = match (leg.is_answered(), &leg.taken_by, &leg.ended) {
        (true, _, None) => (CardState::Active, None),
        (true, _, Some(_)) => (CardState::Ended, Some(CardOutcome::Answered)),
        (false, Some(_), _) => (CardState::Taken, Some(CardOutcome::Taken)),
        (false, None, None) => (CardState::Ringing, None),
        (false, None, Some(ended)) => (CardState::Ended, Some(unanswered(ended.what.outcome))),
    };
    let over = over.or_else(|| leg.taken_at.filter(|_| state == CardState::Taken));
    let answered_at = answered_at.or_else(|| over.map(|(_, wall)| wall).filter(|_| leg.is_answered()));
    Standing { state, answered_at, over, outcome }
}

/// Without an answer nothing is a success, whatever the end says.
fn unanswered(outcome: cti::Outcome) -> CardOutcome {
    match outcome {
        cti::Outcome::Busy => CardOutcome::Busy,
        cti::Outcome::Failed => CardOutcome::Failed,
        cti::Outcome::Answered | cti::Outcome::NoAnswer | cti::Outcome::Cancelled | cti::Outcome::Unknown => {
            CardOutcome::Missed
        }
    }
}

/// Without the country code, or what stands for it.
const LAST_DIGITS: usize = 10;
/// How long "taken by 102" is shown.
const TAKEN_SHOWN: Duration = Duration::from_secs(6);
const AFTER_WRAP_UP: Duration = Duration::from_secs(5);
/// As long as the call itself stays in sight.
const AFTER_END: Duration = crate::call::SHOWN_AFTER_END;
