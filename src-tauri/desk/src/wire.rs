//! What crosses to a window, a script or a test: one [`Snapshot`], then [`Change`]s; and [`Intent`]s back.
//!
//! The names are the contract with outsiders: add, never rename. TypeScript is generated into `ui/src/bindings`.
//! Times are RFC 3339 strings, durations are milliseconds.

mod account;
mod call;
mod callback;
mod card;
mod change;
mod click;
mod device;
mod events;
mod floor;
mod intent;
mod journal;
mod supervision;

pub use account::{Account, AccountForm, Registration, Trouble};
pub use call::{Call, CallState, Direction, Ended, HistoryEntry, Peer, Quality, Side, Transfer};
pub use callback::{
    AttemptResult, Callback, CallbackAttempt, CallbackLine, CallbackOrder, CallbackOutcome, CallbackReason,
    CallbackState, LineCall, LineState,
};
pub use card::{
    Card, CardField, CardMode, CardOutcome, CardRegistration, CardRules, CardState, Disposition, EarlierCall, Lookup,
    WrapUp, WrapUpMode,
};
pub use change::{Change, What};
pub use click::{
    CallTo, ClickToCall, Consent, Links, NumberKind, Origin, Origination, OriginationState, PortTaken, Preview, Prompt,
    PromptAnswer, PromptKind, PromptReason, PromptSource, Verdict, Via,
};
pub use device::{Device, DeviceChoice, Devices};
pub use events::{EventManager, EventReceiver, EventsView, SeenEvent};
pub use floor::{
    Agent, AgentState, FloorState, Help, HelpAsked, Listener, Paused, Presence, PresenceState, Queue, Waiting,
};
pub use intent::{DeclineReason, Done, Intent, Refusal};
pub use journal::{HistoryCall, HistoryFilter, HistoryPage, HistoryQuery};
pub use phone::{AutoAnswer, Cause, Codec, DtmfMode, Reason, Role, Transport};
pub use supervision::{
    PbxOrder, PbxOrderKind, PbxOrderState, Power, Powers, Supervision, SupervisionMode, SupervisionState,
};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything shown.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Snapshot {
    /// The number of the last change it contains.
    #[ts(type = "number")]
    pub seq: u64,
    /// SIP accounts, in the order of the settings.
    pub accounts: Vec<Account>,
    /// Calls that are up, and those that ended within the last half minute.
    pub calls: Vec<Call>,
    /// Ended calls of this session, the newest first, at most 500.
    pub history: Vec<HistoryEntry>,
    /// Caller cards, the newest first.
    pub cards: Vec<Card>,
    /// How cards are shown, and what an agent may say of a call.
    pub card_rules: CardRules,
    /// Who is to be called back: those that are open, and the last that were closed; by id.
    pub callbacks: Vec<Callback>,
    /// The line that calls back by itself.
    pub callback_line: CallbackLine,
    /// The floor, by extension.
    pub agents: Vec<Agent>,
    /// The queues of the PBX, by name.
    pub queues: Vec<Queue>,
    /// What is known of the floor.
    pub floor: FloorState,
    /// A colleague's call that this desk takes part in.
    pub supervision: Option<Supervision>,
    /// What else the PBX was asked to do, the newest first.
    pub orders: Vec<PbxOrder>,
    /// What this desk can do at the PBX.
    pub powers: Powers,
    /// Whether this agent takes calls of queues.
    pub presence: Presence,
    /// Colleagues who ask for help, the newest first.
    pub help: Vec<Help>,
    /// What this agent's own wish for help came to.
    pub help_asked: Option<HelpAsked>,
    /// Who listens to this agent, as far as the rules let it be known.
    pub listeners: Vec<Listener>,
    /// Requests from outside that wait for the agent's yes, the oldest first.
    pub prompts: Vec<Prompt>,
    /// Calls that the PBX was asked to place, the newest first.
    pub originations: Vec<Origination>,
    /// How this desk takes clicks from outside.
    pub click_to_call: ClickToCall,
    /// Sound devices.
    pub devices: Devices,
    /// What the agent set.
    pub preferences: Preferences,
    /// Whether the practice PBX runs in this process.
    pub practice: bool,
}

/// What the agent set for this desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Preferences {
    /// `en`, `ru`, `fa` or `system`.
    pub language: Language,
    /// Calls are refused with 486 while on.
    pub do_not_disturb: bool,
    /// Secrets are in a file because no keychain runs.
    pub secrets_in_file: bool,
}

/// The window's language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    En,
    /// Russian.
    Ru,
    /// Persian.
    Fa,
    /// As the system says.
    #[default]
    System,
}
