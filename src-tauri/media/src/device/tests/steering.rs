//! The queue of a speaker whose crystal is not the microphone's, in virtual time.

use super::super::{
    follow::Follower,
    steer::{Share, Steer},
};
use crate::BLOCK;

/// A speaker that takes `period` samples at once and is `ppm` fast.
struct Speaker {
    queued: f64,
    period: f64,
    pace: f64,
    owed: f64,
    dry: bool,
    underruns: u32,
}

impl Speaker {
    fn new(rate: f64, period: f64, ppm: f64) -> Speaker {
        Speaker { queued: 0.0, period, pace: rate / 100.0 * (1.0 + ppm * 1e-6), owed: 0.0, dry: false, underruns: 0 }
    }

    fn give(&mut self, share: &Share<'_>) {
        self.queued += (share.silence + share.samples.len()) as f64;
    }

    /// 10 ms go by.
    fn play(&mut self) {
        self.owed += self.pace;
        while self.owed >= self.period {
            self.owed -= self.period;
            if self.queued < self.period {
                self.dry = true;
                self.underruns += 1;
            }
            self.queued = (self.queued - self.period).max(0.0);
        }
    }
}

/// Runs for some seconds; the levels just before each block of the last ten.
fn run(steer: &mut Steer, speaker: &mut Speaker, seconds: usize) -> Vec<f64> {
    let block = [0.1; BLOCK];
    let mut levels = Vec::new();
    for tick in 0..seconds * 100 {
        let dry = std::mem::take(&mut speaker.dry);
        if tick + 1_000 >= seconds * 100 {
            levels.push(speaker.queued);
        }
        speaker.give(&steer.convert(&block, speaker.queued as usize, dry));
        speaker.play();
    }
    levels
}

#[test]
fn a_drifting_speaker_keeps_its_level_for_ten_minutes() {
    for ppm in [-300.0, 0.0, 300.0] {
        let mut steer = Steer::new(48_000, 480).expect("a resampler");
        let mut speaker = Speaker::new(48_000.0, 480.0, ppm);
        let levels = run(&mut steer, &mut speaker, 600);
        assert!(speaker.underruns <= 2, "{ppm} ppm: {} underruns", speaker.underruns);
        let mean = levels.iter().sum::<f64>() / levels.len() as f64;
        let target = steer.target_seconds() * 48_000.0;
        assert!((mean - target).abs() < 240.0, "{ppm} ppm: {mean} for {target}");
    }
}

#[test]
fn a_speaker_of_another_rate_is_fed_at_its_rate() {
    let mut steer = Steer::new(44_100, 441).expect("a resampler");
    let mut speaker = Speaker::new(44_100.0, 441.0, 50.0);
    run(&mut steer, &mut speaker, 60);
    assert!(speaker.underruns <= 2, "{} underruns", speaker.underruns);
}

#[test]
fn a_greedy_speaker_teaches_a_longer_queue() {
    let mut steer = Steer::new(48_000, 480).expect("a resampler");
    let first = steer.target_seconds();
    let mut speaker = Speaker::new(48_000.0, 1_920.0, 0.0);
    run(&mut steer, &mut speaker, 60);
    assert!(steer.target_seconds() > first);
    let before = speaker.underruns;
    run(&mut steer, &mut speaker, 60);
    assert_eq!(speaker.underruns, before, "learnt");
}

#[test]
fn after_a_stall_blocks_are_left_out_until_the_queue_is_short_again() {
    let mut steer = Steer::new(48_000, 480).expect("a resampler");
    let block = [0.1; BLOCK];
    steer.convert(&block, 0, false);
    assert!(steer.convert(&block, 48_000 / 5, false).samples.is_empty());
    assert!(!steer.convert(&block, 480, false).samples.is_empty());
}

#[test]
fn a_queue_that_began_too_long_is_short_within_seconds() {
    let mut steer = Steer::new(48_000, 480).expect("a resampler");
    let mut speaker = Speaker::new(48_000.0, 480.0, 0.0);
    run(&mut steer, &mut speaker, 1);
    speaker.queued += 48_000.0 * 0.050;
    let levels = run(&mut steer, &mut speaker, 3);
    let last = levels.last().expect("levels") / 48_000.0;
    assert!(last < steer.target_seconds() + 0.012, "{last} s");
    assert_eq!(speaker.underruns, 0);
}

/// How far, in dB, a sine that was stretched by `ratio` is from the sine that it should be.
fn purity(hertz: f64, ratio: f64) -> f64 {
    let mut follower = Follower::new();
    let sine = |n: f64, pitch: f64| (n * pitch * std::f64::consts::TAU / 48_000.0).sin();
    let mut made = Vec::new();
    for start in (0..48_000).step_by(BLOCK) {
        let block = std::array::from_fn(|n| sine((start + n) as f64, hertz) as f32);
        made.extend_from_slice(follower.process(&block, ratio));
    }
    assert!((made.len() as f64 - 48_000.0 * ratio).abs() < 8.0, "{} samples", made.len());
    // Three samples of silence lie before the first.
    let wrong = made.iter().enumerate().skip(100).map(|(n, made)| {
        let error = f64::from(*made) - sine(n as f64 / ratio - 3.0, hertz);
        error * error
    });
    let mean = wrong.sum::<f64>() / (made.len() - 100) as f64;
    -10.0 * (mean * 2.0).log10()
}

#[test]
fn following_leaves_voice_as_it_is() {
    for ratio in [0.995, 0.9999, 1.0, 1.0001, 1.005] {
        assert!(purity(300.0, ratio) > 90.0, "{ratio}: {}", purity(300.0, ratio));
        assert!(purity(3_400.0, ratio) > 60.0, "{ratio}: {}", purity(3_400.0, ratio));
        assert!(purity(7_000.0, ratio) > 40.0, "{ratio}: {}", purity(7_000.0, ratio));
    }
}
