//! What is told to a PBX, and what is not.

use super::*;

#[test]
fn what_could_be_read_as_something_else_is_not_sent() {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.others();
    let bad =
        ["", "1\r\nAction: Hangup", "1,qX", "1|2", "../a", "a/../b", "/etc/passwd", "a&b", "${SHELL(id)}", "1 2", "\0"];
    for text in bad {
        let text = || text.to_owned();
        let wishes = [
            Wish::PickUp { extension: text(), on: device() },
            Wish::Supervise { extension: text(), mode: Mode::Spy, on: device() },
            Wish::Supervise { extension: "105".into(), mode: Mode::Spy, on: Device { extension: text(), ..device() } },
            Wish::Supervise {
                extension: "105".into(),
                mode: Mode::Spy,
                on: Device { token: Some(text()), ..device() },
            },
            Wish::Play { recording: text(), on: device() },
            Wish::Pause { extension: text(), pause: None },
        ];
        for wish in wishes {
            let what = format!("{wish:?}");
            let is_token_path = matches!(&wish, Wish::Supervise { on, .. } if on.token.as_deref() == Some("../a"));
            assert!(desk.asks(wish).is_empty() || is_token_path, "{what}");
            assert!(code(&desk.told()).starts_with("bad_"), "{what}");
        }
    }
    let Wish::Originate(mut originate) = call("200") else { unreachable!() };
    originate.variables = vec![("A".into(), "b,C=d".into())];
    assert!(desk.asks(Wish::Originate(originate)).is_empty());
    assert_eq!(code(&desk.told()), "bad_value");
}

#[test]
fn a_queue_passes_over_who_is_away() {
    let mut desk = Desk::new("PJSIP/{extension}");
    let lines = desk.asks(Wish::Pause { extension: "104".into(), pause: Some("lunch".into()) });
    assert_eq!(lines, ["Interface: PJSIP/104", "Paused: true", "Reason: lunch", ""]);
    assert_eq!(desk.hears("Response: Success | ActionID: a1"), [Step::Accepted, Step::Done]);
    desk.asks(Wish::Pause { extension: "104".into(), pause: None });
    assert_eq!(code(&desk.hears("Response: Error | ActionID: a2 | Message: Permission denied")), "pbx_forbidden");
}

#[test]
fn a_queue_is_told_the_member_that_it_knows() {
    let member = |queue: &str, interface: &str| {
        format!("Event: QueueMember | Queue: {queue} | Location: {interface} | StateInterface: PJSIP/104 | Paused: 0")
    };
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.hears(&member("sales", "Local/104@from-queue/n"));
    desk.hears(&member("night", "Local/104@from-queue/n"));
    desk.hears("Event: QueueMember | Queue: sales | Location: Local/105@from-queue/n | Paused: 0");
    let lines = desk.asks(Wish::Pause { extension: "104".into(), pause: Some(String::new()) });
    assert_eq!(lines, ["Interface: Local/104@from-queue/n", "Paused: true", ""]);
    desk.hears("Response: Success | ActionID: a1");

    // Called in two ways, he pauses in both, and hears of it once.
    desk.hears(&member("help", "PJSIP/104"));
    let wish = Wish::Pause { extension: "104".into(), pause: None };
    desk.orders.give(Order { id: "p2".into(), wish }, &desk.calls, &desk.floor, desk.now);
    let actions = desk.orders.take_actions();
    let texts = actions.iter().map(|(_, action)| action.encode("a").expect("it can be written"));
    let texts: Vec<_> = texts.map(|text| String::from_utf8(text).expect("it is text")).collect();
    assert!(texts[0].contains("Local/104@from-queue/n") && texts[1].contains("Interface: PJSIP/104\r\n"), "{texts:?}");
    for (at, (what, _)) in actions.into_iter().enumerate() {
        desk.orders.sent(what, Ok(format!("b{at}")));
    }
    assert_eq!(desk.hears("Response: Success | ActionID: b0"), [Step::Accepted, Step::Done]);
    assert!(desk.hears("Response: Error | ActionID: b1 | Message: Interface not found").is_empty());
    assert!(desk.orders.open.is_empty());
}

fn dialled(number: &str) -> Wish {
    let Wish::Originate(mut originate) = call("200") else { unreachable!() };
    originate.then = Then::Number(number.into());
    Wish::Originate(originate)
}

