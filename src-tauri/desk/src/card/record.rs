//! What is written down of a call, and what the CRM is told of it.

use std::time::Duration;

use cti::Direction;
use jiff::Timestamp;
use journal::Write;
use serde_json::{Map, Value, json};

use super::{
    deck::Deck,
    follow::LONGEST_WRAP_UP,
    invite,
    leg::Leg,
    one::{Card, Standing, WrapUp},
    rounds,
    rules::Register,
    settle::WAITS_FOR_RECORD,
};
use crate::wire::{CardOutcome, CardRegistration};

impl Deck {
    /// The line of the history, whenever it is another than the one that stands there.
    pub(super) fn write_down(&mut self, id: u64, standing: &Standing) {
        let Some(card) = self.cards.get(&id) else { return };
        let row = self.row(card, standing);
        if card.written.as_ref() == Some(&row) {
            return;
        }
        self.write(Write::Call(Box::new(row.clone())));
        if let Some(card) = self.cards.get_mut(&id) {
            card.written = Some(row);
        }
    }

    fn row(&self, card: &Card, standing: &Standing) -> journal::Call {
        let leg = self.leg_of(card);
        let end = card.sip.as_ref().and_then(|sip| sip.ended.as_ref());
        let told = leg.filter(|leg| leg.ended.is_some()).and_then(Leg::talk_ms);
        // An end that nobody saw says nothing of how long they talked.
        let is_unseen = card.sip.is_none() && leg.is_some_and(|leg| leg.end_was_lost);
        let measured = if is_unseen { 0 } else { millis(standing.talk()) };
        journal::Call {
            key: card.key.clone(),
            account: card.account.as_ref().map(|account| account.0.clone()),
            extension: Some(card.extension.clone()).filter(|extension| !extension.is_empty()),
            direction: direction(card.direction),
            number: card.number.told.clone(),
            name: card.name(leg).map(|name| crate::call::plain(&name, MAX_TEXT)),
            company: card.person.as_ref().and_then(|(_, person)| person.company.clone()),
            queue: leg.and_then(|leg| leg.queue.clone()).or_else(|| invite::queue(&card.invite)),
            did: leg.and_then(|leg| leg.did.clone()).or_else(|| invite::did(&card.invite)),
            started_at: card.created_wall,
            answered_at: standing.answered_at,
            ended_at: standing.over.map(|(_, wall)| wall),
            talk_ms: told.filter(|_| standing.is_answered()).unwrap_or(measured),
            outcome: standing.outcome.map(outcome),
            reason: end.map(|end| word(&end.reason)),
            sip_status: end.and_then(|end| end.status),
            taken_by: leg.and_then(|leg| leg.taken_by.clone()).filter(|_| !standing.is_answered()),
            recording_id: leg.and_then(Leg::recording_id).map(str::to_owned),
            note: String::new(),
            disposition: None,
        }
    }

    /// Tells the CRM of a leg, as the rules want it, once it is over; again when more is known, until it was sent.
    pub(super) fn register_leg(&mut self, no: u64) {
        let Some(leg) = self.legs.get(&no).filter(|_| self.registers(Register::Events)) else { return };
        if leg.ended.is_none() || !leg.counts(&self.own) {
            return self.withdraw_leg(no);
        }
        let card = leg.card.and_then(|card| self.cards.get(&card)).or(leg.last_card.as_deref());
        let ended = leg.ended.as_ref().map_or(Timestamp::UNIX_EPOCH, |ended| ended.wall);
        let waits = leg.ended.as_ref().is_some_and(|ended| ended.what.more_follows) && leg.recorded.is_none();
        let due = later(ended, if waits { WAITS_FOR_RECORD } else { Duration::ZERO });
        let name = rounds::name(&leg.leg_id, leg.round);
        let call = leg.call_key.clone().unwrap_or_else(|| format!("{}/{name}", leg.source));
        let key = if names_legs_for_ever(&leg.source) { name } else { format!("{}/{name}", leg.source) };
        let due = card.map_or(due, |card| due.max(after_wrap_up(card, ended)));
        let payload = self.leg_payload(leg, card, &key).to_string();
        self.register(no, journal::Registration { key, call, payload, due });
    }

    fn register(&mut self, no: u64, wanted: journal::Registration) {
        let Some(leg) = self.legs.get_mut(&no) else { return };
        if leg.registered.as_ref() == Some(&wanted) {
            return;
        }
        leg.registered = Some(wanted.clone());
        if let Some(card) = leg.card.and_then(|card| self.cards.get_mut(&card)) {
            card.is_waiting_for_crm(wanted.key.clone());
            let id = card.id;
            self.dirty.insert(id);
        }
        self.write(Write::Register(wanted));
    }

