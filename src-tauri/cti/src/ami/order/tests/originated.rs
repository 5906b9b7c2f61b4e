//! What `OriginateResponse` counts for: that it came to something, and what it came to where nothing better is said.

use super::*;

fn given_up(reason: &str) -> String {
    format!("Event: OriginateResponse | Response: Failure | ActionID: a1 | Reason: {reason} | Uniqueid: <unknown>")
}

#[test]
fn what_another_desks_call_came_to_is_no_affair_of_ours() {
    for (seen, told) in [(true, "Failure | Reason: 8"), (false, "Failure | Reason: 0"), (true, "Success | Reason: 4")] {
        let mut desk = Desk::new("PJSIP/{extension}");
        desk.asks(call("200"));
        if seen {
            desk.hears(&format!("Event: Newstate | ChannelState: 5 | {OURS}"));
        }
        let theirs = format!("Event: OriginateResponse | Response: {told} | ActionID: a1 | Uniqueid: r-8-1");
        assert!(desk.hears(&theirs).is_empty() && desk.after(CAUSE_WITHIN).is_empty(), "{told}");
        assert_eq!(desk.hears(&format!("Event: Newstate | ChannelState: 6 | {OURS}")).last(), Some(&Step::Up));
        assert_eq!(desk.hears(&format!("Event: DialEnd | DialStatus: ANSWER | {OURS}")), [Step::Done], "{told}");
    }
}

#[test]
fn one_without_an_action_id_is_nobodys() {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.asks(call("200"));
    assert!(desk.hears("Event: OriginateResponse | Response: Failure | ActionID: | Reason: 5").is_empty());
    assert!(desk.after(CAUSE_WITHIN).is_empty());
}

#[test]
fn the_cause_says_more_than_any_reason() {
    for (reason, cause, expected) in [
        ("8", "21", "phone_declined"),
        ("8", "34", "pbx_congestion"),
        ("5", "21", "phone_declined"),
        ("3", "17", "phone_busy"),
        ("1", "20", "phone_not_registered"),
        ("0", "19", "phone_no_answer"),
    ] {
        let mut desk = Desk::new("PJSIP/{extension}");
        desk.asks(call("200"));
        desk.hears(&format!("Event: Newstate | ChannelState: 5 | {OURS}"));
        assert!(desk.hears(&given_up(reason)).is_empty(), "{reason} waits for the cause");
        assert_eq!(code(&desk.hears(&format!("Event: Hangup | Cause: {cause} | {OURS}"))), expected);
        assert!(desk.after(CAUSE_WITHIN).is_empty(), "it is told once");
    }
}

#[test]
fn without_a_cause_the_reason_is_all_there_is() {
    for (reason, rang, expected) in [
        ("0", false, "phone_not_registered"),
        ("0", true, "phone_no_answer"),
        ("1", false, "phone_no_answer"),
        ("3", true, "phone_no_answer"),
        ("5", false, "phone_busy"),
        ("8", false, "pbx_congestion"),
    ] {
        let mut desk = Desk::new("PJSIP/{extension}");
        desk.asks(call("200"));
        if rang {
            desk.hears(&format!("Event: Newstate | ChannelState: 5 | {OURS}"));
        }
        assert!(desk.hears(&given_up(reason)).is_empty());
        assert!(desk.after(CAUSE_WITHIN / 2).is_empty(), "the cause may follow");
        assert_eq!(code(&desk.after(CAUSE_WITHIN / 2)), expected, "{reason}");
        assert!(desk.orders.open.is_empty() && desk.hangs_up().is_empty());
    }
}

#[test]
fn what_we_ended_ourselves_did_not_fail() {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.asks(call("200"));
    desk.hears(&format!("Event: Newstate | ChannelState: 5 | {OURS}"));
    desk.ends("p1");
    assert_eq!(desk.hangs_up(), ["PJSIP/104-09"]);
    assert!(desk.hears(&given_up("3")).is_empty());
    assert_eq!(desk.after(CAUSE_WITHIN), [Step::Over]);
}
