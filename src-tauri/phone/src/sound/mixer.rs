//! Who hears whom.
//!
//! ```text
//!                 microphone                        speaker
//!                     │ talks, not bridged             ▲ talks or listens, not bridged
//!                     ▼                                │
//!   peer A ◄──── leg A: its tone, else the agent, + the others of the conference, or the one it is bridged with
//! ```
//!
//! Whether anything leaves at all is for the leg to say; here nothing is added that it would have to take back.

use std::time::Instant;

use media::{BLOCK, Block, mix};

use super::leg::Leg;
use crate::api::CallId;

/// Conference and bridges. A call is in one of them at most: the newest.
#[derive(Debug, Default)]
pub(super) struct Mixer {
    conference: Vec<CallId>,
    bridges: Vec<[CallId; 2]>,
}

impl Mixer {
    /// These hear each other, and the agent them all.
    pub(super) fn confer(&mut self, calls: Vec<CallId>) {
        self.bridges.retain(|bridge| !bridge.iter().any(|call| calls.contains(call)));
        self.conference = calls;
    }

    /// These hear each other and nobody else, until one of them is gone.
    pub(super) fn bridge(&mut self, one: CallId, other: CallId) {
        self.forget(one);
        self.forget(other);
        if one != other {
            self.bridges.push([one, other]);
        }
    }

    pub(super) fn forget(&mut self, call: CallId) {
        self.conference.retain(|member| *member != call);
        self.bridges.retain(|bridge| !bridge.contains(&call));
    }

    /// Whether the agent talks in this call.
    pub(super) fn talks(&self, leg: &Leg) -> bool {
        leg.talks() && self.partner(leg.call).is_none()
    }

    /// Whether the agent hears this call.
    pub(super) fn hears(&self, leg: &Leg) -> bool {
        leg.is_heard() && self.partner(leg.call).is_none()
    }

    /// Sends every peer its 10 ms.
    pub(super) fn send(&self, legs: &mut [Leg], voice: &Block, now: Instant) {
        let mut conference = [0.0; BLOCK];
        let members = legs.iter().filter(|leg| self.conference.contains(&leg.call));
        members.for_each(|leg| mix::add(&mut conference, &leg.heard));
        for at in 0..legs.len() {
            let others = self.others(legs, at, &conference);
            let Some(leg) = legs.get_mut(at) else { return };
            leg.capture(Some(voice).filter(|_| self.talks(leg)), others.as_ref(), now);
        }
    }

    /// What a peer hears of other peers.
    fn others(&self, legs: &[Leg], at: usize, conference: &Block) -> Option<Block> {
        let leg = legs.get(at)?;
        if let Some(partner) = self.partner(leg.call) {
            return legs.iter().find(|leg| leg.call == partner).map(|leg| leg.heard);
        }
        self.conference.contains(&leg.call).then(|| {
            let mut others = *conference;
            mix::add_scaled(&mut others, &leg.heard, -1.0);
            others
        })
    }

    /// The agent's 10 ms of all calls.
    pub(super) fn speaker(&self, legs: &[Leg]) -> Block {
        let mut sum = [0.0; BLOCK];
        legs.iter().filter(|leg| self.hears(leg)).for_each(|leg| mix::add(&mut sum, &leg.heard));
        sum
    }

    fn partner(&self, call: CallId) -> Option<CallId> {
        let bridge = self.bridges.iter().find(|bridge| bridge.contains(&call))?;
        bridge.iter().copied().find(|member| *member != call)
    }
}
