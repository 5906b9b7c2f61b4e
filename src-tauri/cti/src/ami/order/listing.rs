//! What becomes of orders while there is no connection, and once there is one again.

use std::time::Instant;

use super::{Kind, LISTS_WITHIN, Open, Orders, Reached, verdict::Failure};
use crate::ami::Message;

impl Orders {
    /// The connection broke.
    pub fn lost(&mut self) {
        self.is_up = false;
        self.list_by = None;
        self.actions.clear();
        for open in &mut self.open {
            // The next connection counts its actions anew.
            (open.action_id, open.hang_up_id) = (None, None);
        }
        let asked = self.open.iter().filter(|open| open.reached == Reached::Asked && !open.is_ending);
        for no in asked.map(|open| open.no).collect::<Vec<_>>() {
            self.ends(no, Some(Failure::ConnectionLost));
        }
    }

    /// The connection was made anew, and a list of all channels is asked for.
    pub fn relist(&mut self, now: Instant) {
        self.is_up = true;
        self.list_by = now.checked_add(LISTS_WITHIN);
        self.open.iter_mut().for_each(|open| open.is_unseen = true);
    }

    /// It may have rung, been answered and got through while nobody told.
    pub(super) fn is_listed(&mut self, message: &Message, now: Instant) {
        self.changes(message, now);
        // The last two are what old systems say.
        let talks = ["BridgeId", "BridgedChannel", "BridgedUniqueID"].iter().any(|name| message.text(name).is_some());
        if let Some(no) = self.of(message, "Uniqueid").filter(|_| talks) {
            self.answers(no);
            self.proves(no, Kind::PickUp);
        }
    }

    /// What is not in the list went while nobody told.
    pub(super) fn listed(&mut self) {
        self.list_by = None;
        let gone = self.open.iter().filter(|open| open.is_unseen);
        let gone: Vec<_> = gone.map(|open| (open.no, open.reached == Reached::Done || open.is_ending)).collect();
        for (no, is_well) in gone {
            self.ends(no, (!is_well).then_some(Failure::ConnectionLost));
        }
    }

    /// There is no list for us, or a late one: each channel is taken to be there still.
    pub(super) fn is_not_listed(&mut self) {
        self.list_by = None;
        let ending = self.open.iter().filter(|open| open.is_unseen && open.is_ending);
        let ending: Vec<_> = ending.map(|open| open.no).collect();
        ending.into_iter().for_each(|no| self.hang_up(no));
    }

    /// Whether the list that is on its way is to say whether this one is there still.
    pub(super) fn is_awaited(&self, open: &Open) -> bool {
        open.is_unseen && self.list_by.is_some()
    }
}
