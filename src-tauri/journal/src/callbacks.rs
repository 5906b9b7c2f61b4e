//! Promises to call back.
//!
//! ```text
//!   Callback ──► open ──── attempts, one after the other ────► closed ── 90 days ──► gone
//! ```
//!
//! One row for each, with its attempts in it: an attempt is committed before anything is dialled, so after a crash nobody is
//! called twice without somebody knowing it.

use jiff::Timestamp;
use rusqlite::{Connection, Row, named_params};

use crate::{
    Callback, Error, Journal, json,
    time::{moment, moment_or_none},
};

impl Journal {
    /// Those that are open, in the order of their keys.
    ///
    /// # Errors
    /// What the disk says.
    pub fn open_callbacks(&self) -> Result<Vec<Callback>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM callbacks WHERE closed_at IS NULL ORDER BY key");
        let mut open = self.connection.prepare_cached(&sql)?;
        let rows = open.query_map((), read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Those that were closed at `since` or later, the last closed first, at most `limit`.
    ///
    /// # Errors
    /// What the disk says.
    pub fn closed_callbacks(&self, since: Timestamp, limit: usize) -> Result<Vec<Callback>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM callbacks WHERE closed_at >= ?1 ORDER BY closed_at DESC LIMIT ?2");
        let mut closed = self.connection.prepare_cached(&sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = closed.query_map((since.as_millisecond(), limit), read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Writes a callback; the newer of two wins.
pub(crate) fn put(connection: &Connection, callback: &Callback) -> rusqlite::Result<usize> {
    connection.prepare_cached(PUT)?.execute(named_params! {
        ":key": callback.key,
        ":wishes": json::written(&callback.wishes),
        ":number": callback.number,
        ":name": callback.name,
        ":queue": callback.queue,
        ":reason": callback.reason,
        ":note": callback.note,
        ":created_at": callback.created_at.as_millisecond(),
        ":due_at": callback.due_at.as_millisecond(),
        ":claimed_by": callback.claimed_by,
        ":attempts": json::written(&callback.attempts),
        ":outcome": callback.outcome,
        ":closed_at": callback.closed_at.map(Timestamp::as_millisecond),
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<Callback> {
    Ok(Callback {
        key: row.get(0)?,
        wishes: json::read(row.get_ref(1)?.as_str()?),
        number: row.get(2)?,
        name: row.get(3)?,
        queue: row.get(4)?,
        reason: row.get(5)?,
        note: row.get(6)?,
        created_at: moment(row.get(7)?),
        due_at: moment(row.get(8)?),
        claimed_by: row.get(9)?,
        attempts: json::read(row.get_ref(10)?.as_str()?),
        outcome: row.get(11)?,
        closed_at: moment_or_none(row.get(12)?),
    })
}

const COLUMNS: &str = "key, wishes, number, name, queue, reason, note, created_at, due_at, claimed_by, attempts, outcome, \
     closed_at";

const PUT: &str = "
    INSERT OR REPLACE INTO callbacks (key, wishes, number, name, queue, reason, note, created_at, due_at, claimed_by,
        attempts, outcome, closed_at)
    VALUES (:key, :wishes, :number, :name, :queue, :reason, :note, :created_at, :due_at, :claimed_by, :attempts, :outcome,
        :closed_at)";
