//! Oktell's nine commands, as pages and programs use them.

use serde_json::json;

use crate::kit::{CLICKED, CRM, CRM_ALLOWED, Kit, SCRIPTED, code, origin};

const EVIL: &str = "https://evil.example";

#[test]
fn callto_dials_asks_or_refuses_by_who_asks() {
    let kit = Kit::practising(CRM_ALLOWED);
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    for (who, expected) in [
        (kit.bearer(), 200),
        (origin(CRM), 200),
        (format!("{}{}", origin(CRM), CLICKED), 204),
        (format!("Referer: {CRM}/contacts?id=1\r\n{CLICKED}"), 204),
        (origin(EVIL), 202),
        (String::new(), 202),
        (CLICKED.to_owned(), 204),
        (SCRIPTED.to_owned(), 204),
        (origin("null"), 202),
        (origin("chrome-extension://abc"), 202),
        // A referrer names a site where somebody clicked, and nowhere else; it opens nothing.
        (format!("Referer: {CRM}/\r\n"), 202),
        (origin("https://ads.example"), 403),
        (format!("{}{}", origin(CRM), origin(EVIL)), 400),
        ("Authorization: Bearer wrong\r\n".to_owned(), 401),
        (format!("Authorization: Basic {}\r\n", kit.token), 401),
    ] {
        // Nobody in particular may ask a few times only, all of them together.
        let ways: &[bool] =
            if who.starts_with("Origin: https:") || who.contains("Bearer") { &[false, true] } else { &[false] };
        for post in ways {
            let answer = match *post {
                false => kit.get("/callto?number=700", &who),
                true => kit.ask("POST", "/callto", &format!("{who}{form}"), "number=700"),
            };
            assert_eq!(answer.status, expected, "{who:?} {}", answer.body);
            let snapshot = kit.snapshot();
            let dialled =
                snapshot["calls"].as_array().is_some_and(|calls| calls.iter().any(|call| call["ended"].is_null()));
            let asked = snapshot["prompts"].as_array().is_some_and(|prompts| !prompts.is_empty());
            let knows = who.contains("Bearer") || who.starts_with(origin(CRM).trim_end()) && (expected != 202);
            assert_eq!((dialled, asked), (knows && expected < 300, !knows && expected < 300), "{who:?}");
            kit.dismiss();
            kit.hang_up_all();
        }
    }
}

#[test]
fn a_click_that_is_refused_takes_nobody_from_the_page() {
    let kit = Kit::practising(CRM_ALLOWED);
    let ads = origin("https://ads.example");
    assert_eq!(kit.get("/callto?number=700", &format!("{ads}{CLICKED}")).status, 204);
    assert_eq!(kit.get("/callto?number=700", &format!("{ads}{SCRIPTED}")).status, 403, "a script is told");
    assert_eq!(kit.get("/callto?number=hello", &format!("{}{CLICKED}", origin(EVIL))).status, 400, "a wrong page too");
    let snapshot = kit.snapshot();
    assert_eq!((&snapshot["calls"], &snapshot["prompts"]), (&json!([]), &json!([])));
    assert_eq!(snapshot["click_to_call"]["origins"][1]["refused"], 2);
}

#[test]
fn who_asked_for_a_call_is_shown() {
    let kit = Kit::practising(CRM_ALLOWED);
    assert_eq!(kit.get("/callto?number=700", &origin(CRM)).status, 200);
    assert_eq!(kit.snapshot()["calls"][0]["started_by"], CRM);
    kit.get("/callto?number=7-00", &format!("{}{CLICKED}", origin(EVIL)));
    let prompt = kit.snapshot()["prompts"][0].clone();
    assert_eq!(
        (&prompt["origin"], &prompt["clicked"], &prompt["preview"]["dialled"]),
        (&json!(EVIL), &json!(true), &json!("700"))
    );
}

