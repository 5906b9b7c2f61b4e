//! What waits for the disk, and how much of it may.
//!
//! Where the disk takes nothing, memory is bounded, and what could be lost goes in this order, the oldest first: notes, legs,
//! dispositions, calls, supervisions, what is settled; and last, what was promised to others: events, registrations and
//! callbacks. Of a note, a call and a callback only the newest counts anyway.

use std::{
    collections::{HashSet, VecDeque},
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::oneshot;

use crate::{Attempt, Error, Journal, Write};

/// One order to the writer.
pub(crate) enum Entry {
    /// Nobody waits for it: it is kept until the disk takes it.
    Loose(Write),
    /// Somebody waits for it, and is told if it fails.
    Awaited(Vec<Write>, oneshot::Sender<Result<(), Error>>),
    /// Anything else that writes; tells its outcome by itself.
    Change(Change),
}

/// Anything that writes; or is told why it cannot.
pub(crate) type Change = Box<dyn FnOnce(Result<&mut Journal, Error>) + Send>;

impl Entry {
    pub(crate) fn writes(&self) -> &[Write] {
        match self {
            Self::Loose(write) => std::slice::from_ref(write),
            Self::Awaited(writes, _) => writes,
            Self::Change(_) => &[],
        }
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.writes().iter().map(weight).sum::<usize>()
    }
}

/// Orders from many tasks to one thread.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    entries: VecDeque<Entry>,
    bytes: usize,
    /// How many of the entries somebody waits for.
    awaited: usize,
    lost: u64,
    closed: bool,
}

/// What the writer is to do next.
pub(crate) enum Task {
    /// All of these in one transaction.
    Batch(Vec<Entry>),
    /// This.
    Change(Change),
    /// End: nobody is left to give orders.
    End,
}

impl Queue {
    /// Never waits. What nobody waits for makes room for itself; the others are told where there is none.
    pub(crate) fn push(&self, entry: Entry) -> Result<(), Error> {
        let mut waiting = self.lock();
        let fits = waiting.bytes + entry.weight() <= MAX_BYTES;
        if !fits && !matches!(entry, Entry::Loose(_)) {
            return Err(Error::Backlog);
        }
        waiting.add_last(entry);
        if !fits {
            waiting.shed(MAX_BYTES / 8 * 7);
        }
        drop(waiting);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for something to do; after a failure, `pause` or until somebody asks again.
    pub(crate) fn next(&self, pause: Option<Duration>) -> Task {
        let mut waiting = self.lock();
        if let Some(pause) = pause {
            let idle = |waiting: &mut Waiting| waiting.awaited == 0 && !waiting.closed;
            waiting = self.changed.wait_timeout_while(waiting, pause, idle).unwrap_or_else(PoisonError::into_inner).0;
        }
        let idle = |waiting: &mut Waiting| waiting.entries.is_empty() && !waiting.closed;
        waiting = self.changed.wait_while(waiting, idle).unwrap_or_else(PoisonError::into_inner);
        waiting.take()
    }

    /// Keeps of a batch that failed what nobody waits for, before what came since. Gives back whatever somebody waits for, also
    /// of what came since: it would fail too.
    pub(crate) fn put_back(&self, batch: Vec<Entry>) -> Vec<Entry> {
        let mut waiting = self.lock();
        let since = mem::take(&mut waiting.entries);
        let (loose, awaited) =
            batch.into_iter().chain(since).partition::<Vec<_>, _>(|entry| matches!(entry, Entry::Loose(_)));
        waiting.entries = loose.into();
        waiting.bytes = waiting.entries.iter().map(Entry::weight).sum();
        waiting.awaited = 0;
        waiting.coalesce();
        awaited
    }

    /// The last that is asked of it.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_one();
    }

