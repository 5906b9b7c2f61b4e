//! Promises to call back at a real PBX: how they come about, how they are kept, and what a crash in the middle leaves of them.
//!
//! Anna calls from outside. Who is called outside is the desk that has registered as the trunk.

use std::time::{Duration, Instant};

use kit::{Ami, Baresip, Desk, Line, Pbx, SOON, Settings, Sound, ami::Block};
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
        Self { pbx, outside, desk }
    }

    /// Somebody at this desk promises to call her.
    fn promised(&self) -> String {
        let end = Instant::now() + SOON;
        loop {
            match self.desk.ask(&json!({"type": "request_callback", "number": ANNA})) {
                Ok(made) => return made["callback"].as_str().expect("a callback").to_owned(),
                // What stood in the journal comes first, and nothing tells of that: there is nothing to be woken by.
                Err(refusal) if refusal.code == "callbacks_not_read" => {
                    assert!(Instant::now() < end, "the journal is read within {SOON:?}");
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(refusal) => panic!("she is to be called back, but: {refusal}"),
            }
        }
    }

    fn call_first(&self, callback: &str, order: &str) {
        self.desk.must(&json!({"type": "call_callback", "callback": callback, "order": order}));
    }

    fn call(&self, callback: &str) {
        self.desk.must(&json!({"type": "call_callback", "callback": callback}));
    }

    /// Waits until the newest callback fits: their ids stand in the order in which they were made.
    fn until(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.desk.until(what, SOON, |shown| shown.callbacks.values().next_back().filter(|one| fits(one)).cloned())
    }

    fn until_results(&self, results: &[&str]) -> Value {
        self.until(&format!("the attempts are {results:?}"), |one| {
            one["state"] != "calling" && self::results(one) == results
        })
    }

    fn until_closed(&self, callback: &str, outcome: &str) -> Value {
        self.until(&format!("it is closed, {outcome}"), |one| {
            one["id"] == callback && one["state"] == "closed" && one["outcome"] == outcome
        })
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
        let is_call =
            |event: &&Block| event.get("Event") == "Newchannel" && event.get("Channel").starts_with("PJSIP/trunk-");
        ami.so_far().iter().filter(is_call).count()
    }
}

