//! Which call is meant where none is named.

use super::*;

#[test]
fn answering_and_declining_mean_the_one_that_rings_longest() {
    let mut kit = Kit::new();
    let none = (409, "no_call".to_owned());
    assert_eq!(kit.is_refused(r#"{"type":"answer"}"#), none);
    assert_eq!(kit.is_refused(r#"{"type":"decline"}"#), none);
    kit.rings_in(2);
    kit.rings_in(4);
    assert_eq!(kit.asks(r#"{"type":"answer"}"#).as_deref(), Some("c2"));
    assert_eq!(kit.asks(r#"{"type":"decline","reason":"busy"}"#).as_deref(), Some("c4"));
}

#[test]
fn hanging_up_means_the_one_the_agent_turned_to_or_the_only_one() {
    let mut kit = Kit::new();
    assert_eq!(kit.is_refused(r#"{"type":"hang_up"}"#), (409, "no_call".into()));
    kit.up(2);
    kit.up(4);
    assert_eq!(kit.asks(r#"{"type":"hang_up"}"#).as_deref(), Some("c4"));
    kit.ends(4, Reason::HungUp);
    assert_eq!(kit.asks(r#"{"type":"hang_up"}"#).as_deref(), Some("c2"));
    kit.ends(2, Reason::HungUp);
    kit.rings_in(6);
    assert_eq!(kit.asks(r#"{"type":"hang_up"}"#).as_deref(), Some("c6"), "also one that only rings");
}

#[test]
fn where_two_are_equal_none_is_guessed() {
    let mut kit = Kit::new();
    kit.rings_in(2);
    kit.rings_in(4);
    kit.take_commands();
    assert_eq!(kit.is_refused(r#"{"type":"hang_up"}"#), (409, "no_call".into()));
}

#[test]
fn a_transfer_means_the_call_that_is_up() {
    let mut kit = Kit::new();
    kit.rings_in(2);
    kit.take_commands();
    assert_eq!(kit.is_refused(r#"{"type":"transfer_blind","target":"200"}"#), (409, "no_call".into()));
    kit.asks(r#"{"type":"answer"}"#);
    kit.hear(Event::Answered(CallId(2)));
    kit.rings_in(4);
    kit.take_commands();
    assert_eq!(kit.asks(r#"{"type":"transfer_blind","target":"200"}"#).as_deref(), Some("c2"));
    assert_eq!(kit.take_commands(), [Command::TransferBlind(CallId(2), "200".into())]);
}
