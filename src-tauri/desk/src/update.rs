//! The desk itself: one input at a time, and what follows from it.

use std::{mem, time::Instant};

use jiff::Timestamp;
use phone::{AccountId, CallId, Command, Event, Role, Secret};

use crate::{
    account::Account,
    asker::Asker,
    call::{Call, Owner, SHOWN_AFTER_END, forget_ended},
    callback_line::Line,
    callbacks::Callbacks,
    card::{Asked, Deck, Facts, Followed, Found, LookUp, Moment, Numbering, Restored},
    floor::Floor,
    history::History,
    number::Rules,
    origin::Origins,
    origination::Originations,
    pbx::{Originate, Originated},
    prompt::Prompts,
    publish::Counts,
    settings::{Clicks, Settings},
    supervision::Supervising,
    wire::{self, CardMode, Change, Devices, Done, Intent, Language, PortTaken, Preferences, Refusal, Snapshot, What},
};

/// The time of an input: one clock for what is shown, one for how long.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Monotonic.
    pub instant: Instant,
    /// For people.
    pub wall: Timestamp,
}

impl Now {
    /// The same clocks at an earlier time.
    pub(crate) fn back_at(self, instant: Instant) -> Self {
        let ago = self.instant.saturating_duration_since(instant);
        Self { instant: self.instant.min(instant), wall: self.wall.checked_sub(ago).unwrap_or(self.wall) }
    }
}

/// What the desk takes in.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "the large one comes once, and whenever the settings are written")]
pub enum Input {
    /// Somebody asks for something. Answered by exactly one [`Effect::Reply`].
    Intent(Asker, Intent),
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
    /// The PBX took an [`Effect::Originate`], or did not.
    Originated(Originated),
    /// The localhost port that was bound, and who has the one that the settings want.
    Port(u16, Option<PortTaken>),
    /// A PBX told something about a call.
    CallEvent(cti::CallEvent),
    /// The same, for the floor alone: the cards hear of calls from others.
    FloorCall(cti::CallEvent),
    /// A PBX told of telephones and queues.
    Floor(cti::FloorEvent),
    /// An [`Effect::Order`] got on.
    Ordered(cti::OrderTold),
    /// What this desk may do at the PBX, as far as that says.
    Powers(cti::Powers),
    /// The manager interface is there, or is not, for this reason.
    Manager(Option<String>),
    /// An [`Effect::Commit`] is on the disk, or cannot be written for this reason.
    Committed(u64, Result<(), String>),
    /// Callbacks that stood in the journal, once after the settings.
    Callbacks(Vec<journal::Callback>),
    /// An [`Effect::LookUp`] found somebody, or nobody.
    Found(Found),
    /// The CRM was told of the call that it knows by this key.
    Registered(String),
    /// What stood in the journal, once after the settings.
    Restored(Restored),
    /// A sentence for the agent from whoever carries things out: a stable code, and the words in English.
    Notice(String, String),
    /// The time that [`Desk::wake`] asked for has come.
    Tick,
}

/// What follows, to be carried out in order.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// For the phone.
    Phone(Command),
    /// For the PBX. Answered by one [`Input::Originated`].
    Originate(Originate),
    /// For the PBX's manager interface. Answered by [`Input::Ordered`]s.
    Order(cti::Order),
    /// Somebody is to be looked up. Answered by [`Input::Found`].
    LookUp(LookUp),
    /// A moment of a call that programs and addresses of the settings want to hear of.
    Moment(Moment, Facts),
    /// The agent wants to see somebody in the CRM.
    Open(Facts),
    /// What must not be lost.
    Journal(journal::Write),
    /// What must be on the disk before anything follows from it. Answered by [`Input::Committed`] with the same number.
    Commit(u64, Vec<journal::Write>),
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
    Account(phone::Account, Rules),
    /// Take it and its password out.
    RemoveAccount(AccountId),
    /// Put this password away.
    Password(AccountId, Secret),
    /// The ranked list of a role.
    Devices(Role, Vec<String>),
    /// The window's language.
    Language(Language),
    /// How clicks from outside are taken.
    ClickToCall(Clicks),
    /// How calls are announced.
    CardMode(CardMode),
    /// Whether the line that calls back works.
    CallbackLine(bool),
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
    pub(crate) origins: Origins,
    pub(crate) prompts: Prompts,
    pub(crate) originations: Originations,
    pub(crate) deck: Deck,
    pub(crate) floor: Floor,
    pub(crate) supervising: Supervising,
    pub(crate) line: Line,
    pub(crate) callbacks: Callbacks,
    /// Hard to guess: by this our own orders are known again.
    pub(crate) seed: String,
    /// How many orders were given.
    pub(crate) ordered: u64,
    /// The localhost port that was bound, and who has the one that the settings want.
    pub(crate) port: Option<u16>,
    pub(crate) port_taken: Option<PortTaken>,
    /// When a link was dialled last.
    pub(crate) link_seen: Option<Instant>,
    pub(crate) dialed: u64,
    /// The call the agent turned to last. Another one that comes up by itself is put on hold.
    pub(crate) focus: Option<CallId>,
    rings: bool,
    pub(crate) effects: Vec<Effect>,
    /// What was told so far.
    pub(crate) shown: Snapshot,
    /// When counters were told.
    pub(crate) counts: Counts,
}

