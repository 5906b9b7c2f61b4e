//! What the SIP core tells of calls.

use std::time::Duration;

use sip::{
    AccountKey, CallKey, Command as SipCommand, Event as SipEvent,
    sdp::Direction,
    wire::{Message, NameAddr, Uri, unescape},
};

use super::{
    Call, Calls, Context,
    digits::{self, Way},
    id, key,
};
use crate::{
    AutoAnswer, CallId, Event, Peer, Reason,
    ending::{End, Stage, reason},
    peer::{asserted_identity, peer},
};

/// Headers that may help to know the caller; the desk gets them in this order.
const TELLING_HEADERS: [&str; 8] = [
    "P-Asserted-Identity",
    "Diversion",
    "History-Info",
    "To",
    "P-Called-Party-ID",
    "User-to-User",
    "Alert-Info",
    "Call-Info",
];
/// 491: offers crossed (RFC 3261 §14.1).
const GLARE: u16 = 491;
/// More `X-` headers than this are a flood, not a hint.
const MOST_HEADERS: usize = 32;

impl Calls {
    /// Carries a call on by what the core tells.
    pub(crate) fn sip_event(&mut self, event: SipEvent, context: &mut Context<'_>) {
        match event {
            SipEvent::Incoming { call, account, from, request, offer, trusted, auto_answer, replaces: _ } => {
                let invitation = Invitation { from, request, offer, trusted, auto_answer };
                self.incoming(id(call), account, invitation, context);
            }
            SipEvent::Ringing { call, early_sdp } => self.remote_ringing(id(call), early_sdp, context),
            SipEvent::Answered { call, sdp, response } => self.answered(id(call), sdp, &response, context),
            SipEvent::Confirmed { call, sdp } => self.accept_answer(id(call), sdp, context),
            SipEvent::Offered { call, offer } => self.offered(call, offer, context),
            SipEvent::OfferAnswered { call, result } => self.offer_answered(id(call), result, context),
            SipEvent::Info { call, content_type, body } => {
                if let Some(digit) = digits::of_info(&content_type, &body) {
                    self.digit(id(call), Way::Info, digit, context);
                }
            }
            SipEvent::Transfer { call, status } => context.tell(Event::Transfer(id(call), status)),
            SipEvent::PeerChanged { call, identity } => context.tell(Event::Peer(id(call), peer(&identity))),
            SipEvent::Ended { call, by, status, reason_phrase, reason_header, cause } => {
                let end = End { by_us: by == sip::Side::Local, cause, status, reason_header: reason_header.as_deref() };
                let phrase = Some(reason_phrase).filter(|phrase| !phrase.is_empty());
                self.ended(id(call), end, phrase, context);
            }
            // Not asked for in the core's configuration, or not about calls.
            SipEvent::TransferRequested { .. }
            | SipEvent::Registration { .. }
            | SipEvent::Watched { .. }
            | SipEvent::Message { .. }
            | SipEvent::MessageSent { .. }
            | SipEvent::Request { .. }
            | SipEvent::Stopped => {}
        }
    }

    fn incoming(
        &mut self,
        call: CallId,
        account: Option<AccountKey>,
        invitation: Invitation,
        context: &mut Context<'_>,
    ) {
        let reject = |status| SipCommand::Reject { call: key(call), status };
        let Some(entry) = account.and_then(|account| context.accounts.by_key(account)) else {
            return context.sip(reject(404));
        };
        if !invitation.trusted && !invitation.is_for(&entry.account.aor) {
            // Somebody tries numbers.
            return context.sip(reject(404));
        }
        let Some((local, sockets)) = entry.local.and_then(|local| Some((local, self.sound.bind(local).ok()?))) else {
            return context.sip(reject(500));
        };
        let caller = invitation.caller();
        let mut state = Call::new(entry, local, sockets, Stage::Offered, caller.uri.clone());
        if let Some(offer) = &invitation.offer
            && state.negotiation.clone().answer(offer, Direction::SendRecv).is_err()
        {
            // Better refused at once than answered by an agent who then hears nothing.
            return context.sip(reject(488));
        }
        state.offer = invitation.offer.clone();
        let event = Event::Incoming {
            call,
            account: entry.account.id.clone(),
            peer: caller,
            auto_answer: invitation.auto_answer(entry.account.auto_answer),
            trusted: invitation.trusted,
            headers: invitation.telling_headers(),
        };
        self.calls.insert(call, state);
        context.tell(event);
    }

    fn remote_ringing(&mut self, call: CallId, early: Option<Vec<u8>>, context: &mut Context<'_>) {
        let Some(state) = self.calls.get_mut(&call) else { return };
        match early.map(|sdp| state.negotiation.accept(&sdp)) {
            Some(Ok(agreed)) => {
                state.agreed = Some(agreed);
                state.stance.agree();
                context.tell(Event::EarlyMedia(call));
                self.play_agreed(call, context);
            }
            Some(Err(error)) => tracing::warn!(%call, %error, "early media is not understood"),
            None => {
                // Silence until the far end's own ringing tone comes, if it does (RFC 3960 §3.2).
                if state.agreed.is_none() && !state.apart {
                    self.sound.ringback(call, true);
                }
                context.tell(Event::RemoteRinging(call));
            }
        }
    }

    fn answered(&mut self, call: CallId, sdp: Option<Vec<u8>>, response: &Message, context: &mut Context<'_>) {
        let Some(state) = self.calls.get_mut(&call) else { return };
        state.stage = Stage::Answered;
        self.sound.ringback(call, false);
        if let Some(identity) = asserted_identity(response) {
            context.tell(Event::Peer(call, peer(&identity)));
        }
        self.accept_answer(call, sdp, context);
        context.tell(Event::Answered(call));
    }

