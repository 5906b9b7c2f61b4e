//! What facts may do to an address and to an argument, and what not.

use super::*;

fn facts(pairs: &[(&str, &str)]) -> Facts {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn filled(template: &str, pairs: &[(&str, &str)]) -> String {
    Template::parse(template).expect(template).fill(&facts(pairs))
}

fn argument(text: &str, pairs: &[(&str, &str)]) -> String {
    Argument::parse(text).expect(text).fill(&facts(pairs))
}

#[test]
fn facts_are_written_where_the_template_has_their_places() {
    let known = [("number", "74950001122"), ("e164", "+74950001122"), ("contact.id", "17"), ("name", "Анна & Ко")];
    for (template, expected) in [
        ("https://crm.example/lookup?phone={number}", "https://crm.example/lookup?phone=74950001122"),
        (
            "https://crm.example/l?p={e164|number}&n={name}",
            "https://crm.example/l?p=%2B74950001122&n=%D0%90%D0%BD%D0%BD%D0%B0%20%26%20%D0%9A%D0%BE",
        ),
        ("http://10.0.0.5:8080/contact/{contact.id}/edit", "http://10.0.0.5:8080/contact/17/edit"),
        ("https://crm.example/app#/contact/{contact.id}", "https://crm.example/app#/contact/17"),
        ("https://crm.example?q={queue|did|number}", "https://crm.example/?q=74950001122"),
        ("https://crm.example/l?a={queue}&b={number}", "https://crm.example/l?a=&b=74950001122"),
        (" HTTPS://CRM.example/a|b?x=ы ", "https://crm.example/a%7Cb?x=%D1%8B"),
        ("https://crm.example/%7B{number}%7D", "https://crm.example/%7B74950001122%7D"),
    ] {
        assert_eq!(filled(template, &known), expected, "{template}");
    }
}

#[test]
fn the_first_alternative_that_is_known_counts() {
    let template = "https://crm.example/{e164|number}";
    assert_eq!(filled(template, &[("e164", ""), ("number", "101")]), "https://crm.example/101");
    assert_eq!(filled(template, &[]), "https://crm.example/");
}

#[test]
fn no_fact_leaves_its_place() {
    let hostile = [
        ("x", "https://crm.example/c/x/end?q=x#x"),
        ("a/b", "https://crm.example/c/a%2Fb/end?q=a%2Fb#a%2Fb"),
        ("a?b=c", "https://crm.example/c/a%3Fb%3Dc/end?q=a%3Fb%3Dc#a%3Fb%3Dc"),
        ("a&b#c", "https://crm.example/c/a%26b%23c/end?q=a%26b%23c#a%26b%23c"),
        ("a\r\nHost: evil", "https://crm.example/c/aHost%3A%20evil/end?q=aHost%3A%20evil#aHost%3A%20evil"),
        ("%2e%2e", "https://crm.example/c/%252e%252e/end?q=%252e%252e#%252e%252e"),
        ("..", "https://crm.example/c//end?q=..#.."),
        (".", "https://crm.example/c//end?q=.#."),
        ("{number}", "https://crm.example/c/%7Bnumber%7D/end?q=%7Bnumber%7D#%7Bnumber%7D"),
        ("@evil.example", "https://crm.example/c/%40evil.example/end?q=%40evil.example#%40evil.example"),
        ("\\\\evil", "https://crm.example/c/%5C%5Cevil/end?q=%5C%5Cevil#%5C%5Cevil"),
        ("\u{0}\u{7f}", "https://crm.example/c//end?q=#"),
    ];
    for (text, expected) in hostile {
        let address = filled("https://crm.example/c/{name}/end?q={name}#{name}", &[("name", text)]);
        assert_eq!(address, expected, "{text:?}");
        let url = Url::parse(&address).expect("an address");
        assert_eq!(
            (url.host_str(), url.path_segments().map(Iterator::count)),
            (Some("crm.example"), Some(3)),
            "{text:?}"
        );
    }
}

#[test]
fn dots_cannot_climb_however_they_come_together() {
    for template in ["https://h/a/{x}{y}/b", "https://h/a/.{x}/b", "https://h/a/{x}%2E/b", "https://h/a/%2e{x}/b"] {
        let address = filled(template, &[("x", "."), ("y", ".")]);
        let url = Url::parse(&address).expect("an address");
        assert_eq!(url.path(), "/a//b", "{template}");
    }
}

#[test]
fn a_fact_is_no_longer_than_an_address_may_be() {
    let address = filled("https://crm.example/?q={name}", &[("name", &"я".repeat(100_000))]);
    assert!(address.len() < 7_000, "{}", address.len());
}

#[test]
fn what_is_no_template_is_said_with_its_mend() {
    for (text, expected) in [
        ("", "write an address that starts with http:// or https://"),
        ("crm.example/{number}", "write {number} behind the host"),
        ("crm.example/lookup", "write an address that starts with"),
        ("ftp://crm.example/{number}", "write an address that starts with"),
        ("javascript:alert({number})", "write {number} behind the host"),
        ("file:///etc/passwd", "write an address that starts with"),
        ("https://", "write an address that starts with"),
        ("https:///lookup", "write an address that starts with"),
        ("{number}", "write {number} behind the host"),
        ("{scheme}://crm.example/", "write {scheme} behind the host"),
        ("https://{did}/lookup", "write {did} behind the host"),
        ("https://crm.example:{did}/", "write {did} behind the host"),
        ("https://crm.example{did}", "write {did} behind the host"),
        ("https://{e164|number}@crm.example/", "write {e164|number} behind the host"),
        ("https://me:s3cret@crm.example/", "take the name and the password out"),
        ("https://crm.example/{number", "write facts like {number}"),
        ("https://crm.example/number}", "write facts like {number}"),
        ("https://crm.example/{}", "write facts like {number}"),
        ("https://crm.example/{a||b}", "write facts like {number}"),
        ("https://crm.example/{{number}}", "write facts like {number}"),
        ("https://crm.example\\@evil.example/", "take the blanks and backslashes out"),
        ("https://crm.example/a b", "take the blanks and backslashes out"),
        ("https://crm.example/\r\nX: y", "take the blanks and backslashes out"),
        ("https://crm example/", "take the blanks and backslashes out"),
    ] {
        let error = Template::parse(text).expect_err(text).to_string();
        assert!(error.contains(expected), "{text}: {error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn calls_are_told_at_an_address_without_facts() {
    let endpoint = Endpoint::parse("https://crm.example/calls?key=k3y").expect("an address");
    assert_eq!(endpoint.as_str(), "https://crm.example/calls?key=k3y");
    assert!(!format!("{endpoint:?}").contains("k3y"), "{endpoint:?}");
    let error = Endpoint::parse("https://crm.example/{number}").expect_err("facts").to_string();
    assert_eq!(error, "take {number} out of the address: what is known of a call goes in the body");
}

#[test]
fn what_only_a_look_up_knows_is_known_of_a_template() {
    let template = |text| Template::parse(text).expect("a template");
    let by_id = template("https://crm.example/{contact.id}");
    assert!(by_id.needs_look_up() && by_id.lacks_contact(&Facts::new()));
    assert!(!by_id.lacks_contact(&facts(&[("contact.id", "7")])));
    let either = template("https://crm.example/{contact.id|number}");
    assert!(either.needs_look_up() && !either.lacks_contact(&facts(&[("number", "101")])));
    let by_number = template("https://crm.example/{number}");
    assert!(!by_number.needs_look_up() && !by_number.lacks_contact(&Facts::new()));
    assert_eq!(template("https://h/{numbr}?a={e164|cid}&b={contact.x}").unknown_facts(), ["numbr", "cid"]);
}

#[test]
fn an_argument_stays_one_and_never_becomes_an_option_by_itself() {
    for (text, name, expected) in [
        ("{name}", "Anna; rm -rf ~ `id` $(id) \"'", "Anna; rm -rf ~ `id` $(id) \"'"),
        ("{name}", "Anna\nPetrova", "Anna\nPetrova"),
        ("{name}", "a\0b", "ab"),
        ("{name}", "--output=/etc/passwd", "output=/etc/passwd"),
        ("{name}", "-", ""),
        ("{number}{name}", "-x", "x"),
        ("--name={name}", "-Anna", "--name=-Anna"),
        ("-v", "", "-v"),
        ("{name}", "", ""),
        ("caller {name|number}", "", "caller "),
    ] {
        assert_eq!(argument(text, &[("name", name)]), expected, "{text} {name:?}");
    }
    assert!(Argument::parse("{name").is_err());
}
