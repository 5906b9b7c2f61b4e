//! Session keys (§4.3), derived once: the key derivation rate of SDES is zero.

use aes::{
    Aes128,
    cipher::{KeyIvInit, StreamCipher},
};
use hmac::{Hmac, KeyInit};
use sha1::Sha1;

use super::MASTER_LENGTH;

/// AES-CM of §4.1.1. The block counter is 16 bits there; a packet never has that many blocks.
pub(super) type Counter = ctr::Ctr128BE<Aes128>;

/// What the keys are for, as the first of three labels (§4.3.2).
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Rtp = 0,
    Rtcp = 3,
}

pub(super) struct Keys {
    pub(super) cipher: [u8; 16],
    pub(super) salt: [u8; 14],
    /// Keyed once, cloned for each packet.
    pub(super) mac: Hmac<Sha1>,
}

impl Keys {
    pub(super) fn derive(master: &[u8; MASTER_LENGTH], purpose: Purpose) -> Keys {
        let label = purpose as u8;
        let authentication: [u8; 20] = stream(master, label + 1);
        Keys {
            cipher: stream(master, label),
            salt: stream(master, label + 2),
            mac: Hmac::<Sha1>::new(&padded(authentication).into()),
        }
    }
}

/// The pseudo-random function: the key stream under the master key, from the salt with the label in its eighth byte.
pub(super) fn stream<const N: usize>(master: &[u8; MASTER_LENGTH], label: u8) -> [u8; N] {
    let (mut key, mut start, mut out) = ([0; 16], [0; 16], [0; N]);
    key.copy_from_slice(&master[..16]);
    start[..14].copy_from_slice(&master[16..]);
    start[7] ^= label;
    Counter::new(&key.into(), &start.into()).apply_keystream(&mut out);
    out
}

/// HMAC pads a short key with zeros to a block, so this changes nothing but the type.
fn padded(key: [u8; 20]) -> [u8; 64] {
    let mut block = [0; 64];
    block[..20].copy_from_slice(&key);
    block
}
