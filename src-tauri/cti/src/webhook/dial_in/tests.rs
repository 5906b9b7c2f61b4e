//! The rules of the platform, each by its sample, and the older form of VoipNow.

use super::*;
use crate::webhook::tests::{form, get, json, meaning};

/// What rings at 101: a leg of a call from outside.
const DIAL_IN: &str = "CalledExtensionID=124075&SubCallID=124075-79a2&EventTime=1505824724746286&CalledNumber=3515%2A101\
    &EventType=dial-in&CallerIDName=%2B78120000127&CallerIDNum=%2B78120000127&CallerExtensionID=124083\
    &CallerExtension=3515%2A099%40sip.pbx.example&CallFlow=in&CalledExtension=3515%2A101%40sip.pbx.example\
    &CallAPIID=3584709733-76c8&CallID=76c8491e&CalledDID=78120000854&CallStatus=CALLING";

fn told(received: &Received<'_>) -> Told {
    DialIn.read(received).expect("a readable request")
}

fn one(query: &str) -> CallEvent {
    told(&get(query)).events.remove(0)
}

fn with(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(DIAL_IN.to_owned(), |query, (from, to)| {
        assert!(query.contains(from), "{from}");
        query.replace(from, to)
    })
}

fn hangup(more: &str) -> CallEvent {
    one(&with(&[("dial-in", "hangup"), ("CALLING", &format!("ANSWER&{more}"))]))
}

fn ended(event: &CallEvent) -> &Ended {
    let What::Ended(ended) = &event.what else { panic!("{event:?}") };
    ended
}

#[test]
fn rule_2_a_dial_in_is_for_the_extension_in_called_number() {
    let json_body = r#"{"EventType":"dial-in","CallID":"76c8491e","SubCallID":"124075-79a2","CalledNumber":"3515*101",
        "callerIdNum":"+78120000127","CallerIDName":"+78120000127","CalledDID":78120000854,"CallFlow":"IN","EventTime":1505824724746286}"#;
    for received in [get(DIAL_IN), form(DIAL_IN), Received { query: DIAL_IN, ..json("{}") }, json(json_body)] {
        let told = told(&received);
        assert_eq!((told.name.as_str(), told.summary.as_str()), ("dial-in", "101 ← +78120000127"));
        assert_eq!(told.remarks, [] as [&str; 0]);
        let [event] = told.events.as_slice() else { panic!("{told:?}") };
        let expected = CallEvent {
            extension: Some("101".into()),
            party: Some(crate::Party { number: "+78120000127".into(), name: None }),
            did: Some("78120000854".into()),
            at_us: Some(1_505_824_724_746_286),
            fields: event.fields.clone(),
            ..CallEvent::new(
                "dial_in",
                "76c8491e",
                "124075-79a2",
                What::Offered { direction: Direction::In, transferred: false },
            )
        };
        assert_eq!(*event, expected);
        assert!(event.fields.len() >= 8, "{:?}", event.fields);
    }
}

#[test]
fn the_extension_is_written_with_and_without_prefix_and_domain() {
    for written in ["101", "3515%2A101", "3515*101", "101%40sip.pbx.example", "3515*101@sip.pbx.example"] {
        let event = one(&with(&[("CalledNumber=3515%2A101", &format!("CalledNumber={written}"))]));
        assert_eq!(event.extension.as_deref(), Some("101"), "{written}");
    }
    let other = one(&with(&[("CalledNumber=3515%2A101", "CalledNumber=102")]));
    assert_eq!(other.extension.as_deref(), Some("102"), "CalledExtension may differ, and does not count then");
}

#[test]
fn rule_1_1_remote_number_says_who_is_behind_a_transfer() {
    let event = one(&with(&[("CallerIDNum=%2B78120000127", "CallerIDNum=3515%2A102&RemoteNumber=%2B79990000001")]));
    assert_eq!(event.remote_number.as_deref(), Some("+79990000001"));
    assert_eq!(
        event.party.expect("a party").number,
        "3515*102",
        "as it was given: the desk judges whether it is local"
    );
    let later = one(&with(&[("dial-in", "answer"), ("CALLING", "ANSWER&RemoteNumber=%2B79990000001")]));
    assert_eq!(later.remote_number, None, "it belongs to dial-in alone");
}

#[test]
fn rule_3_an_answer_tells_of_no_party() {
    let query =
        with(&[("dial-in", "answer"), ("CallerIDNum=%2B78120000127", "CallerIDNum=101"), ("CALLING", "ANSWER")]);
    assert_eq!(meaning(&DialIn, &get(&query)), ["124075-79a2: 101 answers"]);
}

#[test]
fn rule_4_a_hangup_brings_duration_recording_and_line() {
    let event = hangup("Duration=83479977&RecID=rec-77");
    let expected = Ended {
        outcome: Outcome::Answered,
        talk_ms: Some(83_479),
        recording_id: Some("rec-77".into()),
        bridged: None,
        more_follows: false,
    };
    assert_eq!((ended(&event), event.did.as_deref()), (&expected, Some("78120000854")));
    assert_eq!((event.party.as_ref(), event.extension.as_deref()), (None, Some("101")));
    let without_line = one(&with(&[("dial-in", "hangup"), ("CalledDID=78120000854", "CalledDID=")]));
    assert_eq!(without_line.did, None);
    for (status, outcome) in [
        ("ANSWER", Outcome::Answered),
        ("BUSY", Outcome::Busy),
        ("NOANSWER", Outcome::NoAnswer),
        ("CANCEL", Outcome::Cancelled),
        ("CONGESTION", Outcome::Failed),
        ("CHANUNAVAIL", Outcome::Failed),
        ("NEWER", Outcome::Unknown),
    ] {
        let event = one(&with(&[("dial-in", "hangup"), ("CALLING", status)]));
        assert_eq!(ended(&event).outcome, outcome, "{status}");
    }
}

