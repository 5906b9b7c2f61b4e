//! The generic CTI interface of Zammad, which is sipgate's: a clean answer to "what shall our PBX send?".
//!
//! ```text
//!   newCall   user "Emma", user "101"   ─► Offered  callId/Emma, callId/101
//!   answer    answeringNumber "101"     ─► Answered callId/101
//!   hangup    cause                     ─► Ended    of all of them
//! ```
//!
//! A `hangup` says of no user that the call was theirs, so whom a call rang is kept in mind, for the last calls.

#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use super::{
    EventSource, Received, Told, Unreadable,
    fields::{Fields, letters},
    words::party,
};
use crate::{CallEvent, Direction, Ended, Outcome, What};

/// What such a PBX sends.
#[derive(Debug, Default)]
pub struct Zammad {
    rung: Mutex<VecDeque<Rung>>,
}

/// Whom a call rang.
#[derive(Debug)]
struct Rung {
    call: String,
    users: Vec<String>,
}

impl EventSource for Zammad {
    fn mount(&self) -> &str {
        "zammad"
    }

    fn events(&self) -> &[&str] {
        &["newCall", "answer", "hangup"]
    }

    fn read(&self, received: &Received<'_>) -> Result<Told, Unreadable> {
        let fields = Fields::read(received)?;
        fields.knows(&KNOWN);
        let Some(name) = fields.text(&["event"]).map(str::to_owned) else {
            return Err(Unreadable("The event has no name: event is missing".to_owned()));
        };
        let Some(call) = fields.text(&["callId"]).map(str::to_owned) else {
            return Err(Unreadable("The event belongs to no call: callId is missing".to_owned()));
        };
        let direction = fields.get(&["direction"]).unwrap_or(Direction::In);
        let users = fields.all("user");
        let events = match letters(&name).as_str() {
            "newcall" => self.new_call(&call, users, direction, &fields),
            "answer" => vec![event(&call, &self.answering(&call, &users, direction, &fields), What::Answered)],
            "hangup" => self.hangup(&call, self.answering(&call, &users, direction, &fields), &fields),
            _ => {
                fields.remark("This event is unknown to this version: nothing follows from it".to_owned());
                return Ok(fields.told_only(&name, "", Vec::new()));
            }
        };
        let summary = summary(direction, &fields);
        Ok(fields.told(&name, &summary, events))
    }

    fn receipt(&self) -> &str {
        "{}"
    }
}

impl Zammad {
    fn new_call(&self, call: &str, users: Vec<String>, direction: Direction, fields: &Fields) -> Vec<CallEvent> {
        let users = if users.is_empty() { vec![String::new()] } else { users };
        let (number, name, line) = match direction {
            Direction::In => (fields.text(&["from"]), fields.text(&["caller"]), fields.text(&["to"])),
            Direction::Out => (fields.text(&["to"]), None, None),
        };
        let offered = |user: &String| CallEvent {
            party: party(number, name),
            did: line.map(str::to_owned),
            queue: fields.text(&["queue"]).map(str::to_owned),
            ..event(call, user, What::Offered { direction, transferred: false })
        };
        let events = users.iter().map(offered).collect();
        self.remember(Rung { call: call.to_owned(), users });
        events
    }

    fn hangup(&self, call: &str, answering: String, fields: &Fields) -> Vec<CallEvent> {
        let outcome = fields.get::<Outcome>(&["cause"]).unwrap_or_default();
        let mut users = self.rung_by(call);
        if users.is_empty() || (!answering.is_empty() && !users.contains(&answering)) {
            users.push(answering);
        }
        users.iter().map(|user| event(call, user, What::Ended(Ended::of(outcome)))).collect()
    }

    fn remember(&self, rung: Rung) {
        let mut all = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|known| known.call != rung.call);
        if all.len() >= MAX_RUNG {
            all.pop_front();
        }
        all.push_back(rung);
    }

    /// Who took it: the user that is named, else the only one whom it rang, else the number. Of a call outwards the number is
    /// the other party's.
    fn answering(&self, call: &str, users: &[String], direction: Direction, fields: &Fields) -> String {
        if let [user] = users {
            return user.clone();
        }
        let number = fields.text(&["answeringNumber"]).filter(|_| direction == Direction::In).unwrap_or_default();
        match self.rung_by(call).as_slice() {
            [only] => only.clone(),
            _ => number.to_owned(),
        }
    }

    /// They stay in mind: an event may come twice.
    fn rung_by(&self, call: &str) -> Vec<String> {
        let all = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|known| known.call == call).map(|rung| rung.users.clone()).unwrap_or_default()
    }
}

fn event(call: &str, user: &str, what: What) -> CallEvent {
    let extension = user.split('@').next().filter(|extension| !extension.is_empty()).map(str::to_owned);
    CallEvent { extension, ..CallEvent::new(SOURCE, call, format!("{call}/{user}"), what) }
}

fn summary(direction: Direction, fields: &Fields) -> String {
    let arrow = if direction == Direction::In { "←" } else { "→" };
    let (ours, theirs) = match direction {
        Direction::In => ("to", "from"),
        Direction::Out => ("from", "to"),
    };
    let text = |name| fields.text(&[name]).unwrap_or_default();
    [text(ours), arrow, text(theirs), text("cause")].join(" ")
}

const SOURCE: &str = "zammad";
/// What is sent besides what is read of each event.
const KNOWN: [&str; 8] = ["from", "to", "userId", "caller", "queue", "answeringNumber", "cause", "direction"];
/// Calls at a time whose users are kept in mind.
const MAX_RUNG: usize = 256;
