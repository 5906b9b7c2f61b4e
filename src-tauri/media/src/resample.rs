//! Between 48 kHz and a codec's rate: linear-phase polyphase filters, computed when made.
//!
//! | between | flat to | −70 dB from | delay, one way | cost per 10 ms, one way |
//! |---|---|---|---|---|
//! | 48 and 16 kHz | 7.0 kHz | 9.0 kHz | 1.1 ms | 4.2 µs |
//! | 48 and 8 kHz | 3.4 kHz | 4.6 kHz | 1.8 ms | 3.6 µs |
//!
//! Aliases fall only between the end of the flat part and half of the lower rate, where the codecs and telephone
//! networks filter anyway; that is what buys the short delay.

use std::f64::consts::PI;

use crate::{BLOCK, Block, pitch::dot};

/// From 48 kHz down to a lower rate.
#[derive(Debug, Clone)]
pub struct Down {
    taps: Vec<f32>,
    factor: usize,
    line: Vec<f32>,
}

impl Down {
    /// Towards 8000 or 16 000 samples per second; any other divisor of 48 000 works as well.
    pub fn new(rate: u32) -> Down {
        let (taps, factor) = design(rate);
        Down { line: vec![0.0; taps.len() - 1 + BLOCK], taps, factor }
    }

    /// 10 ms: appends `BLOCK / factor` samples.
    pub fn process(&mut self, block: &Block, sound: &mut Vec<f32>) {
        let past = self.taps.len() - 1;
        self.line[past..].copy_from_slice(block);
        sound.extend(self.line.windows(self.taps.len()).step_by(self.factor).map(|window| dot(window, &self.taps)));
        self.line.copy_within(BLOCK.., 0);
    }
}

/// From a lower rate up to 48 kHz.
#[derive(Debug, Clone)]
pub struct Up {
    /// One short filter for each of the `factor` samples made of one.
    phases: Vec<Vec<f32>>,
    line: Vec<f32>,
}

impl Up {
    /// From 8000 or 16 000 samples per second; any other divisor of 48 000 works as well.
    pub fn new(rate: u32) -> Up {
        let (taps, factor) = design(rate);
        let gain = factor as f32;
        // Windows run forwards in time, so each phase is kept backwards; the whole filter is symmetric.
        let phases: Vec<Vec<f32>> = (0..factor)
            .map(|phase| taps.iter().skip(phase).step_by(factor).rev().map(|tap| tap * gain).collect())
            .collect();
        let past = phases[0].len() - 1;
        Up { phases, line: vec![0.0; past + BLOCK / factor] }
    }

    /// 10 ms: `sound` has `BLOCK / factor` samples.
    pub fn process(&mut self, sound: &[f32], block: &mut Block) {
        let factor = self.phases.len();
        let fresh = BLOCK / factor;
        let past = self.line.len() - fresh;
        self.line[past..].copy_from_slice(&sound[..fresh]);
        let windows = self.line.windows(past + 1);
        for (window, made) in windows.zip(block.chunks_exact_mut(factor)) {
            for (sample, phase) in made.iter_mut().zip(&self.phases) {
                *sample = dot(window, phase);
            }
        }
        self.line.copy_within(fresh.., 0);
    }
}

/// A Kaiser-windowed sinc with unit gain: its taps, a multiple of the factor in number, and the factor.
fn design(rate: u32) -> (Vec<f32>, usize) {
    let factor = (48_000 / rate) as usize;
    let half = f64::from(rate) / 2.0;
    let transition = if rate <= 8_000 { 0.3 * half } else { 0.25 * half } / 48_000.0;
    let length = ((ATTENUATION_DB - 7.95) / (14.36 * transition)).ceil() as usize;
    let length = length.next_multiple_of(factor);
    let beta = 0.1102 * (ATTENUATION_DB - 8.7);
    let middle = (length - 1) as f64 / 2.0;
    let cutoff = half / 48_000.0;
    let taps: Vec<f64> = (0..length)
        .map(|n| {
            let at = n as f64 - middle;
            sinc(2.0 * cutoff * at) * bessel(beta * (1.0 - (at / middle).powi(2)).max(0.0).sqrt())
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    (taps.iter().map(|tap| (tap / sum) as f32).collect(), factor)
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Modified Bessel function of the first kind, order zero.
fn bessel(x: f64) -> f64 {
    let terms = (1..40).scan(1.0, |term, k| {
        *term *= (x / 2.0 / f64::from(k)).powi(2);
        Some(*term)
    });
    1.0 + terms.sum::<f64>()
}

const ATTENUATION_DB: f64 = 72.0;

#[cfg(test)]
mod tests;
