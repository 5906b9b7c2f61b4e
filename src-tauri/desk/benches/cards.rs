//! What an event costs while 1, 10, 100 and 1 000 caller cards are open: the same, within 2×. Whole calls, so that what is kept
//! of each and cleared away after it counts too.
#![allow(missing_docs, reason = "criterion's macros make functions without docs")]
#![allow(clippy::disallowed_methods, reason = "a bench is where the clock is read")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use cti::{CallEvent, Direction, Ended, Outcome, Party, What};
use desk::{AccountSettings, Cards, Desk, Input, Now, Register, Settings};
use jiff::Timestamp;
use phone::{AccountId, AutoAnswer, CallId, DtmfMode, Event, Peer, Reason, Secret, Transport};

const OPEN: [u32; 4] = [1, 10, 100, 1_000];
/// Calls on one desk before it is made anew: few enough to leave the open ones open.
const CALLS: u64 = 500;

/// A desk, and its clock.
struct Bench {
    desk: Desk,
    now: Now,
}

impl Bench {
    /// With so many calls that ring and that nobody answers.
    fn with_open(open: u32) -> Self {
        let now = Now { instant: Instant::now(), wall: Timestamp::constant(1_790_000_000, 0) };
        let mut bench = Self { desk: Desk::new(false), now };
        let cards = Cards { looks_up: true, register: Register::Events, ..Cards::default() };
        bench.input(Input::Settings(Settings { accounts: vec![account()], cards, ..Settings::default() }));
        for call in 0..open {
            bench.input(Input::CallEvent(offered(&format!("open-{call}"), 1_000_000 + call)));
        }
        bench
    }

    fn input(&mut self, input: Input) {
        black_box(self.desk.update(input, self.now));
    }

    fn pass(&mut self, time: Duration) {
        self.now.instant += time;
        self.now.wall += time;
    }

    /// Four inputs: it rings, is answered, is over, and its card leaves.
    fn told(&mut self, call: u64) {
        let id = format!("C{call}");
        self.input(Input::CallEvent(offered(&id, u32::try_from(call).unwrap_or_default())));
        self.input(Input::CallEvent(event(&id, What::Answered)));
        let ended = Ended { talk_ms: Some(61_500), ..Ended::of(Outcome::Answered) };
        self.input(Input::CallEvent(event(&id, What::Ended(ended))));
        self.pass(Duration::from_secs(5));
        self.input(Input::Tick);
    }

    /// Four inputs: it rings here, the event joins it, and both are over.
    fn rings(&mut self, call: u64) {
        let (id, number) = (format!("C{call}"), u32::try_from(call).unwrap_or_default());
        let peer = Peer { number: outside(number), name: None, uri: "sip:x@pbx.example".into() };
        let (call, account) = (CallId(call * 2 + 2), AccountId("work".into()));
        self.input(Input::Phone(Event::Incoming {
            call,
            account,
            peer,
            auto_answer: None,
            headers: Vec::new(),
            trusted: true,
        }));
        self.input(Input::CallEvent(offered(&id, number)));
        self.input(Input::CallEvent(event(&id, What::Ended(Ended::of(Outcome::Cancelled)))));
        self.input(Input::Phone(Event::Ended { call, reason: Reason::Cancelled, status: None, detail: None }));
        self.pass(Duration::from_secs(5));
    }
}

fn cards(criterion: &mut Criterion) {
    for (name, step) in [("webhook", Bench::told as fn(&mut Bench, u64)), ("invite", Bench::rings)] {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(4));
        for open in OPEN {
            group.bench_function(BenchmarkId::from_parameter(open), |bencher| {
                bencher.iter_custom(|calls| measure(open, calls, step));
            });
        }
    }
}

fn measure(open: u32, calls: u64, step: fn(&mut Bench, u64)) -> Duration {
    let mut measured = Duration::ZERO;
    let mut left = calls;
    while left > 0 {
        let mut bench = Bench::with_open(open);
        let some = left.min(CALLS);
        let begin = Instant::now();
        (0..some).for_each(|call| step(&mut bench, call));
        measured += begin.elapsed();
        left -= some;
    }
    measured
}

fn offered(call: &str, number: u32) -> CallEvent {
    let party = Some(Party { number: outside(number), name: None });
    CallEvent { party, ..event(call, What::Offered { direction: Direction::In, transferred: false }) }
}

fn event(call: &str, what: What) -> CallEvent {
    let did = Some("78126000000".to_owned());
    CallEvent { extension: Some("101".into()), did, ..CallEvent::new("dial_in", call, format!("{call}/101"), what) }
}

fn outside(number: u32) -> String {
    format!("7495{number:07}")
}

fn account() -> AccountSettings {
    AccountSettings {
        account: phone::Account {
            id: AccountId("work".into()),
            aor: "sip:101@pbx.example".into(),
            registrar: None,
            username: None,
            password: Secret::default(),
            display_name: None,
            transport: Transport::Udp,
            ca: None,
            codecs: vec![phone::Codec::Opus],
            dtmf: DtmfMode::Auto,
            auto_answer: AutoAnswer::Trusted,
        },
        rules: desk::Rules::default(),
        extension: None,
        password: Some(Secret("pa55".into())),
        practice: false,
    }
}

criterion_group!(benches, cards);
criterion_main!(benches);
