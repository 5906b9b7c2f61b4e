//! Sound in place of lost packets for codecs that bring none of their own (G.711, G.722).
//!
//! The last pitch period is repeated, from 20 ms on two of them, from 40 ms on three, so that a long vowel does not
//! turn into a buzz (the idea of G.711 appendix I, without its delay; growing sooner, as there, costs 0.05 PESQ). It
//! fades into the noise of the background:
//!
//! ```text
//!  1.0 ──────────╲
//!                  ╲  pitch             noise ______________
//!                    ╲____________    ╱
//!  0 ms     10 ............ 60
//! ```

use crate::{
    noise::{Noise, rms},
    pitch::Pitch,
};

/// Invents sound after some that was heard.
#[derive(Debug)]
pub(crate) struct Concealer {
    rate: u32,
    pitch: Pitch,
    noise: Noise,
    /// The last 50 ms of real sound, while concealing.
    past: Vec<f32>,
    reversed: Vec<f32>,
    lag: usize,
    /// How many periods are repeated, and where in them we are, counted from their beginning.
    periods: usize,
    at: usize,
    made: usize,
    /// The jump from the real sound to its repetition, fading.
    step: f32,
    voiced: f32,
}

impl Concealer {
    pub(crate) fn new(rate: u32, seed: u32) -> Concealer {
        let room = (rate as usize) * HISTORY_MS / 1000;
        Concealer {
            rate,
            pitch: Pitch::default(),
            noise: Noise::new(seed),
            past: Vec::with_capacity(room),
            reversed: Vec::with_capacity(room),
            lag: 0,
            periods: 0,
            at: 0,
            made: 0,
            step: 0.0,
            voiced: 0.0,
        }
    }

    /// Whether a loss is being concealed.
    pub(crate) fn active(&self) -> bool {
        self.periods > 0
    }

    /// Real sound again.
    pub(crate) fn reset(&mut self) {
        self.periods = 0;
        self.made = 0;
    }

    /// Appends `samples` to `sound`, whose end is the last that was heard. `floor` is the level of the background.
    pub(crate) fn conceal(&mut self, samples: usize, floor: f32, sound: &mut Vec<f32>) {
        if !self.active() {
            self.begin(sound, floor);
        }
        let growth = self.ms(20);
        for _ in 0..samples {
            let wanted = (self.made / growth + 1).min(3);
            if wanted > self.periods && (wanted + 1) * self.lag <= self.past.len() {
                self.periods = wanted;
                self.at += self.lag;
            }
            let repeated = self.repeated();
            let gain = self.gain();
            let noise = (1.0 - gain * gain).max(0.0).sqrt();
            sound.push(repeated * gain + self.noise.sample() * noise + self.step);
            self.step *= self.decay();
            self.made += 1;
        }
    }

    fn begin(&mut self, sound: &[f32], floor: f32) {
        let keep = self.ms(HISTORY_MS).min(sound.len());
        self.past.clear();
        self.past.resize(self.ms(HISTORY_MS) - keep, 0.0);
        self.past.extend_from_slice(&sound[sound.len() - keep..]);
        self.reversed.clear();
        self.reversed.extend(self.past.iter().rev());
        // 2.5 to 15 ms: voices of 66 to 400 Hz.
        let lags = self.ms(5) / 2..=self.ms(15);
        let window = self.ms(9);
        let fit = self.pitch.search(&self.reversed, self.rate, lags, window);
        self.lag = fit.lag.max(1);
        self.voiced = fit.correlation;
        self.noise.set_level(floor.min(rms(&self.past)));
        self.periods = 1;
        self.at = 0;
        self.made = 0;
        let end = self.past.len();
        self.step = self.past[end - 1] - self.past[end - 1 - self.lag];
    }

    /// The next sample of the repetition. At the end of the loop what came before its beginning is faded in.
    fn repeated(&mut self) -> f32 {
        let length = self.periods * self.lag;
        let start = self.past.len() - length;
        let fade = (self.lag / 4).max(1);
        let value = self.past[start + self.at];
        let into = (self.at + fade).saturating_sub(length) as f32 / fade as f32;
        let before = (start + self.at).checked_sub(length).map_or(value, |at| self.past[at]);
        self.at += 1;
        if self.at >= length {
            self.at = 0;
        }
        value * (1.0 - into) + before * into
    }

    /// Full for 10 ms, then down to nothing at 60 ms; noise-like sounds go sooner, they buzz when repeated.
    fn gain(&self) -> f32 {
        let ms = self.made as f32 * 1000.0 / self.rate as f32;
        let length = if self.voiced > 0.6 { 50.0 } else { 30.0 };
        (1.0 - (ms - 10.0).max(0.0) / length).max(0.0)
    }

    /// A quarter of a millisecond to half.
    fn decay(&self) -> f32 {
        if self.rate > 8_000 { 0.85 } else { 0.7 }
    }

    fn ms(&self, ms: usize) -> usize {
        self.rate as usize * ms / 1000
    }
}

/// Three of the longest periods and a fade.
const HISTORY_MS: usize = 50;

#[cfg(test)]
mod tests;
