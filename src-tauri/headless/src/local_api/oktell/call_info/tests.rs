//! What the readers find: those who parse, and those who search with greedy expressions.

use desk::wire::{Call, CallState, Direction, Peer};
use jiff::tz::TimeZone;

use super::*;
use crate::local_api::oktell::answer::server_address;

fn call(id: &str, direction: Direction, state: CallState) -> Call {
    Call {
        id: id.to_owned(),
        account: "work".to_owned(),
        direction,
        state,
        peer: Peer { number: "74952294989".to_owned(), name: Some("Анна Петрова".to_owned()) },
        card: None,
        held_by: Vec::new(),
        muted: false,
        in_conference: false,
        codec: None,
        started_at: "2026-11-20T07:15:25Z".to_owned(),
        answered_at: None,
        ended: None,
        quality: None,
        transfer: None,
        digits_received: String::new(),
        started_by: None,
        origination: None,
        of_order: false,
    }
}

/// `/WORD.*value="([^"]*)"/im`: the first line with the word, and of it the last `value="`.
fn greedy(text: &str, word: &str) -> Option<String> {
    let line = text.lines().find(|line| line.to_lowercase().contains(word))?;
    let after = line.get(line.to_lowercase().find(word)?..)?;
    after.rsplit_once("value=\"")?.1.split('"').next().map(str::to_owned)
}

/// `/serveraddress.*><!\[CDATA\[([^\]]*)\]/im`
fn address(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.contains("serveraddress") && line.contains("><![CDATA["))?;
    line.rsplit_once("><![CDATA[")?.1.split(']').next().map(str::to_owned)
}

fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(3))
}

#[test]
fn every_state_has_its_word() {
    use CallState::{Active, Dialing, Early, Ended, Ending, Held, Ringing};
    use Direction::{Inbound, Outbound};
    for (direction, state, expected) in [
        (Outbound, Dialing, "calling"),
        (Outbound, Ringing, "calling"),
        (Outbound, Early, "calling"),
        (Inbound, Ringing, "ringing"),
        (Inbound, Active, "connected"),
        (Outbound, Held, "flashed"),
    ] {
        let calls = [call("c1", direction, state)];
        let told = current(&calls).expect("it is told");
        let body = CallInfo::of(&calls, told, false, &zone()).body();
        assert_eq!(greedy(&body, "mode").as_deref(), Some(expected), "{state:?}");
    }
    for state in [Ending, Ended] {
        assert_eq!(current(&[call("c1", Inbound, state)]), None);
    }
    let body = CallInfo::default().body();
    for (word, expected) in [("mode", "none"), ("linenum", ""), ("starttime", ""), ("number", ""), ("abonenttype", "")]
    {
        assert_eq!(greedy(&body, word).as_deref(), Some(expected), "{word}");
    }
}

#[test]
fn of_two_calls_the_one_that_is_talked_on_is_told_and_else_the_one_that_rings() {
    use CallState::{Active, Dialing, Held, Ringing};
    use Direction::{Inbound, Outbound};
    let told = |calls: [Call; 2]| current(&calls).map(|call| call.id.clone());
    let held = call("c1", Inbound, Held);
    assert_eq!(told([held.clone(), call("c2", Inbound, Active)]).as_deref(), Some("c2"));
    assert_eq!(told([call("c1", Inbound, Active), call("c2", Inbound, Ringing)]).as_deref(), Some("c1"));
    assert_eq!(told([held.clone(), call("c2", Inbound, Ringing)]).as_deref(), Some("c2"));
    assert_eq!(told([call("c1", Inbound, Ringing), call("c3", Outbound, Dialing)]).as_deref(), Some("c1"));
    assert_eq!(told([held, call("c3", Outbound, Dialing)]).as_deref(), Some("c3"));
}

#[test]
fn a_call_of_an_order_is_not_told_and_takes_no_line() {
    let spying = Call { of_order: true, ..call("c2", Direction::Inbound, CallState::Active) };
    assert!(current(std::slice::from_ref(&spying)).is_none());
    let calls = [spying, call("c4", Direction::Inbound, CallState::Held)];
    let told = current(&calls).expect("the agent's own is told");
    let info = CallInfo::of(&calls, told, false, &zone());
    assert_eq!((told.id.as_str(), info.line.as_str()), ("c4", "1"));
}

#[test]
fn the_whole_body_is_that_of_the_sample() {
    let mut talked = call("c2", Direction::Outbound, CallState::Active);
    talked.answered_at = Some("2026-11-20T07:15:30.5Z".to_owned());
    let calls = [call("c0", Direction::Outbound, CallState::Ended), talked];
    let told = current(&calls).expect("it is told");
    let body = CallInfo::of(&calls, told, false, &zone()).body();
    let expected = "<property_set name=\"currentcallinfo\">
<property_simple key=\"mode\" value=\"connected\" />
<property_simple key=\"linenum\" value=\"1\" />
<property_simple key=\"starttime\" value=\"2026-11-20 10:15:30\" />
<property_simple key=\"number\" value=\"74952294989\" />
<property_simple key=\"abonenttype\" value=\"outer\" />
<property_cdata key=\"name\"><![CDATA[Анна Петрова]]></property_cdata>
</property_set>\n";
    assert_eq!(body, expected);
}

#[test]
fn a_caller_cannot_forge_what_the_readers_find() {
    let mut evil = call("c2", Direction::Inbound, CallState::Ringing);
    evil.peer.number = "1\" value=\"connected\" mode=\"".to_owned();
    evil.peer.name = Some("]]>\nmode value=\"connected\"\nserveraddress><![CDATA[evil]".to_owned());
    let calls = [evil];
    let body = CallInfo::of(&calls, &calls[0], true, &zone()).body();
    assert_eq!(greedy(&body, "mode").as_deref(), Some("ringing"));
    assert_eq!(greedy(&body, "linenum").as_deref(), Some("1"));
    assert_eq!(greedy(&body, "abonenttype").as_deref(), Some("inner"));
    assert_eq!(body.lines().count(), 8, "{body}");
}

#[test]
fn the_address_has_neither_port_nor_bracket() {
    for (place, expected) in
        [("pbx.example", "pbx.example"), ("10.0.0.1:5060", "10.0.0.1"), ("[::1]:5060", "::1"), ("::1", "::1")]
    {
        assert_eq!(address(&server_address(&host(place))).as_deref(), Some(expected));
    }
}
