//! Being called (RFC 3261 §13.3).

use std::{net::SocketAddr, time::Duration};

use crate::{
    core::{AccountKey, CallAlarm, CallKey, Core, EndCause, Event, Side},
    dialog::{Dialog, MIN_SE, Replaces, SDP, SessionTimer, Terms, Unacknowledged, sdp_of, supports_timer},
    transaction::{Path, ServerKey, TransactionId},
    wire::{Message, Outgoing},
};

use super::{
    auto_answer::auto_answer,
    call::{Call, Ending, State},
    inside::{allows, asserted_identity},
    status::reason_phrase,
};

/// Calls at a time; more than this is not a busy desk but an attack.
const MAX_CALLS: usize = 512;

/// RFC 3261 §13.3.1.1: every minute.
const STILL_RINGING: Duration = Duration::from_secs(60);

impl Core {
    /// An INVITE outside any dialog.
    pub(crate) fn incoming_call(&mut self, transaction: TransactionId, invite: &Message, path: Path) {
        if let Some(status) = self.unfit(invite) {
            return self.reply_with(transaction, invite, status, |response| explain(status, response));
        }
        if self.stopping || self.calls.len() >= MAX_CALLS {
            return self.reply(transaction, invite, 480);
        }
        let replaces = match self.replaced_call(invite) {
            Ok(replaces) => replaces,
            Err(status) => return self.reply(transaction, invite, status),
        };
        let (Ok(from), tag) = (invite.from(), self.stack.random.token()) else { return };
        let Some(dialog) = Dialog::of_request(invite, &tag) else { return self.reply(transaction, invite, 400) };
        let (account, trusted) = self.account_of(path, invite);
        let contact = match account {
            Some(account) => self.call_contact(account, path),
            None => self.contact_on(path, invite.to().ok().and_then(|to| to.uri.user().map(str::to_owned)).as_deref()),
        };
        self.last_inbound_call += 2;
        let key = CallKey(self.last_inbound_call);
        let mut call = Call::new(path, tag, contact, Terms::new(self.stack.config.timers.session_expires));
        call.account = account;
        call.dialog = Some(dialog);
        call.state = State::Ringing { transaction };
        call.timer = SessionTimer::of_request(invite);
        call.peer_updates = allows(invite, "UPDATE");
        call.identity = asserted_identity(invite).map(|identity| identity.uri.to_string());
        call.replaces = replaces;
        self.calls.insert(key, call);
        self.call_reply(key, transaction, 100, |response| response);
        self.stack.tell(Event::Incoming {
            call: key,
            account,
            from,
            request: invite.clone(),
            offer: sdp_of(invite),
            trusted,
            auto_answer: auto_answer(invite),
            replaces,
        });
    }

    /// What an INVITE is refused for at once.
    fn unfit(&self, invite: &Message) -> Option<u16> {
        let requires = |tag: &str| invite.list("Require").iter().any(|known| known.eq_ignore_ascii_case(tag));
        if requires("100rel") {
            return Some(420);
        }
        if !invite.body().is_empty() && sdp_of(invite).is_none() {
            return Some(415);
        }
        let too_short = invite.seconds("Session-Expires").is_some_and(|seconds| seconds < MIN_SE);
        (too_short && supports_timer(invite)).then_some(422)
    }

    /// The call that an INVITE with Replaces is to take the place of (RFC 3891 §3).
    fn replaced_call(&self, invite: &Message) -> Result<Option<CallKey>, u16> {
        let Some(replaces) = Replaces::of_request(invite) else { return Ok(None) };
        let replaces = replaces.ok_or(400_u16)?;
        let named = |call: &Call| call.dialog.as_ref().is_some_and(|dialog| replaces.names(&dialog.id));
        let (key, call) = self.calls.iter().find(|(_, call)| named(call)).ok_or(481_u16)?;
        match call.state {
            State::Established if replaces.is_early_only() => Err(486),
            State::Established => Ok(Some(*key)),
            State::Over => Err(603),
            _ => Err(481),
        }
    }

