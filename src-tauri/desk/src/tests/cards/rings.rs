//! What rings where, in which order, and who takes it.

use super::*;

#[test]
fn three_calls_at_once_are_three_cards() {
    let mut kit = Kit::desk();
    for (call, number) in [("C1", "74951110001"), ("C2", "74951110002"), ("C3", "74951110003")] {
        kit.told(leg(call, "101").of(call).offered(number));
        kit.seconds(1);
    }
    let numbers: Vec<_> = kit.cards().into_iter().map(|card| card.number).collect();
    assert_eq!(numbers, ["74951110003", "74951110002", "74951110001"], "the newest first");
    kit.told(leg("C2", "101").of("C2").answered());
    let states: Vec<_> = kit.cards().into_iter().map(|card| card.state).collect();
    assert_eq!(states, [CardState::Ringing, CardState::Active, CardState::Ringing]);
    kit.told(leg("C2", "101").of("C2").hung_up());
    assert_eq!(kit.registered().into_keys().collect::<Vec<_>>(), ["C2"]);
}

#[test]
fn a_telephone_that_rings_again_with_the_same_id_rings_anew() {
    let mut kit = Kit::desk();
    let a = simotel("C/101", "101");
    kit.told_all([a.offered(ANNA), a.answered()]);
    kit.seconds(5);
    kit.told(a.idle());
    kit.seconds(2);
    kit.told(a.offered(ANNA));
    assert_eq!(kit.cards().iter().map(|card| card.state).collect::<Vec<_>>(), [CardState::Ringing, CardState::Ended]);
    kit.told(a.answered());
    kit.seconds(7);
    kit.told(a.idle());
    assert_eq!(kit.card().state, CardState::Ended, "the first has left");
    kit.seconds(120);
    kit.told_all([a.offered(ANNA), a.answered(), a.idle()]);
    let keys: Vec<_> = kit.registered().into_keys().collect();
    assert_eq!(
        keys,
        ["simotel/C/101", "simotel/C/101#2", "simotel/C/101#3"],
        "also long after the first was forgotten"
    );
    assert_eq!(kit.registered()["simotel/C/101"]["duration_ms"], 5_000);
    assert_eq!(kit.registered()["simotel/C/101#2"]["duration_ms"], 7_000);
    kit.seconds(3 * 60 * 60);
    assert!(kit.cards().is_empty(), "no card of an earlier round stays");
}

#[test]
fn the_same_ring_told_twice_is_one() {
    for again in [0, 100] {
        let mut kit = Kit::desk();
        let a = simotel("C/101", "101");
        kit.told_all([a.offered(ANNA), a.offered(ANNA), a.answered(), a.answered(), a.idle()]);
        kit.pass(Duration::from_millis(again));
        kit.told_all([a.offered(ANNA), a.answered(), a.idle()]);
        assert_eq!(kit.registered().into_keys().collect::<Vec<_>>(), ["simotel/C/101"]);
        assert_eq!(kit.cards().len(), 1);
    }
}

#[test]
fn a_call_out_told_again_and_late_is_the_same_call() {
    for again in [500, 5_000, 45_000, 10 * 60_000] {
        let mut kit = Kit::desk();
        let a = simotel("C/101", "101");
        kit.told_all([a.dials(ANNA), a.answered()]);
        kit.seconds(9);
        kit.told(a.idle());
        kit.pass(Duration::from_millis(again));
        let cards = kit.cards().len();
        kit.told_all([a.dials(ANNA), a.answered()]);
        assert_eq!(kit.cards().len(), cards, "no card rises after {again} ms");
        assert!(kit.cards().iter().all(|card| card.state == CardState::Ended), "after {again} ms");
        kit.seconds(3 * 60 * 60);
        assert_eq!(kit.registered().into_keys().collect::<Vec<_>>(), ["simotel/C/101"], "after {again} ms");
        assert!(kit.cards().is_empty() && kit.desk.deck.is_idle());
    }
}

