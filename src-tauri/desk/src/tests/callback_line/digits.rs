//! Whoever was called back dials an extension.

use super::*;

fn to_digits() -> LineRules {
    LineRules {
        next: LineNext::Digits { length: 3, read_at: None },
        hand_over: HandOver::Bridge,
        may_reach: vec!["200-299".to_owned()],
        ..rules()
    }
}

/// Anna hears the tone that asks for digits.
fn listening(line: LineRules) -> (Story, CallId) {
    let mut story = Story::new(line);
    let call = story.answered();
    assert_eq!(story.said(), [tone(call, CallTone::Dial)]);
    assert_eq!(story.state(), LineState::Dialling);
    (story, call)
}

#[test]
fn so_many_digits_are_a_number() {
    let (mut story, call) = listening(to_digits());
    story.dials(call, "2");
    assert_eq!(story.said(), [silence(call)]);
    story.dials(call, "0");
    assert_eq!(story.rows()[0].digits, "20");
    story.dials(call, "5");
    let other = story.dialled();
    assert_eq!((other.account.as_str(), other.target.as_str()), ("line", "205"));
    let row = story.rows().remove(0);
    assert_eq!((row.digits.as_str(), row.handed_to.as_deref()), ("205", Some("205")));
    story.answers(other.call);
    assert_eq!(story.said(), [silence(call), Command::Bridge(call, other.call)]);
    story.dials(call, "299");
    assert_eq!(story.said(), [], "digits are for the other one now");
}

#[test]
fn a_number_is_referred_like_an_extension() {
    let (mut story, call) = listening(LineRules { hand_over: HandOver::Refer, ..to_digits() });
    story.dials(call, "205");
    assert!(story.said().contains(&Command::TransferBlind(call, "205".to_owned())));
    story.kit.hear(Event::Transfer(call, None));
    story.kit.hear(Event::Transfer(call, Some(404)));
    assert_eq!(story.said(), [tone(call, CallTone::Refused)]);
    story.dials(call, "206");
    assert!(story.said().contains(&Command::TransferBlind(call, "206".to_owned())), "another try");
}

#[test]
fn a_hash_ends_a_number_and_a_star_starts_over() {
    let line = LineRules { may_reach: vec!["2x".to_owned()], ..to_digits() };
    let (mut story, call) = listening(line);
    story.dials(call, "#");
    assert_eq!(story.said(), [], "a number has digits");
    story.dials(call, "99*");
    assert_eq!(story.said(), [silence(call), tone(call, CallTone::Dial)]);
    assert_eq!(story.rows()[0].digits, "");
    story.dials(call, "20#");
    assert_eq!(story.dialled().target, "20");
}

#[test]
fn letters_are_no_digits() {
    let (mut story, call) = listening(to_digits());
    story.dials(call, "2A0D5");
    assert_eq!(story.dialled().target, "205");
}

#[test]
fn the_first_digit_and_the_next_have_their_times() {
    let line = LineRules { first_digit_timeout: 12 * SECOND, digit_timeout: 4 * SECOND, ..to_digits() };
    for (digits, time) in [("", 12 * SECOND), ("2", 4 * SECOND), ("20", 4 * SECOND), ("20*", 12 * SECOND)] {
        let (mut story, call) = listening(line.clone());
        for digit in digits.chars() {
            story.kit.pass(3 * SECOND);
            story.dials(call, &digit.to_string());
        }
        story.said();
        story.kit.pass(time - Duration::from_millis(1));
        assert_eq!(story.said(), [], "{digits}");
        story.kit.pass(Duration::from_millis(1));
        assert_eq!(story.said(), [tone(call, CallTone::Refused)], "{digits}");
        assert_eq!(story.end(), failed("line_no_digits"));
        story.dials(call, "205");
        story.kit.pass(3 * SECOND);
        assert_eq!(story.said(), [Command::HangUp(call)], "digits that come too late are none");
        story.nobody_is_called();
    }
}

#[test]
fn starting_over_does_not_keep_the_line_for_ever() {
    let (mut story, call) = listening(to_digits());
    for _ in 0..60 {
        story.kit.pass(2 * SECOND);
        story.dials(call, "2*");
    }
    story.kit.pass(3 * SECOND);
    assert!(story.said().ends_with(&[Command::HangUp(call)]));
    assert_eq!(story.end(), failed("line_no_digits"));
}

#[test]
fn three_wrong_numbers_are_enough() {
    let (mut story, call) = listening(to_digits());
    for _ in 0..2 {
        story.dials(call, "300");
        assert_eq!(story.said(), [silence(call), tone(call, CallTone::Refused)]);
        assert_eq!(story.state(), LineState::Dialling);
        story.kit.pass(2 * SECOND);
        assert_eq!(story.said(), [tone(call, CallTone::Dial)]);
    }
    story.dials(call, "300");
    assert_eq!(story.end(), failed("line_wrong_digits"));
    story.said();
    story.kit.pass(3 * SECOND);
    assert_eq!(story.said(), [Command::HangUp(call)]);
    story.nobody_is_called();
}

#[test]
fn another_number_may_be_tried_while_the_wrong_one_is_heard() {
    let (mut story, call) = listening(to_digits());
    story.dials(call, "300");
    story.said();
    story.dials(call, "2");
    assert_eq!(story.said(), [silence(call)]);
    story.dials(call, "05");
    assert_eq!(story.dialled().target, "205");
}

#[test]
fn who_is_not_there_counts_as_a_try() {
    let (mut story, call) = listening(to_digits());
    for number in ["201", "202"] {
        story.dials(call, number);
        let other = story.dialled();
        assert_eq!(other.target, number);
        story.over(other.call, Reason::NoAnswer, Some(480));
        assert_eq!(story.said(), [tone(call, CallTone::Refused)]);
        assert_eq!(story.state(), LineState::Dialling);
    }
    story.dials(call, "203");
    let other = story.dialled();
    story.kit.pass(30 * SECOND);
    assert_eq!(story.said(), [Command::HangUp(other.call), tone(call, CallTone::Refused)]);
    assert_eq!(story.end(), failed("line_not_handed_on"));
}

#[test]
fn nowhere_else_may_be_reached() {
    let line = LineRules {
        next: LineNext::Digits { length: 12, read_at: None },
        may_reach: ["2xx", "1xx", "xxx", "5xx", "89xxxxxxxxx", "8809xxxxxxx", "810xxxxxxx"].map(str::to_owned).to_vec(),
        ..to_digits()
    };
    // Emergency, premium, abroad behind the country's prefix, and the line itself.
    for number in ["112", "102", "911", "88095001234", "550"] {
        let (mut story, call) = listening(line.clone());
        story.dials(call, &format!("{number}#"));
        assert_eq!(story.all_dialled(), [], "{number}");
        assert_eq!(story.state(), LineState::Dialling);
    }
}

#[test]
fn they_hang_up_while_they_dial() {
    for digits in ["", "2", "20", "300"] {
        let (mut story, call) = listening(to_digits());
        story.dials(call, digits);
        story.said();
        story.leaves(call);
        assert_eq!(story.said(), []);
        assert_eq!(story.end(), failed("line_hung_up"));
        story.nobody_is_called();
    }
}

#[test]
fn digits_of_other_calls_are_not_heard() {
    let (mut story, call) = listening(to_digits());
    let other = story.comes_as("205", "work", true, &[]);
    story.kit.asks(&format!(r#"{{"type":"answer","call":"{other}"}}"#));
    story.answers(other);
    story.dials(other, "205");
    assert_eq!(story.all_dialled(), []);
    story.dials(call, "206");
    assert_eq!(story.dialled().target, "206");
}
