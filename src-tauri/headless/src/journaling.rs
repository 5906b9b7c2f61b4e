//! The journal, which opens beside everything else: nothing that rings waits for a disk.
//!
//! ```text
//!   start ──► opening ──► open ── restore ──► the desk knows where each call stood, and whom to call back ──► events are taken in
//!                └──────► none: the desk says so, and goes on without
//! ```

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use cti::CallEvent;
use desk::{Input, Restored};
use jiff::Timestamp;
use journal::{Handle, Journal, Write};
use serde::{Deserialize, Serialize};
use tokio::{sync::watch, task::spawn_blocking};

use crate::engine::DeskHandle;

/// The way to the journal. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Journaling {
    state: watch::Receiver<State>,
    /// What was written before it was open.
    early: Arc<Mutex<Vec<Write>>>,
}

/// Opens it.
#[derive(Debug)]
pub(crate) struct Opening {
    state: watch::Sender<State>,
    early: Arc<Mutex<Vec<Write>>>,
}

#[derive(Clone, Debug)]
enum State {
    Opening,
    Open(Handle),
    /// It cannot be opened.
    None,
}

/// An event as it is kept: with the time at which it came.
#[derive(Serialize, Deserialize)]
struct Kept<E> {
    at: Timestamp,
    event: E,
}

impl Journaling {
    pub(crate) fn new() -> (Opening, Self) {
        let (told, state) = watch::channel(State::Opening);
        let early = Arc::default();
        (Opening { state: told, early: Arc::clone(&early) }, Self { state, early })
    }

    /// Writes in its own time.
    pub(crate) fn write(&self, write: Write) {
        let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
        match &*self.state.borrow() {
            State::Opening => early.push(write),
            State::Open(handle) => handle.write(write),
            State::None => {}
        }
    }

    /// Writes before all that is written later, and tells what became of it.
    pub(crate) fn commit(&self, writes: Vec<Write>) -> impl Future<Output = Result<(), String>> + Send + use<> {
        let open = match &*self.state.borrow() {
            State::Open(handle) => Some(handle.commit(writes.clone())),
            State::Opening | State::None => None,
        };
        let journal = self.clone();
        async move {
            let written = match open {
                Some(written) => written.await,
                // Nothing can have been written before it is open.
                None => match journal.handle().await {
                    Some(handle) => handle.commit(writes).await,
                    None => return Err("the journal cannot be opened: see the log of Ringside".to_owned()),
                },
            };
            written.map_err(|error| error.to_string())
        }
    }

    /// The open journal; `None` if there is none.
    pub(crate) async fn handle(&self) -> Option<Handle> {
        let mut state = self.state.clone();
        let state = state.wait_for(|state| !matches!(state, State::Opening)).await.ok()?.clone();
        match state {
            State::Open(handle) => Some(handle),
            State::Opening | State::None => None,
        }
    }

    /// The names of the calls that are not settled.
    pub(crate) async fn unsettled_calls(&self) -> Vec<String> {
        let Some(journal) = self.handle().await else { return Vec::new() };
        let read = journal.read(|journal| journal.unsettled_calls(yesterday())).await;
        read.inspect_err(|error| tracing::error!("which calls were going on is not known: {error}")).unwrap_or_default()
    }

    /// Waits until what was written is on the disk.
    pub(crate) async fn flush(&self) {
        let state = self.state.borrow().clone();
        if let State::Open(handle) = state
            && let Err(error) = handle.flush().await
        {
            tracing::error!("{error}");
        }
    }
}

impl Opening {
    /// Opens it, tells the desk what stood in it, and lets in who waits.
    pub(crate) async fn open(self, file: PathBuf, desk: DeskHandle) {
        let opened = spawn_blocking(move || Journal::open(&file, Timestamp::now())).await;
        let journal = match opened {
            Ok(Ok(journal)) => journal,
            Ok(Err(error)) => return self.give_up(&desk, error.to_string()).await,
            Err(error) => return self.give_up(&desk, error.to_string()).await,
        };
        if let Some(damage) = journal.damage() {
            tracing::error!("{damage}");
            desk.tell(Input::Notice("journal_damaged".to_owned(), damage.to_string())).await;
        }
        let handle = Handle::start(journal);
        match handle.read(|journal| journal.restore(yesterday())).await {
            Ok(restored) => desk.tell(Input::Restored(read(restored))).await,
            Err(error) => tracing::error!("what was going on before is not known: {error}"),
        }
        tell_callbacks(&handle, &desk).await;
        // What the CRM refused may have been mended since.
        let again = handle.change(|journal| journal.retry(Timestamp::now())).await;
        if let Ok(again @ 1..) = again {
            tracing::info!(again, "calls that the CRM refused are told once more");
        }
        self.let_in(handle.clone());
        keep_small(handle).await;
    }

