use desk::wire::PromptSource;

use super::*;
use crate::staged::*;

#[test]
fn a_call_comes_is_answered_and_ends() {
    let mut glance = registered();
    assert_eq!(glance.presence(), Presence::Ready);

    glance.apply(changed(call("c1", Direction::Inbound, CallState::Ringing)));
    assert_eq!(glance.presence(), Presence::Ringing);
    assert_eq!(glance.ringing().map(|call| call.id.as_str()).collect::<Vec<_>>(), ["c1"]);

    glance.apply(changed(call("c1", Direction::Inbound, CallState::Active)));
    assert_eq!(glance.presence(), Presence::InCall);
    assert_eq!(glance.ringing().count(), 0, "an answered call no longer rings");

    glance.apply(changed(call("c1", Direction::Inbound, CallState::Ended)));
    assert_eq!(glance.presence(), Presence::Ready, "an ended call may stay listed for half a minute");
    glance.apply(change(What::CallRemoved { call: "c1".into() }));
    assert_eq!(glance.presence(), Presence::Ready);
}

#[test]
fn a_call_we_place_does_not_ring_here() {
    let mut glance = registered();
    glance.apply(changed(call("c1", Direction::Outbound, CallState::Ringing)));
    assert_eq!(glance.presence(), Presence::InCall);
    assert_eq!(glance.ringing().count(), 0);
}

#[test]
fn a_call_is_placed_until_it_is_over() {
    let mut glance = registered();
    for state in [CallState::Dialing, CallState::Ringing, CallState::Early, CallState::Active, CallState::Ending] {
        glance.apply(changed(call("c1", Direction::Outbound, state)));
        assert_eq!(glance.placed().map(|call| call.id.as_str()).collect::<Vec<_>>(), ["c1"], "{state:?}");
    }
    glance.apply(changed(call("c2", Direction::Inbound, CallState::Active)));
    glance.apply(changed(call("c1", Direction::Outbound, CallState::Ended)));
    assert_eq!(glance.placed().count(), 0, "one is over, the other came in");
}

#[test]
fn without_a_registered_account_the_phone_is_offline() {
    let mut glance = registered();
    glance.apply(change(What::AccountChanged { account: account(Registration::Failed) }));
    assert_eq!(glance.presence(), Presence::Offline);
    glance.apply(change(What::AccountChanged { account: account(Registration::Registered) }));
    assert_eq!(glance.presence(), Presence::Ready);
    glance.apply(change(What::AccountRemoved { account: "work".into() }));
    assert_eq!(glance.presence(), Presence::Offline);
}

#[test]
fn missed_calls_count_until_the_agent_looks() {
    let mut glance = registered();
    for reason in [Reason::Cancelled, Reason::NoAnswer, Reason::Busy] {
        glance.apply(ended(Direction::Inbound, None, reason));
    }
    assert_eq!(glance.missed(), 3);

    glance.apply(ended(Direction::Inbound, None, Reason::Declined));
    glance.apply(ended(Direction::Inbound, None, Reason::AnsweredElsewhere));
    glance.apply(ended(Direction::Inbound, Some("2026-11-21T10:00:00Z"), Reason::RemoteHungUp));
    glance.apply(ended(Direction::Outbound, None, Reason::NoAnswer));
    assert_eq!(glance.missed(), 3, "refused, taken elsewhere, talked, and our own call: none of them is missed");

    glance.resync(snapshot());
    assert_eq!(glance.missed(), 3, "lost changes do not forgive missed calls");
    glance.seen();
    assert_eq!(glance.missed(), 0);
}

#[test]
fn preferences_are_followed() {
    let mut glance = registered();
    let preferences = Preferences { language: Language::Fa, do_not_disturb: true, secrets_in_file: false };
    glance.apply(change(What::PreferencesChanged { preferences }));
    assert!(glance.do_not_disturb());
    assert_eq!(glance.language(), Language::Fa);
}

#[test]
fn prompts_come_change_and_go_and_the_hotkey_follows() {
    let mut glance = registered();
    assert_eq!(glance.hotkey(), "Ctrl+Alt+C");
    let asked = |repeats| What::PromptChanged { prompt: Prompt { repeats, ..prompt("p1", PromptSource::Page, false) } };
    glance.apply(change(asked(0)));
    glance.apply(change(asked(3)));
    assert_eq!(glance.prompts().iter().map(|prompt| prompt.repeats).collect::<Vec<_>>(), [3]);
    glance.apply(change(What::PromptRemoved { prompt: "p1".into(), answer: None, call: None, origination: None }));
    assert_eq!(glance.prompts(), []);
    glance.apply(change(What::ClickToCallChanged { click_to_call: click_to_call("") }));
    assert_eq!(glance.hotkey(), "");
}

#[test]
fn a_promise_is_told_once_it_is_due_and_to_nobody_but_whose_it_is() {
    let mut glance = registered();
    let due = |glance: &Glance| glance.due().map(|callback| callback.id.clone()).collect::<Vec<_>>();
    let mut changes = |callback: Callback| {
        glance.apply(Change { seq: 1, what: What::CallbackChanged { callback: Box::new(callback) } });
        due(&glance)
    };
    let open = callback("b1");
    assert_eq!(changes(Callback { is_due: false, ..open.clone() }), [""; 0]);
    assert_eq!(changes(open.clone()), ["b1"]);
    let claimed = Callback { state: CallbackState::Claimed, ..open.clone() };
    assert_eq!(changes(claimed.clone()), [""; 0], "a colleague has it");
    assert_eq!(changes(Callback { is_mine: true, ..claimed }), ["b1"]);
    assert_eq!(changes(Callback { state: CallbackState::Closed, ..open }), [""; 0]);
}
