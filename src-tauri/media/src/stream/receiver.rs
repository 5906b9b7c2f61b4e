//! The receiving half: packets to the speaker.

use std::time::Instant;

use rtp_types::RtpPacket;

use super::{Error, Received, StreamConfig};
use crate::{
    BLOCK, Block, dtmf,
    jitter::{Content, Insert, Playout},
    resample::Up,
    rtp::{Order, Peer, seconds},
};

pub(super) struct Receiver {
    epoch: Instant,
    pub(super) peer: Peer,
    pub(super) playout: Playout,
    up: Option<Up>,
    digits: dtmf::Receiver,
    pub(super) receiving: bool,
    pub(super) counts: Counts,
    pub(super) loss: RecentLoss,
    pub(super) last_packet: Option<Instant>,
    /// Counts of codecs and sources that were.
    pub(super) before: Before,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) received: u64,
    pub(super) duplicates: u64,
    pub(super) strangers: u64,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Before {
    pub(super) lost: u64,
    pub(super) expected: u64,
    pub(super) late: u64,
    pub(super) concealed_ms: u64,
    pub(super) accelerated_ms: u64,
    pub(super) expanded_ms: u64,
}

impl Receiver {
    pub(super) fn new(config: &StreamConfig, now: Instant) -> Result<Receiver, Error> {
        Ok(Receiver {
            epoch: now,
            peer: Peer::default(),
            playout: Playout::new(config.codec, config.ssrc)?,
            up: up(config),
            digits: dtmf::Receiver::new(),
            receiving: true,
            counts: Counts::default(),
            loss: RecentLoss::default(),
            last_packet: None,
            before: Before::default(),
        })
    }

    pub(super) fn reconfigure(&mut self, old: &StreamConfig, config: &StreamConfig) -> Result<(), Error> {
        self.remember_sound(old);
        self.playout = Playout::new(config.codec, config.ssrc)?;
        self.up = up(config);
        self.digits.forget();
        if let Some(source) = &mut self.peer.source {
            source.reclock(config.codec.clock_rate());
        }
        Ok(())
    }

    pub(super) fn set_receiving(&mut self, on: bool) {
        if on && !self.receiving {
            self.playout.restart();
        }
        self.receiving = on;
    }

    pub(super) fn receive(&mut self, bytes: &[u8], config: &StreamConfig, arrival: Instant) -> Received {
        let received = self.sort(bytes, config, arrival);
        match received {
            Received::Accepted | Received::Late => {
                self.counts.received += 1;
                self.last_packet = Some(arrival);
            }
            Received::Duplicate => self.counts.duplicates += 1,
            Received::Stranger => self.counts.strangers += 1,
        }
        received
    }

    fn sort(&mut self, bytes: &[u8], config: &StreamConfig, arrival: Instant) -> Received {
        let Ok(packet) = RtpPacket::parse(bytes) else { return Received::Stranger };
        let Some(content) = content(&packet, config) else { return Received::Stranger };
        if content == Content::Event && packet.payload_len() == 0 && !self.peer.is(packet.ssrc()) {
            // A keep-alive: the stream goes on with it, but nobody takes it over by that.
            return Received::Stranger;
        }
        let last = self.peer.source.as_ref().map(|source| (source.lost(), source.expected()));
        let Some((source, fresh)) = self.peer.admit(&packet, config.codec.clock_rate()) else {
            return Received::Stranger;
        };
        if fresh && let Some((lost, expected)) = last {
            self.before.lost += lost;
            self.before.expected += expected;
        }
        if fresh {
            self.playout.restart();
            self.digits.forget();
        }
        let sequence = match source.arrive(packet.sequence_number()) {
            Order::New(sequence) => sequence,
            Order::Duplicate => return Received::Duplicate,
            Order::Ancient => return Received::Late,
            Order::Suspect => return Received::Stranger,
        };
        let arrival_s = seconds(self.epoch, arrival);
        match content {
            Content::Event => self.digits.receive(packet.payload(), packet.timestamp()),
            Content::Sound => source.measure(packet.timestamp(), arrival_s),
            Content::Noise => {}
        }
        let payload = if content == Content::Event { &[] } else { packet.payload() };
        match self.playout.insert(sequence, packet.timestamp(), content, payload, arrival_s) {
            Insert::Late => Received::Late,
            Insert::Waiting | Insert::Overflow(_) => Received::Accepted,
        }
    }

