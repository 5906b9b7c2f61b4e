//! The desk itself: one input at a time, and what follows from it.

use std::{
    mem,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use phone::{AccountId, CallId, Command, Event, Role, Secret};

use crate::{
    account::Account,
    call::Call,
    history::History,
    settings::Settings,
    wire::{Change, Devices, Done, Intent, Language, Preferences, Refusal, Snapshot, What},
};

/// The time of an input: one clock for what is shown, one for how long.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Monotonic.
    pub instant: Instant,
    /// For people.
    pub wall: Timestamp,
}

/// What the desk takes in.
#[derive(Debug)]
pub enum Input {
    /// Somebody asks for something. Answered by exactly one [`Effect::Reply`].
    Intent(Intent),
    /// The phone tells something.
    Phone(Event),
    /// The settings were read, at the start or again.
    Settings(Settings),
    /// The keychain answered for an account: `None` if it knows no password.
    Password(AccountId, Option<Secret>),
    /// Secrets are in a file because no keychain runs.
    SecretsInFile(bool),
    /// A [`Store`] effect failed, for this reason.
    NotStored(String),
    /// The time that [`Desk::wake`] asked for has come.
    Tick,
}

/// What follows, to be carried out in order.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// For the phone.
    Phone(Command),
    /// For everybody who listens.
    Change(Change),
    /// For the settings and the keychain.
    Store(Store),
    /// For whoever sent the intent.
    Reply(Result<Done, Refusal>),
}

/// What must outlive this session.
#[derive(Clone, Debug, PartialEq)]
pub enum Store {
    /// Write this account into the settings, without its password.
    Account(phone::Account),
    /// Take it and its password out.
    RemoveAccount(AccountId),
    /// Put this password away.
    Password(AccountId, Secret),
    /// The ranked list of a role.
    Devices(Role, Vec<String>),
    /// The window's language.
    Language(Language),
}

/// The agent's desk.
#[derive(Debug)]
pub struct Desk {
    pub(crate) settings: Settings,
    pub(crate) accounts: Vec<Account>,
    pub(crate) calls: Vec<Call>,
    pub(crate) history: History,
    pub(crate) devices: Devices,
    pub(crate) preferences: Preferences,
    pub(crate) dialed: u64,
    /// The call the agent turned to last. Another one that comes up by itself is put on hold.
    pub(crate) focus: Option<CallId>,
    rings: bool,
    effects: Vec<Effect>,
    /// What was told so far.
    shown: Snapshot,
}

impl Desk {
    /// An empty desk; `practice` says that the practice PBX runs in this process.
    pub fn new(practice: bool) -> Self {
        let preferences = Preferences { language: Language::System, do_not_disturb: false, secrets_in_file: false };
        let shown = Snapshot {
            seq: 0,
            accounts: Vec::new(),
            calls: Vec::new(),
            history: Vec::new(),
            cards: Vec::new(),
            callbacks: Vec::new(),
            agents: Vec::new(),
            devices: Devices::default(),
            preferences: preferences.clone(),
            practice,
        };
        Self {
            settings: Settings { microphone: Vec::new(), speaker: Vec::new(), ring: Vec::new(), ..Settings::default() },
            accounts: Vec::new(),
            calls: Vec::new(),
            history: History::default(),
            devices: Devices::default(),
            preferences,
            dialed: 0,
            focus: None,
            rings: false,
            effects: Vec::new(),
            shown,
        }
    }

