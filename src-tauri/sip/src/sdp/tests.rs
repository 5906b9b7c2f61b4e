use std::net::{IpAddr, Ipv4Addr};

use super::*;

mod shapes;

fn local() -> Local {
    Local {
        address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10)),
        port: 40_000,
        codecs: Codec::ALL.to_vec(),
        direction: Direction::SendRecv,
        ptime_ms: 20,
        session_id: 77,
    }
}

fn phone() -> Negotiation {
    Negotiation::new(local())
}

fn text(body: &[u8]) -> String {
    String::from_utf8(body.to_vec()).expect("we write UTF-8")
}

/// A PBX's description: the usual head, and these lines.
fn body(lines: &[&str]) -> Vec<u8> {
    let head = "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n";
    lines.iter().fold(head.to_owned(), |body, line| body + line + "\r\n").into_bytes()
}

fn version(body: &[u8]) -> u64 {
    let body = text(body);
    let origin = body.lines().find_map(|line| line.strip_prefix("o=")).expect("an origin");
    origin.split(' ').nth(2).expect("a version").parse().expect("a number")
}

fn media_lines(body: &[u8]) -> Vec<String> {
    text(body).lines().filter(|line| line.starts_with("m=")).map(str::to_owned).collect()
}

#[test]
fn two_of_us_agree_on_opus() {
    let (mut alice, mut bob) = (phone(), phone());
    let offer = alice.offer(Direction::SendRecv);
    let (answer, heard) = bob.answer(&offer, Direction::SendRecv).expect("an answer");
    let agreed = alice.accept(&answer).expect("an agreement");
    for side in [&agreed, &heard] {
        assert_eq!((side.codec, side.send_payload_type, side.receive_payload_type), (Codec::Opus, 107, 107));
        assert_eq!(side.dtmf, Some((102, 102, 48_000)), "the clock of the codec");
        assert!(side.rtcp_mux && side.opus.use_inband_fec);
        assert_eq!(side.rtcp, Some(side.remote), "RTCP shares the port");
    }
}

#[test]
fn an_offer_is_short_and_complete() {
    let offer = text(&phone().offer(Direction::SendRecv));
    assert_eq!(
        offer,
        "v=0\r\no=- 77 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n\
         m=audio 40000 RTP/AVP 107 9 0 8 101 102\r\n\
         a=rtpmap:107 opus/48000/2\r\na=fmtp:107 useinbandfec=1\r\n\
         a=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n\
         a=rtpmap:102 telephone-event/48000\r\na=fmtp:102 0-16\r\n\
         a=ptime:20\r\na=sendrecv\r\na=rtcp-mux\r\n"
    );
}

#[test]
fn a_hold_and_a_return_raise_the_version_and_nothing_else_does() {
    let mut alice = phone();
    let first = alice.offer(Direction::SendRecv);
    assert_eq!(version(&first), 1);
    assert_eq!(version(&alice.offer(Direction::SendRecv)), 1, "the same again is not a change");
    let held = alice.offer(Direction::SendOnly);
    assert_eq!(version(&held), 2);
    assert!(text(&held).contains("a=sendonly\r\n"));
    assert_eq!(version(&alice.offer(Direction::SendRecv)), 3);
    alice.move_to(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 11)), 40_002);
    let moved = alice.offer(Direction::SendRecv);
    assert_eq!(version(&moved), 4, "another address is a change");
    assert!(text(&moved).contains("c=IN IP4 192.0.2.11\r\n"));
}

#[test]
fn the_four_ways_to_hold_us_are_understood() {
    let held = |lines: &[&str]| {
        let (answer, agreed) = phone().answer(&body(lines), Direction::SendRecv).expect("an answer");
        (agreed.direction, text(&answer).lines().rev().find_map(|line| Some(line.strip_prefix("a=")?.to_owned())))
    };
    let cases: [(&[&str], Direction, &str); 4] = [
        (&["m=audio 4000 RTP/AVP 8", "a=sendonly"], Direction::RecvOnly, "recvonly"),
        (&["m=audio 4000 RTP/AVP 8", "a=inactive"], Direction::Inactive, "inactive"),
        (&["a=sendonly", "m=audio 4000 RTP/AVP 8"], Direction::RecvOnly, "recvonly"),
        (&["m=audio 4000 RTP/AVP 8", "c=IN IP4 0.0.0.0"], Direction::RecvOnly, "recvonly"),
    ];
    for (lines, direction, attribute) in cases {
        assert_eq!(held(lines), (direction, Some(attribute.to_owned())), "{lines:?}");
    }
}

