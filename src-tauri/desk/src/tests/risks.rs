//! Numbers that nobody dials for the agent unasked.

use super::*;
use crate::wire::NumberKind;

const CRM: &str = "https://crm.example";

/// A desk in Russia with extensions, and a site that may dial.
fn desk() -> Kit {
    let mut work = account("work", "sip:101@pbx.example");
    work.rules.country = "RU".into();
    work.rules.extensions = vec!["100-199".into()];
    let clicks = Clicks { allowed: vec![CRM.into()], ..Clicks::default() };
    Kit::with(Settings { accounts: vec![work], clicks, ..Settings::default() })
}

const RISKY: [(&str, PromptReason); 7] = [
    ("112", PromptReason::Emergency),
    ("103", PromptReason::Emergency),
    ("0112", PromptReason::Emergency),
    ("8 809 505-00-00", PromptReason::Premium),
    ("sip:anna@evil.example", PromptReason::ForeignDomain),
    ("+98 21 8877 6655", PromptReason::International),
    ("*72666", PromptReason::FeatureCode),
];

#[test]
fn a_paired_page_and_a_link_ask_for_risky_numbers() {
    let mut work = account("work", "sip:101@pbx.example");
    work.rules.country = "RU".into();
    for (number, reason) in RISKY {
        let clicks = Clicks { allowed: vec![CRM.into()], ..Clicks::default() };
        let mut kit = Kit::with(Settings { accounts: vec![work.clone()], clicks, ..Settings::default() });
        assert_eq!(kit.page_dials(&site(CRM), number), "p1", "{number}");
        assert_eq!(kit.prompt().reasons, [reason], "{number}");
        let link = format!(r#"{{"type":"open_link","link":"{number}"}}"#);
        assert_eq!(kit.ask(&link).map(|done| done.prompt), Ok(Some("p2".into())), "{number}");
        assert!(kit.prompts().iter().all(|prompt| prompt.reasons == [reason]), "{number}");
        assert!(kit.take_commands().is_empty());
        assert!(kit.asks(&dial(number)).is_some(), "the agent's own dialling does not ask");
    }
}

#[test]
fn a_stranger_with_a_risky_number_shows_both_reasons() {
    let mut kit = desk();
    kit.page_dials(&clicked("https://evil.example"), "8 809 505-00-00");
    assert_eq!(kit.prompt().reasons, [PromptReason::Unpaired, PromptReason::Premium]);
    assert_eq!(kit.prompt().preview.map(|preview| preview.kind), Some(NumberKind::Premium));
}

#[test]
fn harmless_numbers_dial() {
    for number in ["103", "8 495 229-49-89", "+7 (495) 229-49-89", "sip:150@pbx.example"] {
        let mut kit = desk();
        assert_eq!(kit.page_dials(&site(CRM), number), "c1", "{number}: an extension, or inland");
    }
}

#[test]
fn a_call_for_help_never_pairs_a_site() {
    for number in ["112", "0112", "+112"] {
        let mut kit = desk();
        kit.page_dials(&clicked("https://shop.example"), number);
        kit.asks(r#"{"type":"confirm","prompt":"p1","consent":"always"}"#);
        assert_eq!(kit.dialled().len(), 1, "{number}: the call is made all the same");
        assert_eq!(kit.verdict("https://shop.example"), Some(Verdict::Once), "{number}");
        assert!(kit.stored.is_empty());
    }
}

#[test]
fn a_locked_list_does_not_stand_between_the_agent_and_help() {
    let accounts = vec![account("work", "sip:101@pbx.example")];
    let locked = vec!["local_api.origins".into()];
    let mut kit = Kit::with(Settings { accounts, locked, ..Settings::default() });
    kit.page_dials(&clicked("https://shop.example"), "112");
    kit.asks(r#"{"type":"confirm","prompt":"p1","consent":"always"}"#);
    assert_eq!(kit.dialled(), ["112"]);
}
