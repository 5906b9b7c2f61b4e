//! What the agent says arrives, and what comes back can be understood.

use kit::{Baresip, Desk, Pbx, Settings, Sound, quality};
use serde_json::json;

/// Speech goes to the PBX's echo and back; both ways through the codec.
fn echo(codec: &str) -> quality::Score {
    let speech = Sound::speech();
    let agent = Pbx::shared().agent().codecs([codec]);
    let desk = Desk::start(Settings::of(agent).says(speech.clone().after_silence(1.0)).hears());
    let call = desk.dial("700");
    desk.until_call(&call, "speaks the codec", |call| call["codec"] == codec);
    let whole = speech.seconds() + 3.0;
    // The speaker's file grows by the clock: there is nothing else to wait for.
    while desk.heard().seconds() < whole {
        assert!(desk.shown().calls[&call]["ended"].is_null(), "the call goes on");
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    desk.hang_up(&call);
    desk.until_ended(&call);
    quality::score(&speech, &desk.heard())
}

#[test]
fn echo_in_opus_sounds_like_the_speaker() {
    let score = echo("opus");
    assert!(score.pesq_wb >= 3.8, "{score:?}");
}

#[test]
fn echo_in_g722_sounds_like_the_speaker() {
    let score = echo("g722");
    assert!(score.pesq_wb >= 3.8, "{score:?}");
}

#[test]
fn echo_in_pcmu_sounds_like_a_telephone() {
    let score = echo("pcmu");
    assert!(score.pesq_nb >= 4.0, "{score:?}");
}

#[test]
fn echo_in_pcma_sounds_like_a_telephone() {
    let score = echo("pcma");
    assert!(score.pesq_nb >= 4.0, "{score:?}");
}

/// Somebody else's phone at the other end, which says what it hears.
fn with_baresip(codec: &str, as_baresip_says: &str) {
    let [sara, other] = Pbx::shared().agents();
    let other = Baresip::start(&other, as_baresip_says);
    let sara = Desk::start(Settings::of(sara.codecs([codec])).says(Sound::tone(SARA_HZ, 120.0)).hears());
    let call = sara.dial(other.number());
    sara.until_call(&call, "speaks the codec", |call| call["codec"] == codec);
    sara.until_hears(SARA_HZ);
}

#[test]
fn baresip_says_what_it_hears_in_opus() {
    with_baresip("opus", "opus/48000/2");
}

#[test]
fn baresip_says_what_it_hears_in_pcma() {
    with_baresip("pcma", "PCMA");
}

/// Two desks in a call, each with a tone of its own in the microphone.
fn talking() -> (Desk, String, Desk, String) {
    let [sara, omid] = Pbx::shared().agents();
    let sara = Desk::start(Settings::of(sara).says(Sound::tone(SARA_HZ, 120.0)).hears());
    let omid = Desk::start(Settings::of(omid).says(Sound::tone(OMID_HZ, 120.0)).hears());
    let call = sara.dial(omid.number());
    let incoming = omid.rings();
    omid.answer(&incoming);
    sara.until_active(&call);
    omid.until_active(&incoming);
    (sara, call, omid, incoming)
}

#[test]
fn two_desks_hear_each_other_and_not_themselves() {
    let (sara, _, omid, _) = talking();
    sara.until_hears(OMID_HZ);
    omid.until_hears(SARA_HZ);
    assert!(sara.heard().last(0.25).level(SARA_HZ) < 0.02, "no echo of oneself");
    assert!(omid.heard().last(0.25).level(OMID_HZ) < 0.02, "no echo of oneself");
}

#[test]
fn nothing_is_heard_on_hold_and_all_again_after_it() {
    let (sara, call, omid, incoming) = talking();
    omid.until_hears(SARA_HZ);
    sara.hold(&call);
    sara.until_call(&call, "is held by us", |call| call["held_by"] == json!(["local"]) && call["state"] == "held");
    // The PBX plays its music to the held side instead.
    omid.until_silent(SARA_HZ);
    sara.resume(&call);
    sara.until_active(&call);
    omid.until_active(&incoming);
    omid.until_hears(SARA_HZ);
    sara.until_hears(OMID_HZ);
}

#[test]
fn a_muted_microphone_sends_nothing() {
    let (sara, call, omid, _) = talking();
    omid.until_hears(SARA_HZ);
    sara.must(&json!({"type": "mute", "call": call}));
    omid.until_silent(SARA_HZ);
    sara.must(&json!({"type": "unmute", "call": call}));
    omid.until_hears(SARA_HZ);
}

#[test]
fn what_the_pbx_says_before_the_answer_is_heard() {
    let desk = Desk::start(Settings::of(Pbx::shared().agent()).hears());
    let call = desk.dial("710");
    desk.until_call(&call, "has early media", |call| call["state"] == "early");
    desk.until_heard("the monkeys scream", |heard| heard.last(0.5).rms() > 0.01);
}

#[test]
fn a_steady_tone_of_the_pbx_is_heard() {
    let desk = Desk::start(Settings::of(Pbx::shared().agent()).hears());
    desk.until_active(&desk.dial("701"));
    desk.until_hears(1004.0);
}

#[test]
fn a_call_tells_how_it_sounds() {
    let (sara, call, _omid, _) = talking();
    let call = sara.until_call(&call, "has a quality", |call| call["quality"].is_object());
    let quality = &call["quality"];
    assert!(quality["mos"].as_f64().is_some_and(|mos| mos > 3.5), "{quality}");
    assert!(quality["loss_pct"].as_f64().is_some_and(|loss| loss < 5.0), "{quality}");
}

const SARA_HZ: f64 = 600.0;
const OMID_HZ: f64 = 900.0;
