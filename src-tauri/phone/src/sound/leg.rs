//! One call's media: its stream, its sockets, and what it may do now.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use media::{BLOCK, Block, PacketKind, Received, Sending, Stream, tone};

use super::{
    Media, Part, RtpSockets, SoundEvent,
    latch::Latch,
    wakeup::{Socket, Wakeup},
};
use crate::api::{CallId, CallTone, Quality};

/// Without a packet for so long the peer is gone.
const LOST: Duration = Duration::from_secs(30);
/// Datagrams per visit and socket, so that a flood cannot keep us from the next tick.
const VISIT: usize = 32;
/// No RTP packet over UDP is longer.
pub(super) const DATAGRAM: usize = 2048;

/// See the module.
pub(super) struct Leg {
    pub(super) call: CallId,
    pub(super) stream: Stream,
    media: Media,
    rtp: Socket,
    rtcp: Socket,
    latch: Latch,
    rtcp_latch: Latch,
    muted: bool,
    /// What the peer hears in place of the microphone.
    tone: Option<tone::Tone>,
    /// Last sign of life, or when we began to wait for one.
    heard_at: Instant,
    said_lost: bool,
    /// What the speaker gets of this call in this tick.
    pub(super) heard: Block,
}

impl Leg {
    pub(super) fn open(
        call: CallId,
        sockets: RtpSockets,
        media: Media,
        wakeup: &Wakeup,
        now: Instant,
    ) -> io::Result<Leg> {
        let mut stream = Stream::new(media.stream.clone(), now).map_err(io::Error::other)?;
        stream.set_sending(media.send);
        stream.set_receiving(media.receive);
        Ok(Leg {
            call,
            stream,
            rtp: wakeup.socket(sockets.rtp)?,
            rtcp: wakeup.socket(sockets.rtcp)?,
            latch: Latch::new(media.remote),
            rtcp_latch: Latch::new(rtcp_address(&media)),
            media,
            muted: false,
            tone: None,
            heard_at: now,
            said_lost: false,
            heard: [0.0; BLOCK],
        })
    }

    pub(super) fn update(&mut self, media: Media, now: Instant) {
        if let Err(error) = self.stream.reconfigure(media.stream.clone(), now) {
            tracing::warn!(call = %self.call, %error, "the codec stays as it was");
        }
        self.stream.set_sending(media.send);
        self.stream.set_receiving(media.receive);
        self.latch.signal(media.remote);
        self.rtcp_latch.signal(rtcp_address(&media));
        // An answer, a hold, a resume: the wait for packets begins anew.
        (self.heard_at, self.said_lost) = (now, false);
        self.media = media;
    }

    pub(super) fn mute(&mut self, on: bool) {
        self.muted = on;
    }

    pub(super) fn play_tone(&mut self, tone: Option<CallTone>) {
        self.tone = tone.map(|tone| tone::Tone::line(line(tone)));
    }

    /// Whether the agent may be heard in it.
    pub(super) fn talks(&self) -> bool {
        self.media.part == Part::Talks
    }

    /// Whether the agent hears it.
    pub(super) fn is_heard(&self) -> bool {
        self.media.part != Part::Apart
    }

    /// Says goodbye by RTCP.
    pub(super) fn close(mut self, now: Instant) {
        self.stream.close(now);
        self.send_packets();
    }

    /// Takes the datagrams that have come. `tell` gets the first packet and the digits.
    pub(super) fn receive(&mut self, now: Instant, tell: &impl Fn(SoundEvent)) {
        let mut buffer = [0; DATAGRAM];
        for _ in 0..VISIT {
            let Some((packet, from)) = self.rtp.receive(&mut buffer) else { break };
            if is_rtcp(packet) {
                self.receive_rtcp(packet, from, now);
            } else if self.latch.admits(from, now) {
                self.receive_rtp(packet, from, now, tell);
            }
        }
        for _ in 0..VISIT {
            let Some((packet, from)) = self.rtcp.receive(&mut buffer) else { break };
            self.receive_rtcp(packet, from, now);
        }
    }

    /// Also a sign of life: with silence suppression nothing else may come for long.
    fn receive_rtcp(&mut self, packet: &[u8], from: SocketAddr, now: Instant) {
        if self.rtcp_latch.admits(from, now) && is_rtcp(packet) {
            self.stream.receive_rtcp(packet, now);
            self.rtcp_latch.saw(from, now);
            self.heard_at = now;
        }
    }

