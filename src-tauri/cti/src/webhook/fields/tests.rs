//! Wherever a field stands and however it is wrapped, it is found by its name.

use super::*;
use crate::webhook::tests::{form, get, json};

fn read(received: &Received<'_>) -> Fields {
    Fields::read(received).expect("readable")
}

fn remarks(fields: &Fields) -> Vec<String> {
    fields.remarks.borrow().clone()
}

#[test]
fn every_form_of_a_request_says_the_same() {
    let multipart = "--b0\r\nContent-Disposition: form-data; name=\"exten\"\r\n\r\n553\r\n\
                     --b0\r\ncontent-disposition: form-data; name=name\r\nContent-Type: text/plain\r\n\r\nAnna K.\r\n\
                     --b0\r\nContent-Disposition: form-data; name=\"record\"; filename=\"a.mp3\"\r\n\r\nID3\r\n--b0--\r\n";
    let post = |content_type, body| Received { content_type, ..json(body) };
    for received in [
        get("exten=553&name=Anna%20K."),
        get("EXTEN=553&Name=Anna+K."),
        form("exten=553&name=Anna+K."),
        json(r#"{"exten":553,"name":"Anna K."}"#),
        json("{'exten': 553, 'name': 'Anna K.',}"),
        json(r#"[{"exten":"553","name":"Anna K."}]"#),
        json("\u{feff}{\"exten\":\"553\",\"name\":\"Anna K.\"}"),
        post(Some("multipart/form-data; boundary=\"b0\""), multipart),
        // What it says of itself is wrong or missing.
        post(None, multipart),
        post(Some("application/x-www-form-urlencoded"), r#"{"exten":"553","name":"Anna K."}"#),
        post(Some("application/json"), "exten=553&name=Anna+K."),
        post(Some("text/plain"), r#" {"exten":"553","name":"Anna K."} "#),
        post(None, "exten=553&name=Anna+K."),
        // The old wrapping.
        form("api_data[exten]=553&API_DATA%5Bname%5D=Anna+K."),
        json(r#"{"api_data":{"exten":"553","name":"Anna K."}}"#),
        // The body is empty, and all stands in the query.
        Received { query: "exten=553&name=Anna+K.", ..json("{}") },
        Received { query: "exten=553&name=Anna+K.", ..json(" null ") },
        // The body wins, unless it says nothing.
        Received { query: "exten=1&name=Anna+K.", ..json(r#"{"Exten":"553","name":""}"#) },
    ] {
        let fields = read(&received);
        assert_eq!(fields.text(&["exten"]), Some("553"), "{received:?}");
        assert_eq!(fields.text(&["nobody", "name"]), Some("Anna K."), "{received:?}");
        assert_eq!(fields.text(&["record"]), None, "a file is no text: {received:?}");
    }
}

#[test]
fn nested_names_are_dotted_and_lists_are_values_or_text() {
    let said = read(&json(
        r#"{"from":{"extension":"103","Line":{"no":1}},"user":["Anna","Emma"],"detail":[{"dst":"993"}],"none":null}"#,
    ));
    assert_eq!(said.text(&["from.extension"]), Some("103"));
    assert_eq!(said.text(&["FROM.line.NO"]), Some("1"));
    assert_eq!(said.all("user"), ["Anna", "Emma"]);
    assert_eq!(said.text(&["detail"]), Some(r#"[{"dst":"993"}]"#));
    assert_eq!(said.text(&["none"]), None);
    let form = read(&form("user[]=Anna&user[]=Emma&from[extension]=103&json=%7B%22to%22%3A%7B%22a%22%3A1%7D%7D"));
    assert_eq!(form.all("user"), ["Anna", "Emma"]);
    assert_eq!(form.text(&["from.extension"]), Some("103"));
    assert_eq!(form.text(&["json.to.a"]), Some("1"), "JSON within a field is read too");
}

#[test]
fn a_plus_that_was_not_encoded_is_still_a_plus() {
    let fields = read(&get("a=+74950000111&b=%2B74950000111&c=+Anna+K&d=+"));
    let texts = ["a", "b", "c", "d"].map(|name| fields.text(&[name]));
    assert_eq!(texts, [Some("+74950000111"), Some("+74950000111"), Some("Anna K"), None]);
}

#[test]
fn letters_of_other_scripts_are_read_as_declared() {
    let post = |content_type, body| read(&Received { content_type: Some(content_type), body, ..json("") });
    let latin = post("text/plain; charset=ISO-8859-1", b"name=Andr\xe9");
    assert_eq!((latin.text(&["name"]), remarks(&latin)), (Some("André"), vec![]));
    let broken = post("application/json", b"{\"name\":\"Andr\xe9\"}");
    assert_eq!(broken.text(&["name"]), Some("Andr\u{fffd}"));
    assert_eq!(remarks(&broken), ["The body is not UTF-8: some letters are lost"]);
}

#[test]
fn what_is_repeated_or_too_much_is_bounded() {
    let repeated = read(&get(&"user=a&".repeat(5_000)));
    assert_eq!(repeated.all("user").len(), MAX_VALUES);
    assert_eq!(remarks(&repeated), ["More than 256 fields or values: 4936 were left out"]);
    let many: String = (0..10_000).map(|n| format!("\"f{n}\":{n},")).collect();
    let many = read(&json(&format!("{{{many}}}")));
    assert_eq!((many.text(&["f255"]), many.text(&["f256"])), (Some("255"), None));
    let long = read(&json(&format!(r#"{{"a":"{}é","{}":1}}"#, "x".repeat(511), "n".repeat(65))));
    assert_eq!(long.text(&["a"]).map(str::len), Some(511), "cut before the letter that would be halved");
    assert_eq!(long.list.len(), 1);
}

#[test]
fn secrets_are_not_kept_and_unknown_fields_are_told() {
    let fields = read(&get("exten=553&secret=s3cret&Api_Key=k3y&newer=1&<b>=2"));
    fields.text(&["exten"]);
    let told = fields.told("NewState", "", vec![CallEvent::new("x", "c", "l", crate::What::Answered)]);
    assert_eq!(told.remarks, ["Fields unknown to this version: newer, <b>"]);
    let [event] = told.events.as_slice() else { panic!("{told:?}") };
    let kept: Vec<(&str, &str)> = event.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(kept, [("<b>", "2"), ("exten", "553"), ("newer", "1")]);
}

#[test]
fn a_value_that_is_something_else_is_told() {
    let fields = read(&get("Wait=soon"));
    assert_eq!(fields.get::<std::time::Duration>(&["wait"]), None);
    assert_eq!(remarks(&fields), ["The value of wait means nothing to this version"]);
    assert_eq!(remarks(&read(&json("{'a': 1}"))), ["The body is not quite JSON; it could be read all the same"]);
}

#[test]
fn a_body_that_is_nothing_known_is_refused() {
    for (body, expected) in [
        ("hello", "The body is neither JSON nor a form"),
        ("{\"a\":", "The body cannot be read as JSON: a value is missing, at byte 5"),
        ("[]", "The body is a list: send each event by itself"),
        ("[{},{}]", "The body is a list: send each event by itself"),
    ] {
        let refused = Fields::read(&Received { query: "exten=553", ..json(body) }).expect_err(body);
        assert_eq!(refused.0, expected);
    }
}
