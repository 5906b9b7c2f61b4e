//! What the PBX is asked to do by its manager interface: calls, picking up, recordings. Each is looked at from the PBX's side too.

use std::time::Duration;

use kit::{Baresip, Desk, Pbx, SOON, Settings, Sound};
use serde_json::{Value, json};

/// Sara has the orders carried out; Omid and Ines are colleagues.
struct Office {
    pbx: Pbx,
    sara: Desk,
    omid: Desk,
}

impl Office {
    fn open() -> Self {
        Self::with("ringside", "")
    }

    fn with(user: &str, more: &str) -> Self {
        let pbx = Pbx::start(&[]);
        let [sara, omid] = pbx.agents();
        let more = format!("{}dial = \"pbx\"\n{more}", pbx.manager(user));
        let sara = Desk::start(Settings::of(sara).says(Sound::tone(SARA_HZ, 300.0)).hears().with(&more));
        let omid = Desk::start(Settings::of(omid).says(Sound::tone(OMID_HZ, 300.0)).hears());
        sara.until_manager_is_there();
        Self { pbx, sara, omid }
    }

    /// Waits until an originate came to nothing; gives the code of why.
    fn fails(&self, target: &str) -> String {
        let made = self.sara.must(&json!({"type": "dial", "target": target}));
        let id = made["origination"].as_str().expect("the PBX is asked").to_owned();
        let failed = self.sara.until(&format!("{target} fails"), Duration::from_secs(40), |shown| {
            shown
                .log
                .iter()
                .map(|change| &change["origination"])
                .find(|o| o["id"] == id && o["state"] == "failed")
                .cloned()
        });
        let detail = failed["trouble"]["detail"].as_str().unwrap_or_default();
        assert!(detail.len() > 20, "a sentence says what to do: {failed}");
        failed["trouble"]["code"].as_str().expect("a code").to_owned()
    }

    /// It comes to nothing for this reason, which the PBX may tell a moment after the call of it has ended.
    fn fails_with(&self, intent: &Value, code: &str) {
        match self.sara.ask(intent) {
            Err(refusal) => assert_eq!(refusal.code, code, "{intent}: {refusal}"),
            Ok(made) => {
                let id = made["order"].as_str().expect("an order is made").to_owned();
                self.sara.until(&format!("{intent} fails with {code}"), SOON, |shown| {
                    shown.orders.get(&id).filter(|order| order["trouble"]["code"] == code).map(|_| ())
                });
            }
        }
    }

    fn order(&self, intent: &Value, until: &str) -> Value {
        let made = self.sara.must(intent);
        let id = made["order"].as_str().expect("an order is made").to_owned();
        self.sara.until(&format!("{intent} is {until}"), SOON, |shown| {
            shown.orders.get(&id).filter(|order| order["state"] == until).cloned()
        })
    }
}

#[test]
fn the_phone_answers_by_itself_and_the_number_is_called() {
    let office = Office::open();
    let mut ami = office.pbx.ami();
    office.sara.must(&json!({"type": "dial", "target": office.omid.number()}));
    let incoming = office.omid.rings();
    let mine = office.sara.until("the phone of this desk has answered by itself", SOON, |shown| {
        shown
            .calls
            .iter()
            .find(|(_, call)| call["state"] == "active" && call["origination"].is_string())
            .map(|(id, _)| id.clone())
    });
    office.omid.answer(&incoming);
    office.sara.until_hears(OMID_HZ);
    office.omid.until_hears(SARA_HZ);
    let bridged = ami.until("the PBX bridges Omid", SOON, |block| {
        block.get("Event") == "BridgeEnter"
            && block.get("Channel").starts_with(&format!("PJSIP/{}-", office.omid.number()))
    });
    assert_eq!(
        bridged.get("ConnectedLineNum"),
        office.sara.number(),
        "who calls is the agent, not a device of the PBX"
    );
    office.sara.hang_up(&mine);
    office.pbx.until_quiet(SOON);
}

