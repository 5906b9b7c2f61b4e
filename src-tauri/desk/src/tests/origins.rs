//! Sites, and what was decided about them.

use super::*;
use crate::origin::normalise;

const CRM: &str = "https://crm.example";

#[test]
fn a_site_has_one_spelling() {
    for (text, origin) in [
        ("https://crm.example", "https://crm.example"),
        ("HTTPS://CRM.Example", "https://crm.example"),
        (" https://crm.example/ ", "https://crm.example"),
        ("https://crm.example:443", "https://crm.example"),
        ("http://crm.example:80/", "http://crm.example"),
        ("http://crm.example:443", "http://crm.example:443"),
        ("https://crm.example:8443", "https://crm.example:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://192.168.0.1", "http://192.168.0.1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://[::1]", "http://[::1]"),
        ("https://xn--e1aybc.xn--p1ai", "https://xn--e1aybc.xn--p1ai"),
    ] {
        assert_eq!(normalise(text).as_deref(), Ok(origin), "{text:?}");
    }
}

#[test]
fn anything_else_is_no_site() {
    for text in [
        "",
        "null",
        "crm.example",
        "https://",
        "https:///",
        "https://crm.example/path",
        "https://crm.example//",
        "https://crm.example?x",
        "https://crm.example#x",
        "https://user@crm.example",
        "https://crm.example:",
        "https://crm.example:0443",
        "https://crm.example:+443",
        "https://crm.example:99999",
        "https://crm.example, https://evil.example",
        "https://crm.example https://evil.example",
        "https://crm.example\r\nX: y",
        "https://crm.exam\u{200b}ple",
        "https://кто.рф",
        "https://[::1",
        "https://::1",
        "https://[crm]",
        "https://[::1]x:80",
        "file:///etc/passwd",
        "moz-extension://abc",
        "chrome-extension://abc",
        "ftp://crm.example",
    ] {
        assert_eq!(normalise(text).map_err(|refusal| refusal.code), Err("bad_origin".into()), "{text:?}");
    }
    assert!(normalise(&format!("https://{}", "a".repeat(4000))).is_err());
}

#[test]
fn the_agent_decides_and_it_is_kept() {
    let mut kit = Kit::new();
    kit.asks(r#"{"type":"pair_origin","origin":"HTTPS://crm.example:443"}"#);
    assert_eq!(kit.verdict(CRM), Some(Verdict::Allowed));
    kit.asks(r#"{"type":"refuse_origin","origin":"https://crm.example"}"#);
    assert_eq!(kit.verdict(CRM), Some(Verdict::Refused));
    kit.asks(r#"{"type":"forget_origin","origin":"https://crm.example"}"#);
    assert_eq!(kit.verdict(CRM), None);
    let stored = |allowed: &[&str], refused: &[&str]| {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Store::ClickToCall(Clicks { allowed: list(allowed), refused: list(refused), ..Clicks::default() })
    };
    assert_eq!(kit.stored, [stored(&[CRM], &[]), stored(&[], &[CRM]), stored(&[], &[])]);
    for intent in ["pair_origin", "refuse_origin", "forget_origin"] {
        let intent = format!(r#"{{"type":"{intent}","origin":"null"}}"#);
        assert_eq!(kit.is_refused(&intent), (400, "bad_origin".into()));
    }
}

#[test]
fn a_locked_list_is_the_administrators() {
    for lock in ["local_api", "local_api.origins"] {
        let clicks = Clicks { allowed: vec![CRM.into()], ..Clicks::default() };
        let mut kit = Kit::with(Settings { locked: vec![lock.into()], clicks, ..Settings::default() });
        for intent in ["pair_origin", "refuse_origin", "forget_origin"] {
            let intent = format!(r#"{{"type":"{intent}","origin":"https://crm.example"}}"#);
            assert_eq!(kit.is_refused(&intent), (403, "locked".into()));
        }
        assert_eq!(kit.verdict(CRM), Some(Verdict::Allowed));
    }
}

#[test]
fn settings_that_are_read_again_keep_what_was_counted() {
    let clicks = |allowed: &[&str], refused: &[&str]| Clicks {
        allowed: allowed.iter().map(|name| (*name).to_owned()).collect(),
        refused: refused.iter().map(|name| (*name).to_owned()).collect(),
        ..Clicks::default()
    };
    let mut kit = Kit::clicks(clicks(&["https://a.example"], &["https://B.example/", "no site"]));
    let b = "https://b.example";
    assert_eq!(kit.verdict(b), Some(Verdict::Refused), "however the file spells it");
    for _ in 0..3 {
        kit.page_dials(&site(b), "200");
    }
    let read = |kit: &mut Kit, clicks| {
        kit.input(Input::Settings(Settings {
            accounts: vec![account("work", "sip:101@pbx.example")],
            clicks,
            ..Settings::default()
        }));
    };
    read(&mut kit, clicks(&["https://c.example"], &[b]));
    let origins = kit.click_to_call().origins;
    let shown: Vec<_> = origins.iter().map(|known| (known.origin.as_str(), known.verdict, known.refused)).collect();
    assert_eq!(shown, [("https://c.example", Verdict::Allowed, 0), (b, Verdict::Refused, 3)]);
    kit.page_dials(&site("https://d.example"), "200");
    read(&mut kit, clicks(&[b], &[b, "https://d.example"]));
    assert!(kit.prompts().is_empty(), "who is refused now waits for nothing");
    assert_eq!(kit.verdict(b), Some(Verdict::Refused), "who is on both lists is refused");
}

#[test]
fn a_site_that_is_forgotten_or_refused_follows_nothing() {
    for intent in ["refuse_origin", "forget_origin"] {
        let mut kit = Kit::new();
        kit.page_dials(&clicked(CRM), "200");
        kit.asks(r#"{"type":"confirm","prompt":"p1"}"#);
        assert_eq!(kit.verdict(CRM), Some(Verdict::Once));
        kit.asks(&format!(r#"{{"type":"{intent}","origin":"https://crm.example"}}"#));
        assert_ne!(kit.verdict(CRM), Some(Verdict::Once));
        assert_eq!(kit.call("c1").started_by.as_deref(), Some(CRM), "the agent still sees who it was");
    }
}

#[test]
fn pairing_from_the_settings_answers_the_page_that_waits() {
    let mut kit = Kit::new();
    let pairs = Page { pairs: true, ..site(CRM) };
    kit.page(&pairs, &dial("")).expect("it may ask");
    kit.asks(r#"{"type":"pair_origin","origin":"https://crm.example"}"#);
    assert!(kit.prompts().is_empty());
    let clicks = kit.changes.iter().rposition(|change| matches!(change.what, What::ClickToCallChanged { .. }));
    let gone = kit.changes.iter().rposition(|change| matches!(change.what, What::PromptRemoved { .. }));
    assert!(clicks.is_some() && clicks < gone, "the verdict is told before the prompt goes");
}

#[test]
fn pairing_from_the_settings_leaves_a_number_to_the_agent() {
    let mut kit = Kit::new();
    kit.page_dials(&clicked(CRM), "200");
    kit.asks(r#"{"type":"pair_origin","origin":"https://crm.example"}"#);
    assert!(kit.take_commands().is_empty());
    kit.asks(r#"{"type":"confirm","prompt":"p1"}"#);
    assert_eq!(kit.dialled(), ["200"]);
}
