use desk::wire::{CallState, Direction, Language, Preferences, PromptSource, Reason, Registration, What};

use super::*;
use crate::staged::*;

#[test]
fn the_first_line_says_how_the_phone_stands() {
    let mut glance = registered();
    assert_eq!(Face::of(&glance).status, "Ready");
    glance.apply(changed(call("c1", Direction::Inbound, CallState::Ringing)));
    assert_eq!(Face::of(&glance).status, "Ringing");
    glance.apply(changed(call("c1", Direction::Inbound, CallState::Held)));
    assert_eq!(Face::of(&glance).status, "In a call");
    glance.apply(changed(call("c1", Direction::Inbound, CallState::Ended)));
    glance.apply(change(What::AccountChanged { account: account(Registration::Failed) }));
    assert_eq!(Face::of(&glance).status, "Not connected");
}

#[test]
fn missed_calls_are_counted_beside_it() {
    let mut glance = registered();
    glance.apply(ended(Direction::Inbound, None, Reason::Cancelled));
    glance.apply(ended(Direction::Inbound, None, Reason::NoAnswer));
    assert_eq!(Face::of(&glance).status, "Ready · Missed calls: 2");
}

#[test]
fn what_waits_for_a_yes_is_marked() {
    let mut glance = registered();
    glance.apply(change(What::PromptChanged { prompt: prompt("p1", PromptSource::Page, false) }));
    let face = Face::of(&glance);
    assert_eq!(face.status, "Ready · Waiting for your yes: 1");
    assert!(face.asking);
    glance.apply(change(What::PromptRemoved { prompt: "p1".into(), answer: None, call: None, origination: None }));
    assert!(!Face::of(&glance).asking);
}

#[test]
fn it_speaks_the_agents_language_and_shows_do_not_disturb() {
    let mut glance = registered();
    let preferences = Preferences { language: Language::Ru, do_not_disturb: true, secrets_in_file: false };
    glance.apply(change(What::PreferencesChanged { preferences }));
    let face = Face::of(&glance);
    assert_eq!(face.status, "Не беспокоить");
    assert!(face.do_not_disturb);
}

#[test]
fn an_unchanged_desk_has_the_same_face() {
    let mut glance = registered();
    let before = Face::of(&glance);
    glance.apply(change(What::Levels { microphone: -20.0, speaker: -60.0 }));
    assert_eq!(Face::of(&glance), before, "levels come twenty times a second; the tray must not redraw");
}
