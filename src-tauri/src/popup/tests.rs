use desk::wire::{Preferences, What, WrapUp};

use super::*;
use crate::staged::{card, carded, change, registered};

/// A desk where a call comes and goes on, and the agent who works in the main window or elsewhere.
struct Stage {
    glance: Glance,
    popup: Popup,
}

const ELSEWHERE: bool = false;
const IN_THE_MAIN_WINDOW: bool = true;

impl Stage {
    fn new() -> Stage {
        Stage { glance: registered(), popup: Popup::default() }
    }

    /// The card becomes this, and the agent works there: is the pop-up seen?
    fn shows(&mut self, card: Card, agent: bool) -> bool {
        self.glance.apply(carded(card));
        self.looks(agent)
    }

    fn looks(&mut self, agent: bool) -> bool {
        self.popup.follow(&self.glance, || agent)
    }

    fn wraps_up(&mut self, mode: WrapUpMode) {
        let rules = CardRules { wrap_up: mode, ..CardRules::default() };
        self.glance.apply(change(What::CardRulesChanged { card_rules: rules }));
    }
}

fn ringing() -> Card {
    card("k1", Some("c1"), CardState::Ringing)
}

fn active() -> Card {
    card("k1", Some("c1"), CardState::Active)
}

fn over(outcome: CardOutcome, wrap_up: Option<WrapUpMode>) -> Card {
    let wrap_up = wrap_up.map(|mode| WrapUp { mode, since: "2026-11-21T10:01:00Z".into(), ends_at: None });
    Card { outcome: Some(outcome), wrap_up, ..card("k1", None, CardState::Ended) }
}

#[test]
fn a_caller_pops_up_is_answered_there_and_wrapped_up() {
    let mut stage = Stage::new();
    stage.wraps_up(WrapUpMode::Optional);
    assert!(!stage.looks(ELSEWHERE), "nobody calls");
    assert!(stage.shows(ringing(), ELSEWHERE));
    assert!(stage.shows(active(), ELSEWHERE), "notes are written while talking");
    assert!(stage.shows(over(CardOutcome::Answered, Some(WrapUpMode::Optional)), ELSEWHERE));
    assert!(!stage.shows(over(CardOutcome::Answered, None), ELSEWHERE), "done is done");
}

#[test]
fn one_of_whom_only_the_pbx_tells_pops_up_too() {
    assert!(Stage::new().shows(card("k1", None, CardState::Ringing), ELSEWHERE));
}

#[test]
fn whoever_looks_at_the_main_window_sees_it_there() {
    let mut stage = Stage::new();
    assert!(!stage.shows(ringing(), IN_THE_MAIN_WINDOW));
    assert!(stage.looks(ELSEWHERE), "turned away, and it still rings");
    assert!(!stage.looks(IN_THE_MAIN_WINDOW));
    assert!(!stage.shows(active(), IN_THE_MAIN_WINDOW));
    assert!(!stage.looks(ELSEWHERE), "answered in the main window, it does not follow the agent around");
}

#[test]
fn one_that_others_took_is_told_and_one_that_gave_up_goes_at_once() {
    let mut stage = Stage::new();
    assert!(stage.shows(ringing(), ELSEWHERE));
    assert!(stage.shows(Card { taken_by: Some("102".into()), ..card("k1", None, CardState::Taken) }, ELSEWHERE));
    stage.glance.apply(change(What::CardRemoved { card: "k1".into() }));
    assert!(!stage.looks(ELSEWHERE));

    let mut stage = Stage::new();
    assert!(stage.shows(ringing(), ELSEWHERE));
    assert!(!stage.shows(over(CardOutcome::Missed, None), ELSEWHERE));
}

#[test]
fn without_wrap_up_a_note_may_be_finished_as_long_as_the_card_is_there() {
    let mut stage = Stage::new();
    stage.wraps_up(WrapUpMode::Off);
    assert!(stage.shows(ringing(), ELSEWHERE));
    assert!(stage.shows(active(), ELSEWHERE));
    assert!(stage.shows(over(CardOutcome::Answered, None), ELSEWHERE));
    stage.glance.apply(change(What::CardRemoved { card: "k1".into() }));
    assert!(!stage.looks(ELSEWHERE));
}

#[test]
fn calls_that_the_agent_places_do_not_pop_up() {
    let placed = |state| Card { direction: Direction::Outbound, ..card("k1", Some("c1"), state) };
    for state in [CardState::Ringing, CardState::Active] {
        assert!(!Stage::new().shows(placed(state), ELSEWHERE), "{state:?}");
    }
}

#[test]
fn nothing_pops_up_while_the_agent_is_not_to_be_disturbed() {
    let mut stage = Stage::new();
    let preferences = |on| Preferences { do_not_disturb: on, ..crate::staged::snapshot().preferences };
    stage.glance.apply(change(What::PreferencesChanged { preferences: preferences(true) }));
    assert!(!stage.shows(card("k1", None, CardState::Ringing), ELSEWHERE));
    stage.glance.apply(change(What::PreferencesChanged { preferences: preferences(false) }));
    assert!(stage.looks(ELSEWHERE));
}

#[test]
fn the_agent_is_not_looked_for_while_nobody_calls() {
    let mut stage = Stage::new();
    stage.popup.follow(&stage.glance, || panic!("asked in vain"));
}
