//! Transfer (RFC 3515, RFC 5589): where to, and what became of it (RFC 3420).

use crate::wire::{Message, Uri};

use super::{Replaces, body::body_of};

/// The value of Refer-To: no display name, headers escaped.
pub(crate) fn refer_to(target: &Uri, replaces: Option<&Replaces>) -> String {
    let uri = target.without_headers();
    match replaces {
        Some(replaces) => format!("<{uri}?{}>", replaces.to_uri_header()),
        None => format!("<{uri}>"),
    }
}

/// What a NOTIFY of the refer event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fragment {
    /// Of the status line, `SIP/2.0 180 Ringing`.
    pub(crate) status: Option<u16>,
    /// No other NOTIFY will come.
    pub(crate) last: bool,
}

impl Fragment {
    /// `None` if the NOTIFY is about something else.
    pub(crate) fn of_notify(notify: &Message) -> Option<Fragment> {
        let event = notify.header("Event")?;
        if !event.split(';').next()?.trim().eq_ignore_ascii_case("refer") {
            return None;
        }
        let state = notify.header("Subscription-State").unwrap_or_default();
        let last = state.trim().to_ascii_lowercase().starts_with("terminated");
        Some(Fragment { status: body_of(notify, "message/sipfrag").and_then(|body| status(&body)), last })
    }
}

fn status(fragment: &[u8]) -> Option<u16> {
    let line = fragment.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let mut words = std::str::from_utf8(line).ok()?.split_ascii_whitespace();
    let version = words.next()?.to_ascii_uppercase();
    let status = words.next()?.parse().ok()?;
    (version.starts_with("SIP/") && (100..700).contains(&status)).then_some(status)
}
