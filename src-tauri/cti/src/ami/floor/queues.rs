//! Queues, who works in them and who waits there.
//!
//! Where the user has no right to `agent` events, pauses are told by devices of the queue's own, without a reason, and a caller
//! waits until he is connected to somebody or hung up.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{MAX_EACH, MAX_QUEUES, exact, shown};
use crate::{
    FloorEvent,
    ami::{codec::Message, naming::Naming},
};

#[derive(Debug, Default)]
pub(super) struct Queues {
    queues: HashSet<String>,
    members: HashMap<(String, String), Member>,
    /// The queue in which a channel waits.
    waiting: HashMap<String, String>,
    /// The user has the right to `agent` events.
    hears_pauses: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    name: Option<String>,
    paused: Option<String>,
    /// By which the queue calls him.
    interface: String,
}

impl Queues {
    pub(super) fn len(&self) -> usize {
        self.queues.len() + self.members.len() + self.waiting.len()
    }

    pub(super) fn interfaces(&self, extension: &str) -> Vec<&str> {
        let members = self.members.iter().filter(|((_, member), _)| member == extension);
        let interfaces: BTreeSet<_> = members.map(|(_, member)| member.interface.as_str()).collect();
        interfaces.into_iter().take(MAX_INTERFACES).collect()
    }

    pub(super) fn is_there(&mut self, message: &Message, told: &mut Vec<FloorEvent>) {
        if let Some(queue) = exact(message, "Queue") {
            self.queue(queue, told);
        }
    }

    /// Whether it is one of those that are kept.
    fn queue(&mut self, queue: &str, told: &mut Vec<FloorEvent>) -> bool {
        if self.queues.contains(queue) {
            return true;
        }
        if self.queues.len() >= MAX_QUEUES {
            return false;
        }
        self.queues.insert(queue.to_owned());
        told.push(FloorEvent::Queue { queue: queue.to_owned() });
        true
    }

    pub(super) fn member(&mut self, message: &Message, naming: &Naming, told: &mut Vec<FloorEvent>) {
        self.hears_pauses |= message.event() != Some("QueueMember");
        let (Some(queue), Some(interface)) = (exact(message, "Queue"), interface(message)) else { return };
        let Some(extension) = extension(message, naming) else { return };
        if !self.queue(queue, told) {
            return;
        }
        let known = self.members.get(&(queue.to_owned(), extension.to_owned()));
        let name = shown(message, "MemberName").or_else(|| shown(message, "Name"));
        let name = name.filter(|name| name != interface && name != extension);
        let paused = match message.get("Paused") {
            Some("1") => {
                let reason = shown(message, "PausedReason").or_else(|| shown(message, "Reason"));
                // Some tell the reason with the pause alone.
                let known = known.and_then(|known| known.paused.clone()).filter(|_| is_without_reason(message));
                Some(reason.or(known).unwrap_or_default())
            }
            Some(_) => None,
            None => known.and_then(|known| known.paused.clone()),
        };
        let member = Member { name, paused, interface: interface.to_owned() };
        self.put(queue, extension, member, told);
    }

    fn put(&mut self, queue: &str, extension: &str, member: Member, told: &mut Vec<FloorEvent>) {
        let key = (queue.to_owned(), extension.to_owned());
        let known = self.members.get(&key);
        if known == Some(&member) || (known.is_none() && self.members.len() >= MAX_EACH) {
            return;
        }
        let is_news = known.is_none_or(|known| (&known.name, &known.paused) != (&member.name, &member.paused));
        if is_news {
            let Member { name, paused, .. } = member.clone();
            told.push(FloorEvent::Member { queue: key.0.clone(), extension: key.1.clone(), name, paused });
        }
        self.members.insert(key, member);
    }

    pub(super) fn member_leaves(&mut self, message: &Message, naming: &Naming, told: &mut Vec<FloorEvent>) {
        self.hears_pauses = true;
        let (Some(queue), Some(extension)) = (exact(message, "Queue"), extension(message, naming)) else { return };
        let key = (queue.to_owned(), extension.to_owned());
        // He may be called in two ways, and one of them is left.
        let is_his = self.members.get(&key).is_some_and(|member| Some(member.interface.as_str()) == interface(message));
        if is_his {
            self.members.remove(&key);
            let (queue, extension) = key;
            told.push(FloorEvent::MemberLeft { queue, extension });
        }
    }

    /// `Queue:sales_pause_PJSIP/104` is in use while he pauses.
    pub(super) fn pause_is(&mut self, message: &Message, naming: &Naming, told: &mut Vec<FloorEvent>) {
        let device = exact(message, "Device").and_then(|device| device.strip_prefix("Queue:"));
        let Some((queue, interface)) = device.and_then(|device| device.rsplit_once("_pause_")) else { return };
        if self.hears_pauses {
            return;
        }
        let Some(extension) = naming.device(interface) else { return };
        let is_paused = match message.text("State") {
            Some("INUSE") => true,
            Some("NOT_INUSE") => false,
            _ => return,
        };
        if !self.queue(queue, told) {
            return;
        }
        let known = self.members.get(&(queue.to_owned(), extension.to_owned())).cloned();
        let (name, reason) = known.map_or((None, None), |known| (known.name, known.paused));
        let paused = is_paused.then(|| reason.unwrap_or_default());
        self.put(queue, extension, Member { name, paused, interface: interface.to_owned() }, told);
    }

    pub(super) fn joins(&mut self, message: &Message, told: &mut Vec<FloorEvent>) {
        let (Some(queue), Some(call_id)) = (exact(message, "Queue"), exact(message, "Uniqueid")) else { return };
        if self.waiting.get(call_id).is_some_and(|known| known == queue) || !self.queue(queue, told) {
            return;
        }
        self.leaves(message, false, told);
        if self.waiting.len() >= MAX_EACH {
            return;
        }
        self.waiting.insert(call_id.to_owned(), queue.to_owned());
        // Old systems have one field for both.
        let number = exact(message, "CallerIDNum").or_else(|| exact(message, "CallerID")).unwrap_or_default();
        let seconds = message.text("Wait").and_then(|wait| wait.parse::<u32>().ok()).unwrap_or_default();
        told.push(FloorEvent::Waits {
            queue: queue.to_owned(),
            call_id: call_id.to_owned(),
            number: number.to_owned(),
            name: shown(message, "CallerIDName").filter(|name| name != number),
            waited_ms: u64::from(seconds) * 1000,
        });
    }

    /// The channel waits no longer, if it did.
    pub(super) fn leaves(&mut self, message: &Message, abandoned: bool, told: &mut Vec<FloorEvent>) {
        let Some(call_id) = message.text("Uniqueid") else { return };
        if let Some((call_id, queue)) = self.waiting.remove_entry(call_id) {
            told.push(FloorEvent::WaitsNoMore { queue, call_id, abandoned });
        }
    }
}

fn interface(message: &Message) -> Option<&str> {
    exact(message, "Interface").or_else(|| exact(message, "Location"))
}

/// Who the member is: whose telephone is watched, or who is called.
fn extension<'a>(message: &'a Message, naming: &Naming) -> Option<&'a str> {
    let watched = exact(message, "StateInterface");
    let telephone =
        watched.filter(|device| !crate::ami::naming::is_local(device)).and_then(|device| naming.device(device));
    telephone.or_else(|| naming.device(interface(message)?))
}

fn is_without_reason(message: &Message) -> bool {
    message.get("PausedReason").is_none() && message.get("Reason").is_none()
}

/// Nobody is called in more ways.
const MAX_INTERFACES: usize = 8;
