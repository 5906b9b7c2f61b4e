//! This telephone calls: a row first, the call second, and never twice.

use super::*;

/// The row of the attempt is what the disk has while the telephone rings.
fn last_on_disk(office: &Office, id: &str) -> String {
    office.disk[id].attempts.last().expect("an attempt").result.clone()
}

#[test]
fn a_row_is_on_the_disk_before_anything_is_dialled() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    office.kit.take_commands();
    assert_eq!(office.asks(&on(&id, "call_callback")), id);
    assert!(office.kit.take_commands().is_empty(), "not before");
    let one = office.one(&id);
    assert_eq!((one.state, one.call, one.is_mine), (CallbackState::Calling, None, true));
    office.commit();
    assert_eq!(last_on_disk(&office, &id), "calling");
    assert_eq!(office.kit.dialled(), [ANNA]);
    let call = office.goes_out(&id);
    office.speaks(call);
    let one = office.one(&id);
    assert_eq!((one.state, one.outcome), (CallbackState::Closed, Some(CallbackOutcome::Reached)));
    assert_eq!(office.results(&id), [AttemptResult::Answered]);
    office.write_down();
    assert_eq!(
        (last_on_disk(&office, &id).as_str(), office.disk[&id].outcome.as_deref()),
        ("answered", Some("reached"))
    );
}

#[test]
fn a_double_click_is_one_call() {
    let mut office = Office::new();
    let (id, other) = (office.promise(ANNA), office.promise(BORIS));
    office.kit.take_commands();
    office.asks(&on(&id, "call_callback"));
    assert_eq!(office.is_refused(&on(&id, "call_callback")), "callback_calling");
    assert_eq!(office.is_refused(&on(&other, "call_callback")), "already_dialing", "nor do two go out at once");
    let token = office.commit();
    assert_eq!(office.is_refused(&on(&id, "call_callback")), "callback_calling");
    assert_eq!(office.is_refused(&on(&other, "call_callback")), "already_dialing");
    for result in [Ok(()), Err("late".to_owned())] {
        office.kit.input(Input::Committed(token, result));
    }
    assert_eq!(office.kit.dialled(), [ANNA], "told twice, dialled once");
    assert_eq!(office.results(&id), [AttemptResult::Calling]);
    for intent in [close(&id, "reached"), on(&id, "release_callback"), defer(&id, "2026-09-22T10:00:00Z")] {
        assert_eq!(office.is_refused(&intent), "callback_calling", "{intent}");
    }
}

#[test]
fn what_was_written_for_one_attempt_starts_no_other() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    office.asks(&on(&id, "call_callback"));
    let first = office.commit();
    let call = office.goes_out(&id).0;
    office.kit.ends(call, Reason::Busy);
    office.asks(&on(&id, "call_callback"));
    office.kit.take_commands();
    office.kit.input(Input::Committed(first, Ok(())));
    office.kit.input(Input::Committed(999, Ok(())));
    assert!(office.kit.dialled().is_empty());
    office.commit();
    assert_eq!(office.kit.dialled(), [ANNA]);
}

#[test]
fn nothing_is_dialled_if_the_row_cannot_be_written() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    office.kit.take_commands();
    office.asks(&on(&id, "call_callback"));
    let (token, _) = office.kit.commits.remove(0);
    office.kit.input(Input::Committed(token, Err("disk\u{202e} full\r\n".into())));
    assert!(office.kit.take_commands().is_empty());
    assert_eq!(office.notices(), ["callback_not_written"]);
    assert_eq!((office.state(&id), office.results(&id)), (CallbackState::Claimed, Vec::new()), "nobody was tried");
    office.write_down();
    assert_eq!(office.disk[&id].attempts, [], "nor will the disk say so, once it works");
    office.calls(&id);
    assert_eq!(office.kit.dialled(), [ANNA]);
}

#[test]
fn a_row_that_comes_too_late_is_not_waited_for() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    office.kit.take_commands();
    office.asks(&on(&id, "call_callback"));
    office.kit.pass(10 * SECOND);
    assert_eq!((office.state(&id), office.notices()), (CallbackState::Claimed, vec!["callback_not_written"]));
    office.commit();
    assert!(office.kit.take_commands().is_empty(), "nobody expects a call any more");
    assert_eq!(office.results(&id), []);
    office.calls(&id);
    assert_eq!(office.kit.dialled(), [ANNA]);
}

#[test]
fn who_dials_somebody_else_meanwhile_calls_only_them() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    office.kit.take_commands();
    office.asks(&on(&id, "call_callback"));
    office.kit.asks(&dial("200"));
    office.commit();
    assert_eq!(office.kit.dialled(), ["200"]);
    assert_eq!((office.state(&id), office.results(&id)), (CallbackState::Claimed, Vec::new()));
    assert_eq!(office.notices(), ["already_dialing"]);
}

#[test]
fn who_is_not_registered_calls_nobody() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    office.asks(&on(&id, "call_callback"));
    office.kit.hear(Event::Registration(AccountId("work".into()), Registration::Unregistered));
    office.kit.take_commands();
    office.commit();
    assert!(office.kit.dialled().is_empty());
    assert_eq!((office.notices(), office.results(&id)), (vec!["not_registered"], Vec::new()));
    assert_eq!(office.is_refused(&on(&id, "call_callback")), "not_registered");
}

