//! A PBX whose every packet the story sees: a SIP core for registrar and peers, and a socket for the sound of each call.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    sync::{Arc, Mutex, MutexGuard},
    thread,
    time::{Duration, Instant},
};

use sip::{
    CallKey, Command, Config, Core, Event, FlowId, Input, Output, RequestId, Transport,
    sdp::{self, Direction, Negotiation},
    wire::{Message, parse},
};

use crate::BOUND;

const FLOW: FlowId = FlowId(FlowId::OWNER);

/// One PBX. Registers everybody, answers every call and, unless told otherwise, every offer.
pub struct Exchange {
    inner: Arc<Mutex<Inner>>,
    pub address: SocketAddr,
}

struct Inner {
    core: Core,
    socket: UdpSocket,
    lines: HashMap<CallKey, Line>,
    told: Vec<Event>,
    /// All that came from the phone.
    heard: Vec<Message>,
    /// The phone's Contact and address.
    phone: Option<(String, SocketAddr)>,
    /// Offers of the phone are kept until the story lets them go.
    pub keeps_offers: bool,
    kept: Vec<(CallKey, Vec<u8>)>,
    refuses_offers: Option<u16>,
    /// Requests outside of calls that the story answers itself, by method.
    asked: Vec<(RequestId, Message)>,
    calls: u64,
}

/// The PBX's end of a call.
struct Line {
    negotiation: Negotiation,
    agreed: Option<sdp::Negotiated>,
    tap: Tap,
}