#[test]
fn a_colleagues_ringing_call_is_taken() {
    let office = Office::open();
    let mut ami = office.pbx.ami();
    let _anna = Baresip::call_in(&office.pbx, "Anna Northwind", ANNA, office.omid.number());
    let rings = office.omid.rings();
    office.sara.until_agent(office.omid.number(), "rings", |agent| agent["state"] == "ringing");
    let taken = office.order(&json!({"type": "pick_up", "extension": office.omid.number()}), "done");
    let picked = ami.until("the PBX says that it was picked up", SOON, |block| block.get("Event") == "Pickup");
    assert!(picked.get("Channel").starts_with(&format!("PJSIP/{}-", office.sara.number())), "{picked:?}");
    assert_eq!(office.omid.until_ended(&rings).reason, "answered_elsewhere");
    let call = taken["call"].as_str().expect("it is on this desk").to_owned();
    office.sara.until_active(&call);
    let card =
        office.sara.until_card("it has a card of the caller", |card| card["call"] == call && card["number"] == ANNA);
    assert_eq!((&card["state"], &card["direction"]), (&json!("active"), &json!("inbound")), "{card}");
    assert_eq!(office.sara.shown().cards.len(), 1, "one call, one card");
    office.sara.hang_up(&call);
    office.pbx.until_quiet(SOON);
}

#[test]
fn ones_own_desk_phone_is_answered_from_the_screen() {
    // The desk phone is 103's: one that rings, and answers by itself what asks for it.
    let pbx = Pbx::start(&[]);
    let [omid] = pbx.agents();
    let phone = Desk::start(Settings::of(pbx.account("103", "udp")));
    let settings = format!("{}desk_phone = \"103\"\n[cards]\nextensions = [\"1xx\"]\n", pbx.manager("ringside"));
    let more = format!("{settings}[floor]\nagents = [\"103\"]\n");
    let sara = Desk::start(Settings::of(pbx.account("102", "udp")).with(&more));
    let omid = Desk::start(Settings::of(omid).hears());
    sara.until_manager_is_there();
    let mut ami = pbx.ami();
    let call = omid.dial(phone.number());
    sara.until_agent("103", "rings", |agent| agent["state"] == "ringing");
    let made = sara.must(&json!({"type": "pick_up", "extension": "103"}));
    let id = made["order"].as_str().expect("an order").to_owned();
    ami.until("the desk phone picks itself up", SOON, |block| block.get("Event") == "Pickup");
    sara.until("it is done", SOON, |shown| shown.orders.get(&id).filter(|order| order["state"] == "done").cloned());
    omid.until_active(&call);
    omid.hang_up(&call);
    pbx.until_quiet(SOON);
}

#[test]
fn nothing_rings_there_is_a_sentence() {
    let office = Office::open();
    office.fails_with(&json!({"type": "pick_up", "extension": office.omid.number()}), "nothing_to_pick_up");
    office.pbx.until_quiet(SOON);
}

#[test]
fn a_recording_is_heard_on_the_headset() {
    let office = Office::open();
    let call = office.omid.dial(office.sara.number());
    let incoming = office.sara.rings();
    office.sara.answer(&incoming);
    office.sara.until_hears(OMID_HZ);
    let said = office.sara.heard().seconds();
    office.sara.until_heard("two seconds of it", |heard| heard.seconds() > said + 2.0);
    office.omid.hang_up(&call);
    office.sara.until_ended(&incoming);
    office.pbx.until_quiet(SOON);
    let page = office.sara.api().until_history("", |page| page["calls"][0]["recording"].is_string());
    let recording = page["calls"][0]["recording"].clone();
    office.sara.until_silent(OMID_HZ);
    let order = office.order(&json!({"type": "play_recording", "recording": recording}), "done");
    assert_eq!(order["kind"], "play_recording", "{order}");
    office.sara.until_hears(OMID_HZ);
    let cards = office.sara.shown().cards.values().filter(|card| card["state"] == "active").count();
    assert_eq!(cards, 0, "a recording has no card");
    office.pbx.until_quiet(Duration::from_secs(30));
}