    /// Everything shown now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { history: self.history.entries(), ..self.shown.clone() }
    }

    /// When to send [`Input::Tick`] at the latest.
    pub fn wake(&self) -> Option<Instant> {
        let answers = self.calls.iter().filter_map(Call::answer_at);
        let leaves = self.calls.iter().filter_map(|call| call.ended_since()?.checked_add(SHOWN_AFTER_END));
        answers.chain(leaves).min()
    }

    /// Takes in one thing that happened and says what follows from it.
    pub fn update(&mut self, input: Input, now: Now) -> Vec<Effect> {
        let mut asked = None;
        match input {
            Input::Intent(intent) => asked = Some(self.intend(intent, now)),
            Input::Phone(event) => self.hear(event, now),
            Input::Settings(settings) => self.load(settings),
            Input::Password(account, password) => self.found_password(&account, password),
            Input::SecretsInFile(in_file) => self.preferences.secrets_in_file = in_file,
            Input::NotStored(why) => self.notice("settings_not_saved", format!("The change could not be saved: {why}")),
            Input::Tick => {}
        }
        self.tick(now);
        self.ring();
        self.publish();
        if let Some(result) = asked {
            let seq = self.shown.seq;
            self.effects.push(Effect::Reply(result.map(|call| Done { seq, call: call.map(|call| call.to_string()) })));
        }
        mem::take(&mut self.effects)
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.effects.push(Effect::Phone(command));
    }

    pub(crate) fn store(&mut self, store: Store) {
        self.effects.push(Effect::Store(store));
    }

    pub(crate) fn notice(&mut self, code: &str, detail: impl Into<String>) {
        self.tell(What::Notice { code: code.to_owned(), detail: detail.into() });
    }

    /// A change that is not part of the picture, or not compared.
    pub(crate) fn tell(&mut self, what: What) {
        self.shown.seq += 1;
        self.effects.push(Effect::Change(Change { seq: self.shown.seq, what }));
    }

    pub(crate) fn call(&self, id: CallId) -> Option<&Call> {
        self.calls.iter().find(|call| call.id == id)
    }

    pub(crate) fn call_mut(&mut self, id: CallId) -> Option<&mut Call> {
        self.calls.iter_mut().find(|call| call.id == id)
    }

    pub(crate) fn is_engaged(&self) -> bool {
        self.calls.iter().any(Call::engages)
    }

    /// What is due by now: calls that answer themselves, ended calls that leave.
    fn tick(&mut self, now: Now) {
        let is_due = |call: &&Call| call.answer_at().is_some_and(|at| at <= now.instant);
        if let Some(id) = self.calls.iter().find(is_due).map(|call| call.id) {
            self.auto_answer(id);
        }
        let ended = self.calls.iter().filter(|call| call.is_ended()).count();
        let mut surplus = ended.saturating_sub(MAX_ENDED);
        self.calls.retain(|call| {
            let Some(since) = call.ended_since() else { return true };
            let crowded = surplus > 0;
            surplus = surplus.saturating_sub(1);
            !crowded && now.instant.saturating_duration_since(since) < SHOWN_AFTER_END
        });
    }

    /// The bell follows from the calls: it rings while one is offered and the agent is free.
    fn ring(&mut self) {
        let rings = self.calls.iter().any(Call::is_offered) && !self.is_engaged();
        if rings != self.rings {
            self.rings = rings;
            self.command(Command::Ring(rings));
        }
    }

    /// Tells the difference between what is and what was shown.
    fn publish(&mut self) {
        let calls = self.calls.iter().map(Call::wire).collect();
        let calls = mem::replace(&mut self.shown.calls, calls);
        for what in difference(&calls, &self.shown.calls, |call| &call.id, call_changed, call_removed) {
            self.tell(what);
        }
        let accounts = self.accounts.iter().map(Account::wire).collect();
        let accounts = mem::replace(&mut self.shown.accounts, accounts);
        for what in difference(&accounts, &self.shown.accounts, |account| &account.id, account_changed, account_removed)
        {
            self.tell(what);
        }
        if self.devices != self.shown.devices {
            self.shown.devices = self.devices.clone();
            self.tell(What::DevicesChanged { devices: self.devices.clone() });
        }
        if self.preferences != self.shown.preferences {
            self.shown.preferences = self.preferences.clone();
            self.tell(What::PreferencesChanged { preferences: self.preferences.clone() });
        }
    }
}

fn difference<T: PartialEq>(
    before: &[T],
    after: &[T],
    id: impl Fn(&T) -> &String,
    changed: impl Fn(&T) -> What,
    removed: impl Fn(&T) -> What,
) -> Vec<What> {
    let gone = before.iter().filter(|old| after.iter().all(|new| id(new) != id(old))).map(removed);
    let new = after.iter().filter(|new| !before.contains(new)).map(changed);
    gone.chain(new).collect()
}

fn call_changed(call: &crate::wire::Call) -> What {
    What::CallChanged { call: call.clone() }
}

fn call_removed(call: &crate::wire::Call) -> What {
    What::CallRemoved { call: call.id.clone() }
}

fn account_changed(account: &crate::wire::Account) -> What {
    What::AccountChanged { account: account.clone() }
}

fn account_removed(account: &crate::wire::Account) -> What {
    What::AccountRemoved { account: account.id.clone() }
}

/// How long an ended call stays in sight.
pub(crate) const SHOWN_AFTER_END: Duration = Duration::from_secs(30);
/// A flood of calls must not fill the window: more ended calls than this, and the oldest leave early.
const MAX_ENDED: usize = 16;
