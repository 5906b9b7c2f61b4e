//! What the CRM still has to be told: a row first, a request second.
//!
//! ```text
//!   Register ──► waiting ──sent──► sent        (stays sent, for 60 days)
//!                 ▲  │ └──refused► refused     (until it is written with other words, or retried)
//!                 └──┘ failed: later
//!
//!   Withdraw ──► gone, unless it was sent
//! ```
//!
//! At least once: whoever sends it may die between the answer and [`Journal::sent`]. So the key goes along, by which the CRM
//! knows a call again.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Error, Journal, Registration, time::moment};

/// A registration whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// What to tell.
    pub registration: Registration,
    /// How often it was tried before.
    pub attempts: u32,
}

/// How many there are of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxCounts {
    /// To be sent, now or later.
    pub waiting: u64,
    /// Sent within the last weeks.
    pub sent: u64,
    /// Refused by the CRM: somebody has to look.
    pub refused: u64,
    /// Why the one that waits longest is still there, if it was tried.
    pub last_error: Option<String>,
}

impl Journal {
    /// What is due, the longest due first.
    ///
    /// # Errors
    /// What the disk says.
    pub fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Error> {
        let mut due = self.connection.prepare_cached(
            "SELECT key, call, payload, due, attempts FROM outbox WHERE state = 'waiting' AND due <= ?1
             ORDER BY due LIMIT ?2",
        )?;
        let rows = due.query_map((now.as_millisecond(), limit.min(MAX_DUE) as i64), |row| {
            let (key, call, payload) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Due {
                registration: Registration { key, call, payload, due: moment(row.get(3)?) },
                attempts: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// When the next one is due; `None` if nothing waits.
    ///
    /// # Errors
    /// What the disk says.
    pub fn next_due(&self) -> Result<Option<Timestamp>, Error> {
        let mut next = self.connection.prepare_cached("SELECT min(due) FROM outbox WHERE state = 'waiting'")?;
        Ok(next.query_row((), |row| row.get::<_, Option<i64>>(0))?.map(moment))
    }

    /// The CRM has it.
    ///
    /// # Errors
    /// What the disk says.
    pub fn sent(&mut self, key: &str, at: Timestamp) -> Result<(), Error> {
        self.connection
            .prepare_cached(
                "UPDATE outbox SET state = 'sent', sent_at = ?2, attempts = attempts + 1, last_error = NULL
                 WHERE key = ?1 AND state <> 'sent'",
            )?
            .execute((key, at.as_millisecond()))?;
        Ok(())
    }

    /// It could not be told: it is tried again at `next_due`.
    ///
    /// # Errors
    /// What the disk says.
    pub fn failed(&mut self, key: &str, why: &str, next_due: Timestamp) -> Result<(), Error> {
        self.connection
            .prepare_cached(
                "UPDATE outbox SET due = ?3, attempts = attempts + 1, last_error = ?2 WHERE key = ?1 AND state = 'waiting'",
            )?
            .execute((key, bounded(why), next_due.as_millisecond()))?;
        Ok(())
    }

    /// The CRM does not want it as it is: it is not tried again by itself. What was written with other words meanwhile, it has
    /// not seen yet, and that still waits.
    ///
    /// # Errors
    /// What the disk says.
    pub fn refused(&mut self, key: &str, payload: &str, why: &str) -> Result<(), Error> {
        self.connection
            .prepare_cached(
                "UPDATE outbox SET state = 'refused', attempts = attempts + 1, last_error = ?2
                 WHERE key = ?1 AND state = 'waiting' AND payload = ?3",
            )?
            .execute((key, bounded(why), payload))?;
        Ok(())
    }

    /// Lets what was refused be tried again: somebody mended the settings or the CRM. How many there are.
    ///
    /// # Errors
    /// What the disk says.
    pub fn retry(&mut self, now: Timestamp) -> Result<usize, Error> {
        let mut again = self
            .connection
            .prepare_cached("UPDATE outbox SET state = 'waiting', due = ?1, attempts = 0 WHERE state = 'refused'")?;
        Ok(again.execute([now.as_millisecond()])?)
    }

    /// Which of these calls the CRM is to be told of, and whether it was.
    ///
    /// # Errors
    /// What the disk says.
    pub fn registrations(&self, calls: &[&str]) -> Result<BTreeMap<String, bool>, Error> {
        let mut known = self.connection.prepare_cached("SELECT state = 'sent' FROM outbox WHERE call = ?1")?;
        let mut told = BTreeMap::new();
        for call in calls {
            for sent in known.query_map([call], |row| row.get::<_, bool>(0))? {
                let sent = sent?;
                // A call of several legs is told when all of them are.
                told.entry((*call).to_owned()).and_modify(|known| *known &= sent).or_insert(sent);
            }
        }
        Ok(told)
    }

    /// How many wait, were sent, were refused.
    ///
    /// # Errors
    /// What the disk says.
    pub fn outbox_counts(&self) -> Result<OutboxCounts, Error> {
        let mut counts = OutboxCounts::default();
        let mut groups = self.connection.prepare_cached("SELECT state, count(*) FROM outbox GROUP BY state")?;
        let mut rows = groups.query(())?;
        while let Some(row) = rows.next()? {
            let count = row.get::<_, i64>(1)?.unsigned_abs();
            match row.get_ref(0)?.as_str().unwrap_or_default() {
                "waiting" => counts.waiting = count,
                "sent" => counts.sent = count,
                _ => counts.refused = count,
            }
        }
        let mut oldest = self.connection.prepare_cached(
            "SELECT last_error FROM outbox WHERE state = 'waiting' AND last_error IS NOT NULL ORDER BY due LIMIT 1",
        )?;
        counts.last_error = oldest.query_map((), |row| row.get(0))?.next().transpose()?;
        Ok(counts)
    }
}

fn bounded(why: &str) -> String {
    why.chars().take(MAX_WHY).collect()
}

const MAX_DUE: usize = 1_000;
const MAX_WHY: usize = 500;