    /// What was heard since says that it is no success, or not over: it must not enter the CRM.
    fn withdraw_leg(&mut self, no: u64) {
        let Some(leg) = self.legs.get_mut(&no) else { return };
        let Some(registration) = leg.registered.take() else { return };
        if let Some(card) = leg.card.and_then(|card| self.cards.get_mut(&card)) {
            card.waits_for_crm_no_longer();
            let id = card.id;
            self.dirty.insert(id);
        }
        self.write(Write::Withdraw { key: registration.key });
    }

    /// The same for a call on this telephone, where no PBX tells of it.
    pub(super) fn register_call(&mut self, id: u64, standing: &Standing) {
        let Some(card) = self.cards.get(&id) else { return };
        let is_outside = card.sip.is_some() && !self.own.is_extension(&card.number.told);
        let Some((_, ended)) = standing.over.filter(|_| standing.is_answered() && is_outside) else {
            return self.withdraw_call(id);
        };
        let payload = self.call_payload(card, standing).to_string();
        let due = ended.max(after_wrap_up(card, ended));
        let wanted = journal::Registration { key: card.key.clone(), call: card.key.clone(), payload, due };
        if card.registered.as_ref() == Some(&wanted) {
            return;
        }
        if let Some(card) = self.cards.get_mut(&id) {
            card.is_waiting_for_crm(wanted.key.clone());
            card.registered = Some(wanted.clone());
        }
        self.write(Write::Register(wanted));
    }

    fn withdraw_call(&mut self, id: u64) {
        let Some(card) = self.cards.get_mut(&id) else { return };
        if let Some(registration) = card.registered.take() {
            card.waits_for_crm_no_longer();
            self.write(Write::Withdraw { key: registration.key });
        }
    }

    /// The CRM was told.
    pub(crate) fn was_registered(&mut self, key: &str) {
        let known = self.cards.values_mut().find(|card| card.crm_key.as_deref() == Some(key));
        if let Some(card) = known {
            card.registration = CardRegistration::Done;
            let id = card.id;
            self.dirty.insert(id);
        }
    }

    fn leg_payload(&self, leg: &Leg, card: Option<&Card>, key: &str) -> Value {
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| put_into(&mut body, name, value);
        let numbered = card.map_or_else(|| self.numbered(leg.number()), |card| card.number.clone());
        put("id", json!(key));
        put("source", json!(leg.source));
        put("call_id", json!(leg.call_id));
        put("sub_call_id", json!(leg.leg_id));
        put("direction", json!(leg.direction()));
        put("extension", json!(leg.extension));
        put("number", json!(leg.number()));
        put("e164", json!(numbered.e164));
        put("did", json!(leg.did.as_deref().filter(|did| !did.is_empty())));
        put("queue", json!(leg.queue));
        put("waited_ms", json!(leg.waited_ms));
        put("started_at", json!(leg.offered.as_ref().map(|offered| offered.wall)));
        put("answered_at", json!(leg.answered.as_ref().map(|answered| answered.wall)));
        put("ended_at", json!(leg.ended.as_ref().filter(|_| leg.end_is_seen()).map(|ended| ended.wall)));
        put("duration_ms", json!(self.talk_of(leg, card)));
        put("recording_id", json!(leg.recording_id()));
        put("name", json!(card.map_or_else(|| leg.party.as_ref()?.name.clone(), |card| card.name(Some(leg)))));
        if let Some(card) = card {
            written_by_agent(card, &mut put);
        }
        Value::Object(body)
    }

    /// What the PBX told; else what this telephone measured.
    fn talk_of(&self, leg: &Leg, card: Option<&Card>) -> Option<u64> {
        let told = leg.talk_ms().filter(|_| leg.over_here().is_none() || leg.tells_talk());
        told.or_else(|| {
            let sip = card?.sip.as_ref()?;
            let talk = sip.ended.as_ref()?.wall.duration_since(sip.answered_at?);
            Some(millis(talk.try_into().unwrap_or_default()))
        })
    }

    fn call_payload(&self, card: &Card, standing: &Standing) -> Value {
        let mut body = row_payload(&self.row(card, standing), card.number.e164.as_deref());
        written_by_agent(card, &mut |name, value| put_into(&mut body, name, value));
        Value::Object(body)
    }

