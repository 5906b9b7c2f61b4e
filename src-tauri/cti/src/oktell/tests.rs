//! What goes to the server byte by byte, and every form in which it is known to answer.

use super::*;

fn settings(behalf: Behalf) -> Settings {
    Settings {
        address: Address::parse("http://192.168.0.1:4055/").expect("an address"),
        behalf,
        direction: Direction::City,
        sequence: Sequence::Back,
        access: Access::Open,
    }
}

fn admin() -> Settings {
    settings(Behalf::User("admin".into()))
}

fn call(number: &str) -> Call {
    Call { extension: "101".into(), number: number.into() }
}

fn url(settings: &Settings, number: &str) -> String {
    originate(settings, &call(number)).url
}

fn answer(status: u16, kind: Option<&str>, body: &[u8]) -> Answer {
    let content_type = kind.map(str::to_owned);
    Answer { status, content_type, body: body.to_owned(), complete: true, ..Answer::default() }
}

fn xml(body: &str) -> ScriptRun {
    read_script(&answer(200, Some("text/xml"), body.as_bytes())).expect(body)
}

#[test]
fn a_call_is_asked_for_as_the_examples_of_the_interface_do() {
    let base = "http://192.168.0.1:4055/wp_autocallstart";
    for (behalf, expected) in [
        (Behalf::User("admin".into()), "user=admin"),
        (Behalf::Workplace("192.168.0.82".into()), "wp=192.168.0.82"),
        (Behalf::Workplace("Comp082".into()), "wp=Comp082"),
        (Behalf::Line("{6F9619FF-8B86-D011}".into()), "line=%7B6F9619FF-8B86-D011%7D"),
    ] {
        let request = originate(&settings(behalf), &call("74952294989"));
        assert_eq!(request.url, format!("{base}?{expected}&number=74952294989&direction=city&sequence=back"));
        assert_eq!((request.method, request.headers, request.body), (Method::GET, vec![], vec![]));
    }
}

#[test]
fn the_server_chooses_the_direction_unless_told() {
    let of = |direction, sequence| url(&Settings { direction, sequence, ..admin() }, "102");
    assert!(of(Direction::Auto, Sequence::Back).ends_with("?user=admin&number=102&sequence=back"));
    assert!(of(Direction::Pbx, Sequence::Direct).ends_with("?user=admin&number=102&direction=pbx&sequence=direct"));
}

#[test]
fn names_and_numbers_are_escaped() {
    let anna = url(&settings(Behalf::User("Анна Петрова".into())), "+7 495*1#");
    assert!(anna.contains("?user=%D0%90%D0%BD%D0%BD%D0%B0%20%D0%9F%D0%B5%D1%82%D1%80%D0%BE%D0%B2%D0%B0&"), "{anna}");
    assert!(anna.contains("&number=%2B7%20495*1%23&"), "{anna}");
    let evil = url(&settings(Behalf::User("a&sequence=direct#\r\nX: y".into())), "1&number=2?");
    assert!(evil.contains("user=a%26sequence%3Ddirect%23%0D%0AX%3A%20y&number=1%26number%3D2%3F&"), "{evil}");
}

#[test]
fn access_is_nothing_a_parameter_or_basic() {
    let old = Settings { access: Access::Password(Secret("s3cret & пароль".into())), ..admin() };
    let request = originate(&old, &call("1"));
    let escaped = "s3cret%20%26%20%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C";
    assert!(request.url.ends_with(&format!("&sequence=back&password={escaped}")), "{}", request.url);
    let basic = Access::Basic { username: "test".into(), password: Secret("REDACTED".into()) };
    let request = originate(&Settings { access: basic, ..admin() }, &call("1"));
    assert_eq!(request.headers, [("authorization", "Basic dGVzdDpSRURBQ1RFRA==".to_owned())]);
    assert!(!request.url.contains("REDACTED"));
    for shown in [format!("{request:?}"), format!("{old:?}"), format!("{:?}", originate(&old, &call("1")))] {
        assert!(!shown.contains("s3cret") && !shown.contains("dGVz") && !shown.contains("REDACTED"), "{shown}");
    }
}

