//! One call from its beginning to its end.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_call_is_dialled_rings_is_answered_and_ends_in_the_history() {
    let mut kit = Kit::new();
    assert_eq!(kit.asks(r#"{"type":"dial","target":"+7 (495) 229-49-89"}"#).as_deref(), Some("c1"));
    let dial = Command::Dial {
        call: CallId(1),
        account: AccountId("work".into()),
        target: "+74952294989".into(),
        manner: phone::Manner::default(),
    };
    assert_eq!(kit.take_commands(), [dial]);
    assert_eq!(kit.state("c1"), CallState::Dialing);
    kit.hear(Event::RemoteRinging(CallId(1)));
    assert_eq!(kit.state("c1"), CallState::Ringing);
    kit.hear(Event::EarlyMedia(CallId(1)));
    kit.hear(Event::RemoteRinging(CallId(1)));
    assert_eq!(kit.state("c1"), CallState::Early, "early media goes on through another 180");
    kit.hear(Event::Answered(CallId(1)));
    kit.hear(Event::Codec(CallId(1), phone::Codec::Opus));
    assert_eq!(kit.state("c1"), CallState::Active);
    kit.pass(90 * SECOND);
    kit.ends(1, Reason::RemoteHungUp);
    assert_eq!(kit.state("c1"), CallState::Ended);
    let history = kit.desk.snapshot().history;
    assert_eq!(history.first().map(|entry| (entry.talk_ms, entry.ended.reason)), Some((90_000, Reason::RemoteHungUp)));
    assert!(kit.take_commands().is_empty(), "nobody had to be told anything");
}

#[test]
fn an_ended_call_leaves_after_half_a_minute_or_when_dismissed() {
    let mut kit = Kit::new();
    for call in [2, 4] {
        kit.rings_in(call);
        kit.ends(call, Reason::Cancelled);
    }
    kit.asks(r#"{"type":"dismiss","call":"c2"}"#);
    kit.pass(29 * SECOND);
    assert_eq!(kit.desk.snapshot().calls.len(), 1, "c4 is still in sight");
    kit.pass(SECOND);
    assert!(kit.desk.snapshot().calls.is_empty(), "c4 has left");
    assert!(kit.desk.wake().is_none(), "nothing is left to wait for");
    assert_eq!(kit.desk.snapshot().history.len(), 2);
}

#[test]
fn an_incoming_call_rings_until_it_is_answered() {
    let mut kit = Kit::new();
    kit.rings_in(2);
    assert_eq!(kit.take_commands(), [Command::Ringing(CallId(2)), Command::Ring(true)]);
    kit.asks(r#"{"type":"answer","call":"c2"}"#);
    assert_eq!(kit.take_commands(), [Command::Answer(CallId(2)), Command::Ring(false)]);
    assert_eq!(kit.is_refused(r#"{"type":"answer","call":"c2"}"#), (409, "not_ringing".into()));
    kit.hear(Event::Answered(CallId(2)));
    assert_eq!(kit.call("c2").answered_at, Some(kit.now.wall.to_string()));
}

#[test]
fn a_caller_who_gives_up_stops_the_bell() {
    let mut kit = Kit::new();
    kit.rings_in(2);
    kit.take_commands();
    kit.ends(2, Reason::Cancelled);
    assert_eq!(kit.take_commands(), [Command::Ring(false)]);
}

#[test]
fn declining_says_why() {
    for (reason, status) in [("busy", 486), ("decline", 603), ("unavailable", 480)] {
        let mut kit = Kit::new();
        kit.rings_in(2);
        kit.take_commands();
        kit.asks(&format!(r#"{{"type":"decline","call":"c2","reason":"{reason}"}}"#));
        assert_eq!(kit.take_commands(), [Command::Decline(CallId(2), status), Command::Ring(false)]);
        assert_eq!(kit.state("c2"), CallState::Ending);
        assert_eq!(kit.is_refused(r#"{"type":"hang_up","call":"c2"}"#), (409, "call_over".into()));
    }
}

#[test]
fn an_answer_that_crosses_our_hanging_up_does_not_revive_the_call() {
    let mut kit = Kit::new();
    kit.asks(r#"{"type":"dial","target":"200"}"#);
    kit.asks(r#"{"type":"hang_up","call":"c1"}"#);
    kit.hear(Event::Answered(CallId(1)));
    assert_eq!(kit.state("c1"), CallState::Ending);
    kit.ends(1, Reason::HungUp);
    assert_eq!(kit.state("c1"), CallState::Ended);
}

#[test]
fn a_failed_call_keeps_its_status_and_words() {
    let mut kit = Kit::new();
    kit.asks(r#"{"type":"dial","target":"404"}"#);
    let detail = Some("Not\r\nFound\u{202e}".to_owned());
    kit.hear(Event::Ended { call: CallId(1), reason: Reason::NotFound, status: Some(404), detail });
    let ended = kit.call("c1").ended.expect("it is over");
    assert_eq!(
        (ended.reason, ended.sip_status, ended.detail.as_deref()),
        (Reason::NotFound, Some(404), Some("Not Found"))
    );
}

#[test]
fn a_call_answers_itself_after_its_delay() {
    let mut kit = Kit::new();
    kit.incoming(2, Some(2 * SECOND));
    assert_eq!(kit.take_commands(), [Command::Ringing(CallId(2)), Command::Ring(true)]);
    kit.pass(SECOND);
    assert!(kit.take_commands().is_empty(), "not yet");
    kit.pass(SECOND);
    let tone = Command::Tone(phone::Tone::AutoAnswered);
    assert_eq!(kit.take_commands(), [tone, Command::Answer(CallId(2)), Command::Ring(false)]);
}

#[test]
fn a_call_that_answers_itself_at_once_never_rings() {
    let mut kit = Kit::new();
    kit.incoming(2, Some(Duration::ZERO));
    assert_eq!(kit.take_commands(), [Command::Tone(phone::Tone::AutoAnswered), Command::Answer(CallId(2))]);
}

#[test]
fn no_call_answers_itself_into_another() {
    let mut kit = Kit::new();
    kit.up(2);
    kit.take_commands();
    kit.incoming(4, Some(Duration::ZERO));
    let tone = Command::Tone(phone::Tone::CallWaiting);
    assert_eq!(kit.take_commands(), [Command::Ringing(CallId(4)), tone], "it waits like any other");
    let mut kit = Kit::new();
    kit.incoming(2, Some(2 * SECOND));
    kit.asks(r#"{"type":"dial","target":"200"}"#);
    kit.take_commands();
    kit.pass(3 * SECOND);
    assert!(kit.take_commands().is_empty(), "the agent dialled meanwhile");
    assert_eq!(kit.state("c2"), CallState::Ringing);
}

#[test]
fn digits_go_out_once_the_call_is_up_and_come_in_bounded() {
    let mut kit = Kit::new();
    kit.rings_in(2);
    kit.take_commands();
    assert_eq!(kit.is_refused(r#"{"type":"send_dtmf","call":"c2","digits":"1"}"#), (409, "call_not_up".into()));
    kit.asks(r#"{"type":"answer","call":"c2"}"#);
    kit.hear(Event::Answered(CallId(2)));
    kit.take_commands();
    kit.asks(r##"{"type":"send_dtmf","call":"c2","digits":"۱2,#a"}"##);
    assert_eq!(kit.take_commands(), [Command::SendDtmf(CallId(2), "12,#A".into())]);
    assert_eq!(kit.is_refused(r#"{"type":"send_dtmf","call":"c2","digits":"1x"}"#), (400, "bad_digits".into()));
    for digit in "0123456789".chars().cycle().take(100) {
        kit.hear(Event::Digit(CallId(2), digit));
    }
    let received = kit.call("c2").digits_received;
    assert_eq!((received.len(), received.ends_with("6789")), (64, true), "the last of them are kept");
}

#[test]
fn muting_is_told_once_and_kept() {
    let mut kit = Kit::new();
    kit.up(2);
    kit.take_commands();
    kit.asks(r#"{"type":"mute","call":"c2"}"#);
    kit.asks(r#"{"type":"mute","call":"c2"}"#);
    assert_eq!(kit.take_commands(), [Command::Mute(CallId(2), true)]);
    assert!(kit.call("c2").muted);
    kit.asks(r#"{"type":"unmute","call":"c2"}"#);
    assert_eq!(kit.take_commands(), [Command::Mute(CallId(2), false)]);
}

#[test]
fn a_transfer_that_works_ends_the_call_and_one_that_fails_does_not() {
    for (status, commands, succeeded) in [(200, vec![Command::HangUp(CallId(2))], true), (486, vec![], false)] {
        let mut kit = Kit::new();
        kit.up(2);
        kit.take_commands();
        kit.asks(r#"{"type":"transfer_blind","call":"c2","target":"2 00"}"#);
        assert_eq!(kit.take_commands(), [Command::TransferBlind(CallId(2), "200".into())]);
        let again = r#"{"type":"transfer_blind","call":"c2","target":"201"}"#;
        assert_eq!(kit.is_refused(again), (409, "transfer_under_way".into()));
        kit.hear(Event::Transfer(CallId(2), None));
        kit.hear(Event::Transfer(CallId(2), Some(status)));
        assert_eq!(kit.take_commands(), commands);
        let transfer = kit.call("c2").transfer.expect("it was asked for");
        assert_eq!((transfer.succeeded, transfer.sip_status), (Some(succeeded), Some(status)));
        assert_eq!(notices(&kit.changes).contains(&"transfer_failed"), !succeeded);
    }
}

#[test]
fn a_flood_of_calls_fills_neither_the_list_nor_the_history() {
    let mut kit = Kit::new();
    for call in 1..=600 {
        kit.rings_in(call * 2);
        kit.ends(call * 2, Reason::Cancelled);
    }
    let snapshot = kit.desk.snapshot();
    assert_eq!((snapshot.calls.len(), snapshot.history.len()), (16, 500));
    assert_eq!(snapshot.history.first().map(|entry| entry.call.clone()), Some("c1200".into()), "the newest first");
    for call in 1000..1013 {
        kit.rings_in(call * 2);
    }
    assert!(kit.commands.contains(&Command::Decline(CallId(2024), 486)), "the thirteenth at once hears busy");
}

#[test]
fn what_a_caller_calls_himself_cannot_break_the_window() {
    let mut kit = Kit::new();
    let name = format!("\u{202e}Anna\n{}", "a".repeat(1000));
    let peer = Peer { number: "1".into(), name: Some(name), uri: String::new() };
    let account = AccountId("work".into());
    kit.hear(Event::Incoming { call: CallId(2), account, peer, auto_answer: None, trusted: true, headers: Vec::new() });
    let name = kit.call("c2").peer.name.expect("he has one");
    assert!(name.starts_with("Anna aaa"), "no direction marks and no line breaks");
    assert_eq!(name.chars().count(), 128);
}
