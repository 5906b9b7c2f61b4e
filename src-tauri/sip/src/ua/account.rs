//! An account's way to its registrar: resolve, connect, try the next target, come back (RFC 3263, RFC 5626 §4.5).
//!
//! ```text
//!           wanted                targets             Connected
//!  ┌──────┐ ──────► ┌───────────┐ ──────► ┌────────────┐ ──────► ┌────┐
//!  │ Down │         │ Resolving │         │ Connecting │         │ Up │ ──► REGISTER (register.rs)
//!  └──▲───┘         └─────┬─────┘         └──┬──────▲──┘         └─┬──┘
//!     │ after a while     │ none             │      │ next target  │ Closed
//!     └───────────────────┴──────────────────┴──────┘ ◄────────────┘
//! ```

use std::{collections::VecDeque, net::SocketAddr, time::Duration};

use crate::{
    core::{
        AccountAlarm, AccountConfig, AccountKey, Alarm, Core, Event, FlowError, FlowId, Output, RegistrationFailure,
        RegistrationState, Target,
    },
    transaction::Path,
    wire::NameAddr,
};

use super::{auth::Keyring, register::Registration};

/// Resolver or sockets that never answer are taken for a failure.
const UNANSWERED: Duration = Duration::from_secs(40);

/// An account and all that is known about its registrar.
pub(crate) struct Account {
    pub(crate) config: AccountConfig,
    pub(crate) connection: Connection,
    pub(crate) registration: Registration,
    pub(crate) keyring: Keyring,
    /// The user wants to be registered.
    pub(crate) wanted: bool,
    /// The user wants it gone, once it is unregistered.
    pub(crate) removed: bool,
    /// Failures in a row.
    pub(crate) failures: u32,
    /// Addresses of the registrar, whatever came from them is trusted.
    pub(crate) targets: Vec<Target>,
    /// Those not tried yet.
    untried: VecDeque<Target>,
    announced: Option<RegistrationState>,
}

/// Where the way to the registrar stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    Down,
    Resolving,
    Connecting(Path),
    Up(Path),
}

impl Account {
    fn new(config: AccountConfig, call_id: String, tag: String) -> Account {
        Account {
            keyring: Keyring::new(&config.username, &config.password),
            registration: Registration::new(&config, call_id, tag),
            config,
            connection: Connection::Down,
            wanted: false,
            removed: false,
            failures: 0,
            targets: vec![],
            untried: VecDeque::new(),
            announced: None,
        }
    }

    /// The way to the registrar, if it is open.
    pub(crate) fn path(&self) -> Option<Path> {
        match self.connection {
            Connection::Up(path) => Some(path),
            _ => None,
        }
    }

    fn flow(&self) -> Option<FlowId> {
        match self.connection {
            Connection::Up(path) | Connection::Connecting(path) => Some(path.flow),
            _ => None,
        }
    }

    /// From of what we send, without its tag.
    pub(crate) fn identity(&self) -> String {
        self.identity_as(None)
    }

    /// The same under another name, if one is given.
    pub(crate) fn identity_as(&self, display_name: Option<&str>) -> String {
        let display = display_name.or(self.config.display_name.as_deref()).unwrap_or_default();
        NameAddr::new(self.config.aor.clone()).with_display(display).to_string()
    }

    /// Nothing of it is at the registrar.
    pub(crate) fn is_gone(&self) -> bool {
        !self.wanted && !self.registration.is_pending()
    }

    pub(crate) fn is_registrar(&self, addr: SocketAddr) -> bool {
        self.targets.iter().any(|target| target.addr.ip() == addr.ip())
    }
}

impl Core {
    pub(crate) fn set_account(&mut self, key: AccountKey, config: AccountConfig) {
        let wanted = self.accounts.get(&key).is_some_and(|account| account.wanted);
        self.drop_connection(key);
        let (call_id, tag) = (self.stack.random.token(), self.stack.random.token());
        let account = Account { wanted, ..Account::new(config, call_id, tag) };
        self.accounts.insert(key, account);
        if wanted {
            self.register(key);
        }
    }

