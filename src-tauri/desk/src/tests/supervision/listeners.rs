//! What an agent notices of being listened to: nothing, a badge, a tone.

use super::*;

const SPIES: &str = "Ringside/1 listening mode=spy\nYour supervisor 202 is listening.";
const WITH_TONE: &str = "Ringside/1 listening mode=spy tone=yes\nYour supervisor 202 is listening.";
const NONE: &str = "Ringside/1 listening mode=none\nYour supervisor 202 is not listening any more.";

/// An agent in a call.
fn agent(agent_sees: AgentSees) -> Kit {
    let mut kit =
        ruled(SupervisionRules { agent_sees, supervisors: vec!["202".into()], ..SupervisionRules::default() });
    kit.up(2);
    kit.take_commands();
    kit
}

/// `202 Spy`.
fn listeners(kit: &Kit) -> Vec<String> {
    let known = kit.desk.snapshot().listeners.into_iter();
    known.map(|one| format!("{}{}", one.by, one.mode.map(|mode| format!(" {mode:?}")).unwrap_or_default())).collect()
}

fn tones(kit: &mut Kit) -> usize {
    kit.take_commands().iter().filter(|command| **command == Command::Tone(phone::Tone::Supervised)).count()
}

fn pbx_sees(kit: &mut Kit, is_there: bool) {
    let (extension, by) = ("201".to_owned(), "202".to_owned());
    let event =
        if is_there { FloorEvent::Supervised { extension, by } } else { FloorEvent::Unsupervised { extension, by } };
    kit.input(Input::Floor(event));
}

#[test]
fn by_policy_they_notice_nothing_a_badge_or_a_tone_once() {
    for (sees, text, badges, beeps) in [
        (AgentSees::Nothing, WITH_TONE, 0, 0),
        (AgentSees::Badge, SPIES, 1, 0),
        (AgentSees::Badge, WITH_TONE, 1, 1),
        (AgentSees::Tone, SPIES, 1, 1),
    ] {
        let mut kit = agent(sees);
        texts(&mut kit, "202", text);
        texts(&mut kit, "202", &text.replace("spy", "barge"));
        assert_eq!((listeners(&kit).len(), tones(&mut kit)), (badges, beeps), "{sees:?} {text}");
        texts(&mut kit, "202", NONE);
        assert_eq!((listeners(&kit).len(), tones(&mut kit)), (0, 0), "{sees:?} {text}");
    }
}

#[test]
fn the_mode_is_the_one_that_was_told_last() {
    let mut kit = agent(AgentSees::Badge);
    texts(&mut kit, "202", SPIES);
    assert_eq!(listeners(&kit), ["202 Spy"]);
    texts(&mut kit, "202", &SPIES.replace("spy", "whisper"));
    assert_eq!(listeners(&kit), ["202 Whisper"]);
}

#[test]
fn by_policy_the_supervisor_tells_or_keeps_silent() {
    for (agent_sees, tells) in [(AgentSees::Nothing, ""), (AgentSees::Badge, ""), (AgentSees::Tone, " tone=yes")] {
        let mut kit = ruled(SupervisionRules { orders: OrdersBy::Manager, agent_sees, ..SupervisionRules::default() });
        let order = supervises(&mut kit, "spy");
        assert!(texts_sent(&mut kit).is_empty(), "nothing is heard yet");
        comes_up(&mut kit, 2, &order);
        kit.ends(2, Reason::RemoteHungUp);
        let said: Vec<String> = texts_sent(&mut kit).into_iter().map(|(_, text)| text).collect();
        let spies = format!("tell 102: Ringside/1 listening mode=spy{tells}");
        let all = vec![spies, "tell 102: Ringside/1 listening mode=none".to_owned()];
        assert_eq!(said, if agent_sees == AgentSees::Nothing { Vec::new() } else { all });
    }
}

#[test]
fn the_pbx_and_the_text_are_one_listener_and_one_tone_whoever_is_first() {
    for is_text_first in [true, false] {
        for text in [SPIES, WITH_TONE] {
            let mut kit = agent(if text == SPIES { AgentSees::Tone } else { AgentSees::Badge });
            floor(&mut kit, &[("201", DeviceState::Busy)]);
            if is_text_first {
                texts(&mut kit, "202", text);
                pbx_sees(&mut kit, true);
            } else {
                pbx_sees(&mut kit, true);
                assert_eq!(listeners(&kit), ["202"], "how is not known");
                texts(&mut kit, "202", text);
            }
            assert_eq!((listeners(&kit), tones(&mut kit)), (vec!["202 Spy".to_owned()], 1), "{is_text_first} {text}");
        }
    }
}

#[test]
fn whoever_leaves_leaves_once() {
    let mut kit = agent(AgentSees::Tone);
    floor(&mut kit, &[("201", DeviceState::Busy)]);
    texts(&mut kit, "202", SPIES);
    pbx_sees(&mut kit, true);
    assert_eq!(tones(&mut kit), 1);
    texts(&mut kit, "202", NONE);
    assert_eq!((listeners(&kit), tones(&mut kit)), (vec!["202".to_owned()], 0), "the PBX sees them still");
    pbx_sees(&mut kit, false);
    assert_eq!((listeners(&kit).len(), tones(&mut kit)), (0, 0));

    texts(&mut kit, "202", SPIES);
    pbx_sees(&mut kit, true);
    assert_eq!(tones(&mut kit), 1);
    kit.ends(2, Reason::RemoteHungUp);
    kit.pass(SECOND);
    assert_eq!((listeners(&kit), tones(&mut kit)), (vec!["202 Spy".to_owned()], 0));
    pbx_sees(&mut kit, false);
    assert_eq!((listeners(&kit).len(), tones(&mut kit)), (0, 0));
}