#[test]
fn an_address_may_lie_deeper() {
    let deeper = Settings { address: Address::parse("https://pbx.example/oktell/").expect("an address"), ..admin() };
    assert!(url(&deeper, "1").starts_with("https://pbx.example/oktell/wp_autocallstart?user=admin"));
}

#[test]
fn the_status_alone_says_how_a_call_was_taken() {
    for (status, body) in [(200, "<html>anything</html>"), (204, ""), (202, "\u{0}\u{ff}")] {
        assert_eq!(read(&answer(status, Some("text/html"), body.as_bytes())), Ok(Accepted::default()), "{status}");
    }
    for (status, fault, mend) in [
        (401, Fault::WrongCredentials, "Web-API right"),
        (403, Fault::WrongCredentials, "pbx.password"),
        (404, Fault::WrongAddress, "4055"),
        (500, Fault::Refused, "user, wp or line"),
        (400, Fault::Refused, "user, wp or line"),
        (302, Fault::WrongAddress, "pbx.url"),
        (418, Fault::Answer, "pbx.url"),
    ] {
        let trouble = read(&answer(status, None, b"")).expect_err("it was not taken");
        assert_eq!(trouble.fault, fault, "{status}");
        assert!(trouble.detail.contains(mend), "{status}: {trouble}");
    }
}

#[test]
fn a_redirect_names_where_to_but_nothing_it_carries() {
    let mut away = answer(301, None, b"");
    away.location = Some("https://other.example:8443/x?password=s3cret".into());
    let detail = read(&away).expect_err("it is not followed").detail;
    assert!(detail.contains("https://other.example:8443:") && !detail.contains("s3cret"), "{detail}");
    away.location = Some("/relative?password=s3cret".into());
    let detail = read(&away).expect_err("it is not followed").detail;
    assert!(!detail.contains("s3cret"), "{detail}");
}

/// The form of older servers: the value sits in `name`, and the encoding is not what it says.
const OLD: &str = concat!(
    r#"<?xml version="1.0" encoding="utf-16"?><oktellxmlmapper version="80710"><data name="result" count="1">"#,
    r#"<property_set name="execsvcscript"><property_simple key="started" value="1" name="success" />"#,
    r#"<property_simple key="startresult" value="0" name="success" />"#,
    r#"<property_simple key="returnvalue" name="IdChain:0;Имя:&quot;Анна&quot;;" /></property_set></data></oktellxmlmapper>"#
);

#[test]
fn a_script_is_read_in_its_old_form_whatever_encoding_it_claims() {
    let expected = ScriptRun {
        started: true,
        start_result: Some("0".into()),
        return_value: Some("IdChain:0;Имя:\"Анна\";".into()),
    };
    assert_eq!(xml(OLD), expected);
    let little: Vec<u8> = OLD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = OLD.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        [b"\xff\xfe".as_slice(), &little].concat(),
        [b"\xfe\xff".as_slice(), &big].concat(),
        [b"\xef\xbb\xbf".as_slice(), OLD.as_bytes()].concat(),
        little,
        big,
    ] {
        let run = read_script(&answer(200, Some("text/xml; charset=utf-16"), &bytes));
        assert_eq!(run.as_ref(), Ok(&expected), "{:?}…", &bytes[..4]);
    }
}

/// Windows-1251 has the letters А…я in a row, at C0…FF.
fn cyrillic(text: &str) -> Vec<u8> {
    let byte = |c: char| match u32::from(c) {
        letter @ 0x410..=0x44f => letter - 0x410 + 0xc0,
        ascii => ascii,
    };
    text.chars().map(|c| u8::try_from(byte(c)).expect("a letter")).collect()
}

