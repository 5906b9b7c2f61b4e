//! What the user asks for, and whom it concerns.

use std::time::Duration;

use crate::{
    core::{Alarm, CallKey, Command, Core, EndCause, RequestId, Side},
    transaction::TransactionId,
    wire::Outgoing,
};

use super::{
    call::{Ending, State},
    status::reason_phrase,
};

/// How long goodbyes may take.
const STOP: Duration = Duration::from_secs(4);

impl Core {
    pub(crate) fn command(&mut self, command: Command) {
        match command {
            Command::SetAccount(key, config) => self.set_account(key, config),
            Command::RemoveAccount(key) => self.remove_account(key),
            Command::Register(key) => self.register(key),
            Command::Unregister(key) => self.unregister(key),
            Command::NetworkChanged => self.network_changed(),
            Command::Invite { call, account, display_name, target, offer, headers } => {
                self.invite(call, account, display_name.as_deref(), (&target, offer, headers));
            }
            Command::InviteOver { call, destination, from, target, offer, headers } => {
                self.invite_over(call, destination, &from, &target, offer, headers);
            }
            Command::Ring { call } => self.ring(call),
            Command::Progress { call, sdp } => self.progress(call, sdp),
            Command::Accept { call, answer } => self.accept(call, answer),
            Command::Reject { call, status } => self.reject(call, status),
            Command::HangUp { call } => self.hang_up(call, None),
            Command::HangUpBecause { call, reason } => self.hang_up(call, Some(reason)),
            Command::Offer { call, sdp } => self.offer(call, sdp),
            Command::Answer { call, sdp } => self.answer_offer(call, sdp),
            Command::AcknowledgeAnswer { call, sdp } => self.acknowledge_answer(call, sdp),
            Command::Info { call, content_type, body } => self.info(call, content_type, body),
            Command::Refer { call, to, replaces } => self.refer(call, &to, replaces),
            Command::TransferProgress { call, status } => self.transfer_progress(call, status),
            Command::Watch { account, targets } => self.watch(account, targets),
            Command::Message { id, account, target, text } => self.message(id, account, &target, text),
            Command::Respond { request, status, reason, headers, body } => {
                self.respond(request, status, &reason, headers, body);
            }
            Command::Stop => self.stop(),
        }
    }

    pub(crate) fn hang_up(&mut self, key: CallKey, reason: Option<String>) {
        let Some(call) = self.calls.get(&key) else { return };
        match call.state.clone() {
            State::Waiting(_) => self.end(key, Ending::new(Side::Local, EndCause::Cancelled)),
            State::Calling { transaction, .. } => self.cancel(key, transaction, reason),
            State::Ringing { .. } => self.reject(key, 486),
            State::Established => self.end_with_bye(key, Ending::new(Side::Local, EndCause::HungUp), reason),
            State::Cancelling { .. } | State::Over => {}
        }
    }

    fn info(&mut self, key: CallKey, content_type: String, body: Vec<u8>) {
        let Some(call) = self.calls.get_mut(&key).filter(|call| call.is_established()) else { return };
        if let Some(mut info) = call.request("INFO") {
            info.body = Some((content_type, body));
            self.send_in_call(key, info);
        }
    }

    fn respond(
        &mut self,
        request: RequestId,
        status: u16,
        reason: &str,
        headers: Vec<(String, String)>,
        body: Option<(String, Vec<u8>)>,
    ) {
        let Some(transaction) = self.requests.remove(&request) else { return };
        let Some(server) = self.stack.transactions.server(transaction) else { return };
        let request = server.request.clone();
        let status = if (200..700).contains(&status) { status } else { 500 };
        let reason = if reason.is_empty() { reason_phrase(status) } else { reason };
        let tag = self.stack.random.token();
        let mut response = Outgoing::response(&request, status, reason).to_tag(&tag);
        for (name, value) in headers {
            response = response.header(&name, value);
        }
        if let Some((content_type, body)) = body {
            response = response.body(&content_type, body);
        }
        self.send_reply(transaction, status, response);
    }

    fn stop(&mut self) {
        self.stopping = true;
        let calls: Vec<CallKey> = self.calls.keys().copied().collect();
        calls.into_iter().for_each(|call| self.hang_up(call, None));
        let accounts: Vec<_> = self.accounts.keys().copied().collect();
        accounts.iter().for_each(|account| self.watch(*account, vec![]));
        accounts.into_iter().for_each(|account| self.unregister(account));
        self.stack.set(Alarm::Stop, STOP);
    }

    /// A request whose transaction is gone can no longer be answered.
    pub(crate) fn remember_request(&mut self, transaction: TransactionId) -> RequestId {
        let known = &mut self.requests;
        let alive = &mut self.stack.transactions;
        known.retain(|_, transaction| alive.server(*transaction).is_some());
        let id = RequestId(transaction.0);
        known.insert(id, transaction);
        id
    }
}
