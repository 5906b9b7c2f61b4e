//! What pages may read.

use serde_json::{Value, json};

use crate::kit::{CRM, CRM_ALLOWED, Events, Kit, code, origin};

const EVIL: &str = "https://evil.example";
const OTHER: &str = "https://other.example";

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

/// The changes that a stream told.
fn told(events: &Events) -> Vec<Value> {
    events.seen.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok()).collect()
}

#[test]
fn only_allowed_sites_read_answers() {
    let kit = Kit::practising(CRM_ALLOWED);
    for path in ["/v1/snapshot", "/getcurrentcallinfo", "/callto?number=+", "/nothing", "/v1/intent"] {
        let answer = kit.get(path, &origin(CRM));
        assert!(
            answer.head.contains("access-control-allow-origin: https://crm.example\r\n"),
            "{path}: {}",
            answer.head
        );
        assert!(
            answer.head.contains("vary: origin") && answer.head.contains("cross-origin-resource-policy: cross-origin")
        );
        for stranger in [
            EVIL,
            "null",
            "https://ads.example",
            "https://crm.example.evil.example",
            "http://crm.example",
            "https://crm.example:8443",
        ] {
            let answer = kit.get(path, &origin(stranger));
            assert!(!answer.head.contains("access-control"), "{path} {stranger}: {}", answer.head);
            assert!(answer.head.contains("cross-origin-resource-policy: same-origin"), "{}", answer.head);
        }
        for always in ["cache-control: no-store", "x-content-type-options: nosniff", "frame-ancestors 'none'"] {
            assert!(answer.head.contains(always), "{path}: {}", answer.head);
        }
    }
}

#[test]
fn a_preflight_is_answered_to_allowed_sites_alone() {
    let kit = Kit::start(CRM_ALLOWED, "", false);
    let asks = "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Private-Network: true\r\n";
    let answer = kit.ask("OPTIONS", "/v1/intent", &format!("{}{asks}", origin(CRM)), "");
    assert_eq!(answer.status, 204);
    for header in [
        "-methods: get, post",
        "-headers: content-type, last-event-id",
        "-private-network: true",
        "-origin: https://crm.example",
    ] {
        assert!(answer.head.contains(&format!("access-control-allow{header}\r\n")), "{header}: {}", answer.head);
    }
    assert!(!answer.head.contains("-credentials"), "{}", answer.head);
    let plain = kit.ask("OPTIONS", "/v1/intent", &origin(CRM), "");
    assert!(!plain.head.contains("private-network"));
    for stranger in
        [origin(EVIL), origin("null"), String::new(), kit.bearer(), format!("{}{}", origin(CRM), origin(EVIL))]
    {
        let answer = kit.ask("OPTIONS", "/callto?number=700", &format!("{stranger}{asks}"), "");
        assert_eq!((answer.status, answer.head.contains("access-control")), (403, false), "{stranger:?}");
    }
}

