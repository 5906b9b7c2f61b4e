//! The PBX calls: this desk first, or the customer.

use cti::{Direction, First, OrderTold, Outcome, Step, Then, Wish};

use super::*;
use crate::{OrdersBy, Originated, SupervisionRules, wire::Via};

/// The PBX places calls by click.
fn by_clicks() -> Office {
    Office::with(Settings { clicks: Clicks { pbx: true, via: Via::Pbx, ..Clicks::default() }, ..settings() })
}

/// The manager interface of an Asterisk takes orders, and the customer is called first.
fn by_manager() -> Office {
    let callbacks = CallbackRules { order: CallbackOrder::CustomerFirst, ..CallbackRules::default() };
    let supervision = SupervisionRules { orders: OrdersBy::Manager, ..SupervisionRules::default() };
    Office::with(Settings { callbacks, supervision, ..settings() })
}

fn originated(office: &mut Office, outcome: Result<(), &str>) {
    let id = office.kit.originated.last().expect("the PBX was asked").id;
    let outcome = outcome.map_err(|code| (code.to_owned(), "Try again".to_owned()));
    office.kit.input(Input::Originated(Originated { id, outcome }));
}

/// The PBX was asked and rings here; the agent answers.
fn agent_up(office: &mut Office, id: &str) {
    office.asks(&on(id, "call_callback"));
    assert!(office.kit.originated.is_empty(), "a row first");
    office.commit();
    assert_eq!(office.kit.originated.len(), 1);
    originated(office, Ok(()));
    office.rings(2, ANNA);
    office.answers(2);
}

fn order(office: &mut Office, id: &str) -> String {
    office.asks(&on(id, "call_callback"));
    assert!(office.kit.orders.is_empty(), "a row first");
    office.commit();
    assert_eq!(office.kit.orders.len(), 1);
    office.kit.orders[0].id.clone()
}

fn told(office: &mut Office, order: &str, step: Step) {
    office.kit.input(Input::Ordered(OrderTold { id: order.to_owned(), step }));
}

/// Whom a call shows.
fn peer(office: &Office, call: u64) -> (String, Option<String>) {
    let call = office.kit.desk.call(CallId(call)).expect("it rings");
    (call.peer.number.clone(), call.peer.name.clone())
}

fn failed(code: &str) -> Step {
    Step::Failed { code: code.into(), detail: "Try again".into() }
}

#[test]
fn the_pbx_rings_this_desk_first_and_tells_that_they_spoke() {
    let mut office = by_clicks();
    let id = office.promise(ANNA);
    agent_up(&mut office, &id);
    let one = office.one(&id);
    assert_eq!((one.state, one.call.as_deref()), (CallbackState::Calling, Some("c2")));
    assert!(office.kit.dialled().is_empty(), "no INVITE of ours");
    office.kit.input(leg("L", "101", ANNA, offered(Direction::Out)));
    office.kit.input(leg("L", "101", ANNA, ended(Outcome::Answered)));
    assert_eq!(
        (office.one(&id).outcome, office.results(&id)),
        (Some(CallbackOutcome::Reached), vec![AttemptResult::Answered])
    );
    office.kit.ends(2, Reason::HungUp);
    assert_eq!(office.results(&id), [AttemptResult::Answered]);
}

#[test]
fn the_pbx_tells_that_they_spoke_after_the_call_is_over() {
    let mut office = by_clicks();
    let id = office.promise(ANNA);
    agent_up(&mut office, &id);
    office.kit.input(leg("L", "101", ANNA, offered(Direction::Out)));
    office.kit.ends(2, Reason::HungUp);
    assert_eq!(office.results(&id), [AttemptResult::Interrupted], "nobody knows yet");
    office.kit.input(leg("L", "101", ANNA, ended(Outcome::Answered)));
    assert_eq!(
        (office.one(&id).outcome, office.results(&id)),
        (Some(CallbackOutcome::Reached), vec![AttemptResult::Answered])
    );
}

#[test]
fn that_the_agent_answered_says_nothing_of_the_customer() {
    let mut office = by_clicks();
    let id = office.promise(ANNA);
    agent_up(&mut office, &id);
    // The PBX tells of its first half like of any call that comes in.
    office.kit.input(leg("L", "101", ANNA, offered(Direction::In)));
    office.kit.input(leg("L", "101", ANNA, cti::What::Answered));
    assert_eq!(office.state(&id), CallbackState::Calling);
    office.kit.ends(2, Reason::RemoteHungUp);
    let one = office.one(&id);
    assert_eq!((one.state, office.results(&id)), (CallbackState::Claimed, vec![AttemptResult::Interrupted]));
    assert!(one.is_due, "the agent says what came of it");
    office.asks(&close(&id, "reached"));
}

