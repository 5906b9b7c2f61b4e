//! The agent's desk: what the window shows and what it may ask. Pure: [`Desk::update`] takes an input and the time and
//! returns effects; it opens no socket and reads no clock.
//!
//! ```text
//!   Intent ──┐                      ┌──► Effect::Phone(Command) ──► phone
//!            ├──► update(state) ────┼──► Effect::Change ──────────► every window and listener
//!   Event ───┘                      └──► Effect::Store ───────────► settings, keychain
//! ```

pub mod wire;
