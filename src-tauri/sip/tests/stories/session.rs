//! Inside a call: hold and resume, both at once, transfer, and half an hour of it.

use std::time::Duration;

use sip::{CallKey, Command, EndCause, Event, Side};

use crate::{calls::*, kit::*};

#[track_caller]
fn offered(world: &mut World, end: usize) -> Option<Vec<u8>> {
    world.expect(end, "Offered", |event| match event {
        Event::Offered { offer, .. } => Some(offer.clone()),
        _ => None,
    })
}

#[track_caller]
fn offer_answered(world: &mut World, end: usize) -> Result<Vec<u8>, u16> {
    world.expect(end, "OfferAnswered", |event| match event {
        Event::OfferAnswered { result, .. } => Some(result.clone()),
        _ => None,
    })
}

/// `end` offers, the other answers.
#[track_caller]
fn hold(world: &mut World, end: usize, calls: [CallKey; 2]) {
    world.command(end, Command::Offer { call: calls[end], sdp: HOLD.to_vec() });
    assert_eq!(offered(world, 1 - end).as_deref(), Some(HOLD));
    world.command(1 - end, Command::Answer { call: calls[1 - end], sdp: Ok(ANSWER.to_vec()) });
    assert_eq!(offer_answered(world, end).as_deref(), Ok(ANSWER));
    world.pass(seconds(1));
}

#[test]
fn either_side_holds_and_resumes() {
    let mut world = scene(1);
    let calls = [call(0), talk(&mut world, call(0))];
    for end in [PHONE, PHONE, PBX, PBX, PHONE] {
        hold(&mut world, end, calls);
    }
    world.pass(seconds(60));
    assert_eq!(world.sent("PHONE INVITE") + world.sent("PBX INVITE"), 6, "each once");
    assert_eq!(world.sent("PHONE ACK") + world.sent("PBX ACK"), 6);
    world.command(PBX, Command::HangUp { call: calls[PBX] });
    assert_eq!(ended(&mut world, PHONE), (Side::Remote, EndCause::HungUp, None));
}

#[test]
fn an_offer_that_is_refused_changes_nothing() {
    let mut world = scene(2);
    let theirs = talk(&mut world, call(0));
    world.command(PHONE, Command::Offer { call: call(0), sdp: HOLD.to_vec() });
    offered(&mut world, PBX);
    world.command(PBX, Command::Answer { call: theirs, sdp: Err(488) });
    assert_eq!(offer_answered(&mut world, PHONE), Err(488));
    world.pass(seconds(60));
    world.command(PHONE, Command::HangUp { call: call(0) });
    assert_eq!(ended(&mut world, PBX), (Side::Remote, EndCause::HungUp, None), "still up");
}

#[test]
fn both_offer_at_once_and_both_get_their_turn() {
    for seed in 0..20 {
        let mut world = scene(seed);
        let calls = [call(0), talk(&mut world, call(0))];
        for end in [PHONE, PBX] {
            world.command(end, Command::Offer { call: calls[end], sdp: HOLD.to_vec() });
        }
        let mut done = [false; 2];
        let limit = world.now + seconds(20);
        while done != [true; 2] && world.step(limit) {
            for end in [PHONE, PBX] {
                while let Some(event) = world.next_event(end) {
                    match event {
                        Event::Offered { .. } => {
                            world.command(end, Command::Answer { call: calls[end], sdp: Ok(ANSWER.to_vec()) });
                        }
                        Event::OfferAnswered { result: Ok(_), .. } => done[end] = true,
                        // The peer came first: the user offers again.
                        Event::OfferAnswered { result: Err(491), .. } => {
                            world.command(end, Command::Offer { call: calls[end], sdp: HOLD.to_vec() });
                        }
                        _ => {}
                    }
                }
            }
        }
        assert_eq!(done, [true; 2], "seed {seed}: {:#?}", world.flow());
        assert_eq!((world.sent("PHONE 491 INVITE"), world.sent("PBX 491 INVITE")), (1, 1), "RFC 3261 §14.1");
    }
}

