//! What is told after the snapshot.

use serde::Serialize;
use ts_rs::TS;

use super::{Account, Call, Devices, HistoryEntry, Preferences};

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
