//! Where to send: symmetric RTP (RFC 4961), and who may change it.
//!
//! ```text
//!            valid packet from X              from X: stays
//!  signalled ───────────────────► latched(X) ──────────────┐
//!      ▲                            │  ▲   ▲───────────────┘
//!      │ re-INVITE, other address   │  └── X silent for 2 s, valid packet from Y: latched(Y)
//!      └────────────────────────────┘
//! ```
//!
//! A stranger who guesses the port cannot take over a stream that is alive.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

/// After this much silence somebody else may be the peer.
const SILENCE: Duration = Duration::from_secs(2);

/// See the module.
#[derive(Debug)]
pub(super) struct Latch {
    signalled: SocketAddr,
    latched: Option<(SocketAddr, Instant)>,
}

impl Latch {
    pub(super) fn new(signalled: SocketAddr) -> Latch {
        Latch { signalled, latched: None }
    }

    /// Whether a packet from here deserves a look.
    pub(super) fn admits(&self, from: SocketAddr, now: Instant) -> bool {
        self.latched.is_none_or(|(known, last)| known == from || now.saturating_duration_since(last) >= SILENCE)
    }

    /// A packet from here was valid.
    pub(super) fn saw(&mut self, from: SocketAddr, now: Instant) {
        self.latched = Some((from, now));
    }

    /// A re-INVITE named an address; if it is another than before, it counts.
    pub(super) fn signal(&mut self, address: SocketAddr) {
        if address != self.signalled {
            *self = Latch::new(address);
        }
    }

    /// Where packets go.
    pub(super) fn target(&self) -> SocketAddr {
        self.latched.map_or(self.signalled, |(address, _)| address)
    }

    /// Whether the peer showed itself.
    pub(super) fn is_latched(&self) -> bool {
        self.latched.is_some()
    }
}
