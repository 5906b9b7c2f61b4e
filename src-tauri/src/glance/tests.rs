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
