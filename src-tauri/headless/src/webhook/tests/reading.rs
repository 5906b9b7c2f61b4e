//! What is read, and what is answered.

use std::{
    io::{Read as _, Write as _},
    net::Shutdown,
    time::{Duration, Instant},
};

use cti::webhook::Mapping;
use serde_json::json;

use super::kit::{Kit, RINGING, read_one, settings, text};
use crate::settings::Webhook;

const DIAL_IN: &str = "EventType=dial-in&CallID=c1&SubCallID=s1&CallerIDNum=%2B78120000777&CalledExtensionID=104";

#[test]
fn each_dialect_has_its_path_however_it_is_spelled() {
    let mapping = Mapping { name: "k2m".to_owned(), receipt: "{\"done\":true}".to_owned(), ..Mapping::default() };
    let kit = Kit::with(Webhook { mappings: vec![mapping], ..settings() }, None);
    for target in ["/simotel", "/simotel/", "/Simotel/NewState", "/SIMOTEL/newstate", "/simotel/New%20State"] {
        let answer = kit.get(&format!("{target}?event_name=NewState&{RINGING}"), "");
        assert_eq!((answer.status, answer.body), (200, json!({"ok": 1})), "{target}");
    }
    assert_eq!(kit.form("/simotel/NewState", RINGING).status, 200);
    assert_eq!(kit.taken(), ["812 1720000000.17 1720000000.17/812"; 6]);
    for target in ["/dial-in", "/dial_in", "/Dial-In/"] {
        assert_eq!(kit.get(&format!("{target}?{DIAL_IN}"), "").status, 200, "{target}");
        assert_eq!(kit.last().name, "dial-in");
    }
    let new_call = r#"{"event":"newCall","from":"4930","to":"4922","direction":"in","callId":"z1","user":["104"]}"#;
    assert_eq!(kit.json("/zammad", new_call).status, 200);
    assert_eq!(kit.last().source, "zammad");
    let answer = kit.get("/mapping/K2M?event=ring&call_id=m1&extension=104&number=7", "");
    assert_eq!((answer.status, answer.body), (200, json!({"done": true})), "each has a receipt of its own");
    assert_eq!(kit.taken().last().map(String::as_str), Some("104 m1 m1/104"));
}

#[test]
fn other_paths_are_nobodys() {
    let kit = Kit::new();
    for target in ["/", "/call/NewState", "/simotels", "/simotel-2/NewState", "/mapping/k2m", "/%ff", "/simotel%00"] {
        let answer = kit.get(&format!("{target}?{RINGING}"), "");
        assert_eq!(answer.error(), (404, "not_found"), "{target}");
        let detail = answer.body["error"]["detail"].as_str().unwrap_or_default();
        assert!(["/simotel", "/dial-in", "/zammad"].iter().all(|path| detail.contains(path)), "{detail}");
    }
    assert!(kit.taken().is_empty());
    assert_eq!(kit.last().source, "");
}

#[test]
fn what_cannot_be_read_is_shown_with_the_reason() {
    let kit = Kit::new();
    let broken = "{\"event_name\": \"NewState\", ";
    for (target, status) in [("/simotel", 400), ("/zammad", 400), ("/dial-in", 200)] {
        let answer = kit.json(target, broken);
        assert_eq!(answer.error(), (status, "unreadable"), "{target}");
        let last = kit.last();
        assert_eq!((last.status, last.raw.as_str()), (status, broken), "{target}");
        let detail = answer.body["error"]["detail"].as_str().map(str::to_owned);
        assert_eq!(last.remarks.first(), detail.as_ref());
    }
    let receiver = kit.seen.view().receiver;
    assert_eq!((receiver.taken, receiver.refused), (0, 3));
}

#[test]
fn only_chosen_events_are_taken_in_and_the_others_are_answered_too() {
    let kit = Kit::with(Webhook { events: vec!["new state".into(), "hangup".into()], ..settings() }, None);
    assert_eq!(kit.form("/simotel/NewState", RINGING).status, 200);
    assert_eq!(kit.get(&format!("/dial-in?{DIAL_IN}"), "").body, json!({"ok": 1}));
    assert_eq!(kit.taken().len(), 1);
    let view = kit.seen.view();
    assert_eq!((view.receiver.taken, view.receiver.refused), (1, 0));
    let remarks = &view.events.first().expect("it was noted").remarks;
    assert!(remarks.iter().any(|remark| remark.starts_with("not chosen")), "{remarks:?}");
}

