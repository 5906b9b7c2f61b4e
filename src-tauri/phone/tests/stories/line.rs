//! Calls that the desk leads by itself: apart from the agent, with tones, digits and bridges.

use std::{path::Path, time::Duration};

use phone::{CallId, CallTone, Command, Event, Manner, Reason};
use sip::{CallKey, Command as SipCommand};

use crate::{
    Desk,
    exchange::{Exchange, Tap, amplitude, count, keys, sound, tone},
    share_of_440_hz,
};

/// The amplitude of a frequency in a second of what comes to a tap from now on.
#[track_caller]
fn level(tap: &Tap, hertz: f32) -> f32 {
    let from = tap.mark();
    // What was under way is over, and the jitter buffer of a bridge filled.
    let packets = tap.wait(from, |packets| count(packets) >= 75);
    amplitude(&sound(&packets)[4_000..], hertz)
}

/// For how much of a second from now on a tone of at least half its nominal amplitude is there: in pieces, as each start of a tone
/// is a new phase.
#[track_caller]
fn share(tap: &Tap, hertz: f32) -> f32 {
    let from = tap.mark();
    let packets = tap.wait(from, |packets| count(packets) >= 75);
    let sound = sound(&packets);
    let pieces: Vec<bool> = sound[4_000..12_000].chunks(320).map(|piece| amplitude(piece, hertz) > 0.079).collect();
    pieces.iter().filter(|there| **there).count() as f32 / pieces.len() as f32
}

/// Packets flow, and nothing is in them.
#[track_caller]
fn is_silent(tap: &Tap) {
    let from = tap.mark();
    let packets = tap.wait(from, |packets| count(packets) >= 50);
    let loudest = sound(&packets)[800..].iter().fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()));
    assert!(loudest < 0.001, "{loudest}");
}

/// The speaker was not even opened, or has played nothing.
#[track_caller]
fn nothing_was_heard(folder: &Path) {
    let ear = folder.join("ear.wav");
    let samples = hound::WavReader::open(ear).map(|mut reader| reader.samples::<i16>().map_while(Result::ok).max());
    assert!(
        samples.as_ref().is_ok_and(|loudest| loudest.is_none_or(|loudest| loudest == 0)) || samples.is_err(),
        "{samples:?}"
    );
}

