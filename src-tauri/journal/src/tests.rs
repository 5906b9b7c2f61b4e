//! What is written is there, whatever happens in between.

mod callbacks;
mod contacts;
mod export;
mod files;
mod handle;
mod idempotent;
mod outbox;
mod search;

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use crate::{Call, Direction, Journal, Leg, Outcome, Query, Registration, Write};

/// A journal in a folder of its own.
struct Kit {
    journal: Journal,
    folder: TempDir,
}

impl Kit {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = Journal::open(&folder.path().join("journal.sqlite"), now()).expect("a journal");
        Self { journal, folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("journal.sqlite")
    }

    fn write(&mut self, write: Write) {
        self.journal.apply(&[write]).expect("it is written");
    }

    fn call(&mut self, call: Call) {
        self.write(Write::Call(Box::new(call)));
    }

    fn note(&mut self, call: &str, text: &str) {
        self.write(Write::Note { call: call.into(), text: text.into() });
    }

    /// The keys of what a search shows, newest first.
    fn found(&self, text: &str) -> Vec<String> {
        let query = Query { text: text.into(), limit: 100, ..Query::default() };
        self.journal.search(&query).expect("a page").calls.into_iter().map(|call| call.key).collect()
    }

    /// The same file, opened again.
    fn reopened(self) -> Self {
        let Self { journal, folder } = self;
        drop(journal);
        let journal = Journal::open(&folder.path().join("journal.sqlite"), now()).expect("a journal");
        Self { journal, folder }
    }
}

fn now() -> Timestamp {
    "2024-05-06T07:08:09Z".parse().expect("a time")
}

fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

/// A call that came in and was missed.
fn call(key: &str, number: &str) -> Call {
    Call {
        key: key.into(),
        account: Some("work".into()),
        extension: Some("101".into()),
        direction: Direction::In,
        number: number.into(),
        name: None,
        company: None,
        queue: None,
        did: None,
        started_at: ago(60),
        answered_at: None,
        ended_at: Some(ago(50)),
        talk_ms: 0,
        outcome: Some(Outcome::Missed),
        reason: None,
        sip_status: None,
        taken_by: None,
        recording_id: None,
        note: String::new(),
        disposition: None,
    }
}

fn named(key: &str, number: &str, name: &str) -> Call {
    Call { name: Some(name.into()), ..call(key, number) }
}

fn event(call_id: &str, event: &str, at: Timestamp) -> Write {
    Write::Event { call_id: call_id.into(), event: event.into(), at }
}

fn register(key: &str, payload: &str, due: Timestamp) -> Write {
    Write::Register(Registration { key: key.into(), call: "c1".into(), payload: payload.into(), due })
}

fn leg(call_id: &str, leg_id: &str, call: &str) -> Leg {
    Leg { source: "simotel".into(), call_id: call_id.into(), leg_id: leg_id.into(), call: call.into() }
}
