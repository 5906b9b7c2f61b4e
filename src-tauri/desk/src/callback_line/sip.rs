//! This softphone calls back: the delay, the call apart from the agent, and what comes after its answer.

use std::time::{Duration, Instant};

use phone::{AccountId, CallId, CallTone, Command, Manner, Tone};

use super::{
    LineBy, LineMethod, LineNext,
    digits::{Dialling, Heard as Dialled},
    one::{Heard, One, Stage},
    reason::Reason,
};
use crate::{
    call::{Call, Owner, Phase},
    target::Target,
    update::{Desk, Now},
    wire::{Ended, Peer, Registration},
};

/// Where a call of the line stands.
pub(super) enum Stands {
    Open,
    Up,
    /// How it ended, if that is known.
    Over(Option<Ended>),
}

impl Desk {
    /// The delay runs from the end of the call that was refused.
    pub(super) fn waits(&mut self, mut one: One, refused: CallId, due: Option<Instant>, now: Now) -> Option<One> {
        let is_over = self.call(refused).is_none_or(Call::is_ended);
        let due = due.or_else(|| now.instant.checked_add(self.settings.line.delay).filter(|_| is_over));
        one.stage = Stage::Waiting { refused, due };
        if due.is_none_or(|due| due > now.instant) {
            return Some(one);
        }
        // Accounts may read numbers otherwise by now.
        if self.callee(&one.caller.number).as_ref() != Ok(&one.callee) {
            return self.fails(one, &Reason::SwitchedOff, now);
        }
        if self.settings.line.next == LineNext::Agent && self.preferences.do_not_disturb {
            return self.fails(one, &Reason::AgentAway, now);
        }
        self.calls(one, after(now, THERE_WITHIN), now)
    }

    /// By whom the settings say, once they are there.
    pub(super) fn calls(&mut self, one: One, until: Instant, now: Now) -> Option<One> {
        match self.settings.line.by {
            LineBy::Manager => self.orders_call(one, until, now),
            LineBy::Sip => self.calls_back(one, until, now),
        }
    }

    /// As soon as the account is registered.
    fn calls_back(&mut self, mut one: One, until: Instant, now: Now) -> Option<One> {
        if !self.is_registered(&one.over) {
            one.stage = Stage::NotThere { until };
            return if until <= now.instant { self.fails(one, &Reason::NoTrunk, now) } else { Some(one) };
        }
        self.line.made.add(one.key().to_owned(), now.instant);
        let caller_id = self.settings.line.caller_id.clone();
        let call = self.line_dials(one.over.clone(), &one.callee.dialled, caller_id, now);
        one.stage = Stage::Calling { call, until: after(now, self.settings.line.ring_timeout) };
        Some(one)
    }

    pub(super) fn rings_there(&mut self, one: One, call: CallId, until: Instant, now: Now) -> Option<One> {
        match self.stands(call) {
            Stands::Up => self.is_answered(one, call, now),
            Stands::Over(how) => {
                let why = how.as_ref().map_or(Reason::NotReached(None), Reason::of_end);
                self.fails(one, &why, now)
            }
            Stands::Open if until <= now.instant => {
                self.line_hangs_up(call);
                self.fails(one, &Reason::NoAnswer(None), now)
            }
            Stands::Open => Some(one),
        }
    }

    fn is_answered(&mut self, one: One, call: CallId, now: Now) -> Option<One> {
        match self.settings.line.next.clone() {
            LineNext::Agent => self.offers_to_agent(one, call, now),
            LineNext::Extension(to) | LineNext::Queue(to) => self.hands_over(one, call, to, None, now),
            LineNext::Digits { length, .. } => self.asks_for_digits(one, call, Dialling::new(length), now),
        }
    }

    /// They hear the tone that asks for a digit.
    fn asks_for_digits(&mut self, mut one: One, call: CallId, dialling: Dialling, now: Now) -> Option<One> {
        self.command(Command::CallTone(call, Some(CallTone::Dial)));
        let until = after(now, self.settings.line.first_digit_timeout);
        one.stage = Stage::Dialling { call, dialling, tone: Heard::Dial, until, at_most: after(now, DIALS_AT_MOST) };
        Some(one)
    }

