//! What goes into the core and what comes out of it.

use std::{fmt, net::SocketAddr};

use super::{Command, Event};

/// A UDP socket, or one TCP or TLS connection. The core numbers those it asks for; the owner of the sockets numbers the
/// ones it listens on or accepted, with [`FlowId::OWNER`] set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowId(pub u64);

impl FlowId {
    /// Set in the ids that the owner of the sockets chooses.
    pub const OWNER: u64 = 1 << 63;
}

/// Names an account; chosen by the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountKey(pub u64);

/// Names a call: odd ones are ours and chosen by the user, even ones came in and are chosen by the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallKey(pub u64);

/// Names a request that the owner is to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// How bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// A stream that nobody else reads.
    Tls,
}

impl Transport {
    /// Whether the transport itself repeats what was lost.
    pub fn is_reliable(self) -> bool {
        self != Transport::Udp
    }

    /// The name in a Via, `UDP`.
    pub fn name(self) -> &'static str {
        match self {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::Tls => "TLS",
        }
    }
}

/// One place to reach a registrar at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// How.
    pub transport: Transport,
    /// Where.
    pub addr: SocketAddr,
    /// The name its certificate must carry.
    pub server_name: String,
}

/// Why a flow is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowError {
    /// Nobody listens there.
    Refused,
    /// The other end closed or reset it.
    Reset,
    /// No connection in time, or no pong.
    TimedOut,
    /// The certificate, or TLS itself.
    Tls(String),
    /// What the operating system said.
    Other(String),
}

impl fmt::Display for FlowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FlowError::Refused => f.write_str("connection refused"),
            FlowError::Reset => f.write_str("connection closed by the other side"),
            FlowError::TimedOut => f.write_str("no answer in time"),
            FlowError::Tls(detail) => write!(f, "TLS: {detail}"),
            FlowError::Other(detail) => f.write_str(detail),
        }
    }
}

/// Everything that can happen to the core.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Input<'a> {
    /// The answer to [`Output::Connect`], or a UDP socket that the owner listens on.
    Connected {
        /// Which.
        flow: FlowId,
        /// Our end of it, as the network sees it from this machine.
        local: SocketAddr,
        /// What it is.
        transport: Transport,
    },
    /// A connection that the owner accepted.
    Accepted {
        /// Chosen by the owner, with [`FlowId::OWNER`] set.
        flow: FlowId,
        /// Our end.
        local: SocketAddr,
        /// Their end.
        remote: SocketAddr,
        /// What it is.
        transport: Transport,
    },
    /// Refused, reset, timed out; also as the answer to [`Output::Connect`].
    Closed {
        /// Which.
        flow: FlowId,
        /// Why.
        cause: FlowError,
    },
    /// One datagram.
    Datagram {
        /// The socket it came in on.
        flow: FlowId,
        /// Where it came from.
        from: SocketAddr,
        /// All of it.
        bytes: &'a [u8],
    },
    /// Bytes of a connection, cut anywhere.
    Stream {
        /// Which.
        flow: FlowId,
        /// What was read.
        bytes: &'a [u8],
    },
    /// The answer to [`Output::Resolve`].
    Resolved {
        /// For whom.
        account: AccountKey,
        /// Where to try, best first; or a sentence why there is nothing.
        targets: Result<Vec<Target>, String>,
    },
    /// What the user wants.
    Command(Command),
    /// [`super::Core::wake`] has come.
    Tick,
}

/// Everything the core asks for.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "taken one by one, and kept by nobody")]
pub enum Output {
    /// Open a connection; for UDP bind a socket routed to the target. Answer with Connected or Closed.
    Connect {
        /// Its name from now on.
        flow: FlowId,
        /// Where to.
        target: Target,
        /// For whom.
        account: Option<AccountKey>,
    },
    /// Close it; no answer is expected.
    Close {
        /// Which.
        flow: FlowId,
    },
    /// Send bytes: one datagram, or the next ones of a stream (then `to` is only informative).
    Send {
        /// Over what.
        flow: FlowId,
        /// Where to.
        to: SocketAddr,
        /// What.
        bytes: Vec<u8>,
    },
    /// Look up where the registrar is (RFC 3263). Answer with Resolved.
    Resolve {
        /// For whom.
        account: AccountKey,
        /// Name or address.
        host: String,
        /// Given: no SRV lookup.
        port: Option<u16>,
        /// Wanted.
        transport: Transport,
    },
    /// Something for the user.
    Event(Event),
}
