//! What the desk wants to know of the settings. Reading and writing the file is the host's business.

use phone::{AccountId, Command, Role, Secret};

use crate::{
    account::{self, Account},
    intent::unknown_account,
    update::{Desk, Store},
    wire::{AccountForm, DeviceChoice, Language, Refusal},
};

/// The settings, as far as the desk goes by them.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The window's language.
    pub language: Language,
    /// In the order of the file; the first registered one dials.
    pub accounts: Vec<AccountSettings>,
    /// Ranked.
    pub microphone: Vec<String>,
    /// Ranked.
    pub speaker: Vec<String>,
    /// All of them ring.
    pub ring: Vec<String>,
    /// Keys that a machine-wide policy keeps from being changed here: `account`, `audio.ring`, …
    pub locked: Vec<String>,
}

/// One account of the settings.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountSettings {
    /// The account; its `password` counts only together with `password` below.
    pub account: phone::Account,
    /// `None` while the keychain is being asked: nothing is registered until [`crate::Input::Password`] comes.
    pub password: Option<Secret>,
    /// It belongs to the practice PBX and is in no file.
    pub practice: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let default = || vec!["default".to_owned()];
        Self {
            language: Language::System,
            accounts: Vec::new(),
            microphone: default(),
            speaker: default(),
            ring: default(),
            locked: Vec::new(),
        }
    }
}

impl Settings {
    fn ranked(&self, role: Role) -> &[String] {
        match role {
            Role::Microphone => &self.microphone,
            Role::Speaker => &self.speaker,
            Role::Ring => &self.ring,
        }
    }

    /// Whether a policy locks `key` (`audio.ring`) or something that contains it (`audio`).
    pub(crate) fn is_locked(&self, key: &str) -> bool {
        self.locked.iter().any(|locked| {
            key.strip_prefix(locked.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

impl Desk {
    /// Takes in the settings, at the start or after the file has changed. Accounts go first: nothing may delay a REGISTER.
    pub(crate) fn load(&mut self, settings: Settings) {
        self.load_accounts(&settings.accounts);
        for role in [Role::Microphone, Role::Speaker, Role::Ring] {
            let wanted = settings.ranked(role).to_vec();
            if self.choice_mut(role).wanted != wanted {
                self.want_devices(role, wanted);
            }
        }
        self.preferences.language = settings.language;
        self.settings = settings;
    }

    pub(crate) fn found_password(&mut self, id: &AccountId, password: Option<Secret>) {
        // One that was typed while the keychain was still asking is newer.
        let waits = |account: &&mut Account| account.id() == id && account.settings.password.is_none();
        let Some(account) = self.accounts.iter_mut().find(waits) else { return };
        // No password is worth a try: a PBX may know the desk by its address.
        account.settings.password = Some(password.unwrap_or_default());
        let command = account.command();
        self.effects_of(command);
    }

    pub(crate) fn set_account(&mut self, form: AccountForm) -> Result<(), Refusal> {
        self.unlocked("account")?;
        let password = form.password.clone().map(Secret);
        let settings = account::fill_in(form, &self.accounts)?;
        self.not_practice(&settings.account.id)?;
        self.store(Store::Account(settings.account.clone()));
        if let Some(password) = password {
            self.store(Store::Password(settings.account.id.clone(), password));
        }
        let account = Account::new(settings);
        self.effects_of(account.command());
        match self.accounts.iter_mut().find(|known| known.id() == account.id()) {
            Some(known) => *known = account,
            None => self.accounts.push(account),
        }
        Ok(())
    }

    pub(crate) fn remove_account(&mut self, id: &str) -> Result<(), Refusal> {
        self.unlocked("account")?;
        let id =
            self.accounts.iter().find(|account| account.id().0 == id).ok_or_else(|| unknown_account(id))?.id().clone();
        self.not_practice(&id)?;
        if self.calls.iter().any(|call| call.account == id && !call.is_ended()) {
            return Err(Refusal::conflict("account_in_use", "This account has a call: end it first"));
        }
        self.accounts.retain(|account| *account.id() != id);
        self.command(Command::RemoveAccount(id.clone()));
        self.store(Store::RemoveAccount(id));
        Ok(())
    }

    /// Ranks `device` first for `role`.
    pub(crate) fn set_device(&mut self, role: Role, device: String) -> Result<(), Refusal> {
        self.unlocked(key(role))?;
        let is_known = self.devices.present.iter().any(|present| present.id == device || present.name == device);
        let is_special = ["default", "null"].contains(&device.as_str()) || device.starts_with("wav:");
        if !is_known && !is_special {
            return Err(Refusal::malformed("unknown_device", "There is no such sound device"));
        }
        let mut wanted = self.choice_mut(role).wanted.clone();
        wanted.retain(|known| *known != device);
        wanted.insert(0, device);
        wanted.truncate(MAX_RANKED);
        self.store(Store::Devices(role, wanted.clone()));
        self.want_devices(role, wanted);
        Ok(())
    }

    pub(crate) fn choice_mut(&mut self, role: Role) -> &mut DeviceChoice {
        match role {
            Role::Microphone => &mut self.devices.microphone,
            Role::Speaker => &mut self.devices.speaker,
            Role::Ring => &mut self.devices.ring,
        }
    }

    pub(crate) fn unlocked(&self, key: &str) -> Result<(), Refusal> {
        if self.settings.is_locked(key) { Err(Refusal::locked(key)) } else { Ok(()) }
    }

    fn load_accounts(&mut self, wanted: &[AccountSettings]) {
        let mut before = std::mem::take(&mut self.accounts);
        for settings in wanted {
            let known =
                before.iter().position(|account| *account.id() == settings.account.id).map(|at| before.remove(at));
            let account = self.load_account(settings.clone(), known);
            self.accounts.push(account);
        }
        for gone in before {
            self.command(Command::RemoveAccount(gone.id().clone()));
        }
    }

    fn load_account(&mut self, mut settings: AccountSettings, known: Option<Account>) -> Account {
        if let Some(known) = known {
            settings.password = settings.password.or_else(|| known.settings.password.clone());
            if settings == known.settings {
                return known;
            }
        }
        let account = Account::new(settings);
        self.effects_of(account.command());
        account
    }

    fn want_devices(&mut self, role: Role, wanted: Vec<String>) {
        self.choice_mut(role).wanted.clone_from(&wanted);
        self.command(Command::SetDevices(role, wanted));
    }

    fn not_practice(&self, id: &AccountId) -> Result<(), Refusal> {
        let is_practice = self.accounts.iter().any(|account| account.id() == id && account.settings.practice);
        if is_practice {
            return Err(Refusal::forbidden(
                "practice_account",
                "This account comes with the practice PBX and cannot be changed",
            ));
        }
        Ok(())
    }

    fn effects_of(&mut self, command: Option<Command>) {
        if let Some(command) = command {
            self.command(command);
        }
    }
}

fn key(role: Role) -> &'static str {
    match role {
        Role::Microphone => "audio.microphone",
        Role::Speaker => "audio.speaker",
        Role::Ring => "audio.ring",
    }
}

const MAX_RANKED: usize = 16;
