//! Subscriptions to the extensions of the settings, where nothing better tells of them.

use std::collections::BTreeSet;

use phone::{AccountId, Command, Watched};

use super::{Floor, FloorSource, dialogs::Dialogs, leg::Extension};
use crate::{
    account::Account,
    update::{Desk, Now},
    wire::{Registration, Trouble},
};

/// Who is watched, by which account, and what comes of it.
#[derive(Debug, Default)]
pub(super) struct Watching {
    account: Option<AccountId>,
    targets: Vec<String>,
    /// Whom to watch may be different now.
    pub(super) is_due: bool,
    /// Of whom dialogs are known.
    known: usize,
    /// How subscriptions were refused last.
    refused: Option<u16>,
}

impl Watching {
    pub(super) fn is_on(&self) -> bool {
        !self.targets.is_empty()
    }

    /// Somebody tells.
    pub(super) fn is_live(&self) -> bool {
        self.known > 0
    }

    /// Why nobody tells.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        let status = self.refused.filter(|_| self.known == 0)?;
        let detail = "The PBX does not say what the telephones of colleagues do: ask its administrator to allow \
                      subscriptions to their dialogs, or to set up the manager interface";
        Some(Trouble { code: "floor_not_told".to_owned(), detail: detail.to_owned(), sip_status: Some(status) })
    }
}

impl Desk {
    /// Watches whom the settings want to be watched, by the first account that was registered and for as long as it is there.
    pub(super) fn follow_watching(&mut self) {
        let watching = &self.floor.watching;
        let is_there = |id: &&AccountId| self.accounts.iter().any(|account| account.id() == *id);
        let is_registered = |account: &&Account| account.registration() == Registration::Registered;
        let known = watching.account.as_ref().filter(is_there);
        let account = known.or_else(|| Some(self.accounts.iter().find(is_registered)?.id())).cloned();
        if !watching.is_due && account == watching.account {
            return;
        }
        let command = self.floor.watches(account);
        command.into_iter().for_each(|command| self.command(command));
    }
}

impl Floor {
    fn whom_to_watch(&self) -> Vec<String> {
        let is_wanted = match self.rules.source {
            FloorSource::Auto => !self.manager.is_known,
            FloorSource::Dialogs => true,
            FloorSource::Events | FloorSource::Off => false,
        };
        let agents = self.rules.agents.iter().filter(|_| is_wanted);
        agents.map(|agent| agent.extension.clone()).take(MAX_WATCHED).collect()
    }

    /// By this account from now on. What the phone is to be asked for, if that is something else than before.
    fn watches(&mut self, account: Option<AccountId>) -> Option<Command> {
        let targets = self.whom_to_watch();
        self.watching.is_due = false;
        let is_other = account != self.watching.account;
        self.watching.account.clone_from(&account);
        let is_new = targets != self.watching.targets || (is_other && !targets.is_empty());
        if is_new {
            let wanted = targets.iter().filter(|_| !is_other).map(String::as_str).collect();
            self.forget_dialogs(&wanted);
            self.watching.targets.clone_from(&targets);
        }
        account.filter(|_| is_new).map(|account| Command::Watch { account, targets })
    }

    /// Of whoever is not watched any more nothing is known this way.
    fn forget_dialogs(&mut self, wanted: &BTreeSet<&str>) {
        for (name, person) in &mut self.people {
            if !wanted.contains(&**name) && person.dialogs.take().is_some() {
                self.watching.known = self.watching.known.saturating_sub(1);
                self.dirty.insert(Extension::clone(name));
            }
        }
        self.watching.refused = None;
    }

    pub(super) fn watched(&mut self, extension: &str, watched: Watched, now: Now) {
        let is_on = self.watching.is_on();
        let Some(person) = self.people.get_mut(extension).filter(|person| is_on && person.is_listed) else { return };
        let before = person.dialogs.take();
        let was_known = before.is_some();
        match watched {
            Watched::Dialogs(dialogs) => {
                person.dialogs = Some(Dialogs::new(dialogs, before.as_ref(), now, &self.numbering));
                self.watching.known += usize::from(!was_known);
            }
            Watched::Unknown(status) => {
                self.watching.known -= usize::from(was_known);
                self.watching.refused = status.or(self.watching.refused);
            }
        }
        self.with(extension, |_| ());
    }
}

/// The phone watches no more.
const MAX_WATCHED: usize = 1000;
