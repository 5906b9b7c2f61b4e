//! The call on this telephone and what the PBX tells of it are one card, whichever comes first.

use super::*;

#[test]
fn the_invite_makes_the_card_and_the_event_joins_it() {
    let mut kit = Kit::desk();
    kit.invited(2, ANNA, &[]);
    let card = kit.card();
    assert_eq!((card.state, card.call.as_deref()), (CardState::Ringing, Some("c2")));
    kit.seconds(1);
    kit.told(CallEvent { queue: Some("sales".into()), waited_ms: Some(42_000), ..leg("A", "101").offered(ANNA) });
    let joined = kit.card();
    assert_eq!((joined.id, joined.queue.as_deref(), joined.waited_ms), (card.id, Some("sales"), Some(42_000)));
    assert_eq!(kit.looked_up.len(), 1, "the same person is not looked up twice");
    assert_eq!(kit.moments(), [Moment::Ring]);
}

#[test]
fn the_event_makes_the_card_and_the_invite_joins_it() {
    let mut kit = Kit::desk();
    kit.told(leg("A", "101").offered(ANNA));
    let card = kit.card();
    assert_eq!(card.call, None);
    kit.seconds(1);
    kit.invited(2, ANNA, &[]);
    assert_eq!((kit.card().id, kit.card().call.as_deref()), (card.id, Some("c2")));
    assert_eq!(kit.call("c2").card, Some(kit.card().id), "and the call knows its card");
    assert_eq!(kit.moments(), [Moment::Ring]);
}

#[test]
fn numbers_are_the_same_in_any_spelling() {
    for (here, there) in [
        ("+74952294989", "84952294989"),
        ("984952294989", "+7 (495) 229-49-89"),
        ("4952294989", "74952294989"),
        ("2294989", "74952294989"),
        ("00982122334455", "02122334455"),
    ] {
        let mut event_last = Kit::desk();
        event_last.invited(2, here, &[]);
        event_last.told(leg("A", "101").offered(there));
        assert_eq!(event_last.card().call.as_deref(), Some("c2"), "{here} {there}");
        let mut event_first = Kit::desk();
        event_first.told(leg("A", "101").offered(there));
        event_first.invited(2, here, &[]);
        assert_eq!(event_first.card().call.as_deref(), Some("c2"), "{here} {there}");
    }
}

#[test]
fn other_numbers_other_times_and_other_directions_are_other_calls() {
    let mut kit = Kit::desk();
    kit.invited(2, ANNA, &[]);
    kit.told(leg("A", "101").offered("79031234567"));
    assert_eq!(kit.cards().len(), 2, "somebody else");
    let mut kit = Kit::desk();
    kit.invited(2, ANNA, &[]);
    kit.seconds(31);
    kit.told(leg("A", "101").offered(ANNA));
    assert_eq!(kit.cards().len(), 2, "half a minute later");
    let mut kit = Kit::desk();
    kit.invited(2, ANNA, &[]);
    kit.told(leg("A", "101").dials(ANNA));
    assert_eq!(kit.cards().len(), 2, "the agent calls back");
    let mut kit = Kit::desk_with(Cards { whose: Whose::All, ..cards() });
    kit.invited(2, ANNA, &[]);
    kit.told(leg("B", "102").offered(ANNA));
    assert_eq!(kit.cards().len(), 2, "it rings at a colleague's");
}

#[test]
fn an_id_in_the_invite_tells_calls_of_one_number_apart() {
    let mut kit = Kit::desk();
    for (call, id) in [(2, "C1"), (4, "C2"), (6, "C3")] {
        kit.invited(call, ANNA, &[("X-Linkedid", id)]);
    }
    kit.told(CallEvent { queue: Some("second".into()), ..leg("B", "101").of("C2").offered(ANNA) });
    kit.told(CallEvent { queue: Some("first".into()), ..leg("A", "101").of("C1").offered("private") });
    let queue = |call: &str| kit.cards().into_iter().find(|card| card.call.as_deref() == Some(call))?.queue;
    assert_eq!(queue("c4").as_deref(), Some("second"));
    assert_eq!(queue("c2").as_deref(), Some("first"));
    assert_eq!(queue("c6"), None);
    let mut event_first = Kit::desk();
    event_first.told_all([leg("A", "101").of("C1").offered(ANNA), leg("B", "101").of("C2").offered(ANNA)]);
    event_first.invited(2, "", &[("X-Call-Leg", "A")]);
    let of_a = event_first.cards().into_iter().find(|card| card.call.is_some()).expect("one of them joined");
    assert_eq!(of_a.id, "k1");
}

