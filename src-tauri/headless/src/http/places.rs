//! Who is connected. When all places are taken the one that has been quiet for longest goes, so that no flood of
//! connections keeps out a click: what has just come is the last to go, and a click is over in a moment. An address that
//! has more than its share makes room among its own.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
};

use tokio::task::AbortHandle;

/// All connections.
#[derive(Debug)]
pub(crate) struct Places {
    /// How many one address may have.
    share: usize,
    taken: Vec<(Arc<Connection>, AbortHandle)>,
    clock: Arc<AtomicU64>,
}

/// What matters of one of them.
#[derive(Debug)]
pub(crate) struct Connection {
    from: IpAddr,
    /// When it asked last, counted in requests of all.
    asked: AtomicU64,
    /// For how many reasons it stays whoever comes.
    kept: AtomicU32,
    clock: Arc<AtomicU64>,
}

/// A reason to keep a connection.
#[derive(Debug)]
pub(crate) struct Kept(Arc<Connection>);

impl Places {
    pub(crate) fn new(share: usize) -> Self {
        Self { share, taken: Vec::new(), clock: Arc::default() }
    }

    /// Makes room for one more; `None` if everybody here is to stay.
    pub(crate) fn make_room(&mut self, from: IpAddr) -> Option<Arc<Connection>> {
        let own = |taken: &[(Arc<Connection>, _)]| taken.iter().filter(|(known, _)| known.from == from).count();
        if self.taken.len() >= MAX || own(&self.taken) >= self.share {
            self.taken.retain(|(_, task)| !task.is_finished());
        }
        if own(&self.taken) >= self.share {
            self.drop_quietest(|connection| connection.from == from)?;
        } else if self.taken.len() >= MAX {
            self.drop_quietest(|_| true)?;
        }
        let (asked, kept) = (AtomicU64::new(tick(&self.clock)), AtomicU32::new(0));
        Some(Arc::new(Connection { from, asked, kept, clock: Arc::clone(&self.clock) }))
    }

    fn drop_quietest(&mut self, among: impl Fn(&Connection) -> bool) -> Option<()> {
        let all = self.taken.iter().enumerate();
        let quiet = all.filter(|(_, (connection, _))| !connection.is_kept() && among(connection));
        let (oldest, _) = quiet.min_by_key(|(_, (connection, _))| connection.asked.load(Ordering::Relaxed))?;
        self.taken.swap_remove(oldest).1.abort();
        Some(())
    }

    pub(crate) fn take(&mut self, connection: Arc<Connection>, task: AbortHandle) {
        self.taken.push((connection, task));
    }
}

impl Connection {
    /// It asks for something.
    pub(crate) fn touch(&self) {
        self.asked.store(tick(&self.clock), Ordering::Relaxed);
    }

    /// It stays: who is there holds the token.
    pub(crate) fn trust(&self) {
        self.kept.fetch_add(1, Ordering::Relaxed);
    }

    /// It stays for as long as this lives.
    pub(crate) fn keep(self: &Arc<Self>) -> Kept {
        self.kept.fetch_add(1, Ordering::Relaxed);
        Kept(Arc::clone(self))
    }

    fn is_kept(&self) -> bool {
        self.kept.load(Ordering::Relaxed) > 0
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.kept.fetch_sub(1, Ordering::Relaxed);
    }
}

fn tick(clock: &AtomicU64) -> u64 {
    clock.fetch_add(1, Ordering::Relaxed)
}

/// As many connections as a port has at once.
pub(crate) const MAX: usize = 512;