#[test]
fn what_was_dialled_does_not_reach_special_extensions() {
    for number in ["h", "s", "i", "t", "a", "reception", "1h", "1.2", "1-2", "_X", "", "1\r\nX: y"] {
        let mut desk = Desk::new("PJSIP/{extension}");
        assert!(desk.asks(dialled(number)).is_empty(), "{number}");
        assert_eq!(code(&desk.told()), "bad_number", "{number}");
        let Wish::Originate(mut outside) = dialled("104") else { unreachable!() };
        outside.first = First::Outside { number: number.into(), trunk: None };
        assert!(desk.asks(Wish::Originate(outside)).is_empty(), "{number}");
        assert_eq!(code(&desk.told()), "bad_number", "{number}");
    }
    for number in ["*8", "#104", "+74952293042"] {
        let lines = Desk::new("PJSIP/{extension}").asks(dialled(number));
        for line in ["Context: from-internal".into(), format!("Exten: {number}"), "Priority: 1".into()] {
            assert!(lines.contains(&line), "{line} in {lines:?}");
        }
    }
    let names = vec!["reception".to_owned()];
    let mut orders = Orders::new(OrderSettings { names, ..OrderSettings::default() }, "r-7".into());
    let mut desk = Desk::new("PJSIP/{extension}");
    orders.relist(desk.now);
    desk.orders = orders;
    assert!(desk.asks(dialled("reception")).contains(&"Exten: reception".to_owned()), "the settings know it");
    // What settings say goes where they say.
    assert!(desk.asks(call("s")).contains(&"Exten: s".to_owned()));
}

#[test]
fn a_pbx_of_many_clients_names_a_telephone_with_a_star() {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.hears("Event: Newchannel | Channel: PJSIP/3515*106-02 | ChannelState: 0 | Uniqueid: u2 | Linkedid: u1");
    desk.hears("Event: Newstate | Channel: PJSIP/3515*106-02 | ChannelState: 5 | Uniqueid: u2 | Linkedid: u1");
    let on = Device { extension: "3515*104".into(), ..device() };
    let lines = desk.asks(Wish::PickUp { extension: "106".into(), on });
    for line in ["Channel: PJSIP/3515*104", "Data: PJSIP/3515*106-02"] {
        assert!(lines.contains(&line.to_owned()), "{line} in {lines:?}");
    }
}

#[test]
fn a_telephone_that_is_off_is_no_line_that_is_down() {
    for (number, expected) in [("110", "far_not_registered"), ("89161234567", "trunk_down")] {
        let mut desk = Desk::new("PJSIP/{extension}");
        desk.asks(dialled(number));
        desk.hears(&format!("Event: Newstate | ChannelState: 6 | {OURS}"));
        assert_eq!(code(&desk.hears(&format!("Event: Hangup | Cause: 20 | {OURS}"))), expected);
    }
}

#[test]
fn settings_that_no_order_could_carry_are_known_before() {
    let fits =
        || OrderSettings { recordings: Some("/rec/".into()), trunk: Some("out".into()), ..OrderSettings::default() };
    assert_eq!(fits().unfit(), None);
    let caller_id = |name: &str, number: &str| Some(CallerId { name: name.into(), number: number.into() });
    for (settings, key) in [
        (OrderSettings { channel: "PJSIP/{extension},x".into(), ..fits() }, "channel"),
        (OrderSettings { trunk_channel: "PJSIP/{number}@{line}".into(), ..fits() }, "trunk_channel"),
        (OrderSettings { trunk: Some("o ut".into()), ..fits() }, "trunk"),
        (OrderSettings { context: "from internal".into(), ..fits() }, "context"),
        (OrderSettings { account: Some("a\nb".into()), ..fits() }, "account"),
        (OrderSettings { variables: vec![("A".into(), "b,c".into())], ..fits() }, "variables"),
        (OrderSettings { variables: vec![("A".into(), "\"b\"".into())], ..fits() }, "variables"),
        (OrderSettings { caller_id: caller_id("X", "+7 495 1"), ..fits() }, "caller_id"),
        (OrderSettings { caller_id: caller_id("\"X", "1"), ..fits() }, "caller_id"),
        (OrderSettings { recordings: Some("/rec&/etc".into()), ..fits() }, "recordings"),
    ] {
        assert_eq!(settings.unfit(), Some(key), "{settings:?}");
    }
}
