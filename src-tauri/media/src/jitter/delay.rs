//! How long sound has to wait so that nearly all packets are there in time.
//!
//! A packet's transit is its arrival minus its timestamp; the clocks' difference is in it, so only differences count.
//! The fastest packet of the last seconds draws the line; how far the others come behind it goes into a histogram that
//! forgets. The delay that covers all but a few is the target, and a peak that keeps coming back is covered too.

/// Learns from arrivals; answers with a target.
#[derive(Debug, Clone)]
pub(super) struct Delay {
    /// The fastest transit, in seconds, in the current and the last stretch of `WINDOW_S`.
    fastest: [f64; 2],
    window_ends: f64,
    histogram: [f32; BUCKETS],
    packets: u32,
    peaks: Peaks,
}

/// What an arrival means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transit {
    /// On time or somewhat late.
    Usual,
    /// Seconds off: the sender's timestamps jumped.
    Jump,
}

impl Delay {
    pub(super) fn new() -> Delay {
        Delay {
            fastest: [f64::INFINITY; 2],
            window_ends: 0.0,
            histogram: [0.0; BUCKETS],
            packets: 0,
            peaks: Peaks::default(),
        }
    }

    /// A packet whose sound begins at `media_s` on the sender's clock came at `arrival_s` on ours.
    pub(super) fn arrive(&mut self, media_s: f64, arrival_s: f64) -> Transit {
        let transit = arrival_s - media_s;
        if self.packets > 0 && (transit - self.line()).abs() > JUMP_S {
            return Transit::Jump;
        }
        if arrival_s >= self.window_ends {
            self.fastest = [f64::INFINITY, if self.packets > 0 { self.fastest[0] } else { f64::INFINITY }];
            self.window_ends = arrival_s + WINDOW_S;
        }
        self.fastest[0] = self.fastest[0].min(transit);
        self.packets = self.packets.saturating_add(1);
        let behind_ms = (transit - self.line()) * 1000.0;
        self.count(behind_ms);
        self.peaks.arrive(behind_ms, self.quantile_ms(), arrival_s);
        Transit::Usual
    }

    /// Forgets faster at the beginning, when the histogram is all guess.
    fn count(&mut self, behind_ms: f64) {
        let weight = FORGET.min(1.0 - 1.0 / (f64::from(self.packets) + 1.0)) as f32;
        self.histogram.iter_mut().for_each(|share| *share *= weight);
        let bucket = ((behind_ms / BUCKET_MS) as usize).min(BUCKETS - 1);
        self.histogram[bucket] += 1.0 - weight;
    }

    /// The transit of the fastest packets.
    fn line(&self) -> f64 {
        self.fastest[0].min(self.fastest[1])
    }

    /// Where on the sender's clock the sound is that the fastest packet would bring now.
    pub(super) fn media_now_s(&self, now_s: f64) -> f64 {
        now_s - self.line()
    }

    /// How long sound should wait, from the arrival of the fastest packets.
    pub(super) fn target_ms(&self, now_s: f64) -> f64 {
        (self.quantile_ms() + GUARD_MS).max(self.peaks.height_ms(now_s)).clamp(MIN_TARGET_MS, MAX_TARGET_MS)
    }

    /// The upper edge of the bucket below which all but a few packets come.
    fn quantile_ms(&self) -> f64 {
        let total: f32 = self.histogram.iter().sum();
        let mut rest = total * LATE_SHARE;
        for (bucket, share) in self.histogram.iter().enumerate().rev() {
            rest -= share;
            if rest < 0.0 {
                return (bucket + 1) as f64 * BUCKET_MS;
            }
        }
        BUCKET_MS
    }
}

/// Late bursts that come back regularly, like those of a busy wireless channel, are too rare for the histogram.
#[derive(Debug, Clone, Default)]
struct Peaks {
    /// When, and how high.
    recent: [(f64, f64); 4],
    last_s: Option<f64>,
}

impl Peaks {
    fn arrive(&mut self, behind_ms: f64, usual_ms: f64, now_s: f64) {
        let high = behind_ms > usual_ms + PEAK_MS;
        let rising = self.last_s.is_some_and(|last| now_s - last < PEAK_WIDTH_S);
        if high && rising {
            self.recent[0].1 = self.recent[0].1.max(behind_ms);
        } else if high {
            self.recent.rotate_right(1);
            self.recent[0] = (now_s, behind_ms);
            self.last_s = Some(now_s);
        }
    }

    /// One peak is an accident; the second one within ten seconds makes a habit.
    fn height_ms(&self, now_s: f64) -> f64 {
        let recent = self.recent.iter().filter(|(at, height)| *height > 0.0 && now_s - at < PEAK_MEMORY_S);
        if recent.clone().count() < 2 { 0.0 } else { recent.map(|(_, height)| *height).fold(0.0, f64::max) + GUARD_MS }
    }
}

const BUCKET_MS: f64 = 5.0;
const BUCKETS: usize = 100;
/// Per packet: a burst fades in about two seconds.
const FORGET: f64 = 0.983;
/// Share of packets that may come too late.
const LATE_SHARE: f32 = 0.025;
/// The clock that plays ticks every 10 ms, and not to the microsecond.
const GUARD_MS: f64 = 10.0;
const MIN_TARGET_MS: f64 = 20.0;
const MAX_TARGET_MS: f64 = 400.0;
const WINDOW_S: f64 = 2.0;
const JUMP_S: f64 = 2.5;
const PEAK_MS: f64 = 40.0;
const PEAK_WIDTH_S: f64 = 0.3;
const PEAK_MEMORY_S: f64 = 10.0;

#[cfg(test)]
mod tests;
