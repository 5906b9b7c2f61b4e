//! Requests of the peer: inside a call, for a new call, or outside any.

use crate::{
    core::{Core, Event},
    dialog::DialogId,
    transaction::{Path, TransactionId},
    wire::Message,
};

use super::reply::{ALLOW, SUPPORTED};

impl Core {
    pub(crate) fn request(&mut self, transaction: TransactionId, request: &Message, path: Path) {
        if request.method() == "CANCEL" {
            return self.cancelled(transaction, request);
        }
        if request.to().is_ok_and(|to| to.tag().is_some()) {
            let Some(id) = DialogId::of_request(request) else { return self.reply(transaction, request, 481) };
            return match (self.find_call(&id), self.watches.find(&id)) {
                (Some(call), _) => self.request_in_call(call, transaction, request, path),
                (None, Some(watch)) => self.watch_notified(watch, transaction, request, path),
                (None, None) => self.reply(transaction, request, 481),
            };
        }
        match request.method() {
            "INVITE" => self.incoming_call(transaction, request, path),
            // A PBX asks so whether we live, and drops those who do not answer.
            "OPTIONS" => self.reply_with(transaction, request, 200, |response| {
                response.header("Allow", ALLOW).header("Accept", "application/sdp").header("Supported", SUPPORTED)
            }),
            // Message waiting, and other news that nobody subscribed to.
            "NOTIFY" => self.reply(transaction, request, 200),
            // Each needs a dialog, and names none.
            "BYE" | "UPDATE" | "INFO" | "PRACK" => self.reply(transaction, request, 481),
            _ if self.stack.config.allow_registrar => self.hand_over(transaction, request, path),
            "MESSAGE" => self.message_came(transaction, request, path),
            "REFER" => self.reply(transaction, request, 603),
            _ => self.reply_with(transaction, request, 405, |response| response.header("Allow", ALLOW)),
        }
    }

    fn hand_over(&mut self, transaction: TransactionId, request: &Message, path: Path) {
        let id = self.remember_request(transaction);
        let (message, flow, from) = (request.clone(), path.flow, path.to);
        self.stack.tell(Event::Request { request: id, message, flow, from });
    }
}
