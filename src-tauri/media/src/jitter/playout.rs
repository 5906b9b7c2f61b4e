//! The receiving end: decides every 10 ms what to play.

use super::{
    buffer::{Buffer, Content, Insert},
    delay::{Delay, Transit},
    line::Line,
    stretch::Stretch,
};
use crate::{
    CodecKind, Error,
    codec::Decoder,
    conceal::Concealer,
    noise::{Floor, Noise},
};

/// Sound counted in samples.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) late: u64,
    pub(crate) concealed: u64,
    pub(crate) accelerated: u64,
    pub(crate) expanded: u64,
}

/// Packets in, sound out, at the codec's rate.
///
/// ```text
///             target reached              nothing due, but nothing lost (DTX, CN)
///   Filling ──────────────────► Speaking ◄──────────────────────────────► Pausing
///      ▲                          │   ▲
///      │ source changed, jump     ▼   │ packet
///      └────────────────────── concealing (the line never ends)
/// ```
#[derive(Debug)]
pub(crate) struct Playout {
    kind: CodecKind,
    decoder: Decoder,
    buffer: Buffer,
    delay: Delay,
    line: Line,
    stretch: Stretch,
    concealer: Concealer,
    noise: Noise,
    floor: Floor,
    state: State,
    /// Timestamp, in samples, of the next sound to be decoded.
    next: i64,
    /// Samples invented since then.
    invented: i64,
    /// Samples of the last packet.
    frame: usize,
    last_timestamp: Option<(u32, i64)>,
    last_arrival_s: f64,
    level_ms: f64,
    /// Ticks until the line may be stretched again.
    rest: u32,
    lossy: bool,
    /// Real sound while it is faded in.
    real: Vec<f32>,
    pub(crate) counts: Counts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Filling,
    Speaking,
    Pausing,
}

impl Playout {
    pub(crate) fn new(kind: CodecKind, seed: u32) -> Result<Playout, Error> {
        let rate = kind.sample_rate();
        Ok(Playout {
            kind,
            decoder: Decoder::new(kind)?,
            buffer: Buffer::new(),
            delay: Delay::new(),
            line: Line::new(rate),
            stretch: Stretch::new(rate),
            concealer: Concealer::new(rate, seed),
            noise: Noise::new(seed.rotate_left(7)),
            floor: Floor::default(),
            state: State::Filling,
            next: 0,
            invented: 0,
            frame: rate as usize / 50,
            last_timestamp: None,
            last_arrival_s: 0.0,
            level_ms: 0.0,
            rest: 0,
            lossy: false,
            real: Vec::with_capacity(rate as usize / 8),
            counts: Counts::default(),
        })
    }

    /// Another source, or the same with other timestamps: what waits is dropped, what was learnt of the network stays
    /// out of it.
    pub(crate) fn restart(&mut self) {
        self.buffer.clear();
        self.delay = Delay::new();
        self.state = State::Filling;
        self.last_timestamp = None;
    }

    /// Whether packets get lost often enough to wait for their successors, which know something of them (FEC).
    pub(crate) fn set_lossy(&mut self, lossy: bool) {
        self.lossy = lossy;
    }

    /// A packet in; `arrival_s` is seconds on our clock.
    pub(crate) fn insert(
        &mut self,
        sequence: u64,
        timestamp: u32,
        content: Content,
        payload: &[u8],
        arrival_s: f64,
    ) -> Insert {
        let mut media = self.extend(timestamp);
        if content == Content::Sound && self.delay.arrive(media as f64 / self.rate(), arrival_s) == Transit::Jump {
            self.restart();
            media = self.extend(timestamp);
            self.delay.arrive(media as f64 / self.rate(), arrival_s);
        }
        self.last_timestamp = Some((timestamp, media));
        self.last_arrival_s = arrival_s;
        if self.state == State::Filling {
            self.buffer.reopen(sequence);
        }
        let insert = self.buffer.insert(sequence, media, content, payload);
        match insert {
            Insert::Waiting => {}
            Insert::Late => self.counts.late += u64::from(content == Content::Sound),
            Insert::Overflow(dropped) => self.counts.late += dropped,
        }
        insert
    }

    /// A 32-bit RTP timestamp in ticks becomes an endless one in samples.
    fn extend(&self, timestamp: u32) -> i64 {
        let per_tick = i64::from(self.kind.samples_per_tick());
        match self.last_timestamp {
            Some((last, media)) => media + i64::from(timestamp.wrapping_sub(last).cast_signed()) * per_tick,
            None => i64::from(timestamp) * per_tick,
        }
    }

    /// The next 10 ms.
    pub(crate) fn play(&mut self, out: &mut [f32], now_s: f64) {
        self.pass_events();
        self.start(now_s);
        if self.state != State::Filling {
            self.skip_backlog(now_s);
            self.measure(now_s);
            self.fill(out.len(), now_s);
            self.adjust(now_s);
        } else if self.line.ready() < out.len() {
            self.invent(out.len() - self.line.ready(), false);
        }
        self.line.take(out);
    }

