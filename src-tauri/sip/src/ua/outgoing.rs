//! Calling somebody (RFC 3261 §13.2): challenges, redirections, several phones that ring, and a hang-up at any moment.

use std::{net::SocketAddr, time::Duration};

use crate::{
    core::{AccountKey, CallAlarm, CallKey, Core, EndCause, Event, Failure, FlowId, Side},
    dialog::{Dialog, SDP, SessionTimer, Terms, sdp_of},
    transaction::{Path, Request, TransactionId},
    wire::{Message, NameAddr, Uri},
};

use super::{
    call::{Acknowledgement, Call, Ending, Redirects, State},
    reply::{ALLOW, SUPPORTED},
};

/// Targets of 3xx that are tried, in all.
const MAX_REDIRECTS: usize = 5;
/// Phones that may ring at a time for one call of ours.
const MAX_EARLY_DIALOGS: usize = 16;
/// How long a call waits for the way to the registrar.
const UNREACHABLE: Duration = Duration::from_secs(32);

impl Core {
    pub(crate) fn invite(
        &mut self,
        key: CallKey,
        account_key: AccountKey,
        display_name: Option<&str>,
        (target, offer, headers): (&str, Vec<u8>, Vec<(String, String)>),
    ) {
        let Some(account) = self.accounts.get(&account_key) else {
            return self.never_began(key, EndCause::Unreachable);
        };
        let (from, routes) = (account.identity_as(display_name), account.registration.service_route.clone());
        let path = account.path();
        let Some(mut request) = self.first_invite(&from, target, offer, headers) else {
            return self.never_began(key, EndCause::BadTarget);
        };
        request.routes = routes;
        let contact = path.map(|path| self.call_contact(account_key, path)).unwrap_or_default();
        // Until there is a flow, the path leads nowhere.
        let nowhere = Path { flow: FlowId(0), to: SocketAddr::from(([0, 0, 0, 0], 0)) };
        if !self.add_outgoing(key, path.unwrap_or(nowhere), contact, &mut request) {
            return;
        }
        if let Some(call) = self.calls.get_mut(&key) {
            call.account = Some(account_key);
            call.state = State::Waiting(Box::new(request.clone()));
        }
        if path.is_some() {
            self.send_first_invite(key, request);
        } else {
            self.stack.set_call(key, CallAlarm::Unreachable, UNREACHABLE);
            self.open(account_key);
        }
    }

    pub(crate) fn invite_over(
        &mut self,
        key: CallKey,
        (flow, to): (FlowId, SocketAddr),
        from: &str,
        target: &str,
        offer: Vec<u8>,
        headers: Vec<(String, String)>,
    ) {
        let path = Path { flow, to };
        let user = NameAddr::parse(from).ok().and_then(|from| from.uri.user().map(str::to_owned));
        let contact = self.contact_on(path, user.as_deref());
        let Some(mut request) = self.first_invite(from, target, offer, headers) else {
            return self.never_began(key, EndCause::BadTarget);
        };
        if self.stack.local(flow).is_none() {
            return self.never_began(key, EndCause::Unreachable);
        }
        if self.add_outgoing(key, path, contact, &mut request) {
            self.send_first_invite(key, request);
        }
    }

    /// The INVITE but for its tag and Contact. `None` if the target cannot be called.
    fn first_invite(
        &mut self,
        from: &str,
        target: &str,
        offer: Vec<u8>,
        headers: Vec<(String, String)>,
    ) -> Option<Request> {
        let uri = Uri::parse(target).ok()?.without_headers().to_owned();
        Some(Request {
            method: "INVITE".to_owned(),
            to: format!("<{uri}>").into_bytes(),
            uri,
            routes: vec![],
            from: from.as_bytes().to_vec(),
            call_id: format!("{}{}", self.stack.random.token(), self.stack.random.token()),
            cseq: 0,
            headers,
            body: (!offer.is_empty()).then(|| (SDP.to_owned(), offer)),
            challenges: 0,
        })
    }