#[test]
fn a_number_is_what_a_telephone_has_keys_for() {
    let kit = Kit::practising("");
    for number in [
        "",
        "%2B",
        "abc",
        "7e1",
        "700;ext=1",
        "700%3Bext=1",
        "700?Replaces=x",
        "700%3FReplaces=x",
        "sip:700@evil.example",
        "700@evil.example",
        "700,1",
        "7%0d%0a00",
        "7%00",
        "700%26number=1",
        "%2537",
        "%F0%9F%93%9E",
        "%ff",
        "111111111111111111111111111111111",
        "700&number=701",
        "700&NUMBER=700",
        "700&via=fax",
    ] {
        let answer = kit.get(&format!("/callto?number={number}"), &kit.bearer());
        assert_eq!((answer.status, answer.property("result").as_deref()), (400, Some("0")), "{number}");
        assert!(answer.body.contains("key=\"reason\"><![CDATA["), "{}", answer.body);
    }
    assert_eq!(kit.get("/callto", &kit.bearer()).status, 400);
    let twice = kit.ask("POST", "/callto?number=700", &kit.bearer(), "number=701");
    assert_eq!(twice.status, 400, "one in the address and one in the form");
    assert_eq!(kit.snapshot()["calls"], json!([]));
    for (number, dialled) in
        [("+7%20(495)%20229-49-89", "+74952294989"), ("%D9%A7%DB%B0%DB%B0", "700"), ("*21%23", "*21#")]
    {
        let shown = kit.get(&format!("/callto?number={number}"), "");
        assert_eq!(shown.status, 202, "{number}");
        assert_eq!(kit.snapshot()["prompts"][0]["preview"]["dialled"], dialled, "{number}");
        kit.dismiss();
    }
}

#[test]
fn what_is_not_possible_now_is_told_and_no_error() {
    let kit = Kit::new();
    for command in ["callto?number=700", "switchto?number=700", "disconnectcall", "declinecall", "headsetanswercall"] {
        let answer = kit.get(&format!("/{command}"), &kit.bearer());
        assert_eq!(
            (answer.status, answer.property("result").as_deref()),
            (200, Some("0")),
            "{command}: {}",
            answer.body
        );
        assert!(answer.head.contains("content-type: text/xml; charset=utf-8"), "{}", answer.head);
    }
}

#[test]
fn a_command_that_oktell_has_not_is_404_in_its_own_form() {
    let kit = Kit::new();
    for (path, who) in [("/flash", kit.bearer()), ("/callto/?number=700", kit.bearer()), ("/v10", String::new())] {
        let answer = kit.get(path, &who);
        let said = (answer.status, answer.property("result"), answer.property("code"));
        assert_eq!(said, (404, Some("0".to_owned()), Some("unknown_command".to_owned())), "{path}: {}", answer.body);
        assert!(answer.head.contains("content-type: text/xml; charset=utf-8"), "{}", answer.head);
    }
    for path in ["/v1", "/v1/", "/v1/nothing"] {
        let answer = kit.get(path, &kit.bearer());
        assert_eq!((answer.status, code(&answer.json())), (404, "not_found"), "{path}");
    }
}

