//! What becomes of orders when the connection breaks.

use super::*;

#[test]
fn nothing_is_done_twice_when_the_connection_breaks() {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.asks(call("200"));
    desk.orders.lost();
    assert_eq!(code(&desk.told()), "pbx_connection_lost", "nobody knows whether it was done");
    desk.orders.relist(desk.now);
    desk.asks(call("201"));
    desk.hears("Response: Success | ActionID: a2");
    desk.orders.lost();
    assert!(desk.told().is_empty(), "this one was taken: it goes on without us");
    desk.orders.relist(desk.now);
    assert!(
        desk.hears("Event: CoreShowChannel | Channel: PJSIP/104-0a | Uniqueid: r-7-2 | Linkedid: r-7-2").is_empty()
    );
    assert!(desk.hears("Event: CoreShowChannelsComplete").is_empty(), "it is still there");
    desk.orders.relist(desk.now);
    assert_eq!(code(&desk.hears("Event: CoreShowChannelsComplete")), "pbx_connection_lost");
    assert!(desk.orders.take_actions().is_empty(), "nothing is sent again");
    desk.orders.lost();
    desk.orders.give(Order { id: "p9".into(), wish: call("200") }, &desk.calls, &desk.floor, desk.now);
    assert_eq!(code(&desk.told()), "pbx_unreachable");
}

/// A supervision that goes on.
fn spies() -> Desk {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.others();
    desk.asks(spy(Mode::Spy));
    desk.hears(&format!("Event: Newstate | ChannelState: 6 | {OURS}"));
    desk.hears("Event: ChanSpyStart | SpyerUniqueid: r-7-1 | SpyerChannel: PJSIP/104-09");
    desk
}

const LISTED: &str =
    "Event: CoreShowChannel | ChannelState: 6 | Channel: PJSIP/104-09 | Uniqueid: r-7-1 | Linkedid: r-7-1";
const COMPLETE: &str = "Event: CoreShowChannelsComplete";

#[test]
fn a_stop_that_nobody_was_there_for_is_carried_out_afterwards() {
    let mut desk = spies();
    desk.orders.lost();
    desk.ends("p1");
    assert!(desk.told().is_empty(), "it is kept");
    assert!(desk.is_away_for(Duration::from_secs(5)).is_empty());
    assert!(desk.hangs_up().is_empty(), "the name may be somebody else's by now");
    assert!(
        desk.hears("Event: CoreShowChannel | Channel: PJSIP/104-09 | Uniqueid: other | Linkedid: other").is_empty()
    );
    assert!(desk.hangs_up().is_empty());
    assert!(desk.hears(LISTED).is_empty());
    assert_eq!(desk.hangs_up(), ["PJSIP/104-09"]);
    assert!(desk.hears(COMPLETE).is_empty());
    assert_eq!(desk.hears(&format!("Event: Hangup | Cause: 16 | {OURS}")), [Step::Over]);
}

#[test]
fn a_stop_that_was_on_its_way_is_sent_again() {
    let mut desk = spies();
    desk.ends("p1");
    assert_eq!(desk.hangs_up(), ["PJSIP/104-09"]);
    desk.is_away_for(Duration::from_secs(5));
    desk.hears(LISTED);
    assert_eq!(desk.hangs_up(), ["PJSIP/104-09"]);
    desk.is_away_for(Duration::from_secs(5));
    assert_eq!(desk.hears(COMPLETE), [Step::Over], "it is gone, as it was to be");
}

#[test]
fn without_a_right_to_the_list_a_stop_waits_no_longer_than_one_takes() {
    let mut desk = spies();
    desk.orders.lost();
    desk.ends("p1");
    desk.is_away_for(Duration::from_secs(5));
    assert_eq!(desk.orders.wake(), Some(desk.now + LISTS_WITHIN));
    assert!(desk.after(LISTS_WITHIN).is_empty());
    assert_eq!(desk.hangs_up(), ["PJSIP/104-09"]);
    assert_eq!(desk.hears(COMPLETE), [Step::Over], "it was only late");
}

