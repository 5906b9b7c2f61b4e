//! Who is to be called back, as web sites and PBXs ask for it.

use desk::wire::Intent;
use serde_json::json;

use super::kit::{BASIC, Kit};

const ALL: &str =
    "number=%2B74952294989&name=Anna%20N&queue=sales&due_at=2026-11-27T15:30:00%2B03:00&note=a%0ab&key=web/7";

fn all() -> Intent {
    Intent::RequestCallback {
        number: Some("+74952294989".into()),
        call: None,
        name: Some("Anna N".into()),
        queue: Some("sales".into()),
        due_at: Some("2026-11-27T15:30:00+03:00".into()),
        note: Some("a\nb".into()),
        key: Some("web/7".into()),
    }
}

#[test]
fn it_is_asked_for_in_the_address_in_a_form_or_in_json() {
    let kit = Kit::new();
    let in_json = json!({
        "number": "+74952294989", "name": "Anna N", "queue": "sales", "due_at": "2026-11-27T15:30:00+03:00", "note": "a\nb",
        "key": "web/7", "call": "c1",
    });
    for answer in [
        kit.get(&format!("/callback?{ALL}"), ""),
        kit.form("/callback", ALL),
        kit.form("/Callback/", &ALL.replace("%2B", "+")),
        kit.form("/callback?key=web%2F7", &ALL.replace("&key=web/7", "")),
        kit.json("/callback", &in_json.to_string()),
    ] {
        assert_eq!((answer.status, answer.body), (200, json!({"ok": true, "callback": "c1"})));
    }
    assert_eq!(kit.wanted(), vec![all(); 5]);
    let last = kit.last();
    assert_eq!((last.name.as_str(), last.status, last.replayable), ("callback", 200, false));
    assert!(last.remarks.iter().any(|remark| remark.contains("call")), "its fields are told: {:?}", last.remarks);
    assert_eq!(kit.seen.view().receiver.taken, 5);
}

#[test]
fn what_is_not_clear_is_refused() {
    let kit = Kit::new();
    for body in [
        "number=1&number=2",
        "{\"number\": 7}",
        "{\"number\": {\"$ne\": \"\"}}",
        "{\"number\": \"1\", \"number\": \"2\"}",
        "{\"number\": \"1\"",
        "{}{}",
        &format!("{{\"x\": {}", "[".repeat(200_000)),
        &(0..100).map(|n| format!("&x{n}=1")).collect::<String>(),
    ] {
        assert_eq!(kit.form("/callback", body).error(), (400, "malformed"), "{body:.40}");
    }
    assert_eq!(kit.json("/callback?number=1", "{\"name\": \"A\"}").error(), (400, "malformed"));
    assert_eq!(kit.form("/callback", &"a".repeat(1 << 20)).error(), (413, "too_large"));
    assert_eq!(kit.send("PUT", "/callback", "", "number=1").status, 405);
    assert_eq!(kit.form("/callback/7", "number=1").error(), (404, "not_found"));
    assert!(kit.wanted().is_empty());
}

#[test]
fn whoever_may_not_send_asks_for_nothing() {
    let (open, guarded) = (Kit::new(), Kit::guarded());
    let ask = |kit: &Kit, headers: &str| kit.send("POST", "/callback", headers, "number=1");
    assert_eq!(ask(&guarded, "").error(), (401, "unauthorized"));
    assert_eq!(ask(&guarded, "Authorization: Basic cGJ4Ondyb25n\r\n").error(), (401, "unauthorized"));
    assert_eq!(ask(&guarded, &format!("{BASIC}Origin: https://shop.example\r\n")).error(), (403, "browser"));
    assert_eq!(ask(&open, "Origin: null\r\n").error(), (403, "browser"));
    assert!(open.wanted().is_empty() && guarded.wanted().is_empty());
    assert_eq!(ask(&guarded, BASIC).status, 200);
    assert_eq!(guarded.wanted().len(), 1);
}

#[test]
fn the_refusal_of_the_desk_is_the_answer() {
    let kit = Kit::new();
    kit.intake_is_full(true);
    assert_eq!(kit.form("/callback", "number=1").error(), (409, "too_many_callbacks"));
    assert_eq!((kit.last().status, kit.seen.view().receiver.refused), (409, 1));
}
