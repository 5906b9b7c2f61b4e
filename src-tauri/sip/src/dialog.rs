//! Dialogs: what two user agents remember of each other between requests (RFC 3261 §12), and the session inside.

mod body;
mod exchange;
mod refer;
mod replaces;
mod route;
mod session_timer;
#[cfg(test)]
mod tests;

pub(crate) use body::{SDP, body_of, sdp_of};
pub(crate) use exchange::{Exchange, Unacknowledged};
pub(crate) use refer::{Fragment, refer_to};
pub(crate) use replaces::Replaces;
pub(crate) use session_timer::{MIN_SE, SessionTimer, Terms, supports_timer};

use crate::{transaction::Request, wire::Message};
use route::RouteSet;

/// What names a dialog (§12).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DialogId {
    pub(crate) call_id: String,
    pub(crate) local_tag: String,
    pub(crate) remote_tag: String,
}

impl DialogId {
    /// The dialog that a request of the peer belongs to. A peer from before RFC 3261 has no tag: then it is empty.
    pub(crate) fn of_request(request: &Message) -> Option<DialogId> {
        let (from, to) = (request.from().ok()?, request.to().ok()?);
        Some(DialogId {
            call_id: request.call_id().ok()?,
            local_tag: to.tag()?.to_owned(),
            remote_tag: from.tag().unwrap_or_default().to_owned(),
        })
    }
}

/// One dialog, early or confirmed.
#[derive(Clone, Debug)]
pub(crate) struct Dialog {
    pub(crate) id: DialogId,
    /// From and To of our requests, byte for byte as they were in the first one.
    local: Vec<u8>,
    remote: Vec<u8>,
    routes: RouteSet,
    /// Where requests are addressed to: the peer's Contact.
    pub(crate) target: String,
    remote_seq: Option<u32>,
}

impl Dialog {
    /// The caller's side: from our INVITE and a response that has a To tag (§12.1.2).
    pub(crate) fn of_response(invite: &Request, local_tag: &str, response: &Message) -> Option<Dialog> {
        let remote_tag = response.to().ok()?.tag().unwrap_or_default().to_owned();
        let target = contact(response).unwrap_or_else(|| invite.uri.clone());
        let mut routes: Vec<String> = response.list("Record-Route").into_iter().map(String::from).collect();
        routes.reverse();
        Some(Dialog {
            id: DialogId { call_id: invite.call_id.clone(), local_tag: local_tag.to_owned(), remote_tag },
            local: invite.from.clone(),
            remote: response.raw_headers("To").next()?.into_owned(),
            routes: RouteSet::new(routes),
            target,
            remote_seq: None,
        })
    }

    /// The called side: from the peer's INVITE and the tag we gave it (§12.1.1).
    pub(crate) fn of_request(request: &Message, local_tag: &str) -> Option<Dialog> {
        let mut local = request.raw_headers("To").next()?.into_owned();
        local.extend_from_slice(format!(";tag={local_tag}").as_bytes());
        let from = request.from().ok()?;
        Some(Dialog {
            id: DialogId {
                call_id: request.call_id().ok()?,
                local_tag: local_tag.to_owned(),
                remote_tag: from.tag().unwrap_or_default().to_owned(),
            },
            local,
            remote: request.raw_headers("From").next()?.into_owned(),
            routes: RouteSet::new(request.list("Record-Route").into_iter().map(String::from).collect()),
            target: contact(request).unwrap_or_else(|| from.uri.without_headers().to_owned()),
            remote_seq: request.cseq().ok().map(|cseq| cseq.seq),
        })
    }

    /// The subscriber's side: from the first NOTIFY, which may come before the response to the SUBSCRIBE (RFC 6665 §4.1.2.4).
    pub(crate) fn of_notify(notify: &Message) -> Option<Dialog> {
        let from = notify.from().ok()?;
        Some(Dialog {
            id: DialogId::of_request(notify)?,
            local: notify.raw_headers("To").next()?.into_owned(),
            remote: notify.raw_headers("From").next()?.into_owned(),
            routes: RouteSet::new(notify.list("Record-Route").into_iter().map(String::from).collect()),
            target: contact(notify).unwrap_or_else(|| from.uri.without_headers().to_owned()),
            remote_seq: None,
        })
    }

    /// A request inside the dialog (§12.2.1.1).
    pub(crate) fn request(&self, method: &str, cseq: u32) -> Request {
        let (uri, routes) = self.routes.towards(&self.target);
        Request {
            method: method.to_owned(),
            uri,
            routes,
            from: self.local.clone(),
            to: self.remote.clone(),
            call_id: self.id.call_id.clone(),
            cseq,
            headers: vec![],
            body: None,
            challenges: 0,
        }
    }

    /// Whether a request of the peer comes in order (§12.2.2); remembers its number.
    pub(crate) fn accepts(&mut self, seq: u32) -> bool {
        let in_order = self.remote_seq.is_none_or(|last| seq > last);
        if in_order {
            self.remote_seq = Some(seq);
        }
        in_order
    }

    /// The peer moved: its new Contact, from a target refresh request or the response to ours (§12.2).
    pub(crate) fn refresh_target(&mut self, message: &Message) {
        if let Some(contact) = contact(message) {
            self.target = contact;
        }
    }
}

fn contact(message: &Message) -> Option<String> {
    let contacts = message.contacts().ok()?;
    Some(contacts.first()?.uri.without_headers().to_owned())
}
