//! Offers and answers (RFC 3264) in SDP (RFC 8866), for one audio stream with DTMF (RFC 4733).
//!
//! ```text
//!        ┌── offer ──────────► waiting for the answer ── accept ──┐
//!  idle ─┤                                                        ├─► Negotiated ─► idle (again, for a hold or a move)
//!        └── answer (to theirs) ──────────────────────────────────┘
//! ```
//!
//! A [`Negotiation`] lives as long as its call: it keeps the order and the number of `m=` lines, gives each codec the same
//! payload number every time, and raises the version of `o=` when, and only when, something changed.
//!
//! The lines are read by `sdp-types`, which loses none of them; what they mean is decided here. Video, fax and encrypted
//! streams are declined with port 0 and stay declined.

mod codec;
mod direction;
mod negotiation;
mod remote;

#[cfg(test)]
mod tests;

pub use codec::{Codec, OpusParams};
pub use direction::Direction;
pub use negotiation::{Local, Negotiated, Negotiation};

/// Why two sides cannot agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// Not a session description: 400.
    #[error("not a session description")]
    Unreadable,
    /// No audio, no codec or no address that we can use: 488.
    #[error("nothing in common")]
    NothingInCommon,
}
