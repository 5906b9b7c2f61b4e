//! What crosses to a window, a script or a test: one [`Snapshot`], then [`Change`]s; and [`Intent`]s back.
//!
//! The names are the contract with outsiders: add, never rename. TypeScript is generated into `ui/src/bindings`.
//! Times are RFC 3339 strings, durations are milliseconds.

mod account;
mod call;
mod change;
mod device;
mod intent;

pub use account::{Account, AccountForm, Registration, Trouble};
pub use call::{Call, CallState, Direction, Ended, HistoryEntry, Peer, Quality, Side, Transfer};
pub use change::{Change, What};
pub use device::{Device, DeviceChoice, Devices};
pub use intent::{DeclineReason, Done, Intent, Refusal};
pub use phone::{AutoAnswer, Cause, Codec, DtmfMode, Reason, Role, Transport};

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
    /// Caller cards.
    pub cards: Vec<Nothing>,
    /// Callback requests.
    pub callbacks: Vec<Nothing>,
    /// The floor.
    pub agents: Vec<Nothing>,
    /// Sound devices.
    pub devices: Devices,
    /// What the agent set.
    pub preferences: Preferences,
    /// Whether the practice PBX runs in this process.
    pub practice: bool,
}

/// The element of a list that nothing fills yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub enum Nothing {}

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
