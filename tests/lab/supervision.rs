//! The supervisor's ear at a real PBX: who hears whom, by the sound that arrives, and what is left when all have hung up.
//!
//! Sara talks to Omid, who is the customer; the supervisor is 201. Each says a tone of his own.

use kit::{Desk, Pbx, SOON, Settings, Sound};
use serde_json::{Value, json};

/// A conversation, and somebody who may listen to it.
struct Floor {
    pbx: Pbx,
    sara: Desk,
    omid: Desk,
    supervisor: Desk,
}

/// How the supervisor takes part.
const MODES: [&str; 3] = ["spy", "whisper", "barge"];

impl Floor {
    fn by_manager() -> Self {
        let floor = Self::with(|pbx| pbx.manager("ringside"));
        floor.supervisor.until_manager_is_there();
        floor
    }

    fn by_codes() -> Self {
        Self::with(|_| {
            let codes = [("spy", "*55"), ("whisper", "*56"), ("barge", "*57"), ("pickup", "**")];
            let codes: String =
                codes.iter().map(|(verb, code)| format!("{verb} = \"{code}{{extension}}\"\n")).collect();
            format!("[pbx]\ndriver = \"dial_codes\"\n{codes}")
        })
    }

    fn with(more: impl Fn(&Pbx) -> String) -> Self {
        let pbx = Pbx::start(&[]);
        let [sara, omid] = pbx.agents();
        let desk = |account, hz| Settings::of(account).says(Sound::tone(hz, 600.0)).hears();
        let supervisor = desk(pbx.account("201", "udp"), SUPERVISOR_HZ).with(&more(&pbx));
        let (sara, omid) = (Desk::start(desk(sara, SARA_HZ)), Desk::start(desk(omid, OMID_HZ)));
        let supervisor = Desk::start(supervisor);
        Self { pbx, sara, omid, supervisor }
    }

    /// The customer calls Sara; gives his call and hers.
    fn talk(&self) -> (String, String) {
        let call = self.omid.dial(self.sara.number());
        let incoming = self.sara.rings();
        self.sara.answer(&incoming);
        self.omid.until_active(&call);
        self.sara.until_active(&incoming);
        self.sara.until_hears(OMID_HZ);
        self.omid.until_hears(SARA_HZ);
        (call, incoming)
    }

    fn supervise(&self, mode: &str) {
        self.supervisor.must(&json!({"type": "supervise", "extension": self.sara.number(), "mode": mode}));
        let speaks = mode != "spy";
        self.supervisor.until_part("supervision", &format!("the supervisor is in {mode}"), |now| {
            now["state"] == "active" && now["mode"] == mode && now["switching_to"].is_null() && now["heard"] == speaks
        });
    }

    fn stop(&self) {
        self.supervisor.must(&json!({"type": "stop_supervising"}));
        self.supervisor.until_part("supervision", "the supervision is over", Value::is_null);
    }

    /// The matrix: by the sound in everybody's ear.
    fn hear_each_other_as_in(&self, mode: &str) {
        self.supervisor.until_hears(SARA_HZ);
        self.supervisor.until_hears(OMID_HZ);
        self.sara.until_hears(OMID_HZ);
        self.omid.until_hears(SARA_HZ);
        let hears =
            |desk: &Desk, does| if does { desk.until_hears(SUPERVISOR_HZ) } else { desk.until_silent(SUPERVISOR_HZ) };
        hears(&self.sara, mode != "spy");
        hears(&self.omid, mode == "barge");
    }
}

#[test]
fn who_hears_whom_in_each_mode_and_after_each_switch() {
    let floor = Floor::by_manager();
    floor.talk();
    for mode in MODES {
        floor.supervise(mode);
        floor.hear_each_other_as_in(mode);
        floor.stop();
        floor.sara.until_silent(SUPERVISOR_HZ);
        floor.omid.until_silent(SUPERVISOR_HZ);
    }
    // Every switch between two of them, one after the other.
    for mode in ["spy", "whisper", "spy", "barge", "whisper", "barge", "spy"] {
        floor.supervise(mode);
        floor.hear_each_other_as_in(mode);
    }
    floor.stop();
    assert_eq!(floor.supervisor.shown().cards.len(), 0, "listening has no card");
    floor.sara.until_hears(OMID_HZ);
}

