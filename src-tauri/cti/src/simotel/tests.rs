//! What goes to the PBX byte by byte, and every answer that is known.

use serde_json::json;

use super::*;

fn settings() -> Settings {
    Settings {
        address: Address::parse("http://192.168.51.20/api/v4").expect("an address"),
        username: Some("test".into()),
        password: Secret("REDACTED".into()),
        api_key: Some(Secret("k3y".into())),
        caller: None,
        context: "main_routing".into(),
        caller_id: None,
        trunk_name: "cisco".into(),
        timeout_s: Some(30),
        call_limit_s: Some(30),
    }
}

fn call(number: &str) -> Call {
    Call { extension: "557".into(), number: number.into() }
}

fn post(settings: &Settings, number: &str) -> Request {
    originate(settings, &call(number), Method::POST).expect("all is said")
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).expect("JSON")
}

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, body: body.into(), complete: true, ..Answer::default() }
}

#[test]
fn a_call_is_asked_for_as_the_vendor_writes_it() {
    let request = post(&settings(), "552");
    assert_eq!(request.url, "http://192.168.51.20/api/v4/call/originate/act");
    let mut headers = request.headers.clone();
    headers.sort();
    let expected =
        [("authorization", "Basic dGVzdDpSRURBQ1RFRA=="), ("content-type", "application/json"), ("x-apikey", "k3y")];
    assert_eq!(headers, expected.map(|(name, value)| (name, value.to_owned())));
    let text = r#"{"caller":"557","callee":"552","context":"main_routing","caller_id":"557","trunk_name":"cisco","timeout":"30","call_limit":"30"}"#;
    assert_eq!(String::from_utf8_lossy(&request.body), text);
}

#[test]
fn what_the_settings_leave_out_is_left_to_the_pbx() {
    let least = Settings {
        username: None,
        api_key: None,
        trunk_name: String::new(),
        timeout_s: None,
        call_limit_s: None,
        ..settings()
    };
    let request = post(&least, "552");
    let expected =
        json!({"caller": "557", "callee": "552", "context": "main_routing", "caller_id": "557", "trunk_name": ""});
    assert_eq!((body(&request), request.headers.len()), (expected, 1));
    let named = Settings { caller: Some("900".into()), caller_id: Some("021 555".into()), ..least };
    let sent = body(&post(&named, "552"));
    assert_eq!((&sent["caller"], &sent["caller_id"]), (&json!("900"), &json!("021 555")));
}

#[test]
fn numbers_are_written_in_ascii() {
    for (typed, sent) in
        [("۰۹۳۳ ۱۱۱-۲۲۳۳", "09331112233"), ("٠٢١", "021"), ("+7 (495) 229_49", "+749522949"), ("*72#", "*72#")]
    {
        assert_eq!(body(&post(&settings(), typed))["callee"], json!(sent), "{typed}");
    }
}

#[test]
fn nobody_to_ring_is_said_before_anything_is_sent() {
    let nobody = Call { extension: String::new(), number: "552".into() };
    let trouble = originate(&settings(), &nobody, Method::POST).expect_err("nobody is to be called first");
    assert!(trouble.fault == Fault::NotSetUp && trouble.detail.contains("pbx.caller"), "{trouble}");
}

#[test]
fn success_has_many_spellings() {
    let id = "orig.call.1703145054.787335";
    for (body, expected) in [
        (format!(r#"{{"success": 1, "message": null, "data": {{"originated_call_id": "{id}"}}}}"#), Some(id)),
        (r#"{"success":true,"data":""}"#.to_owned(), None),
        (r#"{"success":"1","message":"","data":null}"#.to_owned(), None),
        (r#"{"success":"True"}"#.to_owned(), None),
        ("\u{feff}\n{\"ok\":1}\n".to_owned(), None),
        (r#"{"ok":"1","data":{"originated_call_id":""}}"#.to_owned(), None),
    ] {
        let accepted = read(&answer(200, &body)).expect(&body);
        assert_eq!(accepted.id.as_deref(), expected, "{body}");
    }
}

#[test]
fn a_refusal_keeps_the_words_of_the_pbx_short_and_plain() {
    for body in [r#"{"success":0,"message":"Field 'context':value is missing"}"#, r#"{"success":false}"#, r#"{"ok":0}"#]
    {
        let trouble = read(&answer(200, body)).expect_err(body);
        assert_eq!(trouble.fault, Fault::Refused, "{body}");
    }
    let message = format!("Field 'context':value is missing\r\n\u{202e}{}", "x".repeat(10_000));
    let trouble = read(&answer(200, &json!({"success": 0, "message": message}).to_string())).expect_err("refused");
    assert!(trouble.detail.contains("(it says: Field 'context':value is missing xxx"), "{trouble}");
    assert!(trouble.detail.chars().count() < 300 && trouble.detail.lines().count() == 1, "{trouble}");
}

#[test]
fn every_status_says_what_to_do() {
    let apache = "<!DOCTYPE HTML><html><head><title>404 Not Found</title></head></html>";
    let denied = r#"{"success":0,"message":"call/originate;Access denied","data":[]}"#;
    for (status, body, fault, mend) in [
        (400, r#"{"success":0,"message":"Unable to parse content"}"#, Fault::Refused, "Unable to parse content"),
        (401, r#"{"message":"ApiKey is invalid"}"#, Fault::WrongCredentials, "ApiKey is invalid"),
        (401, "", Fault::WrongCredentials, "pbx.api_key"),
        (403, denied, Fault::Forbidden, "Access denied"),
        (403, "", Fault::Forbidden, "address"),
        (404, apache, Fault::WrongAddress, "/api/v4"),
        (405, "", Fault::WrongAddress, "PUT"),
        (415, "", Fault::WrongAddress, "version 4"),
        (500, apache, Fault::Refused, "log"),
        (501, r#"{"message":"Requested service does not exist"}"#, Fault::WrongAddress, "version"),
        (308, "", Fault::WrongAddress, "pbx.url"),
        (418, "", Fault::Answer, "pbx.url"),
        (200, apache, Fault::Answer, "/api/v4"),
        (200, "", Fault::Answer, "/api/v4"),
        (200, r#"{"success":1"#, Fault::Answer, "/api/v4"),
        (200, "[1]", Fault::Answer, "/api/v4"),
        (200, r#"{"success":[1]}"#, Fault::Refused, "trunk_name"),
    ] {
        let trouble = read(&answer(status, body)).expect_err(body);
        assert_eq!(trouble.fault, fault, "{status} {body}");
        assert!(trouble.detail.contains(mend) && !trouble.detail.contains('<'), "{status}: {trouble}");
    }
}
