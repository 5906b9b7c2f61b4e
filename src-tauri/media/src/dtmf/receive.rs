//! Receiving events.

use std::collections::VecDeque;

use super::KEYS;

/// Makes one digit of all the packets of an event. The first packet that arrives counts, whichever it is: updates and
/// the three end packets carry the timestamp of the event's beginning, so they are known again.
#[derive(Debug)]
pub(crate) struct Receiver {
    last: Option<Last>,
    digits: VecDeque<char>,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    code: u8,
    timestamp: u32,
    duration: u16,
    ended: bool,
}

impl Receiver {
    pub(crate) fn new() -> Receiver {
        Receiver { last: None, digits: VecDeque::with_capacity(MAX_QUEUE) }
    }

    pub(crate) fn receive(&mut self, payload: &[u8], timestamp: u32) {
        let &[code, flags, high, low, ..] = payload else { return };
        let Some(&digit) = KEYS.get(usize::from(code)) else { return };
        let event = Last { code, timestamp, duration: u16::from_be_bytes([high, low]), ended: flags & 0x80 != 0 };
        match &mut self.last {
            Some(last) if last.timestamp == timestamp => {
                last.duration = last.duration.max(event.duration);
                last.ended |= event.ended;
            }
            Some(last) if timestamp.wrapping_sub(last.timestamp).cast_signed() < 0 => {}
            // A key held down for long goes on in another segment (RFC 4733 §2.5.1.3).
            Some(last) if last.continues(&event) => *last = event,
            _ => {
                self.last = Some(event);
                if self.digits.len() < MAX_QUEUE {
                    self.digits.push_back(digit);
                }
            }
        }
    }

    pub(crate) fn poll(&mut self) -> Option<char> {
        self.digits.pop_front()
    }

    /// Another source or clock: timestamps start anew.
    pub(crate) fn forget(&mut self) {
        self.last = None;
    }
}

impl Last {
    fn continues(&self, next: &Last) -> bool {
        !self.ended
            && self.code == next.code
            && self.duration >= SEGMENT
            && self.timestamp.wrapping_add(u32::from(self.duration)) == next.timestamp
    }
}

/// A segment is full at 65 535; some senders stop at the last multiple of their packet time below.
const SEGMENT: u16 = 0xe000;
const MAX_QUEUE: usize = 64;
