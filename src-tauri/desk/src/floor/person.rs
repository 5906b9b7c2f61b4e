//! One who works here: all that is known of an extension, and what follows from that.
//!
//! ```text
//!   known                                                shown                (the first that applies)
//!   a leg, or a dialog, that is up                       Talking; OnHold if the device holds all of its calls
//!   one that was dialled                                 Dialing
//!   one that rings                                       Ringing
//!   the device rings or is busy, 1 s after any leg       Ringing, Talking, OnHold: with whom is not known
//!   the device is free; no dialog; a leg was here        Free
//!   the device is not registered                         NotRegistered
//!   nothing                                              Unknown
//! ```
//!
//! Devices are told of a moment before and after the legs that explain them, so a device alone is believed after a second. The
//! other way round, a leg whose device has been free for ten seconds has lost its end, and is forgotten.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use cti::DeviceState;
use jiff::Timestamp;

use super::{
    dialogs::Dialogs,
    leg::{Phase, Strand},
    legs::Legs,
    members::Member,
};
use crate::wire::{Agent, AgentState, Direction, Peer};

/// All that is known of an extension.
#[derive(Debug, Default)]
pub(super) struct Person {
    /// The settings name them.
    pub(super) is_listed: bool,
    /// The name of the settings.
    pub(super) name: Option<String>,
    /// What the PBX calls them.
    pub(super) pbx_name: Option<String>,
    pub(super) device: Option<Device>,
    pub(super) dialogs: Option<Dialogs>,
    /// Legs that are not over, the oldest first.
    pub(super) legs: Vec<u64>,
    /// The queues that they work in.
    pub(super) member_of: BTreeMap<String, Member>,
    /// Who listens to them, and in which listing that was told.
    pub(super) listeners: BTreeMap<String, u64>,
    /// A call of theirs was told of: without one they are free.
    pub(super) is_heard: bool,
    /// An IVR or a queue, which only looks like somebody.
    pub(super) is_service: bool,
    /// When the last of their legs was over.
    pub(super) freed: Option<Timestamp>,
    /// The device is not believed for a moment.
    pub(super) is_quiet: bool,
    /// What they do, and since when.
    pub(super) state: AgentState,
    pub(super) since: Option<Timestamp>,
    /// As it was told last.
    pub(super) shown: Option<Agent>,
}

/// How a telephone stands.
#[derive(Debug)]
pub(super) struct Device {
    pub(super) state: DeviceState,
    pub(super) since: Option<Timestamp>,
    pub(super) at: Instant,
    /// In which listing it was told.
    pub(super) listing: u64,
}

/// What somebody does, with whom, and since when.
#[derive(Debug, Default)]
pub(super) struct Stands {
    pub(super) state: AgentState,
    pub(super) since: Option<Timestamp>,
    pub(super) party: Option<Peer>,
    pub(super) direction: Option<Direction>,
    pub(super) queue: Option<String>,
}

impl Device {
    fn is_engaged(&self) -> bool {
        is_engaged(self.state)
    }
}

/// It takes part in a call.
pub(super) fn is_engaged(state: DeviceState) -> bool {
    matches!(state, DeviceState::Ringing | DeviceState::Busy | DeviceState::OnHold)
}

impl Person {
    pub(super) fn stands(&self, legs: &Legs) -> Stands {
        let dialogs = self.dialogs.iter().flat_map(Dialogs::strands).map(|strand| (false, strand));
        let legs = self.legs.iter().filter_map(|no| legs.get(*no)?.strand()).map(|strand| (true, strand));
        // Of two that are alike the leg, which tells more, and of two legs the one that began later.
        let rank = |(is_leg, strand): &(bool, Strand)| (self.phase(strand), *is_leg, strand.began);
        dialogs.chain(legs).max_by_key(rank).map_or_else(|| self.alone(), |(_, strand)| self.in_call(strand))
    }

    fn in_call(&self, strand: Strand) -> Stands {
        let phase = self.phase(&strand);
        let state = match phase {
            Phase::Talking => AgentState::Talking,
            Phase::Dialing => AgentState::Dialing,
            Phase::OnHold => AgentState::OnHold,
            Phase::Ringing => AgentState::Ringing,
        };
        let Strand { began, party, direction, queue, .. } = strand;
        let since = match &self.device {
            Some(device) if phase == Phase::OnHold => device.since.max(began.filter(|_| device.since.is_some())),
            _ => began,
        };
        Stands { state, since, party, direction, queue }
    }

    /// Only the device knows that it holds all calls that are up.
    fn phase(&self, strand: &Strand) -> Phase {
        let holds = self.device.as_ref().is_some_and(|device| device.state == DeviceState::OnHold);
        if holds && strand.phase == Phase::Talking { Phase::OnHold } else { strand.phase }
    }

    /// Without anything that is known of a call.
    fn alone(&self) -> Stands {
        let told = self.device.as_ref().filter(|device| !(self.is_quiet && device.is_engaged()));
        let state = match told.map(|device| device.state) {
            Some(DeviceState::Unregistered) => AgentState::NotRegistered,
            Some(DeviceState::Free) => AgentState::Free,
            Some(DeviceState::Ringing) => AgentState::Ringing,
            Some(DeviceState::Busy) => AgentState::Talking,
            Some(DeviceState::OnHold) => AgentState::OnHold,
            None if self.device.is_some() || self.dialogs.is_some() || self.is_heard => AgentState::Free,
            None => AgentState::Unknown,
        };
        if state == AgentState::Unknown {
            return Stands::default();
        }
        let device = told.and_then(|device| device.since);
        let dialogs = self.dialogs.as_ref().and_then(|dialogs| dialogs.freed);
        let since = if state == AgentState::Free { device.max(self.freed).max(dialogs) } else { device };
        Stands { state, since, ..Stands::default() }
    }

    /// Since when somebody who surely knows says that they have no call.
    pub(super) fn free_since(&self) -> Option<Instant> {
        match (&self.device, &self.dialogs) {
            (Some(device), _) => (device.state == DeviceState::Free).then_some(device.at),
            (None, Some(dialogs)) => dialogs.is_empty().then_some(dialogs.at),
            (None, None) => None,
        }
    }

    /// When their legs are not believed any longer.
    pub(super) fn doubted_at(&self, legs: &Legs) -> Option<Instant> {
        let free = self.free_since()?;
        let heard = self.legs.iter().filter_map(|no| Some(legs.get(*no)?.heard)).min()?;
        heard.max(free).checked_add(DOUBTED_AFTER)
    }

    /// Nobody tells of them any more.
    pub(super) fn is_unknown(&self) -> bool {
        let is_told = self.device.is_some() || self.is_heard || !self.legs.is_empty();
        !self.is_listed && !is_told && self.member_of.is_empty() && self.listeners.is_empty()
    }

    /// Somebody, and not a service of the PBX.
    pub(super) fn is_somebody(&self) -> bool {
        self.is_listed || self.device.is_some() || !self.is_service
    }

    pub(super) fn known_as(&self) -> Option<String> {
        let member = || self.member_of.values().find_map(|member| member.name.clone());
        self.name.clone().or_else(|| self.pbx_name.clone()).or_else(member)
    }
}

/// So much later a device must say the same.
pub(super) const DOUBTED_AFTER: Duration = Duration::from_secs(10);
/// A device is told of at most this much before or after its leg.
pub(super) const BELIEVED_AFTER: Duration = Duration::from_secs(1);
