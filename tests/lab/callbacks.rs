//! Promises to call back at a real PBX: how they come about, how they are kept, and what a crash in the middle leaves of them.
//!
//! Anna calls from outside. Who is called outside is the desk that has registered as the trunk.

use std::time::{Duration, Instant};

use kit::{Ami, Baresip, Desk, Line, Pbx, SOON, Settings, Sound};
use serde_json::{Value, json};

struct Office {
    pbx: Pbx,
    outside: Desk,
    desk: Desk,
}

impl Office {
    /// A desk that knows the PBX by SIP alone.
    fn by_sip(callbacks: &str) -> Self {
        Self::with(|_| callbacks.to_owned())
    }

    /// One that has its manager interface, too.
    fn by_manager(callbacks: &str) -> Self {
        Self::over_a_line("softphone", callbacks).0
    }

    /// The same, by a line that can be cut; who dials for an agent who is called first is the `softphone` or the `pbx`.
    fn over_a_line(dial: &str, callbacks: &str) -> (Self, Line) {
        let mut line = None;
        let office = Self::with(|pbx| {
            let made = line.insert(pbx.manager_line());
            let manager = pbx.manager_at("ringside", made.address());
            format!("{manager}trunk = \"trunk\"\ndial = \"{dial}\"\n{callbacks}")
        });
        office.desk.until_manager_is_there();
        (office, line.expect("it was made"))
    }

    fn with(more: impl FnOnce(&Pbx) -> String) -> Self {
        let pbx = Pbx::start(&[]);
        let outside = Settings::of(pbx.account("trunk", "udp")).says(Sound::tone(OUTSIDE_HZ, 300.0)).hears();
        let desk = Settings::of(pbx.agent()).says(Sound::tone(AGENT_HZ, 300.0)).hears();
        let desk = desk.with(&more(&pbx)).with("[cards]\nextensions = [\"1xx\", \"5xx\"]");
        let (outside, desk) = (Desk::start(outside), Desk::start(desk));
        until_callbacks_are_read(&desk);
        Self { pbx, outside, desk }
    }

    /// Somebody at this desk promises to call her.
    fn promised(&self) -> String {
        let made = self.desk.must(&json!({"type": "request_callback", "number": ANNA}));
        made["callback"].as_str().unwrap_or_else(|| panic!("a callback, not {made}")).to_owned()
    }

    fn call(&self, callback: &str) {
        self.desk.must(&json!({"type": "call_callback", "callback": callback}));
    }

    fn until(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.desk.until(what, SOON, |shown| shown.callbacks.values().find(|one| fits(one)).cloned())
    }

    fn until_results(&self, results: &[&str]) -> Value {
        self.until(&format!("the attempts are {results:?}"), |one| {
            one["state"] != "calling" && self::results(one) == results
        })
    }

    fn until_closed(&self, outcome: &str) -> Value {
        self.until(&format!("it is closed, {outcome}"), |one| one["state"] == "closed" && one["outcome"] == outcome)
    }

    fn queue_has(&self, waiting: usize) {
        self.desk.until(&format!("{waiting} wait"), SOON, |shown| {
            shown.queues.get("support").filter(|queue| queue["waiting_count"] == waiting).map(drop)
        });
    }

    fn they_talk(&self) {
        self.outside.until_hears(AGENT_HZ);
        self.desk.until_hears(OUTSIDE_HZ);
    }

    /// How often the PBX called outside since this was asked last, once nothing goes on any more.
    fn called_outside(&self, ami: &mut Ami) -> usize {
        self.pbx.until_quiet(SOON);
        let is_call = |event: &&kit::ami::Block| {
            event.get("Event") == "Newchannel" && event.get("Channel").starts_with("PJSIP/trunk-")
        };
        ami.so_far().iter().filter(is_call).count()
    }
}

#[test]
fn a_missed_call_is_due_in_a_moment() {
    let office = Office::by_sip("[callbacks]\nfrom_missed = true\ndue_after = 1\n");
    let _anna = Baresip::call_in(&office.pbx, "Anna Northwind", ANNA, office.desk.number());
    office.desk.rings();
    assert!(office.desk.shown().callbacks.is_empty(), "it rings still");
    office.pbx.cli("channel request hangup all");
    let made = office.until("there is a callback", |_| true);
    assert_eq!(
        (&made["reason"], &made["state"], &made["name"]),
        (&json!("missed"), &json!("open"), &json!("Anna Northwind"))
    );
    assert!(is_annas(&made), "{made}");
    let due = office.until("it is due", |one| one["is_due"] == true);
    assert_eq!(due["id"], made["id"]);
    let told = office
        .desk
        .until("that is told", SOON, |shown| shown.log.iter().find(|change| change["type"] == "callback_due").cloned());
    assert_eq!(told["callback"], made["id"], "{told}");
}

