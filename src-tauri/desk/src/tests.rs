//! Stories at one desk, in virtual time.

mod calls;
mod hold;
mod rules;
mod setup;
mod target;

use std::time::{Duration, Instant};

use jiff::Timestamp;
use phone::{AccountId, AutoAnswer, CallId, Command, DtmfMode, Event, Peer, Reason, Registration, Secret, Transport};

use crate::{
    AccountSettings, Desk, Effect, Input, Now, Settings, Store,
    wire::{Call, CallState, Change, Done, Intent, Refusal, What},
};

/// A desk with a clock, and everything it said to the phone since it was last asked.
struct Kit {
    desk: Desk,
    now: Now,
    commands: Vec<Command>,
    changes: Vec<Change>,
    stored: Vec<Store>,
}

impl Kit {
    /// An account `work`, registered.
    fn new() -> Self {
        Self::with(Settings { accounts: vec![account("work", "sip:101@pbx.example")], ..Settings::default() })
    }

    fn with(settings: Settings) -> Self {
        let ids: Vec<AccountId> = settings.accounts.iter().map(|settings| settings.account.id.clone()).collect();
        let mut kit = Self {
            desk: Desk::new(false),
            now: Now { instant: start(), wall: Timestamp::constant(1_790_000_000, 0) },
            commands: Vec::new(),
            changes: Vec::new(),
            stored: Vec::new(),
        };
        kit.input(Input::Settings(settings));
        for id in ids {
            kit.hear(Event::Registration(id, Registration::Registered));
        }
        kit.commands.clear();
        kit.changes.clear();
        kit
    }

    fn input(&mut self, input: Input) -> Option<Result<Done, Refusal>> {
        let mut reply = None;
        for effect in self.desk.update(input, self.now) {
            match effect {
                Effect::Phone(command) => self.commands.push(command),
                Effect::Change(change) => self.changes.push(change),
                Effect::Store(store) => self.stored.push(store),
                Effect::Reply(result) => assert!(reply.replace(result).is_none(), "an intent is answered once"),
            }
        }
        reply
    }

    fn hear(&mut self, event: Event) {
        self.input(Input::Phone(event));
    }

    fn ask(&mut self, intent: &str) -> Result<Done, Refusal> {
        let intent: Intent = serde_json::from_str(intent).expect("the story speaks JSON as on the wire");
        self.input(Input::Intent(intent)).expect("every intent is answered")
    }

    /// Asks for something that must be done.
    fn asks(&mut self, intent: &str) -> Option<String> {
        self.ask(intent).expect("this must be possible").call
    }

    /// Asks for something that must be refused; gives the status and the code.
    fn is_refused(&mut self, intent: &str) -> (u16, String) {
        let before = self.desk.snapshot();
        let said = self.commands.len();
        let refusal = self.ask(intent).expect_err("this must be refused");
        assert_eq!(said, self.commands.len(), "a refused intent does nothing");
        assert_eq!(before, self.desk.snapshot(), "a refused intent changes nothing");
        (refusal.status, refusal.code)
    }

    /// Lets time pass, ticking when the desk wants it.
    fn pass(&mut self, time: Duration) {
        let end = self.now.instant + time;
        while let Some(wake) = self.desk.wake().filter(|wake| *wake <= end) {
            self.move_to(wake);
            self.input(Input::Tick);
        }
        self.move_to(end);
    }

    fn move_to(&mut self, instant: Instant) {
        let step = instant.saturating_duration_since(self.now.instant);
        self.now.wall = self.now.wall.checked_add(step).expect("a story is short");
        self.now.instant += step;
    }

    fn take_commands(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.commands)
    }

    fn call(&self, id: &str) -> Call {
        self.desk.snapshot().calls.into_iter().find(|call| call.id == id).expect("the call is in sight")
    }

    fn state(&self, id: &str) -> CallState {
        self.call(id).state
    }

    fn rings_in(&mut self, call: u64) {
        self.incoming(call, None);
    }

    fn incoming(&mut self, call: u64, auto_answer: Option<Duration>) {
        let peer =
            Peer { number: "74952294989".into(), name: Some("Anna".into()), uri: "sip:74952294989@pbx.example".into() };
        let account = AccountId("work".into());
        self.hear(Event::Incoming { call: CallId(call), account, peer, auto_answer, headers: Vec::new() });
    }

    /// An incoming call that the agent has answered.
    fn up(&mut self, call: u64) {
        self.rings_in(call);
        self.asks(&format!(r#"{{"type":"answer","call":"c{call}"}}"#));
        self.hear(Event::Answered(CallId(call)));
    }

    fn holds(&mut self, call: u64, local: bool) {
        self.hear(Event::Hold { call: CallId(call), local, remote: false });
    }

    fn ends(&mut self, call: u64, reason: Reason) {
        self.hear(Event::Ended { call: CallId(call), reason, status: None, detail: None });
    }
}

/// The one place where a story looks at a clock: `Instant` has no other beginning.
#[allow(clippy::disallowed_methods)]
fn start() -> Instant {
    Instant::now()
}

fn account(id: &str, aor: &str) -> AccountSettings {
    AccountSettings {
        account: phone::Account {
            id: AccountId(id.into()),
            aor: aor.into(),
            registrar: None,
            username: None,
            password: Secret::default(),
            display_name: None,
            transport: Transport::Udp,
            ca: None,
            codecs: vec![phone::Codec::Opus],
            dtmf: DtmfMode::Auto,
            auto_answer: AutoAnswer::Trusted,
        },
        password: Some(Secret("pa55".into())),
        practice: false,
    }
}

fn notices(changes: &[Change]) -> Vec<&str> {
    changes
        .iter()
        .filter_map(|change| match &change.what {
            What::Notice { code, .. } => Some(code.as_str()),
            _ => None,
        })
        .collect()
}
