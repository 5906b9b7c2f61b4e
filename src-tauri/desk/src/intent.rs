//! What is asked for: done, or refused with a code and a sentence.

use phone::{CallId, Command};

use crate::{
    asker::Asker,
    call::{Call, Owner, Phase},
    callbacks::CallbackForm,
    card::Deck,
    dial::AskedBy,
    number::Number,
    settings::ClickForm,
    target::ascii_digit,
    update::{Desk, Now},
    wire::{DeclineReason, Done, Intent, Refusal, Transfer, Via, What},
};

/// What an intent made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Made {
    pub(crate) call: Option<CallId>,
    pub(crate) prompt: Option<String>,
    pub(crate) origination: Option<String>,
    pub(crate) card: Option<String>,
    pub(crate) order: Option<String>,
    pub(crate) callback: Option<String>,
}

impl Made {
    pub(crate) fn done(self, seq: u64) -> Done {
        Done {
            seq,
            call: self.call.map(|call| call.to_string()),
            prompt: self.prompt,
            origination: self.origination,
            card: self.card,
            order: self.order,
            callback: self.callback,
        }
    }
}

impl From<CallId> for Made {
    fn from(call: CallId) -> Self {
        Self { call: Some(call), ..Self::default() }
    }
}

type Outcome = Result<Made, Refusal>;

impl Desk {
    pub(crate) fn intend(&mut self, asker: &Asker, intent: Intent, now: Now) -> Result<Made, Refusal> {
        match asker {
            Asker::Agent => self.carry_out(intent, now),
            Asker::Oktell => self.oktell_intends(intent, now),
            Asker::Page(page) => self.page_intends(page, intent, now),
            Asker::Receiver => self.receiver_intends(intent, now),
        }
    }

    pub(crate) fn carry_out(&mut self, intent: Intent, now: Now) -> Result<Made, Refusal> {
        match intent {
            Intent::Dial { target, account, via } => {
                let plan = self.plan(&target, account.as_deref(), via)?.whole()?;
                self.place(&plan, AskedBy::default(), now)
            }
            Intent::OpenLink { link } => self.open_link(&link, now),
            Intent::Offer { text } => self.offer(&text, now),
            Intent::Confirm { prompt, consent, via } => self.confirm(&prompt, consent, via, now),
            Intent::DismissPrompt { prompt } => self.dismiss_prompt(&prompt),
            Intent::Answer { call } => self.answer(call.as_deref()),
            Intent::Decline { call, reason } => self.decline(call.as_deref(), reason.unwrap_or_default()),
            Intent::HangUp { call } => self.hang_up(call.as_deref()),
            Intent::Hold { call } => self.hold(&call),
            Intent::Resume { call } => self.resume(&call),
            Intent::Mute { call } => self.mute(&call, true),
            Intent::Unmute { call } => self.mute(&call, false),
            Intent::SendDtmf { call, digits } => self.send_dtmf(&call, &digits),
            Intent::TransferBlind { call, target } => self.transfer_blind(call.as_deref(), &target),
            Intent::TransferAttended { call, to_call } => self.transfer_attended(&call, &to_call),
            Intent::Conference { calls } => self.conference(&calls),
            Intent::Dismiss { call } => self.dismiss(&call),
            Intent::SetDevice { role, device } => nothing(self.set_device(role, device)),
            Intent::SetAccount { account } => nothing(self.set_account(*account)),
            Intent::RemoveAccount { account } => nothing(self.remove_account(&account)),
            Intent::SetLanguage { language } => nothing(self.set_language(language)),
            Intent::PairOrigin { origin } => nothing(self.pair(&origin)),
            Intent::RefuseOrigin { origin } => nothing(self.refuse(&origin)),
            Intent::ForgetOrigin { origin } => nothing(self.forget(&origin)),
            Intent::SetClickToCall { callto, links, hotkey, via, port } => {
                nothing(self.set_click_to_call(ClickForm { callto, links, hotkey, via, port }))
            }
            Intent::SetDoNotDisturb { on } => {
                self.preferences.do_not_disturb = on;
                nothing(Ok(()))
            }
            Intent::Meter { on } => {
                self.command(Command::Meter(on));
                nothing(Ok(()))
            }
            Intent::Note { call, text } => made_card(self.deck.note(call.as_deref(), &text, now)),
            Intent::Dispose { call, disposition } => {
                made_card(self.deck.dispose(call.as_deref(), disposition.as_deref(), now))
            }
            Intent::FinishWrapUp { card } => made_card(self.deck.finish_wrap_up(&card, now)),
            Intent::DismissCard { card } => made_card(self.deck.dismiss(&card, now)),
            Intent::OpenCard { card } => made_card(self.deck.open(&card)),
            Intent::SetCards { show } => nothing(self.set_cards(show)),
            Intent::Supervise { extension, mode } => self.supervise(&extension, mode, now),
            Intent::StopSupervising { extension } => self.stop_supervising(extension.as_deref()),
            Intent::PickUp { extension } => self.pick_up(&extension, now),
            Intent::PlayRecording { recording } => self.play_recording(&recording, now),
            Intent::SetPresence { state, reason } => self.set_presence(state, reason.as_deref(), now),
            Intent::AskHelp { call, text } => self.ask_help(call.as_deref(), text.as_deref(), now),
            Intent::CancelHelp => self.cancel_help(),
            Intent::DismissHelp { help } => self.dismiss_help(&help),
            Intent::RequestCallback { number, call, name, queue, due_at, note, key } => {
                self.request_callback(&CallbackForm { number, call, name, queue, due_at, note, key }, now)
            }
            Intent::ClaimCallback { callback } => self.claim_callback(&callback),
            Intent::ReleaseCallback { callback } => self.release_callback(&callback),
            Intent::CallCallback { callback, order } => self.call_callback(&callback, order, now),
            Intent::DeferCallback { callback, due_at } => self.defer_callback(&callback, &due_at, now),
            Intent::CloseCallback { callback, outcome, note } => {
                self.close_callback(&callback, outcome, note.as_deref(), now)
            }
            Intent::SetCallbackLine { on } => nothing(self.set_callback_line(on)),
            Intent::Focus => {
                self.tell(What::FocusRequested);
                nothing(Ok(()))
            }
        }
    }

