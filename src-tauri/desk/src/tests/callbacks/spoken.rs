//! Somebody spoke with them: what was to be done is done.

use cti::{Direction, Outcome};

use super::*;

fn outcome(office: &Office, id: &str) -> Option<CallbackOutcome> {
    office.one(id).outcome
}

/// A colleague's leg with Anna, step by step.
fn colleague(office: &mut Office, steps: impl IntoIterator<Item = cti::What>) {
    for what in steps {
        office.kit.input(leg("L", "102", "+74952294989", what));
        office.kit.pass(SECOND);
    }
}

#[test]
fn they_call_this_desk_themselves() {
    let mut office = Office::new();
    let (id, other) = (office.promise(ANNA), office.promise(BORIS));
    office.rings(2, "+74952294989");
    assert_eq!(office.state(&id), CallbackState::Open, "that it rings is not enough");
    office.answers(2);
    assert_eq!(outcome(&office, &id), Some(CallbackOutcome::Reached));
    assert_eq!(office.state(&other), CallbackState::Open);
}

#[test]
fn the_agent_dials_them_by_hand() {
    let mut office = Office::new();
    let (id, sales) =
        (office.promise(ANNA), office.asks(r#"{"type":"request_callback","number":"84952294989","queue":"Sales"}"#));
    let call = office.kit.asks(&dial("+74952294989")).expect("a call");
    assert_eq!(call, "c1");
    office.kit.hear(Event::RemoteRinging(CallId(1)));
    assert_eq!(office.state(&id), CallbackState::Open);
    office.kit.hear(Event::Answered(CallId(1)));
    assert_eq!(
        (outcome(&office, &id), outcome(&office, &sales)),
        (Some(CallbackOutcome::Reached), Some(CallbackOutcome::Reached))
    );
    // What is promised in that call is kept by another.
    let next = office.promise(ANNA);
    office.kit.ends(1, Reason::HungUp);
    office.kit.pass(MINUTE);
    assert_eq!(office.state(&next), CallbackState::Open);
}

#[test]
fn a_colleague_takes_their_call() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    colleague(&mut office, [offered(Direction::In)]);
    assert_eq!(outcome(&office, &id), None);
    colleague(&mut office, [cti::What::Answered]);
    assert_eq!(outcome(&office, &id), Some(CallbackOutcome::ReachedElsewhere));
}

#[test]
fn a_colleague_calls_them() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    colleague(&mut office, [offered(Direction::Out), cti::What::Answered]);
    assert_eq!(outcome(&office, &id), None, "some PBXs say so when it only rings");
    colleague(&mut office, [ended(Outcome::Answered)]);
    assert_eq!(outcome(&office, &id), Some(CallbackOutcome::ReachedElsewhere));
}

#[test]
fn a_colleague_who_did_not_reach_them_changes_nothing() {
    for steps in [
        vec![offered(Direction::Out), cti::What::Answered, ended(Outcome::NoAnswer)],
        vec![offered(Direction::Out), ended(Outcome::Busy)],
        vec![offered(Direction::In), ended(Outcome::NoAnswer)],
        vec![offered(Direction::In), cti::What::Idle],
        // An announcement answered.
        vec![cti::What::Answered, ended(Outcome::Answered)],
        vec![
            cti::What::Offered { direction: Direction::Out, transferred: true },
            cti::What::Answered,
            ended(Outcome::Answered),
        ],
    ] {
        let mut office = Office::new();
        let id = office.promise(ANNA);
        colleague(&mut office, steps.clone());
        assert_eq!(outcome(&office, &id), None, "{steps:?}");
    }
}

#[test]
fn what_is_asked_after_they_spoke_stays() {
    let mut office = Office::new();
    let before = office.promise(ANNA);
    colleague(&mut office, [offered(Direction::Out), cti::What::Answered]);
    // On the web, while the colleague has them on the line.
    assert_eq!(office.promise(ANNA), before);
    colleague(&mut office, [ended(Outcome::Answered)]);
    assert_eq!(outcome(&office, &before), None);
}

#[test]
fn a_call_told_again_and_late_keeps_no_later_promise() {
    let mut office = Office::new();
    let steps = || [offered(Direction::Out), cti::What::Answered, ended(Outcome::Answered)];
    colleague(&mut office, steps());
    let id = office.promise(ANNA);
    colleague(&mut office, steps());
    assert_eq!(office.state(&id), CallbackState::Open);
}

#[test]
fn a_colleague_reaches_them_while_it_rings_here() {
    for (reason, expected) in
        [(Reason::Busy, CallbackOutcome::ReachedElsewhere), (Reason::HungUp, CallbackOutcome::ReachedElsewhere)]
    {
        let mut office = Office::new();
        let id = office.promise(ANNA);
        let call = office.calls(&id);
        colleague(&mut office, [offered(Direction::In), cti::What::Answered]);
        assert_eq!(office.state(&id), CallbackState::Calling, "its call is not over");
        office.kit.ends(call.0, reason);
        assert_eq!(outcome(&office, &id), Some(expected));
    }
}

#[test]
fn a_colleague_reaches_them_before_it_is_dialled() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    office.kit.take_commands();
    office.asks(&on(&id, "call_callback"));
    colleague(&mut office, [offered(Direction::In), cti::What::Answered]);
    office.commit();
    assert!(office.kit.dialled().is_empty(), "they are on the line with somebody");
    assert_eq!((outcome(&office, &id), office.results(&id)), (Some(CallbackOutcome::ReachedElsewhere), Vec::new()));
}

#[test]
fn they_call_while_they_are_being_called() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    let call = office.calls(&id);
    office.rings(2, ANNA);
    office.answers(2);
    office.kit.ends(call.0, Reason::Busy);
    assert_eq!(outcome(&office, &id), Some(CallbackOutcome::Reached));
    assert_eq!(office.results(&id), [AttemptResult::Busy]);
}

#[test]
fn a_pbx_that_calls_ringing_an_answer_does_not_close_an_attempt() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    let call = office.calls(&id);
    for what in [offered(Direction::Out), cti::What::Answered, ended(Outcome::Answered)] {
        office.kit.input(leg("L", "101", ANNA, what));
    }
    assert_eq!(office.state(&id), CallbackState::Calling);
    office.kit.ends(call.0, Reason::NoAnswer);
    assert_eq!(
        (office.results(&id), outcome(&office, &id)),
        (vec![AttemptResult::NoAnswer], None),
        "this telephone knows"
    );
}

#[test]
fn a_colleague_inside_is_nobody_outside() {
    let mut office = Office::new();
    let id = office.promise("102");
    colleague(&mut office, [offered(Direction::In), cti::What::Answered]);
    assert_eq!(outcome(&office, &id), None);
    office.rings(2, "102");
    office.answers(2);
    assert_eq!(outcome(&office, &id), Some(CallbackOutcome::Reached));
}

#[test]
fn a_flood_of_legs_takes_no_more_room() {
    let mut office = Office::new();
    office.kit.listener = None;
    let id = office.promise(ANNA);
    office.kit.input(leg("first", "102", ANNA, offered(Direction::In)));
    for no in 0..5_000 {
        office.kit.input(leg(&no.to_string(), "102", BORIS, offered(Direction::In)));
    }
    office.kit.input(leg("first", "102", ANNA, cti::What::Answered));
    assert_eq!(outcome(&office, &id), None, "it was forgotten");
    office.kit.input(leg("last", "102", ANNA, offered(Direction::In)));
    office.kit.input(leg("last", "102", ANNA, cti::What::Answered));
    assert_eq!(outcome(&office, &id), Some(CallbackOutcome::ReachedElsewhere));
}
