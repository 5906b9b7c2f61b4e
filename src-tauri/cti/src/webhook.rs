//! What a PBX sends by HTTP, and who reads it: a dialect is one file beside this one, and one row of [`built_in`].
//!
//! ```text
//!   Received ─► fields (query, form, JSON: name ─► text) ─► simotel │ dial_in │ zammad │ mapping ─► Told: CallEvents
//!                  └─ form, lenient                             └─ words: what they share
//! ```

mod dial_in;
mod fields;
mod form;
mod lenient;
mod mapping;
pub mod simotel;
mod words;
mod zammad;

#[cfg(test)]
mod tests;

use std::fmt;

pub use dial_in::DialIn;
pub use mapping::{DurationUnit, Mapped, MappedFields, MappedValues, Mapping};
pub use simotel::Simotel;
pub use zammad::Zammad;

use crate::CallEvent;

/// A request as it arrived, before anybody has made sense of it.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// What stands behind the dialect's own path, percent-decoded, without slashes at the ends: `NewState` of
    /// `/simotel/NewState`.
    pub tail: &'a str,
    /// The query, still encoded, without the question mark.
    pub query: &'a str,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The body, bounded by the receiver.
    pub body: &'a [u8],
}

/// A dialect in which events come by HTTP.
pub trait EventSource: fmt::Debug + Send + Sync {
    /// The path below which it listens, without slashes: `simotel`.
    fn mount(&self) -> &str;

    /// The events that it knows, as their vendor writes them; none where the settings describe it.
    fn events(&self) -> &[&str] {
        &[]
    }

    /// Makes sense of a request.
    ///
    /// # Errors
    /// If it cannot be read at all. What is merely unknown is no error: a PBX adds things.
    fn read(&self, received: &Received<'_>) -> Result<Told, Unreadable>;

    /// What the sender wants to read once its event was taken in. JSON.
    fn receipt(&self) -> &str {
        r#"{"ok":1}"#
    }

    /// Whether a sender of this dialect repeats for ever what is not answered 200, however broken it is.
    fn repeats_for_ever(&self) -> bool {
        false
    }
}

/// What a request told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The event's name as its vendor writes it: `NewState`, `dial-in`.
    pub name: String,
    /// In a few words for the integrator: `Ringing 553 ← 09990000756`.
    pub summary: String,
    /// What it means for calls; often nothing.
    pub events: Vec<CallEvent>,
    /// Fields or values that this version does not know, and what was odd.
    pub remarks: Vec<String>,
}

/// Why a request makes no sense. A sentence for the integrator, without what was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// Every dialect that needs no description.
pub fn built_in() -> Vec<Box<dyn EventSource>> {
    vec![Box::new(Simotel), Box::new(DialIn), Box::<Zammad>::default()]
}
