//! SRTP and SRTCP (RFC 3711) with keys from SDES (RFC 4568): AES in counter mode, HMAC-SHA1, in place.
//!
//! ```text
//!  RTP    header │ payload encrypted │ tag (10 or 4)
//!  RTCP   header │ rest encrypted │ E + index (4) │ tag (10)
//! ```
//!
//! One [`Context`] per direction. Packets that fail authentication or come again change nothing.

mod index;
mod keys;

use aes::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, Mac};
use index::{Estimate, Sources};
use keys::{Keys, Purpose};
use sha1::Sha1;

/// Master key and salt as they come in `inline:`, decoded from base64.
pub const MASTER_LENGTH: usize = 30;

/// What was agreed on in `a=crypto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// `AES_CM_128_HMAC_SHA1_80`
    HmacSha1_80,
    /// `AES_CM_128_HMAC_SHA1_32`: short tags on RTP; those on RTCP are long all the same (RFC 4568 §6.2.2).
    HmacSha1_32,
}

impl Suite {
    /// The name in SDP.
    pub const fn name(self) -> &'static str {
        match self {
            Suite::HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Suite::HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }

    /// The suite of a name in SDP.
    pub fn named(name: &str) -> Option<Suite> {
        [Suite::HmacSha1_80, Suite::HmacSha1_32].into_iter().find(|suite| suite.name().eq_ignore_ascii_case(name))
    }

    const fn tag(self) -> usize {
        match self {
            Suite::HmacSha1_80 => LONG_TAG,
            Suite::HmacSha1_32 => 4,
        }
    }
}

/// Why a packet was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Too short, or no RTP or RTCP.
    #[error("not an SRTP packet")]
    Malformed,
    /// Came before, or is too old to tell.
    #[error("a replayed SRTP packet")]
    Replayed,
    /// Damaged, forged, or under another key.
    #[error("an SRTP packet that fails authentication")]
    Unauthentic,
}

/// The keys and counters of one direction.
pub struct Context {
    suite: Suite,
    rtp: Keys,
    rtcp: Keys,
    sources: Sources,
    /// Of the packets that we send.
    rtcp_index: u32,
}

impl Context {
    /// Derives the session keys of a direction.
    pub fn new(suite: Suite, master: &[u8; MASTER_LENGTH]) -> Context {
        Context {
            suite,
            rtp: Keys::derive(master, Purpose::Rtp),
            rtcp: Keys::derive(master, Purpose::Rtcp),
            sources: Sources::default(),
            rtcp_index: 0,
        }
    }

    /// Encrypts an RTP packet and appends its tag.
    ///
    /// # Errors
    /// [`Refused::Malformed`] for what is no RTP; the packet is then as it was.
    pub fn protect_rtp(&mut self, packet: &mut Vec<u8>) -> Result<(), Refused> {
        let Head { sequence, ssrc, length } = Head::parse(packet)?;
        let index = self.sources.estimate(ssrc, sequence).index();
        self.sources.accept(ssrc, index);
        self.rtp.apply(ssrc, index, &mut packet[length..]);
        let tag = self.rtp.tag(packet, Some(rollover(index)));
        packet.extend_from_slice(&tag[..self.suite.tag()]);
        Ok(())
    }

    /// Checks an RTP packet, takes its tag off and decrypts it.
    ///
    /// # Errors
    /// See [`Refused`]; the packet's content is then of no use.
    pub fn unprotect_rtp(&mut self, packet: &mut Vec<u8>) -> Result<(), Refused> {
        let body = packet.len().checked_sub(self.suite.tag()).ok_or(Refused::Malformed)?;
        let (plain, tag) = packet.split_at_mut(body);
        let Head { sequence, ssrc, length } = Head::parse(plain)?;
        let Estimate::Fresh(index) = self.sources.estimate(ssrc, sequence) else { return Err(Refused::Replayed) };
        if !same(&self.rtp.tag(plain, Some(rollover(index))), tag) {
            return Err(Refused::Unauthentic);
        }
        self.sources.accept(ssrc, index);
        self.rtp.apply(ssrc, index, &mut plain[length..]);
        packet.truncate(body);
        Ok(())
    }

