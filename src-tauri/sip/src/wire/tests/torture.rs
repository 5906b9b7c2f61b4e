//! The 49 messages of RFC 4475, byte for byte in `tests/rfc4475`, and what it wants done with each.

use crate::check::check;
use crate::wire::{Message, parse};

/// What RFC 4475 wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Understand it; a layer above may still refuse it with this status.
    Accept(Option<u16>),
    /// Answer a request with this status.
    Refuse(u16),
    /// Drop a response.
    Discard,
    /// The RFC leaves it to the element.
    Either,
}

use Verdict::{Accept, Discard, Either, Refuse};

macro_rules! torture {
    ($($name:literal $verdict:expr;)*) => {
        const MESSAGES: &[(&str, &[u8], Verdict)] =
            &[$(($name, include_bytes!(concat!("../../../tests/rfc4475/", $name, ".dat")), $verdict)),*];
    };
}

// In the order of the RFC: 3.1.1, 3.1.2, 3.2, 3.3, 3.4.
torture! {
    "wsinv" Accept(None);
    "intmeth" Accept(Some(501));
    "esc01" Accept(None);
    "escnull" Accept(None);
    "esc02" Accept(Some(501));
    "lwsdisp" Accept(None);
    "longreq" Accept(None);
    "dblreq" Accept(None);
    "semiuri" Accept(None);
    "transports" Accept(None);
    "mpart01" Accept(None);
    "unreason" Accept(None);
    "noreason" Accept(None);
    "badinv01" Refuse(400);
    "clerr" Refuse(400);
    "ncl" Refuse(400);
    "scalar02" Refuse(400);
    "scalarlg" Discard;
    "quotbal" Refuse(400);
    "ltgtruri" Refuse(400);
    "lwsruri" Either;
    "lwsstart" Either;
    "trws" Either;
    "escruri" Either;
    "baddate" Either;
    "regbadct" Refuse(400);
    "badaspec" Either;
    "baddn" Either;
    "badvers" Refuse(505);
    "mismatch01" Refuse(400);
    "mismatch02" Refuse(501);
    "bigcode" Discard;
    "badbranch" Accept(None);
    "insuf" Refuse(400);
    "unkscm" Accept(Some(416));
    "novelsc" Accept(Some(416));
    "unksm2" Accept(None);
    "bext01" Accept(Some(420));
    "invut" Accept(None);
    "regaut01" Accept(None);
    "multi01" Refuse(400);
    "mcl01" Refuse(400);
    "bcast" Accept(None);
    "zeromf" Accept(None);
    "cparam01" Accept(None);
    "cparam02" Accept(None);
    "regescrt" Accept(None);
    "sdp01" Accept(None);
    "inv2543" Accept(None);
}

fn torture(name: &str) -> Message {
    let (_, bytes, _) = MESSAGES.iter().find(|(other, ..)| *other == name).expect("one of the 49");
    parse(bytes).expect("a message")
}

#[test]
#[allow(clippy::print_stdout, reason = "the list is wanted where the test is run by hand")]
fn all_49_get_the_verdict_of_the_rfc() {
    let mut right = 0;
    for (name, bytes, verdict) in MESSAGES {
        let outcome = parse(bytes).map(|message| (check(&message), message));
        let is_right = match (verdict, &outcome) {
            (Accept(wanted), Ok((checked, message))) => {
                wanted.is_some() == checked.is_err()
                    && checked.as_ref().err().map(|refusal| refusal.code) == *wanted
                    && has_right_fields(name, message)
            }
            (Refuse(code), Ok((Err(refusal), _))) => refusal.code == *code && refusal.answerable,
            (Discard, Err(_)) => true,
            (Discard, Ok((Err(refusal), _))) => !refusal.answerable,
            (Either, _) => true,
            _ => false,
        };
        right += usize::from(is_right);
        let told = match outcome {
            Ok((Ok(()), _)) => "understood".to_owned(),
            Ok((Err(refusal), _)) => refusal.to_string(),
            Err(error) => error.to_string(),
        };
        println!("{} {name:<11} {verdict:?}: {told}", if is_right { "ok   " } else { "WRONG" });
    }
    println!("{right} of {}", MESSAGES.len());
    assert_eq!(right, 49);
}

