//! Each rule of the `dial-in` events by its name.

use super::*;

/// What is told, and which legs the CRM hears of in the end, with the caller's number.
struct Rule {
    name: &'static str,
    told: Vec<CallEvent>,
    registered: &'static [(&'static str, &'static str)],
}

#[test]
fn the_rules() {
    let (a, b, ivr) = (leg("A", "101"), leg("B", "102"), leg("I", "099"));
    let end = Outcome::Answered;
    let bridged = |says| {
        let ended = Ended { bridged: Some(says), ..Ended::of(Outcome::Answered) };
        ivr.tells(cti::What::Ended(ended))
    };
    let remote = |event: CallEvent| CallEvent { remote_number: Some("79031234567".into()), ..event };
    let never = [Outcome::NoAnswer, Outcome::Busy, Outcome::Cancelled, Outcome::Failed, Outcome::Unknown, end];
    let mut rules = vec![
        Rule {
            name: "1: a caller who is an extension of this PBX is ignored",
            told: vec![a.offered("105"), a.answered(), a.ended(end)],
            registered: &[],
        },
        Rule {
            name: "1.1: unless RemoteNumber is there, which is the caller then",
            told: vec![remote(a.offered("105")), a.answered(), a.ended(end)],
            registered: &[("A", "79031234567")],
        },
        Rule {
            name: "2: a caller who is no extension is always taken in",
            told: vec![a.offered(ANNA), a.answered(), a.ended(end)],
            registered: &[("A", ANNA)],
        },
        Rule {
            name: "2: also one whose number is withheld",
            told: vec![a.offered(""), a.answered(), a.ended(end)],
            registered: &[("A", "")],
        },
        Rule {
            name: "2: under that number, also where RemoteNumber is there as well: it stands for an extension alone",
            told: vec![remote(a.offered(ANNA)), a.answered(), a.ended(end)],
            registered: &[("A", ANNA)],
        },
        Rule {
            name: "2: RemoteNumber is better than a number that is withheld",
            told: vec![remote(a.offered("")), a.answered(), a.ended(end)],
            registered: &[("A", "79031234567")],
        },
        Rule {
            name: "registered under the user of CalledNumber only if the answer has the same SubCallID",
            told: vec![a.offered(ANNA), b.offered(ANNA), b.answered(), a.ended(Outcome::Cancelled), b.ended(end)],
            registered: &[],
        },
        Rule {
            name: "each answered SubCallID of a call is registered by itself",
            told: vec![
                a.offered(ANNA),
                a.answered(),
                a.ended(end),
                leg("A2", "101").offered(ANNA),
                leg("A2", "101").answered(),
                leg("A2", "101").ended(end),
            ],
            registered: &[("A", ANNA), ("A2", ANNA)],
        },
        Rule {
            name: "regardless of Bridged => no in the hangup of an IVR or queue",
            told: vec![ivr.answered(), a.offered(ANNA), a.answered(), bridged(false), a.ended(end)],
            registered: &[("A", ANNA)],
        },
        Rule {
            name: "whatever the hangup says: answer was received after dial-in",
            told: vec![a.offered(ANNA), a.answered(), a.ended(Outcome::NoAnswer)],
            registered: &[("A", ANNA)],
        },
        Rule {
            name: "an answer without a dial-in is no call of ours",
            told: vec![a.answered(), a.ended(end)],
            registered: &[],
        },
        Rule {
            name: "a dial-out to an extension is ignored",
            told: vec![a.dials("105"), a.answered(), a.ended(end)],
            registered: &[],
        },
        Rule {
            name: "a dial-out is a success only with ANSWER at the end",
            told: vec![a.dials(ANNA), a.answered(), a.ended(Outcome::NoAnswer)],
            registered: &[],
        },
        Rule {
            name: "a dial-out with ANSWER at the end is registered",
            told: vec![a.dials(ANNA), a.answered(), a.ended(end)],
            registered: &[("A", ANNA)],
        },
        Rule {
            name: "Transfered=yes is not the agent's own call",
            told: vec![
                CallEvent {
                    what: cti::What::Offered { direction: Direction::Out, transferred: true },
                    ..a.dials(ANNA)
                },
                a.answered(),
                a.ended(end),
            ],
            registered: &[],
        },
    ];
    for outcome in never {
        rules.push(Rule {
            name: "other variants never enter the CRM as successful",
            told: vec![a.offered(ANNA), a.ended(outcome)],
            registered: &[],
        });
    }
    for Rule { name, told, registered } in rules {
        let mut kit = Kit::desk();
        for event in told {
            kit.told(event);
            kit.seconds(1);
        }
        kit.seconds(3 * 60 * 60);
        let found: Vec<(String, String)> = kit
            .registered()
            .into_iter()
            .map(|(key, payload)| (key, payload["number"].as_str().unwrap_or_default().to_owned()))
            .collect();
        let wanted: Vec<(String, String)> =
            registered.iter().map(|(key, number)| ((*key).to_owned(), (*number).to_owned())).collect();
        assert_eq!(found, wanted, "{name}");
    }
}

#[test]
fn the_card_is_there_as_soon_as_dial_in_is_received() {
    let mut kit = Kit::desk();
    kit.told(leg("A", "101").offered(ANNA));
    let card = kit.card();
    assert_eq!((card.state, card.number.as_str(), card.extension.as_str()), (CardState::Ringing, ANNA, "101"));
    assert_eq!(card.lookup, Lookup::Looking, "the CRM is asked with the caller's number");
    assert_eq!(kit.looked_up[0].number, ANNA);
    assert_eq!(kit.moments(), [Moment::Ring]);
}

