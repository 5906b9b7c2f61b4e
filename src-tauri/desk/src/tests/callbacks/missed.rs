//! Calls that nobody took, and callers who gave up.

use cti::{Direction, FloorEvent};

use super::*;

fn rules() -> CallbackRules {
    CallbackRules { from_missed: true, from_abandoned: true, ..CallbackRules::default() }
}

/// It rings here, and the caller hangs up.
fn misses(office: &mut Office, call: u64, number: &str) {
    office.rings(call, number);
    office.kit.pass(10 * SECOND);
    office.kit.ends(call, Reason::Cancelled);
}

fn waits(office: &mut Office, call: &str, number: &str) {
    let (queue, call_id, number) = ("500".to_owned(), call.to_owned(), number.to_owned());
    let name = Some("Anna".to_owned());
    office.kit.input(Input::Floor(FloorEvent::Waits { queue, call_id, number, name, waited_ms: 0 }));
}

fn leaves(office: &mut Office, call: &str, abandoned: bool) {
    let (queue, call_id) = ("500".to_owned(), call.to_owned());
    office.kit.input(Input::Floor(FloorEvent::WaitsNoMore { queue, call_id, abandoned }));
}

#[test]
fn a_missed_call_is_to_be_called_back_once_that_is_certain() {
    let mut office = Office::by(rules());
    misses(&mut office, 2, ANNA);
    office.kit.pass(3 * SECOND - Duration::from_millis(1));
    assert!(office.all().is_empty(), "an answer may come late");
    office.kit.pass(SECOND);
    let one = office.only();
    assert_eq!((one.reason, one.number.as_str(), one.is_due), (CallbackReason::Missed, ANNA, false));
    assert!(office.due_in(&one.id) > 4 * MINUTE && office.due_in(&one.id) <= 5 * MINUTE);
    office.kit.pass(5 * MINUTE);
    assert_eq!(office.told_due(&one.id), 1);
}

#[test]
fn only_if_the_settings_want_it() {
    let mut office = Office::new();
    misses(&mut office, 2, ANNA);
    waits(&mut office, "W", BORIS);
    leaves(&mut office, "W", true);
    office.kit.pass(HOUR);
    assert!(office.all().is_empty());
}

#[test]
fn whoever_calls_again_is_one_callback() {
    let mut office = Office::by(rules());
    for call in 1..=3 {
        misses(&mut office, call * 2, if call == 2 { "+74952294989" } else { ANNA });
        office.kit.pass(MINUTE);
    }
    office.only();
}

#[test]
fn who_calls_again_and_is_answered_is_not_called_back() {
    let mut office = Office::by(rules());
    misses(&mut office, 2, ANNA);
    office.kit.pass(SECOND);
    office.rings(4, ANNA);
    office.answers(4);
    office.kit.pass(MINUTE);
    assert!(office.all().is_empty(), "before it was certain");
    office.kit.ends(4, Reason::HungUp);
    misses(&mut office, 6, ANNA);
    office.kit.pass(MINUTE);
    assert_eq!(office.only().state, CallbackState::Open);
    office.kit.input(leg("L", "102", ANNA, offered(Direction::In)));
    office.kit.input(leg("L", "102", ANNA, cti::What::Answered));
    assert_eq!(office.only().outcome, Some(CallbackOutcome::ReachedElsewhere));
}

#[test]
fn a_call_that_the_agent_took_or_refused_is_not_missed() {
    let mut office = Office::by(rules());
    office.rings(2, ANNA);
    office.answers(2);
    office.kit.ends(2, Reason::RemoteHungUp);
    office.kit.asks(&dial(BORIS));
    office.kit.ends(1, Reason::NoAnswer);
    office.kit.pass(MINUTE);
    assert!(office.all().is_empty());
}

#[test]
fn a_call_that_a_colleague_took_is_not_missed() {
    let mut office = Office::by(rules());
    office.rings(2, ANNA);
    office.kit.ends(2, Reason::AnsweredElsewhere);
    office.kit.pass(MINUTE);
    assert!(office.all().is_empty());
}

#[test]
fn numbers_inside_and_withheld_ones_never() {
    let mut office = Office::by(rules());
    for (call, number) in [(2, "102"), (4, ""), (6, "anonymous"), (8, "101")] {
        misses(&mut office, call, number);
        waits(&mut office, &call.to_string(), number);
        leaves(&mut office, &call.to_string(), true);
        office.kit.pass(MINUTE);
    }
    assert!(office.all().is_empty());
    let cards = crate::Cards { extensions: vec!["8495229xxxx".into()], ..crate::Cards::default() };
    let mut office = Office::with(Settings { callbacks: rules(), cards, ..settings() });
    misses(&mut office, 2, ANNA);
    office.kit.pass(MINUTE);
    assert!(office.all().is_empty(), "the settings say who is inside");
}

