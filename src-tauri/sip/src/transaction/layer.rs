//! All transactions, and the keys they are found by.

use std::{collections::BTreeMap, net::SocketAddr};

use super::{Client, ClientInvite, ClientKey, Request, Server, ServerInvite, ServerKey, Step, Timer, TransactionId};
use crate::{
    core::{AccountKey, CallKey, FlowId},
    ua::{MessageKey, WatchKey},
    wire::Message,
};

/// Whom the responses to a request are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    Registration(AccountKey),
    Call(CallKey),
    Message(MessageKey),
    Watch(WatchKey),
}

/// Over what a request travels, and where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) flow: FlowId,
    pub(crate) to: SocketAddr,
}

/// A request of ours.
#[derive(Debug)]
pub(crate) struct ClientTransaction {
    pub(crate) machine: ClientMachine,
    pub(crate) key: ClientKey,
    pub(crate) owner: Owner,
    pub(crate) path: Path,
    pub(crate) request: Request,
    /// The Via it left with; its ACK and its CANCEL need the same.
    pub(crate) via: String,
    pub(crate) bytes: Vec<u8>,
}

#[derive(Debug)]
pub(crate) enum ClientMachine {
    Invite(ClientInvite),
    Other(Client),
}

impl ClientMachine {
    pub(crate) fn response(&mut self, status: u16) -> Vec<Step> {
        match self {
            ClientMachine::Invite(machine) => machine.response(status),
            ClientMachine::Other(machine) => machine.response(status),
        }
    }

    pub(crate) fn timer(&mut self, timer: Timer) -> Vec<Step> {
        match self {
            ClientMachine::Invite(machine) => machine.timer(timer),
            ClientMachine::Other(machine) => machine.timer(timer),
        }
    }
}

/// A request of the peer.
#[derive(Debug)]
pub(crate) struct ServerTransaction {
    pub(crate) machine: ServerMachine,
    pub(crate) key: ServerKey,
    /// Where responses go (RFC 3581).
    pub(crate) path: Path,
    /// Where the request came from.
    pub(crate) from: SocketAddr,
    pub(crate) request: Message,
    /// The last response.
    pub(crate) bytes: Vec<u8>,
}

#[derive(Debug)]
pub(crate) enum ServerMachine {
    Invite(ServerInvite),
    Other(Server),
}

impl ServerMachine {
    pub(crate) fn retransmission(&mut self) -> Vec<Step> {
        match self {
            ServerMachine::Invite(machine) => machine.retransmission(),
            ServerMachine::Other(machine) => machine.retransmission(),
        }
    }

    pub(crate) fn respond(&mut self, status: u16) -> Vec<Step> {
        match self {
            ServerMachine::Invite(machine) => machine.respond(status),
            ServerMachine::Other(machine) => machine.respond(status),
        }
    }

    pub(crate) fn acknowledged(&mut self) -> Vec<Step> {
        match self {
            ServerMachine::Invite(machine) => machine.acknowledged(),
            ServerMachine::Other(_) => vec![],
        }
    }

    pub(crate) fn timer(&mut self, timer: Timer) -> Vec<Step> {
        match self {
            ServerMachine::Invite(machine) => machine.timer(timer),
            ServerMachine::Other(machine) => machine.timer(timer),
        }
    }
}

/// The table of transactions.
#[derive(Default)]
pub(crate) struct Layer {
    last_id: u64,
    clients: BTreeMap<TransactionId, ClientTransaction>,
    /// How many of `clients` each has: asked of every call that is over, with every datagram.
    owners: BTreeMap<Owner, usize>,
    client_keys: BTreeMap<ClientKey, TransactionId>,
    servers: BTreeMap<TransactionId, ServerTransaction>,
    server_keys: BTreeMap<ServerKey, TransactionId>,
    /// What makes two copies of a request one, whichever way they took.
    identities: BTreeMap<String, TransactionId>,
}

impl Layer {
    pub(crate) fn add_client(&mut self, transaction: ClientTransaction) -> TransactionId {
        let id = self.next_id();
        self.client_keys.insert(transaction.key.clone(), id);
        *self.owners.entry(transaction.owner).or_default() += 1;
        self.clients.insert(id, transaction);
        id
    }

