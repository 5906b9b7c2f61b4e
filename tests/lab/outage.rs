//! The PBX goes away, and comes back.

use std::time::{Duration, Instant};

use kit::{Ami, Desk, Line, Pbx, Refusal, SOON, Settings, Sound, ami::Block, mirror::Shown};
use serde_json::{Value, json};

#[test]
fn a_crash_is_noticed_and_a_restart_is_found() {
    let pbx = Pbx::start(&[]);
    let desk = Desk::start(Settings::of(pbx.agent_over("tcp")));
    pbx.crash();
    let account = desk.until_registration("failed", Duration::from_secs(10));
    assert_eq!(account["detail"]["code"], "unreachable");
    pbx.restart();
    desk.until_registration("registered", Duration::from_secs(45));
    desk.until_active(&desk.dial("700"));
}

#[test]
fn a_call_that_the_pbx_died_under_ends() {
    let pbx = Pbx::start(&[]);
    let desk = Desk::start(Settings::of(pbx.agent()).says(Sound::tone(500.0, 60.0)).hears());
    let call = desk.dial("701");
    desk.until_active(&call);
    desk.until_hears(1004.0);
    pbx.crash();
    let ended = desk.until_ended_within(&call, Duration::from_secs(60));
    assert!(["media_lost", "unreachable"].contains(&ended.reason.as_str()), "{ended:?}");
    pbx.restart();
    // The old binding still stands at the PBX; a call must get through whatever the desk has made of the silence.
    desk.until_registration("registered", Duration::from_secs(60));
    desk.until_active(&desk.dial("700"));
}

#[test]
fn an_outgoing_call_into_silence_is_unreachable() {
    let pbx = Pbx::start(&[]);
    let desk = Desk::start(Settings::of(pbx.agent()));
    pbx.crash();
    let call = desk.dial("700");
    assert_eq!(desk.until_ended_within(&call, Duration::from_secs(45)).reason, "unreachable");
}

/// The PBX carries out for a desk what its agent asks, over a line to the manager interface that may break.
///
/// Sara talks to Omid; the desk is 201's, who may listen to her.
struct Ordering {
    pbx: Pbx,
    line: Line,
    sara: Desk,
    omid: Desk,
    desk: Desk,
}

impl Ordering {
    fn open() -> Self {
        let pbx = Pbx::start(&[]);
        let line = pbx.manager_line();
        let [sara, omid] = pbx.agents();
        let of = |account, hz| Settings::of(account).says(Sound::tone(hz, 600.0)).hears();
        let orders = format!("{}dial = \"pbx\"\n", pbx.manager_at("ringside", line.address()));
        let (sara, omid) = (Desk::start(of(sara, SARA_HZ)), Desk::start(of(omid, OMID_HZ)));
        let desk = Desk::start(of(pbx.account("201", "udp"), DESK_HZ).with(&orders));
        desk.until_manager_is_there();
        Self { pbx, line, sara, omid, desk }
    }

    /// Nothing comes through any more: whoever connects anew hears nothing.
    fn goes_down(&self) {
        self.line.fall_silent_after(0);
        self.line.cut();
        self.desk.until_part("floor", "what is shown may not hold", |floor| floor["live"] == false);
    }

    fn comes_back(&self) {
        self.line.speak();
        self.line.cut();
        self.is_back();
    }

    fn is_back(&self) {
        self.desk.until_part("floor", "the floor is live", |floor| floor["live"] == true);
        self.desk.until_manager_is_there();
    }

    /// How often the desk has noticed that there is no line.
    fn losses(shown: &Shown) -> usize {
        shown.log.iter().filter(|change| change["type"] == "floor_changed" && change["floor"]["live"] == false).count()
    }

    fn dial(&self) -> Result<String, Refusal> {
        let made = self.desk.ask(&json!({"type": "dial", "target": self.omid.number()}))?;
        Ok(made["origination"].as_str().expect("the PBX is asked").to_owned())
    }

    fn supervise(&self, mode: &str) -> Result<Value, Refusal> {
        self.desk.ask(&json!({"type": "supervise", "extension": self.sara.number(), "mode": mode}))
    }

    fn until_supervising(&self, mode: &str) {
        self.desk.until_part("supervision", &format!("it is {mode}"), |now| {
            now["state"] == "active" && now["mode"] == mode && now["switching_to"].is_null()
        });
    }

    fn talk(&self) -> String {
        let call = self.omid.dial(self.sara.number());
        self.sara.answer(&self.sara.rings());
        self.omid.until_active(&call);
        self.omid.until_hears(SARA_HZ);
        call
    }

    /// How many channels Omid has had since this was asked last, once nothing goes on any more.
    fn calls_of_omid(&self, ami: &mut Ami) -> usize {
        self.pbx.until_quiet(SOON);
        let his = format!("PJSIP/{}-", self.omid.number());
        let is_his = |event: &&Block| event.get("Event") == "Newchannel" && event.get("Channel").starts_with(&his);
        ami.so_far().iter().filter(is_his).count()
    }
}

