//! Several calls at once: handing them on, waiting, joining.

use kit::{Desk, Pbx, Settings, Sound};
use serde_json::{Value, json};

fn desks<const N: usize>(tones: [f64; N]) -> [Desk; N] {
    let agents: [_; N] = Pbx::shared().agents();
    let mut tones = tones.into_iter();
    agents.map(|agent| {
        let hz = tones.next().expect("a tone for each");
        Desk::start(Settings::of(agent).says(Sound::tone(hz, 120.0)).hears())
    })
}

fn succeeded(call: &Value) -> bool {
    call["transfer"]["succeeded"] == true
}

#[test]
fn a_blind_transfer_connects_the_other_two() {
    let [sara, omid, nima] = desks([500.0, 700.0, 1100.0]);
    let call = sara.dial(omid.number());
    let at_omid = omid.rings();
    omid.answer(&at_omid);
    sara.until_active(&call);
    // Answered is not yet bridged, and what is not bridged Asterisk does not hand on.
    sara.until_hears(700.0);
    sara.transfer_blind(&call, nima.number());
    nima.answer(&nima.rings());
    sara.until_call(&call, "is handed on", succeeded);
    sara.until_ended(&call);
    nima.until_hears(700.0);
    omid.until_hears(1100.0);
}

#[test]
fn a_blind_transfer_to_nobody_leaves_the_call_in_place() {
    let [sara, omid] = desks([500.0, 700.0]);
    let call = sara.dial(omid.number());
    omid.answer(&omid.rings());
    sara.until_active(&call);
    sara.transfer_blind(&call, "8888");
    let call = sara.until_call(&call, "knows that it failed", |call| call["transfer"]["succeeded"] == false);
    assert!(call["transfer"]["sip_status"].as_u64().is_some_and(|status| status >= 400), "{call}");
}

#[test]
fn an_attended_transfer_connects_the_other_two() {
    let [sara, omid, nima] = desks([500.0, 700.0, 1100.0]);
    let first = sara.dial(omid.number());
    omid.answer(&omid.rings());
    sara.until_active(&first);
    let second = sara.dial(nima.number());
    nima.answer(&nima.rings());
    sara.until_active(&second);
    sara.until_hears(1100.0);
    sara.until_call(&first, "is on hold meanwhile", |call| call["state"] == "held");
    sara.transfer_attended(&first, &second);
    sara.until_ended(&first);
    sara.until_ended(&second);
    omid.until_hears(1100.0);
    nima.until_hears(700.0);
}

#[test]
fn a_transfer_that_the_pbx_asks_for_is_declined() {
    let [desk] = desks([500.0]);
    let call = desk.dial("717");
    desk.until_active(&call);
    assert_eq!(desk.until_ended(&call), crate::ended("remote_hung_up", None));
}

#[test]
fn a_second_call_waits_and_the_first_is_held_when_it_is_answered() {
    let [sara, omid, nima] = desks([500.0, 700.0, 1100.0]);
    let first = sara.dial(omid.number());
    omid.answer(&omid.rings());
    sara.until_active(&first);
    let waiting = nima.dial(sara.number());
    let second = sara.rings();
    sara.until_hears(700.0);
    sara.answer(&second);
    sara.until_call(&first, "is held", |call| call["state"] == "held");
    nima.until_active(&waiting);
    sara.until_hears(1100.0);
    sara.until_silent(700.0);
    nima.hang_up(&waiting);
    sara.until_ended(&second);
    sara.resume(&first);
    sara.until_active(&first);
    sara.until_hears(700.0);
}

#[test]
fn in_a_conference_everybody_hears_everybody_else() {
    let [sara, omid, nima] = desks([500.0, 700.0, 1100.0]);
    let first = sara.dial(omid.number());
    omid.answer(&omid.rings());
    sara.until_active(&first);
    let second = sara.dial(nima.number());
    nima.answer(&nima.rings());
    sara.until_active(&second);
    sara.must(&json!({"type": "conference", "calls": [first, second]}));
    for (desk, others) in [(&sara, [700.0, 1100.0]), (&omid, [500.0, 1100.0]), (&nima, [500.0, 700.0])] {
        others.into_iter().for_each(|hz| desk.until_hears(hz));
    }
    assert!(omid.heard().last(0.25).level(700.0) < 0.02, "nobody hears oneself");
    omid.stop();
    sara.until_ended(&first);
    nima.until_hears(500.0);
}
