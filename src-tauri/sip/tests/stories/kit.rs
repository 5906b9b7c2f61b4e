//! Two cores, a network that can be made bad on purpose, and a clock that nobody waits for.

use crate::registrar::Registrar;
use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    time::{Duration, Instant},
};

use sip::{
    AccountConfig, AccountKey, CallKey, Command, Config, Core, Event, FlowError, FlowId, Input, Output, Target,
    Transport,
    wire::{Message, Uri, parse},
};

/// The agent's phone.
pub const PHONE: usize = 0;
/// The other side: a PBX, a registrar, another phone.
pub const PBX: usize = 1;
pub const ACCOUNT: AccountKey = AccountKey(1);
pub const OFFER: &[u8] =
    b"v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
pub const ANSWER: &[u8] =
    b"v=0\r\no=- 2 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 4002 RTP/AVP 0\r\n";
pub const HOLD: &[u8] =
    b"v=0\r\no=- 1 2 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendonly\r\n";
/// The flow that each end listens on.
pub const LISTENING: FlowId = FlowId(FlowId::OWNER);

pub fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// How bad the network is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weather {
    /// Of a hundred datagrams so many are lost, or come twice.
    pub loss_percent: u64,
    pub duplicate_percent: u64,
    /// Datagrams take up to so much longer, and overtake each other.
    pub jitter_ms: u64,
}

/// A small generator for weather; the cores have their own.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound.max(1)
    }
}

struct End {
    core: Core,
    address: SocketAddr,
    events: VecDeque<Event>,
    /// Everything it was ever told.
    told: Vec<Event>,
    /// Datagram sockets of the core's own: by flow, the local address.
    sockets: BTreeMap<FlowId, SocketAddr>,
    /// Streams: the flow at the other end.
    streams: BTreeMap<FlowId, (usize, FlowId)>,
    next_port: u16,
}

enum Parcel {
    Datagram { to: usize, flow: FlowId, from: SocketAddr, bytes: Vec<u8> },
    Stream { to: usize, flow: FlowId, bytes: Vec<u8> },
}

/// A message seen on the wire.
#[derive(Clone, Debug)]
pub struct Seen {
    pub at: Duration,
    pub from: usize,
    pub message: Message,
}

/// Whether a message of an end is lost.
pub type Loss = Box<dyn FnMut(usize, &Message) -> bool>;

/// The whole scene.
pub struct World {
    pub now: Instant,
    start: Instant,
    ends: [End; 2],
    parcels: BTreeMap<(Instant, u64), Parcel>,
    count: u64,
    pub dice: Dice,
    pub weather: Weather,
    /// Every message that was sent, lost or not.
    pub wire: Vec<Seen>,
    /// Decides by sender and message whether a datagram is lost on purpose.
    pub lose: Option<Loss>,
    /// The PBX's sockets are closed: connections are refused, datagrams vanish.
    pub pbx_is_down: bool,
    /// Connections stay open and nothing arrives.
    pub freeze_streams: bool,
    /// Streams are cut into pieces of this size.
    pub piece: usize,
    /// What the phone's packets look like to the PBX, as behind a NAT.
    pub nat: Option<SocketAddr>,
    /// Answers the phone's REGISTERs at the PBX.
    pub registrar: Registrar,
}

impl World {
    pub fn new(seed: u64) -> World {
        World::with(seed, |_| {}, |pbx| pbx.allow_registrar = true)
    }

    pub fn with(seed: u64, phone: impl FnOnce(&mut Config), pbx: impl FnOnce(&mut Config)) -> World {
        // The only look at a clock in this room: there is no other way to have an Instant.
        #[allow(clippy::disallowed_methods, reason = "an arbitrary beginning; time moves by hand from here")]
        let start = Instant::now();
        let mut seeds = Dice::new(seed);
        let mut config = |name: &str| Config::new(name, std::array::from_fn(|_| seeds.below(256) as u8));
        let (mut phone_config, mut pbx_config) = (config("phone"), config("pbx"));
        phone(&mut phone_config);
        pbx(&mut pbx_config);
        let end = |config: Config, address: &str| End {
            core: Core::new(config),
            address: address.parse().expect("an address"),
            events: VecDeque::new(),
            told: vec![],
            sockets: BTreeMap::new(),
            streams: BTreeMap::new(),
            next_port: 5070,
        };
        let mut world = World {
            now: start,
            start,
            ends: [end(phone_config, "10.0.0.1:5060"), end(pbx_config, "10.0.0.2:5060")],
            parcels: BTreeMap::new(),
            count: 0,
            dice: Dice::new(seed ^ 0x5EED),
            weather: Weather::default(),
            wire: vec![],
            lose: None,
            pbx_is_down: false,
            freeze_streams: false,
            piece: usize::MAX,
            nat: None,
            registrar: Registrar::default(),
        };
        for end in [PHONE, PBX] {
            let local = world.ends[end].address;
            world.ends[end].sockets.insert(LISTENING, local);
            world.input(end, Input::Connected { flow: LISTENING, local, transport: Transport::Udp });
        }
        world
    }

