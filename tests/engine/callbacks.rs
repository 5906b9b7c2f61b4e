//! Promises to call back: who may ask for them, how they are worked off, and what a crash leaves of them.

use std::time::{Duration, Instant};

use kit::{Account, Desk, SOON, Settings};
use serde_json::{Value, json};
use ureq::Agent;

const GUARDED: &str = "[webhook]\nusername = \"pbx\"\npassword = \"s3cret\"";
/// Both of them.
const BASIC: &str = "Basic cGJ4OnMzY3JldA==";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

#[test]
fn a_missed_call_is_called_back_and_a_crash_changes_nothing_of_it() {
    let settings = Settings::of(Account::at("sip:101@127.0.0.1:9"));
    let desk = Desk::launch(settings.with("[callbacks]\nfrom_missed = true\ndue_after = 4"));
    tell(&desk, "dial-in", "CALLING");
    assert!(desk.shown().callbacks.is_empty(), "it rings still");
    tell(&desk, "hangup", "NOANSWER");
    let made = until_callback(&desk, "the missed call is to be called back", |one| one["reason"] == "missed");
    assert_eq!((&made["state"], &made["number"]), (&json!("open"), &json!("+78120001127")), "{made}");
    // Nothing changes, and once it is answered all that was written before is on the disk.
    desk.must(&json!({"type": "release_callback", "callback": made["id"]}));

    let desk = desk.crash_and_start_again();
    let due = until_callback(&desk, "it is due all the same", |one| one["is_due"] == true);
    for kept in ["id", "number", "reason", "state"] {
        assert_eq!(due[kept], made[kept], "{due} was {made}");
    }
    for time in ["created_at", "due_at"] {
        assert_eq!(to_the_second(&due[time]), to_the_second(&made[time]), "{due} was {made}");
    }
    assert_eq!(desk.shown().callbacks.len(), 1);
}

#[test]
fn an_attempt_that_a_crash_interrupted_is_not_made_again() {
    let desk = Desk::start(Settings::practice().with("[callbacks]\nat_due = \"call\""));
    let id = promised(&desk, json!({"number": "712"}));
    desk.must(&json!({"type": "claim_callback", "callback": id}));
    desk.until("it is due and mine, so it is called", SOON, |shown| {
        shown.calls.values().any(|call| is_call_to(call, "712") && call["state"] == "ringing").then_some(())
    });
    assert_eq!(results(&callback(&desk, &id)), ["calling"]);

    let desk = desk.crash_and_start_again();
    desk.until_registration("registered", SOON);
    let kept = until_callback(&desk, "nobody knows what came of it", |one| results(one) == ["interrupted"]);
    assert_eq!((&kept["id"], &kept["state"], &kept["is_due"]), (&json!(id), &json!("claimed"), &json!(true)), "{kept}");
    // By the time that another call has come and gone it would have been dialled, had it been going to.
    let other = desk.dial("713");
    desk.until_ended(&other);
    let shown = desk.shown();
    assert!(!shown.calls.values().any(|call| is_call_to(call, "712")), "it was dialled again: {:?}", shown.calls);
    assert_eq!(results(&callback(&desk, &id)), ["interrupted"]);

    desk.must(&json!({"type": "call_callback", "callback": id}));
    desk.until("the agent wants it, so it is called", SOON, |shown| {
        shown.calls.values().any(|call| is_call_to(call, "712")).then_some(())
    });
    assert_eq!(results(&callback(&desk, &id)), ["interrupted", "calling"]);
}

#[test]
fn who_is_asked_for_twice_is_called_back_once() {
    let desk = Desk::start(Settings::practice());
    let first = promised(&desk, json!({"number": "+74952294989", "queue": "support"}));
    let again = promised(&desk, json!({"number": "+7 (495) 229-49-89", "queue": "support", "name": "Anna"}));
    let other = promised(&desk, json!({"number": "+74952294989", "queue": "sales", "key": "order/7"}));
    let wish = promised(&desk, json!({"number": "+74952294989", "queue": "support", "key": "order/7"}));
    assert_eq!((&again, &wish), (&first, &other), "the same number and queue, and the same wish");
    let taken = json!({"type": "request_callback", "number": "+442079460812", "key": "order/7"});
    assert_eq!(desk.ask(&taken).expect_err("that key is somebody else's").code, "key_taken");
    assert_ne!(first, other, "another queue");
    desk.until("she has a name now", SOON, |shown| {
        shown.callbacks.get(&first).filter(|one| one["name"] == "Anna").cloned()
    });

    desk.must(&json!({"type": "close_callback", "callback": other, "outcome": "cancelled"}));
    let desk = desk.crash_and_start_again();
    assert_eq!(promised(&desk, json!({"number": "+74952294989", "queue": "support"})), first);
    let wish = promised(&desk, json!({"number": "+74952294989", "queue": "sales", "key": "order/7"}));
    assert_eq!(wish, other, "a wish that was granted is no new one");
    assert_eq!(desk.shown().callbacks.len(), 2);
}

