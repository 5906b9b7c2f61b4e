//! What channels do, as events of calls.
//!
//! ```text
//!   PJSIP/trunk-1 ──Dial──► PJSIP/104-2   its telephone rings:  Offered{In} ─► Answered ─► Ended
//!                     └───► PJSIP/105-3   rings beside it:      Offered{In} ─► Ended(Cancelled)
//!   PJSIP/104-4 ────Dial──► PJSIP/trunk-5 it was used to dial:  Offered{Out} ─► Answered ─► Ended
//! ```
//!
//! A channel of an extension has a leg once we know what it is there for. One that the PBX rings on somebody's order (an
//! originate) has none until it dials or takes over a call: it may be a supervisor who listens, or a recording that is played.
//! No two PBXs send the same events in the same order, so each is taken as what it says of the channels it names.

mod channel;
mod hand_over;
mod list;
mod recordings;
mod ring;
mod ringing;
mod table;
#[cfg(test)]
mod tests;

use std::{mem, time::Instant};

use self::{list::Unseen, table::Table};
use super::{codec::Message, naming::Naming};
use crate::CallEvent;

/// All channels of a PBX.
#[derive(Debug)]
pub struct Calls {
    naming: Naming,
    table: Table,
    /// What is to be told of the message at hand.
    told: Vec<CallEvent>,
    /// A list of all channels is on its way, and of these nothing has been heard since.
    unseen: Option<Unseen>,
    /// A list was here once: what it did not have is new.
    follows: bool,
    /// Recordings have been told of after the end of a call.
    tells_recordings: bool,
}

impl Calls {
    /// Knows of no call yet.
    pub fn new(naming: Naming) -> Self {
        Self {
            naming,
            table: Table::default(),
            told: Vec::new(),
            unseen: None,
            follows: false,
            tells_recordings: false,
        }
    }

    /// Takes in an event, and says what it means.
    pub fn hear(&mut self, message: &Message, now: Instant) -> Vec<CallEvent> {
        for channel in self.table.outdated(now) {
            self.told.extend(channel.lost());
        }
        self.table.forget_past(now);
        self.is_seen(message, now);
        match message.event().unwrap_or_default() {
            "Newchannel" => self.appears(message, now),
            "Newstate" => self.changes(message, now),
            "NewConnectedLine" => self.is_connected(message),
            "DialBegin" | "DialState" => self.dials(message, now),
            "DialEnd" => self.dialled(message, now),
            "BridgeEnter" => self.enters(message, now),
            "QueueCallerJoin" | "Join" | "QueueEntry" => self.queues(message, now),
            "AgentCalled" => self.is_called_by_queue(message),
            "AgentConnect" => self.is_connected_by_queue(message, now),
            "Pickup" => self.picks_up(message, now),
            "ParkedCall" => self.parks(message),
            "UnParkedCall" => self.unparks(message, now),
            "BlindTransfer" => self.hands_on(message),
            "AttendedTransfer" => self.hands_over(message),
            "ChanSpyStart" => self.spies(message),
            "Newexten" | "OriginateResponse" => self.runs(message),
            "CoreShowChannel" => self.is_listed(message, now),
            "CoreShowChannelsComplete" => self.listed(now),
            "DeviceStateChange" | "QueueMember" | "QueueMemberStatus" => self.stands(message, now),
            "UserEvent" | "Cdr" | "VarSet" => self.is_recorded(message),
            "Hangup" => self.hangs_up(message, now),
            _ => {}
        }
        mem::take(&mut self.told)
    }

    /// The connection was made anew, and a list of all channels is asked for: what is neither in it nor heard of before it ends
    /// is over. Where the list is refused, what rang is over after a minute, and who talked when the telephone is free.
    pub fn relist(&mut self) {
        self.unseen = Some(Unseen::of(&self.table));
    }

    /// How many channels it knows.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether nobody speaks.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// More channels are not kept: the oldest go.
pub const MAX_CHANNELS: usize = 10_000;