#[test]
fn the_pbx_says_later_that_the_number_was_busy() {
    use AttemptResult::{Busy, Failed, NoAnswer};
    for (code, result) in [
        ("far_busy", Busy),
        ("far_declined", Busy),
        ("far_no_answer", NoAnswer),
        ("far_not_registered", Failed),
        ("far_failed", Failed),
    ] {
        let mut office = by_clicks();
        let id = office.promise(ANNA);
        agent_up(&mut office, &id);
        originated(&mut office, Err(code));
        office.kit.ends(2, Reason::RemoteHungUp);
        assert_eq!((office.results(&id), office.due_in(&id)), (vec![result], 15 * MINUTE), "{code}");
    }
}

#[test]
fn a_pbx_that_refuses_or_never_rings_is_an_attempt_in_vain() {
    let mut office = by_clicks();
    let id = office.promise(ANNA);
    office.asks(&on(&id, "call_callback"));
    office.commit();
    originated(&mut office, Err("pbx_refused"));
    assert_eq!(office.results(&id), [AttemptResult::Failed]);
    office.kit.pass(MINUTE);
    office.asks(&on(&id, "call_callback"));
    office.commit();
    originated(&mut office, Ok(()));
    office.kit.pass(MINUTE);
    assert_eq!(office.results(&id), [AttemptResult::Failed, AttemptResult::Failed]);
    // And an agent who does not answer.
    office.asks(&on(&id, "call_callback"));
    office.commit();
    originated(&mut office, Ok(()));
    office.rings(2, ANNA);
    office.kit.ends(2, Reason::Cancelled);
    assert_eq!(office.one(&id).outcome, Some(CallbackOutcome::GaveUp));
}

#[test]
fn a_customer_who_is_called_first_is_put_through_to_this_desk() {
    let mut office = by_manager();
    let id = office.promise(ANNA);
    let order = order(&mut office, &id);
    let Wish::Originate(wish) = &office.kit.orders[0].wish else { panic!("{:?}", office.kit.orders) };
    assert_eq!(wish.first, First::Outside { number: ANNA.into(), trunk: None });
    assert_eq!(wish.then, Then::Exten { context: None, exten: "101".into(), priority: None });
    for step in [Step::Accepted, Step::Ringing, Step::Up] {
        told(&mut office, &order, step);
        assert_eq!(office.state(&id), CallbackState::Calling);
    }
    office.rings(2, "+74952294989");
    office.answers(2);
    assert_eq!(
        (office.one(&id).outcome, office.results(&id)),
        (Some(CallbackOutcome::Reached), vec![AttemptResult::Answered])
    );
    told(&mut office, &order, Step::Done);
    told(&mut office, &order, Step::Over);
    assert_eq!(office.results(&id), [AttemptResult::Answered]);
    assert_eq!(office.kit.orders.len(), 1, "the conversation is theirs");
    assert!(office.notices().is_empty());
}

#[test]
fn a_pbx_that_says_done_has_put_them_through() {
    let mut office = by_manager();
    let id = office.promise(ANNA);
    let order = order(&mut office, &id);
    told(&mut office, &order, Step::Done);
    assert_eq!(office.one(&id).outcome, Some(CallbackOutcome::Reached));
}

#[test]
fn a_customer_who_is_called_first_may_not_answer() {
    use AttemptResult::{Busy, Failed, NoAnswer};
    for (code, result) in [
        ("phone_busy", Busy),
        ("phone_declined", Busy),
        ("phone_no_answer", NoAnswer),
        ("phone_not_registered", Failed),
        ("manager_lost", Failed),
        ("far_busy", Failed),
        ("far_not_registered", Failed),
    ] {
        let mut office = by_manager();
        let id = office.promise(ANNA);
        let order = order(&mut office, &id);
        told(&mut office, &order, failed(code));
        assert_eq!((office.results(&id), office.due_in(&id)), (vec![result], 15 * MINUTE), "{code}");
        let notices = if result == Failed { vec![code] } else { Vec::new() };
        assert_eq!(office.notices(), notices);
    }
}

