//! Packets in the order of their sequence numbers.

/// What a packet brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// A payload of the codec.
    Sound,
    /// A description of comfort noise (RFC 3389).
    Noise,
    /// A telephone event: nothing to hear, but nothing lost either.
    Event,
}

/// A packet that waits.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) sequence: u64,
    /// In samples, extended beyond 32 bits.
    pub(super) timestamp: i64,
    pub(super) content: Content,
    pub(super) payload: Vec<u8>,
    occupied: bool,
}

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Insert {
    /// It waits for its turn.
    Waiting,
    /// Its turn is over.
    Late,
    /// So far ahead that the oldest had to go; that many of them.
    Overflow(u64),
}

/// A ring of packets by extended sequence number. Slots keep their memory, so a running call allocates nothing.
#[derive(Debug)]
pub(super) struct Buffer {
    slots: Vec<Frame>,
    /// The lowest sequence number that may still come.
    base: Option<u64>,
    count: usize,
}

impl Buffer {
    pub(super) fn new() -> Buffer {
        let empty = Frame { sequence: 0, timestamp: 0, content: Content::Event, payload: Vec::new(), occupied: false };
        let slots =
            (0..CAPACITY).map(|_| Frame { payload: Vec::with_capacity(USUAL_PAYLOAD), ..empty.clone() }).collect();
        Buffer { slots, base: None, count: 0 }
    }

    pub(super) fn insert(&mut self, sequence: u64, timestamp: i64, content: Content, payload: &[u8]) -> Insert {
        let base = *self.base.get_or_insert(sequence);
        if sequence < base {
            return Insert::Late;
        }
        let dropped = self.make_room(sequence);
        let slot = &mut self.slots[index(sequence)];
        if slot.occupied {
            return Insert::Waiting;
        }
        slot.sequence = sequence;
        slot.timestamp = timestamp;
        slot.content = content;
        slot.payload.clear();
        slot.payload.extend_from_slice(payload.get(..MAX_PAYLOAD).unwrap_or(payload));
        slot.occupied = true;
        self.count += 1;
        if dropped > 0 { Insert::Overflow(dropped) } else { Insert::Waiting }
    }

    /// Lets the base move back to a packet that overtook the first, while nothing was played yet.
    pub(super) fn reopen(&mut self, sequence: u64) {
        if let Some(base) = self.base
            && sequence < base
            && base - sequence < CAPACITY as u64 / 2
        {
            self.base = Some(sequence);
        }
    }

    fn make_room(&mut self, sequence: u64) -> u64 {
        let lowest = (sequence + 1).saturating_sub(CAPACITY as u64);
        let mut dropped = 0;
        while self.count > 0 && self.base.is_some_and(|base| base < lowest) {
            let base = self.base.unwrap_or(lowest);
            dropped += u64::from(self.remove(base));
            self.base = Some(base + 1);
        }
        self.base = self.base.map(|base| base.max(lowest));
        dropped
    }

    fn remove(&mut self, sequence: u64) -> bool {
        let slot = &mut self.slots[index(sequence)];
        let held = slot.occupied && slot.sequence == sequence;
        if held {
            slot.occupied = false;
            self.count -= 1;
        }
        held
    }

    /// The packet that is next in order, if any came.
    pub(super) fn first(&self) -> Option<&Frame> {
        if self.count == 0 {
            return None;
        }
        let base = self.base?;
        (base..base + CAPACITY as u64).map(|sequence| &self.slots[index(sequence)]).find(|slot| slot.occupied)
    }

    /// How many packets before the first one never came.
    pub(super) fn missing(&self) -> u64 {
        self.first().zip(self.base).map_or(0, |(first, base)| first.sequence.saturating_sub(base))
    }

    /// Gives the first packet up; those before it are late from now on.
    pub(super) fn take_first(&mut self) {
        if let Some(sequence) = self.first().map(|first| first.sequence) {
            self.remove(sequence);
            self.base = Some(sequence + 1);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn clear(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.occupied = false);
        self.base = None;
        self.count = 0;
    }
}

fn index(sequence: u64) -> usize {
    (sequence % CAPACITY as u64) as usize
}

/// 1.28 s of packets of 10 ms, 2.56 s of the usual ones.
const CAPACITY: usize = 128;
/// Nothing longer fits a datagram on an ordinary network.
const MAX_PAYLOAD: usize = 1480;
/// Longer payloads make their slot grow once.
const USUAL_PAYLOAD: usize = 320;

#[cfg(test)]
mod tests;
