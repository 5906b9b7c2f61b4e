//! Caller cards: one for each call, whoever tells of it first, and what the CRM hears of it.

mod dialects;
mod floods;
mod inside;
mod interleaved;
mod lookups;
mod order;
mod pairing;
mod restored;
mod rings;
mod rules_of_dial_in;
mod script;
mod transfers;
mod withdrawn;
mod work;

use std::collections::BTreeMap;

use cti::{CallEvent, Direction, Ended, Outcome, Party};
use serde_json::Value;

use super::*;
use crate::{
    Cards, Found, FoundIn, Person, Register, Whose,
    wire::{Card, CardOutcome, CardRegistration, CardState, Lookup, WrapUpMode},
};

/// One leg of a call, as a PBX tells of it.
#[derive(Clone, Copy)]
struct Told<'a> {
    source: &'a str,
    call: &'a str,
    leg: &'a str,
    extension: &'a str,
}

/// Leg `leg` of call `C` in the tongue that names each ring.
fn leg<'a>(leg: &'a str, extension: &'a str) -> Told<'a> {
    Told { source: "dial_in", call: "C", leg, extension }
}

/// A leg that is named by its call and its extension.
fn simotel<'a>(leg: &'a str, extension: &'a str) -> Told<'a> {
    Told { source: "simotel", ..self::leg(leg, extension) }
}

impl<'a> Told<'a> {
    fn of(self, call: &'a str) -> Self {
        Self { call, ..self }
    }

    fn tells(self, what: cti::What) -> CallEvent {
        let event = CallEvent::new(self.source, self.call, self.leg, what);
        CallEvent { extension: Some(self.extension.into()), ..event }
    }

    /// It rings, somebody with this number calls.
    fn offered(self, number: &str) -> CallEvent {
        let what = cti::What::Offered { direction: Direction::In, transferred: false };
        CallEvent { party: party(number), ..self.tells(what) }
    }

    /// The extension calls.
    fn dials(self, number: &str) -> CallEvent {
        let what = cti::What::Offered { direction: Direction::Out, transferred: false };
        CallEvent { party: party(number), ..self.tells(what) }
    }

    fn answered(self) -> CallEvent {
        self.tells(cti::What::Answered)
    }

    fn ended(self, outcome: Outcome) -> CallEvent {
        self.tells(cti::What::Ended(Ended::of(outcome)))
    }

    /// With everything that the end of a recorded call tells.
    fn hung_up(self) -> CallEvent {
        let ended = Ended { talk_ms: Some(61_500), recording_id: Some("rec-7".into()), ..Ended::of(Outcome::Answered) };
        self.tells(cti::What::Ended(ended))
    }

    fn idle(self) -> CallEvent {
        let event = CallEvent::new(self.source, "", "", cti::What::Idle);
        CallEvent { extension: Some(self.extension.into()), ..event }
    }

    fn recorded(self, outcome: Outcome) -> CallEvent {
        let ended = Ended { talk_ms: Some(9_000), recording_id: Some("20261127_C.mp3".into()), ..Ended::of(outcome) };
        CallEvent { extension: None, ..self.tells(cti::What::Recorded(ended)) }
    }
}

fn party(number: &str) -> Option<Party> {
    Some(Party { number: number.into(), name: None })
}

fn moved(source: &str, from: &str, to: &str) -> CallEvent {
    CallEvent::new(source, "C", "", cti::What::Moved { from: from.into(), to: to.into() })
}

/// Extension 101 of a PBX whose extensions are 100 to 199; there is a CRM.
fn cards() -> Cards {
    Cards { extensions: vec!["100-199".into()], looks_up: true, register: Register::Events, ..Cards::default() }
}

/// Somebody outside.
const ANNA: &str = "74952294989";

impl Kit {
    fn desk() -> Self {
        Self::desk_with(cards())
    }

    fn desk_with(cards: Cards) -> Self {
        Self::desk_of("101", cards)
    }

    fn desk_of(extension: &str, cards: Cards) -> Self {
        let accounts = vec![account("work", &format!("sip:{extension}@pbx.example"))];
        let mut kit = Self::with(Settings { accounts, cards, ..Settings::default() });
        kit.listener = Some(kit.desk.snapshot());
        kit
    }

    fn told(&mut self, event: CallEvent) {
        self.input(Input::CallEvent(event));
    }

    fn told_all(&mut self, events: impl IntoIterator<Item = CallEvent>) {
        for event in events {
            self.told(event);
        }
    }

    fn seconds(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    fn cards(&self) -> Vec<Card> {
        self.desk.snapshot().cards
    }

    /// The only card in sight.
    fn card(&self) -> Card {
        let mut cards = self.cards();
        assert_eq!(cards.len(), 1, "{cards:#?}");
        cards.remove(0)
    }

    /// A call comes to this telephone.
    fn invited(&mut self, call: u64, number: &str, headers: &[(&str, &str)]) {
        self.invited_at("work", call, number, headers);
    }

    fn invited_at(&mut self, account: &str, call: u64, number: &str, headers: &[(&str, &str)]) {
        let peer = Peer { number: number.into(), name: None, uri: format!("sip:{number}@pbx.example") };
        let headers = headers.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let account = AccountId(account.into());
        self.hear(Event::Incoming { call: CallId(call), account, peer, auto_answer: None, trusted: true, headers });
    }

    fn answers(&mut self, call: u64) {
        self.asks(&format!(r#"{{"type":"answer","call":"c{call}"}}"#));
        self.hear(Event::Answered(CallId(call)));
    }

    /// What the CRM will be told, by key, as it was written last.
    fn registered(&self) -> BTreeMap<String, Value> {
        registered(&self.written)
    }

    /// The only registration.
    fn registration(&self) -> Value {
        let registered = self.registered();
        assert_eq!(registered.len(), 1, "{registered:#?}");
        registered.into_values().next().expect("there is one")
    }

    /// When the CRM may be told, from now.
    fn due_in(&self, key: &str) -> Duration {
        let is_it = |write: &&journal::Write| matches!(write, journal::Write::Register(wanted) if wanted.key == key);
        let Some(journal::Write::Register(wanted)) = self.written.iter().rev().find(is_it) else {
            panic!("{key} is not registered")
        };
        wanted.due.duration_since(self.now.wall).try_into().unwrap_or_default()
    }

    /// The line of the history, as it was written last.
    fn row(&self, key: &str) -> journal::Call {
        let call = |write: &journal::Write| match write {
            journal::Write::Call(call) if call.key == key => Some((**call).clone()),
            _ => None,
        };
        self.written.iter().rev().find_map(call).expect("the call is in the history")
    }

    fn moments(&self) -> Vec<Moment> {
        self.moments.iter().map(|(moment, _)| *moment).collect()
    }

    /// Somebody was found for the card that was looked up last.
    fn finds(&mut self, from: FoundIn, person: Result<Option<Person>, crate::LookUpFailed>) {
        let card = self.looked_up.last().expect("somebody was looked up").card;
        self.input(Input::Found(Found { card, from, person, earlier: None }));
    }
}

fn registered(written: &[journal::Write]) -> BTreeMap<String, Value> {
    let mut registered = BTreeMap::new();
    for write in written {
        match write {
            journal::Write::Register(wanted) => {
                let payload = serde_json::from_str(&wanted.payload).expect("a payload is JSON");
                registered.insert(wanted.key.clone(), payload);
            }
            journal::Write::Withdraw { key } => drop(registered.remove(key)),
            _ => {}
        }
    }
    registered
}

fn person(name: &str) -> Person {
    Person { name: Some(name.into()), ..Person::default() }
}
