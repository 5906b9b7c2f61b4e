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
