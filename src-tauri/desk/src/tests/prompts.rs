//! What waits for the agent's yes.

use super::*;
use crate::wire::{Consent, PromptAnswer, Via};

const CRM: &str = "https://crm.example";
const SHOP: &str = "https://shop.example";
const SECOND: Duration = Duration::from_secs(1);

fn confirm(prompt: &str, consent: Consent) -> String {
    let consent = if consent == Consent::Always { "always" } else { "once" };
    format!(r#"{{"type":"confirm","prompt":"{prompt}","consent":"{consent}"}}"#)
}

#[test]
fn the_same_number_is_the_same_prompt() {
    let mut kit = Kit::new();
    assert_eq!(kit.page_dials(&site(CRM), "200"), "p1");
    assert_eq!(kit.page_dials(&site(CRM), "2-0-0"), "p1", "in any spelling");
    assert_eq!((kit.prompt().repeats, kit.prompt().clicked), (1, false));
    assert_eq!(kit.page_dials(&clicked(CRM), "200"), "p1");
    assert_eq!((kit.prompt().repeats, kit.prompt().clicked), (2, true), "now it is known to be a click");
}

#[test]
fn a_click_on_another_number_takes_the_place_of_the_prompt_and_a_script_does_not() {
    let mut kit = Kit::new();
    assert_eq!(kit.page_dials(&clicked(CRM), "200"), "p1");
    assert_eq!(kit.page_dials(&site(CRM), "666"), "429 too_many_requests");
    assert_eq!((kit.prompt().repeats, kit.prompt().preview.map(|preview| preview.dialled)), (1, Some("200".into())));
    assert_eq!(kit.page_dials(&clicked(CRM), "201"), "p2");
    let prompt = kit.prompt();
    assert_eq!((prompt.id.as_str(), prompt.preview.map(|preview| preview.dialled)), ("p2", Some("201".into())));
}

#[test]
fn a_yes_to_a_prompt_that_was_replaced_meanwhile_dials_nothing() {
    let mut kit = Kit::new();
    kit.page_dials(&clicked(CRM), "200");
    kit.page_dials(&clicked(CRM), "666");
    assert_eq!(kit.is_refused(&confirm("p1", Consent::Once)), (409, "no_prompt".into()));
    assert_eq!(kit.is_refused(r#"{"type":"dismiss_prompt","prompt":"p1"}"#), (409, "no_prompt".into()));
    assert!(kit.take_commands().is_empty());
    kit.asks(&confirm("p2", Consent::Once));
    assert_eq!(kit.dialled(), ["666"]);
    assert_eq!(
        kit.is_refused(&confirm("p2", Consent::Once)),
        (409, "no_prompt".into()),
        "a second key press dials nothing"
    );
}

#[test]
fn what_was_shown_is_what_is_dialled_whatever_the_settings_say_by_then() {
    let mut kit = Kit::new();
    kit.page_dials(&clicked(CRM), "200");
    let accounts = vec![account("home", "sip:7@home.example"), account("work", "sip:101@pbx.example")];
    kit.input(Input::Settings(Settings { accounts, ..Settings::default() }));
    kit.hear(Event::Registration(AccountId("home".into()), Registration::Registered));
    kit.take_commands();
    kit.asks(&confirm("p1", Consent::Once));
    let dial = Command::Dial {
        call: CallId(1),
        account: AccountId("work".into()),
        target: "200".into(),
        manner: phone::Manner::default(),
    };
    assert_eq!(kit.take_commands(), [dial]);
}

#[test]
fn nobody_waits_longer_than_a_minute() {
    let mut kit = Kit::new();
    kit.page_dials(&site(CRM), "200");
    kit.pass(30 * SECOND);
    kit.page_dials(&site(CRM), "200");
    kit.pass(29 * SECOND);
    assert_eq!(kit.prompts().len(), 1);
    kit.changes.clear();
    kit.pass(SECOND);
    assert!(kit.prompts().is_empty(), "asking again does not prolong it");
    assert_eq!(kit.changes.pop().map(|change| change.what), Some(removed("p1")));
    assert!(kit.desk.wake().is_none(), "nothing is left to wait for");
}

#[test]
fn a_no_takes_the_prompt_away() {
    let mut kit = Kit::new();
    kit.page_dials(&site(CRM), "200");
    kit.asks(r#"{"type":"dismiss_prompt","prompt":"p1"}"#);
    assert!(kit.prompts().is_empty() && kit.take_commands().is_empty());
    assert_eq!(kit.verdict(CRM), None);
}

#[test]
fn always_pairs_and_once_lets_the_site_follow_that_call() {
    let mut kit = Kit::new();
    kit.page_dials(&clicked(CRM), "200");
    kit.asks(&confirm("p1", Consent::Always));
    assert_eq!(kit.verdict(CRM), Some(Verdict::Allowed));
    assert_eq!(kit.stored, [Store::ClickToCall(Clicks { allowed: vec![CRM.into()], ..Clicks::default() })]);
    kit.ends(1, Reason::Busy);
    assert_eq!(kit.verdict(CRM), Some(Verdict::Allowed), "for good");

    kit.page_dials(&clicked(SHOP), "201");
    kit.asks(&confirm("p2", Consent::Once));
    assert_eq!(kit.verdict(SHOP), Some(Verdict::Once));
    assert_eq!(kit.page_dials(&site(SHOP), "202"), "p3", "it may read, not dial");
    assert_eq!(kit.page_is_refused(&clicked(SHOP), r#"{"type":"hang_up"}"#), (403, "not_paired".into()));
    kit.changes.clear();
    kit.ends(3, Reason::Busy);
    assert_eq!(kit.verdict(SHOP), None, "the call is over");
    let call = kit.changes.iter().position(|change| matches!(change.what, What::CallChanged { .. }));
    let clicks = kit.changes.iter().position(|change| matches!(change.what, What::ClickToCallChanged { .. }));
    assert!(call < clicks, "the site hears of the end while it may");
    assert_eq!(kit.stored.len(), 1, "once is not stored");
}

#[test]
fn a_paired_site_stays_paired_after_a_yes_once() {
    let mut kit = Kit::clicks(Clicks { allowed: vec![CRM.into()], ..Clicks::default() });
    kit.page_dials(&site(CRM), "sip:anna@evil.example");
    kit.asks(&confirm("p1", Consent::Once));
    kit.ends(1, Reason::Busy);
    assert_eq!(kit.verdict(CRM), Some(Verdict::Allowed));
}

#[test]
fn nobody_is_paired_where_the_administrator_keeps_the_list() {
    let settings = Settings { accounts: vec![account("work", "sip:101@pbx.example")], ..Settings::default() };
    let mut kit = Kit::with(Settings { locked: vec!["local_api.origins".into()], ..settings });
    kit.page_dials(&clicked(CRM), "200");
    assert_eq!(kit.is_refused(&confirm("p1", Consent::Always)), (403, "locked".into()));
    kit.asks(&confirm("p1", Consent::Once));
    assert_eq!(kit.dialled(), ["200"]);
    let pairs = Page { pairs: true, ..clicked(SHOP) };
    assert_eq!(kit.page_is_refused(&pairs, &dial("")), (403, "locked".into()), "a yes could not be kept");
}

#[test]
fn a_call_that_cannot_be_placed_leaves_the_prompt_and_pairs_nobody() {
    let mut kit = Kit::new();
    kit.page_dials(&clicked(CRM), "200");
    kit.asks(&dial("100"));
    kit.take_commands();
    assert_eq!(kit.is_refused(&confirm("p1", Consent::Always)), (409, "already_dialing".into()));
    kit.ends(1, Reason::Busy);
    kit.asks(&confirm("p1", Consent::Always));
    assert_eq!(kit.dialled(), ["200"]);
}

#[test]
fn asking_has_a_rate_of_its_own_for_each_site() {
    let mut kit = Kit::new();
    let asks = |kit: &mut Kit, page: &Page| {
        let made = kit.page_dials(page, "200");
        if made.starts_with('p') {
            kit.asks(&format!(r#"{{"type":"dismiss_prompt","prompt":"{made}"}}"#));
        }
        made
    };
    for _ in 0..5 {
        assert!(asks(&mut kit, &clicked(CRM)).starts_with('p'));
    }
    assert_eq!(asks(&mut kit, &clicked(CRM)), "429 too_many_requests");
    assert_eq!(kit.click_to_call().refused, 1);
    assert_eq!(asks(&mut kit, &clicked(SHOP)), "p6", "another site is not meant");
    kit.pass(5 * SECOND);
    assert_eq!(asks(&mut kit, &clicked(CRM)), "p7", "one more each five seconds");
    assert_eq!(asks(&mut kit, &clicked(CRM)), "429 too_many_requests");
}

#[test]
fn the_agent_chooses_who_places_the_call() {
    let mut kit = Kit::clicks(Clicks { pbx: true, ..Clicks::default() });
    kit.page_dials(&clicked(CRM), "200");
    assert_eq!(kit.prompt().preview.map(|preview| preview.via), Some(Via::Softphone));
    let done = kit.ask(r#"{"type":"confirm","prompt":"p1","via":"pbx"}"#).expect("the PBX is asked");
    assert_eq!((done.call, done.origination.as_deref()), (None, Some("o1")));
    assert!(kit.take_commands().is_empty(), "the softphone stays quiet");
}

#[test]
fn changes_lead_from_snapshot_to_snapshot_through_prompts_and_verdicts() {
    let mut kit = Kit::clicks(Clicks { pbx: true, ..Clicks::default() });
    let mut follower = kit.desk.snapshot();
    for number in ["200", "201", "202", "202"] {
        kit.page_dials(&clicked(CRM), number);
        kit.page_dials(&site(SHOP), number);
        kit.pass(Duration::from_millis(10));
    }
    kit.asks(&confirm("p4", Consent::Always));
    kit.asks(r#"{"type":"refuse_origin","origin":"https://shop.example"}"#);
    kit.page_dials(&site(SHOP), "200");
    kit.ends(1, Reason::Busy);
    kit.asks(r#"{"type":"dial","target":"203","via":"pbx"}"#);
    kit.pass(SECOND);
    for change in &kit.changes {
        assert_eq!(change.seq, follower.seq + 1, "no gaps");
        super::rules::follow(&mut follower, change);
    }
    assert_eq!(follower, kit.desk.snapshot());
}

#[test]
fn who_waits_for_an_answer_hears_which_call_a_yes_made() {
    let mut kit = Kit::clicks(Clicks { allowed: vec![CRM.into()], ..Clicks::default() });
    kit.page_dials(&site(CRM), "112");
    assert_eq!(kit.page_dials(&site(CRM), "200"), "c1", "another call of the same site meanwhile");
    kit.ends(1, Reason::Busy);
    kit.changes.clear();
    kit.asks(r#"{"type":"dismiss_prompt","prompt":"p1"}"#);
    assert_eq!(answered(&kit), [("p1".into(), Some(PromptAnswer::No), None)]);
    kit.page_dials(&site(CRM), "112");
    kit.changes.clear();
    kit.asks(r#"{"type":"confirm","prompt":"p2"}"#);
    assert_eq!(answered(&kit), [("p2".into(), Some(PromptAnswer::Yes), Some("c3".into()))]);
}

#[test]
fn a_decision_about_a_site_answers_what_it_asked() {
    for (decision, wanted) in [("pair_origin", PromptAnswer::Yes), ("refuse_origin", PromptAnswer::No)] {
        let mut kit = Kit::new();
        kit.page(&Page { pairs: true, ..site(CRM) }, &dial("")).expect("it may ask");
        kit.changes.clear();
        kit.asks(&format!(r#"{{"type":"{decision}","origin":"{CRM}"}}"#));
        assert_eq!(answered(&kit), [("p1".into(), Some(wanted), None)]);
    }
}

#[test]
fn who_asks_too_often_pushes_nobody_out() {
    let mut kit = Kit::new();
    for _ in 0..5 {
        kit.page_dials(&clicked(SHOP), "200");
    }
    kit.asks(r#"{"type":"dismiss_prompt","prompt":"p1"}"#);
    for other in 0..8 {
        kit.page_dials(&site(&format!("https://o{other}.example")), "200");
    }
    assert_eq!(kit.page_dials(&clicked(SHOP), "200"), "429 too_many_requests");
    assert_eq!(kit.prompts().len(), 8);
    kit.pass(5 * SECOND);
    kit.page_dials(&clicked(SHOP), "200");
    assert!(kit.prompts().iter().any(|prompt| prompt.origin.as_deref() == Some(SHOP)));
}

fn removed(prompt: &str) -> What {
    What::PromptRemoved { prompt: prompt.into(), answer: None, call: None, origination: None }
}

fn answered(kit: &Kit) -> Vec<(String, Option<PromptAnswer>, Option<String>)> {
    let answers = kit.changes.iter().filter_map(|change| match &change.what {
        What::PromptRemoved { prompt, answer, call, .. } => Some((prompt.clone(), *answer, call.clone())),
        _ => None,
    });
    answers.collect()
}
