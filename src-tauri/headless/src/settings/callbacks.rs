//! `[callbacks]`: which calls are to be called back, when, and how often it is tried.

use std::time::Duration;

use desk::{AtDue, CallbackRules, wire::CallbackOrder};

use super::{Problem, section::Section};

/// What was read, and sentences for the log.
pub(super) fn read(section: &Section<'_>) -> Result<(CallbackRules, Vec<String>), Problem> {
    let usual = CallbackRules::default();
    let rules = CallbackRules {
        from_missed: section.bool("from_missed")?.unwrap_or(usual.from_missed),
        from_abandoned: section.bool("from_abandoned")?.unwrap_or(usual.from_abandoned),
        due_after: section.whole("due_after", 0, WEEK)?.map_or(usual.due_after, seconds),
        attempts: section.whole("attempts", 1, MOST_ATTEMPTS)?.unwrap_or(usual.attempts),
        retry_after: section.seconds("retry_after", WEEK)?.map_or(usual.retry_after, seconds),
        order: section.choice("order", ORDERS)?.unwrap_or(usual.order),
        at_due: section.choice("at_due", AT_DUE)?.unwrap_or(usual.at_due),
    };
    Ok((rules, section.unknown_keys(KEYS)))
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

const KEYS: &[&str] = &["from_missed", "from_abandoned", "due_after", "attempts", "retry_after", "order", "at_due"];
const ORDERS: &[(&str, CallbackOrder)] =
    &[("agent_first", CallbackOrder::AgentFirst), ("customer_first", CallbackOrder::CustomerFirst)];
const AT_DUE: &[(&str, AtDue)] = &[("tell", AtDue::Tell), ("call", AtDue::Call)];
const WEEK: u32 = 7 * 86_400;
/// Nobody wants to be tried more often.
const MOST_ATTEMPTS: u32 = 100;
