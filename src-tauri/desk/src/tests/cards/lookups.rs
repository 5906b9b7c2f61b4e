//! Who it is: the CRM, the contacts, both or none.

use super::*;
use crate::LookUpFailed;

fn rings() -> Kit {
    let mut kit = Kit::desk();
    kit.told(leg("A", "101").offered(ANNA));
    kit
}

#[test]
fn the_crm_counts_more_than_the_contacts_whichever_comes_first() {
    let both = [(FoundIn::Journal, "Anna"), (FoundIn::Crm, "Anna Petrova")];
    for order in [[0, 1], [1, 0]] {
        let mut kit = rings();
        for at in order {
            let (from, name) = both[at];
            kit.finds(from, Ok(Some(person(name))));
        }
        assert_eq!((kit.card().name.as_deref(), kit.card().lookup), (Some("Anna Petrova"), Lookup::Found));
    }
}

#[test]
fn somebody_in_the_contacts_stays_whatever_the_crm_says() {
    for crm in [Ok(None), Err(LookUpFailed)] {
        for order in [[0, 1], [1, 0]] {
            let mut kit = rings();
            for at in order {
                match at {
                    0 => kit.finds(FoundIn::Journal, Ok(Some(person("Anna")))),
                    _ => kit.finds(FoundIn::Crm, crm.clone()),
                }
            }
            assert_eq!((kit.card().name.as_deref(), kit.card().lookup), (Some("Anna"), Lookup::Found));
        }
    }
}

#[test]
fn nobody_is_unknown_only_when_the_last_was_asked() {
    let mut kit = rings();
    kit.finds(FoundIn::Journal, Ok(None));
    assert_eq!(kit.card().lookup, Lookup::Looking);
    kit.finds(FoundIn::Crm, Ok(None));
    assert_eq!(kit.card().lookup, Lookup::Unknown);
    let mut kit = rings();
    kit.finds(FoundIn::Crm, Err(LookUpFailed));
    assert_eq!(kit.card().lookup, Lookup::Failed);
}

#[test]
fn the_last_ten_digits_are_a_fact_of_their_own() {
    for (number, last) in [
        ("+7 (495) 229-49-89", Some("4952294989")),
        ("84952294989", Some("4952294989")),
        ("2294989", Some("2294989")),
        ("", None),
        ("anonymous", None),
        ("anna2", None),
    ] {
        let mut kit = Kit::desk();
        kit.told(leg("A", "101").offered(number));
        let (_, facts) = kit.moments.first().expect("it rings");
        assert_eq!(facts.get("last10").map(String::as_str), last, "{number}");
    }
}

#[test]
fn who_is_found_late_is_still_told_to_the_crm() {
    let mut kit = rings();
    let a = leg("A", "101");
    kit.told_all([a.answered(), a.hung_up()]);
    assert_eq!(kit.registration().get("contact_id"), None);
    let facts = [("contact.id".to_owned(), "4711".to_owned())].into();
    kit.finds(FoundIn::Crm, Ok(Some(Person { facts, ..person("Anna") })));
    assert_eq!(kit.registration()["contact_id"], "4711");
    assert_eq!(kit.registration()["name"], "Anna");
}

#[test]
fn an_answer_for_a_card_that_left_is_nobodys() {
    let mut kit = rings();
    kit.told(leg("A", "101").ended(Outcome::Cancelled));
    kit.seconds(60);
    kit.finds(FoundIn::Crm, Ok(Some(person("Anna"))));
    assert!(kit.cards().is_empty());
}

#[test]
fn where_there_is_nothing_to_look_in_the_journal_is_still_asked() {
    let mut kit = Kit::desk_with(Cards { looks_up: false, ..cards() });
    kit.told(leg("A", "101").offered(ANNA));
    assert_eq!(kit.card().lookup, Lookup::Off);
    assert_eq!(kit.looked_up.len(), 1, "for earlier calls");
}

#[test]
fn a_link_is_opened_only_if_there_is_one() {
    let mut kit = rings();
    let open = r#"{"type":"open_card","card":"k1"}"#;
    assert_eq!(kit.is_refused(open), (409, "no_link".into()));
    kit.finds(FoundIn::Crm, Ok(Some(Person { has_link: true, ..person("Anna") })));
    assert!(kit.card().has_link);
    kit.asks(open);
    assert_eq!(kit.opened[0]["number"], ANNA);
}

#[test]
fn what_was_told_of_another_number_does_not_stay() {
    let mut kit = rings();
    kit.finds(FoundIn::Crm, Ok(Some(person("Anna"))));
    kit.told(moved("dial_in", "105", "101"));
    assert_eq!(kit.card().name.as_deref(), Some("Anna"), "nobody knows who came");
    let other = CallEvent { party: party("79031234567"), ..moved("dial_in", "105", "101") };
    kit.told(other);
    assert_eq!((kit.card().number.as_str(), kit.card().name), ("79031234567", None));
    assert_eq!(kit.card().lookup, Lookup::Looking);
}
