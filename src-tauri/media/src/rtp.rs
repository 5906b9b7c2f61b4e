//! RTP (RFC 3550): packets out, and the order and statistics of packets in.

use std::time::Instant;

use rtp_types::{RtpPacket, RtpPacketBuilder};

/// The header fields that vary.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    pub(crate) payload_type: u8,
    pub(crate) marker: bool,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
}

impl Header {
    pub(crate) fn write(&self, payload: &[u8], packet: &mut Vec<u8>) {
        packet.clear();
        RtpPacketBuilder::<&[u8], &[u8]>::new()
            .payload_type(self.payload_type & 0x7f)
            .marker_bit(self.marker)
            .sequence_number(self.sequence)
            .timestamp(self.timestamp)
            .ssrc(self.ssrc)
            .payload(payload)
            .write_into_vec_unchecked(packet);
    }
}

/// What a source's next packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// New, with its sequence number extended beyond 16 bits (§A.1).
    New(u64),
    /// Seen before.
    Duplicate,
    /// Too old to tell.
    Ancient,
    /// So far from the last one that the next packet has to confirm it.
    Suspect,
}

/// One synchronization source, as its receiver sees it (§6.4.1, §A.1, §A.3, §A.8).
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) ssrc: u32,
    clock_rate: f64,
    base: u64,
    highest: u64,
    /// Which of the last 128 came; bit 0 is `highest`.
    seen: u128,
    received: u64,
    /// A lone packet from elsewhere in the sequence; the source starts anew if the next follows it.
    suspect: Option<u16>,
    transit: Option<(f64, u32)>,
    jitter: f64,
    reported: (u64, u64),
}

impl Source {
    pub(crate) fn new(packet: &RtpPacket<'_>, clock_rate: u32) -> Source {
        // One cycle ahead, so that packets reordered around the first do not go below zero.
        let first = 1 << 16 | u64::from(packet.sequence_number());
        Source {
            ssrc: packet.ssrc(),
            clock_rate: f64::from(clock_rate),
            base: first,
            highest: first - 1,
            seen: 0,
            received: 0,
            suspect: None,
            transit: None,
            jitter: 0.0,
            reported: (0, 0),
        }
    }

    /// Takes note of a packet.
    pub(crate) fn arrive(&mut self, sequence: u16) -> Order {
        let ahead = i64::from(sequence.wrapping_sub(self.highest as u16).cast_signed());
        let order = match ahead {
            1..=MAX_DROPOUT => {
                let gap = u32::try_from(ahead).unwrap_or(u32::MAX);
                self.seen = self.seen.checked_shl(gap).unwrap_or(0) | 1;
                self.highest += ahead.unsigned_abs();
                Order::New(self.highest)
            }
            -127..=0 => {
                let bit = 1u128 << ahead.unsigned_abs();
                let extended = self.highest - ahead.unsigned_abs();
                if self.seen & bit != 0 {
                    return Order::Duplicate;
                }
                self.seen |= bit;
                self.base = self.base.min(extended);
                Order::New(extended)
            }
            MIN_DROPOUT..-127 => Order::Ancient,
            _ => Order::Suspect,
        };
        match order {
            Order::New(_) => {
                self.suspect = None;
                self.received += 1;
            }
            Order::Suspect | Order::Ancient => return self.confirm(sequence, order),
            Order::Duplicate => {}
        }
        order
    }

    /// Two packets in a row from elsewhere: the source restarted its sequence. The extended numbers go on rising.
    fn confirm(&mut self, sequence: u16, order: Order) -> Order {
        if self.suspect != Some(sequence) {
            self.suspect = Some(sequence.wrapping_add(1));
            return order;
        }
        let restart = ((self.highest >> 16) + 2) << 16 | u64::from(sequence);
        // What was lost until now stays lost: the base moves along with the jump.
        self.base += restart - self.highest - 1;
        self.highest = restart;
        self.seen = 1;
        self.suspect = None;
        self.transit = None;
        self.received += 1;
        Order::New(restart)
    }

