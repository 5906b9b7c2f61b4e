//! What lies below the user agent: flows, transactions, timers, chance, and the way out.
//!
//! Bytes come in as requests and responses ([`Up`]); requests and responses go out as bytes.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    AccountKey, CallKey, Config, Event, FlowError, FlowId, Output, Target, Transport,
    flow::{Flow, host_port},
    random::Random,
    timers::{Alarm, CallAlarm, FlowAlarm, TimerHeap},
};
use crate::{
    transaction::{
        Client, ClientInvite, ClientKey, ClientMachine, ClientTransaction, Layer, Owner, Pace, Path, Request, Step,
        Timer, TransactionId,
    },
    wire::{EncodeError, Message},
};

/// What comes up from the transactions.
#[derive(Debug)]
pub(crate) enum Up {
    /// A new request.
    Request { transaction: TransactionId, request: Message, path: Path },
    /// An ACK that belongs to no refusal: to a 2xx.
    Acknowledged { ack: Message },
    /// A response to a request of ours.
    Response { transaction: TransactionId, owner: Owner, request: Request, response: Message, path: Path },
    /// No response to a request of ours will come.
    Failed { transaction: TransactionId, owner: Owner, request: Request, failure: Failure },
    /// A flow is gone.
    FlowLost { flow: FlowId, account: Option<AccountKey>, cause: FlowError },
}

/// Why no response will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Timeout,
    Transport,
}

/// Everything below the user agent.
pub(crate) struct Stack {
    pub(crate) config: Config,
    /// The time of the input at hand; none before the first.
    now: Option<Instant>,
    pub(crate) random: Random,
    pub(crate) transactions: Layer,
    timers: TimerHeap,
    pub(super) flows: BTreeMap<FlowId, Flow>,
    pub(super) up: VecDeque<Up>,
    out: VecDeque<Output>,
    last_flow: u64,
}

impl Stack {
    pub(crate) fn new(config: Config) -> Stack {
        let config = Config { timers: config.timers.sane(), ..config };
        Stack {
            random: Random::new(config.seed),
            config,
            now: None,
            transactions: Layer::default(),
            timers: TimerHeap::default(),
            flows: BTreeMap::new(),
            up: VecDeque::new(),
            out: VecDeque::new(),
            last_flow: 0,
        }
    }

    /// Time does not go backwards, whatever the caller says.
    pub(super) fn advance(&mut self, now: Instant) {
        self.now = self.now.max(Some(now));
    }

    /// The time of the input at hand.
    pub(crate) fn now(&self) -> Option<Instant> {
        self.now
    }

    pub(super) fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    pub(super) fn next_up(&mut self) -> Option<Up> {
        self.up.pop_front()
    }