impl Desk {
    /// An empty desk; `practice` says that the practice PBX runs in this process.
    pub fn new(practice: bool) -> Self {
        let preferences = Preferences { language: Language::System, do_not_disturb: false, secrets_in_file: false };
        Self {
            settings: Settings { microphone: Vec::new(), speaker: Vec::new(), ring: Vec::new(), ..Settings::default() },
            accounts: Vec::new(),
            calls: Vec::new(),
            history: History::default(),
            devices: Devices::default(),
            shown: nothing(preferences.clone(), practice),
            preferences,
            origins: Origins::default(),
            prompts: Prompts::default(),
            originations: Originations::default(),
            deck: Deck::default(),
            floor: Floor::default(),
            supervising: Supervising::default(),
            line: Line::default(),
            callbacks: Callbacks::default(),
            seed: String::new(),
            ordered: 0,
            port: None,
            port_taken: None,
            link_seen: None,
            dialed: 0,
            focus: None,
            rings: false,
            effects: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// With random letters and digits, which nobody can guess; another one at every start.
    #[must_use]
    pub fn with_seed(mut self, seed: String) -> Self {
        self.seed = seed;
        self
    }

    /// Counting changes on from `seq`, which must be higher than what an earlier run came to: whoever resumes by a number of that
    /// one is then told apart. Below 2^53, for JSON is read by JavaScript too.
    #[must_use]
    pub fn counting_from(mut self, seq: u64) -> Self {
        self.shown.seq = seq;
        self
    }

    /// Everything shown now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            history: self.history.entries(),
            prompts: self.prompts.wire(),
            click_to_call: self.click_to_call(),
            cards: self.deck.wire(),
            agents: self.floor.agents(),
            queues: self.floor.queues(),
            callbacks: self.callbacks.wire(),
            ..self.shown.clone()
        }
    }

    /// Which numbers are inside, whose calls are this desk's affair, and how numbers are written.
    pub fn numbering(&self) -> Numbering {
        self.deck.numbering()
    }

    /// When to send [`Input::Tick`] at the latest.
    pub fn wake(&self) -> Option<Instant> {
        let answers = self.calls.iter().filter_map(Call::answer_at);
        let leaves = self.calls.iter().filter_map(|call| call.ended_since()?.checked_add(SHOWN_AFTER_END));
        let digits = self.calls.iter().filter_map(|call| call.post_dial_at);
        let asked = self.prompts.wake().into_iter().chain(self.originations.wake());
        let work =
            [self.floor.wake(), self.supervising.wake(), self.line.wake(), self.callbacks.wake(), self.deck.wake()];
        let due = work.into_iter().flatten().chain(self.counts.due());
        answers.chain(leaves).chain(digits).chain(asked).chain(due).min()
    }

    /// Takes in one thing that happened and says what follows from it.
    pub fn update(&mut self, input: Input, now: Now) -> Vec<Effect> {
        let mut asked = None;
        match input {
            Input::Intent(asker, intent) => asked = Some(self.intend(&asker, intent, now)),
            Input::Phone(event) => self.hear(event, now),
            Input::Settings(settings) => self.load(settings),
            Input::Password(account, password) => self.found_password(&account, password),
            Input::SecretsInFile(in_file) => self.preferences.secrets_in_file = in_file,
            Input::NotStored(why) => self.notice("settings_not_saved", format!("The change could not be saved: {why}")),
            Input::Originated(told) => self.originated(told, now.instant),
            Input::Port(port, taken) => (self.port, self.port_taken) = (Some(port), taken),
            Input::CallEvent(event) => {
                let event = self.deck.understood(event);
                self.floor_hears(&event, now);
                self.callbacks_hear(&event, now);
                self.deck.told(event, now);
            }
            Input::FloorCall(event) => self.floor_hears(&event, now),
            Input::Floor(event) => self.floor_input(event, now),
            Input::Ordered(told) => self.ordered_told(&told, now),
            Input::Powers(powers) => self.powers_told(powers),
            Input::Manager(trouble) => {
                self.manager_told(trouble.as_deref());
                self.floor_connected(trouble, now);
            }
            Input::Committed(token, result) => self.committed(token, result, now),
            Input::Callbacks(callbacks) => self.restore_callbacks(callbacks, now),
            Input::Found(found) => self.deck.found(found, now),
            Input::Registered(key) => self.deck.was_registered(&key),
            Input::Restored(restored) => self.deck.restore(restored, now),
            Input::Notice(code, detail) => self.notice(&code, detail),
            Input::Tick => {}
        }
        self.tick(now);
        self.follow_floor(now);
        self.follow_supervision(now);
        self.follow_line(now);
        self.follow_callbacks(now);
        self.ring();
        self.follow_calls(now);
        self.publish(now.instant);
        if let Some(result) = asked {
            let seq = self.shown.seq;
            self.effects.push(Effect::Reply(result.map(|made| made.done(seq))));
        }
        mem::take(&mut self.effects)
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.effects.push(Effect::Phone(command));
    }

