//! What the desk wants to know of the settings. Reading and writing the file is the host's business.

use std::time::Duration;

use phone::{AccountId, Command, Role, Secret};

use crate::{
    account::{self, Account},
    callback_line::LineRules,
    callbacks::CallbackRules,
    card::{Cards, Own, Whose},
    floor::FloorRules,
    intent::unknown_account,
    number::Rules,
    supervision::SupervisionRules,
    update::{Desk, Store},
    wire::{AccountForm, CallTo, CardMode, DeviceChoice, Language, Links, Refusal, Via},
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
    /// How clicks from outside are taken.
    pub clicks: Clicks,
    /// How cards are made and shown, and which calls the CRM is told of.
    pub cards: Cards,
    /// The floor.
    pub floor: FloorRules,
    /// Listening, whispering, stepping in, and what else the PBX is asked to do.
    pub supervision: SupervisionRules,
    /// The line that calls back by itself.
    pub line: LineRules,
    /// Promises to call back.
    pub callbacks: CallbackRules,
    /// Keys that a machine-wide policy keeps from being changed here: `account`, `audio.ring`, …
    pub locked: Vec<String>,
}

/// How clicks from outside are taken, as the settings have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clicks {
    /// The localhost port; 0 takes a free one.
    pub port: u16,
    /// What an unpaired page may do.
    pub callto: CallTo,
    /// What a tel: link may do.
    pub links: Links,
    /// The global hotkey that dials what is selected; empty for none.
    pub hotkey: String,
    /// Who dials where nobody says otherwise.
    pub via: Via,
    /// A PBX driver that can place calls is set up.
    pub pbx: bool,
    /// How long it rings the first party, where the settings say so.
    pub pbx_rings: Option<Duration>,
    /// Sites that may dial at once.
    pub allowed: Vec<String>,
    /// Sites that are not heard.
    pub refused: Vec<String>,
}

impl Default for Clicks {
    fn default() -> Self {
        Self {
            port: 4059,
            callto: CallTo::default(),
            links: Links::default(),
            hotkey: "Ctrl+Alt+C".to_owned(),
            via: Via::default(),
            pbx: false,
            pbx_rings: None,
            allowed: Vec::new(),
            refused: Vec::new(),
        }
    }
}

/// What of it the window changes; the rest stays.
#[derive(Clone, Debug)]
pub(crate) struct ClickForm {
    pub(crate) callto: Option<CallTo>,
    pub(crate) links: Option<Links>,
    pub(crate) hotkey: Option<String>,
    pub(crate) via: Option<Via>,
    pub(crate) port: Option<u16>,
}

