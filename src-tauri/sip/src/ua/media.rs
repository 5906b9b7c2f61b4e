//! Other media inside a call: hold, resume, and what the peer wants (RFC 3261 §14, RFC 3264, RFC 3311).

use std::time::Duration;

use crate::{
    core::{CallAlarm, CallKey, Core, Event},
    dialog::{Exchange, SDP, SessionTimer, sdp_of, supports_timer},
    transaction::{Path, Request, TransactionId},
    wire::Message,
};

use super::{call::Call, incoming::with_timer};

impl Core {
    /// Command::Offer.
    pub(crate) fn offer(&mut self, key: CallKey, sdp: Vec<u8>) {
        let Some(call) = self.calls.get_mut(&key).filter(|call| !call.is_over()) else { return };
        let waiting = match std::mem::take(&mut call.exchange) {
            Exchange::Glare { .. } => {
                self.stack.cancel_call(key, CallAlarm::Glare);
                true
            }
            other => {
                call.exchange = other;
                call.next_offer.is_some()
            }
        };
        call.next_offer = Some(sdp);
        if waiting {
            self.stack.tell(Event::OfferAnswered { call: key, result: Err(491) });
        }
        self.next_exchange(key);
    }

    /// Sends the offer that waits, once nothing is on the table.
    pub(crate) fn next_exchange(&mut self, key: CallKey) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        if !may_offer(call) {
            return;
        }
        if let Some(sdp) = call.next_offer.take() {
            self.send_offer(key, sdp, false);
        }
    }

    /// A re-INVITE. As a refresh it says what was said before.
    pub(crate) fn send_offer(&mut self, key: CallKey, sdp: Vec<u8>, refresh: bool) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        let timer = call.timer;
        let Some(mut invite) = call.request("INVITE") else { return };
        invite.body = Some((SDP.to_owned(), sdp.clone()));
        if let Some(timer) = timer {
            invite.header("Session-Expires", timer.refresh());
        }
        let transaction = self.send_in_call(key, invite);
        if let (Some(transaction), Some(call)) = (transaction, self.calls.get_mut(&key)) {
            call.exchange = Exchange::Ours { transaction, sdp, refresh };
        }
    }

    /// A response to our re-INVITE or UPDATE.
    pub(crate) fn offer_response(&mut self, key: CallKey, request: &Request, response: &Message) {
        match response.status().unwrap_or_default() {
            ..=199 => {}
            200..=299 => self.offer_accepted(key, request, response),
            491 => self.glare(key),
            status => {
                self.offer_failed(key, status);
                self.lost_if_unknown(key, status);
            }
        }
    }

    fn offer_accepted(&mut self, key: CallKey, request: &Request, response: &Message) {
        if request.method == "INVITE" {
            self.acknowledge_2xx(key, request.cseq, None);
        }
        let Some(call) = self.calls.get_mut(&key) else { return };
        if call.is_over() {
            return;
        }
        let (sdp, refresh) = match std::mem::take(&mut call.exchange) {
            Exchange::Ours { sdp, refresh, .. } => (sdp, refresh),
            _ => return,
        };
        if !refresh {
            call.local_sdp = Some(sdp);
            let result = sdp_of(response).ok_or(488);
            self.stack.tell(Event::OfferAnswered { call: key, result });
        }
        self.renew_session(key, SessionTimer::of_response(response));
        self.learn_of_peer(key, response);
        self.next_exchange(key);
    }

    /// Our offer was refused, or lost: all stays as it was.
    pub(crate) fn offer_failed(&mut self, key: CallKey, status: u16) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        let asked = matches!(std::mem::take(&mut call.exchange), Exchange::Ours { refresh: false, .. });
        if call.is_over() {
            return;
        }
        if asked {
            self.stack.tell(Event::OfferAnswered { call: key, result: Err(status) });
        }
        // A refresh that failed for another reason than a lost call is tried again before the session expires.
        self.start_session_timer(key);
        self.lost_if_unknown(key, status);
        self.next_exchange(key);
    }

    /// Both offered at once (§14.1): who owns the Call-ID waits 2.1 to 4 s, the other up to 2 s.
    fn glare(&mut self, key: CallKey) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        match std::mem::take(&mut call.exchange) {
            Exchange::Ours { sdp, refresh: false, .. } if !call.is_over() => {
                if call.next_offer.is_some() {
                    self.stack.tell(Event::OfferAnswered { call: key, result: Err(491) });
                    return self.next_exchange(key);
                }
                call.exchange = Exchange::Glare { sdp };
                let ms = Duration::from_millis;
                let (shortest, longest) = if call.ours { (ms(2100), ms(4000)) } else { (ms(0), ms(2000)) };
                let after = self.stack.random.between(shortest, longest);
                self.stack.set_call(key, CallAlarm::Glare, after);
            }
            Exchange::Ours { .. } => self.start_session_timer(key),
            _ => {}
        }
    }

    pub(crate) fn offer_after_glare(&mut self, key: CallKey) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        if let Exchange::Glare { sdp } = std::mem::take(&mut call.exchange) {
            call.next_offer = Some(sdp);
            self.next_exchange(key);
        }
    }

    /// re-INVITE or UPDATE of the peer.
    pub(crate) fn offered(&mut self, key: CallKey, transaction: TransactionId, request: &Message, path: Path) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        let offer = sdp_of(request);
        let is_update = request.method() == "UPDATE";
        if is_update && offer.is_none() {
            return self.refreshed(key, transaction, request);
        }
        let answer_missing = call.unacknowledged.as_ref().is_some_and(|waiting| waiting.offers);
        if call.exchange.is_ours() || call.ack_due.is_some() || answer_missing {
            return self.call_reply(key, transaction, 491, |response| response);
        }
        // §14.2: the one before is not finished yet.
        if !call.is_established() || matches!(call.exchange, Exchange::Theirs { .. }) {
            let after = self.stack.random.number() % 10;
            return self
                .call_reply(key, transaction, 500, |response| response.header("Retry-After", after.to_string()));
        }
        if !request.body().is_empty() && offer.is_none() {
            return self.call_reply(key, transaction, 415, |response| response.header("Accept", SDP));
        }
        if let Exchange::Glare { .. } = call.exchange {
            self.stack.cancel_call(key, CallAlarm::Glare);
            self.stack.tell(Event::OfferAnswered { call: key, result: Err(491) });
        }
        call.path = if call.account.is_none() { path } else { call.path };
        call.exchange = Exchange::Theirs { transaction, offerless: offer.is_none() };
        if !is_update {
            self.call_reply(key, transaction, 100, |response| response);
        }
        self.learn_of_peer(key, request);
        self.stack.tell(Event::Offered { call: key, offer });
    }

    /// An UPDATE without a body keeps the session alive, or tells who the peer is now.
    fn refreshed(&mut self, key: CallKey, transaction: TransactionId, update: &Message) {
        let timer = SessionTimer::of_request(update);
        let peer_knows = supports_timer(update);
        self.learn_of_peer(key, update);
        self.call_reply(key, transaction, 200, |response| with_timer(response, timer, peer_knows));
        if self.calls.get(&key).is_some_and(Call::is_established) {
            self.renew_session(key, timer);
        }
    }

    /// Command::Answer.
    pub(crate) fn answer_offer(&mut self, key: CallKey, sdp: Result<Vec<u8>, u16>) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        let Exchange::Theirs { transaction, .. } = call.exchange else { return };
        call.exchange = Exchange::Idle;
        match sdp {
            Ok(sdp) => self.accept_offer(key, transaction, sdp),
            Err(status) => {
                let status = if (400..700).contains(&status) { status } else { 488 };
                self.call_reply(key, transaction, status, |response| response);
            }
        }
        self.next_exchange(key);
    }

    fn accept_offer(&mut self, key: CallKey, transaction: TransactionId, sdp: Vec<u8>) {
        let Some(server) = self.stack.transactions.server(transaction) else { return };
        let request = server.request.clone();
        let timer = SessionTimer::of_request(&request);
        let Some(call) = self.calls.get_mut(&key) else { return };
        call.local_sdp = Some(sdp.clone());
        self.renew_session(key, timer);
        if request.method() == "INVITE" {
            self.send_2xx(key, transaction, sdp);
        } else {
            let peer_knows = supports_timer(&request);
            self.call_reply(key, transaction, 200, |response| with_timer(response, timer, peer_knows).body(SDP, sdp));
        }
    }

    /// The peer cancelled its re-INVITE: the call goes on as before.
    pub(crate) fn offer_cancelled(&mut self, key: CallKey) {
        if let Some(call) = self.calls.get_mut(&key) {
            call.exchange = Exchange::Idle;
        }
        self.next_exchange(key);
    }
}

/// Nothing is on the table, and no ACK is missing.
fn may_offer(call: &Call) -> bool {
    let settled = call.unacknowledged.is_none() && call.ack_due.is_none();
    call.is_established() && settled && call.exchange == Exchange::Idle
}
