//! Each form in which Simotel sends, each of its events with each parameter, and what follows from it for calls.

use std::time::Duration;

use super::*;
use crate::{
    CallEvent, Direction, Ended, Outcome, What,
    webhook::tests::{form, get, json, meaning},
};

fn told(received: &Received<'_>) -> Told {
    Simotel.read(received).expect("a readable request")
}

fn events(received: &Received<'_>) -> Vec<String> {
    meaning(&Simotel, received)
}

/// The typed event, and that no parameter of it is unknown.
fn typed(body: &str) -> Event {
    let received = json(body);
    assert_eq!(told(&received).remarks, [] as [&str; 0], "{body}");
    let fields = Fields::read(&received).expect("fields");
    Event::read(&name(&fields, "").expect("a name"), &fields).expect("known")
}

fn one(received: &Received<'_>) -> CallEvent {
    let mut events = told(received).events;
    assert_eq!(events.len(), 1, "{events:?}");
    events.remove(0)
}

fn recorded(event: &CallEvent) -> &Ended {
    let What::Recorded(ended) = &event.what else { panic!("{event:?}") };
    ended
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn s(seconds: u64) -> Option<Duration> {
    Some(Duration::from_secs(seconds))
}

const RINGING: &str = "exten=553&state=Ringing&participant=09990000421&direction=in&queue=900&unique_id=1610564538.919";

#[test]
fn each_version_and_method_tells_the_same() {
    let body = r#"{"exten":"553","state":"Ringing","participant":"09990000421","direction":"in","queue":"900","unique_id":"1610564538.919"}"#;
    let named = format!("event_name=NewState&{RINGING}");
    let named_body = body.replacen('{', "{\"event_name\":\"NewState\",", 1);
    let wrapped = named.replace('=', "]=").replace('&', "&api_data[");
    let wrapped = format!("api_data[{wrapped}");
    for (version, received) in [
        ("G, GET", get(&named)),
        ("G2 G3, POST, in the query", Received { query: &named, ..form("") }),
        ("G2 G3, POST, in the body", form(&named)),
        ("G4, POST", json(&named_body)),
        ("Rest, GET", Received { tail: "NewState", ..get(&named) }),
        ("Rest, GET, lower case", Received { tail: "newstate", ..get(&named) }),
        ("Rest, GET, with a blank", Received { tail: "New State", ..get(RINGING) }),
        ("Rest, deeper", Received { tail: "call/NewState", ..get(RINGING) }),
        ("Rest2 Rest3, POST, in the body", Received { tail: "NewState", ..form(RINGING) }),
        ("Rest4, POST", Received { tail: "NewState", ..json(&named_body) }),
        ("Rest4, POST, named by the path", Received { tail: "NEWSTATE", ..json(body) }),
        ("POST of nothing, all in the query", Received { query: &named, ..json("{}") }),
        ("the wrapping of old packages", form(&wrapped)),
    ] {
        let told = told(&received);
        let [event] = told.events.as_slice() else { panic!("{version}: {told:?}") };
        assert_eq!((told.name.as_str(), told.summary.as_str()), ("NewState", "Ringing 553 ← 09990000421"), "{version}");
        assert_eq!(event.what, What::Offered { direction: Direction::In, transferred: false }, "{version}");
        assert_eq!((event.call_id.as_str(), event.leg_id.as_str()), ("1610564538.919", "1610564538.919/553"));
        assert_eq!(event.extension.as_deref(), Some("553"));
        assert_eq!(event.party.as_ref().map(|party| party.number.as_str()), Some("09990000421"));
        assert_eq!(event.queue.as_deref(), Some("900"));
        assert_eq!(event.fields.get("queue").map(String::as_str), Some("900"));
        assert_eq!(told.remarks, [] as [&str; 0], "{version}");
    }
}

#[test]
fn the_name_stands_in_event_name_else_in_the_path_else_in_event() {
    let name = |tail, query| told(&Received { tail, ..get(query) }).name;
    assert_eq!(name("Cdr", "event_name=NewState&event=Survey"), "NewState");
    assert_eq!(name("Cdr", "event=Survey"), "Cdr");
    assert_eq!(name("", "event=survey"), "Survey");
    assert_eq!(name("crm-hook", "event=Survey"), "Survey", "the path is that of the integrator's own");
    assert_eq!(name("", "campaign_id=7"), "AutoDialerReport", "it is sent without a name");
    assert_eq!(name("", "event_name=CDR Queue"), "CdrQueue");
    assert!(Simotel.read(&get("exten=553")).expect_err("no name").0.contains("event_name"));
}

#[test]
fn what_is_unknown_is_taken_in_and_nothing_follows() {
    for event in ["TestEvent", "Keyboard", "SomethingNew"] {
        let told = told(&get(&format!("event_name={event}&a=b&unique_id=1.2")));
        assert_eq!((told.name.as_str(), told.events.len(), told.remarks.len()), (event, 0, 1));
    }
    let told = told(&get(&format!("event_name=NewState&{RINGING}&mood=good")));
    assert_eq!((told.events.len(), told.remarks), (1, vec!["Fields unknown to this version: mood".to_owned()]));
}

#[test]
fn a_state_becomes_what_happened_to_the_leg() {
    let with = |said: &str| events(&get(&format!("event_name=NewState&exten=553&{said}")));
    let none: [&str; 0] = [];
    for (said, expected) in [
        ("state=ringing&direction=in&participant=0999&cuid=1.2", &["1.2/553: 553 rings with \"0999\""][..]),
        ("state=Ringing&direction=in&unique_id=1.2", &["1.2/553: 553 rings"]),
        ("state=Ringing&unique_id=1.2", &["1.2/553: 553 rings"]),
        ("state=Ringing&direction=out&unique_id=1.2", &["1.2/553: 553 dials"]),
        ("state=InUse&direction=in&unique_id=1.2", &["1.2/553: 553 answers"]),
        ("state=INUSE&unique_id=1.2", &["1.2/553: 553 answers"]),
        ("state=InUse&direction=in&dialer=yes&unique_id=1.2", &["1.2/553: 553 answers"]),
        ("state=InUse&direction=out&dialer=yes&participant=0999&unique_id=1.2", &["1.2/553: 553 dials with \"0999\""]),
        ("state=InUse&direction=out&dialing=yes&unique_id=1.2", &["1.2/553: 553 dials"]),
        ("state=InUse&dialer=yes&unique_id=1.2", &["1.2/553: 553 dials"]),
        ("state=InUse&direction=out&dialer=no&unique_id=1.2", &["1.2/553: 553 dials", "1.2/553: 553 answers"]),
        ("state=InUse&direction=out&unique_id=1.2", &["1.2/553: 553 dials", "1.2/553: 553 answers"]),
        ("state=Idle&unique_id=1.2", &["1.2/553: 553 ends Unknown, more follows"]),
        ("state=Unavailable&unique_id=1.2", &["1.2/553: 553 ends Unknown, more follows"]),
        ("state=Pause&cuid=1.2", &["1.2/553: 553 ends Unknown, more follows"]),
        ("state=Idle", &[": 553 is idle"]),
        ("state=Unavailable", &[": 553 is unreachable"]),
        ("state=Pause", &[": 553 is idle"]),
        ("state=Ringing", &none),
        ("state=InUse", &none),
        ("state=Dancing&unique_id=1.2", &none),
        ("unique_id=1.2", &none),
    ] {
        assert_eq!(with(said), expected, "{said}");
    }
    assert_eq!(events(&get("event_name=NewState&state=Idle&unique_id=1.2")), none, "whose state?");
    let odd = |said: &str| told(&get(&format!("event_name=NewState&{said}"))).remarks;
    let unknown = "The value of state means nothing to this version";
    let missing = "It does not say which state it is: state is missing or unknown";
    assert_eq!(odd("exten=553&state=Dancing"), [unknown, missing]);
    assert_eq!(odd("exten=553"), [missing]);
    assert_eq!(odd("exten=553&state=Ringing"), ["It does not say which call it is: unique_id is missing"]);
    assert_eq!(odd("state=Idle"), ["It does not say whose state it is: exten is missing"]);
}

#[test]
fn a_call_of_ours_is_known_again() {
    let query = "event_name=NewState&exten=553&state=InUse&direction=out&dialer=yes&unique_id=1.2&originated_call_id=orig.call.17.8";
    assert_eq!(one(&get(query)).originated_id.as_deref(), Some("orig.call.17.8"));
    let cdr = "event_name=Cdr&src=553&dst=0999&type=outgoing&unique_id=1.2&originated_call_id=orig.call.17.8";
    assert_eq!(one(&get(cdr)).originated_id.as_deref(), Some("orig.call.17.8"));
}

#[test]
fn a_record_is_about_the_agent_by_the_type_of_the_call() {
    let with = |said: &str| events(&get(&format!("event_name=Cdr&unique_id=1.2&{said}")));
    for (said, expected) in [
        (
            "type=incoming&src=0999&dst=553&disposition=ANSWERED",
            &["1.2/553: 553 is recorded Answered with \"0999\""][..],
        ),
        ("type=outgoing&src=553&dst=0999&disposition=BUSY", &["1.2/553: 553 is recorded Busy with \"0999\""]),
        ("type=outgoing&src=553&dst=failed&disposition=FAILED", &["1.2/553: 553 is recorded Failed"]),
        (
            "type=local&src=992&dst=66&disposition=NO ANSWER",
            &["1.2/66: 66 is recorded NoAnswer with \"992\"", "1.2/992: 992 is recorded NoAnswer with \"66\""],
        ),
        ("type=feature&src=553&dst=66", &["1.2/553: 553 is recorded Unknown with \"66\""]),
        ("type=no defined&src=0999&dst=553", &["1.2/553: 553 is recorded Unknown with \"0999\""]),
        ("src=0999&dst=553&disposition=No Answered", &["1.2/553: 553 is recorded NoAnswer with \"0999\""]),
        ("type=incoming&src=0999", &[]),
    ] {
        assert_eq!(with(said), expected, "{said}");
    }
    assert_eq!(events(&get("event_name=Cdr&src=0999&dst=553")), [] as [&str; 0], "of which call?");
    let local = one(&get("event_name=Cdr&unique_id=1.2&type=incoming&src=0999&dst=553&entry_point=trunk_a"));
    let kept = |name: &str| local.fields.get(name).map(String::as_str);
    assert_eq!((kept("type"), kept("entry_point")), (Some("incoming"), Some("trunk_a")));
}

#[test]
fn a_cdr_has_every_parameter_by_both_spellings() {
    let sample = r#"{"event_name":"Cdr","starttime":"2025-01-16 06:30:37.471398","endtime":"2025-01-16 06:30:57.471398",
        "src":"02100000331","dst":553,"type":"incoming","disposition":"ANSWERED","duration":20,"billsec":9,"wait":11,
        "record":"20250116_1610778618.378.mp3","poll_point":"4","poll_lable":"Quality","entry_point":"trunk_a",
        "outgoing_point":"","unique_id":"1610778618.378","cuid":"1610778618.378","originated_call_id":"orig.call.1.2"}"#;
    let Event::Cdr(cdr) = typed(sample) else { panic!("a Cdr") };
    let expected = Cdr {
        start_time: text("2025-01-16 06:30:37.471398"),
        end_time: text("2025-01-16 06:30:57.471398"),
        src: text("02100000331"),
        dst: text("553"),
        kind: Some(Kind::Incoming),
        disposition: Some(Outcome::Answered),
        duration: s(20),
        billsec: s(9),
        wait: s(11),
        record: text("20250116_1610778618.378.mp3"),
        poll_point: text("4"),
        poll_label: text("Quality"),
        entry_point: text("trunk_a"),
        outgoing_point: None,
        unique_id: text("1610778618.378"),
        originated_call_id: text("orig.call.1.2"),
    };
    assert_eq!(*cdr, expected);
    let of_table =
        sample.replace("starttime", "start_time").replace("endtime", "end_time").replace("unique_id", "x_id");
    let Event::Cdr(by_cuid) = typed(&of_table.replace("\"x_id\":\"1610778618.378\",", "")) else { panic!("a Cdr") };
    assert_eq!(by_cuid.unique_id, cdr.unique_id);
    assert_eq!(by_cuid.start_time, cdr.start_time);
    let event = one(&json(sample));
    let ended = recorded(&event);
    assert_eq!((ended.talk_ms, ended.recording_id.as_deref()), (Some(9_000), Some("20250116_1610778618.378.mp3")));
    assert_eq!((event.waited_ms, ended.more_follows), (Some(11_000), false));
}

