//! A sound that is found again in a recording.

use std::f32::consts::TAU;

const RATE: usize = 48_000;
const LENGTH: usize = RATE * 60 / 1000;
/// The telephone band needs no more.
const STRIDE: usize = 4;

/// 60 ms rising from 350 to 3300 Hz.
pub(super) fn chirp() -> Vec<f32> {
    let length = LENGTH as f32;
    let sample = |n: usize| {
        let (n, seconds) = (n as f32, n as f32 / RATE as f32);
        let window = 0.5 - 0.5 * (TAU * n / length).cos();
        0.5 * window * (TAU * (350.0 + 2950.0 * 0.5 * n / length) * seconds).sin()
    };
    (0..LENGTH).map(sample).collect()
}

/// Where the probe begins in a recording, in samples, if it is there: correlation above 0.8.
pub(super) fn find(recording: &[f32]) -> Option<usize> {
    let probe: Vec<f32> = chirp().into_iter().step_by(STRIDE).collect();
    let sound: Vec<f32> = recording.iter().copied().step_by(STRIDE).collect();
    let energy = |samples: &[f32]| samples.iter().map(|sample| sample * sample).sum::<f32>();
    let own = energy(&probe);
    let likeness = |window: &[f32]| {
        let dot: f32 = window.iter().zip(&probe).map(|(a, b)| a * b).sum();
        dot / (own * energy(window).max(own / 100.0)).sqrt()
    };
    let best = sound.windows(probe.len()).map(likeness).enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
    best.filter(|(_, likeness)| *likeness > 0.8).map(|(place, _)| place * STRIDE)
}

#[test]
fn the_probe_is_found_where_it_is_and_nowhere_else() {
    let mut recording = vec![0.0; 5_000];
    recording.extend(chirp());
    recording.extend(vec![0.0; 5_000]);
    assert!(find(&recording).is_some_and(|place| place.abs_diff(5_000) <= STRIDE));
    recording.reverse();
    assert_eq!(find(&recording), None);
}
