//! The task that owns the phone: it feeds the SIP core with what the network and the desk say, and carries out what the
//! core asks for.
//!
//! Nothing here waits for anybody. What the desk has not taken yet is kept in `outbox`, so a slow desk and a fast phone
//! cannot block each other.

mod text;
mod watch;

use std::{collections::VecDeque, future::pending, time::Duration};

use sip::{Command as SipCommand, Core, Event as SipEvent, FlowId, Input, Output};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use crate::{
    AccountId, Command, Event, Registration,
    account::{self, Accounts},
    call::{Calls, Context},
    net::{Net, NetEvent, local_address_towards},
    registration::registration,
    sound::{Sound, SoundEvent},
};

/// All of a stop: unregister, BYE, and their answers.
const STOP_LIMIT: Duration = Duration::from_millis(1500);
/// How often the way to the registrars is looked at: another network, another address, or a wake from sleep.
const NETWORK_CHECK: Duration = Duration::from_secs(5);

/// Where the task's inputs come from.
pub(crate) struct Inputs {
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) network: mpsc::Receiver<NetEvent>,
    pub(crate) sound: mpsc::Receiver<SoundEvent>,
}

/// The phone.
pub(crate) struct Agent {
    core: Core,
    net: Net,
    accounts: Accounts,
    calls: Calls,
    outbox: VecDeque<Event>,
    stopping: Option<Instant>,
}

impl Agent {
    pub(crate) fn new(core: Core, net: Net, sound: Sound) -> Agent {
        Agent {
            core,
            net,
            accounts: Accounts::default(),
            calls: Calls::new(sound),
            outbox: VecDeque::new(),
            stopping: None,
        }
    }

    /// Runs until stopped, or until the desk is gone.
    pub(crate) async fn run(mut self, mut inputs: Inputs, events: mpsc::Sender<Event>) {
        let mut network_check = tokio::time::interval(NETWORK_CHECK);
        loop {
            self.drain();
            if self.stopping.is_some() && self.outbox.iter().any(|event| *event == Event::Stopped) {
                for event in self.outbox.drain(..) {
                    events.send(event).await.ok();
                }
                return;
            }
            let wake = [self.core.wake().map(Instant::from_std), self.stopping].into_iter().flatten().min();
            tokio::select! {
                biased;
                command = inputs.commands.recv() => match command {
                    Some(command) => self.command(command),
                    None => return,
                },
                Some(event) = inputs.network.recv() => self.network(event),
                Some(event) = inputs.sound.recv() => self.with_calls(|calls, context| calls.sound(event, context)),
                permit = events.reserve(), if !self.outbox.is_empty() => match (permit, self.outbox.pop_front()) {
                    (Ok(permit), Some(event)) => permit.send(event),
                    _ => return,
                },
                () = sleep_until_some(wake) => self.tick(),
                _ = network_check.tick() => self.check_network(),
            }
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::SetAccount(account) => self.set_account(account),
            Command::RemoveAccount(id) => {
                if let Some(entry) = self.accounts.remove(&id) {
                    self.sip(SipCommand::RemoveAccount(entry.key));
                }
            }
            Command::Watch { account, targets } => self.watch(&account, targets),
            Command::Message { id, account, target, text } => self.send_text(id, &account, &target, text),
            Command::Stop => {
                self.stopping = Some(Instant::now() + STOP_LIMIT);
                self.calls.silence();
                self.sip(SipCommand::Stop);
            }
            command => self.with_calls(|calls, context| calls.command(command, context)),
        }
    }

    fn set_account(&mut self, account: crate::Account) {
        let id = account.id.clone();
        match account::sip_config(&account) {
            Ok(config) => {
                let key = self.accounts.set(account);
                self.sip(SipCommand::SetAccount(key, config));
                self.sip(SipCommand::Register(key));
                self.watch_again(&id);
            }
            Err(detail) => self.registration_failed(id, detail),
        }
    }

    fn registration_failed(&mut self, id: AccountId, detail: String) {
        let failure = crate::Failure { status: None, cause: crate::Cause::UnknownHost, detail };
        self.outbox.push_back(Event::Registration(id, Registration::Failed(failure)));
    }

