//! Handing a call on: the PBX is asked to take it elsewhere (RFC 5589 §6.1), or a second call is made and bridged with it here.

use std::time::Instant;

use phone::{AccountId, CallId, CallTone, Command};

use super::{
    HandOver,
    digits::Dialling,
    one::{Answer, One, Stage},
    reason::Reason,
    sip::{Stands, after},
};
use crate::update::{Desk, Now};

impl Desk {
    /// Whoever dialled may try again if nobody is there.
    pub(super) fn hands_over(
        &mut self,
        mut one: One,
        call: CallId,
        to: String,
        dialling: Option<Dialling>,
        now: Now,
    ) -> Option<One> {
        self.command(Command::CallTone(call, Some(CallTone::Ringback)));
        one.handed_to = Some(to.clone());
        let rules = &self.settings.line;
        if rules.hand_over == HandOver::Bridge || !self.knows_extensions(&one.over) {
            return self.bridges(one, call, to, dialling, now);
        }
        let until = after(now, rules.ring_timeout);
        self.command(Command::TransferBlind(call, to.clone()));
        one.stage = Stage::Referring { call, to, dialling, answer: Answer::None, until };
        Some(one)
    }

    /// The REFER of a call of the line got on; `false` if it is none.
    pub(crate) fn line_transfer_told(&mut self, id: CallId, status: Option<u16>) -> bool {
        let of_call = self.line.all.iter_mut().find_map(|one| match &mut one.stage {
            Stage::Referring { call, answer, .. } if *call == id => Some(answer),
            _ => None,
        });
        let Some(answer) = of_call else { return false };
        *answer = match (*answer, status) {
            (_, Some(status)) if (200..300).contains(&status) => Answer::Final(status),
            (Answer::Accepted, Some(status)) if !is_of_pbx(status) => Answer::Final(status),
            (_, Some(_)) => Answer::Refused,
            (_, None) => Answer::Accepted,
        };
        true
    }

    pub(super) fn is_referred(
        &mut self,
        one: One,
        call: CallId,
        answer: Answer,
        until: Instant,
        now: Now,
    ) -> Option<One> {
        let is_over = self.is_over(call);
        match answer {
            Answer::Final(200..=299) => {
                self.line_hangs_up(call);
                self.succeeds(one, now)
            }
            // A PBX may end the call that it took elsewhere without a word.
            Answer::Accepted if is_over => self.succeeds(one, now),
            _ if is_over => self.fails(one, &Reason::HungUp, now),
            // It is the PBX's by now, which does not tell more.
            Answer::Accepted if until <= now.instant => {
                self.line_hangs_up(call);
                self.succeeds(one, now)
            }
            Answer::Final(status) => self.is_not_there(one, call, Some(status), now),
            Answer::None if until > now.instant => Some(one),
            Answer::Accepted => Some(one),
            Answer::Refused | Answer::None => self.bridges_instead(one, call, now),
        }
    }

    fn bridges_instead(&mut self, mut one: One, call: CallId, now: Now) -> Option<One> {
        let Stage::Referring { to, dialling, .. } = one.stage else { return Some(one) };
        one.stage = leaving(call, now);
        self.bridges(one, call, to, dialling, now)
    }

    /// A second call, by the account of the line: it knows what is inside.
    fn bridges(&mut self, mut one: One, call: CallId, to: String, dialling: Option<Dialling>, now: Now) -> Option<One> {
        let account = AccountId(self.settings.line.account.clone());
        if !self.is_registered(&account) {
            return self.goes_back(one, call, dialling, None, now);
        }
        let other = self.line_dials(account, &to, None, now);
        one.stage = Stage::Bridging { call, other, dialling, until: after(now, self.settings.line.ring_timeout) };
        Some(one)
    }

    pub(super) fn is_bridging(
        &mut self,
        mut one: One,
        (call, other): (CallId, CallId),
        until: Instant,
        now: Now,
    ) -> Option<One> {
        if self.is_over(call) {
            self.line_hangs_up(other);
            return self.fails(one, &Reason::HungUp, now);
        }
        match self.stands(other) {
            Stands::Up => {
                self.command(Command::CallTone(call, None));
                self.command(Command::Bridge(call, other));
                one.stage = Stage::Bridged { call, other };
                Some(one)
            }
            Stands::Over(how) => self.is_not_there(one, call, how.and_then(|how| how.sip_status), now),
            Stands::Open if until <= now.instant => {
                self.line_hangs_up(other);
                self.is_not_there(one, call, None, now)
            }
            Stands::Open => Some(one),
        }
    }

    /// Each call ends with the other.
    pub(super) fn speak(&mut self, one: One, both: [CallId; 2], now: Now) -> Option<One> {
        if !both.iter().any(|call| self.is_over(*call)) {
            return Some(one);
        }
        for call in both {
            self.line_hangs_up(call);
        }
        self.succeeds(one, now)
    }

    fn is_not_there(&mut self, mut one: One, call: CallId, status: Option<u16>, now: Now) -> Option<One> {
        let (Stage::Referring { dialling, .. } | Stage::Bridging { dialling, .. }) = one.stage else {
            return Some(one);
        };
        one.stage = leaving(call, now);
        self.goes_back(one, call, dialling, status, now)
    }

    fn goes_back(
        &mut self,
        mut one: One,
        call: CallId,
        dialling: Option<Dialling>,
        status: Option<u16>,
        now: Now,
    ) -> Option<One> {
        one.handed_to = None;
        let why = Reason::NotHandedOn(status);
        match dialling {
            Some(dialling) => self.is_wrong(one, call, dialling, why, now),
            None => self.leave(one, call, why, now),
        }
    }

    /// Whether the registrar behind `over` is that of the line.
    fn knows_extensions(&self, over: &AccountId) -> bool {
        let registrar = |id: &str| {
            let account = self.account_called(id)?;
            let named = account.settings.account.registrar.as_deref();
            Some(named.unwrap_or(account.domain()).to_ascii_lowercase())
        };
        let line = &self.settings.line.account;
        over.0 == *line || registrar(&over.0).is_some_and(|one| Some(one) == registrar(line))
    }
}

/// What a PBX says of itself, not of whom it was to reach: Asterisk accepts a REFER and tells 400 where its bridge does not
/// stand yet, 403 and 500 where it cannot (`res_pjsip_refer`).
fn is_of_pbx(status: u16) -> bool {
    matches!(status, 400 | 403 | 500 | 501)
}

/// Between one stage and the next.
fn leaving(call: CallId, now: Now) -> Stage {
    Stage::Leaving { call, why: Reason::HungUp, until: now.instant }
}
