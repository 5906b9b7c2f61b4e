//! Sending digits.

use std::collections::VecDeque;

use super::code;

/// A queue of digits played out in steps of 10 ms, either as events or as tones.
///
/// ```text
///          digit              100 ms            third end packet
///   Idle ────────► Pressed ─────────► Released ─────────────────► Idle
///    │ ▲  ','                            (60 ms at least)
///    ▼ │
///   Waiting (1 s)
/// ```
#[derive(Debug)]
pub(crate) struct Sender {
    queue: VecDeque<char>,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Idle,
    Pressed { code: u8, elapsed_ms: u32, timestamp: u32 },
    Released { code: u8, elapsed_ms: u32, timestamp: u32, ends: u8 },
    Waiting { left_ms: u32 },
}

/// One packet's worth of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    code: u8,
    end: bool,
    duration: u16,
    /// When the event began; the same in all its packets.
    pub(crate) timestamp: u32,
    /// The first packet of the event.
    pub(crate) marker: bool,
}

impl Event {
    /// RFC 4733 §2.3, at −10 dBm0.
    pub(crate) fn payload(&self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        [self.code, u8::from(self.end) << 7 | 10, high, low]
    }
}

/// What one step of 10 ms means for the sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// No digit: the microphone goes out.
    Voice,
    /// Between digits, or the last packets of one.
    Quiet,
    /// A key is down.
    Key(u8),
}

impl Sender {
    pub(crate) fn new() -> Sender {
        Sender { queue: VecDeque::with_capacity(MAX_QUEUE), state: State::Idle }
    }

    /// Queues what can be dialled; the rest is passed over.
    pub(crate) fn push(&mut self, digits: &str) {
        let room = MAX_QUEUE.saturating_sub(self.queue.len());
        self.queue.extend(digits.chars().filter(|&digit| digit == ',' || code(digit).is_some()).take(room));
    }

    /// The next 10 ms, which begin at `timestamp`; `tick` is their length on the event clock, and packets leave every
    /// `ptime_ms`.
    pub(crate) fn step(&mut self, timestamp: u32, tick: u32, ptime_ms: u32) -> (Step, Option<Event>) {
        if let State::Idle = self.state {
            self.state = match self.queue.pop_front() {
                None => return (Step::Voice, None),
                Some(',') => State::Waiting { left_ms: 1_000 },
                Some(digit) => State::Pressed { code: code(digit).unwrap_or(0), elapsed_ms: 0, timestamp },
            };
        }
        match self.state {
            State::Idle => (Step::Voice, None),
            State::Waiting { left_ms } => {
                self.state = if left_ms > 10 { State::Waiting { left_ms: left_ms - 10 } } else { State::Idle };
                (Step::Voice, None)
            }
            State::Pressed { code, elapsed_ms, timestamp } => {
                let elapsed_ms = elapsed_ms + 10;
                let end = elapsed_ms >= PRESS_MS;
                let event = Event {
                    code,
                    end,
                    duration: duration(elapsed_ms, tick),
                    timestamp,
                    marker: elapsed_ms == ptime_ms,
                };
                self.state = match end {
                    true => State::Released { code, elapsed_ms: 0, timestamp, ends: 1 },
                    false => State::Pressed { code, elapsed_ms, timestamp },
                };
                (Step::Key(code), (end || elapsed_ms % ptime_ms == 0).then_some(event))
            }
            State::Released { code, elapsed_ms, timestamp, ends } => {
                let elapsed_ms = elapsed_ms + 10;
                let again = ends < 3 && elapsed_ms % ptime_ms.min(20) == 0;
                let ends = ends + u8::from(again);
                self.state = match elapsed_ms >= PAUSE_MS && ends >= 3 {
                    true => State::Idle,
                    false => State::Released { code, elapsed_ms, timestamp, ends },
                };
                let duration = duration(PRESS_MS, tick);
                (Step::Quiet, again.then_some(Event { code, end: true, duration, timestamp, marker: false }))
            }
        }
    }
}

/// 100 ms are 4800 ticks of the fastest clock, so one segment (65 535, RFC 4733 §2.5.1.3) is enough.
fn duration(elapsed_ms: u32, tick: u32) -> u16 {
    u16::try_from(elapsed_ms / 10 * tick).unwrap_or(u16::MAX)
}

const PRESS_MS: u32 = 100;
const PAUSE_MS: u32 = 60;
const MAX_QUEUE: usize = 128;
