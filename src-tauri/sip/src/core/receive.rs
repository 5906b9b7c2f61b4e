//! From bytes to requests and responses, and our responses back to bytes.

use std::net::SocketAddr;

use super::{
    FlowError, FlowId, Output, Transport,
    stack::{Stack, Up},
    timers::{Alarm, FlowAlarm},
};
use crate::{
    check::{Refusal, check},
    transaction::{
        ClientKey, Path, Server, ServerInvite, ServerKey, ServerMachine, ServerTransaction, Step, TransactionId,
    },
    wire::{EncodeError, Frame, Message, Outgoing, parse},
};

/// More requests at a time than this are an attack: answered 503 and forgotten.
const MAX_SERVER_TRANSACTIONS: usize = 2048;

impl Stack {
    pub(crate) fn datagram(&mut self, flow: FlowId, from: SocketAddr, bytes: &[u8]) {
        if !self.flows.contains_key(&flow) || bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            return;
        }
        self.message(Path { flow, to: from }, bytes);
    }

    pub(crate) fn stream(&mut self, id: FlowId, bytes: &[u8]) {
        let Some(flow) = self.flows.get_mut(&id) else { return };
        let Some(to) = flow.remote else { return };
        flow.framer.push(bytes);
        while let Some(frame) = self.flows.get_mut(&id).and_then(|flow| flow.framer.next()) {
            match frame {
                Frame::Message(bytes) => self.message(Path { flow: id, to }, &bytes),
                Frame::Ping => self.send(Path { flow: id, to }, b"\r\n".to_vec()),
                Frame::Pong => self.pong(id),
                Frame::Skipped(_) => {}
                Frame::Lost(reason) => {
                    self.ask(Output::Close { flow: id });
                    self.closed(id, FlowError::Other(format!("not SIP: {reason}")));
                }
            }
        }
    }

    fn pong(&mut self, id: FlowId) {
        if let Some(flow) = self.flows.get_mut(&id) {
            flow.pong_seen = true;
        }
        self.cancel(Alarm::Flow(id, FlowAlarm::Pong));
    }

    fn message(&mut self, path: Path, bytes: &[u8]) {
        let Ok(message) = parse(bytes) else { return };
        match check(&message) {
            Ok(()) if message.is_request() => self.incoming_request(path, message),
            Ok(()) => self.incoming_response(&message),
            Err(refusal) => self.refuse(path, &message, &refusal),
        }
    }

    /// An answer to what we cannot read: silence would mean 32 s of repetition for the peer.
    fn refuse(&mut self, path: Path, message: &Message, refusal: &Refusal) {
        if !refusal.answerable {
            return;
        }
        let mut response = Outgoing::response(message, refusal.code, refusal.reason);
        if let Some((name, value)) = &refusal.header {
            response = response.header(name, value.as_str());
        }
        self.respond_once(path, message, response);
    }

    fn incoming_response(&mut self, response: &Message) {
        let (Some(key), Some(status)) = (ClientKey::of_response(response), response.status()) else { return };
        let Some(id) = self.transactions.find_client(&key) else { return };
        let Some(transaction) = self.transactions.client(id) else { return };
        let steps = transaction.machine.response(status);
        self.run_client(id, steps, Some(response));
    }

    fn incoming_request(&mut self, path: Path, request: Message) {
        let Some(key) = ServerKey::of_request(&request) else {
            return self.respond_once(path, &request, Outgoing::response(&request, 400, "Bad Via"));
        };
        let known = self.transactions.find_server(&key);
        if request.method() == "ACK" {
            return self.incoming_ack(known, request);
        }
        if let Some(id) = known {
            let steps = self.transactions.server(id).map(|transaction| transaction.machine.retransmission());
            return self.run_server(id, steps.unwrap_or_default());
        }
        if self.transactions.servers_len() >= MAX_SERVER_TRANSACTIONS {
            let response = Outgoing::response(&request, 503, "Too Many Requests").header("Retry-After", "10");
            return self.respond_once(path, &request, response);
        }
        let merged = is_initial(&request) && self.transactions.is_merged(&request);
        let transaction = self.add_server(path, key, &request);
        if merged {
            let response = Outgoing::response(&request, 482, "Loop Detected").to_tag(&self.random.token());
            self.respond(transaction, 482, response).ok();
            return;
        }
        self.up.push_back(Up::Request { transaction, request, path });
    }

    fn add_server(&mut self, path: Path, key: ServerKey, request: &Message) -> TransactionId {
        let pace = self.pace(path.flow);
        let machine = match request.method() {
            "INVITE" => ServerMachine::Invite(ServerInvite::new(pace)),
            _ => ServerMachine::Other(Server::new(pace)),
        };
        let (from, path) = (path.to, self.reply_path(path, request));
        let request = request.clone();
        self.transactions.add_server(ServerTransaction { machine, key, path, from, request, bytes: vec![] })
    }

    fn incoming_ack(&mut self, known: Option<TransactionId>, ack: Message) {
        let steps = known.and_then(|id| self.transactions.server(id)).map(|invite| invite.machine.acknowledged());
        match (known, steps) {
            (Some(id), Some(steps)) if !steps.is_empty() => self.run_server(id, steps),
            // The INVITE was accepted: the ACK is the dialog's business.
            _ => self.up.push_back(Up::Acknowledged { ack }),
        }
    }

    /// Sends a response of the user agent, and repeats it as the transaction demands.
    pub(crate) fn respond(&mut self, id: TransactionId, status: u16, response: Outgoing) -> Result<(), EncodeError> {
        let Some(transaction) = self.transactions.server(id) else { return Ok(()) };
        transaction.bytes = response.reflect(transaction.from).encode()?;
        let steps = transaction.machine.respond(status);
        self.run_server(id, steps);
        Ok(())
    }

    /// Sends the last response once more: a 2xx to an INVITE, which only its user may repeat.
    pub(crate) fn repeat_response(&mut self, id: TransactionId) {
        self.run_server(id, vec![Step::Transmit]);
    }

    /// A response without a transaction.
    fn respond_once(&mut self, path: Path, request: &Message, response: Outgoing) {
        if let Ok(bytes) = response.to_tag(&self.random.token()).reflect(path.to).encode() {
            self.send(self.reply_path(path, request), bytes);
        }
    }

    pub(super) fn run_server(&mut self, id: TransactionId, steps: Vec<Step>) {
        for step in steps {
            if step != Step::Transmit {
                self.run(id, step);
            } else if let Some(transaction) = self.transactions.server(id)
                && !transaction.bytes.is_empty()
            {
                let (path, bytes) = (transaction.path, transaction.bytes.clone());
                self.send(path, bytes);
            }
        }
    }

    /// Where responses go (RFC 3261 §18.2.2, RFC 3581 §4): to where the request came from; without `rport`, on UDP, to
    /// the port that the Via names.
    fn reply_path(&self, path: Path, request: &Message) -> Path {
        let datagrams = self.flows.get(&path.flow).is_none_or(|flow| flow.transport == Transport::Udp);
        match request.via() {
            Ok(via) if datagrams && via.params.get("rport").is_none() => {
                let port = via.port.filter(|port| *port != 0).unwrap_or(5060);
                Path { to: SocketAddr::new(path.to.ip(), port), ..path }
            }
            _ => path,
        }
    }
}

/// Whether a request may open something: it has no To tag.
fn is_initial(request: &Message) -> bool {
    request.to().is_ok_and(|to| to.tag().is_none())
}