    pub fn address(&self, end: usize) -> SocketAddr {
        self.ends[end].address
    }

    pub fn elapsed(&self) -> Duration {
        self.now - self.start
    }

    pub fn command(&mut self, end: usize, command: Command) {
        self.input(end, Input::Command(command));
    }

    pub fn input(&mut self, end: usize, input: Input<'_>) {
        self.ends[end].core.handle(input, self.now);
        self.drain(end);
    }

    fn drain(&mut self, end: usize) {
        while let Some(output) = self.ends[end].core.poll() {
            match output {
                Output::Event(Event::Request { request, message, from, .. }) => {
                    let command = self.registrar.answer(request, &message, from);
                    self.command(end, command);
                }
                Output::Event(event) => {
                    self.ends[end].told.push(event.clone());
                    self.ends[end].events.push_back(event);
                }
                Output::Resolve { account, transport, .. } => {
                    let target = Target { transport, addr: self.ends[PBX].address, server_name: "pbx".to_owned() };
                    self.input(end, Input::Resolved { account, targets: Ok(vec![target]) });
                }
                Output::Connect { flow, target, .. } => self.connect(end, flow, &target),
                Output::Close { flow } => self.close(end, flow),
                Output::Send { flow, to, bytes } => self.send(end, flow, to, bytes),
            }
        }
    }

    fn connect(&mut self, end: usize, flow: FlowId, target: &Target) {
        let caller = &mut self.ends[end];
        caller.next_port += 1;
        let local = SocketAddr::new(caller.address.ip(), caller.next_port);
        if target.transport == Transport::Udp {
            caller.sockets.insert(flow, local);
            return self.input(end, Input::Connected { flow, local, transport: Transport::Udp });
        }
        if self.pbx_is_down {
            return self.input(end, Input::Closed { flow, cause: FlowError::Refused });
        }
        let other = 1 - end;
        self.count += 1;
        let accepted = FlowId(FlowId::OWNER | self.count);
        self.ends[end].streams.insert(flow, (other, accepted));
        self.ends[other].streams.insert(accepted, (end, flow));
        let transport = target.transport;
        self.input(other, Input::Accepted { flow: accepted, local: target.addr, remote: local, transport });
        self.input(end, Input::Connected { flow, local, transport });
    }

    fn close(&mut self, end: usize, flow: FlowId) {
        self.ends[end].sockets.remove(&flow);
        if let Some((other, theirs)) = self.ends[end].streams.remove(&flow) {
            self.ends[other].streams.remove(&theirs);
            self.input(other, Input::Closed { flow: theirs, cause: FlowError::Reset });
        }
    }

    /// Resets every connection, as when the PBX restarts.
    pub fn break_streams(&mut self) {
        let broken = [PHONE, PBX].map(|end| std::mem::take(&mut self.ends[end].streams));
        for (end, streams) in broken.into_iter().enumerate() {
            for flow in streams.into_keys() {
                self.input(end, Input::Closed { flow, cause: FlowError::Reset });
            }
        }
    }

    fn send(&mut self, end: usize, flow: FlowId, to: SocketAddr, bytes: Vec<u8>) {
        let message = parse(&bytes).ok();
        if let Some(message) = &message {
            self.wire.push(Seen { at: self.elapsed(), from: end, message: message.clone() });
        }
        if let Some((other, theirs)) = self.ends[end].streams.get(&flow).copied() {
            for piece in bytes.chunks(if self.freeze_streams { return } else { self.piece }) {
                self.post(Duration::from_millis(5), Parcel::Stream { to: other, flow: theirs, bytes: piece.to_vec() });
            }
            return;
        }
        let Some(mut from) = self.ends[end].sockets.get(&flow).copied() else { return };
        if end == PHONE {
            from = self.nat.unwrap_or(from);
        }
        let lost = match (&mut self.lose, &message) {
            (Some(lose), Some(message)) => lose(end, message),
            _ => false,
        };
        if lost || self.dice.below(100) < self.weather.loss_percent {
            return;
        }
        let copies = if self.dice.below(100) < self.weather.duplicate_percent { 2 } else { 1 };
        for _ in 0..copies {
            let delay = Duration::from_millis(5 + self.dice.below(self.weather.jitter_ms + 1));
            if let Some((receiver, flow)) = self.receiver(to) {
                self.post(delay, Parcel::Datagram { to: receiver, flow, from, bytes: bytes.clone() });
            }
        }
    }

