//! The tables, one step per version; `user_version` of the file says how far it is.
//!
//! A step that has been published is never changed: `tests/fixtures` has a file of every version, and each must open.

use rusqlite::{Connection, Transaction};

use crate::{number::likeness, search};

/// The version that this build writes.
pub(crate) const VERSION: u32 = STEPS.len() as u32;

/// Brings a file up to date, each step in a transaction of its own.
pub(crate) fn migrate(connection: &mut Connection, from: u32) -> rusqlite::Result<()> {
    for (version, step) in (1..).zip(STEPS).skip(from as usize) {
        let transaction = connection.transaction()?;
        step(&transaction)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

const STEPS: &[fn(&Transaction<'_>) -> rusqlite::Result<()>] =
    &[calls, search_and_contacts, callbacks_and_supervisions];

fn calls(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(include_str!("schema/v1.sql"))
}

fn search_and_contacts(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(include_str!("schema/v2.sql"))?;
    let mut calls = transaction.prepare("SELECT key, number FROM calls")?;
    let mut set = transaction.prepare("UPDATE calls SET likeness = ?2 WHERE key = ?1")?;
    let rows: Vec<(String, String)> =
        calls.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    for (key, number) in rows {
        set.execute((&key, likeness(&number)))?;
        search::index(transaction, &key)?;
    }
    Ok(())
}

fn callbacks_and_supervisions(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(include_str!("schema/v3.sql"))
}