#[test]
fn a_withheld_number_fits_but_a_told_one_fits_better() {
    for withheld in ["", "anonymous", "Anonymous", "unknown", "<unknown>", "Restricted"] {
        let mut kit = Kit::desk();
        kit.invited(2, withheld, &[]);
        assert_eq!(kit.card().number, "", "what stands for a number is none");
        assert!(kit.looked_up.is_empty(), "nobody is looked up under {withheld}");
        kit.told(leg("A", "101").offered(ANNA));
        assert_eq!((kit.card().call.as_deref(), kit.card().number.as_str()), (Some("c2"), ANNA), "{withheld}");
    }
    let mut kit = Kit::desk();
    kit.invited(2, ANNA, &[]);
    kit.invited(4, "anonymous", &[]);
    kit.told(leg("A", "101").offered(ANNA));
    kit.told(leg("B", "101").of("D").offered(""));
    assert_eq!(kit.cards().len(), 2);
    kit.told(leg("A", "101").hung_up());
    let over: Vec<_> = kit.cards().into_iter().filter(|card| card.state == CardState::Ended).collect();
    assert!(over.is_empty(), "what rings here rings: {over:?}");
    kit.ends(2, Reason::Cancelled);
    kit.told(leg("B", "101").of("D").ended(Outcome::Cancelled));
    assert_eq!(kit.row("sip/1790000000000-c2").number, ANNA);
    assert_eq!(kit.row("sip/1790000000000-c4").number, "");
}

#[test]
fn each_account_has_its_own_ring_of_one_call() {
    let accounts = vec![account("work", "sip:101@pbx.example"), account("home", "sip:102@pbx.example")];
    let mut kit = Kit::with(Settings { accounts, cards: cards(), ..Settings::default() });
    kit.invited_at("work", 2, ANNA, &[]);
    kit.invited_at("home", 4, ANNA, &[]);
    kit.told_all([leg("A", "101").offered(ANNA), leg("B", "102").offered(ANNA)]);
    assert_eq!(kit.cards().len(), 2);
    kit.answers(2);
    kit.told(leg("A", "101").answered());
    kit.ends(4, Reason::AnsweredElsewhere);
    let of = |extension: &str| kit.cards().into_iter().find(|card| card.extension == extension).expect("its card");
    assert_eq!(of("101").state, CardState::Active);
    assert_eq!((of("102").state, of("102").taken_by.as_deref()), (CardState::Taken, Some("101")));
}

#[test]
fn another_telephone_of_the_agent_keeps_the_card_up() {
    let mut kit = Kit::desk();
    kit.invited(2, ANNA, &[]);
    let a = leg("A", "101");
    kit.told(a.offered(ANNA));
    kit.ends(2, Reason::AnsweredElsewhere);
    assert_eq!(kit.card().state, CardState::Taken, "as far as is known");
    kit.told(a.answered());
    let card = kit.card();
    assert_eq!((card.state, card.call, card.taken_by), (CardState::Active, None, None));
    kit.seconds(60);
    assert_eq!(kit.card().state, CardState::Active, "they still speak");
    kit.told(a.hung_up());
    assert_eq!(kit.card().outcome, Some(CardOutcome::Answered));
    assert_eq!(kit.registration()["duration_ms"], 61_500);
}

#[test]
fn the_invite_alone_says_a_lot() {
    let mut kit = Kit::desk();
    let hex: String = "ticket 4711".bytes().map(|byte| format!("{byte:02x}")).collect();
    let rules = Cards {
        fields: vec![
            crate::FieldRule { label: "Ticket".into(), from: "user-to-user".into() },
            crate::FieldRule { label: "Ring".into(), from: "Alert-Info".into() },
            crate::FieldRule { label: "Nothing".into(), from: "X-None".into() },
        ],
        ..cards()
    };
    kit.input(Input::Settings(Settings {
        accounts: vec![account("work", "sip:101@pbx.example")],
        cards: rules,
        ..Settings::default()
    }));
    let headers = [
        ("User-to-User", format!("{hex};encoding=hex")),
        ("X-Queue-Name", "support".into()),
        ("X-DID", "78126000000".into()),
        ("Diversion", "\"Reception\" <sip:100@pbx.example>;reason=no-answer".into()),
        ("Alert-Info", "<urn:alert:source:external>".into()),
    ];
    let headers: Vec<_> = headers.iter().map(|(name, text)| (*name, text.as_str())).collect();
    kit.invited(2, ANNA, &headers);
    let card = kit.card();
    assert_eq!(card.queue.as_deref(), Some("support"));
    assert_eq!(card.did.as_deref().map(|did| did.replace(' ', "").contains("8126000000")), Some(true));
    assert_eq!(card.diversion.as_deref(), Some("100"));
    let fields: Vec<_> = card.fields.iter().map(|field| (field.label.as_str(), field.text.as_str())).collect();
    assert_eq!(fields, [("Ticket", "ticket 4711"), ("Ring", "<urn:alert:source:external>")]);
    assert_eq!(kit.moments[0].1["queue"], "support", "programs read it too");
}