    /// From the arrival of the fastest packets to their sound.
    pub(crate) fn level_ms(&self) -> f64 {
        self.level_ms
    }

    pub(crate) fn target_ms(&self, now_s: f64) -> f64 {
        let frame_ms = self.frame as f64 * 1000.0 / self.rate();
        let redundancy = if self.lossy && self.kind == CodecKind::Opus { frame_ms } else { 0.0 };
        self.delay.target_ms(now_s) + redundancy
    }

    /// Events hold a place in the sequence and nothing to play.
    fn pass_events(&mut self) {
        while self.buffer.missing() == 0 && self.buffer.first().is_some_and(|first| first.content == Content::Event) {
            self.buffer.take_first();
            if self.state == State::Speaking {
                self.state = State::Pausing;
            }
        }
    }

    /// The first sound waits until the target is reached, so that the second finds its place kept.
    fn start(&mut self, now_s: f64) {
        if self.state != State::Filling {
            return;
        }
        let Some(first) = self.buffer.first() else { return };
        let waited_ms = self.lead_ms(first.timestamp, now_s);
        if waited_ms + TICK_MS > self.target_ms(now_s) {
            self.next = first.timestamp;
            self.invented = 0;
            self.level_ms = waited_ms;
            self.state = State::Speaking;
        }
    }

    /// How long after its fastest possible arrival sound of a timestamp would be played if played now.
    fn lead_ms(&self, timestamp: i64, now_s: f64) -> f64 {
        (self.delay.media_now_s(now_s) - timestamp as f64 / self.rate()) * 1000.0
    }

    /// After an outage seconds of sound may arrive at once. Nobody wants to hear them in a hurry.
    fn skip_backlog(&mut self, now_s: f64) {
        let target = self.target_ms(now_s);
        let Some(first) = self.buffer.first() else { return };
        if self.lead_ms(first.timestamp, now_s) < target + BACKLOG_MS {
            return;
        }
        while self.buffer.len() > 1
            && let Some(first) = self.buffer.first()
            && self.lead_ms(first.timestamp, now_s) > target
        {
            self.buffer.take_first();
            self.counts.late += 1;
        }
        if let Some(first) = self.buffer.first() {
            self.next = first.timestamp;
            self.invented = self.invented.max(1);
            self.level_ms = self.lead_ms(self.next, now_s);
        }
    }

    /// Smoothed a little, for the ticks come unevenly. What is missing is taken as lost until it proves to be late.
    fn measure(&mut self, now_s: f64) {
        let playing = self.next + self.invented - self.line.ready() as i64;
        self.level_ms += (self.lead_ms(playing, now_s) - self.level_ms) * 0.2;
    }

    /// Makes sure that `count` samples are ready.
    fn fill(&mut self, count: usize, now_s: f64) {
        while self.line.ready() < count {
            let missing = self.buffer.missing();
            let due = self.next + self.invented;
            match self.buffer.first().map(|first| (first.timestamp, first.content)) {
                None => self.wait(count, now_s),
                Some((_, Content::Event)) => self.buffer.take_first(),
                Some((_, Content::Noise)) => self.begin_pause(),
                Some((at, Content::Sound)) if self.state == State::Pausing => self.end_pause(at, count, now_s),
                Some((at, Content::Sound)) if at <= due => self.decode_first(),
                Some((_, Content::Sound)) if missing == 0 => self.state = State::Pausing,
                Some((at, Content::Sound)) => self.bridge(at, missing, count),
            }
        }
    }

    /// Nothing came. Time goes on, and the delay grows unless the packets turn out to be lost.
    fn wait(&mut self, count: usize, now_s: f64) {
        let short = count - self.line.ready();
        let silent = self.state == State::Pausing || now_s - self.last_arrival_s > 1.0;
        self.invent(short, !silent);
        self.invented += short as i64;
    }

    /// Packets are missing and later ones are here: what the first of those knows of its predecessor, else invention.
    fn bridge(&mut self, until: i64, missing: u64, count: usize) {
        let gap = usize::try_from(until - self.next - self.invented).unwrap_or(0);
        if missing == 1 && until - self.next <= self.frame as i64 && self.recover(until) {
            return;
        }
        let short = gap.min(match self.decoder {
            Decoder::Opus(_) => self.frame,
            _ => count - self.line.ready(),
        });
        self.invent(short.max(1), true);
        self.next += short as i64;
    }

    /// Forward error correction; what was invented meanwhile is left out of it.
    fn recover(&mut self, until: i64) -> bool {
        let Decoder::Opus(opus) = &mut self.decoder else { return false };
        let Some(first) = self.buffer.first() else { return false };
        let joint = self.line.sound.len();
        opus.recover(&first.payload, self.frame, &mut self.line.sound);
        self.counts.concealed += (self.line.sound.len() - joint) as u64;
        self.join(joint, usize::try_from(self.invented).unwrap_or(0));
        self.next = until;
        self.invented = 0;
        true
    }

