//! The party goes to somebody else: so does the card.

use super::*;

/// Anna speaks with 101 in call `C`, as Simotel tells it.
fn speaks(kit: &mut Kit) {
    let a = simotel("C/101", "101");
    kit.told_all([a.offered(ANNA), a.answered()]);
    kit.seconds(10);
}

#[test]
fn a_transfer_takes_the_card_from_one_desk_to_the_other() {
    let mut desks = [Kit::desk(), Kit::desk_of("102", cards())];
    for desk in &mut desks {
        speaks(desk);
        desk.told(moved("simotel", "101", "102"));
    }
    let [from, to] = &mut desks;
    assert_eq!((from.card().state, from.card().taken_by.as_deref()), (CardState::Ended, Some("102")));
    assert_eq!(from.card().outcome, Some(CardOutcome::Answered));
    let card = to.card();
    assert_eq!((card.state, card.number.as_str(), card.extension.as_str()), (CardState::Ringing, ANNA, "102"));
    to.told(simotel("C/102", "102").answered());
    assert_eq!(to.card().state, CardState::Active);
    assert_eq!(to.looked_up.last().map(|wanted| wanted.number.as_str()), Some(ANNA));
    for desk in &mut desks {
        desk.told_all([simotel("C/102", "102").answered(), simotel("", "101").idle()]);
        desk.seconds(20);
        desk.told(simotel("", "102").idle());
        desk.seconds(60);
    }
    let [from, to] = &mut desks;
    assert_eq!(from.registration()["duration_ms"], 10_000);
    assert_eq!((&to.registration()["number"], &to.registration()["duration_ms"]), (&ANNA.into(), &20_000.into()));
    assert!(from.cards().is_empty() && to.cards().is_empty());
}

#[test]
fn who_was_asked_first_gets_the_party_on_the_same_card() {
    let mut kit = Kit::desk_of("102", cards());
    speaks(&mut kit);
    let b = simotel("C/102", "102");
    kit.invited(2, "101", &[]);
    kit.told(b.offered("101"));
    kit.answers(2);
    kit.told(b.answered());
    let asked = kit.card();
    assert_eq!((asked.number.as_str(), asked.state), ("101", CardState::Active), "a colleague asks");
    kit.told(moved("simotel", "101", "102"));
    let card = kit.card();
    assert_eq!((card.id, card.number.as_str(), card.state), (asked.id, ANNA, CardState::Active));
    assert_eq!(kit.looked_up.last().map(|wanted| wanted.number.as_str()), Some(ANNA));
    kit.ends(2, Reason::RemoteHungUp);
    kit.told(b.idle());
    assert_eq!(kit.registration()["number"], ANNA, "it is no affair among colleagues any more");
}

#[test]
fn a_colleague_who_is_sent_on_is_still_a_colleague() {
    let (a, b) = (simotel("C/101", "101"), simotel("C/102", "102"));
    for is_asked_first in [true, false] {
        let mut kit = Kit::desk_of("102", cards());
        kit.told_all([a.offered("105"), a.answered()]);
        if is_asked_first {
            kit.invited(2, "101", &[]);
            kit.told(b.offered("101"));
            kit.answers(2);
            kit.told(b.answered());
        }
        kit.told_all([moved("simotel", "101", "102"), b.answered()]);
        let shown: Vec<String> = kit.cards().into_iter().map(|card| card.number).collect();
        assert_eq!(shown, if is_asked_first { vec!["105"] } else { vec![] });
        if is_asked_first {
            kit.ends(2, Reason::RemoteHungUp);
        }
        kit.told(b.idle());
        kit.seconds(60);
        assert!(kit.registered().is_empty(), "asked first: {is_asked_first}");
    }
}

#[test]
fn who_is_sent_on_is_known_by_the_transfer_where_nothing_else_was_heard() {
    let from = |number| CallEvent { party: party(number), ..moved("simotel", "101", "102") };
    let mut kit = Kit::desk_of("102", cards());
    kit.told_all([from(ANNA), simotel("C/102", "102").answered(), simotel("", "102").idle()]);
    assert_eq!(kit.registration()["number"], ANNA);
    let mut kit = Kit::desk_of("102", cards());
    speaks(&mut kit);
    kit.told(from("09121110022"));
    assert_eq!(kit.card().number, ANNA, "the leg that was left knows it better");
}

#[test]
fn a_transfer_told_twice_is_one() {
    let mut kit = Kit::desk_of("102", cards());
    speaks(&mut kit);
    kit.told_all([moved("simotel", "101", "102"), moved("simotel", "101", "102")]);
    assert_eq!(kit.card().state, CardState::Ringing);
    kit.told_all([simotel("C/102", "102").answered(), simotel("", "102").idle(), moved("simotel", "101", "102")]);
    assert_eq!(kit.registered().into_keys().collect::<Vec<_>>(), ["simotel/C/102"]);
}