/// From tag, user of To, CSeq, host of the topmost Via, length of the body.
type Fields = (&'static str, Option<&'static str>, u32, &'static str, usize);

#[rustfmt::skip]
const FIELDS: &[(&str, Fields)] = &[
    ("wsinv", ("98asjd8", Some("vivekg"), 9, "192.0.2.2", 150)),
    ("intmeth", ("_token~1'+`*%!-.", Some("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"), 139_122_385, "host1.example.com", 0)),
    ("esc01", ("938", Some("%75se%72"), 234_234, "host5.example.net", 150)),
    ("escnull", ("839923423", Some("null-%00-null"), 14_398_234, "host5.example.com", 0)),
    ("esc02", ("f232jadfj23", Some("resource"), 29_344, "host.example.com", 0)),
    ("lwsdisp", ("323", Some("user"), 60, "funky.example.com", 0)),
    ("dblreq", ("43251j3j324", Some("j.user"), 8, "192.0.2.125", 0)),
    ("semiuri", ("33242", Some("j_user"), 8, "192.0.2.1", 0)),
    ("transports", ("323", Some("user"), 60, "t1.example.com", 0)),
    ("mpart01", ("2fb0dcc9", Some("kumiko"), 1, "127.0.0.1", 553)),
    ("unreason", ("11141343", Some("user"), 35, "192.0.2.198", 154)),
    ("noreason", ("39ansfi3", Some("user"), 35, "192.0.2.105", 0)),
    ("badbranch", ("33242", Some("user"), 8, "192.0.2.1", 0)),
    ("unkscm", ("384", Some("user"), 3_923_423, "host9.example.com", 0)),
    ("novelsc", ("384", Some("user"), 3_923_423, "host9.example.com", 0)),
    ("unksm2", ("3234233", None, 234_902, "192.0.2.21", 0)),
    ("bext01", ("242etr", Some("j_user"), 8, "fold-and-staple.example.com", 0)),
    ("invut", ("8392034", Some("j.user"), 235_448, "somehost.example.com", 40)),
    ("regaut01", ("87321hj23128", Some("j.user"), 9_338, "192.0.2.253", 0)),
    ("bcast", ("11141343", Some("user"), 35, "192.0.2.198", 154)),
    ("zeromf", ("3ghsd41", Some("user"), 39_234_321, "host1.example.com", 0)),
    ("cparam01", ("DkfVgjkrtMwaerKKpe", Some("watson"), 2, "saturn.example.com", 0)),
    ("cparam02", ("838293", Some("watson"), 3, "saturn.example.com", 0)),
    ("regescrt", ("8", Some("user"), 14_398_234, "host5.example.com", 0)),
    ("sdp01", ("234", Some("j_user"), 8, "192.0.2.15", 150)),
];

fn has_right_fields(name: &str, message: &Message) -> bool {
    let Some((_, (tag, user, seq, host, body))) = FIELDS.iter().find(|(other, _)| *other == name) else {
        return matches!(name, "longreq" | "inv2543");
    };
    let (Ok(from), Ok(to), Ok(cseq), Ok(via)) = (message.from(), message.to(), message.cseq(), message.via()) else {
        return false;
    };
    (from.tag(), to.uri.user(), cseq.seq, via.host.as_str(), message.body().len())
        == (Some(tag), *user, *seq, host, *body)
}

#[test]
fn a_tortuous_invite_is_read_to_the_last_parameter() {
    let message = torture("wsinv");
    let from = message.from().expect("From");
    assert_eq!(from.display.as_deref(), Some("J Rosenberg \\\""));
    assert_eq!(message.to().expect("To").tag(), Some("1918181833n"));
    assert_eq!(message.max_forwards(), Ok(Some(68)));
    assert_eq!(message.header("subject").as_deref(), Some(""));
    assert_eq!(message.header("NewFangledHeader").as_deref(), Some("newfangled value continued newfangled value"));
    let vias = message.vias().expect("three Vias");
    let hops: Vec<_> = vias.iter().map(|via| (via.transport.as_str(), via.host.as_str(), via.branch())).collect();
    assert_eq!(
        hops,
        [
            ("UDP", "192.0.2.2", Some("390skdjuw")),
            ("TCP", "spindle.example.com", Some("z9hG4bK9ikj8")),
            ("UDP", "192.168.255.111", Some("z9hG4bK30239")),
        ]
    );
    let contact = message.contacts().expect("Contact").remove(0);
    assert_eq!(contact.display.as_deref(), Some("Quoted string \"\""));
    assert_eq!(contact.params.value("newparam"), Some("newvalue"));
    assert_eq!((contact.params.get("secondparam"), contact.params.value("q")), (Some(None), Some("0.33")));
    let route = message.addresses("Route").expect("Route").remove(0);
    assert_eq!(route.uri.param("unknown-no-value"), Some(None));
}

#[test]
fn escapes_are_kept_where_they_stand() {
    let message = torture("esc01");
    assert_eq!(message.request_uri(), Some("sip:sips%3Auser%40example.com@example.net"));
    let contact = message.contacts().expect("Contact").remove(0);
    assert_eq!(contact.uri.as_str(), "sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31");
    let escaped = torture("esc02");
    assert_eq!(escaped.method(), "RE%47IST%45R");
    assert_eq!(escaped.contacts().expect("Contacts").len(), 2, "C%6Fntact is another header");
    assert_eq!(escaped.via().expect("Via").branch(), Some("z9hG4bK209%fzsnel234"));
}

#[test]
fn long_values_come_whole() {
    let message = torture("longreq");
    assert_eq!(message.vias().expect("Vias").len(), 34);
    let from = message.from().expect("From");
    assert_eq!(from.tag().map(str::len), Some(2 + 150 + 3));
    assert_eq!(message.body().len(), 150);
}

#[test]
fn an_old_invite_without_content_length_keeps_its_body() {
    let message = torture("inv2543");
    assert_eq!(message.from().expect("From").tag(), None);
    assert!(message.body().ends_with(b"m=audio 49217 RTP/AVP 0\r\n"));
}

#[test]
fn reasons_may_be_russian_or_missing() {
    assert_eq!(torture("unreason").reason(), Some("= 2**3 * 5**2 но сто девяносто девять - простое"));
    assert_eq!((torture("noreason").status(), torture("noreason").reason()), (Some(100), Some("")));
}

#[test]
fn the_second_request_of_a_datagram_is_no_body() {
    assert_eq!(torture("dblreq").body(), b"");
}

#[test]
fn a_semicolon_may_stand_in_a_user() {
    let uri = crate::wire::Uri::parse(torture("semiuri").request_uri().expect("a URI")).expect("a URI");
    assert_eq!((uri.user(), uri.host()), (Some("user;par=u%40example.net"), "example.com"));
}

#[test]
fn a_parameter_belongs_to_the_header_without_brackets_and_to_the_uri_within() {
    let bare = torture("cparam01").contacts().expect("Contact").remove(0);
    assert_eq!((bare.params.get("unknownparam"), bare.uri.param("unknownparam")), (Some(None), None));
    let bracketed = torture("cparam02").contacts().expect("Contact").remove(0);
    assert_eq!((bracketed.params.get("unknownparam"), bracketed.uri.param("unknownparam")), (None, Some(None)));
    let escaped = torture("regescrt").contacts().expect("Contact").remove(0);
    assert_eq!(escaped.uri.header("Route").as_deref(), Some("<sip:sip.example.com>"));
}
