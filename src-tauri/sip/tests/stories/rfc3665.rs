//! The basic call flows of RFC 3665, message by message. What a proxy between two would add is not ours; the order that the
//! two ends see is.

use sip::{Command, Event, Transport, digest::Algorithm};

use crate::{calls::*, kit::*, registration::registered};

type Script = fn(&mut World);

/// Section, what happens, and what goes over the wire.
const FLOWS: [(&str, Script, &[&str]); 9] = [
    (
        "2.1 a new registration",
        |world| {
            world.registrar.algorithms = vec![Algorithm::Md5];
            register(world);
        },
        &["PHONE REGISTER", "PBX 401 REGISTER", "PHONE REGISTER", "PBX 200 REGISTER"],
    ),
    (
        "2.2 its update",
        |world| {
            register(world);
            world.pass(seconds(240));
        },
        &["PHONE REGISTER", "PBX 200 REGISTER", "PHONE REGISTER", "PBX 200 REGISTER"],
    ),
    (
        "2.4 its end",
        |world| {
            register(world);
            world.command(PHONE, Command::Unregister(ACCOUNT));
        },
        &["PHONE REGISTER", "PBX 200 REGISTER", "PHONE REGISTER", "PBX 200 REGISTER"],
    ),
    (
        "2.5 a wrong password",
        |world| {
            world.registrar.algorithms = vec![Algorithm::Md5];
            world.registrar.password = "another".to_owned();
            world.command(PHONE, Command::Register(ACCOUNT));
            world.pass(seconds(10));
        },
        &["PHONE REGISTER", "PBX 401 REGISTER", "PHONE REGISTER", "PBX 401 REGISTER"],
    ),
    (
        "3.1 a call",
        |world| {
            let theirs = talk(world, call(0));
            world.command(PBX, Command::HangUp { call: theirs });
        },
        &[
            "PHONE INVITE",
            "PBX 100 INVITE",
            "PBX 180 INVITE",
            "PBX 200 INVITE",
            "PHONE ACK",
            "PBX BYE",
            "PHONE 200 BYE",
        ],
    ),
    (
        "3.7 another session description on the way",
        |world| {
            let theirs = talk(world, call(0));
            world.command(PBX, Command::Offer { call: theirs, sdp: HOLD.to_vec() });
            world.expect(PHONE, "Offered", |event| matches!(event, Event::Offered { .. }).then_some(()));
            world.command(PHONE, Command::Answer { call: call(0), sdp: Ok(ANSWER.to_vec()) });
        },
        &[
            "PHONE INVITE",
            "PBX 100 INVITE",
            "PBX 180 INVITE",
            "PBX 200 INVITE",
            "PHONE ACK",
            "PBX INVITE",
            "PHONE 100 INVITE",
            "PHONE 200 INVITE",
            "PBX ACK",
        ],
    ),
    (
        "3.8 no answer",
        |world| {
            invite(world, call(0), "sip:102@pbx.example");
            let theirs = incoming(world, PBX);
            world.command(PBX, Command::Ring { call: theirs });
            world.pass(seconds(20));
            world.command(PHONE, Command::HangUp { call: call(0) });
        },
        &[
            "PHONE INVITE",
            "PBX 100 INVITE",
            "PBX 180 INVITE",
            "PHONE CANCEL",
            "PBX 200 CANCEL",
            "PBX 487 INVITE",
            "PHONE ACK",
        ],
    ),
    ("3.9 busy", |world| refuse(world, 486), &["PHONE INVITE", "PBX 100 INVITE", "PBX 486 INVITE", "PHONE ACK"]),
    (
        "3.11 temporarily unavailable",
        |world| refuse(world, 480),
        &["PHONE INVITE", "PBX 100 INVITE", "PBX 480 INVITE", "PHONE ACK"],
    ),
];

fn register(world: &mut World) {
    world.command(PHONE, Command::Register(ACCOUNT));
    registered(world);
}

fn refuse(world: &mut World, status: u16) {
    invite(world, call(0), "sip:102@pbx.example");
    let theirs = incoming(world, PBX);
    world.command(PBX, Command::Reject { call: theirs, status });
}

#[test]
fn the_flows_of_the_book_over_datagrams_and_streams() {
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        for (name, script, flow) in FLOWS {
            let mut world = with_account(World::new(1), transport);
            script(&mut world);
            world.pass(seconds(20));
            assert_eq!(world.flow(), flow, "RFC 3665 §{name} over {transport:?}");
        }
    }
}
