mod framing;
mod shapes;
mod torture;
mod views;

use super::*;

/// A message written with plain line feeds.
fn message(text: &str) -> Message {
    parse(text.replace('\n', "\r\n").as_bytes()).expect("a message")
}

#[test]
fn a_tag_behind_control_bytes_or_an_open_quote_is_none() {
    for value in [
        "sip:a@example.com;Tag \n\0=1",
        "<sip:a@example.com>;tag\0=1",
        "sip:a\u{7}@example.com",
        "<sip:a@b>;Tag \" = 1",
    ] {
        assert!(NameAddr::parse(value).is_err(), "{value:?}");
    }
}

#[test]
fn an_empty_tag_does_not_hide_ours() {
    let options = message("OPTIONS sip:b@b SIP/2.0\nTo: <sip:b@b>;Tag\n\n");
    let answer = Outgoing::response(&options, 200, "OK").to_tag("ours").encode().expect("an answer");
    let to = parse(&answer).expect("an answer").to().expect("a To");
    assert_eq!(to.tag(), Some("ours"));
}

#[test]
fn a_via_that_leaves_a_bracket_open_is_none() {
    // What we write behind it (received, rport) would become part of the branch.
    for open in ["branch=<sip:a", "branch=\"z9hG4bK1", "x=<;branch=z9hG4bK1"] {
        assert!(Via::parse(&format!("SIP/2.0/UDP host5.example.com;{open}")).is_err(), "{open}");
    }
    assert!(Via::parse("SIP/2.0/UDP host5.example.com;x=\"<\";branch=z9hG4bK1").is_ok());
}
