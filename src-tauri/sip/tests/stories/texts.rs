//! Texts, there and back (RFC 3428).

use sip::{Command, Event};

use crate::{kit::*, puppet::*};

fn send(puppet: &mut Puppet, id: u64, text: &str) {
    let (target, text) = ("sip:102@pbx.example".to_owned(), text.to_owned());
    puppet.command(Command::Message { id, account: ACCOUNT, target, text });
}

#[track_caller]
fn sent(puppet: &mut Puppet) -> (u64, Option<u16>) {
    puppet.expect("MessageSent", |event| match event {
        Event::MessageSent { id, status } => Some((id, status)),
        _ => None,
    })
}

/// A MESSAGE of the PBX, with its own Call-ID.
fn says(puppet: &mut Puppet, id: &str, more: &[&str], body: &[u8]) {
    puppet.request("MESSAGE", 1, "\"Anna\" <sip:102@pbx.example>;tag=a", "<sip:101@pbx.example>", id, more, body);
}

const PLAIN: &str = "Content-Type: text/plain;charset=UTF-8";

#[test]
fn a_text_is_sent_with_the_account_s_name_and_password() {
    let mut puppet = Puppet::registered(|_| {});
    send(&mut puppet, 7, "Добрый день, اولین پیام");
    let message = puppet.take("MESSAGE");
    assert_eq!(message.request_uri(), Some("sip:102@pbx.example"));
    assert_eq!(message.header("From").expect("From").split(';').next(), Some("\"Sara Ahmadi\" <sip:101@pbx.example>"));
    assert_eq!(message.header("Content-Type").as_deref(), Some("text/plain;charset=UTF-8"));
    assert_eq!(message.body(), "Добрый день, اولین پیام".as_bytes());
    assert!(message.header("Authorization").expect("asked before").contains("nc=00000002"));
    puppet.respond(&message, "202 Accepted", "pbx", &[], b"");
    assert_eq!(sent(&mut puppet), (7, Some(202)));
}

#[test]
fn a_challenge_is_answered_once_and_a_refusal_told() {
    let mut puppet = Puppet::registered(|_| {});
    send(&mut puppet, 8, "hello");
    let first = puppet.take("MESSAGE");
    let fresh = "WWW-Authenticate: Digest realm=\"asterisk\", nonce=\"2\", qop=\"auth\", algorithm=MD5";
    puppet.respond(&first, "401 Unauthorized", "pbx", &[fresh], b"");
    let second = puppet.take("MESSAGE");
    assert_eq!(second.call_id(), first.call_id());
    assert_eq!(second.cseq().expect("CSeq").seq, 2);
    assert_eq!(second.body(), b"hello");
    puppet.respond(&second, "401 Unauthorized", "pbx", &[fresh], b"");
    assert_eq!(sent(&mut puppet), (8, Some(401)), "the same nonce again: it is the password");
    send(&mut puppet, 9, "hello");
    let message = puppet.take("MESSAGE");
    puppet.respond(&message, "404 Not Found", "pbx", &[], b"");
    assert_eq!(sent(&mut puppet), (9, Some(404)));
}

#[test]
fn a_text_that_nobody_answers_is_told_of_after_half_a_minute() {
    let mut puppet = Puppet::registered(|_| {});
    send(&mut puppet, 1, "hello?");
    puppet.pass(seconds(31));
    assert!(puppet.events.is_empty());
    puppet.pass(seconds(2));
    assert_eq!(sent(&mut puppet), (1, None));
}

#[test]
fn what_cannot_be_sent_is_told_at_once() {
    let mut puppet = Puppet::new(|_| {});
    send(&mut puppet, 1, "hello");
    assert_eq!(sent(&mut puppet), (1, None), "no way to the registrar");
    let mut puppet = Puppet::registered(|_| {});
    send(&mut puppet, 2, &"x".repeat(8 * 1024 + 1));
    assert_eq!(sent(&mut puppet), (2, Some(413)));
    let (target, text) = ("sip: 1 2\r\nX-Evil: 1".to_owned(), "hello".to_owned());
    puppet.command(Command::Message { id: 3, account: ACCOUNT, target, text });
    assert_eq!(sent(&mut puppet), (3, Some(416)));
    assert!(puppet.find("MESSAGE").is_none());
}

