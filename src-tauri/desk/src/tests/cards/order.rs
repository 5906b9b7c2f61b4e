//! Events that come late, twice, out of order or not at all.

use super::*;

/// All orders of three.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

#[test]
fn three_events_in_any_order_are_one_registration() {
    let a = leg("A", "101");
    let told = [a.offered(ANNA), a.answered(), a.hung_up()];
    for order in ORDERS {
        for repeated in [1, 2, 3] {
            let mut kit = Kit::desk();
            for at in order {
                for _ in 0..repeated {
                    kit.told(told[at].clone());
                    kit.pass(Duration::from_millis(300));
                }
            }
            let registration = kit.registration();
            assert_eq!(registration["duration_ms"], 61_500, "{order:?}");
            assert_eq!(registration["number"], ANNA, "{order:?}");
            assert_eq!(kit.card().outcome, Some(CardOutcome::Answered), "{order:?}");
        }
    }
}

#[test]
fn what_was_told_twice_says_nothing_new() {
    let mut kit = Kit::desk();
    let a = leg("A", "101");
    for event in [a.offered(ANNA), a.answered(), a.hung_up()] {
        kit.told(event.clone());
        let (changes, written) = (kit.changes.len(), kit.written.len());
        kit.told(event);
        assert_eq!((kit.changes.len(), kit.written.len()), (changes, written));
    }
    assert_eq!(kit.moments(), [Moment::Ring, Moment::Answer, Moment::End]);
}

#[test]
fn an_end_before_its_answer_is_missed_until_the_answer_comes() {
    for late in [1, 3, 20] {
        let mut kit = Kit::desk();
        let a = leg("A", "101");
        kit.told_all([a.offered(ANNA), a.hung_up()]);
        assert_eq!(
            kit.card().outcome,
            Some(CardOutcome::Missed),
            "without an answer no success, whatever the end says"
        );
        assert!(kit.registered().is_empty());
        kit.seconds(late);
        kit.told(a.answered());
        assert_eq!(kit.card().outcome, Some(CardOutcome::Answered), "after {late} s");
        assert_eq!(kit.registration()["duration_ms"], 61_500);
    }
}

#[test]
fn an_answer_after_all_was_forgotten_changes_nothing() {
    let mut kit = Kit::desk();
    let a = leg("A", "101");
    kit.told_all([a.offered(ANNA), a.ended(Outcome::Cancelled)]);
    kit.seconds(120);
    kit.told(a.answered());
    kit.seconds(120);
    assert!(kit.registered().is_empty() && kit.cards().is_empty() && kit.desk.deck.is_idle());
}

#[test]
fn an_offer_may_be_the_last_to_come() {
    let mut kit = Kit::desk();
    let a = leg("A", "101");
    kit.told_all([a.answered(), a.hung_up()]);
    assert!(kit.cards().is_empty(), "an answer without an offer has no card");
    kit.seconds(30);
    kit.told(a.offered(ANNA));
    assert_eq!(kit.registration()["number"], ANNA);
}

#[test]
fn a_lost_end_is_waited_for_for_two_hours() {
    let mut kit = Kit::desk();
    let a = leg("A", "101");
    kit.told_all([a.offered(ANNA), a.answered()]);
    kit.seconds(2 * 60 * 60 - 1);
    assert!(kit.registered().is_empty());
    assert_eq!(kit.card().state, CardState::Active);
    kit.seconds(1);
    let told = kit.registration();
    assert_eq!(told.get("duration_ms"), None, "how long they talked nobody knows");
    assert_eq!(told.get("ended_at"), None);
    assert_eq!(kit.row("dial_in/A").talk_ms, 0);
    assert_eq!(kit.card().state, CardState::Ended);
    kit.told(a.hung_up());
    assert_eq!(kit.registration()["duration_ms"], 61_500, "better late than never");
    assert_eq!(kit.registration()["recording_id"], "rec-7");
}

