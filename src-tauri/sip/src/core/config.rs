//! What the owner of the core decides once, and per account.

use std::{fmt, time::Duration};

use super::Transport;
use crate::wire::Uri;

/// How the core behaves as a whole.
#[derive(Clone, Debug)]
pub struct Config {
    /// Said in User-Agent and Server.
    pub user_agent: String,
    /// 32 bytes from the operating system's random source. All tags, branches, Call-IDs, cnonces and jitter come from
    /// them, so the same seed and the same inputs give the same outputs.
    pub seed: [u8; 32],
    /// Intervals.
    pub timers: Timers,
    /// Hand REGISTER and other requests outside any dialog to the owner as [`super::Event::Request`]: for a registrar.
    pub allow_registrar: bool,
    /// Report a REFER from the peer as [`super::Event::TransferRequested`] instead of declining it with 603.
    pub accept_transfers: bool,
}

impl Config {
    /// A phone: no registrar, transfers asked for by the peer are declined.
    pub fn new(user_agent: impl Into<String>, seed: [u8; 32]) -> Config {
        Config {
            user_agent: user_agent.into(),
            seed,
            timers: Timers::default(),
            allow_registrar: false,
            accept_transfers: false,
        }
    }
}

/// All intervals of the core.
#[derive(Clone, Debug)]
pub struct Timers {
    /// Round-trip estimate (RFC 3261 §17.1.1.1).
    pub t1: Duration,
    /// Longest retransmission interval for anything but a first INVITE.
    pub t2: Duration,
    /// How long a message can linger in the network.
    pub t4: Duration,
    /// Keep-alives of an account's flow leave after a random time in this range (RFC 5626 §4.4).
    pub keep_alive: (Duration, Duration),
    /// A pong later than this ends the flow, once a pong was seen on it (RFC 5626 §4.4.1).
    pub pong: Duration,
    /// The wait before the second attempt to register; doubles with each failure (RFC 5626 §4.5).
    pub retry_base: Duration,
    /// The longest such wait. RFC 5626 proposes 30 s and 1800 s; an agent's desk has to be back sooner.
    pub retry_max: Duration,
    /// What we propose as Session-Expires (RFC 4028).
    pub session_expires: Duration,
}

impl Timers {
    /// No interval is nothing: a timer that is due at once, again and again, would never let go.
    pub(crate) fn sane(mut self) -> Timers {
        self.t1 = self.t1.max(Duration::from_millis(1));
        self.t2 = self.t2.max(self.t1);
        self.keep_alive.0 = self.keep_alive.0.max(Duration::from_secs(1));
        self
    }

    /// 64·T1: Timers B, F, H, L and M.
    pub(crate) fn t1_64(&self) -> Duration {
        self.t1.saturating_mul(64)
    }
}

impl Default for Timers {
    fn default() -> Timers {
        Timers {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
            keep_alive: (Duration::from_secs(25), Duration::from_secs(30)),
            pong: Duration::from_secs(10),
            retry_base: Duration::from_secs(4),
            retry_max: Duration::from_secs(300),
            session_expires: Duration::from_secs(1800),
        }
    }
}

/// An account: who we are, and where the registrar is. Its `Debug` keeps the password to itself.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountConfig {
    /// Address of record, `sip:101@pbx.example`.
    pub aor: Uri,
    /// Host name or address (IPv6 without brackets) to resolve.
    pub registrar_host: String,
    /// `None`: what DNS says, else the transport's default.
    pub registrar_port: Option<u16>,
    /// How to reach it.
    pub transport: Transport,
    /// The name to authenticate with; differs from the extension on some PBXs.
    pub username: String,
    /// Its password.
    pub password: String,
    /// Shown to the called.
    pub display_name: Option<String>,
    /// Registration lifetime asked for, in seconds.
    pub expires_s: u32,
    /// `urn:uuid:…`, stable per installation (RFC 5626 §4.1); how we find our own binding again.
    pub instance_id: Option<String>,
}

impl fmt::Debug for AccountConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountConfig({} at {} over {}, …)", self.aor, self.registrar_host, self.transport.name())
    }
}

impl Default for AccountConfig {
    fn default() -> AccountConfig {
        AccountConfig {
            aor: Uri::parse("sip:nobody@invalid").expect("a URI"),
            registrar_host: String::new(),
            registrar_port: None,
            transport: Transport::Udp,
            username: String::new(),
            password: String::new(),
            display_name: None,
            expires_s: 300,
            instance_id: None,
        }
    }
}