    fn answer(&mut self, call: Option<&str>) -> Outcome {
        let id = self.offered_call(call)?;
        self.turn_to(id);
        self.set_phase(id, Phase::Answering);
        self.command(Command::Answer(id));
        Ok(id.into())
    }

    fn decline(&mut self, call: Option<&str>, reason: DeclineReason) -> Outcome {
        let id = self.offered_call(call)?;
        let status = match reason {
            DeclineReason::Busy => 486,
            DeclineReason::Decline => 603,
            DeclineReason::Unavailable => 480,
        };
        self.set_phase(id, Phase::Ending);
        self.command(Command::Decline(id, status));
        Ok(id.into())
    }

    fn hang_up(&mut self, call: Option<&str>) -> Outcome {
        let id = match call {
            Some(call) => self.live_call(call)?.id,
            None => self.current_call()?,
        };
        self.set_phase(id, Phase::Ending);
        self.command(Command::HangUp(id));
        Ok(id.into())
    }

    fn hold(&mut self, call: &str) -> Outcome {
        let call = self.up_call(call)?;
        let id = call.id;
        if call.hold.local && call.hold.wanted {
            return Err(Refusal::conflict("already_held", "This call is on hold already"));
        }
        self.put_on_hold(id);
        Ok(id.into())
    }

    fn resume(&mut self, call: &str) -> Outcome {
        let call = self.up_call(call)?;
        let id = call.id;
        if !call.hold.local && !call.hold.wanted {
            return Err(Refusal::conflict("not_held", "This call is not on hold from this side"));
        }
        self.take_back(id);
        Ok(id.into())
    }

    fn mute(&mut self, call: &str, muted: bool) -> Outcome {
        let call = self.live_call(call)?;
        let id = call.id;
        if call.is_offered() {
            return Err(Refusal::conflict("call_not_up", "This call has not been answered yet"));
        }
        if call.muted != muted {
            self.command(Command::Mute(id, muted));
        }
        if let Some(call) = self.call_mut(id) {
            call.muted = muted;
        }
        Ok(id.into())
    }

    fn send_dtmf(&mut self, call: &str, digits: &str) -> Outcome {
        let digits: String = digits.chars().map(|c| ascii_digit(c).to_ascii_uppercase()).collect();
        let fits = (1..=MAX_DTMF).contains(&digits.len());
        if !fits || !digits.chars().all(|c| "0123456789*#ABCD,".contains(c)) {
            return Err(Refusal::malformed(
                "bad_digits",
                "Digits are 0-9, *, #, A-D, and a comma for a pause; at most 64",
            ));
        }
        let call = self.live_call(call)?;
        let id = call.id;
        if !call.is_up() && !matches!(call.phase, Phase::Early) {
            return Err(Refusal::conflict("call_not_up", "Digits can be sent once the call is up"));
        }
        self.command(Command::SendDtmf(id, digits));
        Ok(id.into())
    }

    fn transfer_blind(&mut self, call: Option<&str>, target: &str) -> Outcome {
        let (id, Number { target, .. }) = self.transfer_to(call, target)?;
        self.not_in_transfer(id)?;
        self.start_transfer(id, target.user().to_owned());
        self.command(Command::TransferBlind(id, target.to_string()));
        Ok(id.into())
    }

