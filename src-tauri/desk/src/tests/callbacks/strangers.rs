//! What may be asked for by whoever can reach the receiver, and what not.

use super::*;
use crate::Asker;

/// What a web site asks for.
pub(super) fn site(office: &mut Office, rest: &str) -> Result<Done, Refusal> {
    let intent = format!(r#"{{"type":"request_callback",{rest}}}"#);
    let intent: Intent = serde_json::from_str(&intent).expect("as on the wire");
    office.kit.input(Input::Intent(Asker::Receiver, intent)).expect("every intent is answered")
}

pub(super) fn in_russia() -> Office {
    let rules = crate::Rules { country: "RU".into(), extensions: vec!["100-199".into()], ..crate::Rules::default() };
    let accounts = vec![AccountSettings { rules, ..account("work", "sip:101@pbx.example") }];
    Office::with(Settings { accounts, ..Settings::default() })
}

pub(super) fn site_is_refused(office: &mut Office, rest: &str) -> String {
    let before = office.all();
    let code = site(office, rest).expect_err(rest).code;
    assert_eq!(before, office.all(), "a refused wish changes nothing");
    code
}

#[test]
fn nobody_makes_this_desk_call_for_money_or_for_help() {
    let mut office = in_russia();
    for number in
        ["112", "+7 809 505-12-34", "*72#", "anna@evil.example", "sip:9001@evil.example", "84952294989@evil.example"]
    {
        let wish = format!(r#""number":"{number}""#);
        assert_eq!(site_is_refused(&mut office, &wish), "callback_number_not_allowed", "{number}");
    }
    for number in ["", " ", "anonymous", "Unknown", "<unknown>"] {
        assert_eq!(site_is_refused(&mut office, &format!(r#""number":"{number}""#)), "no_number", "{number}");
    }
    assert_eq!(site_is_refused(&mut office, r#""name":"Anna""#), "no_number", "the agent's card is not theirs");
    assert_eq!(site_is_refused(&mut office, r#""number":"...""#), "target_undialable");
    let long = "1".repeat(2_000);
    assert_eq!(site_is_refused(&mut office, &format!(r#""number":"{long}""#)), "target_too_long");
}

#[test]
fn what_is_no_number_is_not_called_back() {
    let mut office = in_russia();
    for number in ["1number=1number=1", "boss", "+4499", "12345", "200", "sip:anna@pbx.example", "00000000000"] {
        assert_eq!(
            site_is_refused(&mut office, &format!(r#""number":"{number}""#)),
            "callback_number_not_whole",
            "{number}"
        );
    }
    for number in ["102", "8 495 229-49-89", "+44 20 7946 0018"] {
        site(&mut office, &format!(r#""number":"{number}""#)).expect(number);
    }
    for number in ["1number=1number=1", "boss"] {
        let wish = format!(r#"{{"type":"request_callback","number":"{number}"}}"#);
        assert_eq!(office.is_refused(&wish), "callback_number_not_whole", "{number}");
    }
    for number in ["200", "sip:anna@pbx.example"] {
        office.promise(number);
    }
}

#[test]
fn without_a_country_a_number_is_as_long_as_one() {
    let mut office = Office::new();
    for number in ["+4499", "123456", "boss", "1234567890123456"] {
        assert_eq!(
            site_is_refused(&mut office, &format!(r#""number":"{number}""#)),
            "callback_number_not_whole",
            "{number}"
        );
    }
    for number in [ANNA, "2294989", "+7 495 229-49-88"] {
        site(&mut office, &format!(r#""number":"{number}""#)).expect(number);
    }
}

#[test]
fn a_caller_by_name_is_who_is_meant() {
    let mut office = Office::new();
    office.rings(2, "boss");
    office.answers(2);
    let id = office.asks(r#"{"type":"request_callback","call":"c2"}"#);
    assert_eq!(office.one(&id).number, "boss");
}

#[test]
fn a_stranger_may_ask_for_a_callback_and_for_nothing_else() {
    let mut office = Office::new();
    office.rings(2, ANNA);
    assert_eq!(site_is_refused(&mut office, r#""call":"c2""#), "not_for_receiver");
    assert_eq!(site_is_refused(&mut office, r#""number":"84952294989","call":"c2""#), "not_for_receiver");
    let id = office.promise(ANNA);
    for intent in
        [on(&id, "call_callback"), close(&id, "cancelled"), dial("200"), r#"{"type":"hang_up","call":"c2"}"#.into()]
    {
        let wish: Intent = serde_json::from_str(&intent).expect("as on the wire");
        let reply = office.kit.input(Input::Intent(Asker::Receiver, wish)).expect("answered");
        assert_eq!(reply.map_err(|refusal| (refusal.status, refusal.code)), Err((403, "not_for_receiver".into())));
    }
    assert_eq!(office.state(&id), CallbackState::Open);
}

#[test]
fn what_strangers_write_is_harmless() {
    let mut office = Office::new();
    let wish =
        r#""number":"84952294989","name":"An\u202ena\r\nVia: x","queue":" \u0007Sales ","note":"a\u0000b\r\n\u2066c""#;
    let id = site(&mut office, wish).expect("taken").callback.expect("made");
    let one = office.one(&id);
    let name = one.name.expect("given");
    assert!(name.starts_with("Anna") && name.ends_with("Via: x") && !name.contains(char::is_control), "{name:?}");
    assert_eq!(one.queue.as_deref(), Some("Sales"));
    assert_eq!(one.note.lines().map(|line| line.replace(' ', "")).collect::<Vec<_>>(), ["ab", "c"]);
    let long = "n".repeat(4 * 1024 + 1);
    let wish = format!(r#""number":"84952294988","note":"{long}""#);
    assert_eq!(site_is_refused(&mut office, &wish), "callback_note_too_long");
    let wish = format!(r#""number":"84952294988","name":"{long}""#);
    let id = site(&mut office, &wish).expect("taken").callback.expect("made");
    assert_eq!(office.one(&id).name.map(|name| name.len()), Some(128));
}

#[test]
fn strangers_leave_room_for_what_the_agent_promises() {
    let mut office = Office::by(CallbackRules { from_abandoned: true, ..CallbackRules::default() });
    office.kit.listener = None;
    let wish = |no: u32| format!(r#""number":"+7495{}""#, 2_000_000 + no);
    for no in 0..500 {
        site(&mut office, &wish(no)).expect("taken");
    }
    assert_eq!(site_is_refused(&mut office, &wish(500)), "too_many_callbacks");
    site(&mut office, &wish(0)).expect("who is known already may ask again");
    for no in 500..1_000 {
        office.promise(&format!("+7495{}", 2_000_000 + no));
    }
    assert_eq!(office.is_refused(r#"{"type":"request_callback","number":"+74953000000"}"#), "too_many_callbacks");
    // What the agent makes his own is a stranger's no more.
    let mut office = Office::new();
    office.kit.listener = None;
    for no in 0..500 {
        site(&mut office, &wish(no)).expect("taken");
    }
    office.promise("+74952000000");
    site(&mut office, &wish(500)).expect("taken");
}

#[test]
fn a_stranger_gets_no_call_to_where_it_costs_extra() {
    const SATELLITE: &str = "+88213000000";
    let mut office = Office::by(CallbackRules { from_missed: true, ..CallbackRules::default() });
    let made = site(&mut office, &format!(r#""number":"{SATELLITE}""#)).expect("taken");
    let id = made.callback.expect("made");
    assert_eq!(office.is_refused(&on(&id, "call_callback")), "callback_risky");
    assert!(office.kit.commits.is_empty() && office.kit.dialled().is_empty());
    assert_eq!((office.state(&id), office.results(&id)), (CallbackState::Open, Vec::new()));
    // The agent dials it, and means it.
    office.kit.asks(&dial(SATELLITE));
    let call = office.kit.desk.snapshot().calls[0].id.clone();
    office.speaks(CallId(call[1..].parse().expect("c1")));
    assert_eq!(office.one(&id).outcome, Some(CallbackOutcome::Reached));
    // So does a caller who rang once, to be called back.
    office.rings(2, SATELLITE);
    office.kit.ends(2, Reason::Cancelled);
    office.kit.pass(MINUTE);
    let missed = office.all().into_iter().find(|one| one.reason == CallbackReason::Missed).expect("made").id;
    assert_eq!(office.is_refused(&on(&missed, "call_callback")), "callback_risky");
    // What the agent has promised he has said himself.
    assert_eq!(office.promise(SATELLITE), missed);
    office.calls(&missed);
}
