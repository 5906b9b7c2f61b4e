//! What 10 ms of a call cost: both directions of one end, over a perfect network.

#![allow(missing_docs, reason = "criterion_group makes a function without any")]

use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use media::{BLOCK, CodecKind, OpusConfig, Stream, StreamConfig};

fn stream(codec: CodecKind, ssrc: u32, now: Instant) -> Stream {
    let config = StreamConfig {
        codec,
        send_payload_type: 96,
        receive_payload_type: 96,
        ptime_ms: 20,
        dtmf: None,
        ssrc,
        first_sequence: 1,
        first_timestamp: 1,
        cname: "bench".into(),
        opus: OpusConfig::default(),
    };
    Stream::new(config, now).expect("a valid configuration")
}

/// A stream that hears itself does the work of one end of a call.
fn one_end(criterion: &mut Criterion) {
    for codec in [CodecKind::Pcmu, CodecKind::Pcma, CodecKind::G722, CodecKind::Opus] {
        let mut now = Instant::now();
        let [mut this, mut that] = [1, 2].map(|ssrc| stream(codec, ssrc, now));
        let mut at = 0usize;
        let mut ear = [0.0; BLOCK];
        let mut wire: Vec<u8> = Vec::with_capacity(1500);
        criterion.bench_function(&format!("{codec:?}: capture and play 10 ms"), |bencher| {
            bencher.iter(|| {
                let mouth = std::array::from_fn(|n| (((at + n) % 377) as f32 / 377.0 - 0.5) * 0.2);
                at += BLOCK;
                this.capture(&mouth, now);
                while let Some(packet) = this.poll_packet() {
                    wire.clear();
                    wire.extend_from_slice(packet.bytes);
                    that.receive_rtp(&wire, now);
                }
                that.play(&mut ear, now);
                now += Duration::from_millis(10);
            });
        });
    }
}

criterion_group!(benches, one_end);
criterion_main!(benches);
