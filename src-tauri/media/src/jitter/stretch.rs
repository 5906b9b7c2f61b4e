//! Playing faster or slower without changing the pitch: a period more or less, where it is heard least (WSOLA).

use super::line::Line;
use crate::{noise::rms, pitch::Pitch};

/// Finds where a sound repeats itself, and takes out or puts in one repetition.
#[derive(Debug)]
pub(super) struct Stretch {
    rate: u32,
    pitch: Pitch,
}

impl Stretch {
    pub(super) fn new(rate: u32) -> Stretch {
        Stretch { rate, pitch: Pitch::default() }
    }

    /// Ready samples that a search needs: two of the longest periods.
    pub(super) fn window(&self) -> usize {
        self.ms(LONGEST_MS) * 2
    }

    /// Takes out at most `most` samples and tells how many. `hurry` (0 to 1) lowers the standard of a good match.
    pub(super) fn shorten(&mut self, line: &mut Line, most: usize, floor: f32, hurry: f32) -> usize {
        let count = self.period(line, most, floor, hurry);
        if count > 0 {
            line.remove(0, count);
        }
        count
    }

    /// Puts in at most `most` samples and tells how many.
    pub(super) fn lengthen(&mut self, line: &mut Line, most: usize, floor: f32, hurry: f32) -> usize {
        let count = self.period(line, most, floor, hurry);
        if count > 0 {
            line.repeat(count);
        }
        count
    }

    /// How many samples may go or come, 0 for none. In a pause any number will do.
    fn period(&mut self, line: &Line, most: usize, floor: f32, hurry: f32) -> usize {
        let shortest = self.ms(5) / 2;
        let longest = self.ms(LONGEST_MS).min(most);
        let ready = line.ready_sound();
        if longest < shortest || ready.len() < self.window() {
            return 0;
        }
        let level = rms(&ready[..longest * 2]);
        if level < (floor * 2.0).max(INAUDIBLE) {
            return longest;
        }
        let fit = self.pitch.search(ready, self.rate, shortest..=longest, self.ms(8));
        if fit.correlation > GOOD - hurry.clamp(0.0, 1.0) * (GOOD - BEARABLE) { fit.lag } else { 0 }
    }

    fn ms(&self, ms: usize) -> usize {
        self.rate as usize * ms / 1000
    }
}

const LONGEST_MS: usize = 15;
/// −66 dBFS.
const INAUDIBLE: f32 = 0.0005;
const GOOD: f32 = 0.9;
const BEARABLE: f32 = 0.4;

#[cfg(test)]
mod tests;
