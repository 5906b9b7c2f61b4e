//! How a message finds its transaction (RFC 3261 §17.1.3, §17.2.3).

use crate::wire::{Message, Via};

/// Of our own transactions: the branch we chose, and the method, since a CANCEL shares the branch of its INVITE.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ClientKey {
    pub(crate) branch: String,
    pub(crate) method: String,
}

impl ClientKey {
    pub(crate) fn of_response(response: &Message) -> Option<ClientKey> {
        let branch = response.via().ok()?.branch()?.to_owned();
        Some(ClientKey { branch, method: response.cseq().ok()?.method })
    }
}

/// Of the peer's transactions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ServerKey {
    branch: String,
    sent_by: String,
    method: String,
}

impl ServerKey {
    /// An ACK has the key of the INVITE that it acknowledges.
    pub(crate) fn of_request(request: &Message) -> Option<ServerKey> {
        let via = request.via().ok()?;
        let method = if request.method() == "ACK" { "INVITE" } else { request.method() };
        let branch = match via.branch() {
            Some(branch) if via.has_magic_branch() => branch.to_owned(),
            _ => rfc2543(request)?,
        };
        Some(ServerKey { branch, sent_by: sent_by(&via), method: method.to_owned() })
    }

    /// The key of the INVITE that a CANCEL is about.
    pub(crate) fn of_cancelled(cancel: &Message) -> Option<ServerKey> {
        ServerKey::of_request(cancel).map(|key| ServerKey { method: "INVITE".to_owned(), ..key })
    }
}

fn sent_by(via: &Via) -> String {
    format!("{}:{}", via.host.to_ascii_lowercase(), via.port.unwrap_or(5060))
}

/// Before RFC 3261 a branch meant little: take what such an INVITE, its CANCEL and its ACK have in common.
fn rfc2543(request: &Message) -> Option<String> {
    let from = request.from().ok()?;
    Some(format!(
        "2543 {} {} {} {}",
        request.call_id().ok()?,
        request.cseq().ok()?.seq,
        from.tag().unwrap_or_default(),
        request.request_uri().unwrap_or_default(),
    ))
}