/// A call that comes in and is answered apart.
async fn answered_apart(desk: &mut Desk, exchange: &Exchange) -> (CallId, CallKey) {
    let theirs = exchange.call(vec![]);
    let call = desk.until_incoming().await;
    desk.phone.send(Command::Apart(call, true)).await;
    desk.phone.send(Command::Answer(call)).await;
    desk.until_answered(call).await;
    (call, theirs)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_at_the_desk_s_line_hears_tones_and_no_agent() {
    let (folder, exchange) = (tempfile::tempdir().unwrap(), Exchange::open());
    let mut desk = Desk::at(&exchange, folder.path()).await;
    let (call, theirs) = answered_apart(&mut desk, &exchange).await;
    let tap = exchange.tap(theirs);
    exchange.speak(theirs, tone(700.0, 1_000, 9));
    is_silent(&tap);
    desk.phone.send(Command::CallTone(call, Some(CallTone::Dial))).await;
    let dial = level(&tap, 425.0);
    assert!((0.14..0.17).contains(&dial), "{dial}: 16 dB below full scale");
    desk.phone.send(Command::CallTone(call, None)).await;
    is_silent(&tap);
    let from = tap.mark();
    desk.phone.send(Command::CallTone(call, Some(CallTone::Beep))).await;
    let beep = tap.wait(from, |packets| count(packets) >= 50);
    assert!((0.03..0.05).contains(&amplitude(&sound(&beep), 1_000.0)), "a quarter of the second");
    is_silent(&tap);
    desk.phone.send(Command::CallTone(call, Some(CallTone::Refused))).await;
    let refused = share(&tap, 425.0);
    assert!((0.4..=0.6).contains(&refused), "{refused}: half of the time");
    nothing_was_heard(folder.path());

    // Given to the agent, both hear each other: the tone goes first.
    desk.phone.send(Command::Apart(call, false)).await;
    assert!(level(&tap, 440.0) < 0.01, "the tone is still there");
    desk.phone.send(Command::CallTone(call, None)).await;
    assert!(level(&tap, 440.0) > 0.3);
    desk.phone.send(Command::HangUp(call)).await;
    assert_eq!(desk.until_ended(call).await, (Reason::HungUp, None));
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_dialled_apart_is_given_to_the_agent_who_then_talks_and_hears() {
    let (folder, exchange) = (tempfile::tempdir().unwrap(), Exchange::open());
    let mut desk = Desk::at(&exchange, folder.path()).await;
    let call = desk.dial_so(1, "102", Manner { apart: true, ..Manner::default() }).await;
    desk.phone.send(Command::CallTone(call, Some(CallTone::Ringback))).await;
    desk.until_answered(call).await;
    let theirs = exchange.incoming();
    let tap = exchange.tap(theirs);
    exchange.speak(theirs, tone(440.0, 400, 9));
    assert!(level(&tap, 440.0) < 0.01, "nobody talks");
    nothing_was_heard(folder.path());
    desk.phone.send(Command::Apart(call, false)).await;
    desk.phone.send(Command::CallTone(call, None)).await;
    assert!(level(&tap, 440.0) > 0.3, "the agent talks");
    assert!(level(&tap, 425.0) < 0.01, "the tone is still there");
    desk.phone.send(Command::HangUp(call)).await;
    assert_eq!(desk.until_ended(call).await, (Reason::HungUp, None));
    desk.stop().await;
    let share = share_of_440_hz(&folder.path().join("ear.wav"));
    assert!(share > 0.9, "only {share:.2} of what the agent heard is what the peer said");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_press_of_the_caller_is_told_once_whichever_way_it_comes() {
    let (folder, exchange) = (tempfile::tempdir().unwrap(), Exchange::open());
    let mut desk = Desk::at(&exchange, folder.path()).await;
    let (_, theirs) = answered_apart(&mut desk, &exchange).await;
    let next = |event: &Event| match event {
        Event::Digit(_, digit) => Some(*digit),
        _ => None,
    };
    exchange.speak(theirs, keys(&[7, 4, 4, 11], exchange.key_type(theirs), 9));
    let mut pressed = String::new();
    while pressed.len() < 4 {
        pressed.push(desk.until(next).await);
    }
    // A gateway that sends the same by INFO, too, and then one that only came so.
    for digit in ["7", "4", "4", "#", "9"] {
        let (content_type, body) = ("application/dtmf-relay".to_owned(), format!("Signal={digit}\r\nDuration=100\r\n"));
        exchange.command(SipCommand::Info { call: theirs, content_type, body: body.into_bytes() });
    }
    pressed.push(desk.until(next).await);
    assert_eq!(pressed, "744#9");
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_peers_are_bridged_without_the_agent() {
    let (folder, exchange) = (tempfile::tempdir().unwrap(), Exchange::open());
    let mut desk = Desk::at(&exchange, folder.path()).await;
    let (caller, caller_there) = answered_apart(&mut desk, &exchange).await;
    desk.phone.send(Command::CallTone(caller, Some(CallTone::Ringback))).await;
    let called = desk.dial_so(1, "102", Manner { apart: true, ..Manner::default() }).await;
    desk.until_answered(called).await;
    let called_there = exchange.incoming();
    desk.phone.send(Command::CallTone(caller, None)).await;
    let (caller_tap, called_tap) = (exchange.tap(caller_there), exchange.tap(called_there));
    exchange.speak(caller_there, tone(700.0, 1_500, 9));
    exchange.speak(called_there, tone(1_000.0, 1_500, 10));
    is_silent(&caller_tap);
    is_silent(&called_tap);
    desk.phone.send(Command::Bridge(caller, called)).await;
    for (tap, theirs, own) in [(&called_tap, 700.0, 1_000.0), (&caller_tap, 1_000.0, 700.0)] {
        let (hears, itself, agent) = (level(tap, theirs), level(tap, own), level(tap, 440.0));
        assert!(hears > 0.3 && itself < 0.01 && agent < 0.01, "{hears}, itself {itself}, the agent {agent}");
    }
    nothing_was_heard(folder.path());
    exchange.command(SipCommand::HangUp { call: caller_there });
    assert_eq!(desk.until_ended(caller).await.0, Reason::RemoteHungUp);
    is_silent(&called_tap);
    desk.phone.send(Command::HangUp(called)).await;
    assert_eq!(desk.until_ended(called).await.0, Reason::HungUp);
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bridge_leaves_the_agent_out_and_gives_back_who_remains() {
    let (folder, exchange) = (tempfile::tempdir().unwrap(), Exchange::open());
    let mut desk = Desk::at(&exchange, folder.path()).await;
    let mut calls = vec![];
    for n in [1, 3] {
        let call = desk.dial(n, "102").await;
        desk.until_answered(call).await;
        calls.push((call, exchange.incoming()));
    }
    let [(one, one_there), (two, two_there)] = calls[..] else { panic!("two calls") };
    let (one_tap, two_tap) = (exchange.tap(one_there), exchange.tap(two_there));
    assert!(level(&one_tap, 440.0) > 0.3 && level(&two_tap, 440.0) > 0.3, "the agent talks to both");
    desk.phone.send(Command::Bridge(one, two)).await;
    exchange.speak(one_there, tone(700.0, 1_000, 9));
    assert!(level(&two_tap, 700.0) > 0.3);
    assert!(level(&one_tap, 440.0) < 0.01 && level(&two_tap, 440.0) < 0.01, "no agent in it");
    desk.phone.send(Command::HangUp(one)).await;
    desk.until_ended(one).await;
    assert!(level(&two_tap, 440.0) > 0.3, "and back");
    // With a call that is over there is nothing to bridge.
    desk.phone.send(Command::Bridge(one, two)).await;
    assert!(level(&two_tap, 440.0) > 0.3);
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_shows_the_number_it_was_given() {
    let (folder, exchange) = (tempfile::tempdir().unwrap(), Exchange::open());
    let mut desk = Desk::at(&exchange, folder.path()).await;
    let shown = |number: &str| Manner { caller_id: Some(number.into()), ..Manner::default() };
    let call = desk.dial_so(1, "102", shown("+74952294989")).await;
    let invite = exchange.heard("the call", |message| message.is_request() && message.method() == "INVITE");
    let identity = format!("<sip:+74952294989@{}>", exchange.address);
    for name in ["P-Preferred-Identity", "P-Asserted-Identity"] {
        assert_eq!(invite.header(name).as_deref(), Some(identity.as_str()), "{name}");
    }
    let from = invite.from().unwrap();
    assert_eq!((from.display.as_deref(), from.uri.user()), (Some("+74952294989"), Some("101")), "known by its account");
    desk.until_answered(call).await;
    let call = desk.dial_so(3, "102", shown("1>\r\nX-Evil: 1")).await;
    assert_eq!(desk.until_ended(call).await, (Reason::Failed, None));
    tokio::time::sleep(Duration::from_millis(10)).await;
    desk.stop().await;
}
