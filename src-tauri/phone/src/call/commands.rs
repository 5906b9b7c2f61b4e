//! What the agent wants of a call.

use std::net::IpAddr;

use sip::Command as SipCommand;

use super::{Call, Calls, Context, digits::Digits, key, sound::local_media, stance::Stance};
use crate::{
    AccountId, CallId, CallTone, Command, DtmfMode, Event, Manner, Reason,
    account::{Entry, identity_headers, target_uri},
    ending::Stage,
    sound::RtpSockets,
};

impl Calls {
    /// Carries out a command about calls or sound.
    pub(crate) fn command(&mut self, command: Command, context: &mut Context<'_>) {
        match command {
            Command::Dial { call, account, target, manner } => self.dial(call, &account, &target, &manner, context),
            Command::Ringing(call) => context.sip(SipCommand::Ring { call: key(call) }),
            Command::Answer(call) => self.answer(call, context),
            Command::Decline(call, status) => context.sip(SipCommand::Reject { call: key(call), status }),
            Command::HangUp(call) => context.sip(SipCommand::HangUp { call: key(call) }),
            Command::Hold(call) => self.hold(call, true, context),
            Command::Resume(call) => self.hold(call, false, context),
            Command::SendDtmf(call, digits) => self.digits(call, digits, context),
            Command::TransferBlind(call, target) => self.transfer_blind(call, &target, context),
            Command::TransferAttended(call, to) => self.transfer_attended(call, to, context),
            Command::Mute(call, on) => self.mute(call, on),
            Command::Listen(call, on) => self.listen(call, on, context),
            Command::Apart(call, on) => self.set_apart(call, on, context),
            Command::CallTone(call, tone) => self.call_tone(call, tone),
            Command::Bridge(one, other) => self.bridge(one, other),
            Command::Conference(calls) => self.sound.conference(calls),
            Command::Ring(on) => self.sound.ring(on),
            Command::Tone(tone) => self.sound.tone(tone),
            Command::SetDevices(role, ranked) => self.sound.set_devices(role, ranked),
            Command::Meter(on) => self.sound.meter(on),
            // About accounts.
            Command::Watch { .. }
            | Command::Message { .. }
            | Command::SetAccount(_)
            | Command::RemoveAccount(_)
            | Command::Stop => {}
        }
    }

    fn dial(&mut self, call: CallId, account: &AccountId, target: &str, manner: &Manner, context: &mut Context<'_>) {
        let Some(entry) = context.accounts.get(account) else {
            return context.tell(failed(call, format!("there is no account {}", account.0)));
        };
        let Some(local) = entry.local else {
            let detail = Some("the registrar has not been found yet".to_owned());
            return context.tell(Event::Ended { call, reason: Reason::Unreachable, status: None, detail });
        };
        let shown = manner.caller_id.as_ref().map(|number| identity_headers(number, &entry.account));
        let headers = match shown.transpose() {
            Ok(headers) => headers.unwrap_or_default(),
            Err(detail) => return context.tell(failed(call, detail)),
        };
        let sockets = match self.sound.bind(local) {
            Ok(sockets) => sockets,
            Err(error) => return context.tell(failed(call, format!("no port for sound: {error}"))),
        };
        let target = target_uri(target, &entry.account);
        let mut new = Call::new(entry, local, sockets, Stage::Calling, target.clone());
        new.apart = manner.apart;
        new.stance.wanted.listen = manner.listens;
        let offer = new.negotiation.offer(new.stance.ask());
        let account = entry.key;
        self.calls.insert(call, new);
        self.tell_listening(call, context);
        let display_name = manner.caller_id.clone();
        context.sip(SipCommand::Invite { call: key(call), account, display_name, target, offer, headers });
    }

    fn answer(&mut self, call: CallId, context: &mut Context<'_>) {
        let Some(state) = self.calls.get_mut(&call).filter(|state| state.stage == Stage::Offered) else { return };
        let answer = match state.offer.take() {
            Some(offer) => match state.negotiation.answer(&offer, state.stance.wanted.direction()) {
                Ok((answer, agreed)) => {
                    state.agreed = Some(agreed);
                    state.stance.answer();
                    answer
                }
                Err(error) => {
                    tracing::warn!(%call, %error, "the offer cannot be answered");
                    state.ending = Some(Reason::Rejected);
                    return context.sip(SipCommand::Reject { call: key(call), status: 488 });
                }
            },
            None => state.negotiation.offer(state.stance.ask()),
        };
        state.stage = Stage::Answered;
        context.sip(SipCommand::Accept { call: key(call), answer });
        // The codec first: nobody is to see an answered call that speaks nothing.
        self.play_agreed(call, context);
        context.tell(Event::Answered(call));
    }

