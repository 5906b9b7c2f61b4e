//! The floor: who works here, who talks to whom, who waits.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Direction, Peer, SupervisionMode};

/// A colleague. Names come from outside and are text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Agent {
    /// What the PBX calls the telephone.
    pub extension: String,
    /// Who it is.
    pub name: Option<String>,
    /// What they do.
    pub state: AgentState,
    /// Since when; `None` if that is not known, because it began before this desk looked.
    pub since: Option<String>,
    /// The other party of the call that rings or is up.
    pub party: Option<Peer>,
    /// Who started that call, seen from the agent.
    pub direction: Option<Direction>,
    /// The queue that call came through.
    pub queue: Option<String>,
    /// The queues that they work in.
    pub queues: Vec<String>,
    /// Not called by queues for now.
    pub paused: Option<Paused>,
    /// Who listens to them, by extension.
    pub supervised_by: Vec<String>,
    /// One of this desk's own accounts.
    pub is_own: bool,
}

/// What an agent does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// Nobody told, or the connection to the PBX is lost.
    #[default]
    Unknown,
    /// No telephone is registered.
    NotRegistered,
    /// Could be called.
    Free,
    /// The telephone rings.
    Ringing,
    /// Calls somebody.
    Dialing,
    /// Talks.
    Talking,
    /// In a call that is on hold.
    OnHold,
}

/// Why queues pass an agent over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Paused {
    /// The reason, as the PBX has it.
    pub reason: Option<String>,
    /// Since when, if this desk saw it begin.
    pub since: Option<String>,
}

/// A queue of the PBX.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// Who waits, the longest first; at most 50.
    pub waiting: Vec<Waiting>,
    /// How many wait.
    pub waiting_count: u32,
    /// Members that could take a call now.
    pub free: u32,
    /// Members in all.
    pub members: u32,
    /// Callers who gave up since this desk looks.
    pub abandoned: u32,
}

/// A caller who waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Waiting {
    /// Who.
    pub party: Peer,
    /// Since when.
    pub since: String,
}

/// What is known of the floor, and from where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct FloorState {
    /// Where it is known from: `ami`, `dialogs` (RFC 4235), `events` (webhooks); empty if there is no floor.
    pub sources: Vec<String>,
    /// The PBX tells of it now; if not, what is shown may not hold.
    pub live: bool,
    /// Why not: a code and a sentence in English.
    pub trouble: Option<super::Trouble>,
}

/// Whether this agent takes calls of queues.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Presence {
    /// What was asked for.
    pub state: PresenceState,
    /// Why away.
    pub reason: Option<String>,
    /// Since when.
    pub since: Option<String>,
    /// The PBX knows of it.
    pub told: bool,
}

/// Whether an agent takes calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum PresenceState {
    /// Yes.
    #[default]
    Available,
    /// Not for now.
    Away,
}

/// A colleague asks for help in a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Help {
    /// `h1`.
    pub id: String,
    /// Who asks.
    pub extension: String,
    /// Their name.
    pub name: Option<String>,
    /// Whom they talk to, as they say.
    pub number: Option<String>,
    /// What they wrote.
    pub text: Option<String>,
    /// Since when.
    pub since: String,
}

/// What this agent's own wish for help came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum HelpAsked {
    /// On its way.
    Asking,
    /// A supervisor's desk has it.
    Delivered,
    /// Nobody took it.
    Failed,
}

/// Somebody listens to this agent's calls, and the rules let the agent know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Listener {
    /// Who, by extension.
    pub by: String,
    /// How, if that is known.
    pub mode: Option<SupervisionMode>,
    /// Since when.
    pub since: String,
}