    /// Under the lock, so that nothing is written between the early and the late.
    fn let_in(&self, handle: Handle) {
        let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
        for write in early.drain(..) {
            handle.write(write);
        }
        self.state.send_replace(State::Open(handle));
    }

    async fn give_up(self, desk: &DeskHandle, why: String) {
        tracing::error!("{why}");
        desk.tell(Input::Notice("journal_unavailable".to_owned(), why)).await;
        // Those of the agent are kept until the desk is closed. Before others are let in, who are told the truth then.
        desk.tell(Input::Callbacks(Vec::new())).await;
        self.state.send_replace(State::None);
        self.early.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Who is to be called back still, and who was lately: the desk waits for it, whatever becomes of the reading.
async fn tell_callbacks(handle: &Handle, desk: &DeskHandle) {
    let read = |journal: &Journal| {
        let mut callbacks = journal.open_callbacks()?;
        callbacks.extend(journal.closed_callbacks(yesterday(), MOST_CLOSED)?);
        Ok(callbacks)
    };
    let callbacks = match handle.read(read).await {
        Ok(callbacks) => callbacks,
        Err(error) => {
            let why = format!("Who is to be called back cannot be read from the journal: {error}");
            tracing::error!("{why}");
            desk.tell(Input::Notice("callbacks_unreadable".to_owned(), why)).await;
            Vec::new()
        }
    };
    desk.tell(Input::Callbacks(callbacks)).await;
}

/// Clears away what is no longer needed, for as long as there is a desk.
async fn keep_small(handle: Handle) {
    loop {
        tokio::time::sleep(BETWEEN_PRUNINGS).await;
        if let Err(error) = handle.change(|journal| journal.prune(Timestamp::now(), None)).await {
            tracing::warn!("the journal cannot be cleared up: {error}");
        }
    }
}

/// What a PBX told, as it is kept.
pub(crate) fn kept(event: &CallEvent, at: Timestamp) -> Option<Write> {
    let kept = serde_json::to_string(&Kept { at, event }).ok()?;
    Some(Write::Event { call_id: call_name(event), event: kept, at })
}

/// What the journal calls the call of an event.
pub(crate) fn call_name(event: &CallEvent) -> String {
    format!("{}/{}", event.source, event.call_id)
}

fn read(restored: journal::Restored) -> Restored {
    let event = |text: &String| {
        let kept: Kept<CallEvent> = serde_json::from_str(text).ok()?;
        Some((kept.event, kept.at))
    };
    // Those that a PBX told of may go on without this desk.
    let (told, own): (Vec<_>, Vec<_>) = restored.calls.into_iter().partition(|known| !known.legs.is_empty());
    let of = |known: journal::RestoredCall| {
        let call = known.call;
        known.legs.into_iter().map(move |leg| (leg, call.clone()))
    };
    let was_up = |call: &journal::Call| call.ended_at.is_none() && call.outcome.is_none();
    Restored {
        events: restored.events.iter().filter_map(event).collect(),
        calls: told.into_iter().flat_map(of).collect(),
        broken: own.into_iter().map(|known| known.call).filter(was_up).collect(),
    }
}

/// A call that began earlier is over by now, whatever was told of it.
fn yesterday() -> Timestamp {
    let now = Timestamp::now();
    now.checked_sub(Duration::from_secs(24 * 60 * 60)).unwrap_or(now)
}

/// As many as anybody looks through.
const MOST_CLOSED: usize = 500;
const BETWEEN_PRUNINGS: Duration = Duration::from_secs(60 * 60);
