//! From what was negotiated to what is heard.

use std::net::IpAddr;

use media::{CodecKind, Dtmf, OpusConfig, Sending, StreamConfig};
use sip::sdp::{self, Direction, Negotiation};

use super::{Call, Calls, Context, digits::Way};
use crate::{
    CallId, Codec, DtmfMode, Event,
    account::Entry,
    sound::{Media, Part, RtpSockets, SoundEvent},
};

/// 20 ms is what every PBX expects; asking for less doubles its packets.
const PTIME_MS: u32 = 20;

impl Calls {
    /// Brings the sound of a call in line with what was agreed on, and tells what the window shows of it.
    pub(super) fn play_agreed(&mut self, call: CallId, context: &mut Context<'_>) {
        let Some(state) = self.calls.get_mut(&call) else { return };
        let Some(agreed) = state.agreed.clone() else { return };
        let media = state.media(&agreed);
        match state.sockets.take() {
            Some(sockets) => {
                self.sound.open(call, sockets, media);
                self.sound.mute(call, state.muted);
                self.sound.call_tone(call, state.tone);
            }
            None => self.sound.update(call, media),
        }
        context.tell(Event::Codec(call, codec(agreed.codec)));
        self.tell_hold(call, context);
        self.tell_listening(call, context);
    }

    fn tell_hold(&mut self, call: CallId, context: &mut Context<'_>) {
        let Some(state) = self.calls.get_mut(&call) else { return };
        let Some(agreed) = &state.agreed else { return };
        let ours = state.stance.agreed;
        // Who listens cannot see whether the peer would hear them, only whether it sends.
        let remote = if ours.listen { !ours.hold && !agreed.direction.receives() } else { !agreed.direction.sends() };
        let hold = (ours.hold, remote);
        if state.stance.told_hold != hold {
            state.stance.told_hold = hold;
            context.tell(Event::Hold { call, local: hold.0, remote });
        }
    }

    /// Tells whether the microphone is shut off, when that changes.
    pub(super) fn tell_listening(&mut self, call: CallId, context: &mut Context<'_>) {
        let Some(stance) = self.calls.get_mut(&call).map(|state| &mut state.stance) else { return };
        let listens = stance.listens();
        if std::mem::replace(&mut stance.told_listening, listens) != listens {
            context.tell(Event::Listening(call, listens));
        }
    }

    /// A digit of the peer.
    pub(super) fn digit(&mut self, call: CallId, way: Way, digit: char, context: &mut Context<'_>) {
        if self.calls.get_mut(&call).is_some_and(|state| state.digits.is_new(way, digit, context.now)) {
            context.tell(Event::Digit(call, digit));
        }
    }

    /// What the sound thread tells.
    pub(crate) fn sound(&mut self, event: SoundEvent, context: &mut Context<'_>) {
        match event {
            SoundEvent::Digit(call, digit) => self.digit(call, Way::Rtp, digit, context),
            SoundEvent::Quality(call, quality) => context.tell(Event::Quality(call, quality)),
            SoundEvent::MediaLost(call) => self.media_lost(call, context),
            SoundEvent::FirstPacket(call) => self.sound.ringback(call, false),
            SoundEvent::Devices { present, in_use } => context.tell(Event::Devices { present, in_use }),
            SoundEvent::DeviceTrouble(role, detail) => context.tell(Event::DeviceTrouble(role, detail)),
            SoundEvent::Levels { microphone, speaker } => context.tell(Event::Levels { microphone, speaker }),
        }
    }
}

impl Call {
    fn media(&self, agreed: &sdp::Negotiated) -> Media {
        Media {
            stream: self.stream(agreed),
            remote: agreed.remote,
            remote_rtcp: if agreed.rtcp_mux { Some(agreed.remote) } else { agreed.rtcp },
            send: self.sending(agreed.direction),
            receive: agreed.direction.receives() && !self.stance.wanted.hold,
            part: match self.stance.listens() {
                _ if self.apart => Part::Apart,
                true => Part::Listens,
                false => Part::Talks,
            },
        }
    }

    fn sending(&self, agreed: Direction) -> Sending {
        match self.stance.listens() {
            _ if self.stance.wanted.hold => Sending::Nothing,
            true if agreed.receives() => Sending::Events,
            false if agreed.sends() => Sending::Sound,
            _ => Sending::Nothing,
        }
    }

    fn stream(&self, agreed: &sdp::Negotiated) -> StreamConfig {
        let in_band = self.dtmf == DtmfMode::Inband;
        StreamConfig {
            codec: match agreed.codec {
                sdp::Codec::Opus => CodecKind::Opus,
                sdp::Codec::G722 => CodecKind::G722,
                sdp::Codec::Pcmu => CodecKind::Pcmu,
                sdp::Codec::Pcma => CodecKind::Pcma,
            },
            send_payload_type: agreed.send_payload_type,
            receive_payload_type: agreed.receive_payload_type,
            ptime_ms: agreed.ptime_ms,
            dtmf: agreed.dtmf.filter(|_| !in_band).map(|(send_pt, receive_pt, clock)| Dtmf {
                send_pt,
                receive_pt,
                clock,
            }),
            ssrc: self.ssrc,
            first_sequence: (random() & 0x7FFF) as u16,
            first_timestamp: random(),
            cname: format!("{:08x}", random()),
            opus: OpusConfig::default(),
        }
    }
}

/// The first offer or answer of a call, at the sockets it will use.
pub(super) fn local_media(entry: &Entry, address: IpAddr, sockets: &RtpSockets) -> Negotiation {
    Negotiation::new(sdp::Local {
        address,
        port: sockets.port(),
        codecs: entry.account.codecs.iter().copied().map(sdp_codec).collect(),
        direction: Direction::SendRecv,
        ptime_ms: PTIME_MS,
        session_id: u64::from(random()),
    })
}

/// Random bits, unguessable where the system gives any (RFC 3550 §5.1 wants SSRC, sequence and timestamp so).
pub(super) fn random() -> u32 {
    getrandom::u32().unwrap_or_else(|_| std::process::id().wrapping_mul(0x9E37_79B9))
}

fn codec(codec: sdp::Codec) -> Codec {
    match codec {
        sdp::Codec::Opus => Codec::Opus,
        sdp::Codec::G722 => Codec::G722,
        sdp::Codec::Pcmu => Codec::Pcmu,
        sdp::Codec::Pcma => Codec::Pcma,
    }
}

fn sdp_codec(codec: Codec) -> sdp::Codec {
    match codec {
        Codec::Opus => sdp::Codec::Opus,
        Codec::G722 => sdp::Codec::G722,
        Codec::Pcmu => sdp::Codec::Pcmu,
        Codec::Pcma => sdp::Codec::Pcma,
    }
}
