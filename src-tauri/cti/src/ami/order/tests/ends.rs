//! How orders end.

use super::*;

#[test]
fn an_order_is_ended_by_its_channel() {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.others();
    desk.asks(spy(Mode::Spy));
    desk.hears(&format!("Event: Newstate | ChannelState: 6 | {OURS}"));
    let lines = desk.asks(Wish::End { order: "p1".into() });
    assert!(lines.contains(&"Channel: PJSIP/104-09".to_owned()), "{lines:?}");
    assert_eq!(desk.hears(&format!("Event: Hangup | Cause: 16 | {OURS}")), [Step::Over]);
}

#[test]
fn an_order_that_was_to_end_before_it_had_a_channel_ends_once_it_has_one() {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.others();
    desk.asks(spy(Mode::Spy));
    let id = desk.orders.open[0].id.clone();
    desk.orders.give(Order { id: "x".into(), wish: Wish::End { order: id } }, &desk.calls, &desk.floor, desk.now);
    assert!(desk.orders.take_actions().is_empty(), "there is nothing to hang up yet");
    desk.hears(&format!("Event: Newchannel | ChannelState: 0 | {OURS}"));
    let actions = desk.orders.take_actions();
    let [(_, action)] = actions.as_slice() else { panic!("{actions:?}") };
    let text = String::from_utf8(action.encode("a").expect("it can be written")).expect("text");
    assert!(text.contains("Action: Hangup") && text.contains("Channel: PJSIP/104-09"), "{text}");
    assert_eq!(desk.hears(&format!("Event: Hangup | Cause: 16 | {OURS}")), [Step::Over]);
}

#[test]
fn no_more_are_open_than_anybody_asks_for() {
    let mut desk = Desk::new("PJSIP/{extension}");
    for _ in 0..MAX_OPEN {
        assert!(!desk.asks(call("200")).is_empty());
    }
    assert!(desk.asks(call("200")).is_empty());
    assert_eq!(code(&desk.told()), "pbx_refused");
    assert!(!desk.after(Duration::from_secs(60)).is_empty());
    assert!(!desk.asks(call("200")).is_empty(), "what nothing came of makes room");
}

#[test]
fn a_recording_that_is_not_there_ends_at_once() {
    let play = || Wish::Play { recording: "a.wav".into(), on: device() };
    let up = format!("Event: Newstate | ChannelState: 6 | {OURS}");
    let down = format!("Event: Hangup | Cause: 16 | {OURS}");
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.asks(play());
    desk.hears(&up);
    assert_eq!(code(&desk.hears(&down)), "recording_missing");
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.asks(play());
    desk.hears(&up);
    assert_eq!(desk.after(PLAYS_AFTER), [Step::Done]);
    assert_eq!(desk.hears(&down), [Step::Over]);
}

#[test]
fn a_short_recording_has_played() {
    let play = || Wish::Play { recording: "a.wav".into(), on: device() };
    let up = format!("Event: Newstate | ChannelState: 6 | {OURS}");
    for (time, cause, played) in
        [(PLAYS_AT_LEAST, "16", true), (PLAYS_AT_LEAST / 2, "16", false), (PLAYS_AT_LEAST, "38", false)]
    {
        let mut desk = Desk::new("PJSIP/{extension}");
        desk.asks(play());
        desk.hears(&up);
        assert!(desk.after(time).is_empty());
        let told = desk.hears(&format!("Event: Hangup | Cause: {cause} | {OURS}"));
        match played {
            true => assert_eq!(told, [Step::Done, Step::Over]),
            false => assert_eq!(code(&told), "recording_missing", "{time:?} {cause}"),
        }
    }
}

#[test]
fn a_trunk_that_is_dead_is_no_telephone_that_is_off() {
    let outside = || {
        Wish::Originate(Box::new(Originate {
            first: First::Outside { number: "74952293042".into(), trunk: None },
            then: Then::Exten { context: None, exten: "104".into(), priority: None },
            timeout: None,
            caller_id: None,
            variables: vec![],
            account: None,
        }))
    };
    for (cause, expected) in [
        ("3", "trunk_down"),
        ("20", "trunk_down"),
        ("27", "trunk_down"),
        ("17", "phone_busy"),
        ("34", "pbx_congestion"),
    ] {
        let mut desk = Desk::new("PJSIP/{extension}");
        desk.asks(outside());
        assert_eq!(code(&desk.hears(&format!("Event: Hangup | Cause: {cause} | {OURS}"))), expected);
    }
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.asks(outside());
    desk.hears("Event: OriginateResponse | Response: Failure | ActionID: a1 | Reason: 0 | Uniqueid: <unknown>");
    assert_eq!(code(&desk.after(CAUSE_WITHIN)), "trunk_down", "it had no channel at all");
}

#[test]
fn whoever_may_not_hang_up_is_told_that_it_goes_on() {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.others();
    desk.asks(spy(Mode::Spy));
    desk.hears(&format!("Event: Newstate | ChannelState: 6 | {OURS}"));
    desk.ends("p1");
    assert_eq!(desk.hangs_up(), ["PJSIP/104-09"]);
    let told = desk.hears("Response: Error | ActionID: h1 | Message: Permission denied");
    assert_eq!(code(&told), "hang_up_forbidden");
    assert_eq!(
        desk.hears("Event: ChanSpyStart | SpyerUniqueid: r-7-1 | SpyerChannel: PJSIP/104-09"),
        [Step::Done],
        "it is known still"
    );
    assert_eq!(desk.hears(&format!("Event: Hangup | Cause: 16 | {OURS}")), [Step::Over]);
}

#[test]
fn a_channel_that_is_gone_already_need_not_be_hung_up() {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.asks(call("200"));
    desk.hears(&format!("Event: Newstate | ChannelState: 5 | {OURS}"));
    desk.ends("p1");
    desk.hangs_up();
    assert!(desk.hears("Response: Error | ActionID: h1 | Message: No such channel").is_empty());
    assert_eq!(desk.hears(&format!("Event: Hangup | Cause: 16 | {OURS}")), [Step::Over]);
}

#[test]
fn what_was_given_up_is_hung_up_when_it_shows_after_all() {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.asks(call("200"));
    assert_eq!(code(&desk.after(Duration::from_secs(30))), "pbx_silent");
    assert!(desk.hears(&format!("Event: Newchannel | ChannelState: 0 | {OURS}")).is_empty());
    assert_eq!(desk.hangs_up(), ["PJSIP/104-09"]);
    assert!(desk.hears(&format!("Event: Hangup | Cause: 16 | {OURS}")).is_empty(), "all was told");
    assert!(desk.orders.open.is_empty());

    desk.asks(call("200"));
    desk.after(Duration::from_secs(30));
    assert!(desk.after(LINGERS).is_empty() && desk.orders.open.is_empty(), "and is forgotten in time");
}
