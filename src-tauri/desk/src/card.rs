//! Caller cards. What the PBX tells, what rings on this telephone and what the CRM knows become one card for each call,
//! whichever of them comes first.
//!
//! ```text
//!   CallEvent ──► Leg ──┐                     ┌──► shown (wire::Card)
//!   call (SIP) ─────────┼──► Card (derived) ──┼──► journal: the call, its legs, notes, the CRM's outbox
//!   Found (CRM) ────────┘                     └──► look up, moments for programs and addresses
//! ```
//!
//! The rules are those of the `dial-in` events: a leg is registered if, and only if, it was offered to an extension, answered by
//! it, and is no call among colleagues; a leg that others took hides its card; an end without an answer never counts as a
//! success. See [`leg`] for how events in any order add up.
//!
//! What an event costs does not depend on how many cards are open: cards that changed are marked, nothing is compared or
//! searched but by index.

mod alarms;
mod deck;
mod follow;
mod invite;
mod leg;
mod moved;
mod one;
mod outward;
mod own;
mod partner;
mod record;
mod restore;
mod rounds;
mod rules;
mod settle;
mod shown;
mod told;
mod work;

pub(crate) use alarms::Alarms;
pub(crate) use deck::{Asked, Deck};
pub(crate) use follow::Followed;
pub(crate) use invite::headers;
pub use outward::{Facts, Found, FoundIn, LookUp, LookUpFailed, Moment, Person, Restored};
pub use own::Numbering;
pub(crate) use own::{Own, in_common, is_same, is_withheld};
pub(crate) use rounds::may_ring_anew;
pub use rules::{Cards, FieldRule, Register, Whose};
pub(crate) use shown::name;
