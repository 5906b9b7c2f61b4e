//! One supervision from the click to its end, and all that may go wrong with it.

use super::*;

#[test]
fn an_order_rings_here_is_answered_shut_and_is_heard_until_it_is_stopped() {
    let mut kit = supervisor();
    let order = supervises(&mut kit, "spy");
    assert_eq!(ordered(&mut kit), ["s1 Spy 102 on 201"]);
    assert_eq!((seen(&kit).as_str(), said(&mut kit).len()), ("Spy Asked", 0));
    step(&mut kit, &order, Step::Accepted);
    step(&mut kit, &order, Step::Ringing);
    assert_eq!(seen(&kit), "Spy Connecting");
    rings(&mut kit, 2, &order);
    assert_eq!(said(&mut kit), ["shut c2", "tone AutoAnswered", "answer c2"], "shut before the answer");
    kit.hear(Event::Listening(CallId(2), true));
    kit.hear(Event::Answered(CallId(2)));
    step(&mut kit, &order, Step::Up);
    assert_eq!(seen(&kit), "Spy Connecting", "nobody has said that something is heard");
    step(&mut kit, &order, Step::Done);
    assert_eq!((seen(&kit).as_str(), calls(&kit)), ("Spy Active", vec!["c2".to_owned()]));
    assert_eq!(said(&mut kit), ["tell 102: Ringside/1 listening mode=spy"]);
    stops(&mut kit);
    assert_eq!((seen(&kit).as_str(), said(&mut kit)), ("Spy Ending", vec!["hang up c2".to_owned()]));
    kit.ends(2, Reason::HungUp);
    assert_eq!(seen(&kit), "nothing");
    assert_eq!(said(&mut kit), ["tell 102: Ringside/1 listening mode=none"]);
    step(&mut kit, &order, Step::Over);
    assert!(kit.orders.is_empty(), "a call that was here is ended here");
    let shown = kit.desk.snapshot();
    assert!(shown.history.is_empty() && shown.cards.is_empty(), "it is no call of the agent's");
}

#[test]
fn the_journal_has_it_from_its_first_moment_to_its_last() {
    let mut kit = supervisor();
    let begun = kit.now.wall;
    let order = supervises(&mut kit, "barge");
    let first = row(&kit);
    assert_eq!((first.extension.as_str(), first.by.as_str(), first.started_at), ("102", "201", begun));
    assert!(first.modes.is_empty() && first.ended_at.is_none());
    kit.pass(3 * SECOND);
    comes_up(&mut kit, 2, &order);
    let heard = kit.now.wall;
    assert_eq!(row(&kit).modes, [(heard, "barge".to_owned())]);
    kit.pass(60 * SECOND);
    kit.ends(2, Reason::RemoteHungUp);
    let last = row(&kit);
    assert_eq!((last.key.clone(), last.ended_at, last.trouble.clone()), (first.key, Some(kit.now.wall), None));
    assert_eq!(last.modes, [(heard, "barge".to_owned())]);
    assert_eq!(rows(&kit).len(), 3, "once each");
    assert_eq!(seen(&kit), "nothing", "their call ended: nothing has failed");
}

