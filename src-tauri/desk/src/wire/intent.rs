//! What may be asked.

use phone::Role;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AccountForm, Language};

/// Something asked for: a click, a key, a link, the localhost port.
#[derive(Clone, Debug, PartialEq, Deserialize, TS)]
#[ts(export)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Intent {
    /// Call somebody: a number in any spelling, `user@host`, or a URI.
    Dial {
        /// Whom.
        target: String,
        /// On whose behalf; else the first registered account.
        #[ts(optional)]
        account: Option<String>,
    },
    /// Answer an incoming call; others are put on hold.
    Answer {
        /// Which.
        call: String,
    },
    /// Refuse an incoming call.
    Decline {
        /// Which.
        call: String,
        /// `busy` (486), `decline` (603, the default) or `unavailable` (480).
        #[ts(optional)]
        reason: Option<DeclineReason>,
    },
    /// End a call.
    HangUp {
        /// Which.
        call: String,
    },
    /// Put on hold.
    Hold {
        /// Which.
        call: String,
    },
    /// Take back.
    Resume {
        /// Which.
        call: String,
    },
    /// Microphone off.
    Mute {
        /// Which.
        call: String,
    },
    /// Microphone on.
    Unmute {
        /// Which.
        call: String,
    },
    /// Send digits.
    SendDtmf {
        /// Which.
        call: String,
        /// 0-9 * # A-D, `,` pauses.
        digits: String,
    },
    /// Hand the call on without asking.
    TransferBlind {
        /// Which.
        call: String,
        /// To whom.
        target: String,
    },
    /// Connect the peers of two calls.
    TransferAttended {
        /// The call to hand on.
        call: String,
        /// The one to hand it to.
        to_call: String,
    },
    /// Everybody hears everybody.
    Conference {
        /// At least two; one or none ends it.
        calls: Vec<String>,
    },
    /// Choose a device; it becomes the first of the ranked list.
    SetDevice {
        /// For what.
        #[ts(type = "\"microphone\" | \"speaker\" | \"ring\"")]
        role: Role,
        /// Id, or `default`.
        device: String,
    },
    /// Refuse calls with 486.
    SetDoNotDisturb {
        /// On or off.
        on: bool,
    },
    /// The window's language.
    SetLanguage {
        /// Which.
        language: Language,
    },
    /// Add a SIP account, or change the one of the same id.
    SetAccount {
        /// The account.
        account: AccountForm,
    },
    /// Forget a SIP account.
    RemoveAccount {
        /// Which.
        account: String,
    },
    /// Report levels (`levels` changes) while somebody looks.
    Meter {
        /// On or off.
        on: bool,
    },
    /// Take an ended call out of `calls` before its half minute is over.
    Dismiss {
        /// Which.
        call: String,
    },
}

/// How to refuse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    /// 486.
    Busy,
    /// 603.
    #[default]
    Decline,
    /// 480.
    Unavailable,
}

/// What an intent made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Done {
    /// The last change that was known when it was done: a snapshot or a stream that has reached it shows the effect.
    #[ts(type = "number")]
    pub seq: u64,
    /// The call that was made or meant.
    pub call: Option<String>,
}

/// Why an intent was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, thiserror::Error)]
#[ts(export)]
#[error("{detail}")]
pub struct Refusal {
    /// Stable code that the window translates.
    pub code: String,
    /// A sentence in English that says what to do.
    pub detail: String,
    /// The HTTP status: 400 garbage, 403 not allowed, 409 not possible in this state.
    pub status: u16,
}
