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
    world.command(PHONE, Command::Invite { call, account: ACCOUNT, display_name: None, target, offer, headers });
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

#[test]
fn refusals_come_with_their_status() {
    for status in [404, 480, 486, 600, 603] {
        let mut world = scene(3);
        invite(&mut world, call(0), "sip:102@pbx.example");
        let theirs = incoming(&mut world, PBX);
        world.command(PBX, Command::Ring { call: theirs });
        world.command(PBX, Command::Reject { call: theirs, status });
        assert_eq!(ended(&mut world, PHONE), (Side::Remote, EndCause::Refused, Some(status)));
        assert_eq!(ended(&mut world, PBX), (Side::Local, EndCause::Refused, Some(status)));
        world.pass(seconds(60));
        assert_eq!((world.sent("PHONE ACK"), world.sent(&format!("PBX {status} INVITE"))), (1, 1));
    }
}

#[test]
fn nobody_is_there() {
    let mut world = scene(4);
    world.pbx_is_down = true;
    invite(&mut world, call(0), "sip:102@pbx.example");
    assert_eq!(ended(&mut world, PHONE), (Side::Remote, EndCause::NoResponse, None));
    assert_eq!(world.elapsed(), seconds(32), "Timer B");
    assert_eq!(world.sent("PHONE INVITE"), 7, "after 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s");
}

#[test]
fn the_caller_hangs_up_while_it_rings() {
    let mut world = scene(5);
    invite(&mut world, call(0), "sip:102@pbx.example");
    let theirs = incoming(&mut world, PBX);
    world.command(PBX, Command::Ring { call: theirs });
    world.expect(PHONE, "Ringing", |event| matches!(event, Event::Ringing { .. }).then_some(()));
    world.command(PHONE, Command::HangUp { call: call(0) });
    assert_eq!(ended(&mut world, PHONE), (Side::Local, EndCause::Cancelled, None));
    assert_eq!(ended(&mut world, PBX), (Side::Remote, EndCause::Cancelled, None));
    world.pass(seconds(60));
    let flow = [
        "PHONE INVITE",
        "PBX 100 INVITE",
        "PBX 180 INVITE",
        "PHONE CANCEL",
        "PBX 200 CANCEL",
        "PBX 487 INVITE",
        "PHONE ACK",
    ];
    assert_eq!(world.flow(), flow, "RFC 3665 §3.8");
    let via = |kind: &str| world.last(kind).header("Via").map(String::from);
    assert_eq!(via("PHONE CANCEL"), via("PHONE INVITE"), "the same branch");
}

#[test]
fn a_hang_up_before_any_response_waits_for_one() {
    let mut world = scene(6);
    invite(&mut world, call(0), "sip:102@pbx.example");
    world.command(PHONE, Command::HangUp { call: call(0) });
    assert_eq!(world.flow(), ["PHONE INVITE"], "RFC 3261 §9.1: no CANCEL yet");
    assert_eq!(ended(&mut world, PHONE), (Side::Local, EndCause::Cancelled, None));
    assert_eq!(ended(&mut world, PBX), (Side::Remote, EndCause::Cancelled, None));
    assert_eq!(world.sent("PHONE CANCEL"), 1);
}

#[test]
fn the_answer_crosses_the_hang_up() {
    let mut world = scene(7);
    invite(&mut world, call(0), "sip:102@pbx.example");
    let theirs = incoming(&mut world, PBX);
    world.pass(seconds(1));
    world.command(PBX, Command::Accept { call: theirs, answer: ANSWER.to_vec() });
    world.command(PHONE, Command::HangUp { call: call(0) });
    assert_eq!(ended(&mut world, PHONE), (Side::Local, EndCause::Cancelled, None));
    assert_eq!(ended(&mut world, PBX), (Side::Remote, EndCause::HungUp, None), "ACK, then BYE");
    world.pass(seconds(60));
    assert_eq!((world.sent("PHONE ACK"), world.sent("PHONE BYE")), (1, 1), "{:#?}", world.flow());
}

#[test]
fn the_reason_of_a_cancel_is_kept() {
    let mut world = scene(8);
    let mut ours = phone_is_called(&mut world);
    let reason = "SIP;cause=200;text=\"Call completed elsewhere\"".to_owned();
    world.command(PHONE, Command::Ring { call: ours });
    world.expect(PBX, "Ringing", |event| matches!(event, Event::Ringing { .. }).then_some(()));
    world.command(PBX, Command::HangUpBecause { call: call(0), reason: reason.clone() });
    ours = world.expect(PHONE, "Ended", |event| match event {
        Event::Ended { call, reason_header, by: Side::Remote, cause: EndCause::Cancelled, .. } => {
            assert_eq!(reason_header.as_ref(), Some(&reason));
            Some(*call)
        }
        _ => None,
    });
    assert_eq!(ours.0 % 2, 0, "a call that came in has an even key");
}

