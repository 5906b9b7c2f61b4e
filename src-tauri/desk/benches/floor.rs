//! What an event costs on a floor of 10, 100, 500 and 5 000 agents: the same, within 2×. Whoever it is about is another one each
//! time, all of them work in a queue, and half of them talk.
#![allow(missing_docs, reason = "criterion's macros make functions without docs")]
#![allow(clippy::disallowed_methods, reason = "a bench is where the clock is read")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use cti::{CallEvent, DeviceState, Direction, Ended, FloorEvent, Outcome, Party, What};
use desk::{Desk, Input, Now, Settings};
use jiff::Timestamp;

const AGENTS: [u32; 4] = [10, 100, 500, 5_000];
const QUEUES: u32 = 10;

/// A desk, its clock, and how many work there.
struct Bench {
    desk: Desk,
    now: Now,
    agents: u32,
}

impl Bench {
    fn with_agents(agents: u32) -> Self {
        let now = Now { instant: Instant::now(), wall: Timestamp::constant(1_790_000_000, 0) };
        let mut bench = Self { desk: Desk::new(false), now, agents };
        bench.input(Input::Settings(Settings::default()));
        bench.input(Input::Manager(None));
        bench.floor(FloorEvent::Listing);
        for no in 0..agents {
            bench.floor(device(no, DeviceState::Free));
            bench.floor(member(no, None));
        }
        bench.floor(FloorEvent::Listed);
        for no in (1..agents).step_by(2) {
            let call = format!("before-{no}");
            bench.input(Input::CallEvent(offered(&call, no)));
            bench.input(Input::CallEvent(event(&call, no, What::Answered)));
            bench.floor(device(no, DeviceState::Busy));
        }
        // By then all telephones are believed.
        bench.pass(Duration::from_secs(2));
        bench.input(Input::Tick);
        bench
    }

    fn input(&mut self, input: Input) {
        black_box(self.desk.update(input, self.now));
    }

    fn floor(&mut self, event: FloorEvent) {
        self.input(Input::Floor(event));
    }

    fn pass(&mut self, time: Duration) {
        self.now.instant += time;
        self.now.wall += time;
    }

    /// One of those that are free; not the neighbour of the one before.
    fn next(&self, round: u64) -> u32 {
        let half = u64::from(self.agents / 2);
        u32::try_from(round * 7919 % half * 2).unwrap_or_default()
    }

    /// Six inputs: a whole call at a telephone.
    fn calls(&mut self, round: u64) {
        let (no, call) = (self.next(round), format!("C{round}"));
        self.input(Input::CallEvent(offered(&call, no)));
        self.floor(device(no, DeviceState::Ringing));
        self.input(Input::CallEvent(event(&call, no, What::Answered)));
        self.floor(device(no, DeviceState::Busy));
        self.input(Input::CallEvent(event(&call, no, What::Ended(Ended::of(Outcome::Answered)))));
        self.floor(device(no, DeviceState::Free));
        self.pass(Duration::from_millis(100));
    }

    /// Four inputs: somebody waits and gives up, and an agent takes a break.
    fn queues(&mut self, round: u64) {
        let (no, call_id) = (self.next(round), format!("W{round}"));
        let (queue, number) = (queue(no), outside(no));
        let waits = FloorEvent::Waits { queue, call_id: call_id.clone(), number, name: None, waited_ms: 0 };
        self.floor(waits);
        self.floor(member(no, Some("lunch")));
        self.floor(member(no, None));
        self.floor(FloorEvent::WaitsNoMore { queue: self::queue(no), call_id, abandoned: true });
        self.pass(Duration::from_millis(100));
    }

    /// Two inputs: a call that is told by a webhook rings, and rings no more.
    fn webhooks(&mut self, round: u64) {
        let (no, call) = (self.next(round), format!("C{round}"));
        let of_hook = |event: CallEvent| Input::CallEvent(CallEvent { source: "dial_in".into(), ..event });
        self.input(of_hook(offered(&call, no)));
        self.input(of_hook(event(&call, no, What::Ended(Ended::of(Outcome::Cancelled)))));
        self.pass(Duration::from_millis(100));
    }
}

/// One round of inputs.
type Step = fn(&mut Bench, u64);

fn floor(criterion: &mut Criterion) {
    let steps: [(&str, u64, Step); 3] =
        [("call", 6, Bench::calls), ("queue", 4, Bench::queues), ("webhook", 2, Bench::webhooks)];
    for (name, inputs, step) in steps {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(inputs));
        for agents in AGENTS {
            let mut bench = Bench::with_agents(agents);
            let mut rounds = 0..;
            group.bench_function(BenchmarkId::from_parameter(agents), |bencher| {
                bencher.iter(|| rounds.next().into_iter().for_each(|round| step(&mut bench, round)));
            });
        }
    }
}

fn offered(call: &str, no: u32) -> CallEvent {
    let party = Some(Party { number: outside(no), name: None });
    CallEvent { party, ..event(call, no, What::Offered { direction: Direction::In, transferred: false }) }
}

fn event(call: &str, no: u32, what: What) -> CallEvent {
    CallEvent { extension: Some(extension(no)), ..CallEvent::new("ami", call, format!("{call}/{no}"), what) }
}

fn device(no: u32, state: DeviceState) -> FloorEvent {
    FloorEvent::Device { extension: extension(no), name: None, state: Some(state) }
}

fn member(no: u32, paused: Option<&str>) -> FloorEvent {
    let paused = paused.map(str::to_owned);
    FloorEvent::Member { queue: queue(no), extension: extension(no), name: None, paused }
}

fn queue(no: u32) -> String {
    format!("queue-{}", no % QUEUES)
}

fn extension(no: u32) -> String {
    format!("{}", 10_000 + no)
}

fn outside(no: u32) -> String {
    format!("7495{no:07}")
}

criterion_group!(benches, floor);
criterion_main!(benches);
