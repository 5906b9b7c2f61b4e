use desk::wire::{CallState, Direction, Peer};

use super::*;
use crate::staged;

#[test]
fn buttons_mean_what_they_say() {
    assert_eq!(meaning("answer", "c1".into()), Some(Response::Intent(Intent::Answer { call: "c1".into() })));
    let decline = Intent::Decline { call: "c1".into(), reason: None };
    assert_eq!(meaning("decline", "c1".into()), Some(Response::Intent(decline)));
    assert_eq!(meaning("default", "c1".into()), Some(Response::Show));
    assert_eq!(meaning("settings", "c1".into()), None, "services add keys of their own");
}

#[test]
fn a_caller_is_a_name_and_a_number() {
    assert_eq!(caller(&call("101", Some("Anna"))), "Anna · \u{2066}101\u{2069}");
    assert_eq!(caller(&call("101", None)), "101");
    assert_eq!(caller(&call("101", Some("101"))), "101", "the PBX repeats the number where it knows no name");
    assert_eq!(caller(&call("101", Some(" \u{202e}"))), "101");
}

#[test]
fn a_hostile_name_stays_one_short_line() {
    let line = caller(&call("101", Some(&format!("A\n\u{202e}B{}", "x".repeat(5000)))));
    assert!(line.starts_with("ABx"), "{line}");
    assert!(line.chars().count() < 100, "{} characters", line.chars().count());
}

fn call(number: &str, name: Option<&str>) -> Call {
    let peer = Peer { number: number.into(), name: name.map(Into::into) };
    Call { peer, ..staged::call("c1", Direction::Inbound, CallState::Ringing) }
}
