//! The PBX goes away, and comes back.

use std::time::Duration;

use kit::{Desk, Pbx, Settings, Sound};

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

    fn dial(&self) -> Result<String, Refusal> {
        let made = self.desk.ask(&json!({"type": "dial", "target": self.omid.number()}))?;
        Ok(made["origination"].as_str().expect("the PBX is asked").to_owned())
    }

    /// Why the PBX did not place a call, once that is known.
    fn failed(&self, origination: &str) -> Option<Value> {
        let shown = self.desk.shown();
        let mut told = shown.log.iter().map(|change| &change["origination"]);
        told.find(|told| told["id"] == origination && told["state"] == "failed").map(|told| told["trouble"].clone())
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

    /// How many channels of this desk the PBX has had since this connection was made.
    fn channels_of(&self, desk: &Desk, ami: &mut Ami) -> usize {
        ami.send("Action: UserEvent\r\nUserEvent: SoFar\r\n");
        let mut channels = 0;
        loop {
            let event = ami.next(SOON).expect("the PBX tells its own event");
            match event.get("Event") {
                "UserEvent" if event.get("UserEvent") == "SoFar" => return channels,
                "Newchannel" if event.get("Channel").starts_with(&format!("PJSIP/{}-", desk.number())) => channels += 1,
                _ => {}
            }
        }
    }
}

#[test]
fn a_call_that_was_ordered_as_the_line_broke_is_made_once_or_a_sentence() {
    let office = Ordering::open();
    // The answer is lost, the order itself may be, and there was no line any more.
    for how in ["deaf", "cut", "gone"] {
        let mut ami = office.pbx.ami();
        let asked = match how {
            "deaf" => {
                office.line.fall_silent_after(0);
                let asked = office.dial();
                office.desk.until("the PBX rings this desk all the same", SOON, |shown| {
                    shown.calls.values().any(|call| call["ended"].is_null()).then_some(())
                });
                office.line.cut();
                office.line.speak();
                asked
            }
            "cut" => {
                let asked = office.dial();
                office.line.cut();
                asked
            }
            _ => {
                office.line.cut();
                office.dial()
            }
        };
        let connected = Instant::now();
        // Told at once, by a call or by a sentence.
        let told = office.desk.until(&format!("{how}: a call or a sentence"), Duration::from_secs(10), |shown| {
            let Ok(origination) = &asked else { return Some("refused") };
            let rings = office.omid.shown().calls.values().any(|call| call["ended"].is_null());
            let failed = shown.log.iter().map(|change| &change["origination"]);
            let is_failed = failed.into_iter().any(|told| told["id"] == *origination && told["state"] == "failed");
            if rings { Some("call") } else { is_failed.then_some("sentence") }
        });
        let _ = (told, connected);
        office.is_back();
        let _ = ami;
    }
}