impl Exchange {
    pub fn open() -> Exchange {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = socket.local_addr().unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
        let config = Config { allow_registrar: true, ..Config::new("exchange", [3; 32]) };
        let mut core = Core::new(config);
        core.handle(Input::Connected { flow: FLOW, local: address, transport: Transport::Udp }, Instant::now());
        let reader = socket.try_clone().unwrap();
        let inner = Arc::new(Mutex::new(Inner {
            core,
            socket,
            lines: HashMap::new(),
            told: vec![],
            heard: vec![],
            phone: None,
            keeps_offers: false,
            kept: vec![],
            refuses_offers: None,
            asked: vec![],
            calls: 0,
        }));
        let served = Arc::downgrade(&inner);
        thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Some(inner) = served.upgrade() {
                let received = reader.recv_from(&mut buffer);
                let mut inner = inner.lock().unwrap();
                match received {
                    Ok((length, from)) => inner.datagram(&buffer[..length], from),
                    Err(_) => inner.input(Input::Tick),
                }
            }
        });
        Exchange { inner, address }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Calls the phone. `None`: without an offer.
    pub fn call(&self, headers: Vec<(String, String)>) -> CallKey {
        let mut inner = self.lock();
        let (target, to) = inner.phone.clone().expect("the phone is registered");
        inner.calls += 2;
        let call = CallKey(inner.calls - 1);
        let mut line = Line::new();
        let offer = line.negotiation.offer(Direction::SendRecv);
        inner.lines.insert(call, line);
        let (destination, from) = ((FLOW, to), "\"Anna\" <sip:201@pbx.example>".to_owned());
        inner.input(Input::Command(Command::InviteOver { call, destination, from, target, offer, headers }));
        call
    }

    pub fn command(&self, command: Command) {
        self.lock().input(Input::Command(command));
    }

    /// Sends an offer of the PBX into a call.
    pub fn offer(&self, call: CallKey, direction: Direction) {
        let mut inner = self.lock();
        let sdp = inner.lines.get_mut(&call).unwrap().negotiation.offer(direction);
        inner.input(Input::Command(Command::Offer { call, sdp }));
    }

    /// From now on offers of the phone wait for [`Exchange::let_go`].
    pub fn keep_offers(&self) {
        self.lock().keeps_offers = true;
    }

    pub fn let_go(&self) {
        let mut inner = self.lock();
        inner.keeps_offers = false;
        for (call, offer) in std::mem::take(&mut inner.kept) {
            inner.answer_offer(call, &offer);
        }
    }

    pub fn refuse_offers(&self, status: Option<u16>) {
        self.lock().refuses_offers = status;
    }

    /// Answers a request outside of calls.
    pub fn respond(&self, request: RequestId, status: u16, headers: Vec<(String, String)>) {
        self.command(Command::Respond { request, status, reason: String::new(), headers, body: None });
    }

    /// Says something to the phone outside of calls, as the PBX or as somebody else.
    pub fn say(&self, head: &str, body: &str, from: &UdpSocket) {
        let (contact, to) = self.lock().phone.clone().unwrap();
        let head = head.replace("{contact}", &contact);
        from.send_to(format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).as_bytes(), to).unwrap();
    }

    pub fn socket(&self) -> UdpSocket {
        self.lock().socket.try_clone().unwrap()
    }

    /// Waits for what `look` finds among the events of the PBX.
    #[track_caller]
    pub fn expect<T>(&self, what: &str, look: impl Fn(&Event) -> Option<T>) -> T {
        self.wait(what, |inner| inner.told.iter().find_map(&look))
    }

    /// Waits for the next message of the phone that `look` likes, and takes it and those before it.
    #[track_caller]
    pub fn heard(&self, what: &str, look: impl Fn(&Message) -> bool) -> Message {
        self.wait(what, |inner| {
            let at = inner.heard.iter().position(&look)?;
            inner.heard.drain(..=at).next_back()
        })
    }

    /// Waits for a request outside of calls.
    #[track_caller]
    pub fn asked(&self, method: &str) -> (RequestId, Message) {
        self.wait(method, |inner| {
            let at = inner.asked.iter().position(|(_, message)| message.method() == method)?;
            Some(inner.asked.remove(at))
        })
    }

    #[track_caller]
    fn wait<T>(&self, what: &str, look: impl Fn(&mut Inner) -> Option<T>) -> T {
        let limit = Instant::now() + BOUND;
        loop {
            let mut inner = self.lock();
            if let Some(found) = look(&mut inner) {
                return found;
            }
            let methods: Vec<String> =
                inner.heard.iter().map(|message| format!("{:?} {}", message.status(), message.method())).collect();
            assert!(Instant::now() < limit, "{what} never came; heard {methods:?}, told {:#?}", inner.told);
            drop(inner);
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// The call that the phone placed last.
    #[track_caller]
    pub fn incoming(&self) -> CallKey {
        self.wait("a call", |inner| {
            inner.told.iter().rev().find_map(|event| match event {
                Event::Incoming { call, .. } => Some(*call),
                _ => None,
            })
        })
    }

    /// What was sent into a call so far.
    pub fn tap(&self, call: CallKey) -> Tap {
        self.lock().lines[&call].tap.clone()
    }

    /// Sends RTP into a call, a packet every 20 ms.
    pub fn speak(&self, call: CallKey, packets: Vec<Vec<u8>>) {
        let inner = self.lock();
        let line = &inner.lines[&call];
        let (socket, to) = (line.tap.socket.try_clone().unwrap(), line.agreed.clone().unwrap().remote);
        drop(inner);
        thread::spawn(move || {
            for packet in packets {
                socket.send_to(&packet, to).unwrap();
                thread::sleep(Duration::from_millis(20));
            }
        });
    }

    /// The payload type that the phone expects keys in.
    pub fn key_type(&self, call: CallKey) -> u8 {
        self.lock().lines[&call].agreed.clone().unwrap().dtmf.unwrap().0
    }
}

impl Inner {
    fn datagram(&mut self, bytes: &[u8], from: SocketAddr) {
        if let Ok(message) = parse(bytes) {
            self.heard.push(message);
        }
        self.input(Input::Datagram { flow: FLOW, from, bytes });
    }

    fn input(&mut self, input: Input<'_>) {
        self.core.handle(input, Instant::now());
        while let Some(output) = self.core.poll() {
            match output {
                Output::Send { to, bytes, .. } => _ = self.socket.send_to(&bytes, to).unwrap(),
                Output::Event(Event::Request { request, message, from, .. }) => self.request(request, message, from),
                Output::Event(event) => {
                    self.told.push(event.clone());
                    self.event(event);
                }
                _ => {}
            }
        }
    }

    fn request(&mut self, request: RequestId, message: Message, from: SocketAddr) {
        if message.method() != "REGISTER" {
            return self.asked.push((request, message));
        }
        let contact = message.contacts().unwrap().first().unwrap().uri.to_string();
        let headers = vec![("Contact".to_owned(), format!("<{contact}>;expires=300"))];
        self.phone = Some((contact, from));
        let (status, reason, body) = (200, String::new(), None);
        self.input(Input::Command(Command::Respond { request, status, reason, headers, body }));
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Incoming { call, offer: Some(offer), .. } => {
                let mut line = Line::new();
                let (answer, agreed) = line.negotiation.answer(&offer, Direction::SendRecv).unwrap();
                line.agreed = Some(agreed);
                self.lines.insert(call, line);
                self.input(Input::Command(Command::Accept { call, answer }));
            }
            Event::Answered { call, sdp: Some(sdp), .. } | Event::OfferAnswered { call, result: Ok(sdp) } => {
                let line = self.lines.get_mut(&call).unwrap();
                line.agreed = Some(line.negotiation.accept(&sdp).unwrap());
            }
            Event::Offered { call, offer: Some(offer) } if self.keeps_offers => self.kept.push((call, offer)),
            Event::Offered { call, offer: Some(offer) } => self.answer_offer(call, &offer),
            _ => {}
        }
    }

    fn answer_offer(&mut self, call: CallKey, offer: &[u8]) {
        let line = self.lines.get_mut(&call).unwrap();
        let sdp = match self.refuses_offers {
            Some(status) => Err(status),
            None => {
                let (answer, agreed) = line.negotiation.answer(offer, Direction::SendRecv).unwrap();
                line.agreed = Some(agreed);
                Ok(answer)
            }
        };
        self.input(Input::Command(Command::Answer { call, sdp }));
    }
}

