//! Sound over good and bad networks.

use std::time::Instant;

use media::{CodecKind, Statistics};

use crate::kit::{CODECS, Call, Network, config, level_db, voice};

/// What B counts after A talked for so long.
fn after(call: &mut Call, ms: u64) -> Statistics {
    call.talk(ms, voice);
    call.b.stream.statistics(call.now())
}

#[test]
fn a_clean_network_costs_one_frame_of_delay_and_nothing_is_invented() {
    for codec in CODECS {
        let mut call = Call::new(codec);
        let statistics = after(&mut call, 20_000);
        assert_eq!((statistics.lost, statistics.late, statistics.concealed_ms), (0, 0, 0), "{codec:?}");
        assert_eq!((statistics.accelerated_ms, statistics.expanded_ms), (0, 0), "{codec:?}");
        assert!(statistics.jitter_buffer_ms < 25.0, "{codec:?}: {} ms", statistics.jitter_buffer_ms);
        assert!(statistics.mos > 4.2, "{codec:?}: {}", statistics.mos);
    }
}

#[test]
fn what_is_heard_is_as_loud_as_what_was_said() {
    for codec in CODECS {
        let mut call = Call::new(codec);
        call.talk(10_000, |n| (n as f32 * 0.13).sin() * 0.25);
        let level = level_db(&call.b.heard[96_000..]);
        let said = 20.0 * (0.25 / std::f64::consts::SQRT_2).log10();
        assert!((level - said).abs() < 0.3, "{codec:?}: {level} dBFS instead of {said}");
    }
}

#[test]
fn jitter_is_absorbed() {
    for codec in CODECS {
        let network = Network { jitter_ms: 60.0, ..Network::perfect() }.seeded(3);
        let mut call = Call::new(codec).network(network);
        call.talk(10_000, voice);
        let before = call.b.stream.statistics(call.now());
        let statistics = after(&mut call, 30_000);
        let invented = statistics.concealed_ms - before.concealed_ms;
        assert!(invented < 300, "{codec:?}: {invented} ms invented in 30 s");
        assert!((50.0..110.0).contains(&statistics.jitter_buffer_ms), "{codec:?}: {} ms", statistics.jitter_buffer_ms);
        assert_eq!(statistics.lost, 0);
    }
}

#[test]
fn the_delay_comes_back_after_a_burst() {
    for codec in CODECS {
        let mut call = Call::new(codec);
        let before = after(&mut call, 5_000).jitter_buffer_ms;
        call.there.delay_ms += 150.0;
        call.talk(200, voice);
        call.there.delay_ms -= 150.0;
        call.talk(15_000, voice);
        let statistics = call.b.stream.statistics(call.now());
        assert!(statistics.jitter_buffer_ms < before + 12.0, "{codec:?}: {} ms", statistics.jitter_buffer_ms);
    }
}

#[test]
fn an_outage_of_seconds_is_not_played_back_in_a_hurry() {
    for codec in CODECS {
        let mut call = Call::new(codec);
        call.talk(3_000, voice);
        call.there.delay_ms += 2_000.0;
        call.talk(100, voice);
        call.there.delay_ms -= 2_000.0;
        let statistics = after(&mut call, 6_000);
        assert!(statistics.jitter_buffer_ms < 60.0, "{codec:?}: {} ms", statistics.jitter_buffer_ms);
    }
}

#[test]
fn loss_is_concealed_and_counted() {
    for codec in CODECS {
        let network = Network { loss: 0.1, burst: 1.5, ..Network::perfect() }.seeded(9);
        let mut call = Call::new(codec).network(network);
        let statistics = after(&mut call, 30_000);
        assert!((100..220).contains(&statistics.lost), "{codec:?}: {}", statistics.lost);
        assert!((4.0..18.0).contains(&statistics.loss_pct), "{codec:?}: {} %", statistics.loss_pct);
        let lost_ms = statistics.lost * 20;
        assert!(statistics.concealed_ms.abs_diff(lost_ms) < lost_ms / 5, "{codec:?}: {} ms", statistics.concealed_ms);
        assert!(statistics.jitter_buffer_ms < 60.0, "{codec:?}: {} ms", statistics.jitter_buffer_ms);
        assert!(statistics.mos < 4.2);
        let remote = call.a.stream.statistics(call.now()).remote_loss_pct.expect("a report");
        assert!((1.0..25.0).contains(&remote), "{codec:?}: {remote} %");
    }
}

#[test]
fn clocks_that_drift_apart_are_followed() {
    for codec in CODECS {
        for drift_ppm in [-200.0, 200.0] {
            let mut call = Call::new(codec);
            call.b.drift_ppm = drift_ppm;
            call.b.mute = true;
            let statistics = after(&mut call, 120_000);
            assert!(statistics.jitter_buffer_ms < 45.0, "{codec:?} {drift_ppm}: {} ms", statistics.jitter_buffer_ms);
            assert!(statistics.concealed_ms < 150, "{codec:?} {drift_ppm}: {} ms", statistics.concealed_ms);
        }
    }
}

#[test]
fn ten_minutes_pass_in_seconds() {
    for codec in CODECS {
        let network = Network { loss: 0.02, jitter_ms: 30.0, duplicates: 0.01, ..Network::perfect() }.seeded(5);
        let [mut a, b] = [1, 2].map(|ssrc| config(codec, ssrc));
        a.opus.complexity = 0;
        let mut call = Call::with(a, b).network(network);
        call.b.mute = true;
        let began = Instant::now();
        let statistics = after(&mut call, 600_000);
        assert!(began.elapsed().as_secs() < 60, "{codec:?} took {:?}", began.elapsed());
        assert!((29_000..30_001).contains(&(statistics.received + statistics.lost)), "{codec:?}: {statistics:?}");
        assert!(statistics.duplicates > 100);
        assert!(level_db(&call.b.heard) > -35.0);
        assert!(call.b.heard.iter().all(|sample| sample.abs() < 1.5), "{codec:?}: wild samples");
    }
}

#[test]
fn opus_recovers_single_losses_from_the_next_packet() {
    let error = |fec| {
        let [mut a, b] = [1, 2].map(|ssrc| config(CodecKind::Opus, ssrc));
        a.opus.fec = fec;
        let mut call = Call::with(a, b);
        call.there = Network { loss: 0.1, ..Network::perfect() }.seeded(11);
        call.talk(40_000, voice);
        // Short-time levels against what was said, at the delay that fits best.
        let levels = |sound: &[f32]| sound.chunks_exact(480).map(|part| level_db(part).max(-50.0)).collect::<Vec<_>>();
        let said: Vec<f32> = (0..40 * 48_000).map(voice).collect();
        let (said, heard) = (levels(&said), levels(&call.b.heard));
        (0..12)
            .map(|late| {
                said[2_000..3_900].iter().zip(&heard[2_000 + late..]).map(|(a, b)| (a - b).powi(2)).sum::<f64>()
            })
            .fold(f64::MAX, f64::min)
    };
    let (with, without) = (error(true), error(false));
    assert!(with < without * 0.9, "with {with}, without {without}");
}
