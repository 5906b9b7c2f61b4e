//! What proxies, old PBXs and forks do to a call.

use std::time::Duration;

use sip::{Command, EndCause, Event, Side};

use crate::{kit::*, puppet::*};

fn puppet() -> Puppet {
    Puppet::new(|_| {})
}

fn header(message: &sip::wire::Message, name: &str) -> String {
    message.header(name).map(String::from).unwrap_or_default()
}

#[track_caller]
fn ended(puppet: &mut Puppet) -> (Side, EndCause, Option<u16>) {
    puppet.expect("Ended", |event| match event {
        Event::Ended { by, cause, status, .. } => Some((by, cause, status)),
        _ => None,
    })
}

#[test]
fn a_challenged_invite_is_sent_again() {
    for (status, asks, answers) in [
        ("401 Unauthorized", "WWW-Authenticate", "Authorization"),
        ("407 Proxy Authentication Required", "Proxy-Authenticate", "Proxy-Authorization"),
    ] {
        let mut puppet = puppet();
        let first = puppet.invite(call(0));
        puppet.respond(&first, status, "pbx", &[&format!("{asks}: {CHALLENGE}")], b"");
        let ack = puppet.take("ACK");
        assert_eq!(header(&ack, "Via"), header(&first, "Via"), "the ACK to a refusal is hop by hop");
        assert!(header(&ack, "To").ends_with(";tag=pbx"));
        let second = puppet.take("INVITE");
        assert!(header(&second, answers).contains("uri=\"sip:102@pbx.example\""), "{second:?}");
        assert_eq!(header(&second, "Call-ID"), header(&first, "Call-ID"));
        assert_eq!(second.cseq().expect("CSeq").seq, first.cseq().expect("CSeq").seq + 1);
        assert_eq!(header(&second, "To"), header(&first, "To"), "no tag: it is a new attempt");
        assert_eq!(second.body(), OFFER);
        puppet.respond(&second, status, "pbx", &[&format!("{asks}: {CHALLENGE}")], b"");
        let code = status[..3].parse().ok();
        assert_eq!(ended(&mut puppet), (Side::Remote, EndCause::Unauthorized, code), "same nonce: wrong password");
    }
}

#[test]
fn a_challenged_bye_is_sent_again() {
    let mut puppet = puppet();
    let invite = puppet.invite(call(0));
    puppet.answer(&invite, "pbx", &[]);
    puppet.command(Command::HangUp { call: call(0) });
    let bye = puppet.take("BYE");
    puppet.respond(&bye, "401 Unauthorized", "", &[&format!("WWW-Authenticate: {CHALLENGE}")], b"");
    let again = puppet.take("BYE");
    assert!(header(&again, "Authorization").contains("nc=00000001"));
    assert_eq!(again.cseq().expect("CSeq").seq, bye.cseq().expect("CSeq").seq + 1);
    assert_eq!(again.headers("User-Agent").count(), 1);
}

#[test]
fn redirections_are_followed_but_not_for_ever() {
    let mut puppet = puppet();
    let mut invite = puppet.invite(call(0));
    for hop in 0..20 {
        let contact = format!("Contact: <sip:hop{hop}@pbx.example>, <sip:hop{}@pbx.example>", hop + 1);
        puppet.respond(&invite, "302 Moved Temporarily", "pbx", &[&contact], b"");
        puppet.take("ACK");
        match puppet.find("INVITE") {
            Some(next) => invite = next,
            None => {
                assert!((4..10).contains(&hop), "{hop} hops");
                assert_eq!(ended(&mut puppet), (Side::Remote, EndCause::Refused, Some(302)));
                return;
            }
        }
    }
    panic!("a loop of redirections");
}

#[test]
fn the_next_contact_is_tried_when_one_refuses() {
    let mut puppet = puppet();
    let invite = puppet.invite(call(0));
    let contacts = "Contact: <sip:desk@pbx.example>;q=0.9, <sip:mobile@pbx.example>;q=0.5";
    puppet.respond(&invite, "302 Moved Temporarily", "pbx", &[contacts], b"");
    let desk = puppet.take("INVITE");
    assert_eq!(desk.request_uri(), Some("sip:desk@pbx.example"));
    puppet.respond(&desk, "486 Busy Here", "desk", &[], b"");
    let mobile = puppet.take("INVITE");
    assert_eq!(mobile.request_uri(), Some("sip:mobile@pbx.example"));
    puppet.answer(&mobile, "mobile", &[]);
}