    fn receiver(&self, to: SocketAddr) -> Option<(usize, FlowId)> {
        let phone = self.ends[PHONE].sockets.iter();
        if self.nat == Some(to) {
            return phone.map(|(flow, _)| (PHONE, *flow)).find(|(_, flow)| *flow != LISTENING);
        }
        let is_it = |(flow, local): (&FlowId, &SocketAddr)| (*local == to).then_some(*flow);
        phone.filter_map(is_it).map(|flow| (PHONE, flow)).next().or_else(|| {
            let mut pbx = self.ends[PBX].sockets.iter().filter(|_| !self.pbx_is_down);
            pbx.find_map(is_it).map(|flow| (PBX, flow))
        })
    }

    fn post(&mut self, delay: Duration, parcel: Parcel) {
        self.count += 1;
        self.parcels.insert((self.now + delay, self.count), parcel);
    }

    /// Takes the next step in time; false if nothing will ever happen, or not before `limit`.
    pub fn step(&mut self, limit: Instant) -> bool {
        let parcel = self.parcels.first_key_value().map(|((at, _), _)| *at);
        let wakes = [self.ends[PHONE].core.wake(), self.ends[PBX].core.wake()];
        let Some(next) = wakes.into_iter().flatten().chain(parcel).min() else { return false };
        if next > limit {
            return false;
        }
        self.now = self.now.max(next);
        while let Some(entry) = self.parcels.first_entry().filter(|entry| entry.key().0 <= self.now) {
            match entry.remove() {
                Parcel::Datagram { to, flow, from, bytes } => {
                    self.input(to, Input::Datagram { flow, from, bytes: &bytes })
                }
                Parcel::Stream { to, flow, bytes } => {
                    if self.ends[to].streams.contains_key(&flow) {
                        self.input(to, Input::Stream { flow, bytes: &bytes });
                    }
                }
            }
        }
        for end in [PHONE, PBX] {
            if self.ends[end].core.wake().is_some_and(|wake| wake <= self.now) {
                self.input(end, Input::Tick);
            }
        }
        true
    }

    /// Lets time pass.
    pub fn pass(&mut self, time: Duration) {
        let limit = self.now + time;
        while self.step(limit) {}
        self.now = self.now.max(limit);
    }

    /// When an end wants to be woken.
    pub fn wake(&self, end: usize) -> Option<Instant> {
        self.ends[end].core.wake()
    }

    /// Takes the next event that has not been taken.
    pub fn next_event(&mut self, end: usize) -> Option<Event> {
        self.ends[end].events.pop_front()
    }

    /// Waits for an event that `wanted` makes something of; others before it are passed over.
    #[track_caller]
    pub fn expect<T>(&mut self, end: usize, what: &str, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
        let limit = self.now + seconds(1000);
        let mut passed = vec![];
        loop {
            while let Some(event) = self.next_event(end) {
                if let Some(found) = wanted(&event) {
                    return found;
                }
                passed.push(event);
            }
            assert!(self.step(limit), "{what} never came; instead {passed:#?}, on the wire {:#?}", self.flow());
        }
    }

    /// Everything that an end was told so far.
    pub fn told(&self, end: usize) -> &[Event] {
        &self.ends[end].told
    }

    /// What went over the wire, as `PHONE INVITE`, `PBX 200 INVITE`.
    pub fn flow(&self) -> Vec<String> {
        self.wire.iter().map(arrow).collect()
    }

    /// How often a message of that kind was sent.
    pub fn sent(&self, kind: &str) -> usize {
        self.flow().iter().filter(|seen| *seen == kind).count()
    }

    /// The last message of that kind.
    #[track_caller]
    pub fn last(&self, kind: &str) -> &Message {
        let found = self.wire.iter().rev().find(|seen| arrow(seen) == kind);
        &found.unwrap_or_else(|| panic!("no {kind} among {:#?}", self.flow())).message
    }
}

fn arrow(seen: &Seen) -> String {
    let who = if seen.from == PHONE { "PHONE" } else { "PBX" };
    match seen.message.status() {
        Some(status) => format!("{who} {status} {}", seen.message.method()),
        None => format!("{who} {}", seen.message.method()),
    }
}

/// An account at the PBX.
pub fn account(transport: Transport) -> AccountConfig {
    AccountConfig {
        aor: Uri::parse("sip:101@pbx.example").expect("a URI"),
        registrar_host: "pbx.example".to_owned(),
        transport,
        username: "101".to_owned(),
        password: "secret".to_owned(),
        display_name: Some("Sara Ahmadi".to_owned()),
        instance_id: Some("urn:uuid:00000000-0000-1000-8000-000000000001".to_owned()),
        ..AccountConfig::default()
    }
}

/// The `n`th call of the phone's own.
pub fn call(n: u64) -> CallKey {
    CallKey(2 * n + 1)
}
