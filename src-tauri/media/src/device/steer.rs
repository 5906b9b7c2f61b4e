//! Keeps a speaker's queue at its level although the speaker's clock is not the microphone's.
//!
//! ```text
//!   block ─► converter (ratio ±0.5 %) ─► queue ─► device
//!                ▲                         │ level at each block
//!                └─ steady ◄── smoothed ◄──┘
//! ```
//!
//! The level that is aimed at grows by 5 ms whenever the device ran dry, and shrinks by 1 ms a minute while it does not:
//! so each machine finds the shortest queue that it can hold.

use rubato::{
    Adjustable, Async, FixedAsync, Resampler, SincInterpolationParameters, WindowFunction,
    audioadapter_buffers::direct::SequentialSlice,
};

use super::{DeviceError, follow::Follower};
use crate::{BLOCK, Block};

const RATE: f64 = 48_000.0;
/// How far the ratio may leave the nominal one: far above real crystals (100 ppm), far below what an ear hears.
const REACH: f64 = 0.005;
/// Full reach at 10 ms off the mark.
const GAIN: f64 = REACH / 0.010;
/// Of a block in the smoothed level: half a second.
const SMOOTHING: f64 = 0.02;
/// Aimed at just before a block is queued, at first and at most.
const FIRST_TARGET: f64 = 0.008;
const LAST_TARGET: f64 = 0.080;
const RAISE: f64 = 0.005;
const LOWER: f64 = 0.001;
/// Blocks without an underrun before the target is lowered.
const CALM: u32 = 6_000;
/// Above the target by this much, for a while or at once, we have stalled and hurried: blocks are left out.
const SURPLUS: f64 = 0.015;
const EXCESS: f64 = 0.060;

/// See the module. Levels are in samples of the device's rate.
pub(super) struct Steer {
    converter: Converter,
    rate: f64,
    target: f64,
    floor: f64,
    smoothed: f64,
    ratio: f64,
    calm: u32,
    primed: bool,
}

impl std::fmt::Debug for Steer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Steer").field("rate", &self.rate).field("target", &self.target).finish_non_exhaustive()
    }
}

/// What to queue for one block.
#[derive(Debug, PartialEq)]
pub(super) struct Share<'a> {
    /// Silence first, to fill the queue of a device that has just started or ran dry.
    pub(super) silence: usize,
    /// Then these.
    pub(super) samples: &'a [f32],
}

impl Steer {
    /// For a device of `rate` Hz that takes `period` samples at once.
    pub(super) fn new(rate: u32, period: usize) -> Result<Steer, DeviceError> {
        let rate = f64::from(rate);
        let converter = Converter::new(rate / RATE)?;
        // A device that takes more than a block at once must find more than a block.
        let floor = FIRST_TARGET.max(period as f64 / rate - 0.002) * rate;
        Ok(Steer { converter, rate, target: floor, floor, smoothed: floor, ratio: 1.0, calm: 0, primed: false })
    }

    /// Converts a block for a queue that holds `queued` samples; `dry` says that it ran empty since the last block.
    pub(super) fn convert(&mut self, block: &Block, queued: usize, dry: bool) -> Share<'_> {
        let silence = self.prime(queued, dry);
        self.follow(queued + silence);
        if queued as f64 > self.target + EXCESS * self.rate {
            return Share { silence: 0, samples: &[] };
        }
        if self.smoothed > self.target + SURPLUS * self.rate {
            self.smoothed -= self.rate / 100.0;
            return Share { silence: 0, samples: &[] };
        }
        Share { silence, samples: self.converter.process(block, self.ratio) }
    }

    /// The level aimed at, in seconds.
    pub(super) fn target_seconds(&self) -> f64 {
        self.target / self.rate
    }

    fn prime(&mut self, queued: usize, dry: bool) -> usize {
        if self.primed && !dry {
            self.calm += 1;
            if self.calm == CALM {
                self.calm = 0;
                self.target = (self.target - LOWER * self.rate).max(self.floor);
            }
            return 0;
        }
        if self.primed {
            self.target = (self.target + RAISE * self.rate).min(LAST_TARGET.max(self.floor / self.rate) * self.rate);
        }
        self.primed = true;
        self.calm = 0;
        self.smoothed = self.target;
        (self.target as usize).saturating_sub(queued)
    }

    fn follow(&mut self, level: usize) {
        self.smoothed += (level as f64 - self.smoothed) * SMOOTHING;
        let error = (self.smoothed - self.target) / self.rate;
        self.ratio = 1.0 - (error * GAIN).clamp(-REACH, REACH);
    }
}

/// From 48 kHz to the device's rate, or a little off.
enum Converter {
    Same(Box<Follower>),
    Other { resampler: Box<Async<f32>>, output: Vec<f32> },
}

impl Converter {
    fn new(ratio: f64) -> Result<Converter, DeviceError> {
        if (ratio - 1.0).abs() < f64::EPSILON {
            return Ok(Converter::Same(Box::new(Follower::new())));
        }
        let resampler = Box::new(resampler(ratio, FixedAsync::Input)?);
        let output = vec![0.0; resampler.output_frames_max()];
        Ok(Converter::Other { resampler, output })
    }

    fn process(&mut self, block: &Block, ratio: f64) -> &[f32] {
        match self {
            Converter::Same(follower) => follower.process(block, ratio),
            Converter::Other { resampler, output } => {
                // Refuses only ratios out of reach.
                resampler.set_resample_ratio_relative(ratio, true).ok();
                let made = resample(resampler, block, output);
                output.get(..made).unwrap_or_default()
            }
        }
    }
}

fn resample(resampler: &mut Async<f32>, block: &Block, output: &mut [f32]) -> usize {
    let frames = output.len();
    let Ok(input) = SequentialSlice::new(block.as_slice(), 1, BLOCK) else { return 0 };
    let Ok(mut output) = SequentialSlice::new_mut(output, 1, frames) else { return 0 };
    resampler.process_into_buffer(&input, &mut output, None).map_or(0, |(_, made)| made)
}

/// A resampler of 10 ms blocks whose ratio can be steered.
pub(super) fn resampler(ratio: f64, fixed: FixedAsync) -> Result<Async<f32>, DeviceError> {
    let sinc = SincInterpolationParameters::new(64, WindowFunction::BlackmanHarris2);
    Async::new_sinc(ratio, 1.0 + 2.0 * REACH, &sinc, BLOCK, 1, fixed)
        .map_err(|error| DeviceError::Refused(error.to_string()))
}
