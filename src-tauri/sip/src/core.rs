//! The core: one way in ([`Core::handle`]), one way out ([`Core::poll`]), and when to come back ([`Core::wake`]).

mod command;
mod config;
mod event;
mod flow;
mod io;
mod random;
mod receive;
mod stack;
#[cfg(test)]
mod tests;
mod timers;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use crate::{
    transaction::{Owner, TransactionId},
    ua::{Account, Call, MessageKey, Rate, UnderWay, Watches},
};

pub use command::Command;
pub use config::{AccountConfig, Config, Timers};
pub use event::{EndCause, Event, RegistrationFailure, RegistrationState, Side, Watched};
pub(crate) use flow::host_port;
pub use io::{AccountKey, CallKey, FlowError, FlowId, Input, Output, RequestId, Target, Transport};
pub(crate) use random::Random;
pub(crate) use stack::{Failure, Stack, Up};
pub(crate) use timers::{AccountAlarm, Alarm, CallAlarm, WatchAlarm};

/// A SIP user agent without clock, socket or thread.
///
/// ```
/// use sip::{Config, Core, Input};
/// let mut core = Core::new(Config::new("example", [7; 32]));
/// core.handle(Input::Tick, std::time::Instant::now());
/// assert!(core.poll().is_none() && core.wake().is_none(), "nothing to do, ever");
/// ```
pub struct Core {
    pub(crate) stack: Stack,
    pub(crate) accounts: BTreeMap<AccountKey, Account>,
    pub(crate) calls: BTreeMap<CallKey, Call>,
    /// Calls that ended, and wait for their last responses.
    pub(crate) over: BTreeSet<CallKey>,
    /// Requests that wait for [`Command::Respond`].
    pub(crate) requests: BTreeMap<RequestId, TransactionId>,
    pub(crate) last_inbound_call: u64,
    /// Texts of ours that are under way.
    pub(crate) messages: BTreeMap<MessageKey, UnderWay>,
    pub(crate) last_message: u64,
    /// Texts of others.
    pub(crate) texts: Rate,
    pub(crate) watches: Watches,
    pub(crate) stopping: bool,
}

impl Core {
    /// An agent without accounts.
    pub fn new(config: Config) -> Core {
        Core {
            stack: Stack::new(config),
            accounts: BTreeMap::new(),
            calls: BTreeMap::new(),
            over: BTreeSet::new(),
            requests: BTreeMap::new(),
            last_inbound_call: 0,
            messages: BTreeMap::new(),
            last_message: 0,
            texts: Rate::new(),
            watches: Watches::default(),
            stopping: false,
        }
    }

    /// Takes in what happened. Drain [`Core::poll`] afterwards.
    pub fn handle(&mut self, input: Input<'_>, now: Instant) {
        self.stack.advance(now);
        match input {
            Input::Connected { flow, local, transport } => {
                if let Some(account) = self.stack.connected(flow, local, transport) {
                    self.account_connected(account, flow);
                }
            }
            Input::Accepted { flow, local, remote, transport } => self.stack.accepted(flow, local, remote, transport),
            Input::Closed { flow, cause } => self.stack.closed(flow, cause),
            Input::Datagram { flow, from, bytes } => self.stack.datagram(flow, from, bytes),
            Input::Stream { flow, bytes } => self.stack.stream(flow, bytes),
            Input::Resolved { account, targets } => self.account_resolved(account, targets),
            Input::Command(command) => self.command(command),
            Input::Tick => {}
        }
        self.settle();
    }

    /// What is to be done next, if anything.
    pub fn poll(&mut self) -> Option<Output> {
        self.stack.poll()
    }

    /// When [`Input::Tick`] is due.
    pub fn wake(&self) -> Option<Instant> {
        self.stack.wake()
    }

    /// Carries upwards what came, and runs what is due, until there is neither.
    fn settle(&mut self) {
        loop {
            if let Some(up) = self.stack.next_up() {
                self.up(up);
            } else if let Some(alarm) = self.stack.due() {
                self.alarm(alarm);
            } else if self.stack.is_settled() {
                break;
            }
        }
        self.sweep();
    }

    fn up(&mut self, up: Up) {
        match up {
            Up::Request { transaction, request, path } => self.request(transaction, &request, path),
            Up::Acknowledged { ack } => self.acknowledged(&ack),
            Up::Response { transaction, owner, request, response, path } => match owner {
                Owner::Registration(account) => self.register_response(account, request, &response, path),
                Owner::Call(call) => self.call_response(call, transaction, request, &response, path),
                Owner::Message(message) => self.message_response(message, request, &response, path),
                Owner::Watch(watch) => self.subscribe_response(watch, transaction, request, &response, path),
            },
            Up::Failed { transaction, owner, request, failure } => match owner {
                Owner::Registration(account) => self.register_failed(account, failure),
                Owner::Call(call) => self.call_failed(call, transaction, &request, failure),
                Owner::Message(message) => self.message_done(message, None),
                Owner::Watch(watch) => self.subscribe_failed(watch, transaction, failure),
            },
            Up::FlowLost { flow, account, cause } => {
                self.calls_lost_flow(flow);
                if let Some(account) = account {
                    self.account_lost_flow(account, flow, &cause);
                }
            }
        }
    }

    fn alarm(&mut self, alarm: Alarm) {
        match alarm {
            Alarm::Account(account, alarm) => self.account_alarm(account, alarm),
            Alarm::Call(call, alarm) => self.call_alarm(call, alarm),
            Alarm::Watch(watch, alarm) => self.watch_alarm(watch, alarm),
            Alarm::Stop => self.stopped(),
            Alarm::Transaction(..) | Alarm::Flow(..) => {}
        }
    }

    /// Forgets the calls that ended and have nothing more to wait for.
    fn sweep(&mut self) {
        let done: Vec<CallKey> = self.over.iter().copied().filter(|key| self.is_done(*key)).collect();
        for key in done {
            self.over.remove(&key);
            self.calls.remove(&key);
            CallAlarm::ALL.iter().for_each(|alarm| self.stack.cancel_call(key, *alarm));
        }
        if self.stopping && self.has_said_goodbye() {
            self.stopped();
        }
    }

    /// No account is bound any more, and no BYE is unanswered or still to be sent. What only lingers is not waited for.
    fn has_said_goodbye(&self) -> bool {
        let owes_bye = self.calls.values().any(|call| call.farewell.is_some());
        let owes = owes_bye || self.watches.are_queued() || self.stack.transactions.is_waiting();
        self.accounts.values().all(Account::is_gone) && !owes
    }

    fn is_done(&self, key: CallKey) -> bool {
        let waits_for_ack = self.calls.get(&key).is_some_and(|call| call.unacknowledged.is_some());
        !waits_for_ack && !self.stack.transactions.has_owner(Owner::Call(key))
    }

    fn stopped(&mut self) {
        if std::mem::take(&mut self.stopping) {
            self.stack.cancel(Alarm::Stop);
            self.stack.tell(Event::Stopped);
        }
    }
}
