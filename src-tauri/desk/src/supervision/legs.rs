//! How legs come and go: what is asked of the PBX and of the telephone for one.

use cti::{CallerId, Device, Mode, Step, Wish};
use phone::{AccountId, CallId, Command, Manner};

use super::{
    leg::{By, Leg, Outage, Stage},
    power::Way,
};
use crate::{
    call::{Call, Owner, Phase, plain},
    target::Target,
    update::{Desk, Effect, Now},
    wire::{Refusal, SupervisionMode, Trouble},
};

impl Desk {
    pub(super) fn leg(&self, no: u64) -> Option<&Leg> {
        self.supervising.legs.iter().find(|leg| leg.no == no)
    }

    pub(super) fn leg_mut(&mut self, no: u64) -> Option<&mut Leg> {
        self.supervising.legs.iter_mut().find(|leg| leg.no == no)
    }

    /// Asks for a new leg, whose microphone stays shut if there is another one.
    pub(super) fn new_leg(&mut self, extension: &str, mode: SupervisionMode, now: Now) -> Result<u64, Refusal> {
        let listens = self.must_listen(mode, None);
        let (by, account, call) = match self.way_into(mode)? {
            Way::Manager => {
                let (by, on, account) = self.device("Listen", extension)?;
                let mode = asked(mode);
                let id = self.order('s', Wish::Supervise { extension: extension.to_owned(), mode, on });
                (by.with_id(id), account, None)
            }
            Way::Code(code) => {
                let target = code.replace("{extension}", extension);
                let manner = Manner { listens, ..Manner::default() };
                let call = self.dial_code(&target, Owner::Order, manner, now)?;
                (By::Code(target), self.call(call).map(|call| call.account.clone()), Some(call))
            }
        };
        self.supervising.legs_made += 1;
        let no = self.supervising.legs_made;
        self.supervising.legs.push(Leg {
            no,
            mode,
            by,
            account,
            call,
            stage: Stage::Asked,
            heard: false,
            outage: Outage::None,
            since: now.instant,
            listens,
            is_shut: listens,
            over: false,
            told_over: false,
            replaced: false,
            hung_up: false,
            trouble: None,
        });
        Ok(no)
    }

    /// The telephone that the PBX is to ring for an order about `subject`, how its call is known again, and where it comes in:
    /// nowhere here if that is another telephone.
    pub(super) fn device(&mut self, what: &str, subject: &str) -> Result<(By, Device, Option<AccountId>), Refusal> {
        self.supervising.tokens += 1;
        let token = self.token("order", self.supervising.tokens);
        let (account, own) = self.own().ok_or_else(Refusal::not_registered)?;
        let caller_id = CallerId { name: format!("{what} {subject}"), number: subject.to_owned() };
        let elsewhere = self.settings.supervision.desk_phone.clone();
        let account = elsewhere.is_none().then_some(account);
        let on = Device {
            extension: elsewhere.unwrap_or(own),
            answers_itself: true,
            token: account.as_ref().map(|_| token.clone()),
            caller_id: Some(caller_id.clone()),
        };
        let by = By::Order { id: String::new(), token, name: caller_id.name, number: caller_id.number };
        Ok((by, on, account))
    }