    /// Encrypts a compound RTCP packet and appends its index and tag.
    ///
    /// # Errors
    /// [`Refused::Malformed`] for what is no RTCP; the packet is then as it was.
    pub fn protect_rtcp(&mut self, packet: &mut Vec<u8>) -> Result<(), Refused> {
        let ssrc = rtcp_ssrc(packet)?;
        self.rtcp_index = (self.rtcp_index + 1) & !ENCRYPTED;
        self.rtcp.apply(ssrc, u64::from(self.rtcp_index), &mut packet[8..]);
        packet.extend_from_slice(&(self.rtcp_index | ENCRYPTED).to_be_bytes());
        let tag = self.rtcp.tag(packet, None);
        packet.extend_from_slice(&tag[..LONG_TAG]);
        Ok(())
    }

    /// Checks an RTCP packet, takes index and tag off and decrypts it.
    ///
    /// # Errors
    /// See [`Refused`]; the packet's content is then of no use.
    pub fn unprotect_rtcp(&mut self, packet: &mut Vec<u8>) -> Result<(), Refused> {
        let body = packet.len().checked_sub(LONG_TAG).ok_or(Refused::Malformed)?;
        let ssrc = rtcp_ssrc(packet)?;
        let (signed, tag) = packet.split_at_mut(body);
        let (plain, &trailer) = signed.split_last_chunk::<4>().ok_or(Refused::Malformed)?;
        let (length, trailer) = (plain.len(), u32::from_be_bytes(trailer));
        if length < 8 {
            return Err(Refused::Malformed);
        }
        let index = trailer & !ENCRYPTED;
        if !self.sources.rtcp_fresh(ssrc, index) {
            return Err(Refused::Replayed);
        }
        if !same(&self.rtcp.tag(signed, None), tag) {
            return Err(Refused::Unauthentic);
        }
        self.sources.rtcp_accept(ssrc, index);
        if trailer & ENCRYPTED != 0 {
            self.rtcp.apply(ssrc, u64::from(index), &mut signed[8..length]);
        }
        packet.truncate(length);
        Ok(())
    }
}

impl Keys {
    /// Encrypts or decrypts, which is the same in counter mode (§4.1.1).
    fn apply(&self, ssrc: u32, index: u64, data: &mut [u8]) {
        let mut counter = [0; 16];
        counter[..14].copy_from_slice(&self.salt);
        counter[4..8].iter_mut().zip(ssrc.to_be_bytes()).for_each(|(byte, part)| *byte ^= part);
        counter[8..14].iter_mut().zip(&index.to_be_bytes()[2..]).for_each(|(byte, part)| *byte ^= part);
        keys::Counter::new(&self.cipher.into(), &counter.into()).apply_keystream(data);
    }

    /// The whole tag (§4.2), over the packet and, for RTP, the rollover counter.
    fn tag(&self, packet: &[u8], rollover: Option<u32>) -> [u8; 20] {
        let mut mac: Hmac<Sha1> = self.mac.clone();
        mac.update(packet);
        if let Some(rollover) = rollover {
            mac.update(&rollover.to_be_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}

/// Compares the sent part of a tag in constant time.
fn same(whole: &[u8; 20], sent: &[u8]) -> bool {
    whole.iter().zip(sent).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

fn rollover(index: u64) -> u32 {
    (index >> 16) as u32
}

/// What SRTP reads of an RTP header; `length` counts CSRCs and the extension.
struct Head {
    sequence: u16,
    ssrc: u32,
    length: usize,
}

impl Head {
    /// By hand, for the padding of an encrypted packet cannot be read, which a whole parser would want to.
    fn parse(packet: &[u8]) -> Result<Head, Refused> {
        let &[first, _, high, low, _, _, _, _, a, b, c, d, ..] = packet else { return Err(Refused::Malformed) };
        let mut length = 12 + usize::from(first & 0x0f) * 4;
        if first & 0x10 != 0 {
            let &[_, _, high, low] = packet.get(length..length + 4).unwrap_or(&[]) else {
                return Err(Refused::Malformed);
            };
            length += 4 + usize::from(u16::from_be_bytes([high, low])) * 4;
        }
        if first >> 6 != 2 || length > packet.len() {
            return Err(Refused::Malformed);
        }
        Ok(Head { sequence: u16::from_be_bytes([high, low]), ssrc: u32::from_be_bytes([a, b, c, d]), length })
    }
}

fn rtcp_ssrc(packet: &[u8]) -> Result<u32, Refused> {
    match packet {
        &[first, 192..=223, _, _, a, b, c, d, ..] if first >> 6 == 2 => Ok(u32::from_be_bytes([a, b, c, d])),
        _ => Err(Refused::Malformed),
    }
}

const LONG_TAG: usize = 10;
/// The E flag of SRTCP (§3.4).
const ENCRYPTED: u32 = 1 << 31;

#[cfg(test)]
mod tests;
