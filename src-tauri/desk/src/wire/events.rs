//! What the PBX told lately, for whoever sets it up.

use serde::Serialize;
use ts_rs::TS;

/// The sources of call events, and what came from them last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct EventsView {
    /// The webhook receiver.
    pub receiver: EventReceiver,
    /// The manager interface of an Asterisk, if the settings name one.
    pub manager: Option<EventManager>,
    /// The last two hundred, the newest first.
    pub events: Vec<SeenEvent>,
}

/// The webhook receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct EventReceiver {
    /// `http://127.0.0.1:4060`; `None` while it is off.
    pub address: Option<String>,
    /// Why it is off though the settings want it.
    pub trouble: Option<String>,
    /// The user that a sender must name; `None` if none need.
    pub username: Option<String>,
    /// The paths at which it listens: `simotel`, `dial-in`, …
    pub paths: Vec<String>,
    /// Requests that were taken in since the start.
    #[ts(type = "number")]
    pub taken: u64,
    /// Requests that were turned away.
    #[ts(type = "number")]
    pub refused: u64,
}

/// The manager interface of an Asterisk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct EventManager {
    /// `pbx.example:5038`.
    pub address: String,
    /// It is connected and logged in.
    pub connected: bool,
    /// Why not.
    pub trouble: Option<String>,
}

/// A request or a message that came, and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct SeenEvent {
    /// Counts up.
    #[ts(type = "number")]
    pub id: u64,
    /// When.
    pub at: String,
    /// From which address.
    pub from: String,
    /// The dialect; empty if the path belongs to none.
    pub source: String,
    /// `POST /simotel/NewState`, without passwords.
    pub request: String,
    /// What it was answered with; 0 where nothing is answered.
    pub status: u16,
    /// The vendor's name of the event.
    pub name: String,
    /// What was understood, in a few words.
    pub summary: String,
    /// What it means for calls, a line for each leg.
    pub meaning: Vec<String>,
    /// What was odd or unknown, and why it was refused.
    pub remarks: Vec<String>,
    /// What was sent, at most 4 KiB of it. Untrusted text.
    pub raw: String,
    /// The same as a curl line that sends it once more; the password is left out.
    pub curl: String,
    /// It can be replayed.
    pub replayable: bool,
}
