//! The interface as its documentation shows it, and whose legs an end ends.

use super::*;
use crate::webhook::tests::{form, json, meaning};

const NEW_CALL: &str = r#"{"event":"newCall","from":"493020000741","to":"492210000334","direction":"in",
    "callId":"307fa962","user":["101","Emma Taylor"],"queue":"Support"}"#;
const HANGUP: &str = r#"{"event":"hangup","from":"493020000741","to":"492210000334","direction":"in","callId":"307fa962",
    "answeringNumber":"101","cause":"normalClearing"}"#;

#[test]
fn a_new_call_rings_each_of_its_users() {
    let users = "user[]=101&user[]=Emma+Taylor";
    let as_form =
        format!("event=newCall&from=493020000741&to=492210000334&direction=in&callId=307fa962&queue=Support&{users}");
    for received in [json(NEW_CALL), form(&as_form)] {
        let zammad = Zammad::default();
        let expected = [
            "307fa962/101: 101 rings with \"493020000741\"",
            "307fa962/Emma Taylor: Emma Taylor rings with \"493020000741\"",
        ];
        assert_eq!(meaning(&zammad, &received), expected);
        let told = zammad.read(&received).expect("readable");
        assert_eq!((told.name.as_str(), told.summary.as_str()), ("newCall", "492210000334 ← 493020000741"));
        assert_eq!(told.remarks, [] as [&str; 0]);
        for event in told.events {
            assert_eq!((event.did.as_deref(), event.queue.as_deref()), (Some("492210000334"), Some("Support")));
        }
    }
}

#[test]
fn an_answer_is_the_users_or_the_answering_numbers() {
    let answer = |more: &str| {
        let body = format!(r#"{{"event":"answer","callId":"c","direction":"in","from":"4930","to":"4922",{more}}}"#);
        meaning(&Zammad::default(), &json(&body))
    };
    assert_eq!(answer(r#""answeringNumber":"101""#), ["c/101: 101 answers"]);
    assert_eq!(answer(r#""user":"Emma Taylor","answeringNumber":"101""#), ["c/Emma Taylor: Emma Taylor answers"]);
    assert_eq!(answer(r#""answeringNumber":"emma@pbx.example""#), ["c/emma@pbx.example: emma answers"]);
    assert_eq!(answer(r#""x":1"#), ["c/: - answers"]);
}

#[test]
fn who_alone_was_rung_is_who_answers() {
    let zammad = Zammad::default();
    zammad.read(&json(&NEW_CALL.replace("\"101\",", ""))).expect("readable");
    let answer = |more: &str| {
        let body = format!(r#"{{"event":"answer","callId":"307fa962","direction":"in"{more}}}"#);
        meaning(&zammad, &json(&body))
    };
    let emma = ["307fa962/Emma Taylor: Emma Taylor answers"];
    assert_eq!(answer(""), emma);
    assert_eq!(answer(r#","answeringNumber":"emma@pbx.example""#), emma, "the number is another name of hers");
    assert_eq!(answer(r#","user":"voicemail""#), ["307fa962/voicemail: voicemail answers"], "it is named");
}

#[test]
fn a_hangup_ends_the_legs_of_all_whom_the_call_rang() {
    let zammad = Zammad::default();
    zammad.read(&json(NEW_CALL)).expect("readable");
    let ends = ["307fa962/101: 101 ends Answered", "307fa962/Emma Taylor: Emma Taylor ends Answered"];
    assert_eq!(meaning(&zammad, &json(HANGUP)), ends);
    assert_eq!(meaning(&zammad, &json(HANGUP)), ends, "sent twice it says the same");
    let unanswered = HANGUP.replace("\"answeringNumber\":\"101\",", "").replace("normalClearing", "cancel");
    let ends = ["307fa962/101: 101 ends Cancelled", "307fa962/Emma Taylor: Emma Taylor ends Cancelled"];
    assert_eq!(meaning(&zammad, &json(&unanswered)), ends);
    let unheard_of = Zammad::default();
    assert_eq!(meaning(&unheard_of, &json(HANGUP)), ["307fa962/101: 101 ends Answered"]);
    assert_eq!(meaning(&unheard_of, &json(&unanswered)), ["307fa962/: - ends Cancelled"]);
}

#[test]
fn causes_are_outcomes() {
    for (cause, outcome) in [
        ("normalClearing", Outcome::Answered),
        ("busy", Outcome::Busy),
        ("cancel", Outcome::Cancelled),
        ("noAnswer", Outcome::NoAnswer),
        ("congestion", Outcome::Failed),
        ("notFound", Outcome::Failed),
        ("forwarded", Outcome::Cancelled),
        ("newer", Outcome::Unknown),
    ] {
        let told = Zammad::default().read(&json(&HANGUP.replace("normalClearing", cause))).expect("readable");
        let [CallEvent { what: What::Ended(ended), .. }] = told.events.as_slice() else { panic!("{told:?}") };
        assert_eq!(ended.outcome, outcome, "{cause}");
    }
}

#[test]
fn a_call_outwards_is_with_whom_it_goes_to() {
    let body =
        r#"{"event":"newCall","from":"492210000334","to":"493020000741","direction":"out","callId":"c","user":"Emma"}"#;
    let zammad = Zammad::default();
    assert_eq!(meaning(&zammad, &json(body)), ["c/Emma: Emma dials with \"493020000741\""]);
    for user in [r#""user":"Emma","#, ""] {
        let answer =
            format!(r#"{{"event":"answer","direction":"out","callId":"c",{user}"answeringNumber":"493020000741"}}"#);
        assert_eq!(meaning(&zammad, &json(&answer)), ["c/Emma: Emma answers"], "the number is the other party's");
    }
    let hangup = r#"{"event":"hangup","direction":"out","callId":"c","answeringNumber":"493020000741","cause":"busy"}"#;
    assert_eq!(meaning(&zammad, &json(hangup)), ["c/Emma: Emma ends Busy"]);
}

#[test]
fn who_withholds_the_number_has_none() {
    let body = NEW_CALL.replace("493020000741", "anonymous").replace("[\"101\",\"Emma Taylor\"]", "\"101\"");
    assert_eq!(meaning(&Zammad::default(), &json(&body)), ["307fa962/101: 101 rings with \"\""]);
    let nobody = NEW_CALL.replace("\"user\":[\"101\",\"Emma Taylor\"],", "");
    assert_eq!(meaning(&Zammad::default(), &json(&nobody)), ["307fa962/: - rings with \"493020000741\""]);
}

#[test]
fn only_the_last_calls_are_kept_in_mind() {
    let zammad = Zammad::default();
    for call in 0..1_000 {
        zammad.read(&json(&NEW_CALL.replace("307fa962", &format!("c{call}")))).expect("readable");
    }
    let ends = |call: &str| meaning(&zammad, &json(&HANGUP.replace("307fa962", call))).len();
    assert_eq!((ends("c999"), ends("c744"), ends("c743")), (2, 2, 1));
}

#[test]
fn what_is_unknown_is_taken_in() {
    let told = Zammad::default().read(&json(r#"{"event":"dtmf","callId":"c","dtmf":"1"}"#)).expect("readable");
    assert_eq!((told.name.as_str(), told.events.len(), told.remarks.len()), ("dtmf", 0, 1));
    assert_eq!(Zammad::default().receipt(), "{}");
}