#[test]
fn a_transfer_that_comes_after_the_end_still_counts() {
    let mut kit = Kit::desk_of("102", cards());
    speaks(&mut kit);
    let b = simotel("C/102", "102");
    kit.told_all([b.offered("101"), b.answered()]);
    kit.seconds(5);
    kit.told_all([b.idle(), moved("simotel", "101", "102")]);
    assert_eq!(kit.registration()["number"], ANNA);
}

#[test]
fn a_transfer_that_nobody_takes_is_no_success() {
    let mut kit = Kit::desk_of("102", cards());
    speaks(&mut kit);
    kit.told_all([moved("simotel", "101", "102"), simotel("", "102").idle()]);
    kit.seconds(120);
    assert!(kit.registered().is_empty());
}

#[test]
fn the_leg_that_has_the_party_now_may_be_of_another_call() {
    let mut kit = Kit::desk_of("102", cards());
    let (a, asks) = (leg("A", "101"), leg("B", "102").of("D"));
    kit.told_all([a.offered(ANNA), a.answered(), asks.offered("101"), asks.answered()]);
    assert!(kit.cards().is_empty(), "a colleague asks");
    kit.told(CallEvent { leg_id: "B".into(), party: party(ANNA), ..moved("dial_in", "101", "102") });
    assert_eq!((kit.card().state, kit.card().number.as_str()), (CardState::Active, ANNA));
    kit.told(asks.hung_up());
    assert_eq!(kit.registration()["number"], ANNA);
}

#[test]
fn a_party_may_come_back() {
    let mut kit = Kit::desk();
    speaks(&mut kit);
    kit.told(moved("simotel", "101", "102"));
    assert_eq!(kit.card().state, CardState::Ended);
    kit.seconds(1);
    kit.told(moved("simotel", "102", "101"));
    assert_eq!((kit.card().state, kit.card().taken_by), (CardState::Active, None), "the leg was never over");
    kit.told(moved("simotel", "101", "102"));
    kit.told(simotel("", "101").idle());
    kit.seconds(30);
    kit.told(moved("simotel", "102", "101"));
    assert_eq!(kit.card().state, CardState::Ringing, "and then it was");
    kit.told_all([simotel("C/101", "101").answered(), simotel("", "101").idle()]);
    assert_eq!(kit.registered().into_keys().collect::<Vec<_>>(), ["simotel/C/101", "simotel/C/101#2"]);
}

#[test]
fn a_transfer_of_somebody_nobody_heard_of_is_a_call_without_a_number() {
    let mut kit = Kit::desk();
    kit.told(moved("simotel", "105", "101"));
    assert_eq!((kit.card().state, kit.card().number.as_str()), (CardState::Ringing, ""));
    let mut elsewhere = Kit::desk();
    elsewhere.told(moved("simotel", "105", "106"));
    assert!(elsewhere.cards().is_empty());
}

#[test]
fn remote_number_says_who_is_behind_a_transfer() {
    let mut kit = Kit::desk_of("102", cards());
    let b = leg("B", "102");
    let party = Some(Party { number: "101".into(), name: Some("Colleague".into()) });
    kit.told(CallEvent { remote_number: Some(ANNA.into()), party, ..b.offered("101") });
    let card = kit.card();
    assert_eq!((card.number.as_str(), card.name), (ANNA, None), "the colleague's name is not the caller's");
    kit.invited(2, "101", &[]);
    assert_eq!(kit.card().call.as_deref(), Some("c2"), "the telephone shows the colleague");
    assert_eq!(kit.card().number, ANNA);
    kit.answers(2);
    kit.told_all([b.answered(), b.hung_up()]);
    assert_eq!(kit.registration()["number"], ANNA);
}

#[test]
fn another_party_on_the_telephone_is_another_person_on_the_card() {
    let mut kit = Kit::desk();
    kit.invited(2, "105", &[]);
    kit.told(leg("A", "101").offered("105"));
    kit.answers(2);
    kit.finds(FoundIn::Crm, Ok(Some(person("Colleague"))));
    let card = kit.card();
    let peer = |number: &str| Peer { number: number.into(), name: None, uri: format!("sip:{number}@pbx.example") };
    kit.hear(Event::Peer(CallId(2), peer(ANNA)));
    let now = kit.card();
    assert_eq!((now.id, now.number.as_str(), now.name), (card.id, ANNA, None));
    assert_eq!(kit.looked_up.last().map(|wanted| wanted.number.as_str()), Some(ANNA));
    kit.told(leg("A", "101").answered());
    assert_eq!(kit.card().number, ANNA, "what the PBX told before does not undo it");
    let asked = kit.looked_up.len();
    kit.hear(Event::Peer(CallId(2), peer("84952294989")));
    assert_eq!(kit.looked_up.len(), asked, "another spelling is nobody else");
}
