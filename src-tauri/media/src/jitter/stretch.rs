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

    /// Ready samples that make the best of a search: two of the longest periods.
    pub(super) fn window(&self) -> usize {
        self.ms(LONGEST_MS) * 2
    }

    /// Takes out at most `most` samples and tells how many. `hurry` (0 to 1) lowers the standard of a good match.
    pub(super) fn shorten(&mut self, line: &mut Line, most: usize, floor: f32, hurry: f32) -> usize {
        let longest = self.ms(LONGEST_MS).min(most).min(line.ready() / 2);
        let count = self.period(line.ready_sound(), longest, self.ms(WINDOW_MS), floor, hurry);
        if count > 0 {
            line.remove(count);
        }
        count
    }

    /// Puts in at most `most` samples and tells how many. Looks back on what was played, so little has to be ready.
    pub(super) fn lengthen(&mut self, line: &mut Line, most: usize, floor: f32, hurry: f32) -> usize {
        let longest = self.ms(LONGEST_MS).min(most).min(line.ready());
        let window = self.ms(WINDOW_MS);
        let around = &line.sound[line.cursor - window..];
        let count = self.period(around, longest, window, floor, hurry);
        if count > 0 {
            line.repeat(count);
        }
        count
    }

    /// How many samples may go or come at the beginning of a sound, 0 for none. In a pause any number will do.
    fn period(&mut self, sound: &[f32], longest: usize, window: usize, floor: f32, hurry: f32) -> usize {
        let shortest = self.ms(5) / 2;
        if longest < shortest || sound.len() < longest + window {
            return 0;
        }
        let level = rms(&sound[..longest + window]);
        if level < (floor * 2.0).max(INAUDIBLE) {
            return longest;
        }
        let fit = self.pitch.search(sound, self.rate, shortest..=longest, window);
        if fit.correlation > GOOD - hurry.clamp(0.0, 1.0) * (GOOD - BEARABLE) { fit.lag } else { 0 }
    }

    fn ms(&self, ms: usize) -> usize {
        self.rate as usize * ms / 1000
    }
}

const LONGEST_MS: usize = 15;
/// What is compared: a period of all but the deepest voices.
const WINDOW_MS: usize = 10;
/// −66 dBFS.
const INAUDIBLE: f32 = 0.0005;
const GOOD: f32 = 0.9;
const BEARABLE: f32 = 0.4;

#[cfg(test)]
mod tests;
