//! Which call is meant where none is named: by a headset button, the command line, the localhost port.

use phone::CallId;

use crate::{
    call::{Call, Owner},
    update::Desk,
    wire::Refusal,
};

impl Desk {
    /// The one that rings longest.
    pub(crate) fn ringing_call(&self) -> Result<CallId, Refusal> {
        let ringing = self.calls.iter().find(|call| call.is_offered());
        ringing.map(|call| call.id).ok_or_else(|| none("No call is waiting for an answer"))
    }

    /// The one that the agent turned to, or the only one.
    pub(crate) fn current_call(&self) -> Result<CallId, Refusal> {
        self.turned_to_or_only(|call| !call.is_ended() && !call.is_ending(), "There is no call")
    }

    /// The same of those that are up.
    pub(crate) fn current_call_up(&self) -> Result<CallId, Refusal> {
        self.turned_to_or_only(Call::is_up, "No call is up")
    }

    fn turned_to_or_only(&self, fits: impl Fn(&Call) -> bool, if_none: &str) -> Result<CallId, Refusal> {
        // What is not shown cannot be meant.
        let fits = |call: &&Call| call.owner != Owner::Desk && fits(call);
        let turned_to = self.focus.and_then(|id| self.call(id)).filter(fits);
        let mut fitting = self.calls.iter().filter(fits);
        match (turned_to, fitting.next(), fitting.next()) {
            (Some(call), ..) | (None, Some(call), None) => Ok(call.id),
            (None, None, _) => Err(none(if_none)),
            (None, Some(_), Some(_)) => Err(none("There is more than one call: turn to the one that is meant")),
        }
    }
}

fn none(detail: &str) -> Refusal {
    Refusal::conflict("no_call", detail)
}
