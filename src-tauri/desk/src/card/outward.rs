//! What cards ask of the world, and what comes back.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::wire::{CardField, EarlierCall};

/// What is known of a call, by the names that address templates and programs use: `number`, `e164`, `name`, `extension`,
/// `direction`, `did`, `queue`, `call_id`, `leg_id`, `account`, `contact.id`, … Untrusted text throughout.
pub type Facts = BTreeMap<String, String>;

/// Somebody is to be looked up. Answered by one [`crate::Input::Found`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookUp {
    /// For which card; goes back with the answer.
    pub card: u64,
    /// The number as the PBX writes it.
    pub number: String,
    /// The same as all the world writes it, if that is certain.
    pub e164: Option<String>,
    /// What else is known.
    pub facts: Facts,
}

/// What came of looking somebody up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// For which card.
    pub card: u64,
    /// Where the answer comes from: the address book is faster than the CRM, and the CRM's word counts more.
    pub from: FoundIn,
    /// Who it is; `Ok(None)` if nobody is known under this number.
    pub person: Result<Option<Person>, LookUpFailed>,
    /// The last calls with the same number; `None` leaves what is shown.
    pub earlier: Option<Vec<EarlierCall>>,
}

/// Where somebody was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoundIn {
    /// What this desk keeps itself: the journal and the local contacts. More may follow.
    Journal,
    /// The CRM. Nothing follows.
    Crm,
}

/// The CRM could not be asked; the log says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookUpFailed;

/// Somebody whom the CRM or the address book knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Name.
    pub name: Option<String>,
    /// Where they work.
    pub company: Option<String>,
    /// All that was answered, as `contact.…`.
    pub facts: Facts,
    /// Lines that the mapping of the settings wants on the card.
    pub fields: Vec<CardField>,
    /// There is a place in the CRM to open.
    pub has_link: bool,
}

/// A moment at which programs and addresses of the settings want to hear of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// It rings.
    Ring,
    /// It was answered.
    Answer,
    /// It is over.
    End,
}

/// What stood in the journal when the desk was started again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Restored {
    /// What the PBX told of calls that were not settled, in order.
    pub events: Vec<(cti::CallEvent, Timestamp)>,
    /// The calls of the history that those legs belong to, with what the agent wrote.
    pub calls: Vec<(journal::Leg, journal::Call)>,
    /// Calls of this telephone that were up when the desk went down: nobody saw them end.
    pub broken: Vec<journal::Call>,
}
