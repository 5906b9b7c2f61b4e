//! The floor: who works here, who talks to whom, who waits.

mod calls;
mod floods;
mod order;
mod queues;
mod random;
mod resync;
mod sources;
mod watched;

use cti::{CallEvent, DeviceState, Direction, Ended, FloorEvent, Outcome, Party};

use super::*;
use crate::{
    Cards, FloorAgent, FloorRules, FloorSource,
    wire::{Agent, AgentState, FloorState, Queue},
};

/// One leg of a call, as a PBX tells of it.
#[derive(Clone, Copy)]
struct Part<'a> {
    source: &'a str,
    call: &'a str,
    leg: &'a str,
    extension: &'a str,
}

/// Leg `leg` of call `C`, as the manager interface tells of it.
fn ami<'a>(leg: &'a str, extension: &'a str) -> Part<'a> {
    Part { source: cti::ami::SOURCE, call: "C", leg, extension }
}

/// The same as a webhook tells of it, where a leg is named by its call and its extension.
fn hook<'a>(leg: &'a str, extension: &'a str) -> Part<'a> {
    Part { source: "simotel", ..ami(leg, extension) }
}

impl<'a> Part<'a> {
    fn of(self, call: &'a str) -> Self {
        Self { call, ..self }
    }

    fn is(self, what: cti::What) -> CallEvent {
        let event = CallEvent::new(self.source, self.call, self.leg, what);
        CallEvent { extension: Some(self.extension.into()), ..event }
    }

    fn goes(self, direction: Direction, number: &str) -> CallEvent {
        let party = Some(Party { number: number.into(), name: None });
        CallEvent { party, ..self.is(cti::What::Offered { direction, transferred: false }) }
    }

    /// It rings, somebody with this number calls.
    fn rings(self, number: &str) -> CallEvent {
        self.goes(Direction::In, number)
    }

    fn dials(self, number: &str) -> CallEvent {
        self.goes(Direction::Out, number)
    }

    fn answers(self) -> CallEvent {
        self.is(cti::What::Answered)
    }

    fn ends(self) -> CallEvent {
        self.is(cti::What::Ended(Ended::of(Outcome::Answered)))
    }

    fn idle(self) -> CallEvent {
        Part { call: "", leg: "", ..self }.is(cti::What::Idle)
    }

    /// The party, which was at `from`, is at this extension now.
    fn takes_from(self, from: &str) -> CallEvent {
        let what = cti::What::Moved { from: from.into(), to: self.extension.into() };
        CallEvent { extension: None, ..self.is(what) }
    }
}

fn device(extension: &str, state: DeviceState) -> FloorEvent {
    FloorEvent::Device { extension: extension.into(), name: None, state: Some(state) }
}

fn named(extension: &str, name: &str) -> FloorEvent {
    FloorEvent::Device { extension: extension.into(), name: Some(name.into()), state: Some(DeviceState::Free) }
}

fn queue(queue: &str) -> FloorEvent {
    FloorEvent::Queue { queue: queue.into() }
}

fn member(queue: &str, extension: &str, paused: Option<&str>) -> FloorEvent {
    let paused = paused.map(str::to_owned);
    FloorEvent::Member { queue: queue.into(), extension: extension.into(), name: None, paused }
}

fn left(queue: &str, extension: &str) -> FloorEvent {
    FloorEvent::MemberLeft { queue: queue.into(), extension: extension.into() }
}

fn waits(queue: &str, call_id: &str, number: &str) -> FloorEvent {
    let (queue, call_id, number) = (queue.into(), call_id.into(), number.into());
    FloorEvent::Waits { queue, call_id, number, name: None, waited_ms: 0 }
}

fn waits_no_more(queue: &str, call_id: &str, abandoned: bool) -> FloorEvent {
    FloorEvent::WaitsNoMore { queue: queue.into(), call_id: call_id.into(), abandoned }
}

fn agent(extension: &str, name: &str) -> FloorAgent {
    FloorAgent { extension: extension.into(), name: Some(name.into()) }
}

/// Somebody outside.
const ANNA: &str = "74952294989";

impl Kit {
    /// Extension 101 of a PBX whose extensions are 100 to 199, of which nobody has told anything yet.
    fn floor() -> Self {
        Self::floor_of(FloorRules::default())
    }

    fn floor_of(floor: FloorRules) -> Self {
        let accounts = vec![account("work", "sip:101@pbx.example")];
        let cards = Cards { extensions: vec!["100-199".into()], ..Cards::default() };
        let mut kit = Self::with(Settings { accounts, cards, floor, ..Settings::default() });
        kit.listener = Some(kit.desk.snapshot());
        kit
    }

    /// The manager interface is there, and these telephones are free.
    fn staffed(extensions: &[&str]) -> Self {
        let mut kit = Self::floor();
        let free = extensions.iter().map(|extension| device(extension, DeviceState::Free)).collect::<Vec<_>>();
        kit.listing(free);
        kit.changes.clear();
        kit
    }

    /// The connection to the manager interface is there, and this is how things stand.
    fn listing(&mut self, events: impl IntoIterator<Item = FloorEvent>) {
        self.input(Input::Manager(None));
        self.floor_hears([FloorEvent::Listing]);
        self.floor_hears(events);
        self.floor_hears([FloorEvent::Listed]);
    }

    fn floor_hears(&mut self, events: impl IntoIterator<Item = FloorEvent>) {
        events.into_iter().for_each(|event| assert!(self.input(Input::Floor(event)).is_none()));
    }

    fn hears(&mut self, events: impl IntoIterator<Item = CallEvent>) {
        events.into_iter().for_each(|event| assert!(self.input(Input::CallEvent(event)).is_none()));
    }

    fn wait(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    fn agents(&self) -> Vec<Agent> {
        self.desk.snapshot().agents
    }

    fn agent(&self, extension: &str) -> Agent {
        let found = self.agents().into_iter().find(|agent| agent.extension == extension);
        found.unwrap_or_else(|| panic!("{extension} is not shown: {:#?}", self.agents()))
    }

    /// What somebody does, and with whom.
    fn stands(&self, extension: &str) -> (AgentState, String) {
        let Agent { state, party, .. } = self.agent(extension);
        (state, party.map(|party| party.number).unwrap_or_default())
    }

    /// Whether they do what they do since now.
    fn is_since_now(&self, extension: &str) -> bool {
        self.agent(extension).since == Some(self.now.wall.to_string())
    }

    fn queue(&self, name: &str) -> Queue {
        self.desk.snapshot().queues.into_iter().find(|queue| queue.name == name).expect("the queue is shown")
    }

    /// Who waits there, the longest first.
    fn waiting(&self, queue: &str) -> Vec<String> {
        self.queue(queue).waiting.into_iter().map(|waiting| waiting.party.number).collect()
    }

    fn floor_state(&self) -> FloorState {
        self.desk.snapshot().floor
    }

    /// What was told of the floor since this was asked last.
    fn changed(&mut self) -> Vec<String> {
        let what = |change: Change| match change.what {
            What::AgentChanged { agent } => Some(agent.extension),
            What::AgentRemoved { agent } => Some(format!("no {agent}")),
            What::QueueChanged { queue } => Some(queue.name),
            What::QueueRemoved { queue } => Some(format!("no {queue}")),
            What::FloorChanged { floor } => Some(format!("floor {}", floor.live)),
            _ => None,
        };
        std::mem::take(&mut self.changes).into_iter().filter_map(what).collect()
    }
}
