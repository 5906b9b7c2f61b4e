//! The floor: who works here, who talks to whom, who waits.
//!
//! ```text
//!   CallEvent ───► legs ─────┐
//!   FloorEvent ──► devices ──┼──► Person ──► Agent ──┐
//!            │  └► members ──┤                       ├──► those that changed are told
//!            └───► waiting ──┼──► Queue ─────────────┘
//!   Watched ─────► dialogs ──┘
//! ```
//!
//! Each source says what it knows, and none replaces another: see [`person`] for what follows from all of them. What an event
//! costs does not depend on how many work here: whom it is about is marked, and nobody else is looked at.

mod calls;
mod dialogs;
mod leg;
mod legs;
mod members;
mod person;
mod queues;
mod rules;
mod shown;
mod sources;
mod told;
mod watching;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use cti::{CallEvent, FloorEvent};
use phone::Watched;

pub use rules::{FloorAgent, FloorRules, FloorSource};

use self::{
    leg::{Extension, exact, text},
    legs::Legs,
    person::Person,
    queues::Queues,
    sources::{Manager, Sources},
    watching::Watching,
};
use crate::{
    card::{Alarms, Numbering},
    supervision::AgentSees,
    update::{Desk, Now},
    wire::{Agent, Queue, What},
};

/// All that is known of the floor.
#[derive(Debug, Default)]
pub(crate) struct Floor {
    people: BTreeMap<Extension, Person>,
    legs: Legs,
    queues: Queues,
    manager: Manager,
    sources: Sources,
    watching: Watching,
    rules: FloorRules,
    /// The agent of this desk is to notice nothing of who listens to them.
    hides_own_listeners: bool,
    numbering: Numbering,
    alarms: Alarms<Due>,
    /// Of whom something was told.
    dirty: BTreeSet<Extension>,
    /// Who may be shown differently.
    unsaid: BTreeSet<Extension>,
}

/// Who is woken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Due {
    /// A leg that has lasted too long.
    Leg(u64),
    /// A device is believed by now.
    Quiet(Extension),
    /// An extension is free, and so its legs are over.
    Doubt(Extension),
}

impl Floor {
    /// The agents, by extension.
    pub(crate) fn agents(&self) -> Vec<Agent> {
        self.people.values().filter_map(|person| person.shown.clone()).collect()
    }

    /// The queues, by name.
    pub(crate) fn queues(&self) -> Vec<Queue> {
        self.queues.wire()
    }

    /// Who waits in a queue under this id: number, as the PBX writes it, and name.
    pub(crate) fn who_waits(&self, queue: &str, call_id: &str) -> Option<(String, Option<String>)> {
        self.queues.who_waits(queue, call_id)
    }

    /// An agent, by extension, whether the floor shows them or not.
    pub(crate) fn agent(&self, extension: &str) -> Option<Agent> {
        self.people.get(extension).map(|person| self.wire(extension, person))
    }

    /// Who it is, as the settings or else the PBX have it.
    pub(crate) fn name_of(&self, extension: &str) -> Option<String> {
        self.people.get(extension).and_then(Person::known_as)
    }

    /// When something is due.
    pub(crate) fn wake(&self) -> Option<Instant> {
        self.alarms.next()
    }

    /// Which numbers are inside, and which are this desk's, is different.
    pub(crate) fn is_numbered(&mut self, numbering: Numbering) {
        self.numbering = numbering;
        self.dirty.extend(self.people.keys().cloned());
    }

    /// How much is kept: people, legs, ids of legs that are over, queues, and who waits in them.
    #[cfg(test)]
    pub(crate) fn kept(&self) -> [usize; 5] {
        let ((legs, over), (queues, waiting)) = (self.legs.kept(), self.queues.kept());
        [self.people.len(), legs, over, queues, waiting]
    }

    fn load(&mut self, rules: &FloorRules) {
        for person in self.people.values_mut() {
            (person.is_listed, person.name) = (false, None);
        }
        for agent in &rules.agents {
            let known_as = exact(&agent.extension).and_then(|extension| self.meet(extension));
            if let Some(person) = known_as.and_then(|name| self.people.get_mut(&name)) {
                (person.is_listed, person.name) = (true, agent.name.as_deref().and_then(text));
            }
        }
        self.rules = rules.clone();
        self.dirty.extend(self.people.keys().cloned());
        self.queues.all_are_dirty();
        self.watching.is_due = true;
    }

    /// Somebody of this name; a new one unless there are too many already.
    fn meet(&mut self, extension: &str) -> Option<Extension> {
        if let Some((name, _)) = self.people.get_key_value(extension) {
            return Some(name.clone());
        }
        if self.people.len() >= MAX_PEOPLE {
            return None;
        }
        let name = Extension::from(extension);
        self.people.insert(name.clone(), Person::default());
        self.dirty.insert(name.clone());
        Some(name)
    }

    /// What is due by now.
    fn tick(&mut self, now: Instant) {
        while let Some((at, due)) = self.alarms.pop(now) {
            match due {
                Due::Leg(no) => {
                    self.drop_leg(no);
                }
                Due::Quiet(name) => self.with(&name, |person| person.is_quiet = false),
                // As if somebody had looked in time.
                Due::Doubt(name) => self.doubt(&name, at),
            }
            // What follows may be due as well.
            self.settle();
        }
    }
}

impl Desk {
    /// The settings are there, or others.
    pub(crate) fn load_floor(&mut self) {
        self.floor.hides_own_listeners = self.settings.supervision.agent_sees == AgentSees::Nothing;
        self.floor.load(&self.settings.floor);
    }

    /// A PBX told of a call, whosever it is.
    pub(crate) fn floor_hears(&mut self, event: &CallEvent, now: Now) {
        self.floor.hear(event, now);
    }

    /// A PBX told of telephones and queues.
    pub(crate) fn floor_told(&mut self, event: FloorEvent, now: Now) {
        self.floor.told(event, now);
    }

    /// The manager interface is there, or is not, for this reason.
    pub(crate) fn floor_connected(&mut self, trouble: Option<String>, _now: Now) {
        self.floor.manager.is_there(trouble);
        self.floor.watching.is_due = true;
    }

    /// A watched extension is in other dialogs now.
    pub(crate) fn floor_watched(&mut self, extension: &str, watched: Watched, now: Now) {
        self.floor.watched(extension, watched, now);
    }

    /// Looks at the accounts, and at the time: after every input.
    pub(crate) fn follow_floor(&mut self, now: Now) {
        self.follow_watching();
        self.floor.settle();
        self.floor.tick(now.instant);
    }

    /// Tells what changed.
    pub(crate) fn publish_floor(&mut self) {
        let (gone, changed) = self.floor.take_agents();
        gone.into_iter().for_each(|agent| self.tell(What::AgentRemoved { agent }));
        changed.into_iter().for_each(|agent| self.tell(What::AgentChanged { agent }));
        let (gone, changed) = self.floor.take_queues();
        gone.into_iter().for_each(|queue| self.tell(What::QueueRemoved { queue }));
        changed.into_iter().for_each(|queue| self.tell(What::QueueChanged { queue }));
        let floor = self.floor.state();
        if floor != self.shown.floor {
            self.shown.floor = floor.clone();
            self.tell(What::FloorChanged { floor });
        }
    }
}

/// More than work at one PBX.
const MAX_PEOPLE: usize = 5_000;
