//! A paired page and the calls of orders: it has no part in them.

use super::*;

const CRM: &str = "https://crm.example";

/// A supervisor whose CRM is paired.
fn paired() -> Kit {
    let accounts = vec![account("work", "sip:201@pbx.example")];
    let clicks = Clicks { allowed: vec![CRM.into()], ..Clicks::default() };
    let supervision = SupervisionRules { orders: OrdersBy::Manager, ..SupervisionRules::default() };
    Kit::with(Settings { accounts, clicks, supervision, ..Settings::default() })
}

fn listening() -> Kit {
    let mut kit = paired();
    let order = supervises(&mut kit, "whisper");
    comes_up(&mut kit, 2, &order);
    kit.take_commands();
    kit
}

#[test]
fn a_page_touches_no_call_of_an_order() {
    let mut kit = listening();
    assert!(kit.call("c2").of_order);
    for intent in [
        r#"{"type":"hang_up"}"#,
        r#"{"type":"hang_up","call":"c2"}"#,
        r#"{"type":"hang_up","call":"c02"}"#,
        r#"{"type":"answer","call":"c2"}"#,
        r#"{"type":"decline","call":"c2"}"#,
        r#"{"type":"hold","call":"c2"}"#,
        r#"{"type":"resume","call":"c2"}"#,
        r#"{"type":"mute","call":"c2"}"#,
        r#"{"type":"unmute","call":"c2"}"#,
        r#"{"type":"send_dtmf","call":"c2","digits":"1"}"#,
        r#"{"type":"transfer_blind","target":"200"}"#,
        r#"{"type":"transfer_blind","call":"c2","target":"200"}"#,
        r#"{"type":"transfer_attended","call":"c2","to_call":"c4"}"#,
        r#"{"type":"transfer_attended","call":"c4","to_call":"c2"}"#,
    ] {
        let before = kit.call("c2");
        assert_eq!(kit.page_is_refused(&site(CRM), intent), (403, "not_for_pages".into()), "{intent}");
        assert_eq!(kit.call("c2"), before, "{intent}");
    }
    kit.asks(r#"{"type":"hang_up","call":"c2"}"#);
    assert_eq!(said(&mut kit), ["hang up c2"], "the agent may");
}

#[test]
fn its_buttons_work_on_the_agents_own_calls_meanwhile() {
    let mut kit = listening();
    kit.rings_in(4);
    kit.page(&site(CRM), r#"{"type":"answer"}"#).expect("the one that rings is the agent's");
    kit.hear(Event::Answered(CallId(4)));
    assert!(!kit.call("c4").of_order);
    for intent in [r#"{"type":"mute","call":"c4"}"#, r#"{"type":"hang_up"}"#] {
        kit.page(&site(CRM), intent).unwrap_or_else(|refusal| panic!("{intent}: {}", refusal.code));
    }
    assert_eq!((kit.state("c4"), kit.state("c2")), (CallState::Ending, CallState::Active), "and the listening goes on");
}

#[test]
fn a_call_that_was_picked_up_is_for_pages_once_it_is_the_agents() {
    let mut kit = paired();
    kit.asks(r#"{"type":"pick_up","extension":"103"}"#);
    let order = last_order(&kit);
    rings(&mut kit, 2, &order);
    kit.hear(Event::Answered(CallId(2)));
    let hold = r#"{"type":"hold","call":"c2"}"#;
    assert_eq!(kit.page_is_refused(&site(CRM), hold), (403, "not_for_pages".into()));
    step(&mut kit, &order, Step::Done);
    assert!(!kit.call("c2").of_order);
    kit.page(&site(CRM), hold).expect("by now it is the agent's");
}
