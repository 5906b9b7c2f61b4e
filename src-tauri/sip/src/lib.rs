//! A SIP user agent that does no I/O: bytes and the time go in, bytes and events come out.
//!
//! ```text
//!            ┌───────────────────────────── core ─────────────────────────────┐
//!  bytes ──► │ wire ──► check ──► transaction ──► dialog ──► ua               │ ──► events
//!            │   ▲                                            │   digest, sdp │
//!  bytes ◄── │   └──────────────── wire::Outgoing ◄───────────┘               │ ◄── commands
//!            └────────────────────────────────────────────────────────────────┘
//! ```
//!
//! * [`wire`] reads what others send, tolerantly and lazily, and writes what we send, strictly.
//! * [`check`] says whether a message that could be read may also be acted upon, and how to refuse it if not.
//! * [`digest`] answers challenges, and makes them (RFC 7616).
//! * [`sdp`] makes offers and answers (RFC 3264).
//!
//! * [`Core`] is the user agent: transactions, dialogs, registrations, calls. One way in, one way out, and when to come back:
//!
//! ```
//! use sip::{Command, Config, Core, Input, Output};
//! # fn socket_send(_: Output) {}
//! let mut core = Core::new(Config::new("example/1.0", [7; 32]));
//! core.handle(Input::Command(Command::NetworkChanged), std::time::Instant::now());
//! while let Some(output) = core.poll() {
//!     socket_send(output); // or open a connection, resolve a name, tell the user
//! }
//! let sleep_until = core.wake(); // then Input::Tick
//! # assert!(sleep_until.is_none());
//! ```
//!
//! The one contract to keep: nothing that arrives from a network may panic, grow without a bound, or be lost in silence.

pub mod check;
mod core;
mod dialog;
pub mod dialog_info;
pub mod digest;
pub mod sdp;
mod transaction;
mod ua;
pub mod wire;

pub use crate::core::*;
