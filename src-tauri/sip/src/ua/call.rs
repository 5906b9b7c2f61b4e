//! A call, ours or theirs, from the INVITE to the last response.
//!
//! ```text
//!   ours      Waiting ──flow──► Calling ──2xx──► Established ──BYE──► Over
//!                │                 │ 300-699          ▲                ▲
//!                └─────────────────┴──────────────────┼────────────────┤
//!   theirs                      Ringing ──Accept──────┘                │
//!                                  └──Reject, CANCEL───────────────────┘
//! ```
//!
//! `Ended` is told on the way into `Over`, and nowhere else. A call that is over stays as long as responses may still come:
//! a 200 that crossed our CANCEL has to be acknowledged and hung up.

use crate::{
    core::{AccountKey, CallAlarm, CallKey, Core, EndCause, Event, FlowId, Side},
    dialog::{Dialog, DialogId, Exchange, SessionTimer, Terms, Unacknowledged},
    transaction::{Owner, Path, Request, TransactionId},
    wire::Message,
};

use super::reply::{ALLOW, SUPPORTED};

/// Everything about one call.
pub(crate) struct Call {
    pub(crate) account: Option<AccountKey>,
    pub(crate) path: Path,
    pub(crate) state: State,
    pub(crate) contact: String,
    pub(crate) local_tag: String,
    /// Of our last request.
    pub(crate) local_seq: u32,
    /// We called, so the Call-ID is ours; it decides who waits longer after 491.
    pub(crate) ours: bool,
    /// The one dialog that counts: of the first 2xx, or of the peer's INVITE.
    pub(crate) dialog: Option<Dialog>,
    /// Dialogs of phones that ring at the same time.
    pub(crate) early: Vec<Dialog>,
    pub(crate) exchange: Exchange,
    /// An offer that waits for its turn.
    pub(crate) next_offer: Option<Vec<u8>>,
    /// Our session description as the peer has it.
    pub(crate) local_sdp: Option<Vec<u8>>,
    pub(crate) unacknowledged: Option<Unacknowledged>,
    /// The ACK to our first 2xx was told.
    pub(crate) confirmed: bool,
    /// ACKs that we sent, to be sent again.
    pub(crate) acks: Vec<Acknowledgement>,
    /// The CSeq of a 2xx with an offer, whose ACK waits for our answer.
    pub(crate) ack_due: Option<u32>,
    pub(crate) terms: Terms,
    pub(crate) timer: Option<SessionTimer>,
    pub(crate) peer_updates: bool,
    /// A transfer of ours is under way; the last status told.
    pub(crate) transfer: Option<Option<u16>>,
    /// The peer's REFER, while its subscription lives.
    pub(crate) notifies: bool,
    /// The call that this one takes the place of.
    pub(crate) replaces: Option<CallKey>,
    /// Who the peer is, as last told.
    pub(crate) identity: Option<String>,
    /// The Reason header of the BYE that has to wait for an ACK.
    pub(crate) farewell: Option<Option<String>>,
}

/// Where a call stands.
#[derive(Clone, Debug)]
pub(crate) enum State {
    /// Ours: there is no way to the registrar yet.
    Waiting(Box<Request>),
    /// Ours: the INVITE is out.
    Calling {
        transaction: TransactionId,
        redirects: Redirects,
    },
    /// Theirs: not answered yet.
    Ringing {
        transaction: TransactionId,
    },
    /// Answered.
    Established,
    /// Hung up before any response to our INVITE: the CANCEL has to wait for one.
    Cancelling {
        transaction: TransactionId,
        reason: Option<String>,
    },
    Over,
}

/// Where our INVITE was sent already.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redirects {
    pub(crate) tried: Vec<String>,
    pub(crate) untried: Vec<String>,
}

/// The ACK to one 2xx.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledgement {
    pub(crate) cseq: u32,
    pub(crate) remote_tag: String,
    pub(crate) bytes: Vec<u8>,
}

