//! Packets that wait to be sent, in memory that is used again.

use super::{Packet, PacketKind};

#[derive(Debug)]
pub(super) struct Outbox {
    slots: [(PacketKind, Vec<u8>); SLOTS],
    head: usize,
    count: usize,
}

impl Outbox {
    pub(super) fn new() -> Outbox {
        Outbox { slots: std::array::from_fn(|_| (PacketKind::Rtp, Vec::with_capacity(1500))), head: 0, count: 0 }
    }

    /// Lets `write` fill the next slot. Who never polls loses the newest packets, not memory.
    pub(super) fn push(&mut self, kind: PacketKind, write: impl FnOnce(&mut Vec<u8>)) {
        if self.count < SLOTS {
            let slot = &mut self.slots[(self.head + self.count) % SLOTS];
            slot.0 = kind;
            write(&mut slot.1);
            self.count += 1;
        }
    }

    pub(super) fn pop(&mut self) -> Option<Packet<'_>> {
        if self.count == 0 {
            return None;
        }
        let (kind, bytes) = &self.slots[self.head];
        self.head = (self.head + 1) % SLOTS;
        self.count -= 1;
        Some(Packet { kind: *kind, bytes })
    }
}

const SLOTS: usize = 8;
