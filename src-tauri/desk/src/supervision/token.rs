//! By what this desk's own orders are known again.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::update::Desk;

impl Desk {
    /// Letters and digits that the PBX is to put into the INVITE of an order, as `X-Ringside`. They follow from the random seed,
    /// so that nobody who has seen one can say the next; `what` and `no` tell orders apart.
    pub(crate) fn token(&self, what: &str, no: u64) -> String {
        let half = |side: u8| {
            let mut hasher = DefaultHasher::new();
            (&self.seed, what, no, side).hash(&mut hasher);
            hasher.finish()
        };
        format!("{:016x}{:016x}", half(0), half(1))
    }
}
