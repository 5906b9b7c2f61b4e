//! The codecs, each at its own rate. Samples are `f32`, full scale ±1.0.

pub mod g711;
pub mod g722;
pub mod opus;

use g711::{G711, Law};

use crate::{CodecKind, Error, OpusConfig};

/// From samples to payloads.
#[derive(Debug)]
pub enum Encoder {
    /// One byte per sample.
    G711(G711),
    /// One byte per two samples.
    G722(Box<g722::Encoder>),
    /// Packets of any length.
    Opus(opus::Encoder),
}

impl Encoder {
    /// An encoder at rest; the Opus settings are read for Opus only.
    pub fn new(kind: CodecKind, opus: &OpusConfig) -> Result<Encoder, Error> {
        Ok(match kind {
            CodecKind::Opus => Encoder::Opus(opus::Encoder::new(opus)?),
            CodecKind::G722 => Encoder::G722(Box::default()),
            CodecKind::Pcmu => Encoder::G711(G711::new(Law::Mu)),
            CodecKind::Pcma => Encoder::G711(G711::new(Law::A)),
        })
    }

    /// Encodes whole frames at the codec's rate and tells the length of the payload; 0: there is nothing to send.
    pub fn encode(&mut self, samples: &[f32], payload: &mut [u8]) -> usize {
        match self {
            Encoder::Opus(opus) => opus.encode(samples, payload),
            Encoder::G722(g722) => {
                let pairs = samples.as_chunks::<2>().0;
                payload.iter_mut().zip(pairs).map(|(byte, pair)| *byte = g722.encode(pair.map(to_i16))).count()
            }
            Encoder::G711(g711) => {
                payload.iter_mut().zip(samples).map(|(byte, &sample)| *byte = g711.encode(to_i16(sample))).count()
            }
        }
    }

    /// Tells the loss that the peer sees, percent.
    pub fn expect_loss(&mut self, percent: u8) {
        if let Encoder::Opus(opus) = self {
            opus.expect_loss(percent);
        }
    }
}

/// From payloads to samples.
#[derive(Debug)]
pub enum Decoder {
    /// One sample per byte.
    G711(G711),
    /// Two samples per byte.
    G722(Box<g722::Decoder>),
    /// As many as the packet says.
    Opus(opus::Decoder),
}

impl Decoder {
    /// A decoder at rest.
    pub fn new(kind: CodecKind) -> Result<Decoder, Error> {
        Ok(match kind {
            CodecKind::Opus => Decoder::Opus(opus::Decoder::new()?),
            CodecKind::G722 => Decoder::G722(Box::default()),
            CodecKind::Pcmu => Decoder::G711(G711::new(Law::Mu)),
            CodecKind::Pcma => Decoder::G711(G711::new(Law::A)),
        })
    }

    /// Appends the samples of a payload; what is broken appends nothing.
    pub fn decode(&mut self, payload: &[u8], sound: &mut Vec<f32>) {
        match self {
            Decoder::Opus(opus) => opus.decode(payload, sound),
            Decoder::G722(g722) => sound.extend(payload.iter().flat_map(|&byte| g722.decode(byte).map(to_f32))),
            Decoder::G711(g711) => sound.extend(payload.iter().map(|&byte| to_f32(g711.decode(byte)))),
        }
    }

    /// Samples that a payload holds; 0 for a broken one.
    pub fn duration(&self, payload: &[u8]) -> usize {
        match self {
            Decoder::Opus(_) => opus::duration(payload),
            Decoder::G722(_) => payload.len() * 2,
            Decoder::G711(_) => payload.len(),
        }
    }

    /// Tells a decoder that predicts what was played in place of lost packets.
    pub fn follow(&mut self, invented: &[f32]) {
        if let Decoder::G722(g722) = self {
            invented.as_chunks::<2>().0.iter().for_each(|pair| g722.follow(pair.map(to_i16)));
        }
    }
}

/// To 16 bits, rounded, clipped at full scale.
fn to_i16(sample: f32) -> i16 {
    (sample * 32768.0).round_ties_even() as i16
}

fn to_f32(sample: i16) -> f32 {
    f32::from(sample) / 32768.0
}
