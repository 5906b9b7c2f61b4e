//! Queues, who waits in them, and who works in them.

use super::*;

#[test]
fn a_queue_shows_who_waits_the_longest_first_and_who_gave_up() {
    let mut kit = Kit::floor();
    kit.floor_hears([queue("sales")]);
    assert_eq!(kit.queue("sales"), Queue { name: "sales".into(), ..nobody() });
    kit.wait(60);
    kit.changed();
    let later = FloorEvent::Waits {
        queue: "sales".into(),
        call_id: "W2".into(),
        number: "78120000000".into(),
        name: Some("Vera".into()),
        waited_ms: 90_000,
    };
    kit.floor_hears([waits("sales", "W1", ANNA), later]);
    assert_eq!(kit.changed(), ["sales", "sales"]);
    assert_eq!(kit.waiting("sales"), ["78120000000", ANNA], "who has waited before this desk looked comes first");
    let sales = kit.queue("sales");
    assert_eq!(sales.waiting[1].since, kit.now.wall.to_string());
    assert_eq!(sales.waiting[0].party.name.as_deref(), Some("Vera"));
    kit.floor_hears([waits_no_more("sales", "W2", false)]);
    assert_eq!((kit.waiting("sales"), kit.queue("sales").abandoned), (vec![ANNA.into()], 0), "somebody answered");
    kit.floor_hears([waits_no_more("sales", "W1", true)]);
    assert_eq!(kit.queue("sales"), Queue { name: "sales".into(), abandoned: 1, ..nobody() });
    kit.floor_hears([waits_no_more("sales", "W1", true), waits_no_more("other", "W1", true)]);
    assert_eq!(kit.queue("sales").abandoned, 1, "once");
    assert_eq!(kit.desk.snapshot().queues.len(), 1);
}

#[test]
fn one_caller_may_wait_in_two_queues() {
    let mut kit = Kit::floor();
    kit.floor_hears([waits("sales", "W", ANNA), waits("help", "W", ANNA), waits_no_more("sales", "W", false)]);
    assert!(kit.waiting("sales").is_empty());
    assert_eq!(kit.waiting("help"), [ANNA]);
}

#[test]
fn the_first_fifty_are_shown_and_all_are_counted() {
    let mut kit = Kit::floor();
    for caller in 0..60 {
        kit.floor_hears([waits("sales", &format!("W{caller}"), &format!("7495000{caller:04}"))]);
        kit.wait(1);
    }
    let sales = kit.queue("sales");
    assert_eq!((sales.waiting.len(), sales.waiting_count), (50, 60));
    assert_eq!(sales.waiting[0].party.number, "74950000000");
    kit.floor_hears([waits_no_more("sales", "W0", false)]);
    let sales = kit.queue("sales");
    assert_eq!((sales.waiting.len(), sales.waiting_count), (50, 59));
    assert_eq!(sales.waiting[49].party.number, "74950000050", "the next moves up");
}

#[test]
fn who_has_waited_for_days_came_just_now() {
    let mut kit = Kit::floor();
    let waits = |waited_ms| FloorEvent::Waits {
        queue: "sales".into(),
        call_id: format!("W{waited_ms}"),
        number: ANNA.into(),
        name: None,
        waited_ms,
    };
    kit.floor_hears([waits(u64::MAX), waits(25 * 60 * 60 * 1000)]);
    let now = kit.now.wall.to_string();
    assert!(kit.queue("sales").waiting.iter().all(|waiting| waiting.since == now), "the PBX has lost its clock");
}

#[test]
fn a_queue_counts_its_members_and_those_that_could_take_a_call() {
    let mut kit = Kit::staffed(&["102", "103"]);
    let members = ["102", "103", "104"].map(|extension| member("sales", extension, None));
    kit.floor_hears(members);
    let counts = |kit: &Kit, queue: &str| (kit.queue(queue).free, kit.queue(queue).members);
    assert_eq!(counts(&kit, "sales"), (2, 3), "nobody knows of 104's telephone");
    kit.floor_hears([device("104", DeviceState::Free)]);
    assert_eq!(counts(&kit, "sales"), (3, 3));
    let a = ami("A", "102");
    kit.changed();
    kit.hears([a.rings(ANNA)]);
    assert_eq!(kit.changed(), ["102", "sales"]);
    assert_eq!(counts(&kit, "sales"), (2, 3));
    kit.hears([a.answers()]);
    assert_eq!(kit.changed(), ["102"], "for the queue that is the same");
    kit.floor_hears([device("103", DeviceState::Unregistered)]);
    assert_eq!(counts(&kit, "sales"), (1, 3));
    kit.hears([a.ends()]);
    assert_eq!(counts(&kit, "sales"), (2, 3));
    kit.floor_hears([left("sales", "102"), left("sales", "103"), left("sales", "102")]);
    assert_eq!(counts(&kit, "sales"), (1, 1));
}

