//! The voices: speech made with espeak-ng for this program, kept as G.722.

use media::codec::g722;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// The PBX itself.
    Welcome,
    /// A customer asking for her order.
    Anna,
    /// A customer asking for the accounts department.
    Reza,
}

impl Voice {
    /// 16 kHz samples.
    pub(crate) fn samples(self) -> Vec<i16> {
        let encoded: &[u8] = match self {
            Voice::Welcome => include_bytes!("../voice/welcome.g722"),
            Voice::Anna => include_bytes!("../voice/anna.g722"),
            Voice::Reza => include_bytes!("../voice/reza.g722"),
        };
        let mut decoder = g722::Decoder::new();
        encoded.iter().flat_map(|byte| decoder.decode(*byte)).collect()
    }
}
