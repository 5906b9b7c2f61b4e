//! What is shown of the floor, and what of that changed.

use super::{
    Due, Floor, FloorSource,
    leg::Extension,
    person::{Person, Stands},
};
use crate::wire::{Agent, AgentState, FloorState, Peer, Queue};

impl Floor {
    /// What follows from an input for those whom it was about.
    pub(super) fn settle(&mut self) {
        for name in std::mem::take(&mut self.dirty) {
            self.settle_one(&name);
            self.unsaid.insert(name);
        }
    }

    fn settle_one(&mut self, name: &Extension) {
        let Some(person) = self.people.get_mut(name) else { return };
        let stands = person.stands(&self.legs);
        if !(person.is_quiet && stands.state == AgentState::Free && person.state == AgentState::Free) {
            person.since = stands.since;
        }
        person.state = stands.state;
        let is_free = stands.state == AgentState::Free;
        for (queue, member) in &mut person.member_of {
            let counts = is_free && member.pause.is_none();
            if std::mem::replace(&mut member.counts_free, counts) != counts {
                self.queues.free(queue, counts);
            }
        }
        let doubted = person.doubted_at(&self.legs).filter(|_| !self.manager.is_stale());
        self.alarms.set(Due::Doubt(name.clone()), doubted);
        if person.is_unknown() && person.shown.is_none() {
            self.forget(name);
        }
    }

    fn forget(&mut self, name: &Extension) {
        self.people.remove(name);
        self.alarms.set(Due::Doubt(name.clone()), None);
        self.alarms.set(Due::Quiet(name.clone()), None);
    }

    fn is_hidden(&self) -> bool {
        self.rules.source == FloorSource::Off
    }

    fn is_shown(&self, person: &Person) -> bool {
        let is_wanted = person.is_listed || (!self.rules.only_these && !person.is_unknown() && person.is_somebody());
        is_wanted && !self.is_hidden()
    }

    /// Who left, and who is new or different.
    pub(super) fn take_agents(&mut self) -> (Vec<String>, Vec<Agent>) {
        let (mut gone, mut changed) = (Vec::new(), Vec::new());
        for name in std::mem::take(&mut self.unsaid) {
            let Some(person) = self.people.get(&name) else { continue };
            let now = self.is_shown(person).then(|| self.wire(&name, person));
            let is_unknown = person.is_unknown();
            if let Some(person) = self.people.get_mut(&name).filter(|person| person.shown != now) {
                person.shown.clone_from(&now);
                match now {
                    Some(agent) => changed.push(agent),
                    None => gone.push(name.to_string()),
                }
            }
            if is_unknown {
                self.forget(&name);
            }
        }
        (gone, changed)
    }

    pub(super) fn take_queues(&mut self) -> (Vec<String>, Vec<Queue>) {
        let is_hidden = self.is_hidden();
        self.queues.take_changes(is_hidden)
    }

    /// As somebody stands now, told or not.
    pub(super) fn wire(&self, name: &str, person: &Person) -> Agent {
        let Stands { state, since, party, direction, queue } = person.stands(&self.legs);
        let since = if state == person.state { person.since } else { since };
        let is_own = self.numbering.own().is_mine(name);
        // This row is shown to the very one who is to notice nothing.
        let listeners = person.listeners.keys().filter(|_| !(is_own && self.hides_own_listeners));
        Agent {
            extension: name.to_owned(),
            name: person.known_as(),
            state,
            since: since.map(|since| since.to_string()),
            party: party.map(|party| self.named(party)),
            direction,
            queue,
            queues: person.member_of.keys().cloned().collect(),
            paused: person.paused(),
            supervised_by: listeners.cloned().collect(),
            is_own,
        }
    }

    /// A colleague is known by name.
    fn named(&self, party: Peer) -> Peer {
        let Peer { number, name } = party;
        Peer { name: name.or_else(|| self.name_of(&number)), number }
    }

    /// Where the floor is known from.
    pub(crate) fn state(&self) -> FloorState {
        if self.is_hidden() {
            return FloorState::default();
        }
        let (manager, watching, events) = (self.manager.is_known, self.watching.is_on(), self.sources.events);
        let sources = [("ami", manager), ("dialogs", watching), ("events", events)];
        let live = if manager { !self.manager.is_stale() } else { events || self.watching.is_live() };
        let trouble = self.manager.trouble().or_else(|| self.watching.trouble()).filter(|_| !live);
        let sources = sources.iter().filter(|(_, is)| *is).map(|(name, _)| (*name).to_owned()).collect();
        FloorState { sources, live, trouble }
    }
}
