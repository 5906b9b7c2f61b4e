//! How far a sound is from repeating itself.

use std::ops::RangeInclusive;

/// Finds the lag at which a sound matches itself best. Keeps its memory from one search to the next.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pitch {
    coarse: Vec<f32>,
}

/// A lag in samples and how well it fits: the normalized correlation, 1.0 for a perfect repetition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fit {
    pub(crate) lag: usize,
    pub(crate) correlation: f32,
}

impl Pitch {
    /// Compares the first `window` samples with those `lag` later, for all lags in the range. Searches at a third of
    /// the cost or less by averaging down to about 8 kHz, then around the best at full rate.
    pub(crate) fn search(&mut self, sound: &[f32], rate: u32, lags: RangeInclusive<usize>, window: usize) -> Fit {
        let factor = (rate / 8_000).max(1) as usize;
        self.coarse.clear();
        self.coarse.extend(sound.chunks_exact(factor).map(|part| part.iter().sum::<f32>()));
        let coarse = best(&self.coarse, lags.start() / factor..=lags.end() / factor, window / factor);
        if factor == 1 {
            return coarse;
        }
        let about = coarse.lag * factor;
        let fine = about.saturating_sub(factor).max(*lags.start())..=(about + factor).min(*lags.end());
        best(sound, fine, window)
    }
}

fn best(sound: &[f32], lags: RangeInclusive<usize>, window: usize) -> Fit {
    let template = sound.get(..window).unwrap_or(&[]);
    let own = energy(template);
    let mut best = Fit { lag: *lags.end(), correlation: 0.0 };
    for lag in lags {
        let Some(later) = sound.get(lag..lag + window) else { break };
        let product: f32 = dot(template, later);
        let correlation = product / (own * energy(later) + 1e-9).sqrt();
        if correlation > best.correlation {
            best = Fit { lag, correlation };
        }
    }
    best
}

fn energy(sound: &[f32]) -> f32 {
    dot(sound, sound)
}

/// Eight sums side by side, so that the compiler may use vector instructions.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0f32; 8];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}
