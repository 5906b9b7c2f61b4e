//! Calls, as they are seen on the floor.

use super::*;

#[test]
fn a_call_is_seen_from_its_ring_to_its_end() {
    let mut kit = Kit::staffed(&["102", "103"]);
    let a = ami("A", "102");
    kit.hears([a.rings(ANNA)]);
    let rings = kit.agent("102");
    assert_eq!(kit.stands("102"), (AgentState::Ringing, ANNA.into()));
    assert_eq!(rings.direction, Some(crate::wire::Direction::Inbound));
    assert!(kit.is_since_now("102"));
    assert_eq!(kit.changed(), ["102"], "only who it is about");
    kit.floor_hears([device("102", DeviceState::Ringing)]);
    assert!(kit.changed().is_empty(), "that its telephone rings is nothing new");
    kit.wait(5);
    kit.hears([a.answers()]);
    assert_eq!(kit.stands("102"), (AgentState::Talking, ANNA.into()));
    assert!(kit.is_since_now("102"));
    kit.floor_hears([device("102", DeviceState::Busy)]);
    assert_eq!(kit.changed(), ["102"]);
    kit.wait(60);
    kit.hears([a.ends()]);
    assert_eq!(kit.stands("102"), (AgentState::Free, String::new()));
    assert!(kit.is_since_now("102"), "although the telephone is said to be busy for another moment");
    assert_eq!(kit.changed(), ["102"]);
    kit.pass(Duration::from_millis(200));
    kit.floor_hears([device("102", DeviceState::Free)]);
    kit.wait(20);
    assert!(kit.changed().is_empty());
    assert_eq!(kit.stands("103").0, AgentState::Free);
}

#[test]
fn what_is_told_to_the_floor_alone_has_no_card() {
    let mut kit = Kit::staffed(&["101"]);
    let a = ami("A", "101");
    for event in [a.rings(ANNA), a.answers()] {
        kit.input(Input::FloorCall(event));
    }
    assert_eq!(kit.stands("101"), (AgentState::Talking, ANNA.into()));
    assert!(kit.desk.snapshot().cards.is_empty() && kit.written.is_empty());
}

#[test]
fn whoever_calls_dials_until_somebody_answers() {
    let mut kit = Kit::staffed(&["102"]);
    let a = ami("A", "102");
    kit.hears([a.dials(ANNA)]);
    assert_eq!(kit.stands("102"), (AgentState::Dialing, ANNA.into()));
    assert_eq!(kit.agent("102").direction, Some(crate::wire::Direction::Outbound));
    kit.wait(7);
    kit.hears([a.answers()]);
    assert_eq!(kit.stands("102").0, AgentState::Talking);
    assert!(kit.is_since_now("102"), "who waits for an answer does not talk yet");
}

#[test]
fn a_telephone_that_is_not_registered_rings_no_more_and_may_talk_on() {
    let unreachable = |part: Part<'_>| CallEvent { what: cti::What::Unreachable, ..part.idle() };
    let mut kit = Kit::staffed(&["102", "103"]);
    let (rings, talks) = (hook("C/102", "102"), hook("D/103", "103").of("D"));
    kit.hears([rings.rings(ANNA), talks.rings(ANNA), talks.answers(), unreachable(rings), unreachable(talks)]);
    assert_eq!((kit.stands("102").0, kit.stands("103").0), (AgentState::Free, AgentState::Talking));
}

#[test]
fn a_call_out_told_again_and_late_is_over() {
    let mut kit = Kit::staffed(&["102"]);
    let a = hook("C/102", "102");
    kit.hears([a.dials(ANNA), a.answers()]);
    kit.wait(5);
    kit.hears([a.ends()]);
    kit.wait(1);
    kit.hears([a.dials(ANNA), a.answers()]);
    assert_eq!(kit.stands("102").0, AgentState::Free);
}

#[test]
fn the_queue_of_a_call_and_a_colleagues_name_are_shown() {
    let mut kit = Kit::staffed(&["102"]);
    kit.floor_hears([named("103", "Boris")]);
    kit.hears([CallEvent { queue: Some("sales".into()), ..ami("A", "102").rings("103") }]);
    let agent = kit.agent("102");
    assert_eq!(agent.queue.as_deref(), Some("sales"));
    assert_eq!(agent.party.and_then(|party| party.name).as_deref(), Some("Boris"));
}

