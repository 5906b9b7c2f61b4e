use super::{Action, Decoder, Incoming, MAX_HEADERS, MAX_LINE, MAX_MESSAGE, Message, Oversize, Unsendable};

fn message(headers: &[(&str, &str)]) -> Incoming {
    Incoming::Message(headers.iter().copied().collect())
}

/// A decoder that has been greeted.
fn greeted() -> Decoder {
    let mut decoder = Decoder::default();
    let banner = decoder.push(b"Asterisk Call Manager/11.0.0\r\n");
    assert_eq!(banner, [Incoming::Banner("Asterisk Call Manager/11.0.0".into())]);
    decoder
}

const CONVERSATION: &str = "Asterisk Call Manager/1.2\r\nResponse: Success\r\nActionID: a1\r\nMessage:  Authentication accepted\r\n\r\n\
    Event: Newstate\r\nConnectedLineName: \r\nConnectedLineName: second\r\n\r\n";

#[test]
fn bytes_may_be_cut_anywhere() {
    let expected = [
        Incoming::Banner("Asterisk Call Manager/1.2".into()),
        message(&[("Response", "Success"), ("ActionID", "a1"), ("Message", "Authentication accepted")]),
        message(&[("Event", "Newstate"), ("ConnectedLineName", ""), ("ConnectedLineName", "second")]),
    ];
    for size in 1..=CONVERSATION.len() {
        let mut decoder = Decoder::default();
        let read: Vec<Incoming> = CONVERSATION.as_bytes().chunks(size).flat_map(|bytes| decoder.push(bytes)).collect();
        assert_eq!(read, expected, "{size} bytes at a time");
    }
    let bare = CONVERSATION.replace('\r', "");
    assert_eq!(Decoder::default().push(bare.as_bytes()), expected);
}

#[test]
fn a_header_is_found_by_its_name_in_any_case() {
    let headers = [("Event", "X"), ("Variable", "a=1"), ("variable", "b=2"), ("Queue", ""), ("Exten", "<unknown>")];
    let message: Message = headers.into_iter().collect();
    assert_eq!(message.get("VARIABLE"), Some("a=1"));
    assert_eq!(message.all("Variable").collect::<Vec<_>>(), ["a=1", "b=2"]);
    assert_eq!((message.get("Queue"), message.text("Queue")), (Some(""), None));
    assert_eq!((message.get("Exten"), message.text("Exten")), (Some("<unknown>"), None));
    assert_eq!(message.get("Absent"), None);
}

#[test]
fn the_response_to_an_originate_is_an_event() {
    let message: Message = [("Event", "OriginateResponse"), ("Response", "Failure")].into_iter().collect();
    assert_eq!((message.event(), message.response()), (Some("OriginateResponse"), None));
}

#[test]
fn what_a_command_says_is_kept() {
    let text = "Response: Follows\r\nPrivilege: Command\r\nno colon here\n--END COMMAND--\r\n\r\nEvent: Next\r\n\r\n";
    let read = greeted().push(text.as_bytes());
    let follows =
        [("Response", "Follows"), ("Privilege", "Command"), ("Output", "no colon here"), ("Output", "--END COMMAND--")];
    assert_eq!(read, [message(&follows), message(&[("Event", "Next")])]);
}

#[test]
fn what_is_no_utf8_is_read_all_the_same() {
    assert_eq!(greeted().push(b"Name: A\xffB\r\n\r\n"), [message(&[("Name", "A\u{fffd}B")])]);
}

#[test]
fn what_is_too_long_is_dropped_and_the_rest_is_read() {
    let line = format!("Name: {}\r\n", "x".repeat(MAX_LINE));
    let table = [
        (line, Oversize::Line),
        ("A: b\r\n".repeat(MAX_HEADERS + 1), Oversize::Headers),
        (format!("Name: {}\r\n", "x".repeat(MAX_LINE - 10)).repeat(MAX_MESSAGE / MAX_LINE + 2), Oversize::Message),
    ];
    for (flood, oversize) in table {
        let mut decoder = greeted();
        let text = format!("Event: Lost\r\n{flood}More: of it\r\n\r\nEvent: Next\r\n\r\n");
        let read: Vec<Incoming> = text.as_bytes().chunks(1000).flat_map(|bytes| decoder.push(bytes)).collect();
        assert_eq!(read, [Incoming::Dropped(oversize), message(&[("Event", "Next")])]);
    }
}

#[test]
fn a_line_without_an_end_fills_no_memory() {
    let mut decoder = greeted();
    for _ in 0..1000 {
        assert_eq!(decoder.push(&[b'x'; 4096]), []);
        assert!(decoder.line.len() <= MAX_LINE && decoder.line.capacity() <= 2 * MAX_LINE);
    }
    assert_eq!(decoder.push(b"\r\n\r\n"), [Incoming::Dropped(Oversize::Line)]);
}

#[test]
fn an_action_is_written_with_its_id() {
    let action = Action::new("Originate").with("Channel", "PJSIP/104").with("Variable", "a=1").with("Variable", "b=2");
    let bytes = action.encode("r-1").expect("it can be written");
    let text = "Action: Originate\r\nActionID: r-1\r\nChannel: PJSIP/104\r\nVariable: a=1\r\nVariable: b=2\r\n\r\n";
    assert_eq!(String::from_utf8(bytes).expect("UTF-8"), text);
}

#[test]
fn a_line_break_is_refused() {
    for bad in ["104\r\nAction: Originate", "104\nX: y", "104\r", "104\0"] {
        let refused = Action::new("Login").with("Username", bad).encode("1");
        assert_eq!(refused, Err(Unsendable::Broken("Username".into())), "{bad:?}");
        assert!(Action::new("Login").with(bad, "x").encode("1").is_err(), "{bad:?}");
        assert!(Action::new("Login").encode(bad).is_err(), "{bad:?}");
    }
    for name in ["", "A:b"] {
        assert!(Action::new("Login").with(name, "x").encode("1").is_err(), "{name:?}");
    }
    let long = Action::new("Login").with("Secret", "x".repeat(2000)).encode("1");
    assert_eq!(long, Err(Unsendable::TooLong("Secret".into())));
}

#[test]
fn an_action_shows_no_secret() {
    let login = Action::new("Login").with("Username", "desk").with("Secret", "s3cret");
    assert_eq!(format!("{login:?}"), "Action(Login: Username, Secret)");
    let error = Action::new("Login").with("Secret", "s3\ncret").encode("1").expect_err("a line break");
    assert!(!format!("{error} {error:?}").contains("s3"), "{error:?}");
}
