//! How cards are made and shown, as the settings have it.

use std::time::Duration;

use crate::wire::{CardMode, CardRules, Disposition, WrapUpMode};

/// How cards are made and shown, and which calls the CRM is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cards {
    /// How a call is announced.
    pub show: CardMode,
    /// Whose calls are this desk's affair.
    pub whose: Whose,
    /// Numbers inside the PBX, `100-199` or `7xx`, beside those of the accounts. Where nobody says, two to five digits are one.
    pub extensions: Vec<String>,
    /// What an agent may say came of a call.
    pub dispositions: Vec<Disposition>,
    /// The work after a call.
    pub wrap_up: WrapUpMode,
    /// How long that may last.
    pub wrap_up_time: Duration,
    /// Lines to show beside what every card has.
    pub fields: Vec<FieldRule>,
    /// There is a CRM or an address book to look in.
    pub looks_up: bool,
    /// Which calls the CRM is told of.
    pub register: Register,
}

/// Whose calls are this desk's affair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// Those of its own accounts; those of everybody where it has no account.
    #[default]
    Mine,
    /// Everybody's: a receiver for the whole PBX.
    All,
}

/// A line to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRule {
    /// What the agent reads before it.
    pub label: String,
    /// Where it comes from: a header of the INVITE (`X-Ticket`), a field of the PBX's event (`CalledDID`), or one of the CRM's
    /// answer (`contact.segment`). Without regard to case.
    pub from: String,
}

/// Which calls the CRM is told of: those that were answered and are not local.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Register {
    /// None.
    #[default]
    Off,
    /// Those that the PBX tells of: one for each answered leg.
    Events,
    /// Those of this telephone, where no PBX tells of them.
    Calls,
}

impl Default for Cards {
    fn default() -> Self {
        Self {
            show: CardMode::default(),
            whose: Whose::default(),
            extensions: Vec::new(),
            dispositions: Vec::new(),
            wrap_up: WrapUpMode::default(),
            wrap_up_time: Duration::from_secs(30),
            fields: Vec::new(),
            looks_up: false,
            register: Register::default(),
        }
    }
}

impl Cards {
    /// What of it the window goes by.
    pub(crate) fn wire(&self) -> CardRules {
        CardRules {
            show: self.show,
            dispositions: self.dispositions.clone(),
            wrap_up: self.wrap_up,
            wrap_up_ms: u64::try_from(self.wrap_up_time.as_millis()).unwrap_or(u64::MAX),
        }
    }
}
