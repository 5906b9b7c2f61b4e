//! Whatever comes in whatever order, with the power gone at any moment: nobody is called without a click, nor without a row.

use std::collections::VecDeque;

use cti::{Direction, OrderTold, Outcome, Step};

use super::*;
use crate::{Asker, OrdersBy, Originated, SupervisionRules, wire::Via};

/// Numerical Recipes' generator: a story must be the same tomorrow.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).expect("small")]
    }
}

const NUMBERS: [&str; 3] = [ANNA, BORIS, "84952294987"];

/// A day at the desk.
struct Day {
    office: Office,
    chance: Chance,
    /// Rows on their way to the disk, the oldest first, and under which number one is waited for.
    waiting: VecDeque<(Option<u64>, journal::Callback)>,
    /// Clicks that were accepted.
    clicks: usize,
    called: usize,
    /// As often this desk has asked the PBX since the power came back.
    originated: usize,
    incoming: u64,
    orders: Vec<String>,
}

impl Day {
    fn new(seed: u64) -> Self {
        let mut chance = Chance(seed);
        let via = chance.of(&[Via::Softphone, Via::Pbx]);
        let order = chance.of(&[CallbackOrder::AgentFirst, CallbackOrder::CustomerFirst]);
        let settings = Settings {
            clicks: Clicks { pbx: true, via, ..Clicks::default() },
            callbacks: CallbackRules { order, from_missed: true, ..CallbackRules::default() },
            supervision: SupervisionRules { orders: OrdersBy::Manager, ..SupervisionRules::default() },
            ..settings()
        };
        let (waiting, orders) = (VecDeque::new(), Vec::new());
        Self {
            office: Office::with(settings),
            chance,
            waiting,
            clicks: 0,
            called: 0,
            originated: 0,
            incoming: 0,
            orders,
        }
    }