#[test]
fn a_recording_that_is_not_there_or_elsewhere_is_a_sentence() {
    let office = Office::open();
    office.fails_with(&json!({"type": "play_recording", "recording": "20200101-nobody"}), "recording_missing");
    for bad in ["../../etc/passwd", "/etc/passwd", "a\r\nAction: Originate", "a&b", "a,b|c", ""] {
        office.fails_with(&json!({"type": "play_recording", "recording": bad}), "bad_recording");
    }
    office.pbx.until_quiet(SOON);
}

#[test]
fn each_way_to_fail_has_its_sentence() {
    let office = Office::open();
    // Of the far end: the phone here has answered by itself.
    assert_eq!(office.fails("89990000002"), "far_busy");
    assert_eq!(office.fails("89990000008"), "far_declined");
    assert_eq!(office.fails("89990000004"), "number_not_found");
    assert_eq!(office.fails("89990000005"), "pbx_congestion");
    assert_eq!(office.fails("84952294989"), "trunk_down");
    // No such number in the dialplan: refused at once.
    assert_eq!(office.fails("99999"), "number_not_found");
    office.pbx.until_quiet(SOON);
}

#[test]
fn the_phone_that_is_rung_first_may_be_busy_refuse_or_be_away() {
    for (phone, code) in [("104", "phone_not_registered"), ("busy", "phone_busy"), ("declines", "phone_declined")] {
        let pbx = Pbx::start(&[]);
        let [other, own] = pbx.agents();
        // Else it would do as the PBX asks, and answer by itself.
        let desk_phone = (phone != "104").then(|| Desk::start(Settings::of(other.clone().auto_answer("off"))));
        let number = desk_phone.as_ref().map_or("104", |desk| desk.number()).to_owned();
        let settings = format!("{}dial = \"pbx\"\ndesk_phone = \"{number}\"\n", pbx.manager("ringside"));
        let sara = Desk::start(Settings::of(own).with(&settings));
        sara.until_manager_is_there();
        if let Some(desk) = &desk_phone
            && phone == "busy"
        {
            desk.must(&json!({"type": "set_do_not_disturb", "on": true}));
        }
        sara.must(&json!({"type": "dial", "target": "700"}));
        if let Some(desk) = &desk_phone
            && phone == "declines"
        {
            let rings = desk.rings();
            desk.decline(&rings, "decline");
        }
        let failed = sara.until(&format!("{phone}: it fails"), SOON, |shown| {
            shown.log.iter().map(|change| &change["origination"]).find(|o| o["state"] == "failed").cloned()
        });
        assert_eq!(failed["trouble"]["code"], code, "{failed}");
        pbx.until_quiet(SOON);
    }
}

#[test]
fn what_a_user_of_the_pbx_may_not_do_is_greyed_out() {
    let office = Office::with("ringside-min", "[floor]\nagents = [\"100-199\"]\n");
    let powers = office
        .sara
        .until_part("powers", "the PBX has said what may be done", |powers| powers["pause"]["why"].is_object());
    assert_eq!(powers["pause"]["why"]["code"], "power_missing", "{powers}");
    assert_eq!(powers["spy"]["allowed"], true, "{powers}");
    // What is allowed works for it all the same.
    let call = office.omid.dial("701");
    office.omid.until_active(&call);
    office.sara.until_agent(office.omid.number(), "is in a call", |agent| agent["party"]["number"] == "701");
    office.sara.must(&json!({"type": "supervise", "extension": office.omid.number(), "mode": "spy"}));
    office.sara.until_part("supervision", "it listens", |now| now["state"] == "active");
    office.sara.until_hears(1004.0);
    office.sara.must(&json!({"type": "stop_supervising"}));
    office.sara.until_part("supervision", "it is over", Value::is_null);
}

const SARA_HZ: f64 = 600.0;
const OMID_HZ: f64 = 900.0;
const ANNA: &str = "79161112233";
