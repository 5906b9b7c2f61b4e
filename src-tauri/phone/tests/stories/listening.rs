//! Who only listens is not heard: not one packet with sound leaves, whatever the microphone says.

use std::time::Duration;

use phone::{CallId, Command, Event, Manner, Reason};
use sip::{Event as SipEvent, sdp::Direction, wire::Message};

use crate::{
    Desk,
    exchange::{Exchange, Packet, Tap, amplitude, count, sound},
};

/// As many packets as this hold a second of sound.
const SECOND: usize = 50;

fn says(message: &Message, direction: &str) -> bool {
    String::from_utf8_lossy(message.body()).lines().any(|line| line == format!("a={direction}"))
}

fn is_offer(message: &Message) -> bool {
    message.method() == "INVITE" && message.is_request() && !message.body().is_empty()
}

/// The voice of the microphone.
#[track_caller]
fn hears_voice(tap: &Tap, from: usize) {
    let packets = tap.wait(from, |packets| count(packets) >= SECOND);
    let level = amplitude(&sound(&packets)[1_600..], 440.0);
    assert!(level > 0.3, "{level} of a tone at 0.37");
}

/// Nothing with sound for some time; what was under way when the mark was put may still be there.
#[track_caller]
fn hears_nothing(tap: &Tap, from: usize, under_way: usize) {
    std::thread::sleep(Duration::from_millis(700));
    let packets = tap.since(from);
    let sounds = count(&packets);
    assert!(sounds <= under_way, "{sounds} packets with sound: {packets:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_answer_to_end_a_listener_is_heard_only_when_it_was_agreed() {
    let (folder, exchange) = (tempfile::tempdir().unwrap(), Exchange::open());
    let mut desk = Desk::at(&exchange, folder.path()).await;
    let theirs = exchange.call(vec![]);
    let call = desk.until_incoming().await;
    desk.phone.send(Command::Listen(call, true)).await;
    desk.until_listening(call, true).await;
    desk.phone.send(Command::Answer(call)).await;
    desk.until_answered(call).await;
    let answer = exchange.heard("200", |message| message.status() == Some(200) && message.method() == "INVITE");
    assert!(says(&answer, "recvonly"), "{answer:?}");

    let tap = exchange.tap(theirs);
    hears_nothing(&tap, 0, 0);
    let alive = tap.wait(0, |packets| packets.contains(&Packet::Empty));
    assert_eq!(alive.iter().filter(|packet| **packet == Packet::Empty).count(), 1, "our address is known, no more");

    // Keys are no sound.
    desk.phone.send(Command::SendDtmf(call, "5".into())).await;
    tap.wait(0, |packets| {
        packets.iter().any(|packet| matches!(packet, Packet::Key(payload) if payload[..2] == [5, 0x8a]))
    });
    hears_nothing(&tap, 0, 0);

    // Opened only once the peer has agreed.
    exchange.keep_offers();
    desk.phone.send(Command::Listen(call, false)).await;
    let offer = exchange.heard("an offer to talk", is_offer);
    assert!(says(&offer, "sendrecv"), "{offer:?}");
    hears_nothing(&tap, 0, 0);
    let from = tap.mark();
    exchange.let_go();
    desk.until_listening(call, false).await;
    hears_voice(&tap, from);

    // Shut at once, whatever the peer says to it and when.
    exchange.keep_offers();
    desk.phone.send(Command::Listen(call, true)).await;
    desk.until_listening(call, true).await;
    let from = tap.mark();
    hears_nothing(&tap, from, 1);
    let offer = exchange.heard("an offer to listen", is_offer);
    assert!(says(&offer, "recvonly"), "{offer:?}");
    let from = tap.mark();
    exchange.let_go();
    hears_nothing(&tap, from, 0);

    desk.phone.send(Command::HangUp(call)).await;
    assert_eq!(desk.until_ended(call).await, (Reason::HungUp, None));
    hears_nothing(&tap, from, 0);
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_dialled_to_listen_says_so_and_nothing_else() {
    let (folder, exchange) = (tempfile::tempdir().unwrap(), Exchange::open());
    let mut desk = Desk::at(&exchange, folder.path()).await;
    let call = desk.dial_so(1, "*55101", Manner { listens: true, ..Manner::default() }).await;
    let offer = exchange.heard("the call", is_offer);
    assert!(says(&offer, "recvonly"), "{offer:?}");
    desk.until_answered(call).await;
    let theirs = exchange.incoming();
    let tap = exchange.tap(theirs);
    // Muting and its end are another matter.
    desk.phone.send(Command::Mute(call, true)).await;
    desk.phone.send(Command::Mute(call, false)).await;
    // Nor does an offer of the PBX open the microphone, nor being held and taken back by it.
    for direction in [Direction::SendRecv, Direction::SendOnly, Direction::SendRecv] {
        exchange.offer(theirs, direction);
        let answer = exchange.heard("200", |message| message.status() == Some(200) && message.method() == "INVITE");
        assert!(says(&answer, "recvonly"), "{answer:?}");
    }
    hears_nothing(&tap, 0, 0);

    desk.phone.send(Command::Hold(call)).await;
    let offer = exchange.heard("hold", is_offer);
    assert!(says(&offer, "inactive"), "hold and listening together: {offer:?}");
    desk.until_hold(call, true, false).await;
    desk.phone.send(Command::Resume(call)).await;
    let offer = exchange.heard("resume", is_offer);
    assert!(says(&offer, "recvonly"), "{offer:?}");
    desk.until_hold(call, false, false).await;
    hears_nothing(&tap, 0, 0);

    let from = tap.mark();
    desk.phone.send(Command::Listen(call, false)).await;
    desk.until_listening(call, false).await;
    hears_voice(&tap, from);
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pbx_that_refuses_does_not_open_the_microphone() {
    let (folder, exchange) = (tempfile::tempdir().unwrap(), Exchange::open());
    let mut desk = Desk::at(&exchange, folder.path()).await;
    let call = desk.dial(1, "102").await;
    desk.until_answered(call).await;
    let tap = exchange.tap(exchange.incoming());
    hears_voice(&tap, 0);
    exchange.refuse_offers(Some(488));
    desk.phone.send(Command::Listen(call, true)).await;
    desk.until_listening(call, true).await;
    let from = tap.mark();
    // Told again when the refusal comes.
    desk.until_listening(call, true).await;
    hears_nothing(&tap, from, 1);
    let from = tap.mark();
    // Nor does it open when talking is what is refused.
    desk.phone.send(Command::Listen(call, false)).await;
    desk.until_listening(call, true).await;
    hears_nothing(&tap, from, 0);
    exchange.refuse_offers(None);
    desk.phone.send(Command::Listen(call, false)).await;
    desk.until_listening(call, false).await;
    hears_voice(&tap, from);
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listening_call_in_a_conference_gives_and_hears_no_microphone() {
    let (folder, exchange) = (tempfile::tempdir().unwrap(), Exchange::open());
    let mut desk = Desk::at(&exchange, folder.path()).await;
    let talked = desk.dial(1, "102").await;
    desk.until_answered(talked).await;
    let talked_tap = exchange.tap(exchange.incoming());
    let spied = desk.dial_so(3, "*55101", Manner { listens: true, ..Manner::default() }).await;
    desk.until_answered(spied).await;
    let theirs = exchange.expect("the second call", |event| match event {
        SipEvent::Incoming { call, .. } if call.0 == 4 => Some(*call),
        _ => None,
    });
    let spied_tap = exchange.tap(theirs);
    desk.phone.send(Command::Conference(vec![talked, spied])).await;
    let from = talked_tap.mark();
    hears_voice(&talked_tap, from);
    hears_nothing(&spied_tap, 0, 0);
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quick_changes_of_mind_end_where_the_last_one_pointed() {
    let (folder, exchange) = (tempfile::tempdir().unwrap(), Exchange::open());
    let mut desk = Desk::at(&exchange, folder.path()).await;
    let call = desk.dial(1, "102").await;
    desk.until_answered(call).await;
    let tap = exchange.tap(exchange.incoming());
    for _ in 0..3 {
        for on in [true, false, true] {
            desk.phone.send(Command::Listen(call, on)).await;
        }
        // Each offer that is still to come is answered while it is quiet.
        desk.until_listening(call, true).await;
        let from = tap.mark();
        hears_nothing(&tap, from, 1);
        desk.phone.send(Command::Listen(call, false)).await;
        desk.until_listening(call, false).await;
        let from = tap.mark();
        hears_voice(&tap, from);
    }
    desk.phone.send(Command::HangUp(CallId(1))).await;
    desk.until(|event| matches!(event, Event::Ended { .. }).then_some(())).await;
}
