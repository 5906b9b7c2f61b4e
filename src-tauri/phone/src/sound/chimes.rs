//! What the phone plays by itself: ringback, beeps and keys in the speaker, the melody at the ring devices.

use std::collections::BTreeSet;

use media::{
    BLOCK, Block,
    device::Playback,
    mix,
    tone::{self, Country, Progress},
};

use crate::api::{CallId, Tone};

/// Beeps that wait for their turn; more are not worth hearing.
const QUEUE: usize = 32;

/// See the module.
pub(super) struct Chimes {
    country: Country,
    ringing_out: BTreeSet<CallId>,
    ringback: tone::Tone,
    beeps: std::collections::VecDeque<tone::Tone>,
    melody: Option<tone::Tone>,
}

impl Chimes {
    pub(super) fn new(country: Country) -> Chimes {
        let ringback = tone::Tone::progress(country, Progress::Ringback);
        Chimes { country, ringing_out: BTreeSet::new(), ringback, beeps: Default::default(), melody: None }
    }

    /// Starts or stops the ringback tone for a call.
    pub(super) fn ringback(&mut self, call: CallId, on: bool) {
        if !on {
            self.ringing_out.remove(&call);
            return;
        }
        if self.ringing_out.is_empty() {
            self.ringback = tone::Tone::progress(self.country, Progress::Ringback);
        }
        self.ringing_out.insert(call);
    }

    pub(super) fn beep(&mut self, tone: Tone) {
        self.queue(match tone {
            Tone::AutoAnswered => tone::Tone::auto_answered(),
            Tone::Supervised => tone::Tone::supervised(),
            Tone::CallWaiting => tone::Tone::call_waiting(),
        });
    }

    pub(super) fn keys(&mut self, digits: &str) {
        digits.chars().filter_map(tone::Tone::key).for_each(|key| self.queue(key));
    }

    pub(super) fn ring(&mut self, on: bool) {
        match (&self.melody, on) {
            (None, true) => self.melody = Some(tone::Tone::melody()),
            (Some(_), false) => self.melody = None,
            _ => {}
        }
    }

    pub(super) fn is_ringing(&self) -> bool {
        self.melody.is_some()
    }

    /// Whether the speaker is needed.
    pub(super) fn is_sounding(&self) -> bool {
        !self.beeps.is_empty() || !self.ringing_out.is_empty()
    }

    /// Adds the next 10 ms to what the speaker plays.
    pub(super) fn add_to(&mut self, speaker: &mut Block) {
        let mut block = [0.0; BLOCK];
        if !self.ringing_out.is_empty() {
            self.ringback.fill(&mut block);
            mix::add(speaker, &block);
        }
        if let Some(beep) = self.beeps.front_mut() {
            if beep.fill(&mut block) {
                mix::add(speaker, &block);
            } else {
                self.beeps.pop_front();
            }
        }
    }

    /// Plays the next 10 ms of the melody.
    pub(super) fn play_melody(&mut self, ringers: &mut [Playback]) {
        let Some(melody) = &mut self.melody else { return };
        let mut block = [0.0; BLOCK];
        melody.fill(&mut block);
        ringers.iter_mut().for_each(|ringer| ringer.write(&block));
    }

    fn queue(&mut self, beep: tone::Tone) {
        if self.beeps.len() < QUEUE {
            self.beeps.push_back(beep);
        }
    }
}