    /// Dials a code of the PBX on behalf of `owner`.
    pub(super) fn dial_code(&mut self, code: &str, owner: Owner, manner: Manner, now: Now) -> Result<CallId, Refusal> {
        let is_plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"*#+._-".contains(&byte));
        if !is_plain || code.len() > MAX_CODE {
            let detail = "This dial code cannot be dialled: see the codes under [pbx] of the settings";
            return Err(Refusal::conflict("bad_dial_code", detail));
        }
        let own = self.own_account().filter(|known| known.is_registered());
        let account = own.map(|known| known.id().clone()).ok_or_else(Refusal::not_registered)?;
        // Odd ids are ours.
        let id = CallId(self.dialed * 2 + 1);
        self.dialed += 1;
        let mut call = Call::dialed(id, account.clone(), &Target::new(code.to_owned(), None), now.wall);
        call.owner = owner;
        self.calls.push(call);
        if owner == Owner::Agent {
            self.turn_to(id);
        }
        self.command(Command::Dial { call: id, account, target: code.to_owned(), manner });
        Ok(id)
    }

    /// The call of an order comes in.
    pub(super) fn leg_takes(&mut self, no: u64, call: &Call) -> Option<super::Ordered> {
        let mode = self.leg(no)?.mode;
        let listens = self.must_listen(mode, Some(no));
        let leg = self.leg_mut(no)?;
        leg.call = Some(call.id);
        if leg.stage == Stage::Leaving {
            leg.over = false;
            return Some(super::Ordered::Refuse);
        }
        if leg.stage == Stage::Asked {
            leg.stage = Stage::Connecting;
        }
        (leg.listens, leg.is_shut) = (listens, listens);
        if listens {
            self.effects.push(Effect::Phone(Command::Listen(call.id, true)));
        }
        let is_next = self.supervising.watch.as_ref().is_some_and(|watch| watch.next == Some(no));
        Some(super::Ordered::Answer(if is_next { Owner::Desk } else { Owner::Order }))
    }

    /// How an order of a leg got on.
    pub(super) fn leg_told(&mut self, no: u64, step: &Step) {
        let Some(leg) = self.leg_mut(no) else { return };
        match step {
            Step::Accepted => {}
            Step::Ringing | Step::Up if leg.stage == Stage::Asked => leg.stage = Stage::Connecting,
            Step::Done if leg.is_coming() => (leg.stage, leg.heard) = (Stage::Active, true),
            Step::Ringing | Step::Up | Step::Done => {}
            // The connection to the PBX may break while the call goes on.
            Step::Failed { .. } if leg.stage == Stage::Active && leg.call.is_some() => {}
            Step::Over => leg.told_over = true,
            Step::Failed { code, detail } => {
                leg.told_over = true;
                leg.trouble = Some(Trouble { code: plain(code, 64), detail: plain(detail, 200), sip_status: None });
            }
        }
    }

    /// Ends a leg, wherever it stands.
    pub(super) fn end_leg(&mut self, no: u64, now: Now) {
        let Some(leg) = self.leg_mut(no).filter(|leg| leg.stage != Stage::Leaving && !leg.over) else { return };
        (leg.stage, leg.since) = (Stage::Leaving, now.instant);
        let (call, told_over, by) = (leg.call, leg.told_over, leg.by.clone());
        match (call, by) {
            (Some(call), _) => self.hang_up_order(call),
            (None, By::Order { id, .. }) if !told_over => drop(self.order('s', Wish::End { order: id })),
            (None, _) => {}
        }
    }

    /// Hangs up a call that belongs to an order, unless that is done.
    pub(super) fn hang_up_order(&mut self, id: CallId) {
        if let Some(call) = self.call_mut(id).filter(|call| !call.is_ended() && !call.is_ending()) {
            call.phase = Phase::Ending;
            self.command(Command::HangUp(id));
        }
    }

    /// Shuts the microphone off from a leg, or opens it.
    pub(super) fn listen(&mut self, no: u64, listens: bool) {
        let Some(leg) = self.leg_mut(no).filter(|leg| leg.listens != listens) else { return };
        leg.listens = listens;
        // It opens when the peer has agreed, and shuts at once.
        leg.is_shut = true;
        let call = leg.call;
        if let Some(call) = call {
            self.command(Command::Listen(call, listens));
        }
    }

    /// The phone says whether the microphone is shut off from a call.
    pub(crate) fn listening_told(&mut self, call: CallId, is_shut: bool) {
        if let Some(leg) = self.supervising.legs.iter_mut().find(|leg| leg.call == Some(call)) {
            leg.is_shut = is_shut || leg.listens;
        }
    }

    /// Whether a leg in this mode may not be spoken into now: nobody hears a spy; while there are two legs, or one is to be
    /// another, nobody hears any; and a customer whom the agent talks to meanwhile goes before.
    pub(super) fn must_listen(&self, mode: SupervisionMode, but: Option<u64>) -> bool {
        let is_here = |leg: &&Leg| !leg.over && Some(leg.no) != but && leg.call.is_some();
        let is_switching = self.supervising.watch.as_ref().is_some_and(|watch| {
            watch.next.is_some()
                || watch.current.is_some_and(|no| self.leg(no).is_some_and(|leg| leg.mode != watch.wanted))
        });
        let is_talking = |call: &Call| {
            let is_near = matches!(call.phase, Phase::Answering) || (call.is_up() && !call.hold.wanted);
            call.owner == Owner::Agent && is_near
        };
        mode == SupervisionMode::Spy
            || is_switching
            || self.supervising.legs.iter().any(|leg| is_here(&leg))
            || self.calls.iter().any(is_talking)
    }

    /// Whose account the PBX is asked for, and by what the PBX knows it.
    pub(super) fn own(&self) -> Option<(AccountId, String)> {
        let account = self.own_account()?;
        Some((account.id().clone(), account.extension().to_owned()))
    }

    /// The telephone that the PBX rings for the agent: another one, if the settings say so, or else this.
    pub(crate) fn own_telephone(&self) -> Option<String> {
        let elsewhere = self.settings.supervision.desk_phone.clone();
        elsewhere.or_else(|| self.own().map(|(_, own)| own))
    }

    /// Whether an extension is this desk's own.
    pub(super) fn is_own(&self, extension: &str) -> bool {
        let is_desk_phone = self.settings.supervision.desk_phone.as_deref() == Some(extension);
        is_desk_phone || self.accounts.iter().any(|account| account.users().contains(&extension))
    }
}

impl By {
    pub(super) fn with_id(self, order: String) -> Self {
        match self {
            Self::Order { token, name, number, .. } => Self::Order { id: order, token, name, number },
            Self::Code(code) => Self::Code(code),
        }
    }
}

fn asked(mode: SupervisionMode) -> Mode {
    match mode {
        SupervisionMode::Spy => Mode::Spy,
        SupervisionMode::Whisper => Mode::Whisper,
        SupervisionMode::Barge => Mode::Barge,
    }
}

const MAX_CODE: usize = 128;
