//! How often the line calls.

use super::*;

/// Calls back end as soon as they are made.
fn busy(story: &mut Story) -> usize {
    let dialled = story.all_dialled();
    for dialled in &dialled {
        story.over(dialled.call, Reason::Busy, Some(486));
    }
    dialled.len()
}

fn number(last: usize) -> String {
    format!("+7495{:07}", 2_000_000 + last)
}

#[test]
fn one_number_is_called_so_often_in_an_hour() {
    let mut story = Story::new(LineRules { per_hour_each: 3, ..rules() });
    for _ in 0..3 {
        let call = story.called_back().call;
        story.over(call, Reason::Busy, Some(486));
    }
    story.asks(ANNA);
    assert_eq!(story.end(), refused("line_limit_each"));
    story.asks("+7 495 229-49-89");
    assert_eq!(story.end(), refused("line_limit_each"), "however it is written");
    story.asks(&number(1));
    assert_eq!(story.state(), LineState::Waiting, "others may");
    story.kit.pass(60 * MINUTE);
    story.all_dialled();
    assert_eq!(story.called_back().target, ANNA_DIALLED);
}

#[test]
fn all_together_are_called_so_often_in_an_hour() {
    let mut story = Story::new(LineRules { per_hour: 4, ..rules() });
    for last in 0..4 {
        story.asks(&number(last));
        story.kit.pass(MINUTE);
        assert_eq!(busy(&mut story), 1);
    }
    assert_eq!(story.kit.desk.snapshot().callback_line.made_last_hour, 4);
    story.asks(&number(4));
    assert_eq!(story.end(), refused("line_limit"));
    story.kit.pass(56 * MINUTE);
    story.asks(&number(5));
    assert_eq!(story.end(), refused("line_limit"), "the first was a little less than an hour ago");
    story.kit.pass(MINUTE);
    story.asks(&number(6));
    assert_eq!(story.state(), LineState::Waiting);
}

#[test]
fn who_waits_counts() {
    let mut story = Story::new(LineRules { per_hour: 2, ..rules() });
    story.asks(&number(1));
    story.asks(&number(2));
    story.asks(&number(3));
    assert_eq!(story.end(), refused("line_limit"));
    story.kit.pass(5 * SECOND);
    assert_eq!(story.all_dialled().len(), 2);
}

#[test]
fn none_in_an_hour_is_none() {
    for line in [LineRules { per_hour: 0, ..rules() }, LineRules { per_hour_each: 0, ..rules() }] {
        let mut story = Story::new(line);
        story.asks(ANNA);
        assert_eq!(story.state(), LineState::Refused);
        story.nobody_is_called();
    }
}

#[test]
fn nobody_waits_twice() {
    let mut story = Story::new(rules());
    story.asks(ANNA);
    story.asks("84952294989");
    assert_eq!(story.end(), refused("line_already_waiting"));
    story.kit.pass(5 * SECOND);
    let call = story.dialled().call;
    story.asks(ANNA);
    assert_eq!(story.end(), refused("line_already_waiting"), "it rings there");
    story.answers(call);
    story.asks(ANNA);
    assert_eq!(story.end(), refused("line_already_waiting"), "they are being handed on");
    story.leaves(call);
    story.asks(ANNA);
    assert_eq!(story.state(), LineState::Waiting);
}

#[test]
fn the_agent_keeps_room_for_calls() {
    let mut story = Story::new(LineRules { per_hour: 1000, ..rules() });
    for last in 0..20 {
        story.asks(&number(last));
    }
    assert_eq!(story.end(), refused("line_crowded"));
    story.kit.pass(5 * SECOND);
    assert_eq!(story.all_dialled().len(), 8);
    let call = story.comes_as("205", "work", true, &[]);
    assert!(story.said().contains(&Command::Ringing(call)), "a call to the agent still rings");
}

#[test]
fn ten_thousand_calls_in_a_minute() {
    let mut story = Story::new(LineRules { per_hour: 20, ..rules() });
    story.kit.changes.clear();
    // Who listens to all of it is looked at in the other stories: here it would only take long.
    story.kit.listener = None;
    let mut made = 0;
    for last in 0..10_000 {
        story.asks(&number(last));
        story.kit.pass(Duration::from_millis(6));
        made += busy(&mut story);
        assert!(story.rows().len() <= 50);
    }
    story.kit.pass(MINUTE);
    made += busy(&mut story);
    assert_eq!(made, 20);
    assert_eq!(story.rows().len(), 50);
    let called = story.rows().iter().filter(|row| row.state != LineState::Refused).count();
    assert_eq!(called, 20, "what was refused hides none that was called");
    let told = |change: &&Change| matches!(change.what, What::CallbackLineChanged { .. });
    let told = story.kit.changes.iter().filter(told).count();
    assert!(told < 600, "a flood is not told one by one: {told}");
}
