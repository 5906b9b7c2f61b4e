//! How clicks from outside are taken, as the agent sets it.

use super::*;
use crate::wire::{CallTo, Links, PortTaken, Via};

#[test]
fn what_is_given_changes_and_the_rest_stays() {
    let mut kit = Kit::clicks(Clicks { allowed: vec!["https://crm.example".into()], pbx: true, ..Clicks::default() });
    kit.asks(r#"{"type":"set_click_to_call","callto":"off","links":"ask"}"#);
    kit.asks(r#"{"type":"set_click_to_call","hotkey":"Ctrl+Shift+F9","via":"pbx","port":4070}"#);
    let shown = kit.click_to_call();
    assert_eq!((shown.callto, shown.links, shown.via), (CallTo::Off, Links::Ask, Via::Pbx));
    assert_eq!((shown.hotkey.as_str(), shown.origins.len()), ("Ctrl+Shift+F9", 1));
    let Some(Store::ClickToCall(clicks)) = kit.stored.last() else { panic!("{:?}", kit.stored) };
    assert_eq!((clicks.port, clicks.callto, clicks.allowed.len()), (4070, CallTo::Off, 1));
    assert_eq!(kit.stored.len(), 2);
}

#[test]
fn the_port_that_is_shown_is_the_one_that_was_bound() {
    let mut kit = Kit::new();
    let taken = PortTaken { port: 4059, by: Some("oktell (pid 812)".into()) };
    kit.input(Input::Port(4061, Some(taken.clone())));
    kit.asks(r#"{"type":"set_click_to_call","port":4070}"#);
    assert_eq!((kit.click_to_call().port, kit.click_to_call().port_taken), (4061, Some(taken)));
}

#[test]
fn a_hotkey_has_a_modifier_and_a_key() {
    let mut kit = Kit::new();
    let set = |hotkey: &str| format!(r#"{{"type":"set_click_to_call","hotkey":"{hotkey}"}}"#);
    for hotkey in ["Ctrl+Alt+C", "Super+K", "Alt+F12", "CmdOrCtrl+Shift+Digit1", ""] {
        kit.asks(&set(hotkey));
        assert_eq!(kit.click_to_call().hotkey, hotkey);
    }
    for hotkey in [
        "C",
        "Ctrl+C",
        "Alt+Tab",
        "Shift+A",
        "Alt+F0",
        "Ctrl",
        "Ctrl+",
        "+C",
        "Hyper+C",
        "Ctrl+Alt+C D",
        "Ctrl++",
        &"Ctrl+".repeat(40),
    ] {
        assert_eq!(kit.is_refused(&set(hotkey)), (400, "bad_hotkey".into()), "{hotkey:?}");
    }
}

#[test]
fn each_has_its_lock() {
    for (lock, setting) in [
        ("local_api.callto", r#""callto":"ask""#),
        ("local_api.port", r#""port":4070"#),
        ("links", r#""links":"ask""#),
        ("hotkeys", r#""hotkey":"""#),
        ("pbx", r#""via":"softphone""#),
    ] {
        let mut kit = Kit::with(Settings { locked: vec![lock.into()], ..Settings::default() });
        let both = format!(r#"{{"type":"set_click_to_call",{setting}}}"#);
        assert_eq!(kit.is_refused(&both), (403, "locked".into()), "{lock}");
        let others = [r#""callto":"off""#, r#""port":4071"#, r#""links":"dial""#, r#""hotkey":"Alt+F9""#];
        let name = |setting: &str| setting.split(':').next().map(ToOwned::to_owned);
        for other in others.into_iter().filter(|other| name(other) != name(setting)) {
            kit.asks(&format!(r#"{{"type":"set_click_to_call",{other}}}"#));
            let together = format!(r#"{{"type":"set_click_to_call",{other},{setting}}}"#);
            assert_eq!(kit.is_refused(&together), (403, "locked".into()), "all of it or nothing");
        }
    }
}

#[test]
fn the_pbx_dials_only_where_one_is_set_up() {
    let mut kit = Kit::new();
    assert_eq!(kit.is_refused(r#"{"type":"set_click_to_call","via":"pbx"}"#), (409, "pbx_not_set_up".into()));
    assert_eq!(kit.is_refused(r#"{"type":"dial","target":"200","via":"pbx"}"#), (409, "pbx_not_set_up".into()));
    let mut kit = Kit::clicks(Clicks { via: Via::Pbx, ..Clicks::default() });
    assert_eq!(kit.desk.preview("200", None).map(|preview| preview.via), Ok(Via::Softphone), "no driver, no PBX");
    assert_eq!(kit.asks(&dial("200")).as_deref(), Some("c1"));
}
