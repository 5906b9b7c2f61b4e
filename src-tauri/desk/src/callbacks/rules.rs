//! What the settings say of callbacks.

use std::time::Duration;

use crate::wire::CallbackOrder;

/// What the settings say of callbacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackRules {
    /// A call from outside that nobody took makes one.
    pub from_missed: bool,
    /// A caller who gave up in a queue makes one.
    pub from_abandoned: bool,
    /// When such a one is due.
    pub due_after: Duration,
    /// How often they are tried.
    pub attempts: u32,
    /// How long to wait after an attempt in vain.
    pub retry_after: Duration,
    /// Who is called first.
    pub order: CallbackOrder,
    /// What happens when one is due.
    pub at_due: AtDue,
}

/// What happens when a callback is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AtDue {
    /// The agent is told.
    #[default]
    Tell,
    /// It is called, if this agent has taken it, is free and is registered.
    Call,
}

impl Default for CallbackRules {
    fn default() -> Self {
        Self {
            from_missed: false,
            from_abandoned: false,
            due_after: Duration::from_secs(5 * 60),
            attempts: 3,
            retry_after: Duration::from_secs(15 * 60),
            order: CallbackOrder::default(),
            at_due: AtDue::default(),
        }
    }
}
