//! From SIP's words for an end to the few that an agent is told apart.

use sip::EndCause;

use crate::Reason;

/// How far a call had come when it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Dialled, not answered.
    Calling,
    /// Came in, not answered.
    Offered,
    /// Answered.
    Answered,
}

/// The end as the SIP core reports it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End<'a> {
    pub(crate) by_us: bool,
    pub(crate) cause: EndCause,
    pub(crate) status: Option<u16>,
    /// RFC 3326.
    pub(crate) reason_header: Option<&'a str>,
}

/// The reason in the contract's words.
pub(crate) fn reason(stage: Stage, end: End<'_>) -> Reason {
    match stage {
        Stage::Answered if lost(end.cause) => Reason::Unreachable,
        Stage::Answered if end.by_us => Reason::HungUp,
        Stage::Answered => Reason::RemoteHungUp,
        Stage::Offered if end.by_us => Reason::Declined,
        Stage::Offered if end.reason_header.is_some_and(answered_elsewhere) => Reason::AnsweredElsewhere,
        Stage::Offered => Reason::Cancelled,
        Stage::Calling if lost(end.cause) => Reason::Unreachable,
        Stage::Calling => refusal(end),
    }
}

/// Nothing was heard from the other side in time, or its connection broke.
fn lost(cause: EndCause) -> bool {
    matches!(cause, EndCause::NoResponse | EndCause::NoAck | EndCause::Lost | EndCause::Unreachable)
}

fn refusal(end: End<'_>) -> Reason {
    match end.status {
        _ if end.cause == EndCause::Cancelled => Reason::Cancelled,
        _ if end.cause == EndCause::Unauthorized => Reason::Rejected,
        _ if end.cause == EndCause::BadTarget => Reason::NotFound,
        Some(486 | 600) => Reason::Busy,
        Some(603 | 607 | 608) => Reason::Declined,
        Some(408 | 480) => Reason::NoAnswer,
        Some(404 | 410 | 484 | 604) => Reason::NotFound,
        Some(401 | 403 | 407 | 415 | 416 | 420 | 421 | 423 | 433 | 488 | 606) => Reason::Rejected,
        Some(502..=504) => Reason::Unreachable,
        Some(487) => Reason::Cancelled,
        _ => Reason::Failed,
    }
}

/// `SIP;cause=200` or `Q.850;cause=26`: another phone took the call, so this one was not missed.
fn answered_elsewhere(header: &str) -> bool {
    header.split(',').any(|value| {
        let mut parts = value.split(';').map(str::trim);
        let protocol = parts.next().unwrap_or_default();
        let cause = parts.find_map(|part| part.to_ascii_lowercase().strip_prefix("cause=").map(str::to_owned));
        match cause.as_deref() {
            Some("200") => protocol.eq_ignore_ascii_case("SIP"),
            Some("26") => protocol.eq_ignore_ascii_case("Q.850"),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests;