    fn hold(&mut self, call: CallId, on: bool, context: &mut Context<'_>) {
        let Some(state) = self.calls.get_mut(&call).filter(|state| state.stage == Stage::Answered) else { return };
        state.stance.wanted.hold = on;
        self.turn(call, context);
    }

    /// Also before the call is answered: then the answer says so.
    fn listen(&mut self, call: CallId, on: bool, context: &mut Context<'_>) {
        let Some(state) = self.calls.get_mut(&call) else { return };
        state.stance.wanted.listen = on;
        self.turn(call, context);
        self.tell_listening(call, context);
    }

    /// The sound follows at once: a customer on hold must not hear the room for as long as the PBX takes to agree.
    fn turn(&mut self, call: CallId, context: &mut Context<'_>) {
        self.play_agreed(call, context);
        self.settle(call, context);
    }

    /// Offers what is wanted, unless it is agreed already or an offer is on its way.
    pub(super) fn settle(&mut self, call: CallId, context: &mut Context<'_>) {
        let Some(state) = self.calls.get_mut(&call).filter(|state| state.stage == Stage::Answered) else { return };
        if let Some(direction) = state.stance.next() {
            let sdp = state.negotiation.offer(direction);
            context.sip(SipCommand::Offer { call: key(call), sdp });
        }
    }

    fn set_apart(&mut self, call: CallId, on: bool, context: &mut Context<'_>) {
        let Some(state) = self.calls.get_mut(&call) else { return };
        state.apart = on;
        if on {
            self.sound.ringback(call, false);
        }
        self.play_agreed(call, context);
    }

    /// Remembered for a call that has no sound yet.
    fn call_tone(&mut self, call: CallId, tone: Option<CallTone>) {
        if let Some(state) = self.calls.get_mut(&call) {
            state.tone = tone;
            self.sound.call_tone(call, tone);
        }
    }

    /// With a call that is over nobody could be bridged, and the other one would lose the agent.
    fn bridge(&self, one: CallId, other: CallId) {
        if self.calls.contains_key(&one) && self.calls.contains_key(&other) {
            self.sound.bridge(one, other);
        }
    }

    /// Remembered for a call that has no sound yet.
    fn mute(&mut self, call: CallId, on: bool) {
        if let Some(state) = self.calls.get_mut(&call) {
            state.muted = on;
            self.sound.mute(call, on);
        }
    }

    fn digits(&mut self, call: CallId, digits: String, context: &mut Context<'_>) {
        let Some(state) = self.calls.get(&call) else { return };
        let negotiated = state.agreed.as_ref().is_some_and(|agreed| agreed.dtmf.is_some());
        let by_info = state.dtmf == DtmfMode::Info || (state.dtmf == DtmfMode::Auto && !negotiated);
        if !by_info {
            return self.sound.digits(call, digits);
        }
        for digit in digits.chars().filter(|digit| *digit != ',') {
            context.sip(SipCommand::Info {
                call: key(call),
                content_type: "application/dtmf-relay".into(),
                body: format!("Signal={digit}\r\nDuration=160\r\n").into_bytes(),
            });
        }
    }

    fn transfer_blind(&mut self, call: CallId, target: &str, context: &mut Context<'_>) {
        let account = self.calls.get(&call).and_then(|state| context.accounts.by_key(state.account));
        if let Some(entry) = account {
            let to = target_uri(target, &entry.account);
            context.sip(SipCommand::Refer { call: key(call), to, replaces: None });
        }
    }

    fn transfer_attended(&mut self, call: CallId, to_call: CallId, context: &mut Context<'_>) {
        if let Some(to) = self.calls.get(&to_call).map(|state| state.peer_uri.clone()) {
            context.sip(SipCommand::Refer { call: key(call), to, replaces: Some(key(to_call)) });
        }
    }
}

impl Call {
    pub(super) fn new(entry: &Entry, local: IpAddr, sockets: RtpSockets, stage: Stage, peer_uri: String) -> Call {
        Call {
            account: entry.key,
            stage,
            negotiation: local_media(entry, local, &sockets),
            sockets: Some(sockets),
            agreed: None,
            offer: None,
            stance: Stance::default(),
            dtmf: entry.account.dtmf,
            ssrc: super::sound::random(),
            muted: false,
            apart: false,
            tone: None,
            digits: Digits::default(),
            peer_uri,
            ending: None,
        }
    }
}

fn failed(call: CallId, detail: String) -> Event {
    Event::Ended { call, reason: Reason::Failed, status: None, detail: Some(detail) }
}