    /// A call of this telephone alone was up when the desk went down.
    pub(super) fn break_off(&mut self, mut row: journal::Call) {
        let spoke = row.answered_at.is_some();
        row.outcome = Some(if spoke { journal::Outcome::Answered } else { journal::Outcome::Missed });
        row.reason = Some(word(&phone::Reason::MediaLost));
        self.register_broken(&row);
        self.write(Write::Call(Box::new(row)));
    }

    /// How long they spoke is not known; that they did, is.
    pub(super) fn register_broken(&mut self, row: &journal::Call) {
        let was_here = row.account.is_some() && row.answered_at.is_some() && row.ended_at.is_none();
        if !was_here || !self.registers(Register::Calls) || self.own.is_extension(&row.number) {
            return;
        }
        let mut body = row_payload(row, self.numbered(&row.number).e164.as_deref());
        body.remove("duration_ms");
        put_into(&mut body, "account", json!(row.account));
        put_into(&mut body, "disposition", json!(row.disposition));
        put_into(&mut body, "note", json!(Some(&row.note).filter(|note| !note.is_empty())));
        let (key, payload) = (row.key.clone(), Value::Object(body).to_string());
        self.write(Write::Register(journal::Registration { call: key.clone(), key, payload, due: self.wall }));
    }
}

/// What a line of the history tells the CRM.
fn row_payload(row: &journal::Call, e164: Option<&str>) -> Map<String, Value> {
    let mut body = Map::new();
    put_into(&mut body, "id", json!(row.key));
    put_into(&mut body, "source", json!("phone"));
    put_into(&mut body, "direction", json!(row.direction));
    put_into(&mut body, "extension", json!(row.extension));
    put_into(&mut body, "number", json!(row.number));
    put_into(&mut body, "e164", json!(e164));
    put_into(&mut body, "did", json!(row.did));
    put_into(&mut body, "queue", json!(row.queue));
    put_into(&mut body, "started_at", json!(row.started_at));
    put_into(&mut body, "answered_at", json!(row.answered_at));
    put_into(&mut body, "ended_at", json!(row.ended_at));
    put_into(&mut body, "duration_ms", json!(row.talk_ms));
    put_into(&mut body, "name", json!(row.name));
    body
}

/// What is not known is left out.
fn put_into(body: &mut Map<String, Value>, name: &str, value: Value) {
    if !value.is_null() {
        body.insert(name.to_owned(), value);
    }
}

impl Card {
    fn is_waiting_for_crm(&mut self, key: String) {
        self.crm_key = Some(key);
        if self.registration == CardRegistration::None {
            self.registration = CardRegistration::Waiting;
        }
    }

    fn waits_for_crm_no_longer(&mut self) {
        if self.registration == CardRegistration::Waiting {
            self.registration = CardRegistration::None;
            self.crm_key = None;
        }
    }
}

fn written_by_agent(card: &Card, put: &mut impl FnMut(&str, Value)) {
    put("account", json!(card.account.as_ref().map(|account| &account.0)));
    put("disposition", json!(card.disposition));
    put("note", json!(Some(&card.note).filter(|note| !note.is_empty())));
    put("contact_id", json!(card.person.as_ref().and_then(|(_, person)| person.facts.get("contact.id"))));
}

/// A SubCallID is one of its kind in all the world. What others call a leg may be what the next PBX calls another.
fn names_legs_for_ever(source: &str) -> bool {
    source == "dial_in"
}

/// The agent may still be writing.
fn after_wrap_up(card: &Card, ended: Timestamp) -> Timestamp {
    match card.wrap_up {
        WrapUp::Lasts { ends: Some((_, ends)), .. } => ends,
        WrapUp::Lasts { since, .. } => later(since, LONGEST_WRAP_UP),
        WrapUp::Before | WrapUp::Over { .. } => ended,
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(at)
}

fn direction(direction: Direction) -> journal::Direction {
    match direction {
        Direction::In => journal::Direction::In,
        Direction::Out => journal::Direction::Out,
    }
}

fn outcome(outcome: CardOutcome) -> journal::Outcome {
    match outcome {
        CardOutcome::Answered => journal::Outcome::Answered,
        CardOutcome::Missed => journal::Outcome::Missed,
        CardOutcome::Taken => journal::Outcome::Taken,
        CardOutcome::Busy => journal::Outcome::Busy,
        CardOutcome::Failed => journal::Outcome::Failed,
    }
}

/// As on the wire.
fn word(reason: &phone::Reason) -> String {
    serde_json::to_value(reason).ok().and_then(|word| Some(word.as_str()?.to_owned())).unwrap_or_default()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

const MAX_TEXT: usize = 128;