#[test]
fn a_cdr_queue_has_every_parameter_and_its_tries() {
    let sample = r#"{"event_name":"CdrQueue","unique_id":"1610782193.391","src":"09350000992","dst":"993","queue":"902",
        "billsec":"31","wait":"3","duration":"34","agent_wait":"2","disposition":"ANSWERED","hangup":"agent",
        "queue_status":"CONTINUE","comment":"ok","record":"20250116_1610782193.391.mp3",
        "answeredtime":"2025-01-16 07:29:56","ringtime":"2025-01-16 07:29:53","starttime":"2025-01-16 07:29:52",
        "endtime":"2025-01-16 07:30:28","originated_call_id":"",
        "detail":[{"src":"09350000992","dst":"994","billsec":"0","wait":"8","disposition":"NO ANSWER","comment":"","tries":"2"},
                  {"src":"09350000992","dst":"993","billsec":"31","wait":"3","disposition":"ANSWERED","comment":"","tries":"1"}]}"#;
    let Event::CdrQueue(cdr) = typed(sample) else { panic!("a CdrQueue") };
    let tried = |dst, billsec, wait, disposition, tries| QueueTry {
        src: text("09350000992"),
        dst: text(dst),
        billsec: s(billsec),
        wait: s(wait),
        disposition: Some(disposition),
        comment: None,
        tries: Some(tries),
    };
    let expected = CdrQueue {
        start_time: text("2025-01-16 07:29:52"),
        end_time: text("2025-01-16 07:30:28"),
        ring_time: text("2025-01-16 07:29:53"),
        answered_time: text("2025-01-16 07:29:56"),
        src: text("09350000992"),
        dst: text("993"),
        queue: text("902"),
        disposition: Some(Outcome::Answered),
        duration: s(34),
        billsec: s(31),
        wait: s(3),
        agent_wait: s(2),
        queue_status: text("CONTINUE"),
        hangup: text("agent"),
        comment: text("ok"),
        record: text("20250116_1610782193.391.mp3"),
        detail: Some(vec![tried("994", 0, 8, Outcome::NoAnswer, 2), tried("993", 31, 3, Outcome::Answered, 1)]),
        unique_id: text("1610782193.391"),
        originated_call_id: None,
    };
    assert_eq!(*cdr, expected);
    assert_eq!(events(&json(sample)), ["1610782193.391/993: 993 is recorded Answered with \"09350000992\""]);
    let event = one(&json(sample));
    assert_eq!((event.queue.as_deref(), event.waited_ms), (Some("902"), Some(3_000)));
    let ended = recorded(&event);
    assert_eq!((ended.talk_ms, ended.recording_id.as_deref()), (Some(31_000), Some("20250116_1610782193.391.mp3")));
    // By GET the list is a text.
    let query = "event_name=CdrQueue&unique_id=1.2&dst=993&detail=[{'dst':'993','tries':1}]";
    let fields = Fields::read(&get(query)).expect("fields");
    let Some(Event::CdrQueue(cdr)) = Event::read("CdrQueue", &fields) else { panic!("a CdrQueue") };
    assert_eq!(cdr.detail.expect("a list"), [QueueTry { dst: text("993"), tries: Some(1), ..QueueTry::default() }]);
}

