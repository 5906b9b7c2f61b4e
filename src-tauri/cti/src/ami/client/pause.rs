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
    refusals: u32,
}

impl Pause {
    pub(super) fn new(spread: u64) -> Self {
        Self { spread, tries: 0, refusals: 0 }
    }

    pub(super) fn next(&mut self) -> Duration {
        let whole = SHORTEST.saturating_mul(1 << self.tries.min(5)).min(LONGEST);
        let mut hasher = DefaultHasher::new();
        (self.spread, self.tries).hash(&mut hasher);
        self.tries = self.tries.saturating_add(1);
        let percent = u32::try_from(hasher.finish() % 51).unwrap_or(0);
        whole * (100 - percent) / 100
    }

    /// The same where the login was refused.
    pub(super) fn refused(&mut self) -> Duration {
        self.refusals = self.refusals.saturating_add(1);
        if self.refusals <= SOON_AGAIN { LONGEST } else { WHEN_REFUSED }
    }
}

const SHORTEST: Duration = Duration::from_secs(1);
/// A floor that is back is to be seen at once; a connection that is refused costs a PBX nothing.
const LONGEST: Duration = Duration::from_secs(3);
/// An administrator who changes a secret may take a moment for both sides of it.
const SOON_AGAIN: u32 = 3;
/// A wrong one does not mend itself then: fewer than the ten tries in ten minutes for which fail2ban bars an address.
const WHEN_REFUSED: Duration = Duration::from_secs(120);

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

    #[test]
    fn a_secret_that_stays_wrong_is_tried_less_than_ten_times_in_ten_minutes() {
        let mut pause = Pause::new(7);
        let tries: Vec<_> = std::iter::repeat_with(|| pause.refused()).take(9).collect();
        assert_eq!(tries[..3], [Duration::from_secs(3); 3], "what is mended soon is seen soon");
        assert!(tries.iter().sum::<Duration>() > Duration::from_secs(600), "{tries:?}");
    }
}