    fn step(&mut self) {
        let number = self.chance.of(&NUMBERS);
        match self.chance.below(16) {
            0 | 1 => drop(self.intent(&format!(r#"{{"type":"request_callback","number":"{number}"}}"#))),
            2 => self.a_site_asks(number),
            3..=5 => self.clicks_call(),
            6 => self.works(),
            7 | 8 => self.disk(),
            9 | 10 => self.a_call_goes_on(),
            11 => self.a_call_comes(number),
            12 => self.the_pbx_tells(number),
            13 => self.office.kit.pass(self.chance.of(&[SECOND, 10 * SECOND, 200 * SECOND, HOUR])),
            14 => self.clock(),
            _ if self.chance.below(4) == 0 => self.power_cut(),
            _ => {}
        }
        self.look();
    }

    fn intent(&mut self, intent: &str) -> bool {
        self.office.kit.ask(intent).is_ok()
    }

    fn a_site_asks(&mut self, number: &str) {
        let key = self.chance.below(20);
        let wish = format!(r#"{{"type":"request_callback","number":"{number}","key":"{key}"}}"#);
        let wish: Intent = serde_json::from_str(&wish).expect("as on the wire");
        let _ = self.office.kit.input(Input::Intent(Asker::Receiver, wish));
    }

    fn any(&mut self) -> Option<String> {
        let all = self.office.all();
        (!all.is_empty()).then(|| all[usize::try_from(self.chance.below(all.len() as u64)).expect("small")].id.clone())
    }

    fn clicks_call(&mut self) {
        let Some(id) = self.any() else { return };
        self.clicks += usize::from(self.intent(&on(&id, "call_callback")));
    }

    fn works(&mut self) {
        let Some(id) = self.any() else { return };
        let later = (self.office.kit.now.wall + MINUTE).to_string();
        let (claim, release) = (on(&id, "claim_callback"), on(&id, "release_callback"));
        let (cancel, defer) = (close(&id, "cancelled"), defer(&id, &later));
        let intent = self.chance.of(&[&claim, &release, &cancel, &defer, &defer]).clone();
        self.intent(&intent);
    }

    /// The disk goes on up to the next row that is waited for. That it is there, or is not to be, is sometimes told twice.
    fn disk(&mut self) {
        while let Some((token, row)) = self.waiting.pop_front() {
            let fails = token.is_some() && self.chance.below(4) == 0;
            if !fails {
                self.office.disk.insert(row.key.clone(), row);
            }
            let Some(token) = token else { continue };
            let result = if fails { Err("disk full".to_owned()) } else { Ok(()) };
            for _ in 0..=self.chance.below(2) {
                self.office.kit.input(Input::Committed(token, result.clone()));
                self.look();
            }
            return;
        }
    }

    fn a_call_goes_on(&mut self) {
        let calls: Vec<_> = self.office.kit.desk.snapshot().calls;
        let live: Vec<_> = calls.iter().filter(|call| call.state != CallState::Ended).collect();
        if live.is_empty() {
            return;
        }
        let call = live[usize::try_from(self.chance.below(live.len() as u64)).expect("small")].id.clone();
        let id: u64 = call.trim_start_matches('c').parse().expect("c1");
        match self.chance.below(3) {
            0 => {
                self.intent(&format!(r#"{{"type":"answer","call":"{call}"}}"#));
                self.office.kit.hear(Event::Answered(CallId(id)));
            }
            1 => self.office.kit.hear(Event::RemoteRinging(CallId(id))),
            _ => {
                let reason = self.chance.of(&[Reason::Busy, Reason::NoAnswer, Reason::HungUp, Reason::Failed]);
                self.office.kit.ends(id, reason);
            }
        }
    }

    fn a_call_comes(&mut self, number: &str) {
        self.incoming += 2;
        self.office.rings(self.incoming, number);
    }

    fn the_pbx_tells(&mut self, number: &str) {
        let step = match self.chance.below(4) {
            0 => Step::Up,
            1 => Step::Done,
            2 => Step::Over,
            _ => Step::Failed { code: "phone_busy".into(), detail: "Try again".into() },
        };
        if let Some(id) = self.orders.last().cloned() {
            self.office.kit.input(Input::Ordered(OrderTold { id, step }));
        }
        if let Some(id) = self.office.kit.originated.last().map(|wish| wish.id) {
            let outcome = if self.chance.below(2) == 0 { Ok(()) } else { Err(("far_busy".into(), "Busy".into())) };
            self.office.kit.input(Input::Originated(Originated { id, outcome }));
        }
        let what = [offered(Direction::In), offered(Direction::Out), cti::What::Answered, ended(Outcome::Answered)];
        let extension = self.chance.of(&["101", "102"]);
        let no = usize::try_from(self.chance.below(4)).expect("small");
        self.office.kit.input(leg(extension, extension, number, what[no].clone()));
    }

    fn clock(&mut self) {
        let wall = self.office.kit.now.wall;
        let wall = if self.chance.below(2) == 0 { wall + 3 * HOUR } else { wall - 2 * HOUR };
        self.office.set_clock(wall);
    }

    fn power_cut(&mut self) {
        self.look();
        let wall = self.office.kit.now.wall + MINUTE;
        let office = std::mem::replace(&mut self.office, Office::new());
        self.office = office.restarted(wall);
        self.waiting.clear();
        self.orders.clear();
        self.originated = 0;
    }

    /// What must hold after each step.
    fn look(&mut self) {
        let commits = std::mem::take(&mut self.office.kit.commits).into_iter();
        let awaited = commits.flat_map(|(token, writes)| writes.into_iter().map(move |write| (Some(token), write)));
        let loose = std::mem::take(&mut self.office.kit.written).into_iter().map(|write| (None, write));
        self.waiting.extend(awaited.chain(loose).filter_map(|(token, write)| match write {
            Write::Callback(row) => Some((token, *row)),
            _ => None,
        }));
        let dialled = self.office.kit.dialled();
        let originated = self.office.kit.originated.len() - self.originated;
        self.originated += originated;
        let ordered = std::mem::take(&mut self.office.kit.orders);
        let is_call = |order: &&cti::Order| matches!(order.wish, cti::Wish::Originate(_));
        let placed: Vec<_> = ordered.iter().filter(is_call).map(|order| order.id.clone()).collect();
        let called = dialled.len() + placed.len() + originated;
        self.orders.extend(placed);
        self.called += called;
        assert!(self.called <= self.clicks, "nobody is called without a click");
        if called > 0 {
            let is_told = |row: &journal::Callback| row.attempts.last().is_some_and(|last| last.result == "calling");
            assert!(self.office.disk.values().any(is_told), "a row first");
        }
        for one in self.office.all().iter().filter(|one| one.state != CallbackState::Closed) {
            let calling = one.attempts.iter().filter(|attempt| attempt.result == AttemptResult::Calling).count();
            let is_calling = one.state == CallbackState::Calling;
            assert!(calling <= usize::from(is_calling), "{one:?}");
        }
    }

    /// Everybody hangs up, and nothing is told any more.
    fn evening(&mut self) {
        for _ in 0..2 {
            for call in self.office.kit.desk.snapshot().calls {
                let id: u64 = call.id.trim_start_matches('c').parse().expect("c1");
                self.office.kit.ends(id, Reason::HungUp);
            }
            self.office.kit.pass(200 * SECOND);
            self.look();
        }
        for one in self.office.all() {
            assert_ne!(one.state, CallbackState::Calling, "{one:?}");
        }
        while !self.waiting.is_empty() {
            self.disk();
        }
        // What is in sight is on the disk.
        for one in self.office.all() {
            let row = &self.office.disk[&one.id];
            assert_eq!((row.closed_at.is_some(), row.attempts.len()), (one.closed_at.is_some(), one.attempts.len()));
        }
    }
}

#[test]
fn nobody_is_called_twice_whatever_happens() {
    let mut called = 0;
    for seed in 0..60 {
        let mut day = Day::new(seed);
        for _ in 0..150 {
            day.step();
        }
        day.evening();
        called += day.called;
    }
    assert!(called > 100, "the days were busy: {called}");
}
