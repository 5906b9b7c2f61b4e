//! Random afternoons at a PBX: up to 20 calls at once, told with loss, repetition and delay; and, decided apart from the desk, which
//! legs the CRM must hear of.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Small, fast and the same everywhere (splitmix64).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    pub(super) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Checks so many cases; the sum of what each counts.
#[allow(
    clippy::disallowed_methods,
    reason = "ten thousand cases keep two cores busy; the desk itself starts no thread"
)]
pub(super) fn all(cases: u64, check: fn(u64) -> usize) -> usize {
    let half = move |first: u64| (first..cases).step_by(2).map(check).sum::<usize>();
    let other = std::thread::spawn(move || half(1));
    half(0) + other.join().expect("every case holds")
}

/// An event and when it comes, in milliseconds.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) at_ms: u64,
    pub(super) event: CallEvent,
}

/// What the CRM must hear of a leg.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wanted {
    pub(super) number: String,
    pub(super) did: Option<String>,
    pub(super) recording_id: Option<String>,
    /// `None` where the PBX did not say it.
    pub(super) talk_ms: Option<u64>,
}

/// How everything is told.
pub(super) struct Script {
    pub(super) deliveries: Vec<Delivery>,
}

struct Call {
    source: &'static str,
    id: String,
    did: Option<String>,
    begins_ms: u64,
    /// The PBX tells its own time.
    is_timed: bool,
}

impl Script {
    pub(super) fn new(chance: &mut Chance) -> Self {
        let calls = if chance.percent(90) { 1 + chance.below(4) } else { 1 + chance.below(20) };
        let mut happened = Vec::new();
        for call in 0..calls {
            call_happens(call, chance, &mut happened);
        }
        let mut deliveries: Vec<_> = happened.into_iter().flat_map(|one| deliver(one, chance)).collect();
        deliveries.sort_by_key(|delivery| delivery.at_ms);
        Self { deliveries }
    }

    /// What must be registered, by what was delivered alone.
    pub(super) fn wanted(&self, extension: &str) -> BTreeMap<String, Wanted> {
        let told = self.deliveries.iter().map(|delivery| &delivery.event);
        let legs: BTreeSet<&str> = told.clone().map(|event| event.leg_id.as_str()).collect();
        let of = |leg: &str| told.clone().filter(|event| event.leg_id == leg).collect::<Vec<_>>();
        let key = |leg: &str| {
            let source = of(leg).first().map_or("", |event| event.source.as_str());
            if source == "dial_in" { leg.to_owned() } else { format!("{source}/{leg}") }
        };
        legs.into_iter().filter_map(|leg| Some((key(leg), wanted(&of(leg), extension)?))).collect()
    }
}

fn wanted(told: &[&CallEvent], extension: &str) -> Option<Wanted> {
    let offer = told.iter().find(|event| matches!(event.what, cti::What::Offered { .. }))?;
    let cti::What::Offered { direction, transferred } = offer.what else { return None };
    let party = offer.party.as_ref().map(|party| party.number.clone()).unwrap_or_default();
    let is_local = party.starts_with('1') && party.len() == 3;
    let ended = |record: bool| {
        told.iter().find_map(|event| match &event.what {
            cti::What::Ended(ended) if !record => Some(ended.clone()),
            cti::What::Recorded(ended) if record => Some(ended.clone()),
            _ => None,
        })
    };
    let (record, end) = (ended(true), ended(false));
    let has_answer = told.iter().any(|event| event.what == cti::What::Answered);
    let outcomes = [&record, &end].map(|ended| ended.as_ref().map(|ended| ended.outcome));
    let says_answered = outcomes.iter().flatten().find(|outcome| **outcome != Outcome::Unknown);
    let is_answered = match (direction, says_answered) {
        (Direction::Out, Some(outcome)) => *outcome == Outcome::Answered,
        _ => has_answer || outcomes[0] == Some(Outcome::Answered),
    };
    let is_own = offer.extension.as_deref() == Some(extension) && !(transferred && direction == Direction::Out);
    if !is_own || !is_answered || (is_local && offer.remote_number.is_none()) {
        return None;
    }
    let ends = || record.iter().chain(&end);
    Some(Wanted {
        number: offer.remote_number.clone().unwrap_or(party),
        did: told.iter().find_map(|event| event.did.clone()),
        recording_id: ends().find_map(|ended| ended.recording_id.clone()),
        talk_ms: ends().find_map(|ended| ended.talk_ms),
    })
}