#[test]
fn idle_without_an_id_ends_what_the_extension_had() {
    let mut kit = Kit::desk();
    let (a, b) = (simotel("C/101", "101"), simotel("D/101", "101").of("D"));
    kit.told_all([a.offered(ANNA), a.answered(), b.offered("79031234567")]);
    kit.told(simotel("", "102").idle());
    assert!(kit.registered().is_empty(), "a colleague is idle");
    kit.seconds(3);
    kit.told(a.idle());
    assert!(kit.cards().iter().all(|card| card.state == CardState::Ended), "whichever it had");
    assert_eq!(kit.registered().into_keys().collect::<Vec<_>>(), ["simotel/C/101"]);
}

#[test]
fn a_telephone_that_is_not_registered_rings_no_more_and_may_talk_on() {
    let unreachable = || CallEvent { what: cti::What::Unreachable, ..simotel("", "101").idle() };
    let (a, b) = (simotel("C/101", "101"), simotel("D/101", "101").of("D"));
    let mut kit = Kit::desk();
    kit.invited(2, ANNA, &[]);
    kit.told(a.offered(ANNA));
    kit.answers(2);
    kit.told_all([a.answered(), b.offered("79031234567")]);
    kit.seconds(5);
    kit.told(unreachable());
    assert_eq!(kit.cards().iter().map(|card| card.state).collect::<Vec<_>>(), [CardState::Ended, CardState::Active]);
    kit.seconds(40);
    assert!(kit.registered().is_empty(), "they talk on");
    kit.ends(2, Reason::RemoteHungUp);
    kit.told(a.idle());
    assert_eq!(kit.registration()["duration_ms"], 45_000);
}

#[test]
fn what_the_pbx_writes_down_may_come_before_or_after_the_end() {
    let a = simotel("C/101", "101");
    let ends = [a.idle(), a.recorded(Outcome::Answered)];
    let ends_reversed = [a.recorded(Outcome::Answered), a.idle()];
    for ends in [ends, ends_reversed] {
        let mut kit = Kit::desk();
        kit.told_all([a.offered(ANNA), a.answered()]);
        kit.seconds(5);
        kit.told_all(ends);
        let told = kit.registration();
        assert_eq!((&told["duration_ms"], &told["recording_id"]), (&9_000.into(), &"20261127_C.mp3".into()));
        assert_eq!(kit.due_in("simotel/C/101"), Duration::ZERO);
    }
}

#[test]
fn the_crm_is_told_without_a_record_that_never_comes() {
    let mut kit = Kit::desk();
    let a = simotel("C/101", "101");
    kit.told_all([a.offered(ANNA), a.answered()]);
    kit.seconds(5);
    kit.told(a.idle());
    assert_eq!(kit.due_in("simotel/C/101"), Duration::from_secs(10), "it is waited for a little");
    assert_eq!(kit.registration()["duration_ms"], 5_000, "then with what was measured");
}

#[test]
fn a_record_under_another_name_belongs_to_who_answered() {
    let (a, queue) = (simotel("C/101", "101"), simotel("C/900", "900"));
    let record = queue.recorded(Outcome::Answered);
    let mut after = Kit::desk();
    after.told_all([a.offered(ANNA), a.answered(), a.idle(), record.clone()]);
    let mut before = Kit::desk();
    before.told_all([a.offered(ANNA), record.clone(), a.answered(), a.idle()]);
    for kit in [after, before] {
        assert_eq!(kit.registration()["recording_id"], "20261127_C.mp3");
    }
    let mut nobody = Kit::desk();
    nobody.told_all([a.offered(ANNA), a.idle(), record]);
    nobody.seconds(120);
    assert!(nobody.registered().is_empty(), "another's answer is not ours");
}

#[test]
fn a_record_that_says_answered_makes_up_for_a_lost_answer() {
    let mut kit = Kit::desk();
    let a = simotel("C/101", "101");
    kit.told_all([a.offered(ANNA), a.idle(), a.recorded(Outcome::Answered)]);
    assert_eq!(kit.registration()["duration_ms"], 9_000);
    let mut missed = Kit::desk();
    missed.told_all([a.offered(ANNA), a.idle(), a.recorded(Outcome::NoAnswer)]);
    assert!(missed.registered().is_empty());
}

