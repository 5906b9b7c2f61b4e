//! The thread that writes.
//!
//! ```text
//!              ┌──────────────────────────────────────────────┐
//!              ▼                                              │
//!   wait for orders ──► all that wait, one transaction ──ok──► tell those who wait
//!              ▲                     │
//!              │                  failed: tell those who wait, keep the rest
//!              └── pause, doubled ◄──┘
//! ```

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    Error, Journal,
    queue::{Entry, Queue, Task},
};

/// What keeps the disk from taking anything, as long as it does.
pub(crate) type Trouble = Mutex<Option<Error>>;

pub(crate) fn run(mut journal: Journal, queue: &Queue, trouble: &Trouble) {
    let mut backoff = Backoff::default();
    loop {
        match queue.next(backoff.pause) {
            Task::End => return,
            // Somebody else's code: its panic is its own, and a transaction that it has begun is rolled back.
            Task::Change(change) => drop(catch_unwind(AssertUnwindSafe(|| change(Ok(&mut journal))))),
            Task::Batch(batch) => {
                let written = journal.apply_each(batch.iter().flat_map(Entry::writes));
                *trouble.lock().unwrap_or_else(PoisonError::into_inner) = written.as_ref().err().cloned();
                let Err(error) = written else {
                    backoff.over();
                    tell(batch, &Ok(()));
                    continue;
                };
                backoff.again(&error);
                let closed = queue.is_closed();
                tell(queue.put_back(batch), &Err(error));
                if closed {
                    let (lost, ..) = queue.backlog();
                    tracing::error!(lost, "Ringside ends, and what waits to be written down is lost");
                    return;
                }
            }
        }
    }
}

/// Tells those who wait what became of it.
fn tell(entries: Vec<Entry>, written: &Result<(), Error>) {
    for entry in entries {
        match (entry, written) {
            // Who waited may have gone.
            (Entry::Awaited(_, done), _) => drop(done.send(written.clone())),
            (Entry::Change(change), Err(error)) => change(Err(error.clone())),
            (Entry::Change(_) | Entry::Loose(_), _) => {}
        }
    }
}

/// When it is tried again, and how often that is logged: each commit that comes meanwhile is a try as well.
#[derive(Default)]
struct Backoff {
    pause: Option<Duration>,
    told: Option<Instant>,
}

impl Backoff {
    fn again(&mut self, error: &Error) {
        self.pause = Some(self.pause.map_or(FIRST_PAUSE, |pause| (pause * 2).min(LONGEST_PAUSE)));
        if self.told.is_none_or(|told| told.elapsed() >= LONGEST_PAUSE) {
            self.told = Some(Instant::now());
            tracing::error!("nothing can be written down, it is tried again and again: {error}");
        }
    }

    fn over(&mut self) {
        if self.pause.is_some() {
            tracing::warn!("the journal takes what waited");
        }
        *self = Self::default();
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
