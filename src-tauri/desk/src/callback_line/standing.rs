//! Whether the line could call anybody at all: looked at anew only when something changed that it depends on.

use phone::AccountId;

use super::{LineBy, LineMethod, LineNext, LineRules, callee::Callee, reason::Reason};
use crate::{
    account::Account,
    number::Rules,
    supervision::{OrdersBy, SupervisionRules},
    update::Desk,
};

/// What is wrong with the line, and what that depends on.
#[derive(Debug, Default)]
pub(super) struct Standing {
    rules: LineRules,
    orders: SupervisionRules,
    accounts: Vec<Known>,
    trouble: Option<Reason>,
}

/// An account, as far as it matters.
#[derive(Debug, PartialEq)]
struct Known {
    id: AccountId,
    users: [String; 3],
    numbers: Rules,
}

impl Standing {
    /// Why the line could call nobody, whoever calls.
    pub(super) fn trouble(&self) -> Option<Reason> {
        self.trouble.clone()
    }
}

impl Known {
    fn of(account: &Account) -> Self {
        let numbers = account.settings.rules.clone();
        Self { id: account.id().clone(), users: account.users().map(str::to_owned), numbers }
    }

    fn is(&self, account: &Account) -> bool {
        self.id == *account.id() && self.users == account.users() && self.numbers == account.settings.rules
    }
}

impl Desk {
    pub(super) fn check_line(&mut self) {
        let (known, settings) = (&self.line.standing, &self.settings);
        let are_same = known.accounts.len() == self.accounts.len()
            && known.accounts.iter().zip(&self.accounts).all(|(known, account)| known.is(account));
        if are_same && known.rules == settings.line && known.orders == settings.supervision {
            return;
        }
        self.line.standing = Standing {
            rules: settings.line.clone(),
            orders: settings.supervision.clone(),
            accounts: self.accounts.iter().map(Known::of).collect(),
            trouble: settings.line.configured.then(|| self.line_trouble()).flatten(),
        };
    }

    /// Why the line could call nobody, whoever calls.
    fn line_trouble(&self) -> Option<Reason> {
        let rules = &self.settings.line;
        let Some(reading) = self.reading() else { return Some(Reason::AccountUnknown) };
        if rules.method == LineMethod::Caller && rules.allow.is_empty() {
            return Some(Reason::NobodyAllowed);
        }
        if let Some(Err(why)) = reading.fixed() {
            return Some(why);
        }
        let trouble = match rules.by {
            LineBy::Manager => self.manager_trouble(rules),
            LineBy::Sip => {
                let is_inside = matches!(reading.fixed(), Some(Ok(Callee { is_inside: true, .. })));
                let account = self.account_called(&self.calls_over(is_inside).0);
                account.is_none().then_some(Reason::NoTrunk)
            }
        };
        trouble.or_else(|| self.next_trouble(rules))
    }

    fn manager_trouble(&self, rules: &LineRules) -> Option<Reason> {
        if self.settings.supervision.orders != OrdersBy::Manager {
            return Some(Reason::NoPbx);
        }
        match &rules.next {
            LineNext::Agent if self.line_agent().is_none() => Some(Reason::NoAgent),
            LineNext::Digits { read_at: None, .. } => Some(Reason::NowhereToDial),
            _ => None,
        }
    }

    fn next_trouble(&self, rules: &LineRules) -> Option<Reason> {
        match &rules.next {
            LineNext::Extension(number) | LineNext::Queue(number) if self.leads_to_line(number) => Some(Reason::Loops),
            LineNext::Digits { .. } if rules.by == LineBy::Sip && rules.may_reach.is_empty() => {
                Some(Reason::NothingToReach)
            }
            _ => None,
        }
    }
}
