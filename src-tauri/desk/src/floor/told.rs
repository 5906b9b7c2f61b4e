//! What the manager interface tells of telephones and queues.

use cti::{DeviceState, FloorEvent};

use super::{
    Floor,
    leg::{Extension, exact, text},
    members::{Member, Pause},
    person::{Device, Person, is_engaged},
    queues::{Waits, waiting_since},
};
use crate::{update::Now, wire::AgentState};

impl Floor {
    pub(super) fn told(&mut self, event: FloorEvent, now: Now) {
        match event {
            FloorEvent::Listing => self.manager.lists(),
            FloorEvent::Listed => self.listed(),
            FloorEvent::Lost => self.manager.lost(),
            FloorEvent::Device { extension, name, state } => self.device(&extension, name.as_deref(), state, now),
            FloorEvent::Member { queue, extension, name, paused } => {
                self.member(&queue, &extension, name.as_deref(), paused.as_deref(), now);
            }
            FloorEvent::MemberLeft { queue, extension } => self.member_left(&queue, &extension),
            FloorEvent::Queue { queue } => {
                self.queue(&queue);
            }
            FloorEvent::Waits { queue, call_id, number, name, waited_ms } => {
                let since = waiting_since(now.wall, waited_ms);
                let waits = Waits { call_id: &call_id, number: &number, name: name.as_deref(), since };
                if exact(&call_id).is_some() && self.queue(&queue) {
                    self.queues.waits(&queue, &waits, &self.numbering, self.manager.listing());
                }
            }
            FloorEvent::WaitsNoMore { queue, call_id, abandoned } => {
                self.queues.waits_no_more(&queue, &call_id, abandoned);
            }
            FloorEvent::Supervised { extension, by } => self.supervised(&extension, &by),
            FloorEvent::Unsupervised { extension, by } => {
                self.with(&extension, |person| {
                    person.listeners.remove(&by);
                });
            }
        }
    }

    /// Whether it is one of those that are kept.
    fn queue(&mut self, queue: &str) -> bool {
        exact(queue).is_some_and(|queue| self.queues.is_there(queue, self.manager.listing()))
    }

    fn device(&mut self, extension: &str, name: Option<&str>, state: Option<DeviceState>, now: Now) {
        let Some(known_as) = exact(extension).and_then(|extension| self.meet(extension)) else { return };
        let (listing, is_new) = (self.manager.listing(), !self.manager.is_listing());
        let Some(person) = self.people.get_mut(&known_as) else { return };
        person.pbx_name = name.and_then(text).or(person.pbx_name.take());
        if let Some(device) = &mut person.device {
            device.listing = listing;
        }
        let before = person.device.as_ref().map(|device| device.state);
        // Nobody saw how it came to stand otherwise than before the connection was lost.
        if !is_new && before.is_some_and(|before| state.is_some_and(|state| state != before)) {
            person.freed = None;
        }
        if let Some(state) = state.filter(|state| before != Some(*state)) {
            // That the telephone is free is told a moment after the end of its call.
            let was_free = person.state == AgentState::Free && state == DeviceState::Free;
            let since = if was_free { person.since } else { is_new.then_some(now.wall) };
            person.device = Some(Device { state, since, at: now.instant, listing });
            if is_new && is_engaged(state) && !before.is_some_and(is_engaged) {
                self.is_quiet(&known_as, now.instant);
            }
        }
        self.dirty.insert(known_as);
    }

    fn member(&mut self, queue: &str, extension: &str, name: Option<&str>, paused: Option<&str>, now: Now) {
        if !self.queue(queue) {
            return;
        }
        let Some(known_as) = exact(extension).and_then(|extension| self.meet(extension)) else { return };
        let (listing, since) = (self.manager.listing(), (!self.manager.is_listing()).then_some(now.wall));
        let Some(person) = self.people.get_mut(&known_as) else { return };
        if person.member_of.len() >= MAX_QUEUES_OF_PERSON && !person.member_of.contains_key(queue) {
            return;
        }
        let before = person.member_of.remove(queue);
        if before.is_none() {
            self.queues.members(queue, true);
        }
        let counts_free = before.as_ref().is_some_and(|before| before.counts_free);
        let (name_before, pause) = before.map(|before| (before.name, before.pause)).unwrap_or_default();
        let since = pause.map_or(since, |pause| pause.since);
        let pause = paused.map(|reason| Pause { reason: text(reason), since });
        let name = name.and_then(text).or(name_before);
        person.member_of.insert(queue.to_owned(), Member { name, pause, listing, counts_free });
        self.dirty.insert(known_as);
    }

    fn member_left(&mut self, queue: &str, extension: &str) {
        let Some(member) = self.people.get_mut(extension).and_then(|person| person.member_of.remove(queue)) else {
            return;
        };
        self.leaves(queue, &member);
        self.with(extension, |_| ());
    }

    fn leaves(&mut self, queue: &str, member: &Member) {
        self.queues.members(queue, false);
        if member.counts_free {
            self.queues.free(queue, false);
        }
    }

    fn supervised(&mut self, extension: &str, by: &str) {
        let Some(known_as) = exact(extension).and_then(|extension| self.meet(extension)) else { return };
        let listing = self.manager.listing();
        let Some(person) = self.people.get_mut(&known_as) else { return };
        if let Some(by) =
            exact(by).filter(|by| person.listeners.contains_key(*by) || person.listeners.len() < MAX_LISTENERS)
        {
            person.listeners.insert(by.to_owned(), listing);
        }
        self.dirty.insert(known_as);
    }

    /// What was not told since the connection was made anew is no more.
    fn listed(&mut self) {
        let Some(listing) = self.manager.listed() else { return };
        let mut left = Vec::new();
        for (name, person) in &mut self.people {
            sweep(person, listing);
            let is_gone = |member: &mut Member| member.listing < listing;
            left.extend(person.member_of.extract_if(.., |_, member| is_gone(member)));
            self.dirty.insert(name.clone());
        }
        left.iter().for_each(|(queue, member)| self.leaves(queue, member));
        self.queues.sweep(listing);
    }

    pub(super) fn with(&mut self, extension: &str, change: impl FnOnce(&mut Person)) {
        if let Some((name, _)) = self.people.get_key_value(extension) {
            let name = Extension::clone(name);
            if let Some(person) = self.people.get_mut(&name) {
                change(person);
            }
            self.dirty.insert(name);
        }
    }
}

fn sweep(person: &mut Person, listing: u64) {
    if person.device.as_ref().is_some_and(|device| device.listing < listing) {
        person.device = None;
        person.is_heard &= !person.legs.is_empty();
    }
    person.listeners.retain(|_, told| *told >= listing);
}

/// Nobody works in more.
const MAX_QUEUES_OF_PERSON: usize = 64;
/// More do not listen to one.
const MAX_LISTENERS: usize = 16;
