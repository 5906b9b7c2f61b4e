//! Responses of ours.

use crate::{
    core::{CallKey, Core, host_port},
    transaction::{Path, TransactionId},
    wire::{Message, Outgoing},
};

use super::status::reason_phrase;

/// What may be sent to us.
pub(crate) const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REFER, INFO, UPDATE, MESSAGE";
/// What we understand.
pub(crate) const SUPPORTED: &str = "replaces, timer";

impl Core {
    /// A response without anything particular, outside dialogs or to a request that carries its To tag.
    pub(crate) fn reply(&mut self, transaction: TransactionId, request: &Message, status: u16) {
        self.reply_with(transaction, request, status, |response| response);
    }

    /// A response with something more.
    pub(crate) fn reply_with(
        &mut self,
        transaction: TransactionId,
        request: &Message,
        status: u16,
        more: impl FnOnce(Outgoing) -> Outgoing,
    ) {
        let tag = self.stack.random.token();
        let response = Outgoing::response(request, status, reason_phrase(status)).to_tag(&tag);
        self.send_reply(transaction, status, more(response));
    }

    /// A response inside a call: with its tag, Contact, and what we can.
    pub(crate) fn call_reply(
        &mut self,
        call: CallKey,
        transaction: TransactionId,
        status: u16,
        more: impl FnOnce(Outgoing) -> Outgoing,
    ) {
        let Some(server) = self.stack.transactions.server(transaction) else { return };
        let request = server.request.clone();
        let Some(call) = self.calls.get(&call) else { return self.reply(transaction, &request, 481) };
        let mut response = Outgoing::response(&request, status, reason_phrase(status));
        if status > 100 {
            response = response.to_tag(&call.local_tag);
        }
        if (101..300).contains(&status) {
            let contact = call.contact.as_str();
            response = response.header("Contact", contact).header("Allow", ALLOW).header("Supported", SUPPORTED);
        }
        self.send_reply(transaction, status, more(response));
    }

    pub(crate) fn send_reply(&mut self, transaction: TransactionId, status: u16, response: Outgoing) {
        let server = self.stack.config.user_agent.clone();
        let response = if status > 100 { response.header("Server", server) } else { response };
        // Only a header that somebody else chose can be refused: then at least the status has to arrive.
        if self.stack.respond(transaction, status, response).is_err()
            && let Some(server) = self.stack.transactions.server(transaction)
        {
            let bare = Outgoing::response(&server.request, 500, reason_phrase(500)).to_tag("error");
            self.stack.respond(transaction, 500, bare).ok();
        }
    }

    /// Our address on a flow, as a Contact value.
    pub(crate) fn contact_on(&self, path: Path, user: Option<&str>) -> String {
        let Some((local, transport)) = self.stack.local(path.flow) else { return "<sip:invalid>".to_owned() };
        contact(user, local, transport)
    }
}

/// `sip:` with `transport=tls` is accepted in more places than `sips:`.
pub(crate) fn contact(user: Option<&str>, addr: std::net::SocketAddr, transport: crate::core::Transport) -> String {
    use crate::core::Transport;
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    let param = match transport {
        Transport::Udp => "",
        Transport::Tcp => ";transport=tcp",
        Transport::Tls => ";transport=tls",
    };
    format!("<sip:{user}{}{param}>", host_port(addr))
}