#[test]
fn a_hold_is_seen_and_so_is_its_end() {
    let mut kit = Kit::staffed(&["102"]);
    let a = ami("A", "102");
    kit.hears([a.rings(ANNA), a.answers()]);
    kit.floor_hears([device("102", DeviceState::Busy)]);
    let talks = kit.agent("102").since;
    kit.wait(30);
    kit.floor_hears([device("102", DeviceState::OnHold)]);
    assert_eq!(kit.stands("102"), (AgentState::OnHold, ANNA.into()));
    assert!(kit.is_since_now("102"));
    kit.wait(30);
    kit.floor_hears([device("102", DeviceState::Busy)]);
    assert_eq!(kit.stands("102"), (AgentState::Talking, ANNA.into()));
    assert_eq!(kit.agent("102").since, talks, "it is the same conversation");
}

#[test]
fn one_call_that_is_up_hides_another_that_rings() {
    let mut kit = Kit::staffed(&["102"]);
    let (a, b) = (ami("A", "102"), ami("B", "102").of("D"));
    kit.hears([a.rings(ANNA), a.answers()]);
    kit.changed();
    kit.hears([b.rings("103")]);
    assert!(kit.changed().is_empty());
    kit.hears([a.ends()]);
    assert_eq!(kit.stands("102"), (AgentState::Ringing, "103".into()));
    kit.hears([b.ends()]);
    assert_eq!(kit.stands("102").0, AgentState::Free);
}

#[test]
fn an_attended_transfer_hands_the_party_over() {
    let mut kit = Kit::staffed(&["102", "103"]);
    let (a, asks, asked) = (ami("A", "102"), ami("B", "102").of("D"), ami("E", "103").of("D"));
    kit.hears([a.rings(ANNA), a.answers()]);
    kit.floor_hears(["102", "103"].map(|extension| device(extension, DeviceState::Busy)));
    kit.wait(10);
    kit.hears([asks.dials("103"), asked.rings("102"), asks.answers(), asked.answers()]);
    assert_eq!(kit.stands("102"), (AgentState::Talking, "103".into()), "the newest of two counts");
    assert_eq!(kit.stands("103"), (AgentState::Talking, "102".into()));
    kit.changed();
    kit.hears([CallEvent { call_id: "C".into(), ..asked.takes_from("102") }]);
    assert_eq!(kit.stands("103"), (AgentState::Talking, ANNA.into()));
    kit.hears([asks.ends(), a.ends()]);
    assert_eq!(kit.stands("102"), (AgentState::Free, String::new()));
    assert_eq!(kit.stands("103"), (AgentState::Talking, ANNA.into()));
    kit.hears([asked.ends()]);
    assert_eq!(kit.stands("103").0, AgentState::Free);
    assert_eq!(kit.desk.floor.kept()[1], 0, "no leg is left");
}

#[test]
fn a_blind_transfer_rings_at_the_other_end() {
    let mut kit = Kit::floor();
    let a = hook("C/102", "102");
    kit.hears([CallEvent { queue: Some("sales".into()), ..a.rings(ANNA) }, a.answers()]);
    kit.wait(10);
    kit.changed();
    kit.hears([hook("", "103").takes_from("102")]);
    assert_eq!(kit.changed(), ["102", "103"]);
    assert_eq!(kit.stands("102"), (AgentState::Free, String::new()));
    assert_eq!(kit.stands("103"), (AgentState::Ringing, ANNA.into()));
    assert_eq!(kit.agent("103").queue.as_deref(), Some("sales"));
    kit.hears([hook("C/103", "103").answers()]);
    assert_eq!(kit.stands("103"), (AgentState::Talking, ANNA.into()));
    kit.hears([hook("", "103").takes_from("102")]);
    assert_eq!(kit.stands("103"), (AgentState::Talking, ANNA.into()), "told twice");
}

#[test]
fn whoever_lost_a_ring_may_get_the_party_later() {
    let mut kit = Kit::floor();
    let (a, b) = (hook("C/102", "102"), hook("C/103", "103"));
    kit.hears([a.rings(ANNA), b.rings(ANNA), a.answers()]);
    kit.wait(10);
    kit.hears([hook("", "103").takes_from("102")]);
    assert_eq!(kit.stands("103"), (AgentState::Ringing, ANNA.into()), "nobody told that it had stopped to ring");
    kit.hears([b.answers()]);
    assert_eq!(kit.stands("103"), (AgentState::Talking, ANNA.into()));
}

