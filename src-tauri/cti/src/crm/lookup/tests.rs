//! What CRMs answer, what it means, and what nobody can make us show, keep or open.

use super::*;
use crate::Secret;

fn settings() -> Settings {
    Settings {
        lookup_url: Some(Template::parse("https://crm.example/lookup?phone={number}").expect("a template")),
        open_url: Some(Template::parse("https://app.crm.example/contact/{contact.id}").expect("a template")),
        ..Settings::default()
    }
}

fn nested() -> Settings {
    let path = |text| Path::parse(text).expect("a path");
    let segment = MappedField { label: "Segment".into(), from: path("contact.deal.segment") };
    let mapping = Mapping {
        name: path("person.names.1.full"),
        company: path("org"),
        id: path("person.no"),
        url: path("links.self"),
        fields: vec![segment],
    };
    Settings { mapping, ..settings() }
}

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, body: body.into(), complete: true, ..Answer::default() }
}

fn found(body: &str) -> Person {
    read(&answer(200, body), &settings()).expect(body).expect(body)
}

fn trouble_of(answer: &Answer) -> Trouble {
    read(answer, &settings()).expect_err("a trouble")
}

#[test]
fn the_crm_is_asked_by_the_template() {
    let facts = Facts::from([("number".into(), "101".into())]);
    let access = Access::Basic { username: "desk".into(), password: Secret("s3cret".into()) };
    let request = request(&settings().lookup_url.expect("a template"), &access, &facts);
    assert_eq!((request.method.as_str(), request.url.as_str()), ("GET", "https://crm.example/lookup?phone=101"));
    assert_eq!(request.headers[0], ("accept", "application/json".to_owned()));
    assert_eq!(request.headers[1].0, "authorization");
    assert!(request.body.is_empty() && !format!("{request:?}").contains("101"), "{request:?}");
}

#[test]
fn an_object_is_somebody_and_all_its_facts_are_known() {
    let person = found(
        r#"{"id": 17, "name": " Anna ", "company": "Roga", "vip": true, "none": null,
        "deals": [{"sum": 1.5}, {"sum": "2"}], "url": "https://crm.example/p/17"}"#,
    );
    assert_eq!((person.name.as_deref(), person.company.as_deref()), (Some("Anna"), Some("Roga")));
    let facts: Vec<_> = person.facts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(
        facts,
        [
            ("contact.company", "Roga"),
            ("contact.deals.0.sum", "1.5"),
            ("contact.deals.1.sum", "2"),
            ("contact.id", "17"),
            ("contact.name", "Anna"),
            ("contact.url", "https://crm.example/p/17"),
            ("contact.vip", "true"),
            ("link", "https://crm.example/p/17"),
        ]
    );
}

#[test]
fn the_mapping_looks_where_the_settings_say() {
    let body = r#"{"person": {"no": "A-7", "names": [{}, {"full": "Anna"}]}, "org": 9, "deal": {"segment": "gold"},
        "links": {"self": "https://app.crm.example/x"}}"#;
    let person = read(&answer(200, body), &nested()).expect("an answer").expect("somebody");
    assert_eq!((person.name.as_deref(), person.company.as_deref()), (Some("Anna"), Some("9")));
    assert_eq!(person.fields, [("Segment".to_owned(), "gold".to_owned())]);
    assert_eq!(person.facts["contact.id"], "A-7");
    assert_eq!(person.facts[LINK], "https://app.crm.example/x");
}

