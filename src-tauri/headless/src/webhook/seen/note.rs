//! One thing that came.

use axum::{extract::Request, http::header};
use cti::{
    CallEvent,
    webhook::{Received, Told},
};

use super::MAX_RAW;
use crate::webhook::meaning;

/// What came, and what was made of it.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    /// The address.
    pub(crate) from: String,
    /// The dialect; empty if the path belongs to none.
    pub(crate) source: String,
    /// What it was answered with; 0 where nothing is answered.
    pub(crate) status: u16,
    /// The vendor's name of the event.
    pub(crate) name: String,
    /// What was understood, in a few words.
    pub(crate) summary: String,
    /// What it means for calls.
    pub(crate) meaning: Vec<String>,
    /// What was odd, and why it was refused.
    pub(crate) remarks: Vec<String>,
    pub(in crate::webhook) count: Count,
    pub(in crate::webhook) sent: Sent,
}

/// Whether the receiver counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::webhook) enum Count {
    /// It was taken in.
    Taken,
    /// It was turned away.
    Refused,
    /// It was of no interest, or came another way.
    Neither,
}

/// In what form it came.
#[derive(Clone, Debug)]
pub(in crate::webhook) enum Sent {
    /// By HTTP.
    Request(Kept),
    /// As a message: what it is, and its text.
    Message { kind: String, text: String },
}

/// A request, without the password.
#[derive(Clone, Debug)]
pub(in crate::webhook) struct Kept {
    pub(in crate::webhook) method: String,
    /// Path and query.
    pub(in crate::webhook) target: String,
    pub(in crate::webhook) content_type: Option<String>,
    pub(in crate::webhook) body: Vec<u8>,
    /// All of the body is here.
    pub(in crate::webhook) is_whole: bool,
}

impl Note {
    /// A message that came by a connection of our own; `kind` is like `AMI Newstate`.
    pub(crate) fn of_message(from: &str, source: &str, kind: &str, text: &str) -> Self {
        let sent = Sent::Message { kind: clipped(kind, MAX_WORDS), text: clipped(text, MAX_RAW) };
        Self { source: source.to_owned(), ..Self::new(from, sent) }
    }

    pub(in crate::webhook) fn of_request(from: &str, kept: Kept) -> Self {
        Self::new(from, Sent::Request(kept))
    }

    fn new(from: &str, sent: Sent) -> Self {
        Self {
            from: from.to_owned(),
            source: String::new(),
            status: 0,
            name: String::new(),
            summary: String::new(),
            meaning: Vec::new(),
            remarks: Vec::new(),
            count: Count::Neither,
            sent,
        }
    }

    /// How a dialect understood it.
    pub(in crate::webhook) fn tells(&mut self, told: &Told) {
        self.name = clipped(&told.name, MAX_WORDS);
        self.summary = clipped(&told.summary, MAX_WORDS);
        self.remarks = told.remarks.iter().take(MAX_LINES).map(|remark| clipped(remark, MAX_WORDS)).collect();
        self.means(&told.events);
    }

    /// Somebody is to be called back; these fields meant nothing.
    pub(in crate::webhook) fn asks_for_callback(&mut self, unknown: &[String]) {
        "callback".clone_into(&mut self.name);
        if !unknown.is_empty() {
            let unknown = format!("Fields unknown to this version: {}", unknown.join(", "));
            self.remarks.push(clipped(&unknown, MAX_WORDS));
        }
    }

    /// What it means for calls.
    pub(crate) fn means(&mut self, events: &[CallEvent]) {
        self.meaning = events.iter().take(MAX_LINES).map(|event| clipped(&meaning::line(event), MAX_WORDS)).collect();
    }

    /// Both were turned away at the door, for the same reason.
    pub(super) fn is_as_unwelcome_as(&self, other: &Self) -> bool {
        let is_unwelcome = |note: &Self| note.count == Count::Refused && [0, 401, 403, 421, 429].contains(&note.status);
        is_unwelcome(self) && is_unwelcome(other) && (&self.from, self.status) == (&other.from, other.status)
    }

    pub(super) fn is_replayable(&self) -> bool {
        matches!(&self.sent, Sent::Request(kept) if kept.is_whole) && !self.source.is_empty()
    }

    /// In bytes, of what was sent.
    pub(super) fn size(&self) -> usize {
        match &self.sent {
            Sent::Request(kept) => kept.target.len() + kept.body.len(),
            Sent::Message { text, .. } => text.len(),
        }
    }

    /// Leaves as much of the body at most.
    pub(super) fn cut(&mut self, most: usize) {
        if let Sent::Request(kept) = &mut self.sent {
            kept.is_whole &= kept.body.len() <= most;
            kept.body.truncate(most);
            kept.body.shrink_to_fit();
        }
    }
}

impl Kept {
    /// All but the body.
    pub(in crate::webhook) fn head(request: &Request) -> Self {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        Self {
            method: request.method().to_string(),
            target: target.to_owned(),
            content_type: content_type.map(str::to_owned),
            body: Vec::new(),
            is_whole: false,
        }
    }

    pub(in crate::webhook) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub(in crate::webhook) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// The same for a dialect; `tail` is what stands behind its own path.
    pub(in crate::webhook) fn received<'a>(&'a self, tail: &'a str) -> Received<'a> {
        Received {
            method: &self.method,
            tail,
            query: self.query(),
            content_type: self.content_type.as_deref(),
            body: &self.body,
        }
    }

    /// `POST /simotel/NewState`.
    pub(super) fn line(&self) -> String {
        clipped(&format!("{} {}", self.method, self.path()), MAX_WORDS)
    }

    /// What was sent, as text.
    pub(super) fn raw(&self) -> String {
        let body = String::from_utf8_lossy(self.body.get(..MAX_RAW).unwrap_or(&self.body));
        match (self.query(), &*body) {
            ("", body) => clipped(body, MAX_RAW),
            (query, "") => clipped(query, MAX_RAW),
            (query, body) => clipped(&format!("{query}\n\n{body}"), MAX_RAW),
        }
    }
}

fn clipped(text: &str, most: usize) -> String {
    text.get(..text.floor_char_boundary(most)).unwrap_or_default().to_owned()
}

/// Of a line, in bytes.
const MAX_WORDS: usize = 400;
const MAX_LINES: usize = 16;
