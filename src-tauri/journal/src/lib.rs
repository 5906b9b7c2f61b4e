//! What must not be lost: calls, notes, promises to call back, what the PBX told, and what the CRM still has to be told. One
//! SQLite file.
//!
//! ```text
//!   desk ──write──────────┐                          ┌─► calls, legs, notes      the history
//!   webhook ──commit─────►├─► queue ─► writer thread ┼─► events, settled         until a call is settled: restore
//!   CRM client ──change──►┘   one transaction for    ├─► outbox                  until the CRM has it: due, sent
//!                             all that wait          ├─► callbacks               until somebody was reached
//!                                                    ├─► supervisions            who took part in whose calls
//!                                                    ├─► search                  the words of each call (FTS5)
//!                                                    └─► contacts, their numbers
//!   history view ──read──► reader thread ◄───────────────── the same file, another connection (WAL)
//! ```
//!
//! The contract: **what was committed is on the disk** (`synchronous = FULL`), whatever becomes of the process or the power; a
//! promise to somebody else, 200 to a PBX, a registration to a CRM or an attempt to call back, is a row first. Everything that can be written is
//! idempotent, so after a crash it may be written again.
//!
//! ```
//! use journal::{Handle, Journal, Query, Write};
//!
//! # let folder = tempfile::tempdir().expect("a folder");
//! # let path = folder.path().join("journal.sqlite");
//! # let now = jiff::Timestamp::UNIX_EPOCH;
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
//! # runtime.block_on(async {
//! let journal = Handle::start(Journal::open(&path, now).expect("a journal"));
//! let event = Write::Event { call_id: "1700000000.12".into(), event: r#"{"ringing":"101"}"#.into(), at: now };
//! journal.commit(vec![event]).await.expect("it is on the disk");
//! let restored = journal.read(move |journal| journal.restore(now)).await.expect("an answer");
//! assert_eq!(restored.events, [r#"{"ringing":"101"}"#]);
//! # });
//! ```
//!
//! Not here: what a card or a history looks like, when a call is registered and with which words (the desk), HTTP (cti), the
//! settings, and secrets, which have no place in this file.

mod call;
mod callbacks;
mod contacts;
mod error;
mod export;
mod handle;
mod journal;
mod json;
mod number;
mod open;
mod outbox;
mod prune;
mod queue;
mod record;
mod restore;
mod schema;
mod search;
mod spelling;
mod supervisions;
#[cfg(test)]
mod tests;
mod time;
mod writer;

pub use contacts::{Contact, ReadError, read as read_contacts, read_csv, read_vcard};
pub use error::Error;
pub use handle::{Backlog, Handle};
pub use journal::Journal;
pub use open::{Damage, OpenError};
pub use outbox::{Due, OutboxCounts};
pub use record::{Attempt, Call, Callback, Direction, Leg, Outcome, Registration, Supervision, Write};
pub use restore::{Restored, RestoredCall};
pub use search::{Cursor, Filter, Page, Query};
pub use supervisions::SupervisionQuery;
