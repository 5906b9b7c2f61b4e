//! What PBXs and phones really send, in their own shapes.

use super::*;

/// Codec, payload type, telephone-event, port, RTCP port, direction of ours, ms.
type Expected = (Codec, u8, Option<(u8, u32)>, u16, Option<u16>, Direction, u32);

/// A description, and what must come out.
struct Shape {
    name: &'static str,
    lines: &'static [&'static str],
    expect: Expected,
}

const BOTH: Direction = Direction::SendRecv;

#[rustfmt::skip]
const SHAPES: &[Shape] = &[
    Shape { name: "Asterisk, chan_pjsip", expect: (Codec::Pcma, 8, Some((101, 8_000)), 15_060, Some(15_061), BOTH, 20), lines: &[
        "m=audio 15060 RTP/AVP 8 0 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16", "a=ptime:20", "a=maxptime:140", "a=sendrecv"] },
    Shape { name: "Asterisk with Opus and two telephone-events", expect: (Codec::Opus, 107, Some((102, 48_000)), 15_062, Some(15_063), BOTH, 20), lines: &[
        "m=audio 15062 RTP/AVP 107 9 101 102", "a=rtpmap:107 opus/48000/2", "a=fmtp:107 useinbandfec=1", "a=rtpmap:9 G722/8000",
        "a=rtpmap:101 telephone-event/8000", "a=rtpmap:102 telephone-event/48000", "a=ptime:20", "a=maxptime:60"] },
    Shape { name: "Asterisk, chan_sip with silenceSupp", expect: (Codec::Pcmu, 0, Some((101, 8_000)), 18_000, Some(18_001), BOTH, 20), lines: &[
        "m=audio 18000 RTP/AVP 0 3 101", "a=rtpmap:0 PCMU/8000", "a=rtpmap:3 GSM/8000", "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16", "a=silenceSupp:off - - - -", "a=ptime:20", "a=sendrecv"] },
    Shape { name: "FreeSWITCH, rtcp line with address", expect: (Codec::Pcma, 8, Some((101, 8_000)), 21_000, Some(21_001), BOTH, 20), lines: &[
        "m=audio 21000 RTP/AVP 8 101 13", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-16",
        "a=rtpmap:13 CN/8000", "a=ptime:20", "a=rtcp:21001 IN IP4 198.51.100.1"] },
    Shape { name: "FreeSWITCH, Opus first at 116", expect: (Codec::Opus, 116, Some((97, 48_000)), 21_002, Some(21_003), BOTH, 20), lines: &[
        "m=audio 21002 RTP/AVP 116 9 0 8 97 101", "a=rtpmap:116 opus/48000/2", "a=fmtp:116 useinbandfec=1; maxaveragebitrate=30000; maxplaybackrate=48000; ptime=20; minptime=10; maxptime=40",
        "a=rtpmap:97 telephone-event/48000", "a=rtpmap:101 telephone-event/8000", "a=ptime:20"] },
    Shape { name: "FreeSWITCH holding in the session part", expect: (Codec::Pcmu, 0, None, 21_004, Some(21_005), Direction::RecvOnly, 20), lines: &[
        "a=sendonly", "m=audio 21004 RTP/AVP 0"] },
    Shape { name: "CUCM with G.722, G.729 and telephone-event", expect: (Codec::G722, 9, Some((101, 8_000)), 24_580, Some(24_581), BOTH, 20), lines: &[
        "b=TIAS:64000", "b=AS:64", "m=audio 24580 RTP/AVP 9 18 101", "b=TIAS:64000", "a=rtpmap:9 G722/8000", "a=ptime:20",
        "a=rtpmap:18 G729/8000", "a=fmtp:18 annexb=no", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"] },
    Shape { name: "CUCM holding without an address", expect: (Codec::Pcmu, 0, None, 24_582, Some(24_583), Direction::Inactive, 20), lines: &[
        "m=audio 24582 RTP/AVP 0", "c=IN IP4 0.0.0.0", "a=rtpmap:0 PCMU/8000", "a=ptime:20", "a=inactive"] },
    Shape { name: "3CX, lower-case names", expect: (Codec::Pcmu, 0, Some((101, 8_000)), 7_000, Some(7_001), BOTH, 20), lines: &[
        "m=audio 7000 RTP/AVP 0 8 101", "a=rtpmap:0 pcmu/8000", "a=rtpmap:8 pcma/8000", "a=rtpmap:101 Telephone-Event/8000", "a=sendrecv"] },
    Shape { name: "Yealink, ptime 30", expect: (Codec::Pcma, 8, Some((101, 8_000)), 11_780, Some(11_781), BOTH, 30), lines: &[
        "m=audio 11780 RTP/AVP 8 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:30", "a=sendrecv"] },
    Shape { name: "Polycom, dynamic number for a static codec", expect: (Codec::Pcmu, 110, Some((127, 8_000)), 2_222, Some(2_223), BOTH, 20), lines: &[
        "m=audio 2222 RTP/AVP 110 127", "a=rtpmap:110 PCMU/8000", "a=rtpmap:127 telephone-event/8000"] },
    Shape { name: "Grandstream, static codecs without rtpmap", expect: (Codec::Pcma, 8, None, 5_004, Some(5_005), BOTH, 20), lines: &[
        "m=audio 5004 RTP/AVP 8 0"] },
    Shape { name: "Kamailio with rtpengine, rtcp-mux and ICE", expect: (Codec::Pcmu, 0, Some((101, 8_000)), 30_000, Some(30_000), BOTH, 20), lines: &[
        "m=audio 30000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/8000", "a=rtcp:30001", "a=rtcp-mux", "a=ice-ufrag:abcd", "a=ice-pwd:0123456789",
        "a=candidate:1 1 UDP 2130706431 198.51.100.1 30000 typ host"] },
    Shape { name: "AVPF with feedback attributes", expect: (Codec::Opus, 111, Some((110, 48_000)), 9_000, Some(9_001), BOTH, 20), lines: &[
        "m=audio 9000 RTP/AVPF 111 110", "a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc", "a=rtpmap:110 telephone-event/48000"] },
    Shape { name: "the address on the stream", expect: (Codec::Pcmu, 0, None, 6_000, Some(6_001), BOTH, 20), lines: &[
        "m=audio 6000 RTP/AVP 0", "c=IN IP4 198.51.100.77/127"] },
    Shape { name: "rtcp elsewhere", expect: (Codec::Pcmu, 0, None, 6_002, Some(53_020), BOTH, 20), lines: &[
        "m=audio 6002 RTP/AVP 0", "a=rtcp:53020"] },
    Shape { name: "maxptime below our packet", expect: (Codec::Pcmu, 0, None, 6_004, Some(6_005), BOTH, 10), lines: &[
        "m=audio 6004 RTP/AVP 0", "a=maxptime:10"] },
    Shape { name: "a ptime nobody sends", expect: (Codec::Pcmu, 0, None, 6_006, Some(6_007), BOTH, 20), lines: &[
        "m=audio 6006 RTP/AVP 0", "a=ptime:0"] },
    Shape { name: "unknown codecs first", expect: (Codec::Pcma, 8, None, 6_008, Some(6_009), BOTH, 20), lines: &[
        "m=audio 6008 RTP/AVP 98 99 8", "a=rtpmap:98 AMR-WB/16000", "a=rtpmap:99 speex/16000"] },
    Shape { name: "an rtpmap that outdoes a static number", expect: (Codec::Pcma, 8, None, 6_010, Some(6_011), BOTH, 20), lines: &[
        "m=audio 6010 RTP/AVP 0 8", "a=rtpmap:0 L16/44100"] },
    Shape { name: "recvonly: music for the peer alone", expect: (Codec::Pcmu, 0, None, 6_012, Some(6_013), Direction::SendOnly, 20), lines: &[
        "m=audio 6012 RTP/AVP 0", "a=recvonly"] },
    Shape { name: "no port left for RTCP", expect: (Codec::Pcmu, 0, None, 65_535, None, BOTH, 20), lines: &[
        "m=audio 65535 RTP/AVP 0"] },
    Shape { name: "attributes of tomorrow", expect: (Codec::Pcmu, 0, None, 6_014, Some(6_015), BOTH, 20), lines: &[
        "a=tool:pbx 9.9", "a=msid-semantic: WMS *", "z=0 0", "m=audio 6014 RTP/AVP 0", "a=quantum", "a=:", "x=what"] },
    Shape { name: "blanks in an rtpmap", expect: (Codec::Opus, 96, None, 6_016, Some(6_017), BOTH, 20), lines: &[
        "m=audio 6016 RTP/AVP 96", "a=rtpmap:96  opus/48000/2 "] },
];

#[test]
fn the_shapes_of_pbxs_are_read_as_meant() {
    for shape in SHAPES {
        let (_, agreed) = phone().answer(&body(shape.lines), Direction::SendRecv).expect(shape.name);
        let dtmf = agreed.dtmf.map(|(number, _, rate)| (number, rate));
        let rtcp = agreed.rtcp.map(|rtcp| rtcp.port());
        let seen = (
            agreed.codec,
            agreed.send_payload_type,
            dtmf,
            agreed.remote.port(),
            rtcp,
            agreed.direction,
            agreed.ptime_ms,
        );
        assert_eq!(seen, shape.expect, "{}", shape.name);
    }
}

#[test]
fn the_same_shapes_are_understood_as_answers() {
    for shape in SHAPES {
        let mut alice = phone();
        alice.offer(Direction::SendRecv);
        let agreed = alice.accept(&body(shape.lines)).expect(shape.name);
        assert_eq!((agreed.codec, agreed.send_payload_type), (shape.expect.0, shape.expect.1), "{}", shape.name);
        assert_eq!(agreed.receive_payload_type, agreed.codec.payload_type(), "{}: what we offered", shape.name);
    }
}

#[test]
fn line_feeds_alone_latin_1_and_missing_lines_do_no_harm() {
    let bare = b"v=0\no=- 1 1 IN IP4 198.51.100.1\ns=-\nc=IN IP4 198.51.100.1\nt=0 0\nm=audio 4000 RTP/AVP 0\n";
    let latin = b"v=0\r\no=J\xf6rg 1 1 IN IP4 198.51.100.1\r\ns=Anruf f\xfcr Sie\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
    let nameless = b"v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\nc=IN IP4 198.51.100.1\r\nm=audio 4000 RTP/AVP 0\r\n";
    let ipv6 =
        b"v=0\r\no=- 1 1 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP6 2001:db8::1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
    for bytes in [&bare[..], latin, nameless, ipv6] {
        let (_, agreed) = phone().answer(bytes, Direction::SendRecv).expect("an answer");
        assert_eq!(agreed.remote.port(), 4000, "{}", String::from_utf8_lossy(bytes));
    }
}
