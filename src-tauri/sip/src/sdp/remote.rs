//! What a peer's description says, in our terms.

use std::net::{IpAddr, SocketAddr};

use sdp_types::{Attribute, Connection, Media, Session};

use super::{Codec, Direction, OpusParams, SdpError};
use crate::wire::text;

/// More `m=` lines than this are an attack, not a call.
const MAX_STREAMS: usize = 32;

/// A whole description.
pub(super) struct Description {
    pub(super) streams: Vec<Stream>,
}

/// One `m=` line.
pub(super) struct Stream {
    pub(super) media: String,
    pub(super) proto: String,
    /// The format list as it came.
    pub(super) formats: String,
    /// Present if it is a stream that we can have: audio, open, over plain RTP, at an address.
    pub(super) audio: Option<Audio>,
}

/// An audio stream that we can have.
pub(super) struct Audio {
    pub(super) remote: SocketAddr,
    pub(super) rtcp: Option<SocketAddr>,
    pub(super) rtcp_mux: bool,
    pub(super) direction: Direction,
    /// Codecs and their payload types, in the order of preference.
    pub(super) codecs: Vec<(Codec, u8)>,
    /// Payload types and clock rates of telephone-event.
    pub(super) dtmf: Vec<(u8, u32)>,
    /// The packet length the peer asks for, in ms.
    pub(super) ptime_ms: Option<u32>,
    /// The longest packet it takes, in ms.
    pub(super) max_ptime_ms: Option<u32>,
    pub(super) opus: OpusParams,
}

impl Description {
    /// Reads a description; like SIP itself it may be Latin-1.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, SdpError> {
        let session = Session::parse(text::decode(bytes).as_bytes()).map_err(|_| SdpError::Unreadable)?;
        if session.medias.len() > MAX_STREAMS {
            return Err(SdpError::Unreadable);
        }
        let streams = session.medias.iter().map(|media| Stream::read(&session, media)).collect();
        Ok(Self { streams })
    }
}

impl Stream {
    fn read(session: &Session, media: &Media) -> Self {
        Self {
            media: media.media.clone(),
            proto: media.proto.clone(),
            formats: media.fmt.clone(),
            audio: Audio::read(session, media),
        }
    }
}

impl Audio {
    fn read(session: &Session, media: &Media) -> Option<Self> {
        let is_rtp = ["RTP/AVP", "RTP/AVPF"].iter().any(|proto| proto.eq_ignore_ascii_case(&media.proto));
        if !media.media.eq_ignore_ascii_case("audio") || media.port == 0 || !is_rtp {
            return None;
        }
        let connection = media.connections.first().or(session.connection.as_ref())?;
        let remote = SocketAddr::new(address(connection)?, media.port);
        let formats = Formats::read(media);
        let rtcp_mux = media.has_attribute("rtcp-mux");
        Some(Self {
            remote,
            rtcp: if rtcp_mux { Some(remote) } else { rtcp(media, remote) },
            rtcp_mux,
            direction: direction(session, media, remote.ip()),
            ptime_ms: milliseconds(media, "ptime"),
            max_ptime_ms: milliseconds(media, "maxptime"),
            codecs: formats.codecs,
            dtmf: formats.dtmf,
            opus: formats.opus,
        })
    }
}

/// `192.0.2.1` or `192.0.2.1/127`. Names are not looked up: no PBX sends one, and a lookup is a way to be led astray.
fn address(connection: &Connection) -> Option<IpAddr> {
    connection.connection_address.split('/').next()?.trim().parse().ok()
}

/// The direction of the stream, else of the session, else both ways. An address of zero is how holding was said before
/// RFC 3264 (its §8.4): the peer does not want to hear us.
fn direction(session: &Session, media: &Media, address: IpAddr) -> Direction {
    let stated = |attributes: &[Attribute]| attributes.iter().find_map(|found| Direction::named(&found.attribute));
    let direction = stated(&media.attributes).or_else(|| stated(&session.attributes)).unwrap_or_default();
    if address.is_unspecified() { direction.and(Direction::SendOnly) } else { direction }
}

/// `a=rtcp:53020 [IN IP4 192.0.2.1]` (RFC 3605), else the next port (RFC 3550 §11).
fn rtcp(media: &Media, remote: SocketAddr) -> Option<SocketAddr> {
    let Some(Some(value)) = media.get_first_attribute_value("rtcp") else {
        return Some(SocketAddr::new(remote.ip(), remote.port().checked_add(1)?));
    };
    let mut words = value.split_ascii_whitespace();
    let port = words.next()?.parse().ok().filter(|&port| port != 0)?;
    let address = words.nth(2).and_then(|address| address.parse().ok()).unwrap_or(remote.ip());
    Some(SocketAddr::new(address, port))
}

fn milliseconds(media: &Media, name: &str) -> Option<u32> {
    media.get_first_attribute_value(name)??.trim().parse().ok()
}

#[derive(Default)]
struct Formats {
    codecs: Vec<(Codec, u8)>,
    dtmf: Vec<(u8, u32)>,
    opus: OpusParams,
}

impl Formats {
    /// Goes through the format list: its order is the order of preference. An `a=rtpmap` outdoes a static meaning.
    fn read(media: &Media) -> Self {
        let mut formats = Self::default();
        for payload_type in media.fmt.split_ascii_whitespace().filter_map(|word| word.parse::<u8>().ok()) {
            match of_payload_type(media, "rtpmap", payload_type) {
                Some(rtpmap) => formats.add_mapped(media, payload_type, rtpmap),
                None => formats.codecs.extend(Codec::from_static(payload_type).map(|codec| (codec, payload_type))),
            }
        }
        formats
    }

    fn add_mapped(&mut self, media: &Media, payload_type: u8, rtpmap: &str) {
        let mut parts = rtpmap.split('/').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let Some(clock_rate) = parts.next().and_then(|rate| rate.parse().ok()) else { return };
        if name.eq_ignore_ascii_case("telephone-event") {
            self.dtmf.push((payload_type, clock_rate));
        } else if let Some(codec) = Codec::from_rtpmap(name, clock_rate) {
            let is_first = self.codecs.iter().all(|(known, _)| *known != codec);
            if codec == Codec::Opus && is_first {
                self.opus = of_payload_type(media, "fmtp", payload_type).map(OpusParams::parse).unwrap_or_default();
            }
            self.codecs.push((codec, payload_type));
        }
    }
}

/// The value of `a=name:PT value` for one payload type.
fn of_payload_type<'a>(media: &'a Media, name: &'a str, payload_type: u8) -> Option<&'a str> {
    media.get_attribute_values(name).flatten().find_map(|value| {
        let (number, rest) = value.trim_start().split_once(' ')?;
        (number.parse() == Ok(payload_type)).then(|| rest.trim())
    })
}
