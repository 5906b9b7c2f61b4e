//! By dial codes, where nothing may be ordered of the PBX.

use super::*;

/// The call that was dialled last.
fn dialled(kit: &Kit) -> u64 {
    let id = kit.desk.snapshot().calls.last().map(|call| call.id.clone()).expect("a call is dialled");
    id.trim_start_matches('c').parse().expect("a number")
}

#[test]
fn each_mode_has_its_code_and_a_spy_is_shut_from_the_first_packet() {
    for (mode, dials) in [("spy", "dial *55102 shut"), ("whisper", "dial *56102"), ("barge", "dial *57102")] {
        let mut kit = by_codes();
        let call = kit.asks(&intent("102", mode));
        assert_eq!((call.as_deref(), said(&mut kit)), (Some("c1"), vec![dials.to_owned()]));
        assert!(seen(&kit).ends_with("Asked"), "{mode}");
        kit.hear(Event::RemoteRinging(CallId(1)));
        assert!(seen(&kit).ends_with("Connecting"), "{mode}");
        kit.hear(Event::Answered(CallId(1)));
        assert_eq!(seen(&kit).contains("Active, heard"), mode != "spy", "{mode}: {}", seen(&kit));
        assert_eq!(said(&mut kit), [format!("tell 102: Ringside/1 listening mode={mode}")]);
        assert_eq!(row(&kit).modes, [(kit.now.wall, mode.to_owned())]);
        kit.ends(1, Reason::RemoteHungUp);
        assert_eq!(seen(&kit), "nothing");
        assert!(row(&kit).ended_at.is_some() && kit.orders.is_empty());
    }
}

#[test]
fn every_mode_leads_to_every_other() {
    for (from, to) in MODES.iter().flat_map(|from| MODES.map(|to| (*from, to))).filter(|(from, to)| from != to) {
        let mut kit = by_codes();
        kit.asks(&intent("102", from));
        kit.hear(Event::Answered(CallId(1)));
        kit.take_commands();
        kit.asks(&intent("102", to));
        let code = match to {
            "spy" => "*55102",
            "whisper" => "*56102",
            _ => "*57102",
        };
        let shut = (from != "spy").then(|| "shut c1".to_owned());
        let dial = format!("dial {code} shut");
        assert_eq!(said(&mut kit), shut.into_iter().chain([dial]).collect::<Vec<_>>(), "{from} to {to}");
        assert_eq!(calls(&kit), ["c1"], "one call is shown");
        kit.hear(Event::Answered(CallId(3)));
        assert_eq!(said(&mut kit), ["hang up c1"], "{from} to {to}");
        kit.ends(1, Reason::HungUp);
        assert_eq!(said(&mut kit).contains(&"open c3".to_owned()), to != "spy", "{from} to {to}");
        assert_eq!(calls(&kit), ["c3"]);
        let modes: Vec<String> = row(&kit).modes.into_iter().map(|(_, mode)| mode).collect();
        assert_eq!(modes, [from, to]);
    }
}

#[test]
fn a_code_that_the_pbx_does_not_take_says_so() {
    let mut kit = by_codes();
    kit.asks(&intent("102", "spy"));
    kit.ends(1, Reason::NotFound);
    assert_eq!(seen(&kit), "Spy Failed: code_refused");
    assert_eq!(row(&kit).trouble.as_deref(), Some("code_refused"));
    kit.asks(&intent("102", "spy"));
    assert_eq!(seen(&kit), "Spy Asked", "it can be tried again at once");
    kit.take_commands();
    kit.pass(20 * SECOND);
    assert_eq!(said(&mut kit), ["hang up c3"]);
    kit.ends(3, Reason::HungUp);
    assert_eq!(seen(&kit), "Spy Failed: pbx_silent");
}

#[test]
fn a_code_of_another_mode_that_is_refused_leaves_what_was() {
    let mut kit = by_codes();
    kit.asks(&intent("102", "whisper"));
    kit.hear(Event::Answered(CallId(1)));
    kit.asks(&intent("102", "barge"));
    kit.take_commands();
    kit.ends(3, Reason::Rejected);
    assert_eq!((seen(&kit).as_str(), said(&mut kit)), ("Whisper Active: switch_failed", vec!["open c1".to_owned()]));
}

#[test]
fn a_code_with_what_cannot_be_dialled_is_refused() {
    for spy in ["*55 {extension}", "*55{extension}@elsewhere.example", "{number}", "*55\u{661}{extension}"] {
        let rules = SupervisionRules { codes: DialCodes { spy: spy.into(), ..codes() }, ..SupervisionRules::default() };
        let mut kit = ruled(rules);
        assert_eq!(kit.is_refused(&intent("102", "spy")), (409, "bad_dial_code".into()), "{spy}");
    }
    let mut kit = by_codes();
    kit.hear(Event::Registration(AccountId("work".into()), Registration::Unregistered));
    assert_eq!(kit.is_refused(&intent("102", "spy")), (409, "not_registered".into()));
    assert!(rows(&kit).is_empty());
}

#[test]
fn a_ringing_call_is_taken_by_its_code() {
    let mut kit = by_codes();
    kit.up(2);
    kit.take_commands();
    kit.asks(r#"{"type":"pick_up","extension":"103"}"#);
    assert_eq!(said(&mut kit), ["hold c2", "dial *8103"], "whom it is taken from shall not hear the other one");
    let call = dialled(&kit);
    kit.hear(Event::Answered(CallId(call)));
    let orders = kit.desk.snapshot().orders;
    assert_eq!(orders.first().map(|order| order.state), Some(crate::wire::PbxOrderState::Done));
    kit.ends(call, Reason::RemoteHungUp);
    assert!(kit.desk.snapshot().orders.is_empty());
    assert_eq!(kit.desk.snapshot().history.len(), 1, "it was the agent's call");
}

#[test]
fn a_recording_is_heard_by_its_code_and_hears_nobody() {
    let mut kit = by_codes();
    let in_a_folder = r#"{"type":"play_recording","recording":"2026/11/q-77.wav"}"#;
    assert_eq!(kit.is_refused(in_a_folder), (409, "bad_dial_code".into()), "a code cannot carry a folder");
    kit.asks(r#"{"type":"play_recording","recording":"q-77.wav"}"#);
    assert_eq!(said(&mut kit), ["dial *88q-77.wav shut"]);
    kit.hear(Event::Answered(CallId(1)));
    kit.ends(1, Reason::RemoteHungUp);
    assert!(kit.desk.snapshot().orders.is_empty() && kit.desk.snapshot().history.is_empty());
}
