//! Sound devices.

use serde::Serialize;
use ts_rs::TS;

/// Sound devices and what is in use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Devices {
    /// All that are present.
    pub present: Vec<Device>,
    /// The microphone's ranked list and the one in use.
    pub microphone: DeviceChoice,
    /// The speaker's.
    pub speaker: DeviceChoice,
    /// The ring's.
    pub ring: DeviceChoice,
}

/// A sound device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Device {
    /// Stable id.
    pub id: String,
    /// What a person reads.
    pub name: String,
    /// Records.
    pub input: bool,
    /// Plays.
    pub output: bool,
}

/// What was chosen for a role and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct DeviceChoice {
    /// Ranked list of the settings.
    pub wanted: Vec<String>,
    /// The id in use; `None`: nothing could be opened.
    pub in_use: Option<String>,
}
