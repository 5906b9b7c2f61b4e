//! From a PBX's request to a card at the desk, over real sockets.

mod kit;

use std::{fs, net::TcpListener};

use serde_json::json;

use kit::Kit;

const RINGING: &str =
    "NewState&exten=812&state=Ringing&participant=09120000888&direction=in&unique_id=1720000000.17&queue=900";
/// The user `pbx` and the password `s3cret`.
const BASIC: &str = "Authorization: Basic cGJ4OnMzY3JldA==\r\n";

#[test]
fn an_event_makes_a_card_and_a_line_in_the_view() {
    let kit = Kit::new("");
    assert_eq!(kit.event(RINGING, ""), (200, json!({"ok": 1})));
    let desk = kit.until("a card", "/v1/snapshot", |desk| desk["cards"][0]["number"] == "09120000888");
    assert_eq!((&desk["cards"][0]["state"], &desk["cards"][0]["extension"]), (&json!("ringing"), &json!("812")));
    let view = kit.until("a line", "/v1/events", |view| view["events"][0]["status"] == 200);
    assert_eq!(view["receiver"]["address"], kit.receiver());
    assert_eq!((&view["receiver"]["taken"], &view["receiver"]["trouble"]), (&json!(1), &json!(null)));
    assert_eq!(view["events"][0]["summary"], "Ringing 812 ← 09120000888");
}

#[test]
fn a_replayed_event_counts_as_if_it_had_come_again() {
    let kit = Kit::new("");
    kit.event(RINGING, "");
    kit.until("a card", "/v1/snapshot", |desk| desk["cards"][0]["state"] == "ringing");
    let id = kit.ask("GET", "/v1/events", "").1["events"][0]["id"].clone();
    let replayed = kit.ask("POST", "/v1/events/replay", &json!({"event": id}).to_string());
    assert_eq!(replayed, (200, json!({"ok": true})));
    assert_eq!(kit.ask("GET", "/v1/snapshot", "").1["cards"].as_array().map(Vec::len), Some(1), "it is the same call");
    assert_eq!(kit.ask("GET", "/v1/events", "").1["events"][0]["from"], "replay");
    let (status, refused) = kit.ask("POST", "/v1/events/replay", r#"{"event":99}"#);
    assert_eq!((status, &refused["error"]["code"]), (404, &json!("no_such_event")));
}

#[test]
fn the_password_moves_out_of_the_settings_and_still_opens() {
    let mut kit = Kit::new("username = \"pbx\" # ours\npassword = \"s3cret\"\n");
    for round in ["from the file", "from where it was moved to"] {
        assert_eq!(kit.event(RINGING, "").0, 401, "{round}");
        assert_eq!(kit.event(RINGING, BASIC).0, 200, "{round}");
        kit.until("it is safe", "/v1/snapshot", |desk| desk["preferences"]["secrets_in_file"] == true);
        let settings = fs::read_to_string(kit.folder.join("settings.toml")).expect("it is there");
        assert!(!settings.contains("s3cret") && settings.contains("username = \"pbx\" # ours\n"), "{settings}");
        let (_, view) = kit.ask("GET", "/v1/events", "");
        assert!(!view.to_string().contains("s3cret") && !view.to_string().contains("cGJ4"), "{view}");
        kit.stop();
        kit.start();
    }
}

#[test]
fn a_port_that_somebody_has_is_told_and_the_desk_goes_on() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it is bound").to_string();
    let mut kit = Kit::new("");
    kit.stop();
    let file = kit.folder.join("settings.toml");
    let settings = fs::read_to_string(&file).expect("it is there");
    fs::write(&file, settings.replace("127.0.0.1:0\"", &format!("{address}\""))).expect("a file can be written");
    kit.start();
    let (_, view) = kit.ask("GET", "/v1/events", "");
    assert_eq!(view["receiver"]["address"], json!(null));
    let trouble = view["receiver"]["trouble"].as_str().expect("it is told");
    assert!(trouble.contains(&address) && trouble.contains("webhook.listen"), "{trouble}");
}

/// An answer is kept whoever it names: one PBX tells the extension once, another tells who called instead of whom.
#[test]
fn a_call_that_was_answered_is_known_as_such_after_a_restart() {
    for (dialect, ring, answer) in [
        (
            "[[webhook.mapping]]\nname = \"plain\"\nfields = { leg = \"call_id\" }\n",
            "/mapping/plain?event=ring&call_id=7&extension=812&number=%2B78120000888",
            "/mapping/plain?event=answer&call_id=7",
        ),
        (
            "",
            "/dial-in?EventType=dial-in&CallID=7&SubCallID=71&CalledNumber=812&CallerIDNum=%2B78120000888",
            "/dial-in?EventType=answer&CallID=7&SubCallID=71&CalledNumber=%2B78120000888&CallerIDNum=812",
        ),
    ] {
        let mut kit = Kit::new(dialect);
        assert_eq!(kit.get(ring), 200);
        for what in ["once", "and once more"] {
            kit.stop();
            kit.start();
            let desk = kit.until("the card", "/v1/snapshot", |desk| desk["cards"][0]["number"] == "+78120000888");
            assert_eq!(desk["cards"][0]["state"], "ringing", "restarted {what}");
        }
        assert_eq!(kit.get(answer), 200);
        kit.stop();
        kit.start();
        kit.until(answer, "/v1/snapshot", |desk| desk["cards"][0]["state"] == "active");
    }
}

/// The agent sees that nothing is kept, and works on. Whoever asks from afar must be told to ask again.
#[test]
fn without_a_journal_the_agent_may_promise_and_a_web_site_hears_that_nothing_is_safe() {
    let mut kit = Kit::new("");
    let ask = "/callback?number=%2B74952294989";
    assert_eq!(kit.get(ask), 200);
    kit.stop();
    for file in fs::read_dir(kit.folder.join("data")).expect("a folder").flatten() {
        if file.file_name().to_string_lossy().starts_with("journal.sqlite") {
            fs::remove_file(file.path()).expect("it is ours");
        }
    }
    fs::create_dir(kit.folder.join("data/journal.sqlite")).expect("it is free");
    kit.start();
    assert_eq!(kit.get(ask), 503);
    let promise = json!({"type": "request_callback", "number": "+442079460812"}).to_string();
    let (status, made) = kit.ask("POST", "/v1/intent", &promise);
    assert_eq!(status, 200, "{made}");
    let desk =
        kit.until("it is shown", "/v1/snapshot", |desk| desk["callbacks"].as_array().is_some_and(|all| all.len() == 2));
    assert!(desk["callbacks"].as_array().into_iter().flatten().any(|one| one["id"] == made["callback"]), "{desk}");
}
