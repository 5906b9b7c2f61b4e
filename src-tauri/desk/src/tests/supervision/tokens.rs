//! By what a call of an order is known, and what is never believed.

use super::*;

const HEADER: &str = "X-Ringside";

/// What becomes of an INVITE while an order to spy waits for its call.
fn invited(invite: impl FnOnce(&Asked) -> (Option<String>, Invite<'static>)) -> (Kit, Vec<String>) {
    let mut kit = supervisor();
    let order = supervises(&mut kit, "spy");
    let (token, invite) = invite(&order);
    match token {
        Some(token) => invites(&mut kit, 2, Invite { headers: &[(HEADER, &token)], ..invite }),
        None => invites(&mut kit, 2, invite),
    }
    let said = said(&mut kit).into_iter().filter(|said| !said.starts_with("Ring(")).collect();
    (kit, said)
}

const TAKEN: [&str; 3] = ["shut c2", "tone AutoAnswered", "answer c2"];

#[test]
fn the_exact_token_is_believed_whatever_else_is_shown() {
    assert_eq!(invited(|order| (Some(order.token.clone()), Invite::default())).1, TAKEN);
    let silent = || Invite { asks: false, number: "79991234567", name: Some("Anna"), ..Invite::default() };
    assert_eq!(invited(|order| (Some(order.token.clone()), silent())).1, TAKEN);
}

#[test]
fn another_token_is_refused_and_never_answers_itself() {
    let wrong: [fn(&str) -> String; 6] = [
        |_| String::new(),
        |_| "0123456789abcdef0123456789abcdef".to_owned(),
        |token| format!("{token}0"),
        |token| token.chars().skip(1).collect(),
        |token| token.to_uppercase() + "A",
        |token| format!(" {token} ,"),
    ];
    for change in wrong {
        let (kit, said) = invited(|order| (Some(change(&order.token)), Invite::default()));
        assert_eq!(said, ["decline c2 480"]);
        assert_eq!((seen(&kit).as_str(), calls(&kit).len()), ("Spy Asked", 0));
    }
}

#[test]
fn an_invite_from_elsewhere_is_an_ordinary_call() {
    let untrusted = || Invite { trusted: false, asks: false, ..Invite::default() };
    let (kit, said) = invited(|order| (Some(order.token.clone()), untrusted()));
    assert_eq!(said, ["ring c2"], "even with the token");
    assert_eq!((seen(&kit).as_str(), kit.state("c2")), ("Spy Asked", CallState::Ringing));
    let shown = || Invite { number: "102", name: Some("Listen 102"), ..untrusted() };
    assert_eq!(invited(|_| (None, shown())).1, ["ring c2"]);
}

#[test]
fn a_token_is_good_for_one_call() {
    let mut kit = supervisor();
    let order = supervises(&mut kit, "whisper");
    rings(&mut kit, 2, &order);
    kit.take_commands();
    rings(&mut kit, 4, &order);
    assert_eq!(said(&mut kit), ["decline c4 480"]);
    kit.hear(Event::Answered(CallId(2)));
    step(&mut kit, &order, Step::Done);
    kit.ends(4, Reason::Declined);
    assert_eq!((seen(&kit).as_str(), calls(&kit)), ("Whisper Active, heard", vec!["c2".to_owned()]));
    kit.ends(2, Reason::RemoteHungUp);
    kit.take_commands();
    kit.pass(600 * SECOND);
    rings(&mut kit, 6, &order);
    assert_eq!(said(&mut kit), ["decline c6 480"], "and not for one of the past");
}

#[test]
fn two_tokens_are_none() {
    let mut kit = supervisor();
    let order = supervises(&mut kit, "spy");
    let headers = [(HEADER, order.token.as_str()), ("x-ringside", order.token.as_str())];
    invites(&mut kit, 2, Invite { headers: &headers, ..Invite::default() });
    assert_eq!(said(&mut kit), ["decline c2 480"]);
}

#[test]
fn two_orders_know_their_own_calls() {
    let mut kit = supervisor();
    kit.asks(r#"{"type":"pick_up","extension":"103"}"#);
    let pick_up = last_order(&kit);
    let spy = supervises(&mut kit, "spy");
    assert_ne!(pick_up.token, spy.token);
    rings(&mut kit, 2, &spy);
    rings(&mut kit, 4, &pick_up);
    let shown = kit.desk.snapshot();
    assert_eq!(shown.supervision.and_then(|shown| shown.call).as_deref(), Some("c2"));
    assert_eq!(shown.orders.first().and_then(|order| order.call.clone()).as_deref(), Some("c4"));
}

#[test]
fn without_a_header_the_caller_that_was_ordered_is_believed_for_ten_seconds() {
    let ordered = || Invite { number: "102", name: Some("Listen 102"), asks: false, ..Invite::default() };
    assert_eq!(invited(|_| (None, ordered())).1, TAKEN);
    assert_eq!(invited(|_| (None, Invite { name: None, asks: true, ..ordered() })).1, TAKEN);
    for colleague in [Invite { name: None, ..ordered() }, Invite { name: Some("Maria"), ..ordered() }] {
        assert_eq!(invited(|_| (None, colleague)).1, ["ring c2"], "102 calls by themselves");
    }
    let page = invited(|_| (None, Invite { number: "700", name: Some("Paging"), ..Invite::default() }));
    assert_eq!(seen(&page.0), "Spy Asked", "an intercom call is what it is");
    let mut kit = supervisor();
    supervises(&mut kit, "spy");
    kit.pass(11 * SECOND);
    invites(&mut kit, 2, ordered());
    assert_eq!(kit.state("c2"), CallState::Ringing);
    assert!(said(&mut kit).contains(&"ring c2".to_owned()));
}

#[test]
fn without_a_header_a_call_after_the_stop_is_refused() {
    let mut kit = supervisor();
    supervises(&mut kit, "whisper");
    stops(&mut kit);
    invites(&mut kit, 2, Invite { number: "102", name: Some("Listen 102"), ..Invite::default() });
    assert_eq!(said(&mut kit), ["decline c2 480"], "it asks to be answered, into a conversation");
}

#[test]
fn nobody_else_sees_a_token() {
    let mut kit = supervisor();
    let headers = [(HEADER, "a token of somebody's"), ("X-Queue", "sales")];
    invites(
        &mut kit,
        2,
        Invite { trusted: false, asks: false, number: "74952294989", headers: &headers, ..Invite::default() },
    );
    kit.asks(r#"{"type":"answer","call":"c2"}"#);
    kit.hear(Event::Answered(CallId(2)));
    kit.pass(SECOND);
    let told = format!("{:?} {:?} {:?} {:?}", kit.desk.snapshot(), kit.looked_up, kit.moments, kit.written);
    assert!(!told.contains("a token of somebody's"));
    assert!(kit.desk.snapshot().cards.len() == 1);
}

#[test]
fn tokens_follow_from_the_seed_and_never_come_twice() {
    let mut kit = supervisor();
    let mut tokens: Vec<String> = Vec::new();
    for _ in 0..10 {
        let order = supervises(&mut kit, "spy");
        stops(&mut kit);
        tokens.push(order.token);
    }
    assert!(tokens.iter().all(|token| token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit())));
    let all = tokens.len();
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), all);
}