    /// An answer to our offer: in a 2xx, or in the ACK where the INVITE came without an offer.
    fn accept_answer(&mut self, call: CallId, sdp: Option<Vec<u8>>, context: &mut Context<'_>) {
        let Some(state) = self.calls.get_mut(&call) else { return };
        match sdp.map(|sdp| state.negotiation.accept(&sdp)) {
            Some(Ok(agreed)) => {
                state.agreed = Some(agreed);
                state.stance.agree();
                self.play_agreed(call, context);
                self.settle(call, context);
            }
            Some(Err(error)) => self.give_up(call, &error.to_string(), context),
            None if state.agreed.is_none() => self.give_up(call, "the answer has no session description", context),
            None => {
                state.stance.put_back();
                self.settle(call, context);
            }
        }
    }

    /// Answered, but there is nothing to hear: ends the call and says so.
    fn give_up(&mut self, call: CallId, why: &str, context: &mut Context<'_>) {
        tracing::warn!(%call, why, "no common sound");
        if let Some(state) = self.calls.get_mut(&call) {
            state.ending = Some(Reason::Failed);
        }
        context.sip(SipCommand::HangUp { call: key(call) });
    }

    fn offered(&mut self, sip_call: CallKey, offer: Option<Vec<u8>>, context: &mut Context<'_>) {
        let call = id(sip_call);
        let Some(state) = self.calls.get_mut(&call) else { return };
        let sdp = match offer {
            Some(offer) => state.negotiation.answer(&offer, state.stance.wanted.direction()).map(|(answer, agreed)| {
                state.agreed = Some(agreed);
                state.stance.answer();
                answer
            }),
            None => Ok(state.negotiation.offer(state.stance.ask())),
        };
        let sdp = sdp.map_err(|error| {
            tracing::warn!(%call, %error, "a new offer cannot be answered; the call goes on as it was");
            488
        });
        context.sip(SipCommand::Answer { call: sip_call, sdp });
        self.play_agreed(call, context);
    }

    fn offer_answered(&mut self, call: CallId, result: Result<Vec<u8>, u16>, context: &mut Context<'_>) {
        let Some(state) = self.calls.get_mut(&call) else { return };
        match result.map(|sdp| state.negotiation.accept(&sdp)) {
            Ok(Ok(agreed)) => {
                state.agreed = Some(agreed);
                state.stance.agree();
            }
            // The peer's offer came first; ours is still wanted and goes behind it.
            Err(GLARE) => state.stance.put_back(),
            refused => {
                tracing::warn!(%call, ?refused, "hold, resume or listening was refused");
                state.stance.refuse();
                // The desk must not wait for what will not come.
                let (local, remote) = state.stance.told_hold;
                context.tell(Event::Hold { call, local, remote });
                context.tell(Event::Listening(call, state.stance.listens()));
                state.stance.told_listening = state.stance.listens();
            }
        }
        self.play_agreed(call, context);
        self.settle(call, context);
    }

    pub(super) fn media_lost(&mut self, call: CallId, context: &mut Context<'_>) {
        // A peer that holds us may be silent, and so may a PBX before the answer.
        let is_due = |state: &&mut Call| {
            let both_ways = state.agreed.as_ref().is_some_and(|agreed| agreed.direction == Direction::SendRecv);
            state.stage == Stage::Answered && both_ways && !state.stance.wanted.hold
        };
        if let Some(state) = self.calls.get_mut(&call).filter(is_due) {
            state.ending = Some(Reason::MediaLost);
            context.sip(SipCommand::HangUp { call: key(call) });
        }
    }

    fn ended(&mut self, call: CallId, end: End<'_>, phrase: Option<String>, context: &mut Context<'_>) {
        let Some(state) = self.calls.remove(&call) else { return };
        self.sound.close(call);
        context.tell(Event::Ended {
            call,
            reason: state.ending.unwrap_or_else(|| reason(state.stage, end)),
            status: end.status,
            detail: phrase,
        });
    }
}

/// An INVITE that came in.
struct Invitation {
    from: NameAddr,
    request: Message,
    offer: Option<Vec<u8>>,
    trusted: bool,
    auto_answer: Option<Duration>,
}

impl Invitation {
    /// A PBX asserts who calls; From is what the caller says of itself (RFC 3325).
    fn caller(&self) -> Peer {
        let asserted = asserted_identity(&self.request).filter(|_| self.trusted);
        peer(asserted.as_ref().unwrap_or(&self.from))
    }

    /// Whether the Request-URI names the user of this address of record.
    fn is_for(&self, aor: &str) -> bool {
        let user = |uri: &str| Uri::parse(uri).ok().and_then(|uri| uri.user().map(|user| unescape(user).into_owned()));
        self.request.request_uri().and_then(user).is_some_and(|called| user(aor) == Some(called))
    }

    fn auto_answer(&self, policy: AutoAnswer) -> Option<Duration> {
        match policy {
            AutoAnswer::Off => None,
            AutoAnswer::Trusted => self.auto_answer.filter(|_| self.trusted),
            AutoAnswer::All => Some(self.auto_answer.unwrap_or_default()),
        }
    }

    fn telling_headers(&self) -> Vec<(String, String)> {
        let telling = |name: &str| {
            TELLING_HEADERS.iter().any(|known| known.eq_ignore_ascii_case(name))
                || name.to_ascii_lowercase().starts_with("x-")
        };
        let headers = self.request.all_headers().filter(|(name, _)| telling(name));
        headers.take(MOST_HEADERS).map(|(name, value)| (name.to_owned(), value.into_owned())).collect()
    }
}