#[test]
fn of_two_phones_that_answer_one_is_hung_up() {
    let mut puppet = puppet();
    let invite = puppet.invite(call(0));
    for tag in ["desk", "mobile"] {
        puppet.respond(&invite, "180 Ringing", tag, &["Contact: <sip:102@10.0.0.9>"], b"");
    }
    let ack = puppet.answer(&invite, "desk", &[]);
    assert!(header(&ack, "To").ends_with("tag=desk"));
    let ack = puppet.answer(&invite, "mobile", &[]);
    assert!(header(&ack, "To").ends_with("tag=mobile"));
    let bye = puppet.take("BYE");
    assert!(header(&bye, "To").ends_with("tag=mobile"));
    let answers = puppet.events.iter().filter(|event| matches!(event, Event::Answered { .. })).count();
    assert_eq!(answers, 1);
    // Repeated answers are acknowledged again, and nothing more.
    puppet.answer(&invite, "mobile", &[]);
    puppet.answer(&invite, "desk", &[]);
    assert!(puppet.find("BYE").is_none());
}

#[test]
fn requests_follow_the_route_that_was_recorded() {
    let mut puppet = puppet();
    let invite = puppet.invite(call(0));
    let record = "Record-Route: <sip:p2.example;lr=on;r2=on;did=4a>, <sip:p1.example;lr>";
    let ack = puppet.answer(&invite, "pbx", &[record]);
    assert_eq!(ack.request_uri(), Some("sip:102@10.0.0.9:5060"), "the peer's Contact");
    assert_eq!(
        ack.list("Route"),
        ["<sip:p1.example;lr>", "<sip:p2.example;lr=on;r2=on;did=4a>"],
        "reversed, byte for byte"
    );
    assert_ne!(header(&ack, "Via"), header(&invite, "Via"), "a branch of its own");
    puppet.command(Command::HangUp { call: call(0) });
    assert_eq!(puppet.take("BYE").list("Route").len(), 2);
}

#[test]
fn a_strict_router_takes_the_request_uri() {
    let mut puppet = puppet();
    let invite = puppet.invite(call(0));
    let ack =
        puppet.answer(&invite, "pbx", &["Record-Route: <sip:p1.example;lr>", "Record-Route: <sip:strict.example>"]);
    // Reversed, the strict one comes first.
    assert_eq!(ack.request_uri(), Some("sip:strict.example"));
    assert_eq!(ack.list("Route"), ["<sip:p1.example;lr>", "<sip:102@10.0.0.9:5060>"], "RFC 3261 §12.2.1.1");
}

#[test]
fn the_peer_may_move() {
    let mut puppet = puppet();
    let invite = puppet.invite(call(0));
    puppet.answer(&invite, "pbx", &[]);
    let moved = ["Contact: <sip:102@10.0.0.77:5090>", "P-Asserted-Identity: \"Ben\" <sip:103@pbx.example>"];
    puppet.inside("UPDATE", 1, &invite, "pbx", &moved, b"");
    puppet.take("200 UPDATE");
    let identity = puppet.expect("PeerChanged", |event| match event {
        Event::PeerChanged { identity, .. } => Some(identity),
        _ => None,
    });
    assert_eq!(identity.display.as_deref(), Some("Ben"));
    puppet.command(Command::HangUp { call: call(0) });
    assert_eq!(puppet.take("BYE").request_uri(), Some("sip:102@10.0.0.77:5090"));
}

#[test]
fn a_session_interval_too_small_is_raised() {
    let mut puppet = Puppet::new(|config| config.timers.session_expires = seconds(120));
    let invite = puppet.invite(call(0));
    assert_eq!((header(&invite, "Session-Expires"), header(&invite, "Min-SE")), ("120".into(), "90".into()));
    puppet.respond(&invite, "422 Session Interval Too Small", "pbx", &["Min-SE: 600"], b"");
    let again = puppet.take("INVITE");
    assert_eq!((header(&again, "Session-Expires"), header(&again, "Min-SE")), ("600".into(), "600".into()));
}

