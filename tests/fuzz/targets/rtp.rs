//! Packets from a stranger into a running stream: the first byte says which codec, then each packet has a length byte, a
//! byte of time, and whether it is RTP or RTCP.
#![no_main]

use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use media::{BLOCK, CodecKind, Dtmf, Stream, StreamConfig};

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, mut rest)) = bytes.split_first() else { return };
    let codec = [CodecKind::Opus, CodecKind::G722, CodecKind::Pcmu, CodecKind::Pcma][usize::from(kind % 4)];
    let mut now = Instant::now();
    let config = StreamConfig {
        codec,
        receive_payload_type: kind >> 1,
        dtmf: Some(Dtmf { send_pt: 101, receive_pt: 101, clock: 8000 }),
        ..StreamConfig::default()
    };
    let Ok(mut stream) = Stream::new(config, now) else { return };
    let mut block = [0.0; BLOCK];
    while let [length, time, tail @ ..] = rest {
        let (packet, tail) = tail.split_at(usize::from(*length).min(tail.len()));
        rest = tail;
        now += Duration::from_millis(u64::from(time >> 1));
        if time & 1 == 0 {
            stream.receive_rtp(packet, now);
        } else {
            stream.receive_rtcp(packet, now);
        }
        stream.play(&mut block, now);
        assert!(block.iter().all(|sample| sample.is_finite() && sample.abs() <= 4.0), "what is heard stays in bounds");
        while stream.poll_digit().is_some() {}
    }
    let _ = stream.statistics(now);
});