/// The PBX calls the registered phone.
#[track_caller]
pub fn phone_is_called(world: &mut World) -> CallKey {
    pbx_calls(world, vec![], OFFER.to_vec());
    incoming(world, PHONE)
}

pub fn pbx_calls(world: &mut World, headers: Vec<(String, String)>, offer: Vec<u8>) {
    world.command(PHONE, Command::SetAccount(ACCOUNT, account(Transport::Udp)));
    world.command(PHONE, Command::Register(ACCOUNT));
    crate::registration::registered(world);
    let target = world.registrar.bindings.keys().next().expect("a binding").clone();
    let destination = (LISTENING, world.registrar.seen_from.expect("an address"));
    let from = "\"Anna\" <sip:201@pbx.example>".to_owned();
    world.command(PBX, Command::InviteOver { call: call(0), destination, from, target, offer, headers });
}

#[test]
fn an_incoming_call_tells_who_and_whether_to_trust() {
    let mut world = scene(9);
    let headers = vec![("Call-Info".to_owned(), "<sip:pbx.example>;answer-after=2".to_owned())];
    pbx_calls(&mut world, headers, OFFER.to_vec());
    let call = world.expect(PHONE, "Incoming", |event| match event {
        Event::Incoming { call, account, from, offer, trusted, auto_answer, replaces, .. } => {
            assert_eq!(*account, Some(ACCOUNT));
            assert_eq!(from.display.as_deref(), Some("Anna"));
            assert_eq!(offer.as_deref(), Some(OFFER));
            assert_eq!((*trusted, *auto_answer, *replaces), (true, Some(seconds(2)), None));
            Some(*call)
        }
        _ => None,
    });
    world.command(PHONE, Command::Accept { call, answer: ANSWER.to_vec() });
    assert_eq!(answered(&mut world, PBX).as_deref(), Some(ANSWER));
    confirmed(&mut world, PHONE);
    world.command(PHONE, Command::HangUp { call });
    ended(&mut world, PHONE);
    assert_eq!(ended(&mut world, PBX).0, Side::Remote);
}

#[test]
fn a_phone_that_rings_long_says_so_each_minute() {
    let mut world = scene(21);
    invite(&mut world, call(0), "sip:102@pbx.example");
    let theirs = incoming(&mut world, PBX);
    world.command(PBX, Command::Ring { call: theirs });
    world.pass(seconds(600));
    assert_eq!(world.sent("PBX 180 INVITE"), 11, "or a proxy on the way would cancel (Timer C)");
    world.command(PBX, Command::Accept { call: theirs, answer: ANSWER.to_vec() });
    answered(&mut world, PHONE);
}

#[test]
fn stopping_hangs_up_and_does_not_linger() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut world = with_account(World::new(22), transport);
        world.command(PHONE, Command::Register(ACCOUNT));
        crate::registration::registered(&mut world);
        talk(&mut world, call(0));
        invite(&mut world, call(1), "sip:103@pbx.example");
        incoming(&mut world, PBX);
        let before = world.elapsed();
        world.command(PHONE, Command::Stop);
        world.expect(PHONE, "Stopped", |event| matches!(event, Event::Stopped).then_some(()));
        assert!(world.elapsed() - before < seconds(1), "{:?}", world.elapsed() - before);
        assert_eq!((world.sent("PBX 200 BYE"), world.sent("PBX 487 INVITE")), (1, 1), "{:#?}", world.flow());
        assert!(world.registrar.bindings.is_empty());
    }
}

#[test]
fn early_media_comes_with_a_183() {
    let mut world = scene(10);
    invite(&mut world, call(0), "sip:102@pbx.example");
    let theirs = incoming(&mut world, PBX);
    world.command(PBX, Command::Progress { call: theirs, sdp: ANSWER.to_vec() });
    world.expect(PHONE, "early media", |event| match event {
        Event::Ringing { early_sdp: Some(sdp), .. } => {
            assert_eq!(sdp, ANSWER);
            Some(())
        }
        _ => None,
    });
}

#[test]
fn an_invite_without_offer_is_answered_with_one() {
    let mut world = scene(11);
    pbx_calls(&mut world, vec![], vec![]);
    let theirs = world.expect(PHONE, "Incoming", |event| match event {
        Event::Incoming { call, offer: None, .. } => Some(*call),
        _ => None,
    });
    world.command(PHONE, Command::Accept { call: theirs, answer: OFFER.to_vec() });
    assert_eq!(answered(&mut world, PBX).as_deref(), Some(OFFER));
    assert_eq!(world.sent("PBX ACK"), 0, "it waits for the answer");
    world.command(PBX, Command::AcknowledgeAnswer { call: call(0), sdp: ANSWER.to_vec() });
    assert_eq!(confirmed(&mut world, PHONE).as_deref(), Some(ANSWER));
}

