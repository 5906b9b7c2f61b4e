//! Caller cards at a real PBX: a group and a queue ring two desks, one takes the call, and the CRM is told once.
//!
//! Each story is told twice: the desks hear of the call by webhooks, or by the manager interface.

use std::time::Duration;

use kit::{Baresip, Crm, Desk, Pbx, Relay, SOON, Settings};
use serde_json::{Value, json};

/// Sara is 101, Omid is 102; both are in the ring group and in the queue.
struct Floor {
    pbx: Pbx,
    crm: Crm,
    sara: Desk,
    omid: Desk,
    _relay: Option<Relay>,
}

impl Floor {
    fn by_webhooks() -> Self {
        let floor = Self::with(|_| String::new());
        let relay = Relay::start(&floor.pbx, [floor.sara.webhook(), floor.omid.webhook()]);
        Self { _relay: Some(relay), ..floor }
    }

    fn by_manager() -> Self {
        let floor = Self::with(|pbx| {
            let (host, port) = (pbx.setting("BIND"), pbx.setting("AMI_PORT"));
            format!(
                "[pbx]\ndriver = \"ami\"\naddress = \"{host}:{port}\"\nusername = \"ringside-all\"\nsecret = \"secret-ami\"\n"
            )
        });
        for desk in [&floor.sara, &floor.omid] {
            desk.until_manager_is_there();
        }
        floor
    }

    fn with(more: impl Fn(&Pbx) -> String) -> Self {
        let (pbx, crm) = (Pbx::start(&[]), Crm::start());
        let desk = |name: &str| {
            let settings = Settings::of(pbx.account(name, "udp")).with(&crm.settings()).with(&more(&pbx));
            Desk::start(settings.with("[cards]\nextensions = [\"1xx\", \"201\", \"5xx\", \"6xx\", \"7xx\"]"))
        };
        let (sara, omid) = (desk("101"), desk("102"));
        Self { pbx, crm, sara, omid, _relay: None }
    }

    /// Somebody outside calls this extension.
    fn called_from_outside(&self, extension: &str) -> Baresip {
        Baresip::call_in(&self.pbx, "Anna Northwind", ANNA, extension)
    }

    fn hang_up_all(&self) {
        self.pbx.cli("channel request hangup all");
    }
}

#[test]
fn a_group_rings_two_desks_and_one_takes_it_told_by_webhooks() {
    a_group_rings_two_desks_and_one_takes_it(&Floor::by_webhooks());
}

#[test]
fn a_group_rings_two_desks_and_one_takes_it_told_by_the_manager() {
    a_group_rings_two_desks_and_one_takes_it(&Floor::by_manager());
}

fn a_group_rings_two_desks_and_one_takes_it(floor: &Floor) {
    floor
        .crm
        .knows(ANNA, json!({"id": "c7", "name": "Anna Northwind-Berg", "company": "Northwind", "segment": "gold"}));
    let _anna = floor.called_from_outside("600");
    for desk in [&floor.sara, &floor.omid] {
        let card = desk.until_card("a card says who calls", |card| {
            card["state"] == "ringing" && card["name"] == "Anna Northwind-Berg" && card["call"].is_string()
        });
        assert_eq!(card["number"], ANNA, "{card}");
        assert_eq!(card["company"], "Northwind", "{card}");
        assert_eq!(live_cards(desk), 1, "the call on this desk and the event are one card");
    }
    floor.omid.answer(&floor.omid.rings());
    floor.omid.until_card("the card of who took it is active", |card| card["state"] == "active");
    // The telephone knows first that somebody else has it, the PBX's event says who.
    floor.sara.until_card("the other hears who took it", |card| card["state"] == "taken" && card["taken_by"] == "102");
    floor.omid.must(&json!({"type": "note", "text": "wants an offer"}));
    floor.hang_up_all();
    floor.omid.until_card("the card is over", |card| card["state"] == "ended" && card["outcome"] == "answered");

    let told = floor.crm.until_told("the CRM is told", Duration::from_secs(30), |told| told.first().cloned());
    assert_eq!(told.body["extension"], "102", "{told:?}");
    assert_eq!(told.body["number"], ANNA, "{told:?}");
    assert_eq!(told.body["direction"], "in", "{told:?}");
    assert_eq!(told.body["note"], "wants an offer", "{told:?}");
    assert!(told.body["duration_ms"].is_number(), "{told:?}");
    floor.omid.until_card("the card says that the CRM knows", |card| card["registration"] == "done");
    assert_eq!(floor.crm.told().len(), 1, "once, and not by the desk that lost it");
    let page = floor.sara.api().history("");
    assert_eq!(page["calls"][0]["outcome"], "taken", "{page}");
    let page = floor.omid.api().history("anna");
    assert_eq!(page["calls"][0]["outcome"], "answered", "{page}");
    assert_eq!(page["calls"][0]["note"], "wants an offer", "{page}");
}

