//! One voice at a time.

use super::*;

#[test]
fn answering_a_second_call_holds_the_first() {
    let mut kit = Kit::new();
    kit.up(2);
    kit.take_commands();
    kit.rings_in(4);
    let tone = Command::Tone(phone::Tone::CallWaiting);
    assert_eq!(kit.take_commands(), [Command::Ringing(CallId(4)), tone], "no bell into a conversation");
    kit.asks(r#"{"type":"answer","call":"c4"}"#);
    assert_eq!(kit.take_commands(), [Command::Hold(CallId(2)), Command::Answer(CallId(4))]);
    kit.holds(2, true);
    kit.hear(Event::Answered(CallId(4)));
    assert!(kit.take_commands().is_empty(), "the first is held already");
    assert_eq!((kit.state("c2"), kit.state("c4")), (CallState::Held, CallState::Active));
    kit.asks(r#"{"type":"resume","call":"c2"}"#);
    assert_eq!(kit.take_commands(), [Command::Hold(CallId(4)), Command::Resume(CallId(2))]);
}

#[test]
fn the_bell_goes_on_for_a_waiting_call_when_the_conversation_ends() {
    let mut kit = Kit::new();
    kit.up(2);
    kit.rings_in(4);
    kit.take_commands();
    kit.ends(2, Reason::RemoteHungUp);
    assert_eq!(kit.take_commands(), [Command::Ring(true)]);
}

#[test]
fn dialling_holds_the_call_that_is_up() {
    let mut kit = Kit::new();
    kit.up(2);
    kit.take_commands();
    kit.asks(r#"{"type":"dial","target":"200"}"#);
    assert_eq!(kit.take_commands().first(), Some(&Command::Hold(CallId(2))));
    assert_eq!(kit.is_refused(r#"{"type":"dial","target":"201"}"#), (409, "already_dialing".into()));
}

#[test]
fn a_dialled_call_that_is_answered_late_does_not_cut_into_another() {
    let mut kit = Kit::new();
    kit.asks(r#"{"type":"dial","target":"200"}"#);
    kit.up(2);
    kit.take_commands();
    kit.hear(Event::Answered(CallId(1)));
    assert_eq!(kit.take_commands(), [Command::Hold(CallId(1))]);
}

#[test]
fn holding_what_is_held_and_resuming_what_is_not_is_refused() {
    let mut kit = Kit::new();
    kit.rings_in(2);
    kit.take_commands();
    assert_eq!(kit.is_refused(r#"{"type":"hold","call":"c2"}"#), (409, "call_not_up".into()));
    kit.asks(r#"{"type":"answer","call":"c2"}"#);
    kit.hear(Event::Answered(CallId(2)));
    kit.take_commands();
    assert_eq!(kit.is_refused(r#"{"type":"resume","call":"c2"}"#), (409, "not_held".into()));
    kit.asks(r#"{"type":"hold","call":"c2"}"#);
    kit.holds(2, true);
    kit.take_commands();
    assert_eq!(kit.is_refused(r#"{"type":"hold","call":"c2"}"#), (409, "already_held".into()));
    kit.hear(Event::Hold { call: CallId(2), local: true, remote: true });
    assert_eq!(kit.call("c2").held_by.len(), 2);
}

#[test]
fn a_conference_takes_everybody_back_and_counts_as_one_voice() {
    let mut kit = Kit::new();
    kit.up(2);
    kit.up(4);
    kit.holds(2, true);
    kit.take_commands();
    kit.asks(r#"{"type":"conference","calls":["c2","c4"]}"#);
    let both = vec![CallId(2), CallId(4)];
    assert_eq!(kit.take_commands(), [Command::Resume(CallId(2)), Command::Conference(both)], "c4 is not held for it");
    kit.holds(2, false);
    assert!(kit.call("c2").in_conference && kit.call("c4").in_conference);
    kit.asks(r#"{"type":"dial","target":"300"}"#);
    let commands = kit.take_commands();
    assert!(commands.contains(&Command::Hold(CallId(2))) && commands.contains(&Command::Hold(CallId(4))));
    kit.ends(1, Reason::Busy);
    kit.holds(2, true);
    kit.holds(4, true);
    kit.asks(r#"{"type":"resume","call":"c4"}"#);
    assert_eq!(kit.take_commands(), [Command::Resume(CallId(4)), Command::Resume(CallId(2))]);
    kit.holds(2, false);
    kit.holds(4, false);
    kit.ends(2, Reason::RemoteHungUp);
    assert_eq!(kit.take_commands(), [Command::Conference(vec![])], "one alone is no conference");
    assert!(!kit.call("c4").in_conference);
}

#[test]
fn ending_a_conference_keeps_one_and_holds_the_rest() {
    let mut kit = Kit::new();
    assert_eq!(kit.is_refused(r#"{"type":"conference","calls":[]}"#), (409, "no_conference".into()));
    kit.up(2);
    kit.up(4);
    kit.holds(2, true);
    kit.asks(r#"{"type":"conference","calls":["c2","c4"]}"#);
    kit.holds(2, false);
    kit.take_commands();
    kit.asks(r#"{"type":"conference","calls":["c4"]}"#);
    assert_eq!(kit.take_commands(), [Command::Conference(vec![]), Command::Hold(CallId(2))]);
}

#[test]
fn two_calls_are_connected_by_an_attended_transfer() {
    let mut kit = Kit::new();
    kit.up(2);
    kit.asks(r#"{"type":"dial","target":"200"}"#);
    let early = r#"{"type":"transfer_attended","call":"c2","to_call":"c1"}"#;
    kit.take_commands();
    assert_eq!(kit.is_refused(early), (409, "call_not_up".into()));
    kit.hear(Event::Answered(CallId(1)));
    kit.take_commands();
    assert_eq!(kit.is_refused(r#"{"type":"transfer_attended","call":"c2","to_call":"c2"}"#), (400, "same_call".into()));
    kit.asks(early);
    assert_eq!(kit.take_commands(), [Command::TransferAttended(CallId(2), CallId(1))]);
    assert_eq!(kit.call("c2").transfer.map(|transfer| transfer.target), Some("200".into()));
}