#[test]
fn a_server_that_names_its_charset_is_believed_where_the_bytes_do_not_tell() {
    let value = |kind: &str, body: &[u8]| {
        read_script(&answer(200, Some(kind), body)).expect("a script").return_value.expect("a value")
    };
    for kind in [
        "text/plain; charset=windows-1251",
        "text/plain;Charset=\"Windows-1251\"",
        "text/plain; format=flowed; charset = cp1251 ; x=y",
    ] {
        assert_eq!(value(kind, &cyrillic("готово")), "готово", "{kind}");
    }
    assert_eq!(value("text/xml; charset=windows-1251", &cyrillic(OLD)), "IdChain:0;Имя:\"Анна\";");
    assert_eq!(
        value("text/plain; charset=windows-1251", "готово".as_bytes()),
        "готово",
        "it is UTF-8 whatever it says"
    );
    for kind in ["text/plain", "text/plain; charset=", "text/plain; charset=no-such", "text/plain; charset=utf-16"] {
        assert_eq!(value(kind, b"ok \xe3"), "ok \u{fffd}", "{kind}");
    }
}

#[test]
fn a_script_is_read_in_its_newer_forms() {
    let of = |inner: &str| {
        xml(&format!("<oktellxmlmapper><data><property_set>{inner}</property_set></data></oktellxmlmapper>"))
    };
    let cdata = of(
        "<property_simple key='started' value='1'/><property_cdata key='returnvalue'><![CDATA[a <b> &amp; c]]></property_cdata>",
    );
    assert_eq!((cdata.started, cdata.return_value.as_deref()), (true, Some("a <b> &amp; c")));
    let text = of("<property_cdata key=\"returnvalue\">a &lt;b&gt; &amp; &#1103; &unknown;</property_cdata>");
    assert_eq!(text.return_value.as_deref(), Some("a <b> & я &unknown;"));
    let value = of("<property_simple key=\"returnvalue\" value=\"7\" />");
    assert_eq!(value.return_value.as_deref(), Some("7"));
    let unknown = of("<property_simple key=\"started\" value=\"0\" name=\"no such script\" />");
    assert_eq!(unknown, ScriptRun { started: false, ..ScriptRun::default() });
    let broken =
        xml("<data><property_simple key=started value=1><property_cdata key=\"returnvalue\"><![CDATA[x]]></oops");
    assert_eq!((broken.started, broken.return_value.as_deref()), (true, Some("x")));
}

#[test]
fn a_bare_value_is_a_value_and_a_page_is_trouble() {
    let bare = read_script(&answer(200, Some("text/plain"), "готово".as_bytes())).expect("a value");
    assert_eq!(bare.return_value.as_deref(), Some("готово"));
    for (kind, body) in [
        ("text/html", "Welcome"),
        ("text/xml", " <!DOCTYPE html><p>Welcome"),
        ("text/xml", "<oktellxmlmapper/>"),
        ("text/xml", "<<<<"),
    ] {
        let trouble = read_script(&answer(200, Some(kind), body.as_bytes())).expect_err(body);
        assert_eq!(trouble.fault, Fault::Answer, "{body}");
    }
    let trouble = read_script(&answer(500, None, b"")).expect_err("it failed");
    assert!(trouble.detail.contains("script"), "{trouble}");
}

#[test]
fn a_page_chooses_the_script_and_its_parameters_and_nothing_else() {
    let wanted =
        [("startparam1", "a b"), ("password", "x"), ("timeout", "99999"), ("startparam1", "twice"), ("name", "y")];
    let script = Script::new("3-013 Get", wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let request = script.request(&Settings { access: Access::Password(Secret("ours".into())), ..admin() });
    assert_eq!(
        request.url,
        "http://192.168.0.1:4055/execsvcscript?name=3-013%20Get&startparam1=a%20b&timeout=99999&password=ours"
    );
    assert_eq!(script.within(), Duration::from_secs(33), "nobody waits for ever");
}
