//! All channels of a PBX by id and by call, the oldest first to go.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::{Duration, Instant},
};

use super::{
    MAX_CHANNELS,
    channel::{Block, Channel},
    recordings::Unrecorded,
};
use crate::{
    Party,
    ami::naming::{Naming, is_local},
};

/// Channels, each known by the number of its coming.
#[derive(Debug, Default)]
pub(super) struct Table {
    channels: BTreeMap<u64, Channel>,
    by_id: HashMap<String, u64>,
    by_name: HashMap<String, u64>,
    calls: HashMap<String, Call>,
    /// Calls without channels, of which a recording may be told yet, the oldest first.
    past: VecDeque<(Instant, String)>,
    count: u64,
}

/// What the channels of a call have in common.
#[derive(Debug, Default)]
pub(super) struct Call {
    pub(super) channels: Vec<u64>,
    /// The number outside by which it reached the PBX.
    pub(super) did: Option<String>,
    pub(super) queue: Option<String>,
    /// When its caller came to the first queue.
    pub(super) waits_since: Option<Instant>,
    /// Who handed its party on, and the party, until somebody has it.
    pub(super) handed_by: Option<(String, Option<Party>)>,
    /// The pipe that an originate rang, without the `;1`.
    pub(super) originated_pipe: Option<String>,
    /// By what its recording is found.
    pub(super) recording: Option<String>,
    /// Legs that ended before that was told.
    pub(super) unrecorded: Vec<Unrecorded>,
}

impl Table {
    /// The channel of a block, new if nobody has heard of it.
    pub(super) fn ensure(&mut self, block: &Block<'_>, naming: &Naming, now: Instant) -> u64 {
        if let Some(no) = self.by_id.get(block.id) {
            return *no;
        }
        self.count += 1;
        let no = self.count;
        let channel = Channel {
            id: block.id.to_owned(),
            name: block.name.to_owned(),
            call: block.call().to_owned(),
            agent: naming.agent(block.name).map(str::to_owned),
            born: now,
            is_up: false,
            rings: false,
            is_dialled: false,
            is_originated: false,
            is_silent: false,
            began_unseen: false,
            leg: None,
            legs: 0,
        };
        self.by_id.insert(channel.id.clone(), no);
        self.by_name.insert(channel.name.clone(), no);
        self.calls.entry(channel.call.clone()).or_default().channels.push(no);
        self.channels.insert(no, channel);
        no
    }

    pub(super) fn find(&self, id: &str) -> Option<u64> {
        self.by_id.get(id).copied()
    }

    /// Old systems name the channel and not its id.
    pub(super) fn named(&self, name: &str) -> Option<u64> {
        self.by_name.get(name).copied()
    }

    pub(super) fn get(&self, no: u64) -> Option<&Channel> {
        self.channels.get(&no)
    }

    /// The channels of an extension's telephones, the oldest first.
    pub(super) fn of_agent(&self, extension: &str) -> impl Iterator<Item = &Channel> {
        self.channels.values().filter(move |channel| channel.agent.as_deref() == Some(extension))
    }

    pub(super) fn get_mut(&mut self, no: u64) -> Option<&mut Channel> {
        self.channels.get_mut(&no)
    }

    pub(super) fn call(&self, id: &str) -> Option<&Call> {
        self.calls.get(id)
    }

    /// Of a call that has channels, or had some a while ago.
    pub(super) fn call_mut(&mut self, id: &str) -> Option<&mut Call> {
        self.calls.get_mut(id)
    }

    /// The channel that has the leg of which this one is a part: itself, or the telephone behind a pipe.
    pub(super) fn bearer(&self, no: u64) -> Option<u64> {
        let channel = self.get(no)?;
        if channel.leg.is_some() {
            return Some(no);
        }
        if !is_local(&channel.name) {
            return None;
        }
        self.leg_of(&channel.call, channel.agent.as_deref()?)
    }

    /// The channel that has the leg of an extension in a call.
    pub(super) fn leg_of(&self, call: &str, extension: &str) -> Option<u64> {
        let channels = &self.call(call)?.channels;
        let has_leg =
            |no: &u64| self.get(*no).and_then(|c| c.leg.as_ref()).is_some_and(|leg| leg.extension == extension);
        channels.iter().copied().find(has_leg)
    }

    pub(super) fn remove(&mut self, no: u64, now: Instant) -> Option<Channel> {
        let channel = self.channels.remove(&no)?;
        self.by_id.remove(&channel.id);
        if self.by_name.get(&channel.name) == Some(&no) {
            self.by_name.remove(&channel.name);
        }
        if let Some(call) = self.calls.get_mut(&channel.call) {
            call.channels.retain(|other| *other != no);
            if call.channels.is_empty() {
                self.past.push_back((now, channel.call.clone()));
            }
        }
        Some(channel)
    }

    /// Forgets calls that nothing more is told of.
    pub(super) fn forget_past(&mut self, now: Instant) {
        while let Some((since, call)) = self.past.front() {
            let waits = self.past.len() <= MAX_PAST && now.saturating_duration_since(*since) < RECORDED_WITHIN;
            if waits {
                return;
            }
            // It may have come back to life.
            if self.calls.get(call).is_some_and(|call| call.channels.is_empty()) {
                self.calls.remove(call);
            }
            self.past.pop_front();
        }
    }

    /// Takes out those whose end was lost, and the oldest of too many.
    pub(super) fn outdated(&mut self, now: Instant) -> Vec<Channel> {
        let mut gone = Vec::new();
        while let Some((no, oldest)) = self.channels.first_key_value()
            && (self.channels.len() >= MAX_CHANNELS || now.saturating_duration_since(oldest.born) >= MAX_AGE)
        {
            let no = *no;
            gone.extend(self.remove(no, now));
        }
        gone
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (u64, &Channel)> {
        self.channels.iter().map(|(no, channel)| (*no, channel))
    }

    #[cfg(test)]
    pub(super) fn past_len(&self) -> usize {
        self.past.len()
    }

    pub(super) fn len(&self) -> usize {
        self.channels.len()
    }
}

/// What was recorded is told soon after the end.
const RECORDED_WITHIN: Duration = Duration::from_secs(60);
const MAX_PAST: usize = 2000;
/// Nobody talks longer.
const MAX_AGE: Duration = Duration::from_hours(4);
