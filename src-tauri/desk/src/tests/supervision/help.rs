//! Help in a call, from the one desk to the other.

use super::*;
use crate::wire::{Help, HelpAsked};

const ASK: &str = r#"{"type":"ask_help","text":"They want it ended today"}"#;

/// An agent with these supervisors.
fn agent(supervisors: &[&str]) -> Kit {
    let supervisors = supervisors.iter().map(|one| (*one).to_owned()).collect();
    ruled(SupervisionRules { supervisors, ..SupervisionRules::default() })
}

fn asked(kit: &Kit) -> Option<HelpAsked> {
    kit.desk.snapshot().help_asked
}

fn wanted(kit: &Kit) -> Vec<Help> {
    kit.desk.snapshot().help
}

/// The whole text that was sent last.
fn text_of(kit: &mut Kit) -> (u64, String) {
    let text = |command| if let Command::Message { id, text, .. } = command { Some((id, text)) } else { None };
    kit.take_commands().into_iter().filter_map(text).next_back().expect("a text was sent")
}

fn sent(kit: &mut Kit, id: u64, status: Option<u16>) {
    kit.hear(Event::MessageSent(id, status));
}

#[test]
fn help_is_asked_comes_is_listened_to_with_one_key_and_is_over() {
    let (mut agent, mut supervisor) = (agent(&["202"]), supervisor());
    agent.up(2);
    agent.take_commands();
    agent.asks(ASK);
    assert_eq!(asked(&agent), Some(HelpAsked::Asking));
    let (id, text) = text_of(&mut agent);
    let words: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(
        words,
        ["201 asks for help in the call with 74952294989.", "They want it ended today"],
        "on any telephone"
    );
    sent(&mut agent, id, Some(200));
    assert_eq!(asked(&agent), Some(HelpAsked::Delivered));

    texts(&mut supervisor, "102", &text);
    let help = wanted(&supervisor);
    let [Help { id, extension, number, text: said, .. }] = help.as_slice() else { panic!("{help:?}") };
    assert_eq!(
        (extension.as_str(), number.as_deref(), said.as_deref()),
        ("102", Some("74952294989"), Some("They want it ended today"))
    );
    assert_eq!((id.as_str(), notices(&supervisor.changes).len()), ("h1", 0));
    let order = supervises(&mut supervisor, "spy");
    assert!(wanted(&supervisor).is_empty(), "somebody takes care of it");
    comes_up(&mut supervisor, 2, &order);

    texts(&mut agent, "202", "Ringside/1 listening mode=spy\nYour supervisor 202 is listening.");
    assert_eq!(asked(&agent), None, "whom they asked for is there");
    assert_eq!(texts_sent(&mut agent).len(), 1, "and the others need not come");
}