    /// Which call would go, and to what number as its account reads it.
    pub(crate) fn transfer_to(&self, call: Option<&str>, target: &str) -> Result<(CallId, Number), Refusal> {
        let id = match call {
            Some(call) => self.up_call(call)?.id,
            None => self.current_call_up()?,
        };
        self.is_agents(id)?;
        let account = self.call(id).map(|call| call.account.0.as_str());
        let number = self.plan(target, account, Some(Via::Softphone))?.number;
        if let Some(digits) = &number.post_dial {
            let detail = format!("Nobody is left to send {digits} once they answer: transfer to the number alone");
            return Err(Refusal::malformed("transfer_with_digits", detail));
        }
        Ok((id, number))
    }

    fn transfer_attended(&mut self, call: &str, to_call: &str) -> Outcome {
        let id = self.up_call(call)?.id;
        self.not_in_transfer(id)?;
        let to = self.up_call(to_call)?;
        if to.id == id {
            return Err(Refusal::malformed("same_call", "A call cannot be transferred to itself"));
        }
        if self.call(id).is_some_and(|call| call.account != to.account) {
            return Err(Refusal::conflict(
                "different_accounts",
                "Calls of different accounts cannot be connected: transfer to the number instead",
            ));
        }
        let (to, number) = (to.id, to.peer.number.clone());
        self.is_agents(id)?;
        self.is_agents(to)?;
        self.start_transfer(id, number);
        self.command(Command::TransferAttended(id, to));
        Ok(id.into())
    }

    fn conference(&mut self, calls: &[String]) -> Outcome {
        let mut ids = Vec::with_capacity(calls.len());
        for call in calls {
            let id = self.live_call(call)?.id;
            self.is_agents(id)?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        nothing(self.confer(&ids))
    }

    fn dismiss(&mut self, call: &str) -> Outcome {
        let call = self.known_call(call)?;
        let id = call.id;
        if !call.is_ended() {
            return Err(Refusal::conflict("call_not_ended", "This call is not over yet"));
        }
        self.calls.retain(|call| call.id != id);
        Ok(id.into())
    }

    fn start_transfer(&mut self, id: CallId, target: String) {
        if let Some(call) = self.call_mut(id) {
            call.transfer = Some(Transfer { target, succeeded: None, sip_status: None });
        }
    }

    fn set_phase(&mut self, id: CallId, phase: Phase) {
        if let Some(call) = self.call_mut(id) {
            call.phase = phase;
        }
    }

    fn not_in_transfer(&self, id: CallId) -> Result<(), Refusal> {
        let transfer = self.call(id).and_then(|call| call.transfer.as_ref());
        if transfer.is_some_and(|transfer| transfer.succeeded.is_none()) {
            return Err(Refusal::conflict("transfer_under_way", "This call is being transferred already"));
        }
        Ok(())
    }

    /// Whoever listens to a colleague's call has nobody in it to pass on, and nobody else is to hear it.
    fn is_agents(&self, id: CallId) -> Result<(), Refusal> {
        if self.call(id).is_some_and(|call| call.owner == Owner::Agent) {
            return Ok(());
        }
        let detail = "This is a colleague's call, or a recording: it cannot be transferred, or joined with others";
        Err(Refusal::conflict("call_of_others", detail))
    }

    fn offered_call(&self, call: Option<&str>) -> Result<CallId, Refusal> {
        let Some(call) = call else { return self.ringing_call() };
        let call = self.live_call(call)?;
        if call.is_offered() {
            Ok(call.id)
        } else {
            Err(Refusal::conflict("not_ringing", "This call is not waiting for an answer"))
        }
    }

    fn up_call(&self, call: &str) -> Result<&Call, Refusal> {
        let call = self.live_call(call)?;
        if call.is_up() {
            Ok(call)
        } else {
            Err(Refusal::conflict("call_not_up", "This call has not been answered yet"))
        }
    }

    fn live_call(&self, call: &str) -> Result<&Call, Refusal> {
        let call = self.known_call(call)?;
        if call.is_ended() || call.is_ending() {
            return Err(Refusal::conflict("call_over", "This call is over"));
        }
        Ok(call)
    }

    pub(crate) fn known_call(&self, call: &str) -> Result<&Call, Refusal> {
        let id = call.strip_prefix('c').and_then(|number| number.parse().ok()).map(CallId);
        let call = id.and_then(|id| self.call(id)).filter(|call| call.owner != Owner::Desk);
        call.ok_or_else(|| Refusal::malformed("unknown_call", "There is no such call"))
    }
}

fn made_card(card: Result<u64, Refusal>) -> Outcome {
    card.map(|card| Made { card: Some(Deck::name_of(card)), ..Made::default() })
}

fn nothing(done: Result<(), Refusal>) -> Outcome {
    done.map(|()| Made::default())
}

pub(crate) fn unknown_account(id: &str) -> Refusal {
    let id = crate::call::plain(id, 64);
    Refusal::malformed("unknown_account", format!("There is no account called {id}"))
}

const MAX_DTMF: usize = 64;