#[test]
fn a_call_that_was_answered_is_not_called_back() {
    let office = Office::by_sip("[callbacks]\nfrom_missed = true\ndue_after = 1\n");
    for is_answered in [true, false] {
        let number = if is_answered { ANNA } else { "79162223344" };
        let _caller = Baresip::call_in(&office.pbx, "Anna Northwind", number, office.desk.number());
        let call = office.desk.rings();
        if is_answered {
            office.desk.answer(&call);
            office.desk.until_active(&call);
        }
        office.pbx.cli("channel request hangup all");
        office.desk.until_ended(&call);
    }
    // The second one came later, so nothing is to come of the first.
    let made = office.until("the missed one is to be called back", |one| !is_annas(one));
    assert_eq!(office.desk.shown().callbacks.len(), 1, "{made}");
}

#[test]
fn who_gives_up_in_a_queue_is_called_back_once() {
    let office = Office::by_manager("[callbacks]\nfrom_abandoned = true\ndue_after = 0\n");
    for already in 0..2 {
        let _anna = Baresip::call_in(&office.pbx, "Anna Northwind", ANNA, "500");
        office.queue_has(1);
        assert_eq!(office.desk.shown().callbacks.len(), already, "while she waits there is nothing new");
        office.pbx.cli("channel request hangup all");
        let made = office.until("she is to be called back, and it is due", |one| one["is_due"] == true);
        assert_eq!((&made["reason"], &made["queue"]), (&json!("abandoned"), &json!("support")), "{made}");
        assert!(is_annas(&made), "{made}");
        office.queue_has(0);
        assert_eq!(office.desk.shown().callbacks.len(), 1, "one for each number and queue");
    }
}

#[test]
fn the_agent_dials_and_they_are_reached() {
    let office = Office::by_sip("");
    let callback = office.promised();
    office.desk.must(&json!({"type": "claim_callback", "callback": callback}));
    let mine = office.until("it is mine", |one| one["state"] == "claimed" && one["is_mine"] == true);
    assert_eq!(mine["claimed_by"], office.desk.number(), "{mine}");
    office.call(&callback);
    let call = office.outside.rings();
    let calling = office.until("it is being called", |one| one["state"] == "calling" && one["call"].is_string());
    assert_eq!(results(&calling), ["calling"], "{calling}");
    office.outside.answer(&call);
    office.they_talk();
    let answered = office.until("the answer is kept at once", |one| results(one) == ["answered"]);
    assert_eq!(answered["state"], "calling", "{answered}");
    office.outside.hang_up(&call);
    office.until_closed("reached");
    assert_eq!(office.outside.shown().calls.len(), 1, "once");
    office.pbx.until_quiet(SOON);
}

#[test]
fn the_pbx_rings_the_agent_first_and_tells_that_they_were_reached() {
    let (office, _line) = Office::over_a_line("pbx", "");
    let callback = office.promised();
    office.call(&callback);
    let call = office.outside.rings();
    let calling = office.until("the agent's half has answered by itself", |one| one["call"].is_string());
    assert_eq!(results(&calling), ["calling"], "and that says nothing of the customer: {calling}");
    office.outside.answer(&call);
    office.they_talk();
    office.outside.hang_up(&call);
    let closed = office.until_closed("reached");
    assert_eq!(results(&closed), ["answered"], "{closed}");
    assert_eq!(office.outside.shown().calls.len(), 1, "once");
    office.pbx.until_quiet(SOON);
}

#[test]
fn who_is_busy_or_does_not_answer_is_tried_again_later_as_often_as_the_settings_say() {
    let office = Office::by_sip("[callbacks]\nattempts = 2\nretry_after = 2\n");
    let callback = office.promised();
    office.call(&callback);
    let call = office.outside.rings();
    office.outside.decline(&call, "busy");
    let busy = office.until_results(&["busy"]);
    assert_eq!((&busy["state"], &busy["is_due"]), (&json!("claimed"), &json!(false)), "{busy}");
    assert!(busy["due_at"].as_str() > busy["created_at"].as_str(), "later: {busy}");
    office.until("its time has come again", |one| one["is_due"] == true);
    assert_eq!(office.outside.shown().calls.len(), 1, "nobody has asked for the second call yet");

    office.call(&callback);
    let _rings = office
        .outside
        .until("it rings again", SOON, |shown| shown.calls.values().find(|call| call["state"] == "ringing").cloned());
    let calling = office.until("it is being called", |one| one["call"].is_string());
    office.desk.hang_up(calling["call"].as_str().expect("a call"));
    let closed = office.until_closed("gave_up");
    assert_eq!(results(&closed), ["busy", "no_answer"], "{closed}");
    assert!(office.desk.shown().notices.iter().any(|notice| notice["code"] == "callback_gave_up"), "it is told");
    office.pbx.until_quiet(SOON);
}

