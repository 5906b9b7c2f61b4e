//! The connection to the PBX is lost, and is there again: what holds stays, and what is gone goes.

use super::*;

/// 102 talks to Anna, 103 is paused, and somebody waits.
fn busy_floor() -> Kit {
    let mut kit = Kit::staffed(&["102", "103", "104"]);
    let a = ami("A", "102");
    kit.hears([a.rings(ANNA), a.answers()]);
    kit.floor_hears([device("102", DeviceState::Busy), member("sales", "102", None)]);
    kit.floor_hears([member("sales", "103", Some("lunch")), member("help", "104", None)]);
    kit.floor_hears([waits("sales", "W1", "78120000001"), waits("sales", "W2", "78120000002")]);
    kit.wait(30);
    kit.changed();
    kit
}

fn lost(kit: &mut Kit) {
    kit.floor_hears([FloorEvent::Lost]);
    kit.input(Input::Manager(Some("connection refused".into())));
}

#[test]
fn a_floor_that_is_not_live_says_why_and_keeps_what_it_knew() {
    let mut kit = busy_floor();
    let before = kit.agents();
    assert!(kit.floor_state().live);
    lost(&mut kit);
    let FloorState { sources, live, trouble } = kit.floor_state();
    assert_eq!((sources, live), (vec!["ami".to_owned()], false));
    let trouble = trouble.expect("a reason");
    assert_eq!(trouble.code, "floor_not_live");
    assert!(trouble.detail.contains("connection refused"), "{}", trouble.detail);
    kit.wait(60);
    assert_eq!(kit.agents(), before, "what is shown may still hold");
    assert!(kit.changed().iter().all(|changed| changed.starts_with("floor")));
}

#[test]
fn the_same_again_changes_nothing_but_that_it_is_live() {
    let mut kit = busy_floor();
    let (agents, queues) = (kit.agents(), kit.desk.snapshot().queues);
    lost(&mut kit);
    kit.wait(60);
    kit.changed();
    kit.input(Input::Manager(None));
    assert!(!kit.floor_state().live, "until everything is listed");
    let waited = |call_id: &str, number: &str| FloorEvent::Waits {
        queue: "sales".into(),
        call_id: call_id.into(),
        number: number.into(),
        name: None,
        waited_ms: 91_000,
    };
    kit.floor_hears([FloorEvent::Listing]);
    kit.floor_hears([device("102", DeviceState::Busy), device("103", DeviceState::Free)]);
    kit.floor_hears([device("104", DeviceState::Free), member("sales", "102", None)]);
    kit.floor_hears([member("sales", "103", Some("lunch")), member("help", "104", None)]);
    kit.floor_hears([waited("W1", "78120000001"), waited("W2", "78120000002")]);
    kit.hears([ami("A", "102").rings(ANNA), ami("A", "102").answers()]);
    assert!(kit.changed().is_empty());
    kit.floor_hears([FloorEvent::Listed]);
    assert_eq!(kit.changed(), ["floor true"]);
    assert_eq!((kit.agents(), kit.desk.snapshot().queues), (agents, queues), "and the times are the same");
}

#[test]
fn what_is_gone_by_then_is_not_shown_any_more() {
    let mut kit = busy_floor();
    lost(&mut kit);
    kit.wait(60);
    kit.input(Input::Manager(None));
    kit.floor_hears([FloorEvent::Listing]);
    kit.hears([ami("A", "102").ends()]);
    kit.floor_hears([device("102", DeviceState::Free), device("103", DeviceState::Free)]);
    kit.floor_hears([member("sales", "102", None), waits("sales", "W2", "78120000002")]);
    kit.floor_hears([FloorEvent::Listed]);
    assert_eq!(kit.stands("102"), (AgentState::Free, String::new()));
    assert_eq!(kit.agent("102").since, None, "nobody saw the end of the call");
    assert_eq!((kit.agent("103").queues.len(), kit.agent("103").paused), (0, None));
    assert!(kit.agents().iter().all(|agent| agent.extension != "104"), "nothing is known of them now");
    assert_eq!(kit.waiting("sales"), ["78120000002"]);
    let sales = kit.queue("sales");
    assert_eq!((sales.members, sales.free, sales.abandoned), (1, 1, 0), "nobody saw anybody give up");
    let queues = kit.desk.snapshot().queues;
    assert!(queues.iter().all(|queue| queue.name != "help"), "a queue that was not listed is no more");
    assert!(kit.floor_state().live && kit.floor_state().trouble.is_none());
}

