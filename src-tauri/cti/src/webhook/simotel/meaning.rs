//! What an event means for calls, and how it is told to people.

use std::time::Duration;

use super::{Cdr, CdrQueue, Event, Kind, NewState, State, Transfer};
use crate::{
    CallEvent, Direction, Ended, Outcome, What,
    webhook::{
        fields::Fields,
        words::{millis, party},
    },
};

impl Event {
    /// What it means for calls. What is missing for that is remarked of `fields`.
    pub(super) fn meaning(&self, fields: &Fields) -> Vec<CallEvent> {
        match self {
            Self::NewState(state) => state.meaning(fields),
            Self::Cdr(cdr) => cdr.meaning(fields),
            Self::CdrQueue(cdr) => cdr.meaning(fields),
            Self::Transfer(transfer) => transfer.meaning(fields),
            // IncomingCall is for the whole PBX: whose telephone will ring is not decided yet.
            _ => Vec::new(),
        }
    }

    /// In a few words.
    pub(super) fn summary(&self) -> String {
        match self {
            Self::NewState(e) => {
                let arrow = if e.direction == Some(Direction::Out) { "→" } else { "←" };
                let state = e.state.map(|state| format!("{state:?}"));
                words(&[&state, &e.exten, &e.participant.as_ref().map(|other| format!("{arrow} {other}"))])
            }
            Self::Cdr(e) => words(&[&outcome(e.disposition), &e.src, &to(&e.dst)]),
            Self::CdrQueue(e) => words(&[&outcome(e.disposition), &e.src, &to(&e.queue), &to(&e.dst)]),
            Self::IncomingCall(e) => words(&[&e.number, &to(&e.entry_point)]),
            Self::OutgoingCall(e) => words(&[&e.outgoing_point, &to(&e.number)]),
            Self::Transfer(e) => words(&[&e.transferer, &to(&e.transferred_to)]),
            Self::ExtenAdded(e) | Self::ExtenRemoved(e) => words(&[&e.exten]),
            Self::IncomingFax(e) | Self::OutgoingFax(e) => words(&[&e.state, &e.src, &to(&e.dst)]),
            Self::VoiceMail(e) => words(&[&e.state, &e.caller, &to(&e.number)]),
            Self::VoiceMailEmail(e) => words(&[&e.state, &e.number, &to(&e.receiver)]),
            Self::Survey(e) => words(&[&e.label, &e.point.map(|point| point.to_string()), &e.src, &to(&e.dst)]),
            Self::TrunkNewState(e) | Self::TrunkAdded(e) | Self::TrunkRemoved(e) => words(&[&e.state, &e.trunk_name]),
            Self::AutoDialerReport(e) => words(&[&outcome(e.disposition), &e.campaign, &to(&e.number)]),
            Self::ReservedCallInFront(e) => words(&[&e.caller_id, &to(&e.queue_name)]),
            Self::Ping(_) => String::new(),
        }
    }
}

impl NewState {
    fn meaning(&self, fields: &Fields) -> Vec<CallEvent> {
        let Some(state) = self.state else {
            fields.remark("It does not say which state it is: state is missing or unknown".to_owned());
            return Vec::new();
        };
        let Some(exten) = &self.exten else {
            fields.remark("It does not say whose state it is: exten is missing".to_owned());
            return Vec::new();
        };
        let Some(call_id) = &self.unique_id else {
            let of_exten =
                |what| vec![CallEvent { extension: Some(exten.clone()), ..CallEvent::new(SOURCE, "", "", what) }];
            return match state {
                State::Idle | State::Pause => of_exten(What::Idle),
                // Its telephone is not registered: that is no word about a call.
                State::Unavailable => of_exten(What::Unreachable),
                State::Ringing | State::InUse => {
                    fields.remark("It does not say which call it is: unique_id is missing".to_owned());
                    Vec::new()
                }
            };
        };
        let event = |what| CallEvent {
            party: party(self.participant.as_deref(), None),
            queue: self.queue.clone(),
            originated_id: self.originated_call_id.clone(),
            ..of_leg(call_id, exten, what)
        };
        self.whats(state).into_iter().map(event).collect()
    }

    fn whats(&self, state: State) -> Vec<What> {
        let offered = |direction| What::Offered { direction, transferred: false };
        let is_dialling = self.dialer == Some(true);
        match (state, self.direction) {
            (State::Ringing, Some(Direction::Out)) => vec![offered(Direction::Out)],
            // A telephone that rings and does not say more is being called.
            (State::Ringing, _) => vec![offered(Direction::In)],
            (State::InUse, Some(Direction::In)) => vec![What::Answered],
            (State::InUse, _) if is_dialling => vec![offered(Direction::Out)],
            // That it was dialled may never have been told.
            (State::InUse, Some(Direction::Out)) => vec![offered(Direction::Out), What::Answered],
            (State::InUse, None) => vec![What::Answered],
            (State::Idle | State::Unavailable | State::Pause, _) => {
                vec![What::Ended(Ended { more_follows: true, ..Ended::of(Outcome::Unknown) })]
            }
        }
    }
}

