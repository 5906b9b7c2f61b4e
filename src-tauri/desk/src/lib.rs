//! The agent's desk: what the window shows and what it may ask. Pure: [`Desk::update`] takes an input and the time and
//! returns effects; it opens no socket and reads no clock.
//!
//! ```text
//!   Intent ──┐                      ┌──► Effect::Phone(Command) ──► phone
//!   Event ───┼──► update(input, now)┼──► Effect::Change ──────────► every window and listener
//!   Setup ───┤                      ├──► Effect::Store ───────────► settings, keychain
//!   Tick ────┘                      └──► Effect::Reply ───────────► whoever asked
//! ```
//!
//! Nobody writes a `Change` by hand: after every input the desk compares what it shows now with what it showed before and
//! tells the difference, so a listener who applies every change to his [`wire::Snapshot`] always has the present one.
//!
//! ```
//! use desk::{Desk, Effect, Input, Now, wire::Intent};
//!
//! # let now = Now { instant: std::time::Instant::now(), wall: Default::default() };
//! let mut desk = Desk::new(false);
//! let effects = desk.update(Input::Intent(Intent::SetDoNotDisturb { on: true }), now);
//! assert!(effects.iter().any(|effect| matches!(effect, Effect::Reply(Ok(_)))));
//! assert!(desk.snapshot().preferences.do_not_disturb);
//! ```
//!
//! Deliberately absent: SIP (the phone's), files and keychains (the host's), words in other languages than English (the
//! window's: every refusal and notice has a stable code).

mod account;
mod call;
mod event;
mod history;
mod hold;
mod intent;
mod refusal;
mod settings;
mod target;
mod update;
pub mod wire;

pub use account::address_of_record;
pub use settings::{AccountSettings, Settings};
pub use target::{Target, TargetError};
pub use update::{Desk, Effect, Input, Now, Store};

#[cfg(test)]
mod tests;
