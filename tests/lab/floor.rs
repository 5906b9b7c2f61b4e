//! The floor at a real PBX: what is shown of colleagues and queues, and how soon it is right again after an outage.

use std::time::{Duration, Instant};

use kit::{Baresip, Desk, Line, Pbx, SOON, Settings};
use serde_json::{Value, json};

/// 101 and 102 are agents of the queue 500 (`support`), 201 looks at them.
struct Floor {
    pbx: Pbx,
    sara: Desk,
    omid: Desk,
    supervisor: Desk,
}

impl Floor {
    fn by_manager() -> Self {
        let floor = Self::with(|pbx| pbx.manager("ringside"));
        floor.supervisor.until_manager_is_there();
        floor
    }

    /// By a manager interface whose line can be cut.
    fn over_a_line() -> (Self, Line) {
        let mut line = None;
        let floor = Self::with(|pbx| {
            let made = line.insert(pbx.manager_line());
            pbx.manager_at("ringside", made.address())
        });
        floor.supervisor.until_manager_is_there();
        (floor, line.expect("it was made"))
    }

    fn with(more: impl FnOnce(&Pbx) -> String) -> Self {
        let pbx = Pbx::start(&[]);
        let desk = |name: &str| Settings::of(pbx.account(name, "udp"));
        let supervisor = desk("201").with(&more(&pbx)).with("[cards]\nextensions = [\"1xx\", \"201\", \"5xx\"]");
        let supervisor = supervisor.with("[floor]\nagents = [\"101-103\"]\n");
        let (sara, omid) = (Desk::start(desk("101")), Desk::start(desk("102")));
        let supervisor = Desk::start(supervisor);
        Self { pbx, sara, omid, supervisor }
    }

    fn until(&self, extension: &str, state: &str) -> Value {
        self.supervisor.until_agent(extension, &format!("is {state}"), |agent| agent["state"] == state)
    }
}

#[test]
fn a_call_is_seen_from_ring_to_end() {
    let floor = Floor::by_manager();
    floor.until("101", "free");
    floor.until("102", "free");
    floor.until("103", "not_registered");
    let _anna = Baresip::call_in(&floor.pbx, "Anna Northwind", ANNA, "101");
    let rings = floor.until("101", "ringing");
    assert_eq!(rings["party"]["number"], ANNA, "{rings}");
    assert_eq!(rings["direction"], "inbound", "{rings}");
    floor.sara.answer(&floor.sara.rings());
    let talks = floor.until("101", "talking");
    assert_eq!(talks["party"]["number"], ANNA, "{talks}");
    assert!(talks["since"].is_string(), "{talks}");
    floor.pbx.cli("channel request hangup all");
    let free = floor.until("101", "free");
    assert!(free["party"].is_null(), "{free}");
}

#[test]
fn a_queue_is_seen_with_who_waits_and_who_is_paused() {
    let floor = Floor::by_manager();
    let agent =
        floor.supervisor.until_agent("101", "works in the queue", |agent| agent["queues"] == json!(["support"]));
    assert!(agent["paused"].is_null(), "{agent}");
    for member in ["101", "102"] {
        floor.pbx.cli(&format!("queue pause member PJSIP/{member} queue support reason lunch"));
        let paused = floor.supervisor.until_agent(member, "is paused", |agent| agent["paused"]["reason"] == "lunch");
        assert!(paused["paused"]["since"].is_string(), "{paused}");
    }
    let _anna = Baresip::call_in(&floor.pbx, "Anna Northwind", ANNA, "500");
    let queue = floor.supervisor.until("somebody waits", SOON, |shown| {
        shown.queues.get("support").filter(|queue| queue["waiting_count"] == 1).cloned()
    });
    assert_eq!(queue["waiting"][0]["party"]["number"], ANNA, "{queue}");
    floor.pbx.cli("channel request hangup all");
    floor.supervisor.until("they gave up", SOON, |shown| {
        shown.queues.get("support").filter(|queue| queue["waiting_count"] == 0).cloned()
    });
    floor.pbx.cli("queue unpause member PJSIP/101 queue support");
    floor.supervisor.until_agent("101", "is back", |agent| agent["paused"].is_null());
}

#[test]
fn the_floor_is_seen_without_any_secret_of_the_pbx() {
    let floor = Floor::with(|_| "[floor]\nsource = \"dialogs\"\n".to_owned());
    floor.until("101", "free");
    let call = floor.omid.dial("101");
    let rings = floor.until("101", "ringing");
    floor.sara.answer(&floor.sara.rings());
    floor.until("101", "talking");
    floor.until("102", "talking");
    floor.omid.hang_up(&call);
    floor.until("101", "free");
    floor.until("102", "free");
    drop(rings);
}

