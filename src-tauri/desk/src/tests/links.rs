//! Links and the selected text.

use super::*;
use crate::wire::{Links, PromptSource};

const SECOND: Duration = Duration::from_secs(1);

fn link(link: &str) -> String {
    format!(r#"{{"type":"open_link","link":"{link}"}}"#)
}

fn prompt_of(kit: &mut Kit, intent: &str) -> String {
    kit.ask(intent).expect("it may ask").prompt.expect("the agent is asked")
}

#[test]
fn a_link_dials_what_is_harmless() {
    let mut kit = Kit::new();
    assert_eq!(kit.asks(&link("tel:+7-495-229-49-89")).as_deref(), Some("c1"));
    assert_eq!(kit.dialled(), ["+74952294989"]);
    assert_eq!(kit.call("c1").started_by, None);
}

#[test]
fn a_link_asks_where_the_settings_or_the_number_want_it() {
    let mut kit = Kit::new();
    prompt_of(&mut kit, &link("sip:toll@evil.example"));
    assert_eq!((kit.prompt().source, kit.prompt().reasons), (PromptSource::Link, vec![PromptReason::ForeignDomain]));
    let mut kit = Kit::clicks(Clicks { links: Links::Ask, ..Clicks::default() });
    let prompt = prompt_of(&mut kit, &link("tel:200"));
    assert_eq!(kit.prompt().reasons, [PromptReason::Asks]);
    assert_eq!(prompt_of(&mut kit, &link("tel:201")), "p2", "the newest takes the place");
    assert_eq!(kit.is_refused(&format!(r#"{{"type":"confirm","prompt":"{prompt}"}}"#)), (409, "no_prompt".into()));
    kit.asks(r#"{"type":"confirm","prompt":"p2","consent":"always"}"#);
    assert_eq!(kit.dialled(), ["201"]);
    assert!(kit.click_to_call().origins.is_empty());
}

#[test]
fn a_link_right_after_another_asks() {
    let mut kit = Kit::new();
    kit.asks(&link("tel:200"));
    kit.ends(1, Reason::Busy);
    prompt_of(&mut kit, &link("tel:201"));
    assert_eq!(kit.prompt().reasons, [PromptReason::Flood]);
    kit.pass(Duration::from_millis(2999));
    prompt_of(&mut kit, &link("tel:202"));
    assert_eq!(kit.prompt().reasons, [PromptReason::Flood], "link after link is a flood, however long");
    kit.pass(3 * SECOND);
    assert_eq!(kit.asks(&link("tel:203")).as_deref(), Some("c3"), "three quiet seconds later it dials");
    kit.pass(5 * SECOND);
    prompt_of(&mut kit, &link("tel:204"));
    assert_eq!(kit.dialled(), ["200", "203"], "not while a call is being placed");
}

#[test]
fn links_that_ask_one_after_the_other_are_a_flood_too() {
    let mut kit = Kit::new();
    prompt_of(&mut kit, &link("tel:*71"));
    assert_eq!(kit.prompt().reasons, [PromptReason::FeatureCode]);
    prompt_of(&mut kit, &link("tel:*72"));
    assert_eq!(kit.prompt().reasons, [PromptReason::FeatureCode, PromptReason::Flood]);
}

#[test]
fn nonsense_in_a_link_is_400() {
    let mut kit = Kit::new();
    assert_eq!(kit.is_refused(&link("tel:")), (400, "target_empty".into()));
    for other in ["javascript:alert(1)", "mailto:101@pbx.example", "tel:<script>alert(1)</script>"] {
        assert_eq!(kit.is_refused(&link(other)), (400, "target_undialable".into()), "{other}");
    }
    assert_eq!(kit.is_refused(r#"{"type":"offer","text":"call me"}"#), (400, "target_undialable".into()));
}

#[test]
fn the_agents_own_dialling_never_asks() {
    let mut kit = Kit::clicks(Clicks { links: Links::Ask, ..Clicks::default() });
    for call in 0..20u64 {
        kit.asks(&dial("sip:anna@elsewhere.example"));
        kit.ends(call * 2 + 1, Reason::Busy);
    }
    assert_eq!(kit.dialled().len(), 20);
}

#[test]
fn selected_text_is_shown_before_it_is_dialled() {
    let mut kit = Kit::new();
    for text in ["call 84952294989 today", "84952294990"] {
        prompt_of(&mut kit, &format!(r#"{{"type":"offer","text":"{text}"}}"#));
    }
    let prompt = kit.prompt();
    assert_eq!((prompt.id.as_str(), prompt.source), ("p2", PromptSource::Selection));
    assert_eq!(prompt.reasons, [PromptReason::Selected]);
    assert!(kit.take_commands().is_empty());
    kit.asks(r#"{"type":"confirm","prompt":"p2"}"#);
    assert_eq!(kit.dialled(), ["84952294990"]);
}

#[test]
fn a_preview_tells_what_would_be_dialled_and_does_nothing() {
    let accounts = vec![account("work", "sip:101@pbx.example"), account("home", "sip:7@home.example")];
    let kit = Kit::with(Settings { accounts, ..Settings::default() });
    let account = |text: &str, named| kit.desk.preview(text, named).map(|preview| (preview.dialled, preview.account));
    assert_eq!(account("2-0-0", None), Ok(("200".into(), Some("work".into()))));
    assert_eq!(account("200", Some("home")), Ok(("200".into(), Some("home".into()))));
    let (_, at_home) = account("sip:anna@home.example", None).expect("it can be dialled");
    assert_eq!(at_home.as_deref(), Some("home"));
    let code = |text: &str, named| kit.desk.preview(text, named).map_err(|refusal| refusal.code);
    assert_eq!(code("200", Some("nobody")), Err("unknown_account".into()));
    assert_eq!(code("", None), Err("target_empty".into()));
    assert!(Desk::new(false).preview("200", None).is_ok_and(|preview| preview.account.is_none()));
}

#[test]
fn a_number_at_an_accounts_domain_is_read_by_its_rules() {
    let mut home = account("home", "sip:7@home.example");
    (home.rules.country, home.rules.dial_as) = ("RU".into(), crate::DialAs::E164);
    let accounts = vec![account("work", "sip:101@pbx.example"), home];
    let kit = Kit::with(Settings { accounts, ..Settings::default() });
    let dialled = |text| kit.desk.preview(text, None).map(|preview| preview.dialled);
    assert_eq!(dialled("84952294989").as_deref(), Ok("84952294989"));
    assert_eq!(dialled("sip:84952294989@home.example").as_deref(), Ok("+74952294989"));
}