#[test]
fn a_text_comes_in_and_is_told_once_however_often_it_is_repeated() {
    let mut puppet = Puppet::registered(|_| {});
    for _ in 0..3 {
        says(&mut puppet, "one", &[PLAIN], "Звоните Анне\r\n+7 495".as_bytes());
    }
    for _ in 0..3 {
        puppet.take("200 MESSAGE");
    }
    let texts: Vec<_> = std::iter::from_fn(|| puppet.events.pop_front()).collect();
    match &texts[..] {
        [Event::Message { account, from, text }] => {
            assert_eq!((*account, from.display.as_deref()), (ACCOUNT, Some("Anna")));
            assert_eq!(text, "Звоните Анне\r\n+7 495");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_text_inside_of_a_call_is_told_too() {
    let mut puppet = Puppet::registered(|_| {});
    let invite = puppet.invite(sip::CallKey(1));
    puppet.answer(&invite, "pbx", &[]);
    puppet.events.clear();
    puppet.inside("MESSAGE", 1, &invite, "pbx", &[PLAIN], b"The queue is full");
    puppet.take("200 MESSAGE");
    let text = puppet.expect("Message", |event| match event {
        Event::Message { text, .. } => Some(text),
        _ => None,
    });
    assert_eq!(text, "The queue is full");
}

#[test]
fn the_pbx_s_word_counts_for_who_wrote() {
    let mut puppet = Puppet::registered(|_| {});
    says(&mut puppet, "one", &[PLAIN, "P-Asserted-Identity: \"Front desk\" <sip:200@pbx.example>"], b"hello");
    let from = puppet.expect("Message", |event| match event {
        Event::Message { from, .. } => Some(from),
        _ => None,
    });
    assert_eq!((from.display.as_deref(), from.uri.user()), (Some("Front desk"), Some("200")));
}

#[test]
fn what_is_no_text_for_us_is_refused_with_its_reason() {
    let mut puppet = Puppet::registered(|_| {});
    says(&mut puppet, "html", &["Content-Type: text/html"], b"<b>hello</b>");
    assert_eq!(puppet.take("415 MESSAGE").header("Accept").as_deref(), Some("text/plain"));
    says(&mut puppet, "long", &[PLAIN], &vec![b'x'; 8 * 1024 + 1]);
    puppet.take("413 MESSAGE");
    says(&mut puppet, "empty", &[], b"");
    puppet.take("200 MESSAGE");
    let head = "MESSAGE sip:999@10.0.0.1:5071 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;rport;branch=z9hG4bKelse\r\n\
        Max-Forwards: 70\r\nFrom: <sip:102@pbx.example>;tag=a\r\nTo: <sip:999@pbx.example>\r\nCall-ID: else\r\nCSeq: 1 MESSAGE\r\n\
        Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
    let (flow, from) = (puppet.flow, puppet.peer);
    puppet.input(sip::Input::Datagram { flow, from, bytes: head.as_bytes() });
    puppet.take("404 MESSAGE");
    // Somebody else on the network.
    puppet.peer = "10.0.0.66:5060".parse().expect("an address");
    says(&mut puppet, "stranger", &[PLAIN], b"hello");
    puppet.take("403 MESSAGE");
    assert!(puppet.events.is_empty(), "{:?}", puppet.events);
}

#[test]
fn a_flood_of_texts_is_bounded() {
    let mut puppet = Puppet::registered(|_| {});
    for n in 0..200 {
        says(&mut puppet, &format!("flood{n}"), &[PLAIN], b"hello");
    }
    assert_eq!(puppet.events.len(), 30, "a burst");
    assert!(puppet.take("480 MESSAGE").header("Retry-After").is_some());
    puppet.pass(seconds(10));
    for n in 0..200 {
        says(&mut puppet, &format!("again{n}"), &[PLAIN], b"hello");
    }
    assert_eq!(puppet.events.len(), 40, "and one a second");
}
