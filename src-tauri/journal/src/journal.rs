//! The file and its one connection.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::{Damage, Error, OpenError, Registration, Write, call, callbacks, open, search, supervisions};

/// What is written down, by one connection. See [`crate::Handle`] for how many tasks share it.
#[derive(Debug)]
pub struct Journal {
    pub(crate) connection: Connection,
    path: PathBuf,
    damage: Option<Damage>,
}

impl Journal {
    /// Opens the file, makes it where there is none, and clears away what is no longer needed `now`. A damaged file is moved
    /// aside, and [`Journal::damage`] tells.
    ///
    /// # Errors
    /// A file of a newer Ringside, or one that cannot be opened or made.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, OpenError> {
        let (connection, damage) = open::open(path)?;
        let mut journal = Self { connection, path: path.to_owned(), damage };
        if let Err(error) = journal.prune(now, None) {
            tracing::warn!("nothing could be cleared away in the journal: {error}");
        }
        Ok(journal)
    }

    /// The same file once more, to read from while the other writes.
    pub(crate) fn open_to_read(path: &Path) -> Result<Self, Error> {
        Ok(Self { connection: open::open_to_read(path)?, path: path.to_owned(), damage: None })
    }

    /// What happened to the file that was there before, if it was damaged.
    pub fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes all, or nothing. When it returns, it is on the disk.
    ///
    /// # Errors
    /// What the disk says. Nothing was written then.
    pub fn apply(&mut self, writes: &[Write]) -> Result<(), Error> {
        self.apply_each(writes)
    }

    pub(crate) fn apply_each<'a>(&mut self, writes: impl IntoIterator<Item = &'a Write>) -> Result<(), Error> {
        let transaction = self.transaction()?;
        let mut reworded = BTreeSet::new();
        for write in writes {
            if let Some(key) = put(&transaction, write)? {
                reworded.insert(key);
            }
        }
        for key in reworded {
            search::index(&transaction, key)?;
        }
        Ok(transaction.commit()?)
    }

    pub(crate) fn transaction(&mut self) -> rusqlite::Result<Transaction<'_>> {
        self.connection.transaction_with_behavior(TransactionBehavior::Immediate)
    }
}

/// Writes one thing; the key of the call that is found under other words now.
fn put<'a>(transaction: &Transaction<'_>, write: &'a Write) -> rusqlite::Result<Option<&'a str>> {
    let run = |sql, values: &[&dyn rusqlite::ToSql]| transaction.prepare_cached(sql)?.execute(values);
    match write {
        Write::Event { call_id, event, at } => run(EVENT, &[call_id, &at.as_millisecond(), event])?,
        Write::Settled { call_id, at } => {
            let at = at.as_millisecond();
            run(SETTLED, &[call_id, &at])? + run(FORGET, &[call_id, &at])?
        }
        Write::Call(call) => return Ok(call::put(transaction, call)?.then_some(&call.key)),
        Write::Leg(leg) => run(LEG, &[&leg.source, &leg.call_id, &leg.leg_id, &leg.call])?,
        Write::Note { call, text } => return Ok((run(NOTE, &[call, text])? > 0).then_some(call)),
        Write::Disposition { call, disposition } => run(DISPOSITION, &[call, disposition])?,
        Write::Callback(callback) => callbacks::put(transaction, callback)?,
        Write::Supervision(supervision) => supervisions::put(transaction, supervision)?,
        Write::Register(Registration { key, call, payload, due }) => {
            run(REGISTER, &[key, call, payload, &due.as_millisecond()])?
        }
        Write::Withdraw { key } => run(WITHDRAW, &[key])?,
    };
    Ok(None)
}

const EVENT: &str = "INSERT OR IGNORE INTO events (call_id, at, event) VALUES (?1, ?2, ?3)";

/// Remembered as long as its events would be: see [`Journal::prune`].
const SETTLED: &str = "
    INSERT INTO settled (call_id, at) VALUES (?1, ?2)
    ON CONFLICT (call_id) DO UPDATE SET at = max(at, excluded.at)";

const FORGET: &str = "DELETE FROM events WHERE call_id = ?1 AND at <= ?2";

const LEG: &str = "
    INSERT INTO legs (source, call_id, leg_id, call) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (source, call_id, leg_id) DO UPDATE SET call = excluded.call";

const NOTE: &str = "
    INSERT INTO notes (call, note) VALUES (?1, ?2)
    ON CONFLICT (call) DO UPDATE SET note = excluded.note WHERE note <> excluded.note";

const DISPOSITION: &str = "
    INSERT INTO notes (call, disposition) VALUES (?1, ?2)
    ON CONFLICT (call) DO UPDATE SET disposition = excluded.disposition";

/// What was sent stays sent. What the CRM has refused goes out again only if there is something else to say.
const REGISTER: &str = "
    INSERT INTO outbox (key, call, payload, due) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (key) DO UPDATE SET
        call = excluded.call, payload = excluded.payload, due = excluded.due, state = 'waiting'
    WHERE state = 'waiting' OR state = 'refused' AND payload <> excluded.payload";

const WITHDRAW: &str = "DELETE FROM outbox WHERE key = ?1 AND state <> 'sent'";
