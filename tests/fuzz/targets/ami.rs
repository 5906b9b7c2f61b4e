//! Any bytes as a PBX's end of an AMI connection: from the greeting on, and again from where we are logged in. The first byte says
//! how the rest is cut.
#![no_main]

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use cti::{
    FloorEvent, Secret, What,
    ami::{Calls, Credentials, Decoder, Floor, Incoming, MAX_CHANNELS, MAX_FLOOR, Message, Naming, Session, Told},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let &[size, ref wire @ ..] = bytes else { return };
    let size = usize::from(size) + 1;
    let mut decoder = Decoder::default();
    let cut: Vec<Incoming> = wire.chunks(size).flat_map(|chunk| decoder.push(chunk)).collect();
    assert_eq!(cut, Decoder::default().push(wire), "cut into {size}");

    Pbx::connects().sends(wire, size);
    let mut pbx = Pbx::connects();
    pbx.sends(LOGIN.as_bytes(), LOGIN.len());
    assert!(pbx.up);
    pbx.sends(wire, size);
    pbx.comes_back();
    pbx.sends(wire, size);
    pbx.goes_silent();
});

/// A PBX, and what the desk makes of it.
struct Pbx {
    session: Session,
    calls: Calls,
    floor: Floor,
    seen: Seen,
    now: Instant,
    up: bool,
    /// How many legs go by a name.
    open: BTreeMap<String, usize>,
}

impl Pbx {
    fn connects() -> Self {
        let now = Instant::now();
        let (calls, floor) = (Calls::new(Naming::default()), Floor::new(Naming::default()));
        let (seen, open) = (Seen::default(), BTreeMap::new());
        Self { session: session(now), calls, floor, seen, now, up: false, open }
    }

    /// The calls are still known.
    fn comes_back(&mut self) {
        self.session = session(self.now);
        let lost = self.floor.lost();
        self.seen.all(lost);
        self.sends(LOGIN.as_bytes(), LOGIN.len());
    }

    fn sends(&mut self, wire: &[u8], size: usize) {
        for chunk in wire.chunks(size) {
            let told = self.session.receive(chunk, self.now);
            self.told(told);
        }
        if let Some(wake) = self.session.wake() {
            self.now = self.now.max(wake);
            let told = self.session.handle(wake);
            self.told(told);
            assert!(self.session.wake().is_none_or(|next| next > wake), "it wakes for nothing");
        }
        let due = self.floor.handle(self.now);
        self.seen.all(due);
        assert!(self.floor.wake().is_none_or(|next| next > self.now), "it wakes for nothing");
    }

    fn told(&mut self, told: Vec<Told>) {
        for told in told {
            match told {
                Told::Send(bytes) => is_an_action(&bytes),
                Told::Up => {
                    self.up = true;
                    self.calls.relist();
                    let listing = self.floor.relist(self.now);
                    self.seen.all(listing);
                }
                Told::Event(message) => self.event(&message),
                Told::Over(over) => assert!(!over.to_string().chars().any(char::is_control)),
                Told::Answer { words, .. } => assert!(!words.chars().any(char::is_control)),
                Told::Powers(_) | Told::Dropped(_) => {}
            }
        }
    }

    fn event(&mut self, message: &Message) {
        self.now += Duration::from_millis(20);
        for event in self.calls.hear(message, self.now) {
            assert!(!event.leg_id.is_empty() && !event.call_id.is_empty() && event.extension.is_some());
            let open = self.open.entry(event.leg_id).or_default();
            match event.what {
                What::Offered { .. } => *open += 1,
                // What talked before we came is not offered.
                What::Answered => *open = (*open).max(1),
                What::Ended(_) => *open = open.checked_sub(1).expect("what ends began"),
                What::Recorded(ended) => assert!(ended.recording_id.is_some()),
                What::Moved { from, to } => assert_ne!(from, to),
                other => panic!("{other:?} is not told of by channels"),
            }
        }
        assert!(self.calls.len() <= MAX_CHANNELS + 2);
        let heard = self.floor.hear(message);
        self.seen.all(heard);
        assert!(self.floor.len() <= MAX_FLOOR);
    }

    /// Each leg ends, if only of old age.
    fn goes_silent(&mut self) {
        self.now += Duration::from_secs(5 * 3600);
        self.event(&[("Event", "Nothing")].into_iter().collect());
        assert!(self.calls.is_empty());
        assert!(self.open.values().all(|open| *open == 0), "{:?}", self.open);
        let lost = self.floor.lost();
        self.seen.all(lost);
        assert!(self.floor.is_empty());
    }
}

/// What was told of the floor: whatever ends began, and nothing is told twice.
#[derive(Default)]
struct Seen {
    is_up: bool,
    is_listing: bool,
    last: BTreeMap<(String, String), FloorEvent>,
    there: BTreeSet<(&'static str, String, String)>,
}

impl Seen {
    fn all(&mut self, events: Vec<FloorEvent>) {
        for event in events {
            self.one(event);
        }
    }

    fn one(&mut self, event: FloorEvent) {
        let is_plain = |text: &str| !text.chars().any(char::is_control);
        match event.clone() {
            FloorEvent::Listing => *self = Self { is_up: true, is_listing: true, ..Self::default() },
            FloorEvent::Listed => assert!(std::mem::take(&mut self.is_listing)),
            FloorEvent::Lost => assert!(std::mem::take(self).is_up),
            FloorEvent::Device { extension, name, .. } => {
                assert!(name.is_none_or(|name| is_plain(&name)));
                self.is_new((String::new(), extension), event);
            }
            FloorEvent::Member { queue, extension, name, paused } => {
                assert!(name.into_iter().chain(paused).all(|text| is_plain(&text)));
                self.there.insert(("member", queue.clone(), extension.clone()));
                self.is_new((queue, extension), event);
            }
            FloorEvent::MemberLeft { queue, extension } => {
                assert!(self.there.remove(&("member", queue.clone(), extension.clone())));
                self.last.remove(&(queue, extension));
            }
            FloorEvent::Queue { queue } => {
                assert!(is_plain(&queue) && self.there.insert(("queue", queue, String::new())))
            }
            FloorEvent::Waits { queue, call_id, number, name, .. } => {
                assert!(is_plain(&number) && name.is_none_or(|name| is_plain(&name)));
                assert!(self.there.insert(("waits", queue, call_id)));
            }
            FloorEvent::WaitsNoMore { queue, call_id, .. } => {
                assert!(self.there.remove(&("waits", queue, call_id)));
            }
            FloorEvent::Supervised { extension, by } => assert!(self.there.insert(("spy", extension, by))),
            FloorEvent::Unsupervised { extension, by } => assert!(self.there.remove(&("spy", extension, by))),
        }
    }

    fn is_new(&mut self, who: (String, String), event: FloorEvent) {
        let before = self.last.insert(who, event.clone());
        assert!(before.is_none_or(|before| before != event), "{event:?} again");
    }
}

fn session(now: Instant) -> Session {
    Session::new(Credentials { username: "desk".into(), secret: Secret("s3cret".into()) }, now)
}

/// One action, and no more, whatever the challenge was.
fn is_an_action(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    assert!(text.starts_with("Action: ") && text.ends_with("\r\n\r\n"), "{text}");
    assert_eq!(text.matches("\r\n\r\n").count(), 1, "{text}");
    assert_eq!(text.matches("Action: ").count(), 1, "{text}");
}

const LOGIN: &str =
    "Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nChallenge: 1\r\n\r\nResponse: Success\r\n\r\n";