#[test]
fn a_record_says_whether_the_call_stayed_inside() {
    for (kind, inside) in
        [("incoming", false), ("outgoing", false), ("local", true), ("feature", true), ("no defined", false)]
    {
        let told = told(&get(&format!("event_name=Cdr&unique_id=1.2&src=553&dst=66&type={kind}&disposition=ANSWERED")));
        assert!(!told.events.is_empty() && told.events.iter().all(|event| event.inside == inside), "{kind}");
    }
}

#[test]
fn a_transfer_moves_the_party_from_desk_to_desk() {
    let sample = r#"{"event_name":"Transfer","unique_id":"1613906376.30","transferer":"553","transferred_from":"711",
        "transferred_to":"557","originated_call_id":null}"#;
    let Event::Transfer(transfer) = typed(sample) else { panic!("a Transfer") };
    assert_eq!((transfer.transferred_from, transfer.unique_id), (text("711"), text("1613906376.30")));
    let moves = [": - moves 553 → 557 with \"711\""];
    assert_eq!(events(&json(sample)), moves);
    assert_eq!(one(&json(sample)).call_id, "1613906376.30");
    assert_eq!(events(&json(&sample.replace("transferer", "transfer"))), moves, "as the table spells it");
    for desk in ["553", "557"] {
        assert_eq!(one(&json(&sample.replace("711", desk))).party, None, "one of the desks is no other party");
    }
    let none: [&str; 0] = [];
    assert_eq!(events(&json(&sample.replace("557", "553"))), none, "it stays where it is");
    assert_eq!(events(&get("event_name=Transfer&unique_id=1.2&transferer=553")), none);
    assert_eq!(events(&get("event_name=Transfer&transferer=553&transferred_to=557")), none);
}

