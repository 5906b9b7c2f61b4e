//! An Asterisk before 12, whose channels take no id of ours.

use super::*;

const THEIRS: &str = "Channel: SIP/104-0000003d | Uniqueid: askozia-1438348824.147";

/// The first party has answered, whom nothing of before was known of.
fn answered(wish: Wish) -> Desk {
    let mut desk = Desk::new("SIP/{extension}");
    desk.others();
    desk.asks(wish);
    assert_eq!(desk.hears("Response: Success | ActionID: a1"), [Step::Accepted]);
    assert!(desk.hears(&format!("Event: Newchannel | ChannelState: 0 | {THEIRS}")).is_empty());
    assert!(desk.hears(&format!("Event: Newstate | ChannelState: 6 | {THEIRS}")).is_empty());
    let told =
        desk.hears(&format!("Event: OriginateResponse | Response: Success | ActionID: a1 | Reason: 4 | {THEIRS}"));
    assert_eq!(told, [Step::Up]);
    desk
}

#[test]
fn an_order_ends_with_the_channel_that_it_was_told() {
    let mut desk = answered(call("200"));
    assert_eq!(desk.hears(&format!("Event: Hangup | Cause: 16 | {THEIRS}")), [Step::Over]);
    assert!(desk.orders.open.is_empty());
    let mut desk = answered(call("200"));
    assert_eq!(code(&desk.hears(&format!("Event: Hangup | Cause: 17 | {THEIRS}"))), "far_busy");
}

#[test]
fn whoever_listens_can_be_stopped() {
    let mut desk = answered(spy(Mode::Spy));
    let started = "Event: ChanSpyStart | SpyerChannel: SIP/104-0000003d | SpyeeChannel: SIP/105-0000003b";
    assert_eq!(desk.hears(started), [Step::Done]);
    desk.ends("p1");
    assert_eq!(desk.hangs_up(), ["SIP/104-0000003d"]);
    assert_eq!(desk.hears(&format!("Event: Hangup | Cause: 16 | {THEIRS}")), [Step::Over]);
}

#[test]
fn a_stop_waits_for_the_channel_to_be_known() {
    let mut desk = Desk::new("SIP/{extension}");
    desk.others();
    desk.asks(spy(Mode::Spy));
    desk.hears("Response: Success | ActionID: a1");
    desk.ends("p1");
    assert!(desk.hangs_up().is_empty());
    desk.hears(&format!("Event: OriginateResponse | Response: Success | ActionID: a1 | Reason: 4 | {THEIRS}"));
    assert_eq!(desk.hangs_up(), ["SIP/104-0000003d"]);
}

#[test]
fn a_customer_who_was_picked_up_without_a_word_is_not_hung_up() {
    let mut desk = answered(Wish::PickUp { extension: "106".into(), on: device() });
    assert_eq!(desk.after(PROOF_WITHIN), [Step::Done], "with nothing to pick up the PBX would have hung up");
    assert!(desk.hangs_up().is_empty() && desk.after(PROOF_WITHIN * 10).is_empty());
    let mut desk = answered(Wish::PickUp { extension: "106".into(), on: device() });
    assert_eq!(code(&desk.hears(&format!("Event: Hangup | Cause: 16 | {THEIRS}"))), "nothing_to_pick_up");
}

#[test]
fn one_that_fails_has_no_channel_and_only_a_reason() {
    for (reason, expected) in [("1", "phone_no_answer"), ("8", "pbx_congestion"), ("0", "phone_not_registered")] {
        let mut desk = Desk::new("SIP/{extension}");
        desk.asks(call("200"));
        desk.hears("Response: Success | ActionID: a1");
        for id in ["<null>", "<unknown>"] {
            let told = format!(
                "Event: OriginateResponse | Response: Failure | ActionID: a1 | Reason: {reason} | Uniqueid: {id}"
            );
            assert!(desk.hears(&told).is_empty());
        }
        assert_eq!(code(&desk.after(CAUSE_WITHIN)), expected);
    }
}