#[test]
fn the_customer_first_and_the_agent_once_they_have_answered() {
    let office = Office::by_manager("[callbacks]\norder = \"customer_first\"\n");
    let callback = office.promised();
    office.call(&callback);
    let call = office.outside.rings();
    assert!(office.desk.shown().calls.is_empty(), "the agent's telephone is quiet");
    let channels = office.pbx.cli("core show channels");
    assert!(!channels.contains(&format!("PJSIP/{}-", office.desk.number())), "{channels}");
    office.outside.answer(&call);
    let rings = office.desk.rings();
    assert_eq!(office.desk.shown().calls[&rings]["peer"]["number"], ANNA, "it says who it is");
    let mine = office.outside.shown().calls[&call]["peer"]["number"].clone();
    assert_ne!(mine, ANNA, "and is not told to the customer");
    assert_eq!(results(&office.until("it is being called", |one| one["state"] == "calling")), ["calling"]);
    office.desk.answer(&rings);
    office.they_talk();
    office.until_closed("reached");
    office.desk.hang_up(&rings);
    office.outside.until_ended(&call);
    assert_eq!(office.outside.shown().calls.len(), 1, "once");
    office.pbx.until_quiet(SOON);
}

#[test]
fn a_customer_who_is_called_first_may_be_busy_or_find_nobody() {
    let office = Office::by_manager("[callbacks]\norder = \"customer_first\"\nattempts = 5\n");
    let callback = office.promised();
    office.call(&callback);
    let call = office.outside.rings();
    office.outside.decline(&call, "busy");
    office.until_results(&["busy"]);
    office.outside.until_ended(&call);

    office.call(&callback);
    let call = office.outside.until("it rings again", SOON, |shown| {
        shown.calls.iter().find(|(_, call)| call["state"] == "ringing").map(|(id, _)| id.clone())
    });
    office.outside.answer(&call);
    let rings = office.desk.rings();
    office.desk.decline(&rings, "busy");
    office.until_results(&["busy", "failed"]);
    office.outside.until_ended(&call);
    office.pbx.until_quiet(SOON);
}

#[test]
fn whoever_a_colleague_spoke_with_is_not_called_again() {
    for is_called in [true, false] {
        let office = Office::by_manager("");
        let colleague = Desk::start(Settings::of(office.pbx.account("102", "udp")));
        let callback = office.promised();
        let _anna = if is_called {
            colleague.dial(ANNA);
            let call = office.outside.rings();
            office.outside.answer(&call);
            office.outside.until_active(&call);
            office.outside.hang_up(&call);
            None
        } else {
            let anna = Baresip::call_in(&office.pbx, "Anna Northwind", ANNA, colleague.number());
            colleague.answer(&colleague.rings());
            Some(anna)
        };
        let closed = office.until_closed("reached_elsewhere");
        assert_eq!((&closed["id"], results(&closed).len()), (&json!(callback), 0), "{closed}");
        let refused = office.desk.ask(&json!({"type": "call_callback", "callback": callback}));
        assert_eq!(refused.expect_err("there is nobody to call").code, "callback_closed");
    }
}

#[test]
fn a_crash_in_the_middle_of_an_attempt_makes_no_second_call() {
    for order in ["agent_first", "customer_first"] {
        // It would be called by itself if anybody believed that nothing had come of it.
        let rules = format!("[callbacks]\norder = \"{order}\"\nat_due = \"call\"\nretry_after = 1\n");
        let mut office = Office::by_manager(&rules);
        let mut ami = office.pbx.ami();
        let callback = office.promised();
        office.desk.must(&json!({"type": "claim_callback", "callback": callback}));
        let call = office.outside.rings();
        office.desk = office.desk.crash_and_start_again();
        office.desk.until_registration("registered", SOON);
        office.desk.until_manager_is_there();
        let kept = office.until_results(&["interrupted"]);
        assert_eq!((&kept["id"], &kept["state"]), (&json!(callback), &json!("claimed")), "{order}: {kept}");
        office.outside.decline(&call, "busy");
        // By the time that another call has come and gone it would have been called, had it been going to.
        let other = office.desk.dial("713");
        office.desk.until_ended(&other);
        assert_eq!(office.called_outside(&mut ami), 1, "{order}: calls to that number");

        office.desk.must(&json!({"type": "call_callback", "callback": callback, "order": "agent_first"}));
        let again = office.outside.until("the agent wants it, so it rings again", SOON, |shown| {
            shown.calls.iter().find(|(_, call)| call["state"] == "ringing").map(|(id, _)| id.clone())
        });
        office.outside.answer(&again);
        office.outside.until_active(&again);
        office.outside.hang_up(&again);
        let closed = office.until_closed("reached");
        assert_eq!(results(&closed), ["interrupted", "answered"], "{order}: {closed}");
        assert_eq!(office.called_outside(&mut ami), 1, "{order}: one more, and no other");
    }
}

