//! The CRM: whom it knows by a number, what it is told of calls, and where it shows somebody. Any CRM that speaks HTTP and
//! JSON, as the settings describe it; sans-IO.
//!
//! ```text
//!   facts ─► Template ─► lookup::request ──► the CRM ──► lookup::read ─► Person
//!                │                                            │ its facts: contact.id, contact.segment, …
//!                └─► the address to open ◄────────────────────┘
//!   the journal's outbox ─► register::request ─► the CRM ─► register::read ─► Verdict: sent, later, refused
//! ```
//!
//! Facts are what is known of a call, by name: `number`, `e164`, `name`, `contact.id`. All of them come from strangers: they
//! are text in an address, in an argument or on a card, and nothing else.

pub mod lookup;
pub mod register;
mod template;

use std::collections::BTreeMap;

pub use lookup::{MappedField, Mapping, Path, Person};
pub use template::{Argument, Endpoint, KNOWN_FACTS, Template, TemplateError};

use crate::Secret;

/// What is known of a call, by name. Untrusted text.
pub type Facts = BTreeMap<String, String>;

/// What is asked of the CRM, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Where somebody is looked up: GET, answered by JSON.
    pub lookup_url: Option<Template>,
    /// Where calls are registered: POST of JSON.
    pub register_url: Option<Endpoint>,
    /// Where somebody is shown to the agent.
    pub open_url: Option<Template>,
    /// What the answer of a look-up means.
    pub mapping: Mapping,
}

/// How the CRM knows that we may ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// It asks nothing, or the address says it.
    #[default]
    Open,
    /// HTTP Basic.
    Basic {
        /// The name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// `Authorization: Bearer`.
    Bearer(Secret),
}

impl Access {
    /// What is to be used of what there is: the token, else the name with or without a password.
    pub fn new(username: Option<String>, password: Option<Secret>, token: Option<Secret>) -> Self {
        match (token.filter(|token| !token.0.is_empty()), username) {
            (Some(token), _) => Self::Bearer(token),
            (None, Some(username)) => Self::Basic { username, password: password.unwrap_or_default() },
            (None, None) => Self::Open,
        }
    }

    fn header(&self) -> Option<(&'static str, String)> {
        let value = match self {
            Self::Open => return None,
            Self::Basic { username, password } => password.basic(username).0,
            Self::Bearer(token) => format!("Bearer {}", token.0),
        };
        Some(("authorization", value))
    }
}

/// The facts as the environment of a program: `RINGSIDE_NUMBER`, `RINGSIDE_CONTACT_ID`. As they are but for zero bytes, which
/// no environment can hold.
pub fn environment(facts: &Facts) -> Vec<(String, String)> {
    let named = facts.iter().filter(|(name, _)| name.len() <= MAX_NAME && name.chars().all(is_plain));
    named.map(|(name, text)| (variable(name), template::value(text, |c| c == '\0'))).collect()
}

fn variable(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("RINGSIDE_{}", name.chars().map(letter).collect::<String>())
}

/// What names of facts are made of.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._-".contains(c)
}

/// Longer names of facts are nobody's.
const MAX_NAME: usize = 128;

#[cfg(test)]
mod tests;
