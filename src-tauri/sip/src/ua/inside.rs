//! Requests and responses inside a call's dialog.

use crate::{
    core::{CallKey, Core, EndCause, Event, Failure, Side},
    dialog::SessionTimer,
    transaction::{Path, Request, TransactionId},
    wire::{Message, NameAddr},
};

use super::{
    auth::AuthFailure,
    call::{Call, Ending, State},
    reply::ALLOW,
};

impl Core {
    /// A request of the peer inside a call (RFC 3261 §12.2.2).
    pub(crate) fn request_in_call(&mut self, key: CallKey, transaction: TransactionId, request: &Message, path: Path) {
        let Some(call) = self.calls.get_mut(&key) else { return self.reply(transaction, request, 481) };
        let seq = request.cseq().map(|cseq| cseq.seq).unwrap_or_default();
        if call.dialog.as_mut().is_some_and(|dialog| !dialog.accepts(seq)) {
            return self.reply(transaction, request, 500);
        }
        let over = call.is_over();
        match request.method() {
            "BYE" => self.peer_hung_up(key, transaction, request),
            // The transfer may outlive the call (RFC 3515 §2.4.4).
            "NOTIFY" => self.notified(key, transaction, request),
            _ if over => self.reply(transaction, request, 481),
            "INVITE" | "UPDATE" => self.offered(key, transaction, request, path),
            "INFO" => self.informed(key, transaction, request),
            "REFER" => self.referred(key, transaction, request),
            "OPTIONS" => self.call_reply(key, transaction, 200, |response| response),
            // Texts go inside of calls as well (RFC 3428 §4).
            "MESSAGE" => self.message_came(transaction, request, path),
            // We never send a reliable provisional response, so there is none to acknowledge (RFC 3262 §3).
            "PRACK" => self.reply(transaction, request, 481),
            _ => self.reply_with(transaction, request, 405, |response| response.header("Allow", ALLOW)),
        }
    }

    fn peer_hung_up(&mut self, key: CallKey, transaction: TransactionId, bye: &Message) {
        self.call_reply(key, transaction, 200, |response| response);
        let Some(call) = self.calls.get_mut(&key) else { return };
        // No ACK will come any more, and no BYE of ours is wanted.
        let waited = call.unacknowledged.take();
        call.farewell = None;
        let pending = match (&call.state, &call.exchange) {
            (State::Ringing { transaction }, _) => Some(*transaction),
            (_, crate::dialog::Exchange::Theirs { transaction, .. }) => Some(*transaction),
            _ => None,
        };
        if waited.is_some() {
            self.stack.cancel_call(key, crate::core::CallAlarm::Retransmit2xx);
            self.stack.cancel_call(key, crate::core::CallAlarm::NoAck);
        }
        if let Some(pending) = pending {
            self.call_reply(key, pending, 487, |response| response);
        }
        self.end(key, Ending::new(Side::Remote, EndCause::HungUp).because(bye));
    }

    fn informed(&mut self, key: CallKey, transaction: TransactionId, info: &Message) {
        self.call_reply(key, transaction, 200, |response| response);
        let Some(content_type) = info.content_type() else { return };
        self.stack.tell(Event::Info { call: key, content_type, body: info.body().to_vec() });
    }

    /// A response to any request of a call.
    pub(crate) fn call_response(
        &mut self,
        key: CallKey,
        transaction: TransactionId,
        request: Request,
        response: &Message,
        path: Path,
    ) {
        let status = response.status().unwrap_or_default();
        let accepted_invite = request.method == "INVITE" && (200..300).contains(&status);
        if !self.calls.contains_key(&key) || accepted_invite && self.acknowledge_again(key, request.cseq, response) {
            return;
        }
        let challenged = matches!(status, 401 | 407);
        let Some(request) =
            (if challenged { self.authorize_in_call(key, transaction, request, response) } else { Some(request) })
        else {
            return;
        };
        if self.is_ours(key, transaction) {
            return self.offer_response(key, &request, response);
        }
        match request.method.as_str() {
            "INVITE" => self.invite_response(key, transaction, request, response, path),
            "REFER" => self.refer_response(key, response),
            "BYE" | "CANCEL" => {}
            _ => self.lost_if_unknown(key, status),
        }
    }