impl Line {
    fn new() -> Line {
        let tap = Tap::open();
        let negotiation = Negotiation::new(sdp::Local {
            address: Ipv4Addr::LOCALHOST.into(),
            port: tap.port,
            codecs: vec![sdp::Codec::Pcmu],
            direction: Direction::SendRecv,
            ptime_ms: 20,
            session_id: 1,
        });
        Line { negotiation, agreed: None, tap }
    }
}

/// A socket, and all that came to it, in order.
#[derive(Clone)]
pub struct Tap {
    socket: Arc<UdpSocket>,
    port: u16,
    packets: Arc<Mutex<Vec<Packet>>>,
}

/// What came to a tap.
#[derive(Clone, Debug, PartialEq)]
pub enum Packet {
    /// µ-law, as samples.
    Sound(Vec<f32>),
    /// RTP without a payload.
    Empty,
    /// A telephone event.
    Key(Vec<u8>),
    /// What the story put there, by number.
    Mark(u8),
    /// RTCP, or garbage.
    Other,
}

impl Tap {
    fn open() -> Tap {
        // RTP on an even port (RFC 3550 §11); nobody listens on the next one.
        let socket = std::iter::repeat_with(|| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap())
            .find(|socket| socket.local_addr().unwrap().port() % 2 == 0)
            .unwrap();
        let (socket, packets) = (Arc::new(socket), Arc::new(Mutex::new(vec![])));
        let tap = Tap { port: socket.local_addr().unwrap().port(), socket, packets };
        let (reader, packets) = (tap.socket.try_clone().unwrap(), Arc::downgrade(&tap.packets));
        reader.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        thread::spawn(move || {
            let mut buffer = [0; 2_048];
            while let Some(packets) = packets.upgrade() {
                if let Ok(length) = reader.recv(&mut buffer) {
                    packets.lock().unwrap().push(Packet::read(&buffer[..length]));
                }
            }
        });
        tap
    }

    /// Puts a mark behind all that was sent until now: on the loopback nothing overtakes.
    #[track_caller]
    pub fn mark(&self) -> usize {
        let marks = self.packets.lock().unwrap().iter().filter(|packet| matches!(packet, Packet::Mark(_))).count();
        let number = u8::try_from(marks).unwrap();
        self.socket.send_to(&[b'M', number], (Ipv4Addr::LOCALHOST, self.port)).unwrap();
        let limit = Instant::now() + BOUND;
        while Instant::now() < limit {
            let place = self.packets.lock().unwrap().iter().position(|packet| *packet == Packet::Mark(number));
            if let Some(place) = place {
                return place + 1;
            }
            thread::sleep(Duration::from_millis(1));
        }
        panic!("the mark never came");
    }

    /// All that came since a place.
    pub fn since(&self, place: usize) -> Vec<Packet> {
        self.packets.lock().unwrap()[place..].to_vec()
    }

