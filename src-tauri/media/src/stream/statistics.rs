//! What a stream tells about itself.

use std::time::Instant;

/// Counters since the start of the stream, and gauges as of now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statistics {
    /// RTP packets sent.
    pub sent: u64,
    /// RTP packets received and accepted, of all payload types.
    pub received: u64,
    /// Packets that never came (RFC 3550 §6.4.1), late ones not among them.
    pub lost: u64,
    /// Packets that came after their turn.
    pub late: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets that were not for this stream: garbage, another payload type, another source.
    pub strangers: u64,
    /// Sound that had to be invented.
    pub concealed_ms: u64,
    /// Sound taken out to bring the delay down.
    pub accelerated_ms: u64,
    /// Sound put in to let the delay grow.
    pub expanded_ms: u64,
    /// Packets lost or late of those expected, percent, over the last seconds.
    pub loss_pct: f32,
    /// Interarrival jitter (RFC 3550 §6.4.1).
    pub jitter_ms: f32,
    /// Round trip by RTCP, once known.
    pub rtt_ms: Option<f32>,
    /// From the arrival of a packet to its sound, now.
    pub jitter_buffer_ms: f32,
    /// What the jitter buffer wants that to be.
    pub target_ms: f32,
    /// Loss that the peer reports of our packets, percent.
    pub remote_loss_pct: Option<f32>,
    /// Estimated mean opinion score of what we hear, 1.0 to 4.5 (ITU-T G.107, simplified).
    pub mos: f32,
    /// When the last accepted packet came.
    pub last_packet: Option<Instant>,
}
