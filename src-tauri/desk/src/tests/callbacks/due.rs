//! What is due, whatever becomes of the clock; and what is called by itself.

use super::*;

fn calls_by_itself() -> CallbackRules {
    CallbackRules { at_due: AtDue::Call, ..CallbackRules::default() }
}

/// One of this agent's that is due in an hour.
fn mine_in_an_hour(office: &mut Office) -> String {
    let due = office.kit.now.wall + HOUR;
    let id = office.asks(&format!(r#"{{"type":"request_callback","number":"{ANNA}","due_at":"{due}"}}"#));
    office.asks(&on(&id, "claim_callback"));
    office.kit.take_commands();
    id
}

#[test]
fn each_is_told_once_when_it_is_due() {
    let mut office = Office::new();
    let id = mine_in_an_hour(&mut office);
    office.kit.pass(HOUR - SECOND);
    assert_eq!(office.told_due(&id), 0);
    office.kit.pass(SECOND);
    assert_eq!(office.told_due(&id), 1);
    office.kit.pass(24 * HOUR);
    assert_eq!(office.told_due(&id), 1);
    assert!(office.kit.take_commands().is_empty() && office.kit.commits.is_empty(), "the agent decides");
}

#[test]
fn a_clock_that_is_set_forward_makes_it_due_within_half_a_minute() {
    let mut office = Office::new();
    let id = mine_in_an_hour(&mut office);
    let later = office.kit.now.wall + 2 * HOUR;
    office.set_clock(later);
    office.kit.pass(30 * SECOND);
    assert_eq!(office.told_due(&id), 1);
    // And back again: what was told is told.
    let earlier = office.kit.now.wall - 2 * HOUR;
    office.set_clock(earlier);
    office.kit.pass(3 * HOUR);
    assert_eq!(office.told_due(&id), 1);
    assert!(office.one(&id).is_due);
}

#[test]
fn a_clock_that_is_set_back_only_delays_it() {
    let mut office = Office::new();
    let id = mine_in_an_hour(&mut office);
    let earlier = office.kit.now.wall - HOUR;
    office.set_clock(earlier);
    office.kit.pass(2 * HOUR - SECOND);
    assert_eq!(office.told_due(&id), 0, "the wall says so");
    office.kit.pass(SECOND);
    assert_eq!(office.told_due(&id), 1);
}

#[test]
fn a_machine_that_slept_tells_when_it_wakes() {
    let mut office = Office::new();
    let id = mine_in_an_hour(&mut office);
    // Asleep, the clock for durations stands still.
    let morning = office.kit.now.wall + 10 * HOUR;
    office.set_clock(morning);
    office.kit.input(Input::Tick);
    assert_eq!(office.told_due(&id), 1);
}

#[test]
fn nothing_to_wait_for_wakes_nobody() {
    let mut office = Office::new();
    assert_eq!(office.kit.desk.wake(), None);
    office.promise(ANNA);
    assert_eq!(office.kit.desk.wake(), None, "it was told");
}

#[test]
fn a_clock_that_is_set_back_loses_nothing_that_was_closed() {
    let mut office = Office::new();
    office.kit.listener = None;
    for no in 0..60 {
        let id = office.promise(&format!("8495{:07}", 2_000_000 + no));
        let earlier = office.kit.now.wall - MINUTE;
        office.set_clock(earlier);
        office.asks(&close(&id, "cancelled"));
    }
    office.write_down();
    assert_eq!(office.disk.len(), 60);
    assert!(office.disk.values().all(|row| row.closed_at.is_some()), "each is closed on the disk as well");
}

#[test]
fn a_mine_that_is_due_is_called_by_itself_once() {
    let mut office = Office::by(calls_by_itself());
    let id = mine_in_an_hour(&mut office);
    office.kit.pass(HOUR);
    assert!(office.kit.dialled().is_empty(), "a row first");
    office.commit();
    assert_eq!(office.kit.dialled(), [ANNA]);
    let call = office.goes_out(&id);
    office.kit.ends(call.0, Reason::NoAnswer);
    office.kit.pass(15 * MINUTE - SECOND);
    assert!(office.kit.commits.is_empty());
    office.kit.pass(SECOND);
    office.commit();
    assert_eq!(office.kit.dialled(), [ANNA], "once more when it is due again");
    let call = office.goes_out(&id);
    office.speaks(call);
    office.kit.pass(HOUR);
    assert!(office.kit.commits.is_empty());
    assert_eq!(office.one(&id).outcome, Some(CallbackOutcome::Reached));
}

#[test]
fn what_nobody_has_taken_is_not_called_by_itself() {
    let mut office = Office::by(calls_by_itself());
    let id = office.promise(ANNA);
    office.kit.pass(HOUR);
    assert!(office.kit.commits.is_empty());
    office.asks(&on(&id, "claim_callback"));
    office.commit();
    assert_eq!(office.state(&id), CallbackState::Calling);
}

#[test]
fn nobody_is_called_while_the_agent_has_something_else_to_do() {
    let mut office = Office::by(calls_by_itself());
    let id = mine_in_an_hour(&mut office);
    office.kit.pass(HOUR - MINUTE);
    office.rings(2, BORIS);
    office.kit.pass(10 * SECOND);
    office.answers(2);
    office.kit.pass(HOUR);
    assert_eq!((office.told_due(&id), office.kit.commits.len()), (1, 0), "told, not called");
    office.kit.holds(2, true);
    office.kit.pass(MINUTE);
    assert!(office.kit.commits.is_empty(), "somebody who hears music is a call, too");
    office.kit.ends(2, Reason::HungUp);
    office.kit.pass(5 * SECOND);
    office.commit();
    assert_eq!(office.state(&id), CallbackState::Calling);
}

#[test]
fn a_call_that_comes_between_the_row_and_the_dialling_goes_before() {
    let mut office = Office::by(calls_by_itself());
    let id = mine_in_an_hour(&mut office);
    office.kit.pass(HOUR);
    office.rings(2, BORIS);
    office.answers(2);
    office.kit.take_commands();
    office.commit();
    assert!(office.kit.take_commands().is_empty(), "nobody is put on hold for it");
    assert_eq!((office.state(&id), office.results(&id)), (CallbackState::Claimed, Vec::new()));
    office.kit.pass(MINUTE);
    office.kit.ends(2, Reason::HungUp);
    office.kit.pass(5 * SECOND);
    office.commit();
    assert_eq!(office.kit.dialled(), [ANNA], "and later it is called after all");
}

#[test]
fn nobody_is_called_for_an_agent_who_is_not_there() {
    for (leaves, comes) in [
        (r#"{"type":"set_do_not_disturb","on":true}"#, r#"{"type":"set_do_not_disturb","on":false}"#),
        (r#"{"type":"set_presence","state":"away"}"#, r#"{"type":"set_presence","state":"available"}"#),
    ] {
        let mut office = Office::by(calls_by_itself());
        let id = mine_in_an_hour(&mut office);
        office.kit.ask(leaves).expect("possible");
        office.kit.pass(HOUR + MINUTE);
        assert_eq!((office.told_due(&id), office.kit.commits.len()), (1, 0), "{leaves}");
        office.kit.ask(comes).expect("possible");
        office.kit.pass(5 * SECOND);
        office.commit();
        assert_eq!(office.state(&id), CallbackState::Calling, "{comes}");
    }
    let mut office = Office::by(calls_by_itself());
    mine_in_an_hour(&mut office);
    office.kit.hear(Event::Registration(AccountId("work".into()), Registration::Unregistered));
    office.kit.pass(HOUR + MINUTE);
    assert!(office.kit.commits.is_empty(), "not registered");
}

#[test]
fn a_number_abroad_is_called_by_a_click_only() {
    let accounts = vec![AccountSettings {
        rules: crate::Rules { country: "RU".into(), ..crate::Rules::default() },
        ..account("work", "sip:101@pbx.example")
    }];
    let mut office = Office::with(Settings { accounts, callbacks: calls_by_itself(), ..Settings::default() });
    let id = office.promise("+44 20 7946 0018");
    office.asks(&on(&id, "claim_callback"));
    office.kit.pass(HOUR);
    assert!(office.kit.commits.is_empty());
    office.calls(&id);
}

#[test]
fn what_cannot_be_written_is_not_tried_for_ever() {
    let mut office = Office::by(calls_by_itself());
    let id = mine_in_an_hour(&mut office);
    office.kit.pass(HOUR);
    let (token, _) = office.kit.commits.remove(0);
    office.kit.input(Input::Committed(token, Err("disk full".into())));
    office.kit.pass(HOUR);
    assert_eq!((office.kit.commits.len(), office.notices()), (0, vec!["callback_not_written"]));
    assert!(office.one(&id).is_due, "the agent sees it");
}

#[test]
fn one_at_a_time_the_longest_due_first() {
    let mut office = Office::by(calls_by_itself());
    office.kit.ask(r#"{"type":"set_do_not_disturb","on":true}"#).expect("possible");
    let (first, second) = (office.promise(BORIS), {
        office.kit.pass(SECOND);
        office.promise(ANNA)
    });
    for id in [&second, &first] {
        office.asks(&on(id, "claim_callback"));
    }
    office.kit.take_commands();
    office.kit.ask(r#"{"type":"set_do_not_disturb","on":false}"#).expect("possible");
    office.kit.pass(5 * SECOND);
    office.commit();
    assert_eq!(office.kit.dialled(), [BORIS]);
    office.kit.pass(MINUTE);
    assert!(office.kit.commits.is_empty(), "one at a time");
    let call = office.goes_out(&first);
    office.speaks(call);
    office.kit.pass(5 * SECOND);
    office.commit();
    assert_eq!(office.kit.dialled(), [ANNA]);
}
