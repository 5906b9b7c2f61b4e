//! Bad networks and bad people: whatever comes, each call ends once, nothing panics, and nothing grows.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use proptest::prelude::*;
use sip::{CallKey, Command, Core, Event, Input, Output, RegistrationState};

use crate::{calls::*, kit::*};

/// Both ends do what comes to their mind, for a while; then both hang up what is left.
fn a_lossy_afternoon(seed: u64) -> World {
    let mut world = scene(seed);
    world.weather = Weather {
        loss_percent: world.dice.below(35),
        duplicate_percent: world.dice.below(20),
        jitter_ms: world.dice.below(900),
    };
    let mut calls: [Vec<CallKey>; 2] = [vec![], vec![]];
    for n in 0..3 {
        invite(&mut world, call(n), "sip:102@pbx.example");
        calls[PHONE].push(call(n));
        for _ in 0..world.dice.below(8) {
            let pause = Duration::from_millis(world.dice.below(4000));
            world.pass(pause);
            for end in [PHONE, PBX] {
                react(&mut world, end, &mut calls[end]);
                whim(&mut world, end, &calls[end]);
            }
        }
    }
    for end in [PHONE, PBX] {
        react(&mut world, end, &mut calls[end]);
        for call in calls[end].clone() {
            world.command(end, Command::HangUp { call });
        }
    }
    for _ in 0..20 {
        world.pass(seconds(10));
        for end in [PHONE, PBX] {
            let before = calls[end].len();
            react(&mut world, end, &mut calls[end]);
            for call in calls[end].split_off(before) {
                world.command(end, Command::HangUp { call });
                calls[end].push(call);
            }
        }
    }
    world.command(PHONE, Command::RemoveAccount(ACCOUNT));
    world
}

fn react(world: &mut World, end: usize, calls: &mut Vec<CallKey>) {
    while let Some(event) = world.next_event(end) {
        match event {
            Event::Incoming { call, .. } => calls.push(call),
            Event::Offered { call, .. } => {
                let sdp = if world.dice.below(4) == 0 { Err(488) } else { Ok(ANSWER.to_vec()) };
                world.command(end, Command::Answer { call, sdp });
            }
            _ => {}
        }
    }
}

fn whim(world: &mut World, end: usize, calls: &[CallKey]) {
    let Some(call) = calls.get(world.dice.below(calls.len() as u64) as usize).copied() else { return };
    let command = match world.dice.below(9) {
        0 => Command::HangUp { call },
        1 => Command::Reject { call, status: 486 },
        2 | 3 => Command::Accept { call, answer: ANSWER.to_vec() },
        4 => Command::Ring { call },
        5 | 6 => Command::Offer { call, sdp: HOLD.to_vec() },
        7 => Command::Refer { call, to: "sip:103@pbx.example".to_owned(), replaces: None },
        _ => Command::Info { call, content_type: "application/dtmf-relay".to_owned(), body: vec![] },
    };
    world.command(end, command);
}

#[test]
fn each_call_ends_exactly_once_in_any_weather() {
    let (mut talked, mut held) = (0, 0);
    for seed in 0..1000 {
        let world = a_lossy_afternoon(seed);
        talked += world.told(PBX).iter().filter(|event| matches!(event, Event::Confirmed { .. })).count();
        held += world
            .told(PHONE)
            .iter()
            .filter(|event| matches!(event, Event::OfferAnswered { result: Ok(_), .. }))
            .count();
        for end in [PHONE, PBX] {
            let mut ends: BTreeMap<CallKey, usize> = BTreeMap::new();
            for event in world.told(end) {
                match event {
                    Event::Incoming { call, .. } => _ = ends.entry(*call).or_default(),
                    Event::Ended { call, .. } => *ends.entry(*call).or_default() += 1,
                    _ => {}
                }
            }
            let all_once = ends.values().all(|count| *count == 1);
            assert!(all_once, "seed {seed}, end {end}: {ends:?} of {:#?}", world.flow());
            assert!(end != PHONE || ends.len() == 3, "seed {seed}: {ends:?}");
            assert_eq!(world.wake(end), None, "seed {seed}: nothing is left to wait for");
        }
    }
    assert!(talked > 300 && held > 30, "most of it has to happen: {talked} talked, {held} held");
}

#[test]
fn the_same_seed_gives_the_same_afternoon() {
    let flow = |seed| {
        a_lossy_afternoon(seed).wire.iter().map(|seen| (seen.at, format!("{:?}", seen.message))).collect::<Vec<_>>()
    };
    assert_eq!(flow(7), flow(7), "a trace replays byte for byte");
    assert_ne!(flow(7), flow(8));
}