#[test]
fn a_call_that_is_picked_up_rings_nowhere_else() {
    let mut kit = Kit::staffed(&["102", "103", "104"]);
    let (a, b) = (ami("A", "102"), ami("B", "103"));
    kit.hears([a.rings(ANNA)]);
    kit.wait(3);
    kit.changed();
    kit.hears([b.rings(ANNA), b.answers()]);
    assert_eq!(kit.stands("103"), (AgentState::Talking, ANNA.into()));
    assert_eq!(kit.stands("102"), (AgentState::Free, String::new()), "before anybody tells of its end");
    kit.hears([a.ends()]);
    assert_eq!(kit.stands("102"), (AgentState::Free, String::new()));
    assert!(!kit.changed().contains(&"104".to_owned()));
}

#[test]
fn a_telephone_alone_is_believed_after_a_second() {
    let mut kit = Kit::staffed(&["102"]);
    kit.floor_hears([device("102", DeviceState::Busy)]);
    assert_eq!(kit.stands("102").0, AgentState::Free, "its call may be told of in a moment");
    let began = kit.now.wall.to_string();
    kit.wait(2);
    assert_eq!(kit.stands("102"), (AgentState::Talking, String::new()));
    assert_eq!(kit.agent("102").since, Some(began));
    for (told, shown) in [
        (DeviceState::OnHold, AgentState::OnHold),
        (DeviceState::Ringing, AgentState::Ringing),
        (DeviceState::Free, AgentState::Free),
        (DeviceState::Unregistered, AgentState::NotRegistered),
        (DeviceState::Free, AgentState::Free),
    ] {
        kit.wait(5);
        kit.floor_hears([device("102", told)]);
        assert_eq!(kit.stands("102").0, shown);
        assert!(kit.is_since_now("102"), "{told:?}");
    }
}

#[test]
fn a_call_whose_end_was_lost_is_over_ten_seconds_after_its_telephone_is_free() {
    let mut kit = Kit::staffed(&["102"]);
    let a = hook("C/102", "102");
    kit.hears([a.rings(ANNA), a.answers()]);
    kit.floor_hears([device("102", DeviceState::Busy)]);
    kit.wait(60);
    kit.floor_hears([device("102", DeviceState::Free)]);
    kit.wait(9);
    assert_eq!(kit.stands("102").0, AgentState::Talking);
    kit.wait(2);
    assert_eq!(kit.stands("102").0, AgentState::Free);
    assert_eq!(kit.desk.floor.wake(), None, "nothing is waited for");
}

#[test]
fn nobody_rings_for_ten_minutes_or_talks_for_four_hours() {
    let mut kit = Kit::floor();
    let (a, b) = (hook("C/102", "102"), hook("C/103", "103"));
    kit.hears([a.rings(ANNA), b.of("D").rings(ANNA), b.of("D").answers()]);
    kit.wait(10 * 60 - 1);
    assert_eq!(kit.stands("102").0, AgentState::Ringing);
    kit.wait(1);
    assert_eq!(kit.stands("102").0, AgentState::Free);
    kit.wait(230 * 60 - 1);
    assert_eq!(kit.stands("103").0, AgentState::Talking);
    kit.wait(1);
    assert_eq!(kit.stands("103").0, AgentState::Free);
}

#[test]
fn what_only_looks_like_somebody_is_not_shown() {
    let mut kit = Kit::floor();
    let ivr = ami("I", "150");
    let end = cti::What::Ended(Ended { bridged: Some(true), ..Ended::of(Outcome::Answered) });
    kit.hears([ivr.rings(ANNA), ivr.answers(), ivr.is(end)]);
    assert!(kit.agents().is_empty());
    kit.hears([ami("J", "150").of("D").rings(ANNA)]);
    assert!(kit.agents().is_empty(), "it is known by now");
    kit.hears([ami("K", "7495").of("E").rings(ANNA)]);
    assert!(kit.agents().is_empty(), "that is no number inside");
}
