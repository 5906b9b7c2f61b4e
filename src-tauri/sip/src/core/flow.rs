//! One flow: what it is, what is cut out of it, and whether its other end still answers (RFC 5626 §4.4).

use std::net::SocketAddr;

use super::{AccountKey, Transport};
use crate::wire::Framer;

/// A UDP socket or a connection that is up, or being made.
pub(crate) struct Flow {
    pub(crate) transport: Transport,
    /// `None` until connected.
    pub(crate) local: Option<SocketAddr>,
    /// The other end of a connection, or the account's registrar.
    pub(crate) remote: Option<SocketAddr>,
    /// The account it was made for; it is kept alive.
    pub(crate) account: Option<AccountKey>,
    /// Cuts a stream into messages.
    pub(crate) framer: Framer,
    /// A peer that never answered a ping need not (OpenSIPS can be set so).
    pub(crate) pong_seen: bool,
}

impl Flow {
    pub(crate) fn new(transport: Transport, local: Option<SocketAddr>, remote: Option<SocketAddr>) -> Flow {
        Flow { transport, local, remote, account: None, framer: Framer::default(), pong_seen: false }
    }
}

/// `192.0.2.1:5060`, `[2001:db8::1]:5060`; without the zone, which means nothing to others.
pub(crate) fn host_port(addr: SocketAddr) -> String {
    match addr {
        SocketAddr::V4(addr) => addr.to_string(),
        SocketAddr::V6(addr) => format!("[{}]:{}", addr.ip(), addr.port()),
    }
}