    /// Answers a challenge with the account's credentials. Gives the request back if that cannot be done.
    fn authorize_in_call(
        &mut self,
        key: CallKey,
        transaction: TransactionId,
        mut request: Request,
        response: &Message,
    ) -> Option<Request> {
        let call = self.calls.get_mut(&key)?;
        let Some(account) = call.account.and_then(|account| self.accounts.get_mut(&account)) else {
            return Some(request);
        };
        let authorized: Result<(), AuthFailure> =
            account.keyring.authorize(&mut request, response, &mut self.stack.random);
        // A CANCEL cannot be sent again with another CSeq (RFC 3261 §22.1); and an INVITE whose challenge crosses our CANCEL
        // must not ring anew.
        let given_up = request.method == "INVITE" && matches!(call.state, State::Over);
        if authorized.is_err() || request.method == "CANCEL" || given_up {
            return Some(request);
        }
        let initial = matches!(call.state, State::Calling { transaction: first, .. } if first == transaction);
        if initial || matches!(call.state, State::Cancelling { .. }) && request.method == "INVITE" {
            self.invite_again(key, request);
            return None;
        }
        request.cseq = call.next_seq();
        request.remove("User-Agent");
        let ours = call.exchange.is_ours_by(transaction);
        let again = self.send_in_call(key, request);
        if let (true, Some(again), Some(call)) = (ours, again, self.calls.get_mut(&key)) {
            call.exchange.continue_as(again);
        }
        None
    }

    fn is_ours(&self, key: CallKey, transaction: TransactionId) -> bool {
        self.calls.get(&key).is_some_and(|call| call.exchange.is_ours_by(transaction))
    }

    /// No response to a request of a call.
    pub(crate) fn call_failed(
        &mut self,
        key: CallKey,
        transaction: TransactionId,
        request: &Request,
        failure: Failure,
    ) {
        let Some(call) = self.calls.get(&key) else { return };
        let first = match &call.state {
            State::Calling { transaction, .. } | State::Cancelling { transaction, .. } => Some(*transaction),
            _ => None,
        };
        if first == Some(transaction) {
            return self.invite_failed(key, failure);
        }
        if self.is_ours(key, transaction) {
            let status = if failure == Failure::Timeout { 408 } else { 503 };
            return self.offer_failed(key, status);
        }
        match (request.method.as_str(), failure) {
            ("REFER", _) => self.transfer_ended(key, if failure == Failure::Timeout { 408 } else { 503 }),
            ("BYE" | "CANCEL", _) | (_, Failure::Transport) => {}
            // RFC 3261 §12.2.1.2: as after 408.
            _ => self.lost_if_unknown(key, 408),
        }
    }

    /// The peer no longer knows the call (481), or is no longer there (408).
    pub(crate) fn lost_if_unknown(&mut self, key: CallKey, status: u16) {
        if matches!(status, 408 | 481) && self.calls.get(&key).is_some_and(Call::is_established) {
            self.end_with_bye(key, Ending::new(Side::Remote, EndCause::Lost), None);
        }
    }

    /// What a target refresh request, or the response to ours, tells of the peer.
    pub(crate) fn learn_of_peer(&mut self, key: CallKey, message: &Message) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        if let Some(dialog) = call.dialog.as_mut() {
            dialog.refresh_target(message);
        }
        if message.header("Allow").is_some() {
            call.peer_updates = allows(message, "UPDATE");
        }
        let Some(identity) = asserted_identity(message) else { return };
        let uri = identity.uri.to_string();
        if call.identity.as_ref() != Some(&uri) {
            call.identity = Some(uri);
            self.stack.tell(Event::PeerChanged { call: key, identity });
        }
    }

    /// The peer refreshed the session, or we did.
    pub(crate) fn renew_session(&mut self, key: CallKey, timer: Option<SessionTimer>) {
        if let Some(call) = self.calls.get_mut(&key) {
            call.timer = timer;
            self.start_session_timer(key);
        }
    }
}

/// Who the network says it is (RFC 3325, Remote-Party-ID before it).
pub(crate) fn asserted_identity(message: &Message) -> Option<NameAddr> {
    let first = |name: &'static str| message.addresses(name).ok()?.into_iter().next();
    first("P-Asserted-Identity").or_else(|| first("Remote-Party-ID"))
}

pub(crate) fn allows(message: &Message, method: &str) -> bool {
    message.list("Allow").iter().any(|known| known.trim() == method)
}