    /// Interarrival jitter (§A.8) of a sound packet that came in order.
    pub(crate) fn measure(&mut self, timestamp: u32, arrival_s: f64) {
        if let Some((before, last)) = self.transit.replace((arrival_s, timestamp)) {
            let spacing = f64::from(timestamp.wrapping_sub(last).cast_signed());
            let wobble = ((arrival_s - before) * self.clock_rate - spacing).abs();
            // A new talk spurt may jump; seconds of difference are no jitter.
            if wobble < self.clock_rate * 2.0 {
                self.jitter += (wobble - self.jitter) / 16.0;
            }
        }
    }

    /// Another codec: the clock changes under the same source (RFC 7160).
    pub(crate) fn reclock(&mut self, clock_rate: u32) {
        self.jitter *= f64::from(clock_rate) / self.clock_rate;
        self.clock_rate = f64::from(clock_rate);
        self.transit = None;
    }

    pub(crate) fn jitter_ms(&self) -> f64 {
        self.jitter / self.clock_rate * 1000.0
    }

    pub(crate) fn expected(&self) -> u64 {
        (self.highest + 1).saturating_sub(self.base)
    }

    pub(crate) fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.received)
    }

    /// Fields of a report block; the fraction is since the last call.
    pub(crate) fn report(&mut self) -> Reception {
        let (expected, received) = (self.expected(), self.received);
        let since = expected.saturating_sub(self.reported.0);
        let lost = since.saturating_sub(received.saturating_sub(self.reported.1));
        self.reported = (expected, received);
        Reception {
            ssrc: self.ssrc,
            fraction_lost: (lost * 256).checked_div(since).unwrap_or(0).min(255) as u8,
            lost: self.lost().min(0x7f_ffff) as u32,
            highest: (self.highest - (1 << 16)) as u32,
            jitter: self.jitter as u32,
        }
    }
}

/// What a report block tells of a source (§6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reception {
    pub(crate) ssrc: u32,
    pub(crate) fraction_lost: u8,
    pub(crate) lost: u32,
    pub(crate) highest: u32,
    pub(crate) jitter: u32,
}

/// The peer's source, once there is one. A peer may change its source at any time (a PBX does when it bridges another
/// leg): two packets in a row from the new one, with none from the old one between them, make the change. So neither a
/// stray packet nor a second sender can take the stream over.
#[derive(Debug, Clone, Default)]
pub(crate) struct Peer {
    pub(crate) source: Option<Source>,
    candidate: Option<(u32, u16)>,
}

impl Peer {
    /// Whether this source is the peer's.
    pub(crate) fn is(&self, ssrc: u32) -> bool {
        self.source.as_ref().is_some_and(|source| source.ssrc == ssrc)
    }

    /// The source of this packet if it is the peer's, and whether it is new.
    pub(crate) fn admit(&mut self, packet: &RtpPacket<'_>, clock_rate: u32) -> Option<(&mut Source, bool)> {
        let known = self.source.as_ref().map(|source| source.ssrc);
        let next = (packet.ssrc(), packet.sequence_number());
        let fresh = match known {
            Some(ssrc) if ssrc == packet.ssrc() => false,
            Some(_) if self.candidate != Some(next) => {
                self.candidate = Some((next.0, next.1.wrapping_add(1)));
                return None;
            }
            _ => true,
        };
        self.candidate = None;
        if fresh {
            self.source = Some(Source::new(packet, clock_rate));
        }
        self.source.as_mut().map(|source| (source, fresh))
    }
}

/// Seconds since a fixed point.
pub(crate) fn seconds(epoch: Instant, at: Instant) -> f64 {
    at.saturating_duration_since(epoch).as_secs_f64()
}

/// A gap of this many packets is still taken as loss: one minute of 20 ms (§A.1).
const MAX_DROPOUT: i64 = 3000;
const MIN_DROPOUT: i64 = -MAX_DROPOUT;

#[cfg(test)]
mod tests;
