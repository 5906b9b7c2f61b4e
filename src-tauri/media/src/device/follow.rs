//! Follows a clock that is nearly ours: a resampler for ratios within a percent of one, at a tenth of the cost of a general
//! one.
//!
//! Each output sample lies between two inputs and is taken from the cubic through both that has their slopes, the slopes
//! by central differences of fourth order (six points, Hermite). At 48 kHz the error of a sine is below −60 dB up to
//! 3.4 kHz and below −40 dB up to 7 kHz: less than any codec's.

use crate::{BLOCK, Block};

/// Inputs around a position: two before, three after.
const POINTS: usize = 6;
/// Most that a block can become.
pub(super) const MOST: usize = BLOCK + BLOCK / 64;

/// See the module.
#[derive(Debug)]
pub(super) struct Follower {
    /// What was left of the last block, then this block.
    input: [f32; BLOCK + 2 * POINTS],
    held: usize,
    /// Of the next output, in inputs from the third one held.
    position: f64,
    output: [f32; MOST],
}

impl Follower {
    pub(super) fn new() -> Follower {
        Follower { input: [0.0; BLOCK + 2 * POINTS], held: POINTS - 1, position: 0.0, output: [0.0; MOST] }
    }

    /// Makes about `ratio` outputs of each input.
    pub(super) fn process(&mut self, block: &Block, ratio: f64) -> &[f32] {
        let end = self.held + BLOCK;
        if let Some(room) = self.input.get_mut(self.held..end) {
            room.copy_from_slice(block);
        }
        let input = self.input.get(..end).unwrap_or_default();
        let step = 1.0 / ratio;
        let mut made = 0;
        for output in &mut self.output {
            let Some(around) = input.get(self.position as usize..).and_then(<[f32]>::first_chunk) else { break };
            *output = between(around, self.position.fract() as f32);
            self.position += step;
            made += 1;
        }
        // The next window begins here; five inputs at most are left of it.
        let used = (self.position as usize).min(end);
        self.position -= used as f64;
        self.input.copy_within(used..end, 0);
        self.held = end - used;
        self.output.get(..made).unwrap_or_default()
    }
}

/// The value at `x` between the third and the fourth point.
fn between(&[a, b, c, d, e, f]: &[f32; POINTS], x: f32) -> f32 {
    let slope = (a - e) / 12.0 + (d - b) * (2.0 / 3.0);
    let square = b * 1.25 - c * (7.0 / 3.0) + d * (5.0 / 3.0) - e * 0.5 + f / 12.0 - a / 6.0;
    let cube = (a - f) / 12.0 + (e - b) * (7.0 / 12.0) + (c - d) * (4.0 / 3.0);
    ((cube * x + square) * x + slope) * x + c
}
