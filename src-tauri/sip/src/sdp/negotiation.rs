//! One call's offers and answers.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use super::remote::{Audio, Description, Stream};
use super::{Codec, Direction, OpusParams, SdpError};

/// What we bring to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// Where we receive.
    pub address: IpAddr,
    /// The RTP port; RTCP shares it where the peer can, else has the next one.
    pub port: u16,
    /// What we can speak, the best first.
    pub codecs: Vec<Codec>,
    /// What we want if nobody holds anybody: an offer may ask for less.
    pub direction: Direction,
    /// The packet length that we like best, in ms.
    pub ptime_ms: u32,
    /// The session id of `o=`: unlike that of any other call.
    pub session_id: u64,
}

/// What both sides agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiated {
    /// The codec for both ways.
    pub codec: Codec,
    /// The payload type that the peer wants to see.
    pub send_payload_type: u8,
    /// The payload type that the peer sends.
    pub receive_payload_type: u8,
    /// telephone-event: the payload type to send, the one that arrives, and the clock in Hz.
    pub dtmf: Option<(u8, u8, u32)>,
    /// Where to send RTP. Unspecified if the peer holds in the old way.
    pub remote: SocketAddr,
    /// Where to send RTCP, if anywhere.
    pub rtcp: Option<SocketAddr>,
    /// RTP and RTCP share a port on both sides (RFC 5761).
    pub rtcp_mux: bool,
    /// Our direction: `RecvOnly` and `Inactive` mean that the peer holds us.
    pub direction: Direction,
    /// The packet length to send, in ms.
    pub ptime_ms: u32,
    /// What the peer wants of Opus.
    pub opus: OpusParams,
}