#[test]
fn a_caller_who_may_not_be_called_is_not_called_back() {
    let accounts = vec![AccountSettings {
        rules: crate::Rules { country: "RU".into(), ..crate::Rules::default() },
        ..account("work", "sip:101@pbx.example")
    }];
    let mut office = Office::with(Settings { accounts, callbacks: rules(), ..Settings::default() });
    misses(&mut office, 2, "+78095051234");
    office.kit.pass(MINUTE);
    assert!(office.all().is_empty(), "that is how it is earned from");
}

#[test]
fn who_gives_up_in_a_queue_is_called_back() {
    let mut office = Office::by(rules());
    waits(&mut office, "W", ANNA);
    office.kit.pass(MINUTE);
    leaves(&mut office, "W", true);
    let one = office.only();
    assert_eq!(
        (one.reason, one.queue.as_deref(), one.name.as_deref()),
        (CallbackReason::Abandoned, Some("500"), Some("Anna"))
    );
    assert_eq!(office.due_in(&one.id), 5 * MINUTE);
    // The same call rang here, and was missed: that is no second.
    misses(&mut office, 2, ANNA);
    office.kit.pass(MINUTE);
    assert_eq!(office.only().reason, CallbackReason::Abandoned);
}

#[test]
fn a_missed_call_learns_which_queue_it_came_through() {
    let mut office = Office::by(rules());
    waits(&mut office, "W", ANNA);
    misses(&mut office, 2, ANNA);
    office.kit.pass(10 * SECOND);
    assert_eq!((office.only().reason, office.only().queue), (CallbackReason::Missed, None));
    leaves(&mut office, "W", true);
    assert_eq!((office.only().reason, office.only().queue.as_deref()), (CallbackReason::Abandoned, Some("500")));
}

#[test]
fn who_is_served_is_not_called_back() {
    let mut office = Office::by(rules());
    waits(&mut office, "W", ANNA);
    leaves(&mut office, "W", false);
    leaves(&mut office, "W", true);
    leaves(&mut office, "nobody", true);
    office.kit.pass(MINUTE);
    assert!(office.all().is_empty());
}

#[test]
fn what_happens_before_the_journal_is_read_is_not_lost() {
    let mut office = Office::unread(Settings { callbacks: rules(), ..settings() }, BTreeMap::new());
    misses(&mut office, 2, ANNA);
    waits(&mut office, "W", BORIS);
    leaves(&mut office, "W", true);
    office.kit.pass(MINUTE);
    assert!(office.all().is_empty());
    assert!(office.kit.desk.wake().is_none_or(|wake| wake > office.kit.now.instant), "and it is not waited for busily");
    office.kit.input(Input::Callbacks(Vec::new()));
    let mut numbers: Vec<_> = office.all().into_iter().map(|one| one.number).collect();
    numbers.sort();
    assert_eq!(numbers, [BORIS, ANNA]);
}

#[test]
fn a_call_is_missed_once_also_after_it_was_dealt_with() {
    let mut office = Office::by(rules());
    misses(&mut office, 2, ANNA);
    office.kit.pass(10 * SECOND);
    let id = office.only().id;
    office.asks(&close(&id, "cancelled"));
    // The line of the history is written anew.
    let row = office.kit.written.iter().rev().find_map(|write| match write {
        Write::Call(call) => Some((**call).clone()),
        _ => None,
    });
    let row = journal::Call { note: "Nothing".into(), ..row.expect("the call is in the history") };
    office.kit.desk.callbacks_see(&row, office.kit.now);
    office.kit.pass(MINUTE);
    assert_eq!(office.only().id, id);
}

#[test]
fn a_flood_of_missed_calls_is_told_of_once() {
    let mut office = Office::by(rules());
    office.kit.listener = None;
    for no in 0..1_000 {
        office.promise(&format!("8495{:07}", 2_000_000 + no));
    }
    for no in 0..5 {
        misses(&mut office, 2 + no * 2, &format!("8495{:07}", 3_000_000 + no));
    }
    office.kit.pass(MINUTE);
    assert_eq!((office.all().len(), office.notices()), (1_000, vec!["too_many_callbacks"]));
}
