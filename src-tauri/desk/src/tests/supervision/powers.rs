//! What the window may offer, and why it greys out the rest.

use super::*;
use crate::wire::Power;

/// `spy`, `whisper`, `barge`, `pick_up`, `play_recording`, `pause`: why each cannot be done.
fn why_not(kit: &Kit) -> [Option<String>; 6] {
    let powers = kit.desk.snapshot().powers;
    let why = |power: Power| {
        assert_eq!(power.allowed, power.why.is_none());
        power.why.map(|why| {
            assert!(!why.detail.is_empty());
            why.code
        })
    };
    [powers.spy, powers.whisper, powers.barge, powers.pick_up, powers.play_recording, powers.pause].map(why)
}

fn all(code: &str) -> [Option<String>; 6] {
    [(); 6].map(|()| Some(code.to_owned()))
}

fn told(kit: &mut Kit, powers: cti::Powers) {
    kit.input(Input::Powers(powers));
}

#[test]
fn without_a_pbx_nothing_can_be_done_and_it_says_why() {
    let mut kit = ruled(SupervisionRules::default());
    assert_eq!(why_not(&kit), all("pbx_not_set_up"));
    for intent in [
        intent("102", "spy"),
        r#"{"type":"pick_up","extension":"103"}"#.to_owned(),
        r#"{"type":"play_recording","recording":"q"}"#.to_owned(),
    ] {
        assert_eq!(kit.is_refused(&intent), (409, "pbx_not_set_up".into()), "{intent}");
    }
}

#[test]
fn each_missing_right_greys_out_what_needs_it() {
    let mut kit = supervisor();
    assert_eq!(why_not(&kit), [const { None }; 6], "nothing speaks against it before the PBX has said");
    told(&mut kit, cti::Powers { originate: Some(true), pause: Some(false), ..cti::Powers::default() });
    let missing = || Some("power_missing".to_owned());
    assert_eq!(why_not(&kit), [None, None, None, None, None, missing()]);
    told(&mut kit, cti::Powers { originate: Some(false), pause: Some(true), ..cti::Powers::default() });
    assert_eq!(why_not(&kit), [missing(), missing(), missing(), missing(), missing(), None]);
    assert_eq!(kit.is_refused(&intent("102", "spy")), (409, "power_missing".into()), "what is grey is refused");
    told(&mut kit, cti::Powers { originate: Some(true), pause: Some(true), ..cti::Powers::default() });
    assert_eq!(why_not(&kit), [const { None }; 6]);
}

#[test]
fn what_could_not_be_stopped_is_not_begun() {
    let telephones = [(None, None), (Some("901".to_owned()), Some("power_missing".to_owned()))];
    for (desk_phone, why) in telephones {
        let rules = SupervisionRules { orders: OrdersBy::Manager, desk_phone, ..SupervisionRules::default() };
        let mut kit = ruled(rules.clone());
        told(&mut kit, cti::Powers { originate: Some(true), end: Some(false), ..cti::Powers::default() });
        assert_eq!(why_not(&kit), [why.clone(), why.clone(), why.clone(), None, None, None], "{why:?}");
        let refused = kit.ask(&intent("102", "spy")).err().map(|refusal| refusal.code);
        assert_eq!((refused, kit.orders.len()), (why.clone(), usize::from(why.is_none())), "what is grey is refused");
        for end in [None, Some(true)] {
            told(&mut kit, cti::Powers { originate: Some(true), end, ..cti::Powers::default() });
            assert_eq!(why_not(&kit), [const { None }; 6], "{end:?}");
        }
        let mut kit = ruled(SupervisionRules { codes: codes(), ..rules });
        told(&mut kit, cti::Powers { originate: Some(true), end: Some(false), ..cti::Powers::default() });
        assert_eq!(why_not(&kit), [const { None }; 6], "a code is dialled here, and is hung up here");
    }
}

#[test]
fn without_the_right_to_end_calls_a_switch_is_refused_and_a_stop_is_still_tried() {
    let desk_phone = Some("901".to_owned());
    let mut kit = ruled(SupervisionRules { orders: OrdersBy::Manager, desk_phone, ..SupervisionRules::default() });
    let order = supervises(&mut kit, "spy");
    step(&mut kit, &order, Step::Done);
    told(&mut kit, cti::Powers { originate: Some(true), end: Some(false), ..cti::Powers::default() });
    assert_eq!(kit.is_refused(&intent("102", "barge")), (409, "power_missing".into()));
    kit.orders.clear();
    stops(&mut kit);
    assert_eq!(ordered(&mut kit), ["end s1"]);
}

#[test]
fn what_the_settings_forbid_is_forbidden_whoever_could_do_it() {
    for orders in [OrdersBy::Manager, OrdersBy::Codes] {
        let modes = vec![SupervisionMode::Whisper];
        let mut kit = ruled(SupervisionRules { orders, modes, codes: codes(), ..SupervisionRules::default() });
        let no = || Some("supervision_not_allowed".to_owned());
        assert_eq!(why_not(&kit), [no(), None, no(), None, None, None]);
        assert_eq!(kit.is_refused(&intent("102", "spy")), (403, "supervision_not_allowed".into()));
        kit.asks(&intent("102", "whisper"));
        assert_eq!(kit.is_refused(&intent("102", "barge")), (403, "supervision_not_allowed".into()), "nor by a switch");
    }
}

#[test]
fn a_lost_manager_greys_out_all_until_it_is_back() {
    let mut kit = supervisor();
    kit.input(Input::Manager(Some("it does not answer\u{202e}".into())));
    assert_eq!(why_not(&kit), all("pbx_unreachable"));
    let why = kit.desk.snapshot().powers.spy.why.expect("it says why");
    assert_eq!(why.detail, "The manager interface of the PBX is not there: it does not answer");
    assert_eq!(kit.is_refused(&intent("102", "spy")), (409, "pbx_unreachable".into()));
    kit.input(Input::Manager(None));
    assert_eq!(why_not(&kit), [const { None }; 6]);
}

#[test]
fn dial_codes_stand_in_for_what_the_manager_cannot() {
    let codes = DialCodes { whisper: String::new(), pause: String::new(), ..codes() };
    let mut kit = ruled(SupervisionRules { orders: OrdersBy::Manager, codes, ..SupervisionRules::default() });
    kit.input(Input::Manager(Some("it restarts".into())));
    let lost = || Some("pbx_unreachable".to_owned());
    assert_eq!(why_not(&kit), [None, lost(), None, None, None, lost()]);
    kit.asks(&intent("102", "spy"));
    assert_eq!(said(&mut kit), ["dial *55102 shut"]);
    assert!(kit.orders.is_empty());
}

#[test]
fn help_and_the_floor_are_powers_too() {
    let mut kit = supervisor();
    let code = |power: Power| power.why.map(|why| why.code);
    let powers = kit.desk.snapshot().powers;
    assert_eq!((code(powers.ask_help), code(powers.floor)), (Some("no_supervisors".into()), Some("no_floor".into())));
    floor(&mut kit, &[("102", DeviceState::Free)]);
    assert!(kit.desk.snapshot().powers.floor.allowed);
    for (supervisors, allowed) in [(vec!["202"], true), (vec!["201"], false), (vec!["not one"], false)] {
        let supervisors = supervisors.into_iter().map(str::to_owned).collect();
        let kit = ruled(SupervisionRules { supervisors, ..SupervisionRules::default() });
        assert_eq!(kit.desk.snapshot().powers.ask_help.allowed, allowed, "nobody asks themselves");
    }
}
