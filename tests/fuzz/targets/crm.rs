//! Any bytes as a template, a fact, and the answer of a CRM: two lines of text, and what follows them; the first byte is the
//! status.
#![no_main]

use cti::{
    crm::{
        Access, Argument, Endpoint, Facts, Path, Settings, Template, environment,
        lookup::{self, MAX_FACTS, MAX_TEXT},
        register::{self, Verdict},
    },
    http::Answer,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let &[status, ref rest @ ..] = bytes else { return };
    let mut lines = rest.splitn(3, |byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (template, fact, body) = (line(), line(), line());
    let (template, fact) = (String::from_utf8_lossy(template), String::from_utf8_lossy(fact));
    let facts =
        Facts::from(["number", "name", "contact.id", lookup::LINK].map(|name| (name.to_owned(), fact.to_string())));
    if let Ok(template) = Template::parse(&template) {
        stays_where_it_was_written(&template, &facts);
    }
    if let Ok(argument) = Argument::parse(&template) {
        assert!(!argument.fill(&facts).contains('\0') || template.contains('\0'));
    }
    assert!(environment(&facts).iter().all(|(name, text)| name.starts_with("RINGSIDE_") && !text.contains('\0')));
    reads(u16::from(status) * 3, body, &fact, &facts);
});

/// Scheme, host and port are those of the empty template, whatever the fact; and so is the number of segments.
fn stays_where_it_was_written(template: &Template, facts: &Facts) {
    let (filled, empty) = (template.fill(facts), template.fill(&Facts::new()));
    assert!(filled.bytes().all(|byte| (0x21..0x7f).contains(&byte)), "{filled:?}");
    let path = |address: &str| {
        let behind = address.strip_prefix(template.origin()).expect("the same place");
        behind.split(['?', '#']).next().unwrap_or_default().split('/').map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(path(&filled).len(), path(&empty).len(), "{filled:?}");
    let climbs = |segment: &String| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    assert!(!path(&filled).iter().any(climbs), "{filled:?}");
}

fn reads(status: u16, body: &[u8], text: &str, facts: &Facts) {
    let text = Some(text.to_owned());
    let (location, retry_after) = (text.clone(), text);
    let answer = Answer { status, location, retry_after, body: body.to_vec(), complete: true, ..Answer::default() };
    let template = |text| Template::parse(text).ok();
    let mut settings = Settings {
        lookup_url: template("https://crm.example/?q={number}"),
        open_url: template("https://crm.example/{contact.id}"),
        register_url: Endpoint::parse("https://crm.example/calls").ok(),
        ..Settings::default()
    };
    if let Some(path) = facts.get("name").and_then(|text| Path::parse(text).ok()) {
        settings.mapping.company = path;
    }
    match lookup::read(&answer, &settings) {
        Ok(Some(person)) => {
            assert!(person.facts.len() <= MAX_FACTS + 1);
            let texts = [&person.name, &person.company];
            assert!(
                texts.into_iter().flatten().all(|text| text.chars().count() <= MAX_TEXT && text.lines().count() == 1)
            );
            let link = lookup::link(&person.facts, &settings);
            assert!(
                link.is_none_or(
                    |link| link.starts_with("https://crm.example") || link.starts_with("http://crm.example")
                )
            );
        }
        Ok(None) => {}
        Err(trouble) => is_a_sentence(&trouble.detail),
    }
    match register::read(Ok(answer), std::time::SystemTime::UNIX_EPOCH) {
        Verdict::Sent => assert!((200..300).contains(&status) || status == 409),
        Verdict::Later { trouble, .. } => is_a_sentence(&trouble.detail),
        Verdict::Refused(trouble) => is_a_sentence(&trouble.detail),
    }
    if let Some(endpoint) = &settings.register_url {
        let request = register::request(endpoint, &Access::Open, facts.get("name").map_or("", String::as_str), "{}");
        assert!(request.headers.iter().all(|(_, text)| text.bytes().all(|byte| (0x20..0x7f).contains(&byte))));
    }
}

/// One line for people, whatever the CRM said.
fn is_a_sentence(detail: &str) {
    assert!(detail.chars().count() < 500 && !detail.chars().any(char::is_control), "{detail:?}");
}
