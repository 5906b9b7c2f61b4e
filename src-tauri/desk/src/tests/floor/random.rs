//! Random events in any order: who applies all changes sees what is (each input is checked for that), queues count right, and
//! nothing is left in the end.

use std::collections::BTreeMap;

use phone::{Watched, WatchedDialog, WatchedState};

use super::*;

/// Small, fast and the same everywhere (xorshift64*).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) % end
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

/// Members and callers of queues, decided apart from the desk, and in which listing each was told.
#[derive(Default)]
struct Model {
    listing: u64,
    is_listing: bool,
    /// Whether they take a break.
    members: BTreeMap<(String, String), (bool, u64)>,
    waiting: BTreeMap<(String, String), u64>,
    abandoned: BTreeMap<String, u32>,
}

impl Model {
    fn hear(&mut self, event: &FloorEvent) {
        let listing = self.listing;
        match event.clone() {
            FloorEvent::Listing => (self.listing, self.is_listing) = (listing + 1, true),
            FloorEvent::Lost => self.is_listing = false,
            FloorEvent::Listed if self.is_listing => {
                self.is_listing = false;
                self.members.retain(|_, (_, told)| *told == listing);
                self.waiting.retain(|_, told| *told == listing);
            }
            FloorEvent::Member { queue, extension, paused, .. } => {
                self.members.insert((queue, extension), (paused.is_some(), listing));
            }
            FloorEvent::MemberLeft { queue, extension } => {
                self.members.remove(&(queue, extension));
            }
            FloorEvent::Waits { queue, call_id, .. } => {
                self.waiting.insert((queue, call_id), listing);
            }
            FloorEvent::WaitsNoMore { queue, call_id, abandoned } => {
                let waited = self.waiting.remove(&(queue.clone(), call_id)).is_some();
                *self.abandoned.entry(queue).or_default() += u32::from(abandoned && waited);
            }
            _ => {}
        }
    }

    fn check(&self, kit: &Kit, case: u64) {
        let snapshot = kit.desk.snapshot();
        let agents: BTreeMap<&str, &Agent> =
            snapshot.agents.iter().map(|agent| (agent.extension.as_str(), agent)).collect();
        for queue in &snapshot.queues {
            let members: Vec<_> = self.members.iter().filter(|((name, _), _)| *name == queue.name).collect();
            let is_free = |who: &str| agents.get(who).is_some_and(|agent| agent.state == AgentState::Free);
            let free = members.iter().filter(|((_, who), (paused, _))| !paused && is_free(who)).count();
            let waiting = self.waiting.keys().filter(|(name, _)| *name == queue.name).count();
            let counts = [queue.members, queue.free, queue.waiting_count].map(|count| count as usize);
            assert_eq!(counts, [members.len(), free, waiting], "case {case}: {queue:?}");
        }
        for (who, agent) in agents {
            let works_in = self.members.keys().filter(|(_, member)| member == who).map(|(queue, _)| queue);
            assert!(works_in.eq(&agent.queues), "case {case}: {agent:?}");
        }
    }
}

#[test]
fn a_snapshot_is_the_sum_of_the_changes_and_nothing_is_left() {
    let changes: usize = (0..CASES).map(check).sum();
    assert!(changes > 100 * CASES as usize, "there is something to compare: {changes}");
}

fn check(case: u64) -> usize {
    let mut chance = Chance(case * 2 + 1);
    let source = chance.one_of(&[FloorSource::Auto, FloorSource::Dialogs]);
    let mut kit = Kit::floor_of(FloorRules { source, ..rules(&mut chance) });
    let mut model = Model::default();
    for _ in 0..EVENTS {
        happens(&mut kit, &mut model, &mut chance);
        if chance.below(4) == 0 {
            kit.pass(Duration::from_millis(chance.below(20_000)));
        }
        model.check(&kit, case);
    }
    let told = kit.changed().len();
    kit.wait(5 * 60 * 60);
    assert_eq!((kit.desk.floor.kept()[1], kit.desk.floor.wake()), (0, None), "case {case}: a leg is left");
    kit.listing([]);
    assert_eq!(kit.desk.floor.kept()[3..], [0, 0], "case {case}: somebody waits");
    told
}