    pub(crate) fn ask_pbx(&mut self, originate: Originate) {
        self.effects.push(Effect::Originate(originate));
    }

    /// Gives an order to the PBX. Its id begins with a letter that says whose affair it is.
    pub(crate) fn order(&mut self, whose: char, wish: cti::Wish) -> String {
        self.ordered += 1;
        let id = format!("{whose}{}", self.ordered);
        self.effects.push(Effect::Order(cti::Order { id: id.clone(), wish }));
        id
    }

    fn ordered_told(&mut self, told: &cti::OrderTold, now: Now) {
        // It goes on, whatever was wanted: only its end is told by `Over`.
        if let cti::Step::Failed { code, detail } = &told.step
            && code == "hang_up_forbidden"
        {
            return self.notice(code, detail.clone());
        }
        match told.id.chars().next() {
            Some('s' | 'p') => self.order_told(told, now),
            Some('b') => self.line_order_told(told, now),
            Some('k') => self.callback_order_told(told, now),
            _ => {}
        }
    }

    fn floor_input(&mut self, event: cti::FloorEvent, now: Now) {
        if let cti::FloorEvent::WaitsNoMore { queue, call_id, abandoned: true } = &event
            && let Some((number, name)) = self.floor.who_waits(queue, call_id)
        {
            self.callbacks_abandoned(queue, &number, name.as_deref(), now);
        }
        self.floor_told(event, now);
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

    /// What is due by now: calls that answer themselves, digits, ended calls that leave, and what waited too long.
    fn tick(&mut self, now: Now) {
        self.post_dial(now.instant);
        self.prompts.expire(now.instant);
        let is_due = |call: &&Call| call.answer_at().is_some_and(|at| at <= now.instant);
        if let Some(id) = self.calls.iter().find(is_due).map(|call| call.id) {
            self.auto_answer(id);
        }
        forget_ended(&mut self.calls, now.instant);
        self.originations.expire(&self.calls, now.instant);
    }

    /// Each call on this telephone has a card, and what cards ask for goes out.
    fn follow_calls(&mut self, now: Now) {
        for call in self.calls.iter_mut().filter(|call| call.owner == Owner::Agent) {
            let account = self.accounts.iter().find(|account| *account.id() == call.account);
            let extension = account.map(|account| account.extension().to_owned()).unwrap_or_default();
            self.deck.follow(Followed { call, extension }, now);
        }
        self.deck.tick(now);
        for asked in self.deck.take_asked() {
            if let Asked::Write(journal::Write::Call(call)) = &asked {
                self.callbacks_see(call, now);
            }
            self.effects.push(match asked {
                Asked::Write(write) => Effect::Journal(write),
                Asked::LookUp(look_up) => Effect::LookUp(look_up),
                Asked::Moment(moment, facts) => Effect::Moment(moment, facts),
                Asked::Open(facts) => Effect::Open(facts),
            });
        }
    }

    /// The bell follows from the calls: it rings while one is offered and the agent is free.
    fn ring(&mut self) {
        let rings = self.calls.iter().any(Call::is_offered) && !self.is_engaged();
        if rings != self.rings {
            self.rings = rings;
            self.command(Command::Ring(rings));
        }
    }
}

/// What is shown before anything has happened.
fn nothing(preferences: Preferences, practice: bool) -> Snapshot {
    let clicks = Clicks::default();
    Snapshot {
        seq: 0,
        accounts: Vec::new(),
        calls: Vec::new(),
        history: Vec::new(),
        cards: Vec::new(),
        card_rules: crate::card::Cards::default().wire(),
        callbacks: Vec::new(),
        callback_line: wire::CallbackLine::default(),
        agents: Vec::new(),
        queues: Vec::new(),
        floor: wire::FloorState::default(),
        supervision: None,
        orders: Vec::new(),
        powers: no_powers(),
        presence: wire::Presence::default(),
        help: Vec::new(),
        help_asked: None,
        listeners: Vec::new(),
        prompts: Vec::new(),
        originations: Vec::new(),
        click_to_call: Origins::default().wire(&clicks, None, None),
        devices: Devices::default(),
        preferences,
        practice,
    }
}

fn no_powers() -> wire::Powers {
    let power = || wire::Power { allowed: false, why: None };
    wire::Powers {
        spy: power(),
        whisper: power(),
        barge: power(),
        pick_up: power(),
        play_recording: power(),
        pause: power(),
        ask_help: power(),
        floor: power(),
    }
}