    /// The regular case.
    fn decode_first(&mut self) {
        let Some(first) = self.buffer.first() else { return };
        let (timestamp, joint) = (first.timestamp, self.line.sound.len());
        let passed = usize::try_from(self.next - timestamp).unwrap_or(0);
        if passed > 0 && passed >= self.decoder.duration(&first.payload) {
            self.counts.late += 1;
            self.buffer.take_first();
            return;
        }
        self.decoder.decode(&first.payload, &mut self.line.sound);
        self.buffer.take_first();
        let made = self.line.sound.len() - joint;
        if made == 0 {
            return;
        }
        self.frame = made;
        self.floor.hear(&self.line.sound[joint..]);
        self.join(joint, passed);
        self.next = timestamp + made as i64;
        self.invented = 0;
    }

    /// Drops the first `passed` of the samples appended at `joint`, and fades them in if the line was invented. Opus
    /// fades by itself where nothing is dropped.
    fn join(&mut self, joint: usize, passed: usize) {
        let end = self.line.sound.len();
        let passed = passed.min(end - joint);
        if passed > 0 || self.concealer.active() {
            let fade = self.ms(if self.concealer.active() { 8 } else { 4 }).min(end - joint - passed);
            self.real.clear();
            self.real.extend_from_slice(&self.line.sound[joint + passed..]);
            self.line.sound.truncate(joint);
            self.concealer.conceal(fade, self.floor.level(), &mut self.line.sound);
            self.line.merge(joint, &self.real);
        }
        self.concealer.reset();
    }

    /// Appends sound that nobody sent.
    fn invent(&mut self, count: usize, lost: bool) {
        let start = self.line.sound.len();
        match &mut self.decoder {
            _ if self.state == State::Pausing => {
                self.line.sound.extend(std::iter::repeat_with(|| self.noise.sample()).take(count));
            }
            Decoder::Opus(opus) => {
                let unit = self.line.sound.len() + count.next_multiple_of(OPUS_UNIT);
                opus.conceal(count.next_multiple_of(OPUS_UNIT), &mut self.line.sound);
                self.line.sound.resize(unit, 0.0);
                self.line.sound.truncate(start + count);
            }
            decoder => {
                self.concealer.conceal(count, self.floor.level(), &mut self.line.sound);
                decoder.follow(&self.line.sound[start..]);
            }
        }
        if lost {
            self.counts.concealed += count as u64;
        }
    }

    fn begin_pause(&mut self) {
        if let Some(first) = self.buffer.first() {
            self.noise.describe(&first.payload);
            self.next = self.next.max(first.timestamp);
            self.state = State::Pausing;
        }
        self.buffer.take_first();
    }

    /// After a pause sound starts when the target says so: pauses are where delay changes for free.
    fn end_pause(&mut self, at: i64, count: usize, now_s: f64) {
        if self.lead_ms(at, now_s) + TICK_MS > self.target_ms(now_s) {
            self.state = State::Speaking;
            self.next = at;
            self.invented = 0;
            self.level_ms = self.lead_ms(at, now_s);
            self.decode_first();
        } else {
            self.invent(count - self.line.ready(), false);
        }
    }

    /// Brings the delay to its target, little by little.
    fn adjust(&mut self, now_s: f64) {
        self.rest = self.rest.saturating_sub(1);
        if self.rest > 0 || self.state != State::Speaking || self.invented > 0 {
            return;
        }
        let excess_ms = self.level_ms - self.target_ms(now_s);
        let ms = self.rate() / 1000.0;
        let (floor, hurry) = (self.floor.level(), (excess_ms.abs() - 20.0) / 100.0);
        let changed = if excess_ms > SLACK_MS {
            self.read_ahead();
            let most = ((excess_ms + 2.5) * ms) as usize;
            let removed = self.stretch.shorten(&mut self.line, most, floor, hurry as f32);
            self.counts.accelerated += removed as u64;
            -(removed as f64)
        } else if excess_ms < -SLACK_MS / 2.0 {
            self.read_ahead();
            let most = ((5.0 - excess_ms) * ms) as usize;
            let added = self.stretch.lengthen(&mut self.line, most, floor, hurry as f32);
            self.counts.expanded += added as u64;
            added as f64
        } else {
            return;
        };
        self.level_ms += changed / ms;
        if changed != 0.0 {
            self.rest = if excess_ms > 60.0 { 2 } else { 5 };
        }
    }

    /// Decodes what is there until a search for periods has enough, but conceals nothing for it.
    fn read_ahead(&mut self) {
        while self.line.ready() < self.stretch.window()
            && self.buffer.missing() == 0
            && self.buffer.first().is_some_and(|first| first.content == Content::Sound && first.timestamp == self.next)
        {
            self.decode_first();
        }
    }

    fn rate(&self) -> f64 {
        f64::from(self.kind.sample_rate())
    }

    fn ms(&self, ms: usize) -> usize {
        self.kind.sample_rate() as usize * ms / 1000
    }
}

const TICK_MS: f64 = 5.0;
/// How far the delay may be off its target before anything is done.
const SLACK_MS: f64 = 10.0;
const BACKLOG_MS: f64 = 400.0;
/// Opus conceals in multiples of 2.5 ms.
const OPUS_UNIT: usize = 120;