/// What [`Event::Ended`] says.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    pub(crate) by: Side,
    pub(crate) cause: EndCause,
    pub(crate) status: Option<u16>,
    pub(crate) reason_phrase: String,
    pub(crate) reason_header: Option<String>,
}

impl Ending {
    pub(crate) fn new(by: Side, cause: EndCause) -> Ending {
        Ending { by, cause, status: None, reason_phrase: String::new(), reason_header: None }
    }

    pub(crate) fn status(self, status: u16, reason_phrase: &str) -> Ending {
        Ending { status: Some(status), reason_phrase: reason_phrase.to_owned(), ..self }
    }

    /// With the Reason of the message that ended it.
    pub(crate) fn because(self, message: &Message) -> Ending {
        Ending { reason_header: reason(message), ..self }
    }
}

/// The Reason headers (RFC 3326), joined.
fn reason(message: &Message) -> Option<String> {
    let lines: Vec<String> = message.headers("Reason").map(String::from).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

impl Call {
    pub(crate) fn new(path: Path, local_tag: String, contact: String, terms: Terms) -> Call {
        Call {
            account: None,
            path,
            state: State::Over,
            contact,
            local_tag,
            local_seq: 0,
            ours: false,
            dialog: None,
            early: vec![],
            exchange: Exchange::Idle,
            next_offer: None,
            local_sdp: None,
            unacknowledged: None,
            confirmed: false,
            acks: vec![],
            ack_due: None,
            terms,
            timer: None,
            peer_updates: false,
            transfer: None,
            notifies: false,
            replaces: None,
            identity: None,
            farewell: None,
        }
    }

    pub(crate) fn is_established(&self) -> bool {
        matches!(self.state, State::Established)
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.state, State::Over | State::Cancelling { .. })
    }

    pub(crate) fn next_seq(&mut self) -> u32 {
        self.local_seq = self.local_seq.saturating_add(1);
        self.local_seq
    }

    /// A request inside the dialog with what each of them carries.
    pub(crate) fn request(&mut self, method: &str) -> Option<Request> {
        let cseq = self.next_seq();
        let mut request = self.dialog.as_ref()?.request(method, cseq);
        if matches!(method, "INVITE" | "UPDATE" | "REFER" | "NOTIFY") {
            request.header("Contact", self.contact.as_str());
        }
        if matches!(method, "INVITE" | "UPDATE") {
            request.header("Allow", ALLOW);
            request.header("Supported", SUPPORTED);
        }
        Some(request)
    }

    fn has_dialog(&self, id: &DialogId) -> bool {
        let is_it = |dialog: &Dialog| dialog.id == *id;
        self.dialog.as_ref().is_some_and(is_it) || self.early.iter().any(is_it)
    }
}

impl Core {
    /// The call that a request inside a dialog belongs to.
    pub(crate) fn find_call(&self, id: &DialogId) -> Option<CallKey> {
        self.calls.iter().find(|(_, call)| call.has_dialog(id)).map(|(key, _)| *key)
    }

    /// Sends a request inside a call's dialog.
    pub(crate) fn send_in_call(&mut self, key: CallKey, mut request: Request) -> Option<TransactionId> {
        let path = self.calls.get(&key)?.path;
        request.header("User-Agent", self.stack.config.user_agent.clone());
        self.stack.request(Owner::Call(key), path, request).ok()
    }

    /// The only way into `Over`: tells it, once.
    pub(crate) fn end(&mut self, key: CallKey, ending: Ending) {
        let Some(call) = self.calls.get_mut(&key).filter(|call| !call.is_over()) else { return };
        call.state = State::Over;
        call.exchange = Exchange::Idle;
        call.next_offer = None;
        self.over.insert(key);
        for alarm in [CallAlarm::Glare, CallAlarm::Refresh, CallAlarm::Expired, CallAlarm::Unreachable] {
            self.stack.cancel_call(key, alarm);
        }
        let Ending { by, cause, status, reason_phrase, reason_header } = ending;
        self.stack.tell(Event::Ended { call: key, by, status, reason_phrase, reason_header, cause });
    }

