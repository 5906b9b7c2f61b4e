//! What an event means, in a line for the integrator.

use cti::{CallEvent, Direction, Ended, Outcome, What};

/// `101 rings ← 74952294989 (call 7, leg 9)`.
pub(super) fn line(event: &CallEvent) -> String {
    let who = event.extension.as_deref().unwrap_or("?");
    let what = match &event.what {
        What::Offered { direction, transferred } => {
            let number = event.party.as_ref().map_or("?", |party| party.number.as_str());
            let by = if *transferred { ", redirected" } else { "" };
            match direction {
                Direction::In => format!("{who} rings ← {number}{by}"),
                Direction::Out => format!("{who} dials → {number}{by}"),
            }
        }
        What::Answered => format!("{who} is answered"),
        What::AnsweredOrOver(_) => format!("{who} is answered; told again: is over"),
        What::Ended(ended) => format!("{who} is over: {}", outcome(ended)),
        What::Idle => return format!("{who} has no call"),
        What::Unreachable => return format!("{who} is not registered"),
        What::Recorded(ended) => format!("{who} is written down: {}", outcome(ended)),
        What::Moved { from, to } => format!("the other party moves from {from} to {to}"),
    };
    match (event.call_id.as_str(), event.leg_id.as_str()) {
        (call, "") => format!("{what} (call {call})"),
        (call, leg) => format!("{what} (call {call}, leg {leg})"),
    }
}

fn outcome(ended: &Ended) -> String {
    let word = match ended.outcome {
        Outcome::Answered => "answered",
        Outcome::NoAnswer => "no answer",
        Outcome::Busy => "busy",
        Outcome::Cancelled => "cancelled",
        Outcome::Failed => "failed",
        Outcome::Unknown => "how is not said",
    };
    match ended.talk_ms {
        Some(talk) => format!("{word}, {} s", talk / 1000),
        None => word.to_owned(),
    }
}
