//! Stories at one desk, in virtual time.

mod callback_line;
mod callbacks;
mod calls;
mod cards;
mod clicks;
mod current;
mod floods;
mod floor;
mod hold;
mod links;
mod originations;
mod origins;
mod pages;
mod post_dial;
mod prompts;
mod risks;
mod rules;
mod setup;
mod supervision;
mod target;

use std::time::{Duration, Instant};

use jiff::Timestamp;
use phone::{AccountId, AutoAnswer, CallId, Command, DtmfMode, Event, Peer, Reason, Registration, Secret, Transport};

use crate::{
    AccountSettings, Asker, Clicks, Desk, Effect, Facts, Input, LookUp, Moment, Now, Originate, Page, Settings, Store,
    wire::{Call, CallState, Change, ClickToCall, Done, Intent, Prompt, PromptReason, Refusal, Verdict, What},
};

/// A desk with a clock, and everything it said to the phone since it was last asked.
struct Kit {
    desk: Desk,
    now: Now,
    commands: Vec<Command>,
    changes: Vec<Change>,
    stored: Vec<Store>,
    originated: Vec<Originate>,
    written: Vec<journal::Write>,
    looked_up: Vec<LookUp>,
    /// What the manager interface was asked for.
    orders: Vec<cti::Order>,
    /// What waits to be on the disk.
    commits: Vec<(u64, Vec<journal::Write>)>,
    moments: Vec<(Moment, Facts)>,
    opened: Vec<Facts>,
    /// What somebody sees who applies all changes, where a story wants to know.
    listener: Option<crate::wire::Snapshot>,
}

impl Kit {
    /// An account `work`, registered.
    fn new() -> Self {
        Self::with(Settings { accounts: vec![account("work", "sip:101@pbx.example")], ..Settings::default() })
    }

    fn with(settings: Settings) -> Self {
        let ids: Vec<AccountId> = settings.accounts.iter().map(|settings| settings.account.id.clone()).collect();
        let mut kit = Self {
            desk: Desk::new(false).with_seed("5eed".to_owned()),
            now: Now { instant: start(), wall: Timestamp::constant(1_790_000_000, 0) },
            commands: Vec::new(),
            changes: Vec::new(),
            stored: Vec::new(),
            originated: Vec::new(),
            written: Vec::new(),
            looked_up: Vec::new(),
            orders: Vec::new(),
            commits: Vec::new(),
            moments: Vec::new(),
            opened: Vec::new(),
            listener: None,
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
                Effect::Originate(originate) => self.originated.push(originate),
                Effect::Change(change) => {
                    if let Some(listener) = &mut self.listener {
                        assert_eq!(change.seq, listener.seq + 1, "no gaps");
                        rules::follow(listener, &change);
                    }
                    self.changes.push(change);
                }
                Effect::Store(store) => self.stored.push(store),
                Effect::Order(order) => self.orders.push(order),
                Effect::Commit(token, writes) => self.commits.push((token, writes)),
                Effect::Journal(write) => self.written.push(write),
                Effect::LookUp(look_up) => self.looked_up.push(look_up),
                Effect::Moment(moment, facts) => self.moments.push((moment, facts)),
                Effect::Open(facts) => self.opened.push(facts),
                Effect::Reply(result) => assert!(reply.replace(result).is_none(), "an intent is answered once"),
            }
        }
        if let Some(listener) = &self.listener {
            assert_eq!(*listener, self.desk.snapshot(), "who applies all changes sees what is");
        }
        reply
    }

    fn hear(&mut self, event: Event) {
        self.input(Input::Phone(event));
    }

    /// The account `work`, and clicks taken like this.
    fn clicks(clicks: Clicks) -> Self {
        Self::with(Settings { accounts: vec![account("work", "sip:101@pbx.example")], clicks, ..Settings::default() })
    }

    fn page(&mut self, page: &Page, intent: &str) -> Result<Done, Refusal> {
        let intent: Intent = serde_json::from_str(intent).expect("the story speaks JSON as on the wire");
        self.input(Input::Intent(Asker::Page(page.clone()), intent)).expect("every intent is answered")
    }

    /// What a page hears when it asks for a number: the call, the prompt, or the code of its refusal.
    fn page_dials(&mut self, page: &Page, number: &str) -> String {
        match self.page(page, &dial(number)) {
            Ok(done) => done.call.or(done.prompt).or(done.origination).expect("something was made"),
            Err(refusal) => format!("{} {}", refusal.status, refusal.code),
        }
    }

    fn page_is_refused(&mut self, page: &Page, intent: &str) -> (u16, String) {
        let said = self.commands.len();
        let refusal = self.page(page, intent).expect_err("this must be refused");
        assert_eq!(said, self.commands.len(), "a refused intent does nothing");
        (refusal.status, refusal.code)
    }

    fn prompts(&self) -> Vec<Prompt> {
        self.desk.snapshot().prompts
    }

    /// The only prompt there is.
    fn prompt(&self) -> Prompt {
        let mut prompts = self.prompts();
        assert_eq!(prompts.len(), 1, "{prompts:?}");
        prompts.remove(0)
    }

    fn click_to_call(&self) -> ClickToCall {
        self.desk.snapshot().click_to_call
    }

    fn verdict(&self, origin: &str) -> Option<Verdict> {
        let origins = self.click_to_call().origins;
        origins.into_iter().find(|known| known.origin == origin).map(|known| known.verdict)
    }

    fn dialled(&mut self) -> Vec<String> {
        let commands = self.take_commands().into_iter();
        let target = |command| if let Command::Dial { target, .. } = command { Some(target) } else { None };
        commands.filter_map(target).collect()
    }

    fn ask(&mut self, intent: &str) -> Result<Done, Refusal> {
        let intent: Intent = serde_json::from_str(intent).expect("the story speaks JSON as on the wire");
        self.input(Input::Intent(Asker::Agent, intent)).expect("every intent is answered")
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
        self.hear(Event::Incoming {
            call: CallId(call),
            account,
            peer,
            auto_answer,
            trusted: true,
            headers: Vec::new(),
        });
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
        rules: crate::Rules::default(),
        extension: None,
        password: Some(Secret("pa55".into())),
        practice: false,
    }
}

/// A page of this site whose script asks.
fn site(origin: &str) -> Page {
    Page { origin: Some(origin.into()), proven: true, clicked: false, pairs: false }
}

/// A page of this site on which the agent clicked.
fn clicked(origin: &str) -> Page {
    Page { clicked: true, ..site(origin) }
}

fn dial(number: &str) -> String {
    format!(r#"{{"type":"dial","target":"{number}"}}"#)
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
