//! What the desk reads after a crash.

use jiff::Timestamp;

use crate::{Call, Error, Journal, Leg, call};

/// Where everything stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// What the PBX told of calls that are not settled, in the order in which it came.
    pub events: Vec<String>,
    /// The calls that were open or started since, the oldest first.
    pub calls: Vec<RestoredCall>,
}

/// A call, with its note and its disposition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredCall {
    /// The call.
    pub call: Call,
    /// The legs of the PBX that belong to it.
    pub legs: Vec<Leg>,
}

impl Journal {
    /// What was going on since a time: 24 hours ago, as a rule.
    ///
    /// # Errors
    /// What the disk says.
    pub fn restore(&self, since: Timestamp) -> Result<Restored, Error> {
        Ok(Restored { events: self.unsettled(since)?, calls: self.recent(since)? })
    }

    /// The calls that a PBX told of since a time and that are not settled.
    ///
    /// # Errors
    /// What the disk says.
    pub fn unsettled_calls(&self, since: Timestamp) -> Result<Vec<String>, Error> {
        let mut calls = self.connection.prepare(&format!("SELECT DISTINCT call_id FROM events e WHERE {UNSETTLED}"))?;
        let rows = calls.query_map([since.as_millisecond()], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn unsettled(&self, since: Timestamp) -> Result<Vec<String>, Error> {
        let mut events =
            self.connection.prepare(&format!("SELECT event FROM events e WHERE {UNSETTLED} ORDER BY id"))?;
        let rows = events.query_map([since.as_millisecond()], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn recent(&self, since: Timestamp) -> Result<Vec<RestoredCall>, Error> {
        let (columns, with_notes) = (call::COLUMNS, call::WITH_NOTES);
        let mut calls = self.connection.prepare(&format!(
            "SELECT {columns} FROM calls c {with_notes} WHERE c.id IN
                 (SELECT id FROM calls WHERE id >= ?1 UNION SELECT id FROM calls WHERE ended_at IS NULL
                  ORDER BY id DESC LIMIT {MAX_CALLS})
             ORDER BY c.id"
        ))?;
        let calls = calls.query_map([call::first_place(since)], call::read)?;
        calls.map(|call| call.map_err(Error::from).and_then(|call| self.with_legs(call))).collect()
    }

    fn with_legs(&self, call: Call) -> Result<RestoredCall, Error> {
        let mut legs = self.connection.prepare_cached(
            "SELECT source, call_id, leg_id, call FROM legs WHERE call = ?1 ORDER BY source, call_id, leg_id",
        )?;
        let legs = legs.query_map([&call.key], |row| {
            Ok(Leg { source: row.get(0)?, call_id: row.get(1)?, leg_id: row.get(2)?, call: row.get(3)? })
        })?;
        let legs = legs.collect::<rusqlite::Result<_>>()?;
        Ok(RestoredCall { call, legs })
    }
}

/// Of the events `e`, those since `?1`.
const UNSETTLED: &str =
    "at >= ?1 AND NOT EXISTS (SELECT 1 FROM settled s WHERE s.call_id = e.call_id AND s.at >= e.at)";
/// More calls than a desk has in a day.
const MAX_CALLS: usize = 10_000;
