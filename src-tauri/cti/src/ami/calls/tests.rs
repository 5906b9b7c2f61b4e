//! Stories of calls, each a few lines of what an Asterisk says, and what it means.
//!
//! A line is `+ms Event channel:state key=value …`; what stands behind `>` is of the channel that is dialled. A channel's id is
//! the number at the end of its name, and `link=` says once which call it belongs to.

mod corners;
mod pipes;
mod recordings;
mod stories;

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::Calls;
use crate::{
    CallEvent, Ended, What,
    ami::{Message, Naming},
};

/// A PBX with its own clock.
struct Pbx {
    calls: Calls,
    start: Instant,
    links: HashMap<String, String>,
}

impl Pbx {
    fn new() -> Self {
        let naming = Naming { trunks: vec!["900".into()], ..Naming::default() };
        Self { calls: Calls::new(naming), start: Instant::now(), links: HashMap::new() }
    }

    /// What comes of these lines, one line each.
    fn says(&mut self, lines: &str) -> Vec<String> {
        self.events(lines).iter().map(shown).collect()
    }

    fn events(&mut self, lines: &str) -> Vec<CallEvent> {
        let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.flat_map(|line| self.line(line)).collect()
    }

    fn line(&mut self, line: &str) -> Vec<CallEvent> {
        let (time, rest) = line.split_once(' ').expect("a time");
        let now = self.start + Duration::from_millis(time.trim_start_matches('+').parse().expect("milliseconds"));
        let mut words = rest.split_whitespace();
        let mut headers = vec![("Event".to_owned(), words.next().expect("an event").to_owned())];
        let mut prefix = "";
        for word in words {
            match word.split_once('=') {
                None if word == ">" => prefix = "Dest",
                None if word.ends_with('>') => prefix = word.trim_end_matches('>'),
                None => headers.extend(self.channel(prefix, word)),
                Some(("link", call)) => {
                    let (_, id) =
                        headers.iter().rev().find(|(name, _)| name.ends_with("Uniqueid")).expect("a channel").clone();
                    headers.push((format!("{prefix}Linkedid"), call.to_owned()));
                    self.links.insert(id, call.to_owned());
                }
                Some(("Variable", name)) => headers.push(("Variable".to_owned(), name.to_owned())),
                Some((key, value)) => headers.push((header(prefix, key), value.replace('_', " "))),
            }
        }
        let mut headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        // The first of a name counts, and `link=` stands behind what was known of it.
        headers.reverse();
        self.calls.hear(&headers.into_iter().collect::<Message>(), now)
    }

    fn channel(&self, prefix: &str, word: &str) -> Vec<(String, String)> {
        let (name, state) = word.split_once(':').unwrap_or((word, ""));
        let id = name.rsplit('-').next().unwrap_or_default().replace(';', ".");
        let call = self.links.get(&id).unwrap_or(&id);
        let told = [("Channel", name), ("ChannelState", state), ("Uniqueid", &id), ("Linkedid", call)];
        told.map(|(name, value)| (format!("{prefix}{name}"), value.to_owned())).into()
    }
}

/// Names of the channel's block are written short.
fn header(prefix: &str, key: &str) -> String {
    let block = match key {
        "caller" => "CallerIDNum",
        "called" => "CallerIDName",
        "connected" => "ConnectedLineNum",
        "named" => "ConnectedLineName",
        "exten" => "Exten",
        _ => return key.to_owned(),
    };
    format!("{prefix}{block}")
}

fn recorded(ended: &Ended) -> String {
    let more = if ended.more_follows { " …" } else { "" };
    ended.recording_id.as_ref().map_or(String::new(), |file| format!(" {file}")) + more
}

/// `104:2@1 offered in 79165550107 (Anna) did=… queue=… waited=…`: extension, leg and call, and what happened.
fn shown(event: &CallEvent) -> String {
    let what = match &event.what {
        What::Offered { direction, .. } => format!("offered {direction:?}").to_lowercase(),
        What::Answered => "answered".into(),
        What::Ended(ended) => {
            let talk = ended.talk_ms.map_or(String::new(), |ms| format!(" {ms} ms"));
            format!("ended {:?}", ended.outcome).to_lowercase() + &talk + &recorded(ended)
        }
        What::Recorded(ended) => format!("recorded {:?}", ended.outcome).to_lowercase() + &recorded(ended),
        What::Moved { from, to } => format!("moved {from} {to}"),
        other => format!("{other:?}"),
    };
    let party = event.party.as_ref().map(|party| {
        let name = party.name.as_ref().map_or(String::new(), |name| format!(" ({name})"));
        format!(" {}{name}", party.number)
    });
    let mut line = format!("{}:{}@{} {what}", event.extension.as_deref().unwrap_or("-"), event.leg_id, event.call_id);
    // Who and whence need saying once.
    if !matches!(event.what, What::Answered | What::Ended(_) | What::Recorded(_)) {
        line += &party.unwrap_or_default();
        line += &event.did.as_ref().map_or(String::new(), |did| format!(" did={did}"));
    }
    if !matches!(event.what, What::Ended(_) | What::Recorded(_)) {
        line += &event.queue.as_ref().map_or(String::new(), |queue| format!(" queue={queue}"));
        line += &event.waited_ms.map_or(String::new(), |ms| format!(" waited={ms}"));
    }
    line
}
