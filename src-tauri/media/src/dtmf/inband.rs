//! Tones (ITU-T Q.23): one of four low and one of four high frequencies.

use std::f32::consts::TAU;

use crate::{BLOCK, Block};

/// Two oscillators that keep their phase from block to block.
#[derive(Debug, Default)]
pub(crate) struct Tones {
    phases: [f32; 2],
}

impl Tones {
    /// Fills 10 ms with the tones of an event code.
    pub(crate) fn fill(&mut self, code: u8, block: &mut Block) {
        let place = PLACES[usize::from(code & 15)];
        let steps = [LOW[place >> 2], HIGH[place & 3]].map(|hertz| TAU * hertz / (BLOCK as f32 * 100.0));
        for sample in block {
            *sample = self.phases[0].sin() * LOW_AMPLITUDE + self.phases[1].sin() * HIGH_AMPLITUDE;
            for (phase, step) in self.phases.iter_mut().zip(steps) {
                *phase = (*phase + step) % TAU;
            }
        }
    }

    /// The next key begins at phase zero, without a click.
    pub(crate) fn rest(&mut self) {
        self.phases = [0.0; 2];
    }
}

/// Row times four plus column of each event code.
const PLACES: [usize; 16] = [13, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 14, 3, 7, 11, 15];
const LOW: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
const HIGH: [f32; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
/// −8 and −6 dBm0, where 3.14 dBm0 is full scale.
const LOW_AMPLITUDE: f32 = 0.277;
const HIGH_AMPLITUDE: f32 = 0.349;