#[test]
fn whoever_whispers_or_steps_in_is_heard_once_the_pbx_says_so() {
    for mode in ["whisper", "barge"] {
        let mut kit = supervisor();
        let order = supervises(&mut kit, mode);
        rings(&mut kit, 2, &order);
        assert_eq!(said(&mut kit), ["tone AutoAnswered", "answer c2"]);
        kit.hear(Event::Answered(CallId(2)));
        assert!(!seen(&kit).contains("heard"), "{mode}");
        step(&mut kit, &order, Step::Done);
        assert!(seen(&kit).ends_with("Active, heard"), "{mode}: {}", seen(&kit));
        kit.asks(r#"{"type":"mute","call":"c2"}"#);
        assert!(!seen(&kit).contains("heard"), "{mode}");
    }
}

#[test]
fn each_failure_says_its_sentence_and_leaves_by_itself() {
    for code in ["pbx_forbidden", "phone_busy", "phone_not_registered", "nobody_to_listen", "pbx_connection_lost"] {
        let mut kit = supervisor();
        let order = supervises(&mut kit, "spy");
        fails(&mut kit, &order, code);
        assert_eq!(seen(&kit), format!("Spy Failed: {code}"));
        let trouble = kit.desk.snapshot().supervision.and_then(|shown| shown.trouble).expect("it says why");
        assert_eq!(trouble.detail, format!("Because of {code}"));
        assert_eq!(row(&kit).trouble.as_deref(), Some(code));
        assert!(row(&kit).ended_at.is_some());
        kit.pass(29 * SECOND);
        assert!(seen(&kit).contains(code));
        kit.pass(2 * SECOND);
        assert_eq!((seen(&kit).as_str(), rows(&kit).len()), ("nothing", 2));
        assert!(said(&mut kit).is_empty(), "nobody was listened to");
    }
}

#[test]
fn a_failure_ends_the_call_that_is_here() {
    let mut kit = supervisor();
    let order = supervises(&mut kit, "whisper");
    rings(&mut kit, 2, &order);
    kit.hear(Event::Answered(CallId(2)));
    kit.take_commands();
    fails(&mut kit, &order, "nobody_to_listen");
    assert_eq!(said(&mut kit), ["hang up c2"]);
    kit.ends(2, Reason::HungUp);
    assert_eq!(seen(&kit), "Whisper Failed: nobody_to_listen");
}

#[test]
fn a_call_that_ends_before_anything_is_heard_says_so() {
    let mut kit = supervisor();
    let order = supervises(&mut kit, "spy");
    rings(&mut kit, 2, &order);
    kit.ends(2, Reason::RemoteHungUp);
    assert_eq!(seen(&kit), "Spy Failed: nothing_heard");
    fails(&mut kit, &order, "nobody_to_listen");
    assert_eq!(rows(&kit).len(), 2, "what comes later changes nothing");
}

#[test]
fn a_silent_pbx_is_waited_for_twenty_seconds() {
    let mut kit = supervisor();
    let order = supervises(&mut kit, "spy");
    step(&mut kit, &order, Step::Accepted);
    kit.pass(19 * SECOND);
    assert_eq!(seen(&kit), "Spy Asked");
    kit.pass(SECOND);
    assert_eq!(seen(&kit), "Spy Failed: pbx_silent");
    assert_eq!(ordered(&mut kit), ["s1 Spy 102 on 201", "end s1"]);
    rings(&mut kit, 2, &order);
    assert_eq!(said(&mut kit), ["decline c2 480"], "it is too late");
    assert!(calls(&kit).is_empty());
}

#[test]
fn a_call_that_says_nothing_is_waited_for_as_long() {
    let mut kit = supervisor();
    let order = supervises(&mut kit, "spy");
    rings(&mut kit, 2, &order);
    kit.hear(Event::Answered(CallId(2)));
    kit.take_commands();
    kit.pass(20 * SECOND);
    assert_eq!(said(&mut kit), ["hang up c2"]);
    kit.ends(2, Reason::HungUp);
    assert_eq!(seen(&kit), "Spy Failed: pbx_silent");
}

#[test]
fn it_can_be_stopped_at_every_stage() {
    let mut asked = supervisor();
    let order = supervises(&mut asked, "whisper");
    stops(&mut asked);
    assert_eq!(ordered(&mut asked), ["s1 Whisper 102 on 201", "end s1"]);
    assert_eq!(seen(&asked), "nothing", "nothing of it is here");
    rings(&mut asked, 2, &order);
    assert_eq!(said(&mut asked), ["decline c2 480"], "its call is not wanted any more");
    asked.ends(2, Reason::Declined);
    fails(&mut asked, &order, "phone_declined");
    assert_eq!((seen(&asked).as_str(), rows(&asked).len()), ("nothing", 2));

    let mut answering = supervisor();
    let order = supervises(&mut answering, "whisper");
    rings(&mut answering, 2, &order);
    answering.take_commands();
    stops(&mut answering);
    assert_eq!((seen(&answering).as_str(), said(&mut answering)), ("Whisper Ending", vec!["hang up c2".to_owned()]));
    step(&mut answering, &order, Step::Done);
    assert_eq!(seen(&answering), "Whisper Ending", "a last word of the PBX does not bring it back");
    answering.ends(2, Reason::HungUp);
    assert_eq!(seen(&answering), "nothing");
    assert!(row(&answering).modes.is_empty() && row(&answering).ended_at.is_some());

    let mut failed = supervisor();
    let order = supervises(&mut failed, "spy");
    fails(&mut failed, &order, "phone_busy");
    stops(&mut failed);
    assert_eq!((seen(&failed).as_str(), rows(&failed).len()), ("nothing", 2));
    let nothing = failed.is_refused(r#"{"type":"stop_supervising"}"#);
    assert_eq!(nothing, (409, "not_supervising".into()));
}

#[test]
fn hanging_up_its_call_ends_it_and_is_no_failure() {
    let (mut kit, order) = in_call("spy");
    kit.asks(r#"{"type":"hang_up","call":"c2"}"#);
    assert_eq!(seen(&kit), "Spy Ending");
    kit.ends(2, Reason::HungUp);
    step(&mut kit, &order, Step::Over);
    assert_eq!(seen(&kit), "nothing");
    assert_eq!(row(&kit).trouble, None);
}

#[test]
fn a_lost_connection_to_the_manager_ends_no_call_that_is_up() {
    let (mut kit, order) = in_call("whisper");
    kit.input(Input::Manager(Some("the PBX restarts".into())));
    fails(&mut kit, &order, "pbx_connection_lost");
    assert_eq!((seen(&kit).as_str(), said(&mut kit).len()), ("Whisper Active, heard", 0));
    kit.input(Input::Manager(None));
    assert!(kit.orders.is_empty() && said(&mut kit).is_empty(), "nothing is done twice");
    assert_eq!(rows(&kit).len(), 2);
    stops(&mut kit);
    assert_eq!(said(&mut kit), ["hang up c2"]);
}

#[test]
fn the_pbx_says_that_it_is_over_before_the_telephone_does() {
    let (mut kit, order) = in_call("spy");
    step(&mut kit, &order, Step::Over);
    assert_eq!(said(&mut kit), ["hang up c2"]);
    kit.ends(2, Reason::RemoteHungUp);
    assert_eq!(seen(&kit), "nothing");
    assert_eq!(row(&kit).trouble, None);
}

#[test]
fn another_colleague_takes_the_place_of_the_first() {
    let (mut kit, _) = in_call("whisper");
    kit.asks(&intent("103", "whisper"));
    let order = last_order(&kit);
    assert_eq!(ordered(&mut kit), ["s2 Whisper 103 on 201"]);
    assert_eq!(said(&mut kit), ["hang up c2", "tell 102: Ringside/1 listening mode=none"]);
    let ended: Vec<_> = rows(&kit).into_iter().filter(|row| row.ended_at.is_some()).map(|row| row.extension).collect();
    assert_eq!(ended, ["102"]);
    rings(&mut kit, 4, &order);
    assert_eq!(said(&mut kit), ["shut c4", "tone AutoAnswered", "answer c4"], "two hear the microphone never");
    kit.hear(Event::Answered(CallId(4)));
    step(&mut kit, &order, Step::Done);
    assert_eq!(seen(&kit), "Whisper Active");
    kit.take_commands();
    kit.ends(2, Reason::HungUp);
    assert_eq!(said(&mut kit), ["open c4"]);
    kit.hear(Event::Listening(CallId(4), false));
    assert_eq!((seen(&kit).as_str(), calls(&kit)), ("Whisper Active, heard", vec!["c4".to_owned()]));
    let stop = r#"{"type":"stop_supervising","extension":"102"}"#;
    assert_eq!(kit.is_refused(stop), (409, "not_supervising".into()), "a late click ends no other");
}

#[test]
fn a_customer_never_hears_what_is_whispered() {
    let (mut kit, _) = in_call("whisper");
    kit.rings_in(4);
    assert!(seen(&kit).ends_with("heard"), "it only rings");
    kit.asks(r#"{"type":"answer","call":"c4"}"#);
    assert!(said(&mut kit).contains(&"shut c2".to_owned()));
    kit.hear(Event::Answered(CallId(4)));
    assert_eq!(seen(&kit), "Whisper Active");
    kit.take_commands();
    kit.ends(4, Reason::RemoteHungUp);
    assert_eq!(said(&mut kit), ["open c2"]);
    assert_eq!(seen(&kit), "Whisper Active", "the peer has not agreed yet");
    kit.hear(Event::Listening(CallId(2), false));
    assert_eq!(seen(&kit), "Whisper Active, heard");
}

#[test]
fn a_spy_is_never_heard_whatever_is_told() {
    let (mut kit, _) = in_call("spy");
    kit.hear(Event::Listening(CallId(2), false));
    kit.up(4);
    kit.ends(4, Reason::RemoteHungUp);
    kit.pass(60 * SECOND);
    assert_eq!(seen(&kit), "Spy Active");
    assert!(!said(&mut kit).contains(&"open c2".to_owned()));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut kit = supervisor();
    assert_eq!(kit.is_refused(&intent("201", "spy")), (400, "own_extension".into()));
    for extension in ["", "10 2", "102,1", "10-1", "+101", "\u{661}\u{660}\u{662}", &"1".repeat(33)] {
        assert_eq!(kit.is_refused(&intent(extension, "spy")), (400, "bad_extension".into()), "{extension}");
    }
    floor(&mut kit, &[("102", DeviceState::Free), ("103", DeviceState::Busy), ("104", DeviceState::OnHold)]);
    assert_eq!(kit.is_refused(&intent("102", "spy")), (409, "nobody_to_listen".into()));
    kit.asks(&intent("103", "spy"));
    kit.asks(&intent("104", "spy"));
    kit.asks(&intent("105", "spy"));
    assert_eq!(ordered(&mut kit).len(), 5, "whoever is not known may talk: three orders, of which two were ended");
}

#[test]
fn clicks_without_end_are_bounded() {
    let mut kit = supervisor();
    let refused = (0..200).filter(|no| kit.ask(&intent(&format!("{}", 100 + no % 90), "spy")).is_err()).count();
    assert!(refused >= 180, "{refused}");
    kit.pass(60 * SECOND);
    assert_eq!(seen(&kit), "nothing");
    assert_eq!(kit.desk.wake(), None, "nothing is left to wait for");
}

#[test]
fn a_customer_of_ones_own_is_not_mixed_into_a_call_that_is_listened_to() {
    let mut kit = supervisor();
    let order = supervises(&mut kit, "spy");
    comes_up(&mut kit, 2, &order);
    kit.rings_in(4);
    kit.asks(r#"{"type": "answer", "call": "c4"}"#);
    kit.hear(Event::Answered(CallId(4)));
    said(&mut kit);
    for intent in [
        r#"{"type": "conference", "calls": ["c2", "c4"]}"#,
        r#"{"type": "transfer_attended", "call": "c4", "to_call": "c2"}"#,
        r#"{"type": "transfer_attended", "call": "c2", "to_call": "c4"}"#,
        r#"{"type": "transfer_blind", "call": "c2", "target": "105"}"#,
    ] {
        assert_eq!(kit.is_refused(intent), (409, "call_of_others".into()), "{intent}");
    }
    assert!(said(&mut kit).is_empty(), "the telephone is told nothing");
}
