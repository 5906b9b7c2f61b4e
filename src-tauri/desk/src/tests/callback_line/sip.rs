//! This softphone calls back.

use super::*;

fn to_queue() -> LineRules {
    LineRules { next: LineNext::Queue("500".to_owned()), ..rules() }
}

#[test]
fn a_call_is_refused_and_never_rings() {
    for status in [486, 603, 480] {
        let mut story = Story::new(LineRules { refuse_with: status, ..rules() });
        let call = story.comes(ANNA);
        assert_eq!(story.said(), [Command::Decline(call, status)]);
        assert_eq!(story.kit.desk.snapshot().calls, [], "it is not the agent's");
        assert_eq!(story.state(), LineState::Waiting);
        story.over(call, Reason::Declined, Some(status));
        assert_eq!(story.kit.desk.snapshot().history, []);
        assert!(story.kit.desk.snapshot().cards.is_empty());
    }
}

#[test]
fn it_is_called_when_the_delay_after_the_end_is_over() {
    let mut story = Story::new(LineRules { delay: 7 * SECOND, ..rules() });
    let call = story.comes(ANNA);
    story.kit.pass(MINUTE);
    assert_eq!(story.all_dialled(), [], "the call still ends");
    story.over(call, Reason::Cancelled, None);
    story.kit.pass(7 * SECOND - Duration::from_millis(1));
    assert_eq!(story.all_dialled(), []);
    story.kit.pass(Duration::from_millis(1));
    let dialled = story.dialled();
    assert_eq!((dialled.account.as_str(), dialled.target.as_str()), ("line", ANNA_DIALLED));
    assert_eq!(dialled.manner, Manner { apart: true, ..Manner::default() });
    assert_eq!(story.state(), LineState::Calling);
    assert_eq!(story.kit.desk.snapshot().callback_line.made_last_hour, 1);
}

#[test]
fn without_a_delay_it_is_called_at_once() {
    let mut story = Story::new(LineRules { delay: Duration::ZERO, ..rules() });
    story.asks(ANNA);
    assert_eq!(story.dialled().target, ANNA_DIALLED);
}

#[test]
fn the_trunk_and_the_number_that_is_shown() {
    let line = LineRules { trunk: Some("trunk".to_owned()), caller_id: Some("74950000100".to_owned()), ..rules() };
    let dialled = Story::new(line).called_back();
    assert_eq!(dialled.account, "trunk");
    assert_eq!(dialled.manner.caller_id.as_deref(), Some("74950000100"));
}

#[test]
fn a_fixed_number_or_extension_is_called_whoever_calls() {
    let number = LineMethod::Number("+78121234567".to_owned());
    let extension = LineMethod::Extension("205".to_owned());
    for (method, account, target) in [(number, "trunk", "+78121234567"), (extension, "line", "205")] {
        for allow in [Vec::new(), vec!["+7495*".to_owned()]] {
            let trunk = Some("trunk".to_owned());
            let mut story = Story::new(LineRules { method: method.clone(), trunk, allow, ..rules() });
            let dialled = story.called_back();
            assert_eq!((dialled.account.as_str(), dialled.target.as_str()), (account, target));
        }
    }
}

#[test]
fn who_is_named_may_and_others_may_not() {
    for method in [LineMethod::Caller, LineMethod::Number("+78121234567".to_owned())] {
        let mut story = Story::new(LineRules { method, ..rules() });
        story.asks("+78120000000");
        assert_eq!(story.end(), refused("line_caller_not_allowed"));
        story.nobody_is_called();
    }
}

#[test]
fn all_spellings_of_a_number_are_one() {
    for number in ["+74952294989", "84952294989", "74952294989", "+7 (495) 229-49-89"] {
        let mut story = Story::new(rules());
        story.asks(number);
        story.kit.pass(5 * SECOND);
        assert_eq!(story.all_dialled().len(), 1, "{number}");
    }
}

#[test]
fn only_calls_to_the_lines_are_ended() {
    let line = LineRules { lines: vec!["+74950000100".to_owned()], ..rules() };
    for (headers, is_taken) in [
        (vec![("X-DID", "84950000100")], true),
        (vec![("To", "\"Line\" <sip:+74950000100@pbx.example>;tag=1")], true),
        (vec![("X-DID", "84950000101")], false),
        (vec![("Alert-Info", "84950000100")], false),
        (vec![], false),
    ] {
        let mut story = Story::new(line.clone());
        let call = story.comes_as(ANNA, "line", true, &headers);
        let declined = Command::Decline(call, 603);
        assert_eq!(story.said().contains(&declined), is_taken, "{headers:?}");
        assert_eq!(story.kit.desk.snapshot().calls.is_empty(), is_taken, "or it rings as ever");
    }
}

