//! Cards, the history, the address book and the view of events, by `/v1` alone, with the practice PBX.

use kit::{Crm, Desk, SOON, Settings};
use serde_json::json;

#[test]
fn a_caller_has_a_card_and_stays_in_the_history() {
    let desk = Desk::start(Settings::practice());
    let imported =
        desk.api().post("/v1/contacts?name=book.csv", "name,phone,company\nAnna N,+44 20 7946 0812,Northwind\n");
    assert_eq!(imported, json!({"taken": 1, "skipped": 0}));

    desk.dial("720");
    let call = desk.rings();
    let card = desk.until_card("the card knows her from the address book and the queue from the PBX", |card| {
        card["call"] == *call && card["name"] == "Anna N" && card["queue"] == "support"
    });
    assert_eq!(card["company"], "Northwind", "{card}");
    desk.answer(&call);
    desk.must(&json!({"type": "note", "call": call, "text": "call back on Monday"}));
    desk.until_active(&call);
    desk.hang_up(&call);
    desk.until_card("it is over", |card| card["state"] == "ended" && card["outcome"] == "answered");

    let kept = |page: &serde_json::Value| page["calls"][0]["note"] == "call back on Monday";
    let page = desk.api().until_history("monday", kept);
    assert_eq!(page["calls"][0]["name"], "Anna N", "{page}");
    assert_eq!(desk.api().history("nobody of that name")["calls"], json!([]));
    let csv = desk.api().text("/v1/history.csv?text=0812");
    assert!(csv.contains("call back on Monday") && csv.contains("Northwind"), "{csv}");

    let events = desk.api().events();
    let ringing = events["events"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|event| event["summary"].as_str().is_some_and(|s| s.contains("inging")));
    let ringing = ringing.unwrap_or_else(|| panic!("the event is shown: {events}"));
    assert_eq!((&ringing["source"], &ringing["status"]), (&json!("simotel"), &json!(200)), "{ringing}");
    let replayed = desk.api().post("/v1/events/replay", &json!({"event": ringing["id"]}).to_string());
    assert_eq!(replayed, json!({"ok": true}));
}

#[test]
fn a_note_and_the_history_survive_a_crash() {
    let desk = Desk::start(Settings::practice());
    desk.dial("720");
    let call = desk.rings();
    desk.answer(&call);
    desk.must(&json!({"type": "note", "call": call, "text": "half a sen"}));
    desk.api().until_history("sen", |page| page["calls"][0]["note"] == "half a sen");
    let desk = desk.crash_and_start_again();
    let page = desk.api().until_history("half", |page| page["calls"][0]["note"] == "half a sen");
    assert_eq!(page["calls"][0]["number"], "+442079460812", "{page}");
}

#[test]
fn a_call_that_was_up_when_the_desk_was_killed_is_told_to_the_crm() {
    let crm = Crm::start();
    let settings = Settings::practice().with(&crm.settings()).with("[crm]\nregister = \"calls\"");
    let desk = Desk::start(settings);
    desk.dial("720");
    let call = desk.rings();
    desk.answer(&call);
    desk.until_active(&call);
    desk.must(&json!({"type": "note", "call": call, "text": "she was just saying"}));
    desk.api().until_history("saying", |page| page["calls"][0]["answered_at"].is_string());
    assert!(crm.told().is_empty(), "it is not over: {:?}", crm.told());
    let desk = desk.crash_and_start_again();
    let told = crm.until_told("the call that broke off is told", SOON, |told| told.first().cloned());
    assert_eq!(told.body["number"], "+442079460812", "{told:?}");
    assert_eq!(told.body["note"], "she was just saying", "{told:?}");
    assert!(told.body["duration_ms"].is_null(), "nobody knows: {told:?}");
    desk.api().until_history("saying", |page| page["calls"][0]["registration"] == "done");
}