#[test]
fn the_same_by_dial_codes() {
    let floor = Floor::by_codes();
    floor.talk();
    for mode in ["spy", "whisper", "barge", "spy"] {
        floor.supervise(mode);
        floor.hear_each_other_as_in(mode);
    }
    floor.stop();
    floor.omid.until_hears(SARA_HZ);
}

#[test]
fn whoever_listens_sends_no_sound() {
    let floor = Floor::by_manager();
    floor.talk();
    floor.supervise("spy");
    floor.supervisor.until_hears(SARA_HZ);
    floor.supervisor.until_hears(OMID_HZ);
    let heard = floor.supervisor.heard().seconds();
    floor.supervisor.until_heard("a second more", |sound| sound.seconds() > heard + 1.0);
    // One opens the way through a NAT and is empty (RFC 6263 §4.1); sound would be fifty a second.
    assert!(received(&floor.pbx) <= 1, "packets of the supervisor that came in at the PBX");
    floor.supervise("whisper");
    floor.sara.until_hears(SUPERVISOR_HZ);
    assert!(received(&floor.pbx) > 1, "the count counts");
}

#[test]
fn whoever_hangs_up_first_no_channel_is_left() {
    let floor = Floor::by_manager();
    for mode in MODES {
        for order in ["csv", "cvs", "scv", "svc", "vcs", "vsc"] {
            let (customer, sara) = floor.talk();
            floor.supervise(mode);
            for who in order.chars() {
                // With either of the two the call is over, and with it the other's leg and the supervision.
                let _over = match who {
                    'c' => floor.omid.ask(&json!({"type": "hang_up", "call": customer})),
                    's' => floor.sara.ask(&json!({"type": "hang_up", "call": sara})),
                    _ => floor.supervisor.ask(&json!({"type": "stop_supervising"})),
                };
            }
            floor.omid.until_ended(&customer);
            floor.sara.until_ended(&sara);
            floor.supervisor.until_part("supervision", &format!("{mode}, {order}: it is over"), |now| {
                now.is_null() || now["state"] == "failed"
            });
            floor.pbx.until_quiet(SOON);
        }
    }
}

#[test]
fn the_supervisor_ends_it_as_any_call() {
    let floor = Floor::by_manager();
    floor.talk();
    floor.supervise("whisper");
    let call = floor.supervisor.shown().part("supervision")["call"].as_str().expect("it is on this desk").to_owned();
    floor.supervisor.hang_up(&call);
    floor.supervisor.until_part("supervision", "it is over", Value::is_null);
    floor.sara.until_hears(OMID_HZ);
    floor.sara.until_silent(SUPERVISOR_HZ);
}

#[test]
fn nobody_to_listen_to_is_a_sentence() {
    let floor = Floor::by_manager();
    let refused = floor.supervisor.ask(&json!({"type": "supervise", "extension": floor.sara.number(), "mode": "spy"}));
    match refused {
        Err(refusal) => assert_eq!(refusal.code, "nobody_to_listen", "{refusal}"),
        Ok(_) => {
            floor.supervisor.until_part("supervision", "it fails, and says why", |now| {
                now["state"] == "failed" && now["trouble"]["code"] == "nobody_to_listen"
            });
        }
    }
    floor.pbx.until_quiet(SOON);
}

#[test]
fn who_may_not_is_told_why() {
    let floor = Floor::with(|pbx| format!("{}[supervision]\nmodes = [\"spy\"]\n", pbx.manager("ringside")));
    floor.supervisor.until_manager_is_there();
    floor.talk();
    let refused =
        floor.supervisor.ask(&json!({"type": "supervise", "extension": floor.sara.number(), "mode": "barge"}));
    assert_eq!(refused.expect_err("it is not allowed").code, "supervision_not_allowed");
    assert_eq!(floor.supervisor.shown().part("powers")["barge"]["allowed"], false);
    floor.supervise("spy");
    floor.hear_each_other_as_in("spy");
}

/// What came in from the supervisor, in RTP packets.
fn received(pbx: &Pbx) -> u64 {
    let stats = pbx.cli("pjsip show channelstats");
    let line =
        stats.lines().find(|line| line.contains("201-")).unwrap_or_else(|| panic!("201 has a channel:\n{stats}"));
    let counts = line.split_whitespace().filter_map(|word| word.parse::<u64>().ok());
    counts.into_iter().next().unwrap_or_else(|| panic!("a count: {line}"))
}

const SARA_HZ: f64 = 600.0;
const OMID_HZ: f64 = 900.0;
const SUPERVISOR_HZ: f64 = 1400.0;