#[test]
fn a_session_is_refreshed_by_reinvite_where_update_is_not_allowed() {
    let mut puppet = puppet();
    let invite = puppet.invite(call(0));
    puppet.answer(&invite, "pbx", &["Session-Expires: 1800;refresher=uac", "Require: timer"]);
    puppet.pass(seconds(901));
    let refresh = puppet.take("INVITE");
    assert_eq!((refresh.body(), header(&refresh, "Session-Expires")), (OFFER, "1800;refresher=uac".to_owned()));
    puppet.respond(&refresh, "481 Call/Transaction Does Not Exist", "", &[], b"");
    assert_eq!(ended(&mut puppet), (Side::Remote, EndCause::Lost, None));
}

#[test]
fn a_session_that_the_peer_does_not_refresh_is_over() {
    let mut puppet = puppet();
    let invite = puppet.invite(call(0));
    puppet.answer(&invite, "pbx", &["Session-Expires: 90;refresher=uas"]);
    puppet.pass(seconds(59));
    puppet.inside("UPDATE", 1, &invite, "pbx", &["Session-Expires: 90;refresher=uac", "Supported: timer"], b"");
    let ok = puppet.take("200 UPDATE");
    assert_eq!((header(&ok, "Session-Expires"), header(&ok, "Require")), ("90;refresher=uac".into(), "timer".into()));
    puppet.pass(seconds(59));
    assert!(puppet.events.iter().all(|event| !matches!(event, Event::Ended { .. })), "refreshed in time");
    puppet.pass(seconds(2));
    assert_eq!(ended(&mut puppet), (Side::Local, EndCause::Lost, None));
    puppet.take("BYE");
}

#[test]
fn a_cancel_that_nobody_answers_is_given_up() {
    let mut puppet = puppet();
    let invite = puppet.invite(call(0));
    puppet.respond(&invite, "180 Ringing", "pbx", &[], b"");
    puppet.command(Command::HangUp { call: call(0) });
    puppet.take("CANCEL");
    puppet.pass(seconds(40));
    puppet.sent.clear();
    puppet.pass(seconds(400));
    assert!(puppet.sent.is_empty(), "forgotten");
}

#[test]
fn a_call_may_ring_for_many_minutes() {
    let mut puppet = puppet();
    let invite = puppet.invite(call(0));
    puppet.respond(&invite, "182 Queued", "pbx", &[], b"");
    puppet.pass(Duration::from_secs(30 * 60));
    puppet.answer(&invite, "pbx", &[]);
}

const ANNA: &str = "\"Anna\" <sip:201@pbx.example>;tag=anna";
const US: &str = "<sip:101@pbx.example>";
const CONTACT: &str = "Contact: <sip:201@10.0.0.2:5060>";

/// An account is connected once somebody called from it.
fn connected() -> Puppet {
    let mut puppet = puppet();
    let invite = puppet.invite(call(90));
    puppet.respond(&invite, "486 Busy Here", "pbx", &[], b"");
    puppet.settle();
    puppet.sent.clear();
    puppet.events.clear();
    puppet
}

#[test]
fn requests_outside_calls_are_answered() {
    let table: [(&str, &[&str], u16); 11] = [
        ("OPTIONS", &[], 200),
        ("NOTIFY", &["Event: message-summary", "Subscription-State: terminated"], 200),
        ("REGISTER", &[], 405),
        ("PUBLISH", &["Event: presence"], 405),
        ("SUBSCRIBE", &["Event: presence"], 405),
        ("REFER", &["Refer-To: <sip:1@pbx.example>"], 603),
        ("BYE", &[], 481),
        ("PRACK", &["RAck: 1 1 INVITE"], 481),
        ("CANCEL", &[], 481),
        ("DANCE", &[], 501),
        ("OPTIONS", &["Require: flying"], 420),
    ];
    for (n, (method, more, status)) in table.into_iter().enumerate() {
        let mut puppet = connected();
        puppet.request(method, 1, ANNA, US, &format!("out{n}"), more, b"");
        let response = puppet.take(&format!("{status} {method}"));
        assert!(response.to().expect("To").tag().is_some(), "{method}: a final response has a tag");
        if status == 405 || method == "OPTIONS" && status == 200 {
            assert!(header(&response, "Allow").contains("INVITE"), "{response:?}");
        }
        if status == 420 {
            assert_eq!(header(&response, "Unsupported"), "flying");
        }
        assert!(puppet.events.is_empty());
    }
}