    /// A call that the line made has a digit.
    pub(crate) fn line_digit(&mut self, call: CallId, digit: char, now: Now) {
        let is_its = |one: &One| matches!(one.stage, Stage::Dialling { call: known, .. } if known == call);
        if let Some(at) = self.line.all.iter().position(is_its) {
            let one = self.line.all.remove(at);
            let kept = self.hears(one, digit, now);
            self.line.all.extend(kept);
        }
    }

    fn hears(&mut self, mut one: One, digit: char, now: Now) -> Option<One> {
        let Stage::Dialling { call, dialling, tone, until, .. } = &mut one.stage else { return Some(one) };
        let call = *call;
        let heard = dialling.hear(digit);
        let before = *tone;
        match heard {
            Dialled::Nothing => return Some(one),
            Dialled::Cleared => (*tone, *until) = (Heard::Dial, after(now, self.settings.line.first_digit_timeout)),
            Dialled::Digit | Dialled::Number(_) => {
                (*tone, *until) = (Heard::Silence, after(now, self.settings.line.digit_timeout));
            }
        }
        let plays = (*tone == Heard::Dial).then_some(CallTone::Dial);
        let is_other = *tone != before;
        one.digits = dialling.digits().to_owned();
        if is_other {
            self.command(Command::CallTone(call, plays));
        }
        let Dialled::Number(number) = heard else { return Some(one) };
        self.has_dialled(one, call, number, now)
    }

    fn has_dialled(&mut self, mut one: One, call: CallId, number: String, now: Now) -> Option<One> {
        one.digits.clone_from(&number);
        let may_reach = self.reading().is_some_and(|reading| reading.may_reach(&number));
        let is_open = may_reach && !self.leads_to_line(&number);
        let Stage::Dialling { dialling, .. } = one.stage else { return Some(one) };
        one.stage = Stage::Leaving { call, why: Reason::WrongDigits, until: now.instant };
        if is_open {
            return self.hands_over(one, call, number, Some(dialling), now);
        }
        self.is_wrong(one, call, dialling, Reason::WrongDigits, now)
    }

    /// They may try another number, unless they have had their tries.
    pub(super) fn is_wrong(
        &mut self,
        mut one: One,
        call: CallId,
        mut dialling: Dialling,
        why: Reason,
        now: Now,
    ) -> Option<One> {
        if !dialling.is_wrong() {
            return self.leave(one, call, why, now);
        }
        self.command(Command::CallTone(call, Some(CallTone::Refused)));
        let over = after(now, WRONG_FOR);
        let until = over.checked_add(self.settings.line.first_digit_timeout).unwrap_or(over);
        let at_most = after(now, DIALS_AT_MOST);
        one.stage = Stage::Dialling { call, dialling, tone: Heard::Wrong(over), until, at_most };
        Some(one)
    }

    pub(super) fn dials(&mut self, mut one: One, call: CallId, now: Now) -> Option<One> {
        if self.is_over(call) {
            return self.fails(one, &Reason::HungUp, now);
        }
        let Stage::Dialling { tone, until, at_most, .. } = &mut one.stage else { return Some(one) };
        if *until.min(at_most) <= now.instant {
            return self.leave(one, call, Reason::NoDigits, now);
        }
        if matches!(tone, Heard::Wrong(over) if *over <= now.instant) {
            *tone = Heard::Dial;
            self.command(Command::CallTone(call, Some(CallTone::Dial)));
        }
        Some(one)
    }

    /// It rings at this desk, as if they had called.
    fn offers_to_agent(&mut self, mut one: One, id: CallId, now: Now) -> Option<One> {
        if self.preferences.do_not_disturb {
            return self.leave(one, id, Reason::AgentAway, now);
        }
        let is_engaged = self.is_engaged();
        let is_caller = self.settings.line.method == LineMethod::Caller;
        let other = Peer { number: one.callee.dialled.clone(), name: None };
        let Some(call) = self.call_mut(id) else { return self.fails(one, &Reason::HungUp, now) };
        (call.owner, call.rings_in, call.phase) = (Owner::Agent, true, Phase::Offered { answer_at: None });
        (call.started_at, call.answered_at) = (now.wall, None);
        call.peer = if is_caller { one.caller.clone() } else { other };
        self.command(Command::CallTone(id, Some(CallTone::Ringback)));
        if is_engaged {
            self.command(Command::Tone(Tone::CallWaiting));
        }
        one.stage = Stage::Ringing { call: id, until: after(now, self.settings.line.ring_timeout) };
        Some(one)
    }

