//! The PBX rings another telephone of the supervisor's: nothing is here but what the PBX tells.

use super::*;

fn with_desk_phone() -> Kit {
    let desk_phone = Some("901".to_owned());
    ruled(SupervisionRules { orders: OrdersBy::Manager, desk_phone, ..SupervisionRules::default() })
}

fn active(mode: &str) -> (Kit, Asked) {
    let mut kit = with_desk_phone();
    let order = supervises(&mut kit, mode);
    for reached in [Step::Accepted, Step::Ringing, Step::Up, Step::Done] {
        step(&mut kit, &order, reached);
    }
    kit.take_commands();
    (kit, order)
}

#[test]
fn it_rings_there_without_a_token_and_is_seen_here() {
    let (mut kit, order) = active("whisper");
    assert_eq!((ordered(&mut kit), order.token.as_str()), (vec!["s1 Whisper 102 on 901".to_owned()], ""));
    assert_eq!((seen(&kit).as_str(), calls(&kit).len()), ("Whisper Active, heard", 0));
    stops(&mut kit);
    assert_eq!((seen(&kit).as_str(), ordered(&mut kit)), ("Whisper Ending", vec!["end s1".to_owned()]));
    step(&mut kit, &order, Step::Over);
    assert_eq!(seen(&kit), "nothing");
    assert!(row(&kit).ended_at.is_some());
}

#[test]
fn its_microphone_is_not_ours_to_shut() {
    let (mut kit, _) = active("barge");
    kit.up(2);
    assert_eq!(seen(&kit), "Barge Active, heard", "a call on this telephone changes nothing there");
    let mut kit = with_desk_phone();
    kit.up(2);
    let order = supervises(&mut kit, "whisper");
    step(&mut kit, &order, Step::Done);
    assert_eq!(seen(&kit), "Whisper Active, heard");
}

/// It is seen nowhere as over: not here, not in the journal, and not at the colleague's.
fn goes_on(kit: &mut Kit) {
    assert_eq!(seen(kit), "Spy Ending");
    assert_eq!((row(kit).ended_at, said(kit)), (None, Vec::new()));
}

fn is_over(kit: &mut Kit) {
    assert_eq!(seen(kit), "nothing");
    assert_eq!(row(kit).ended_at, Some(kit.now.wall));
    assert_eq!(said(kit), ["tell 102: Ringside/1 listening mode=none"]);
}

#[test]
fn it_is_over_when_the_pbx_says_so_and_not_before() {
    let (mut kit, order) = active("spy");
    stops(&mut kit);
    kit.pass(600 * SECOND);
    goes_on(&mut kit);
    assert_eq!(kit.desk.wake(), None);
    step(&mut kit, &order, Step::Over);
    is_over(&mut kit);
}

#[test]
fn a_stop_that_the_pbx_does_not_hear_stops_nothing() {
    let (mut kit, order) = active("spy");
    kit.input(Input::Manager(Some("connection refused".into())));
    stops(&mut kit);
    kit.pass(600 * SECOND);
    goes_on(&mut kit);
    kit.input(Input::Manager(None));
    goes_on(&mut kit);
    // It is hung up now.
    kit.pass(SECOND);
    step(&mut kit, &order, Step::Over);
    is_over(&mut kit);
}

#[test]
fn what_a_pbx_does_not_know_any_more_after_an_outage_is_over() {
    let (mut kit, _) = active("spy");
    stops(&mut kit);
    for _ in 0..2 {
        kit.input(Input::Manager(Some("connection reset".into())));
        kit.pass(60 * SECOND);
        kit.input(Input::Manager(None));
        kit.pass(14 * SECOND);
        goes_on(&mut kit);
    }
    kit.pass(SECOND);
    is_over(&mut kit);
    kit.pass(30 * SECOND);
    assert_eq!(kit.desk.wake(), None);
}

#[test]
fn what_never_began_is_waited_for_five_seconds_at_most() {
    let mut kit = with_desk_phone();
    let order = supervises(&mut kit, "spy");
    step(&mut kit, &order, Step::Up);
    stops(&mut kit);
    kit.pass(4 * SECOND);
    assert_eq!(seen(&kit), "Spy Ending");
    kit.pass(SECOND);
    assert_eq!((seen(&kit).as_str(), said(&mut kit).len()), ("nothing", 0));
    kit.pass(30 * SECOND);
    assert_eq!(kit.desk.wake(), None);
}

