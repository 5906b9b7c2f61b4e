//! Dialogs of other extensions (RFC 4235), where nothing better tells.

use phone::{Watched, WatchedDialog, WatchedState};

use super::*;

fn dialog(id: &str, state: WatchedState, initiator: Option<bool>) -> WatchedDialog {
    let peer = Peer { number: ANNA.into(), name: None, uri: format!("sip:{ANNA}@pbx.example") };
    WatchedDialog { id: id.into(), state, initiator, remote: Some(peer) }
}

fn rules(source: FloorSource) -> FloorRules {
    FloorRules { agents: vec![agent("102", "Boris"), agent("103", "Clara")], source, ..FloorRules::default() }
}

impl Kit {
    fn watches(&mut self, target: &str, watched: Watched) {
        let (account, target) = (AccountId("work".into()), target.into());
        self.hear(Event::Watched { account, target, watched });
    }

    fn dialogs(&mut self, target: &str, dialogs: Vec<WatchedDialog>) {
        self.watches(target, Watched::Dialogs(dialogs));
    }

    /// Whom the phone was asked to watch last.
    fn watched(&mut self) -> Option<Vec<String>> {
        let watched = |command| match command {
            Command::Watch { targets, .. } => Some(targets),
            _ => None,
        };
        self.take_commands().into_iter().filter_map(watched).next_back()
    }
}

#[test]
fn dialogs_alone_tell_what_the_agents_of_the_settings_do() {
    let mut kit = Kit::floor_of(rules(FloorSource::Auto));
    assert_eq!(kit.stands("102").0, AgentState::Unknown);
    assert!(!kit.floor_state().live, "nobody has told yet");
    kit.dialogs("102", Vec::new());
    assert_eq!(kit.floor_state(), FloorState { sources: vec!["dialogs".into()], live: true, trouble: None });
    assert_eq!((kit.agent("102").state, kit.agent("102").since), (AgentState::Free, None), "since when nobody knows");
    for (state, initiator, shown) in [
        (WatchedState::Trying, Some(true), AgentState::Dialing),
        (WatchedState::Early, Some(false), AgentState::Ringing),
        (WatchedState::Confirmed, Some(false), AgentState::Talking),
    ] {
        kit.wait(5);
        kit.changed();
        kit.dialogs("102", vec![dialog("d", state, initiator)]);
        assert_eq!(kit.stands("102"), (shown, ANNA.into()));
        assert!(kit.is_since_now("102"));
        assert_eq!(kit.changed(), ["102"]);
        kit.wait(5);
        kit.dialogs("102", vec![dialog("d", state, initiator)]);
        assert!(kit.changed().is_empty(), "told again");
    }
    kit.dialogs("102", Vec::new());
    assert_eq!(kit.stands("102"), (AgentState::Free, String::new()));
    assert!(kit.is_since_now("102"));
    kit.dialogs("104", vec![dialog("d", WatchedState::Confirmed, None)]);
    assert_eq!(kit.agents().len(), 2, "only who is watched");
}

#[test]
fn a_call_that_was_there_before_began_at_an_unknown_time() {
    let mut kit = Kit::floor_of(rules(FloorSource::Auto));
    kit.dialogs("102", vec![dialog("d", WatchedState::Confirmed, None)]);
    assert_eq!((kit.stands("102").0, kit.agent("102").since), (AgentState::Talking, None));
}

#[test]
fn a_pbx_that_refuses_subscriptions_is_said_to() {
    let mut kit = Kit::floor_of(rules(FloorSource::Auto));
    kit.watches("102", Watched::Unknown(Some(489)));
    let trouble = kit.floor_state().trouble.expect("a reason");
    assert_eq!((trouble.code.as_str(), trouble.sip_status), ("floor_not_told", Some(489)));
    kit.dialogs("103", Vec::new());
    assert!(kit.floor_state().live, "one of them is told of");
    assert_eq!(kit.floor_state().trouble, None);
    kit.watches("103", Watched::Unknown(None));
    assert_eq!((kit.stands("103").0, kit.floor_state().live), (AgentState::Unknown, false));
}