    pub(super) fn rings_at_agent(&mut self, mut one: One, id: CallId, until: Instant, now: Now) -> Option<One> {
        let agent = self.line_agent();
        let Some(call) = self.call_mut(id).filter(|call| !call.is_ended()) else {
            return self.fails(one, &Reason::HungUp, now);
        };
        if matches!(call.phase, Phase::Answering) {
            (call.phase, call.answered_at) = (Phase::Up, Some(now.wall));
            self.command(Command::CallTone(id, None));
            self.command(Command::Apart(id, false));
            one.handed_to = agent;
            return self.succeeds(one, now);
        }
        // Declined, or in vain.
        if call.is_ending() || until <= now.instant {
            return self.leave(one, id, Reason::AgentNoAnswer, now);
        }
        Some(one)
    }

    /// They hear for a moment that it did not work.
    pub(super) fn leave(&mut self, mut one: One, call: CallId, why: Reason, now: Now) -> Option<One> {
        self.command(Command::CallTone(call, Some(CallTone::Refused)));
        // For the agent, who may have been rung, it is over.
        if let Some(call) = self.call_mut(call).filter(|call| call.owner == Owner::Agent) {
            call.phase = Phase::Ending;
        }
        one.handed_to = None;
        one.stage = Stage::Leaving { call, why, until: after(now, LEAVES_AFTER) };
        Some(one)
    }

    pub(super) fn leaves(&mut self, one: One, call: CallId, until: Instant, now: Now) -> Option<One> {
        let is_over = self.is_over(call);
        if !is_over && until > now.instant {
            return Some(one);
        }
        if !is_over {
            self.line_hangs_up(call);
        }
        let Stage::Leaving { why, .. } = &one.stage else { return Some(one) };
        let why = why.clone();
        self.fails(one, &why, now)
    }

    /// A call that nobody at this desk hears.
    pub(super) fn line_dials(
        &mut self,
        account: AccountId,
        target: &str,
        caller_id: Option<String>,
        now: Now,
    ) -> CallId {
        // Odd ids are ours.
        let id = CallId(self.dialed * 2 + 1);
        self.dialed += 1;
        let mut call = Call::dialed(id, account.clone(), &Target::new(target.to_owned(), None), now.wall);
        call.owner = Owner::Desk;
        self.calls.push(call);
        let manner = Manner { caller_id, apart: true, ..Manner::default() };
        self.command(Command::Dial { call: id, account, target: target.to_owned(), manner });
        id
    }

    pub(super) fn line_hangs_up(&mut self, id: CallId) {
        if let Some(call) = self.call_mut(id).filter(|call| !call.is_ended()) {
            call.phase = Phase::Ending;
            self.command(Command::HangUp(id));
        }
    }

    pub(super) fn stands(&self, id: CallId) -> Stands {
        match self.call(id).map(|call| &call.phase) {
            Some(Phase::Up) => Stands::Up,
            Some(Phase::Ended { how, .. }) => Stands::Over(Some(how.clone())),
            None => Stands::Over(None),
            Some(_) => Stands::Open,
        }
    }

    pub(super) fn is_over(&self, id: CallId) -> bool {
        self.call(id).is_none_or(Call::is_ended)
    }

    pub(super) fn is_registered(&self, id: &AccountId) -> bool {
        self.account_called(&id.0).is_some_and(|account| account.registration() == Registration::Registered)
    }
}

pub(super) fn after(now: Now, time: Duration) -> Instant {
    now.instant.checked_add(time).unwrap_or(now.instant)
}

/// A registration or a manager interface that was lost comes back in this time, or the caller would wonder who calls so late.
const THERE_WITHIN: Duration = Duration::from_secs(30);
/// Whoever starts over again and again keeps a line busy.
const DIALS_AT_MOST: Duration = Duration::from_secs(120);
const WRONG_FOR: Duration = Duration::from_secs(2);
const LEAVES_AFTER: Duration = Duration::from_secs(3);
