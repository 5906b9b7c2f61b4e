//! After a crash it is known again who is to be called back, and nobody is called twice.

use super::*;

fn later(office: &Office, time: Duration) -> Timestamp {
    office.kit.now.wall + time
}

#[test]
fn what_was_promised_is_known_again() {
    let mut office = Office::new();
    let id = office.asks(
        r#"{"type":"request_callback","number":"84952294989","name":"Anna","queue":"Sales","note":"One\nTwo","key":"k",
            "due_at":"2026-09-22T12:00:00Z"}"#,
    );
    office.asks(&on(&id, "claim_callback"));
    office.tries(&id, Reason::Busy);
    let before = office.one(&id);
    let next = later(&office, HOUR);
    let mut office = office.restarted(next);
    assert_eq!(office.one(&id), before);
    office.write_down();
    assert!(office.kit.written.is_empty() && office.kit.commits.is_empty(), "nothing is new");
    assert_eq!(office.asks(r#"{"type":"request_callback","number":"84952294989","queue":"Sales"}"#), id);
}

#[test]
fn what_was_due_meanwhile_is_told_at_once() {
    let mut office = Office::new();
    let id =
        office.asks(&format!(r#"{{"type":"request_callback","number":"{ANNA}","due_at":"2026-09-22T12:00:00Z"}}"#));
    let next = later(&office, 48 * HOUR);
    let office = office.restarted(next);
    assert_eq!((office.told_due(&id), office.one(&id).is_due), (1, true));
}

#[test]
fn an_attempt_that_a_crash_ended_is_not_made_again() {
    // Before the call, while it rings.
    for is_dialled in [false, true] {
        let rules = CallbackRules { at_due: AtDue::Call, ..CallbackRules::default() };
        let mut office = Office::by(rules);
        let id = office.promise(ANNA);
        office.asks(&on(&id, "claim_callback"));
        office.commit();
        if is_dialled {
            let call = office.goes_out(&id);
            office.kit.hear(Event::RemoteRinging(call));
        }
        for night in 1..=3 {
            let next = later(&office, 12 * HOUR);
            office = office.restarted(next);
            office.kit.pass(HOUR);
            assert!(
                office.kit.commits.is_empty() && office.kit.take_commands().iter().all(is_no_call),
                "night {night}"
            );
            assert_eq!(office.results(&id), [AttemptResult::Interrupted], "night {night}");
            let one = office.one(&id);
            assert_eq!((one.state, one.is_due), (CallbackState::Claimed, true), "the agent decides");
        }
        // A site that repeats its wish decides nothing.
        office.promise(ANNA);
        office.asks(&defer(&id, &later(&office, MINUTE).to_string()));
        office.kit.pass(HOUR);
        assert!(office.kit.commits.is_empty());
        office.calls(&id);
        assert_eq!(office.results(&id), [AttemptResult::Interrupted, AttemptResult::Calling]);
    }
}

fn is_no_call(command: &Command) -> bool {
    !matches!(command, Command::Dial { .. })
}

#[test]
fn a_crash_before_the_row_is_no_attempt() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    office.asks(&on(&id, "call_callback"));
    let next = later(&office, HOUR);
    let office = office.restarted(next);
    assert_eq!((office.state(&id), office.results(&id)), (CallbackState::Open, Vec::new()));
}

#[test]
fn a_crash_in_the_conversation_is_an_answer() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    let call = office.calls(&id);
    office.kit.hear(Event::Answered(call));
    let next = later(&office, HOUR);
    let mut office = office.restarted(next);
    assert_eq!(
        (office.one(&id).outcome, office.results(&id)),
        (Some(CallbackOutcome::Reached), vec![AttemptResult::Answered])
    );
    office.write_down();
    assert!(office.disk[&id].closed_at.is_some());
}

#[test]
fn what_was_interrupted_counts_as_tried() {
    let mut office = Office::by(CallbackRules { attempts: 2, ..CallbackRules::default() });
    let id = office.promise(ANNA);
    office.calls(&id);
    let next = later(&office, HOUR);
    let mut office = office.restarted(next);
    office.tries(&id, Reason::NoAnswer);
    assert_eq!(office.one(&id).outcome, Some(CallbackOutcome::GaveUp));
}

#[test]
fn closed_ones_are_shown_for_a_day_and_their_wishes_known_for_longer() {
    let mut office = Office::new();
    let wish = r#"{"type":"request_callback","number":"84952294989","key":"k"}"#;
    let id = office.asks(wish);
    office.asks(&close(&id, "cancelled"));
    let next = later(&office, 23 * HOUR);
    let office = office.restarted(next);
    assert!(office.only().closed_at.is_some());
    let next = later(&office, 2 * HOUR);
    let mut office = office.restarted(next);
    assert!(office.all().is_empty());
    assert_eq!(office.asks(wish), id, "this wish was heard");
    assert!(office.all().is_empty());
}

#[test]
fn fifty_closed_ones_are_shown() {
    let mut office = Office::new();
    office.kit.listener = None;
    for no in 0..60 {
        let id = office.promise(&format!("8495{:07}", 2_000_000 + no));
        office.kit.pass(SECOND);
        office.asks(&close(&id, "cancelled"));
    }
    assert_eq!(office.all().len(), 50);
    let next = later(&office, HOUR);
    let office = office.restarted(next);
    let numbers: Vec<_> = office.all().into_iter().map(|one| one.number).collect();
    assert_eq!(numbers.len(), 50);
    assert!(numbers.contains(&"84952000059".to_owned()) && !numbers.contains(&"84952000009".to_owned()), "the last");
}

#[test]
fn a_row_that_nobody_understands_is_not_lost() {
    let row = journal::Callback {
        key: "old".into(),
        wishes: vec!["k".into()],
        number: "?".into(),
        name: None,
        queue: None,
        reason: "whim".into(),
        note: String::new(),
        created_at: Timestamp::constant(1_780_000_000, 0),
        due_at: Timestamp::constant(1_780_000_000, 0),
        claimed_by: Some("101".into()),
        attempts: vec![journal::Attempt {
            at: Timestamp::constant(1_780_000_000, 0),
            by: "101".into(),
            result: "fog".into(),
        }],
        outcome: None,
        closed_at: None,
    };
    let rules = CallbackRules { at_due: AtDue::Call, ..CallbackRules::default() };
    let mut office = Office::unread(Settings { callbacks: rules, ..settings() }, BTreeMap::new());
    office.kit.input(Input::Callbacks(vec![row]));
    let one = office.only();
    assert_eq!((one.number_shown.as_str(), one.reason), ("?", CallbackReason::Requested));
    assert_eq!(office.results("old"), [AttemptResult::Interrupted]);
    office.kit.pass(HOUR);
    assert!(office.kit.commits.is_empty());
    assert_eq!(office.is_refused(&on("old", "call_callback")), "target_undialable");
    office.asks(&close("old", "cancelled"));
}