/// A call at this telephone that the PBX tells of, too, and that was answered.
fn talks_here() -> (Kit, Told<'static>) {
    let mut kit = Kit::desk();
    kit.invited(2, ANNA, &[]);
    let a = leg("A", "101");
    kit.told(a.offered(ANNA));
    kit.answers(2);
    kit.told(a.answered());
    (kit, a)
}

#[test]
fn a_lost_end_is_not_waited_for_when_the_call_was_here_and_is_over() {
    let (mut kit, _) = talks_here();
    kit.seconds(33);
    kit.ends(2, Reason::RemoteHungUp);
    let ended = kit.now.wall;
    assert!(kit.registered().is_empty(), "the PBX has the word");
    kit.seconds(5);
    let told = kit.registration();
    assert_eq!(told["duration_ms"], 33_000, "as this telephone measured");
    assert_eq!(told["ended_at"], ended.to_string());
}

#[test]
fn a_call_that_is_up_here_is_not_over_however_long_it_lasts() {
    let (mut kit, a) = talks_here();
    kit.seconds(5 * 60 * 60);
    assert!(kit.registered().is_empty(), "it is up");
    assert_eq!(kit.card().state, CardState::Active);
    kit.ends(2, Reason::RemoteHungUp);
    kit.told(a.tells(cti::What::Ended(Ended { talk_ms: Some(17_999_000), ..Ended::of(Outcome::Answered) })));
    assert_eq!(kit.registration()["duration_ms"], 17_999_000, "as the PBX told it");
    let (mut kit, _) = talks_here();
    kit.seconds(3 * 60 * 60);
    kit.ends(2, Reason::RemoteHungUp);
    kit.seconds(5);
    assert_eq!(kit.registration()["duration_ms"], 3 * 60 * 60 * 1000, "the end was lost: as this telephone measured");
    kit.seconds(3 * 60 * 60);
    assert!(kit.cards().is_empty() && kit.desk.deck.is_idle());
}

#[test]
fn a_ring_whose_end_was_lost_is_no_success() {
    let mut kit = Kit::desk();
    kit.told(leg("A", "101").offered(ANNA));
    kit.seconds(3 * 60 * 60);
    assert!(kit.registered().is_empty() && kit.cards().is_empty() && kit.desk.deck.is_idle());
    let mut taken = Kit::desk();
    taken.told_all([leg("A", "101").offered(ANNA), leg("B", "102").offered(ANNA), leg("B", "102").answered()]);
    taken.seconds(6);
    assert!(taken.cards().is_empty());
    taken.seconds(3 * 60 * 60);
    assert!(taken.registered().is_empty() && taken.desk.deck.is_idle());
}

#[test]
fn a_card_that_left_does_not_come_back() {
    let mut kit = Kit::desk();
    let a = leg("A", "101");
    kit.told_all([a.offered(ANNA), a.answered(), a.hung_up()]);
    kit.seconds(40);
    assert!(kit.cards().is_empty());
    kit.told_all([a.hung_up(), a.answered(), a.offered(ANNA)]);
    assert!(kit.cards().is_empty());
    kit.registration();
}

#[test]
fn what_the_pbx_told_may_go_when_nothing_more_is_expected() {
    let settled = |kit: &Kit| {
        let call = |write: &journal::Write| match write {
            journal::Write::Settled { call_id, .. } => Some(call_id.clone()),
            _ => None,
        };
        kit.written.iter().filter_map(call).collect::<Vec<_>>()
    };
    let mut kit = Kit::desk();
    let (a, again) = (leg("A", "101"), leg("A2", "101"));
    kit.told_all([a.offered(ANNA), a.ended(Outcome::NoAnswer)]);
    kit.seconds(30);
    kit.told_all([again.offered(ANNA), again.answered()]);
    kit.seconds(600);
    assert!(settled(&kit).is_empty(), "a leg of the call is up");
    kit.told(again.hung_up());
    kit.seconds(120);
    assert_eq!(settled(&kit), ["dial_in/C"]);
}
