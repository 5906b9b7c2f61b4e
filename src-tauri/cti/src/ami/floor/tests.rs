//! Stories of a floor, each a few lines of what an Asterisk says, and what is told of it.
//!
//! A line is an event and its fields; `Device=PJSIP/104`. A blank in a value is written `_`.

mod corners;
mod queues;
mod spies;
mod telephones;

use std::time::{Duration, Instant};

use super::Floor;
use crate::{
    FloorEvent,
    ami::{Message, Naming},
};

struct Pbx {
    floor: Floor,
    start: Instant,
}

impl Pbx {
    /// One that nobody has asked yet.
    fn new() -> Self {
        let naming = Naming { trunks: vec!["900".into()], ..Naming::default() };
        Self { floor: Floor::new(naming), start: Instant::now() }
    }

    /// One that has told all that there is, which is nothing.
    fn listed() -> Self {
        let mut pbx = Self::new();
        assert_eq!(pbx.floor.relist(pbx.start), [FloorEvent::Listing]);
        assert_eq!(pbx.says("QueueStatusComplete"), ["listed"]);
        pbx
    }

    /// What comes of these lines, one line each.
    fn says(&mut self, lines: &str) -> Vec<String> {
        let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.flat_map(|line| self.floor.hear(&message(line))).map(shown).collect()
    }

    fn waits(&mut self, time: Duration) -> Vec<String> {
        self.start += time;
        self.floor.handle(self.start).into_iter().map(shown).collect()
    }
}

fn message(line: &str) -> Message {
    let (event, fields) = line.split_once(' ').unwrap_or((line, ""));
    let fields: Vec<(&str, String)> = fields
        .split_whitespace()
        .map(|field| field.split_once('=').expect("name=value"))
        .map(|(name, value)| (name, if value.contains("_pause_") { value.into() } else { value.replace('_', " ") }))
        .map(|(name, value)| (name, value.replace("NOT INUSE", "NOT_INUSE")))
        .collect();
    let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
    [("Event", event)].into_iter().chain(fields).collect()
}

/// `104 Free (Anna)`, `sales: 104 works (Anna), pauses: lunch`, `sales: 1 waits 79165550107 (Anna) 40000`.
fn shown(event: FloorEvent) -> String {
    let in_brackets = |name: Option<String>| name.map_or(String::new(), |name| format!(" ({name})"));
    match event {
        FloorEvent::Listing => "listing".into(),
        FloorEvent::Listed => "listed".into(),
        FloorEvent::Lost => "lost".into(),
        FloorEvent::Device { extension, name, state } => {
            let state = state.map_or("?".into(), |state| format!("{state:?}"));
            format!("{extension} {state}{}", in_brackets(name))
        }
        FloorEvent::Member { queue, extension, name, paused } => {
            let pauses = paused.map_or(String::new(), |why| format!(", pauses: {why}"));
            format!("{queue}: {extension} works{}{pauses}", in_brackets(name))
        }
        FloorEvent::MemberLeft { queue, extension } => format!("{queue}: {extension} left"),
        FloorEvent::Queue { queue } => format!("queue {queue}"),
        FloorEvent::Waits { queue, call_id, number, name, waited_ms } => {
            format!("{queue}: {call_id} waits {number}{} {waited_ms}", in_brackets(name))
        }
        FloorEvent::WaitsNoMore { queue, call_id, abandoned } => {
            format!("{queue}: {call_id} {}", if abandoned { "gave up" } else { "is served" })
        }
        FloorEvent::Supervised { extension, by } => format!("{by} listens to {extension}"),
        FloorEvent::Unsupervised { extension, by } => format!("{by} no longer listens to {extension}"),
    }
}
