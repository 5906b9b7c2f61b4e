//! Whoever was called back is to speak with the agent of this desk.

use super::*;
use crate::wire::Direction;

/// It rings here for Anna.
fn rings() -> (Story, CallId) {
    let mut story = Story::new(rules());
    let call = story.answered();
    (story, call)
}

fn intent(kind: &str, call: CallId) -> String {
    format!(r#"{{"type":"{kind}","call":"{call}"}}"#)
}

#[test]
fn it_rings_here_as_if_they_had_called() {
    let (mut story, call) = rings();
    assert_eq!(story.said(), [tone(call, CallTone::Ringback), Command::Ring(true)]);
    let shown = story.kit.call(&call.to_string());
    assert_eq!((shown.direction, shown.state), (Direction::Inbound, CallState::Ringing));
    assert_eq!((shown.peer.number.as_str(), shown.answered_at), (ANNA, None));
    assert_eq!(story.state(), LineState::HandingOn);
    let cards = story.kit.desk.snapshot().cards;
    assert_eq!(cards.len(), 1, "with a card");
    assert_eq!(cards[0].direction, Direction::Inbound);
}

#[test]
fn the_agent_answers_and_both_speak() {
    let (mut story, call) = rings();
    story.said();
    story.kit.pass(3 * SECOND);
    story.kit.asks(&intent("answer", call));
    let said = story.said();
    for command in [silence(call), Command::Apart(call, false), Command::Ring(false)] {
        assert!(said.contains(&command), "{command:?} of {said:?}");
    }
    assert_eq!(story.kit.state(&call.to_string()), CallState::Active);
    let row = story.rows().remove(0);
    assert_eq!((row.state, row.handed_to.as_deref()), (LineState::Done, Some("101")));
    story.kit.pass(4 * SECOND);
    story.leaves(call);
    let history = story.kit.desk.snapshot().history;
    assert_eq!((history[0].direction, history[0].talk_ms), (Direction::Inbound, 4000));
    assert_eq!(story.state(), LineState::Done);
    story.nobody_is_called();
}

#[test]
fn who_talks_is_put_on_hold_for_it() {
    let mut story = Story::new(rules());
    let other = story.comes_as("205", "work", true, &[]);
    story.kit.asks(&intent("answer", other));
    story.answers(other);
    let call = story.answered();
    let said = story.said();
    assert!(said.contains(&Command::Tone(phone::Tone::CallWaiting)) && !said.contains(&Command::Ring(true)));
    story.kit.asks(&intent("answer", call));
    assert!(story.said().contains(&Command::Hold(other)));
}

#[test]
fn nobody_answers() {
    let (mut story, call) = rings();
    story.said();
    story.kit.pass(30 * SECOND);
    assert_eq!(story.said(), [tone(call, CallTone::Refused), Command::Ring(false)]);
    assert_eq!(story.end(), failed("line_agent_no_answer"));
    story.kit.pass(3 * SECOND);
    assert_eq!(story.said(), [Command::HangUp(call)], "having heard it");
    story.over(call, Reason::HungUp, None);
    let history = story.kit.desk.snapshot().history;
    assert_eq!((history[0].direction, history[0].answered_at.as_ref()), (Direction::Inbound, None));
    story.nobody_is_called();
}

#[test]
fn the_agent_does_not_want_it() {
    for kind in ["decline", "hang_up"] {
        let (mut story, call) = rings();
        story.said();
        story.kit.asks(&intent(kind, call));
        assert!(story.said().contains(&tone(call, CallTone::Refused)));
        assert_eq!(story.end(), failed("line_agent_no_answer"), "{kind}");
        story.kit.pass(3 * SECOND);
        assert_eq!(story.said(), [Command::HangUp(call)], "declining is nothing to a call that is up");
    }
}

#[test]
fn they_hang_up_while_it_rings() {
    let (mut story, call) = rings();
    story.said();
    story.leaves(call);
    assert_eq!(story.said(), [Command::Ring(false)]);
    assert_eq!(story.end(), failed("line_hung_up"));
}

#[test]
fn an_agent_who_does_not_want_to_be_disturbed_is_not() {
    let on = r#"{"type":"set_do_not_disturb","on":true}"#;
    let mut story = Story::new(rules());
    story.asks(ANNA);
    story.kit.asks(on);
    story.kit.pass(5 * SECOND);
    assert_eq!(story.end(), failed("line_agent_away"), "nobody is called for nothing");
    story.nobody_is_called();

    let mut story = Story::new(rules());
    let call = story.called_back().call;
    story.kit.asks(on);
    story.answers(call);
    assert_eq!(story.said(), [tone(call, CallTone::Refused)]);
    assert_eq!(story.kit.desk.snapshot().calls, []);
    story.kit.pass(3 * SECOND);
    assert_eq!(story.said(), [Command::HangUp(call)]);
    assert_eq!(story.end(), failed("line_agent_away"));
}

#[test]
fn who_was_called_in_place_of_the_caller_is_named() {
    let mut story = Story::new(LineRules { method: LineMethod::Extension("205".to_owned()), ..rules() });
    let call = story.answered();
    assert_eq!(story.kit.call(&call.to_string()).peer.number, "205");
}
