//! Whether queues are to call this agent.

use super::*;
use crate::wire::Presence;

fn away(reason: &str) -> String {
    format!(r#"{{"type":"set_presence","state":"away","reason":"{reason}"}}"#)
}

const BACK: &str = r#"{"type":"set_presence","state":"available"}"#;

fn presence(kit: &Kit) -> Presence {
    kit.desk.snapshot().presence
}

/// `Away (lunch), told`.
fn shown(kit: &Kit) -> String {
    let Presence { state, reason, told, .. } = presence(kit);
    let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{state:?}{reason}{}", if told { ", told" } else { "" })
}

/// The PBX tells how this agent stands in its queue.
fn member(kit: &mut Kit, paused: Option<&str>) {
    kit.input(Input::Floor(FloorEvent::Member {
        queue: "sales".into(),
        extension: "201".into(),
        name: None,
        paused: paused.map(str::to_owned),
    }));
}

fn last(kit: &Kit) -> Asked {
    Asked { id: kit.orders.last().expect("the PBX is told").id.clone(), token: String::new() }
}

#[test]
fn the_pbx_is_told_with_the_reason_and_says_that_it_knows() {
    let mut kit = supervisor();
    kit.asks(&away("  lunch "));
    let order = last(&kit);
    assert_eq!(ordered(&mut kit), [r#"p1 pause 201 Some("lunch")"#]);
    assert_eq!(shown(&kit), "Away (lunch)");
    assert_eq!(presence(&kit).since, Some(kit.now.wall.to_string()));
    step(&mut kit, &order, Step::Done);
    assert_eq!(shown(&kit), "Away (lunch), told");
    kit.asks(r#"{"type":"set_presence","state":"available","reason":"of no account"}"#);
    let order = last(&kit);
    assert_eq!((ordered(&mut kit), shown(&kit)), (vec!["p2 pause 201 None".to_owned()], "Available".to_owned()));
    step(&mut kit, &order, Step::Done);
    assert_eq!(shown(&kit), "Available, told");
}

#[test]
fn without_a_reason_it_is_empty_and_with_a_bad_one_refused() {
    let mut kit = supervisor();
    kit.asks(r#"{"type":"set_presence","state":"away"}"#);
    assert_eq!(ordered(&mut kit), [r#"p1 pause 201 Some("")"#]);
    for reason in ["two\\nlines", "a\\u202etrick", &"x".repeat(65)] {
        assert_eq!(kit.is_refused(&away(reason)), (400, "bad_reason".into()), "{reason}");
    }
}

#[test]
fn a_pbx_that_does_not_do_it_is_told_of_by_its_sentence() {
    let mut kit = supervisor();
    kit.asks(&away("lunch"));
    let order = last(&kit);
    fails(&mut kit, &order, "pbx_refused");
    assert_eq!(shown(&kit), "Away (lunch)", "they are away all the same, and the PBX does not know");
    assert_eq!(notices(&kit.changes), ["pbx_refused"]);
    step(&mut kit, &order, Step::Done);
    assert_eq!(shown(&kit), "Away (lunch)", "nothing follows a failure");
}

#[test]
fn only_the_last_wish_is_listened_for() {
    let mut kit = supervisor();
    kit.asks(&away("lunch"));
    let first = last(&kit);
    kit.asks(BACK);
    step(&mut kit, &first, Step::Done);
    assert_eq!(shown(&kit), "Available", "what was told is not what is wanted");
    fails(&mut kit, &first, "pbx_refused");
    assert!(notices(&kit.changes).is_empty());
}

#[test]
fn a_dial_code_tells_the_pbx_out_of_sight() {
    let mut kit = by_codes();
    kit.asks(&away("lunch"));
    assert_eq!(said(&mut kit), ["dial *46 apart"]);
    kit.hear(Event::Answered(CallId(1)));
    assert_eq!((shown(&kit).as_str(), kit.desk.snapshot().calls.len()), ("Away (lunch), told", 0));
    kit.pass(3 * SECOND);
    assert_eq!(said(&mut kit), ["hang up c1"], "it had time to be carried out");
    kit.ends(1, Reason::HungUp);
    kit.asks(BACK);
    assert_eq!(said(&mut kit), ["dial *47 apart"]);
    kit.hear(Event::Answered(CallId(3)));
    kit.ends(3, Reason::RemoteHungUp);
    assert_eq!(shown(&kit), "Available, told");
    assert!(notices(&kit.changes).is_empty() && kit.desk.snapshot().history.is_empty());
}

#[test]
fn a_dial_code_that_is_refused_or_silent_says_so() {
    let mut refused = by_codes();
    refused.asks(&away("lunch"));
    refused.ends(1, Reason::NotFound);
    assert_eq!((shown(&refused).as_str(), notices(&refused.changes)), ("Away (lunch)", vec!["presence_not_told"]));
    let mut silent = by_codes();
    silent.asks(&away("lunch"));
    silent.take_commands();
    silent.pass(10 * SECOND);
    assert_eq!(said(&mut silent), ["hang up c1"]);
    silent.ends(1, Reason::HungUp);
    assert_eq!((shown(&silent).as_str(), notices(&silent.changes)), ("Away (lunch)", vec!["presence_not_told"]));
}

#[test]
fn a_second_code_ends_the_first() {
    let mut kit = by_codes();
    kit.asks(&away("lunch"));
    kit.asks(BACK);
    assert_eq!(said(&mut kit), ["dial *46 apart", "dial *47 apart", "hang up c1"]);
    kit.ends(1, Reason::HungUp);
    kit.hear(Event::Answered(CallId(3)));
    assert_eq!(shown(&kit), "Available, told");
    assert!(notices(&kit.changes).is_empty());
}

#[test]
fn without_a_pbx_it_is_kept_here() {
    let mut kit = ruled(SupervisionRules::default());
    kit.asks(&away("lunch"));
    assert_eq!(shown(&kit), "Away (lunch)");
    assert!(kit.orders.is_empty() && said(&mut kit).is_empty());
}

#[test]
fn what_the_pbx_says_is_so_whoever_did_it() {
    let mut kit = supervisor();
    floor(&mut kit, &[("201", DeviceState::Free)]);
    member(&mut kit, None);
    assert_eq!(shown(&kit), "Available");
    member(&mut kit, Some("meeting"));
    assert_eq!(shown(&kit), "Away (meeting), told");
    member(&mut kit, None);
    assert_eq!(shown(&kit), "Available, told");
}

#[test]
fn a_reconnect_changes_nothing_that_is_so_still_and_tells_nothing_twice() {
    let mut kit = supervisor();
    floor(&mut kit, &[("201", DeviceState::Free)]);
    member(&mut kit, None);
    kit.asks(&away("lunch"));
    let order = last(&kit);
    step(&mut kit, &order, Step::Done);
    member(&mut kit, Some("lunch"));
    let before = presence(&kit);
    assert_eq!(shown(&kit), "Away (lunch), told");
    kit.orders.clear();
    kit.pass(60 * SECOND);
    kit.input(Input::Floor(FloorEvent::Lost));
    kit.input(Input::Manager(Some("it restarts".into())));
    assert_eq!(presence(&kit), before);
    kit.input(Input::Manager(None));
    kit.input(Input::Floor(FloorEvent::Listing));
    device(&mut kit, "201", DeviceState::Free);
    member(&mut kit, Some("lunch"));
    kit.input(Input::Floor(FloorEvent::Listed));
    assert_eq!(presence(&kit), before);
    assert!(kit.orders.is_empty() && notices(&kit.changes).is_empty());
}
