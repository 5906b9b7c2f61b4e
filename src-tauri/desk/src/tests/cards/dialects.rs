//! From the words that a PBX sends to what the agent sees and the CRM hears.

use cti::webhook::{DialIn, EventSource, Received, Simotel};

use super::*;

/// A request as it came.
#[derive(Clone, Copy)]
struct Sent<'a> {
    method: &'a str,
    tail: &'a str,
    query: &'a str,
    content_type: Option<&'a str>,
    body: &'a str,
}

const GET: Sent = Sent { method: "GET", tail: "", query: "", content_type: None, body: "" };
const FORM: Sent = Sent { method: "POST", content_type: Some("application/x-www-form-urlencoded"), ..GET };
const JSON: Sent = Sent { method: "POST", content_type: Some("application/json"), ..GET };

impl Kit {
    fn reads(&mut self, source: &dyn EventSource, sent: Sent<'_>) {
        let Sent { method, tail, query, content_type, body } = sent;
        let received = Received { method, tail, query, content_type, body: body.as_bytes() };
        let told = source.read(&received).expect("it can be read");
        assert!(told.remarks.is_empty(), "{:?}", told.remarks);
        self.told_all(told.events);
    }

    /// As a form, one line for each event.
    fn dial_in(&mut self, lines: &str) {
        for body in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            self.reads(&DialIn, Sent { body, ..FORM });
            self.seconds(1);
        }
    }
}

const RINGS: &str = "EventType=dial-in&CallID=c-1&SubCallID=7001-a&CallerIDNum=79161112233&CallerIDName=Olga&\
    CalledNumber=3515*101&CalledExtension=3515*101%40sip.example&CalledExtensionID=7001&CalledDID=74957770011&\
    CallStatus=CALLING&CallFlow=in&CallAPIID=x-1&EventTime=1790000000000000";
const ANSWERED: &str = "EventType=answer&CallID=c-1&SubCallID=7001-a&CallerIDNum=101&CalledNumber=3515*101&\
    CalledExtension=3515*101%40sip.example&CallStatus=ANSWER&CallFlow=in&EventTime=1790000004000000";
const OVER: &str = "EventType=hangup&CallID=c-1&SubCallID=7001-a&CallerIDNum=79161112233&CalledNumber=3515*101&\
    CalledExtension=3515*101%40sip.example&CallStatus=ANSWER&CallFlow=in&Duration=61500000&RecID=7001-9f&\
    EventTime=1790000065500000";