#[test]
fn user_to_user_that_is_no_text_stays_as_it_came() {
    for (sent, shown) in
        [("6869", "hi"), ("686", "686"), ("ff00", "ff00"), ("0a0d", "0a0d"), ("über", "über"), ("", "")]
    {
        let headers = crate::card::headers(vec![("User-to-User".into(), sent.into())]);
        assert_eq!(headers[0].1, shown, "{sent}");
    }
}

#[test]
fn an_asserted_name_is_shown_until_somebody_knows_better() {
    let mut kit = Kit::desk();
    kit.rings_in(2);
    assert_eq!(kit.card().name.as_deref(), Some("Anna"), "as the PBX asserts");
    let named = Some(Party { number: ANNA.into(), name: Some("ACME \u{202e}Ltd".into()) });
    kit.told(CallEvent { party: named, ..leg("A", "101").offered(ANNA) });
    assert_eq!(kit.card().name.as_deref(), Some("ACME Ltd"), "as the event tells, without tricks");
    kit.finds(FoundIn::Crm, Ok(Some(person("<b>Anna</b> Petrova"))));
    assert_eq!(kit.card().name.as_deref(), Some("<b>Anna</b> Petrova"), "as the CRM knows, as text");
}

#[test]
fn what_the_desk_asked_the_pbx_to_dial_is_outgoing() {
    let mut kit = Kit::desk();
    kit.asks(&dial("79031234567"));
    let card = kit.card();
    assert_eq!((card.direction, card.state), (crate::wire::Direction::Outbound, CardState::Ringing));
    kit.told(leg("A", "101").dials("79031234567"));
    assert_eq!(kit.card().id, card.id);
    kit.hear(Event::Answered(CallId(1)));
    kit.told(leg("A", "101").answered());
    kit.ends(1, Reason::RemoteHungUp);
    kit.told(leg("A", "101").hung_up());
    assert_eq!(kit.registration()["direction"], "out");
}

#[test]
fn colleagues_have_a_card_where_it_rings_and_nothing_in_the_crm() {
    let mut kit = Kit::desk();
    let a = leg("A", "101");
    kit.told(a.offered("105"));
    assert!(kit.cards().is_empty(), "events of local calls are ignored");
    kit.invited(2, "105", &[]);
    assert_eq!(kit.card().state, CardState::Ringing);
    kit.answers(2);
    kit.told(a.answered());
    kit.ends(2, Reason::RemoteHungUp);
    kit.told(a.hung_up());
    kit.seconds(60);
    assert!(kit.registered().is_empty() && kit.cards().is_empty());
}

#[test]
fn what_two_systems_call_the_same_is_not_the_same() {
    let mut kit = Kit::desk();
    let (one, other) = (leg("5/101", "101").of("5"), simotel("5/101", "101").of("5"));
    kit.told_all([one.offered(ANNA), one.answered(), one.hung_up()]);
    kit.told_all([other.offered("79267778899"), other.answered(), other.ended(Outcome::Answered)]);
    kit.seconds(60);
    assert_eq!(kit.registered().into_keys().collect::<Vec<_>>(), ["5/101", "simotel/5/101"]);
}

#[test]
fn a_clock_that_jumps_is_not_reckoned_with() {
    let mut kit = Kit::desk();
    let a = leg("A", "101");
    let at = |event: cti::CallEvent, at_us| cti::CallEvent { at_us: Some(at_us), ..event };
    kit.told_all([a.offered(ANNA), at(a.answered(), i64::MIN), at(a.hung_up(), i64::MAX)]);
    assert!(kit.registered().contains_key("A"), "it was answered all the same");
}