    pub(super) fn play(&mut self, block: &mut Block, config: &StreamConfig, now: Instant) {
        if !self.receiving {
            block.fill(0.0);
            return;
        }
        let now_s = seconds(self.epoch, now);
        self.watch_loss(now_s);
        match &mut self.up {
            None => self.playout.play(block, now_s),
            Some(up) => {
                let mut sound = [0.0; BLOCK / 3];
                let sound = &mut sound[..config.codec.block_samples()];
                self.playout.play(sound, now_s);
                up.process(sound, block);
            }
        }
    }

    fn watch_loss(&mut self, now_s: f64) {
        if let Some(source) = &self.peer.source {
            let bad = self.before.lost + source.lost() + self.before.late + self.playout.counts.late;
            self.loss.watch(bad, self.before.expected + source.expected(), now_s);
            self.playout.set_lossy(self.loss.percent > 1.0);
        }
    }

    pub(super) fn poll_digit(&mut self) -> Option<char> {
        self.digits.poll()
    }

    pub(super) fn now_s(&self, now: Instant) -> f64 {
        seconds(self.epoch, now)
    }

    /// Totals over all codecs and sources.
    pub(super) fn totals(&self, config: &StreamConfig) -> Before {
        let counts = self.playout.counts;
        let ms = |samples: u64| samples * 1000 / u64::from(config.codec.sample_rate());
        let source = self.peer.source.as_ref();
        Before {
            lost: self.before.lost + source.map_or(0, |source| source.lost()),
            expected: self.before.expected + source.map_or(0, |source| source.expected()),
            late: self.before.late + counts.late,
            concealed_ms: self.before.concealed_ms + ms(counts.concealed),
            accelerated_ms: self.before.accelerated_ms + ms(counts.accelerated),
            expanded_ms: self.before.expanded_ms + ms(counts.expanded),
        }
    }

    fn remember_sound(&mut self, config: &StreamConfig) {
        let Before { lost, expected, .. } = self.before;
        self.before = Before { lost, expected, ..self.totals(config) };
    }
}

fn content(packet: &RtpPacket<'_>, config: &StreamConfig) -> Option<Content> {
    let payload_type = packet.payload_type();
    if payload_type == config.receive_payload_type {
        // Nothing can be played of an empty one, which only keeps the way open.
        return Some(if packet.payload_len() > 0 { Content::Sound } else { Content::Event });
    }
    if config.dtmf.is_some_and(|dtmf| dtmf.receive_pt == payload_type) {
        return Some(Content::Event);
    }
    (payload_type == COMFORT_NOISE).then_some(Content::Noise)
}

fn up(config: &StreamConfig) -> Option<Up> {
    let rate = config.codec.sample_rate();
    (rate != 48_000).then(|| Up::new(rate))
}

/// Loss of the last seconds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RecentLoss {
    pub(super) percent: f32,
    counted: (u64, u64),
    next_s: f64,
}

impl RecentLoss {
    fn watch(&mut self, bad: u64, expected: u64, now_s: f64) {
        if now_s < self.next_s {
            return;
        }
        self.next_s = now_s + 1.0;
        let (bad_before, expected_before) = std::mem::replace(&mut self.counted, (bad, expected));
        let since = expected.saturating_sub(expected_before);
        if since > 0 {
            let share = bad.saturating_sub(bad_before) as f32 / since as f32 * 100.0;
            self.percent += (share.min(100.0) - self.percent) * 0.3;
        }
    }
}

/// Static payload type of RFC 3389.
const COMFORT_NOISE: u8 = 13;
