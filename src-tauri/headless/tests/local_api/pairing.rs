//! A page asks to be heard and waits for the agent.

use std::{
    io::Write as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::kit::{Answer, CRM, CRM_ALLOWED, Kit, code, origin, read_all};

const NEW: &str = "https://new.example";

/// Asks, and gives the prompt that it makes and the answer to come.
fn ask(kit: &Kit, headers: &str, body: &str) -> (Value, TcpStream) {
    let mut stream = kit.connect();
    stream.write_all(kit.text("POST", "/v1/pair", headers, body).as_bytes()).expect("it is sent");
    let snapshot = kit.until("the agent is asked", |snapshot| snapshot["prompts"][0].is_object());
    (snapshot["prompts"][0].clone(), stream)
}

fn confirm(kit: &Kit, prompt: &Value, consent: &str) -> Value {
    let (status, done) =
        kit.intent(&format!(r#"{{"type":"confirm","prompt":{},"consent":"{consent}"}}"#, prompt["id"]));
    assert_eq!(status, 200, "{done}");
    done
}

fn answer(mut stream: TcpStream) -> Answer {
    Answer::of(&read_all(&mut stream))
}

#[test]
fn a_yes_for_always_pairs_dials_and_is_kept() {
    let kit = Kit::practising("");
    let (prompt, stream) = ask(&kit, &origin(NEW), "target=7-00");
    assert_eq!(
        (&prompt["origin"], &prompt["kind"], &prompt["preview"]["dialled"]),
        (&json!(NEW), &json!("dial"), &json!("700"))
    );
    let done = confirm(&kit, &prompt, "always");
    let answer = answer(stream);
    assert_eq!((answer.status, answer.json()), (200, json!({"paired": true, "call": done["call"]})));
    assert!(answer.head.contains("access-control-allow-origin: https://new.example\r\n"), "{}", answer.head);
    kit.hang_up_all();
    let again = kit.ask("POST", "/v1/pair", &origin(NEW), "target=700");
    assert_eq!((again.status, &again.json()["paired"], again.json()["call"].is_string()), (200, &json!(true), true));
    assert_eq!(kit.ask("POST", "/v1/pair", &origin(NEW), "").json(), json!({"paired": true}));
    let settings = kit.folder.join("settings.toml");
    let bound = Instant::now() + Duration::from_secs(10);
    while !std::fs::read_to_string(&settings).expect("it is there").contains("\"https://new.example\"") {
        assert!(Instant::now() < bound, "the site never reached the file");
        std::thread::yield_now();
    }
}

#[test]
fn a_yes_for_once_dials_and_a_no_is_told_to_nobody() {
    let kit = Kit::practising("");
    for body in [r#"{"target":"700"}"#, r#" {"target":"tel:700"}"#] {
        let (prompt, stream) = ask(&kit, &format!("{}Content-Type: text/plain\r\n", origin(NEW)), body);
        let done = confirm(&kit, &prompt, "once");
        let answer = answer(stream);
        assert_eq!((answer.status, answer.json()), (200, json!({"paired": false, "call": done["call"]})));
        assert!(answer.is_readable());
        kit.hang_up_all();
    }
    let (_, stream) = ask(&kit, &origin(NEW), "target=700");
    kit.dismiss();
    let answer = answer(stream);
    assert_eq!((answer.status, answer.is_readable(), code(&answer.json())), (403, false, "not_paired"));
    assert_eq!(kit.snapshot()["click_to_call"]["origins"], json!([]));
}

#[test]
fn a_site_may_ask_without_a_number_even_where_others_may_not_ask_at_all() {
    let kit = Kit::practising("callto = \"paired\"\n");
    assert_eq!(kit.get("/callto?number=700", &origin(NEW)).status, 403);
    let (prompt, stream) = ask(&kit, &origin(NEW), "");
    assert_eq!((&prompt["kind"], prompt["preview"].is_null()), (&json!("pair"), true));
    confirm(&kit, &prompt, "always");
    assert_eq!(answer(stream).json(), json!({"paired": true}));
    let (prompt, stream) = ask(&kit, &origin("https://ads.example"), "");
    kit.intent(r#"{"type":"refuse_origin","origin":"https://ads.example"}"#);
    assert_eq!(answer(stream).status, 403, "{prompt}");
    let refused = kit.ask("POST", "/v1/pair", &origin("https://ads.example"), "");
    assert_eq!((refused.status, code(&refused.json())), (403, "origin_refused"));
}

#[test]
fn who_cannot_be_paired_is_told_why() {
    let kit = Kit::practising(&format!("callto = \"off\"\n{CRM_ALLOWED}"));
    for (headers, body, status, expected) in [
        (String::new(), "", 400, "bad_origin"),
        (origin("null"), "", 400, "bad_origin"),
        (kit.bearer(), "", 400, "bad_origin"),
        (format!("{}{}", origin(CRM), origin(NEW)), "", 400, "bad_origin"),
        (origin("https://new.example/path"), "", 400, "bad_origin"),
        (origin(NEW), "", 403, "not_paired"),
        (origin(CRM), "target=1&target=2", 400, "malformed"),
        (origin(CRM), r#"{"target":7}"#, 400, "malformed"),
        (origin(CRM), r#"{"number":"7"}"#, 400, "malformed"),
        (origin(CRM), "target=nothing%20to%20dial", 400, "target_undialable"),
    ] {
        let answer = kit.ask("POST", "/v1/pair", &headers, body);
        assert_eq!((answer.status, code(&answer.json())), (status, expected), "{headers:?} {body}: {}", answer.body);
    }
    let busy = Kit::start(CRM_ALLOWED, "", false).ask("POST", "/v1/pair", &origin(CRM), "target=700");
    assert_eq!((busy.status, code(&busy.json())), (409, "not_registered"));
}

#[test]
fn who_waits_beside_keeps_nobody_from_clicking() {
    let kit = Kit::practising(CRM_ALLOWED);
    let mut waiting = Vec::new();
    for n in 0..8 {
        let mut stream = kit.connect();
        let headers = origin(&format!("https://{n}.example"));
        stream.write_all(kit.text("POST", "/v1/pair", &headers, "target=700").as_bytes()).expect("it is sent");
        waiting.push(stream);
    }
    kit.until("eight wait", |snapshot| snapshot["prompts"].as_array().map(Vec::len) == Some(8));
    assert_eq!(kit.ask("POST", "/v1/pair", &origin("https://9.example"), "target=700").status, 429);
    assert_eq!(kit.get("/callto?number=700", &origin(CRM)).status, 200);
    kit.dismiss();
    for stream in waiting {
        assert_eq!(answer(stream).status, 403);
    }
}

#[test]
fn a_paired_site_that_waits_for_four_answers_still_clicks() {
    let kit = Kit::practising(CRM_ALLOWED);
    // An emergency number is asked for whoever wants it, and the same number twice is one question.
    let waiting: Vec<_> = (0..4).map(|_| ask(&kit, &origin(CRM), "target=112").1).collect();
    kit.until("four wait", |snapshot| snapshot["prompts"][0]["repeats"] == 3);
    let risky = kit.ask("POST", "/v1/pair", &origin(CRM), "target=911");
    assert_eq!((risky.status, code(&risky.json())), (429, "too_many_requests"), "a fifth may not wait: {}", risky.body);
    let done = kit.ask("POST", "/v1/pair", &origin(CRM), "target=700");
    assert_eq!((done.status, done.json()["call"].is_string()), (200, true), "a click waits for nobody: {}", done.body);
    kit.dismiss();
    for stream in waiting {
        assert_eq!(answer(stream).status, 403);
    }
}

#[test]
fn a_no_is_a_no_to_those_who_were_allowed_before_too() {
    let kit = Kit::practising(CRM_ALLOWED);
    // An emergency number is asked for whoever wants it.
    let (prompt, stream) = ask(&kit, &origin(CRM), "target=112");
    assert_eq!(prompt["reasons"], json!(["emergency"]));
    kit.dismiss();
    let declined = answer(stream);
    assert_eq!((declined.status, declined.is_readable(), code(&declined.json())), (403, true, "declined"));
    let (prompt, stream) = ask(&kit, &origin(NEW), "target=700");
    confirm(&kit, &prompt, "once");
    assert_eq!(answer(stream).status, 200);
    let (_, stream) = ask(&kit, &origin(NEW), "target=701");
    kit.dismiss();
    assert_eq!(answer(stream).status, 403, "while its call is still up");
}

#[test]
fn another_call_of_the_same_site_is_not_taken_for_a_yes() {
    let kit = Kit::practising(CRM_ALLOWED);
    let (prompt, stream) = ask(&kit, &origin(CRM), "target=112");
    assert_eq!(kit.get("/callto?number=700", &origin(CRM)).status, 200, "that one needs no yes");
    kit.dismiss();
    let declined = answer(stream);
    assert_eq!((declined.status, code(&declined.json())), (403, "declined"), "{prompt}: {}", declined.body);
    kit.hang_up_all();
    let (prompt, stream) = ask(&kit, &origin(CRM), "target=112");
    assert_eq!(kit.get("/callto?number=700", &origin(CRM)).status, 200);
    kit.hang_up_all();
    let done = confirm(&kit, &prompt, "once");
    assert_eq!(answer(stream).json(), json!({"paired": true, "call": done["call"]}), "the one that was asked for");
}