#[test]
fn an_offer_right_after_the_answer_waits_for_the_ack() {
    let mut world = scene(4);
    invite(&mut world, call(0), "sip:102@pbx.example");
    let theirs = incoming(&mut world, PBX);
    world.command(PBX, Command::Accept { call: theirs, answer: ANSWER.to_vec() });
    world.command(PBX, Command::Offer { call: theirs, sdp: HOLD.to_vec() });
    assert_eq!(world.sent("PBX INVITE"), 0);
    assert_eq!(offered(&mut world, PHONE).as_deref(), Some(HOLD));
    world.command(PHONE, Command::Answer { call: call(0), sdp: Ok(ANSWER.to_vec()) });
    assert_eq!(offer_answered(&mut world, PBX).as_deref(), Ok(ANSWER));
}

#[test]
fn a_blind_transfer_ends_our_call_when_it_worked() {
    let mut world = World::with(5, |_| {}, |pbx| (pbx.allow_registrar, pbx.accept_transfers) = (true, true));
    world = with_account(world, sip::Transport::Udp);
    let theirs = talk(&mut world, call(0));
    let to = "sip:103@pbx.example".to_owned();
    world.command(PHONE, Command::Refer { call: call(0), to: to.clone(), replaces: None });
    world.expect(PBX, "TransferRequested", |event| match event {
        Event::TransferRequested { target, replaces: None, referred_by, .. } => {
            assert_eq!((target, referred_by.as_deref()), (&to, Some("<sip:101@pbx.example>")));
            Some(())
        }
        _ => None,
    });
    for status in [180, 200] {
        world.command(PBX, Command::TransferProgress { call: theirs, status });
    }
    transferred(&mut world, 200);
    assert_eq!(ended(&mut world, PHONE), (Side::Local, EndCause::HungUp, None));
    assert_eq!(ended(&mut world, PBX), (Side::Remote, EndCause::HungUp, None));
    assert_eq!((world.sent("PBX NOTIFY"), world.sent("PHONE 200 NOTIFY")), (3, 3));
}

#[track_caller]
fn transferred(world: &mut World, wanted: u16) {
    world.expect(PHONE, "Transfer", |event| match event {
        Event::Transfer { status: Some(status), .. } => {
            assert_eq!(*status, wanted);
            Some(())
        }
        _ => None,
    });
}

#[test]
fn a_transfer_that_fails_leaves_the_call() {
    let mut world = World::with(6, |_| {}, |pbx| (pbx.allow_registrar, pbx.accept_transfers) = (true, true));
    world = with_account(world, sip::Transport::Udp);
    let theirs = talk(&mut world, call(0));
    world.command(PHONE, Command::Refer { call: call(0), to: "sip:103@pbx.example".to_owned(), replaces: None });
    world.pass(seconds(1));
    world.command(PBX, Command::TransferProgress { call: theirs, status: 486 });
    transferred(&mut world, 486);
    hold(&mut world, PHONE, [call(0), theirs]);
}

#[test]
fn a_transfer_asked_of_a_phone_is_declined() {
    let mut world = scene(7);
    talk(&mut world, call(0));
    world.command(PHONE, Command::Refer { call: call(0), to: "sip:103@pbx.example".to_owned(), replaces: None });
    transferred(&mut world, 603);
}

#[test]
fn an_attended_transfer_names_the_other_call() {
    let mut world = World::with(8, |_| {}, |pbx| (pbx.allow_registrar, pbx.accept_transfers) = (true, true));
    world = with_account(world, sip::Transport::Udp);
    talk(&mut world, call(0));
    let second = talk(&mut world, call(1));
    world.command(PHONE, Command::Refer { call: call(0), to: String::new(), replaces: Some(call(1)) });
    world.expect(PBX, "TransferRequested", |event| match event {
        Event::TransferRequested { replaces, .. } => {
            assert_eq!(*replaces, Some(second));
            Some(())
        }
        _ => None,
    });
    let refer_to = world.last("PHONE REFER").header("Refer-To").expect("Refer-To").into_owned();
    assert!(refer_to.contains("?Replaces=") && refer_to.contains("%3Bto-tag%3D"), "everything escaped: {refer_to}");
}

