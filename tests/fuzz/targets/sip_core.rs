//! A whole user agent among strangers: datagrams, stream bytes and time in any order, with a registration and a call up.
#![no_main]

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use libfuzzer_sys::fuzz_target;
use sip::{AccountConfig, AccountKey, CallKey, Command, Config, Core, Event, FlowId, Input, Output, Target, Transport};

fuzz_target!(|bytes: &[u8]| {
    let mut now = Instant::now();
    let peer: SocketAddr = ([127, 0, 0, 1], 5060).into();
    let mut core = Core::new(Config::new("fuzz", [7; 32]));
    let account = AccountConfig {
        aor: sip::wire::Uri::parse("sip:101@pbx.example").expect("an address of record"),
        registrar_host: "pbx.example".into(),
        username: "101".into(),
        password: "secret".into(),
        ..AccountConfig::default()
    };
    let key = AccountKey(1);
    core.handle(Input::Command(Command::SetAccount(key, account)), now);
    core.handle(Input::Command(Command::Register(key)), now);
    let target = "sip:700@pbx.example".to_owned();
    let offer = b"v=0\r\n".to_vec();
    core.handle(Input::Command(Command::Invite { call: CallKey(1), account: key, target, offer, headers: vec![] }), now);
    let mut flow = FlowId(1);
    drain(&mut core, &mut flow, peer, now);
    let mut rest = bytes;
    while let [length, kind, tail @ ..] = rest {
        let (piece, tail) = tail.split_at((usize::from(*length) * 4).min(tail.len()));
        rest = tail;
        now += Duration::from_millis(u64::from(*kind) * 40);
        match kind % 4 {
            0 | 1 => core.handle(Input::Datagram { flow, from: peer, bytes: piece }, now),
            2 => core.handle(Input::Stream { flow, bytes: piece }, now),
            _ => core.handle(Input::Tick, now),
        }
        drain(&mut core, &mut flow, peer, now);
    }
});

/// Plays the owner of the sockets, and an agent who answers everything.
fn drain(core: &mut Core, flow: &mut FlowId, peer: SocketAddr, now: Instant) {
    let target = Target { transport: Transport::Udp, addr: peer, server_name: "pbx.example".into() };
    for _ in 0..10_000 {
        match core.poll() {
            None => return,
            Some(Output::Connect { flow: asked, .. }) => {
                *flow = asked;
                let local = ([127, 0, 0, 1], 5062).into();
                core.handle(Input::Connected { flow: asked, local, transport: Transport::Udp }, now);
            }
            Some(Output::Resolve { account, .. }) => {
                core.handle(Input::Resolved { account, targets: Ok(vec![target.clone()]) }, now);
            }
            Some(Output::Event(Event::Incoming { call, .. })) => {
                core.handle(Input::Command(Command::Accept { call, answer: b"v=0\r\n".to_vec() }), now);
            }
            Some(Output::Event(Event::Offered { call, .. })) => {
                core.handle(Input::Command(Command::Answer { call, sdp: Ok(b"v=0\r\n".to_vec()) }), now);
            }
            Some(_) => {}
        }
    }
    panic!("one input gave ten thousand outputs");
}