#[test]
fn calls_to_other_accounts_ring() {
    let mut story = Story::new(rules());
    let call = story.comes_as(ANNA, "work", true, &[]);
    assert_eq!(story.said(), [Command::Ringing(call), Command::Ring(true)]);
    assert_eq!(story.rows(), []);
}

#[test]
fn do_not_disturb_is_nothing_to_the_line() {
    let mut story = Story::new(to_queue());
    story.kit.asks(r#"{"type":"set_do_not_disturb","on":true}"#);
    assert_eq!(story.called_back().target, ANNA_DIALLED);
}

#[test]
fn a_registration_is_waited_for() {
    let registered = |story: &mut Story, stands| story.kit.hear(Event::Registration(AccountId("line".into()), stands));
    let mut story = Story::new(rules());
    registered(&mut story, Registration::Registering);
    story.asks(ANNA);
    story.kit.pass(20 * SECOND);
    assert_eq!(story.all_dialled(), []);
    assert_eq!(story.state(), LineState::Waiting);
    registered(&mut story, Registration::Registered);
    assert_eq!(story.dialled().target, ANNA_DIALLED);

    let mut story = Story::new(rules());
    registered(&mut story, Registration::Unregistered);
    story.asks(ANNA);
    story.kit.pass(35 * SECOND);
    assert_eq!(story.end(), failed("line_no_trunk"));
    registered(&mut story, Registration::Registered);
    story.nobody_is_called();
    assert_eq!(story.kit.desk.snapshot().callback_line.made_last_hour, 0);
}

#[test]
fn it_rings_for_so_long() {
    let mut story = Story::new(LineRules { ring_timeout: 20 * SECOND, ..rules() });
    let call = story.called_back().call;
    story.kit.hear(Event::RemoteRinging(call));
    story.kit.pass(20 * SECOND - Duration::from_millis(1));
    assert_eq!(story.said(), []);
    story.kit.pass(Duration::from_millis(1));
    assert_eq!(story.said(), [Command::HangUp(call)]);
    assert_eq!(story.end(), failed("line_no_answer"));
    story.answers(call);
    assert_eq!(story.said(), [], "an answer that comes too late is none");
}

#[test]
fn why_it_was_not_answered() {
    for (reason, status, code) in [
        (Reason::Busy, 486, "line_busy"),
        (Reason::Declined, 603, "line_busy"),
        (Reason::NoAnswer, 480, "line_no_answer"),
        (Reason::NotFound, 404, "line_not_reached"),
        (Reason::Unreachable, 503, "line_not_reached"),
        (Reason::Rejected, 403, "line_not_reached"),
    ] {
        let mut story = Story::new(rules());
        let call = story.called_back().call;
        story.over(call, reason, Some(status));
        assert_eq!(story.end(), failed(code));
        let trouble = story.rows().remove(0).trouble.expect("it failed");
        assert_eq!(trouble.sip_status, Some(status));
        story.nobody_is_called();
    }
}

#[test]
fn it_stays_in_sight_for_minutes() {
    let mut story = Story::new(rules());
    let call = story.called_back().call;
    story.over(call, Reason::Busy, Some(486));
    story.kit.pass(10 * MINUTE - SECOND);
    assert_eq!(story.rows().len(), 1);
    story.kit.pass(SECOND);
    assert_eq!(story.rows(), []);
    assert_eq!(story.kit.desk.snapshot().callback_line.made_last_hour, 1);
    story.kit.pass(50 * MINUTE);
    assert_eq!(story.kit.desk.snapshot().callback_line.made_last_hour, 0);
}

#[test]
fn the_agents_own_calls_are_not_touched() {
    let mut story = Story::new(to_queue());
    let own = story.kit.asks(&dial("205")).expect("a call");
    story.kit.hear(Event::Answered(CallId(1)));
    story.said();
    let call = story.answered();
    let said = story.said();
    assert_eq!(said, [tone(call, CallTone::Ringback), Command::TransferBlind(call, "500".to_owned())]);
    assert_eq!(story.kit.state(&own), CallState::Active);
    assert_eq!(story.kit.desk.snapshot().calls.len(), 1, "the line's is not the agent's");
}

#[test]
fn a_flood_to_the_line_leaves_the_agents_calls_in_sight() {
    let mut story = Story::new(to_queue());
    let own = story.kit.asks(&dial("205")).expect("a call");
    story.kit.hear(Event::Answered(CallId(1)));
    story.over(CallId(1), Reason::RemoteHungUp, None);
    for last in 0..40 {
        story.asks(&format!("+7495{:07}", 2_000_000 + last));
    }
    assert_eq!(story.kit.state(&own), CallState::Ended);
    story.kit.pass(30 * SECOND);
    assert!(story.kit.desk.snapshot().calls.is_empty(), "after a while it leaves");
}