#[test]
fn each_parameter_of_dial_in_has_its_place() {
    let mut kit = Kit::desk();
    kit.dial_in(RINGS);
    let card = kit.card();
    assert_eq!((card.extension.as_str(), card.number.as_str()), ("101", "79161112233"), "CalledNumber, CallerIDNum");
    assert_eq!((card.name.as_deref(), card.state), (Some("Olga"), CardState::Ringing), "CallerIDName, dial-in");
    assert!(card.did.is_some(), "CalledDID");
    kit.dial_in(ANSWERED);
    assert_eq!(
        (kit.card().state, kit.card().number.as_str()),
        (CardState::Active, "79161112233"),
        "101 is who answered"
    );
    kit.dial_in(OVER);
    let told = kit.registration();
    for (name, value) in [
        ("id", "7001-a"),
        ("sub_call_id", "7001-a"),
        ("call_id", "c-1"),
        ("number", "79161112233"),
        ("extension", "101"),
        ("did", "74957770011"),
        ("recording_id", "7001-9f"),
        ("name", "Olga"),
        ("direction", "in"),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    assert_eq!(told["duration_ms"], 61_500, "Duration is in microseconds");
}

#[test]
fn dial_in_comes_by_query_form_and_json_in_any_case() {
    let json = |form: &str| {
        let pair = |pair: &str| {
            let (name, text) = pair.split_once('=').expect("a pair");
            format!("\"{}\":\"{}\"", name.to_uppercase(), text.replace("%40", "@"))
        };
        format!("{{{}}}", form.split('&').map(pair).collect::<Vec<_>>().join(","))
    };
    for way in 0..4 {
        let mut kit = Kit::desk();
        for line in [RINGS, ANSWERED, OVER] {
            let body = json(line);
            kit.reads(
                &DialIn,
                match way {
                    0 => Sent { query: line, ..GET },
                    1 => Sent { body: line, ..FORM },
                    2 => Sent { body: &body, ..JSON },
                    _ => Sent { query: line, body: "{}", ..JSON },
                },
            );
        }
        assert_eq!(kit.registration()["duration_ms"], 61_500, "way {way}");
    }
}

#[test]
fn the_sequence_through_an_ivr() {
    let mut desks = [Kit::desk(), Kit::desk_of("102", cards())];
    for desk in &mut desks {
        desk.dial_in(
            "EventType=dial-in&CallID=C&SubCallID=I&CallerIDNum=79161112233&CalledNumber=099&CallFlow=in&EventTime=1
             EventType=answer&CallID=C&SubCallID=I&CallerIDNum=79161112233&CalledNumber=099&CallFlow=in&EventTime=2
             EventType=dial-in&CallID=C&SubCallID=A&CallerIDNum=79161112233&CalledNumber=101&CallFlow=in&EventTime=3
             EventType=dial-in&CallID=C&SubCallID=B&CallerIDNum=79161112233&CalledNumber=102&CallFlow=in&EventTime=4
             EventType=answer&CallID=C&SubCallID=B&CallerIDNum=102&CalledNumber=102&CallFlow=in&EventTime=5
             EventType=hangup&CallID=C&SubCallID=A&CalledNumber=101&CallStatus=CANCEL&CallFlow=in&EventTime=6",
        );
    }
    let [a, b] = &mut desks;
    assert_eq!((a.card().state, a.card().taken_by.as_deref()), (CardState::Taken, Some("102")));
    assert_eq!(b.card().state, CardState::Active);
    for desk in &mut desks {
        desk.dial_in(
            "EventType=hangup&CallID=C&SubCallID=B&CalledNumber=102&CallStatus=ANSWER&CallFlow=in&Duration=5000000
             EventType=hangup&CallID=C&SubCallID=I&CalledNumber=099&CallStatus=ANSWER&CallFlow=in&Bridged=no",
        );
        desk.seconds(60);
    }
    let [a, b] = desks;
    assert!(a.registered().is_empty());
    assert_eq!(b.registration()["id"], "B");
}

#[test]
fn local_calls_transfers_and_calls_out_by_dial_in() {
    let story = |lines: &str| {
        let mut kit = Kit::desk();
        kit.dial_in(lines);
        kit.seconds(60);
        kit.registered()
            .into_values()
            .map(|told| told["number"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let answered = "EventType=answer&CallID=C&SubCallID=A&CallerIDNum=101&CalledNumber=101&CallFlow=in
        EventType=hangup&CallID=C&SubCallID=A&CalledNumber=101&CallStatus=ANSWER&CallFlow=in&Duration=5000000";
    let rings = "EventType=dial-in&CallID=C&SubCallID=A&CalledNumber=101&CallFlow=in";
    assert!(story(&format!("{rings}&CallerIDNum=105\n{answered}")).is_empty(), "rule 1");
    let remote = story(&format!("{rings}&CallerIDNum=105&RemoteNumber=79161112233\n{answered}"));
    assert_eq!(remote, ["79161112233"], "rule 1.1");
    assert_eq!(story(&format!("{rings}&CallerIDNum=79161112233\n{answered}")), ["79161112233"], "rule 2");
    assert!(story(&format!("{rings}&CallerIDNum=79161112233")).is_empty(), "no answer");
    let dials = "EventType=dial-out&CallID=C&SubCallID=A&CallerExtension=3515*101%40sip.example&CallerIDNum=101&\
        CalledNumber=79161112233&CallFlow=out";
    let over = |status: &str| {
        format!(
            "EventType=answer&CallID=C&SubCallID=A&CallerExtension=3515*101%40sip.example&CalledNumber=79161112233&CallFlow=out
             EventType=hangup&CallID=C&SubCallID=A&CallerExtension=3515*101%40sip.example&CalledNumber=79161112233&CallFlow=out&CallStatus={status}"
        )
    };
    assert_eq!(story(&format!("{dials}\n{}", over("ANSWER"))), ["79161112233"], "dial-out");
    assert!(story(&format!("{dials}\n{}", over("NOANSWER"))).is_empty(), "success only with ANSWER");
    assert!(story(&format!("{dials}&Transfered=yes\n{}", over("ANSWER"))).is_empty(), "not the agent's own call");
}

/// VoipNow's form: no SubCallID, and the state of the call for a name.
fn voipnow(status: &str, second: u32, more: &str) -> String {
    format!(
        "CallID=1429.7&CallerIDNum=79161112233&CalledExtension=3515*101&CallStatus={status}&CallFlow=in\
         &EventTime=17900000{second:02}000000{more}"
    )
}

#[test]
fn an_answer_of_voipnow_after_the_answer_is_the_end() {
    for (second, more, talk) in
        [(44, "", 40_000), (4, "&Duration=39500000", 39_500), (44, "&Duration=39500000", 39_500)]
    {
        let mut kit = Kit::desk();
        kit.dial_in(&voipnow("CALLING", 1, ""));
        kit.dial_in(&format!("{}\n{}", voipnow("ANSWER", 4, ""), voipnow("ANSWER", 4, "")));
        assert_eq!(kit.card().state, CardState::Active, "the same answer told twice");
        kit.dial_in(&voipnow("ANSWER", second, more));
        assert_eq!(kit.card().state, CardState::Ended);
        kit.dial_in(&format!("{}\n{}", voipnow("ANSWER", second, more), voipnow("ANSWER", 4, "")));
        kit.seconds(3 * 60 * 60);
        assert_eq!(kit.registration()["duration_ms"], talk);
        assert!(kit.cards().is_empty() && kit.desk.deck.is_idle());
    }
}

#[test]
fn a_telephone_that_voipnow_rings_again_in_one_call_rings_anew() {
    let mut kit = Kit::desk();
    kit.dial_in(&format!("{}\n{}", voipnow("CALLING", 1, ""), voipnow("NOANSWER", 9, "")));
    kit.dial_in(&voipnow("CALLING", 1, ""));
    assert_eq!(kit.card().state, CardState::Ended, "the first ring, told late");
    kit.dial_in(&voipnow("CALLING", 20, ""));
    let states: Vec<_> = kit.cards().iter().map(|card| card.state).collect();
    assert_eq!(states, [CardState::Ringing, CardState::Ended]);
    kit.dial_in(&format!("{}\n{}", voipnow("ANSWER", 24, ""), voipnow("ANSWER", 54, "")));
    kit.seconds(3 * 60 * 60);
    let told = kit.registration();
    assert_eq!((&told["id"], &told["duration_ms"]), (&"1429.7/101#2".into(), &30_000.into()));
}

/// The same event in every version and method of Simotel.
fn simotel_ways(name: &str, query: &str) -> Vec<(String, String, Option<&'static str>, String)> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let json: Vec<_> = pairs.map(|(name, text)| format!("\"{name}\":\"{}\"", text.replace("%20", " "))).collect();
    let json = format!("{{{}}}", json.join(","));
    let form = FORM.content_type;
    let mut ways = Vec::new();
    for tail in [String::new(), name.to_owned(), name.to_lowercase()] {
        ways.push((tail.clone(), query.to_owned(), None, String::new()));
        ways.push((tail.clone(), String::new(), form, query.to_owned()));
        ways.push((tail.clone(), query.to_owned(), form, String::new()));
        ways.push((tail, String::new(), JSON.content_type, json.clone()));
    }
    ways
}

#[test]
fn simotel_tells_a_call_in_every_version_and_method() {
    let state = |state: &str| {
        format!(
            "event_name=NewState&exten=101&state={state}&participant=09121110022&direction=in&queue=900&\
             unique_id=1700000000.12&cuid=1700000000.12"
        )
    };
    let cdr = "event_name=Cdr&src=09121110022&dst=101&type=incoming&disposition=ANSWERED&duration=75&billsec=61&wait=14&\
        record=20261127_1700000000.12.mp3&unique_id=1700000000.12";
    let told = [
        ("NewState", state("Ringing")),
        ("NewState", state("InUse")),
        ("NewState", state("Idle")),
        ("Cdr", cdr.into()),
    ];
    for way in 0..12 {
        let mut kit = Kit::desk();
        for (at, (name, query)) in told.iter().enumerate() {
            let (tail, query, content_type, body) = simotel_ways(name, query).swap_remove(way);
            let method = if content_type.is_some() { "POST" } else { "GET" };
            kit.reads(&Simotel, Sent { method, tail: &tail, query: &query, content_type, body: &body });
            let states = [CardState::Ringing, CardState::Active, CardState::Ended, CardState::Ended];
            assert_eq!(kit.card().state, states[at], "way {way}");
            kit.seconds(1);
        }
        let told = kit.registration();
        assert_eq!((&told["number"], &told["queue"]), (&"09121110022".into(), &"900".into()), "way {way}");
        assert_eq!(
            (&told["duration_ms"], &told["recording_id"]),
            (&61_000.into(), &"20261127_1700000000.12.mp3".into())
        );
    }
}

#[test]
fn simotel_rings_in_parallel_and_transfers() {
    let mut desks = [Kit::desk(), Kit::desk_of("102", cards())];
    let tell = |desks: &mut [Kit; 2], body: &str| {
        for desk in desks {
            desk.reads(&Simotel, Sent { body, ..JSON });
        }
    };
    for exten in ["101", "102"] {
        let body = format!(
            r#"{{"event_name":"NewState","exten":"{exten}","state":"Ringing","participant":"09121110022","direction":"in","unique_id":"1.1"}}"#
        );
        tell(&mut desks, &body);
    }
    tell(
        &mut desks,
        r#"{"event_name":"NewState","exten":101,"state":"InUse","participant":"09121110022","direction":"in","unique_id":"1.1"}"#,
    );
    assert_eq!(desks[0].card().state, CardState::Active);
    assert_eq!(desks[1].card().taken_by.as_deref(), Some("101"));
    for desk in &mut desks {
        desk.seconds(1);
    }
    tell(
        &mut desks,
        r#"{"event_name":"Transfer","transferer":"101","transferred_from":"09121110022","transferred_to":"102","unique_id":"1.1"}"#,
    );
    tell(&mut desks, r#"{"event_name":"NewState","exten":"101","state":"Idle"}"#);
    assert_eq!((desks[0].card().state, desks[0].card().taken_by.as_deref()), (CardState::Ended, Some("102")));
    assert_eq!(desks[0].registration()["number"], "09121110022");
    assert!(desks[1].cards().iter().any(|card| card.state == CardState::Ringing && card.number == "09121110022"));
}

#[test]
fn in_use_of_a_call_out_opens_a_card_only_where_the_call_is_unknown() {
    let state = |state: &str| {
        format!(
            r#"{{"event_name":"NewState","exten":"101","state":"{state}","participant":"09121110022","direction":"out","unique_id":"1.1"}}"#
        )
    };
    let mut kit = Kit::desk();
    kit.reads(&Simotel, Sent { body: &state("InUse"), ..JSON });
    assert_eq!(kit.card().state, CardState::Active, "that it was dialled may never have been told");
    kit.seconds(5);
    kit.reads(&Simotel, Sent { body: &state("Idle"), ..JSON });
    for _ in 0..3 {
        kit.seconds(1);
        kit.reads(&Simotel, Sent { body: &state("InUse"), ..JSON });
        assert_eq!(kit.card().state, CardState::Ended, "told twice and late");
    }
    kit.seconds(3 * 60 * 60);
    assert_eq!(kit.registration()["id"], "simotel/1.1/101");
}

#[test]
fn events_of_simotel_that_are_no_leg_show_nothing() {
    let mut kit = Kit::desk();
    for body in [
        r#"{"event_name":"IncomingCall","number":"09121110022","entry_point":"trunk","unique_id":"1.1"}"#,
        r#"{"event_name":"NewState","exten":"101","state":"Unavailable"}"#,
        r#"{"event_name":"ExtenAdded","exten":"101","state":"Idle"}"#,
    ] {
        kit.reads(&Simotel, Sent { body, ..JSON });
    }
    assert!(kit.cards().is_empty() && kit.registered().is_empty());
}
