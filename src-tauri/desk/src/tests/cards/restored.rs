//! After a crash the desk knows again where each call stood, and tells nobody twice.

use std::collections::BTreeMap;

use jiff::Timestamp;
use journal::Write;

use super::{
    script::{Chance, Script, all},
    *,
};
use crate::Restored;

/// A journal as small as it may be.
#[derive(Clone, Default)]
struct Paper {
    events: Vec<(CallEvent, Timestamp)>,
    calls: BTreeMap<String, journal::Call>,
    notes: BTreeMap<String, (String, Option<String>)>,
    legs: Vec<journal::Leg>,
    outbox: BTreeMap<String, journal::Registration>,
}

impl Paper {
    /// What a receiver keeps before it answers the PBX.
    fn keeps(&mut self, event: &CallEvent, at: Timestamp, kit: &Kit) {
        let concerns = event.extension.as_deref().is_some_and(|extension| kit.desk.numbering().concerns(extension));
        if concerns || matches!(event.what, cti::What::Moved { .. }) {
            self.events.push((event.clone(), at));
        }
    }

    fn write(&mut self, write: Write) {
        match write {
            Write::Settled { call_id, at } => self
                .events
                .retain(|(event, came)| *came > at || format!("{}/{}", event.source, event.call_id) != call_id),
            Write::Call(call) => drop(self.calls.insert(call.key.clone(), *call)),
            Write::Leg(leg) => self.legs.push(leg),
            Write::Note { call, text } => self.notes.entry(call).or_default().0 = text,
            Write::Disposition { call, disposition } => self.notes.entry(call).or_default().1 = disposition,
            Write::Register(wanted) => drop(self.outbox.insert(wanted.key.clone(), wanted)),
            Write::Withdraw { key } => drop(self.outbox.remove(&key)),
            Write::Event { .. } | Write::Callback(_) | Write::Supervision(_) => {}
        }
    }

    fn restored(&self) -> Restored {
        let call = |leg: &journal::Leg| {
            let mut call = self.calls.get(&leg.call)?.clone();
            (call.note, call.disposition) = self.notes.get(&leg.call).cloned().unwrap_or_default();
            Some((leg.clone(), call))
        };
        Restored { events: self.events.clone(), calls: self.legs.iter().filter_map(call).collect(), broken: Vec::new() }
    }
}

impl Kit {
    /// Takes an event in as a receiver does, and writes down what follows.
    fn receives(&mut self, event: &CallEvent, paper: &mut Paper) {
        paper.keeps(event, self.now.wall, self);
        self.told(event.clone());
        self.keeps(paper);
    }

    fn keeps(&mut self, paper: &mut Paper) {
        self.written.drain(..).for_each(|write| paper.write(write));
    }

    /// The desk is gone and comes again: only what is on paper is left.
    fn crashes(&mut self, paper: &mut Paper) {
        let settings = self.desk.settings.clone();
        let mut again = Self::with(settings);
        again.now = self.now;
        again.listener = self.listener.as_ref().map(|_| again.desk.snapshot());
        again.input(Input::Restored(paper.restored()));
        again.keeps(paper);
        *self = again;
    }
}