#[test]
fn calls_before_their_routing_ring_nobody() {
    let Event::IncomingCall(call) = typed(
        r#"{"event_name":"IncomingCall","number":"09330000222","entry_point":"trunk_a","unique_id":"1.2","originated_call_id":"o.1"}"#,
    ) else {
        panic!("an IncomingCall")
    };
    let expected = IncomingCall {
        number: text("09330000222"),
        entry_point: text("trunk_a"),
        unique_id: text("1.2"),
        originated_call_id: text("o.1"),
    };
    assert_eq!(*call, expected);
    for point in ["outgoing_point", "entry_point"] {
        let body = format!(r#"{{"event_name":"OutgoingCall","number":"0933","{point}":"trunk_b","cuid":"1.2"}}"#);
        let Event::OutgoingCall(call) = typed(&body) else { panic!("an OutgoingCall") };
        assert_eq!((call.number, call.outgoing_point, call.unique_id), (text("0933"), text("trunk_b"), text("1.2")));
        assert_eq!(events(&json(&body)), [] as [&str; 0]);
    }
    // As the manual prints it: a number that is none, and is read as the text that it stands for.
    let printed =
        told(&json("{\n \"event_name\": \"IncomingCall\",\n \"number\": 09330000222,\n \"unique_id\": \"18.2\"\n}"));
    assert_eq!((printed.summary.as_str(), printed.events.len()), ("09330000222", 0));
    assert_eq!(printed.remarks, ["The body is not quite JSON; it could be read all the same"]);
}

#[test]
fn extensions_and_trunks_come_and_go() {
    for (name, field) in [("ExtenAdded", "exten"), ("ExtenRemoved", "exten"), ("ExtenRemoved", "number")] {
        let body = format!(r#"{{"event_name":"{name}","{field}":"77701","state":"Unavailable"}}"#);
        let (exten, state) = match typed(&body) {
            Event::ExtenAdded(e) => (e.exten, e.state),
            Event::ExtenRemoved(e) => (e.exten, e.state),
            other => panic!("{other:?}"),
        };
        assert_eq!((exten, state), (text("77701"), Some(State::Unavailable)));
    }
    let fields = r#""state":"Ok","last_time":1610778618.25,"last_time_sec":"90","date":"1610778708.5","trunk_name":"trunk_a","trunk_type":"sip""#;
    let expected = Trunk {
        trunk_name: text("trunk_a"),
        trunk_type: text("sip"),
        state: text("Ok"),
        last_time: Some(Duration::from_millis(1_610_778_618_250)),
        last_time_sec: s(90),
        date: Some(Duration::from_millis(1_610_778_708_500)),
    };
    for name in ["TrunkNewState", "TrunkAdded"] {
        let trunk = match typed(&format!(r#"{{"event_name":"{name}",{fields}}}"#)) {
            Event::TrunkNewState(trunk) | Event::TrunkAdded(trunk) => trunk,
            other => panic!("{other:?}"),
        };
        assert_eq!(*trunk, expected, "{name}");
    }
    let body = r#"{"event_name":"TrunkRemoved","trunk_name":"trunk_a","date":1610778708.5}"#;
    let Event::TrunkRemoved(trunk) = typed(body) else { panic!("a trunk") };
    assert_eq!(*trunk, Trunk { trunk_name: text("trunk_a"), date: expected.date, ..Trunk::default() });
}

#[test]
fn faxes_tell_of_the_other_machine() {
    let machine = r#"{"REMOTESTATIONID":"unknown","FAXRESOLUTION":"8031x7700","FAXBITRATE":"9600","FAXERROR":"none",
        "FAXSTATUS":"SUCCESS","FAXPAGES":3,"FAXSTATUSSTRING":"Done","REASON":null}"#;
    let incoming = format!(
        r#"{{"fax_id":"5f6f","entry_point":"trunk_a","unique_id":"1.2","date":"2025-09-26 10:30:04","description":{machine},
        "event_name":"IncomingFax","src":"02100000504","state":"SUCCESS","dst":"2100000505"}}"#
    );
    let Event::IncomingFax(fax) = typed(&incoming) else { panic!("a fax") };
    let expected = Fax {
        fax_id: text("5f6f"),
        entry_point: text("trunk_a"),
        unique_id: text("1.2"),
        src: text("02100000504"),
        dst: text("2100000505"),
        state: text("SUCCESS"),
        date: text("2025-09-26 10:30:04"),
        remote_station_id: text("unknown"),
        resolution: text("8031x7700"),
        bit_rate: Some(9_600),
        error: text("none"),
        status: text("SUCCESS"),
        pages: Some(3),
        status_string: text("Done"),
        reason: None,
    };
    assert_eq!(*fax, expected);
    // By GET the object is a text.
    let query = format!("event_name=IncomingFax&description={machine}");
    let fields = Fields::read(&get(&query)).expect("fields");
    let Some(Event::IncomingFax(fax)) = Event::read("IncomingFax", &fields) else { panic!("a fax") };
    assert_eq!((fax.pages, fax.status), (Some(3), text("SUCCESS")));
    let outgoing = format!(
        r#"{{"event_name":"OutgoingFax","fax_id":"5f70","state":"SENDING","unique_id":"1.3","date":"2025-09-26","info":{machine}}}"#
    );
    let Event::OutgoingFax(fax) = typed(&outgoing) else { panic!("a fax") };
    let expected = Fax {
        fax_id: text("5f70"),
        state: text("SENDING"),
        unique_id: text("1.3"),
        date: text("2025-09-26"),
        entry_point: None,
        src: None,
        dst: None,
        ..expected
    };
    assert_eq!(*fax, expected);
}

