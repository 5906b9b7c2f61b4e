//! The sending half: microphone to packets.
//!
//! ```text
//!   Nothing ◄──► Events ◄──► Sound
//!   no RTP       digits,     digits, frames
//!                empty packets
//! ```
//!
//! The gate stands before the encoder and again before the packet: what was said while it was shut is nowhere to be found.

use std::time::{Duration, Instant};

use super::{Error, Outbox, PacketKind, Sending, StreamConfig};
use crate::{
    Block,
    codec::Encoder,
    dtmf::{self, Step, Tones},
    resample::Down,
    rtcp::Sent,
    rtp::Header,
};

pub(super) struct Sender {
    encoder: Encoder,
    down: Option<Down>,
    /// Sound of the packet that is being filled, at the codec's rate.
    frame: Vec<f32>,
    payload: Vec<u8>,
    sequence: u16,
    /// RTP timestamp of the next block.
    timestamp: u32,
    last_capture: Option<Instant>,
    /// The next packet begins a talk spurt (RFC 3551 §4.1).
    marker: bool,
    sending: Sending,
    /// When the last packet without a payload left, since the gate is as it is.
    kept_alive: Option<Instant>,
    digits: dtmf::Sender,
    tones: Tones,
    pub(super) packets: u64,
    octets: u64,
    /// Packets up to the last report, which decides between SR and RR.
    reported: u64,
}

impl Sender {
    pub(super) fn new(config: &StreamConfig) -> Result<Sender, Error> {
        Ok(Sender {
            encoder: Encoder::new(config.codec, &config.opus)?,
            down: down(config),
            frame: Vec::with_capacity(config.codec.block_samples() * 6),
            payload: vec![0; MAX_PAYLOAD],
            sequence: config.first_sequence,
            timestamp: config.first_timestamp,
            last_capture: None,
            marker: true,
            sending: Sending::Sound,
            kept_alive: None,
            digits: dtmf::Sender::new(),
            tones: Tones::default(),
            packets: 0,
            octets: 0,
            reported: 0,
        })
    }

    /// Another codec under the same source: the clock may change with it (RFC 7160), the timestamp goes on.
    pub(super) fn reconfigure(&mut self, config: &StreamConfig) -> Result<(), Error> {
        self.encoder = Encoder::new(config.codec, &config.opus)?;
        self.down = down(config);
        self.frame.clear();
        self.marker = true;
        Ok(())
    }

    pub(super) fn set_sending(&mut self, sending: Sending) {
        if std::mem::replace(&mut self.sending, sending) != sending {
            self.frame.clear();
            self.marker = true;
            self.kept_alive = None;
        }
    }

    pub(super) fn push_digits(&mut self, digits: &str) {
        self.digits.push(digits);
    }

    pub(super) fn expect_loss(&mut self, percent: f32) {
        // A little more than what was seen, for it comes in bursts.
        self.encoder.expect_loss(if percent < 0.5 { 0 } else { (percent * 1.5).clamp(5.0, 30.0) as u8 });
    }

    pub(super) fn capture(&mut self, block: &Block, config: &StreamConfig, now: Instant, outbox: &mut Outbox) {
        self.catch_up(config, now);
        let tick = config.codec.clock_rate() / 100;
        // Some peers count 8000 durations per second beside Opus timestamps at 48 000, whatever the RFC says.
        let event_tick = config.dtmf.map_or(tick, |dtmf| dtmf.clock / 100);
        let (step, event) = self.digits.step(self.timestamp, event_tick, config.ptime_ms);
        match (config.dtmf, step) {
            (_, Step::Voice) => {
                self.tones.rest();
                self.voice(block, config, outbox);
            }
            (None, Step::Key(code)) => {
                let mut tone = [0.0; crate::BLOCK];
                self.tones.fill(code, &mut tone);
                self.voice(&tone, config, outbox);
            }
            (None, Step::Quiet) => {
                self.tones.rest();
                self.voice(&[0.0; crate::BLOCK], config, outbox);
            }
            // The sound pauses while a key is down: a gateway would hear the digit twice.
            (Some(dtmf), _) => {
                self.frame.clear();
                if let Some(event) = event {
                    self.write(dtmf.send_pt, event.marker, event.timestamp, &event.payload(), config.ssrc, outbox);
                }
            }
        }
        if self.sending == Sending::Events {
            self.keep_alive(config, now, outbox);
        }
        self.timestamp = self.timestamp.wrapping_add(tick);
    }