impl ClickForm {
    /// Whether it changes something, and by which key a policy locks that.
    fn keys(&self) -> [(bool, &'static str); 5] {
        [
            (self.callto.is_some(), "local_api.callto"),
            (self.links.is_some(), "links.tel"),
            (self.hotkey.is_some(), "hotkeys.dial_selection"),
            (self.via.is_some(), "pbx.dial"),
            (self.port.is_some(), "local_api.port"),
        ]
    }
}

/// One account of the settings.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountSettings {
    /// The account; its `password` counts only together with `password` below.
    pub account: phone::Account,
    /// How it reads and dials numbers.
    pub rules: Rules,
    /// What the PBX calls this desk, if that is not the user of its address.
    pub extension: Option<String>,
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
            clicks: Clicks::default(),
            cards: Cards::default(),
            floor: FloorRules::default(),
            supervision: SupervisionRules::default(),
            line: LineRules::default(),
            callbacks: CallbackRules::default(),
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
        self.load_origins(&settings.clicks);
        self.settings = settings;
        self.load_cards();
        self.load_floor();
    }

    /// Which calls are this desk's affair follows from its accounts, and from the telephone that the PBX rings instead.
    pub(crate) fn load_cards(&mut self) {
        let rules = self.settings.cards.clone();
        let names = self.accounts.iter().map(|account| account.users().map(str::to_owned).to_vec());
        let mine = names.chain(self.settings.supervision.desk_phone.clone().map(|phone| vec![phone])).collect();
        let everybody = rules.whose == Whose::All || self.accounts.is_empty();
        let patterns = self.accounts.iter().flat_map(|account| &account.settings.rules.extensions);
        let own = Own::new(patterns.chain(&rules.extensions), mine, everybody);
        let numbers = self.accounts.first().map(|account| account.settings.rules.clone()).unwrap_or_default();
        self.deck.load(rules, own, numbers);
        self.floor.is_numbered(self.deck.numbering());
    }

    /// How calls are announced.
    pub(crate) fn set_cards(&mut self, show: CardMode) -> Result<(), Refusal> {
        self.unlocked("cards.show")?;
        if self.settings.cards.show != show {
            self.settings.cards.show = show;
            self.load_cards();
            self.store(Store::CardMode(show));
        }
        Ok(())
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
        self.store(Store::Account(settings.account.clone(), settings.rules.clone()));
        if let Some(password) = password {
            self.store(Store::Password(settings.account.id.clone(), password));
        }
        let account = Account::new(settings);
        self.effects_of(account.command());
        match self.accounts.iter_mut().find(|known| known.id() == account.id()) {
            Some(known) => *known = account,
            None => self.accounts.push(account),
        }
        self.load_cards();
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
        self.load_cards();
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

    pub(crate) fn set_language(&mut self, language: Language) -> Result<(), Refusal> {
        self.unlocked("language")?;
        self.preferences.language = language;
        self.store(Store::Language(language));
        Ok(())
    }

    /// All of it or nothing.
    pub(crate) fn set_click_to_call(&mut self, form: ClickForm) -> Result<(), Refusal> {
        for (is_given, key) in form.keys() {
            if is_given {
                self.unlocked(key)?;
            }
        }
        let mut clicks = self.settings.clicks.clone();
        if form.via == Some(Via::Pbx) && !clicks.pbx {
            return Err(Refusal::pbx_not_set_up());
        }
        if let Some(hotkey) = form.hotkey {
            clicks.hotkey = hotkey_of(&hotkey)?;
        }
        clicks.callto = form.callto.unwrap_or(clicks.callto);
        clicks.links = form.links.unwrap_or(clicks.links);
        clicks.via = form.via.unwrap_or(clicks.via);
        clicks.port = form.port.unwrap_or(clicks.port);
        self.settings.clicks = clicks.clone();
        self.store(Store::ClickToCall(clicks));
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

/// Modifiers and one key, as in `Ctrl+Alt+C`; empty for none. What other programs live by, like Ctrl+C and Alt+Tab, would be
/// taken from all of them: so two modifiers, or Super, or a function key.
///
/// # Errors
/// If it is anything else.
pub fn hotkey_of(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let (modifiers, key) = text.rsplit_once('+').unwrap_or_default();
    let is_key = (1..=16).contains(&key.len()) && key.chars().all(|c| c.is_ascii_alphanumeric());
    let modifiers: Vec<&str> = modifiers.split('+').map(str::trim).collect();
    let are_known = modifiers.iter().all(|name| MODIFIERS.contains(name));
    let is_free = modifiers.len() > 1 || modifiers.iter().any(|name| SUPER.contains(name)) || is_function_key(key);
    if text.is_empty() || (is_key && text.len() <= MAX_HOTKEY && are_known && is_free) {
        return Ok(text.to_owned());
    }
    Err(Refusal::malformed(
        "bad_hotkey",
        "A hotkey looks like Ctrl+Alt+C, Super+C or Ctrl+F9: others belong to all programs, as Ctrl+C and Alt+Tab do",
    ))
}

fn is_function_key(key: &str) -> bool {
    key.strip_prefix('F').is_some_and(|number| number.parse().is_ok_and(|number: u8| (1..=24).contains(&number)))
}

const MAX_RANKED: usize = 16;
const MAX_HOTKEY: usize = 48;
const SUPER: [&str; 3] = ["Super", "Meta", "Cmd"];
const MODIFIERS: [&str; 9] = ["Ctrl", "Control", "Alt", "Option", "Shift", "Super", "Meta", "Cmd", "CmdOrCtrl"];