#[test]
fn each_end_of_a_call_is_a_result() {
    use AttemptResult::{Busy, Failed, NoAnswer};
    for (reason, result) in [
        (Reason::Busy, Busy),
        (Reason::Declined, Busy),
        (Reason::NoAnswer, NoAnswer),
        (Reason::Cancelled, NoAnswer),
        (Reason::RemoteHungUp, NoAnswer),
        (Reason::NotFound, Failed),
        (Reason::Unreachable, Failed),
        (Reason::Rejected, Failed),
        (Reason::Failed, Failed),
    ] {
        let mut office = Office::new();
        let id = office.promise(ANNA);
        office.tries(&id, reason);
        assert_eq!(office.results(&id), [result], "{reason:?}");
        let one = office.one(&id);
        assert_eq!((one.state, one.is_due, one.call), (CallbackState::Claimed, false, None), "{reason:?}");
        assert_eq!(office.due_in(&id), 15 * MINUTE, "{reason:?}");
    }
}

#[test]
fn an_answer_counts_whatever_ends_the_call() {
    for reason in [Reason::HungUp, Reason::MediaLost, Reason::Failed] {
        let mut office = Office::new();
        let id = office.promise(ANNA);
        let call = office.calls(&id);
        office.kit.hear(Event::Answered(call));
        assert_eq!(office.results(&id), [AttemptResult::Answered], "at once: whatever happens afterwards");
        assert_eq!(office.state(&id), CallbackState::Calling);
        office.kit.ends(call.0, reason);
        assert_eq!(office.one(&id).outcome, Some(CallbackOutcome::Reached), "{reason:?}");
    }
}

#[test]
fn who_is_never_reached_is_given_up() {
    let rules = CallbackRules { attempts: 3, retry_after: 5 * MINUTE, ..CallbackRules::default() };
    let mut office = Office::by(rules);
    let id = office.promise(ANNA);
    for tried in 1..3 {
        office.tries(&id, Reason::NoAnswer);
        assert_eq!((office.results(&id).len(), office.due_in(&id)), (tried, 5 * MINUTE));
        office.kit.pass(5 * MINUTE - SECOND);
        assert!(!office.one(&id).is_due);
        office.kit.pass(SECOND);
        assert!(office.one(&id).is_due);
    }
    assert_eq!(office.told_due(&id), 3);
    office.tries(&id, Reason::Busy);
    assert_eq!(office.one(&id).outcome, Some(CallbackOutcome::GaveUp));
    assert_eq!(office.results(&id), [AttemptResult::NoAnswer, AttemptResult::NoAnswer, AttemptResult::Busy]);
    assert_eq!(office.notices(), ["callback_gave_up"]);
}

#[test]
fn as_often_as_the_settings_may_want() {
    let mut office = Office::by(CallbackRules { attempts: 100, ..CallbackRules::default() });
    let id = office.promise(ANNA);
    for _ in 0..100 {
        assert_ne!(office.state(&id), CallbackState::Closed);
        office.tries(&id, Reason::Busy);
    }
    assert_eq!(office.one(&id).outcome, Some(CallbackOutcome::GaveUp));
}

#[test]
fn who_calls_before_the_time_still_calls_then() {
    let mut office = Office::new();
    let id =
        office.asks(&format!(r#"{{"type":"request_callback","number":"{ANNA}","due_at":"2026-09-22T12:00:00Z"}}"#));
    office.tries(&id, Reason::NoAnswer);
    assert_eq!(office.one(&id).due_at, "2026-09-22T12:00:00Z");
}

#[test]
fn what_is_promised_in_the_call_is_another_promise() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    let call = office.calls(&id);
    office.kit.hear(Event::Answered(call));
    let next = office.asks(&format!(
        r#"{{"type":"request_callback","call":"{call}","due_at":"2026-09-22T12:00:00Z","note":"With the boss"}}"#
    ));
    assert_ne!(next, id);
    office.kit.ends(call.0, Reason::HungUp);
    assert_eq!(office.one(&id).outcome, Some(CallbackOutcome::Reached));
    assert_eq!((office.state(&next), office.one(&next).note.as_str()), (CallbackState::Open, "With the boss"));
}

#[test]
fn what_is_asked_while_it_rings_is_the_same() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    let call = office.calls(&id);
    let again =
        office.asks(&format!(r#"{{"type":"request_callback","number":"{ANNA}","due_at":"2026-09-22T12:00:00Z"}}"#));
    assert_eq!(again, id);
    office.kit.ends(call.0, Reason::NoAnswer);
    assert_eq!(office.one(&id).due_at, "2026-09-22T12:00:00Z", "that time stands");
}

#[test]
fn a_flood_of_calls_does_not_undo_an_answer() {
    for is_answered in [true, false] {
        let mut office = Office::new();
        office.kit.listener = None;
        let id = office.promise(ANNA);
        let call = office.calls(&id);
        if is_answered {
            office.kit.hear(Event::Answered(call));
        }
        for other in 1..=20 {
            office.rings(other * 2, BORIS);
            office.kit.ends(other * 2, Reason::Cancelled);
        }
        office.kit.ends(call.0, Reason::HungUp);
        let one = office.one(&id);
        assert!(one.call.is_none() && one.state != CallbackState::Calling, "{one:?}");
        assert_eq!(one.outcome.is_some(), is_answered, "{one:?}");
    }
}

#[test]
fn digits_after_the_number_are_not_sent_to_whoever_answers() {
    let mut office = Office::new();
    let id = office.promise("tel:+74952294989;ext=12");
    let call = office.calls(&id);
    office.kit.hear(Event::Answered(call));
    office.kit.take_commands();
    office.kit.pass(5 * SECOND);
    assert!(office.kit.take_commands().iter().all(|command| !matches!(command, Command::SendDtmf(..))));
}
