//! The other end's identity in the phone's words.

use sip::wire::{Message, NameAddr, unescape};

use crate::Peer;

/// User part and display name.
pub(crate) fn peer(identity: &NameAddr) -> Peer {
    let uri = identity.uri.as_str().to_owned();
    Peer {
        number: identity.uri.user().map_or_else(|| uri.clone(), |user| unescape(user).into_owned()),
        name: identity.display.clone().filter(|name| !name.trim().is_empty()),
        uri,
    }
}

/// Who the PBX says it is (RFC 3325).
pub(crate) fn asserted_identity(message: &Message) -> Option<NameAddr> {
    message.header("P-Asserted-Identity").and_then(|value| NameAddr::parse(&value).ok())
}
