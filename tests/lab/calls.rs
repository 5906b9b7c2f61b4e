//! Calls that are taken, refused, given up, and picked up by somebody else.

use kit::{Desk, Pbx, Settings};
use serde_json::json;

use crate::ended;

fn two_desks() -> [Desk; 2] {
    Pbx::shared().agents().map(|agent| Desk::start(Settings::of(agent)))
}

#[test]
fn a_call_between_two_desks_shows_who_is_there() {
    let [sara, omid] = two_desks();
    let call = sara.dial(omid.number());
    sara.until_call(&call, "rings", |call| call["state"] == "ringing");
    let incoming = omid.rings();
    let peer = &omid.shown().calls[&incoming]["peer"];
    assert_eq!(*peer, json!({"number": sara.number(), "name": format!("Agent {}", sara.number())}));
    omid.answer(&incoming);
    let active = sara.until_active(&call);
    assert!(active["answered_at"].is_string(), "{active}");
    sara.until_call(&call, "has a codec", |call| call["codec"].is_string());
    omid.hang_up(&incoming);
    assert_eq!(omid.until_ended(&incoming), ended("hung_up", None));
    assert_eq!(sara.until_ended(&call), ended("remote_hung_up", None));
}

#[test]
fn each_way_to_fail_has_its_reason() {
    let desk = Desk::start(Settings::of(Pbx::shared().agent()));
    let table = [
        ("713", ended("busy", 486)),
        ("714", ended("unreachable", 503)),
        ("715", ended("rejected", 403)),
        ("8888", ended("not_found", 404)),
        ("110", ended("not_found", 404)),
        ("79990000002", ended("busy", 486)),
        ("79990000004", ended("not_found", 404)),
        ("79990000005", ended("unreachable", 503)),
    ];
    for (number, expected) in table {
        let call = desk.dial(number);
        assert_eq!(desk.until_ended(&call), expected, "{number}");
    }
}

#[test]
fn a_desk_that_is_not_there_does_not_answer() {
    let [here, away] = Pbx::shared().agents();
    let desk = Desk::start(Settings::of(here));
    let call = desk.dial(away.number());
    assert_eq!(desk.until_ended(&call), ended("no_answer", 480));
}

#[test]
fn a_caller_may_give_up() {
    let desk = Desk::start(Settings::of(Pbx::shared().agent()));
    let call = desk.dial("712");
    desk.until_call(&call, "rings", |call| call["state"] == "ringing");
    desk.hang_up(&call);
    assert_eq!(desk.until_ended(&call).reason, "cancelled");
}

#[test]
fn a_caller_who_gave_up_is_shown_as_cancelled() {
    let [sara, omid] = two_desks();
    let call = sara.dial(omid.number());
    let incoming = omid.rings();
    sara.hang_up(&call);
    assert_eq!(omid.until_ended(&incoming).reason, "cancelled");
    assert_eq!(sara.until_ended(&call).reason, "cancelled");
}

#[test]
fn a_call_that_rang_in_vain_was_not_answered() {
    let pbx = Pbx::start(&[("RINGSIDE_PBX_RING_TIME", "2")]);
    let [sara, omid] = pbx.agents().map(|agent| Desk::start(Settings::of(agent)));
    let call = sara.dial(omid.number());
    let incoming = omid.rings();
    assert_eq!(sara.until_ended(&call), ended("no_answer", 480));
    assert_eq!(omid.until_ended(&incoming).reason, "cancelled");
}

#[test]
fn a_declined_call_tells_both_sides() {
    let [sara, omid] = two_desks();
    // Asterisk's dialplan turns 603 into cause 21, and that into 403.
    let table = [
        ("busy", 486, ended("busy", 486)),
        ("decline", 603, ended("rejected", 403)),
        ("unavailable", 480, ended("no_answer", 480)),
    ];
    for (reason, status, expected) in table {
        let call = sara.dial(omid.number());
        let incoming = omid.rings();
        omid.decline(&incoming, reason);
        assert_eq!(omid.until_ended(&incoming), ended("declined", status), "{reason}");
        assert_eq!(sara.until_ended(&call), expected, "{reason}");
    }
}

#[test]
fn who_does_not_want_to_be_disturbed_is_busy() {
    let [sara, omid] = two_desks();
    omid.must(&json!({"type": "set_do_not_disturb", "on": true}));
    let call = sara.dial(omid.number());
    assert_eq!(sara.until_ended(&call), ended("busy", 486));
}

#[test]
fn the_other_phone_of_an_account_was_not_missed() {
    let pbx = Pbx::shared();
    let [caller, shared] = pbx.agents();
    let [left, right] = [shared.clone(), shared].map(|account| Desk::start(Settings::of(account)));
    let caller = Desk::start(Settings::of(caller));
    let call = caller.dial(left.number());
    let (at_left, at_right) = (left.rings(), right.rings());
    left.answer(&at_left);
    assert_eq!(right.until_ended(&at_right).reason, "answered_elsewhere");
    caller.until_active(&call);
    assert_eq!(left.until_active(&at_left)["ended"], json!(null));
}

#[test]
fn the_intercom_is_answered_by_itself() {
    let [sara, omid] = two_desks();
    let call = sara.dial(&format!("*80{}", omid.number()));
    sara.until_active(&call);
    let answered = omid.shown().calls.values().any(|call| call["state"] == "active");
    assert!(answered, "the called desk shows it as answered");
}

#[test]
fn the_intercom_rings_where_it_is_not_wanted() {
    let [sara, omid] = Pbx::shared().agents();
    let (sara, omid) = (Desk::start(Settings::of(sara)), Desk::start(Settings::of(omid.auto_answer("off"))));
    let call = sara.dial(&format!("*80{}", omid.number()));
    let incoming = omid.rings();
    sara.until_call(&call, "rings", |call| call["state"] == "ringing");
    omid.decline(&incoming, "busy");
    assert_eq!(sara.until_ended(&call), ended("busy", 486));
}

#[test]
fn a_far_end_that_hangs_up_is_told() {
    let desk = Desk::start(Settings::of(Pbx::shared().agent()));
    let call = desk.dial("711");
    desk.until_active(&call);
    assert_eq!(desk.until_ended(&call), ended("remote_hung_up", None));
}

#[test]
fn intents_that_do_not_fit_are_refused_in_words() {
    let desk = Desk::start(Settings::of(Pbx::shared().agent()));
    let refusal = desk.ask(&json!({"type": "answer", "call": "c999"})).expect_err("there is no such call");
    assert_eq!(refusal.code, "unknown_call", "{refusal}");
    assert!(!refusal.detail.is_empty(), "{refusal}");
    let refusal = desk.ask(&json!({"type": "dance"})).expect_err("there is no such intent");
    assert_eq!(refusal.status, 400, "{refusal}");
}