#[test]
fn a_line_that_breaks_in_the_middle_of_an_attempt_makes_no_second_call() {
    for (order, dial) in [("customer_first", "softphone"), ("agent_first", "pbx")] {
        // It would be called by itself if anybody believed that nothing had come of it.
        let rules = format!("[callbacks]\norder = \"{order}\"\nat_due = \"call\"\nretry_after = 1\n");
        let (office, line) = Office::over_a_line(dial, &rules);
        let mut ami = office.pbx.ami();
        let callback = office.promised();
        // The PBX does as it is asked, and its answer is lost.
        line.fall_silent_after(0);
        office.desk.must(&json!({"type": "claim_callback", "callback": callback}));
        let call = office.outside.rings();
        line.cut();
        line.speak();
        if order == "customer_first" {
            let kept = office.until_results(&["interrupted"]);
            assert_eq!((&kept["state"], &kept["is_due"]), (&json!("claimed"), &json!(true)), "{kept}");
            assert!(office.desk.shown().notices.iter().any(|notice| notice["code"] == "pbx_connection_lost"));
        }
        office.desk.until_part("floor", "the floor is live", |floor| floor["live"] == true);
        office.outside.answer(&call);
        if order == "customer_first" {
            office.desk.answer(&office.desk.rings());
        }
        office.they_talk();
        office.outside.hang_up(&call);
        let over = office.until(&format!("{order}: it is over"), |one| one["state"] != "calling");
        match results(&over).as_slice() {
            ["answered"] => assert_eq!(over["outcome"], "reached", "{over}"),
            // The PBX need not tell the beginning of a call that began unseen: it is the agent's to say.
            other => assert_eq!((order, other), ("agent_first", ["interrupted"].as_slice()), "{over}"),
        }
        assert_eq!(office.called_outside(&mut ami), 1, "{order}: calls to that number");
    }
}

#[test]
fn who_asks_on_a_web_site_is_called() {
    let office = Office::by_sip("");
    let ask = || {
        let form = [
            ("number", "+7 916 111-22-33"),
            ("name", "Anna Northwind"),
            ("note", "about the order"),
            ("key", "form-7"),
        ];
        let answer = ureq::post(format!("{}/callback", office.desk.webhook())).send_form(form);
        assert_eq!(answer.expect("the receiver takes it").status(), 200);
    };
    ask();
    let made = office.until("it is due at once", |one| one["is_due"] == true);
    assert_eq!((&made["reason"], &made["note"]), (&json!("requested"), &json!("about the order")), "{made}");
    office.call(made["id"].as_str().expect("an id"));
    let call = office.outside.rings();
    office.outside.answer(&call);
    office.they_talk();
    office
        .desk
        .hang_up(office.until("its call is shown", |one| one["call"].is_string())["call"].as_str().expect("a call"));
    let closed = office.until_closed("reached");
    assert_eq!((&closed["id"], &closed["name"]), (&made["id"], &json!("Anna Northwind")), "{closed}");
    // A form that is sent twice.
    ask();
    assert_eq!(office.desk.shown().callbacks.len(), 1, "the same wish");
    assert_eq!(office.outside.shown().calls.len(), 1, "once");
}

/// What stood in the journal comes first. A number that nobody has is refused for that only afterwards.
fn until_callbacks_are_read(desk: &Desk) {
    let end = Instant::now() + SOON;
    let asked = || desk.ask(&json!({"type": "request_callback", "number": "anonymous"}));
    while asked().expect_err("nobody can be called there").code == "callbacks_not_read" {
        assert!(Instant::now() < end, "the journal is read within {SOON:?}");
        // Nothing tells of it: there is nothing to be woken by.
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn results(callback: &Value) -> Vec<&str> {
    let attempts = callback["attempts"].as_array().into_iter().flatten();
    attempts.filter_map(|attempt| attempt["result"].as_str()).collect()
}

fn is_annas(callback: &Value) -> bool {
    callback["number"].as_str().is_some_and(|number| number.ends_with("9161112233"))
}

const OUTSIDE_HZ: f64 = 1300.0;
const AGENT_HZ: f64 = 600.0;
const ANNA: &str = "79161112233";
