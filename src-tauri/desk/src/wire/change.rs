//! What is told after the snapshot.

use serde::Serialize;
use ts_rs::TS;

use super::{
    Account, Agent, Call, Callback, CallbackLine, Card, CardRules, ClickToCall, Devices, FloorState, Help, HelpAsked,
    HistoryEntry, Listener, Origination, PbxOrder, Powers, Preferences, Presence, Prompt, PromptAnswer, Queue,
    Supervision,
};

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Change {
    /// Counts up by one.
    #[ts(type = "number")]
    pub seq: u64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum What {
    /// A call is new or different.
    CallChanged {
        /// All of it.
        call: Call,
    },
    /// A call left the list.
    CallRemoved {
        /// Which.
        call: String,
    },
    /// A call went into the history.
    HistoryAdded {
        /// The entry.
        entry: HistoryEntry,
    },
    /// A caller card is new or different.
    CardChanged {
        /// All of it.
        card: Box<Card>,
    },
    /// A caller card left.
    CardRemoved {
        /// Which.
        card: String,
    },
    /// How cards are shown is different.
    CardRulesChanged {
        /// All of it.
        card_rules: CardRules,
    },
    /// An account is new or different.
    AccountChanged {
        /// All of it.
        account: Account,
    },
    /// An account was removed.
    AccountRemoved {
        /// Which.
        account: String,
    },
    /// Something from outside waits for the agent's yes, or is different.
    PromptChanged {
        /// All of it.
        prompt: Prompt,
    },
    /// It was answered, or waited too long.
    PromptRemoved {
        /// Which.
        prompt: String,
        /// What the agent said; `None` if nothing: it waited too long, or another took its place.
        answer: Option<PromptAnswer>,
        /// The call that a yes made.
        call: Option<String>,
        /// What the PBX was asked to place by a yes.
        origination: Option<String>,
    },
    /// The PBX was asked to place a call, or got on with it.
    OriginationChanged {
        /// All of it.
        origination: Origination,
    },
    /// It is not shown any more.
    OriginationRemoved {
        /// Which.
        origination: String,
    },
    /// Sites, refusals, the port, the hotkey.
    ClickToCallChanged {
        /// All of it.
        click_to_call: ClickToCall,
    },
    /// A callback is new or different.
    CallbackChanged {
        /// All of it.
        callback: Box<Callback>,
    },
    /// A callback is not shown any more.
    CallbackRemoved {
        /// Which.
        callback: String,
    },
    /// A callback is due now: told once.
    CallbackDue {
        /// Which.
        callback: String,
    },
    /// The line that calls back is different.
    CallbackLineChanged {
        /// All of it.
        callback_line: CallbackLine,
    },
    /// A colleague is new or different.
    AgentChanged {
        /// All of it.
        agent: Agent,
    },
    /// A colleague left the floor.
    AgentRemoved {
        /// Which extension.
        agent: String,
    },
    /// A queue is new or different.
    QueueChanged {
        /// All of it.
        queue: Queue,
    },
    /// A queue is no more.
    QueueRemoved {
        /// Its name.
        queue: String,
    },
    /// What is known of the floor is different.
    FloorChanged {
        /// All of it.
        floor: FloorState,
    },
    /// This desk takes part in a colleague's call, differently, or not any more.
    SupervisionChanged {
        /// All of it.
        supervision: Option<Supervision>,
    },
    /// The PBX was asked to do something, or got on with it.
    OrderChanged {
        /// All of it.
        order: PbxOrder,
    },
    /// It is not shown any more.
    OrderRemoved {
        /// Which.
        order: String,
    },
    /// What this desk can do at the PBX is different.
    PowersChanged {
        /// All of it.
        powers: Box<Powers>,
    },
    /// Whether this agent takes calls of queues is different.
    PresenceChanged {
        /// All of it.
        presence: Presence,
    },
    /// A colleague asks for help.
    HelpChanged {
        /// All of it.
        help: Help,
    },
    /// They do not any more, or somebody takes care of it.
    HelpRemoved {
        /// Which.
        help: String,
    },
    /// What this agent's own wish for help came to.
    HelpAskedChanged {
        /// `None`: there is none.
        help_asked: Option<HelpAsked>,
    },
    /// Who listens to this agent.
    ListenersChanged {
        /// All of them.
        listeners: Vec<Listener>,
    },
    /// Somebody asks for the window to come to the front.
    FocusRequested,
    /// Devices came, went or were chosen.
    DevicesChanged {
        /// All of it.
        devices: Devices,
    },
    /// A preference changed.
    PreferencesChanged {
        /// All of it.
        preferences: Preferences,
    },
    /// Levels in dBFS, at most 20 a second while metering.
    Levels {
        /// Into the microphone.
        microphone: f32,
        /// Out of the speaker.
        speaker: f32,
    },
    /// A sentence for the agent.
    Notice {
        /// Stable code that the window translates.
        code: String,
        /// The sentence in English.
        detail: String,
    },
}