#[test]
fn what_was_due_meanwhile_is_decided_once_it_is_known_what_lives() {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.others();
    desk.asks(spy(Mode::Spy));
    desk.hears(&format!("Event: Newstate | ChannelState: 6 | {OURS}"));
    assert!(desk.is_away_for(PROOF_WITHIN * 2).is_empty());
    assert!(desk.after(Duration::ZERO).is_empty(), "not before the list");
    desk.hears(LISTED);
    desk.hears(COMPLETE);
    assert_eq!(code(&desk.after(Duration::ZERO)), "nobody_to_listen");
    assert_eq!(desk.hangs_up(), ["PJSIP/104-09"]);
    desk.is_away_for(Duration::from_secs(5));
    assert!(desk.hears(LISTED).is_empty());
    assert_eq!(desk.hangs_up(), ["PJSIP/104-09"], "until it is gone");
    assert!(desk.hears(&format!("Event: Hangup | Cause: 16 | {OURS}")).is_empty(), "all was told");
}

#[test]
fn who_was_got_through_to_meanwhile_is_not_cut_off() {
    let listed = format!("{LISTED} | BridgeId: b-1");
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.asks(call("200"));
    desk.hears(&format!("Event: Newstate | ChannelState: 5 | {OURS}"));
    desk.is_away_for(Duration::from_secs(60));
    assert_eq!(desk.hears(&listed), [Step::Up, Step::Done]);
    assert!(desk.hears(COMPLETE).is_empty() && desk.after(Duration::from_secs(60)).is_empty());
    assert!(desk.hangs_up().is_empty());

    let mut desk = Desk::new("PJSIP/{extension}");
    desk.others();
    desk.asks(Wish::PickUp { extension: "106".into(), on: device() });
    desk.hears(&format!("Event: Newstate | ChannelState: 6 | {OURS}"));
    desk.is_away_for(PROOF_WITHIN * 2);
    assert_eq!(desk.hears(&format!("{LISTED} | BridgedChannel: PJSIP/out-2")), [Step::Done]);
    assert!(desk.after(PROOF_WITHIN).is_empty() && desk.hangs_up().is_empty());
}

#[test]
fn an_answer_of_the_next_connection_is_not_taken_for_one_of_the_last() {
    let mut desk = spies();
    desk.is_away_for(Duration::from_secs(5));
    desk.hears(LISTED);
    desk.hears(COMPLETE);
    assert!(desk.hears("Response: Error | ActionID: a1 | Message: Permission denied").is_empty());
    assert_eq!(desk.hears(&format!("Event: Hangup | Cause: 16 | {OURS}")), [Step::Over]);
}

#[test]
fn what_cannot_be_written_is_told_apart_from_what_nobody_hears() {
    for (why, expected) in [(Unsent::NotUp, "pbx_unreachable"), (Unsent::Unwritable, "bad_value")] {
        let mut desk = Desk::new("PJSIP/{extension}");
        desk.orders.give(Order { id: "p1".into(), wish: call("200") }, &desk.calls, &desk.floor, desk.now);
        desk.orders.sent(Sends::Wish(1), Err(why));
        assert_eq!(code(&desk.told()), expected);
    }
    let settings = OrderSettings::default();
    let mut orders = Orders::new(settings, "r-7".into());
    orders.give(
        Order { id: "p1".into(), wish: call("200") },
        &Calls::new(Naming::default()),
        &Floor::new(Naming::default()),
        Instant::now(),
    );
    assert!(orders.take_actions().is_empty(), "nobody has logged in yet");
    let told = orders.take_told();
    assert!(
        matches!(&told[..], [OrderTold { step: Step::Failed { code, .. }, .. }] if code == "pbx_unreachable"),
        "{told:?}"
    );
}
