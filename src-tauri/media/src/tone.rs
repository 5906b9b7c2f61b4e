//! Tones that the phone makes itself: the ring melody, call progress tones by country (ITU-T E.180 supplement 2), beeps
//! and the sound of keys.
//!
//! A tone is a score: notes of two oscillators, one after another, maybe repeated for ever.

use std::borrow::Cow;

use crate::{BLOCK, Block};

const SAMPLES_PER_MS: u32 = 48;
/// Rise and fall of every note, so that nothing clicks.
const EDGE: f32 = 5.0 * SAMPLES_PER_MS as f32;

/// Whose call progress tones are played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Country {
    /// ETSI TR 101 041: most of Europe, and Iran.
    #[default]
    Europe,
    /// United States and Canada.
    NorthAmerica,
    /// Russia.
    Russia,
    /// United Kingdom.
    Britain,
}

impl Country {
    /// By ISO 3166 code in any case; Europe where the table has no better.
    pub fn of(code: &str) -> Country {
        match code.to_ascii_lowercase().as_str() {
            "us" | "ca" => Country::NorthAmerica,
            "ru" | "by" | "kz" => Country::Russia,
            "gb" | "ie" => Country::Britain,
            _ => Country::Europe,
        }
    }
}

/// What a call's progress sounds like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It rings at the far end.
    Ringback,
    /// The called party is busy.
    Busy,
    /// The network is.
    Congestion,
}

/// What a peer hears on a line that a program speaks on: 16 dB below a full-scale sine, so louder than what the agent gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// 425 Hz without a break, for ever.
    Dial,
    /// 1 kHz for 250 ms, once.
    Beep,
    /// 425 Hz, one second of five, for ever.
    Ringback,
    /// 425 Hz, a quarter of a second of a half, for ever.
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    /// As loud at the end as at the beginning.
    Steady,
    /// Whole waves from edge to edge: repeated it has no seam.
    Unbroken,
    /// Dies away.
    Bell,
}

/// Two oscillators for some time; 0 Hz is a silent one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Note {
    hertz: [f32; 2],
    milliseconds: u32,
    shape: Shape,
    gain: f32,
}

const fn steady(hertz: [f32; 2], milliseconds: u32) -> Note {
    Note { hertz, milliseconds, shape: Shape::Steady, gain: 0.1 }
}

const fn line(hertz: f32, milliseconds: u32) -> Note {
    Note { gain: 0.158, ..steady([hertz, 0.0], milliseconds) }
}

const fn bell(hertz: f32, milliseconds: u32) -> Note {
    // The octave above colours the note.
    Note { hertz: [hertz, 2.0 * hertz], milliseconds, shape: Shape::Bell, gain: 0.3 }
}

const fn pause(milliseconds: u32) -> Note {
    steady([0.0, 0.0], milliseconds)
}

const E5: f32 = 659.26;
const G5: f32 = 783.99;
const C6: f32 = 1046.5;
const D6: f32 = 1174.66;

const MELODY: &[Note] =
    &[bell(E5, 160), bell(G5, 160), bell(C6, 480), bell(G5, 160), bell(C6, 160), bell(D6, 640), pause(1_800)];
const AUTO_ANSWERED: &[Note] = &[steady([G5, 0.0], 120), pause(60), steady([C6, 0.0], 180)];
const SUPERVISED: &[Note] =
    &[steady([C6, 0.0], 90), pause(40), steady([G5, 0.0], 90), pause(40), steady([E5, 0.0], 140)];
const CALL_WAITING: &[Note] = &[steady([425.0, 0.0], 200), pause(600), steady([425.0, 0.0], 200)];

/// A tone that is being played.
#[derive(Clone, Debug)]
pub struct Tone {
    notes: Cow<'static, [Note]>,
    repeats: bool,
    note: usize,
    /// Samples of the current note that are gone.
    at: u32,
}

impl Tone {
    /// The ring melody, for ever.
    pub fn melody() -> Tone {
        Tone::of(MELODY, true)
    }

    /// A call progress tone, for ever.
    pub fn progress(country: Country, progress: Progress) -> Tone {
        Tone::of(progress_score(country, progress), true)
    }

    /// Two rising beeps: a call has answered itself.
    pub fn auto_answered() -> Tone {
        Tone::of(AUTO_ANSWERED, false)
    }

    /// Two beeps: another call waits.
    pub fn call_waiting() -> Tone {
        Tone::of(CALL_WAITING, false)
    }

    /// Three falling beeps: somebody listens.
    pub fn supervised() -> Tone {
        Tone::of(SUPERVISED, false)
    }

