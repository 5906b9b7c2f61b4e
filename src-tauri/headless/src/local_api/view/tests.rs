//! What is left of a call for a page.

use desk::wire::{CallState, Direction, Peer};

use super::*;

const CRM: &str = "https://crm.example";

fn call(started_by: Option<&str>) -> Call {
    Call {
        id: "c2".to_owned(),
        account: "work".to_owned(),
        direction: Direction::Inbound,
        state: CallState::Active,
        peer: Peer { number: "101".to_owned(), name: Some("Listen 101".to_owned()) },
        card: Some("k1".to_owned()),
        held_by: Vec::new(),
        muted: false,
        in_conference: false,
        codec: None,
        started_at: "2026-11-20T07:15:25Z".to_owned(),
        answered_at: None,
        ended: None,
        quality: None,
        transfer: None,
        digits_received: "1234".to_owned(),
        started_by: started_by.map(str::to_owned),
        origination: None,
        of_order: false,
    }
}

fn view(verdict: Verdict) -> View {
    View { origin: CRM.to_owned(), verdict: Some(verdict) }
}

fn hears(view: &mut View, call: Call) -> bool {
    let what = What::CallChanged { call };
    matches!(view.update(Update::Change(Change { seq: 7, what })), PageUpdate::Change(_))
}

#[test]
fn a_call_of_an_order_is_for_no_page() {
    for verdict in [Verdict::Allowed, Verdict::Once] {
        let mut view = view(verdict);
        assert!(hears(&mut view, call(Some(CRM))), "{verdict:?}");
        assert!(!hears(&mut view, Call { of_order: true, ..call(Some(CRM)) }), "{verdict:?}");
        assert_eq!(view.call(&Call { of_order: true, ..call(None) }), None, "{verdict:?}");
    }
    assert!(hears(&mut view(Verdict::Allowed), call(None)), "one that was picked up is the agent's own by then");
}

#[test]
fn neither_the_card_nor_digits_nor_other_sites_are_told() {
    let seen = view(Verdict::Allowed).call(&call(Some("https://other.example"))).expect("it sees all");
    assert_eq!((seen.card, seen.digits_received.as_str(), seen.started_by), (None, "", None));
    assert_eq!(view(Verdict::Once).call(&call(Some("https://other.example"))), None);
}
