//! A page asks for a call: dialled, asked, or refused.

use super::*;
use crate::wire::{CallTo, PromptKind, PromptSource};

const CRM: &str = "https://crm.example";

#[test]
fn a_stranger_asks_the_agent_and_a_yes_dials() {
    let mut kit = Kit::new();
    assert_eq!(kit.page_dials(&clicked(CRM), "+7 495 229-49-89"), "p1");
    assert!(kit.take_commands().is_empty(), "nothing is dialled before the yes");
    let prompt = kit.prompt();
    assert_eq!((prompt.kind, prompt.source), (PromptKind::Dial, PromptSource::Page));
    assert_eq!((prompt.origin.as_deref(), prompt.clicked), (Some(CRM), true));
    assert_eq!((prompt.reasons, prompt.repeats), (vec![PromptReason::Unpaired], 0));
    let preview = prompt.preview.expect("it asks for a number");
    assert_eq!((preview.dialled.as_str(), preview.account.as_deref()), ("+74952294989", Some("work")));
    assert_eq!(kit.asks(r#"{"type":"confirm","prompt":"p1"}"#).as_deref(), Some("c1"));
    assert_eq!(kit.dialled(), ["+74952294989"]);
    assert_eq!(kit.call("c1").started_by.as_deref(), Some(CRM));
    assert!(kit.prompts().is_empty());
}

#[test]
fn a_paired_site_dials_what_is_harmless_at_once() {
    let mut kit = Kit::new();
    kit.asks(r#"{"type":"pair_origin","origin":"https://crm.example"}"#);
    assert_eq!(kit.page_dials(&site(CRM), "200"), "c1");
    assert_eq!(kit.dialled(), ["200"]);
    assert_eq!(kit.call("c1").started_by.as_deref(), Some(CRM));
    kit.ends(1, Reason::Busy);
    assert_eq!(kit.page_dials(&site(CRM), "sip:anna@evil.example"), "p1", "another domain asks");
    assert_eq!(kit.prompt().reasons, [PromptReason::ForeignDomain]);
    assert!(kit.dialled().is_empty());
}

#[test]
fn a_paired_site_that_dials_too_often_asks() {
    let mut kit = Kit::clicks(Clicks { allowed: vec![CRM.into()], ..Clicks::default() });
    let dials = |kit: &mut Kit| {
        let made = kit.page_dials(&site(CRM), "200");
        if let Some(call) = made.strip_prefix('c') {
            kit.ends(call.parse().expect("an id"), Reason::Busy);
        }
        made
    };
    for _ in 0..10 {
        assert!(dials(&mut kit).starts_with('c'));
    }
    assert_eq!(dials(&mut kit), "p1");
    assert_eq!(kit.prompt().reasons, [PromptReason::Flood]);
    assert_eq!(kit.dialled().len(), 10);
    kit.pass(Duration::from_millis(2999));
    assert_eq!(dials(&mut kit), "p1", "not yet");
    kit.pass(Duration::from_millis(1));
    assert_eq!(dials(&mut kit), "c21", "one more after three seconds");
    assert_eq!(dials(&mut kit), "p1", "and no more");
}

#[test]
fn a_paired_site_hears_that_the_line_is_busy() {
    let mut kit = Kit::clicks(Clicks { allowed: vec![CRM.into()], ..Clicks::default() });
    kit.asks(&dial("100"));
    assert_eq!(kit.page_dials(&site(CRM), "200"), "409 already_dialing");
    assert_eq!(kit.click_to_call().origins[0].refused, 0, "it did nothing wrong");
    assert!(kit.prompts().is_empty());
    assert!(notices(&kit.changes).is_empty(), "a script's affair");
    assert_eq!(kit.page_dials(&clicked(CRM), "200"), "409 already_dialing");
    assert_eq!(notices(&kit.changes), ["already_dialing"], "a click that came to nothing");
}

#[test]
fn no_page_takes_the_agent_from_whom_they_talk_to() {
    let pbx = Clicks { allowed: vec![CRM.into()], pbx: true, ..Clicks::default() };
    for via in ["softphone", "pbx"] {
        let mut kit = Kit::clicks(pbx.clone());
        let dial = format!(r#"{{"type":"dial","target":"200","via":"{via}"}}"#);
        kit.up(2);
        kit.take_commands();
        assert_eq!(kit.page_is_refused(&site(CRM), &dial), (409, "in_call".into()), "{via}");
        assert!(notices(&kit.changes).is_empty(), "a script's affair");
        assert_eq!(kit.page_is_refused(&clicked(CRM), &dial), (409, "in_call".into()), "{via}");
        assert_eq!(notices(&kit.changes), ["in_call"], "a click that came to nothing");
        assert!(kit.prompts().is_empty() && kit.originated.is_empty());
        assert_eq!(kit.state("c2"), CallState::Active);
        kit.asks(r#"{"type":"hold","call":"c2"}"#);
        kit.page(&site(CRM), &dial).expect("who waits already may wait on");
    }
}

#[test]
fn what_the_agent_says_yes_to_while_talking_is_dialled() {
    let mut kit = Kit::new();
    kit.up(2);
    kit.take_commands();
    assert_eq!(kit.page_dials(&site(CRM), "200"), "p1", "a stranger asks, as ever");
    kit.asks(r#"{"type":"confirm","prompt":"p1"}"#);
    assert_eq!(kit.take_commands()[0], Command::Hold(CallId(2)));
}

#[test]
fn a_command_of_oktells_port_is_not_carried_out_while_the_agent_talks() {
    let mut kit = Kit::new();
    let asks = |kit: &mut Kit, intent: &str| {
        let intent: Intent = serde_json::from_str(intent).expect("the story speaks JSON as on the wire");
        kit.input(Input::Intent(Asker::Oktell, intent)).expect("every intent is answered")
    };
    asks(&mut kit, &dial("200")).expect("nobody is talked to");
    assert_eq!(asks(&mut kit, &dial("201")).map_err(|refusal| refusal.code), Err("already_dialing".into()));
    kit.hear(Event::Answered(CallId(1)));
    kit.take_commands();
    let busy = asks(&mut kit, &dial("201")).map_err(|refusal| (refusal.status, refusal.code));
    assert_eq!(busy, Err((409, "in_call".into())));
    assert!(kit.take_commands().is_empty(), "nobody is put on hold");
    asks(&mut kit, r#"{"type":"hang_up"}"#).expect("and the rest is done");
    kit.ends(1, Reason::HungUp);
    kit.up(2);
    kit.asks(&dial("202"));
    assert_eq!(kit.take_commands().iter().filter(|command| **command == Command::Hold(CallId(2))).count(), 1);
}

#[test]
fn a_refused_site_is_not_heard_and_counted() {
    let mut kit = Kit::new();
    assert_eq!(kit.page_dials(&site(CRM), "200"), "p1");
    kit.asks(r#"{"type":"refuse_origin","origin":"https://crm.example"}"#);
    assert!(kit.prompts().is_empty(), "its prompts go");
    assert_eq!(kit.page_dials(&clicked(CRM), "200"), "403 origin_refused");
    assert_eq!(kit.page_dials(&site(CRM), "garbage in"), "403 origin_refused", "its number is not even read");
    assert_eq!(kit.page_is_refused(&clicked(CRM), r#"{"type":"focus"}"#), (403, "origin_refused".into()));
    let pairs = Page { pairs: true, ..clicked(CRM) };
    assert_eq!(kit.page_dials(&pairs, "200"), "403 origin_refused");
    assert_eq!(kit.click_to_call().origins[0].refused, 4);
    assert_eq!(kit.click_to_call().refused, 0);
}

#[test]
fn the_settings_say_what_a_stranger_may() {
    for (callto, plain, pairing) in [
        (CallTo::Off, "403 not_paired", "403 not_paired"),
        (CallTo::Paired, "403 not_paired", "p1"),
        (CallTo::Ask, "p1", "p2"),
    ] {
        let mut kit =
            Kit::clicks(Clicks { callto, allowed: vec!["https://known.example".into()], ..Clicks::default() });
        assert_eq!(kit.page_dials(&clicked(CRM), "200"), plain, "{callto:?}");
        let pairs = Page { pairs: true, ..clicked(CRM) };
        assert_eq!(kit.page_dials(&pairs, "201"), pairing, "{callto:?}");
        assert_eq!(
            kit.click_to_call().refused,
            [plain, pairing].iter().filter(|heard| heard.starts_with('4')).count() as u32
        );
        assert_eq!(kit.page_dials(&site("https://known.example"), "200"), "c1", "{callto:?}");
    }
}

#[test]
fn a_page_that_the_browser_does_not_name_asks_too() {
    let mut kit = Kit::new();
    assert_eq!(kit.page_dials(&Page::default(), "200"), "p1");
    assert_eq!(kit.page_dials(&Page { clicked: true, ..Page::default() }, "201"), "p2", "a click is another asker");
    assert_eq!(kit.prompts().iter().map(|prompt| prompt.clicked).collect::<Vec<_>>(), [false, true]);
    assert_eq!(kit.page_dials(&Page::default(), "202"), "429 too_many_requests");
    assert_eq!(kit.click_to_call().refused, 1);
    kit.asks(r#"{"type":"confirm","prompt":"p2","consent":"always"}"#);
    assert!(kit.click_to_call().origins.is_empty(), "nobody can be paired");
    assert_eq!(kit.call("c1").started_by, None);
}

#[test]
fn a_page_asks_to_be_paired_without_a_number() {
    let mut kit = Kit::clicks(Clicks { callto: CallTo::Paired, ..Clicks::default() });
    let page = Page { pairs: true, ..site(CRM) };
    let pair = dial("");
    assert_eq!(kit.page(&page, &pair).map(|done| done.prompt), Ok(Some("p1".into())));
    assert_eq!(kit.page_dials(&page, ""), "p1", "asked twice is asked once");
    let prompt = kit.prompt();
    assert_eq!((prompt.kind, prompt.preview, prompt.repeats), (PromptKind::Pair, None, 1));
    assert_eq!(kit.ask(r#"{"type":"confirm","prompt":"p1","consent":"always"}"#).map(|done| done.call), Ok(None));
    assert_eq!(kit.verdict(CRM), Some(Verdict::Allowed));
    assert!(kit.take_commands().is_empty(), "nothing is dialled");
    let again = kit.page(&page, &pair).expect("it is paired already");
    assert_eq!((again.call, again.prompt), (None, None));
    let by_itself = r#"{"type":"pair_origin","origin":"https://crm.example"}"#;
    assert_eq!(kit.page_is_refused(&page, by_itself), (403, "not_for_pages".into()));
    let nobody = Page { pairs: true, ..Page::default() };
    assert_eq!(kit.page_is_refused(&nobody, &dial("")), (400, "bad_origin".into()));
}

#[test]
fn a_yes_to_a_pairing_pairs_and_an_explicit_once_does_not() {
    let page = Page { pairs: true, ..site(CRM) };
    for (consent, verdict) in [("", Some(Verdict::Allowed)), (r#","consent":"once""#, None)] {
        let mut kit = Kit::new();
        kit.page(&page, &dial("")).expect("it may ask");
        kit.asks(&format!(r#"{{"type":"confirm","prompt":"p1"{consent}}}"#));
        assert_eq!(kit.verdict(CRM), verdict);
        assert!(kit.prompts().is_empty());
    }
}

#[test]
fn the_buttons_of_a_page_are_for_paired_ones() {
    let mut kit = Kit::clicks(Clicks { allowed: vec![CRM.into()], ..Clicks::default() });
    kit.rings_in(2);
    kit.take_commands();
    let stranger = clicked("https://other.example");
    for intent in [
        r#"{"type":"answer"}"#,
        r#"{"type":"decline"}"#,
        r#"{"type":"hang_up"}"#,
        r#"{"type":"hold","call":"c2"}"#,
        r#"{"type":"resume","call":"c2"}"#,
        r#"{"type":"mute","call":"c2"}"#,
        r#"{"type":"unmute","call":"c2"}"#,
        r#"{"type":"send_dtmf","call":"c2","digits":"1"}"#,
        r#"{"type":"transfer_blind","target":"200"}"#,
        r#"{"type":"transfer_attended","call":"c2","to_call":"c1"}"#,
    ] {
        assert_eq!(kit.page_is_refused(&stranger, intent), (403, "not_paired".into()), "{intent}");
    }
    assert_eq!(kit.click_to_call().refused, 10);
    kit.page(&site(CRM), r#"{"type":"answer"}"#).expect("a paired page answers");
    kit.hear(Event::Answered(CallId(2)));
    kit.page(&site(CRM), r#"{"type":"hold","call":"c2"}"#).expect("and holds");
    kit.page(&site(CRM), r#"{"type":"hang_up"}"#).expect("and hangs up");
    assert_eq!(kit.state("c2"), CallState::Ending);
}

#[test]
fn what_belongs_to_the_agent_is_for_no_page() {
    let mut kit = Kit::clicks(Clicks { allowed: vec![CRM.into()], ..Clicks::default() });
    for intent in [
        r#"{"type":"pair_origin","origin":"https://evil.example"}"#,
        r#"{"type":"refuse_origin","origin":"https://crm.example"}"#,
        r#"{"type":"forget_origin","origin":"https://crm.example"}"#,
        r#"{"type":"confirm","prompt":"p1","consent":"always"}"#,
        r#"{"type":"dismiss_prompt","prompt":"p1"}"#,
        r#"{"type":"set_click_to_call","callto":"ask"}"#,
        r#"{"type":"set_account","account":{"aor":"1@evil.example"}}"#,
        r#"{"type":"remove_account","account":"work"}"#,
        r#"{"type":"set_do_not_disturb","on":true}"#,
        r#"{"type":"set_language","language":"fa"}"#,
        r#"{"type":"set_device","role":"ring","device":"null"}"#,
        r#"{"type":"meter","on":true}"#,
        r#"{"type":"conference","calls":[]}"#,
        r#"{"type":"dismiss","call":"c1"}"#,
        r#"{"type":"open_link","link":"tel:200"}"#,
        r#"{"type":"offer","text":"200"}"#,
    ] {
        for page in [site(CRM), clicked("https://other.example")] {
            assert_eq!(kit.page_is_refused(&page, intent), (403, "not_for_pages".into()), "{intent}");
        }
    }
    assert!(kit.stored.is_empty() && kit.prompts().is_empty());
}

#[test]
fn a_page_does_not_hand_a_call_on_to_a_risky_number() {
    let mut kit = Kit::clicks(Clicks { allowed: vec![CRM.into()], ..Clicks::default() });
    kit.up(2);
    kit.take_commands();
    let risky = r#"{"type":"transfer_blind","call":"c2","target":"sip:toll@evil.example"}"#;
    assert_eq!(kit.page_is_refused(&site(CRM), risky), (403, "not_for_pages".into()));
    kit.page(&site(CRM), r#"{"type":"transfer_blind","call":"c2","target":"200"}"#).expect("a colleague may have it");
    assert_eq!(kit.take_commands(), [Command::TransferBlind(CallId(2), "200".into())]);
}

#[test]
fn a_transfer_is_read_as_the_account_of_its_call_reads_it() {
    let mut abroad = account("abroad", "sip:7@abroad.example");
    abroad.rules.country = "RU".into();
    let accounts = vec![account("work", "sip:101@pbx.example"), abroad];
    let clicks = Clicks { allowed: vec![CRM.into()], ..Clicks::default() };
    let mut kit = Kit::with(Settings { accounts, clicks, ..Settings::default() });
    assert_eq!(kit.page_dials(&site(CRM), "103"), "c1", "an ambulance only in Russia");
    kit.ends(1, Reason::Busy);
    kit.asks(r#"{"type":"dial","target":"200","account":"abroad"}"#);
    kit.hear(Event::Answered(CallId(3)));
    kit.take_commands();
    let transfer = r#"{"type":"transfer_blind","target":"103"}"#;
    assert_eq!(kit.page_is_refused(&site(CRM), transfer), (403, "not_for_pages".into()));
}

#[test]
fn a_click_may_bring_the_window_to_the_front_and_a_script_may_not() {
    let mut kit = Kit::new();
    let focus = r#"{"type":"focus"}"#;
    assert_eq!(kit.page_is_refused(&site(CRM), focus), (403, "not_paired".into()));
    kit.page(&clicked(CRM), focus).expect("a click may");
    assert_eq!(kit.changes.iter().filter(|change| change.what == What::FocusRequested).count(), 1);
}

#[test]
fn a_stranger_learns_nothing_of_the_desk() {
    let mut kit = Kit::new();
    let asks = r#"{"type":"dial","target":"200","account":"nobody"}"#;
    assert!(kit.page(&clicked(CRM), asks).is_ok_and(|done| done.prompt.is_some()), "which accounts there are");
    let asks_pbx = r#"{"type":"dial","target":"200","via":"pbx"}"#;
    let made = kit.page(&clicked("https://shop.example"), asks_pbx).map(|done| done.prompt);
    assert_eq!(made, Ok(Some("p2".into())), "whether a PBX is set up");
    kit.hear(Event::Registration(AccountId("work".into()), Registration::Unregistered));
    assert_eq!(kit.page_dials(&clicked("https://other.example"), "200"), "p3", "whether one is registered");
    assert_eq!(kit.is_refused(r#"{"type":"confirm","prompt":"p3"}"#), (409, "not_registered".into()));
    assert_eq!(kit.prompts().len(), 3, "a call that cannot be placed leaves its prompt");
    let paired = Kit::clicks(Clicks { allowed: vec![CRM.into()], ..Clicks::default() }).page(&site(CRM), asks);
    assert_eq!(paired.map_err(|refusal| refusal.code), Err("unknown_account".into()));
}

#[test]
fn a_page_with_a_broken_origin_or_number_is_400() {
    let mut kit = Kit::new();
    assert_eq!(kit.page_dials(&site("null"), "200"), "400 bad_origin");
    assert_eq!(kit.page_dials(&site(CRM), "call me"), "400 target_undialable");
    assert_eq!(kit.page_dials(&site("HTTPS://CRM.example:443"), "200"), "p1");
    assert_eq!(kit.prompt().origin.as_deref(), Some(CRM));
    assert_eq!(kit.click_to_call().refused, 0);
}

#[test]
fn a_link_of_a_paired_site_may_have_led_elsewhere_and_asks() {
    let mut kit = Kit::clicks(Clicks { allowed: vec![CRM.into()], ..Clicks::default() });
    let led = Page { proven: false, ..clicked(CRM) };
    assert_eq!(kit.page_dials(&led, "200"), "p1");
    assert_eq!((kit.prompt().origin.as_deref(), kit.prompt().reasons), (Some(CRM), vec![PromptReason::Unproven]));
    kit.take_commands();
    for intent in [r#"{"type":"hang_up"}"#, r#"{"type":"answer"}"#, r#"{"type":"transfer_blind","target":"703"}"#] {
        assert_eq!(kit.page_is_refused(&led, intent), (403, "not_paired".into()), "{intent}");
    }
    assert!(kit.take_commands().is_empty());
}

#[test]
fn a_paired_script_cannot_hold_the_window_in_front() {
    let mut kit = Kit::clicks(Clicks { allowed: vec![CRM.into()], ..Clicks::default() });
    let tries = (0..100).filter(|_| kit.page(&site(CRM), r#"{"type":"focus"}"#).is_ok()).count();
    assert_eq!(tries, 5);
    kit.page(&clicked(CRM), r#"{"type":"focus"}"#).expect("a click always may");
}