#[test]
fn voice_mails_are_typed() {
    let Event::VoiceMail(mail) = typed(
        r#"{"event_name":"VoiceMail","id":"5fed","number":"5555","state":"SUCCESS","date":"2025-12-31","caller":"992",
        "filename":"a.wav","duration":"12","message":"ok","data":"d","cuid":"1.2"}"#,
    ) else {
        panic!("a voice mail")
    };
    let expected = VoiceMail {
        id: text("5fed"),
        number: text("5555"),
        state: text("SUCCESS"),
        date: text("2025-12-31"),
        caller: text("992"),
        filename: text("a.wav"),
        duration: s(12),
        message: text("ok"),
        data: text("d"),
        unique_id: text("1.2"),
    };
    assert_eq!(*mail, expected);
    let Event::VoiceMailEmail(mail) = typed(
        r#"{"event_name":"VoiceMailEmail","id":"5fed","number":"5555","state":"FAILED","date":"2025-12-31",
        "message":"Hangup call","receiver":"anna@crm.example","active":"True","attached_file":"False","data":"d"}"#,
    ) else {
        panic!("a mail")
    };
    let expected = VoiceMailEmail {
        id: text("5fed"),
        number: text("5555"),
        state: text("FAILED"),
        date: text("2025-12-31"),
        receiver: text("anna@crm.example"),
        message: text("Hangup call"),
        active: Some(true),
        attached_file: Some(false),
        data: text("d"),
    };
    assert_eq!(*mail, expected);
}

