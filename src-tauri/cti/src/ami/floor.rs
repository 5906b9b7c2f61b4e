//! What an Asterisk tells of its telephones and queues, and of who listens to whom.
//!
//! ```text
//!                relist                       the queues are listed, or 10 s
//!   nothing ───────────────► Listing, Device, Member, Queue, Waits, … ───────► Listed, Device, Member, … as they change
//!      ▲                                                                                        │
//!      └────────────────────────────────────── lost: Lost ◄─────────────────────────────────────┘
//! ```
//!
//! The session asks for the lists one after the other, the queues last, as everybody may see those. What a user has no right to
//! is left out: of telephones that are in no queue he hears at their next change, and without the `agent` events of who waits.
//! The same thing is told by several events; it is passed on once.

mod queues;
mod spies;
mod telephones;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use self::{queues::Queues, spies::Spies, telephones::Telephones};
use super::{codec::Message, naming::Naming};
use crate::{FloorEvent, text};

/// All that stands and waits at a PBX.
#[derive(Debug)]
pub struct Floor {
    naming: Naming,
    telephones: Telephones,
    queues: Queues,
    spies: Spies,
    /// Somebody was told of what is here.
    is_up: bool,
    /// The lists are not waited for any longer than this.
    listed_by: Option<Instant>,
}

impl Floor {
    /// Knows of nobody yet.
    pub fn new(naming: Naming) -> Self {
        Self {
            naming,
            telephones: Telephones::default(),
            queues: Queues::default(),
            spies: Spies::default(),
            is_up: false,
            listed_by: None,
        }
    }

    /// The connection was made anew, and the lists are asked for.
    #[must_use]
    pub fn relist(&mut self, now: Instant) -> Vec<FloorEvent> {
        self.forget();
        self.is_up = true;
        self.listed_by = now.checked_add(LISTED_WITHIN);
        vec![FloorEvent::Listing]
    }

    /// The connection is lost.
    #[must_use]
    pub fn lost(&mut self) -> Vec<FloorEvent> {
        let was_up = self.is_up;
        self.forget();
        was_up.then_some(FloorEvent::Lost).into_iter().collect()
    }

    fn forget(&mut self) {
        *self = Self::new(std::mem::take(&mut self.naming));
    }

    /// When [`Self::handle`] has something to do.
    pub fn wake(&self) -> Option<Instant> {
        self.listed_by
    }

    /// Does what is due.
    #[must_use]
    pub fn handle(&mut self, now: Instant) -> Vec<FloorEvent> {
        let is_due = self.listed_by.is_some_and(|by| by <= now);
        if is_due { self.listed().into_iter().collect() } else { Vec::new() }
    }

    fn listed(&mut self) -> Option<FloorEvent> {
        self.listed_by.take().map(|_| FloorEvent::Listed)
    }

    /// Takes in an event, and says what it means.
    #[must_use]
    pub fn hear(&mut self, message: &Message) -> Vec<FloorEvent> {
        let (naming, told) = (&self.naming, &mut Vec::new());
        match message.event().unwrap_or_default() {
            "DeviceStateChange" => {
                self.telephones.changes(message, naming, told);
                if self.listed_by.is_none() {
                    // Until then the list of members tells more.
                    self.queues.pause_is(message, naming, told);
                }
            }
            "ExtensionStatus" => self.telephones.hint_changes(message, naming, told),
            "PeerStatus" => self.telephones.registers(message, "Peer", "PeerStatus", naming, told),
            "ContactStatus" => self.telephones.registers(message, "EndpointName", "ContactStatus", naming, told),
            "PeerEntry" => self.telephones.peer(message, naming, told),
            "EndpointList" => self.telephones.endpoint(message, naming, told),
            "Newchannel" => self.telephones.is_named(message, naming, told),
            "Newstate" => self.telephones.is_up(message, naming, told),
            "Hold" => self.telephones.holds(message, true, naming, told),
            "Unhold" => self.telephones.holds(message, false, naming, told),
            "BridgeEnter" => {
                self.telephones.enters(message, naming, told);
                self.queues.leaves(message, false, told);
            }
            "CoreShowChannel" => {
                self.telephones.is_up(message, naming, told);
                self.spies.is_listed(message, naming);
            }
            "CoreShowChannelsComplete" => self.spies.listed(told),
            "Hangup" => {
                self.telephones.hangs_up(message, naming, told);
                self.queues.leaves(message, true, told);
                self.spies.hangs_up(message, told);
            }
            "QueueParams" => self.queues.is_there(message, told),
            "QueueMember" | "QueueMemberAdded" | "QueueMemberPause" | "QueueMemberPaused" | "QueueMemberStatus" => {
                self.queues.member(message, naming, told);
                self.telephones.member(message, naming, told);
            }
            "QueueMemberRemoved" => self.queues.member_leaves(message, naming, told),
            "QueueCallerJoin" | "Join" | "QueueEntry" => self.queues.joins(message, told),
            "QueueCallerLeave" | "Leave" => self.queues.leaves(message, false, told),
            "QueueCallerAbandon" => self.queues.leaves(message, true, told),
            "QueueStatusComplete" => told.extend(self.listed()),
            "ChanSpyStart" => self.spies.starts(message, naming, told),
            "ChanSpyStop" => self.spies.stops(message, told),
            _ => {}
        }
        std::mem::take(told)
    }

    /// By what the queues call an extension, each once.
    pub fn interfaces(&self, extension: &str) -> Vec<&str> {
        self.queues.interfaces(extension)
    }

    /// How many things it keeps: telephones, members, callers, listeners.
    pub fn len(&self) -> usize {
        self.telephones.len() + self.queues.len() + self.spies.len()
    }

    /// Whether nobody is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A text that is compared later: whole, or not at all.
fn exact<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    message.text(name).filter(|told| told.len() <= MAX_TEXT && told.chars().all(text::is_shown))
}

/// A text for people.
fn shown(message: &Message, name: &str) -> Option<String> {
    message.text(name).map(text::plain).filter(|told| !told.is_empty())
}

/// Asterisk's own ids have at most 149 characters.
const MAX_TEXT: usize = 256;
/// A list that is refused is never complete.
pub(super) const LISTED_WITHIN: Duration = Duration::from_secs(10);
/// More telephones, queues, members, waiting callers and listeners are not told of.
pub const MAX_FLOOR: usize = 4 * MAX_EACH + MAX_QUEUES;
const MAX_EACH: usize = 10_000;
const MAX_QUEUES: usize = 1000;