    /// BYE, or when an ACK is still missing, BYE after that (RFC 3261 §15).
    pub(crate) fn say_goodbye(&mut self, key: CallKey, reason: Option<String>) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        if call.unacknowledged.is_some() {
            call.farewell = Some(reason);
            return;
        }
        if let Some(cseq) = call.ack_due.take() {
            self.acknowledge_2xx(key, cseq, None);
        }
        let Some(mut bye) = self.calls.get_mut(&key).and_then(|call| call.request("BYE")) else { return };
        let plain = bye.clone();
        if let Some(reason) = reason {
            bye.header("Reason", reason);
        }
        // A Reason that cannot be sent must not keep the peer in the call.
        if self.send_in_call(key, bye).is_none() {
            self.send_in_call(key, plain);
        }
    }

    /// Ends an established call with a BYE.
    pub(crate) fn end_with_bye(&mut self, key: CallKey, ending: Ending, reason: Option<String>) {
        self.end(key, ending);
        self.say_goodbye(key, reason);
    }

    /// A flow is gone: calls that were not answered are lost with it, the others wait for the next one.
    pub(crate) fn calls_lost_flow(&mut self, flow: FlowId) {
        let lost: Vec<CallKey> =
            self.calls.iter().filter(|(_, call)| call.path.flow == flow).map(|(key, _)| *key).collect();
        for key in lost {
            let Some(call) = self.calls.get_mut(&key) else { continue };
            // Its transaction went with the flow, so no ACK can be waited for.
            if call.unacknowledged.take().is_some() {
                self.stack.cancel_call(key, CallAlarm::Retransmit2xx);
                self.stack.cancel_call(key, CallAlarm::NoAck);
            }
            let Some(call) = self.calls.get_mut(&key) else { continue };
            match call.state {
                State::Ringing { .. } => self.end(key, Ending::new(Side::Remote, EndCause::Unreachable)),
                State::Cancelling { .. } => call.state = State::Over,
                State::Established if matches!(call.exchange, Exchange::Theirs { .. }) => {
                    call.exchange = Exchange::Idle
                }
                _ => {}
            }
            if self.calls.get(&key).is_some_and(|call| call.account.is_none()) {
                self.end(key, Ending::new(Side::Remote, EndCause::Unreachable));
            }
        }
    }

    /// An account has a flow again: its calls use it, and those that waited begin.
    pub(crate) fn calls_found_path(&mut self, account: AccountKey, path: Path) {
        let of_account = |(key, call): (&CallKey, &mut Call)| {
            (call.account == Some(account)).then(|| {
                call.path = path;
                *key
            })
        };
        let keys: Vec<CallKey> = self.calls.iter_mut().filter_map(of_account).collect();
        for key in keys {
            let contact = self.call_contact(account, path);
            let Some(call) = self.calls.get_mut(&key) else { continue };
            call.contact = contact;
            if let State::Waiting(request) = &call.state {
                let request = (**request).clone();
                self.stack.cancel_call(key, CallAlarm::Unreachable);
                self.send_first_invite(key, request);
            }
        }
    }

    /// An account found no way: its calls that wait for one are over.
    pub(crate) fn calls_unreachable(&mut self, account: AccountKey) {
        let waits = |call: &Call| call.account == Some(account) && matches!(call.state, State::Waiting(_));
        let keys: Vec<CallKey> = self.calls.iter().filter(|(_, call)| waits(call)).map(|(key, _)| *key).collect();
        for key in keys {
            self.end(key, Ending::new(Side::Local, EndCause::Unreachable));
        }
    }

    /// Where the peer of a call reaches us.
    pub(crate) fn call_contact(&self, account: AccountKey, path: Path) -> String {
        let (Some(account), Some((local, transport))) = (self.accounts.get(&account), self.stack.local(path.flow))
        else {
            return self.contact_on(path, None);
        };
        super::reply::contact(account.config.aor.user(), account.registration.address(local), transport)
    }
}