    /// Whether nobody is left to give orders.
    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// How many orders wait, how many bytes they take, how many writes were given up for want of memory.
    pub(crate) fn backlog(&self) -> (usize, usize, u64) {
        let waiting = self.lock();
        (waiting.entries.len(), waiting.bytes, waiting.lost)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn add_last(&mut self, entry: Entry) {
        self.bytes += entry.weight();
        self.awaited += usize::from(!matches!(entry, Entry::Loose(_)));
        self.entries.push_back(entry);
    }

    fn take(&mut self) -> Task {
        match self.entries.front() {
            None => return Task::End,
            Some(Entry::Change(_)) => {
                let entry = self.entries.pop_front();
                if let Some(Entry::Change(change)) = entry {
                    self.bytes = self.bytes.saturating_sub(size_of::<Entry>());
                    self.awaited -= 1;
                    return Task::Change(change);
                }
            }
            Some(_) => {}
        }
        self.coalesce();
        let is_change = |entry: &Entry| matches!(entry, Entry::Change(_));
        let end = self.entries.iter().take(MAX_BATCH).position(is_change).unwrap_or(self.entries.len().min(MAX_BATCH));
        let batch: Vec<Entry> = self.entries.drain(..end).collect();
        self.bytes -= batch.iter().map(Entry::weight).sum::<usize>();
        self.awaited -= batch.iter().filter(|entry| !matches!(entry, Entry::Loose(_))).count();
        Task::Batch(batch)
    }

    /// Of the loose notes, calls and callbacks, the newest of each stays.
    fn coalesce(&mut self) {
        let mut seen = HashSet::new();
        let superseded: Vec<bool> = self
            .entries
            .iter()
            .rev()
            .map(|entry| match entry {
                Entry::Loose(Write::Note { call, .. }) => !seen.insert(('n', call.as_str())),
                Entry::Loose(Write::Call(call)) => !seen.insert(('c', call.key.as_str())),
                Entry::Loose(Write::Callback(callback)) => !seen.insert(('b', callback.key.as_str())),
                _ => false,
            })
            .collect();
        if superseded.contains(&true) {
            let mut superseded = superseded.into_iter().rev();
            self.entries.retain(|_| !superseded.next().unwrap_or(false));
            self.bytes = self.entries.iter().map(Entry::weight).sum();
        }
    }

    /// Gives loose writes up until the rest takes no more than `bytes`.
    fn shed(&mut self, bytes: usize) {
        self.coalesce();
        let before = self.entries.len();
        for rank in 0..=LAST_RANK {
            let mut excess = self.bytes.saturating_sub(bytes);
            if excess == 0 {
                break;
            }
            self.entries.retain(|entry| {
                let goes = excess > 0 && matches!(entry, Entry::Loose(write) if self::rank(write) == rank);
                if goes {
                    excess = excess.saturating_sub(entry.weight());
                }
                !goes
            });
            self.bytes = self.entries.iter().map(Entry::weight).sum();
        }
        let lost = (before - self.entries.len()) as u64;
        self.lost += lost;
        tracing::error!(lost, "the disk takes nothing, and memory for what waits is full: writes are lost");
    }
}

/// What is given up first has the lowest.
fn rank(write: &Write) -> u8 {
    match write {
        Write::Note { .. } => 0,
        Write::Leg(_) => 1,
        Write::Disposition { .. } => 2,
        Write::Call(_) => 3,
        Write::Supervision(_) => 4,
        Write::Settled { .. } => 5,
        Write::Event { .. } => 6,
        Write::Register(_) | Write::Withdraw { .. } | Write::Callback(_) => LAST_RANK,
    }
}

const LAST_RANK: u8 = 7;

/// About how much memory it takes besides itself.
fn weight(write: &Write) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    match write {
        Write::Event { call_id, event, .. } => call_id.len() + event.len(),
        Write::Settled { call_id, .. } => call_id.len(),
        Write::Call(call) => {
            let texts = [
                &call.account,
                &call.extension,
                &call.name,
                &call.company,
                &call.queue,
                &call.did,
                &call.reason,
                &call.taken_by,
                &call.recording_id,
                &call.disposition,
            ];
            let texts: usize = texts.into_iter().map(length).sum();
            mem::size_of_val(&**call) + call.key.len() + call.number.len() + call.note.len() + texts
        }
        Write::Leg(leg) => leg.source.len() + leg.call_id.len() + leg.leg_id.len() + leg.call.len(),
        Write::Note { call, text } => call.len() + text.len(),
        Write::Disposition { call, disposition } => call.len() + length(disposition),
        Write::Callback(callback) => {
            let texts = [&callback.name, &callback.queue, &callback.claimed_by, &callback.outcome];
            let texts: usize = texts.into_iter().map(length).sum();
            let wishes: usize = callback.wishes.iter().map(|wish| size_of::<String>() + wish.len()).sum();
            let attempt = |attempt: &Attempt| size_of::<Attempt>() + attempt.by.len() + attempt.result.len();
            let attempts: usize = callback.attempts.iter().map(attempt).sum();
            let own = callback.key.len() + callback.number.len() + callback.note.len() + callback.reason.len();
            mem::size_of_val(&**callback) + own + texts + wishes + attempts
        }
        Write::Supervision(supervision) => {
            let texts: usize = [&supervision.number, &supervision.trouble].into_iter().map(length).sum();
            let modes: usize = supervision.modes.iter().map(|mode| size_of_val(mode) + mode.1.len()).sum();
            supervision.key.len() + supervision.extension.len() + supervision.by.len() + texts + modes
        }
        Write::Register(registration) => registration.key.len() + registration.call.len() + registration.payload.len(),
        Write::Withdraw { key } => key.len(),
    }
}

/// Weeks of a desk's work; a day of a busy call centre's events.
const MAX_BYTES: usize = 64 << 20;
/// One transaction of these takes some hundred milliseconds at most.
const MAX_BATCH: usize = 5_000;
