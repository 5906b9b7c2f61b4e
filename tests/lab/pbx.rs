//! The lab itself.

use kit::{Baresip, Pbx, SOON};

#[test]
fn a_pbx_comes_up_and_again_after_a_crash() {
    let pbx = Pbx::start(&[]);
    assert!(pbx.cli("core show version").contains("Asterisk"));
    pbx.crash();
    assert!(!pbx.cli("core show version").contains("Asterisk"));
    pbx.restart();
    assert!(pbx.cli("core show version").contains("Asterisk"));
    drop(pbx.ami());
}

#[test]
fn an_ordinary_phone_is_called_through_it() {
    let pbx = Pbx::shared();
    let phone = Baresip::start(&pbx.agent(), "PCMU");
    assert!(pbx.contact(phone.number()).ip().is_loopback());
    pbx.cli(&format!("channel originate PJSIP/{} extension 701@from-internal", phone.number()));
    let talks = |channels: &str| channels.contains("Milliwatt");
    pbx.until_cli("core show channels", "the phone has answered", SOON, talks);
}
