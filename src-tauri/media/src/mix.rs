//! Several voices in one block.

use crate::Block;

/// Samples below this pass as they are; above it they are bent towards full scale.
const KNEE: f32 = 0.7;

/// Adds `voice` to `sum`. Sums may exceed full scale until [`limit`] has bent them back.
pub fn add(sum: &mut Block, voice: &Block) {
    for (sum, voice) in sum.iter_mut().zip(voice) {
        *sum += voice;
    }
}

/// Adds `voice` at `gain`.
pub fn add_scaled(sum: &mut Block, voice: &Block, gain: f32) {
    for (sum, voice) in sum.iter_mut().zip(voice) {
        *sum += voice * gain;
    }
}

/// Bends what is louder than the knee smoothly below full scale; leaves the rest as it is, to the bit.
pub fn limit(block: &mut Block) {
    for sample in block.iter_mut().filter(|sample| sample.abs() > KNEE) {
        let over = (sample.abs() - KNEE) / (1.0 - KNEE);
        *sample = (KNEE + (1.0 - KNEE) * over.tanh()).copysign(*sample);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BLOCK;

    #[test]
    fn quiet_sums_pass_untouched() {
        let mut sum = [0.2; BLOCK];
        add(&mut sum, &[0.25; BLOCK]);
        let before = sum;
        limit(&mut sum);
        assert_eq!(sum, before);
    }

    #[test]
    fn loud_sums_stay_in_range_and_in_order() {
        let mut sum: Block = std::array::from_fn(|n| n as f32 / 100.0 - 2.4);
        limit(&mut sum);
        assert!(sum.iter().all(|sample| sample.abs() <= 1.0));
        assert!(sum.is_sorted());
    }

    #[test]
    fn a_gain_of_half_is_half() {
        let mut sum = [0.0; BLOCK];
        add_scaled(&mut sum, &[0.5; BLOCK], 0.5);
        assert_eq!(sum, [0.25; BLOCK]);
    }
}
