//! Calls between two: placed, answered, refused, cancelled, held, and lost.

use sip::{CallKey, Command, EndCause, Event, Side, Transport};

use crate::kit::*;

/// The phone has an account at the PBX, which asks for no password here.
pub fn scene(seed: u64) -> World {
    with_account(World::new(seed), Transport::Udp)
}

pub fn with_account(mut world: World, transport: Transport) -> World {
    world.command(PHONE, Command::SetAccount(ACCOUNT, account(transport)));
    world
}

pub fn invite(world: &mut World, call: CallKey, target: &str) {
    let (target, offer, headers) = (target.to_owned(), OFFER.to_vec(), vec![]);
    world.command(PHONE, Command::Invite { call, account: ACCOUNT, target, offer, headers });
}

/// The call that came in at an end.
#[track_caller]
pub fn incoming(world: &mut World, end: usize) -> CallKey {
    world.expect(end, "Incoming", |event| match event {
        Event::Incoming { call, .. } => Some(*call),
        _ => None,
    })
}

#[track_caller]
pub fn answered(world: &mut World, end: usize) -> Option<Vec<u8>> {
    world.expect(end, "Answered", |event| match event {
        Event::Answered { sdp, .. } => Some(sdp.clone()),
        _ => None,
    })
}

#[track_caller]
pub fn confirmed(world: &mut World, end: usize) -> Option<Vec<u8>> {
    world.expect(end, "Confirmed", |event| match event {
        Event::Confirmed { sdp, .. } => Some(sdp.clone()),
        _ => None,
    })
}

#[track_caller]
pub fn ended(world: &mut World, end: usize) -> (Side, EndCause, Option<u16>) {
    world.expect(end, "Ended", |event| match event {
        Event::Ended { by, cause, status, .. } => Some((*by, *cause, *status)),
        _ => None,
    })
}

/// The phone calls, the PBX answers. Returns the PBX's name for the call.
#[track_caller]
pub fn talk(world: &mut World, ours: CallKey) -> CallKey {
    invite(world, ours, "sip:102@pbx.example");
    let theirs = incoming(world, PBX);
    world.command(PBX, Command::Ring { call: theirs });
    world.command(PBX, Command::Accept { call: theirs, answer: ANSWER.to_vec() });
    answered(world, PHONE);
    confirmed(world, PBX);
    theirs
}

#[test]
fn a_call_is_answered_and_hung_up() {
    let mut world = scene(1);
    invite(&mut world, call(0), "sip:102@pbx.example");
    let theirs = incoming(&mut world, PBX);
    world.command(PBX, Command::Ring { call: theirs });
    world.expect(PHONE, "Ringing", |event| matches!(event, Event::Ringing { early_sdp: None, .. }).then_some(()));
    world.command(PBX, Command::Accept { call: theirs, answer: ANSWER.to_vec() });
    assert_eq!(answered(&mut world, PHONE).as_deref(), Some(ANSWER));
    assert_eq!(confirmed(&mut world, PBX), None, "the answer went in the 200");
    world.command(PHONE, Command::HangUp { call: call(0) });
    assert_eq!(ended(&mut world, PHONE), (Side::Local, EndCause::HungUp, None));
    assert_eq!(ended(&mut world, PBX), (Side::Remote, EndCause::HungUp, None));
    let flow =
        ["PHONE INVITE", "PBX 100 INVITE", "PBX 180 INVITE", "PBX 200 INVITE", "PHONE ACK", "PHONE BYE", "PBX 200 BYE"];
    assert_eq!(world.flow(), flow, "RFC 3665 §3.1");
}

#[test]
fn the_other_side_hangs_up() {
    let mut world = scene(2);
    let theirs = talk(&mut world, call(0));
    world.command(PBX, Command::HangUp { call: theirs });
    assert_eq!(ended(&mut world, PHONE), (Side::Remote, EndCause::HungUp, None));
    assert_eq!(ended(&mut world, PBX), (Side::Local, EndCause::HungUp, None));
}
