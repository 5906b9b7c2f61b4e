//! A supervision as it is shown and written down.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::wire::{SupervisionMode, Trouble};

/// A colleague's call that this desk takes part in.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) extension: String,
    /// The last wish.
    pub(super) wanted: SupervisionMode,
    /// What is so.
    pub(super) mode: SupervisionMode,
    /// The leg that carries it.
    pub(super) current: Option<u64>,
    /// The leg that is to take its place.
    pub(super) next: Option<u64>,
    pub(super) since: Timestamp,
    /// The agent wants no more of it.
    pub(super) stopping: bool,
    /// It came to nothing.
    pub(super) failed: Option<Instant>,
    pub(super) trouble: Option<(Trouble, Instant)>,
    /// What the supervised telephone was told.
    pub(super) told: Option<SupervisionMode>,
    pub(super) row: journal::Supervision,
}

impl Watch {
    /// It goes on, and nobody has asked for its end.
    pub(super) fn goes_on(&self) -> bool {
        self.failed.is_none() && !self.stopping
    }

    /// Something was heard.
    pub(super) fn was_active(&self) -> bool {
        !self.row.modes.is_empty()
    }

    /// For the journal.
    pub(super) fn write(&self) -> journal::Write {
        journal::Write::Supervision(self.row.clone())
    }

    /// When what it shows is to leave.
    pub(super) fn wake(&self) -> Option<Instant> {
        let since = self.failed.or(self.trouble.as_ref().map(|(_, since)| *since))?;
        since.checked_add(SHOWN_AFTER_FAILURE)
    }

    /// Something is so: once for each mode.
    pub(super) fn is_in(&mut self, mode: SupervisionMode, now: Timestamp) {
        self.mode = mode;
        self.row.modes.truncate(MAX_MODES - 1);
        self.row.modes.push((now, word(mode).to_owned()));
    }
}

/// As it stands in the journal.
pub(super) fn word(mode: SupervisionMode) -> &'static str {
    match mode {
        SupervisionMode::Spy => "spy",
        SupervisionMode::Whisper => "whisper",
        SupervisionMode::Barge => "barge",
    }
}

/// A row is written anew at each switch: nobody switches so often in one call. Beyond it the last one counts.
const MAX_MODES: usize = 256;
pub(super) const SHOWN_AFTER_FAILURE: Duration = Duration::from_secs(30);
