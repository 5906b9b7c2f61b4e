//! More of everything than any PBX has.

use super::*;

/// What the floor keeps at most: people, legs, ids of legs that are over, queues, and who waits.
const BOUNDS: [usize; 5] = [5_000, 20_000, 20_000, 200, 20_000];
const FLOOD: u32 = 100_000;

/// Nobody looks after each event: that would be dear.
fn unseen() -> Kit {
    let mut kit = Kit::floor_of(FloorRules { agents: vec![agent("102", "Boris")], ..FloorRules::default() });
    kit.listener = None;
    kit.listing([]);
    kit
}

fn is_bounded(kit: &Kit) {
    let kept = kit.desk.floor.kept();
    assert!(kept.iter().zip(BOUNDS).all(|(kept, bound)| *kept <= bound), "{kept:?}");
}

#[test]
fn a_hundred_thousand_telephones_stay_bounded() {
    let mut kit = unseen();
    for no in 0..FLOOD {
        kit.floor_hears([device(&format!("x{no}"), DeviceState::Free)]);
        kit.changes.clear();
    }
    is_bounded(&kit);
    assert_eq!(kit.agents().len(), 5_000);
    kit.hears([ami("A", "102").rings(ANNA)]);
    assert_eq!(kit.stands("102").0, AgentState::Ringing, "whom the settings name was there first");
    kit.listing([]);
    assert_eq!(kit.agents().len(), 1, "the room is free again");
    assert_eq!(kit.desk.floor.kept()[0], 1);
}

#[test]
fn a_hundred_thousand_queues_members_and_callers_stay_bounded() {
    let mut kit = unseen();
    for no in 0..FLOOD {
        let (queue, extension) = (format!("q{}", no % 1_000), format!("x{}", no / 1_000));
        kit.floor_hears([member(&queue, &extension, None), waits(&queue, &format!("w{no}"), ANNA)]);
        kit.changes.clear();
    }
    is_bounded(&kit);
    assert_eq!(kit.desk.snapshot().queues.len(), 200);
    assert!(kit.agents().iter().all(|agent| agent.queues.len() <= 64), "nobody works in more");
    let waiting: u32 = kit.desk.snapshot().queues.iter().map(|queue| queue.waiting_count).sum();
    assert_eq!(waiting, 20_000);
    kit.floor_hears([waits_no_more("q0", "w0", true), waits("q0", "late", ANNA)]);
    assert_eq!(kit.queue("q0").abandoned, 1);
    kit.listing([]);
    assert_eq!(kit.desk.floor.kept()[3..], [0, 0], "all of it is gone");
    assert!(kit.desk.snapshot().queues.is_empty());
}

#[test]
fn many_calls_stay_bounded() {
    let mut kit = unseen();
    let mine = ami("M", "102").of("M");
    for no in 0..25_000 {
        let (call, leg, extension) = (format!("c{no}"), format!("l{no}"), format!("1{:02}", no % 100));
        let flood = ami(&leg, &extension).of(&call);
        kit.hears([flood.rings(ANNA), CallEvent { extension: None, ..ami("n", "").of(&leg).rings(ANNA) }]);
        kit.hears([hook(&leg, &extension).of(&leg).ends()]);
        kit.changes.clear();
    }
    is_bounded(&kit);
    let [_, legs, over, ..] = kit.desk.floor.kept();
    assert!(legs <= 100 * 32 + 1, "each of them has so many at most: {legs}");
    assert_eq!(over, 20_000);
    kit.hears([mine.rings(ANNA), mine.answers()]);
    assert_eq!(kit.stands("102"), (AgentState::Talking, ANNA.into()));
    kit.hears([mine.ends()]);
    kit.wait(11 * 60);
    assert_eq!(kit.desk.floor.kept()[1], 0, "nothing rings for so long");
    assert!(kit.agents().iter().all(|agent| agent.state == AgentState::Free));
}

#[test]
fn nobodys_legs_and_the_legs_of_one_call_are_bounded_too() {
    let mut kit = unseen();
    for no in 0..30_000 {
        let leg = format!("n{no}");
        kit.hears([CallEvent { extension: None, ..ami(&leg, "").of(&leg).rings(ANNA) }]);
    }
    assert_eq!(kit.desk.floor.kept()[1], 20_000);
    for no in 0..1_000 {
        let (leg, extension) = (format!("l{no}"), format!("1{:02}", no % 100));
        kit.hears([ami(&leg, &extension).rings(ANNA)]);
    }
    is_bounded(&kit);
    let ringing = kit.agents().into_iter().filter(|agent| agent.state == AgentState::Ringing).count();
    assert_eq!(ringing, 100);
}

#[test]
fn a_hundred_thousand_listeners_stay_bounded() {
    let mut kit = unseen();
    for no in 0..FLOOD {
        kit.floor_hears([FloorEvent::Supervised { extension: "102".into(), by: format!("s{no}") }]);
        kit.changes.clear();
    }
    assert_eq!(kit.agent("102").supervised_by.len(), 16);
}

#[test]
fn names_are_text_and_what_is_compared_is_taken_whole_or_not_at_all() {
    let mut kit = Kit::staffed(&["102"]);
    let bell = "bo\u{7}ris\u{1b}[31m\u{202e}\r\nx";
    kit.floor_hears([named("102", bell)]);
    let (queue, extension, name) = ("sales".to_owned(), "103".to_owned(), Some(bell.to_owned()));
    let (paused, number) = (Some(bell.to_owned()), ANNA.to_owned());
    kit.floor_hears([FloorEvent::Member { queue: queue.clone(), extension, name: name.clone(), paused }]);
    let waits = FloorEvent::Waits { queue, call_id: "W".into(), number: format!("{number}\u{7}"), name, waited_ms: 0 };
    kit.floor_hears([waits]);
    let party = Some(Party { number: "1\u{0}05".into(), name: Some(bell.into()) });
    kit.hears([CallEvent { party, queue: Some(bell.into()), ..ami("A", "104").rings(ANNA) }]);
    let snapshot = kit.desk.snapshot();
    let shown = format!("{:?}{:?}", snapshot.agents, snapshot.queues);
    for hidden in ["\\u{7}", "\\u{1b}", "\\u{202e}", "\\0", "\\r", "\\n"] {
        assert!(!shown.contains(hidden), "{hidden}: {shown}");
    }
    assert!(kit.agent("102").name.is_some_and(|name| name.starts_with("bo") && name.ends_with('x')));
    let before = kit.desk.snapshot();
    let long = "9".repeat(257);
    for name in ["", "10\u{7}5", "\u{202e}105", &long] {
        kit.floor_hears([device(name, DeviceState::Busy), self::queue(name), member(name, "102", None)]);
        kit.floor_hears([member("sales", name, None), super::waits("sales", name, ANNA)]);
        kit.floor_hears([FloorEvent::Supervised { extension: "102".into(), by: name.into() }]);
        kit.hears([ami("B", name).rings(ANNA), ami(name, "102").rings(ANNA), ami("B", "102").of(name).rings(ANNA)]);
    }
    assert_eq!(kit.desk.snapshot(), before);
    kit.floor_hears([named("102", &"n".repeat(100_000))]);
    assert!(kit.agent("102").name.is_some_and(|name| name.len() <= 128));
}
