//! How long a subscription lives: what the PBX grants, what it takes back, and what a trouble that passes does not end.

use std::time::Duration;

use sip::{Command, dialog_info::State, wire::Message};

use super::*;

/// The next SUBSCRIBE inside the dialog of another one, in tenths of a second.
#[track_caller]
fn next_refresh(puppet: &mut Puppet, subscribe: &Message, most: Duration) -> (Message, u64) {
    let (refresh, tenths) = next_subscribe(puppet, most);
    assert_eq!(refresh.call_id(), subscribe.call_id(), "a refresh");
    (refresh, tenths)
}

#[test]
fn trouble_with_a_refresh_ends_nothing_while_the_term_lasts() {
    for status in ["500 No", "503 Service Unavailable", "491 Request Pending"] {
        let (mut puppet, subscribe) = watching();
        let (refresh, _) = next_refresh(&mut puppet, &subscribe, seconds(241));
        puppet.respond(&refresh, status, "", &[], b"");
        assert_eq!(told(&mut puppet), [], "{status}");
        notify(&mut puppet, &subscribe, "pbx", 30640, &[XML, "Subscription-State: active"], &full(1, "early"));
        puppet.take("200 NOTIFY");
        knows(&mut puppet, Ok(vec![State::Early]));
        let (again, tenths) = next_refresh(&mut puppet, &subscribe, seconds(31));
        assert!((220..=301).contains(&tenths), "{status}: {tenths}");
        accept(&mut puppet, &again, "");
        let (_, tenths) = next_refresh(&mut puppet, &subscribe, seconds(241));
        assert!((2_000..=2_401).contains(&tenths), "{status}: {tenths}");
        assert_eq!(told(&mut puppet), [], "{status}");
    }
}

#[test]
fn a_term_that_ends_without_a_refresh_is_told() {
    let (mut puppet, subscribe) = watching();
    let mut next = next_subscribe(&mut puppet, seconds(241)).0;
    let mut refused = 0;
    while next.call_id() == subscribe.call_id() {
        refused += 1;
        assert!(refused < 10, "a term of 300 s");
        puppet.respond(&next, "503 Service Unavailable", "", &[], b"");
        next = next_subscribe(&mut puppet, seconds(31)).0;
    }
    assert!(refused > 1);
    knows(&mut puppet, Err(Some(503)));
}

#[test]
fn a_refresh_that_nobody_answers_is_tried_again() {
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    let subscribe = puppet.take("SUBSCRIBE");
    puppet.respond(&subscribe, "200 OK", "pbx", &["Expires: 600", "Contact: <sip:10.0.0.2:5060>"], b"");
    notify(&mut puppet, &subscribe, "pbx", 1, &[XML, "Subscription-State: active"], &full(0, "early"));
    knows(&mut puppet, Ok(vec![State::Early]));
    let (refresh, _) = next_refresh(&mut puppet, &subscribe, seconds(481));
    puppet.pass(seconds(33));
    let (again, _) = next_refresh(&mut puppet, &subscribe, seconds(31));
    assert!(again.cseq().expect("CSeq").seq > refresh.cseq().expect("CSeq").seq);
    assert_eq!(told(&mut puppet), []);
}

#[test]
fn a_refusal_that_ends_it_does_so_at_once() {
    for status in [403, 404, 480, 489, 501, 604] {
        let (mut puppet, subscribe) = watching();
        let (refresh, _) = next_refresh(&mut puppet, &subscribe, seconds(241));
        puppet.respond(&refresh, &format!("{status} No"), "", &[], b"");
        knows(&mut puppet, Err(Some(status)));
        notify(&mut puppet, &subscribe, "pbx", 30640, &[XML, ACTIVE], &full(1, "early"));
        puppet.take("481 NOTIFY");
    }
}