#[test]
fn the_extension_of_called_number_decides_whose_card_it_is() {
    for told in ["101", "3515*101", "101@sipproxy.example", "3515*101@sipproxy.example"] {
        let mut kit = Kit::desk();
        kit.told(leg("A", told).offered(ANNA));
        assert_eq!(kit.cards().len(), 1, "{told}");
        let mut other = Kit::desk_of("102", cards());
        other.told(leg("A", told).offered(ANNA));
        assert!(other.cards().is_empty(), "{told}");
    }
}

#[test]
fn an_account_may_be_named_with_the_prefix_of_its_client() {
    let by_user = account("work", "sip:3515*101@pbx.example");
    let by_setting = AccountSettings { extension: Some("3515*101".into()), ..account("work", "sip:sara@pbx.example") };
    for (told, shown) in [("101", 1), ("3515*101", 1), ("3515*101@sipproxy.example", 1), ("3516*101", 0), ("102", 0)] {
        for own in [&by_user, &by_setting] {
            let mut kit = Kit::with(Settings { accounts: vec![own.clone()], cards: cards(), ..Settings::default() });
            kit.told(leg("A", told).offered(ANNA));
            assert_eq!(kit.cards().len(), shown, "{told} at {own:?}");
            if shown == 1 {
                kit.invited(2, ANNA, &[]);
                assert_eq!(kit.card().call.as_deref(), Some("c2"), "the telephone rings with the same call");
            }
        }
    }
}

#[test]
fn another_client_may_have_an_extension_of_the_same_number() {
    for (account, told, shown) in [("101", "3515*101", 1), ("x1*101", "x2*101", 0), ("101*", "*", 0)] {
        let mut kit = Kit::desk_of(account, cards());
        kit.told(leg("A", told).offered(ANNA));
        assert_eq!(kit.cards().len(), shown, "{told} at {account}");
    }
}

#[test]
fn who_rang_in_parallel_hides_the_card_or_says_who_took_it() {
    let (a, b) = (leg("A", "101"), leg("B", "102"));
    let mut desks = [Kit::desk(), Kit::desk_of("102", cards())];
    for desk in &mut desks {
        desk.told_all([a.offered(ANNA), b.offered(ANNA)]);
        desk.seconds(4);
        desk.told(b.answered());
    }
    let [loser, winner] = &mut desks;
    assert_eq!((loser.card().state, loser.card().taken_by.as_deref()), (CardState::Taken, Some("102")));
    assert_eq!(loser.card().outcome, Some(CardOutcome::Taken));
    assert_eq!(winner.card().state, CardState::Active);
    loser.told(a.ended(Outcome::Cancelled));
    loser.seconds(6);
    assert!(loser.cards().is_empty(), "it says so for a moment and is gone");
    for desk in &mut desks {
        desk.told(b.hung_up());
    }
    let [loser, winner] = &mut desks;
    assert_eq!(winner.registration()["extension"], "102");
    assert!(loser.registered().is_empty());
}

#[test]
fn duration_recording_and_line_are_passed_on() {
    let mut kit = Kit::desk();
    let a = leg("A", "101");
    kit.told(CallEvent { did: Some("78126000000".into()), ..a.offered(ANNA) });
    kit.told_all([a.answered(), a.hung_up()]);
    let told = kit.registration();
    assert_eq!(told["duration_ms"], 61_500);
    assert_eq!(told["recording_id"], "rec-7");
    assert_eq!(told["did"], "78126000000");
    assert_eq!(told["id"], "A", "by SubCallID");
    assert_eq!((&told["call_id"], &told["sub_call_id"]), (&"C".into(), &"A".into()));
}

#[test]
fn the_line_is_passed_on_whenever_it_is_there() {
    let a = leg("A", "101");
    let with = |event: CallEvent| CallEvent { did: Some("78126000000".into()), ..event };
    for told in [
        [with(a.offered(ANNA)), a.answered(), a.hung_up()],
        [a.offered(ANNA), with(a.answered()), a.hung_up()],
        [a.offered(ANNA), a.answered(), with(a.hung_up())],
    ] {
        let mut kit = Kit::desk();
        kit.told_all(told);
        assert_eq!(kit.registration()["did"], "78126000000");
    }
    let mut kit = Kit::desk();
    kit.told_all([a.offered(ANNA), a.answered(), a.hung_up()]);
    assert_eq!(kit.registration().get("did"), None);
}

#[test]
fn only_legs_of_this_desk_are_registered_here() {
    let all = Cards { whose: Whose::All, ..cards() };
    let b = leg("B", "102");
    let mut mine = Kit::desk();
    let mut receiver = Kit::desk_with(all);
    for kit in [&mut mine, &mut receiver] {
        kit.told_all([b.offered(ANNA), b.answered(), b.hung_up()]);
    }
    assert!(mine.registered().is_empty() && mine.cards().is_empty());
    assert_eq!(receiver.registration()["extension"], "102");
}

#[test]
fn an_ivr_is_nobody_even_where_everybody_is_registered() {
    let mut kit = Kit::desk_with(Cards { whose: Whose::All, ..cards() });
    let (ivr, a) = (leg("I", "099"), leg("A", "101"));
    kit.told_all([ivr.offered(ANNA), ivr.answered(), a.offered(ANNA), a.answered(), a.hung_up()]);
    let ended = Ended { bridged: Some(false), ..Ended::of(Outcome::Answered) };
    kit.told(ivr.tells(cti::What::Ended(ended)));
    assert_eq!(kit.registered().into_keys().collect::<Vec<_>>(), ["A"]);
}