#[test]
fn a_survey_is_named_by_event_and_may_be_python() {
    let printed = "{'event': 'Survey', 'unique_id': '1610178448.217', 'src': '09350000991', 'dst': '993', 'queue': '902', \
                   'date': '2025-01-09 07:47:45', 'point': 5, 'label': 'Quality'}";
    let fields = Fields::read(&json(printed)).expect("fields");
    let Some(Event::Survey(survey)) = Event::read("Survey", &fields) else { panic!("a survey") };
    let expected = Survey {
        unique_id: text("1610178448.217"),
        src: text("09350000991"),
        dst: text("993"),
        queue: text("902"),
        date: text("2025-01-09 07:47:45"),
        point: Some(5),
        label: text("Quality"),
    };
    assert_eq!(*survey, expected);
    let told = told(&json(printed));
    assert_eq!((told.name.as_str(), told.summary.as_str()), ("Survey", "Quality 5 09350000991 → 993"));
    assert_eq!(told.remarks.len(), 1, "it is not JSON: {:?}", told.remarks);
}

#[test]
fn a_campaign_reports_each_try() {
    let Event::AutoDialerReport(report) = typed(
        r#"{"start":"2025-01-09 07:47","end":"2025-01-09 07:48","campaign_id":"12","campaign":"spring",
        "interface_context":"main_routing","interface_text":"Main","number":"09330000222","disposition":"ANSWERED","try":1,
        "repeat":3,"billsec":7,"wait":4,"tries":[{"cdr_id":"c9","cause":"16","cause-txt":"Normal Clearing",
        "starttime":"2025-01-09 07:47","disposition":"ANSWERED","wait":4}]}"#,
    ) else {
        panic!("a report")
    };
    let expected = AutoDialerReport {
        start: text("2025-01-09 07:47"),
        end: text("2025-01-09 07:48"),
        campaign_id: text("12"),
        campaign: text("spring"),
        interface_context: text("main_routing"),
        interface_text: text("Main"),
        number: text("09330000222"),
        disposition: Some(Outcome::Answered),
        try_no: Some(1),
        repeat: Some(3),
        billsec: s(7),
        wait: s(4),
        tries: Some(vec![DialTry {
            cdr_id: text("c9"),
            cause: Some(16),
            cause_text: text("Normal Clearing"),
            start_time: text("2025-01-09 07:47"),
            disposition: Some(Outcome::Answered),
            wait: s(4),
        }]),
    };
    assert_eq!(*report, expected);
}

#[test]
fn a_reserved_call_and_a_ping_are_taken_in() {
    let body = r#"{"event_name":"ReservedCallInFront","event":"ReservedCallInFront","queue_name":"900","caller_id":"0935","date":"2025-01-09"}"#;
    let Event::ReservedCallInFront(call) = typed(body) else { panic!("a reserved call") };
    let expected = ReservedCallInFront { queue_name: text("900"), caller_id: text("0935"), date: text("2025-01-09") };
    assert_eq!(*call, expected);
    assert_eq!(typed(r#"{"event_name":"Ping"}"#).name(), "Ping");
    assert_eq!(told(&Received { tail: "ping", ..get("") }).name, "Ping");
}

#[test]
fn only_what_concerns_a_leg_becomes_an_event() {
    assert_eq!(Event::NAMES.len(), 19);
    for name in Event::NAMES {
        let query =
            format!("event_name={name}&{RINGING}&src=553&dst=0999&transferer=553&transferred_to=557&number=0999");
        let concerns = ["NewState", "Cdr", "CdrQueue", "Transfer"].contains(name);
        assert_eq!(told(&get(&query)).events.is_empty(), !concerns, "{name}");
    }
}
