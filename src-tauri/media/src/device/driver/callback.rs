//! What runs on the driver's real-time threads: samples to and from a ring, and counters. Nothing here can wait.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use cpal::{ErrorKind, FromSample, Sample};

/// Seen by both sides; every field stands alone, so relaxed order is enough.
#[derive(Debug, Default)]
pub(in super::super) struct State {
    lost: AtomicU32,
    underruns: AtomicU32,
    overruns: AtomicU32,
    period: AtomicU32,
}

/// Values of [`State::lost`].
const GONE: u32 = 1;
const BROKEN: u32 = 2;

impl State {
    /// Notes an error that ends the stream; others are hiccups which the counters show.
    pub(super) fn fail(&self, kind: ErrorKind) {
        let lost = match kind {
            ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => GONE,
            ErrorKind::StreamInvalidated | ErrorKind::BackendError | ErrorKind::DeviceChanged => BROKEN,
            _ => return,
        };
        self.lost.store(lost, Ordering::Relaxed);
    }

    pub(super) fn trouble(&self) -> Option<String> {
        match self.lost.load(Ordering::Relaxed) {
            GONE => Some("the device is gone".into()),
            BROKEN => Some("the driver broke the stream".into()),
            _ => None,
        }
    }

    /// Callbacks that found too little to play.
    pub(in super::super) fn underruns(&self) -> u32 {
        self.underruns.load(Ordering::Relaxed)
    }

    /// Callbacks that found no room for what was recorded.
    #[cfg(test)]
    pub(in super::super) fn overruns(&self) -> u32 {
        self.overruns.load(Ordering::Relaxed)
    }

    /// Frames of the last callback.
    pub(super) fn period(&self) -> u32 {
        self.period.load(Ordering::Relaxed)
    }
}

/// The microphone's callback: the mean of the channels goes into the ring.
pub(in super::super) struct Drain {
    ring: rtrb::Producer<f32>,
    channels: usize,
    state: Arc<State>,
}

impl Drain {
    pub(in super::super) fn new(ring: rtrb::Producer<f32>, channels: u16, state: Arc<State>) -> Drain {
        Drain { ring, channels: usize::from(channels.max(1)), state }
    }

    pub(super) fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// Takes interleaved samples of any format.
    pub(in super::super) fn call<S: Copy>(&mut self, data: &[S])
    where
        f32: FromSample<S>,
    {
        let scale = 1.0 / self.channels as f32;
        for frame in data.chunks_exact(self.channels) {
            let sum: f32 = frame.iter().map(|sample| f32::from_sample_(*sample)).sum();
            if self.ring.push(sum * scale).is_err() {
                self.state.overruns.fetch_add(1, Ordering::Relaxed);
                break;
            }
        }
    }
}

/// The speaker's callback: what the ring holds goes to all channels, then silence.
pub(in super::super) struct Feed {
    ring: rtrb::Consumer<f32>,
    channels: usize,
    playing: bool,
    state: Arc<State>,
}

impl Feed {
    pub(in super::super) fn new(ring: rtrb::Consumer<f32>, channels: u16, state: Arc<State>) -> Feed {
        Feed { ring, channels: usize::from(channels.max(1)), playing: false, state }
    }

    pub(super) fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// Fills interleaved samples of any format.
    pub(in super::super) fn call<S: Sample + FromSample<f32>>(&mut self, data: &mut [S]) {
        let frames = data.len() / self.channels;
        self.state.period.store(frames as u32, Ordering::Relaxed);
        let had = self.ring.slots();
        for frame in data.chunks_exact_mut(self.channels) {
            frame.fill(S::from_sample(self.ring.pop().unwrap_or(0.0)));
        }
        // Before the first sample and in a pause that has been counted there is nothing to miss.
        if had < frames && self.playing {
            self.state.underruns.fetch_add(1, Ordering::Relaxed);
        }
        self.playing = had >= frames;
    }
}
