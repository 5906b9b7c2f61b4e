//! What the agent does with callbacks, beside calling.

use super::{
    Outcome,
    one::One,
    request::{lines, no_room, read_time},
};
use crate::{
    intent::Made,
    update::{Desk, Now},
    wire::{CallbackOutcome, Refusal},
};

impl Desk {
    pub(crate) fn claim_callback(&mut self, id: &str) -> Outcome {
        self.free_callback(id)?;
        let by = self.who_claims()?;
        self.set_claim(id, Some(by));
        Ok(made(id))
    }

    /// Also one that a colleague had taken at this desk: he may have gone home.
    pub(crate) fn release_callback(&mut self, id: &str) -> Outcome {
        let one = self.open_callback(id)?;
        not_calling(one)?;
        self.set_claim(id, None);
        Ok(made(id))
    }

    pub(crate) fn defer_callback(&mut self, id: &str, due_at: &str, now: Now) -> Outcome {
        not_calling(self.free_callback(id)?)?;
        let at = read_time(due_at, now)?;
        if at <= now.wall {
            return Err(Refusal::malformed("bad_time", "This time has passed: choose a later one"));
        }
        self.callbacks.due_at(id, at);
        Ok(made(id))
    }

    pub(crate) fn close_callback(
        &mut self,
        id: &str,
        outcome: CallbackOutcome,
        note: Option<&str>,
        now: Now,
    ) -> Outcome {
        let one = self.free_callback(id)?;
        not_calling(one)?;
        let note = lines(note.unwrap_or_default())?;
        if !one.has_room_for(&note) {
            return Err(no_room());
        }
        if let Some(one) = self.callbacks.all.get_mut(id) {
            one.add_note(&note);
        }
        self.callbacks.close(id, outcome, now);
        Ok(made(id))
    }

    /// One that is open.
    pub(super) fn open_callback(&self, id: &str) -> Result<&One, Refusal> {
        let one = self.callbacks.all.get(id);
        let one = one.ok_or_else(|| Refusal::malformed("unknown_callback", "There is no such callback"))?;
        if one.closed.is_some() {
            return Err(Refusal::conflict("callback_closed", "This callback is closed: ask for a new one"));
        }
        Ok(one)
    }

    /// One that is open and no colleague's.
    pub(super) fn free_callback(&self, id: &str) -> Result<&One, Refusal> {
        let one = self.open_callback(id)?;
        match &one.claimed_by {
            Some(by) if !self.callbacks.is_mine(by) => {
                let detail = format!("{by} has taken this callback: it must be given back first");
                Err(Refusal::conflict("callback_claimed", detail))
            }
            _ => Ok(one),
        }
    }

    pub(super) fn who_claims(&self) -> Result<String, Refusal> {
        self.own_telephone().ok_or_else(Refusal::not_registered)
    }

    pub(super) fn set_claim(&mut self, id: &str, by: Option<String>) {
        if let Some(one) = self.callbacks.all.get_mut(id).filter(|one| one.claimed_by != by) {
            one.claimed_by = by;
            self.callbacks.changed(id);
        }
    }
}

pub(super) fn not_calling(one: &One) -> Result<(), Refusal> {
    match one.going {
        Some(_) => Err(Refusal::conflict("callback_calling", "They are being called: wait until that is over")),
        None => Ok(()),
    }
}

pub(super) fn made(id: &str) -> Made {
    Made { callback: Some(id.to_owned()), ..Made::default() }
}