    /// The account that a request is for, and whether it came from the account's registrar.
    pub(crate) fn account_of(&self, path: Path, invite: &Message) -> (Option<AccountKey>, bool) {
        let by_flow = self.accounts.iter().find(|(_, account)| account.path().is_some_and(|own| own.flow == path.flow));
        if let Some((key, account)) = by_flow {
            return (Some(*key), account.is_registrar(path.to));
        }
        self.account_by_registrar(path.to, invite)
    }

    /// A request on a socket that the owner listens on: from one of the registrars, and for one of its users.
    fn account_by_registrar(&self, from: SocketAddr, invite: &Message) -> (Option<AccountKey>, bool) {
        let to = invite.to().ok();
        let user = to.as_ref().and_then(|to| to.uri.user());
        let of_registrar = self.accounts.iter().filter(|(_, account)| account.is_registrar(from));
        let mine = of_registrar.filter(|(_, account)| account.config.aor.user() == user).map(|(key, _)| *key).next();
        (mine, mine.is_some())
    }

    pub(crate) fn ring(&mut self, key: CallKey) {
        if let Some(State::Ringing { transaction }) = self.calls.get(&key).map(|call| call.state.clone()) {
            self.call_reply(key, transaction, 180, |response| response);
            self.stack.set_call(key, CallAlarm::StillRinging, STILL_RINGING);
        }
    }

    /// The last provisional response once more: a proxy on the way gives up after three silent minutes.
    pub(crate) fn ring_on(&mut self, key: CallKey) {
        if let Some(State::Ringing { transaction }) = self.calls.get(&key).map(|call| call.state.clone()) {
            self.stack.repeat_response(transaction);
            self.stack.set_call(key, CallAlarm::StillRinging, STILL_RINGING);
        }
    }

    pub(crate) fn progress(&mut self, key: CallKey, sdp: Vec<u8>) {
        if let Some(State::Ringing { transaction }) = self.calls.get(&key).map(|call| call.state.clone()) {
            self.call_reply(key, transaction, 183, |response| response.body(SDP, sdp));
            self.stack.set_call(key, CallAlarm::StillRinging, STILL_RINGING);
        }
    }