#[test]
fn a_call_that_was_ordered_as_the_line_broke_is_made_once_or_a_sentence() {
    let office = Ordering::open();
    for how in ["the answer is lost", "the order may be lost", "there is no line"] {
        let mut ami = office.pbx.ami();
        let (before, losses) = (office.omid.shown().calls.len(), Ordering::losses(&office.desk.shown()));
        let asked = match how {
            "the answer is lost" => {
                office.line.fall_silent_after(0);
                let asked = office.dial();
                let rings = office.omid.rings();
                office.line.cut();
                office.line.speak();
                office.omid.decline(&rings, "busy");
                asked
            }
            "the order may be lost" => {
                let asked = office.dial();
                office.line.cut();
                asked
            }
            _ => {
                office.line.cut();
                office.dial()
            }
        };
        let is_called = || office.omid.shown().calls.len() > before;
        let has_sentence = |shown: &Shown, id: &str| {
            let mut told = shown.log.iter().map(|change| &change["origination"]);
            told.any(|told| {
                told["id"] == id && told["trouble"]["detail"].as_str().is_some_and(|detail| detail.len() > 20)
            })
        };
        office.desk.until(&format!("{how}: a call, or a sentence"), SOON, |shown| match &asked {
            Ok(id) => (is_called() || has_sentence(shown, id)).then_some(()),
            Err(refusal) => (refusal.detail.len() > 20).then_some(()),
        });
        office.desk.until("the cut is noticed", SOON, |shown| (Ordering::losses(shown) > losses).then_some(()));
        office.is_back();
        for (call, shown) in office.omid.shown().calls {
            if shown["ended"].is_null() {
                office.omid.hang_up(&call);
            }
        }
        let calls = office.calls_of_omid(&mut ami);
        assert!(calls <= 1, "{how}: {calls} calls");
        assert!(how != "there is no line" || calls == 0, "{how}: whoever was told that it was not done is not called");
    }
    // It works again.
    office.dial().expect("the PBX is there");
    office.omid.rings();
}

#[test]
fn a_call_that_was_ordered_as_the_pbx_died_is_not_made_after_it() {
    let office = Ordering::open();
    let asked = office.dial();
    office.pbx.crash();
    office.desk.until_part("floor", "what is shown may not hold", |floor| floor["live"] == false);
    office.pbx.restart();
    let mut ami = office.pbx.ami();
    office.desk.until_registration("registered", Duration::from_secs(60));
    office.omid.until_registration("registered", Duration::from_secs(60));
    office.is_back();
    // By the time that another call has come and gone it would have been made, had it been going to.
    let other = office.omid.dial("713");
    office.omid.until_ended(&other);
    assert_eq!(office.calls_of_omid(&mut ami), 1, "the one that Omid dialled: {asked:?}");
}

#[test]
fn supervising_without_a_line_is_a_sentence_at_once_and_stays_undone() {
    let office = Ordering::open();
    let call = office.talk();
    office.goes_down();
    let asked = Instant::now();
    let answer = office.supervise("spy");
    let code = answer.map_or_else(
        |refusal| refusal.code,
        |_| {
            let failed = office.desk.until_part("supervision", "it fails", |now| now["state"] == "failed");
            failed["trouble"]["code"].as_str().expect("a code").to_owned()
        },
    );
    assert!(["pbx_unreachable", "pbx_connection_lost"].contains(&code.as_str()), "{code}");
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?} until it was said", asked.elapsed());
    let mut ami = office.pbx.ami();
    office.comes_back();
    // Whatever is carried out late would be on its way before this is.
    office.supervise("whisper").expect("there is a line again");
    office.until_supervising("whisper");
    let spies = ami.so_far().iter().filter(|event| event.get("Event") == "ChanSpyStart").count();
    assert_eq!(spies, 1, "the one that was asked for with a line");
    office.omid.hang_up(&call);
    office.pbx.until_quiet(SOON);
}

#[test]
fn who_listens_goes_on_listening_when_the_line_breaks() {
    let office = Ordering::open();
    let call = office.talk();
    office.supervise("spy").expect("Sara is in a call");
    office.until_supervising("spy");
    office.desk.until_hears(SARA_HZ);
    office.goes_down();
    let heard = office.desk.heard().seconds();
    office.desk.until_heard("a second more", |sound| sound.seconds() > heard + 1.0);
    office.desk.until_hears(OMID_HZ);
    office.until_supervising("spy");
    office.comes_back();
    for mode in ["whisper", "barge", "spy", "whisper"] {
        office.supervise(mode).expect("there is a line again");
        office.until_supervising(mode);
        match mode {
            "spy" => office.sara.until_silent(DESK_HZ),
            _ => office.sara.until_hears(DESK_HZ),
        }
    }
    // Without a line it can at least be ended.
    office.goes_down();
    office.desk.must(&json!({"type": "stop_supervising"}));
    office.desk.until_part("supervision", "it is over", Value::is_null);
    office.sara.until_silent(DESK_HZ);
    office.comes_back();
    office.sara.until_hears(OMID_HZ);
    assert!(office.desk.shown().part("supervision").is_null(), "nor does it begin anew");
    office.omid.hang_up(&call);
    office.pbx.until_quiet(SOON);
}

const SARA_HZ: f64 = 600.0;
const OMID_HZ: f64 = 900.0;
const DESK_HZ: f64 = 1400.0;