    pub(crate) fn remove_account(&mut self, key: AccountKey) {
        let calls = self.calls.iter().filter(|(_, call)| call.account == Some(key)).map(|(call, _)| *call);
        for call in calls.collect::<Vec<_>>() {
            self.hang_up(call, None);
        }
        self.watch(key, vec![]);
        self.unregister(key);
        if let Some(account) = self.accounts.get_mut(&key) {
            account.removed = true;
        }
        self.forget_if_removed(key);
    }

    pub(crate) fn forget_if_removed(&mut self, key: AccountKey) {
        let is_done = |account: &Account| account.removed && account.is_gone() && !self.watches.are_leaving(key);
        if self.accounts.get(&key).is_some_and(is_done) {
            self.drop_connection(key);
            self.accounts.remove(&key);
        }
    }

    /// Every flow is suspect: all begin anew. Calls that are answered live on.
    pub(crate) fn network_changed(&mut self) {
        let keys: Vec<AccountKey> = self.accounts.keys().copied().collect();
        for key in keys {
            let used = self.accounts.get(&key).is_some_and(|account| account.connection != Connection::Down);
            self.drop_connection(key);
            if let Some(account) = self.accounts.get_mut(&key) {
                account.failures = 0;
                if account.wanted || used {
                    self.open(key);
                }
            }
        }
    }

