//! Session timers (RFC 4028): a call that nobody refreshes is over, so that no PBX keeps the dead.
//!
//! ```text
//!   2xx with Session-Expires: N;refresher=us    ──►  at N/2 send UPDATE (or re-INVITE)
//!   2xx with Session-Expires: N;refresher=peer  ──►  nothing by N - min(32 s, N/3): BYE
//! ```

use std::time::Duration;

use crate::wire::Message;

/// The shortest session we agree to, in seconds: the least that the RFC allows (§4).
pub(crate) const MIN_SE: u32 = 90;

/// What both sides agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionTimer {
    pub(crate) expires: Duration,
    /// We refresh; otherwise the peer does.
    pub(crate) ours: bool,
}

impl SessionTimer {
    /// From the 2xx to a request of ours (§7.2). None there means no timer.
    pub(crate) fn of_response(response: &Message) -> Option<SessionTimer> {
        let (expires, refresher) = session_expires(response)?;
        Some(SessionTimer { expires: seconds(expires), ours: refresher != Some(Refresher::Uas) })
    }

    /// What we answer to a request of the peer (§9): its interval; it refreshes if it can, else we do.
    pub(crate) fn of_request(request: &Message) -> Option<SessionTimer> {
        let (expires, refresher) = session_expires(request)?;
        let peer_can = supports_timer(request);
        let ours = match refresher {
            Some(Refresher::Uas) => true,
            Some(Refresher::Uac) | None => !peer_can,
        };
        Some(SessionTimer { expires: seconds(expires), ours })
    }

    /// Session-Expires of our 2xx. There the peer is the UAC.
    pub(crate) fn answer(&self) -> String {
        let refresher = if self.ours { "uas" } else { "uac" };
        format!("{};refresher={refresher}", self.expires.as_secs())
    }

    /// Session-Expires of a refresh by us. There we are the UAC.
    pub(crate) fn refresh(&self) -> String {
        let refresher = if self.ours { "uac" } else { "uas" };
        format!("{};refresher={refresher}", self.expires.as_secs())
    }

    /// When to send a refresh, or to give up waiting for one (§10).
    pub(crate) fn due_after(&self) -> Duration {
        if self.ours { self.expires / 2 } else { self.expires - Duration::from_secs(32).min(self.expires / 3) }
    }
}

/// What our INVITE proposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) expires_s: u32,
    pub(crate) min_se_s: u32,
}

impl Terms {
    pub(crate) fn new(expires: Duration) -> Terms {
        let expires_s = u32::try_from(expires.as_secs()).unwrap_or(u32::MAX).max(MIN_SE);
        Terms { expires_s, min_se_s: MIN_SE }
    }

    /// After 422: what the peer demands (§7.4). `None` if that is not more than we proposed: asking again is useless.
    pub(crate) fn raised(&self, response: &Message) -> Option<Terms> {
        let min_se_s = response.seconds("Min-SE")?;
        (min_se_s > self.min_se_s).then(|| Terms { expires_s: self.expires_s.max(min_se_s), min_se_s })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refresher {
    Uac,
    Uas,
}

/// Whether the peer knows session timers at all.
pub(crate) fn supports_timer(message: &Message) -> bool {
    let names = |header: &str| message.list(header).iter().any(|tag| tag.trim().eq_ignore_ascii_case("timer"));
    names("Supported") || names("Require")
}

fn session_expires(message: &Message) -> Option<(u32, Option<Refresher>)> {
    let value = message.header("Session-Expires")?;
    let refresher = value.split(';').skip(1).find_map(|param| {
        let (name, value) = param.split_once('=')?;
        match (name.trim().to_ascii_lowercase().as_str(), value.trim().to_ascii_lowercase().as_str()) {
            ("refresher", "uac") => Some(Refresher::Uac),
            ("refresher", "uas") => Some(Refresher::Uas),
            _ => None,
        }
    });
    Some((message.seconds("Session-Expires")?, refresher))
}

/// Shorter than the RFC allows is not taken at its word; longer than a day means never.
fn seconds(expires: u32) -> Duration {
    Duration::from_secs(u64::from(expires.clamp(MIN_SE, 86_400)))
}
