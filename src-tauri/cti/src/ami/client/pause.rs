//! How long to wait before the next try.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    time::Duration,
};

/// Doubles from [`SHORTEST`] to [`LONGEST`]; each is cut by up to a half, by chance of where the desk is.
#[derive(Debug)]
pub(super) struct Pause {
    spread: u64,
    tries: u32,
}

impl Pause {
    pub(super) fn new(spread: u64) -> Self {
        Self { spread, tries: 0 }
    }

    pub(super) fn next(&mut self) -> Duration {
        let whole = SHORTEST.saturating_mul(1 << self.tries.min(5)).min(LONGEST);
        let mut hasher = DefaultHasher::new();
        (self.spread, self.tries).hash(&mut hasher);
        self.tries = self.tries.saturating_add(1);
        let percent = u32::try_from(hasher.finish() % 51).unwrap_or(0);
        whole * (100 - percent) / 100
    }
}

const SHORTEST: Duration = Duration::from_secs(1);
/// A floor that is back is to be seen at once; a connection that is refused costs a PBX nothing.
const LONGEST: Duration = Duration::from_secs(3);
/// A wrong password does not mend itself, and a PBX bars who tries it too often.
pub(super) const WHEN_REFUSED: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_differ_between_desks() {
        let pauses = |spread| {
            let mut pause = Pause::new(spread);
            [(); 40].map(|()| pause.next())
        };
        let all = pauses(7);
        for (pause, whole) in all.iter().zip([1, 2, 3, 3].map(Duration::from_secs)) {
            assert!((whole / 2..=whole).contains(pause), "{pause:?} of {whole:?}");
        }
        assert!(all.iter().all(|pause| *pause <= LONGEST), "{all:?}");
        assert_ne!(all, pauses(8));
    }
}
