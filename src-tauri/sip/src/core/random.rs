//! Random values from a seed: SHA-256 over a counter. Nobody who sees some of them can tell the others.

use std::time::Duration;

use sha2::{Digest, Sha256};

/// The only source of chance in this room.
pub(crate) struct Random {
    seed: [u8; 32],
    counter: u64,
}

impl Random {
    pub(crate) fn new(seed: [u8; 32]) -> Random {
        Random { seed, counter: 0 }
    }

    /// 16 hexadecimal characters: 64 bits.
    pub(crate) fn token(&mut self) -> String {
        format!("{:016x}", self.number())
    }

    /// Evenly between the two, both included.
    pub(crate) fn between(&mut self, shortest: Duration, longest: Duration) -> Duration {
        let span = longest.saturating_sub(shortest).as_micros().min(u128::from(u64::MAX - 1)) as u64;
        shortest + Duration::from_micros(self.number() % (span + 1))
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.counter = self.counter.wrapping_add(1);
        let block = Sha256::new().chain_update(self.seed).chain_update(self.counter.to_be_bytes()).finalize();
        block.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}