#[test]
fn a_web_site_asks_by_the_receiver_and_what_it_was_told_holds() {
    let desk = Desk::start(Settings::practice().with(GUARDED));
    let body = b"number=+74952294989&name=Anna%0d%0aN&queue=sales&note=about+it&from=web";
    for wrong in [None, Some("Basic cGJ4Ondyb25n"), Some("Bearer s3cret")] {
        assert_eq!(post(&desk, wrong, FORM, body).error(), (401, "unauthorized"), "{wrong:?}");
    }
    assert!(desk.shown().callbacks.is_empty());

    let taken = post(&desk, Some(BASIC), FORM, body);
    assert_eq!((taken.status, &taken.body["ok"]), (200, &json!(true)), "{taken:?}");
    let id = taken.body["callback"].as_str().expect("an id").to_owned();

    // Whoever was told 200 does not ask again.
    let desk = desk.crash_and_start_again();
    let kept = until_callback(&desk, "it is kept", |one| one["id"] == *id);
    let expected = json!({
        "number": "+74952294989", "queue": "sales", "note": "about it", "reason": "requested", "state": "open",
    });
    for (key, value) in expected.as_object().expect("an object") {
        assert_eq!(kept[key], *value, "{key} of {kept}");
    }
    assert!(!kept["name"].as_str().expect("a name").contains(['\r', '\n']), "{kept}");
    let again = post(&desk, Some(BASIC), JSON, br#"{"number": "+7 495 229 49 89", "queue": "sales"}"#);
    assert_eq!((again.status, &again.body["callback"]), (200, &json!(id)), "{again:?}");

    // A time that has passed a moment ago is as good as now. Who writes a form by hand does not encode the plus.
    let past = kept["created_at"].as_str().expect("a time").replace('Z', "+00:00");
    let other = post(&desk, Some(BASIC), FORM, format!("number=+442079460812&due_at={past}").as_bytes());
    let due = until_callback(&desk, "it is due", |one| one["id"] == other.body["callback"] && one["is_due"] == true);
    assert_eq!(due["number"], "+442079460812", "{due}");
}

#[test]
fn what_nobody_can_be_called_back_for_is_refused() {
    let desk = Desk::start(Settings::practice().with(GUARDED));
    let long_note = format!("number=%2B74952294989&note={}", "x".repeat(5_000));
    let deep = format!("{{\"number\":\"+74952294989\",\"x\":{}", "[".repeat(100_000));
    for (kind, body, status, code) in [
        (FORM, "", 400, "no_number"),
        (FORM, "number=", 400, "no_number"),
        (FORM, "number=anonymous", 400, "no_number"),
        (FORM, "number=112", 400, "callback_number_not_allowed"),
        (FORM, "number=*72123", 400, "callback_number_not_allowed"),
        (FORM, "number=101@evil.example", 400, "callback_number_not_allowed"),
        (FORM, "number=1&number=2", 400, "malformed"),
        (FORM, "number=%2B74952294989&due_at=tomorrow", 400, "bad_time"),
        (FORM, "number=%2B74952294989&due_at=2126-11-27T15:30:00Z", 400, "bad_time"),
        (FORM, "number=%2B74952294989&due_at=2016-11-27T15:30:00%2B03:00", 400, "bad_time"),
        (FORM, "number=%2B74952294989&key=a%0d%0ab", 400, "bad_key"),
        (FORM, &long_note, 400, "callback_note_too_long"),
        (JSON, r#"{"number": 74952294989}"#, 400, "malformed"),
        (JSON, r#"{"number": ["+74952294989"]}"#, 400, "malformed"),
        (JSON, r#"{"number": "+74952294989", "number": "112"}"#, 400, "malformed"),
        (JSON, r#"{"number": "+74952294989""#, 400, "malformed"),
        (JSON, &deep, 400, "malformed"),
        (JSON, r#"["+74952294989"]"#, 400, "no_number"),
    ] {
        let refused = post(&desk, Some(BASIC), kind, body.as_bytes());
        let start: String = body.chars().take(60).collect();
        assert_eq!(refused.error(), (status, code), "{start}");
    }
    let lines = post(&desk, Some(BASIC), FORM, b"number=%2B7495%0d%0aX-Evil:1");
    assert_eq!(lines.status, 400, "{lines:?}");
    assert_eq!(post(&desk, Some(BASIC), FORM, b"number=\xff\xfe").error(), (400, "malformed"));
    assert!(desk.shown().callbacks.is_empty(), "{:?}", desk.shown().callbacks);
}

#[test]
fn an_agent_takes_one_gives_it_back_and_closes_it() {
    let desk = Desk::start(Settings::practice());
    let id = promised(&desk, json!({"number": "+74952294989", "note": "about the invoice"}));
    let ask = |intent: &str| desk.ask(&json!({"type": intent, "callback": id}));
    let until_state = |state: &str| until_callback(&desk, &format!("it is {state}"), |one| one["state"] == state);

    ask("claim_callback").expect("nobody has it");
    let mine = until_state("claimed");
    assert_eq!(mine["is_mine"], true, "{mine}");
    assert!(mine["claimed_by"].as_str().is_some_and(|by| !by.is_empty()), "{mine}");
    ask("release_callback").expect("it is mine");
    assert!(until_state("open")["claimed_by"].is_null());
    let past = desk.ask(&json!({"type": "defer_callback", "callback": id, "due_at": "2026-01-01T00:00:00Z"}));
    assert_eq!(past.expect_err("that has passed").code, "bad_time");

    ask("claim_callback").expect("it is free again");
    desk.must(&json!({"type": "close_callback", "callback": id, "outcome": "cancelled", "note": "she has paid"}));
    let closed = until_state("closed");
    assert_eq!(closed["outcome"], "cancelled", "{closed}");
    assert_eq!(closed["note"], "about the invoice\nshe has paid", "{closed}");
    for intent in ["claim_callback", "call_callback"] {
        let refused = ask(intent).expect_err("it is over");
        assert_eq!((refused.status, refused.code.as_str()), (409, "callback_closed"), "{intent}");
    }
    let unknown = desk.ask(&json!({"type": "claim_callback", "callback": "k9"})).expect_err("there is none");
    assert_eq!((unknown.status, unknown.code.as_str()), (400, "unknown_callback"));
    let next = promised(&desk, json!({"number": "+74952294989"}));
    assert_ne!(next, id, "what is over is not what somebody wants now");

    let desk = desk.crash_and_start_again();
    let shown = |id: &str| until_callback(&desk, "both are known again", |one| one["id"] == *id);
    assert_eq!((&shown(&id)["state"], &shown(&next)["state"]), (&json!("closed"), &json!("open")));
}

// --- asking

/// Its id, once the desk has read its journal.
#[track_caller]
fn promised(desk: &Desk, mut form: Value) -> String {
    form["type"] = json!("request_callback");
    let end = Instant::now() + SOON;
    loop {
        match desk.ask(&form) {
            Ok(made) => {
                return made["callback"].as_str().unwrap_or_else(|| panic!("a callback, not {made}")).to_owned();
            }
            Err(refusal) => {
                assert!(
                    refusal.code == "callbacks_not_read" && Instant::now() < end,
                    "{form} is refused with {refusal}"
                );
                // Nothing tells of it: there is nothing to be woken by.
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

/// What came back from `/callback`.
#[derive(Debug)]
struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    fn error(&self) -> (u16, &str) {
        let error = &self.body["error"];
        assert!(error["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{self:?}");
        (self.status, error["code"].as_str().unwrap_or_default())
    }
}

#[track_caller]
fn post(desk: &Desk, authorization: Option<&str>, kind: &str, body: &[u8]) -> Answer {
    let agent: Agent = client();
    let mut request = agent.post(format!("{}/callback", desk.webhook())).content_type(kind);
    if let Some(value) = authorization {
        request = request.header("Authorization", value);
    }
    let mut response = request.send(body).expect("the receiver answers");
    let text = response.body_mut().read_to_string().expect("an answer has a body");
    let body = serde_json::from_str(&text).unwrap_or_else(|e| panic!("an answer is JSON ({e}): {text}"));
    Answer { status: response.status().as_u16(), body }
}

/// A PBX tells of a call to 101.
#[track_caller]
fn tell(desk: &Desk, event: &str, status: &str) {
    let url = format!(
        "{}/dial-in?EventType={event}&CallID=C1&SubCallID=L1&CallerIDNum=%2B78120001127&CalledNumber=3515*101&CallFlow=in\
         &CallStatus={status}&Duration=5000000",
        desk.webhook()
    );
    assert_eq!(client().get(&url).call().expect("the receiver answers").status(), 200, "{event}");
}

fn client() -> Agent {
    Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(10))).build().into()
}

// --- watching

#[track_caller]
fn until_callback(desk: &Desk, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    desk.until(what, SOON, |shown| shown.callbacks.values().find(|one| fits(one)).cloned())
}

#[track_caller]
fn callback(desk: &Desk, id: &str) -> Value {
    desk.shown().callbacks.get(id).cloned().unwrap_or_else(|| panic!("{id} is shown"))
}

fn results(callback: &Value) -> Vec<&str> {
    callback["attempts"].as_array().into_iter().flatten().filter_map(|attempt| attempt["result"].as_str()).collect()
}

fn is_call_to(call: &Value, number: &str) -> bool {
    call["direction"] == "outbound" && call["peer"]["number"] == number
}

/// `2026-11-27T15:30:00`.
fn to_the_second(time: &Value) -> &str {
    time.as_str().and_then(|time| time.get(..19)).expect("a time")
}
