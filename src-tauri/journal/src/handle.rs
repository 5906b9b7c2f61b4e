//! One journal for many tasks.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, mpsc},
    thread,
};

use tokio::sync::oneshot;

use crate::{
    Error, Journal, Write,
    queue::{Entry, Queue},
    writer::{self, Trouble},
};

/// A way to the journal: clones are cheap and go to the same. When the last one is dropped, what waits is still written, but
/// nobody waits for it: [`Handle::flush`] first.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    queue: Arc<Queue>,
    trouble: Arc<Trouble>,
    questions: mpsc::Sender<Question>,
}

type Question = Box<dyn FnOnce(Result<&Journal, Error>) + Send>;

/// How far the disk is behind.
#[derive(Clone, Debug, Default)]
pub struct Backlog {
    /// Orders that wait.
    pub waiting: usize,
    /// The memory that they take.
    pub bytes: usize,
    /// Writes that were given up for want of memory, since the start.
    pub lost: u64,
    /// Why nothing is written at present.
    pub trouble: Option<Error>,
}

impl Handle {
    /// Gives the journal a thread that writes and one that reads.
    pub fn start(journal: Journal) -> Self {
        let path = journal.path().to_owned();
        let (queue, trouble) = (Arc::new(Queue::default()), Arc::new(Trouble::default()));
        let (questions, asked) = mpsc::channel();
        let (its_queue, its_trouble, its_path) = (Arc::clone(&queue), Arc::clone(&trouble), path.clone());
        thread::spawn(move || writer::run(journal, &its_queue, &its_trouble));
        thread::spawn(move || answer(&its_path, &asked));
        Self { shared: Arc::new(Shared { path, queue, trouble, questions }) }
    }

    /// Writes it soon, and tries again until the disk takes it. Never waits.
    pub fn write(&self, write: Write) {
        // Where memory is full, it makes room by itself.
        let _always = self.shared.queue.push(Entry::Loose(write));
    }

    /// Writes all of it, and returns when it is on the disk: together with what others write at that time, for one
    /// `fsync`. It has its place among other writes from the call on, whenever that is awaited.
    ///
    /// # Errors
    /// It was not written, nor will be: tell whoever sent it to send it again.
    pub fn commit(&self, writes: Vec<Write>) -> impl Future<Output = Result<(), Error>> + Send + use<> {
        let (done, told) = oneshot::channel();
        let pushed = self.shared.queue.push(Entry::Awaited(writes, done));
        async move {
            pushed?;
            told.await.map_err(|_| Error::Stopped)?
        }
    }

    /// Returns when everything that was written before is on the disk.
    ///
    /// # Errors
    /// The disk does not take it. It is kept and tried again.
    pub async fn flush(&self) -> Result<(), Error> {
        self.commit(Vec::new()).await
    }

    /// Changes the journal after everything that was written before: the outbox, the contacts, [`Journal::prune`].
    ///
    /// # Errors
    /// What `change` says, or that the journal is closed or has fallen behind.
    pub async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Journal) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (done, told) = oneshot::channel();
        let change = move |journal: Result<&mut Journal, Error>| drop(done.send(journal.and_then(change)));
        self.shared.queue.push(Entry::Change(Box::new(change)))?;
        told.await.map_err(|_| Error::Stopped)?
    }

    /// Asks something that is answered at once, on a connection of its own: no search waits for a write. What was committed
    /// before is seen.
    ///
    /// # Errors
    /// What `question` says, or that the journal is closed.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Journal) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (done, told) = oneshot::channel();
        let question = move |journal: Result<&Journal, Error>| drop(done.send(journal.and_then(question)));
        self.shared.questions.send(Box::new(question)).map_err(|_| Error::Stopped)?;
        told.await.map_err(|_| Error::Stopped)?
    }

    /// Asks something that takes its time, like an export, on a thread of its own: other questions do not wait for it.
    ///
    /// # Errors
    /// What `question` says.
    pub async fn read_at_length<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Journal) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (done, told) = oneshot::channel();
        let path = self.shared.path.clone();
        thread::spawn(move || done.send(Journal::open_to_read(&path).and_then(|journal| question(&journal))));
        told.await.map_err(|_| Error::Stopped)?
    }

    /// How far the disk is behind, and why.
    pub fn backlog(&self) -> Backlog {
        let (waiting, bytes, lost) = self.shared.queue.backlog();
        let trouble = self.shared.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Backlog { waiting, bytes, lost, trouble }
    }
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").field("path", &self.shared.path).finish_non_exhaustive()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// The thread that reads. A connection that cannot be opened is tried again with the next question.
fn answer(path: &Path, questions: &mpsc::Receiver<Question>) {
    let mut open = None;
    for question in questions {
        let journal = match open.take() {
            Some(journal) => Ok(journal),
            None => Journal::open_to_read(path),
        };
        // Somebody else's code: its panic is its own.
        let asked = AssertUnwindSafe(|| question(journal.as_ref().map_err(Error::clone)));
        let _answered = catch_unwind(asked);
        open = journal.ok();
    }
}