    fn receive_rtp(&mut self, packet: &[u8], from: SocketAddr, now: Instant, tell: &impl Fn(SoundEvent)) {
        if self.stream.receive_rtp(packet, now) == Received::Stranger {
            return;
        }
        if !self.latch.is_latched() {
            tell(SoundEvent::FirstPacket(self.call));
        }
        self.latch.saw(from, now);
        self.heard_at = now;
        self.said_lost = false;
        while let Some(digit) = self.stream.poll_digit() {
            tell(SoundEvent::Digit(self.call, digit));
        }
    }

    /// Decodes the next 10 ms into [`Leg::heard`].
    pub(super) fn play(&mut self, now: Instant) {
        self.stream.play(&mut self.heard, now);
        if !self.media.receive {
            // Music for others: who holds does not listen.
            self.heard = [0.0; BLOCK];
        }
    }

    /// Sends 10 ms: of the tone, else of the agent's voice, with the other voices of a conference or a bridge. The stream itself
    /// keeps what may not be sent.
    pub(super) fn capture(&mut self, voice: Option<&Block>, others: Option<&Block>, now: Instant) {
        let mut sum = self.own(voice);
        if let Some(others) = others {
            media::mix::add(&mut sum, others);
            media::mix::limit(&mut sum);
        }
        if self.media.send != Sending::Nothing {
            self.stream.capture(&sum, now);
        }
        self.send_packets();
    }

    fn own(&mut self, voice: Option<&Block>) -> Block {
        let mut block = [0.0; BLOCK];
        if let Some(tone) = &mut self.tone {
            if tone.fill(&mut block) {
                return block;
            }
            self.tone = None;
        }
        let may_be_heard = self.talks() && !self.muted && self.media.send == Sending::Sound;
        voice.filter(|_| may_be_heard).copied().unwrap_or(block)
    }

    fn send_packets(&mut self) {
        let rtp_to = self.latch.target();
        let muxed = self.media.remote_rtcp == Some(self.media.remote);
        let rtcp_to = if muxed { rtp_to } else { self.rtcp_target() };
        while let Some(packet) = self.stream.poll_packet() {
            match packet.kind {
                PacketKind::Rtp => self.rtp.send(packet.bytes, rtp_to),
                PacketKind::Rtcp if muxed => self.rtp.send(packet.bytes, rtcp_to),
                PacketKind::Rtcp => self.rtcp.send(packet.bytes, rtcp_to),
            }
        }
    }

    /// Where RTCP comes from; until it comes, next to where RTP comes from if that is not where the answer said.
    fn rtcp_target(&self) -> SocketAddr {
        let rtp = self.latch.target();
        if self.rtcp_latch.is_latched() || rtp.ip() == self.media.remote.ip() {
            return self.rtcp_latch.target();
        }
        SocketAddr::new(rtp.ip(), rtp.port().saturating_add(1))
    }

    /// What is to be said about this call once a second. `devices` is the latency of microphone and speaker.
    pub(super) fn report(&mut self, now: Instant, devices: f32, tell: &impl Fn(SoundEvent)) {
        if !self.media.receive {
            return;
        }
        if self.latch.is_latched() {
            tell(SoundEvent::Quality(self.call, self.quality(now, devices)));
        }
        if !self.said_lost && now.saturating_duration_since(self.heard_at) >= LOST {
            self.said_lost = true;
            tell(SoundEvent::MediaLost(self.call));
        }
    }

    fn quality(&self, now: Instant, devices: f32) -> Quality {
        let statistics = self.stream.statistics(now);
        let ours = devices + self.media.stream.ptime_ms as f32 + statistics.jitter_buffer_ms;
        Quality {
            mos: statistics.mos,
            loss_pct: statistics.loss_pct,
            jitter_ms: statistics.jitter_ms,
            rtt_ms: statistics.rtt_ms,
            jitter_buffer_ms: statistics.jitter_buffer_ms,
            mouth_to_ear_ms: Some(ours + statistics.rtt_ms.map_or(0.0, |rtt| rtt / 2.0)),
        }
    }
}

fn line(tone: CallTone) -> tone::Line {
    match tone {
        CallTone::Dial => tone::Line::Dial,
        CallTone::Beep => tone::Line::Beep,
        CallTone::Ringback => tone::Line::Ringback,
        CallTone::Refused => tone::Line::Refused,
    }
}

fn rtcp_address(media: &Media) -> SocketAddr {
    let next = SocketAddr::new(media.remote.ip(), media.remote.port().saturating_add(1));
    media.remote_rtcp.unwrap_or(next)
}

/// Version 2 and a packet type of RTCP, 192 to 223 (RFC 5761 §4).
fn is_rtcp(packet: &[u8]) -> bool {
    matches!(packet, [first, kind, ..] if first >> 6 == 2 && (192..=223).contains(kind))
}
