//! ADPCM of one band: an adaptive quantizer around an adaptive predictor with two poles and six zeros (§3 to §6 of the
//! recommendation, whose block names are given in the comments).

/// Quantizer and predictor of one band. `encode` and `decode` move the state alike.
#[derive(Debug, Clone)]
pub(super) struct Band {
    /// Step size, logarithmic and linear.
    log_step: i32,
    step: i32,
    predictor: Predictor,
}

impl Band {
    pub(super) fn low() -> Band {
        Band { log_step: 0, step: 32, predictor: Predictor::default() }
    }

    pub(super) fn high() -> Band {
        Band { log_step: 0, step: 8, predictor: Predictor::default() }
    }

    /// QUANTL: six bits for the difference to the prediction.
    pub(super) fn encode_low(&mut self, sample: i32) -> u8 {
        let difference = saturate(sample - self.predictor.prediction);
        let magnitude = if difference < 0 { !difference } else { difference };
        let level = LOW_DECISIONS.iter().take_while(|&&at| magnitude >= (at * self.step) >> 12).count() as u8;
        let code = match (difference < 0, level) {
            (false, _) => 61 - level,
            (true, 0 | 1) => 63 - level,
            (true, _) => 33 - level,
        };
        self.adapt_low(code);
        code
    }

    /// INVQBL and LIMIT: the sample of a code, 15 bits. All six bits sound, but only four move the state, as fewer may
    /// arrive when a network steals bits.
    pub(super) fn decode_low(&mut self, code: u8) -> i32 {
        let difference = (self.step * LOW_FINE[usize::from(code & 0x3f)]) >> 15;
        let sample = (self.predictor.prediction + difference).clamp(-16384, 16383);
        self.adapt_low(code);
        sample
    }

    fn adapt_low(&mut self, code: u8) {
        let coarse = usize::from(code >> 2 & 0x0f);
        self.predictor.update((self.step * LOW_COARSE[coarse]) >> 15);
        self.rescale(LOW_LOG[coarse], 18432, 8);
    }

    /// QUANTH: two bits.
    pub(super) fn encode_high(&mut self, sample: i32) -> u8 {
        let difference = saturate(sample - self.predictor.prediction);
        let magnitude = if difference < 0 { !difference } else { difference };
        let loud = magnitude >= (564 * self.step) >> 12;
        let code = match (difference < 0, loud) {
            (false, false) => 3,
            (false, true) => 2,
            (true, false) => 1,
            (true, true) => 0,
        };
        self.adapt_high(code);
        code
    }

    /// INVQAH and LIMIT.
    pub(super) fn decode_high(&mut self, code: u8) -> i32 {
        let difference = (self.step * HIGH[usize::from(code & 3)]) >> 15;
        let sample = (self.predictor.prediction + difference).clamp(-16384, 16383);
        self.adapt_high(code);
        sample
    }

    fn adapt_high(&mut self, code: u8) {
        let code = usize::from(code & 3);
        self.predictor.update((self.step * HIGH[code]) >> 15);
        self.rescale(HIGH_LOG[code], 22528, 10);
    }

    /// LOGSCL and SCALEL, LOGSCH and SCALEH: a leaky sum of logarithms, and its exponential by table.
    fn rescale(&mut self, log_gain: i32, log_limit: i32, exponent: i32) {
        self.log_step = (((self.log_step * 127) >> 7) + log_gain).clamp(0, log_limit);
        let mantissa = EXPONENTIAL[(self.log_step >> 6 & 31) as usize];
        self.step = match exponent - (self.log_step >> 11) {
            shift @ 0.. => mantissa >> shift << 2,
            shift => mantissa << -shift << 2,
        };
    }
}

/// Two poles over the reconstructed signal, six zeros over the quantized differences; newest first.
#[derive(Debug, Clone, Default)]
struct Predictor {
    prediction: i32,
    zeros_part: i32,
    poles: [i32; 2],
    zeros: [i32; 6],
    signals: [i32; 2],
    differences: [i32; 6],
    /// Difference plus the zeros' part, whose signs steer the poles.
    partials: [i32; 2],
}

impl Predictor {
    fn update(&mut self, difference: i32) {
        let signal = saturate(self.prediction + difference);
        let partial = saturate(self.zeros_part + difference);
        self.adapt_poles(partial);
        self.adapt_zeros(difference);
        self.signals = [signal, self.signals[0]];
        self.partials = [partial, self.partials[0]];
        self.differences.copy_within(..5, 1);
        self.differences[0] = difference;
        self.predict();
    }

    /// UPPOL2 and UPPOL1: sign-sign gradient with leakage, kept inside the triangle of stability.
    fn adapt_poles(&mut self, partial: i32) {
        let same = self.partials.map(|past| (past < 0) == (partial < 0));
        let first = saturate(self.poles[0] << 2);
        let first = if same[0] { (-first).min(32767) } else { first };
        let second = (first >> 7) + if same[1] { 128 } else { -128 } + ((self.poles[1] * 32512) >> 15);
        let second = second.clamp(-12288, 12288);
        let limit = saturate(15360 - second);
        let first = saturate(if same[0] { 192 } else { -192 } + ((self.poles[0] * 32640) >> 15));
        self.poles = [first.clamp(-limit, limit), second];
    }

    /// UPZERO.
    fn adapt_zeros(&mut self, difference: i32) {
        let pull = if difference == 0 { 0 } else { 128 };
        for (zero, past) in self.zeros.iter_mut().zip(self.differences) {
            let pull = if (past < 0) == (difference < 0) { pull } else { -pull };
            *zero = saturate(pull + ((*zero * 32640) >> 15));
        }
    }

    /// FILTEP, FILTEZ and PREDIC.
    fn predict(&mut self) {
        let filter = |taps: &[i32], past: &[i32]| -> i32 {
            taps.iter().zip(past).map(|(tap, past)| (tap * saturate(past * 2)) >> 15).sum()
        };
        self.zeros_part = saturate(filter(&self.zeros, &self.differences));
        let poles_part = saturate(filter(&self.poles, &self.signals));
        self.prediction = saturate(poles_part + self.zeros_part);
    }
}

/// To the range of 16 bits.
pub(super) fn saturate(value: i32) -> i32 {
    value.clamp(-32768, 32767)
}

/// Decision levels of the six-bit quantizer (Q6).
const LOW_DECISIONS: [i32; 29] = [
    35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339,
    1458, 1612, 1765, 1980, 2195, 2557, 2919,
];

/// Output of the six-bit inverse quantizer by code (QM6).
const LOW_FINE: [i32; 64] = [
    -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576,
    -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040,
    -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
    4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
];

/// Output of the four-bit inverse quantizer (QM4), and the logarithmic gain of each of its codes (WL by RL42).
const LOW_COARSE: [i32; 16] =
    [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0];
const LOW_LOG: [i32; 16] = [-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60];

/// The same for the high band (QM2, and WH by RH2).
const HIGH: [i32; 4] = [-7408, -1616, 7408, 1616];
const HIGH_LOG: [i32; 4] = [798, -214, 798, -214];

/// 2048 · 2^(i/32) (ILB).
const EXPONENTIAL: [i32; 32] = [
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896, 2960, 3025,
    3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];
