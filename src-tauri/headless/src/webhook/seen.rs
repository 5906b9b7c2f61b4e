//! The last events, for whoever sets the PBX up: what came, from whom, how it was understood, why not.
//!
//! ```text
//!   Note ─► the last 200 ─┬─► view    raw text and curl lines are made only here
//!                         └─► replay  reads it once more
//! ```

mod note;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use cti::{CallEvent, webhook::EventSource};
use desk::wire::{EventManager, EventReceiver, EventsView, Refusal, SeenEvent};
use jiff::Timestamp;

pub(crate) use self::note::Note;
pub(super) use self::note::{Count, Kept, Sent};
use super::{curl, dialects::Dialects};
use crate::settings;

/// The last events. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Seen(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    dialects: Dialects,
    username: Option<String>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The newest last.
    entries: VecDeque<Entry>,
    last_id: u64,
    /// Bytes of all that was kept.
    size: usize,
    taken: u64,
    refused: u64,
    address: Option<String>,
    trouble: Option<String>,
    manager: Option<EventManager>,
}

#[derive(Clone, Debug)]
struct Entry {
    id: u64,
    at: Timestamp,
    note: Arc<Note>,
    /// How many like it came right behind it.
    more: u64,
}

impl Seen {
    /// Nothing yet. Knows the dialects of the settings, too.
    pub(crate) fn new(settings: &settings::Webhook) -> Self {
        let dialects = Dialects::new(&settings.mappings);
        Self(Arc::new(Inner { dialects, username: settings.username.clone(), state: Mutex::default() }))
    }

    /// Where the receiver listens, and what keeps it from that.
    pub(super) fn listens(&self, address: Option<String>, trouble: Option<String>) {
        let mut state = self.state();
        (state.address, state.trouble) = (address, trouble);
    }

    /// How the manager interface of an Asterisk is.
    pub(crate) fn manager_is(&self, manager: EventManager) {
        self.state().manager = Some(manager);
    }

    pub(super) fn dialects(&self) -> &Dialects {
        &self.0.dialects
    }

    /// Remembers what came, for as long as it is one of the last.
    pub(crate) fn note(&self, note: Note) {
        self.state().push(note);
    }

    /// All of it, the newest first.
    pub(crate) fn view(&self) -> EventsView {
        let (receiver, manager, entries) = {
            let state = self.state();
            let receiver = EventReceiver {
                address: state.address.clone(),
                trouble: state.trouble.clone(),
                username: self.0.username.clone(),
                paths: self.0.dialects.paths().iter().map(|path| path.trim_start_matches('/').to_owned()).collect(),
                taken: state.taken,
                refused: state.refused,
            };
            (receiver, state.manager.clone(), state.entries.iter().rev().cloned().collect::<Vec<_>>())
        };
        let address = receiver.address.as_deref().unwrap_or(ADDRESS);
        let events = entries.iter().map(|entry| entry.shown(address, self.0.username.as_deref())).collect();
        EventsView { receiver, manager, events }
    }

    /// Reads what was kept once more: what it means for calls now. It is one more event of the view.
    ///
    /// # Errors
    /// If it is not there any more, or makes no sense.
    pub(crate) fn replay(&self, id: u64) -> Result<Vec<CallEvent>, Refusal> {
        let entry = self.state().entries.iter().find(|entry| entry.id == id).cloned();
        let gone = || Refusal {
            code: "no_such_event".to_owned(),
            detail: "this event is not among the last ones any more".to_owned(),
            status: 404,
        };
        let note = entry.ok_or_else(gone)?.note;
        let (dialect, kept, tail) = self.readable(&note).ok_or_else(|| {
            Refusal::conflict("not_replayable", "this is no event, or too long to be kept: let the PBX send it again")
        })?;
        let mut again = Note::of_request("replay", kept.clone());
        dialect.mount().clone_into(&mut again.source);
        match dialect.read(&kept.received(&tail)) {
            Ok(told) => {
                again.tells(&told);
                again.remarks.push(format!("event {id} once more"));
                self.note(again);
                Ok(told.events)
            }
            Err(error) => Err(Refusal::conflict("unreadable", error.to_string())),
        }
    }

    fn readable<'a>(&'a self, note: &'a Note) -> Option<(&'a dyn EventSource, &'a Kept, String)> {
        let Sent::Request(kept) = &note.sent else { return None };
        let (dialect, tail) = self.0.dialects.find(kept.path())?;
        note.is_replayable().then_some((dialect, kept, tail))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, note: Note) {
        match note.count {
            Count::Taken => self.taken += 1,
            Count::Refused => self.refused += 1,
            Count::Neither => {}
        }
        let at = Timestamp::now();
        // Who is refused a thousand times must not push everything else out.
        if let Some(last) = self.entries.back_mut()
            && note.is_as_unwelcome_as(&last.note)
        {
            (last.at, last.more) = (at, last.more + 1);
            return;
        }
        if self.entries.len() == MAX
            && let Some(oldest) = self.entries.pop_front()
        {
            self.size -= oldest.note.size();
        }
        self.last_id += 1;
        self.size += note.size();
        self.entries.push_back(Entry { id: self.last_id, at, note: Arc::new(note), more: 0 });
        self.shrink();
    }

    /// Of the oldest only the beginning stays when all of them together are too long.
    fn shrink(&mut self) {
        for entry in &mut self.entries {
            if self.size <= MAX_SIZE {
                return;
            }
            let before = entry.note.size();
            if before > MAX_RAW {
                Arc::make_mut(&mut entry.note).cut(MAX_RAW);
                self.size = self.size - before + entry.note.size();
            }
        }
    }
}

impl Entry {
    fn shown(&self, address: &str, username: Option<&str>) -> SeenEvent {
        let Note { from, source, status, name, summary, meaning, sent, .. } = &*self.note;
        let mut remarks = self.note.remarks.clone();
        if self.more > 0 {
            remarks.push(format!("{} more like it", self.more));
        }
        let (request, raw, curl) = match sent {
            Sent::Request(kept) => (kept.line(), kept.raw(), curl::line(address, username, kept).unwrap_or_default()),
            Sent::Message { kind, text } => (kind.clone(), text.clone(), String::new()),
        };
        SeenEvent {
            id: self.id,
            at: self.at.to_string(),
            from: from.clone(),
            source: source.clone(),
            request,
            status: *status,
            name: name.clone(),
            summary: summary.clone(),
            meaning: meaning.clone(),
            remarks,
            raw,
            curl,
            replayable: self.note.is_replayable(),
        }
    }
}

/// As many events are remembered.
const MAX: usize = 200;
/// As much of what was sent is kept, of all of them together.
const MAX_SIZE: usize = 4 * 1024 * 1024;
/// As much of it is shown.
pub(super) const MAX_RAW: usize = 4 * 1024;
const ADDRESS: &str = "http://127.0.0.1:4060";