#[test]
fn a_pause_is_seen_with_its_reason() {
    let mut kit = Kit::staffed(&["102"]);
    kit.floor_hears([member("sales", "102", None)]);
    assert_eq!(kit.agent("102").paused, None);
    kit.wait(60);
    kit.floor_hears([member("sales", "102", Some("lunch"))]);
    let (began, paused) = (kit.now.wall.to_string(), kit.agent("102").paused.expect("a pause"));
    assert_eq!((paused.reason.as_deref(), paused.since.as_ref()), (Some("lunch"), Some(&began)));
    assert_eq!((kit.queue("sales").free, kit.queue("sales").members), (0, 1));
    kit.wait(60);
    kit.floor_hears([member("sales", "102", Some("call back"))]);
    let paused = kit.agent("102").paused.expect("still");
    assert_eq!((paused.reason.as_deref(), paused.since), (Some("call back"), Some(began)), "another reason");
    kit.floor_hears([member("sales", "102", Some(""))]);
    assert_eq!(kit.agent("102").paused.expect("still").reason, None, "and none");
    kit.floor_hears([member("sales", "102", None)]);
    assert_eq!((kit.agent("102").paused, kit.queue("sales").free), (None, 1));
}

#[test]
fn who_is_paused_in_one_queue_of_two_works() {
    let mut kit = Kit::staffed(&["102"]);
    kit.floor_hears([member("help", "102", None), member("sales", "102", Some("lunch"))]);
    let agent = kit.agent("102");
    assert_eq!((agent.queues, agent.paused), (vec!["help".to_owned(), "sales".to_owned()], None));
    assert_eq!((kit.queue("help").free, kit.queue("sales").free), (1, 0));
    kit.wait(60);
    kit.floor_hears([member("help", "102", Some(""))]);
    let paused = kit.agent("102").paused.expect("in both");
    assert_eq!(paused.reason.as_deref(), Some("lunch"), "the one that says something");
    assert_eq!(paused.since, Some(kit.now.wall.to_string()), "since the last of them");
    kit.floor_hears([left("help", "102"), left("sales", "102")]);
    let agent = kit.agent("102");
    assert_eq!((agent.queues.len(), agent.paused), (0, None), "a pause is one of a queue");
}

#[test]
fn one_call_is_told_to_each_queue_of_its_agent_and_to_no_other() {
    let mut kit = Kit::staffed(&["102", "103"]);
    let queues = ["help", "sales", "night"].map(|queue| member(queue, "102", None));
    kit.floor_hears(queues);
    kit.floor_hears([member("other", "103", None)]);
    kit.changed();
    kit.hears([ami("A", "102").rings(ANNA)]);
    assert_eq!(kit.changed(), ["102", "help", "night", "sales"]);
}

#[test]
fn a_member_is_known_by_the_name_that_the_queue_has() {
    let mut kit = Kit::floor_of(FloorRules { agents: vec![agent("103", "Boris")], ..FloorRules::default() });
    for extension in ["102", "103"] {
        let (queue, extension, name) = ("sales".into(), extension.into(), Some("Clerk".into()));
        kit.floor_hears([FloorEvent::Member { queue, extension, name, paused: None }]);
    }
    assert_eq!(kit.agent("102").name.as_deref(), Some("Clerk"));
    assert_eq!(kit.agent("103").name.as_deref(), Some("Boris"), "the settings know better");
    kit.floor_hears([member("sales", "102", Some(""))]);
    assert_eq!(kit.agent("102").name.as_deref(), Some("Clerk"), "a name is not told each time");
    kit.floor_hears([left("sales", "102")]);
    assert!(kit.agents().iter().all(|agent| agent.extension != "102"), "nothing else is known of them");
}

#[test]
fn who_listens_is_seen() {
    let mut kit = Kit::staffed(&["102"]);
    let (supervised, over) = (
        |by: &str| FloorEvent::Supervised { extension: "102".into(), by: by.into() },
        |by: &str| FloorEvent::Unsupervised { extension: "102".into(), by: by.into() },
    );
    kit.floor_hears([supervised("201"), supervised("202"), supervised("201")]);
    assert_eq!(kit.agent("102").supervised_by, ["201", "202"]);
    kit.floor_hears([over("201"), over("201")]);
    assert_eq!(kit.agent("102").supervised_by, ["202"]);
}

fn nobody() -> Queue {
    Queue { name: String::new(), waiting: Vec::new(), waiting_count: 0, free: 0, members: 0, abandoned: 0 }
}