#[test]
fn one_desk_that_has_it_is_enough_and_none_is_a_failure() {
    let mut kit = agent(&["202", "203"]);
    kit.asks(r#"{"type":"ask_help"}"#);
    let ids: Vec<u64> = texts_sent(&mut kit).into_iter().map(|(id, _)| id).collect();
    let [first, second] = ids[..] else { panic!("{ids:?}") };
    sent(&mut kit, first, Some(404));
    assert_eq!(asked(&kit), Some(HelpAsked::Asking));
    sent(&mut kit, second, Some(202));
    assert_eq!(asked(&kit), Some(HelpAsked::Delivered));
    kit.asks(r#"{"type":"ask_help"}"#);
    let ids: Vec<u64> = texts_sent(&mut kit).into_iter().map(|(id, _)| id).collect();
    sent(&mut kit, first, Some(200));
    for id in ids {
        sent(&mut kit, id, None);
    }
    assert_eq!((asked(&kit), notices(&kit.changes)), (Some(HelpAsked::Failed), vec!["help_not_delivered"]));
    kit.pass(31 * SECOND);
    assert_eq!(asked(&kit), None);
    assert!(texts_sent(&mut kit).is_empty(), "nobody has heard of it");
}

#[test]
fn it_ends_with_a_click_with_the_call_and_after_ten_minutes() {
    let ends: [fn(&mut Kit); 3] = [
        |kit| assert!(kit.asks(r#"{"type":"cancel_help"}"#).is_none()),
        |kit| kit.ends(2, Reason::RemoteHungUp),
        |kit| kit.pass(601 * SECOND),
    ];
    for end in ends {
        let mut kit = agent(&["202"]);
        kit.up(2);
        kit.asks(ASK);
        kit.take_commands();
        end(&mut kit);
        assert_eq!(asked(&kit), None);
        let told = texts_sent(&mut kit);
        assert!(
            matches!(told.as_slice(), [(_, text)] if text.starts_with("tell 202: Ringside/1 help_over id=")),
            "{told:?}"
        );
    }
}

#[test]
fn whoever_asks_is_looked_at() {
    let mut kit = agent(&[]);
    assert_eq!(kit.is_refused(ASK), (409, "no_supervisors".into()));
    let mut kit = agent(&["202", "201", "not one", "203"]);
    assert_eq!(kit.is_refused(r#"{"type":"ask_help","call":"c8"}"#), (400, "unknown_call".into()));
    kit.asks(ASK);
    let whom: Vec<String> = texts_sent(&mut kit).into_iter().map(|(_, text)| text[5..8].to_owned()).collect();
    assert_eq!(whom, ["202", "203"], "nobody asks themselves");
    let refused = (0..20).filter(|_| kit.ask(ASK).is_err()).count();
    assert_eq!(refused, 18, "three at once");
    kit.pass(5 * SECOND);
    kit.asks(ASK);
}

#[test]
fn a_supervised_call_is_none_to_ask_help_in() {
    let rules =
        SupervisionRules { orders: OrdersBy::Manager, supervisors: vec!["203".into()], ..SupervisionRules::default() };
    let mut kit = ruled(rules);
    let order = supervises(&mut kit, "spy");
    comes_up(&mut kit, 2, &order);
    kit.take_commands();
    assert_eq!(kit.is_refused(r#"{"type":"ask_help","call":"c2"}"#), (400, "unknown_call".into()));
    kit.asks(ASK);
    assert!(!text_of(&mut kit).1.contains("number="), "it would tell whom others talk to");
}

#[test]
fn help_wanted_is_over_when_they_say_so_when_their_call_is_or_when_nobody_came() {
    let says = |kit: &mut Kit| texts(kit, "102", "Ringside/1 help id=5f2c\n102 asks for help.\nQuick");
    let mut kit = supervisor();
    says(&mut kit);
    texts(&mut kit, "103", "Ringside/1 help_over id=5f2c");
    texts(&mut kit, "102", "Ringside/1 help_over id=other");
    assert_eq!(wanted(&kit).len(), 1, "nobody else's and no other");
    texts(&mut kit, "102", "Ringside/1 help_over id=5f2c");
    assert!(wanted(&kit).is_empty());

    says(&mut kit);
    floor(&mut kit, &[("102", DeviceState::Free)]);
    assert_eq!(wanted(&kit).len(), 1, "they may ask before they talk");
    device(&mut kit, "102", DeviceState::Busy);
    kit.pass(2 * SECOND);
    device(&mut kit, "102", DeviceState::Free);
    assert!(wanted(&kit).is_empty(), "their call is over");

    says(&mut kit);
    kit.asks(&format!(r#"{{"type":"dismiss_help","help":"{}"}}"#, wanted(&kit)[0].id));
    assert_eq!(kit.is_refused(r#"{"type":"dismiss_help","help":"h3"}"#), (400, "unknown_help".into()));

    says(&mut kit);
    kit.pass(600 * SECOND);
    assert!(wanted(&kit).is_empty());
}

#[test]
fn somebody_who_asks_again_is_shown_once() {
    let mut kit = supervisor();
    for text in ["first", "second"] {
        texts(&mut kit, "102", &format!("Ringside/1 help id={text}\n102 asks for help.\n{text}"));
    }
    let shown: Vec<Option<String>> = wanted(&kit).into_iter().map(|help| help.text).collect();
    assert_eq!(shown, [Some("second".to_owned())]);
}

#[test]
fn strangers_get_no_help_and_a_flood_is_bounded() {
    let mut kit = supervisor();
    for from in ["74952294989", "999", "", "sip:102", "anonymous", "1\u{200b}02"] {
        texts(&mut kit, from, "Ringside/1 help id=1\nHelp!");
    }
    assert!(wanted(&kit).is_empty());
    for no in 0..1000 {
        texts(
            &mut kit,
            &format!("{}", 100 + no % 100),
            &format!("Ringside/1 help id={no}\nHelp!\n{}", "x".repeat(8000)),
        );
    }
    assert_eq!(wanted(&kit).len(), 20);
    assert!(wanted(&kit).iter().all(|help| help.text.as_ref().is_some_and(|text| text.len() == 300)));
    for no in 0..1000 {
        kit.pass(SECOND / 2);
        texts(&mut kit, &format!("{}", 100 + no % 100), &format!("Ringside/1 help id={no}\nHelp!"));
    }
    assert_eq!(wanted(&kit).len(), 50);
}
