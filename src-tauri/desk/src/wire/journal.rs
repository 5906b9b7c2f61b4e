//! The history, as it is asked for piece by piece: it outlives sessions and may be long.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CardOutcome, CardRegistration, Direction};

/// Which calls of the history are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[ts(export)]
#[serde(default)]
pub struct HistoryQuery {
    /// Parts of a name, a company, a note or a number, as typed so far; empty for all.
    pub text: String,
    /// Only some of them.
    pub filter: HistoryFilter,
    /// The `next` of the page before.
    #[ts(optional)]
    pub before: Option<String>,
    /// At most so many, 1 to 200; else 50.
    #[ts(optional)]
    pub limit: Option<u16>,
}

/// Some of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum HistoryFilter {
    /// All.
    #[default]
    All,
    /// Those that came in.
    In,
    /// Those that went out.
    Out,
    /// Those that came in and that nobody took.
    Missed,
}

/// A page of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct HistoryPage {
    /// The newest first.
    pub calls: Vec<HistoryCall>,
    /// Where the next page begins; `None` if this is the last.
    pub next: Option<String>,
}

/// A call of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct HistoryCall {
    /// Its name for ever.
    pub key: String,
    /// Who started it.
    pub direction: Direction,
    /// The other party, as the PBX writes it: what to dial. Empty if withheld.
    pub number: String,
    /// The same as people write it.
    pub number_shown: String,
    /// Name, as far as anybody knew.
    pub name: Option<String>,
    /// Where they work.
    pub company: Option<String>,
    /// Whose call it was.
    pub extension: Option<String>,
    /// The SIP account, if it was on this telephone.
    pub account: Option<String>,
    /// The queue it came through.
    pub queue: Option<String>,
    /// The line they called.
    pub did: Option<String>,
    /// When it was offered or dialled.
    pub started_at: String,
    /// When it was answered.
    pub answered_at: Option<String>,
    /// When it ended; `None` while it lasts, or if nobody saw it end.
    pub ended_at: Option<String>,
    /// From answer to end.
    #[ts(type = "number")]
    pub talk_ms: u64,
    /// How it went.
    pub outcome: Option<CardOutcome>,
    /// Who took it instead.
    pub taken_by: Option<String>,
    /// What the agent wrote.
    pub note: String,
    /// What the agent says came of it.
    pub disposition: Option<String>,
    /// Whether the CRM was told.
    pub registration: CardRegistration,
    /// By what its recording is found: for `play_recording`.
    pub recording: Option<String>,
}