#[test]
fn queue_and_waiting_time_are_on_the_card_and_in_the_crm() {
    let mut kit = Kit::desk();
    let a = leg("A", "101");
    kit.told(CallEvent { queue: Some("Sales".into()), waited_ms: Some(95_000), ..a.offered(ANNA) });
    assert_eq!((kit.card().queue.as_deref(), kit.card().waited_ms), (Some("Sales"), Some(95_000)));
    kit.told_all([a.answered(), a.hung_up()]);
    let told = kit.registration();
    assert_eq!((&told["queue"], &told["waited_ms"]), (&"Sales".into(), &95_000.into()));
}

#[test]
fn who_sent_the_call_on_is_on_the_card() {
    let mut kit = Kit::desk();
    kit.told(CallEvent { diversion: Some("79219998877".into()), ..leg("A", "101").offered(ANNA) });
    let diversion = kit.card().diversion.expect("it is shown");
    assert!(diversion.replace([' ', '-', '(', ')'], "").ends_with("9219998877"), "{diversion}");
}

#[test]
fn who_was_rung_before_and_gave_up_missed_it() {
    let mut kit = Kit::desk();
    let (a, b) = (leg("A", "101"), leg("B", "102"));
    kit.told(a.offered(ANNA));
    kit.seconds(15);
    kit.told(a.ended(Outcome::NoAnswer));
    kit.seconds(1);
    kit.told(b.offered(ANNA));
    kit.seconds(5);
    kit.told(b.answered());
    let card = kit.card();
    assert_eq!((card.state, card.outcome, card.taken_by), (CardState::Ended, Some(CardOutcome::Missed), None));
}

#[test]
fn by_the_clock_of_the_pbx_even_a_late_ring_was_taken() {
    let at = |event: CallEvent, us: i64| CallEvent { at_us: Some(us), ..event };
    let (a, b) = (leg("A", "101"), leg("B", "102"));
    let mut kit = Kit::desk();
    kit.told_all([at(b.offered(ANNA), 1_000_000), at(b.answered(), 5_000_000)]);
    kit.seconds(1);
    kit.told(at(a.offered(ANNA), 1_000_000));
    assert_eq!((kit.card().state, kit.card().taken_by.as_deref()), (CardState::Taken, Some("102")));
    let mut kit = Kit::desk();
    let ivr = leg("I", "099");
    kit.told_all([at(ivr.offered(ANNA), 1_000_000), at(a.offered(ANNA), 3_000_000), at(ivr.answered(), 2_000_000)]);
    assert_eq!(kit.card().state, CardState::Ringing, "the IVR was there before it rang");
}

#[test]
fn taken_by_somebody_else_and_yet_answered_here() {
    let mut kit = Kit::desk();
    let (a, b) = (leg("A", "101"), leg("B", "102"));
    kit.told_all([a.offered(ANNA), b.offered(ANNA), b.answered(), a.answered()]);
    assert_eq!((kit.card().state, kit.card().taken_by), (CardState::Active, None));
    kit.told(a.hung_up());
    assert_eq!(kit.registration()["extension"], "101");
}

#[test]
fn where_extensions_are_named_nobody_else_has_cards() {
    let named = ["100-199", "2xx"].map(String::from).to_vec();
    for (extensions, shown) in [(named, 2), (Vec::new(), 3)] {
        let mut kit = Kit::desk_with(Cards { whose: Whose::All, extensions, ..cards() });
        for extension in ["102", "201", "099"] {
            kit.told(leg(extension, extension).of(extension).offered(ANNA));
        }
        assert_eq!(kit.cards().len(), shown);
    }
}

#[test]
fn nobody_takes_a_call_that_the_agent_makes() {
    let mut kit = Kit::desk();
    let (a, b) = (leg("A", "101"), leg("B", "102"));
    kit.told_all([a.dials(ANNA), b.offered(ANNA), b.answered()]);
    assert_eq!((kit.card().state, kit.card().taken_by), (CardState::Ringing, None));
}
