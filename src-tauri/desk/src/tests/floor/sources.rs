//! Where the floor is known from: events alone, and several sources of the same call.

use super::*;

#[test]
fn webhooks_alone_show_whoever_has_calls() {
    let mut kit = Kit::floor_of(FloorRules { agents: vec![agent("103", "Boris")], ..FloorRules::default() });
    assert_eq!(kit.stands("103").0, AgentState::Unknown, "the settings name them, and nobody tells");
    let a = hook("C/102", "102");
    kit.hears([a.rings(ANNA)]);
    assert_eq!(
        kit.floor_state(),
        FloorState { sources: vec!["dialogs".into(), "events".into()], live: true, trouble: None }
    );
    kit.hears([a.answers()]);
    assert_eq!(kit.stands("102"), (AgentState::Talking, ANNA.into()));
    kit.hears([a.idle()]);
    assert_eq!(kit.stands("102"), (AgentState::Free, String::new()));
    assert!(kit.is_since_now("102"));
    kit.hears([hook("", "103").idle()]);
    assert_eq!(kit.stands("103").0, AgentState::Free, "that is something at last");
    kit.hears([hook("", "7495").idle()]);
    assert_eq!(kit.agents().len(), 2);
}

#[test]
fn events_alone_ask_for_nothing_else() {
    let agents = vec![agent("103", "Boris")];
    let mut kit = Kit::floor_of(FloorRules { agents, source: FloorSource::Events, ..FloorRules::default() });
    assert!(!kit.take_commands().iter().any(|command| matches!(command, Command::Watch { .. })));
    kit.hears([hook("C/102", "102").rings(ANNA)]);
    assert_eq!(kit.floor_state(), FloorState { sources: vec!["events".into()], live: true, trouble: None });
}

#[test]
fn two_sources_of_one_call_are_one_call() {
    let mut kit = Kit::staffed(&["102"]);
    let (a, b) = (ami("1795.1", "102"), hook("C/102", "102").of("D"));
    kit.hears([a.rings(ANNA)]);
    kit.changed();
    kit.hears([b.rings(ANNA)]);
    assert!(kit.changed().iter().all(|changed| changed.starts_with("floor")), "nothing new of anybody");
    kit.hears([b.answers()]);
    assert_eq!(kit.stands("102"), (AgentState::Talking, ANNA.into()), "whoever is the first to tell");
    kit.changed();
    kit.hears([a.answers()]);
    kit.floor_hears([device("102", DeviceState::Busy)]);
    assert!(kit.changed().is_empty());
    assert_eq!(kit.agents().iter().filter(|agent| agent.party.is_some()).count(), 1);
    kit.wait(60);
    kit.hears([a.ends()]);
    assert_eq!(kit.stands("102").0, AgentState::Talking, "the other still says so");
    kit.hears([b.idle()]);
    assert_eq!(kit.stands("102").0, AgentState::Free);
}

#[test]
fn an_idle_extension_is_so_by_the_word_of_one_source() {
    let mut kit = Kit::staffed(&["102"]);
    let (a, b) = (ami("A", "102"), hook("C/102", "102"));
    kit.hears([a.rings(ANNA), a.answers(), b.idle()]);
    assert_eq!(kit.stands("102").0, AgentState::Talking, "what the manager interface tells is not over by that");
}

#[test]
fn nobody_else_is_shown_where_the_settings_want_it() {
    let agents = vec![agent("103", "Boris")];
    let mut kit = Kit::floor_of(FloorRules { agents, only_these: true, ..FloorRules::default() });
    kit.hears([hook("C/102", "102").rings(ANNA), hook("C/103", "103").rings(ANNA)]);
    let shown: Vec<String> = kit.agents().into_iter().map(|agent| agent.extension).collect();
    assert_eq!(shown, ["103"]);
    assert_eq!(kit.agent("103").name.as_deref(), Some("Boris"));
}

#[test]
fn a_floor_that_is_off_shows_nothing() {
    let mut kit = Kit::floor_of(FloorRules { source: FloorSource::Off, ..FloorRules::default() });
    kit.listing([device("102", DeviceState::Free), member("sales", "102", None)]);
    kit.hears([hook("C/102", "102").rings(ANNA)]);
    assert!(kit.changed().is_empty());
    let snapshot = kit.desk.snapshot();
    assert!(snapshot.agents.is_empty() && snapshot.queues.is_empty());
    assert_eq!(snapshot.floor, FloorState::default());
}

#[test]
fn other_settings_are_followed_at_once() {
    let mut kit = Kit::floor_of(FloorRules { agents: vec![agent("103", "Boris")], ..FloorRules::default() });
    kit.listing([device("102", DeviceState::Free), member("sales", "102", None)]);
    let settings = |floor| Settings {
        accounts: vec![account("work", "sip:101@pbx.example")],
        cards: Cards { extensions: vec!["100-199".into()], ..Cards::default() },
        floor,
        ..Settings::default()
    };
    kit.changed();
    let agents = vec![agent("102", "Clara")];
    kit.input(Input::Settings(settings(FloorRules { agents, ..FloorRules::default() })));
    assert_eq!(kit.changed(), ["no 103", "102"]);
    assert_eq!(kit.agent("102").name.as_deref(), Some("Clara"));
    kit.input(Input::Settings(settings(FloorRules { source: FloorSource::Off, ..FloorRules::default() })));
    assert_eq!(kit.changed(), ["no 102", "no sales", "floor false"]);
    kit.input(Input::Settings(settings(FloorRules::default())));
    assert_eq!(kit.changed(), ["102", "sales", "floor true"], "what was told meanwhile is known");
    assert_eq!(kit.agent("102").name, None);
}

#[test]
fn an_own_telephone_is_marked() {
    let kit = Kit::staffed(&["101", "102"]);
    assert!(kit.agent("101").is_own && !kit.agent("102").is_own);
}