#[test]
fn requests_in_unknown_calls_are_answered_with_481() {
    for method in ["INVITE", "BYE", "OPTIONS", "NOTIFY", "INFO", "UPDATE", "REFER"] {
        let mut puppet = connected();
        puppet.request(method, 1, ANNA, &format!("{US};tag=nobody"), "unknown", &[CONTACT], b"");
        puppet.take(&format!("481 {method}"));
    }
    let mut puppet = connected();
    puppet.request("ACK", 1, ANNA, &format!("{US};tag=nobody"), "unknown", &[], b"");
    assert!(puppet.sent.is_empty(), "an ACK is never answered");
}

#[test]
fn invites_that_cannot_be_taken_are_refused_with_a_reason() {
    let table: [(&[&str], &[u8], &str, &str); 4] = [
        (&["Require: 100rel"], OFFER, "420 INVITE", "Unsupported"),
        (&["Content-Type: text/plain"], b"hello", "415 INVITE", "Accept"),
        (&["Session-Expires: 30", "Supported: timer"], OFFER, "422 INVITE", "Min-SE"),
        (&["Replaces: x;to-tag=1;from-tag=2"], OFFER, "481 INVITE", "To"),
    ];
    for (more, body, status, explains) in table {
        let mut puppet = connected();
        puppet.request("INVITE", 1, ANNA, US, "refused", &[&[CONTACT], more].concat(), body);
        let refusal = puppet.take(status);
        assert!(!header(&refusal, explains).is_empty(), "{refusal:?}");
        assert!(puppet.events.is_empty());
    }
}

#[test]
fn automatic_answers_are_asked_for_in_many_ways() {
    let table = [
        ("Call-Info: <sip:10.0.0.2>;answer-after=0", Some(0)),
        ("Call-Info: <http://pbx/x.png>;purpose=icon, <sip:x>; Answer-After = 3", Some(3)),
        ("Alert-Info: <http://pbx>;info=alert-autoanswer;delay=1", Some(1)),
        ("Alert-Info: info=alert-autoanswer", Some(0)),
        ("Answer-Mode: Auto", Some(0)),
        ("Answer-Mode: Manual", None),
        ("Call-Info: <sip:x>;answer-after=99999999999", Some(60)),
        ("Alert-Info: <http://pbx/ring.wav>", None),
        ("Alert-Info: Auto Answer", Some(0)),
        ("Alert-Info: auto answer;delay=2", Some(2)),
        ("Alert-Info: <Ring Answer>", Some(0)),
        ("Alert-Info: Ring Answering Machine", None),
        ("Alert-Info: <http://pbx/Auto Answer>", None),
        ("P-Auto-Answer: normal", Some(0)),
        ("P-Auto-Answer: Normal;x=y", Some(0)),
        ("P-Auto-Answer: no", None),
    ];
    for (n, (line, wanted)) in table.into_iter().enumerate() {
        let mut puppet = connected();
        puppet.request("INVITE", 1, ANNA, US, &format!("auto{n}"), &[CONTACT, line], OFFER);
        let asked = puppet.expect("Incoming", |event| match event {
            Event::Incoming { auto_answer, .. } => Some(auto_answer),
            _ => None,
        });
        assert_eq!(asked, wanted.map(seconds), "{line}");
    }
}

#[test]
fn a_caller_from_elsewhere_is_not_trusted() {
    let mut puppet = connected();
    puppet.peer = "203.0.113.5:5060".parse().expect("an address");
    puppet.request("INVITE", 1, ANNA, US, "scanner", &[CONTACT], OFFER);
    let trusted = puppet.expect("Incoming", |event| match event {
        Event::Incoming { trusted, .. } => Some(trusted),
        _ => None,
    });
    assert!(!trusted);
}

