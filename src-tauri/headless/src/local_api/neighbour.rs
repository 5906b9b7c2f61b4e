//! Whose program is at the other end of a connection.
//!
//! The port is open to everybody who works on this machine, on a terminal server to other people too. Linux tells the user of
//! a socket: the kernel itself where it may be asked (`sock_diag`), else `/proc/net/tcp`. Where nobody tells, the token, the
//! agent's yes and the rates are all that protects.

use std::net::SocketAddr;

/// How the user at the other end is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Neighbours {
    #[cfg(target_os = "linux")]
    Kernel,
    #[cfg(target_os = "linux")]
    Proc,
    Unknown,
}

impl Neighbours {
    /// Tries with a connection of our own what this machine tells.
    #[cfg(target_os = "linux")]
    pub(super) fn probe() -> Self {
        let found = linux::own_connection()
            .and_then(|(near, far, _ends)| [Self::Kernel, Self::Proc].into_iter().find(|way| way.may_enter(near, far)));
        found.unwrap_or_else(|| {
            tracing::warn!(
                "this system does not tell whose programs connect to the localhost port: those of other users are heard"
            );
            Self::Unknown
        })
    }

    /// Tries with a connection of our own what this machine tells.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn probe() -> Self {
        tracing::info!(
            "this system does not tell whose programs connect to the localhost port: those of other users are heard"
        );
        Self::Unknown
    }

    /// Whether the program behind `peer`, which is connected to `own`, is the user's, or the system's.
    pub(super) fn may_enter(self, peer: SocketAddr, own: SocketAddr) -> bool {
        match self {
            #[cfg(target_os = "linux")]
            Self::Kernel => linux::is_ours(linux::ask_kernel(peer, own)),
            #[cfg(target_os = "linux")]
            Self::Proc => linux::is_ours(linux::read_proc(peer, own)),
            Self::Unknown => {
                let _ = (peer, own);
                true
            }
        }
    }
}

#[cfg(target_os = "linux")]
mod linux;

#[cfg(all(test, target_os = "linux"))]
mod tests;
