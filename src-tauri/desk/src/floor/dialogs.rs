//! Where a PBX tells by subscription (RFC 4235) in which dialogs an extension is: all of them, each time.

use std::time::Instant;

use jiff::Timestamp;
use phone::{WatchedDialog, WatchedState};

use super::leg::{Phase, Strand, number, text};
use crate::{
    card::Numbering,
    update::Now,
    wire::{Direction, Peer},
};

/// The dialogs of an extension.
#[derive(Debug)]
pub(super) struct Dialogs {
    all: Vec<Dialog>,
    /// Since when there are none, if that was seen.
    pub(super) freed: Option<Timestamp>,
    /// When they were told last.
    pub(super) at: Instant,
}

#[derive(Debug)]
struct Dialog {
    id: String,
    phase: Phase,
    began: Option<Timestamp>,
    party: Option<Peer>,
    direction: Option<Direction>,
}

impl Dialogs {
    /// What is told now, after what was `known`; in which nobody had looked if there is nothing.
    pub(super) fn new(told: Vec<WatchedDialog>, known: Option<&Self>, now: Now, numbering: &Numbering) -> Self {
        let began = known.map(|_| now.wall);
        let kept = |id: &str, phase| known?.all.iter().find(|dialog| dialog.id == id && dialog.phase == phase);
        let all: Vec<Dialog> = told
            .into_iter()
            .take(MAX_DIALOGS)
            .filter_map(|told| {
                let phase = phase(&told)?;
                let began = kept(&told.id, phase).map_or(began, |kept| kept.began);
                let direction = told.initiator.map(|is| if is { Direction::Outbound } else { Direction::Inbound });
                let party = told.remote.map(|remote| Peer {
                    number: number(&remote.number, numbering),
                    name: remote.name.as_deref().and_then(text),
                });
                Some(Dialog { id: told.id, phase, began, party, direction })
            })
            .collect();
        let freed = match known {
            Some(known) if known.is_empty() => known.freed,
            _ => began,
        };
        Self { freed: freed.filter(|_| all.is_empty()), all, at: now.instant }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn strands(&self) -> impl Iterator<Item = Strand> {
        self.all.iter().map(|dialog| Strand {
            phase: dialog.phase,
            began: dialog.began,
            party: dialog.party.clone(),
            direction: dialog.direction,
            queue: None,
        })
    }
}

/// `None`: nothing that the extension would notice.
fn phase(dialog: &WatchedDialog) -> Option<Phase> {
    match (dialog.state, dialog.initiator) {
        (WatchedState::Confirmed, _) => Some(Phase::Talking),
        (WatchedState::Early | WatchedState::Trying, Some(true)) => Some(Phase::Dialing),
        (WatchedState::Early, _) => Some(Phase::Ringing),
        (WatchedState::Trying | WatchedState::Terminated, _) => None,
    }
}

/// Nobody has more calls at once.
const MAX_DIALOGS: usize = 16;
