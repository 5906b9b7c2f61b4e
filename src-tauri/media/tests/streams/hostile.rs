//! Bytes from a network can only be counted.

use std::time::{Duration, Instant};

use media::{BLOCK, Received, Stream};
use proptest::prelude::*;

use crate::kit::{CODECS, Call, config, level_db, voice};

#[test]
fn broken_headers_are_strangers() {
    let now = Instant::now();
    let mut stream = Stream::new(config(media::CodecKind::Pcmu, 1), now).expect("a valid configuration");
    let valid = [&[0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9][..], &[0xff; 160]].concat();
    for length in 0..=12 {
        assert_eq!(stream.receive_rtp(&valid[..length], now), Received::Stranger, "{length} bytes");
    }
    for (first, why) in [(0x40, "version 1"), (0xc0, "version 3"), (0x8f, "15 CSRCs do fit, no sound is left")] {
        let mut packet = valid[..72].to_vec();
        packet[0] = first;
        assert_eq!(stream.receive_rtp(&packet, now), Received::Stranger, "{why}");
    }
    let mut extension = valid.clone();
    extension[0] = 0x90;
    extension[14..16].copy_from_slice(&[0xff, 0xff]);
    assert_eq!(stream.receive_rtp(&extension, now), Received::Stranger, "an extension of 256 KiB");
    let mut padding = valid.clone();
    padding[0] = 0xa0;
    assert_eq!(stream.receive_rtp(&padding, now), Received::Stranger, "more padding than packet");
    let mut other = valid.clone();
    other[1] = 18;
    assert_eq!(stream.receive_rtp(&other, now), Received::Stranger, "another payload type");
    assert_eq!(stream.receive_rtp(&valid, now), Received::Accepted);
    assert_eq!(stream.statistics(now).received, 1);
}

#[test]
fn a_second_sender_cannot_take_a_living_stream_over() {
    let mut call = Call::new(media::CodecKind::Pcmu);
    call.talk(1_000, voice);
    for at in 0..100u16 {
        call.talk(20, voice);
        let mut forged = vec![0x80, 0];
        forged.extend(at.to_be_bytes());
        forged.extend((u32::from(at) * 160).to_be_bytes());
        forged.extend(0xbadu32.to_be_bytes());
        forged.extend([0x00; 160]);
        assert_eq!(call.b.stream.receive_rtp(&forged, call.now()), Received::Stranger);
    }
    assert!(level_db(&call.b.heard) < -15.0, "the forged packets are at full scale");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..60)) {
        for codec in CODECS {
            let start = Instant::now();
            let mut stream = Stream::new(config(codec, 1), start).expect("a valid configuration");
            for (at, bytes) in packets.iter().enumerate() {
                let now = start + Duration::from_millis(at as u64 * 7);
                stream.receive_rtp(bytes, now);
                stream.receive_rtcp(bytes, now);
                stream.play(&mut [0.0; BLOCK], now);
            }
        }
    }

    /// A valid header and a hostile rest: sequence and timestamp jump, the payload is noise.
    #[test]
    fn plausible_packets_never_panic(
        packets in prop::collection::vec(
            (any::<u16>(), any::<u32>(), 0u8..4, any::<bool>(), prop::collection::vec(any::<u8>(), 0..400), 0u64..3_000),
            1..120,
        ),
    ) {
        for codec in CODECS {
            let mut now = Instant::now();
            let config = config(codec, 1);
            let mut stream = Stream::new(config.clone(), now).expect("a valid configuration");
            for (sequence, timestamp, kind, near, payload, wait_ms) in &packets {
                let payload_type = [config.receive_payload_type, config.receive_payload_type, 13, 101][usize::from(*kind)];
                let (sequence, timestamp) = if *near { (sequence % 64, timestamp % 20_000) } else { (*sequence, *timestamp) };
                let mut packet = vec![0x80, payload_type];
                packet.extend(sequence.to_be_bytes());
                packet.extend(timestamp.to_be_bytes());
                packet.extend(1u32.to_be_bytes());
                packet.extend(payload);
                stream.receive_rtp(&packet, now);
                now += Duration::from_millis(if *near { 1 } else { *wait_ms });
                let mut block = [0.0; BLOCK];
                stream.play(&mut block, now);
                prop_assert!(block.iter().all(|sample| sample.is_finite()));
                stream.statistics(now);
            }
        }
    }

    /// RTCP with a valid beginning.
    #[test]
    fn plausible_reports_never_panic(kind in 200u8..=207, count in 0u8..32, words in 0u16..40, rest in prop::collection::vec(any::<u8>(), 0..200)) {
        let now = Instant::now();
        let mut stream = Stream::new(config(media::CodecKind::Pcmu, 1), now).expect("a valid configuration");
        let mut packet = vec![0x80 | count, kind];
        packet.extend(words.to_be_bytes());
        packet.extend(rest);
        stream.receive_rtcp(&packet, now);
    }
}