#[test]
fn a_telephone_is_in_one_call_so_one_leaves_before_the_next() {
    let (mut kit, order) = active("spy");
    kit.orders.clear();
    kit.asks(&intent("102", "barge"));
    assert_eq!((seen(&kit).as_str(), ordered(&mut kit)), ("Spy Asked to Barge", vec!["end s1".to_owned()]));
    step(&mut kit, &order, Step::Over);
    let next = last_order(&kit);
    step(&mut kit, &next, Step::Done);
    assert_eq!(seen(&kit), "Barge Active, heard");
    let modes: Vec<String> = row(&kit).modes.into_iter().map(|(_, mode)| mode).collect();
    assert_eq!(modes, ["spy", "barge"]);
}

#[test]
fn so_it_does_for_another_colleague() {
    let (mut kit, order) = active("spy");
    kit.orders.clear();
    kit.asks(&intent("103", "whisper"));
    assert_eq!((seen(&kit).as_str(), ordered(&mut kit)), ("Whisper Asked", vec!["end s1".to_owned()]));
    assert_eq!(said(&mut kit), ["tell 102: Ringside/1 listening mode=none"]);
    step(&mut kit, &order, Step::Over);
    let next = last_order(&kit);
    assert_eq!(ordered(&mut kit), ["s3 Whisper 103 on 901"]);
    step(&mut kit, &next, Step::Done);
    assert_eq!(seen(&kit), "Whisper Active, heard");
    assert_eq!(said(&mut kit), ["tell 103: Ringside/1 listening mode=whisper"]);
    let begun: Vec<String> = rows(&kit).into_iter().map(|row| row.extension).collect();
    assert_eq!(begun, ["102", "102", "102", "103", "103"]);
}

#[test]
fn no_call_is_taken_for_it() {
    let mut kit = with_desk_phone();
    let order = supervises(&mut kit, "spy");
    rings(&mut kit, 2, &order);
    assert_eq!(said(&mut kit), ["decline c2 480"], "it has no token");
    invites(&mut kit, 4, Invite { number: "102", name: Some("Listen 102"), asks: false, ..Invite::default() });
    assert_eq!(kit.state("c4"), CallState::Ringing, "an ordinary call");
}

#[test]
fn it_is_ones_own_extension_too() {
    let mut kit = with_desk_phone();
    assert_eq!(kit.is_refused(&intent("901", "spy")), (400, "own_extension".into()));
}

#[test]
fn a_pbx_that_does_not_let_it_end_is_told_of() {
    let (mut kit, order) = active("spy");
    stops(&mut kit);
    step(&mut kit, &order, Step::Failed { code: "hang_up_forbidden".into(), detail: "End it at the telephone".into() });
    assert_eq!(notices(&kit.changes), ["hang_up_forbidden"]);
    assert_eq!(seen(&kit), "Spy Ending", "it is not over by that");
    step(&mut kit, &order, Step::Over);
    assert_eq!(seen(&kit), "nothing");
}

/// A supervisor whose telephone is 901 on the PBX's floor.
fn on_the_floor() -> Kit {
    let mut kit = with_desk_phone();
    floor(&mut kit, &[("201", DeviceState::Free), ("901", DeviceState::Free)]);
    kit
}

fn told(kit: &mut Kit, event: FloorEvent) {
    kit.input(Input::Floor(event));
}

#[test]
fn it_is_the_one_that_queues_pass_over() {
    let mut kit = on_the_floor();
    kit.asks(r#"{"type":"set_presence","state":"away","reason":"lunch"}"#);
    assert_eq!(ordered(&mut kit), [r#"p1 pause 901 Some("lunch")"#]);
    let member = |paused: Option<&str>| FloorEvent::Member {
        queue: "sales".into(),
        extension: "901".into(),
        name: None,
        paused: paused.map(str::to_owned),
    };
    told(&mut kit, member(Some("meeting")));
    let presence = kit.desk.snapshot().presence;
    assert_eq!((presence.reason.as_deref(), presence.told), (Some("meeting"), true));
}

#[test]
fn who_listens_to_it_listens_to_this_agent() {
    let mut kit = on_the_floor();
    for extension in ["901", "201"] {
        told(&mut kit, FloorEvent::Supervised { extension: extension.into(), by: "202".into() });
        let by: Vec<String> = kit.desk.snapshot().listeners.into_iter().map(|one| one.by).collect();
        assert_eq!(by, ["202"], "{extension}");
        told(&mut kit, FloorEvent::Unsupervised { extension: extension.into(), by: "202".into() });
        assert!(kit.desk.snapshot().listeners.is_empty(), "{extension}");
    }
}