#[test]
fn a_queue_is_named_on_the_card_told_by_webhooks() {
    let floor = Floor::by_webhooks();
    a_queue_rings_two_desks_and_one_takes_it(&floor);
}

#[test]
fn a_queue_and_the_wait_in_it_are_on_the_card_told_by_the_manager() {
    let floor = Floor::by_manager();
    let card = a_queue_rings_two_desks_and_one_takes_it(&floor);
    assert!(card["waited_ms"].is_number(), "how long the caller waited: {card}");
}

fn a_queue_rings_two_desks_and_one_takes_it(floor: &Floor) -> Value {
    // A queue learns of a registration some moments after the phone.
    floor.pbx.until_cli("queue show support", "two members can be called", SOON, |said| {
        said.lines().filter(|line| line.contains("(Not in use)")).count() >= 2
    });
    let _anna = floor.called_from_outside("500");
    for desk in [&floor.sara, &floor.omid] {
        desk.until_card("the card names the queue", |card| {
            card["state"] == "ringing" && card["queue"] == "support" && card["call"].is_string()
        });
    }
    floor.sara.answer(&floor.sara.rings());
    let card = floor.sara.until_card("the card is active", |card| card["state"] == "active");
    assert_eq!(card["queue"], "support", "{card}");
    floor.omid.until_card("the other is told or rid of it", |card| card["state"] == "taken");
    floor.hang_up_all();
    let told = floor.crm.until_told("the CRM is told", Duration::from_secs(30), |told| told.first().cloned());
    assert_eq!((&told.body["extension"], &told.body["queue"]), (&json!("101"), &json!("support")), "{told:?}");
    card
}

#[test]
fn a_call_that_nobody_takes_is_missed_and_not_registered() {
    let floor = Floor::by_webhooks();
    let _anna = floor.called_from_outside("600");
    floor.sara.until_card("it rings", |card| card["state"] == "ringing");
    floor.hang_up_all();
    for desk in [&floor.sara, &floor.omid] {
        desk.until_card("it was missed", |card| card["state"] == "ended" && card["outcome"] == "missed");
        desk.until_no_call();
    }
    // What comes next is registered, so whatever would have been told of the first one was told before.
    let _again = floor.called_from_outside("600");
    floor.sara.answer(&floor.sara.rings());
    floor.sara.until_card("it is up", |card| card["state"] == "active");
    floor.hang_up_all();
    floor.crm.until_told("the second is told", Duration::from_secs(30), |told| told.first().cloned());
    assert_eq!(floor.crm.told().len(), 1, "{:?}", floor.crm.told());
}

#[test]
fn colleagues_who_call_each_other_are_no_business_of_the_crm() {
    let floor = Floor::by_webhooks();
    let call = floor.omid.dial("101");
    let card = floor.sara.until_card("it rings, and the card says who", |card| card["state"] == "ringing");
    assert_eq!(card["number"], "102", "{card}");
    floor.sara.answer(&floor.sara.rings());
    floor.omid.until_active(&call);
    floor.omid.hang_up(&call);
    floor.sara.until_card("it is over", |card| card["state"] == "ended");
    let _anna = floor.called_from_outside("101");
    floor.sara.answer(&floor.sara.rings());
    floor.sara.until_card("somebody outside is on the line", |card| card["state"] == "active");
    floor.hang_up_all();
    let told =
        floor.crm.until_told("only of this one the CRM is told", Duration::from_secs(30), |t| t.first().cloned());
    assert_eq!(told.body["number"], ANNA, "{told:?}");
    assert_eq!(floor.crm.told().len(), 1, "{:?}", floor.crm.told());
}

fn live_cards(desk: &Desk) -> usize {
    desk.api().snapshot()["cards"].as_array().map_or(0, Vec::len)
}

const ANNA: &str = "79161112233";