#[test]
fn after_the_pbx_was_gone_the_floor_is_right_again() {
    let floor = Floor::by_manager();
    let call = floor.omid.dial("101");
    floor.sara.answer(&floor.sara.rings());
    floor.omid.until_active(&call);
    floor.until("101", "talking");
    floor.pbx.crash();
    floor.supervisor.until_part("floor", "what is shown may not hold", |floor| floor["live"] == false);
    floor.pbx.restart();
    floor.supervisor.until_part("floor", "the floor is live", |floor| floor["live"] == true);
    floor.supervisor.until("nobody talks on a PBX that has just begun", SOON, |shown| {
        let talks = |extension: &str| shown.agents.get(extension).is_some_and(|agent| agent["state"] == "talking");
        (!talks("101") && !talks("102")).then_some(())
    });
}

#[test]
fn a_connection_that_is_cut_loses_no_call_and_keeps_none() {
    let (floor, line) = Floor::over_a_line();
    let call = floor.omid.dial("101");
    floor.sara.answer(&floor.sara.rings());
    floor.until("101", "talking");
    // While nobody tells, the call ends and another one begins.
    line.fall_silent_after(0);
    floor.omid.hang_up(&call);
    let again = floor.omid.dial("103");
    line.cut();
    line.speak();
    floor.until("101", "free");
    floor.until("102", "free");
    drop(again);
    let third = floor.omid.dial("101");
    floor.until("101", "ringing");
    floor.omid.hang_up(&third);
    floor.until("101", "free");
}

#[test]
fn half_a_message_and_then_silence_is_noticed_and_mended() {
    let (floor, line) = Floor::over_a_line();
    floor.until("101", "free");
    line.fall_silent_after(40);
    let call = floor.omid.dial("101");
    let _rings = floor.sara.rings();
    floor.supervisor.until_part("floor", "the silence is noticed", |floor| floor["live"] == false);
    line.speak();
    floor.until("101", "ringing");
    floor.omid.hang_up(&call);
    floor.until("101", "free");
}

#[test]
fn ten_thousand_events_a_second_are_taken_in() {
    let (floor, line) = Floor::over_a_line();
    floor.until("101", "free");
    let began = Instant::now();
    let mut said = 0;
    while began.elapsed() < FLOOD {
        let due = began.elapsed().as_millis() as usize * 10;
        let mut text = String::new();
        while said < due {
            text += &noise(said);
            said += 1;
        }
        line.say(&text);
        std::thread::sleep(Duration::from_millis(5));
    }
    let connections = line.made();
    let call = floor.omid.dial("101");
    floor.until("101", "ringing");
    floor.omid.hang_up(&call);
    floor.until("101", "free");
    assert_eq!(line.made(), connections, "it was never given up for dead");
}

#[test]
fn a_secret_that_was_changed_is_said_and_works_once_it_is_back() {
    let (floor, line) = Floor::over_a_line();
    floor.until("101", "free");
    let conf = floor.pbx.config("manager.conf");
    let text = std::fs::read_to_string(&conf).expect("the PBX has it");
    std::fs::write(&conf, text.replace("secret = secret-ami", "secret = another")).expect("it can be changed");
    floor.pbx.cli("module reload manager");
    line.cut();
    floor.supervisor.until_part("floor", "it says that the secret is wrong", |floor| {
        floor["trouble"]["detail"].as_str().is_some_and(|detail| detail.contains("secret"))
    });
    std::fs::write(&conf, text).expect("it can be changed");
    floor.pbx.cli("module reload manager");
    floor.supervisor.until("the floor is live", Duration::from_secs(5), |shown| {
        (shown.part("floor")["live"] == true).then_some(())
    });
    floor.until("101", "free");
}

/// An event of a channel that comes and goes, of no agent.
fn noise(number: usize) -> String {
    let (id, kind) = (number / 2, if number.is_multiple_of(2) { "Newchannel" } else { "Hangup" });
    format!(
        "Event: {kind}\r\nPrivilege: call,all\r\nChannel: PJSIP/trunk-{id:08x}\r\nChannelState: 0\r\nUniqueid: noise.{id}\r\n\
         Linkedid: noise.{id}\r\nCause: 16\r\n\r\n"
    )
}

const FLOOD: Duration = Duration::from_secs(5);
const ANNA: &str = "79161112233";