impl Cdr {
    /// The extensions that it is about, each with its other party. A call inside the PBX is about both.
    fn legs(&self) -> Vec<(&String, Option<&str>)> {
        let (src, dst) = (self.src.as_ref(), self.dst.as_ref());
        let of_src = src.map(|src| (src, self.dst.as_deref().filter(|dst| *dst != "failed")));
        let of_dst = dst.map(|dst| (dst, self.src.as_deref()));
        match self.kind {
            Some(Kind::Outgoing | Kind::Feature) => of_src.into_iter().collect(),
            Some(Kind::Local) => of_dst.into_iter().chain(of_src).collect(),
            Some(Kind::Incoming | Kind::NoDefined) | None => of_dst.into_iter().collect(),
        }
    }

    fn meaning(&self, fields: &Fields) -> Vec<CallEvent> {
        let Some(call_id) = call_id(&self.unique_id, fields) else { return Vec::new() };
        let ended = ended(self.disposition, self.billsec, &self.record);
        let event = |(exten, other): (&String, Option<&str>)| CallEvent {
            party: party(other, None),
            inside: matches!(self.kind, Some(Kind::Local | Kind::Feature)),
            waited_ms: self.wait.and_then(millis),
            originated_id: self.originated_call_id.clone(),
            ..of_leg(call_id, exten, What::Recorded(ended.clone()))
        };
        self.legs().into_iter().map(event).collect()
    }
}

impl CdrQueue {
    fn meaning(&self, fields: &Fields) -> Vec<CallEvent> {
        let Some((call_id, exten)) = call_id(&self.unique_id, fields).zip(self.dst.as_ref()) else { return Vec::new() };
        let ended = ended(self.disposition, self.billsec, &self.record);
        vec![CallEvent {
            party: party(self.src.as_deref(), None),
            queue: self.queue.clone(),
            waited_ms: self.wait.and_then(millis),
            originated_id: self.originated_call_id.clone(),
            ..of_leg(call_id, exten, What::Recorded(ended))
        }]
    }
}

impl Transfer {
    /// The other party goes from the desk of who transfers to the desk that is named.
    fn meaning(&self, fields: &Fields) -> Vec<CallEvent> {
        let Some(call_id) = call_id(&self.unique_id, fields) else { return Vec::new() };
        let (Some(from), Some(to)) = (&self.transferer, &self.transferred_to) else {
            fields.remark("It does not say who has the call now: transferer or transferred_to is missing".to_owned());
            return Vec::new();
        };
        if from == to {
            return Vec::new();
        }
        let what = What::Moved { from: from.clone(), to: to.clone() };
        // The manual's own sample names one of the two desks.
        let other = self.transferred_from.as_ref().filter(|other| *other != from && *other != to);
        vec![CallEvent {
            party: party(other.map(String::as_str), None),
            originated_id: self.originated_call_id.clone(),
            ..CallEvent::new(SOURCE, call_id, "", what)
        }]
    }
}

fn call_id<'a>(id: &'a Option<String>, fields: &Fields) -> Option<&'a String> {
    if id.is_none() {
        fields.remark("It does not say which call it is: unique_id is missing".to_owned());
    }
    id.as_ref()
}

fn ended(disposition: Option<Outcome>, billsec: Option<Duration>, record: &Option<String>) -> Ended {
    Ended {
        talk_ms: billsec.and_then(millis),
        recording_id: record.clone(),
        ..Ended::of(disposition.unwrap_or_default())
    }
}

/// Simotel has no name for a leg.
fn of_leg(call_id: &str, exten: &str, what: What) -> CallEvent {
    CallEvent {
        extension: Some(exten.to_owned()),
        ..CallEvent::new(SOURCE, call_id, format!("{call_id}/{exten}"), what)
    }
}

fn words(words: &[&Option<String>]) -> String {
    words.iter().filter_map(|word| word.as_deref()).collect::<Vec<_>>().join(" ")
}

fn to(other: &Option<String>) -> Option<String> {
    other.as_ref().map(|other| format!("→ {other}"))
}

fn outcome(outcome: Option<Outcome>) -> Option<String> {
    outcome.map(|outcome| format!("{outcome:?}"))
}

const SOURCE: &str = "simotel";