    pub(crate) fn add_server(&mut self, transaction: ServerTransaction) -> TransactionId {
        let id = self.next_id();
        if let Some(identity) = identity(&transaction.request) {
            self.identities.entry(identity).or_insert(id);
        }
        self.server_keys.insert(transaction.key.clone(), id);
        self.servers.insert(id, transaction);
        id
    }

    pub(crate) fn client(&mut self, id: TransactionId) -> Option<&mut ClientTransaction> {
        self.clients.get_mut(&id)
    }

    pub(crate) fn server(&mut self, id: TransactionId) -> Option<&mut ServerTransaction> {
        self.servers.get_mut(&id)
    }

    pub(crate) fn find_client(&self, key: &ClientKey) -> Option<TransactionId> {
        self.client_keys.get(key).copied()
    }

    pub(crate) fn find_server(&self, key: &ServerKey) -> Option<TransactionId> {
        self.server_keys.get(key).copied()
    }

    /// Whether an INVITE of the peer still waits for its final response.
    pub(crate) fn is_pending_invite(&self, id: TransactionId) -> bool {
        matches!(self.servers.get(&id), Some(ServerTransaction { machine: ServerMachine::Invite(machine), .. }) if machine.is_proceeding())
    }

    /// Whether an INVITE of ours got a provisional response, and no final one.
    pub(crate) fn is_proceeding_invite(&self, id: TransactionId) -> bool {
        matches!(self.clients.get(&id), Some(ClientTransaction { machine: ClientMachine::Invite(machine), .. }) if machine.is_proceeding())
    }

    /// The same request came by two ways (RFC 3261 §8.2.2.2): same From tag, Call-ID and CSeq, another key.
    pub(crate) fn is_merged(&self, request: &Message) -> bool {
        identity(request).is_some_and(|identity| self.identities.contains_key(&identity))
    }

    pub(crate) fn remove(&mut self, id: TransactionId) {
        if let Some(transaction) = self.clients.remove(&id) {
            self.client_keys.remove(&transaction.key);
            self.disown(transaction.owner);
        }
        if let Some(transaction) = self.servers.remove(&id) {
            self.server_keys.remove(&transaction.key);
            if let Some(identity) = identity(&transaction.request)
                && self.identities.get(&identity) == Some(&id)
            {
                self.identities.remove(&identity);
            }
        }
    }

    /// The INVITEs of an owner that wait for their final response.
    pub(crate) fn invites_of(&self, owner: Owner) -> Vec<TransactionId> {
        let waits = |transaction: &ClientTransaction| match &transaction.machine {
            ClientMachine::Invite(machine) => transaction.owner == owner && machine.is_proceeding(),
            ClientMachine::Other(_) => false,
        };
        self.clients.iter().filter(|(_, transaction)| waits(transaction)).map(|(id, _)| *id).collect()
    }

    /// Whether a request of ours still waits for its final response.
    pub(crate) fn is_waiting(&self) -> bool {
        self.clients.values().any(|transaction| match &transaction.machine {
            ClientMachine::Invite(machine) => machine.is_waiting(),
            ClientMachine::Other(machine) => machine.is_waiting(),
        })
    }

    pub(crate) fn has_owner(&self, owner: Owner) -> bool {
        self.owners.contains_key(&owner)
    }

    fn disown(&mut self, owner: Owner) {
        if let Some(count) = self.owners.get_mut(&owner) {
            *count -= 1;
            if *count == 0 {
                self.owners.remove(&owner);
            }
        }
    }

    /// Those of ours, and those of the peer, that travel over a flow.
    pub(crate) fn on_flow(&self, flow: FlowId) -> (Vec<TransactionId>, Vec<TransactionId>) {
        let clients = self.clients.iter().filter(|(_, transaction)| transaction.path.flow == flow);
        let servers = self.servers.iter().filter(|(_, transaction)| transaction.path.flow == flow);
        (clients.map(|(id, _)| *id).collect(), servers.map(|(id, _)| *id).collect())
    }

    pub(crate) fn servers_len(&self) -> usize {
        self.servers.len()
    }

    fn next_id(&mut self) -> TransactionId {
        self.last_id += 1;
        TransactionId(self.last_id)
    }
}

fn identity(request: &Message) -> Option<String> {
    let (from, cseq) = (request.from().ok()?, request.cseq().ok()?);
    Some(format!("{} {} {} {}", from.tag()?, cseq.seq, cseq.method, request.call_id().ok()?))
}