#[test]
fn an_invite_that_came_two_ways_rings_once() {
    let mut puppet = connected();
    puppet.request("INVITE", 1, ANNA, US, "fork", &[CONTACT], OFFER);
    let via = |branch: &str| format!("Via: SIP/2.0/UDP 10.0.0.3;rport;branch=z9hG4bK{branch}");
    let bytes = format!(
        "INVITE sip:101@10.0.0.1 SIP/2.0\r\n{}\r\nMax-Forwards: 70\r\nFrom: {ANNA}\r\nTo: {US}\r\nCall-ID: fork\r\n\
         CSeq: 1 INVITE\r\n{CONTACT}\r\nContent-Length: 0\r\n\r\n",
        via("other")
    );
    let (flow, from) = (puppet.flow, puppet.peer);
    puppet.input(sip::Input::Datagram { flow, from, bytes: bytes.as_bytes() });
    puppet.take("482 INVITE");
    assert_eq!(puppet.events.iter().filter(|event| matches!(event, Event::Incoming { .. })).count(), 1);
}

#[test]
fn an_old_request_inside_a_call_is_refused() {
    let mut puppet = puppet();
    let invite = puppet.invite(call(0));
    puppet.answer(&invite, "pbx", &[]);
    puppet.inside("OPTIONS", 7, &invite, "pbx", &[], b"");
    puppet.take("200 OPTIONS");
    puppet.inside("INFO", 6, &invite, "pbx", &["Content-Type: application/dtmf"], b"5");
    puppet.take("500 INFO");
}

#[test]
fn a_session_description_is_found_in_a_multipart_body() {
    let mut puppet = connected();
    let body = [
        b"--b1\r\nContent-Type: application/isup\r\n\r\n\x01\x02\r\n--b1\r\nContent-Type: application/sdp\r\n\r\n"
            .as_slice(),
        OFFER,
        b"\r\n--b1--\r\n",
    ]
    .concat();
    let more = [CONTACT, "Content-Type: multipart/mixed;boundary=b1"];
    puppet.request("INVITE", 1, ANNA, US, "multipart", &more, &body);
    let offer = puppet.expect("Incoming", |event| match event {
        Event::Incoming { offer, .. } => Some(offer),
        _ => None,
    });
    assert_eq!(offer.as_deref(), Some(OFFER));
}

#[test]
fn a_reinvite_inside_our_offer_meets_491() {
    let mut puppet = puppet();
    let invite = puppet.invite(call(0));
    puppet.answer(&invite, "pbx", &[]);
    puppet.command(Command::Offer { call: call(0), sdp: HOLD.to_vec() });
    let ours = puppet.take("INVITE");
    puppet.inside("INVITE", 5, &invite, "pbx", &[CONTACT], ANSWER);
    puppet.take("491 INVITE");
    puppet.respond(&ours, "491 Request Pending", "", &[], b"");
    puppet.sent.clear();
    puppet.pass(Duration::from_millis(2099));
    assert!(puppet.find("INVITE").is_none(), "we own the Call-ID: 2.1 s at least");
    puppet.pass(Duration::from_millis(1901));
    assert_eq!(puppet.take("INVITE").body(), HOLD);
}

#[test]
fn every_message_tells_who_we_are_and_what_we_can() {
    let mut puppet = puppet();
    let invite = puppet.invite(call(0));
    assert_eq!(header(&invite, "User-Agent"), "puppet");
    assert_eq!(header(&invite, "From").split(';').next(), Some("\"Sara Ahmadi\" <sip:101@pbx.example>"));
    assert_eq!(header(&invite, "Contact"), "<sip:101@10.0.0.1:5071>");
    assert_eq!(header(&invite, "Supported"), "replaces, timer");
    assert!(header(&invite, "Via").starts_with("SIP/2.0/UDP 10.0.0.1:5071;rport;branch=z9hG4bK"));
    assert_eq!(invite.max_forwards(), Ok(Some(70)));
    let bytes = invite.bytes().len();
    assert!(bytes < 1300, "{bytes} bytes fit into a datagram");
}
