//! What is written down.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing to write. Each is idempotent: written twice it stands there once, and the newer of two wins.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// What a PBX told, before its sender is answered. After a crash the desk reads these again and knows where each call
    /// stood.
    Event {
        /// The call that it is about; all of a call go together with [`Write::Settled`].
        call_id: String,
        /// The event as JSON, in the desk's own form.
        event: String,
        /// When it came.
        at: Timestamp,
    },
    /// Nothing more is to be known of what a PBX told of a call up to now: it may go. What comes later stays, as a telephone may
    /// ring once more for the same call.
    Settled {
        /// The call.
        call_id: String,
        /// Now.
        at: Timestamp,
    },
    /// A call as the history shows it, new or further on. Its note and its disposition stay as they are.
    Call(Box<Call>),
    /// A leg belongs to a call of the history.
    Leg(Leg),
    /// The agent's note on a call: all of it, after each keystroke.
    Note {
        /// The call's key.
        call: String,
        /// The text.
        text: String,
    },
    /// What the agent says came of a call.
    Disposition {
        /// The call's key.
        call: String,
        /// The code; `None` takes it back.
        disposition: Option<String>,
    },
    /// The CRM is to be told of a call. Written again it replaces what has not been sent; what was sent stays sent.
    Register(Registration),
    /// The CRM is not to be told after all: the call turned out to be none that it hears of. What was sent stays sent.
    Withdraw {
        /// [`Registration::key`].
        key: String,
    },
    /// Somebody is to be called back: new or further on.
    Callback(Box<Callback>),
    /// A supervisor took part in a call: new or over.
    Supervision(Supervision),
}

/// A call as the history shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its name for ever.
    pub key: String,
    /// The SIP account, if it was a call of this desk.
    pub account: Option<String>,
    /// Whose call it was, as the PBX calls the desk.
    pub extension: Option<String>,
    /// Who started it.
    pub direction: Direction,
    /// The other party's number, as the PBX writes it; empty if withheld.
    pub number: String,
    /// Their name, as far as anybody knew.
    pub name: Option<String>,
    /// Where they work.
    pub company: Option<String>,
    /// The queue it came through.
    pub queue: Option<String>,
    /// The line they called.
    pub did: Option<String>,
    /// When it was offered or dialled.
    pub started_at: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it ended; `None` while it lasts.
    pub ended_at: Option<Timestamp>,
    /// From answer to end.
    pub talk_ms: u64,
    /// How it went; `None` while it lasts.
    pub outcome: Option<Outcome>,
    /// The end in the words of the SIP side: `busy`, `no_answer`, …
    pub reason: Option<String>,
    /// The SIP status behind it.
    pub sip_status: Option<u16>,
    /// Who took it instead.
    pub taken_by: Option<String>,
    /// By what the recording is found.
    pub recording_id: Option<String>,
    /// What the agent wrote.
    pub note: String,
    /// What the agent says came of it.
    pub disposition: Option<String>,
}

/// Who started a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The other party.
    In,
    /// This desk.
    Out,
}

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// They spoke.
    Answered,
    /// Nobody took it, or the agent reached nobody.
    Missed,
    /// Somebody else took it.
    Taken,
    /// Busy, or refused.
    Busy,
    /// It never got that far.
    Failed,
}

/// A leg of a call of the PBX, and the call of the history that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// The dialect: ids of different ones have nothing to do with each other.
    pub source: String,
    /// The whole call.
    pub call_id: String,
    /// The leg.
    pub leg_id: String,
    /// The key of the call of the history.
    pub call: String,
}

/// What the CRM is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// By this the CRM knows it again if it is told twice: the SubCallID.
    pub key: String,
    /// The key of the call of the history.
    pub call: String,
    /// The body of the request, JSON.
    pub payload: String,
    /// Not before: the agent may still be writing.
    pub due: Timestamp,
}

/// Somebody who is to be called back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// Its name for ever.
    pub key: String,
    /// By these whoever asked knows it again, the oldest first.
    pub wishes: Vec<String>,
    /// Whom: what to dial.
    pub number: String,
    /// Their name.
    pub name: Option<String>,
    /// The queue that it belongs to.
    pub queue: Option<String>,
    /// How it came about: `missed`, `abandoned`, `promised`, `requested`.
    pub reason: String,
    /// What was written.
    pub note: String,
    /// When it came about.
    pub created_at: Timestamp,
    /// When it is due.
    pub due_at: Timestamp,
    /// Who has taken it.
    pub claimed_by: Option<String>,
    /// Calls that were tried, the oldest first.
    pub attempts: Vec<Attempt>,
    /// `reached`, `reached_elsewhere`, `gave_up`, `cancelled`; `None` while it is open.
    pub outcome: Option<String>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// A call that was tried for a callback. It is a row before anything is dialled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// `calling`, `answered`, `no_answer`, `busy`, `failed`, `interrupted`.
    pub result: String,
}

/// A supervisor took part in a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supervision {
    /// Its name for ever.
    pub key: String,
    /// Whose call.
    pub extension: String,
    /// The other party of that call, if it was known.
    pub number: Option<String>,
    /// Who listened.
    pub by: String,
    /// Each mode that it was in, and since when: `spy`, `whisper`, `barge`.
    pub modes: Vec<(Timestamp, String)>,
    /// When it was asked for.
    pub started_at: Timestamp,
    /// When it ended; `None` while it lasts.
    pub ended_at: Option<Timestamp>,
    /// Why it came to nothing: a code.
    pub trouble: Option<String>,
}
