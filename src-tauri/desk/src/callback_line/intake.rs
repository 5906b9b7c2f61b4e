//! A call to the line: ended in any case, and called back if the rules let it be.

use std::iter;

use phone::AccountId;

use super::{
    LineBy,
    callee::{Callee, Reading},
    one::{One, Stage},
    reason::Reason,
    shown::refused,
};
use crate::{
    account::Account,
    call::Call,
    update::{Desk, Now},
};

impl Desk {
    /// Whether an incoming call is for the line. It is refused then, and never rings.
    pub(crate) fn line_takes(&mut self, call: &Call, now: Now) -> bool {
        let rules = &self.settings.line;
        let is_on = rules.configured && rules.enabled && rules.account == call.account.0;
        if !is_on || !self.reading().is_some_and(|reading| reading.is_called(&call.headers)) {
            return false;
        }
        self.line.counted += 1;
        let id = self.line.counted;
        let callee = match self.callee_of(call, now) {
            Ok(callee) => callee,
            Err(why) => return self.is_refused(id, call, None, &why, now),
        };
        if let Err(why) = self.has_room_for(&callee, now) {
            return self.is_refused(id, call, Some(callee), &why, now);
        }
        self.line.all.push(One {
            id,
            caller: call.peer.clone(),
            over: self.calls_over(callee.is_inside),
            callee,
            stage: Stage::Waiting { refused: call.id, due: None },
            digits: String::new(),
            handed_to: None,
            at: now.wall,
        });
        true
    }

    /// It is ended all the same, and does not ring.
    fn is_refused(&mut self, id: u64, call: &Call, callee: Option<Callee>, why: &Reason, now: Now) -> bool {
        self.line.shown.add(id, refused(id, call, callee, why, now.wall), now.instant);
        true
    }

    /// Whom the call is for. The cheap questions first: a flood is not read number by number.
    fn callee_of(&self, call: &Call, now: Now) -> Result<Callee, Reason> {
        if !call.trusted {
            return Err(Reason::Untrusted);
        }
        self.line.standing.trouble().map_or(Ok(()), Err)?;
        self.has_room(now)?;
        self.callee(&call.peer.number)
    }

    /// For anybody at all.
    fn has_room(&self, now: Now) -> Result<(), Reason> {
        if self.line.made.count(now.instant).saturating_add(self.promised()) >= self.settings.line.per_hour {
            return Err(Reason::Limit);
        }
        if self.line.all.len() >= MOST_AT_ONCE { Err(Reason::Crowded) } else { Ok(()) }
    }

    fn has_room_for(&self, callee: &Callee, now: Now) -> Result<(), Reason> {
        if self.line.all.iter().any(|one| one.key() == callee.key && !one.is_connected()) {
            return Err(Reason::AlreadyWaiting);
        }
        self.line.made.allows(&self.settings.line, &callee.key, now.instant)
    }

    /// How many wait.
    fn promised(&self) -> u32 {
        u32::try_from(self.line.all.iter().filter(|one| one.is_promised()).count()).unwrap_or(u32::MAX)
    }

    pub(super) fn callee(&self, caller: &str) -> Result<Callee, Reason> {
        self.reading().ok_or(Reason::AccountUnknown)?.callee(caller)
    }

    /// How callers and numbers are read; `None` without the account of the line.
    pub(super) fn reading(&self) -> Option<Reading<'_>> {
        let rules = &self.settings.line;
        let line = self.line_account()?;
        let trunk = rules.trunk.as_ref().filter(|_| rules.by == LineBy::Sip);
        let dials = trunk.filter(|trunk| **trunk != rules.account).and_then(|trunk| self.account_called(trunk));
        let users = self.accounts.iter().flat_map(Account::users);
        let own = users.chain(rules.lines.iter().chain(&rules.caller_id).map(String::as_str)).collect();
        Some(Reading { rules, line: &line.settings.rules, dials: dials.map(|account| &account.settings.rules), own })
    }

    /// Whether whoever dials it would come back to the line.
    pub(super) fn leads_to_line(&self, number: &str) -> bool {
        let names = self.line_account().map(Account::users);
        self.reading().is_none_or(|reading| reading.is_line(number, names.into_iter().flatten()))
    }

    /// Over which account somebody is called from here.
    pub(super) fn calls_over(&self, is_inside: bool) -> AccountId {
        let rules = &self.settings.line;
        AccountId(rules.trunk.as_ref().filter(|_| !is_inside).unwrap_or(&rules.account).clone())
    }

    pub(super) fn line_account(&self) -> Option<&Account> {
        self.account_called(&self.settings.line.account)
    }

    pub(super) fn account_called(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id().0 == id)
    }

    /// The account by which the PBX reaches the agent, registered if one is: not the line's, where nobody is, and its trunk's
    /// only where there is no other.
    pub(crate) fn own_account(&self) -> Option<&Account> {
        let own = self.accounts.iter().filter(|account| !self.is_of_line(account));
        // Of equals `min_by_key` takes the first.
        own.min_by_key(|account| (self.is_trunk_of_line(account), !account.is_registered()))
    }

    /// Whoever calls it reaches the line, and nobody else.
    fn is_of_line(&self, account: &Account) -> bool {
        let rules = &self.settings.line;
        let is_its = rules.configured && rules.enabled && rules.account == account.id().0;
        is_its && (rules.lines.is_empty() || self.leads_to_line(account.extension()))
    }

    fn is_trunk_of_line(&self, account: &Account) -> bool {
        let rules = &self.settings.line;
        let calls_here = rules.configured && rules.enabled && rules.by == LineBy::Sip;
        calls_here && rules.trunk.as_ref() == Some(&account.id().0)
    }

    /// By what the PBX reaches the agent, other than by the line.
    pub(super) fn line_agent(&self) -> Option<String> {
        let desk_phone = self.settings.supervision.desk_phone.as_deref();
        let own = self.accounts.iter().map(Account::extension);
        let mut names = iter::empty().chain(desk_phone).chain(own);
        names.find(|name| !self.leads_to_line(name)).map(str::to_owned)
    }
}

/// So many calls back at once, or the desk would have no room for the agent's own.
pub(super) const MOST_AT_ONCE: usize = 8;
