//! Listening, whispering, stepping in; and what else the PBX is asked to do.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Trouble;

/// A colleague's call that this desk takes part in. One at a time.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Supervision {
    /// Whose call.
    pub extension: String,
    /// What this desk is in their call: what is so, not what was asked for.
    pub mode: SupervisionMode,
    /// Where it stands.
    pub state: SupervisionState,
    /// The mode that it is being switched to.
    pub switching_to: Option<SupervisionMode>,
    /// The call on this desk that carries it; `None` before, or if another telephone does.
    pub call: Option<String>,
    /// Whether the microphone reaches anybody now.
    pub heard: bool,
    /// When it was asked for.
    pub since: String,
    /// Why it failed.
    pub trouble: Option<Trouble>,
}

/// How a supervisor takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum SupervisionMode {
    /// Hears both, is heard by nobody.
    Spy,
    /// Hears both, is heard by the agent alone.
    Whisper,
    /// Hears both, is heard by both.
    Barge,
}

/// Where a supervision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum SupervisionState {
    /// The PBX was asked.
    Asked,
    /// It rings or answers here.
    Connecting,
    /// The call is heard.
    Active,
    /// Being ended.
    Ending,
    /// It came to nothing; leaves by itself.
    Failed,
}

/// Something else that the PBX was asked to do.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct PbxOrder {
    /// `p1`.
    pub id: String,
    /// What.
    pub kind: PbxOrderKind,
    /// The extension, or the recording.
    pub subject: String,
    /// Where it stands.
    pub state: PbxOrderState,
    /// The call on this desk that it made.
    pub call: Option<String>,
    /// Why it failed.
    pub trouble: Option<Trouble>,
    /// When it was asked for.
    pub asked_at: String,
}

/// What the PBX was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum PbxOrderKind {
    /// Take a call that rings elsewhere.
    PickUp,
    /// Play a recording.
    PlayRecording,
}

/// Where that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum PbxOrderState {
    /// The PBX was asked.
    Asked,
    /// It rings or answers here.
    Connecting,
    /// What was wanted is so.
    Done,
    /// It came to nothing; leaves by itself.
    Failed,
}

/// What this desk can do at the PBX beside calling; a window greys out the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Powers {
    /// Listen to colleagues.
    pub spy: Power,
    /// Speak to a colleague unheard by the caller.
    pub whisper: Power,
    /// Speak to both.
    pub barge: Power,
    /// Take a colleague's ringing call.
    pub pick_up: Power,
    /// Hear recordings.
    pub play_recording: Power,
    /// Tell queues that this agent is away.
    pub pause: Power,
    /// Ask a supervisor for help.
    pub ask_help: Power,
    /// See the floor.
    pub floor: Power,
}

/// Whether something can be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Power {
    /// It can.
    pub allowed: bool,
    /// Why not: a code and a sentence in English.
    pub why: Option<Trouble>,
}
