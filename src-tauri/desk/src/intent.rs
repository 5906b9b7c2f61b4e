//! What is asked for: done, or refused with a code and a sentence.

use phone::{CallId, Command};

use crate::{
    call::{Call, Phase},
    target::{Target, ascii_digit},
    update::{Desk, Now, Store},
    wire::{DeclineReason, Intent, Refusal, Registration, Transfer},
};

type Outcome = Result<Option<CallId>, Refusal>;

impl Desk {
    pub(crate) fn intend(&mut self, intent: Intent, now: Now) -> Outcome {
        match intent {
            Intent::Dial { target, account } => self.dial(&target, account.as_deref(), now),
            Intent::Answer { call } => self.answer(&call),
            Intent::Decline { call, reason } => self.decline(&call, reason.unwrap_or_default()),
            Intent::HangUp { call } => self.hang_up(&call),
            Intent::Hold { call } => self.hold(&call),
            Intent::Resume { call } => self.resume(&call),
            Intent::Mute { call } => self.mute(&call, true),
            Intent::Unmute { call } => self.mute(&call, false),
            Intent::SendDtmf { call, digits } => self.send_dtmf(&call, &digits),
            Intent::TransferBlind { call, target } => self.transfer_blind(&call, &target),
            Intent::TransferAttended { call, to_call } => self.transfer_attended(&call, &to_call),
            Intent::Conference { calls } => self.conference(&calls),
            Intent::Dismiss { call } => self.dismiss(&call),
            Intent::SetDoNotDisturb { on } => {
                self.preferences.do_not_disturb = on;
                Ok(None)
            }
            Intent::SetLanguage { language } => {
                self.unlocked("language")?;
                self.preferences.language = language;
                self.store(Store::Language(language));
                Ok(None)
            }
            Intent::Meter { on } => {
                self.command(Command::Meter(on));
                Ok(None)
            }
            Intent::SetDevice { role, device } => self.set_device(role, device).map(|()| None),
            Intent::SetAccount { account } => self.set_account(account).map(|()| None),
            Intent::RemoveAccount { account } => self.remove_account(&account).map(|()| None),
        }
    }

    fn dial(&mut self, text: &str, account: Option<&str>, now: Now) -> Outcome {
        let target = Target::parse(text)?;
        let account = self.dialing_account(&target, account)?;
        if self.calls.iter().any(Call::is_placing) {
            return Err(Refusal::conflict(
                "already_dialing",
                "Another call is being placed: end it, or wait for its answer",
            ));
        }
        // Odd ids are ours.
        let id = CallId(self.dialed * 2 + 1);
        self.dialed += 1;
        self.calls.push(Call::dialed(id, account.clone(), &target, now.wall));
        self.turn_to(id);
        self.command(Command::Dial { call: id, account, target: target.to_string() });
        Ok(Some(id))
    }

    /// The account that was named; else one at the target's domain; else the first that is registered.
    fn dialing_account(&self, target: &Target, named: Option<&str>) -> Result<phone::AccountId, Refusal> {
        if let Some(named) = named
            && self.accounts.iter().all(|account| account.id().0 != named)
        {
            return Err(unknown_account(named));
        }
        let candidates = || self.accounts.iter().filter(|account| named.is_none_or(|id| account.id().0 == id));
        let at_home = candidates().filter(|account| target.host() == Some(account.domain()));
        let ranked: Vec<_> = at_home.chain(candidates()).collect();
        let standing = |wanted| ranked.iter().find(|account| account.registration() == wanted);
        let chosen = standing(Registration::Registered).or_else(|| standing(Registration::Registering));
        chosen.map(|account| account.id().clone()).ok_or_else(|| match named {
            Some(id) => {
                Refusal::conflict("not_registered", format!("The account {id} is not registered, so it cannot call"))
            }
            None => Refusal::conflict("not_registered", "No account is registered, so nobody can be called"),
        })
    }

    fn answer(&mut self, call: &str) -> Outcome {
        let id = self.offered_call(call)?;
        self.turn_to(id);
        self.set_phase(id, Phase::Answering);
        self.command(Command::Answer(id));
        Ok(Some(id))
    }

    fn decline(&mut self, call: &str, reason: DeclineReason) -> Outcome {
        let id = self.offered_call(call)?;
        let status = match reason {
            DeclineReason::Busy => 486,
            DeclineReason::Decline => 603,
            DeclineReason::Unavailable => 480,
        };
        self.set_phase(id, Phase::Ending);
        self.command(Command::Decline(id, status));
        Ok(Some(id))
    }

    fn hang_up(&mut self, call: &str) -> Outcome {
        let id = self.live_call(call)?.id;
        self.set_phase(id, Phase::Ending);
        self.command(Command::HangUp(id));
        Ok(Some(id))
    }

    fn hold(&mut self, call: &str) -> Outcome {
        let call = self.up_call(call)?;
        let id = call.id;
        if call.hold.local && call.hold.wanted {
            return Err(Refusal::conflict("already_held", "This call is on hold already"));
        }
        self.put_on_hold(id);
        Ok(Some(id))
    }

    fn resume(&mut self, call: &str) -> Outcome {
        let call = self.up_call(call)?;
        let id = call.id;
        if !call.hold.local && !call.hold.wanted {
            return Err(Refusal::conflict("not_held", "This call is not on hold from this side"));
        }
        self.take_back(id);
        Ok(Some(id))
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
        Ok(Some(id))
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
        Ok(Some(id))
    }

    fn transfer_blind(&mut self, call: &str, target: &str) -> Outcome {
        let target = Target::parse(target)?;
        let id = self.transferable(call)?;
        self.start_transfer(id, target.user().to_owned());
        self.command(Command::TransferBlind(id, target.to_string()));
        Ok(Some(id))
    }

    fn transfer_attended(&mut self, call: &str, to_call: &str) -> Outcome {
        let id = self.transferable(call)?;
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
        self.start_transfer(id, number);
        self.command(Command::TransferAttended(id, to));
        Ok(Some(id))
    }

    fn conference(&mut self, calls: &[String]) -> Outcome {
        let mut ids = Vec::with_capacity(calls.len());
        for call in calls {
            let id = self.live_call(call)?.id;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        self.confer(&ids).map(|()| None)
    }

    fn dismiss(&mut self, call: &str) -> Outcome {
        let call = self.known_call(call)?;
        let id = call.id;
        if !call.is_ended() {
            return Err(Refusal::conflict("call_not_ended", "This call is not over yet"));
        }
        self.calls.retain(|call| call.id != id);
        Ok(Some(id))
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

    fn transferable(&self, call: &str) -> Result<CallId, Refusal> {
        let call = self.up_call(call)?;
        if call.transfer.as_ref().is_some_and(|transfer| transfer.succeeded.is_none()) {
            return Err(Refusal::conflict("transfer_under_way", "This call is being transferred already"));
        }
        Ok(call.id)
    }

    fn offered_call(&self, call: &str) -> Result<CallId, Refusal> {
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

    fn known_call(&self, call: &str) -> Result<&Call, Refusal> {
        let id = call.strip_prefix('c').and_then(|number| number.parse().ok()).map(CallId);
        id.and_then(|id| self.call(id)).ok_or_else(|| Refusal::malformed("unknown_call", "There is no such call"))
    }
}

pub(crate) fn unknown_account(id: &str) -> Refusal {
    let id = crate::call::plain(id, 64);
    Refusal::malformed("unknown_account", format!("There is no account called {id}"))
}

const MAX_DTMF: usize = 64;
