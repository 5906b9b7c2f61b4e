//! A call that rings elsewhere is taken; a recording is heard.

use super::*;
use crate::wire::{PbxOrder, PbxOrderState};

const PICK_UP: &str = r#"{"type":"pick_up","extension":"103"}"#;
const PLAY: &str = r#"{"type":"play_recording","recording":"2026/11/q-77.wav"}"#;

fn asks(kit: &mut Kit, intent: &str) -> Asked {
    let done = kit.ask(intent).expect("this must be possible");
    let order = last_order(kit);
    assert_eq!(done.order.as_deref(), Some(order.id.as_str()));
    order
}

fn only(kit: &Kit) -> PbxOrder {
    let mut orders = kit.desk.snapshot().orders;
    assert_eq!(orders.len(), 1, "{orders:?}");
    orders.remove(0)
}

/// `Failed: phone_busy`, of the only one.
fn stands(kit: &Kit) -> String {
    let order = only(kit);
    format!("{:?}{}", order.state, order.trouble.map(|trouble| format!(": {}", trouble.code)).unwrap_or_default())
}

#[test]
fn a_call_that_was_picked_up_becomes_the_agents() {
    let mut kit = supervisor();
    let order = asks(&mut kit, PICK_UP);
    assert_eq!(ordered(&mut kit), ["p1 pick up 103 on 201"]);
    assert_eq!(stands(&kit), "Asked");
    rings(&mut kit, 2, &order);
    assert_eq!(
        (stands(&kit).as_str(), said(&mut kit)),
        ("Connecting", vec!["tone AutoAnswered".into(), "answer c2".into()])
    );
    kit.hear(Event::Answered(CallId(2)));
    assert!(kit.desk.snapshot().cards.is_empty(), "it may come to nothing yet");
    step(&mut kit, &order, Step::Up);
    step(&mut kit, &order, Step::Done);
    assert_eq!((stands(&kit).as_str(), only(&kit).call.as_deref()), ("Done", Some("c2")));
    kit.asks(r#"{"type":"hold","call":"c2"}"#);
    kit.holds(2, true);
    kit.ends(2, Reason::HungUp);
    assert!(kit.desk.snapshot().orders.is_empty());
    assert_eq!(kit.desk.snapshot().history.len(), 1);
}

#[test]
fn whoever_is_picked_up_does_not_hear_the_call_before() {
    let mut kit = supervisor();
    kit.up(2);
    kit.take_commands();
    let order = asks(&mut kit, PICK_UP);
    assert!(said(&mut kit).is_empty(), "nothing has come of it yet");
    rings(&mut kit, 4, &order);
    assert_eq!(said(&mut kit), ["hold c2", "tone AutoAnswered", "answer c4"], "held before the answer");
}

#[test]
fn each_failure_says_its_sentence_and_leaves_by_itself() {
    for (intent, code) in [(PICK_UP, "nothing_to_pick_up"), (PLAY, "recording_missing"), (PLAY, "pbx_unreachable")] {
        let mut kit = supervisor();
        let order = asks(&mut kit, intent);
        rings(&mut kit, 2, &order);
        kit.hear(Event::Answered(CallId(2)));
        kit.take_commands();
        fails(&mut kit, &order, code);
        assert_eq!((stands(&kit), said(&mut kit)), (format!("Failed: {code}"), vec!["hang up c2".to_owned()]));
        kit.ends(2, Reason::HungUp);
        assert_eq!(stands(&kit), format!("Failed: {code}"), "the first word counts");
        kit.pass(31 * SECOND);
        assert!(kit.desk.snapshot().orders.is_empty());
        assert!(kit.desk.snapshot().history.is_empty(), "it was no call of the agent's");
    }
}

#[test]
fn an_end_without_a_word_has_a_sentence_too() {
    for (intent, code) in [(PICK_UP, "not_picked_up"), (PLAY, "not_played")] {
        let mut kit = supervisor();
        let order = asks(&mut kit, intent);
        rings(&mut kit, 2, &order);
        kit.ends(2, Reason::RemoteHungUp);
        assert_eq!(stands(&kit), format!("Failed: {code}"));
        fails(&mut kit, &order, "phone_no_answer");
        assert_eq!(stands(&kit), "Failed: phone_no_answer", "the PBX knows better");
    }
}

#[test]
fn a_silent_pbx_is_waited_for_twenty_seconds_and_its_call_comes_too_late() {
    let mut kit = supervisor();
    let order = asks(&mut kit, PLAY);
    kit.pass(20 * SECOND);
    assert_eq!(stands(&kit), "Failed: pbx_silent");
    assert_eq!(ordered(&mut kit), ["p1 play 2026/11/q-77.wav on 201", "end p1"]);
    rings(&mut kit, 2, &order);
    assert_eq!(said(&mut kit), ["decline c2 480"]);
    kit.pass(31 * SECOND);
    rings(&mut kit, 4, &order);
    assert_eq!(said(&mut kit), ["decline c4 480"]);
}

#[test]
fn a_pbx_that_does_not_say_so_may_have_done_it() {
    let mut kit = supervisor();
    let order = asks(&mut kit, PICK_UP);
    rings(&mut kit, 2, &order);
    kit.hear(Event::Answered(CallId(2)));
    kit.take_commands();
    kit.pass(21 * SECOND);
    assert_eq!((stands(&kit).as_str(), said(&mut kit).len()), ("Done", 0), "it is heard");
}

#[test]
fn whoever_may_have_been_picked_up_is_not_hung_up_on_for_want_of_a_word() {
    for code in ["pbx_silent", "pbx_connection_lost"] {
        let mut kit = supervisor();
        let order = asks(&mut kit, PICK_UP);
        rings(&mut kit, 2, &order);
        kit.hear(Event::Answered(CallId(2)));
        kit.take_commands();
        fails(&mut kit, &order, code);
        assert_eq!((stands(&kit).as_str(), said(&mut kit).len()), ("Done", 0), "{code}");
        kit.ends(2, Reason::HungUp);
        assert_eq!(kit.desk.snapshot().history.len(), 1, "it was the agent's");
        // And one that has not been answered yet came to nothing.
        let order = asks(&mut kit, PICK_UP);
        rings(&mut kit, 4, &order);
        kit.take_commands();
        fails(&mut kit, &order, code);
        assert_eq!((stands(&kit), said(&mut kit)), (format!("Failed: {code}"), vec!["hang up c4".to_owned()]));
    }
}

#[test]
fn hanging_up_before_anything_is_heard_is_no_failure_and_keeps_nobody_awake() {
    let mut kit = supervisor();
    let order = asks(&mut kit, PLAY);
    rings(&mut kit, 2, &order);
    kit.asks(r#"{"type":"hang_up","call":"c2"}"#);
    assert!(kit.desk.snapshot().orders.is_empty());
    kit.pass(60 * SECOND);
    assert_eq!(kit.desk.wake(), None, "the end of a call is the telephone's affair");
    kit.ends(2, Reason::HungUp);
    step(&mut kit, &order, Step::Over);
    assert!(kit.desk.snapshot().orders.is_empty());
}

#[test]
fn a_recording_hears_nobody_and_another_one_takes_its_place() {
    let mut kit = supervisor();
    let first = asks(&mut kit, PLAY);
    rings(&mut kit, 2, &first);
    assert_eq!(said(&mut kit), ["shut c2", "tone AutoAnswered", "answer c2"]);
    kit.hear(Event::Answered(CallId(2)));
    step(&mut kit, &first, Step::Done);
    assert_eq!((stands(&kit).as_str(), calls(&kit)), ("Done", vec!["c2".to_owned()]));
    let second = asks(&mut kit, r#"{"type":"play_recording","recording":"q-78"}"#);
    assert_eq!(said(&mut kit), ["hang up c2"], "one voice at a time");
    kit.ends(2, Reason::HungUp);
    rings(&mut kit, 4, &second);
    assert_eq!(only(&kit).call.as_deref(), Some("c4"));
    let same = kit.ask(r#"{"type":"play_recording","recording":"q-78"}"#).expect("it is on its way");
    assert_eq!(same.order.as_deref(), Some(second.id.as_str()), "a second click is the same wish");
}

#[test]
fn what_the_window_says_is_looked_at() {
    let mut kit = supervisor();
    for recording in ["", "../secret", "a..b", "a b", "a,b", "\u{661}", &"x".repeat(256)] {
        let intent = format!(r#"{{"type":"play_recording","recording":"{recording}"}}"#);
        assert_eq!(kit.is_refused(&intent), (400, "bad_recording".into()), "{recording}");
    }
    for extension in ["1 3", "10-1", "+101"] {
        let intent = format!(r#"{{"type":"pick_up","extension":"{extension}"}}"#);
        assert_eq!(kit.is_refused(&intent), (400, "bad_extension".into()), "{extension}");
    }
    kit.rings_in(2);
    kit.take_commands();
    assert_eq!(kit.is_refused(r#"{"type":"pick_up","extension":"201"}"#), (409, "rings_here".into()));
}

#[test]
fn only_where_something_may_ring_a_call_is_taken() {
    let mut kit = supervisor();
    floor(&mut kit, &[("103", DeviceState::Free), ("104", DeviceState::Ringing), ("105", DeviceState::Busy)]);
    assert_eq!(kit.is_refused(PICK_UP), (409, "nothing_to_pick_up".into()));
    for extension in ["104", "105", "106"] {
        let done = kit.ask(&format!(r#"{{"type":"pick_up","extension":"{extension}"}}"#)).expect("the PBX knows");
        assert!(done.order.is_some(), "{extension}");
    }
}

#[test]
fn wishes_without_end_are_bounded() {
    let mut kit = supervisor();
    let made = (100..150).filter(|no| kit.ask(&format!(r#"{{"type":"pick_up","extension":"{no}"}}"#)).is_ok()).count();
    assert_eq!(made, 4);
    for _ in 0..60 {
        for order in std::mem::take(&mut kit.orders) {
            fails(&mut kit, &Asked { id: order.id, token: String::new() }, "phone_busy");
        }
        let _ = kit.ask(PICK_UP);
    }
    assert_eq!(kit.desk.snapshot().orders.len(), 16);
    kit.pass(60 * SECOND);
    assert!(kit.desk.snapshot().orders.is_empty() && kit.desk.wake().is_none());
}

#[test]
fn on_another_telephone_its_end_is_what_the_pbx_says() {
    let desk_phone = Some("901".to_owned());
    let mut kit = ruled(SupervisionRules { orders: OrdersBy::Manager, desk_phone, ..SupervisionRules::default() });
    for (step_at_the_end, is_shown) in
        [(Step::Over, false), (Step::Failed { code: "x".into(), detail: "y".into() }, false)]
    {
        let order = asks(&mut kit, PICK_UP);
        step(&mut kit, &order, Step::Done);
        assert_eq!(only(&kit).state, PbxOrderState::Done);
        step(&mut kit, &order, step_at_the_end);
        assert_eq!(!kit.desk.snapshot().orders.is_empty(), is_shown);
    }
}