#[test]
fn a_notify_brings_the_refresh_forward_and_never_puts_it_off() {
    let (mut puppet, subscribe) = watching();
    puppet.pass(seconds(190));
    notify(&mut puppet, &subscribe, "pbx", 30630, &[XML, "Subscription-State: active;expires=110"], &full(1, "early"));
    let (refresh, tenths) = next_refresh(&mut puppet, &subscribe, seconds(51));
    assert!((100..=501).contains(&tenths), "{tenths}");
    accept(&mut puppet, &refresh, "");
    notify(&mut puppet, &subscribe, "pbx", 30631, &[XML, "Subscription-State: active;expires=60"], &full(2, "early"));
    let (refresh, tenths) = next_refresh(&mut puppet, &subscribe, seconds(49));
    assert!((400..=481).contains(&tenths), "{tenths}");
    // Whatever it is told: not in a loop.
    accept(&mut puppet, &refresh, "");
    notify(&mut puppet, &subscribe, "pbx", 30632, &[XML, "Subscription-State: active;expires=0"], &full(3, "early"));
    let (_, tenths) = next_refresh(&mut puppet, &subscribe, seconds(17));
    assert!(tenths >= 130, "{tenths}");
}

#[test]
fn no_term_is_longer_than_was_asked_for() {
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    let subscribe = puppet.take("SUBSCRIBE");
    puppet.respond(&subscribe, "200 OK", "pbx", &["Expires: 4294967295", "Contact: <sip:10.0.0.2:5060>"], b"");
    notify(&mut puppet, &subscribe, "pbx", 1, &[XML, "Subscription-State: active;expires=86400"], &full(0, "early"));
    next_refresh(&mut puppet, &subscribe, seconds(481));
    // Nor is a year asked for.
    watch(&mut puppet, &["103"]);
    let other = puppet.sent.pop_back().expect("a SUBSCRIBE");
    assert_eq!(other.request_uri(), Some("sip:103@pbx.example"));
    puppet.respond(&other, "423 Interval Too Brief", "pbx", &["Min-Expires: 31536000"], b"");
    assert_eq!(told(&mut puppet).pop(), Some(("103".to_owned(), Err(Some(423)))));
}

#[test]
fn of_a_fork_the_first_to_notify_is_followed() {
    // The response of one, and then the news of another.
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    let subscribe = puppet.take("SUBSCRIBE");
    accept(&mut puppet, &subscribe, "b");
    notify(&mut puppet, &subscribe, "a", 1, &[XML, ACTIVE], &full(0, "early"));
    puppet.take("200 NOTIFY");
    knows(&mut puppet, Ok(vec![State::Early]));
    notify(&mut puppet, &subscribe, "b", 2, &[XML, ACTIVE], &full(0, "confirmed"));
    puppet.take("481 NOTIFY");
    let (refresh, _) = next_refresh(&mut puppet, &subscribe, seconds(241));
    assert_eq!(refresh.to().expect("To").tag(), Some("a"));
    // The news of one, and then the response of another, which is elsewhere.
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    let subscribe = puppet.take("SUBSCRIBE");
    notify(&mut puppet, &subscribe, "a", 1, &[XML, ACTIVE], &full(0, "early"));
    puppet.respond(&subscribe, "200 OK", "b", &["Expires: 300", "Contact: <sip:10.0.0.77:5060>"], b"");
    let (refresh, _) = next_refresh(&mut puppet, &subscribe, seconds(241));
    assert_eq!(refresh.request_uri(), Some("sip:10.0.0.2:5060"));
    assert_eq!(refresh.to().expect("To").tag(), Some("a"));
    // Once it is to end, nobody else is followed.
    puppet.command(Command::Watch { account: ACCOUNT, targets: vec![] });
    notify(&mut puppet, &subscribe, "b", 3, &[XML, ACTIVE], &full(1, "early"));
    puppet.take("481 NOTIFY");
}

#[test]
fn nothing_but_notify_is_allowed() {
    let (mut puppet, subscribe) = watching();
    let (from, to) =
        (format!("{};tag=pbx", subscribe.header("To").expect("To")), subscribe.header("From").expect("From"));
    puppet.request("INFO", 30631, &from, &to, &subscribe.call_id().expect("Call-ID"), &["Event: dialog"], b"");
    assert!(puppet.take("405 INFO").header("Allow").is_some_and(|allow| allow.contains("NOTIFY")));
    assert_eq!(told(&mut puppet), []);
}
