//! Many calls at once.

use super::*;

#[test]
fn ten_thousand_rings_stay_bounded_and_nobodys_work_is_lost() {
    let mut kit = Kit::desk();
    kit.listener = None;
    let (noted, up) = (leg("N", "101").of("N"), leg("U", "101").of("U"));
    kit.told_all([noted.offered(ANNA), up.offered("79031234567"), up.answered()]);
    kit.asks(r#"{"type":"note","call":"k1","text":"wants a quote"}"#);
    kit.invited(2, "78120000000", &[]);
    for call in 0..10_000_u32 {
        let id = format!("F{call}");
        kit.told(leg(&id, "101").of(&id).offered(&format!("7999{call:07}")));
    }
    assert_eq!(kit.cards().len(), 2_000, "the oldest left");
    let of = |number: &str| kit.cards().into_iter().find(|card| card.number == number);
    assert_eq!(of(ANNA).map(|card| card.note).as_deref(), Some("wants a quote"));
    assert_eq!(of("79031234567").map(|card| card.state), Some(CardState::Active));
    assert_eq!(of("78120000000").and_then(|card| card.call).as_deref(), Some("c2"));
    kit.told_all([noted.answered(), noted.hung_up(), up.hung_up()]);
    let last = leg("F0", "101").of("F0");
    kit.told_all([last.answered(), last.hung_up()]);
    assert_eq!(kit.registered().into_keys().collect::<Vec<_>>(), ["F0", "N", "U"], "also whose card left");
    assert_eq!(kit.registered()["N"]["note"], "wants a quote");
    kit.ends(2, Reason::Cancelled);
    kit.move_to(kit.now.instant + Duration::from_secs(3 * 60 * 60));
    kit.input(Input::Tick);
    kit.seconds(3 * 60 * 60);
    assert!(kit.cards().is_empty() && kit.desk.deck.is_idle(), "nothing is left of it");
}

#[test]
fn legs_of_others_are_bounded_too() {
    let mut kit = Kit::desk();
    kit.listener = None;
    let mine = leg("M", "101").of("M");
    kit.told_all([mine.offered(ANNA), mine.answered()]);
    for call in 0..25_000_u32 {
        let id = format!("F{call}");
        kit.told(leg(&id, "102").of(&id).offered(ANNA));
    }
    assert!(kit.desk.deck.legs_kept() <= 20_000);
    kit.told(mine.hung_up());
    assert_eq!(kit.registration()["id"], "M");
}

#[test]
fn one_call_with_ten_thousand_legs_is_bounded() {
    let mut kit = Kit::desk();
    kit.listener = None;
    for no in 0..10_000_u32 {
        let id = format!("L{no}");
        kit.told(leg(&id, "102").offered(ANNA));
    }
    let mine = leg("M", "101");
    kit.told_all([mine.offered(ANNA), mine.answered(), mine.hung_up()]);
    assert_eq!(kit.registration()["id"], "M");
}
