//! The codecs of this phone as SDP names them.

/// An audio codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// RFC 6716, in RTP by RFC 7587.
    Opus,
    /// ITU-T G.722 at 64 kbit/s: 16 kHz sound behind an 8 kHz clock (RFC 3551 §4.5.2).
    G722,
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
}

impl Codec {
    /// Every codec, the best first.
    pub const ALL: [Self; 4] = [Self::Opus, Self::G722, Self::Pcmu, Self::Pcma];

    /// The encoding name of `a=rtpmap`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opus => "opus",
            Self::G722 => "G722",
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }

    /// The payload type that we offer: the static one, or for Opus the one that Asterisk gives it.
    pub fn payload_type(self) -> u8 {
        match self {
            Self::Opus => 107,
            Self::G722 => 9,
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// The RTP clock in Hz.
    pub fn clock_rate(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::G722 | Self::Pcmu | Self::Pcma => 8_000,
        }
    }

    /// The value of `a=rtpmap` after the payload type.
    pub(super) fn rtpmap(self) -> &'static str {
        match self {
            Self::Opus => "opus/48000/2",
            Self::G722 => "G722/8000",
            Self::Pcmu => "PCMU/8000",
            Self::Pcma => "PCMA/8000",
        }
    }

    /// Reads `PCMU/8000`: names in any case (RFC 8866 §6.6); the channels of Opus are always two and not looked at.
    pub(super) fn from_rtpmap(name: &str, clock_rate: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.name().eq_ignore_ascii_case(name) && codec.clock_rate() == clock_rate)
    }

    /// A static payload type that needs no `a=rtpmap` (RFC 3551 §6).
    pub(super) fn from_static(payload_type: u8) -> Option<Self> {
        [Self::Pcmu, Self::Pcma, Self::G722].into_iter().find(|codec| codec.payload_type() == payload_type)
    }
}

/// What the peer wants to receive of Opus (RFC 7587 §7). The default is what is meant where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpusParams {
    /// The peer can use in-band error correction.
    pub use_inband_fec: bool,
    /// The peer would rather have stereo.
    pub stereo: bool,
    /// The peer would like silence left out.
    pub use_dtx: bool,
    /// The peer would like a constant bit rate.
    pub constant_bit_rate: bool,
    /// The most the peer wants to receive, in bit/s.
    pub max_average_bitrate: Option<u32>,
    /// The highest sampling rate the peer can play, in Hz.
    pub max_playback_rate: Option<u32>,
}

impl OpusParams {
    /// Reads the value of `a=fmtp` after the payload type: `useinbandfec=1; stereo=0`. What cannot be read is left out.
    pub(super) fn parse(fmtp: &str) -> Self {
        let mut params = Self::default();
        for (name, value) in fmtp.split(';').filter_map(|param| param.split_once('=')) {
            let value = value.trim();
            let is_on = value == "1";
            match name.trim().to_ascii_lowercase().as_str() {
                "useinbandfec" => params.use_inband_fec = is_on,
                "stereo" => params.stereo = is_on,
                "usedtx" => params.use_dtx = is_on,
                "cbr" => params.constant_bit_rate = is_on,
                "maxaveragebitrate" => params.max_average_bitrate = bounded(value, 6_000, 510_000),
                "maxplaybackrate" => params.max_playback_rate = bounded(value, 8_000, 48_000),
                _ => {}
            }
        }
        params
    }
}

fn bounded(value: &str, least: u32, most: u32) -> Option<u32> {
    value.parse::<u32>().ok().map(|number| number.clamp(least, most))
}
