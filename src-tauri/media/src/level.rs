//! How loud a block is.

use crate::Block;

/// Nothing is quieter than this, in dBFS.
pub const SILENCE: f32 = -96.0;

/// Root mean square of a block, in dB of a full-scale sine's (so that a full-scale sine is 0 dBFS), from [`SILENCE`] up.
pub fn dbfs(block: &Block) -> f32 {
    let energy: f32 = block.iter().map(|sample| sample * sample).sum::<f32>() * (2.0 / block.len() as f32);
    (10.0 * energy.max(f32::MIN_POSITIVE).log10()).max(SILENCE)
}

/// A meter's needle: rises at once, falls by 20 dB a second, as PPM meters do.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    level: f32,
}

impl Meter {
    /// Fall per block of 10 ms.
    const FALL: f32 = 0.2;

    /// At rest.
    pub fn new() -> Meter {
        Meter { level: SILENCE }
    }

    /// Looks at one more block.
    pub fn feed(&mut self, block: &Block) {
        self.level = dbfs(block).max(self.level - Meter::FALL).max(SILENCE);
    }

    /// Where the needle stands, in dBFS.
    pub fn level(&self) -> f32 {
        self.level
    }
}

impl Default for Meter {
    fn default() -> Meter {
        Meter::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BLOCK;

    fn sine(amplitude: f32) -> Block {
        std::array::from_fn(|n| amplitude * (n as f32 * std::f32::consts::TAU / 48.0).sin())
    }

    #[test]
    fn a_full_sine_is_zero_and_nothing_is_minus_96() {
        assert!(dbfs(&sine(1.0)).abs() < 0.01);
        assert!((dbfs(&sine(0.1)) + 20.0).abs() < 0.01);
        assert_eq!(dbfs(&[0.0; BLOCK]), SILENCE);
    }

    #[test]
    fn the_needle_jumps_up_and_sinks_slowly() {
        let mut meter = Meter::new();
        meter.feed(&sine(1.0));
        assert!(meter.level().abs() < 0.01);
        for _ in 0..100 {
            meter.feed(&[0.0; BLOCK]);
        }
        assert!((meter.level() + 20.0).abs() < 0.1, "{}", meter.level());
    }
}
