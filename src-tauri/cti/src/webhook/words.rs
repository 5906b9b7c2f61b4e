//! What the words of the dialects mean, for they share most of them.

use std::time::Duration;

use super::fields::{FromField, letters};
use crate::{Direction, Outcome, Party};

impl FromField for Outcome {
    fn from_field(text: &str) -> Option<Self> {
        Some(match letters(text).as_str() {
            "answer" | "answered" | "normalclearing" => Self::Answered,
            "noanswer" | "noanswered" | "notanswered" | "unanswered" | "missed" => Self::NoAnswer,
            "busy" | "userbusy" | "rejected" | "declined" => Self::Busy,
            "cancel" | "canceled" | "cancelled" | "forwarded" => Self::Cancelled,
            "failed" | "congestion" | "chanunavail" | "notfound" => Self::Failed,
            "unknown" => Self::Unknown,
            _ => return None,
        })
    }
}

impl FromField for Direction {
    fn from_field(text: &str) -> Option<Self> {
        match letters(text).as_str() {
            "in" | "incoming" | "inbound" => Some(Self::In),
            "out" | "outgoing" | "outbound" => Some(Self::Out),
            _ => None,
        }
    }
}

impl FromField for bool {
    fn from_field(text: &str) -> Option<Self> {
        match letters(text).as_str() {
            "yes" | "true" | "1" | "on" => Some(true),
            "no" | "false" | "0" | "off" => Some(false),
            _ => None,
        }
    }
}

impl FromField for u64 {
    fn from_field(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FromField for i64 {
    fn from_field(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// Seconds, with or without a fraction.
impl FromField for Duration {
    fn from_field(text: &str) -> Option<Self> {
        Self::try_from_secs_f64(text.parse().ok()?).ok()
    }
}

/// The other party, if anything is said of them.
pub(super) fn party(number: Option<&str>, name: Option<&str>) -> Option<Party> {
    let number = number.map(|number| if is_withheld(number) { "" } else { number });
    let is_more = |name: &&str| !is_withheld(name) && !is_number(name, number.unwrap_or_default());
    let name = name.filter(is_more).map(str::to_owned);
    (number.is_some() || name.is_some()).then(|| Party { number: number.unwrap_or_default().to_owned(), name })
}

pub(super) fn millis(time: Duration) -> Option<u64> {
    time.as_millis().try_into().ok()
}

fn is_withheld(number: &str) -> bool {
    matches!(letters(number).as_str(), "anonymous" | "unknown" | "private" | "withheld" | "restricted" | "unavailable")
}

/// The number once more, perhaps without its plus.
fn is_number(name: &str, number: &str) -> bool {
    let bare = |text: &str| letters(text);
    name.eq_ignore_ascii_case(number) || (!bare(name).is_empty() && bare(name) == bare(number))
}