#[test]
fn an_allowed_page_sees_calls_and_nothing_else() {
    let kit = Kit::practising(CRM_ALLOWED);
    kit.get("/callto?number=713", &kit.bearer());
    kit.until("busy", |snapshot| snapshot["history"].as_array().is_some_and(|history| !history.is_empty()));
    kit.get("/callto?number=%2B998", &origin(OTHER));
    let snapshot = kit.get("/v1/snapshot", &origin(CRM)).json();
    assert_eq!(keys(&snapshot), ["accounts", "calls", "originations", "seq"]);
    assert_eq!(keys(&snapshot["accounts"][0]), ["id", "registration"]);
    assert_eq!(snapshot["calls"][0]["peer"]["number"], "713");
    for secret in [OTHER, "998", "practice@", "sip:"] {
        assert!(!snapshot.to_string().contains(secret), "{secret}: {snapshot}");
    }
    let mut events = kit.listen("/v1/changes", &origin(CRM));
    kit.dismiss();
    kit.intent(r#"{"type":"set_do_not_disturb","on":true}"#);
    kit.intent(r#"{"type":"set_language","language":"fa"}"#);
    kit.get("/callto?number=700", &kit.bearer());
    events.until("\"state\":\"active\"");
    assert!(told(&events).iter().all(|change| change["type"] == "call_changed"), "{}", events.seen);
}

#[test]
fn what_happened_before_is_not_told_to_who_comes_later() {
    let kit = Kit::practising(CRM_ALLOWED);
    kit.get("/callto?number=713", &kit.bearer());
    let ended = kit.until("busy", |snapshot| snapshot["calls"][0]["ended"].is_object());
    kit.intent(&format!(r#"{{"type":"dismiss","call":{}}}"#, ended["calls"][0]["id"]));
    for resumed in ["/v1/changes?after=0", "/v1/changes?after=9007199254740991"] {
        let mut events = kit.listen(resumed, &origin(CRM));
        events.until("event: snapshot");
        events.until("\n\n");
        kit.get("/callto?number=700", &kit.bearer());
        events.until("\"state\":\"active\"");
        assert!(!events.seen.contains("713"), "{}", events.seen);
        kit.hang_up_all();
    }
    let mut events = kit.listen("/v1/changes", &format!("{}Last-Event-ID: 1\r\n", origin(CRM)));
    events.until("event: snapshot");
}

#[test]
fn a_page_that_was_allowed_once_follows_its_own_call_to_the_end() {
    let kit = Kit::practising(CRM_ALLOWED);
    kit.get("/callto?number=713", &kit.bearer());
    kit.until("busy", |snapshot| snapshot["calls"][0]["ended"].is_object());
    assert_eq!(kit.get("/callto?number=700", &origin(OTHER)).status, 202);
    let prompt = kit.snapshot()["prompts"][0]["id"].clone();
    let (status, done) = kit.intent(&format!(r#"{{"type":"confirm","prompt":{prompt},"consent":"once"}}"#));
    assert_eq!(status, 200, "{done}");
    let snapshot = kit.get("/v1/snapshot", &origin(OTHER)).json();
    assert_eq!((&snapshot["accounts"], snapshot["calls"].as_array().map(Vec::len)), (&json!([]), Some(1)));
    assert_eq!(snapshot["calls"][0]["id"], done["call"]);
    let mut events = kit.listen("/v1/changes", &origin(OTHER));
    assert_eq!(kit.get("/getcurrentcallinfo", &origin(OTHER)).status, 403, "others' calls would be told by it");
    assert_eq!(kit.get("/callto?number=701", &origin(OTHER)).status, 202, "it may not dial again");
    kit.hang_up_all();
    events.until_end();
    let last = told(&events).pop().expect("its end is told");
    assert_eq!((&last["call"]["id"], &last["call"]["state"]), (&done["call"], &json!("ended")));
    assert_eq!(kit.get("/v1/snapshot", &origin(OTHER)).status, 401, "and then it is a stranger again");
}

#[test]
fn a_site_that_is_forgotten_hears_nothing_more() {
    let kit = Kit::practising(CRM_ALLOWED);
    let mut events = kit.listen("/v1/changes", &origin(CRM));
    assert_eq!(kit.intent(&format!(r#"{{"type":"forget_origin","origin":"{CRM}"}}"#)).0, 200);
    events.until_end();
    kit.get("/callto?number=700", &kit.bearer());
    assert!(told(&events).is_empty(), "{}", events.seen);
    let answer = kit.get("/v1/snapshot", &origin(CRM));
    assert_eq!((answer.status, answer.is_readable()), (401, false));
}

#[test]
fn an_allowed_page_does_what_its_buttons_do() {
    let kit = Kit::practising(CRM_ALLOWED);
    let ask = |intent: &str| {
        let answer = kit.ask("POST", "/v1/intent", &format!("{}Content-Type: text/plain\r\n", origin(CRM)), intent);
        (answer.status, answer.json())
    };
    let (status, done) = ask(r#"{"type":"dial","target":"700"}"#);
    assert_eq!(status, 200, "{done}");
    kit.until("the call is up", |snapshot| snapshot["calls"][0]["state"] == "active");
    assert_eq!(ask(&format!(r#"{{"type":"hold","call":{}}}"#, done["call"])).0, 200);
    assert_eq!(ask(&format!(r#"{{"type":"hang_up","call":{}}}"#, done["call"])).0, 200);
    for intent in [
        r#"{"type":"set_do_not_disturb","on":true}"#.to_owned(),
        format!(r#"{{"type":"pair_origin","origin":"{EVIL}"}}"#),
        r#"{"type":"confirm","prompt":"p1"}"#.to_owned(),
        r#"{"type":"set_click_to_call","callto":"off"}"#.to_owned(),
        r#"{"type":"remove_account","account":"practice"}"#.to_owned(),
        r#"{"type":"open_link","link":"tel:112"}"#.to_owned(),
    ] {
        let (status, answer) = ask(&intent);
        assert_eq!((status, code(&answer)), (403, "not_for_pages"), "{intent}");
    }
    for stranger in [origin(EVIL), origin("null"), String::new()] {
        let answer = kit.ask("POST", "/v1/intent", &stranger, r#"{"type":"dial","target":"700"}"#);
        assert_eq!((answer.status, code(&answer.json())), (401, "no_token"), "{stranger:?}");
    }
    assert_eq!(kit.snapshot()["prompts"], json!([]));
}

#[test]
fn a_number_is_read_for_programs_alone() {
    let kit = Kit::practising(CRM_ALLOWED);
    let (status, preview) = kit.request("GET", "/v1/preview?target=tel:%2B7-495-229-49-89", "");
    assert_eq!((status, &preview["dialled"], &preview["account"]), (200, &json!("+74952294989"), &json!("practice")));
    assert_eq!(kit.request("GET", "/v1/preview?target=no+number+here", "").0, 400);
    assert_eq!(kit.request("GET", "/v1/preview?target=700&account=nobody", "").0, 400);
    assert_eq!(kit.request("GET", "/v1/preview", "").0, 400);
    assert_eq!(kit.get("/v1/preview?target=700", &origin(CRM)).status, 401);
}

#[test]
fn whether_it_runs_is_no_secret() {
    let kit = Kit::new();
    let answer = kit.get("/v1/openapi.json", &origin(EVIL));
    assert_eq!((answer.status, answer.is_readable()), (401, false));
    assert!(
        answer.head.contains("cross-origin-resource-policy: cross-origin"),
        "a page may know that somebody answers"
    );
}
