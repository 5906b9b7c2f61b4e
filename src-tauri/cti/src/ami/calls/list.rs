//! What is going on when we come, and when we come back.

use std::{
    collections::{BTreeSet, HashMap},
    mem,
    time::{Duration, Instant},
};

use super::{Calls, channel::Block, hand_over::is_service, table::Table};
use crate::{
    Direction,
    ami::{codec::Message, naming::is_local},
};

/// Channels that were there when the connection was lost.
#[derive(Debug)]
pub(super) struct Unseen {
    channels: BTreeSet<u64>,
    of: HashMap<String, Vec<u64>>,
    since: Option<Instant>,
    /// What rang is over.
    is_old: bool,
}

impl Unseen {
    pub(super) fn of(table: &Table) -> Self {
        let mut of: HashMap<String, Vec<u64>> = HashMap::new();
        for (no, channel) in table.all() {
            if let Some(agent) = &channel.agent {
                of.entry(agent.clone()).or_default().push(no);
            }
        }
        Self { channels: table.all().map(|(no, _)| no).collect(), of, since: None, is_old: false }
    }
}

impl Calls {
    /// A channel that an event names is there.
    pub(super) fn is_seen(&mut self, message: &Message, now: Instant) {
        let Some(unseen) = &mut self.unseen else { return };
        for prefix in ["Uniqueid", "DestUniqueid"] {
            if let Some(no) = message.text(prefix).and_then(|id| self.table.find(id)) {
                unseen.channels.remove(&no);
            }
        }
        let since = *unseen.since.get_or_insert(now);
        if !unseen.is_old && now.saturating_duration_since(since) >= RINGS_FOR {
            unseen.is_old = true;
            let leg = |no: &u64| self.table.get(*no).and_then(|channel| channel.leg.as_ref());
            let rang = |no: &u64| leg(no).is_some_and(|leg| leg.answered.is_none());
            let rang: Vec<u64> = unseen.channels.iter().copied().filter(rang).collect();
            for no in rang {
                self.is_lost(no, now);
            }
        }
    }

    /// Who is free or gone has none of the calls that were not seen since.
    pub(super) fn stands(&mut self, message: &Message, now: Instant) {
        let Some(unseen) = &mut self.unseen else { return };
        let has_none = match message.text("State").or_else(|| message.text("Status")) {
            Some(state) => ["NOT_INUSE", "UNAVAILABLE", "1", "5"].contains(&state),
            None => false,
        };
        let device = ["Device", "StateInterface", "Interface", "Location"].iter().find_map(|name| message.text(name));
        let Some(device) = device.filter(|device| has_none && !is_local(device)) else { return };
        let Some(extension) = self.naming.device(device) else { return };
        for no in unseen.of.remove(extension).unwrap_or_default() {
            if self.unseen.as_ref().is_some_and(|unseen| unseen.channels.contains(&no)) {
                self.is_lost(no, now);
            }
        }
    }

    /// One of all channels. Of what talked before we came for the first time the beginning is not ours to tell: we know neither
    /// how it began nor for how long they have talked. That it was answered and that it ends is: whoever listened before us,
    /// and ended in the middle of it, has the rest.
    pub(super) fn is_listed(&mut self, message: &Message, now: Instant) {
        let Some(block) = Block::of(message, "") else { return };
        let no = self.table.ensure(&block, &self.naming, now);
        let application = message.text("Application").unwrap_or_default();
        let is_bridged =
            ["BridgeId", "BridgedChannel", "BridgedUniqueID"].iter().any(|name| block.text(name).is_some());
        let Some(channel) = self.table.get_mut(no) else { return };
        // What an originate rings runs this until it is answered.
        channel.is_originated |= application == "AppDial2";
        channel.is_silent |= is_service(application);
        channel.is_up |= block.state() == Some("6");
        let (is_originated, has_leg) = (channel.is_originated, channel.leg.is_some());
        match block.state() {
            Some("4") => {
                let party = block.dialled().map(|number| crate::Party { number: number.to_owned(), name: None });
                self.offer(no, Direction::Out, party.or_else(|| block.connected()), message, now);
            }
            Some("5") if !is_originated => self.offer(no, Direction::In, block.connected(), message, now),
            Some("6") if is_bridged => {
                channel.began_unseen = !has_leg && !self.follows;
                let began_it = block.call() == block.id;
                let direction = if began_it { Direction::Out } else { Direction::In };
                self.offer(no, direction, block.connected(), message, now);
                self.answered(no, message, now);
            }
            _ => {}
        }
    }

    /// The list is at its end.
    pub(super) fn listed(&mut self, now: Instant) {
        self.follows = true;
        for no in mem::take(&mut self.unseen).into_iter().flat_map(|unseen| unseen.channels) {
            self.is_lost(no, now);
        }
    }

    /// Ended at some time that nobody told of.
    fn is_lost(&mut self, no: u64, now: Instant) {
        if let Some(channel) = self.table.remove(no, now) {
            self.told.extend(channel.lost());
        }
    }
}

/// A telephone that rings longer has lost its end.
const RINGS_FOR: Duration = Duration::from_mins(1);