    pub(crate) fn accept(&mut self, key: CallKey, answer: Vec<u8>) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        let State::Ringing { transaction } = call.state else { return };
        call.state = State::Established;
        call.local_sdp = Some(answer.clone());
        self.send_2xx(key, transaction, answer);
        self.start_session_timer(key);
        self.take_place(key);
    }

    /// 200 to an INVITE, first or later, repeated until its ACK comes (§13.3.1.4).
    pub(crate) fn send_2xx(&mut self, key: CallKey, transaction: TransactionId, sdp: Vec<u8>) {
        let Some(server) = self.stack.transactions.server(transaction) else { return };
        let Some(cseq) = server.request.cseq().ok().map(|cseq| cseq.seq) else { return };
        let (offers, timer_known) = (sdp_of(&server.request).is_none(), supports_timer(&server.request));
        let Some(call) = self.calls.get_mut(&key) else { return };
        let timers = self.stack.config.timers.clone();
        call.unacknowledged = Some(Unacknowledged { transaction, cseq, interval: timers.t1, offers });
        let timer = call.timer;
        self.call_reply(key, transaction, 200, |response| with_timer(response, timer, timer_known).body(SDP, sdp));
        self.stack.set_call(key, CallAlarm::Retransmit2xx, timers.t1);
        self.stack.set_call(key, CallAlarm::NoAck, timers.t1_64());
    }

    /// The call that this one replaces has served (RFC 3891 §3).
    pub(crate) fn take_place(&mut self, key: CallKey) {
        if let Some(replaced) = self.calls.get_mut(&key).and_then(|call| call.replaces.take()) {
            self.end_with_bye(replaced, Ending::new(Side::Remote, EndCause::Replaced), None);
        }
    }

    pub(crate) fn reject(&mut self, key: CallKey, status: u16) {
        let Some(State::Ringing { transaction }) = self.calls.get(&key).map(|call| call.state.clone()) else { return };
        let status = if (300..700).contains(&status) { status } else { 603 };
        self.call_reply(key, transaction, status, |response| response);
        self.end(key, Ending::new(Side::Local, EndCause::Refused).status(status, reason_phrase(status)));
    }

    /// CANCEL (§9.2): the INVITE gets its 487, unless it was answered already.
    pub(crate) fn cancelled(&mut self, transaction: TransactionId, cancel: &Message) {
        let invite = ServerKey::of_cancelled(cancel).and_then(|key| self.stack.transactions.find_server(&key));
        let Some(invite) = invite else { return self.reply(transaction, cancel, 481) };
        let call = self.calls.iter().find(|(_, call)| concerns(call, invite)).map(|(key, _)| *key);
        let Some(key) = call else { return self.reply(transaction, cancel, 200) };
        self.call_reply(key, transaction, 200, |response| response);
        if !self.stack.transactions.is_pending_invite(invite) {
            return;
        }
        self.call_reply(key, invite, 487, |response| response);
        if self.calls.get(&key).is_some_and(Call::is_established) {
            self.offer_cancelled(key);
        } else {
            self.end(key, Ending::new(Side::Remote, EndCause::Cancelled).because(cancel));
        }
    }

    /// An ACK to one of our 2xx.
    pub(crate) fn acknowledged(&mut self, ack: &Message) {
        let Some(key) = crate::dialog::DialogId::of_request(ack).and_then(|id| self.find_call(&id)) else { return };
        let (Some(call), Ok(cseq)) = (self.calls.get_mut(&key), ack.cseq()) else { return };
        let Some(waiting) = call.unacknowledged.take_if(|waiting| waiting.cseq == cseq.seq) else { return };
        self.stack.cancel_call(key, CallAlarm::Retransmit2xx);
        self.stack.cancel_call(key, CallAlarm::NoAck);
        if let Some(reason) = call.farewell.take() {
            return self.say_goodbye(key, reason);
        }
        if call.is_over() {
            return;
        }
        let first = !std::mem::replace(&mut call.confirmed, true);
        if first || waiting.offers {
            let sdp = waiting.offers.then(|| sdp_of(ack)).flatten();
            self.stack.tell(Event::Confirmed { call: key, sdp });
        }
        self.next_exchange(key);
    }

    pub(crate) fn repeat_2xx(&mut self, key: CallKey) {
        let Some(waiting) = self.calls.get_mut(&key).and_then(|call| call.unacknowledged.as_mut()) else { return };
        waiting.interval = waiting.interval.saturating_mul(2).min(self.stack.config.timers.t2);
        let (transaction, interval) = (waiting.transaction, waiting.interval);
        self.stack.repeat_response(transaction);
        self.stack.set_call(key, CallAlarm::Retransmit2xx, interval);
    }

    /// Nobody acknowledged our 2xx: the call is hung up (§13.3.1.4).
    pub(crate) fn never_acknowledged(&mut self, key: CallKey) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        call.unacknowledged = None;
        let farewell = call.farewell.take().flatten();
        self.stack.cancel_call(key, CallAlarm::Retransmit2xx);
        self.end_with_bye(key, Ending::new(Side::Local, EndCause::NoAck), farewell);
    }
}

/// Session-Expires of a 2xx (RFC 4028 §9); Require only for a peer that knows it.
pub(crate) fn with_timer(response: Outgoing, timer: Option<SessionTimer>, peer_knows: bool) -> Outgoing {
    match timer {
        Some(timer) if peer_knows => response.header("Session-Expires", timer.answer()).header("Require", "timer"),
        Some(timer) => response.header("Session-Expires", timer.answer()),
        None => response,
    }
}

fn explain(status: u16, response: Outgoing) -> Outgoing {
    match status {
        415 => response.header("Accept", SDP),
        420 => response.header("Unsupported", "100rel"),
        422 => response.header("Min-SE", MIN_SE.to_string()),
        _ => response,
    }
}

/// Whether a transaction of the peer is the INVITE, or the re-INVITE, that a call is about.
fn concerns(call: &Call, invite: TransactionId) -> bool {
    let ringing = matches!(call.state, State::Ringing { transaction } if transaction == invite);
    ringing || call.exchange.is_theirs(invite)
}
