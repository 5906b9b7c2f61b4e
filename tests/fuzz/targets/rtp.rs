//! Any bytes as the packets of a call's sound. Each packet is `length, milliseconds until it comes, bytes`; the first byte of
//! the input chooses the codec. Packets that begin like RTCP go there.
#![no_main]

use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use media::{BLOCK, CodecKind, Dtmf, OpusConfig, Stream, StreamConfig};

const CODECS: [CodecKind; 4] = [CodecKind::Opus, CodecKind::G722, CodecKind::Pcmu, CodecKind::Pcma];

fuzz_target!(|bytes: &[u8]| {
    let Some((&codec, mut rest)) = bytes.split_first() else { return };
    let mut now = Instant::now();
    let mut stream = Stream::new(config(CODECS[usize::from(codec) % CODECS.len()]), now).expect("a stream");
    while let [length, wait, tail @ ..] = rest {
        let (packet, tail) = tail.split_at(usize::from(*length).min(tail.len()));
        rest = tail;
        match packet.get(1) {
            Some(192..=223) => stream.receive_rtcp(packet, now),
            _ => drop(stream.receive_rtp(packet, now)),
        }
        for _ in 0..(*wait).min(20) / 10 {
            now += Duration::from_millis(10);
            let mut block = [0.0; BLOCK];
            stream.play(&mut block, now);
            assert!(block.iter().all(|sample| sample.is_finite()), "sound is made of numbers");
        }
        while stream.poll_packet().is_some() {}
        while stream.poll_digit().is_some() {}
    }
    let _ = stream.statistics(now);
});

fn config(codec: CodecKind) -> StreamConfig {
    let clock = if codec == CodecKind::Opus { 48_000 } else { 8_000 };
    StreamConfig {
        codec,
        send_payload_type: 0,
        receive_payload_type: 0,
        ptime_ms: 20,
        dtmf: Some(Dtmf { send_pt: 101, receive_pt: 101, clock }),
        ssrc: 1,
        first_sequence: 0,
        first_timestamp: 0,
        cname: "fuzz".into(),
        opus: OpusConfig::default(),
    }
}