    /// Begins to look for the registrar, unless that is under way or done.
    pub(crate) fn open(&mut self, key: AccountKey) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        if account.connection != Connection::Down {
            return;
        }
        account.connection = Connection::Resolving;
        let config = &account.config;
        let (host, port, transport) = (config.registrar_host.clone(), config.registrar_port, config.transport);
        self.stack.cancel(Alarm::Account(key, AccountAlarm::Retry));
        self.stack.set(Alarm::Account(key, AccountAlarm::Unanswered), UNANSWERED);
        self.stack.ask(Output::Resolve { account: key, host, port, transport });
        self.announce_registering(key);
    }

    pub(crate) fn account_resolved(&mut self, key: AccountKey, targets: Result<Vec<Target>, String>) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        if account.connection != Connection::Resolving {
            return;
        }
        match targets {
            Ok(targets) if !targets.is_empty() => {
                account.untried = targets.iter().cloned().collect();
                account.targets = targets;
                self.connect_next(key, RegistrationFailure::Unreachable, String::new());
            }
            Ok(_) => self.account_failed(key, RegistrationFailure::UnknownHost, "no address".to_owned()),
            Err(detail) => self.account_failed(key, RegistrationFailure::UnknownHost, detail),
        }
    }

    /// Tries the next target, or fails for the reason that the last one gave.
    pub(crate) fn connect_next(&mut self, key: AccountKey, cause: RegistrationFailure, detail: String) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        let Some(target) = account.untried.pop_front() else { return self.account_failed(key, cause, detail) };
        let flow = self.stack.connect(&target, key);
        account.connection = Connection::Connecting(Path { flow, to: target.addr });
        self.stack.set(Alarm::Account(key, AccountAlarm::Unanswered), UNANSWERED);
    }

    pub(crate) fn account_connected(&mut self, key: AccountKey, flow: FlowId) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        let Connection::Connecting(path) = account.connection else { return };
        if path.flow != flow {
            return;
        }
        account.connection = Connection::Up(path);
        account.registration.forget_address();
        self.stack.cancel(Alarm::Account(key, AccountAlarm::Unanswered));
        if account.wanted {
            self.send_register(key);
        }
        self.calls_found_path(key, path);
    }

    pub(crate) fn account_lost_flow(&mut self, key: AccountKey, flow: FlowId, cause: &FlowError) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        if account.flow() != Some(flow) {
            return;
        }
        let (was_bound, was_pending) = (account.registration.is_bound(), account.registration.is_pending());
        account.connection = Connection::Down;
        account.registration.lost();
        let wanted = account.wanted;
        self.watches_lost(key);
        self.stack.cancel(Alarm::Account(key, AccountAlarm::Refresh));
        let failure = match cause {
            FlowError::Tls(_) => RegistrationFailure::Tls,
            _ => RegistrationFailure::Unreachable,
        };
        // A flow that worked is replaced at once (RFC 5626 §4.4.1); one that never did is not hammered.
        if was_bound && wanted {
            return self.open(key);
        }
        if was_pending && !wanted {
            self.left(key);
        }
        self.connect_next(key, failure, cause.to_string());
    }

    /// Gives up for now: says so, and plans the next attempt.
    pub(crate) fn account_failed(&mut self, key: AccountKey, cause: RegistrationFailure, detail: String) {
        self.drop_connection(key);
        self.registration_failed(key, None, cause, detail);
        self.calls_unreachable(key);
        self.forget_if_removed(key);
    }

    /// Says that the registration failed, and retries unless that would only do harm.
    pub(crate) fn registration_failed(
        &mut self,
        key: AccountKey,
        status: Option<u16>,
        cause: RegistrationFailure,
        detail: String,
    ) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        account.registration.lost();
        account.failures = account.failures.saturating_add(1);
        if !account.wanted {
            return;
        }
        let timers = &self.stack.config.timers;
        let longest = match cause {
            // Asking again with the same password gets the address banned.
            RegistrationFailure::WrongCredentials => None,
            RegistrationFailure::Refused => Some(timers.retry_max),
            _ => Some(backoff(timers.retry_base, timers.retry_max, account.failures)),
        };
        let retry_in = longest.map(|longest| self.stack.random.between(longest / 2, longest));
        if let Some(after) = retry_in {
            self.stack.set(Alarm::Account(key, AccountAlarm::Retry), after);
        }
        self.announce(key, RegistrationState::Failed { status, cause, detail, retry_in });
    }

    pub(crate) fn account_alarm(&mut self, key: AccountKey, alarm: AccountAlarm) {
        match alarm {
            AccountAlarm::Refresh => self.send_register(key),
            AccountAlarm::Retry => self.register(key),
            AccountAlarm::Unanswered => self.never_connected(key),
        }
    }

    /// Neither Connected nor Closed came, or nothing from the resolver.
    fn never_connected(&mut self, key: AccountKey) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        if let Connection::Connecting(path) = account.connection {
            self.stack.close(path.flow);
        }
        self.connect_next(key, RegistrationFailure::Unreachable, FlowError::TimedOut.to_string());
    }

    /// Closes what is open. Whoever calls this decides how it goes on.
    pub(crate) fn drop_connection(&mut self, key: AccountKey) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        let flow = account.flow();
        account.connection = Connection::Down;
        account.untried.clear();
        account.registration.lost();
        for alarm in [AccountAlarm::Refresh, AccountAlarm::Retry, AccountAlarm::Unanswered] {
            self.stack.cancel(Alarm::Account(key, alarm));
        }
        self.watches_lost(key);
        if let Some(flow) = flow {
            self.stack.close(flow);
            self.calls_lost_flow(flow);
        }
    }

    fn announce_registering(&mut self, key: AccountKey) {
        if self.accounts.get(&key).is_some_and(|account| account.wanted) {
            self.announce(key, RegistrationState::Registering);
        }
    }

    /// Tells a state once.
    pub(crate) fn announce(&mut self, key: AccountKey, state: RegistrationState) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        if account.announced.as_ref() != Some(&state) {
            account.announced = Some(state.clone());
            self.stack.tell(Event::Registration { account: key, state });
        }
    }
}

/// RFC 5626 §4.5: the base doubled with each failure, up to the most.
fn backoff(base: Duration, most: Duration, failures: u32) -> Duration {
    base.saturating_mul(2_u32.saturating_pow(failures.min(20))).min(most)
}