#[test]
fn a_call_that_was_up_is_up_again() {
    let (mut kit, mut paper) = (Kit::desk(), Paper::default());
    let a = leg("A", "101");
    kit.receives(&CallEvent { queue: Some("sales".into()), ..a.offered(ANNA) }, &mut paper);
    kit.seconds(3);
    kit.receives(&a.answered(), &mut paper);
    kit.asks(r#"{"type":"note","text":"wants a quote"}"#);
    kit.keeps(&mut paper);
    let before = kit.card();
    kit.seconds(20);
    kit.crashes(&mut paper);
    let after = kit.card();
    assert_eq!(after, before, "the same card, with its note and its times");
    assert!(kit.moments.is_empty(), "what was told before is not told again: {:?}", kit.moments);
    assert_eq!(kit.looked_up.len(), 1, "who it is must be found anew");
    kit.receives(&a.hung_up(), &mut paper);
    assert_eq!(kit.moments(), [Moment::End], "but the end is new");
    let told: Value = serde_json::from_str(&paper.outbox["A"].payload).expect("JSON");
    assert_eq!((&told["note"], &told["duration_ms"]), (&"wants a quote".into(), &61_500.into()));
}

#[test]
fn a_ring_that_is_answered_after_the_crash_is_told() {
    let (mut kit, mut paper) = (Kit::desk(), Paper::default());
    let a = leg("A", "101");
    kit.receives(&a.offered(ANNA), &mut paper);
    kit.crashes(&mut paper);
    kit.receives(&a.answered(), &mut paper);
    assert_eq!(kit.moments(), [Moment::Answer]);
}

#[test]
fn calls_of_long_ago_are_over_and_nobody_is_looked_up() {
    let (mut kit, mut paper) = (Kit::desk(), Paper::default());
    let (a, b) = (leg("A", "101"), leg("B", "101").of("D"));
    for event in [a.offered(ANNA), a.answered(), b.offered("79031234567")] {
        kit.receives(&event, &mut paper);
    }
    kit.move_to(kit.now.instant + Duration::from_secs(5 * 60 * 60));
    kit.crashes(&mut paper);
    assert!(kit.cards().is_empty() && kit.looked_up.is_empty() && kit.moments.is_empty());
    assert_eq!(paper.outbox.keys().collect::<Vec<_>>(), ["A"], "its end was lost");
    assert!(paper.events.is_empty(), "and it is settled");
}

#[test]
fn what_a_colleague_took_does_not_ring_again() {
    let (mut kit, mut paper) = (Kit::desk(), Paper::default());
    for event in [leg("A", "101").offered(ANNA), leg("B", "102").offered(ANNA), leg("B", "102").answered()] {
        kit.receives(&event, &mut paper);
        kit.seconds(1);
    }
    kit.crashes(&mut paper);
    assert_eq!((kit.card().state, kit.card().taken_by.as_deref()), (CardState::Taken, Some("102")));
    kit.seconds(6);
    assert!(kit.cards().is_empty());
}

#[test]
fn a_card_of_this_telephone_keeps_its_name() {
    let (mut kit, mut paper) = (Kit::desk(), Paper::default());
    kit.invited(2, ANNA, &[]);
    kit.receives(&leg("A", "101").offered(ANNA), &mut paper);
    kit.answers(2);
    kit.receives(&leg("A", "101").answered(), &mut paper);
    kit.finds(FoundIn::Crm, Ok(Some(person("Anna Petrova"))));
    kit.keeps(&mut paper);
    kit.seconds(5);
    kit.crashes(&mut paper);
    assert_eq!(kit.card().name.as_deref(), Some("Anna Petrova"), "as it was known");
    kit.receives(&leg("A", "101").hung_up(), &mut paper);
    assert_eq!(paper.outbox["A"].call, "sip/1790000000000-c2");
    assert_eq!(paper.calls.len(), 1, "one line in the history");
    assert_eq!(paper.calls["sip/1790000000000-c2"].account.as_deref(), Some("work"));
}

#[test]
fn a_name_that_was_used_is_not_used_again() {
    let a = simotel("C/101", "101");
    let round = [a.offered(ANNA), a.answered(), a.ended(Outcome::Unknown)];
    for (pause, crash_at) in [(5, 3), (5, 4), (120, 3), (120, 4), (120, 5), (5, 6), (120, 6)] {
        let (mut kit, mut paper) = (Kit::desk(), Paper::default());
        for (at, event) in round.iter().chain(&round).enumerate() {
            if at == 3 {
                kit.seconds(pause);
                kit.keeps(&mut paper);
            }
            if at == crash_at {
                kit.crashes(&mut paper);
            }
            kit.receives(event, &mut paper);
            kit.seconds(1);
        }
        kit.crashes(&mut paper);
        let keys: Vec<_> = paper.outbox.keys().collect();
        assert_eq!(keys, ["simotel/C/101", "simotel/C/101#2"], "{pause} s between, crash at {crash_at}");
    }
}

#[test]
fn wherever_it_crashes_the_crm_hears_the_same() {
    let registered = all(CASES, check);
    assert!(registered > 500, "the cases have calls to register: {registered}");
}

/// One afternoon without a crash and once more with one or two; the agent writes on some cards.
fn check(case: u64) -> usize {
    let mut chance = Chance::new(case ^ 0xcafe);
    let script = Script::new(&mut chance);
    let events = script.deliveries.len().max(1) as u64;
    let crashes = [chance.below(events + 1), chance.below(events + 1)];
    let notes: Vec<bool> = script.deliveries.iter().map(|_| chance.percent(50)).collect();
    let calm = afternoon(&script, &notes, &[]);
    let rough = afternoon(&script, &notes, &crashes);
    assert_eq!(rough.keys().collect::<Vec<_>>(), calm.keys().collect::<Vec<_>>(), "case {case}, {crashes:?}");
    for (key, calm) in &calm {
        assert_eq!(&rough[key], calm, "case {case}, {crashes:?}, {key}");
    }
    calm.len()
}

fn afternoon(script: &Script, notes: &[bool], crashes: &[u64]) -> BTreeMap<String, journal::Registration> {
    let (mut kit, mut paper) = (Kit::desk(), Paper::default());
    kit.listener = None;
    let begin = kit.now.instant;
    for (at, (delivery, writes)) in script.deliveries.iter().zip(notes).enumerate() {
        kit.move_to(begin + Duration::from_millis(delivery.at_ms));
        kit.input(Input::Tick);
        kit.keeps(&mut paper);
        if crashes.contains(&(at as u64)) {
            kit.crashes(&mut paper);
        }
        kit.receives(&delivery.event, &mut paper);
        if *writes {
            kit.writes_about(&delivery.event, at);
        }
    }
    kit.keeps(&mut paper);
    if crashes.contains(&(script.deliveries.len() as u64)) {
        kit.crashes(&mut paper);
    }
    kit.move_to(kit.now.instant + Duration::from_secs(3 * 60 * 60));
    kit.input(Input::Tick);
    kit.keeps(&mut paper);
    assert!(paper.events.is_empty(), "nothing is kept of calls that are settled: {:?}", paper.events);
    paper.outbox
}

impl Kit {
    /// The agent writes who it is that rings. Cards have other names after a crash, so they are found by their number.
    fn writes_about(&mut self, event: &CallEvent, at: usize) {
        let party = event.party.as_ref().map(|party| party.number.clone()).filter(|number| !number.is_empty());
        let number = event.remote_number.clone().or(party);
        if let Some(card) = self.cards().iter().find(|card| Some(&card.number) == number.as_ref()) {
            self.asks(&format!(r#"{{"type":"note","call":"{}","text":"note {at}"}}"#, card.id));
        }
    }
}

const CASES: u64 = 1_500;
