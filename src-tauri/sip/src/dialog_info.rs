//! What a PBX tells of an extension's calls: `application/dialog-info+xml` (RFC 4235).
//!
//! ```text
//!   NOTIFY body ──parse──► DialogInfo ──take──► Picture ──► its dialogs now
//!                                               full: in place of all, partial: by id
//! ```
//!
//! Asterisk, FreeSWITCH and Kamailio send the full state each time, whatever the version says; partial documents count.

mod picture;
mod read;
#[cfg(test)]
mod tests;

pub use picture::Picture;
pub use read::parse;

use crate::wire::NameAddr;

/// The content type.
pub const CONTENT_TYPE: &str = "application/dialog-info+xml";
/// The longest document that is read, in bytes.
pub const MAX_DOCUMENT: usize = 64 * 1024;
/// More dialogs than these are passed over: no extension is in so many calls.
pub const MAX_DIALOGS: usize = 64;

/// One document (§4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogInfo {
    /// Counts the documents of a subscription.
    pub version: u64,
    /// All dialogs are in it; otherwise those that changed.
    pub full: bool,
    /// The URI of the extension, as the PBX spells it.
    pub entity: String,
    /// At most [`MAX_DIALOGS`].
    pub dialogs: Vec<Dialog>,
}

/// One dialog of the extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialog {
    /// Unique within the extension.
    pub id: String,
    /// Where it stands.
    pub state: State,
    /// Whether the extension began it; `None` if that is not said.
    pub initiator: Option<bool>,
    /// The other end: its identity, else its target.
    pub remote: Option<NameAddr>,
}

/// Where a dialog stands (§3.7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// `trying`, `proceeding`.
    Trying,
    /// `early`.
    Early,
    /// `confirmed`.
    Confirmed,
    /// `terminated`.
    Terminated,
}

/// Why a document is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DialogInfoError {
    /// More than [`MAX_DOCUMENT`].
    #[error("longer than {MAX_DOCUMENT} bytes")]
    TooLong,
    /// Elements in elements in elements.
    #[error("elements are nested too deep")]
    TooDeep,
    /// Document types and entities of one's own are how small documents grow large.
    #[error("declares a document type or uses an entity")]
    Entities,
    /// Not well-formed.
    #[error("not XML")]
    NotXml,
    /// XML of another kind.
    #[error("not a dialog-info document")]
    NotDialogInfo,
}
