//! Descriptions as integrators would write them, for PBXs that are known to be different.

use super::*;
use crate::webhook::tests::{form, get, json, meaning};

fn mapped(description: serde_json::Value) -> Mapped {
    Mapped::new(serde_json::from_value(description).expect("a description"))
}

#[test]
fn without_a_description_the_names_are_the_plain_ones() {
    let plain = Mapped::new(Mapping::default());
    assert_eq!((plain.mount(), plain.receipt()), ("mapping/default", r#"{"ok":1}"#));
    let call = "call_id=c&extension=101&number=%2B7495&name=Anna&did=7812&queue=900";
    for (said, expected) in [
        ("event=Ringing", "c/101: 101 rings with \"+7495\""),
        ("event=ring&direction=Outbound", "c/101: 101 dials with \"+7495\""),
        ("event=DIAL", "c/101: 101 dials with \"+7495\""),
        ("event=answered", "c/101: 101 answers with \"+7495\""),
        ("event=hangup&outcome=NO ANSWER", "c/101: 101 ends NoAnswer with \"+7495\""),
        ("event=end&leg_id=l", "l: 101 ends Unknown with \"+7495\""),
    ] {
        assert_eq!(meaning(&plain, &get(&format!("{said}&{call}"))), [expected], "{said}");
    }
    let told = plain.read(&get(&format!("event=ring&{call}&originated_id=o&mood=good"))).expect("readable");
    assert_eq!((told.name.as_str(), told.summary.as_str()), ("ring", "ring 101 ← +7495"));
    assert_eq!(told.remarks, [] as [&str; 0], "nobody says which fields there are");
    let [event] = told.events.as_slice() else { panic!("{told:?}") };
    assert_eq!((event.did.as_deref(), event.queue.as_deref()), (Some("7812"), Some("900")));
    assert_eq!((event.originated_id.as_deref(), event.source.as_str()), (Some("o"), "mapping/default"));
    assert_eq!(event.party.as_ref().and_then(|party| party.name.as_deref()), Some("Anna"));
    assert_eq!(event.fields.get("mood").map(String::as_str), Some("good"));
}

#[test]
fn a_form_with_words_of_its_own() {
    let zadarma = mapped(serde_json::json!({
        "name": "zadarma",
        "fields": {"event": "event", "call": "pbx_call_id", "number": "caller_id", "number_out": "destination",
                   "extension": "internal", "did": "called_did", "duration": "duration", "recording": "call_id_with_rec",
                   "outcome": "disposition"},
        "values": {"ring": ["NOTIFY_INTERNAL"], "dial": ["NOTIFY_OUT_START"], "answer": ["NOTIFY_ANSWER"],
                   "end": ["NOTIFY_END", "NOTIFY_OUT_END"], "ignore": ["NOTIFY_START", "NOTIFY_IVR"]},
        "receipt": "{\"status\":\"success\"}"}));
    assert_eq!((zadarma.mount(), zadarma.receipt()), ("mapping/zadarma", "{\"status\":\"success\"}"));
    let call = "caller_id=%2B7495&called_did=7812&internal=101&pbx_call_id=c";
    for (said, expected) in [
        ("event=NOTIFY_INTERNAL", "c/101: 101 rings with \"+7495\""),
        ("event=NOTIFY_OUT_START&destination=7499", "c/101: 101 dials with \"7499\""),
        ("event=notify_answer", "c/101: 101 answers with \"+7495\""),
    ] {
        assert_eq!(meaning(&zadarma, &form(&format!("{said}&{call}"))), [expected], "{said}");
    }
    let end = format!("event=NOTIFY_END&{call}&duration=65&disposition=answered&call_id_with_rec=r1");
    let told = zadarma.read(&form(&end)).expect("readable");
    let [CallEvent { what: What::Ended(ended), .. }] = told.events.as_slice() else { panic!("{told:?}") };
    let expected = Ended { talk_ms: Some(65_000), recording_id: Some("r1".into()), ..Ended::of(Outcome::Answered) };
    assert_eq!(*ended, expected);
    for (event, remarks) in [("NOTIFY_START", 0), ("NOTIFY_NEWER", 1)] {
        let told = zadarma.read(&form(&format!("event={event}&{call}"))).expect("readable");
        assert_eq!((told.events.len(), told.remarks.len()), (0, remarks), "{event}");
    }
}

#[test]
fn fields_within_objects_and_extensions_with_a_prefix() {
    let nested = mapped(serde_json::json!({
        "name": "nested",
        "fields": {"event": "json.call_state", "call": "json.entry_id", "leg": "json.call_id", "number": "json.from.number",
                   "extension": "json.to.extension", "direction": "json.way", "duration": "json.ms"},
        "values": {"ring": ["Appeared"], "answer": ["Connected"], "end": ["Disconnected"], "incoming": ["1"], "outgoing": ["2"]},
        "duration_unit": "ms", "extension_after": "*"}));
    let body = r#"json={"call_state":"Appeared","entry_id":"e","call_id":"l","from":{"number":78440000678},"to":{"extension":"77*103"},"way":1}"#;
    assert_eq!(meaning(&nested, &form(body)), ["l: 103 rings with \"78440000678\""]);
    assert_eq!(meaning(&nested, &form(&body.replace("\"way\":1", "\"way\":2"))), ["l: 103 dials with \"78440000678\""]);
    let odd = nested.read(&form(&body.replace("\"way\":1", "\"way\":3"))).expect("readable");
    assert_eq!(odd.remarks, ["The settings do not say which direction this is: taken for incoming"]);
    let end = body.replace("Appeared", "Disconnected").replace("\"way\":1", "\"ms\":1500");
    let told = nested.read(&form(&end)).expect("readable");
    let [CallEvent { what: What::Ended(ended), .. }] = told.events.as_slice() else { panic!("{told:?}") };
    assert_eq!(ended.talk_ms, Some(1_500));
}

#[test]
fn durations_are_counted_in_the_unit_that_is_named() {
    for (unit, said, expected) in [("s", "1.5", 1_500), ("s", "65", 65_000), ("ms", "65", 65), ("us", "65000", 65)] {
        let source = mapped(serde_json::json!({"duration_unit": unit}));
        let told = source.read(&get(&format!("event=end&call_id=c&duration={said}"))).expect("readable");
        let [CallEvent { what: What::Ended(ended), .. }] = told.events.as_slice() else { panic!("{told:?}") };
        assert_eq!(ended.talk_ms, Some(expected), "{said} {unit}");
    }
}

#[test]
fn the_event_may_be_the_end_of_the_path() {
    let plain = Mapped::new(Mapping::default());
    let received = Received { tail: "hook/answer", ..json(r#"{"call_id":"c","extension":101}"#) };
    assert_eq!(meaning(&plain, &received), ["c/101: 101 answers"]);
}

#[test]
fn what_is_missing_is_named_as_the_description_names_it() {
    let source = mapped(serde_json::json!({"fields": {"event": "evt", "call": "cid", "leg": ""}}));
    let why = |query| source.read(&get(query)).expect_err(query).0;
    assert!(why("a=b").contains("\"evt\""));
    assert!(why("evt=ring").contains("\"cid\""));
}

#[test]
fn a_description_with_a_misspelt_key_is_refused() {
    for wrong in
        [r#"{"nam":"x"}"#, r#"{"fields":{"numbr":"x"}}"#, r#"{"values":{"rings":[]}}"#, r#"{"duration_unit":"h"}"#]
    {
        assert!(serde_json::from_str::<Mapping>(wrong).is_err(), "{wrong}");
    }
}
