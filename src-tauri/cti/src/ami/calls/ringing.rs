//! Whether somebody's telephone rings, or talks: for orders.

use super::Calls;
use crate::Direction;

impl Calls {
    /// The channel by which an extension rings, the one that has rung longest.
    pub fn ringing(&self, extension: &str) -> Option<&str> {
        let rings = self.table.of_agent(extension).find(|channel| {
            let is_offered =
                channel.leg.as_ref().is_none_or(|leg| leg.direction == Direction::In && leg.answered.is_none());
            !channel.is_up && (channel.rings || channel.leg.is_some()) && is_offered && !channel.is_originated
        });
        rings.map(|channel| channel.name.as_str())
    }

    /// Whether an extension is in a call that could be listened to; `None` if nothing is known of the PBX's channels yet.
    pub fn talks(&self, extension: &str) -> Option<bool> {
        self.follows.then(|| self.table.of_agent(extension).any(|channel| channel.is_up))
    }
}
