use super::*;

fn frames(framer: &mut Framer) -> Vec<Frame> {
    std::iter::from_fn(|| framer.next()).collect()
}

const REGISTER: &[u8] = b"REGISTER sip:pbx SIP/2.0\r\nVia: SIP/2.0/TCP a\r\nl: 5\r\n\r\nhello";
const BYE: &[u8] = b"BYE sip:a@b SIP/2.0\r\nContent-Length : 0\r\n\r\n";

#[test]
fn messages_and_pings_come_apart_however_they_arrive() {
    let stream = [REGISTER, b"\r\n\r\n", BYE, b"\r\n", REGISTER].concat();
    let expected = vec![
        Frame::Message(REGISTER.to_vec()),
        Frame::Ping,
        Frame::Message(BYE.to_vec()),
        Frame::Pong,
        Frame::Message(REGISTER.to_vec()),
    ];
    for size in [1, 2, 3, 7, 40, stream.len()] {
        let mut framer = Framer::new();
        let mut seen = Vec::new();
        for chunk in stream.chunks(size) {
            framer.push(chunk);
            seen.extend(frames(&mut framer));
        }
        // A ping cut in two looks like two answers to ours: nobody can tell them apart.
        let pings = seen.iter().filter(|frame| matches!(frame, Frame::Ping | Frame::Pong)).count();
        assert!(pings == 2 || (pings == 3 && size < 4), "in chunks of {size}: {seen:?}");
        if pings == 2 {
            assert_eq!(seen, expected, "in chunks of {size}");
        }
        let messages = seen.iter().filter(|frame| matches!(frame, Frame::Message(_))).count();
        assert_eq!(messages, 3, "in chunks of {size}");
    }
}

#[test]
fn a_message_over_the_limit_is_passed_over_and_the_next_one_read() {
    let huge = format!("MESSAGE sip:a@b SIP/2.0\r\nContent-Length: {}\r\n\r\n", MAX_MESSAGE * 3);
    let mut framer = Framer::new();
    framer.push(huge.as_bytes());
    assert_eq!(framer.next(), None);
    for _ in 0..MAX_MESSAGE * 3 / 1024 {
        framer.push(&[b'x'; 1024]);
        let frame = framer.next();
        assert!(matches!(frame, None | Some(Frame::Skipped(_))), "{frame:?}");
    }
    framer.push(BYE);
    assert_eq!(framer.next(), Some(Frame::Message(BYE.to_vec())));
}

#[test]
fn a_bad_message_of_known_length_does_not_cost_the_connection() {
    let mut framer = Framer::new();
    framer.push(b"what is this\r\nContent-Length: 3\r\n\r\nabc");
    framer.push(BYE);
    let bad = framer.next();
    assert!(matches!(&bad, Some(Frame::Message(bytes)) if parse(bytes).is_err()), "{bad:?}");
    assert_eq!(framer.next(), Some(Frame::Message(BYE.to_vec())));
}

#[test]
fn lost_framing_is_said_once_and_holds_no_memory() {
    let lost = |bytes: &[u8]| {
        let mut framer = Framer::new();
        framer.push(bytes);
        let frame = framer.next();
        assert!(matches!(frame, Some(Frame::Lost(_))), "{frame:?}");
        framer.push(BYE);
        assert_eq!(framer.next(), None, "nothing comes after it");
    };
    lost(b"INVITE sip:a SIP/2.0\r\nContent-Length: 18446744073709551615\r\n\r\n");
    lost(b"INVITE sip:a SIP/2.0\r\nContent-Length: 99999999999999999999999\r\n\r\n");
    lost(b"INVITE sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n");
    lost(b"INVITE sip:a SIP/2.0\r\nContent-Length: 1\r\nl: 2\r\n\r\n");
    lost(b"INVITE sip:a SIP/2.0\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n");
    lost(&vec![b'a'; MAX_MESSAGE + 1]);
}
