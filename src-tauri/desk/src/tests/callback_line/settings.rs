//! What is set up, switched, and changed while calls wait.

use super::*;

fn set(on: bool) -> String {
    format!(r#"{{"type":"set_callback_line","on":{on}}}"#)
}

#[test]
fn it_is_off_by_default() {
    for line in [
        LineRules::default(),
        LineRules { enabled: false, ..rules() },
        LineRules { configured: false, ..rules() },
        LineRules { account: "work".to_owned(), ..rules() },
    ] {
        let mut story = Story::new(line);
        let call = story.comes(ANNA);
        assert_eq!(story.said(), [Command::Ringing(call), Command::Ring(true)], "calls are calls");
        assert_eq!(story.rows(), []);
    }
    assert!(!LineRules::default().enabled && LineRules::default().allow.is_empty());
}

#[test]
fn it_is_switched_on_and_off() {
    let mut story = Story::new(LineRules { enabled: false, ..rules() });
    assert!(!story.kit.desk.snapshot().callback_line.enabled);
    story.kit.asks(&set(true));
    assert!(story.kit.desk.snapshot().callback_line.enabled);
    story.kit.asks(&set(true));
    story.kit.asks(&set(false));
    assert_eq!(story.kit.stored, [Store::CallbackLine(true), Store::CallbackLine(false)]);
    let call = story.comes(ANNA);
    assert!(story.said().contains(&Command::Ringing(call)));
}

#[test]
fn one_that_is_not_set_up_or_is_locked_is_not_switched() {
    let mut story = Story::new(LineRules::default());
    assert_eq!(story.kit.is_refused(&set(true)), (409, "callback_line_not_set_up".to_owned()));
    for lock in ["callback_line", "callback_line.enabled"] {
        let mut story = Story::with(Settings { locked: vec![lock.to_owned()], ..settings(rules()) });
        assert_eq!(story.kit.is_refused(&set(false)), (403, "locked".to_owned()));
    }
}

#[test]
fn who_waits_when_it_is_switched_off_is_not_called() {
    let mut story = Story::new(rules());
    story.asks(ANNA);
    story.kit.asks(&set(false));
    assert_eq!(story.end(), refused("line_switched_off"));
    story.kit.asks(&set(true));
    story.nobody_is_called();
}

#[test]
fn who_is_being_called_when_it_is_switched_off_is_let_go() {
    let mut story = Story::new(rules());
    let call = story.called_back().call;
    story.kit.asks(&set(false));
    assert_eq!(story.said(), [Command::HangUp(call)]);
    assert_eq!(story.end(), refused("line_switched_off"));
}

#[test]
fn who_has_answered_when_it_is_switched_off_is_handed_on() {
    let mut story = Story::new(rules());
    let call = story.answered();
    story.kit.asks(&set(false));
    story.said();
    story.kit.asks(&format!(r#"{{"type":"answer","call":"{call}"}}"#));
    assert!(story.said().contains(&Command::Apart(call, false)));
    assert_eq!(story.state(), LineState::Done);
}

#[test]
fn other_rules_are_not_for_those_who_came_by_these() {
    let mut story = Story::new(rules());
    story.asks(ANNA);
    story.kit.input(Input::Settings(settings(rules())));
    assert_eq!(story.state(), LineState::Waiting, "the same settings, read again");
    let caller_id = Some("74950000100".to_owned());
    story.kit.input(Input::Settings(settings(LineRules { caller_id, ..rules() })));
    assert_eq!(story.end(), refused("line_switched_off"));
    story.nobody_is_called();
}

#[test]
fn an_account_that_reads_numbers_otherwise_calls_nobody_it_did_not_mean() {
    let mut story = Story::new(rules());
    story.asks("84952294989");
    let mut other = settings(rules());
    other.accounts[0].rules.country = "IR".to_owned();
    story.kit.input(Input::Settings(other));
    story.kit.hear(Event::Registration(AccountId("line".to_owned()), Registration::Registered));
    story.kit.pass(5 * SECOND);
    assert_eq!(story.end(), refused("line_switched_off"));
    story.nobody_is_called();
}

#[test]
fn limits_outlive_the_switch() {
    let mut story = Story::new(LineRules { per_hour: 1, ..rules() });
    let call = story.called_back().call;
    story.over(call, Reason::Busy, Some(486));
    story.kit.asks(&set(false));
    story.kit.asks(&set(true));
    story.asks("+74950000001");
    assert_eq!(story.end(), refused("line_limit"));
}

#[test]
fn what_is_wrong_with_it_is_shown() {
    let digits = LineNext::Digits { length: 3, read_at: None };
    for (line, code) in [
        (LineRules { account: "nowhere".to_owned(), ..rules() }, "line_account_unknown"),
        (LineRules { trunk: Some("nowhere".to_owned()), ..rules() }, "line_no_trunk"),
        (LineRules { next: digits, ..rules() }, "line_nothing_to_reach"),
    ] {
        assert_eq!(Story::new(line.clone()).trouble().as_deref(), Some(code));
        assert_eq!(Story::new(LineRules { enabled: false, ..line }).trouble(), None, "only if it should work");
    }
    assert_eq!(Story::new(rules()).trouble(), None);
}

#[test]
fn a_registration_that_is_missing_is_shown() {
    let line = LineRules { trunk: Some("trunk".to_owned()), ..rules() };
    for (account, code) in [("line", "not_registered"), ("trunk", "line_no_trunk")] {
        let mut story = Story::new(line.clone());
        let stands = |story: &mut Story, stands| {
            story.kit.hear(Event::Registration(AccountId(account.to_owned()), stands));
            story.trouble()
        };
        assert_eq!(stands(&mut story, Registration::Unregistered).as_deref(), Some(code));
        assert_eq!(stands(&mut story, Registration::Registering), None);
        assert_eq!(stands(&mut story, Registration::Registered), None);
    }
}

#[test]
fn an_extension_needs_no_trunk() {
    let method = LineMethod::Extension("205".to_owned());
    let story = Story::new(LineRules { method, trunk: Some("nowhere".to_owned()), ..rules() });
    assert_eq!(story.trouble(), None);
}