#[test]
fn both_sides_on_hold_is_inactive() {
    let mut alice = phone();
    alice.offer(Direction::SendOnly);
    let answer = body(&["m=audio 4000 RTP/AVP 8", "a=inactive"]);
    assert_eq!(alice.accept(&answer).expect("an agreement").direction, Direction::Inactive);
    let answer = body(&["m=audio 4000 RTP/AVP 8", "a=recvonly"]);
    assert_eq!(alice.accept(&answer).expect("an agreement").direction, Direction::SendOnly);
}

#[test]
fn video_and_fax_are_declined_in_their_places() {
    let offer = body(&[
        "m=video 5000 RTP/AVP 96",
        "a=rtpmap:96 H264/90000",
        "m=audio 4000 RTP/AVP 0",
        "m=image 4100 udptl t38",
    ]);
    let mut alice = phone();
    let (answer, _) = alice.answer(&offer, Direction::SendRecv).expect("an answer");
    let lines = ["m=video 0 RTP/AVP 96", "m=audio 40000 RTP/AVP 0", "m=image 0 udptl t38"];
    assert_eq!(media_lines(&answer), lines);
    let again = media_lines(&alice.offer(Direction::SendOnly));
    assert_eq!(again.len(), 3, "lines are never removed");
    assert!(again[1].starts_with("m=audio 40000 RTP/AVP ") && again[0] == lines[0] && again[2] == lines[2]);
}

#[test]
fn payload_numbers_keep_their_meaning_over_re_offers() {
    let offer =
        body(&["m=audio 4000 RTP/AVP 96 107", "a=rtpmap:96 opus/48000/2", "a=rtpmap:107 telephone-event/48000"]);
    let mut alice = phone();
    let (_, agreed) = alice.answer(&offer, Direction::SendRecv).expect("an answer");
    assert_eq!((agreed.send_payload_type, agreed.dtmf), (96, Some((107, 107, 48_000))));
    let offered = text(&alice.offer(Direction::SendOnly));
    assert!(offered.contains("a=rtpmap:96 opus/48000/2\r\n"), "the peer's number for Opus stays: {offered}");
    assert!(offered.contains("a=rtpmap:107 telephone-event/48000\r\n"), "{offered}");
}

#[test]
fn each_side_sends_with_the_numbers_of_the_other() {
    let mut alice = phone();
    alice.offer(Direction::SendRecv);
    let answer =
        body(&["m=audio 4000 RTP/AVP 120 121", "a=rtpmap:120 OPUS/48000/2", "a=rtpmap:121 telephone-event/8000"]);
    let agreed = alice.accept(&answer).expect("an agreement");
    assert_eq!((agreed.send_payload_type, agreed.receive_payload_type), (120, 107));
    assert_eq!(agreed.dtmf, Some((121, 101, 8_000)), "8000 Hz beside Opus is taken where nothing else is said");
}

#[test]
fn what_cannot_be_agreed_on_says_so() {
    let refusal = |bytes: &[u8]| phone().answer(bytes, Direction::SendRecv).expect_err("a refusal");
    assert_eq!(refusal(b"hello"), SdpError::Unreadable);
    assert_eq!(refusal(&body(&["m=audio 4000 RTP/AVP 18", "a=rtpmap:18 G729/8000"])), SdpError::NothingInCommon);
    assert_eq!(refusal(&body(&["m=audio 0 RTP/AVP 0"])), SdpError::NothingInCommon);
    assert_eq!(refusal(&body(&["m=audio 4000 RTP/SAVP 0"])), SdpError::NothingInCommon);
    assert_eq!(refusal(&body(&[])), SdpError::NothingInCommon);
    let endless = vec!["m=audio 4000 RTP/AVP 0"; 1000];
    assert_eq!(refusal(&body(&endless)), SdpError::Unreadable);
}

#[test]
fn the_plain_stream_is_taken_where_an_encrypted_one_is_offered_too() {
    let offer =
        body(&["m=audio 4000 RTP/SAVP 8", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x", "m=audio 4002 RTP/AVP 8"]);
    let (answer, agreed) = phone().answer(&offer, Direction::SendRecv).expect("an answer");
    assert_eq!(agreed.remote.port(), 4002);
    assert_eq!(media_lines(&answer), ["m=audio 0 RTP/SAVP 8", "m=audio 40000 RTP/AVP 8"]);
}