/// The offers and answers of one call.
#[derive(Debug, Clone)]
pub struct Negotiation {
    local: Local,
    /// Of `o=`.
    version: u64,
    /// The last description without its `o=`, to see whether the next one differs.
    last: String,
    /// What each `m=` line became, in their order. Lines are never removed (RFC 3264 §8).
    lines: Vec<Line>,
    /// Payload types once used, ours or the peer's: a number keeps its meaning for the whole call (§8.3.2).
    numbers: Vec<(Format, u8)>,
    /// The direction of an offer that waits for its answer.
    offered: Direction,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Line {
    Audio { proto: String },
    Declined { media: String, proto: String, formats: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Audio(Codec),
    TelephoneEvent(u32),
}

impl Negotiation {
    /// A call that has not said anything yet.
    pub fn new(local: Local) -> Self {
        let offered = local.direction;
        Self { local, version: 1, last: String::new(), lines: Vec::new(), numbers: Vec::new(), offered }
    }

    /// The network gave us another address: the next offer will say so.
    pub fn move_to(&mut self, address: IpAddr, port: u16) {
        self.local.address = address;
        self.local.port = port;
    }

    /// An offer: all our codecs, in a direction that may hold the peer.
    pub fn offer(&mut self, direction: Direction) -> Vec<u8> {
        if self.lines.is_empty() {
            self.lines.push(Line::Audio { proto: "RTP/AVP".into() });
        }
        self.offered = direction.and(self.local.direction);
        let codecs = self.local.codecs.clone();
        let mut formats: Vec<Format> = codecs.iter().map(|&codec| Format::Audio(codec)).collect();
        for rate in [8_000, 48_000] {
            if rate == 8_000 || codecs.contains(&Codec::Opus) {
                formats.push(Format::TelephoneEvent(rate));
            }
        }
        let formats: Vec<(Format, u8)> = formats.into_iter().map(|format| (format, self.number(format))).collect();
        self.describe(&formats, self.offered, self.local.ptime_ms, true)
    }

    /// The answer to a peer's offer, and what it means. `direction` is what we want; the offer may allow less.
    pub fn answer(&mut self, offer: &[u8], direction: Direction) -> Result<(Vec<u8>, Negotiated), SdpError> {
        let description = Description::parse(offer)?;
        let is_ours = |stream: &Stream| stream.audio.as_ref().is_some_and(|audio| self.choose(audio).is_some());
        let at = description.streams.iter().position(is_ours).ok_or(SdpError::NothingInCommon)?;
        let audio = description.streams.get(at).and_then(|stream| stream.audio.as_ref()).ok_or(SdpError::Unreadable)?;
        let (codec, number) = self.choose(audio).ok_or(SdpError::NothingInCommon)?;
        self.lines =
            description.streams.iter().enumerate().map(|(index, stream)| Line::new(stream, index == at)).collect();

        let mut formats = vec![(Format::Audio(codec), number)];
        let dtmf = choose_dtmf(audio, codec);
        formats.extend(dtmf.map(|(number, rate)| (Format::TelephoneEvent(rate), number)));
        for &(format, number) in &formats {
            self.keep(format, number);
        }
        let direction = direction.and(self.local.direction).and(audio.direction.reversed());
        let agreed = Negotiated {
            dtmf: dtmf.map(|(number, rate)| (number, number, rate)),
            ..self.agreed(audio, (codec, number, number), direction)
        };
        let body = self.describe(&formats, direction, agreed.ptime_ms, audio.rtcp_mux);
        Ok((body, agreed))
    }

    /// What the peer's answer to our offer means.
    pub fn accept(&mut self, answer: &[u8]) -> Result<Negotiated, SdpError> {
        let description = Description::parse(answer)?;
        let at = self.lines.iter().position(|line| matches!(line, Line::Audio { .. })).unwrap_or(0);
        // A peer that lost count of the lines is still understood if it says audio anywhere.
        let in_place = description.streams.get(at).and_then(|stream| stream.audio.as_ref());
        let audio = in_place
            .or_else(|| description.streams.iter().find_map(|stream| stream.audio.as_ref()))
            .ok_or(SdpError::NothingInCommon)?;
        let (codec, sent) = self.choose(audio).ok_or(SdpError::NothingInCommon)?;
        let received = self.number(Format::Audio(codec));
        let direction = self.offered.and(audio.direction.reversed());
        let dtmf =
            choose_dtmf(audio, codec).map(|(sent, rate)| (sent, self.number(Format::TelephoneEvent(rate)), rate));
        Ok(Negotiated { dtmf, ..self.agreed(audio, (codec, sent, received), direction) })
    }

    /// The first of the peer's codecs that is also ours: an answer keeps the order of the offer (RFC 3264 §6.1).
    fn choose(&self, audio: &Audio) -> Option<(Codec, u8)> {
        audio.codecs.iter().copied().find(|(codec, _)| self.local.codecs.contains(codec))
    }

    fn agreed(&self, audio: &Audio, (codec, sent, received): (Codec, u8, u8), direction: Direction) -> Negotiated {
        Negotiated {
            codec,
            send_payload_type: sent,
            receive_payload_type: received,
            dtmf: None,
            remote: audio.remote,
            rtcp: audio.rtcp,
            rtcp_mux: audio.rtcp_mux,
            direction,
            ptime_ms: ptime(audio, self.local.ptime_ms),
            opus: audio.opus,
        }
    }

    /// The payload type of a format: the one it had, else its usual one, else a free one.
    fn number(&mut self, format: Format) -> u8 {
        if let Some(&(_, number)) = self.numbers.iter().find(|(known, _)| *known == format) {
            return number;
        }
        let is_free = |number: &u8| self.numbers.iter().all(|(_, used)| used != number);
        let number = std::iter::once(format.usual_number()).chain(96..=127).find(is_free);
        let number = number.unwrap_or(format.usual_number());
        self.keep(format, number);
        number
    }

    /// The peer may give a format another number later on; the newest is what it understands.
    fn keep(&mut self, format: Format, number: u8) {
        self.numbers.retain(|&(known, used)| known != format && used != number);
        self.numbers.push((format, number));
    }

    fn describe(&mut self, formats: &[(Format, u8)], direction: Direction, ptime_ms: u32, rtcp_mux: bool) -> Vec<u8> {
        let (address, port) = (self.local.address, self.local.port);
        let family = if address.is_ipv6() { "IP6" } else { "IP4" };
        let mut rest = format!("s=-\r\nc=IN {family} {address}\r\nt=0 0\r\n");
        for line in &self.lines {
            match line {
                Line::Audio { proto } => write_audio(&mut rest, (port, proto), formats, direction, ptime_ms, rtcp_mux),
                Line::Declined { media, proto, formats } => {
                    let _ = write!(rest, "m={media} 0 {proto} {formats}\r\n");
                }
            }
        }
        if rest != self.last && !self.last.is_empty() {
            self.version += 1;
        }
        let origin = format!("v=0\r\no=- {} {} IN {family} {address}\r\n", self.local.session_id, self.version);
        let body = (origin + &rest).into_bytes();
        self.last = rest;
        body
    }
}

impl Line {
    fn new(stream: &Stream, is_ours: bool) -> Self {
        let proto = stream.proto.clone();
        if is_ours {
            return Self::Audio { proto };
        }
        Self::Declined { media: stream.media.clone(), proto, formats: stream.formats.clone() }
    }
}

impl Format {
    fn usual_number(self) -> u8 {
        match self {
            Self::Audio(codec) => codec.payload_type(),
            Self::TelephoneEvent(48_000) => 102,
            Self::TelephoneEvent(_) => 101,
        }
    }
}

/// telephone-event with the clock of the codec, as it must be (RFC 4733 §2.5.1.1); some offer it at 8000 Hz only, and send
/// it so beside Opus.
fn choose_dtmf(audio: &Audio, codec: Codec) -> Option<(u8, u32)> {
    let at = |rate: u32| audio.dtmf.iter().copied().find(move |&(_, clock)| clock == rate);
    at(codec.clock_rate()).or_else(|| at(8_000))
}

/// What the peer asks for if it is a length that a phone sends, else ours; never more than it can take.
fn ptime(audio: &Audio, ours_ms: u32) -> u32 {
    let is_usual = |ms: &u32| matches!(ms, 10 | 20 | 30 | 40 | 50 | 60);
    let wanted = audio.ptime_ms.filter(is_usual).unwrap_or(ours_ms);
    let most = audio.max_ptime_ms.filter(|&ms| ms >= 10).map_or(wanted, |ms| ms / 10 * 10);
    wanted.min(most)
}

fn write_audio(
    out: &mut String,
    (port, proto): (u16, &str),
    formats: &[(Format, u8)],
    direction: Direction,
    ptime_ms: u32,
    rtcp_mux: bool,
) {
    let numbers: Vec<String> = formats.iter().map(|(_, number)| number.to_string()).collect();
    let _ = write!(out, "m=audio {port} {proto} {}\r\n", numbers.join(" "));
    for (format, number) in formats {
        let _ = match format {
            Format::Audio(Codec::Opus) => {
                write!(out, "a=rtpmap:{number} {}\r\na=fmtp:{number} useinbandfec=1\r\n", Codec::Opus.rtpmap())
            }
            Format::Audio(codec) => write!(out, "a=rtpmap:{number} {}\r\n", codec.rtpmap()),
            Format::TelephoneEvent(rate) => {
                write!(out, "a=rtpmap:{number} telephone-event/{rate}\r\na=fmtp:{number} 0-16\r\n")
            }
        };
    }
    let _ = write!(out, "a=ptime:{ptime_ms}\r\na={}\r\n", direction.name());
    if rtcp_mux {
        out.push_str("a=rtcp-mux\r\n");
    }
}
