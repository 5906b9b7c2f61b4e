//! Promises to call back, and the line that calls back by itself.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Peer, Trouble};

/// Somebody who is to be called back. One for each number and queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Callback {
    /// Its name for ever.
    pub id: String,
    /// Whom: what to dial.
    pub number: String,
    /// The same as people write it.
    pub number_shown: String,
    /// Name.
    pub name: Option<String>,
    /// The queue that it belongs to.
    pub queue: Option<String>,
    /// How it came about.
    pub reason: CallbackReason,
    /// What was written.
    pub note: String,
    /// When it came about.
    pub created_at: String,
    /// When it is due.
    pub due_at: String,
    /// It is due, and open.
    pub is_due: bool,
    /// Where it stands.
    pub state: CallbackState,
    /// Who has taken it, by extension.
    pub claimed_by: Option<String>,
    /// This desk has taken it.
    pub is_mine: bool,
    /// Calls that were tried, the oldest first.
    pub attempts: Vec<CallbackAttempt>,
    /// The call that is being made for it.
    pub call: Option<String>,
    /// What came of it.
    pub outcome: Option<CallbackOutcome>,
    /// When it was closed.
    pub closed_at: Option<String>,
}

/// How a callback came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum CallbackReason {
    /// A call that nobody took.
    Missed,
    /// A caller gave up waiting in a queue.
    Abandoned,
    /// An agent promised it.
    Promised,
    /// They asked for it: a web site, a PBX.
    Requested,
}

/// Where a callback stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum CallbackState {
    /// Nobody has taken it.
    Open,
    /// An agent has.
    Claimed,
    /// It is being called.
    Calling,
    /// Over.
    Closed,
}

/// What came of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum CallbackOutcome {
    /// They were reached.
    Reached,
    /// Somebody else spoke with them meanwhile.
    ReachedElsewhere,
    /// They were not to be reached, as often as the rules try.
    GaveUp,
    /// It is not wanted any more.
    Cancelled,
}

/// A call that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct CallbackAttempt {
    /// When.
    pub at: String,
    /// By whom, by extension.
    pub by: String,
    /// How it went.
    pub result: AttemptResult,
}

/// How a call that was tried went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum AttemptResult {
    /// Under way.
    Calling,
    /// They answered.
    Answered,
    /// Nobody answered.
    NoAnswer,
    /// Busy, or refused.
    Busy,
    /// The call could not be made.
    Failed,
    /// Ringside ended while it was under way: what came of it is not known.
    Interrupted,
}

/// Who is called first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum CallbackOrder {
    /// The agent's own telephone dials.
    #[default]
    AgentFirst,
    /// The customer is called apart, and the agent rung once they have answered.
    CustomerFirst,
}

/// The line that calls back by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct CallbackLine {
    /// It is set up.
    pub configured: bool,
    /// It works: calls to it are ended and called back.
    pub enabled: bool,
    /// Why it does not, though it should.
    pub trouble: Option<Trouble>,
    /// Calls back that wait or are under way, and those of the last minutes; the newest first, at most 50.
    pub calls: Vec<LineCall>,
    /// How many it made in the last hour.
    pub made_last_hour: u32,
    /// How many it may make in an hour.
    pub per_hour: u32,
}

/// One call of that line.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct LineCall {
    /// `b1`.
    pub id: String,
    /// Who called.
    pub caller: Peer,
    /// Who is called back.
    pub target: String,
    /// Where it stands.
    pub state: LineState,
    /// What they dialled.
    pub digits: String,
    /// Where it was handed on to.
    pub handed_to: Option<String>,
    /// Why it was refused or failed.
    pub trouble: Option<Trouble>,
    /// When they called.
    pub at: String,
}

/// Where a call of the callback line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// The call was ended, the delay runs.
    Waiting,
    /// They are being called.
    Calling,
    /// They answered and dial.
    Dialling,
    /// They are being handed on.
    HandingOn,
    /// They were handed on.
    Done,
    /// Not called back, by the rules.
    Refused,
    /// It did not work.
    Failed,
}