    fn add_outgoing(&mut self, key: CallKey, path: Path, contact: String, request: &mut Request) -> bool {
        if self.calls.contains_key(&key) || self.stopping {
            return false;
        }
        let tag = self.stack.random.token();
        request.from.extend_from_slice(format!(";tag={tag}").as_bytes());
        let mut call = Call::new(path, tag, contact, Terms::new(self.stack.config.timers.session_expires));
        call.ours = true;
        call.local_sdp = request.body.as_ref().map(|(_, sdp)| sdp.clone());
        call.state = State::Waiting(Box::new(request.clone()));
        self.calls.insert(key, call);
        true
    }

    fn never_began(&mut self, call: CallKey, cause: EndCause) {
        if !self.calls.contains_key(&call) {
            let (by, status, reason_phrase, reason_header) = (Side::Local, None, String::new(), None);
            self.stack.tell(Event::Ended { call, by, status, reason_phrase, reason_header, cause });
        }
    }

    /// The flow is there: the INVITE leaves for the first time.
    pub(crate) fn send_first_invite(&mut self, key: CallKey, request: Request) {
        let tried = Redirects { tried: vec![request.uri.clone()], untried: vec![] };
        self.send_invite(key, request, tried);
    }

    /// Sends the INVITE, the first time or again: with its own CSeq and what changed since.
    fn send_invite(&mut self, key: CallKey, mut request: Request, redirects: Redirects) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        request.cseq = call.next_seq();
        request.set("Contact", call.contact.as_str());
        request.set("Allow", ALLOW);
        request.set("Supported", SUPPORTED);
        request.set("Session-Expires", call.terms.expires_s.to_string());
        request.set("Min-SE", call.terms.min_se_s.to_string());
        request.remove("User-Agent");
        match self.send_in_call(key, request) {
            Some(transaction) => {
                if let Some(call) = self.calls.get_mut(&key) {
                    call.state = State::Calling { transaction, redirects };
                }
            }
            None => self.end(key, Ending::new(Side::Local, EndCause::BadTarget)),
        }
    }

    /// Hangs up before the answer: CANCEL, as soon as a response shows that there is something to cancel (§9.1).
    pub(crate) fn cancel(&mut self, key: CallKey, transaction: TransactionId, reason: Option<String>) {
        self.end(key, Ending::new(Side::Local, EndCause::Cancelled));
        if self.stack.transactions.is_proceeding_invite(transaction) {
            self.send_cancel(key, transaction, reason.as_deref());
        } else if let Some(call) = self.calls.get_mut(&key) {
            call.state = State::Cancelling { transaction, reason };
        }
    }

    fn send_cancel(&mut self, key: CallKey, transaction: TransactionId, reason: Option<&str>) {
        self.stack.cancel_invite(transaction, reason);
        let timers = &self.stack.config.timers;
        let patience = timers.t1_64();
        self.stack.set_call(key, CallAlarm::Cancelled, patience);
        if let Some(call) = self.calls.get_mut(&key) {
            call.state = State::Over;
        }
    }

    /// No final response to the cancelled INVITE: forget it (§9.1).
    pub(crate) fn cancel_unanswered(&mut self, key: CallKey) {
        let (transactions, owner) = (&self.stack.transactions, crate::transaction::Owner::Call(key));
        for transaction in transactions.invites_of(owner) {
            self.stack.terminate(transaction);
        }
    }

    /// A response to the INVITE that began the call.
    pub(crate) fn invite_response(
        &mut self,
        key: CallKey,
        transaction: TransactionId,
        request: Request,
        response: &Message,
        path: Path,
    ) {
        match response.status().unwrap_or_default() {
            status @ 100..=199 => self.provisional(key, transaction, status, &request, response),
            200..=299 => self.answered(key, &request, response, path),
            status => self.invite_refused(key, transaction, status, request, response),
        }
    }

    fn provisional(
        &mut self,
        key: CallKey,
        transaction: TransactionId,
        status: u16,
        request: &Request,
        response: &Message,
    ) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        if let State::Cancelling { transaction: cancelled, reason } = call.state.clone()
            && cancelled == transaction
        {
            return self.send_cancel(key, transaction, reason.as_deref());
        }
        if status == 100 || !matches!(call.state, State::Calling { .. }) {
            return;
        }
        if let Some(dialog) = Dialog::of_response(request, &call.local_tag, response)
            && !dialog.id.remote_tag.is_empty()
            && call.early.len() < MAX_EARLY_DIALOGS
            && !call.early.iter().any(|early| early.id == dialog.id)
        {
            call.early.push(dialog);
        }
        self.stack.tell(Event::Ringing { call: key, early_sdp: sdp_of(response) });
    }

    fn answered(&mut self, key: CallKey, request: &Request, response: &Message, path: Path) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        let Some(dialog) = Dialog::of_response(request, &call.local_tag, response) else { return };
        if !matches!(call.state, State::Calling { .. }) {
            return self.decline_answer(key, dialog, request.cseq, path);
        }
        call.state = State::Established;
        call.identity = super::inside::asserted_identity(response).map(|identity| identity.uri.to_string());
        call.peer_updates = super::inside::allows(response, "UPDATE");
        call.timer = SessionTimer::of_response(response);
        call.early.clear();
        call.dialog = Some(dialog);
        let sdp = sdp_of(response);
        if request.body.is_none() && sdp.is_some() {
            call.ack_due = Some(request.cseq);
        } else {
            self.acknowledge_2xx(key, request.cseq, None);
        }
        self.start_session_timer(key);
        self.stack.tell(Event::Answered { call: key, sdp, response: response.clone() });
        self.take_place(key);
    }

    /// Another phone answered too, or a hang-up crossed the answer: ACK, then BYE (§13.2.2.4).
    fn decline_answer(&mut self, key: CallKey, dialog: Dialog, cseq: u32, path: Path) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        let remote_tag = dialog.id.remote_tag.clone();
        if call.acks.len() >= MAX_EARLY_DIALOGS {
            return;
        }
        if let Ok(bytes) = self.stack.acknowledge(path, &dialog.request("ACK", cseq)) {
            call.acks.push(Acknowledgement { cseq, remote_tag, bytes });
        }
        if call.is_over() && call.dialog.is_none() {
            call.dialog = Some(dialog);
            self.stack.cancel_call(key, CallAlarm::Cancelled);
            return self.say_goodbye(key, None);
        }
        let seq = call.next_seq();
        self.send_in_call(key, dialog.request("BYE", seq));
    }

    fn invite_refused(
        &mut self,
        key: CallKey,
        transaction: TransactionId,
        status: u16,
        request: Request,
        response: &Message,
    ) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        self.stack.cancel_call(key, CallAlarm::Cancelled);
        let State::Calling { transaction: current, redirects } = call.state.clone() else {
            call.state = if call.is_over() { State::Over } else { call.state.clone() };
            return;
        };
        if current != transaction {
            return;
        }
        match status {
            300..=399 => self.redirected(key, status, request, redirects, response),
            422 => match call.terms.raised(response) {
                Some(terms) => {
                    call.terms = terms;
                    self.send_invite(key, request, redirects);
                }
                None => self.refused_by_peer(key, status, response),
            },
            _ if redirects.untried.is_empty() || status >= 600 => self.refused_by_peer(key, status, response),
            _ => self.try_next(key, request, redirects),
        }
    }

    fn refused_by_peer(&mut self, key: CallKey, status: u16, response: &Message) {
        let cause = if matches!(status, 401 | 407) { EndCause::Unauthorized } else { EndCause::Refused };
        let phrase = response.reason().unwrap_or_default();
        self.end(key, Ending::new(Side::Remote, cause).status(status, phrase).because(response));
    }

    /// 3xx (§8.1.3.4): the contacts become further targets, each tried once.
    fn redirected(
        &mut self,
        key: CallKey,
        status: u16,
        request: Request,
        mut redirects: Redirects,
        response: &Message,
    ) {
        for contact in response.contacts().unwrap_or_default() {
            let uri = contact.uri.without_headers().to_owned();
            let known = redirects.tried.contains(&uri) || redirects.untried.contains(&uri);
            if contact.uri.is_sip() && !known && redirects.tried.len() + redirects.untried.len() <= MAX_REDIRECTS {
                redirects.untried.push(uri);
            }
        }
        if redirects.untried.is_empty() {
            return self.refused_by_peer(key, status, response);
        }
        self.try_next(key, request, redirects);
    }

    fn try_next(&mut self, key: CallKey, mut request: Request, mut redirects: Redirects) {
        let uri = redirects.untried.remove(0);
        redirects.tried.push(uri.clone());
        request.uri = uri;
        request.challenges = 0;
        request.remove("Authorization");
        request.remove("Proxy-Authorization");
        self.send_invite(key, request, redirects);
    }

    /// The INVITE that began the call failed without a response.
    pub(crate) fn invite_failed(&mut self, key: CallKey, failure: Failure) {
        let cause = match failure {
            Failure::Timeout => EndCause::NoResponse,
            Failure::Transport => EndCause::Unreachable,
        };
        if let Some(call) = self.calls.get_mut(&key)
            && let State::Cancelling { .. } = call.state
        {
            call.state = State::Over;
        }
        self.end(key, Ending::new(Side::Remote, cause));
    }

    /// Sends the INVITE again with an answer to its challenge.
    pub(crate) fn invite_again(&mut self, key: CallKey, request: Request) {
        match self.calls.get(&key).map(|call| call.state.clone()) {
            Some(State::Calling { redirects, .. }) => self.send_invite(key, request, redirects),
            // Hung up meanwhile: the refusal ended it all the same.
            Some(State::Cancelling { .. }) => {
                if let Some(call) = self.calls.get_mut(&key) {
                    call.state = State::Over;
                }
            }
            _ => {}
        }
    }

    /// Acknowledges a 2xx, with the answer to its offer if it brought one.
    pub(crate) fn acknowledge_2xx(&mut self, key: CallKey, cseq: u32, sdp: Option<Vec<u8>>) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        let Some(dialog) = &call.dialog else { return };
        let mut ack = dialog.request("ACK", cseq);
        ack.body = sdp.map(|sdp| (SDP.to_owned(), sdp));
        let remote_tag = dialog.id.remote_tag.clone();
        if let Ok(bytes) = self.stack.acknowledge(call.path, &ack) {
            call.acks.retain(|ack| ack.cseq.saturating_add(2) >= cseq);
            call.acks.push(Acknowledgement { cseq, remote_tag, bytes });
        }
    }

    /// Each repeated 2xx wants its ACK again. Whether this was one.
    pub(crate) fn acknowledge_again(&mut self, key: CallKey, cseq: u32, response: &Message) -> bool {
        let Some(call) = self.calls.get(&key) else { return false };
        let to = response.to().ok();
        let tag = to.as_ref().and_then(NameAddr::tag).unwrap_or_default();
        let waits =
            call.ack_due == Some(cseq) && call.dialog.as_ref().is_some_and(|dialog| dialog.id.remote_tag == tag);
        let known = call.acks.iter().find(|ack| ack.cseq == cseq && ack.remote_tag == tag);
        if let Some(ack) = known {
            let (path, bytes) = (call.path, ack.bytes.clone());
            self.stack.send(path, bytes);
            return true;
        }
        waits
    }

    pub(crate) fn acknowledge_answer(&mut self, key: CallKey, sdp: Vec<u8>) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        if let Some(cseq) = call.ack_due.take() {
            call.local_sdp = Some(sdp.clone());
            self.acknowledge_2xx(key, cseq, Some(sdp));
            self.next_exchange(key);
        }
    }
}