#[test]
fn of_a_list_the_first_counts() {
    assert_eq!(found(r#"[{"name": "Anna"}, {"name": "Boris"}]"#).name.as_deref(), Some("Anna"));
}

#[test]
fn nobody_has_many_forms() {
    for (status, body) in [
        (200, "null"),
        (200, "[]"),
        (200, "{}"),
        (200, ""),
        (200, " \n"),
        (200, "[null]"),
        (200, r#"{"found": false, "name": "", "id": null, "company": {}}"#),
        (200, "17"),
        (204, ""),
        (404, "<html>not found"),
        (404, r#"{"name": "Error"}"#),
    ] {
        assert_eq!(read(&answer(status, body), &settings()), Ok(None), "{status} {body}");
    }
}

#[test]
fn everything_else_is_a_trouble_with_its_mend() {
    for (answer, fault, mend) in [
        (answer(401, ""), Fault::WrongCredentials, "write them anew under [crm]"),
        (answer(403, ""), Fault::Forbidden, "the right"),
        (answer(400, ""), Fault::Refused, "manual"),
        (answer(500, "{}"), Fault::Answer, "its administrator"),
        (answer(100, ""), Fault::Answer, "its administrator"),
        (answer(302, ""), Fault::WrongAddress, "the final address"),
        (answer(200, "Anna"), Fault::Answer, "not JSON"),
        (answer(200, r#"{"name": "#), Fault::Answer, "not JSON"),
        (answer(200, &"[".repeat(100_000)), Fault::Answer, "not JSON"),
        (answer(200, "<!DOCTYPE html><p>Log in"), Fault::Answer, "a page for people"),
        (Answer { complete: false, ..answer(200, r#"{"name":"A"}"#) }, Fault::Answer, "too long or breaks off"),
    ] {
        let trouble = trouble_of(&answer);
        assert_eq!(trouble.fault, fault, "{trouble}");
        assert!(trouble.detail.contains(mend), "{trouble}");
    }
}

#[test]
fn a_stranger_fills_no_memory_and_turns_no_line_around() {
    let long = "я".repeat(10_000);
    let many: Vec<_> = (0..10_000).map(|at| format!(r#""f{at}": "{}""#, "x".repeat(20))).collect();
    let body = format!(r#"{{"name": "{long}", "company": "a\u202eb\u0000c\r\nd", {}}}"#, many.join(","));
    let person = found(&body);
    assert_eq!(person.name.expect("a name").chars().count(), MAX_TEXT);
    assert_eq!(person.company.as_deref(), Some("abcd"));
    assert_eq!(person.facts.len(), MAX_FACTS);
    assert!(person.facts.contains_key("contact.name"), "what the mapping found comes first");
    let deep = format!("{}1{}", "{\"a\":".repeat(100), "}".repeat(100));
    let person = found(&format!(r#"{{"name": "A", "{}": 1, "d": {deep}}}"#, "k".repeat(5_000)));
    assert!(person.facts.keys().all(|name| name.len() <= super::super::MAX_NAME), "{:?}", person.facts.keys());
}

#[test]
fn only_addresses_of_the_crm_are_opened() {
    for (address, may) in [
        ("https://crm.example/p/1", true),
        ("http://app.crm.example:8080/p/1", true),
        ("https://CRM.example/p", true),
        ("https://crm.example.evil.example/", false),
        ("https://evil.example/crm.example", false),
        ("https://crm.example@evil.example/", false),
        ("https://me:pw@crm.example/", false),
        ("javascript:alert(1)", false),
        ("file:///etc/passwd", false),
        ("ftp://crm.example/", false),
        ("//crm.example/p", false),
        ("/p/1", false),
        ("", false),
    ] {
        assert_eq!(may_open(address, &settings()), may, "{address}");
        let body = serde_json::json!({"name": "Anna", "url": address}).to_string();
        assert_eq!(found(&body).facts.contains_key(LINK), may, "{address}");
    }
}

#[test]
fn the_link_of_the_answer_goes_before_that_of_the_settings() {
    let facts = |pairs: &[(&str, &str)]| -> Facts {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    };
    let of = |pairs: &[(&str, &str)]| link(&facts(pairs), &settings());
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[("contact.id", "7/8")]).as_deref(), Some("https://app.crm.example/contact/7%2F8"));
    let given = [("contact.id", "7"), (LINK, "https://crm.example/p/7")];
    assert_eq!(of(&given).as_deref(), Some("https://crm.example/p/7"));
    let foreign = [("contact.id", "7"), (LINK, "https://evil.example/")];
    assert_eq!(of(&foreign).as_deref(), Some("https://app.crm.example/contact/7"));
    assert_eq!(link(&facts(&given), &Settings::default()), None);
}

#[test]
fn paths_are_what_they_look_like() {
    for text in ["name", "person.names.0.full", " имя ", "contact.name"] {
        assert!(Path::parse(text).is_ok(), "{text}");
    }
    for text in ["", ".", "a..b", "a.", "contact.", &"a.".repeat(40)] {
        assert_eq!(Path::parse(text), Err(PathError), "{text}");
    }
    assert_eq!(Path::parse("contact.deal.sum").expect("a path").to_string(), "deal.sum");
}
