//! What the agent does with a card: notes, dispositions, the work after the call.

use super::*;
use crate::wire::Disposition;

fn with(wrap_up: WrapUpMode) -> Kit {
    let disposition = |code: &str| Disposition { code: code.into(), label: code.into() };
    let dispositions = vec![disposition("sold"), disposition("callback")];
    Kit::desk_with(Cards { wrap_up, dispositions, ..cards() })
}

/// A call that was answered and is over.
fn over(kit: &mut Kit) {
    let a = leg("A", "101");
    kit.told_all([a.offered(ANNA), a.answered()]);
    kit.seconds(5);
    kit.told(a.hung_up());
}

fn note(named: &str, text: &str) -> String {
    format!(r#"{{"type":"note","call":"{named}","text":"{text}"}}"#)
}

const SOLD: &str = r#"{"type":"dispose","disposition":"sold"}"#;
const FINISH: &str = r#"{"type":"finish_wrap_up","card":"k1"}"#;
const DISMISS: &str = r#"{"type":"dismiss_card","card":"k1"}"#;

#[test]
fn a_note_goes_to_the_card_to_the_journal_and_to_the_crm() {
    let mut kit = Kit::desk();
    kit.invited(2, ANNA, &[]);
    kit.told(leg("A", "101").offered(ANNA));
    kit.asks(&note("k1", "w"));
    kit.asks(&note("c2", "wa"));
    kit.asks(r#"{"type":"note","text":"wants a quote"}"#);
    assert_eq!(kit.card().note, "wants a quote", "by card, by call, or the one that the agent works on");
    let key = "sip/1790000000000-c2";
    let notes = kit.written.iter().filter(|write| matches!(write, journal::Write::Note { call, .. } if call == key));
    assert_eq!(notes.count(), 3, "each keystroke");
    kit.answers(2);
    kit.told_all([leg("A", "101").answered(), leg("A", "101").hung_up()]);
    assert_eq!(kit.registration()["note"], "wants a quote");
    kit.asks(&note("k1", "wants two"));
    assert_eq!(kit.registration()["note"], "wants two", "as long as the CRM was not told");
}

#[test]
fn a_note_without_a_name_is_for_the_call_that_is_up() {
    let mut kit = Kit::desk();
    assert_eq!(kit.is_refused(r#"{"type":"note","text":"x"}"#), (409, "no_card".into()));
    for call in ["C1", "C2", "C3"] {
        kit.told(leg(call, "101").of(call).offered(ANNA));
    }
    kit.told(leg("C2", "101").of("C2").answered());
    kit.asks(r#"{"type":"note","text":"up"}"#);
    let noted: Vec<_> = kit.cards().into_iter().filter(|card| !card.note.is_empty()).map(|card| card.id).collect();
    assert_eq!(noted, ["k2"]);
    assert_eq!(kit.is_refused(&note("k99", "x")), (400, "unknown_card".into()));
    assert_eq!(kit.is_refused(&note("k1", &"x".repeat(16 * 1024 + 1))), (400, "note_too_long".into()));
}

#[test]
fn a_note_outlives_its_card() {
    let mut kit = Kit::desk();
    over(&mut kit);
    kit.asks(&note("k1", "wants a quote"));
    kit.seconds(35);
    assert!(kit.cards().is_empty());
    let late = CallEvent { did: Some("78126000000".into()), ..leg("A", "101").hung_up() };
    kit.told(late);
    let told = kit.registration();
    assert_eq!((&told["note"], &told["did"]), (&"wants a quote".into(), &"78126000000".into()));
}

#[test]
fn a_disposition_is_one_of_those_that_are_set_up() {
    let mut kit = with(WrapUpMode::Off);
    over(&mut kit);
    assert_eq!(kit.is_refused(r#"{"type":"dispose","disposition":"eaten"}"#), (400, "unknown_disposition".into()));
    kit.asks(SOLD);
    assert_eq!(kit.card().disposition.as_deref(), Some("sold"));
    assert_eq!(kit.registration()["disposition"], "sold");
    kit.asks(r#"{"type":"dispose"}"#);
    assert_eq!(kit.card().disposition, None, "it can be taken back");
    assert_eq!(kit.registration().get("disposition"), None);
}

#[test]
fn without_wrap_up_the_crm_is_told_at_once_and_the_card_leaves() {
    let mut kit = with(WrapUpMode::Off);
    over(&mut kit);
    assert_eq!((kit.card().wrap_up, kit.due_in("A")), (None, Duration::ZERO));
    assert_eq!(kit.card().registration, CardRegistration::Waiting);
    kit.input(Input::Registered("A".into()));
    assert_eq!(kit.card().registration, CardRegistration::Done);
    kit.seconds(5);
    assert!(kit.cards().is_empty());
    assert_eq!(kit.is_refused(FINISH).0, 400);
}

#[test]
fn a_missed_call_has_no_work_after_it() {
    let mut kit = with(WrapUpMode::Mandatory);
    kit.told_all([leg("A", "101").offered(ANNA), leg("A", "101").ended(Outcome::NoAnswer)]);
    assert_eq!(kit.card().wrap_up, None);
    assert_eq!(kit.is_refused(FINISH), (409, "no_wrap_up".into()));
    kit.seconds(30);
    assert!(kit.cards().is_empty());
}

#[test]
fn a_boxed_wrap_up_ends_by_itself_and_the_crm_waits_for_it() {
    for mode in [WrapUpMode::Boxed, WrapUpMode::Optional] {
        let mut kit = with(mode);
        over(&mut kit);
        let wrap_up = kit.card().wrap_up.expect("the agent writes");
        assert_eq!((wrap_up.mode, wrap_up.ends_at.is_some()), (mode, true));
        assert_eq!(kit.due_in("A"), Duration::from_secs(30));
        kit.seconds(30);
        assert_eq!((kit.card().wrap_up, kit.due_in("A")), (None, Duration::ZERO));
        kit.seconds(5);
        assert!(kit.cards().is_empty());
    }
}

#[test]
fn whoever_is_done_earlier_need_not_wait() {
    for done in [FINISH, SOLD, DISMISS] {
        let mut kit = with(WrapUpMode::Optional);
        over(&mut kit);
        kit.seconds(3);
        kit.asks(done);
        assert_eq!(kit.due_in("A"), Duration::ZERO, "{done}");
        assert!(kit.cards().iter().all(|card| card.wrap_up.is_none()), "{done}");
    }
}

#[test]
fn a_mandatory_wrap_up_wants_a_disposition() {
    let mut kit = with(WrapUpMode::Mandatory);
    over(&mut kit);
    assert_eq!(kit.is_refused(FINISH), (409, "disposition_needed".into()));
    assert_eq!(kit.is_refused(DISMISS), (409, "disposition_needed".into()), "and is not got round");
    assert_eq!(kit.card().wrap_up.and_then(|wrap_up| wrap_up.ends_at), None);
    assert_eq!(kit.due_in("A"), Duration::from_secs(15 * 60), "the CRM does not wait for ever");
    kit.seconds(60 * 60);
    assert!(kit.card().wrap_up.is_some(), "the agent does");
    kit.asks(SOLD);
    assert_eq!((kit.card().wrap_up, kit.due_in("A")), (None, Duration::ZERO));
    kit.seconds(5);
    assert!(kit.cards().is_empty());
}

#[test]
fn a_disposition_given_while_they_speak_is_enough() {
    let mut kit = with(WrapUpMode::Mandatory);
    kit.told_all([leg("A", "101").offered(ANNA), leg("A", "101").answered()]);
    kit.asks(SOLD);
    kit.told(leg("A", "101").hung_up());
    assert_eq!((kit.card().wrap_up, kit.due_in("A")), (None, Duration::ZERO));
}

#[test]
fn the_work_begins_when_the_call_here_is_over() {
    let mut kit = with(WrapUpMode::Boxed);
    kit.invited(2, ANNA, &[]);
    kit.told(leg("A", "101").offered(ANNA));
    kit.answers(2);
    kit.told(leg("A", "101").answered());
    kit.ends(2, Reason::HungUp);
    assert!(kit.card().wrap_up.is_some());
    kit.seconds(2);
    kit.told(leg("A", "101").hung_up());
    assert_eq!(kit.due_in("A"), Duration::from_secs(28));
}

#[test]
fn a_dismissed_card_is_out_of_sight_and_its_call_goes_on() {
    let mut kit = Kit::desk();
    kit.invited(2, ANNA, &[]);
    kit.told(leg("A", "101").offered(ANNA));
    kit.asks(DISMISS);
    assert!(kit.cards().is_empty());
    assert_eq!(kit.call("c2").card, None);
    kit.answers(2);
    kit.told_all([leg("A", "101").answered(), leg("A", "101").hung_up()]);
    kit.ends(2, Reason::RemoteHungUp);
    assert!(kit.cards().is_empty());
    assert_eq!(kit.registration()["number"], ANNA);
}

#[test]
fn where_no_pbx_tells_the_telephone_registers_its_own_calls() {
    let mut kit = Kit::desk_with(Cards { register: Register::Calls, ..cards() });
    for (call, number) in [(2, ANNA), (4, "105"), (6, "79031234567")] {
        kit.invited(call, number, &[]);
        if call != 6 {
            kit.answers(call);
        }
        kit.seconds(7);
        kit.ends(call, Reason::RemoteHungUp);
    }
    let told = kit.registration();
    assert_eq!(
        (&told["number"], &told["duration_ms"], &told["source"]),
        (&ANNA.into(), &7_000.into(), &"phone".into())
    );
    kit.told_all([leg("A", "101").offered("79218887766"), leg("A", "101").answered(), leg("A", "101").hung_up()]);
    assert_eq!(kit.registered().len(), 1, "not what the PBX tells");
}

#[test]
fn registration_off_tells_nobody() {
    let mut kit = Kit::desk_with(Cards { register: Register::Off, ..cards() });
    over(&mut kit);
    kit.seconds(60);
    assert!(kit.registered().is_empty());
}

#[test]
fn a_policy_keeps_the_way_of_announcing() {
    let accounts = vec![account("work", "sip:101@pbx.example")];
    let locked = vec!["cards".to_owned()];
    let mut kit = Kit::with(Settings { accounts, cards: cards(), locked, ..Settings::default() });
    let intent = r#"{"type":"set_cards","show":"none"}"#;
    assert_eq!(kit.is_refused(intent).0, 403);
    let mut free = Kit::desk();
    free.asks(intent);
    assert_eq!(free.desk.snapshot().card_rules.show, crate::wire::CardMode::None);
    assert_eq!(free.stored, [Store::CardMode(crate::wire::CardMode::None)]);
}
