//! Why an order came to nothing, and what to do about it.

use super::value::BadValue;
use crate::Step;

/// Why an order came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Unreachable,
    ConnectionLost,
    Crowded,
    Silent,
    Forbidden,
    MayNotHangUp,
    Refused(String),
    NotRegistered,
    Busy,
    Declined,
    NoAnswer,
    NumberNotFound,
    FarBusy,
    FarDeclined,
    FarNoAnswer,
    FarNotRegistered,
    Congestion,
    TrunkDown,
    NothingToPickUp,
    NobodyToListen,
    RecordingMissing,
    NoRecordings,
    NoTrunk,
    Value(BadValue),
}

impl Failure {
    /// What Asterisk says when it refuses an action.
    pub(super) fn refused(words: &str, of_pause: bool) -> Self {
        let said = words.to_ascii_lowercase();
        if said.contains("permission denied") || said.contains("access forbidden") {
            Self::Forbidden
        } else if said.contains("does not exist") && !of_pause {
            Self::NumberNotFound
        } else {
            Self::Refused(crate::text::plain(words))
        }
    }

    /// Of the party that was rung first, a telephone or a number outside, by the cause of its hangup (Q.850).
    pub(super) fn of_first(cause: &str, is_outside: bool) -> Self {
        match cause {
            "3" | "20" | "27" if is_outside => Self::TrunkDown,
            "17" => Self::Busy,
            "21" => Self::Declined,
            "20" | "3" => Self::NotRegistered,
            "1" | "28" => Self::NumberNotFound,
            "34" | "38" | "41" | "42" | "27" => Self::Congestion,
            _ => Self::NoAnswer,
        }
    }

    /// Of the party that was rung first, by the `Reason` of `OriginateResponse`: for want of a cause, as it lumps together what
    /// the cause tells apart (`pbx_dial_reason`, `main/pbx.c`).
    pub(super) fn of_reason(reason: Option<&str>, is_outside: bool, has_rung: bool) -> Self {
        match reason {
            Some("1" | "3") => Self::NoAnswer,
            Some("5") => Self::Busy,
            Some("8") => Self::Congestion,
            _ if has_rung => Self::NoAnswer,
            _ if is_outside => Self::TrunkDown,
            _ => Self::NotRegistered,
        }
    }

    /// Of the second party; `None` if nothing is wrong. Subscriber absent (20) is said of an extension without a telephone, and of
    /// a line to the outside without its other end.
    pub(super) fn of_far_end(cause: &str, is_outside: bool) -> Option<Self> {
        match cause {
            "20" if !is_outside => Some(Self::FarNotRegistered),
            "17" => Some(Self::FarBusy),
            "21" => Some(Self::FarDeclined),
            "18" | "19" => Some(Self::FarNoAnswer),
            "1" | "28" => Some(Self::NumberNotFound),
            "3" | "20" | "27" => Some(Self::TrunkDown),
            "34" | "38" | "41" | "42" => Some(Self::Congestion),
            _ => None,
        }
    }

    /// Of the second party, by how the attempt to call it ended.
    pub(super) fn of_dial(status: &str) -> Option<Self> {
        match status {
            "BUSY" => Some(Self::FarBusy),
            "NOANSWER" => Some(Self::FarNoAnswer),
            "CHANUNAVAIL" => Some(Self::TrunkDown),
            "CONGESTION" => Some(Self::Congestion),
            _ => None,
        }
    }

    pub(super) fn step(&self) -> Step {
        let (code, detail) = self.words();
        let detail = match self {
            Self::Refused(words) if !words.is_empty() => format!("{detail} (it says: {words})"),
            _ => detail.to_owned(),
        };
        Step::Failed { code: code.to_owned(), detail }
    }

    /// A stable code, and a sentence that says what to do.
    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Unreachable => ("pbx_unreachable", "The PBX is not connected: wait until it is, and try again"),
            Self::ConnectionLost => (
                "pbx_connection_lost",
                "The connection to the PBX broke off: it may or may not have done this, so look before you try again",
            ),
            Self::Crowded => ("pbx_refused", "The PBX still owes too many answers: wait for some of them"),
            Self::Silent => {
                ("pbx_silent", "The PBX took the order and nothing came of it: try again, or look into its log")
            }
            Self::Forbidden => (
                "pbx_forbidden",
                "The PBX does not allow this: its administrator can add the right to this user in manager.conf",
            ),
            Self::Refused(_) => ("pbx_refused", "The PBX does not do this: ask its administrator"),
            Self::MayNotHangUp => (
                "hang_up_forbidden",
                "The PBX does not let this desk hang up, so the call goes on: end it at the telephone; its administrator \
                 can add call to write of this user in manager.conf",
            ),
            Self::NotRegistered => (
                "phone_not_registered",
                "The telephone that the PBX was to ring is not registered there: switch it on, or check its extension",
            ),
            Self::Busy => ("phone_busy", "The telephone that the PBX rang first is busy: end its call, and try again"),
            Self::Declined => ("phone_declined", "The telephone that the PBX rang first refused the call"),
            Self::NoAnswer => {
                ("phone_no_answer", "Nobody answered the telephone that the PBX rang first: answer it next time")
            }
            Self::NumberNotFound => {
                ("number_not_found", "The PBX knows no such number: check it, and the context in the settings")
            }
            Self::FarBusy => ("far_busy", "The line is busy: try again later"),
            Self::FarDeclined => ("far_declined", "The call was refused at the other end"),
            Self::FarNoAnswer => ("far_no_answer", "Nobody answers there: try again later"),
            Self::FarNotRegistered => (
                "far_not_registered",
                "The telephone that was called is not registered at the PBX: try again later, or check the number",
            ),
            Self::Congestion => ("pbx_congestion", "All lines of the PBX are busy: try again in a moment"),
            Self::TrunkDown => ("trunk_down", "The PBX has no line to the outside now: tell its administrator"),
            Self::NothingToPickUp => {
                ("nothing_to_pick_up", "Nothing rings there any more: somebody was quicker, or the caller gave up")
            }
            Self::NobodyToListen => ("nobody_to_listen", "Nobody talks there now: wait for a call"),
            Self::RecordingMissing => ("recording_missing", "The PBX has no such recording: it may have been deleted"),
            Self::NoRecordings => (
                "recordings_not_set_up",
                "Where recordings are is not known: write recordings under [pbx] of the settings",
            ),
            Self::NoTrunk => ("trunk_not_set_up", "No trunk is named: write trunk under [pbx] of the settings"),
            Self::Value(BadValue::Extension) => ("bad_extension", "This is no extension: write digits or letters"),
            Self::Value(BadValue::Number) => ("bad_number", "This cannot be dialled: write digits, +, * and #"),
            Self::Value(BadValue::Recording) => {
                ("bad_recording", "This is no recording: choose one of the list, below the folder of recordings")
            }
            Self::Value(BadValue::Text) => {
                ("bad_value", "This cannot be told to a PBX: leave out line breaks, quotes and commas")
            }
        }
    }
}