#[test]
fn what_a_pbx_may_have_done_after_all_is_not_done_again() {
    for code in ["pbx_connection_lost", "pbx_unanswered", "pbx_answer"] {
        for is_up in [false, true] {
            let mut office = by_manager();
            let id = office.promise(ANNA);
            let order = order(&mut office, &id);
            if is_up {
                told(&mut office, &order, Step::Up);
            }
            told(&mut office, &order, failed(code));
            assert_eq!((office.results(&id), office.due_in(&id)), (vec![AttemptResult::Interrupted], Duration::ZERO));
            assert_eq!((office.state(&id), office.notices()), (CallbackState::Claimed, vec![code]), "{is_up}");
            // It has done it.
            office.kit.input(leg("L", "101", ANNA, offered(Direction::In)));
            office.kit.input(leg("L", "101", ANNA, cti::What::Answered));
            assert_eq!(office.one(&id).outcome, Some(CallbackOutcome::Reached), "{code}");
        }
        let mut office = by_clicks();
        let id = office.promise(ANNA);
        office.asks(&on(&id, "call_callback"));
        office.commit();
        originated(&mut office, Err(code));
        assert_eq!(office.results(&id), [AttemptResult::Interrupted], "{code}");
    }
}

#[test]
fn the_agent_is_told_who_is_put_through() {
    for shown in ["anonymous", "101", "+7 495 229-49-89"] {
        let mut office = by_manager();
        let id = office.asks(&format!(r#"{{"type":"request_callback","number":"{ANNA}","name":"Anna"}}"#));
        let order = order(&mut office, &id);
        told(&mut office, &order, Step::Ringing);
        office.rings(2, "anonymous");
        assert_eq!(peer(&office, 2), ("anonymous".to_owned(), None), "they have not answered yet");
        told(&mut office, &order, Step::Up);
        office.rings(4, BORIS);
        assert_eq!(peer(&office, 4).0, BORIS, "another number is somebody else's");
        office.rings(6, shown);
        assert_eq!(peer(&office, 6), (ANNA.to_owned(), Some("Anna".to_owned())), "{shown}");
        assert_eq!(office.one(&id).call.as_deref(), Some("c6"));
        office.rings(8, "anonymous");
        assert_eq!(peer(&office, 8).0, "anonymous", "there is one of them");
        office.answers(6);
        assert_eq!(office.one(&id).outcome, Some(CallbackOutcome::Reached));
    }
}

#[test]
fn an_order_that_nobody_carries_out_is_no_attempt() {
    for code in ["pbx_unreachable", "pbx_forbidden", "pbx_refused", "trunk_not_set_up", "bad_number"] {
        let mut office = by_manager();
        let id = office.promise(ANNA);
        for _ in 0..4 {
            let order = order(&mut office, &id);
            told(&mut office, &order, failed(code));
            assert_eq!((office.state(&id), office.results(&id)), (CallbackState::Claimed, Vec::new()), "{code}");
            office.kit.orders.clear();
        }
        assert_eq!(office.notices(), [code; 4]);
        assert!(office.one(&id).is_due, "it waits as before");
        office.write_down();
        assert!(office.disk[&id].attempts.is_empty());
        // What the PBX has taken on was an attempt.
        let order = order(&mut office, &id);
        told(&mut office, &order, Step::Accepted);
        told(&mut office, &order, failed(code));
        assert_eq!(office.results(&id), [AttemptResult::Failed], "{code}");
    }
}

#[test]
fn nobody_is_called_first_while_the_manager_interface_is_down_or_closed_to_us() {
    let mut office = by_manager();
    let id = office.promise(ANNA);
    office.kit.input(Input::Manager(Some("connection refused".into())));
    assert_eq!(office.is_refused(&on(&id, "call_callback")), "pbx_unreachable");
    office.kit.input(Input::Manager(None));
    office.kit.input(Input::Powers(cti::Powers { originate: Some(false), ..cti::Powers::default() }));
    assert_eq!(office.is_refused(&on(&id, "call_callback")), "power_missing");
    office.kit.input(Input::Powers(cti::Powers { originate: Some(true), ..cti::Powers::default() }));
    office.asks(&on(&id, "call_callback"));
    // It goes down before the row is on the disk.
    office.kit.input(Input::Manager(Some("connection refused".into())));
    office.commit();
    assert!(office.kit.orders.is_empty());
    assert_eq!((office.notices(), office.results(&id)), (vec!["pbx_unreachable"], Vec::new()));
}

#[test]
fn a_customer_who_answered_and_found_nobody_was_not_reached() {
    for step in [failed("phone_busy"), failed("far_no_answer"), Step::Over] {
        let mut office = by_manager();
        let id = office.promise(ANNA);
        let order = order(&mut office, &id);
        told(&mut office, &order, Step::Up);
        told(&mut office, &order, step.clone());
        assert_eq!(office.results(&id), [AttemptResult::Failed], "{step:?}");
        assert_eq!(office.state(&id), CallbackState::Claimed);
    }
}

#[test]
fn a_pbx_that_tells_nothing_more_is_not_waited_for() {
    let mut office = by_manager();
    let id = office.promise(ANNA);
    let order = order(&mut office, &id);
    told(&mut office, &order, Step::Ringing);
    office.kit.pass(180 * SECOND);
    assert_eq!((office.state(&id), office.results(&id)), (CallbackState::Claimed, vec![AttemptResult::Interrupted]));
    assert_eq!(office.kit.orders[1].wish, Wish::End { order: order.clone() }, "nor may it ring there later");
    told(&mut office, &order, Step::Done);
    told(&mut office, "k99", Step::Done);
    assert_eq!(office.results(&id), [AttemptResult::Interrupted]);
}

#[test]
fn what_a_pbx_says_is_harmless() {
    let mut office = by_manager();
    let id = office.promise(ANNA);
    let order = order(&mut office, &id);
    told(
        &mut office,
        &order,
        Step::Failed { code: "c".repeat(1_000), detail: format!("No\u{202e}\r\n{}", "x".repeat(9_000)) },
    );
    let notice = office.kit.changes.iter().rev().find_map(|change| match &change.what {
        What::Notice { code, detail } => Some((code.len(), detail.clone())),
        _ => None,
    });
    let (code, detail) = notice.expect("it says why");
    assert_eq!((code, detail.len()), (64, 200));
    assert!(detail.starts_with("No") && !detail.contains(['\u{202e}', '\r', '\n']), "{detail}");
}

#[test]
fn a_double_click_orders_once() {
    let mut office = by_manager();
    let id = office.promise(ANNA);
    order(&mut office, &id);
    assert_eq!(office.is_refused(&on(&id, "call_callback")), "callback_calling");
    office.kit.input(Input::Committed(1, Ok(())));
    assert_eq!(office.kit.orders.len(), 1);
}

#[test]
fn who_dials_meanwhile_orders_nobody() {
    let mut office = by_manager();
    let id = office.promise(ANNA);
    office.asks(&on(&id, "call_callback"));
    office.kit.asks(&dial("200"));
    office.commit();
    assert!(office.kit.orders.is_empty());
    assert_eq!((office.notices(), office.results(&id)), (vec!["already_dialing"], Vec::new()));
}

#[test]
fn a_colleague_inside_is_no_number_of_a_trunk() {
    let accounts = vec![AccountSettings {
        rules: crate::Rules { extensions: vec!["100-199".into()], ..crate::Rules::default() },
        ..account("work", "sip:101@pbx.example")
    }];
    let supervision = SupervisionRules { orders: OrdersBy::Manager, ..SupervisionRules::default() };
    let mut office = Office::with(Settings { accounts, supervision, ..Settings::default() });
    let id = office.promise("102");
    office.asks(&format!(r#"{{"type":"call_callback","callback":"{id}","order":"customer_first"}}"#));
    office.commit();
    let Wish::Originate(wish) = &office.kit.orders[0].wish else { panic!("{:?}", office.kit.orders) };
    assert!(matches!(&wish.first, First::Device(device) if device.extension == "102"));
}

#[test]
fn nobody_is_called_first_where_nobody_would_be_there_for_them() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    let first = format!(r#"{{"type":"call_callback","callback":"{id}","order":"customer_first"}}"#);
    assert_eq!(office.is_refused(&first), "customer_first_not_possible");
    let mut office = by_manager();
    let id = office.promise(ANNA);
    office.kit.ask(r#"{"type":"set_do_not_disturb","on":true}"#).expect("possible");
    assert_eq!(office.is_refused(&on(&id, "call_callback")), "does_not_ring");
    office.kit.ask(r#"{"type":"set_do_not_disturb","on":false}"#).expect("possible");
    office.asks(&on(&id, "call_callback"));
    office.kit.hear(Event::Registration(AccountId("work".into()), Registration::Unregistered));
    office.commit();
    assert_eq!((office.kit.orders.len(), office.notices()), (0, vec!["not_registered"]));
    assert_eq!(office.is_refused(&on(&id, "call_callback")), "not_registered");
}

#[test]
fn the_agent_may_choose_who_is_called_first() {
    let mut office = by_manager();
    let id = office.promise(ANNA);
    office.kit.take_commands();
    office.asks(&format!(r#"{{"type":"call_callback","callback":"{id}","order":"agent_first"}}"#));
    office.commit();
    assert_eq!((office.kit.dialled(), office.kit.orders.len()), (vec![ANNA.to_owned()], 0));
}
