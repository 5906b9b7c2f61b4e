//! The PBX itself writes down that a call stayed inside: the CRM does not hear of it.

use super::*;

/// What is written down of a leg at its end, with the number of the other end.
fn written_down(leg: Told<'_>, number: &str, inside: bool) -> CallEvent {
    CallEvent { party: party(number), inside, ..leg.tells(cti::What::Recorded(Ended::of(Outcome::Answered))) }
}

fn over(leg: Told<'_>) -> CallEvent {
    leg.tells(cti::What::Ended(Ended { more_follows: true, ..Ended::of(Outcome::Unknown) }))
}

/// The number that the CRM is told in the end, if it is told.
fn story(told: impl IntoIterator<Item = CallEvent>) -> Option<String> {
    let mut kit = Kit::desk();
    for event in told {
        kit.told(event);
        kit.seconds(1);
    }
    kit.seconds(120);
    let told = kit.registered().into_values().next()?;
    told["number"].as_str().map(str::to_owned)
}

#[test]
fn a_service_of_the_pbx_is_nobody_outside() {
    let a = simotel("C/101", "101");
    for service in ["66", "*97", "900"] {
        for named in [party(service), None] {
            let dials = || CallEvent { party: named.clone(), ..a.dials("") };
            let told = [dials(), a.answered(), over(a), written_down(a, service, true)];
            assert_eq!(story(told), None, "{service}, named {named:?}");
            let told = [written_down(a, service, true), dials(), a.answered(), over(a)];
            assert_eq!(story(told), None, "{service}, written down first");
        }
        let of_service = Told { leg: "C/66", extension: service, ..a };
        let told = [a.dials(service), a.answered(), over(a), written_down(of_service, "101", true)];
        assert_eq!(story(told), None, "{service}, under its own name");
        let told = [a.dials(service), over(a), written_down(of_service, "101", true), a.answered()];
        assert_eq!(story(told), None, "{service}, under its own name and before the answer");
    }
}

#[test]
fn who_was_at_the_other_end_may_be_written_down_alone() {
    let a = simotel("C/101", "101");
    let begins = || [CallEvent { party: None, ..a.dials("") }, a.answered(), over(a)];
    let told = |last: CallEvent| begins().into_iter().chain([last]);
    assert_eq!(story(told(written_down(a, ANNA, false))).as_deref(), Some(ANNA));
    assert_eq!(story(told(written_down(a, "105", false))), None, "a colleague");
    let queue = Told { leg: "C/900", extension: "900", ..a };
    assert_eq!(story(told(written_down(queue, ANNA, false))).as_deref(), Some(ANNA), "under the name of a queue");
    let mut kit = Kit::desk();
    kit.told_all(begins());
    assert_eq!(kit.registration()["number"], "");
    kit.told(written_down(a, "105", false));
    assert!(kit.registered().is_empty());
    assert_eq!((kit.card().registration, kit.card().number.as_str()), (CardRegistration::None, "105"));
}

#[test]
fn a_question_to_a_colleague_does_not_make_a_call_from_outside_one_inside() {
    let (a, b) = (simotel("C/101", "101"), simotel("C/102", "102"));
    let speaks = [a.offered(ANNA), a.answered()];
    let asked = speaks.clone().into_iter().chain([over(a), written_down(a, "105", true)]);
    assert_eq!(story(asked).as_deref(), Some(ANNA));
    let mut kit = Kit::desk_of("102", cards());
    kit.told_all(speaks.into_iter().chain([moved("simotel", "101", "102"), b.answered(), over(b)]));
    kit.told(written_down(b, "101", true));
    assert_eq!(kit.registration()["number"], ANNA, "who was sent on is still from outside");
}