    fn network(&mut self, event: NetEvent) {
        let input = match &event {
            NetEvent::Connected { flow, local, transport } => {
                Input::Connected { flow: *flow, local: *local, transport: *transport }
            }
            NetEvent::Closed { flow, cause } => {
                self.net.close(*flow);
                Input::Closed { flow: *flow, cause: cause.clone() }
            }
            NetEvent::Datagram { flow, from, bytes } => Input::Datagram { flow: *flow, from: *from, bytes },
            NetEvent::Stream { flow, bytes } => Input::Stream { flow: *flow, bytes },
            NetEvent::Resolved { account, targets } => {
                self.learn_local_address(*account, targets.as_deref().unwrap_or_default());
                Input::Resolved { account: *account, targets: targets.clone() }
            }
        };
        self.core.handle(input, now());
    }

    /// RTP is offered at the address that the registrar is reached from.
    fn learn_local_address(&mut self, account: sip::AccountKey, targets: &[sip::Target]) {
        if let Some(target) = targets.first()
            && let Ok(local) = local_address_towards(target.addr)
            && let Some(entry) = self.accounts.by_key_mut(account)
        {
            entry.local = Some(local);
            entry.registrar = Some(target.addr);
        }
    }

    fn check_network(&mut self) {
        let mut moved = false;
        for entry in self.accounts.iter_mut() {
            let now = entry.registrar.and_then(|registrar| local_address_towards(registrar).ok());
            if now.is_some() && now != entry.local {
                // Said once, however long the registrar cannot be found from the new network.
                entry.local = now;
                moved = true;
            }
        }
        if moved {
            tracing::info!("the network changed: registering anew");
            self.sip(SipCommand::NetworkChanged);
        }
    }

    fn tick(&mut self) {
        self.core.handle(Input::Tick, now());
        if self.stopping.is_some_and(|limit| Instant::now() >= limit) {
            self.outbox.push_back(Event::Stopped);
        }
    }

    fn with_calls(&mut self, step: impl FnOnce(&mut Calls, &mut Context<'_>)) {
        let mut context =
            Context { core: &mut self.core, accounts: &self.accounts, events: &mut self.outbox, now: now() };
        step(&mut self.calls, &mut context);
    }

    fn sip(&mut self, command: SipCommand) {
        self.core.handle(Input::Command(command), now());
    }

    fn drain(&mut self) {
        while let Some(output) = self.core.poll() {
            match output {
                Output::Connect { flow, target, account } => self.connect(flow, target, account),
                Output::Close { flow } => self.net.close(flow),
                Output::Send { flow, to, bytes } => self.net.send(flow, to, bytes),
                Output::Resolve { account, host, port, transport } => self.net.resolve(account, host, port, transport),
                Output::Event(event) => self.sip_event(event),
            }
        }
    }

    fn connect(&mut self, flow: FlowId, target: sip::Target, account: Option<sip::AccountKey>) {
        let ca = account.and_then(|key| self.accounts.by_key(key)).and_then(|entry| entry.account.ca.clone());
        self.net.connect(flow, target, ca);
    }

    fn sip_event(&mut self, event: SipEvent) {
        match event {
            SipEvent::Registration { account, state } => {
                if let Some(entry) = self.accounts.by_key(account) {
                    let id = entry.account.id.clone();
                    self.outbox.push_back(Event::Registration(id, registration(state)));
                }
            }
            SipEvent::Watched { account, target, watched } => self.watched(account, &target, watched),
            SipEvent::Message { account, from, text } => self.text_came(account, &from, text),
            SipEvent::MessageSent { id, status } => self.outbox.push_back(Event::MessageSent(id, status)),
            SipEvent::Stopped => self.outbox.push_back(Event::Stopped),
            event => self.with_calls(|calls, context| calls.sip_event(event, context)),
        }
    }
}

fn now() -> std::time::Instant {
    Instant::now().into_std()
}

async fn sleep_until_some(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
}
