//! From one mode to another, live: the next leg is up before the first one leaves, and nobody is heard in between.

use super::*;

fn name(mode: &str) -> &'static str {
    match mode {
        "spy" => "Spy",
        "whisper" => "Whisper",
        _ => "Barge",
    }
}

/// With what the window says of the microphone.
fn active(mode: &str) -> String {
    format!("{} Active{}", name(mode), if mode == "spy" { "" } else { ", heard" })
}

#[test]
fn every_mode_leads_to_every_other() {
    for (from, to) in MODES.iter().flat_map(|from| MODES.map(|to| (*from, to))).filter(|(from, to)| from != to) {
        let (mut kit, first) = in_call(from);
        assert_eq!(seen(&kit), active(from));
        let next = supervises(&mut kit, to);
        let switching = format!("{} Active to {}", name(from), name(to));
        assert_eq!(seen(&kit), switching);
        let shut: &[&str] = if from == "spy" { &[] } else { &["shut c2"] };
        assert_eq!(said(&mut kit), shut, "{from} to {to}: at once");
        step(&mut kit, &next, Step::Accepted);
        rings(&mut kit, 4, &next);
        assert_eq!(said(&mut kit), ["shut c4", "tone AutoAnswered", "answer c4"], "{from} to {to}");
        kit.hear(Event::Answered(CallId(4)));
        assert_eq!((seen(&kit), calls(&kit)), (switching.clone(), vec!["c2".to_owned()]), "one call is shown");
        step(&mut kit, &next, Step::Done);
        assert_eq!((seen(&kit), said(&mut kit)), (switching, vec!["hang up c2".to_owned()]), "{from} to {to}");
        kit.ends(2, Reason::HungUp);
        step(&mut kit, &first, Step::Over);
        let told = format!("tell 102: Ringside/1 listening mode={to}");
        let opens = (to != "spy").then(|| "open c4".to_owned());
        assert_eq!(said(&mut kit), [told].into_iter().chain(opens).collect::<Vec<_>>(), "{from} to {to}");
        assert_eq!(seen(&kit), format!("{} Active", name(to)), "nobody is heard before the peer has agreed");
        if to != "spy" {
            kit.hear(Event::Listening(CallId(4), false));
        }
        assert_eq!((seen(&kit), calls(&kit)), (active(to), vec!["c4".to_owned()]));
        let modes: Vec<String> = row(&kit).modes.into_iter().map(|(_, mode)| mode).collect();
        assert_eq!(modes, [from, to]);
        assert!(row(&kit).ended_at.is_none());
    }
}

#[test]
fn spy_whisper_barge_and_back_is_one_row_of_the_journal() {
    let (mut kit, _) = in_call("spy");
    for (no, mode) in (2..).zip(["whisper", "barge", "spy"]) {
        let next = supervises(&mut kit, mode);
        comes_up(&mut kit, no * 2, &next);
        kit.ends(no * 2 - 2, Reason::HungUp);
    }
    kit.pass(SECOND);
    stops(&mut kit);
    kit.ends(8, Reason::HungUp);
    let modes: Vec<String> = row(&kit).modes.into_iter().map(|(_, mode)| mode).collect();
    assert_eq!(modes, ["spy", "whisper", "barge", "spy"]);
    assert_eq!(row(&kit).ended_at, Some(kit.now.wall));
    let keys: std::collections::BTreeSet<String> = rows(&kit).into_iter().map(|row| row.key).collect();
    assert_eq!(keys.len(), 1);
}

#[test]
fn a_switch_that_fails_leaves_what_was() {
    for from in MODES {
        let (mut kit, _) = in_call(from);
        let to = if from == "barge" { "whisper" } else { "barge" };
        let next = supervises(&mut kit, to);
        kit.take_commands();
        fails(&mut kit, &next, "phone_busy");
        let opens: &[&str] = if from == "spy" { &[] } else { &["open c2"] };
        assert_eq!(said(&mut kit), opens, "{from}");
        assert_eq!(seen(&kit), format!("{} Active: switch_failed", name(from)));
        let trouble = kit.desk.snapshot().supervision.and_then(|shown| shown.trouble).expect("it says why");
        assert_eq!(trouble.detail, "The PBX did not change how you take part: Because of phone_busy");
        if from != "spy" {
            kit.hear(Event::Listening(CallId(2), false));
        }
        kit.pass(31 * SECOND);
        assert_eq!(seen(&kit), active(from), "the trouble leaves, the call stays");
    }
}

#[test]
fn a_switch_into_silence_ends_after_twenty_seconds() {
    let (mut kit, _) = in_call("whisper");
    let next = supervises(&mut kit, "barge");
    rings(&mut kit, 4, &next);
    kit.hear(Event::Answered(CallId(4)));
    kit.take_commands();
    kit.pass(20 * SECOND);
    assert_eq!(said(&mut kit), ["hang up c4"]);
    assert_eq!(seen(&kit), "Whisper Active: switch_failed", "shut while two calls are here");
    kit.ends(4, Reason::HungUp);
    assert_eq!(said(&mut kit), ["open c2"]);
}

#[test]
fn a_switch_that_is_taken_back_in_time_is_none() {
    let (mut kit, _) = in_call("whisper");
    let next = supervises(&mut kit, "barge");
    kit.asks(&intent("102", "whisper"));
    assert_eq!(ordered(&mut kit), ["s2 Barge 102 on 201", "end s2"]);
    assert_eq!(said(&mut kit), ["shut c2", "open c2"]);
    rings(&mut kit, 4, &next);
    assert_eq!(said(&mut kit), ["decline c4 480", "shut c2"], "two calls are here for a moment");
    kit.ends(4, Reason::Declined);
    assert_eq!(said(&mut kit), ["open c2"]);
    kit.hear(Event::Listening(CallId(2), false));
    assert_eq!(seen(&kit), "Whisper Active, heard");
}