/// What really happens in a call, with the time of each.
fn call_happens(no: u64, chance: &mut Chance, happened: &mut Vec<Delivery>) {
    let call = Call {
        source: ["dial_in", "dial_in", "ami", "simotel"][chance.below(4) as usize],
        id: format!("C{no}"),
        did: chance.percent(50).then(|| format!("7812600000{}", no % 10)),
        begins_ms: chance.below(60_000),
        is_timed: chance.percent(50),
    };
    if chance.percent(30) {
        leg_happens(&call, "I", "099", 0, true, chance, happened);
    }
    // Who is rung at once, and who of them takes it.
    let legs = 1 + chance.below(4);
    let taker = chance.below(legs + 1);
    let rung_ms = chance.below(10_000);
    for leg in 0..legs {
        let extension = ["101", "102", "103", "101"][((no + leg) % 4) as usize];
        // The same name twice would be the same leg.
        let extension = if call.source == "simotel" && leg == 3 { "104" } else { extension };
        let name = format!("L{leg}");
        leg_happens(&call, &name, extension, rung_ms, leg == taker, chance, happened);
    }
    // It rings once more at the same desk, which is another leg where legs have names of their own.
    if call.source != "simotel" && chance.percent(20) {
        let answers = chance.percent(70);
        leg_happens(&call, "R", "101", rung_ms + 40_000, answers, chance, happened);
    }
}

fn leg_happens(
    call: &Call,
    name: &str,
    extension: &str,
    rung_ms: u64,
    answers: bool,
    chance: &mut Chance,
    happened: &mut Vec<Delivery>,
) {
    let leg_id = format!("{}/{name}", call.id);
    let leg = Told { source: call.source, call: &call.id, leg: &leg_id, extension };
    let outside = format!("7495{:07}", chance.below(10_000_000));
    let inside = format!("1{:02}", 10 + chance.below(80));
    let remote = format!("7903{:07}", chance.below(10_000_000));
    let out = |transferred| cti::What::Offered { direction: Direction::Out, transferred };
    let offer = match chance.below(10) {
        _ if extension == "099" => leg.offered(&outside),
        0 => leg.offered(&inside),
        1 => CallEvent { remote_number: Some(remote), ..leg.offered(&inside) },
        2 => leg.dials(&outside),
        3 => leg.dials(&inside),
        4 => CallEvent { what: out(true), ..leg.dials(&outside) },
        5 => leg.offered(""),
        _ => leg.offered(&outside),
    };
    let rung = call.begins_ms + rung_ms;
    let answered = rung + 500 + chance.below(15_000);
    let over = answered + 500 + chance.below(120_000);
    let outcomes = [Outcome::NoAnswer, Outcome::Busy, Outcome::Cancelled, Outcome::Failed, Outcome::Unknown];
    let outcome = if answers { Outcome::Answered } else { outcomes[chance.below(5) as usize] };
    let end = Ended {
        talk_ms: (answers && chance.percent(80)).then_some(over - answered),
        recording_id: (answers && chance.percent(50)).then(|| format!("rec-{leg_id}")),
        bridged: (extension == "099").then_some(false),
        more_follows: call.source == "simotel",
        ..Ended::of(if call.source == "simotel" { Outcome::Unknown } else { outcome })
    };
    let mut tells = |at_ms: u64, event: CallEvent, chance: &mut Chance| {
        let did = call.did.clone().filter(|_| chance.percent(60));
        let at_us = call.is_timed.then(|| 1_790_000_000_000_000 + at_ms.cast_signed() * 1000);
        happened.push(Delivery { at_ms, event: CallEvent { did, at_us, ..event } });
    };
    tells(rung, offer, chance);
    if answers {
        tells(answered, leg.answered(), chance);
    }
    tells(over, leg.tells(cti::What::Ended(end)), chance);
    if call.source == "simotel" && extension != "099" && chance.percent(70) {
        // Some take for an answer what their own record says was none.
        let outcome = if answers && chance.percent(25) { Outcome::NoAnswer } else { outcome };
        let record = Ended { talk_ms: Some(over - answered), ..Ended::of(outcome) };
        tells(over + 300, leg.tells(cti::What::Recorded(record)), chance);
    }
}

/// Once as a rule; never, twice or late as it happens.
fn deliver(one: Delivery, chance: &mut Chance) -> Vec<Delivery> {
    let mut copies = Vec::new();
    let times = if chance.percent(8) { 0 } else { 1 + u64::from(chance.percent(10)) };
    for copy in 0..times {
        let late_ms = match chance.below(100) {
            0..70 => 0,
            70..95 => chance.below(5_000),
            _ => chance.below(30_000),
        };
        copies.push(Delivery { at_ms: one.at_ms + late_ms + copy * chance.below(3_000), event: one.event.clone() });
    }
    copies
}
