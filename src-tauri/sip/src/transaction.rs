//! Transactions: a request and its responses, over a network that loses and repeats (RFC 3261 §17, RFC 6026).
//!
//! The four machines are pure: an event goes in, [`Step`]s come out. [`Layer`] keeps all transactions and finds the one that
//! a message belongs to.

mod client;
mod client_invite;
mod key;
mod layer;
mod request;
mod server;
mod server_invite;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub(crate) use client::Client;
pub(crate) use client_invite::ClientInvite;
pub(crate) use key::{ClientKey, ServerKey};
pub(crate) use layer::{ClientMachine, ClientTransaction, Layer, Owner, Path, ServerMachine, ServerTransaction};
pub(crate) use request::Request;
pub(crate) use server::Server;
pub(crate) use server_invite::ServerInvite;

/// Names a transaction, ours or the peer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TransactionId(pub(crate) u64);

/// The timers of a transaction; RFC 3261's letters depend on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// A, E, G: send again.
    Retransmit,
    /// B, F, H: give up.
    Timeout,
    /// D, I, J, K, L, M: stay a little for what is still in the network.
    Linger,
}

/// What a machine wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Send the request, or the last response.
    Transmit,
    /// Acknowledge a final response that is not 2xx.
    Acknowledge,
    /// Hand the response to the user of the transaction.
    Deliver,
    /// Tell the user that nothing came.
    TimedOut,
    Start(Timer, Duration),
    Stop(Timer),
    /// Forget the transaction.
    Terminate,
}

/// The intervals and the transport that a machine works with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) t1: Duration,
    pub(crate) t2: Duration,
    pub(crate) t4: Duration,
    pub(crate) reliable: bool,
}

impl Pace {
    fn timeout(&self) -> Duration {
        self.t1.saturating_mul(64)
    }

    /// How long to stay: not at all where the transport does the repeating.
    fn linger(&self, unreliable: Duration) -> Duration {
        if self.reliable { Duration::ZERO } else { unreliable }
    }
}