    pub(super) fn wake(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Nothing is left to do at this time.
    pub(super) fn is_settled(&self) -> bool {
        self.up.is_empty() && self.timers.next().is_none_or(|deadline| Some(deadline) > self.now)
    }

    pub(crate) fn tell(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }

    pub(crate) fn ask(&mut self, output: Output) {
        self.out.push_back(output);
    }

    pub(crate) fn set(&mut self, alarm: Alarm, after: Duration) {
        if let Some(now) = self.now {
            self.timers.set(alarm, now + after);
        }
    }

    pub(crate) fn cancel(&mut self, alarm: Alarm) {
        self.timers.cancel(alarm);
    }

    pub(crate) fn set_call(&mut self, call: CallKey, alarm: CallAlarm, after: Duration) {
        self.set(Alarm::Call(call, alarm), after);
    }

    pub(crate) fn cancel_call(&mut self, call: CallKey, alarm: CallAlarm) {
        self.cancel(Alarm::Call(call, alarm));
    }

    // Flows

    /// Asks for a flow; it is told with Connected or Closed.
    pub(crate) fn connect(&mut self, target: &Target, account: AccountKey) -> FlowId {
        self.last_flow += 1;
        let id = FlowId(self.last_flow);
        let mut flow = Flow::new(target.transport, None, Some(target.addr));
        flow.account = Some(account);
        self.flows.insert(id, flow);
        self.ask(Output::Connect { flow: id, target: target.clone(), account: Some(account) });
        id
    }

    /// A flow is up. Returns the account it was made for.
    pub(crate) fn connected(&mut self, id: FlowId, local: SocketAddr, transport: Transport) -> Option<AccountKey> {
        // One of ours that is unknown was closed meanwhile.
        if id.0 & FlowId::OWNER == 0 && !self.flows.contains_key(&id) {
            return None;
        }
        let flow = self.flows.entry(id).or_insert_with(|| Flow::new(transport, None, None));
        flow.local = Some(local);
        let account = flow.account?;
        self.schedule_ping(id);
        Some(account)
    }

    pub(crate) fn accepted(&mut self, id: FlowId, local: SocketAddr, remote: SocketAddr, transport: Transport) {
        self.flows.insert(id, Flow::new(transport, Some(local), Some(remote)));
    }

    /// Closes a flow of our own will, and everything on it.
    pub(crate) fn close(&mut self, id: FlowId) {
        if self.flows.contains_key(&id) {
            self.ask(Output::Close { flow: id });
            self.forget_flow(id);
        }
    }

    /// A flow broke.
    pub(crate) fn closed(&mut self, id: FlowId, cause: FlowError) {
        if let Some(account) = self.forget_flow(id) {
            self.up.push_back(Up::FlowLost { flow: id, account, cause });
        }
    }

    fn forget_flow(&mut self, id: FlowId) -> Option<Option<AccountKey>> {
        let flow = self.flows.remove(&id)?;
        self.cancel(Alarm::Flow(id, FlowAlarm::Ping));
        self.cancel(Alarm::Flow(id, FlowAlarm::Pong));
        let (clients, servers) = self.transactions.on_flow(id);
        for transaction in clients {
            self.fail(transaction, Failure::Transport);
            self.terminate(transaction);
        }
        servers.into_iter().for_each(|transaction| self.terminate(transaction));
        Some(flow.account)
    }

    pub(crate) fn local(&self, id: FlowId) -> Option<(SocketAddr, Transport)> {
        let flow = self.flows.get(&id)?;
        Some((flow.local?, flow.transport))
    }

    pub(crate) fn send(&mut self, path: Path, bytes: Vec<u8>) {
        if self.flows.get(&path.flow).is_some_and(|flow| flow.local.is_some()) {
            self.ask(Output::Send { flow: path.flow, to: path.to, bytes });
        }
    }

    fn schedule_ping(&mut self, id: FlowId) {
        let (shortest, longest) = self.config.timers.keep_alive;
        let after = self.random.between(shortest, longest);
        self.set(Alarm::Flow(id, FlowAlarm::Ping), after);
    }

    fn flow_alarm(&mut self, id: FlowId, alarm: FlowAlarm) {
        let Some(flow) = self.flows.get(&id) else { return };
        match (alarm, flow.remote) {
            (FlowAlarm::Ping, Some(to)) => {
                let expects_pong = flow.pong_seen;
                self.send(Path { flow: id, to }, b"\r\n\r\n".to_vec());
                self.schedule_ping(id);
                if expects_pong {
                    self.set(Alarm::Flow(id, FlowAlarm::Pong), self.config.timers.pong);
                }
            }
            (FlowAlarm::Pong, _) => {
                self.ask(Output::Close { flow: id });
                self.closed(id, FlowError::TimedOut);
            }
            _ => {}
        }
    }

    // Requests of ours

    /// Sends a request. On a flow that is gone the failure comes up as for one that breaks later.
    pub(crate) fn request(&mut self, owner: Owner, path: Path, request: Request) -> Result<TransactionId, EncodeError> {
        let branch = format!("z9hG4bK{}", self.random.token());
        self.request_with(owner, path, request, branch)
    }

    /// Cancels an INVITE of ours (RFC 3261 §9.1): the CANCEL carries the Via of the INVITE.
    pub(crate) fn cancel_invite(&mut self, invite: TransactionId, reason: Option<&str>) {
        let Some(invite) = self.transactions.client(invite) else { return };
        let (owner, path, branch) = (invite.owner, invite.path, invite.key.branch.clone());
        let cancel = invite.request.cancel(reason);
        // It carries what the INVITE carried, which could be encoded, and a Reason that the encoder may refuse.
        if self.request_with(owner, path, cancel, branch.clone()).is_err()
            && let Some(invite) = self.find_invite(&branch)
        {
            self.cancel_invite(invite, None);
        }
    }

    fn find_invite(&self, branch: &str) -> Option<TransactionId> {
        let key = ClientKey { branch: branch.to_owned(), method: "INVITE".to_owned() };
        self.transactions.find_client(&key)
    }

    fn request_with(
        &mut self,
        owner: Owner,
        path: Path,
        request: Request,
        branch: String,
    ) -> Result<TransactionId, EncodeError> {
        let via = self.via(path.flow, &branch);
        let bytes = request.encode(&via)?;
        let key = ClientKey { branch, method: request.method.clone() };
        let pace = self.pace(path.flow);
        let (machine, steps) = if request.method == "INVITE" {
            let (machine, steps) = ClientInvite::start(pace);
            (ClientMachine::Invite(machine), steps)
        } else {
            let (machine, steps) = Client::start(pace);
            (ClientMachine::Other(machine), steps)
        };
        let transaction = ClientTransaction { machine, key, owner, path, request, via, bytes };
        let id = self.transactions.add_client(transaction);
        self.run_client(id, steps, None);
        if self.local(path.flow).is_none() {
            self.fail(id, Failure::Transport);
            self.terminate(id);
        }
        Ok(id)
    }

    /// Sends an ACK to a 2xx: outside any transaction, with a branch of its own (§13.2.2.4). Returns its bytes, to be sent
    /// again when the 2xx comes again.
    pub(crate) fn acknowledge(&mut self, path: Path, ack: &Request) -> Result<Vec<u8>, EncodeError> {
        let branch = format!("z9hG4bK{}", self.random.token());
        let bytes = ack.encode(&self.via(path.flow, &branch))?;
        self.send(path, bytes.clone());
        Ok(bytes)
    }

    fn via(&self, flow: FlowId, branch: &str) -> String {
        let (transport, sent_by) = match self.local(flow) {
            Some((local, transport)) => (transport.name(), host_port(local)),
            None => ("UDP", "invalid".to_owned()),
        };
        format!("SIP/2.0/{transport} {sent_by};rport;branch={branch}")
    }

    pub(super) fn pace(&self, flow: FlowId) -> Pace {
        let timers = &self.config.timers;
        let reliable = self.flows.get(&flow).is_some_and(|flow| flow.transport.is_reliable());
        Pace { t1: timers.t1, t2: timers.t2, t4: timers.t4, reliable }
    }

    pub(super) fn run_client(&mut self, id: TransactionId, steps: Vec<Step>, response: Option<&Message>) {
        for step in steps {
            let Some(transaction) = self.transactions.client(id) else { return };
            match (step, response) {
                (Step::Transmit, _) => {
                    let (path, bytes) = (transaction.path, transaction.bytes.clone());
                    self.send(path, bytes);
                }
                (Step::Acknowledge, Some(response)) => {
                    let path = transaction.path;
                    if let Ok(bytes) = transaction.request.ack(response).encode(&transaction.via) {
                        self.send(path, bytes);
                    }
                }
                (Step::Deliver, Some(response)) => {
                    let (owner, path, request) = (transaction.owner, transaction.path, transaction.request.clone());
                    let response = response.clone();
                    self.up.push_back(Up::Response { transaction: id, owner, request, response, path });
                }
                (Step::TimedOut, _) => self.fail(id, Failure::Timeout),
                (step, _) => self.run(id, step),
            }
        }
    }

    fn fail(&mut self, id: TransactionId, failure: Failure) {
        if let Some(transaction) = self.transactions.client(id) {
            let (owner, request) = (transaction.owner, transaction.request.clone());
            self.up.push_back(Up::Failed { transaction: id, owner, request, failure });
        }
    }

    /// The steps that all machines share.
    pub(super) fn run(&mut self, id: TransactionId, step: Step) {
        match step {
            Step::Start(timer, after) => self.set(Alarm::Transaction(id, timer), after),
            Step::Stop(timer) => self.cancel(Alarm::Transaction(id, timer)),
            Step::Terminate => self.terminate(id),
            _ => {}
        }
    }

    /// Forgets a transaction at once.
    pub(crate) fn terminate(&mut self, id: TransactionId) {
        for timer in [Timer::Retransmit, Timer::Timeout, Timer::Linger] {
            self.cancel(Alarm::Transaction(id, timer));
        }
        self.transactions.remove(id);
    }

    /// Runs the timers of flows and transactions that are due; returns the first that is the user agent's.
    pub(super) fn due(&mut self) -> Option<Alarm> {
        while let Some(alarm) = self.now.and_then(|now| self.timers.due(now)) {
            match alarm {
                Alarm::Transaction(id, timer) => self.transaction_timer(id, timer),
                Alarm::Flow(id, alarm) => self.flow_alarm(id, alarm),
                alarm => return Some(alarm),
            }
        }
        None
    }

    fn transaction_timer(&mut self, id: TransactionId, timer: Timer) {
        if let Some(transaction) = self.transactions.client(id) {
            let steps = transaction.machine.timer(timer);
            self.run_client(id, steps, None);
        } else if let Some(transaction) = self.transactions.server(id) {
            let steps = transaction.machine.timer(timer);
            self.run_server(id, steps);
        }
    }
}
