//! The user agent on tokio: sockets, TLS, DNS, accounts, calls. It drives [`sip`] and [`media`] and knows nothing of PBX
//! events, cards or windows.
//!
//! One task owns the phone. [`Command`]s go in by a bounded channel, [`Event`]s come out by another; nothing else crosses.
//!
//! ```text
//!  datagram ─► net ─► sip::Core ─► Event ─────────────► desk
//!  Command  ─► calls ─► sip::Core ─► net ─► socket
//!  microphone ─► sound (its own real-time thread) ─► RTP socket, and back
//! ```

mod api;

pub use api::*;
