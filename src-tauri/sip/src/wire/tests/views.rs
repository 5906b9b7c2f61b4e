use std::net::SocketAddr;

use super::*;
use crate::check::check;

fn uri(text: &str) -> Uri {
    Uri::parse(text).unwrap_or_else(|_| panic!("{text}"))
}

const INVITE: &str = "INVITE sip:100@192.0.2.10:5060 SIP/2.0
Via: SIP/2.0/UDP 198.51.100.1:5060;rport;branch=z9hG4bKa1, SIP/2.0/TCP [2001:db8::1];branch=z9hG4bKb
From: \"M\u{fc}ller, Anna\" <sip:anna.m@pbx.example>;tag=as6f2
To: <sip:100@192.0.2.10>
Call-ID: 6f2@198.51.100.1
CSeq: 102 INVITE
Record-Route: <sip:198.51.100.9;lr=on;r2=on>, <sip:10.0.0.9;lr>
Contact: <sip:anna@198.51.100.1:5060>
Max-Forwards: 70
Content-Length: 0

";

#[test]
fn uris_come_apart_at_the_right_places() {
    let parts = |text: &str| {
        let uri = uri(text);
        (uri.user().map(str::to_owned), uri.host().to_owned(), uri.port())
    };
    let owned = |user: Option<&str>, host: &str, port| (user.map(str::to_owned), host.to_owned(), port);
    assert_eq!(parts("sip:john.doe@pbx"), owned(Some("john.doe"), "pbx", None));
    assert_eq!(parts("sip:pbx:5080;transport=TCP"), owned(None, "pbx", Some(5080)));
    assert_eq!(parts("sips:100:pw@[2001:db8::1]:5061"), owned(Some("100"), "[2001:db8::1]", Some(5061)));
    assert_eq!(parts("sip:100;phone-context=x@pbx"), owned(Some("100;phone-context=x"), "pbx", None));
    assert_eq!(parts("sip:*97@pbx"), owned(Some("*97"), "pbx", None));
    assert_eq!(parts("tel:+49-30-123;phone-context=x"), owned(Some("+49-30-123"), "+49-30-123", None));
    assert_eq!(uri("sip:pbx;transport=TCP;gr=urn:uuid:1;maddr=[::1]").param("gr"), Some(Some("urn:uuid:1")));
    assert_eq!(uri("sip:pbx;TRANSPORT=TCP").param("transport"), Some(Some("TCP")));
    assert_eq!(uri("sip:a:b@pbx").password(), Some("b"));
}

#[test]
fn what_is_no_uri_is_refused() {
    for text in [
        "",
        "100",
        "sip:",
        "sip:@pbx",
        "sip:a@",
        "sip:pbx:99999",
        "sip:pbx:",
        "<sip:a@b>",
        "sip:[::1",
        "sip:[gg::1]",
        "1a:b",
    ] {
        assert!(Uri::parse(text).is_err(), "{text}");
    }
}

#[test]
fn the_headers_of_a_uri_are_unescaped() {
    let refer_to = uri("sip:3000@pbx?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2&Require=replaces");
    assert_eq!(refer_to.header("replaces").as_deref(), Some("a@b;to-tag=1;from-tag=2"));
    assert_eq!(refer_to.without_headers(), "sip:3000@pbx");
    assert_eq!(unescape(&escape("a@b;to-tag=ü%")), "a@b;to-tag=ü%");
    assert_eq!(unescape("100%"), "100%");
}

#[test]
fn bindings_are_compared_as_a_registrar_does() {
    let same = |a: &str, b: &str| uri(a).is_equivalent(&uri(b));
    assert!(same("sip:100@PBX.example;ob", "SIP:100@pbx.example"));
    assert!(same("sip:%31%30%30@pbx", "sip:100@pbx"));
    assert!(!same("sip:100@pbx", "sip:100@pbx:5060"), "no port is not port 5060");
    assert!(!same("sip:100@pbx", "sip:100@pbx;transport=tcp"));
    assert!(!same("sip:ALICE@pbx", "sip:alice@pbx"), "users are compared with regard to case");
    assert!(!same("sip:100@pbx;line=a", "sip:100@pbx;line=b"));
}

