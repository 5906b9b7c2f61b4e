//! Any bytes as the life of a whole user agent: messages from anybody at any time, and an impatient user.
//!
//! Each step is `what, wait, length (two bytes), bytes`. The bytes of a datagram may name what the core itself chose: `{0}` to
//! `{9}` become the branches, tags and Call-IDs of what it last sent, so that responses and requests within a dialog get in.
#![no_main]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use sip::wire::{Uri, parse};
use sip::*;

const ACCOUNT: AccountKey = AccountKey(1);
const LISTENING: FlowId = FlowId(FlowId::OWNER | 1);
const OFFER: &[u8] =
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

fuzz_target!(|bytes: &[u8]| {
    let Some((&how, mut rest)) = bytes.split_first() else { return };
    let mut phone = Phone::new(how);
    let mut steps = 0;
    while let [what, wait, high, low, tail @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(tail.len());
        let (packet, tail) = tail.split_at(length);
        rest = tail;
        phone.step(*what, *wait, packet);
        steps += 1;
        if steps == 64 {
            break;
        }
    }
    phone.stop();
});

struct Phone {
    core: Core,
    now: Instant,
    peer: SocketAddr,
    /// The flows that the core asked for, the last of them last.
    flows: Vec<FlowId>,
    calls: Vec<CallKey>,
    /// What `{0}` to `{9}` stand for.
    names: Vec<String>,
}

impl Phone {
    fn new(how: u8) -> Self {
        let mut core = Core::new(Config { allow_registrar: how & 1 == 1, ..Config::new("fuzz", [7; 32]) });
        let (now, peer) = (Instant::now(), "192.0.2.1:5060".parse().expect("an address"));
        let local = "192.0.2.10:5060".parse().expect("an address");
        core.handle(Input::Connected { flow: LISTENING, local, transport: Transport::Udp }, now);
        let transport = if how & 2 == 0 { Transport::Udp } else { Transport::Tcp };
        let mut phone = Self { core, now, peer, flows: vec![LISTENING], calls: Vec::new(), names: Vec::new() };
        let account = AccountConfig {
            aor: Uri::parse("sip:100@pbx.example").expect("a URI"),
            registrar_host: "pbx.example".into(),
            transport,
            username: "100".into(),
            password: "secret".into(),
            ..AccountConfig::default()
        };
        phone.give(Input::Command(Command::SetAccount(ACCOUNT, account)));
        phone.give(Input::Command(Command::Register(ACCOUNT)));
        phone
    }

    fn step(&mut self, what: u8, wait: u8, packet: &[u8]) {
        self.pass(Duration::from_millis(u64::from(wait) * u64::from(wait) * 10));
        let flow = self.flows.last().copied().unwrap_or(LISTENING);
        let call = self.calls.last().copied().unwrap_or(CallKey(1));
        let filled = self.fill(packet);
        let sdp = OFFER.to_vec();
        let command = match what % 20 {
            0..=6 => return self.give(Input::Datagram { flow, from: self.peer, bytes: &filled }),
            7 => return self.give(Input::Datagram { flow: LISTENING, from: self.peer, bytes: &filled }),
            8 => return self.give(Input::Stream { flow, bytes: &filled }),
            9 => return self.give(Input::Closed { flow, cause: FlowError::Reset }),
            10 => Command::Invite { call: self.next_call(), account: ACCOUNT, display_name: None, target: "sip:200@pbx.example".into(), offer: sdp, headers: Vec::new() },
            11 => Command::Ring { call },
            12 => Command::Accept { call, answer: sdp },
            13 => Command::HangUp { call },
            14 => Command::Offer { call, sdp },
            15 => Command::Answer { call, sdp: Ok(sdp) },
            16 => Command::Refer { call, to: "sip:300@pbx.example".into(), replaces: None },
            17 => Command::Reject { call, status: 486 },
            18 => Command::NetworkChanged,
            _ => Command::Register(ACCOUNT),
        };
        self.give(Input::Command(command));
    }

    fn next_call(&mut self) -> CallKey {
        let call = CallKey(self.calls.len() as u64 * 2 + 1);
        self.calls.push(call);
        call
    }

    /// Lets time go by, keeping every alarm on the way.
    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        for _ in 0..1000 {
            match self.core.wake().filter(|wake| *wake <= until) {
                Some(wake) => self.now = self.now.max(wake),
                None => break,
            }
            self.give(Input::Tick);
        }
        self.now = until;
        self.give(Input::Tick);
    }

    fn give(&mut self, input: Input<'_>) {
        self.core.handle(input, self.now);
        let mut outputs = 0;
        while let Some(output) = self.core.poll() {
            outputs += 1;
            assert!(outputs < 10_000, "one input has an end of outputs");
            self.take(output);
        }
    }

    fn take(&mut self, output: Output) {
        let local = "192.0.2.10:40000".parse().expect("an address");
        match output {
            Output::Connect { flow, target, .. } => {
                self.flows.push(flow);
                self.core.handle(Input::Connected { flow, local, transport: target.transport }, self.now);
            }
            Output::Resolve { account, transport, .. } => {
                let target = Target { transport, addr: self.peer, server_name: "pbx.example".into() };
                self.core.handle(Input::Resolved { account, targets: Ok(vec![target]) }, self.now);
            }
            Output::Send { bytes, .. } => self.remember(&bytes),
            Output::Event(Event::Incoming { call, .. }) => self.calls.push(call),
            _ => {}
        }
    }

    /// What we send must be readable; its names are worth knowing.
    fn remember(&mut self, bytes: &[u8]) {
        let Ok(message) = parse(bytes) else {
            assert!(bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n')), "{}", String::from_utf8_lossy(bytes));
            return;
        };
        let via = message.via().ok().and_then(|via| via.branch().map(str::to_owned));
        let tag = |address: Result<wire::NameAddr, _>| address.ok().and_then(|address| address.tag().map(str::to_owned));
        let cseq = message.header("CSeq").map(|value| value.into_owned());
        let call_id = message.call_id().ok();
        let names = [via, tag(message.from()), tag(message.to()), call_id, cseq];
        self.names = names.into_iter().map(Option::unwrap_or_default).collect();
    }

    fn fill(&self, packet: &[u8]) -> Vec<u8> {
        let mut filled = Vec::with_capacity(packet.len());
        let mut rest = packet;
        while let Some((&byte, tail)) = rest.split_first() {
            match (byte, tail) {
                (b'{', [digit @ b'0'..=b'9', b'}', tail @ ..]) => {
                    let name = self.names.get(usize::from(digit - b'0'));
                    filled.extend_from_slice(name.map_or(&[], |name| name.as_bytes()));
                    rest = tail;
                }
                _ => {
                    filled.push(byte);
                    rest = tail;
                }
            }
        }
        filled
    }

    /// An hour later nothing is left that waits for a message.
    fn stop(mut self) {
        self.give(Input::Command(Command::Stop));
        self.pass(Duration::from_secs(3600));
    }
}