    fn keep_alive(&mut self, config: &StreamConfig, now: Instant, outbox: &mut Outbox) {
        if self.kept_alive.is_none_or(|last| now.saturating_duration_since(last) >= KEEP_ALIVE) {
            self.kept_alive = Some(now);
            self.write(config.send_payload_type, false, self.timestamp, &[], config.ssrc, outbox);
        }
    }

    /// While nobody captured (hold), time went on all the same.
    fn catch_up(&mut self, config: &StreamConfig, now: Instant) {
        if let Some(last) = self.last_capture.replace(now) {
            let gap_ms = now.saturating_duration_since(last).as_millis();
            if gap_ms > PAUSE_MS {
                let ticks = gap_ms / 10 * u128::from(config.codec.clock_rate() / 100);
                self.timestamp = self.timestamp.wrapping_add(ticks as u32);
                self.frame.clear();
                self.marker = true;
            }
        }
    }

    fn voice(&mut self, block: &Block, config: &StreamConfig, outbox: &mut Outbox) {
        if self.sending != Sending::Sound {
            return;
        }
        match &mut self.down {
            Some(down) => down.process(block, &mut self.frame),
            None => self.frame.extend_from_slice(block),
        }
        let samples = config.codec.block_samples() * config.ptime_ms as usize / 10;
        if self.frame.len() < samples {
            return;
        }
        self.send_frame(samples, config, outbox);
        self.frame.clear();
    }

    fn send_frame(&mut self, samples: usize, config: &StreamConfig, outbox: &mut Outbox) {
        let mut payload = std::mem::take(&mut self.payload);
        let length = self.encoder.encode(&self.frame[..samples], &mut payload);
        // The frame began ptime ago, less the block that is being counted.
        let before = config.codec.clock_rate() / 100 * (config.ptime_ms / 10 - 1);
        match payload.get(..length) {
            Some(bytes) if length > 0 => {
                let timestamp = self.timestamp.wrapping_sub(before);
                self.write(config.send_payload_type, self.marker, timestamp, bytes, config.ssrc, outbox);
                self.marker = false;
            }
            // Silence that need not be sent.
            _ => self.marker = true,
        }
        self.payload = payload;
    }

    fn write(
        &mut self,
        payload_type: u8,
        marker: bool,
        timestamp: u32,
        payload: &[u8],
        ssrc: u32,
        outbox: &mut Outbox,
    ) {
        if self.sending == Sending::Nothing {
            return;
        }
        let header = Header { payload_type, marker, sequence: self.sequence, timestamp, ssrc };
        outbox.push(PacketKind::Rtp, |packet| header.write(payload, packet));
        self.sequence = self.sequence.wrapping_add(1);
        self.packets += 1;
        self.octets += payload.len() as u64;
    }

    /// For a sender report; `None` when nothing was sent since the last one.
    pub(super) fn report(&mut self) -> Option<Sent> {
        if self.packets == self.reported {
            return None;
        }
        self.reported = self.packets;
        // The counters of a report wrap (RFC 3550 §6.4.1).
        Some(Sent { timestamp: self.timestamp, packets: self.packets as u32, octets: self.octets as u32 })
    }
}

fn down(config: &StreamConfig) -> Option<Down> {
    let rate = config.codec.sample_rate();
    (rate != 48_000).then(|| Down::new(rate))
}

/// The longest Opus packet of one frame is 1275 bytes; 60 ms of G.711 are 480.
const MAX_PAYLOAD: usize = 1400;
/// RFC 6263 §8: NATs forget after 15 s at the earliest of those that are about.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// A pump that is late by less than this still captures every block.
const PAUSE_MS: u128 = 200;
