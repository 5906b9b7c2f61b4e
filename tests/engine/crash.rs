//! The desk is killed again and again, the CRM fails in every way, and in the end each call is registered once.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use kit::{Account, Crm, Desk, Fault, Settings};
use ureq::Agent;

/// Calls that come in beside each other, and are told by a PBX that repeats what is not answered.
const LINES: usize = 4;
const KILLS: usize = 200;

#[test]
#[expect(clippy::print_stdout, reason = "what was seen, for whoever runs it with --nocapture")]
fn after_two_hundred_crashes_each_call_is_registered_once() {
    let mut dice = Dice::new();
    let port = free_port();
    let crm = Crm::start();
    let settings = Settings::of(Account::at("sip:101@127.0.0.1:9"))
        .with(&crm.settings())
        .with(&format!("[webhook]\nlisten = \"127.0.0.1:{port}\"\n[cards]\nextensions = [\"1xx\"]"));
    let mut desk = Desk::launch(settings);
    let done = Arc::new(AtomicUsize::new(0));
    let lines: Vec<_> = (0..LINES).map(|line| Line::start(line, port, Arc::clone(&done), dice.fork())).collect();
    crm.fail((0..400).map(|_| dice.fault()));
    for _ in 0..KILLS {
        std::thread::sleep(Duration::from_millis(dice.below(120)));
        desk = desk.crash_and_start_again();
    }
    done.store(1, Ordering::Relaxed);
    // A row that failed seven times waits a minute and more: what is asked here is whether it goes out, not how patient it is.
    crm.heal();
    let mut expected = BTreeMap::new();
    for line in lines {
        expected.extend(line.join().expect("the PBX goes on"));
    }
    let answered: BTreeSet<&String> = expected.iter().filter(|(_, answered)| **answered).map(|(key, _)| key).collect();
    let (calls, wanted) = (expected.len(), answered.len());
    assert!(wanted > KILLS / 8, "a story about many calls: {wanted} of {calls} were answered");
    let keys = |told: &[kit::crm::Told]| told.iter().map(|told| told.key.clone()).collect::<BTreeSet<_>>();
    let told = crm.until_told("every call is registered", Duration::from_secs(120), |told| {
        (keys(told).len() >= wanted).then(|| told.to_vec())
    });
    let keys = keys(&told);
    let missing: Vec<_> = answered.iter().filter(|key| !keys.contains(**key)).collect();
    assert!(missing.is_empty(), "missing {missing:?}, {}", dice.seed());
    let false_ones: Vec<_> = keys.iter().filter(|key| !answered.contains(key)).collect();
    assert!(false_ones.is_empty(), "not answered, and registered all the same: {false_ones:?}, {}", dice.seed());
    let mut bodies = BTreeMap::new();
    for kit::crm::Told { key, body } in &told {
        let before = bodies.insert(key, body);
        assert!(before.is_none_or(|before| before["duration_ms"] == body["duration_ms"]), "{before:?} became {body}");
    }
    println!("{KILLS} crashes, {calls} calls, {wanted} answered, {} told, {}", told.len(), dice.seed());
    drop(desk);
}

/// One line of the PBX: call after call, each event repeated until it is taken.
struct Line {
    agent: Agent,
    port: u16,
}

impl Line {
    fn start(
        line: usize,
        port: u16,
        done: Arc<AtomicUsize>,
        mut dice: Dice,
    ) -> std::thread::JoinHandle<BTreeMap<String, bool>> {
        let agent = Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(5)));
        let line_at = Line { agent: agent.build().into(), port };
        std::thread::spawn(move || {
            let mut calls = BTreeMap::new();
            while done.load(Ordering::Relaxed) == 0 {
                let (call, leg) = (format!("C{line}-{}", calls.len()), format!("L{line}-{}", calls.len()));
                let answered = dice.below(3) > 0;
                line_at.tell(&call, &leg, "dial-in", "CALLING");
                if answered {
                    line_at.tell(&call, &leg, "answer", "ANSWER");
                }
                line_at.tell(&call, &leg, "hangup", if answered { "ANSWER" } else { "NOANSWER" });
                calls.insert(leg, answered);
            }
            calls
        })
    }

    /// Until it is answered 200, as this PBX does it.
    fn tell(&self, call: &str, leg: &str, event: &str, status: &str) {
        let url = format!(
            "http://127.0.0.1:{}/dial-in?EventType={event}&CallID={call}&SubCallID={leg}&CallerIDNum=%2B78120001127\
             &CalledNumber=3515*101&CallFlow=in&CallStatus={status}&Duration=5000000",
            self.port
        );
        let bound = Instant::now() + Duration::from_secs(60);
        while !matches!(self.agent.get(&url).call(), Ok(answer) if answer.status() == 200) {
            assert!(Instant::now() < bound, "the desk takes {event} of {leg} at last");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Chance, from a seed that can be given again by `RINGSIDE_SEED`.
struct Dice {
    seed: u64,
    state: u64,
}

impl Dice {
    fn new() -> Self {
        let now =
            || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(7, |t| t.as_nanos() as u64);
        let seed = std::env::var("RINGSIDE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(now);
        Self { seed, state: seed }
    }

    fn seed(&self) -> String {
        format!("RINGSIDE_SEED={}", self.seed)
    }

    fn fork(&mut self) -> Self {
        let seed = self.next();
        Self { seed, state: seed }
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn fault(&mut self) -> Fault {
        match self.below(6) {
            0 => Fault::Slow(Duration::from_millis(self.below(50))),
            1 => Fault::Status(500),
            2 => Fault::DropBefore,
            3 => Fault::DropAfter,
            _ => Fault::None,
        }
    }
}

/// One that was free a moment ago: the PBX must find the desk again after each crash.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}
