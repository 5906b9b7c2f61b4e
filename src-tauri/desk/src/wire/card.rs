//! Caller cards: who it is, before anybody says hello.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Direction;

/// What an agent should know about a call: from the INVITE, from what the PBX told, from the CRM. One for each call that
/// concerns this desk, whichever of them came first. Names and texts come from outside and are text.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Card {
    /// `k1`.
    pub id: String,
    /// Where it stands.
    pub state: CardState,
    /// Who started the call.
    pub direction: Direction,
    /// The call on this desk that it is about; `None` while only the PBX told of it, or if another device of the agent has it.
    pub call: Option<String>,
    /// Whose call it is, as the PBX calls the desk.
    pub extension: String,
    /// The other party, as the PBX writes it: what to dial. Empty if withheld.
    pub number: String,
    /// The same as people write it.
    pub number_shown: String,
    /// Name: the CRM's or the contacts', else the PBX's.
    pub name: Option<String>,
    /// Where they work.
    pub company: Option<String>,
    /// The queue it came through.
    pub queue: Option<String>,
    /// How long they waited before it rang here.
    #[ts(type = "number | null")]
    pub waited_ms: Option<u64>,
    /// The line they called, as people write it.
    pub did: Option<String>,
    /// Who sent the call on.
    pub diversion: Option<String>,
    /// Who took it instead.
    pub taken_by: Option<String>,
    /// How it ended.
    pub outcome: Option<CardOutcome>,
    /// When it was offered.
    pub offered_at: String,
    /// When it was answered.
    pub answered_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// What came of looking the number up.
    pub lookup: Lookup,
    /// The link into the CRM can be opened with `open_card`.
    pub has_link: bool,
    /// What the integrator chose to show.
    pub fields: Vec<CardField>,
    /// Earlier calls with this number, the newest first, at most five.
    pub earlier: Vec<EarlierCall>,
    /// What the agent wrote.
    pub note: String,
    /// What the agent says came of it: a code of the [`CardRules`].
    pub disposition: Option<String>,
    /// The work after the call, while it lasts.
    pub wrap_up: Option<WrapUp>,
    /// Whether the CRM was told.
    pub registration: CardRegistration,
}

/// Where a card stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum CardState {
    /// It rings here, or there if the agent dialled.
    Ringing,
    /// They speak.
    Active,
    /// Somebody else took it; it leaves by itself.
    Taken,
    /// Over.
    Ended,
}

/// How a card's call ended. Only `answered` is a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum CardOutcome {
    /// They spoke.
    Answered,
    /// Nobody took it.
    Missed,
    /// Somebody else took it.
    Taken,
    /// The other party was busy, or refused; or the agent did.
    Busy,
    /// It never got that far.
    Failed,
}

/// What came of looking a number up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Lookup {
    /// There is nothing to look in.
    #[default]
    Off,
    /// Under way.
    Looking,
    /// Somebody is known under this number.
    Found,
    /// Nobody is.
    Unknown,
    /// The CRM could not be asked.
    Failed,
}

/// A line that the integrator chose to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct CardField {
    /// What it is.
    pub label: String,
    /// What it says.
    pub text: String,
}

/// A call with the same number, some time ago.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct EarlierCall {
    /// When.
    pub at: String,
    /// Who started it.
    pub direction: Direction,
    /// Whether they spoke.
    pub answered: bool,
    /// From answer to end.
    #[ts(type = "number")]
    pub talk_ms: u64,
    /// What was written.
    pub note: String,
    /// What came of it.
    pub disposition: Option<String>,
}

/// The work after a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct WrapUp {
    /// Which kind.
    pub mode: WrapUpMode,
    /// Since when.
    pub since: String,
    /// When it ends by itself.
    pub ends_at: Option<String>,
}

/// How much time an agent has for the work after a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum WrapUpMode {
    /// None: the card leaves soon.
    #[default]
    Off,
    /// The card stays until the agent is done, or for the set time.
    Optional,
    /// The set time, then it ends by itself.
    Boxed,
    /// Until a disposition is given.
    Mandatory,
}

/// Whether the CRM was told of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum CardRegistration {
    /// It is not to be.
    #[default]
    None,
    /// It waits in the outbox.
    Waiting,
    /// It was.
    Done,
}

/// How cards are shown at this desk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct CardRules {
    /// How a call is announced.
    pub show: CardMode,
    /// What an agent may say came of a call.
    pub dispositions: Vec<Disposition>,
    /// The work after a call.
    pub wrap_up: WrapUpMode,
    /// How long that may last.
    #[ts(type = "number")]
    pub wrap_up_ms: u64,
}

/// How a call is announced when the window is not looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum CardMode {
    /// By a card of its own, on top of other windows, without taking the keyboard.
    #[default]
    Card,
    /// By a notification of the system.
    Notification,
    /// Not at all.
    None,
}

/// What an agent may say came of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Disposition {
    /// What the CRM reads.
    pub code: String,
    /// What the agent reads.
    pub label: String,
}