    /// What the peer of a call hears.
    pub fn line(line: Line) -> Tone {
        Tone::of(line_score(line), line != Line::Beep)
    }

    /// What a key sounds like (ITU-T Q.23), for 100 ms and a pause of 60 ms. Nothing for a character that is no key.
    pub fn key(key: char) -> Option<Tone> {
        const LOW: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
        const HIGH: [f32; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
        let place = "123A456B789C*0#D".find(key.to_ascii_uppercase())?;
        let hertz = [*LOW.get(place / 4)?, *HIGH.get(place % 4)?];
        Some(Tone { notes: Cow::Owned(vec![steady(hertz, 100), pause(60)]), repeats: false, note: 0, at: 0 })
    }

    fn of(notes: &'static [Note], repeats: bool) -> Tone {
        Tone { notes: Cow::Borrowed(notes), repeats, note: 0, at: 0 }
    }

    /// The next 10 ms. False, and silence, once the tone is over.
    pub fn fill(&mut self, block: &mut Block) -> bool {
        *block = [0.0; BLOCK];
        let mut from = 0;
        while let Some(rest) = block.get_mut(from..).filter(|rest| !rest.is_empty()) {
            let Some(&note) = self.notes.get(self.note) else { break };
            let length = note.milliseconds * SAMPLES_PER_MS;
            let count = rest.len().min((length - self.at) as usize);
            for (at, sample) in (self.at..).zip(rest.iter_mut().take(count)) {
                *sample = note.sample(at);
            }
            from += count;
            self.at += count as u32;
            if self.at == length {
                self.next_note();
            }
        }
        from > 0
    }

    fn next_note(&mut self) {
        self.at = 0;
        self.note += 1;
        if self.repeats && self.note == self.notes.len() {
            self.note = 0;
        }
    }
}

impl Note {
    fn sample(&self, at: u32) -> f32 {
        let seconds = at as f32 / 48_000.0;
        let wave = |hertz: f32| (std::f32::consts::TAU * (hertz * seconds).fract()).sin();
        let [first, second] = self.hertz;
        (wave(first) + wave(second)) * self.gain * self.envelope(at)
    }

    fn envelope(&self, at: u32) -> f32 {
        let left = self.milliseconds * SAMPLES_PER_MS - at;
        let edges = (at as f32 / EDGE).min(left as f32 / EDGE).min(1.0);
        match self.shape {
            Shape::Steady => edges,
            Shape::Unbroken => 1.0,
            // Down to a twentieth within the note: its own reverberation.
            Shape::Bell => edges * (-3.0 * at as f32 / (self.milliseconds * SAMPLES_PER_MS) as f32).exp(),
        }
    }
}

fn line_score(tone: Line) -> &'static [Note] {
    match tone {
        // 17 waves.
        Line::Dial => const { &[Note { shape: Shape::Unbroken, ..line(425.0, 40) }] },
        Line::Beep => const { &[line(1_000.0, 250)] },
        Line::Ringback => const { &[line(425.0, 1_000), pause(4_000)] },
        Line::Refused => const { &[line(425.0, 250), pause(250)] },
    }
}

fn progress_score(country: Country, progress: Progress) -> &'static [Note] {
    use Country::{Britain, Europe, NorthAmerica, Russia};
    use Progress::{Busy, Congestion, Ringback};
    match (country, progress) {
        (Europe, Ringback) => const { &[steady([425.0, 0.0], 1_000), pause(4_000)] },
        (Europe, Busy) => const { &[steady([425.0, 0.0], 500), pause(500)] },
        (Europe, Congestion) => const { &[steady([425.0, 0.0], 250), pause(250)] },
        (NorthAmerica, Ringback) => const { &[steady([440.0, 480.0], 2_000), pause(4_000)] },
        (NorthAmerica, Busy) => const { &[steady([480.0, 620.0], 500), pause(500)] },
        (NorthAmerica, Congestion) => const { &[steady([480.0, 620.0], 250), pause(250)] },
        (Russia, Ringback) => const { &[steady([425.0, 0.0], 800), pause(3_200)] },
        (Russia, Busy) => const { &[steady([425.0, 0.0], 400), pause(400)] },
        (Russia, Congestion) => const { &[steady([425.0, 0.0], 200), pause(200)] },
        (Britain, Ringback) => {
            const { &[steady([400.0, 450.0], 400), pause(200), steady([400.0, 450.0], 400), pause(2_000)] }
        }
        (Britain, Busy) => const { &[steady([400.0, 0.0], 375), pause(375)] },
        (Britain, Congestion) => const { &[steady([400.0, 0.0], 400), pause(350)] },
    }
}

#[cfg(test)]
mod tests;
