//! What the tests of all dialects share, and what holds for all of them.

use super::*;
use crate::{Direction, MAX_FIELDS, Outcome, What};

/// A GET with this query.
pub(super) fn get(query: &str) -> Received<'_> {
    Received { method: "GET", tail: "", query, content_type: None, body: b"" }
}

/// A POST of JSON, or of what its sender takes for it.
pub(super) fn json(body: &str) -> Received<'_> {
    Received { method: "POST", tail: "", query: "", content_type: Some("application/json"), body: body.as_bytes() }
}

/// A POST of a form.
pub(super) fn form(body: &str) -> Received<'_> {
    Received { content_type: Some("application/x-www-form-urlencoded"), ..json(body) }
}

/// What this dialect understands, with the leg, the extension and what happened of each event in a line.
pub(super) fn meaning(source: &dyn EventSource, received: &Received<'_>) -> Vec<String> {
    source.read(received).expect("a readable request").events.iter().map(line).collect()
}

fn line(event: &CallEvent) -> String {
    let what = match &event.what {
        What::Offered { direction: Direction::In, transferred: false } => "rings".to_owned(),
        What::Offered { direction: Direction::In, transferred: true } => "rings, sent on".to_owned(),
        What::Offered { direction: Direction::Out, transferred: false } => "dials".to_owned(),
        What::Offered { direction: Direction::Out, transferred: true } => "dials, sent on".to_owned(),
        What::Answered => "answers".to_owned(),
        What::AnsweredOrOver(ended) => format!("answers, or ends {:?}", ended.outcome),
        What::Ended(ended) if ended.more_follows => format!("ends {:?}, more follows", ended.outcome),
        What::Ended(ended) => format!("ends {:?}", ended.outcome),
        What::Idle => "is idle".to_owned(),
        What::Unreachable => "is unreachable".to_owned(),
        What::Recorded(ended) => format!("is recorded {:?}", ended.outcome),
        What::Moved { from, to } => format!("moves {from} → {to}"),
    };
    let party = event.party.as_ref().map(|party| format!(" with {:?}", party.number)).unwrap_or_default();
    format!("{}: {} {what}{party}", event.leg_id, event.extension.as_deref().unwrap_or("-"))
}

#[test]
fn each_dialect_has_a_path_of_its_own_and_a_receipt_that_is_json() {
    let all = built_in();
    let mounts: Vec<&str> = all.iter().map(|source| source.mount()).collect();
    assert_eq!(mounts, ["simotel", "dial-in", "zammad"]);
    for source in &all {
        serde_json::from_str::<serde_json::Value>(source.receipt()).expect("JSON");
    }
    let for_ever: Vec<bool> = all.iter().map(|source| source.repeats_for_ever()).collect();
    assert_eq!(for_ever, [false, true, false], "only dial-in repeats what is not answered 200");
}

#[test]
fn each_dialect_says_which_events_it_knows_and_calls_them_so() {
    for source in built_in() {
        for name in source.events() {
            let query = format!("event={name}&EventType={name}&CallID=1&callId=1&unique_id=1&exten=1&state=Idle");
            assert_eq!(source.read(&get(&query)).expect("a readable request").name, *name, "{}", source.mount());
        }
    }
}

#[test]
fn ten_thousand_fields_are_cut_with_a_remark_and_an_event_stays_small() {
    let noise: String = (0..10_000).map(|n| format!("&field{n}={}", "x".repeat(600 * usize::from(n < 3)))).collect();
    let mapped = Mapped::new(Mapping::default());
    let requests: [(&dyn EventSource, &str); 4] = [
        (&Simotel, "event_name=NewState&exten=553&state=Ringing&unique_id=1.2"),
        (&DialIn, "EventType=dial-in&CallID=c&CalledNumber=101"),
        (&Zammad::default(), "event=newCall&callId=c&user=101"),
        (&mapped, "event=ring&call_id=c&extension=101"),
    ];
    for (source, said) in requests {
        for received in [get(&format!("{said}{noise}")), form(&format!("{said}{noise}"))] {
            let told = source.read(&received).expect("the first fields are enough");
            assert!(told.remarks.iter().any(|remark| remark.contains("left out")), "{:?}", told.remarks);
            let [event] = told.events.as_slice() else { panic!("{:?}", told.events) };
            assert!(event.fields.len() <= MAX_FIELDS && event.fields.values().all(|value| value.len() <= 512));
        }
    }
}

#[test]
fn what_is_no_request_of_a_dialect_is_refused_with_a_sentence() {
    for source in built_in() {
        for received in [get(""), json("{}"), json(r#"{"hello":"world"}"#), json("{"), json("[1,2]"), form("hello")] {
            let Unreadable(why) = source.read(&received).expect_err("nothing to read");
            assert!(why.contains(' ') && !why.contains("hello"), "{}: {why}", source.mount());
        }
    }
}

#[test]
fn the_words_for_how_a_call_went_are_compared_by_their_letters() {
    use super::fields::FromField;
    for (outcome, words) in [
        (Outcome::Answered, "ANSWERED Answered ANSWER normalClearing"),
        (Outcome::NoAnswer, "NO_ANSWER No-Answered NOANSWER noAnswer MISSED"),
        (Outcome::Busy, "BUSY busy"),
        (Outcome::Cancelled, "CANCEL cancel forwarded"),
        (Outcome::Failed, "FAILED CONGESTION CHANUNAVAIL congestion notFound"),
    ] {
        for word in words.split(' ') {
            assert_eq!(Outcome::from_field(word), Some(outcome), "{word}");
        }
    }
    assert_eq!(Outcome::from_field("NO ANSWER"), Some(Outcome::NoAnswer));
    assert_eq!(Outcome::from_field("whatever"), None);
}

#[test]
fn a_name_that_is_the_number_once_more_is_none() {
    let of = |number, name| words::party(number, name).map(|party| (party.number, party.name));
    let known = |number: &str, name: Option<&str>| Some((number.to_owned(), name.map(str::to_owned)));
    assert_eq!(of(Some("+74950000111"), Some("74950000111")), known("+74950000111", None));
    assert_eq!(of(Some("+74950000111"), Some("Anna")), known("+74950000111", Some("Anna")));
    assert_eq!(of(Some("anonymous"), Some("Anonymous")), known("", None));
    assert_eq!(of(None, None), None);
}
