//! ITU-T G.722 at 64 kbit/s: 16 kHz split by a quadrature mirror filter into two bands of 8 kHz, each ADPCM coded, the
//! lower with 6 bits, the higher with 2. One byte holds two samples.
//!
//! ```text
//!            ┌─ low  0–4 kHz ─ Band<Low>  ─ 6 bits ─┐
//!  16 kHz ─ QMF                                     ├─ byte
//!            └─ high 4–8 kHz ─ Band<High> ─ 2 bits ─┘
//! ```
//!
//! Integer arithmetic as in the recommendation, so both directions are bit-exact with the reference decoder and with
//! other encoders. The two filters together delay by 22 samples.

mod band;

use band::Band;

/// From samples to bytes.
#[derive(Debug, Clone)]
pub struct Encoder {
    bands: Bands,
    delay: Delay,
}

impl Encoder {
    /// An encoder at rest.
    pub fn new() -> Encoder {
        Encoder { bands: Bands::new(), delay: Delay::default() }
    }

    /// The byte for two samples at 16 kHz.
    pub fn encode(&mut self, samples: [i16; 2]) -> u8 {
        self.bands.encode(self.delay.split(samples))
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Encoder::new()
    }
}

/// From bytes to samples.
#[derive(Debug, Clone)]
pub struct Decoder {
    bands: Bands,
    delay: Delay,
    /// Splits what was invented for lost packets, see [`Decoder::follow`].
    follower: Delay,
}

impl Decoder {
    /// A decoder at rest.
    pub fn new() -> Decoder {
        Decoder { bands: Bands::new(), delay: Delay::default(), follower: Delay::default() }
    }

    /// The two samples at 16 kHz of a byte.
    pub fn decode(&mut self, byte: u8) -> [i16; 2] {
        let samples = self.delay.join(self.bands.decode(byte));
        self.follower.push(samples.map(i32::from));
        samples
    }

    /// Adapts the predictors to sound that was invented in place of lost packets, by encoding it: the first frame
    /// after a loss then meets a decoder that is about where the peer's encoder is, instead of one that stood still.
    pub fn follow(&mut self, samples: [i16; 2]) {
        let bands = self.follower.split(samples);
        let byte = self.bands.encode(bands);
        let _ = byte;
        self.delay.push([bands[0] + bands[1], bands[0] - bands[1]]);
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Decoder::new()
    }
}

/// The ADPCM of both bands.
#[derive(Debug, Clone)]
struct Bands {
    low: Band,
    high: Band,
}

impl Bands {
    fn new() -> Bands {
        Bands { low: Band::low(), high: Band::high() }
    }

    fn encode(&mut self, [low, high]: [i32; 2]) -> u8 {
        self.high.encode_high(high) << 6 | self.low.encode_low(low)
    }

    fn decode(&mut self, byte: u8) -> [i32; 2] {
        [self.low.decode_low(byte & 0x3f), self.high.decode_high(byte >> 6)]
    }
}

/// The last 24 samples, newest last, under the quadrature mirror filter.
#[derive(Debug, Clone, Default)]
struct Delay([i32; 24]);

impl Delay {
    fn push(&mut self, newest: [i32; 2]) {
        self.0.copy_within(2.., 0);
        self.0[22..].copy_from_slice(&newest);
    }

    fn sums(&self) -> [i32; 2] {
        let pairs = self.0.as_chunks::<2>().0;
        let even = pairs.iter().zip(QMF).map(|(pair, tap)| pair[0] * tap).sum();
        let odd = pairs.iter().zip(QMF.iter().rev()).map(|(pair, tap)| pair[1] * tap).sum();
        [even, odd]
    }

    /// Analysis: two samples to one of each band, which have 15 bits.
    fn split(&mut self, samples: [i16; 2]) -> [i32; 2] {
        self.push(samples.map(i32::from));
        let [even, odd] = self.sums();
        [(odd + even) >> 14, (odd - even) >> 14]
    }

    /// Synthesis: one sample of each band to two.
    fn join(&mut self, [low, high]: [i32; 2]) -> [i16; 2] {
        self.push([low + high, low - high]);
        let [even, odd] = self.sums();
        [band::saturate(odd >> 11) as i16, band::saturate(even >> 11) as i16]
    }
}

/// Every other tap of the 24-tap filter (table 11); the rest are the same backwards.
const QMF: [i32; 12] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

#[cfg(test)]
mod tests;
