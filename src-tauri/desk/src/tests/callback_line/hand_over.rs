//! To an extension or a queue: by REFER, or by a second call.

use super::*;

const TO: &str = "500";

fn to_queue(hand_over: HandOver) -> LineRules {
    LineRules { next: LineNext::Queue(TO.to_owned()), hand_over, ..rules() }
}

/// Anna has answered, and the PBX is asked to take her elsewhere.
fn referred() -> (Story, CallId) {
    let mut story = Story::new(to_queue(HandOver::Refer));
    let call = story.answered();
    let said = story.said();
    assert_eq!(said, [tone(call, CallTone::Ringback), Command::TransferBlind(call, TO.to_owned())]);
    assert_eq!(story.state(), LineState::HandingOn);
    (story, call)
}

/// Anna has answered, and somebody is called for her.
fn bridging() -> (Story, CallId, CallId) {
    let mut story = Story::new(to_queue(HandOver::Bridge));
    let call = story.answered();
    let other = second(&mut story, call);
    (story, call, other)
}

/// The call to the queue.
fn second(story: &mut Story, call: CallId) -> CallId {
    let dialled = story.dialled();
    assert_ne!(dialled.call, call);
    assert_eq!((dialled.account.as_str(), dialled.target.as_str()), ("line", TO));
    assert!(dialled.manner.apart && dialled.manner.caller_id.is_none());
    dialled.call
}

#[test]
fn an_extension_and_a_queue_are_reached_alike() {
    for next in [LineNext::Extension("205".to_owned()), LineNext::Queue("205".to_owned())] {
        let mut story = Story::new(LineRules { next, ..rules() });
        let call = story.answered();
        assert!(story.said().contains(&Command::TransferBlind(call, "205".to_owned())));
    }
}

#[test]
fn the_pbx_takes_them() {
    let (mut story, call) = referred();
    story.kit.hear(Event::Transfer(call, None));
    assert_eq!(story.state(), LineState::HandingOn);
    story.kit.hear(Event::Transfer(call, Some(200)));
    assert_eq!(story.said(), [Command::HangUp(call)]);
    let row = story.rows().remove(0);
    assert_eq!((row.state, row.handed_to.as_deref()), (LineState::Done, Some(TO)));
    assert_eq!(notices(&story.kit.changes), Vec::<&str>::new(), "the agent has nothing to do with it");
}

#[test]
fn the_pbx_takes_them_without_a_word() {
    let (mut story, call) = referred();
    story.kit.hear(Event::Transfer(call, None));
    story.leaves(call);
    assert_eq!(story.state(), LineState::Done);

    let (mut story, call) = referred();
    story.kit.hear(Event::Transfer(call, None));
    story.kit.pass(30 * SECOND);
    assert_eq!(story.said(), [Command::HangUp(call)]);
    assert_eq!(story.state(), LineState::Done);
}

#[test]
fn nobody_is_there_for_whom_the_pbx_took() {
    let (mut story, call) = referred();
    story.kit.hear(Event::Transfer(call, None));
    story.kit.hear(Event::Transfer(call, Some(486)));
    assert_eq!(story.said(), [tone(call, CallTone::Refused)]);
    story.kit.pass(3 * SECOND);
    assert_eq!(story.said(), [Command::HangUp(call)]);
    assert_eq!(story.end(), failed("line_not_handed_on"));
    assert_eq!(story.rows()[0].handed_to, None);
    assert_eq!(notices(&story.kit.changes), Vec::<&str>::new());
}

#[test]
fn a_pbx_that_refuses_or_ignores_it_is_done_without() {
    for answer in [Some(501), None] {
        let (mut story, call) = referred();
        match answer {
            Some(status) => story.kit.hear(Event::Transfer(call, Some(status))),
            None => story.kit.pass(30 * SECOND),
        }
        let other = second(&mut story, call);
        story.answers(other);
        assert_eq!(story.said(), [silence(call), Command::Bridge(call, other)]);
        assert_eq!(story.state(), LineState::Done);
    }
}

#[test]
fn a_pbx_that_takes_them_and_cannot_is_done_without() {
    for status in [400, 403, 500, 501] {
        let (mut story, call) = referred();
        story.kit.hear(Event::Transfer(call, None));
        story.kit.hear(Event::Transfer(call, Some(status)));
        let other = second(&mut story, call);
        story.answers(other);
        assert_eq!(story.said(), [silence(call), Command::Bridge(call, other)]);
        assert_eq!(story.state(), LineState::Done);
    }
}

#[test]
fn they_hang_up_before_the_pbx_has_taken_them() {
    let (mut story, call) = referred();
    story.leaves(call);
    assert_eq!(story.end(), failed("line_hung_up"));
    story.nobody_is_called();
}

#[test]
fn somebody_elses_registrar_knows_no_extensions() {
    let line = LineRules { trunk: Some("trunk".to_owned()), ..to_queue(HandOver::Refer) };
    let mut story = Story::new(line);
    let call = story.answered();
    second(&mut story, call);
}

#[test]
fn each_call_of_a_bridge_ends_with_the_other() {
    for first in [true, false] {
        let (mut story, call, other) = bridging();
        story.kit.hear(Event::RemoteRinging(other));
        story.answers(other);
        assert_eq!(story.said(), [silence(call), Command::Bridge(call, other)]);
        story.kit.pass(60 * MINUTE);
        assert_eq!(story.said(), [], "they speak for as long as they like");
        assert_eq!(story.state(), LineState::Done);
        let (leaves, stays) = if first { (call, other) } else { (other, call) };
        story.leaves(leaves);
        assert_eq!(story.said(), [Command::HangUp(stays)]);
        story.over(stays, Reason::HungUp, None);
        assert_eq!(story.state(), LineState::Done);
        assert_eq!(story.kit.desk.snapshot().history, []);
    }
}

#[test]
fn nobody_answers_the_second_call() {
    let (mut story, call, other) = bridging();
    story.over(other, Reason::Busy, Some(486));
    assert_eq!(story.said(), [tone(call, CallTone::Refused)]);
    assert_eq!(story.end(), failed("line_not_handed_on"));

    let (mut story, call, other) = bridging();
    story.kit.pass(30 * SECOND);
    assert_eq!(story.said(), [Command::HangUp(other), tone(call, CallTone::Refused)]);
    story.kit.pass(3 * SECOND);
    assert_eq!(story.said(), [Command::HangUp(call)]);
}

#[test]
fn they_hang_up_while_somebody_is_called_for_them() {
    let (mut story, call, other) = bridging();
    story.leaves(call);
    assert_eq!(story.said(), [Command::HangUp(other)]);
    assert_eq!(story.end(), failed("line_hung_up"));
}

#[test]
fn they_hang_up_while_they_hear_that_it_did_not_work() {
    let (mut story, call, other) = bridging();
    story.over(other, Reason::Busy, Some(486));
    story.said();
    story.leaves(call);
    assert_eq!(story.said(), []);
    assert_eq!(story.end(), failed("line_not_handed_on"));
    story.nobody_is_called();
}

#[test]
fn the_line_itself_is_not_there_to_bridge() {
    let line = LineRules { trunk: Some("trunk".to_owned()), ..to_queue(HandOver::Bridge) };
    let mut story = Story::new(line);
    let call = story.called_back().call;
    story.kit.hear(Event::Registration(AccountId("line".to_owned()), Registration::Unregistered));
    story.answers(call);
    assert!(story.said().ends_with(&[tone(call, CallTone::Refused)]));
    assert_eq!(story.end(), failed("line_not_handed_on"));
}
