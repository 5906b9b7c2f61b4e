//! JSON as JSON, and what is not quite JSON as what was meant.

use super::*;

fn text(text: &str) -> Value<'_> {
    Value::Text(text.into())
}

fn value(source: &str) -> Value<'_> {
    read(source).expect(source).value
}

fn is_json(source: &str) -> bool {
    read(source).expect(source).is_json
}

#[test]
fn numbers_keep_their_spelling() {
    for number in ["7", "-1.50", "1e9", "0", "123456789012345678901234567890", "1634561740.000100"] {
        assert_eq!(value(number), text(number));
        assert!(is_json(number), "{number}");
    }
    for number in ["09330000456", "00057712", "+982100000", "1.", "00"] {
        assert_eq!(value(number), text(number));
        assert!(!is_json(number), "{number} is no JSON");
    }
}

#[test]
fn python_literals_are_read() {
    let printed =
        "{'event': 'Survey', 'point': 5, u'queue': None, 'ok': True, 'tries': [{'a': \"it's\"},], 'pair': (1, 2,),}";
    let Value::Object(members) = value(printed) else { panic!("an object") };
    let of = |name: &str| members.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    assert_eq!(of("event"), Some(text("Survey")));
    assert_eq!(of("point"), Some(text("5")));
    assert_eq!(of("queue"), Some(Value::Null));
    assert_eq!(of("ok"), Some(text("True")));
    let tried = Value::Object(vec![("a".into(), text("it's"))]);
    assert_eq!(of("tries"), Some(Value::List { raw: "[{'a': \"it's\"},]", items: vec![tried] }));
    assert_eq!(of("pair"), Some(Value::List { raw: "(1, 2,)", items: vec![text("1"), text("2")] }));
    assert!(!is_json(printed));
}

#[test]
fn escapes_become_letters_and_broken_halves_a_mark() {
    let cases = [
        (r#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{c}\n\r\t"),
        (r#""\u0410\u043d\u043d\u0430""#, "Анна"),
        (r#""\ud83d\ude00""#, "😀"),
        (r#""\ud83dx""#, "\u{fffd}x"),
        (r#""\ud83d\u0041""#, "\u{fffd}A"),
        (r#""\ude00""#, "\u{fffd}"),
        (r"'it\'s \x41 \U0001F600'", "it's A 😀"),
        ("'\u{645}\u{631}\u{6cc}\u{645}'", "\u{645}\u{631}\u{6cc}\u{645}"),
    ];
    for (source, expected) in cases {
        assert_eq!(value(source), text(expected), "{source}");
    }
}

#[test]
fn what_makes_no_sense_is_told_with_its_place() {
    for (source, expected) in [
        ("", "a value is missing, at byte 0"),
        ("{", "a value is missing, at byte 1"),
        ("{\"a\" 1}", "a colon is missing, at byte 5"),
        ("[1 2]", "a comma or the end is missing, at byte 3"),
        ("{\"a\":\"b", "a string has no end, at byte 6"),
        ("{\"a\":b}", "what stands there is no value, at byte 5"),
        ("{[]:1}", "a name is missing, at byte 3"),
        ("{} {}", "something stands behind the value, at byte 3"),
        ("\"\\u12\"", "an escape in a string is incomplete, at byte 3"),
        ("[,]", "what stands there is no value, at byte 1"),
        ("\"\\", "a string has no end, at byte 2"),
    ] {
        assert_eq!(read(source).expect_err(source).to_string(), expected, "{source}");
    }
}

#[test]
fn a_body_of_brackets_ends_at_the_bound() {
    for bracket in ["[", "{\"a\":", "("] {
        let broken = read(&bracket.repeat(100_000)).expect_err("too deep").to_string();
        assert!(broken.starts_with("it is nested too deep"), "{broken}");
    }
    let depth = MAX_DEPTH - 1;
    let deep = format!("{}7{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&deep).is_ok(), "as deep as is allowed");
}

#[test]
fn json_is_read_as_serde_reads_it() {
    for source in [
        r#"{"a":{"b":[1,2.5,-3e-2,true,false,null,"x"],"c":{}},"d":[]}"#,
        " [ { } , [ ] ] ",
        r#"{"":"","\u0061":"\u0000"}"#,
        "\"\u{7f}\"",
    ] {
        assert!(is_json(source), "{source}");
        let strict: serde_json::Value = serde_json::from_str(source).expect(source);
        assert_eq!(shape(&value(source)), serde_shape(&strict), "{source}");
    }
}

fn shape(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => text.to_string(),
        Value::List { items, .. } => format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let members: Vec<String> = members.iter().map(|(name, value)| format!("{name}:{}", shape(value))).collect();
            format!("{{{}}}", members.join(","))
        }
    }
}

fn serde_shape(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => format!("[{}]", items.iter().map(serde_shape).collect::<Vec<_>>().join(",")),
        serde_json::Value::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{name}:{}", serde_shape(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        // The spelling of this one number is the only one that serde changes.
        scalar => scalar.to_string().replace("-0.03", "-3e-2"),
    }
}