#[test]
fn the_manager_interface_takes_the_place_of_dialogs() {
    let mut kit = Kit::floor_of(rules(FloorSource::Auto));
    kit.dialogs("102", vec![dialog("d", WatchedState::Confirmed, None)]);
    kit.take_commands();
    kit.listing([device("102", DeviceState::Free)]);
    assert_eq!(kit.watched(), Some(Vec::new()), "nobody is watched any more");
    assert_eq!(kit.stands("102").0, AgentState::Free, "and what that told counts no more");
    kit.dialogs("102", vec![dialog("d", WatchedState::Confirmed, None)]);
    assert_eq!(kit.stands("102").0, AgentState::Free, "nor what is still on its way");
    assert_eq!(kit.floor_state().sources, ["ami"]);
    kit.floor_hears([FloorEvent::Lost]);
    assert_eq!(kit.watched(), None, "it will be back");
}

#[test]
fn dialogs_and_events_of_one_call_are_one_call() {
    let mut kit = Kit::floor_of(rules(FloorSource::Dialogs));
    kit.dialogs("102", Vec::new());
    let a = hook("C/102", "102");
    kit.hears([CallEvent { queue: Some("sales".into()), ..a.rings(ANNA) }]);
    kit.changed();
    kit.dialogs("102", vec![dialog("d", WatchedState::Early, Some(false))]);
    assert!(kit.changed().is_empty());
    kit.dialogs("102", vec![dialog("d", WatchedState::Confirmed, Some(false))]);
    assert_eq!(kit.stands("102").0, AgentState::Talking, "whoever is the first to tell");
    kit.wait(1);
    kit.hears([a.answers()]);
    assert_eq!(kit.agent("102").queue.as_deref(), Some("sales"), "and the one that tells more counts");
    kit.hears([a.idle()]);
    kit.dialogs("102", Vec::new());
    assert_eq!(kit.stands("102").0, AgentState::Free);
}

#[test]
fn a_call_whose_end_was_lost_is_over_once_dialogs_have_said_so() {
    let mut kit = Kit::floor_of(rules(FloorSource::Dialogs));
    let a = hook("C/102", "102");
    kit.hears([a.rings(ANNA), a.answers()]);
    kit.dialogs("102", vec![dialog("d", WatchedState::Confirmed, Some(false))]);
    kit.wait(60);
    kit.dialogs("102", Vec::new());
    kit.wait(9);
    assert_eq!(kit.stands("102").0, AgentState::Talking);
    kit.wait(1);
    assert_eq!(kit.stands("102").0, AgentState::Free);
}

#[test]
fn whom_to_watch_follows_the_settings_and_the_account() {
    let settings = |accounts: &[&str], agents: Vec<FloorAgent>| Settings {
        accounts: accounts.iter().map(|id| account(id, &format!("sip:{id}@pbx.example"))).collect(),
        floor: FloorRules { agents, ..FloorRules::default() },
        ..Settings::default()
    };
    let mut kit = Kit::with(settings(&["work", "home"], Vec::new()));
    assert_eq!(kit.watched(), None, "nobody is to be watched");
    kit.input(Input::Settings(settings(&["work", "home"], vec![agent("102", "Boris"), agent("103", "Clara")])));
    assert_eq!(kit.watched(), Some(vec!["102".to_owned(), "103".to_owned()]));
    for extension in ["102", "103"] {
        kit.dialogs(extension, vec![dialog("d", WatchedState::Confirmed, None)]);
    }
    kit.input(Input::Settings(settings(&["work", "home"], vec![agent("102", "Boris")])));
    assert_eq!(kit.watched(), Some(vec!["102".to_owned()]));
    assert_eq!(kit.stands("102").0, AgentState::Talking, "still watched");
    assert_eq!(kit.agents().len(), 1, "nothing is known of the other");
    kit.input(Input::Settings(settings(&["home"], vec![agent("102", "Boris")])));
    let watches = |command: &Command| matches!(command, Command::Watch { account, .. } if account.0 == "home");
    assert!(kit.take_commands().iter().any(watches));
    assert_eq!(kit.stands("102").0, AgentState::Unknown, "what another account was told counts no more");
    assert!(!kit.floor_state().live);
}
