//! The PBX places the call.

use super::*;
use crate::{
    Originated,
    wire::{Origination, OriginationState},
};

const CRM: &str = "https://crm.example";
const SECOND: Duration = Duration::from_secs(1);

fn desk() -> Kit {
    Kit::clicks(Clicks { pbx: true, ..Clicks::default() })
}

fn asks(kit: &mut Kit, number: &str) -> Originate {
    let intent = format!(r#"{{"type":"dial","target":"{number}","via":"pbx"}}"#);
    let done = kit.ask(&intent).expect("the PBX is asked");
    assert!(done.origination.is_some() && done.call.is_none());
    kit.originated.last().expect("the driver hears of it").clone()
}

fn takes(kit: &mut Kit, id: u64) {
    kit.input(Input::Originated(Originated { id, outcome: Ok(()) }));
}

fn rings(kit: &mut Kit, call: u64, number: &str) -> Option<String> {
    let peer = Peer { number: number.into(), name: None, uri: format!("sip:{number}@pbx.example") };
    let account = AccountId("work".into());
    kit.hear(Event::Incoming {
        call: CallId(call),
        account,
        peer,
        auto_answer: None,
        trusted: true,
        headers: Vec::new(),
    });
    kit.call(&format!("c{call}")).origination
}

fn only(kit: &Kit) -> Origination {
    let mut all = kit.desk.snapshot().originations;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[test]
fn the_pbx_is_asked_rings_this_desk_and_the_call_is_known() {
    let mut kit = desk();
    let asked = asks(&mut kit, "+7 495 229-49-89");
    assert_eq!((asked.account.0.as_str(), asked.number.as_str()), ("work", "+74952294989"));
    assert!(kit.take_commands().is_empty(), "no INVITE of ours");
    assert_eq!(only(&kit).state, OriginationState::Asked);
    assert_eq!(kit.is_refused(r#"{"type":"dial","target":"200"}"#), (409, "already_dialing".into()));
    takes(&mut kit, asked.id);
    assert_eq!(only(&kit).state, OriginationState::Accepted);
    kit.pass(10 * SECOND);
    assert_eq!(rings(&mut kit, 2, "84952294989").as_deref(), Some("o1"), "in the PBX's spelling");
    assert_eq!(only(&kit).call.as_deref(), Some("c2"));
    assert_eq!(rings(&mut kit, 4, "84952294989"), None, "the next one is somebody else");
    kit.pass(600 * SECOND);
    assert_eq!(only(&kit).call.as_deref(), Some("c2"), "it stays with its call");
    kit.ends(2, Reason::HungUp);
    kit.pass(30 * SECOND);
    assert!(kit.desk.snapshot().originations.is_empty(), "and goes with it");
}

#[test]
fn a_pbx_that_shows_the_desks_own_extension_is_recognised() {
    let mut kit = desk();
    let asked = asks(&mut kit, "84952294989");
    takes(&mut kit, asked.id);
    assert_eq!(rings(&mut kit, 2, "102"), None, "a colleague calls meanwhile");
    assert_eq!(rings(&mut kit, 4, "101").as_deref(), Some("o1"));
}

#[test]
fn a_pbx_that_shows_the_extension_of_the_settings_is_recognised() {
    let work = AccountSettings { extension: Some("117".into()), ..account("work", "sip:desk-a@pbx.example") };
    let clicks = Clicks { pbx: true, ..Clicks::default() };
    let mut kit = Kit::with(Settings { accounts: vec![work], clicks, ..Settings::default() });
    kit.asks(r#"{"type":"set_account","account":{"id":"work","aor":"desk-b@pbx.example"}}"#);
    kit.hear(Event::Registration(AccountId("work".into()), Registration::Registered));
    let asked = asks(&mut kit, "84952294989");
    takes(&mut kit, asked.id);
    assert_eq!(rings(&mut kit, 2, "102"), None, "a colleague calls meanwhile");
    assert_eq!(rings(&mut kit, 4, "117").as_deref(), Some("o1"));
}

#[test]
fn digits_that_nobody_will_send_are_neither_promised_nor_dropped() {
    let link = "tel:+74952294989;ext=12";
    let via = crate::wire::Via::Pbx;
    let lost = (409, "digits_not_sent".to_owned());
    let paired = Clicks { pbx: true, via, allowed: vec!["https://paired.example".into()], ..Clicks::default() };
    let mut kit = Kit::clicks(paired);
    assert_eq!(kit.desk.preview(link, None).map_err(|refusal| (refusal.status, refusal.code)), Err(lost.clone()));
    assert_eq!(kit.is_refused(&dial(link)), lost);
    assert_eq!(kit.is_refused(&format!(r#"{{"type":"open_link","link":"{link}"}}"#)), lost);
    assert_eq!(kit.page_is_refused(&site("https://paired.example"), &dial(link)), lost, "unless the agent is asked");
    kit.page_dials(&clicked(CRM), link);
    assert_eq!(kit.prompt().preview.and_then(|preview| preview.post_dial), None);
    kit.ask(r#"{"type":"confirm","prompt":"p1","via":"softphone"}"#).expect("it dials");
    kit.hear(Event::Answered(CallId(1)));
    kit.take_commands();
    kit.pass(2 * SECOND);
    assert!(kit.take_commands().is_empty(), "what the agent did not read is not sent");
    let mut kit = desk();
    assert_eq!(kit.desk.preview(link, None).map(|preview| preview.post_dial), Ok(Some("12".into())));
    assert_eq!(kit.is_refused(&format!(r#"{{"type":"dial","target":"{link}","via":"pbx"}}"#)), lost);
    kit.page_dials(&clicked(CRM), link);
    assert_eq!(kit.is_refused(r#"{"type":"confirm","prompt":"p1","via":"pbx"}"#), lost, "the agent was shown them");
    kit.asks(r#"{"type":"confirm","prompt":"p1"}"#);
    assert!(kit.originated.is_empty(), "the question stayed, and the softphone dials");
}

#[test]
fn a_pbx_that_rings_before_it_answers_is_recognised() {
    let mut kit = desk();
    let asked = asks(&mut kit, "84952294989");
    assert_eq!(rings(&mut kit, 2, "84952294989").as_deref(), Some("o1"));
    kit.input(Input::Originated(Originated { id: asked.id, outcome: Err(("pbx_answer".into(), "What?".into())) }));
    assert_eq!((only(&kit).state, only(&kit).trouble), (OriginationState::Accepted, None), "it rings, so it was taken");
}

#[test]
fn a_refusal_is_shown_for_half_a_minute() {
    let mut kit = desk();
    let asked = asks(&mut kit, "200");
    let outcome = Err(("pbx_refused".into(), "No such\u{202e} user\r\n".into()));
    kit.input(Input::Originated(Originated { id: asked.id, outcome }));
    let failed = only(&kit);
    assert_eq!(failed.state, OriginationState::Failed);
    let trouble = failed.trouble.expect("it says why");
    assert_eq!((trouble.code.as_str(), trouble.detail.as_str()), ("pbx_refused", "No such user"));
    assert_eq!(rings(&mut kit, 2, "101"), None, "nothing is expected any more");
    takes(&mut kit, asked.id);
    assert_eq!(only(&kit).state, OriginationState::Failed, "an answer counts once");
    kit.pass(29 * SECOND);
    assert_eq!(kit.desk.snapshot().originations.len(), 1);
    kit.pass(SECOND);
    assert!(kit.desk.snapshot().originations.is_empty());
}

#[test]
fn a_pbx_that_never_rings_is_forgotten_after_a_minute() {
    for is_taken in [true, false] {
        let mut kit = desk();
        let asked = asks(&mut kit, "200");
        if is_taken {
            takes(&mut kit, asked.id);
        }
        kit.pass(59 * SECOND);
        assert_eq!(kit.desk.snapshot().originations.len(), 1);
        kit.pass(SECOND);
        assert!(kit.desk.snapshot().originations.is_empty());
        assert_eq!(rings(&mut kit, 2, "101"), None);
        assert!(kit.asks(&dial("200")).is_some(), "the way is free again");
    }
}

#[test]
fn a_pbx_is_waited_for_as_long_as_it_rings_and_ten_seconds_more() {
    for rings in [20, 120] {
        let pbx_rings = Some(rings * SECOND);
        let mut kit = Kit::clicks(Clicks { pbx: true, pbx_rings, ..Clicks::default() });
        let asked = asks(&mut kit, "200");
        takes(&mut kit, asked.id);
        kit.pass((rings + 9) * SECOND);
        assert_eq!(kit.desk.snapshot().originations.len(), 1, "{rings} s");
        kit.pass(SECOND);
        assert!(kit.desk.snapshot().originations.is_empty(), "{rings} s");
    }
}

#[test]
fn a_site_follows_the_call_that_the_pbx_places_for_it() {
    let mut kit = desk();
    kit.page_dials(&clicked(CRM), "200");
    kit.ask(r#"{"type":"confirm","prompt":"p1","via":"pbx"}"#).expect("the PBX is asked");
    assert_eq!(kit.verdict(CRM), Some(Verdict::Once), "from the asking on");
    takes(&mut kit, 1);
    rings(&mut kit, 2, "200");
    assert_eq!(kit.call("c2").started_by.as_deref(), Some(CRM));
    assert_eq!(kit.verdict(CRM), Some(Verdict::Once));
    kit.ends(2, Reason::Cancelled);
    assert_eq!(kit.verdict(CRM), None);
}

#[test]
fn a_site_whose_call_the_pbx_does_not_place_follows_nothing() {
    let mut kit = desk();
    kit.page_dials(&clicked(CRM), "200");
    kit.ask(r#"{"type":"confirm","prompt":"p1","via":"pbx"}"#).expect("the PBX is asked");
    kit.input(Input::Originated(Originated { id: 1, outcome: Err(("pbx_unreachable".into(), String::new())) }));
    assert_eq!(kit.verdict(CRM), None);
}

#[test]
fn the_settings_may_let_the_pbx_dial_always() {
    let via = crate::wire::Via::Pbx;
    let mut kit = Kit::clicks(Clicks { pbx: true, via, allowed: vec![CRM.into()], ..Clicks::default() });
    assert_eq!(kit.page_dials(&site(CRM), "200"), "o1");
    takes(&mut kit, 1);
    assert_eq!(kit.asks(r#"{"type":"dial","target":"200","via":"softphone"}"#).as_deref(), Some("c1"));
}

#[test]
fn the_newest_is_shown_first() {
    let mut kit = desk();
    for number in ["200", "201"] {
        let asked = asks(&mut kit, number);
        takes(&mut kit, asked.id);
    }
    let shown: Vec<_> = kit.desk.snapshot().originations.into_iter().map(|origination| origination.id).collect();
    assert_eq!(shown, ["o2", "o1"]);
}

#[test]
fn a_call_on_another_account_is_somebody_else() {
    let accounts = vec![account("home", "sip:101@home.example"), account("work", "sip:101@pbx.example")];
    let clicks = Clicks { pbx: true, ..Clicks::default() };
    let mut kit = Kit::with(Settings { accounts, clicks, ..Settings::default() });
    let asked = asks(&mut kit, "84952294989");
    assert_eq!(asked.account.0, "home");
    takes(&mut kit, asked.id);
    assert_eq!(rings(&mut kit, 2, "84952294989"), None, "it comes in at work");
}