#[test]
fn without_the_pbx_it_is_over_with_the_call_at_the_latest() {
    let mut kit = agent(AgentSees::Badge);
    texts(&mut kit, "202", SPIES);
    kit.ends(2, Reason::RemoteHungUp);
    assert!(listeners(&kit).is_empty());
    texts(&mut kit, "202", SPIES);
    assert_eq!(listeners(&kit).len(), 1, "their call may be on another telephone");
    kit.pass(4 * 60 * 60 * SECOND);
    assert!(listeners(&kit).is_empty());
}

#[test]
fn a_reconnect_tells_nothing_twice() {
    let mut kit = agent(AgentSees::Tone);
    floor(&mut kit, &[("201", DeviceState::Busy)]);
    pbx_sees(&mut kit, true);
    assert_eq!(tones(&mut kit), 1);
    kit.input(Input::Floor(FloorEvent::Lost));
    kit.input(Input::Manager(Some("it restarts".into())));
    assert_eq!(listeners(&kit), ["202"], "nobody has said otherwise");
    kit.input(Input::Manager(None));
    kit.input(Input::Floor(FloorEvent::Listing));
    device(&mut kit, "201", DeviceState::Busy);
    pbx_sees(&mut kit, true);
    kit.input(Input::Floor(FloorEvent::Listed));
    assert_eq!((listeners(&kit), tones(&mut kit)), (vec!["202".to_owned()], 0));
}

#[test]
fn whoever_is_inside_is_believed_whoever_may_be_asked_for_help() {
    for supervisors in [vec![], vec!["202"]] {
        let supervisors = supervisors.into_iter().map(str::to_owned).collect();
        let mut kit = ruled(SupervisionRules { supervisors, ..SupervisionRules::default() });
        for from in ["74952294989", "", "2\u{200b}02", "sip:202", "999"] {
            texts(&mut kit, from, SPIES);
        }
        assert!(listeners(&kit).is_empty(), "from outside anybody could say so");
        for (known, from) in [(1, "202"), (2, "203"), (3, "104")] {
            texts(&mut kit, from, &SPIES.replace("spy", "whisper"));
            assert_eq!(listeners(&kit).len(), known, "{from}");
        }
    }
}

#[test]
fn whom_the_settings_name_is_believed_wherever_they_are() {
    let supervisors = vec!["999".to_owned()];
    let mut kit = ruled(SupervisionRules { supervisors, ..SupervisionRules::default() });
    texts(&mut kit, "998", SPIES);
    texts(&mut kit, "999", SPIES);
    assert_eq!(listeners(&kit), ["999 Spy"]);
}

#[test]
fn a_flood_is_bounded() {
    let mut kit = ruled(SupervisionRules { agent_sees: AgentSees::Tone, ..SupervisionRules::default() });
    for no in 0..1000 {
        kit.pass(SECOND);
        texts(&mut kit, &format!("{}", 100 + no % 100), SPIES);
    }
    assert_eq!((listeners(&kit).len(), tones(&mut kit)), (8, 8));
    for no in 0..1000 {
        texts(&mut kit, "102", if no % 2 == 0 { NONE } else { SPIES });
    }
    assert!(tones(&mut kit) <= 10);
}

#[test]
fn where_they_are_to_notice_nothing_their_own_row_says_nothing() {
    for (sees, own) in [(AgentSees::Nothing, 0), (AgentSees::Badge, 1), (AgentSees::Tone, 1)] {
        let mut kit = agent(sees);
        floor(&mut kit, &[("201", DeviceState::Busy), ("203", DeviceState::Busy)]);
        pbx_sees(&mut kit, true);
        let (extension, by) = ("203".to_owned(), "202".to_owned());
        kit.input(Input::Floor(FloorEvent::Supervised { extension, by }));
        assert_eq!(on_row(&kit, "201"), own, "{sees:?}");
        assert_eq!(on_row(&kit, "203"), 1, "of a colleague a supervisor's desk sees it");
        // It is said to nobody who follows the changes, either: the story's listener does. And so with other settings.
        let told = |kit: &Kit| {
            let is_told = |change: &&Change| match &change.what {
                What::AgentChanged { agent } => agent.extension == "201" && !agent.supervised_by.is_empty(),
                _ => false,
            };
            kit.changes.iter().filter(is_told).count()
        };
        assert_eq!(told(&kit), own, "{sees:?}");
        let accounts = vec![account("work", "sip:201@pbx.example")];
        kit.input(Input::Settings(Settings { accounts, ..Settings::default() }));
        assert_eq!(on_row(&kit, "201"), 1, "{sees:?}: the badge is the default");
    }
}

/// How many listen, as the row on the floor says.
fn on_row(kit: &Kit, extension: &str) -> usize {
    let agents = kit.desk.snapshot().agents;
    agents.iter().find(|agent| agent.extension == extension).map_or(0, |agent| agent.supervised_by.len())
}
