//! What a PBX tells about calls, whichever tongue it speaks: one event, about one leg of one call.
//!
//! ```text
//!   call  C ──┬── leg A (extension 101)   Offered ── Ended
//!             ├── leg B (extension 102)   Offered ── Answered ── Ended
//!             └── leg I (an IVR, a queue)  …
//! ```
//!
//! A leg is what one extension sees of a call: its telephone rings, it answers, it is over. Events may come late, twice,
//! in any order, or not at all; whoever reads them judges by the ids. Everything in it came from outside: it is text to be
//! shown or compared, never HTML, an address to open or a line to send on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One thing that a PBX told about a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallEvent {
    /// The dialect it came in: `simotel`, `dial_in`, `ami`, … Ids of different sources have nothing to do with each other.
    pub source: String,
    /// The whole call, also after transfers. Opaque. Empty with [`What::Idle`] and [`What::Unreachable`] alone.
    pub call_id: String,
    /// The leg. Opaque. Empty where the call is; with [`What::Moved`] the one that has the party now, if it is known.
    pub leg_id: String,
    /// Whose leg it is: what the PBX calls the desk, without a client prefix (`3515*`) and without a domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// What happened.
    pub what: What,
    /// Who is at the other end, as far as this event tells it reliably.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    /// The party outside behind a transfer that an own extension made (`RemoteNumber` of `dial_in`): then it counts, not
    /// [`Self::party`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_number: Option<String>,
    /// The number outside by which the call reached the PBX.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub did: Option<String>,
    /// The queue it came through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// How long the caller has waited by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited_ms: Option<u64>,
    /// Who sent the call on (RFC 5806).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diversion: Option<String>,
    /// What our own request to place this call was answered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub originated_id: Option<String>,
    /// The PBX itself says that the call stayed inside: among extensions, or with a service of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inside: bool,
    /// When it happened, by the clock of the PBX: microseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_us: Option<i64>,
    /// All that was said, by the names of the sender, for cards that want to show it. Bounded by [`MAX_FIELDS`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum What {
    /// The telephone rings, or was used to dial.
    Offered {
        /// Seen from the extension.
        direction: Direction,
        /// The leg was made by a redirection: it is not the extension's own call (`Transfered=yes`).
        #[serde(default)]
        transferred: bool,
    },
    /// The extension took it, or the party that it called did.
    Answered,
    /// The extension took it; or it had taken it before, and the leg is over: VoipNow has one word for both. Which of them it is
    /// follows from what was told of the leg.
    AnsweredOrOver(Ended),
    /// The leg is over.
    Ended(Ended),
    /// The extension has no call any more; which one it had is not said.
    Idle,
    /// The telephone of the extension is not registered: nothing rings there. Where somebody speaks already, they may go on.
    Unreachable,
    /// What the PBX wrote down about a call, once it is over. The leg is meant, or, if nobody heard of it, that leg of the call
    /// which was answered.
    Recorded(Ended),
    /// The other party is with somebody else now.
    Moved {
        /// The extension that had it.
        from: String,
        /// The extension that has it.
        to: String,
    },
}

/// Who started a call, seen from the extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The other party.
    In,
    /// The extension.
    Out,
}

/// The other party.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// As the PBX writes it; empty if it was withheld.
    pub number: String,
    /// Name, if one was told that is more than the number once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// How a leg ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// How.
    pub outcome: Outcome,
    /// From answer to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talk_ms: Option<u64>,
    /// By what the recording is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_id: Option<String>,
    /// Only an IVR or a queue has this: whether somebody answered after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bridged: Option<bool>,
    /// A [`What::Recorded`] with the rest is to be expected.
    #[serde(default)]
    pub more_follows: bool,
}

/// How it went. Only [`Outcome::Answered`] is a success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// They spoke.
    Answered,
    /// It rang in vain.
    NoAnswer,
    /// Busy, or refused.
    Busy,
    /// The caller gave up, or somebody else took it.
    Cancelled,
    /// It never got that far.
    Failed,
    /// The PBX does not say.
    #[default]
    Unknown,
}

impl CallEvent {
    /// An event with nothing but what every event has.
    pub fn new(source: &str, call_id: impl Into<String>, leg_id: impl Into<String>, what: What) -> Self {
        Self {
            source: source.to_owned(),
            call_id: call_id.into(),
            leg_id: leg_id.into(),
            extension: None,
            what,
            party: None,
            remote_number: None,
            did: None,
            queue: None,
            waited_ms: None,
            diversion: None,
            originated_id: None,
            inside: false,
            at_us: None,
            fields: BTreeMap::new(),
        }
    }
}

impl Ended {
    /// The end, and nothing else known of it.
    pub fn of(outcome: Outcome) -> Self {
        Self { outcome, talk_ms: None, recording_id: None, bridged: None, more_follows: false }
    }
}

/// A time by the clock of a PBX, in microseconds, if it can be one at all: whoever reads two of them takes one from the other.
pub(crate) fn clock_us(told: i64) -> Option<i64> {
    (0..=LATEST_US).contains(&told).then_some(told)
}

/// The year 3000.
const LATEST_US: i64 = 32_503_680_000_000_000;
/// More fields of an event are not kept.
pub const MAX_FIELDS: usize = 64;
