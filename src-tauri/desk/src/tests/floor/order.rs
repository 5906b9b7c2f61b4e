//! Events that come late, twice, in another order, or not at all.

use super::*;

#[test]
fn what_is_told_twice_is_told_on_once() {
    let mut kit = Kit::staffed(&["102"]);
    let a = ami("A", "102");
    for event in [a.rings(ANNA), a.answers(), a.ends()] {
        kit.hears([event.clone()]);
        assert_eq!(kit.changed(), ["102"]);
        kit.wait(1);
        kit.hears([event]);
        assert!(kit.changed().is_empty());
    }
    for event in [queue("sales"), member("sales", "102", None), waits("sales", "W", ANNA)] {
        kit.floor_hears([event.clone()]);
        assert!(!kit.changed().is_empty());
        kit.wait(1);
        kit.floor_hears([event]);
        assert!(kit.changed().is_empty());
    }
    for event in [waits_no_more("sales", "W", true), left("sales", "102")] {
        kit.floor_hears([event.clone()]);
        assert!(!kit.changed().is_empty());
        kit.floor_hears([event]);
        assert!(kit.changed().is_empty());
    }
}

#[test]
fn an_end_that_comes_first_is_the_end() {
    let mut kit = Kit::staffed(&["102"]);
    let a = ami("A", "102");
    kit.hears([a.ends(), a.answers(), a.rings(ANNA)]);
    assert_eq!(kit.stands("102"), (AgentState::Free, String::new()));
    assert_eq!(kit.desk.floor.kept()[1], 0);
}

#[test]
fn an_answer_that_comes_before_its_ring_counts() {
    let mut kit = Kit::staffed(&["102", "103"]);
    let (a, b) = (ami("A", "102"), ami("B", "103"));
    let at = |event: CallEvent, at_us| CallEvent { at_us: Some(at_us), ..event };
    kit.hears([at(a.answers(), 20), at(a.rings(ANNA), 10)]);
    assert_eq!(kit.stands("102"), (AgentState::Talking, ANNA.into()));
    kit.hears([at(b.rings(ANNA), 10)]);
    assert_eq!(kit.stands("103").0, AgentState::Free, "it rang before that answer");
    kit.hears([at(ami("D", "104").rings(ANNA), 30)]);
    assert_eq!(kit.stands("104").0, AgentState::Ringing, "and this one after it");
}

#[test]
fn a_telephone_that_rings_again_in_the_same_call_is_believed() {
    let mut kit = Kit::floor();
    let a = hook("C/102", "102");
    kit.hears([a.rings(ANNA), a.idle()]);
    kit.hears([a.rings(ANNA)]);
    assert_eq!(kit.stands("102").0, AgentState::Free, "the same ring, told late");
    kit.wait(1);
    kit.hears([a.rings(ANNA)]);
    assert_eq!(kit.stands("102").0, AgentState::Ringing);
}

#[test]
fn whose_leg_it_is_may_be_told_later() {
    let mut kit = Kit::floor();
    let a = ami("A", "102");
    kit.hears([CallEvent { extension: None, ..a.rings(ANNA) }]);
    assert!(kit.agents().is_empty());
    kit.hears([a.answers()]);
    assert_eq!(kit.stands("102"), (AgentState::Talking, ANNA.into()));
    kit.hears([CallEvent { extension: None, ..ami("B", "").rings(ANNA) }, ami("B", "nobody").answers()]);
    assert_eq!((kit.agents().len(), kit.desk.floor.kept()[1]), (1, 1), "nobody's leg is not kept");
}

#[test]
fn what_is_written_down_of_a_call_ends_it() {
    let mut kit = Kit::floor();
    let (a, b) = (hook("C/102", "102"), hook("C/103", "103"));
    kit.hears([a.rings(ANNA), a.answers(), b.rings("104")]);
    let record = |leg: &str| {
        let what = cti::What::Recorded(Ended::of(Outcome::Answered));
        CallEvent::new("simotel", "C", leg, what)
    };
    kit.hears([record("C/somebody")]);
    assert_eq!(kit.stands("102").0, AgentState::Free, "the leg that was answered is meant");
    kit.hears([b.answers(), record("C/102")]);
    assert_eq!(kit.stands("103").0, AgentState::Talking, "of a leg that is over, nobody else's is meant");
    kit.hears([record("C/103")]);
    assert_eq!(kit.stands("103").0, AgentState::Free);
}