fn happens(kit: &mut Kit, model: &mut Model, chance: &mut Chance) {
    let extension = chance.one_of(&EXTENSIONS);
    match chance.below(100) {
        0..50 => kit.hears([call_event(extension, chance)]),
        50..90 => {
            let event = floor_event(extension, chance);
            model.hear(&event);
            kit.floor_hears([event]);
        }
        90..97 => {
            let target = extension.to_owned();
            let watched = if chance.below(3) == 0 { Watched::Unknown(Some(403)) } else { dialogs(chance) };
            kit.hear(Event::Watched { account: AccountId("work".into()), target, watched });
        }
        97..99 => {
            let trouble = (chance.below(2) == 0).then(|| "connection refused".to_owned());
            model.is_listing &= trouble.is_none();
            kit.input(Input::Manager(trouble));
        }
        _ => {
            let accounts = vec![account("work", "sip:101@pbx.example")];
            let cards = Cards { extensions: vec!["100-199".into()], ..Cards::default() };
            kit.input(Input::Settings(Settings { accounts, cards, floor: rules(chance), ..Settings::default() }));
        }
    }
}

fn rules(chance: &mut Chance) -> FloorRules {
    let agents =
        EXTENSIONS.iter().filter(|_| chance.below(2) == 0).map(|extension| agent(extension, "Boris")).collect();
    FloorRules { agents, ..FloorRules::default() }
}

fn call_event(extension: &str, chance: &mut Chance) -> CallEvent {
    let (call, no) = (chance.one_of(&["C", "D", "E", "F"]), chance.below(3));
    let (source, leg) = match chance.below(2) {
        0 => (cti::ami::SOURCE, format!("{call}{no}{extension}")),
        _ => ("simotel", format!("{call}/{extension}")),
    };
    let part = Part { source, call, leg: &leg, extension };
    let event = match chance.below(12) {
        0..3 => part.rings(ANNA),
        3 => part.dials(chance.one_of(&EXTENSIONS)),
        4..7 => part.answers(),
        7..9 => part.ends(),
        9 => part.idle(),
        10 => part.is(cti::What::Recorded(Ended::of(Outcome::Answered))),
        _ => part.takes_from(chance.one_of(&EXTENSIONS)),
    };
    let at_us = (chance.below(2) == 0).then(|| chance.below(1_000_000).cast_signed());
    CallEvent { at_us, ..event }
}

fn floor_event(extension: &str, chance: &mut Chance) -> FloorEvent {
    let queue = chance.one_of(&["sales", "help", "night"]);
    let caller = chance.one_of(&["W1", "W2", "W3", "W4", "W5"]);
    let states = [DeviceState::Free, DeviceState::Ringing, DeviceState::Busy, DeviceState::OnHold];
    let listener = FloorEvent::Supervised { extension: extension.into(), by: "201".into() };
    let no_listener = FloorEvent::Unsupervised { extension: extension.into(), by: "201".into() };
    match chance.below(40) {
        0 => FloorEvent::Listing,
        1..3 => FloorEvent::Listed,
        3 => FloorEvent::Lost,
        4..14 => device(extension, chance.one_of(&states)),
        14 => device(extension, DeviceState::Unregistered),
        15 => named(extension, "Clara"),
        16..22 => member(queue, extension, chance.one_of(&[None, None, Some(""), Some("lunch")])),
        22..25 => left(queue, extension),
        25..31 => waits(queue, caller, ANNA),
        31..36 => waits_no_more(queue, caller, chance.below(2) == 0),
        36 => self::queue(queue),
        37..39 => listener,
        _ => no_listener,
    }
}

fn dialogs(chance: &mut Chance) -> Watched {
    let states = [WatchedState::Trying, WatchedState::Early, WatchedState::Confirmed];
    let dialog = |no: u64, chance: &mut Chance| WatchedDialog {
        id: format!("d{no}"),
        state: chance.one_of(&states),
        initiator: chance.one_of(&[None, Some(true), Some(false)]),
        remote: None,
    };
    Watched::Dialogs((0..chance.below(3)).map(|no| dialog(no, chance)).collect())
}

const EXTENSIONS: [&str; 6] = ["101", "102", "103", "104", "105", "106"];
const CASES: u64 = 120;
const EVENTS: u64 = 300;
