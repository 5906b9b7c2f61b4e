//! One RTP session of one call, both directions.

mod config;
mod outbox;
mod receiver;
mod sender;
mod statistics;

use std::time::Instant;

pub use config::{CodecKind, Dtmf, OpusConfig, Sending, StreamConfig};
use outbox::Outbox;
use receiver::Receiver;
use sender::Sender;
pub use statistics::Statistics;

use crate::{Block, quality, rtcp::Reports};

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
    /// Not for this stream: garbage, another payload type, another source. A new source of the peer is a stranger
    /// with its first packet, until the second confirms it.
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

/// One RTP session of one call, both directions. See the crate's page for the contract.
pub struct Stream {
    config: StreamConfig,
    sender: Sender,
    receiver: Receiver,
    reports: Reports,
    outbox: Outbox,
    closed: bool,
}

impl Stream {
    /// A stream that sends and receives.
    ///
    /// # Errors
    /// [`Error::PacketTime`] for a duration that cannot be sent, [`Error::Opus`] where libopus refuses its settings.
    pub fn new(config: StreamConfig, now: Instant) -> Result<Stream, Error> {
        let config = checked(config)?;
        let random = u64::from(config.ssrc) << 32 | u64::from(config.first_timestamp);
        Ok(Stream {
            sender: Sender::new(&config)?,
            receiver: Receiver::new(&config, now)?,
            reports: Reports::new(config.ssrc, config.cname.clone(), random, now),
            outbox: Outbox::new(),
            closed: false,
            config,
        })
    }

    /// 10 ms of the microphone. Who holds or is muted passes silence, or does not call: the gap is accounted for.
    pub fn capture(&mut self, block: &Block, now: Instant) {
        if !self.closed {
            self.sender.capture(block, &self.config, now, &mut self.outbox);
            self.report(now);
        }
    }

    /// The next packet to send; ask until `None`.
    pub fn poll_packet(&mut self) -> Option<Packet<'_>> {
        self.outbox.pop()
    }

    /// A datagram from the RTP port. With RTCP on the same port sort by [`rtcp::is_rtcp`](crate::rtcp::is_rtcp) first.
    pub fn receive_rtp(&mut self, packet: &[u8], arrival: Instant) -> Received {
        self.receiver.receive(packet, &self.config, arrival)
    }

    /// A datagram from the RTCP port.
    pub fn receive_rtcp(&mut self, packet: &[u8], arrival: Instant) {
        let peer = self.receiver.peer.source.as_ref().map(|source| source.ssrc);
        self.reports.read(packet, peer, arrival);
        if let Some(percent) = self.reports.remote.loss_pct {
            self.sender.expect_loss(percent);
        }
    }

    /// The next 10 ms for the speaker. Always fills the block.
    pub fn play(&mut self, block: &mut Block, now: Instant) {
        self.receiver.play(block, &self.config, now);
        self.report(now);
    }

    /// Queues digits: `0` to `9`, `*`, `#`, `A` to `D` for 100 ms each, with 60 ms between them; `,` waits a second;
    /// anything else is passed over. They go out in step with `capture`.
    pub fn send_digits(&mut self, digits: &str) {
        self.sender.push_digits(digits);
    }

    /// The next digit that the peer pressed.
    pub fn poll_digit(&mut self) -> Option<char> {
        self.receiver.poll_digit()
    }

    /// What goes out from now on: what is not to be sent is not even encoded, and the packet that was being filled is thrown
    /// away.
    pub fn set_sending(&mut self, sending: Sending) {
        self.sender.set_sending(sending);
    }

    /// Whether sound is played (hold). Packets are still counted.
    pub fn set_receiving(&mut self, on: bool) {
        self.receiver.set_receiving(on);
    }

    /// Another codec or payload type was agreed on. Source, sequence and counters continue; random values of the new
    /// configuration are not used.
    ///
    /// # Errors
    /// As with [`Stream::new`]; the stream then goes on as it was.
    pub fn reconfigure(&mut self, config: StreamConfig, _now: Instant) -> Result<(), Error> {
        let mut config = checked(config)?;
        config.ssrc = self.config.ssrc;
        let codec_changed = config.codec != self.config.codec;
        if codec_changed || config.ptime_ms != self.config.ptime_ms || config.opus != self.config.opus {
            self.sender.reconfigure(&config)?;
        }
        if codec_changed {
            self.receiver.reconfigure(&self.config, &config)?;
        }
        self.config = config;
        Ok(())
    }

    /// Says goodbye (RTCP BYE) with the next [`Stream::poll_packet`]; nothing is sent afterwards.
    pub fn close(&mut self, now: Instant) {
        if !std::mem::replace(&mut self.closed, true) {
            let sent = self.sender.report();
            let heard = self.receiver.peer.source.as_mut().map(|source| source.report());
            self.outbox.push(PacketKind::Rtcp, |packet| self.reports.write_bye(sent, heard, now, packet));
        }
    }

    /// Counters and gauges.
    pub fn statistics(&self, now: Instant) -> Statistics {
        let receiver = &self.receiver;
        let totals = receiver.totals(&self.config);
        let level_ms = receiver.playout.level_ms() as f32;
        let rtt_ms = self.reports.remote.rtt_ms;
        // Half the round trip, the frame, the filters and coders, what waits here, and a sound card's two buffers.
        let delay_ms = rtt_ms.unwrap_or(0.0) / 2.0 + self.config.ptime_ms as f32 + level_ms + 25.0;
        Statistics {
            sent: self.sender.packets,
            received: receiver.counts.received,
            lost: totals.lost,
            late: totals.late,
            duplicates: receiver.counts.duplicates,
            strangers: receiver.counts.strangers,
            concealed_ms: totals.concealed_ms,
            accelerated_ms: totals.accelerated_ms,
            expanded_ms: totals.expanded_ms,
            loss_pct: receiver.loss.percent,
            jitter_ms: receiver.peer.source.as_ref().map_or(0.0, |source| source.jitter_ms()) as f32,
            rtt_ms,
            jitter_buffer_ms: level_ms,
            target_ms: receiver.playout.target_ms(receiver.now_s(now)) as f32,
            remote_loss_pct: self.reports.remote.loss_pct,
            mos: quality::mos(self.config.codec, delay_ms, receiver.loss.percent),
            last_packet: receiver.last_packet,
        }
    }

    fn report(&mut self, now: Instant) {
        if !self.closed && self.reports.due(now) {
            let sent = self.sender.report();
            let heard = self.receiver.peer.source.as_mut().map(|source| source.report());
            self.outbox.push(PacketKind::Rtcp, |packet| self.reports.write(sent, heard, now, packet));
        }
    }
}

/// Opus has no frame of 30 ms.
fn checked(mut config: StreamConfig) -> Result<StreamConfig, Error> {
    match (config.codec, config.ptime_ms) {
        (CodecKind::Opus, 30) => config.ptime_ms = 20,
        (_, 10 | 20 | 30 | 40 | 60) => {}
        (_, other) => return Err(Error::PacketTime(other)),
    }
    Ok(config)
}
