//! Where the events of a PBX come in: to the desk at once, and into the journal before their sender is told that they are safe.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use cti::{CallEvent, What};
use desk::{
    Asker, Input,
    wire::{Intent, Refusal},
};
use jiff::Timestamp;

use crate::{
    engine::DeskHandle,
    journaling::{Journaling, call_name, kept},
    webhook::TakesIn,
};

/// Takes events in. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Intake {
    desk: DeskHandle,
    journal: Journaling,
    calls: Arc<Mutex<Calls>>,
}

/// The last calls of this desk, by their names.
#[derive(Debug, Default)]
struct Calls {
    known: HashSet<String>,
    /// The newest last.
    order: VecDeque<String>,
}

impl Intake {
    /// `calls` are known from before, by their names.
    pub(crate) fn new(desk: DeskHandle, journal: Journaling, calls: Vec<String>) -> Self {
        let mut known = Calls::default();
        calls.into_iter().for_each(|call| known.note(call));
        Self { desk, journal, calls: Arc::new(Mutex::new(known)) }
    }

    /// After a crash the desk must know again of its own calls; who else spoke with whom it need not. Of its calls not every
    /// event says whose they are: some PBXs name the extension once, or tell the other end's number instead.
    fn is_needed(&self, event: &CallEvent) -> bool {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if self.desk.concerns(event) {
            calls.note(call_name(event));
            return true;
        }
        let is_of_known_call = || calls.known.contains(&call_name(event));
        event.extension.is_none()
            || match event.what {
                What::Moved { .. } => true,
                What::Answered | What::AnsweredOrOver(_) | What::Ended(_) | What::Recorded(_) => is_of_known_call(),
                What::Offered { .. } | What::Idle | What::Unreachable => false,
            }
    }
}

impl TakesIn for Intake {
    /// Returns once they are on the disk, as far as this desk may need them after a crash.
    async fn take(&self, events: Vec<CallEvent>) -> Result<(), String> {
        let now = Timestamp::now();
        let writes: Vec<_> =
            events.iter().filter(|event| self.is_needed(event)).filter_map(|event| kept(event, now)).collect();
        for event in events {
            self.desk.tell(Input::CallEvent(event)).await;
        }
        if writes.is_empty() {
            return Ok(());
        }
        let Some(journal) = self.journal.handle().await else {
            return Err("the journal cannot be opened: see the log of Ringside".to_owned());
        };
        journal.commit(writes).await.map_err(|error| error.to_string())
    }

    /// The desk has written it down by the time it answers, so all that is left is to wait for the disk.
    async fn call_back(&self, wanted: Intent) -> Result<String, Refusal> {
        let done = self.desk.ask(Asker::Receiver, wanted).await?;
        self.journal.commit(Vec::new()).await.map_err(|why| Refusal {
            code: "not_taken_in".to_owned(),
            detail: format!("send it again: {why}"),
            status: 503,
        })?;
        Ok(done.callback.unwrap_or_default())
    }
}

impl Calls {
    fn note(&mut self, call: String) {
        if !self.known.insert(call.clone()) {
            return;
        }
        if self.order.len() >= MOST_CALLS
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(call);
    }
}

/// More than are going on at once.
const MOST_CALLS: usize = 4096;