#[test]
fn what_began_while_nobody_looked_began_at_an_unknown_time() {
    let mut kit = busy_floor();
    kit.hears([ami("A", "102").ends()]);
    kit.floor_hears([device("102", DeviceState::Free)]);
    lost(&mut kit);
    kit.wait(60);
    let states = [
        (device("102", DeviceState::Busy), AgentState::Talking),
        (device("103", DeviceState::Unregistered), AgentState::NotRegistered),
        (device("104", DeviceState::Ringing), AgentState::Ringing),
    ];
    kit.listing(states.iter().map(|(event, _)| event.clone()));
    for (extension, (_, state)) in ["102", "103", "104"].iter().zip(states) {
        let agent = kit.agent(extension);
        assert_eq!((agent.state, agent.since), (state, None), "{extension}");
    }
    kit.floor_hears([device("102", DeviceState::Free)]);
    assert!(kit.is_since_now("102"), "this was seen");
    lost(&mut kit);
    kit.wait(60);
    kit.listing([device("102", DeviceState::OnHold)]);
    kit.hears([ami("B", "102").of("D").answers()]);
    assert_eq!((kit.agent("102").state, kit.agent("102").since), (AgentState::OnHold, None));
    lost(&mut kit);
    kit.wait(60);
    kit.input(Input::Manager(None));
    kit.floor_hears([FloorEvent::Listing, device("102", DeviceState::Free)]);
    kit.hears([ami("B", "102").of("D").ends()]);
    kit.floor_hears([FloorEvent::Listed]);
    assert_eq!((kit.agent("102").state, kit.agent("102").since), (AgentState::Free, None));
}

#[test]
fn a_call_that_is_listed_began_at_an_unknown_time() {
    let mut kit = Kit::floor();
    kit.input(Input::Manager(None));
    kit.floor_hears([FloorEvent::Listing]);
    let (a, b) = (ami("A", "102"), hook("B", "103"));
    kit.hears([a.rings(ANNA), a.answers(), b.rings(ANNA), b.answers()]);
    assert_eq!((kit.stands("102").0, kit.agent("102").since), (AgentState::Talking, None));
    assert!(kit.is_since_now("103"), "what is told beside the list happens now");
    kit.floor_hears([FloorEvent::Listed]);
    kit.hears([a.ends()]);
    assert!(kit.is_since_now("102"));
}

#[test]
fn a_connection_that_breaks_while_it_lists_has_listed_nothing() {
    let mut kit = busy_floor();
    let before = kit.agents();
    lost(&mut kit);
    kit.input(Input::Manager(None));
    kit.floor_hears([FloorEvent::Listing, device("102", DeviceState::Busy), FloorEvent::Lost, FloorEvent::Listed]);
    assert_eq!((kit.agents(), kit.floor_state().live), (before, false));
    assert_eq!(kit.queue("sales").members, 2);
    kit.floor_hears([FloorEvent::Listed]);
    assert!(!kit.floor_state().live, "nothing was listed");
}

#[test]
fn a_pbx_that_was_never_reached_is_no_source_and_says_so() {
    let mut kit = Kit::floor();
    assert_eq!(kit.floor_state(), FloorState::default());
    kit.input(Input::Manager(Some("connection refused\u{7}".into())));
    let FloorState { sources, live, trouble } = kit.floor_state();
    assert!(sources.is_empty() && !live);
    let detail = trouble.expect("a reason").detail;
    assert!(detail.contains("refused") && !detail.contains('\u{7}'), "{detail}");
    kit.listing([device("102", DeviceState::Free)]);
    assert_eq!(kit.floor_state(), FloorState { sources: vec!["ami".into()], live: true, trouble: None });
}

#[test]
fn calls_are_not_doubted_while_nobody_tells() {
    let mut kit = Kit::staffed(&["102"]);
    let a = hook("A", "102");
    kit.hears([a.rings(ANNA), a.answers()]);
    lost(&mut kit);
    kit.wait(60);
    assert_eq!(kit.stands("102").0, AgentState::Talking, "its telephone was free when it was heard of last");
    kit.listing([device("102", DeviceState::Free)]);
    kit.wait(11);
    assert_eq!(kit.stands("102").0, AgentState::Free);
}