#[test]
fn the_last_click_wins() {
    let (mut kit, _) = in_call("spy");
    let barge = supervises(&mut kit, "barge");
    rings(&mut kit, 4, &barge);
    kit.take_commands();
    let whisper = supervises(&mut kit, "whisper");
    assert_eq!(seen(&kit), "Spy Active to Whisper");
    assert_eq!(said(&mut kit), ["hang up c4"]);
    kit.ends(4, Reason::HungUp);
    comes_up(&mut kit, 6, &whisper);
    kit.ends(2, Reason::HungUp);
    assert!(said(&mut kit).contains(&"open c6".to_owned()));
    kit.hear(Event::Listening(CallId(6), false));
    assert_eq!(seen(&kit), "Whisper Active, heard");
    let modes: Vec<String> = row(&kit).modes.into_iter().map(|(_, mode)| mode).collect();
    assert_eq!(modes, ["spy", "whisper"], "what never was is not written");
}

#[test]
fn clicks_faster_than_the_pbx_make_four_legs_at_most() {
    let (mut kit, _) = in_call("spy");
    for _ in 0..50 {
        kit.asks(&intent("102", "barge"));
        kit.asks(&intent("102", "whisper"));
    }
    let asked = ordered(&mut kit).iter().filter(|order| !order.starts_with("end")).count();
    assert_eq!(asked, 3, "and the one that is up");
    assert_eq!(seen(&kit), "Spy Active to Whisper");
    kit.pass(6 * SECOND);
    assert_eq!(ordered(&mut kit), ["s8 Whisper 102 on 201"], "the last click is remembered");
}

#[test]
fn another_mode_is_wanted_while_it_connects() {
    let mut kit = supervisor();
    let first = supervises(&mut kit, "spy");
    rings(&mut kit, 2, &first);
    kit.take_commands();
    kit.asks(&intent("102", "whisper"));
    assert_eq!((seen(&kit).as_str(), said(&mut kit)), ("Whisper Asked", vec!["hang up c2".to_owned()]));
    step(&mut kit, &first, Step::Done);
    assert_eq!(seen(&kit), "Whisper Asked", "too late");
    kit.ends(2, Reason::HungUp);
    let second = last_order(&kit);
    assert_ne!((&second.id, &second.token), (&first.id, &first.token));
    comes_up(&mut kit, 4, &second);
    assert_eq!(seen(&kit), "Whisper Active, heard");
    let modes: Vec<String> = row(&kit).modes.into_iter().map(|(_, mode)| mode).collect();
    assert_eq!(modes, ["whisper"]);
}

#[test]
fn it_can_be_stopped_in_the_middle_of_a_switch() {
    let (mut kit, _) = in_call("whisper");
    let next = supervises(&mut kit, "barge");
    rings(&mut kit, 4, &next);
    kit.take_commands();
    stops(&mut kit);
    assert_eq!(said(&mut kit), ["hang up c2", "hang up c4"]);
    assert_eq!(seen(&kit), "Whisper Ending");
    kit.ends(2, Reason::HungUp);
    assert_eq!(seen(&kit), "Whisper Ending", "one is here still");
    kit.ends(4, Reason::HungUp);
    assert_eq!(seen(&kit), "nothing");
    assert_eq!(row(&kit).ended_at, Some(kit.now.wall));
    assert!(!said(&mut kit).iter().any(|said| said.starts_with("open")));
}

#[test]
fn their_call_ends_in_the_middle_of_a_switch() {
    let (mut kit, _) = in_call("spy");
    let next = supervises(&mut kit, "whisper");
    rings(&mut kit, 4, &next);
    kit.ends(2, Reason::RemoteHungUp);
    assert_eq!((seen(&kit).as_str(), calls(&kit)), ("Spy Connecting to Whisper", vec!["c4".to_owned()]));
    kit.ends(4, Reason::RemoteHungUp);
    assert_eq!(seen(&kit), "nothing");
    assert_eq!(row(&kit).trouble, None, "as calls end");
}

#[test]
fn a_muted_microphone_stays_muted_in_another_mode() {
    let (mut kit, _) = in_call("whisper");
    kit.asks(r#"{"type":"mute","call":"c2"}"#);
    let next = supervises(&mut kit, "barge");
    comes_up(&mut kit, 4, &next);
    kit.take_commands();
    kit.ends(2, Reason::HungUp);
    let said = said(&mut kit);
    let (muted, opened) =
        (said.iter().position(|said| said == "mute c4 true"), said.iter().position(|said| said == "open c4"));
    assert!(muted.is_some() && muted < opened, "{said:?}");
    kit.hear(Event::Listening(CallId(4), false));
    assert!(kit.call("c4").muted);
    assert_eq!(seen(&kit), "Barge Active");
    kit.asks(r#"{"type":"unmute","call":"c4"}"#);
    assert_eq!(seen(&kit), "Barge Active, heard");
}

#[test]
fn a_row_of_the_journal_is_bounded() {
    let (mut kit, _) = in_call("spy");
    for no in 1..400_u64 {
        let next = supervises(&mut kit, MODES[usize::try_from(no % 3).unwrap_or(0)]);
        comes_up(&mut kit, 2 + no * 2, &next);
        kit.ends(no * 2, Reason::HungUp);
        step(&mut kit, &next, Step::Accepted);
        kit.pass(SECOND);
    }
    let modes = row(&kit).modes;
    assert_eq!(modes.len(), 256);
    assert_eq!(modes.last().map(|(_, mode)| mode.as_str()), Some(MODES[399 % 3]), "what is so now");
}
