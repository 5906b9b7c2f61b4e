//! Opus (RFC 6716) by libopus: 48 kHz mono, tuned for voice.

use opus::{Application, Bitrate, Channels, Signal};

use crate::{Error, OpusConfig};

/// Longest packet that Opus makes or takes: 120 ms.
pub(crate) const LONGEST: usize = 5760;

/// From samples to packets.
#[derive(Debug)]
pub struct Encoder {
    opus: opus::Encoder,
    fec: bool,
}

impl Encoder {
    /// An encoder for voice.
    pub fn new(config: &OpusConfig) -> Result<Encoder, Error> {
        let mut opus = opus::Encoder::new(48_000, Channels::Mono, Application::Voip)?;
        opus.set_signal(Signal::Voice)?;
        opus.set_bitrate(Bitrate::Bits(config.bitrate.clamp(6_000, 128_000).cast_signed()))?;
        opus.set_complexity(i32::from(config.complexity.min(10)))?;
        opus.set_dtx(config.dtx)?;
        opus.set_inband_fec(config.fec)?;
        Ok(Encoder { opus, fec: config.fec })
    }

    /// Encodes 10, 20, 40 or 60 ms; tells the length of the packet, or 0 where there is nothing to send (DTX).
    pub fn encode(&mut self, samples: &[f32], packet: &mut [u8]) -> usize {
        match self.opus.encode_float(samples, packet) {
            // RFC 7587 §3.1.3: an empty frame has one byte, or two with padding, and is not sent.
            Ok(0..=2) | Err(_) => 0,
            Ok(length) => length,
        }
    }

    /// Tells the loss that the peer sees. Redundancy (FEC) costs as much time as the coding itself, and bits of the
    /// primary coding; so libopus spends none while nothing is lost.
    pub fn expect_loss(&mut self, percent: u8) {
        if self.fec {
            let _ = self.opus.set_packet_loss_perc(i32::from(percent.min(100)));
        }
    }
}

/// From packets to samples.
#[derive(Debug)]
pub struct Decoder(opus::Decoder);

impl Decoder {
    /// A decoder at rest.
    pub fn new() -> Result<Decoder, Error> {
        Ok(Decoder(opus::Decoder::new(48_000, Channels::Mono)?))
    }

    /// Appends the samples of a packet; a broken packet appends nothing.
    pub fn decode(&mut self, packet: &[u8], sound: &mut Vec<f32>) {
        // An empty packet would mean "lost" to libopus.
        if !packet.is_empty() {
            self.run(packet, LONGEST, false, sound);
        }
    }

    /// Appends what the packet *after* a lost one knows of the lost one.
    pub fn recover(&mut self, next: &[u8], samples: usize, sound: &mut Vec<f32>) {
        self.run(next, samples, true, sound);
    }

    /// Appends invented samples, a multiple of 2.5 ms.
    pub fn conceal(&mut self, samples: usize, sound: &mut Vec<f32>) {
        self.run(&[], samples, false, sound);
    }

    fn run(&mut self, packet: &[u8], room: usize, fec: bool, sound: &mut Vec<f32>) {
        let start = sound.len();
        sound.resize(start + room, 0.0);
        let made = self.0.decode_float(packet, &mut sound[start..], fec).unwrap_or(0);
        sound.truncate(start + made);
    }
}

/// Samples in a packet; 0 for a broken one.
pub fn duration(packet: &[u8]) -> usize {
    opus::packet::get_nb_samples(packet, 48_000).unwrap_or(0)
}