#[test]
fn a_call_is_told_from_its_dialling_to_its_end() {
    let kit = Kit::practising(CRM_ALLOWED);
    let mode = || kit.get("/getcurrentcallinfo", &origin(CRM)).property("mode").expect("it has one");
    assert_eq!(mode(), "none");
    assert_eq!(kit.ask("POST", "/callto?number=700", &kit.bearer(), "").status, 200);
    let until = |wanted: &str| kit.until(wanted, |_| mode() == wanted);
    let snapshot = until("connected");
    let answer = kit.get("/getcurrentcallinfo", &kit.bearer());
    assert_eq!(answer.property("number").as_deref(), Some("700"));
    assert_eq!(answer.property("linenum").as_deref(), Some("1"));
    assert_eq!(answer.property("starttime").map(|time| time.len()), Some("2026-11-20 10:15:30".len()));
    assert!(!answer.body[..answer.body.find("key=\"mode\"").expect("it is there")].contains("mode"), "{}", answer.body);
    kit.intent(&format!(r#"{{"type":"hold","call":{}}}"#, snapshot["calls"][0]["id"]));
    until("flashed");
    assert_eq!(kit.get("/disconnectcall", &origin(CRM)).property("result").as_deref(), Some("1"));
    until("none");
    let address = kit.get("/getcurrentserveraddress", &kit.bearer());
    assert!(address.body.contains("<property_cdata key=\"serveraddress\"><![CDATA[127.0.0.1]]></property_cdata>"));
}

#[test]
fn callto_is_not_carried_out_while_the_agent_talks() {
    let kit = Kit::practising(CRM_ALLOWED);
    assert_eq!(kit.get("/callto?number=700", &kit.bearer()).property("result").as_deref(), Some("1"));
    let talks = |snapshot: &serde_json::Value| snapshot["calls"][0]["state"] == "active";
    kit.until("the call is up", talks);
    for who in [kit.bearer(), origin(CRM)] {
        let busy = kit.get("/callto?number=701", &who);
        assert_eq!((busy.status, busy.property("result").as_deref()), (200, Some("0")), "{who}: {}", busy.body);
        assert_eq!(busy.property("code").as_deref(), Some("in_call"), "{who}");
    }
    let busy = kit.ask("POST", "/v1/intent", &origin(CRM), r#"{"type":"dial","target":"701"}"#);
    assert_eq!((busy.status, code(&busy.json())), (409, "in_call"), "{}", busy.body);
    let snapshot = kit.snapshot();
    assert!(talks(&snapshot) && snapshot["prompts"] == json!([]), "{snapshot:#}");
    assert_eq!(kit.intent(r#"{"type":"dial","target":"701"}"#).0, 200, "the agent's own program goes on");
}

#[test]
fn a_ringing_call_is_answered_refused_and_handed_on() {
    let kit = Kit::practising("");
    let call_back = || {
        // 720 answers, hangs up, and three seconds later somebody calls.
        assert_eq!(kit.get("/callto?number=720", &kit.bearer()).status, 200);
        kit.until("somebody calls", |snapshot| {
            let rings = |call: &serde_json::Value| call["direction"] == "inbound" && call["state"] == "ringing";
            snapshot["calls"].as_array().is_some_and(|calls| calls.iter().any(rings))
        });
    };
    call_back();
    let info = kit.get("/getcurrentcallinfo", &kit.bearer());
    assert_eq!(info.property("mode").as_deref(), Some("ringing"));
    assert_eq!(kit.get("/declinecall", &kit.bearer()).property("result").as_deref(), Some("1"));
    kit.hang_up_all();
    call_back();
    assert_eq!(kit.get("/headsetanswercall", &kit.bearer()).property("result").as_deref(), Some("1"));
    kit.until("it is answered", |_| {
        kit.get("/getcurrentcallinfo", &kit.bearer()).property("mode").as_deref() == Some("connected")
    });
    assert_eq!(kit.get("/switchto?number=701", &kit.bearer()).property("result").as_deref(), Some("1"));
}

#[test]
fn nobody_else_learns_or_does_anything() {
    let kit = Kit::practising(CRM_ALLOWED);
    kit.get("/callto?number=700", &kit.bearer());
    let call = kit.until("the call is up", |snapshot| snapshot["calls"][0]["state"] == "active");
    for who in [String::new(), origin(EVIL), origin("null"), origin("https://ads.example"), CLICKED.to_owned()] {
        for command in [
            "getcurrentcallinfo",
            "getcurrentserveraddress",
            "execsvcscript?name=x",
            "disconnectcall",
            "declinecall",
            "headsetanswercall",
            "switchto?number=701",
        ] {
            let answer = kit.get(&format!("/{command}"), &who);
            assert_eq!((answer.status, answer.is_readable()), (403, false), "{command} {who:?}");
            assert!(!answer.body.contains("700") && !answer.body.contains("127.0.0.1"), "{command}: {}", answer.body);
        }
    }
    assert_eq!(kit.snapshot()["calls"][0]["state"], "active");
    assert_eq!(kit.snapshot()["calls"][0]["id"], call["calls"][0]["id"]);
}

#[test]
fn the_window_comes_to_the_front_for_who_clicked() {
    let kit = Kit::practising(CRM_ALLOWED);
    let mut events = kit.listen("/v1/changes", &kit.bearer());
    assert_eq!(kit.get("/focus", "").status, 403, "a script may not");
    assert_eq!(kit.get("/focus", CLICKED).status, 204);
    events.until("focus_requested");
    assert_eq!(kit.get("/focus", &origin(CRM)).status, 200);
}

#[test]
fn a_script_is_not_started_without_a_server() {
    let kit = Kit::new();
    let answer = kit.get("/execsvcscript?name=3-013-Get-Call-Info-By-Initiator&startparam1=x&async=0", &kit.bearer());
    assert_eq!((answer.status, answer.property("started").as_deref()), (200, Some("0")), "{}", answer.body);
    assert_eq!(kit.get("/execsvcscript", &kit.bearer()).status, 400);
}