#[test]
fn a_lost_ack_brings_the_answer_again() {
    let mut world = scene(12);
    let mut losses = 3;
    world.lose = Some(Box::new(move |_, message| {
        let lost = message.method() == "ACK" && losses > 0;
        losses -= i32::from(lost);
        lost
    }));
    talk(&mut world, call(0));
    assert_eq!((world.sent("PBX 200 INVITE"), world.sent("PHONE ACK")), (4, 4));
}

#[test]
fn an_answer_that_is_never_acknowledged_ends_the_call() {
    let mut world = scene(13);
    world.lose = Some(Box::new(|_, message| message.method() == "ACK"));
    invite(&mut world, call(0), "sip:102@pbx.example");
    let theirs = incoming(&mut world, PBX);
    world.command(PBX, Command::Accept { call: theirs, answer: ANSWER.to_vec() });
    assert_eq!(ended(&mut world, PBX), (Side::Local, EndCause::NoAck, None));
    assert_eq!(ended(&mut world, PHONE), (Side::Remote, EndCause::HungUp, None), "by BYE");
    assert!(world.elapsed() <= seconds(33));
}

#[test]
fn a_lost_answer_is_repeated() {
    let mut world = scene(14);
    let mut losses = 2;
    world.lose = Some(Box::new(move |_, message| {
        let lost = message.status() == Some(200) && losses > 0;
        losses -= i32::from(lost);
        lost
    }));
    talk(&mut world, call(0));
    assert_eq!(world.sent("PBX 200 INVITE"), 3);
}

#[test]
fn a_repeated_invite_rings_once() {
    let mut world = scene(15);
    let mut losses = 2;
    world.lose = Some(Box::new(move |from, _| {
        let lost = from == PBX && losses > 0;
        losses -= i32::from(lost);
        lost
    }));
    invite(&mut world, call(0), "sip:102@pbx.example");
    world.pass(seconds(5));
    let calls = world.told(PBX).iter().filter(|event| matches!(event, Event::Incoming { .. })).count();
    assert_eq!((calls, world.sent("PHONE INVITE")), (1, 3));
}

#[test]
fn both_hang_up_at_once() {
    let mut world = scene(16);
    let theirs = talk(&mut world, call(0));
    world.command(PHONE, Command::HangUp { call: call(0) });
    world.command(PBX, Command::HangUp { call: theirs });
    world.pass(seconds(60));
    for end in [PHONE, PBX] {
        let ends = world.told(end).iter().filter(|event| matches!(event, Event::Ended { .. })).count();
        assert_eq!(ends, 1, "{:#?}", world.told(end));
    }
    assert_eq!((world.sent("PHONE BYE"), world.sent("PBX BYE")), (1, 1));
    assert_eq!((world.sent("PHONE 200 BYE"), world.sent("PBX 200 BYE")), (1, 1), "{:#?}", world.flow());
}

#[test]
fn a_flow_that_breaks_mid_call_does_not_end_it() {
    let mut world = with_account(World::new(17), Transport::Tcp);
    world.command(PHONE, Command::Register(ACCOUNT));
    crate::registration::registered(&mut world);
    talk(&mut world, call(0));
    world.break_streams();
    crate::registration::registered(&mut world);
    world.command(PHONE, Command::HangUp { call: call(0) });
    assert_eq!(ended(&mut world, PHONE), (Side::Local, EndCause::HungUp, None));
    world.pass(seconds(1));
    assert_eq!(world.sent("PHONE BYE"), 1, "over the new connection");
}

#[test]
fn a_stream_may_be_cut_anywhere() {
    for piece in [1, 2, 3, 7, 100, 1000] {
        let mut world = with_account(World::new(18), Transport::Tcp);
        world.piece = piece;
        talk(&mut world, call(0));
        world.command(PHONE, Command::HangUp { call: call(0) });
        ended(&mut world, PBX);
    }
}

#[test]
fn an_account_nobody_can_reach_ends_the_call() {
    let mut world = with_account(World::new(19), Transport::Tcp);
    world.pbx_is_down = true;
    invite(&mut world, call(0), "sip:102@pbx.example");
    assert_eq!(ended(&mut world, PHONE), (Side::Local, EndCause::Unreachable, None));
}

#[test]
fn what_is_no_address_cannot_be_called() {
    let mut world = scene(20);
    for target in ["", "102", "sip:", "sip:102@pbx.example\r\nEvil: yes", "sip:1 2@pbx.example"] {
        let key = call(target.len() as u64);
        invite(&mut world, key, target);
        assert_eq!(ended(&mut world, PHONE), (Side::Local, EndCause::BadTarget, None), "{target:?}");
    }
    assert!(world.flow().is_empty());
}