#[test]
fn rule_5_and_7_a_service_says_whether_somebody_answered_after_it() {
    for (said, bridged) in [("Bridged=yes", Some(true)), ("Bridged=no", Some(false)), ("", None)] {
        assert_eq!(ended(&hangup(said)).bridged, bridged, "{said}");
    }
}

#[test]
fn rule_6_a_dial_out_is_the_callers() {
    let query = "SubCallID=124075-6d52&EventTime=1505985765358033&CalledNumber=%2B74950000363&EventType=dial-out\
        &CallerIDNum=3515%2A101&CallerExtensionID=124075&CallerExtension=3515%2A101%40sip.pbx.example&CallFlow=out\
        &CallAPIID=cb-3584&CallBackID=02abb9ee&CallerIDName=%D0%90%D0%BD%D0%BD%D0%B0&CallID=6d52&CallStatus=CALLING";
    assert_eq!(meaning(&DialIn, &get(query)), ["124075-6d52: 101 dials with \"+74950000363\""]);
    let event = one(query);
    assert_eq!(event.originated_id.as_deref(), Some("02abb9ee"), "it is a call that was asked for");
    assert_eq!(event.party.expect("a party").name, None, "the name is the agent's own");
    let sent_on = format!("{query}&Transfered=yes");
    assert_eq!(meaning(&DialIn, &get(&sent_on)), ["124075-6d52: 101 dials, sent on with \"+74950000363\""]);
    let over = query.replace("dial-out", "hangup").replace("CALLING", "BUSY");
    assert_eq!(meaning(&DialIn, &get(&over)), ["124075-6d52: 101 ends Busy"]);
}

#[test]
fn a_leg_without_an_id_goes_by_call_and_extension() {
    let query = with(&[("SubCallID=124075-79a2", "SubCallID=")]);
    assert_eq!(meaning(&DialIn, &get(&query)), ["76c8491e/101: 101 rings with \"+78120000127\""]);
    let refused = DialIn.read(&get("EventType=answer&CalledNumber=101")).expect_err("of which call?");
    assert!(refused.0.contains("CallID"), "{refused}");
}

#[test]
fn a_redirection_is_told() {
    let event = one(&with(&[("CalledDID=", "Diversion=%2B78120000099&CalledDID=")]));
    assert_eq!(event.diversion.as_deref(), Some("+78120000099"));
}

#[test]
fn names_and_events_are_read_in_any_case() {
    let query = "eventtype=DIAL-IN&callid=c&subcallid=s&callednumber=101&calleridnum=%2B7812&CALLERIDNAME=Anna";
    assert_eq!(meaning(&DialIn, &get(query)), ["s: 101 rings with \"+7812\""]);
    assert_eq!(one(query).party.expect("a party").name.as_deref(), Some("Anna"));
}

#[test]
fn a_question_of_an_ivr_rings_nobody() {
    let none: [&str; 0] = [];
    for kind in ["call_interactive", "message-in", "voicemail", "agent-login", "extension-call-status"] {
        let query = with(&[("EventType=dial-in", &format!("EventType={kind}")), ("CallFlow=in", "CallFlow=IN")]);
        assert_eq!(meaning(&DialIn, &get(&query)), none, "{kind}");
        assert_eq!(told(&get(&query)).remarks.len(), 1, "{kind}");
    }
}

#[test]
fn voipnow_tells_the_event_by_its_state_or_by_the_address() {
    let call = |status: &str, flow: &str| {
        format!(
            "CallID=1429413884.1298&CallerIDNum=%2B79080000953&CallerIDName=79080000953&CalledDID=00057712\
             &CalledExtension=11890%2A104&CallStatus={status}&CallFlow={flow}&CallerExtension=&CallAPIID=2gfl"
        )
    };
    const SUB: &str = "124-1";
    let leg = "1429413884.1298/104: 104";
    for (query, tail, expected) in [
        (call("CALLING", "in"), "", format!("{leg} rings with \"+79080000953\"")),
        (call("ANSWER", "in"), "", format!("{leg} answers, or ends Answered")),
        (format!("SubCallID={SUB}&{}", call("ANSWER", "in")), "", format!("{SUB}: 104 answers")),
        (format!("type=answer&{}", call("ANSWER", "in")), "", format!("{leg} answers")),
        (call("NOANSWER", "in"), "", format!("{leg} ends NoAnswer")),
        // An answer after the answer is the end; the address can say so.
        (format!("type=hangup&{}", call("ANSWER", "in")), "", format!("{leg} ends Answered")),
        (call("ANSWER", "in"), "hangup", format!("{leg} ends Answered")),
    ] {
        assert_eq!(meaning(&DialIn, &Received { tail, ..get(&query) }), [expected], "{query}");
    }
    assert_eq!(one(&call("CALLING", "in")).did.as_deref(), Some("00057712"), "with the zeros in front");
    let out = "CallID=c&CallerExtension=11890%2A104&CalledNumber=%2B7495&CallStatus=CALLING&CallFlow=out";
    assert_eq!(meaning(&DialIn, &get(out)), ["c/104: 104 dials with \"+7495\""]);
}

#[test]
fn a_time_that_no_clock_shows_is_none() {
    for (told, at_us) in [
        ("1505824724746286", Some(1_505_824_724_746_286)),
        ("9223372036854775807", None),
        ("-9223372036854775808", None),
        ("99223372036854775807", None),
    ] {
        assert_eq!(one(&with(&[("1505824724746286", told)])).at_us, at_us, "{told}");
    }
}