#[test]
fn a_missed_call_is_due_in_a_moment_and_an_answered_one_is_none() {
    let office = Office::by_sip("[callbacks]\nfrom_missed = true\ndue_after = 1\n");
    for (name, number) in [("Boris Ostrov", "79162223344"), ("Anna Northwind", ANNA)] {
        let _caller = Baresip::call_in(&office.pbx, name, number, office.desk.number());
        let call = office.desk.rings();
        if number != ANNA {
            office.desk.answer(&call);
            office.desk.until_active(&call);
        }
        office.pbx.cli("channel request hangup all");
        office.desk.until_ended(&call);
        office.pbx.until_quiet(SOON);
    }
    let made = office.until("there is a callback", |_| true);
    assert_eq!((&made["reason"], &made["state"]), (&json!("missed"), &json!("open")), "{made}");
    assert_eq!((&made["name"], is_annas(&made)), (&json!("Anna Northwind"), true), "{made}");
    let due = office.until("it is due", |one| one["is_due"] == true);
    assert_eq!(due["id"], made["id"], "{due}");
    let told = office
        .desk
        .until("that is told", SOON, |shown| shown.log.iter().find(|change| change["type"] == "callback_due").cloned());
    assert_eq!(told["callback"], made["id"], "{told}");
    // The other one was earlier: whatever was to come of it would be there.
    assert_eq!(office.desk.shown().callbacks.len(), 1);
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
fn who_was_promised_a_call_and_who_asked_on_a_web_site_are_called() {
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
    office.until_closed(&callback, "reached");

    let ask = || {
        let form =
            [("number", "+7 916 111-22-33"), ("name", "Anna Northwind"), ("note", "my order"), ("key", "form-7")];
        let answer = ureq::post(format!("{}/callback", office.desk.webhook())).send_form(form);
        assert_eq!(answer.expect("the receiver takes it").status(), 200);
    };
    ask();
    let made = office.until("it is due at once", |one| one["is_due"] == true);
    assert_eq!((&made["reason"], &made["note"]), (&json!("requested"), &json!("my order")), "{made}");
    let web = made["id"].as_str().expect("an id");
    office.call(web);
    let call = office.outside.rings();
    office.outside.answer(&call);
    let calling = office.until("they answered", |one| one["call"].is_string() && results(one) == ["answered"]);
    office.desk.hang_up(calling["call"].as_str().expect("a call"));
    let closed = office.until_closed(web, "reached");
    assert_eq!(closed["name"], "Anna Northwind", "{closed}");
    // A form that is sent twice.
    ask();
    assert_eq!(office.desk.shown().callbacks.len(), 2, "the same wish");
    office.pbx.until_quiet(SOON);
    assert_eq!(office.outside.shown().calls.len(), 2, "each once");
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
    office.outside.rings();
    let calling = office.until("it is being called", |one| one["call"].is_string());
    office.desk.hang_up(calling["call"].as_str().expect("a call"));
    let closed = office.until_closed(&callback, "gave_up");
    assert_eq!(results(&closed), ["busy", "no_answer"], "{closed}");
    assert!(office.desk.shown().notices.iter().any(|notice| notice["code"] == "callback_gave_up"), "it is told");
    office.pbx.until_quiet(SOON);
}

#[test]
fn the_pbx_calls_the_customer_first_or_the_agent() {
    let (office, _line) = Office::over_a_line("pbx", "[callbacks]\nattempts = 5\n");
    let callback = office.promised();
    let customer_first = || office.call_first(&callback, "customer_first");
    customer_first();
    let call = office.outside.rings();
    office.outside.decline(&call, "busy");
    office.until_results(&["busy"]);
    // They answer, and nobody is there for them.
    customer_first();
    let call = office.outside.rings();
    office.outside.answer(&call);
    office.desk.decline(&office.desk.rings(), "busy");
    office.until_results(&["busy", "failed"]);
    office.outside.until_ended(&call);

    customer_first();
    let call = office.outside.rings();
    assert!(office.desk.shown().calls.values().all(|call| call["ended"].is_object()), "the agent's telephone is quiet");
    let channels = office.pbx.cli("core show channels");
    assert!(!channels.contains(&format!("PJSIP/{}-", office.desk.number())), "{channels}");
    office.outside.answer(&call);
    let rings = office.desk.rings();
    assert_eq!(office.desk.shown().calls[&rings]["peer"]["number"], ANNA, "it says who it is");
    assert_ne!(office.outside.shown().calls[&call]["peer"]["number"], ANNA, "and does not tell the customer that");
    office.until("both have to be there", |one| one["state"] == "calling");
    office.desk.answer(&rings);
    office.they_talk();
    office.until_closed(&callback, "reached");
    office.desk.hang_up(&rings);
    office.outside.until_ended(&call);

    let callback = office.promised();
    office.call_first(&callback, "agent_first");
    let call = office.outside.rings();
    let calling = office.until("the agent's half has answered by itself", |one| one["call"].is_string());
    assert_eq!(results(&calling), ["calling"], "and that says nothing of the customer: {calling}");
    office.outside.answer(&call);
    office.they_talk();
    office.outside.hang_up(&call);
    let closed = office.until_closed(&callback, "reached");
    assert_eq!(results(&closed), ["answered"], "{closed}");
    office.pbx.until_quiet(SOON);
    assert_eq!(office.outside.shown().calls.len(), 4, "each attempt is one call");
}

#[test]
fn whoever_a_colleague_spoke_with_is_not_called_again() {
    let office = Office::by_manager("");
    let colleague = Desk::start(Settings::of(office.pbx.account("102", "udp")));
    for is_called in [true, false] {
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
        let closed = office.until_closed(&callback, "reached_elsewhere");
        assert!(results(&closed).is_empty(), "{closed}");
        let refused = office.desk.ask(&json!({"type": "call_callback", "callback": callback}));
        assert_eq!(refused.expect_err("there is nobody to call").code, "callback_closed");
    }
}

/// It would be called by itself if anybody believed that nothing had come of an attempt.
fn at_once(order: &str) -> String {
    format!("[callbacks]\norder = \"{order}\"\nat_due = \"call\"\nretry_after = 1\n")
}

#[test]
fn a_crash_in_the_middle_of_an_attempt_makes_no_second_call() {
    for order in ["agent_first", "customer_first"] {
        let mut office = Office::by_manager(&at_once(order));
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

        office.call_first(&callback, "agent_first");
        let again = office.outside.rings();
        office.outside.answer(&again);
        office.outside.until_active(&again);
        office.outside.hang_up(&again);
        let closed = office.until_closed(&callback, "reached");
        assert_eq!(results(&closed), ["interrupted", "answered"], "{order}: {closed}");
        assert_eq!(office.called_outside(&mut ami), 1, "{order}: one more, and no other");
    }
}

#[test]
fn a_line_that_breaks_in_the_middle_of_an_attempt_makes_no_second_call() {
    for order in ["customer_first", "agent_first"] {
        let (office, line) = Office::over_a_line("pbx", &at_once(order));
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
