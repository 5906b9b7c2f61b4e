//! RTCP (RFC 3550 §6): reports out every five seconds or so, and what the peer's reports tell.

use std::time::{Duration, Instant};

use rtcp_types::{
    Bye, Compound, Packet, ReceiverReport, ReportBlock, ReportBlockBuilder, RtcpPacketWriter, RtcpPacketWriterExt,
    Sdes, SdesChunk, SdesItem, SenderReport,
};

use crate::rtp::Reception;

/// Whether a datagram of a port shared by both (RFC 5761 §4) is RTCP.
pub fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [first, 192..=223, ..] if first >> 6 == 2)
}

/// What a sender report tells of our own sending.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    /// The RTP timestamp of now.
    pub(crate) timestamp: u32,
    pub(crate) packets: u32,
    pub(crate) octets: u32,
}

/// What the peer says of our packets.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Remote {
    pub(crate) rtt_ms: Option<f32>,
    pub(crate) loss_pct: Option<f32>,
}

/// The reports of one stream. Building one allocates a little, a dozen times a minute.
#[derive(Debug)]
pub(crate) struct Reports {
    ssrc: u32,
    cname: String,
    epoch: Instant,
    next: Instant,
    random: u64,
    /// Middle 32 bits of the peer's last sender report, and when it came.
    last_report: Option<(u32, Instant)>,
    pub(crate) remote: Remote,
}

impl Reports {
    /// The first report comes after half an interval (§6.2); `random` spreads them.
    pub(crate) fn new(ssrc: u32, cname: String, random: u64, now: Instant) -> Reports {
        let mut reports = Reports {
            ssrc,
            cname,
            epoch: now,
            next: now,
            random: random | 1,
            last_report: None,
            remote: Remote::default(),
        };
        reports.next = now + reports.interval() / 2;
        reports
    }

    pub(crate) fn due(&self, now: Instant) -> bool {
        now >= self.next
    }

    /// Writes a compound packet: SR where we sent since the last one, RR otherwise, and SDES CNAME (§6.1).
    pub(crate) fn write(&mut self, sent: Option<Sent>, heard: Option<Reception>, now: Instant, packet: &mut Vec<u8>) {
        self.next = now + self.interval();
        packet.clear();
        let block = heard.map(|reception| self.block(reception, now));
        match sent {
            Some(sent) => {
                let mut report = SenderReport::builder(self.ssrc)
                    .ntp_timestamp(self.ntp(now))
                    .rtp_timestamp(sent.timestamp)
                    .packet_count(sent.packets)
                    .octet_count(sent.octets);
                if let Some(block) = block {
                    report = report.add_report_block(block);
                }
                append(&report, packet);
            }
            None => {
                let mut report = ReceiverReport::builder(self.ssrc);
                if let Some(block) = block {
                    report = report.add_report_block(block);
                }
                append(&report, packet);
            }
        }
        let name = SdesChunk::builder(self.ssrc).add_item(SdesItem::builder(SdesItem::CNAME, &self.cname));
        append(&Sdes::builder().add_chunk(name), packet);
    }

    /// The same with a goodbye at the end (§6.6).
    pub(crate) fn write_bye(
        &mut self,
        sent: Option<Sent>,
        heard: Option<Reception>,
        now: Instant,
        packet: &mut Vec<u8>,
    ) {
        self.write(sent, heard, now, packet);
        append(&Bye::builder().add_source(self.ssrc), packet);
    }

    /// Reads a compound packet; what is broken or of others is passed over.
    pub(crate) fn read(&mut self, packet: &[u8], peer: Option<u32>, arrival: Instant) {
        let Ok(compound) = Compound::parse(packet) else { return };
        for packet in compound.flatten() {
            match packet {
                Packet::Sr(report) => {
                    if peer.is_none_or(|ssrc| ssrc == report.ssrc()) {
                        self.last_report = Some(((report.ntp_timestamp() >> 16) as u32, arrival));
                    }
                    report.report_blocks().for_each(|block| self.read_block(&block, arrival));
                }
                Packet::Rr(report) => report.report_blocks().for_each(|block| self.read_block(&block, arrival)),
                _ => {}
            }
        }
    }

    fn read_block(&mut self, block: &ReportBlock<'_>, arrival: Instant) {
        if block.ssrc() != self.ssrc {
            return;
        }
        self.remote.loss_pct = Some(f32::from(block.fraction_lost()) / 2.56);
        if block.last_sender_report_timestamp() != 0 {
            let now = (self.ntp(arrival) >> 16) as u32;
            let trip = now
                .wrapping_sub(block.last_sender_report_timestamp())
                .wrapping_sub(block.delay_since_last_sender_report_timestamp())
                .cast_signed();
            // Clocks may make it slightly negative; a minute is nonsense.
            if (-655..65_536 * 60).contains(&trip) {
                self.remote.rtt_ms = Some(trip.max(0) as f32 / 65.536);
            }
        }
    }

    fn block(&self, reception: Reception, now: Instant) -> ReportBlockBuilder {
        let block = ReportBlock::builder(reception.ssrc)
            .fraction_lost(reception.fraction_lost)
            .cumulative_lost(reception.lost)
            .extended_sequence_number(reception.highest)
            .interarrival_jitter(reception.jitter);
        match self.last_report {
            Some((stamp, came)) => {
                let since = now.saturating_duration_since(came).as_secs_f64() * 65_536.0;
                block.last_sender_report_timestamp(stamp).delay_since_last_sender_report_timestamp(since as u32)
            }
            None => block,
        }
    }

    /// Not the time of day, which a peer has no use for without synchronized clocks, but time since the start (§4
    /// allows it), a day ahead so that it is never zero.
    fn ntp(&self, now: Instant) -> u64 {
        let elapsed = Duration::from_secs(86_400) + now.saturating_duration_since(self.epoch);
        (elapsed.as_secs() << 32) | ((u64::from(elapsed.subsec_nanos()) << 32) / 1_000_000_000)
    }

    /// Five seconds, times 0.5 to 1.5 at random so that many desks do not report at once (§6.2, §6.3.1).
    fn interval(&mut self) -> Duration {
        // xorshift64: spreading needs no secrecy.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        Duration::from_millis(2_500 + self.random % 5_000)
    }
}

/// Writes one packet of a compound. Every field has a bound that our own values keep, so this does not fail.
fn append(part: &impl RtcpPacketWriter, packet: &mut Vec<u8>) {
    let start = packet.len();
    if let Ok(size) = part.calculate_size() {
        packet.resize(start + size, 0);
        if part.write_into(&mut packet[start..]).is_err() {
            packet.truncate(start);
        }
    }
}

#[cfg(test)]
mod tests;
