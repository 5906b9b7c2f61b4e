//! What was negotiated for a stream.

/// The codecs of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodecKind {
    /// RFC 6716, RFC 7587: full band, variable rate, with forward error correction.
    Opus,
    /// ITU-T G.722 at 64 kbit/s: wide band (7 kHz).
    G722,
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
}

impl CodecKind {
    /// Samples per second that the codec works on.
    pub const fn sample_rate(self) -> u32 {
        match self {
            CodecKind::Opus => 48_000,
            CodecKind::G722 => 16_000,
            CodecKind::Pcmu | CodecKind::Pcma => 8_000,
        }
    }

    /// Ticks per second of the RTP timestamp. G.722 says 8000 for historical reasons (RFC 3551 §4.5.2).
    pub const fn clock_rate(self) -> u32 {
        match self {
            CodecKind::Opus => 48_000,
            CodecKind::G722 | CodecKind::Pcmu | CodecKind::Pcma => 8_000,
        }
    }

    /// Samples of one 10 ms block at the codec's rate.
    pub(crate) const fn block_samples(self) -> usize {
        (self.sample_rate() / 100) as usize
    }

    /// Samples per tick of the RTP clock: 2 for G.722, 1 for the others.
    pub(crate) const fn samples_per_tick(self) -> u32 {
        self.sample_rate() / self.clock_rate()
    }
}

/// Everything a [`Stream`](crate::Stream) has to know from the offer and the answer, and the random numbers it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamConfig {
    /// Both directions use one codec.
    pub codec: CodecKind,
    /// The peer's number for the codec (0 to 127).
    pub send_payload_type: u8,
    /// Our number for the codec (0 to 127).
    pub receive_payload_type: u8,
    /// Sound per packet that we send: 10, 20, 30, 40 or 60 ms. Any duration is received.
    pub ptime_ms: u32,
    /// Telephone events (RFC 4733); `None`: digits are sent as tones in the sound.
    pub dtmf: Option<Dtmf>,
    /// Our synchronization source, random.
    pub ssrc: u32,
    /// Sequence number of the first packet, random.
    pub first_sequence: u16,
    /// RTP timestamp of the first packet, random.
    pub first_timestamp: u32,
    /// Canonical name in RTCP (RFC 7022: random, not a person's address).
    pub cname: String,
    /// Read when `codec` is Opus.
    pub opus: OpusConfig,
}

/// Negotiated telephone events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dtmf {
    /// The peer's number for `telephone-event`.
    pub send_pt: u8,
    /// Our number for `telephone-event`.
    pub receive_pt: u8,
    /// Ticks per second of event durations: by RFC 4733 §2.1 the codec's clock rate, but what was negotiated is used.
    pub clock: u32,
}

/// What of ours leaves in RTP. RTCP goes on regardless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sending {
    /// Nothing: who holds, or is held.
    Nothing,
    /// Telephone events, and no sound: who listens. A packet without a payload leaves at once and every 15 s, so that NATs stay
    /// open and a peer with symmetric RTP (RFC 4961) learns where we are (RFC 6263 §4).
    Events,
    /// Sound and events.
    #[default]
    Sound,
}

/// How to encode Opus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpusConfig {
    /// In-band forward error correction.
    pub fec: bool,
    /// Bits per second, 6000 to 128 000.
    pub bitrate: u32,
    /// 0 (cheap) to 10.
    pub complexity: u8,
    /// Send nothing in silence.
    pub dtx: bool,
}

/// Encoding at complexity 5 takes 200 µs of a 2.1 GHz core per 20 ms (0: 95, 9: 300), with redundancy for a lossy
/// network a third more. At 48 kbit/s it reaches PESQ-WB 4.1 to 4.4 for voices that get 3.7 to 4.2 from 32 kbit/s or
/// from complexity 2.
impl Default for OpusConfig {
    fn default() -> Self {
        OpusConfig { fec: true, bitrate: 48_000, complexity: 5, dtx: false }
    }
}
