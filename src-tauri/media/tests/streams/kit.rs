//! Two parties, the network between them, and the clock.

use std::{
    f64::consts::{PI, TAU},
    sync::LazyLock,
    time::{Duration, Instant},
};

use media::{BLOCK, Block, CodecKind, Dtmf, OpusConfig, PacketKind, Stream, StreamConfig};

/// A repeatable source of chance.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// 0.0 to 1.0.
    pub(crate) fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// One direction of a network, as bad as one likes.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) delay_ms: f64,
    /// Added at random, uniformly; packets may overtake each other.
    pub(crate) jitter_ms: f64,
    pub(crate) loss: f64,
    /// Mean length of a run of losses, in packets.
    pub(crate) burst: f64,
    pub(crate) duplicates: f64,
    pub(crate) chance: Chance,
    pub(crate) losing: bool,
    pub(crate) under_way: Vec<(u64, PacketKind, Vec<u8>)>,
}

impl Network {
    pub(crate) fn perfect() -> Network {
        Network {
            delay_ms: 5.0,
            jitter_ms: 0.0,
            loss: 0.0,
            burst: 1.0,
            duplicates: 0.0,
            chance: Chance::new(1),
            losing: false,
            under_way: Vec::new(),
        }
    }

    pub(crate) fn seeded(self, seed: u64) -> Network {
        Network { chance: Chance::new(seed), ..self }
    }

    fn send(&mut self, now_us: u64, kind: PacketKind, bytes: &[u8]) {
        // A two-state channel (Gilbert): entered so often and left so soon that loss and burst come out as asked.
        let leave = 1.0 / self.burst;
        let enter = leave * self.loss / (1.0 - self.loss).max(1e-9);
        self.losing = self.chance.next() < if self.losing { 1.0 - leave } else { enter };
        if self.losing && kind == PacketKind::Rtp {
            return;
        }
        let copies = if self.chance.next() < self.duplicates { 2 } else { 1 };
        for _ in 0..copies {
            let delay_ms = self.delay_ms + self.jitter_ms * self.chance.next();
            self.under_way.push((now_us + (delay_ms * 1000.0) as u64, kind, bytes.to_vec()));
        }
    }

    fn arrived(&mut self, now_us: u64) -> Vec<(u64, PacketKind, Vec<u8>)> {
        let (mut here, still): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.under_way).into_iter().partition(|(at, ..)| *at <= now_us);
        self.under_way = still;
        here.sort_by_key(|(at, ..)| *at);
        here
    }
}

/// One end of a call.
pub(crate) struct Party {
    pub(crate) stream: Stream,
    /// What the speaker played.
    pub(crate) heard: Vec<f32>,
    pub(crate) digits: String,
    /// How fast this party's sound card runs against true time.
    pub(crate) drift_ppm: f64,
    /// Listens only.
    pub(crate) mute: bool,
    said: usize,
    next_us: f64,
}

impl Party {
    fn new(config: StreamConfig, now: Instant, phase_us: f64) -> Party {
        let stream = Stream::new(config, now).expect("a valid configuration");
        Party {
            stream,
            heard: Vec::new(),
            digits: String::new(),
            drift_ppm: 0.0,
            mute: false,
            said: 0,
            next_us: phase_us,
        }
    }

    fn tick(&mut self, mouth: &dyn Fn(usize) -> f32, now: Instant) {
        let block: Block = std::array::from_fn(|n| mouth(self.said + n));
        self.said += BLOCK;
        if !self.mute {
            self.stream.capture(&block, now);
        }
        let mut ear: Block = [0.0; BLOCK];
        self.stream.play(&mut ear, now);
        self.heard.extend(ear);
        self.digits.extend(std::iter::from_fn(|| self.stream.poll_digit()));
        self.next_us += 10_000.0 / (1.0 + self.drift_ppm / 1e6);
    }
}

/// A call between `a` and `b`.
pub(crate) struct Call {
    pub(crate) a: Party,
    pub(crate) b: Party,
    /// From `a` to `b`, and back.
    pub(crate) there: Network,
    pub(crate) back: Network,
    epoch: Instant,
    now_us: u64,
}

impl Call {
    pub(crate) fn new(codec: CodecKind) -> Call {
        Call::with(config(codec, 1), config(codec, 2))
    }

    pub(crate) fn with(a: StreamConfig, b: StreamConfig) -> Call {
        let epoch = Instant::now();
        Call {
            a: Party::new(a, epoch, 0.0),
            // Not in step with the other.
            b: Party::new(b, epoch, 3_700.0),
            there: Network::perfect(),
            back: Network::perfect().seeded(2),
            epoch,
            now_us: 0,
        }
    }