#[test]
fn a_registration_survives_bad_weather() {
    for seed in 0..100 {
        let mut world = World::new(seed);
        world.registrar.algorithms = vec![sip::digest::Algorithm::Sha256];
        world.weather = Weather { loss_percent: 20, duplicate_percent: 10, jitter_ms: 300 };
        world.command(PHONE, Command::SetAccount(ACCOUNT, account(sip::Transport::Udp)));
        world.command(PHONE, Command::Register(ACCOUNT));
        world.pass(seconds(3600));
        world.weather = Weather::default();
        world.pass(seconds(400));
        let last = world.told(PHONE).last();
        let registered = matches!(last, Some(Event::Registration { state: RegistrationState::Registered { .. }, .. }));
        assert!(registered, "seed {seed}: {:#?}", world.told(PHONE));
    }
}

/// A world in the midst of things: registered, with a call that rings, one that talks, one that is placed.
fn busy_world(seed: u64) -> World {
    let mut world = scene(seed);
    phone_is_called(&mut world);
    talk(&mut world, call(5));
    invite(&mut world, call(6), "sip:103@pbx.example");
    world.pass(seconds(1));
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Messages that were on the wire, with a few bytes changed, at any time, from anywhere.
    #[test]
    fn mutated_messages_never_panic(
        seed in 0_u64..50,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>(), 0_u64..40_000), 1..60),
    ) {
        let mut world = busy_world(seed);
        let wire: Vec<Vec<u8>> = world.wire.iter().map(|seen| seen.message.bytes().to_vec()).collect();
        let from: SocketAddr = world.address(PBX);
        for (which, place, byte, pause_ms) in changes {
            let mut bytes = which.get(&wire).clone();
            let place = place.index(bytes.len());
            bytes[place] = byte;
            world.input(PHONE, Input::Datagram { flow: LISTENING, from, bytes: &bytes });
            world.input(PBX, Input::Datagram { flow: LISTENING, from, bytes: &bytes });
            world.pass(Duration::from_millis(pause_ms));
        }
    }

    #[test]
    fn noise_never_panics(noise in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..40), stream in any::<bool>()) {
        let mut world = with_account(World::new(1), sip::Transport::Tcp);
        invite(&mut world, call(0), "sip:102@pbx.example");
        let from = world.address(PBX);
        for bytes in &noise {
            if stream {
                world.input(PHONE, Input::Stream { flow: sip::FlowId(1), bytes });
            } else {
                world.input(PHONE, Input::Datagram { flow: LISTENING, from, bytes });
            }
        }
        world.pass(seconds(60));
    }
}

/// A flood of new requests, each of its own: answered or refused, and forgotten.
#[test]
fn a_flood_leaves_nothing_behind() {
    let mut world = World::with(1, |_| {}, |_| {});
    let from = "10.0.0.66:5060".parse().expect("an address");
    for n in 0..20_000 {
        let method = ["OPTIONS", "INVITE", "REGISTER", "SUBSCRIBE", "BYE"][n % 5];
        let request = format!(
            "{method} sip:101@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.66;rport;branch=z9hG4bK{n}\r\nFrom: <sip:x@y>;tag={n}\r\n\
             To: <sip:101@10.0.0.1>\r\nCall-ID: {n}@flood\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\nContact: <sip:x@10.0.0.66>\r\n\
             Content-Length: 0\r\n\r\n"
        );
        world.input(PHONE, Input::Datagram { flow: LISTENING, from, bytes: request.as_bytes() });
    }
    let mut rings: Vec<CallKey> = vec![];
    react(&mut world, PHONE, &mut rings);
    assert!(rings.len() <= 512, "{} calls at once", rings.len());
    for call in rings {
        world.command(PHONE, Command::Reject { call, status: 486 });
    }
    world.pass(seconds(100));
    assert_eq!(world.wake(PHONE), None, "all forgotten");
}

/// The core never asks for time that has passed, so nobody spins.
#[test]
fn waking_at_the_hour_asked_for_makes_progress() {
    let mut world = busy_world(3);
    let limit = world.now + seconds(4000);
    let mut steps = 0;
    while world.step(limit) {
        steps += 1;
        assert!(steps < 5000, "{:?}", world.elapsed());
    }
}

/// Without an input nothing comes out.
#[test]
fn a_core_that_is_left_alone_is_silent() {
    let mut core = Core::new(sip::Config::new("silent", [1; 32]));
    let output: Option<Output> = core.poll();
    assert!(output.is_none() && core.wake().is_none());
}