#[test]
fn a_call_with_replaces_takes_the_place_of_another() {
    let mut world = scene(9);
    let ours = phone_is_called(&mut world);
    world.command(PHONE, Command::Accept { call: ours, answer: ANSWER.to_vec() });
    confirmed(&mut world, PHONE);
    let answer = world.last("PHONE 200 INVITE");
    let tag = |name: &str| {
        let address = if name == "To" { answer.to() } else { answer.from() };
        address.expect(name).tag().expect("a tag").to_owned()
    };
    let call_id = answer.call_id().expect("a Call-ID");
    let replaces = format!("{call_id};to-tag={};from-tag={}", tag("To"), tag("From"));
    for (value, found) in [("other;to-tag=a;from-tag=b".to_owned(), false), (replaces, true)] {
        let target = world.registrar.bindings.keys().next().expect("a binding").clone();
        let destination = (LISTENING, world.registrar.seen_from.expect("an address"));
        let (from, headers) = ("<sip:202@pbx.example>".to_owned(), vec![("Replaces".to_owned(), value)]);
        let (key, offer) = (call(if found { 2 } else { 1 }), OFFER.to_vec());
        world.command(PBX, Command::InviteOver { call: key, destination, from, target, offer, headers });
        if !found {
            assert_eq!(ended(&mut world, PBX), (Side::Remote, EndCause::Refused, Some(481)));
            continue;
        }
        let second = world.expect(PHONE, "Incoming", |event| match event {
            Event::Incoming { call, replaces: Some(replaced), .. } => {
                assert_eq!(*replaced, ours);
                Some(*call)
            }
            _ => None,
        });
        world.command(PHONE, Command::Accept { call: second, answer: ANSWER.to_vec() });
        assert_eq!(ended(&mut world, PHONE), (Side::Remote, EndCause::Replaced, None));
    }
}

#[test]
fn half_an_hour_is_kept_alive_by_session_timers() {
    let mut world = scene(10);
    talk(&mut world, call(0));
    world.pass(Duration::from_secs(1800 + 60));
    assert_eq!(world.sent("PHONE UPDATE") + world.sent("PBX UPDATE"), 2, "every 900 s");
    assert!(world.told(PHONE).iter().all(|event| !matches!(event, Event::Ended { .. })));
}

#[test]
fn a_peer_that_vanished_is_found_out() {
    let mut world = scene(11);
    talk(&mut world, call(0));
    world.pbx_is_down = true;
    assert_eq!(ended(&mut world, PHONE), (Side::Remote, EndCause::Lost, None), "its refresh got no answer");
    world.lose = Some(Box::new(|end, _| end == PHONE));
    world.pbx_is_down = false;
    assert_eq!(ended(&mut world, PBX), (Side::Local, EndCause::Lost, None), "nobody refreshed");
    assert!(world.elapsed() < seconds(1801));
}

#[test]
fn info_arrives() {
    let mut world = scene(12);
    talk(&mut world, call(0));
    let (content_type, body) = ("application/dtmf-relay".to_owned(), b"Signal=5\r\nDuration=160\r\n".to_vec());
    world.command(PHONE, Command::Info { call: call(0), content_type, body });
    world.expect(PBX, "Info", |event| match event {
        Event::Info { content_type, body, .. } => {
            assert_eq!(
                (content_type.as_str(), body.as_slice()),
                ("application/dtmf-relay", &b"Signal=5\r\nDuration=160\r\n"[..])
            );
            Some(())
        }
        _ => None,
    });
}

#[test]
fn a_held_call_is_hung_up_under_the_offer() {
    let mut world = scene(13);
    let theirs = talk(&mut world, call(0));
    world.command(PHONE, Command::Offer { call: call(0), sdp: HOLD.to_vec() });
    offered(&mut world, PBX);
    world.command(PBX, Command::HangUp { call: theirs });
    assert_eq!(ended(&mut world, PHONE), (Side::Remote, EndCause::HungUp, None));
    world.pass(seconds(60));
    assert!(world.told(PHONE).iter().filter(|event| matches!(event, Event::Ended { .. })).count() == 1);
}