#[test]
fn what_is_not_safe_is_to_be_sent_again() {
    let kit = Kit::new();
    kit.intake_is_full(true);
    let refused = kit.form("/simotel/NewState", RINGING);
    assert_eq!(refused.error(), (503, "not_taken_in"));
    assert!(refused.head.contains("\r\nretry-after: "), "{}", refused.head);
    kit.intake_is_full(false);
    assert_eq!(kit.form("/simotel/NewState", RINGING).status, 200);
    assert_eq!(kit.taken().len(), 1);
}

#[test]
fn a_body_is_bounded_whatever_it_says_of_itself() {
    let kit = Kit::new();
    let most = format!("{RINGING}&x={}", "a".repeat(256 * 1024 - RINGING.len() - 3));
    assert_eq!(kit.form("/simotel/NewState", &most).status, 200, "as long as it may be");
    assert_eq!(kit.form("/simotel/NewState", &format!("{most}a")).error(), (413, "too_large"));
    let huge = "a".repeat(10 * 1024 * 1024);
    assert_eq!(kit.form("/simotel/NewState", &huge).error(), (413, "too_large"));
    let chunked = "POST /simotel/NewState HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    let endless = format!("{chunked}{}", format!("10000\r\n{}\r\n", "a".repeat(0x10000)).repeat(6));
    assert_eq!(kit.raw(endless.as_bytes()).error(), (413, "too_large"));
    assert_eq!(kit.taken().len(), 1);
}

#[test]
fn a_body_may_come_in_pieces_and_requests_one_behind_the_other() {
    let kit = Kit::new();
    let (first, rest) = RINGING.split_at(20);
    let chunks = format!("{:x}\r\n{first}\r\n{:x}\r\n{rest}\r\n0\r\n\r\n", first.len(), rest.len());
    let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
    let head = format!("POST /simotel/NewState HTTP/1.1\r\nHost: localhost\r\n{kind}Transfer-Encoding: chunked\r\n");
    assert_eq!(kit.raw(format!("{head}Connection: close\r\n\r\n{chunks}").as_bytes()).status, 200);
    let mut stream = kit.connect();
    let plain = text("POST", "/simotel/NewState", kind, RINGING);
    stream.write_all(format!("{head}\r\n{chunks}{plain}{plain}").as_bytes()).expect("it is sent");
    for _ in 0..3 {
        assert_eq!(read_one(&mut stream).status, 200);
    }
    assert_eq!(kit.taken(), ["812 1720000000.17 1720000000.17/812"; 4]);
}

#[test]
fn half_a_request_is_none() {
    let kit = Kit::new();
    let whole = text("POST", "/simotel/NewState", "", RINGING);
    let (half, _) = whole.split_at(whole.len() - 10);
    let mut broken_off = kit.connect();
    broken_off.write_all(half.as_bytes()).expect("it is sent");
    broken_off.shutdown(Shutdown::Write).expect("it is open");
    assert_eq!(read_one(&mut broken_off).error(), (400, "broken_off"));
    let (mut slow_body, mut slow_head) = (kit.connect(), kit.connect());
    let begun = Instant::now();
    slow_body.write_all(half.as_bytes()).expect("it is sent");
    slow_head.write_all(b"GET /simo").expect("it is sent");
    assert_eq!(read_one(&mut slow_body).error(), (408, "too_slow"));
    assert!(matches!(slow_head.read(&mut [0]), Ok(0) | Err(_)), "nobody waits for it");
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert!(kit.taken().is_empty());
}

#[test]
fn ten_thousand_fields_are_one_event() {
    let kit = Kit::new();
    let fields: String = (0..10_000).map(|index| format!("&field{index}=%3Cb%3E{index}")).collect();
    let answer = kit.form("/simotel/NewState", &format!("{RINGING}{fields}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    let last = kit.last();
    assert!(last.raw.len() <= 4096 && last.remarks.iter().map(String::len).sum::<usize>() < 16 * 1024, "{last:?}");
    assert_eq!(kit.form("/simotel/NewState", RINGING).status, 200, "and the next is read as before");
}
