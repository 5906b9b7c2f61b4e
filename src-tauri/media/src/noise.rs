//! Comfort noise: the sound of a line that is not dead (RFC 3389).

/// A generator with the level and spectrum that the peer described, or a level measured here.
#[derive(Debug, Clone)]
pub(crate) struct Noise {
    random: u32,
    /// Root mean square, full scale 1.0.
    level: f32,
    reflections: [f32; MAX_ORDER],
    order: usize,
    memory: [f32; MAX_ORDER],
}

impl Noise {
    pub(crate) fn new(seed: u32) -> Noise {
        Noise { random: seed | 1, level: 0.0, reflections: [0.0; MAX_ORDER], order: 0, memory: [0.0; MAX_ORDER] }
    }

    /// Takes a comfort noise payload: a level in −dBov and reflection coefficients (RFC 3389 §3.1, §3.2).
    pub(crate) fn describe(&mut self, payload: &[u8]) {
        let Some((level, spectrum)) = payload.split_first() else { return };
        self.level = 10f32.powf(f32::from(level & 0x7f) / -20.0);
        self.order = spectrum.len().min(MAX_ORDER);
        for (reflection, &byte) in self.reflections.iter_mut().zip(spectrum) {
            *reflection = ((f32::from(byte) - 127.0) / 128.0).clamp(-0.98, 0.98);
        }
    }

    /// Plain noise of a level that was measured.
    pub(crate) fn set_level(&mut self, level: f32) {
        self.level = level;
        self.order = 1;
        // A background is rather dull than white.
        self.reflections[0] = -0.5;
    }

    /// The next sample.
    pub(crate) fn sample(&mut self) -> f32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        let white = (self.random as f32 / u32::MAX as f32 * 2.0 - 1.0) * UNIFORM_TO_RMS;
        let active = self.reflections.get(..self.order).unwrap_or(&[]);
        // The all-pole lattice amplifies by the inverse of this product.
        let gain = active.iter().map(|k| 1.0 - k * k).product::<f32>().sqrt();
        let mut forward = white * gain;
        for stage in (0..self.order).rev() {
            let (reflection, backward) = (self.reflections[stage], self.memory[stage]);
            forward -= reflection * backward;
            if let Some(next) = self.memory.get_mut(stage + 1) {
                *next = reflection * forward + backward;
            }
        }
        self.memory[0] = forward;
        forward * self.level
    }
}

/// The level of the background, from the quietest moments of the last seconds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Floor {
    level: f32,
}

impl Floor {
    /// Takes note of one frame of real sound.
    pub(crate) fn hear(&mut self, sound: &[f32]) {
        let level = rms(sound);
        // Down at once, up by 3 dB per second of 20 ms frames.
        self.level =
            if self.level == 0.0 { level.min(HIGHEST) } else { level.min(self.level * 1.007).clamp(1e-5, HIGHEST) };
    }

    /// Root mean square.
    pub(crate) fn level(&self) -> f32 {
        self.level
    }
}

/// Root mean square.
pub(crate) fn rms(sound: &[f32]) -> f32 {
    (sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len().max(1) as f32).sqrt()
}

const MAX_ORDER: usize = 12;
/// A uniform distribution in ±1 has a root mean square of 1/√3.
const UNIFORM_TO_RMS: f32 = 1.732_050_8;
/// Louder than −46 dBFS is no background.
const HIGHEST: f32 = 0.005;

#[cfg(test)]
mod tests;
