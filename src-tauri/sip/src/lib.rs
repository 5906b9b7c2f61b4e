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
//! The one contract to keep: nothing that arrives from a network may panic, grow without a bound, or be lost in silence.

pub mod check;
pub mod digest;
pub mod wire;
