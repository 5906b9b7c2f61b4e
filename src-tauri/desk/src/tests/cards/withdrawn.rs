//! The CRM is not told of a call that turns out to be no success before it was told.

use super::*;

/// 101 calls Anna, and it looks as if she had answered.
fn seems_to_speak(kit: &mut Kit) {
    let a = simotel("C/101", "101");
    kit.told_all([a.dials(ANNA), a.answered()]);
    kit.seconds(10);
    let more_follows = Ended { more_follows: true, ..Ended::of(Outcome::Unknown) };
    kit.told(a.tells(cti::What::Ended(more_follows)));
}

#[test]
fn a_call_out_that_its_record_says_nobody_answered_is_not_told() {
    for outcome in [Outcome::NoAnswer, Outcome::Busy, Outcome::Failed, Outcome::Cancelled] {
        let mut kit = Kit::desk();
        seems_to_speak(&mut kit);
        assert_eq!(kit.card().registration, CardRegistration::Waiting);
        assert_eq!(kit.due_in("simotel/C/101"), Duration::from_secs(10), "its record is waited for");
        kit.seconds(3);
        kit.told(simotel("C/101", "101").recorded(outcome));
        assert!(kit.registered().is_empty(), "{outcome:?}");
        assert_eq!(kit.card().registration, CardRegistration::None, "{outcome:?}");
        let row = kit.row("simotel/C/101");
        assert_eq!((row.answered_at, row.talk_ms), (None, 0), "nor does the history say that they spoke");
        kit.seconds(120);
        assert!(kit.registered().is_empty() && kit.cards().is_empty());
    }
}

#[test]
fn a_record_that_comes_late_still_counts_while_the_crm_was_not_reached() {
    let mut kit = Kit::desk();
    seems_to_speak(&mut kit);
    kit.seconds(30);
    assert_eq!(kit.registered().len(), 1);
    kit.told(simotel("C/101", "101").recorded(Outcome::NoAnswer));
    assert!(kit.registered().is_empty());
}

#[test]
fn what_the_crm_was_told_stays_told() {
    let mut kit = Kit::desk();
    seems_to_speak(&mut kit);
    kit.seconds(3);
    kit.input(Input::Registered("simotel/C/101".into()));
    kit.told(simotel("C/101", "101").recorded(Outcome::NoAnswer));
    assert_eq!(kit.card().registration, CardRegistration::Done);
}

#[test]
fn another_telephone_that_reached_nobody_is_not_told_either() {
    let mut kit = Kit::desk_with(Cards { register: Register::Calls, ..cards() });
    let a = simotel("C/101", "101");
    kit.asks(&format!(r#"{{"type":"dial","target":"{ANNA}"}}"#));
    kit.told_all([a.dials(ANNA), a.answered()]);
    kit.ends(1, Reason::Cancelled);
    kit.seconds(1);
    let more_follows = Ended { more_follows: true, ..Ended::of(Outcome::Unknown) };
    kit.told(a.tells(cti::What::Ended(more_follows)));
    assert_eq!(kit.registered().len(), 1);
    kit.told(a.recorded(Outcome::NoAnswer));
    assert!(kit.registered().is_empty());
    assert_eq!(kit.card().registration, CardRegistration::None);
}