    /// Waits until `enough` of what came since a place.
    #[track_caller]
    pub fn wait(&self, place: usize, enough: impl Fn(&[Packet]) -> bool) -> Vec<Packet> {
        let limit = Instant::now() + BOUND;
        loop {
            let packets = self.since(place);
            if enough(&packets) {
                return packets;
            }
            assert!(Instant::now() < limit, "not in what came: {} packets", packets.len());
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Packet {
    fn read(bytes: &[u8]) -> Packet {
        match bytes {
            [b'M', number] => Packet::Mark(*number),
            [first, kind, rest @ ..] if first >> 6 == 2 && !(192..=223).contains(kind) && rest.len() >= 10 => {
                match (kind & 0x7f, &rest[10..]) {
                    (_, []) => Packet::Empty,
                    (0, payload) => Packet::Sound(payload.iter().map(|byte| ulaw(*byte)).collect()),
                    (_, payload) => Packet::Key(payload.to_vec()),
                }
            }
            _ => Packet::Other,
        }
    }
}

/// The sound of some packets, at 8 kHz.
pub fn sound(packets: &[Packet]) -> Vec<f32> {
    let sounds = packets.iter().filter_map(|packet| match packet {
        Packet::Sound(samples) => Some(samples.as_slice()),
        _ => None,
    });
    sounds.flatten().copied().collect()
}

pub fn count(packets: &[Packet]) -> usize {
    packets.iter().filter(|packet| matches!(packet, Packet::Sound(_))).count()
}

/// Amplitude of one frequency in some sound at 8 kHz.
pub fn amplitude(sound: &[f32], hertz: f32) -> f32 {
    let (mut re, mut im) = (0.0_f64, 0.0_f64);
    for (n, sample) in sound.iter().enumerate() {
        let phase = std::f64::consts::TAU * f64::from(hertz) * n as f64 / 8_000.0;
        re += f64::from(*sample) * phase.cos();
        im += f64::from(*sample) * phase.sin();
    }
    (re.hypot(im) * 2.0 / sound.len().max(1) as f64) as f32
}

/// ITU-T G.711 µ-law.
fn ulaw(byte: u8) -> f32 {
    let byte = !byte;
    let magnitude = (((i32::from(byte & 0x0f) << 3) + 0x84) << ((byte & 0x70) >> 4)) - 0x84;
    (if byte & 0x80 != 0 { -magnitude } else { magnitude }) as f32 / 32_768.0
}

/// The nearest µ-law code, found by trying them.
fn to_ulaw(sample: f32) -> u8 {
    (0..=255_u8).min_by(|a, b| (ulaw(*a) - sample).abs().total_cmp(&(ulaw(*b) - sample).abs())).unwrap()
}

/// RTP packets of keys (RFC 4733), each with its updates and three ends.
pub fn keys(codes: &[u8], payload_type: u8, ssrc: u32) -> Vec<Vec<u8>> {
    let packets = codes.iter().enumerate().flat_map(|(press, code)| {
        (1..=8_u16).map(move |at| {
            let (timestamp, end) = (press as u32 * 8_000, if at > 5 { 0x80 } else { 0 });
            (timestamp, [*code, end | 10, (at.min(5) * 160).to_be_bytes()[0], (at.min(5) * 160).to_be_bytes()[1]])
        })
    });
    let write = |(sequence, (timestamp, payload)): (usize, (u32, [u8; 4]))| {
        let mut packet = vec![0x80, payload_type];
        packet.extend(u16::try_from(sequence).unwrap().to_be_bytes());
        packet.extend(timestamp.to_be_bytes());
        packet.extend(ssrc.to_be_bytes());
        packet.extend(payload);
        packet
    };
    packets.enumerate().map(write).collect()
}

/// RTP packets of a tone at amplitude 0.4, 20 ms each.
pub fn tone(hertz: f32, packets: u16, ssrc: u32) -> Vec<Vec<u8>> {
    let wave = |n: u32| to_ulaw(0.4 * (std::f32::consts::TAU * hertz * n as f32 / 8_000.0).sin());
    (0..packets)
        .map(|at| {
            let timestamp = u32::from(at) * 160;
            let mut packet = vec![0x80, 0];
            packet.extend(at.to_be_bytes());
            packet.extend(timestamp.to_be_bytes());
            packet.extend(ssrc.to_be_bytes());
            packet.extend((timestamp..timestamp + 160).map(wave));
            packet
        })
        .collect()
}