    pub(crate) fn network(mut self, network: Network) -> Call {
        self.back = network.clone().seeded(4242);
        self.there = network;
        self
    }

    pub(crate) fn now(&self) -> Instant {
        self.epoch + Duration::from_micros(self.now_us)
    }

    /// Lets both talk for so long: `mouth` gives the sample at a place of the speaker's own clock, and B is silent.
    pub(crate) fn talk(&mut self, ms: u64, mouth: impl Fn(usize) -> f32) {
        let until = (self.now_us + ms * 1000) as f64;
        while self.a.next_us.min(self.b.next_us) < until {
            let a_first = self.a.next_us <= self.b.next_us;
            self.now_us = if a_first { self.a.next_us } else { self.b.next_us } as u64;
            let now = self.now();
            self.deliver();
            if a_first {
                self.a.tick(&mouth, now);
            } else {
                self.b.tick(&|_| 0.0, now);
            }
            self.send();
        }
        self.now_us = until as u64;
    }

    fn send(&mut self) {
        while let Some(packet) = self.a.stream.poll_packet() {
            self.there.send(self.now_us, packet.kind, packet.bytes);
        }
        while let Some(packet) = self.b.stream.poll_packet() {
            self.back.send(self.now_us, packet.kind, packet.bytes);
        }
    }

    fn deliver(&mut self) {
        for (network, party) in [(&mut self.there, &mut self.b), (&mut self.back, &mut self.a)] {
            for (at, kind, bytes) in network.arrived(self.now_us) {
                let arrival = self.epoch + Duration::from_micros(at);
                match kind {
                    PacketKind::Rtp => _ = party.stream.receive_rtp(&bytes, arrival),
                    PacketKind::Rtcp => party.stream.receive_rtcp(&bytes, arrival),
                }
            }
        }
    }
}

pub(crate) fn config(codec: CodecKind, ssrc: u32) -> StreamConfig {
    let payload_type = match codec {
        CodecKind::Opus => 107,
        CodecKind::G722 => 9,
        CodecKind::Pcmu => 0,
        CodecKind::Pcma => 8,
    };
    StreamConfig {
        codec,
        send_payload_type: payload_type,
        receive_payload_type: payload_type,
        ptime_ms: 20,
        dtmf: Some(Dtmf { send_pt: 101, receive_pt: 101, clock: codec.clock_rate() }),
        ssrc,
        // Both wrap within the first minute.
        first_sequence: 65_000,
        first_timestamp: u32::MAX - 100_000,
        cname: format!("party-{ssrc}"),
        opus: OpusConfig::default(),
    }
}

pub(crate) const CODECS: [CodecKind; 4] = [CodecKind::Opus, CodecKind::G722, CodecKind::Pcmu, CodecKind::Pcma];

/// Something like speech: harmonics of a gliding pitch, in syllables of 150 ms, with a pause every two seconds.
pub(crate) fn voice(n: usize) -> f32 {
    static TEN_SECONDS: LazyLock<Vec<f32>> = LazyLock::new(|| (0..480_000).map(synthesize).collect());
    TEN_SECONDS[n % TEN_SECONDS.len()]
}

fn synthesize(n: usize) -> f32 {
    let t = n as f64 / 48_000.0;
    let pitch = 120.0 + 20.0 * (t * 1.3).sin();
    let syllable = (t * 6.5 * PI).sin().abs();
    let pause = if t % 2.0 < 1.5 { 1.0 } else { 0.0 };
    let phase = TAU * (120.0 * t - 20.0 / 1.3 * (t * 1.3).cos());
    let formant = |hertz: f64, at: f64, width: f64| (-((hertz - at) / width).powi(2)).exp();
    let sum: f64 = (1..12)
        .map(|harmonic| {
            let hertz = pitch * f64::from(harmonic);
            let gain = formant(hertz, 600.0, 400.0) + 0.4 * formant(hertz, 1_500.0, 500.0);
            (phase * f64::from(harmonic)).sin() * gain
        })
        .sum();
    (sum * syllable * pause * 0.15) as f32
}

/// Root mean square of a stretch, in dBFS.
pub(crate) fn level_db(sound: &[f32]) -> f64 {
    let power = sound.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>() / sound.len().max(1) as f64;
    10.0 * (power + 1e-12).log10()
}