#[test]
fn a_name_that_holds_quotes_survives_both_ways() {
    let written = NameAddr::new(uri("sip:a@b")).with_display("Anna \"Ann\" \\ M <x>, Dr.").with_param("tag", Some("1"));
    let text = written.to_string();
    assert_eq!(text, r#""Anna \"Ann\" \\ M <x>, Dr." <sip:a@b>;tag=1"#);
    assert_eq!(NameAddr::parse(&text), Ok(written));
    assert_eq!(NameAddr::parse("\"\" <sip:a@b>").expect("an address").display, None);
}

#[test]
fn quoted_parameters_hold_semicolons_and_commas() {
    let contact = r#"<sip:a@b>;+sip.instance="<urn:uuid:00000000-0000;x,y>";reg-id=1, <sip:c@d>;q=0.5"#;
    let message = message(&INVITE.replace("<sip:anna@198.51.100.1:5060>", contact));
    let contacts = message.contacts().expect("two Contacts");
    assert_eq!(contacts.len(), 2);
    assert_eq!(contacts[0].params.value("+sip.instance"), Some("<urn:uuid:00000000-0000;x,y>"));
    assert_eq!(contacts[0].params.value("REG-ID"), Some("1"));
}

#[test]
fn one_broken_header_costs_nothing_else() {
    let message = message(&INVITE.replace("Max-Forwards: 70", "Diversion: \"broken\nno header at all\n: nameless"));
    assert!(message.addresses("Diversion").is_err());
    assert_eq!(message.cseq().expect("CSeq").seq, 102);
    assert_eq!(check(&message), Ok(()));
}

#[test]
fn latin_1_is_text_and_goes_back_as_it_came() {
    let bytes: Vec<u8> = INVITE.replace('\n', "\r\n").chars().map(|char| char as u8).collect();
    let message = parse(&bytes).expect("a message");
    assert_eq!(message.from().expect("From").display.as_deref(), Some("Müller, Anna"));
    let response = Outgoing::response(&message, 180, "Ringing").encode().expect("a response");
    let from = b"From: \"M\xfcller, Anna\" <sip:anna.m@pbx.example>;tag=as6f2\r\n";
    assert!(response.windows(from.len()).any(|window| window == from), "the byte, not its UTF-8");
}

#[test]
fn a_response_carries_what_it_must() {
    let request = message(INVITE);
    let from: SocketAddr = "203.0.113.5:6000".parse().expect("an address");
    let response =
        Outgoing::response(&request, 486, "Busy Here").to_tag("t1").reflect(from).encode().expect("a response");
    assert_eq!(
        String::from_utf8(response).expect("text"),
        "SIP/2.0 486 Busy Here\r\n\
         Via: SIP/2.0/UDP 198.51.100.1:5060;rport=6000;branch=z9hG4bKa1;received=203.0.113.5, SIP/2.0/TCP [2001:db8::1];branch=z9hG4bKb\r\n\
         From: \"Müller, Anna\" <sip:anna.m@pbx.example>;tag=as6f2\r\n\
         To: <sip:100@192.0.2.10>;tag=t1\r\n\
         Call-ID: 6f2@198.51.100.1\r\n\
         CSeq: 102 INVITE\r\n\
         Content-Length: 0\r\n\r\n"
    );
    let ringing = Outgoing::response(&request, 180, "Ringing");
    assert_eq!(ringing.get("Record-Route"), Some(&b"<sip:198.51.100.9;lr=on;r2=on>, <sip:10.0.0.9;lr>"[..]));
    let tagged = Outgoing::response(&message(&INVITE.replace("10>\n", "10>;tag=x\n")), 200, "OK").to_tag("t1");
    assert_eq!(tagged.get("To"), Some(&b"<sip:100@192.0.2.10>;tag=x"[..]), "a tag that is there stays");
}

#[test]
fn an_address_that_names_itself_is_not_told_twice() {
    let from: SocketAddr = "198.51.100.1:5060".parse().expect("an address");
    let without_rport = message(&INVITE.replace(";rport", ""));
    let response = Outgoing::response(&without_rport, 200, "OK").reflect(from);
    assert!(!String::from_utf8_lossy(response.get("Via").expect("Via")).contains("received"));
}

#[test]
fn line_breaks_do_not_get_into_what_we_send() {
    let try_header = |value: &str| Outgoing::request("BYE", "sip:a@b").header("Reason", value).encode();
    assert!(try_header("SIP ;cause=200").is_ok());
    for value in ["a\r\nEvil: 1", "a\nb", "a\rb", "a\0b", "a\u{1b}[31mb"] {
        assert_eq!(try_header(value), Err(EncodeError::Header("Reason".into())), "{value:?}");
    }
    assert!(Outgoing::request("BYE", "sip:a@b SIP/2.0\r\nX: y").encode().is_err());
    assert!(Outgoing::request("BYE", "").encode().is_err());
    assert!(Outgoing::request("BYE X", "sip:a@b").encode().is_err());
    assert!(Outgoing::request("BYE", "sip:a@b").header("A: b\r\nC", "d").encode().is_err());
    assert!(Outgoing::response(&message(INVITE), 486, "Busy\r\nX: y").encode().is_err());
}

#[test]
fn a_body_goes_out_byte_for_byte_with_its_length() {
    let body = [0u8, 0xff, b'\r', b'\n', 0x80];
    let bytes =
        Outgoing::request("MESSAGE", "sip:a@b").header("Content-Length", "99").body("application/x", body).encode();
    let bytes = bytes.expect("a request");
    let seen = parse(&bytes).expect("a request");
    assert_eq!((seen.body(), seen.headers("Content-Length").count()), (&body[..], 1));
    assert_eq!(seen.content_type().as_deref(), Some("application/x"));
}

#[test]
fn bounds_hold() {
    let many = |name: &str, count: usize| {
        INVITE.replace("Max-Forwards: 70\n", &format!("{name}: SIP/2.0/UDP a\n").repeat(count))
    };
    assert_eq!(parse(many("X", 200).replace('\n', "\r\n").as_bytes()).err(), Some(ParseError::TooManyHeaders));
    let vias = vec!["SIP/2.0/UDP a"; 70].join(", ");
    let lined_up = message(&INVITE.replace("Max-Forwards: 70", &format!("Via: {vias}")));
    assert_eq!(check(&lined_up).map_err(|refusal| (refusal.code, refusal.reason)), Err((400, "Bad Via")));
    assert_eq!(parse(&vec![b'a'; MAX_MESSAGE + 1]).err(), Some(ParseError::TooLong));
    assert_eq!(parse(b"\r\n\r\n").err(), Some(ParseError::KeepAlive));
    assert_eq!(parse(b"INVITE sip:a SIP/2.0\r\nVia: x").err(), Some(ParseError::Truncated));
}

#[test]
fn refusals_say_what_was_wrong() {
    let refusal = |from: &str, to: &str| check(&message(&INVITE.replace(from, to))).expect_err("a refusal");
    let told = |from: &str, to: &str| (refusal(from, to).code, refusal(from, to).reason);
    assert_eq!(told("Call-ID: 6f2@198.51.100.1\n", ""), (400, "Missing Call-ID"));
    assert_eq!(told("102 INVITE", "102 BYE"), (400, "CSeq Names Another Method"));
    assert_eq!(told("Content-Length: 0", "Content-Length: 5"), (400, "Body Shorter Than Content-Length"));
    assert_eq!(told("Max-Forwards: 70", "Max-Forwards: many"), (400, "Bad Max-Forwards"));
    assert_eq!(told("sip:100@192.0.2.10:5060", "mailto:a@b"), (416, "Unsupported URI Scheme"));
    assert_eq!(told("SIP/2.0\nVia", "SIP/3.0\nVia"), (505, "Version Not Supported"));
    let unsupported = refusal("Max-Forwards: 70", "Require: replaces, teleport");
    assert_eq!((unsupported.code, unsupported.header), (420, Some(("Unsupported", "teleport".to_owned()))));
    assert!(!refusal("Via: SIP/2.0/UDP 198.51.100.1:5060;", "Via: what;").answerable, "nobody knows where to");
}
