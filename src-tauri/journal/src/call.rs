//! Calls, as rows.

use jiff::Timestamp;
use rusqlite::{
    Connection, OptionalExtension, Row, ToSql, named_params,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};

use crate::{
    Call, Direction, Outcome,
    number::likeness,
    time::{moment, moment_or_none},
};

/// What [`read`] wants to see, from calls `c` and their notes `n`.
pub(crate) const COLUMNS: &str = "c.id, c.key, c.account, c.extension, c.direction, c.number, c.name, c.company, c.queue, \
     c.did, c.started_at, c.answered_at, c.ended_at, c.talk_ms, c.outcome, c.reason, c.sip_status, c.taken_by, \
     c.recording_id, coalesce(n.note, ''), n.disposition";

/// The notes of calls `c`.
pub(crate) const WITH_NOTES: &str = "LEFT JOIN notes n ON n.call = c.key";

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Call> {
    Ok(Call {
        key: row.get(1)?,
        account: row.get(2)?,
        extension: row.get(3)?,
        direction: row.get(4)?,
        number: row.get(5)?,
        name: row.get(6)?,
        company: row.get(7)?,
        queue: row.get(8)?,
        did: row.get(9)?,
        started_at: moment(row.get(10)?),
        answered_at: moment_or_none(row.get(11)?),
        ended_at: moment_or_none(row.get(12)?),
        talk_ms: row.get::<_, i64>(13)?.try_into().unwrap_or(0),
        outcome: row.get(14)?,
        reason: row.get(15)?,
        sip_status: row.get(16)?,
        taken_by: row.get(17)?,
        recording_id: row.get(18)?,
        note: row.get(19)?,
        disposition: row.get(20)?,
    })
}

/// Writes a call; whether it is found under other words than before.
pub(crate) fn put(connection: &Connection, call: &Call) -> rusqlite::Result<bool> {
    let before = found_by(connection, &call.key)?;
    let place = match before {
        Some((place, _)) => place,
        None => free_place(connection, call.started_at)?,
    };
    connection.prepare_cached(PUT)?.execute(named_params! {
        ":id": place,
        ":key": call.key,
        ":account": call.account,
        ":extension": call.extension,
        ":direction": call.direction,
        ":number": call.number,
        ":name": call.name,
        ":company": call.company,
        ":queue": call.queue,
        ":did": call.did,
        ":started_at": call.started_at.as_millisecond(),
        ":answered_at": call.answered_at.map(Timestamp::as_millisecond),
        ":ended_at": call.ended_at.map(Timestamp::as_millisecond),
        ":talk_ms": i64::try_from(call.talk_ms).unwrap_or(i64::MAX),
        ":outcome": call.outcome,
        ":reason": call.reason,
        ":sip_status": call.sip_status,
        ":taken_by": call.taken_by,
        ":recording_id": call.recording_id,
        ":likeness": likeness(&call.number),
    })?;
    let now = FoundBy {
        number: call.number.clone(),
        name: call.name.clone(),
        company: call.company.clone(),
        direction: call.direction,
        outcome: call.outcome,
    };
    Ok(before.is_none_or(|(_, before)| before != now))
}

/// Whether a call was missed: it came in, and nobody took it.
pub(crate) fn is_missed(direction: Direction, outcome: Option<Outcome>) -> bool {
    direction == Direction::In && outcome == Some(Outcome::Missed)
}

/// The first place of the history for calls that started at a time.
pub(crate) fn first_place(at: Timestamp) -> i64 {
    at.as_millisecond() * PLACES
}

fn free_place(connection: &Connection, started_at: Timestamp) -> rusqlite::Result<i64> {
    let first = first_place(started_at);
    let mut last = connection.prepare_cached("SELECT max(id) FROM calls WHERE id BETWEEN ?1 AND ?1 + ?2 - 1")?;
    let taken: Option<i64> = last.query_row((first, PLACES), |row| row.get(0))?;
    let Some(taken) = taken else { return Ok(first) };
    if taken + 1 < first + PLACES {
        return Ok(taken + 1);
    }
    // A thousand calls in one millisecond: no desk has them, but nothing may be lost.
    let mut used = connection.prepare_cached("SELECT 1 FROM calls WHERE id = ?1")?;
    let mut place = first + PLACES;
    while used.exists([place])? {
        place += 1;
    }
    Ok(place)
}

/// What the search knows of a call, but for its note.
#[derive(PartialEq, Eq)]
struct FoundBy {
    number: String,
    name: Option<String>,
    company: Option<String>,
    direction: Direction,
    outcome: Option<Outcome>,
}

fn found_by(connection: &Connection, key: &str) -> rusqlite::Result<Option<(i64, FoundBy)>> {
    let mut before =
        connection.prepare_cached("SELECT id, number, name, company, direction, outcome FROM calls WHERE key = ?1")?;
    let read = |row: &Row<'_>| {
        let found_by = FoundBy {
            number: row.get(1)?,
            name: row.get(2)?,
            company: row.get(3)?,
            direction: row.get(4)?,
            outcome: row.get(5)?,
        };
        Ok((row.get(0)?, found_by))
    };
    before.query_row([key], read).optional()
}

/// A call that is known keeps its place, whatever its start is corrected to.
const PUT: &str = "
    INSERT INTO calls (id, key, account, extension, direction, number, name, company, queue, did, started_at, answered_at,
        ended_at, talk_ms, outcome, reason, sip_status, taken_by, recording_id, likeness)
    VALUES (:id, :key, :account, :extension, :direction, :number, :name, :company, :queue, :did, :started_at, :answered_at,
        :ended_at, :talk_ms, :outcome, :reason, :sip_status, :taken_by, :recording_id, :likeness)
    ON CONFLICT (key) DO UPDATE SET
        account = excluded.account, extension = excluded.extension, direction = excluded.direction,
        number = excluded.number, name = excluded.name, company = excluded.company, queue = excluded.queue,
        did = excluded.did, started_at = excluded.started_at, answered_at = excluded.answered_at,
        ended_at = excluded.ended_at, talk_ms = excluded.talk_ms, outcome = excluded.outcome, reason = excluded.reason,
        sip_status = excluded.sip_status, taken_by = excluded.taken_by, recording_id = excluded.recording_id,
        likeness = excluded.likeness";

/// How many calls may start in one millisecond before they take places of the next.
const PLACES: i64 = 1024;

impl Direction {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

impl Outcome {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Missed => "missed",
            Self::Taken => "taken",
            Self::Busy => "busy",
            Self::Failed => "failed",
        }
    }
}

impl ToSql for Direction {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for Direction {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        [Self::In, Self::Out].into_iter().find(|one| one.as_str() == text).ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for Outcome {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for Outcome {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        let all = [Self::Answered, Self::Missed, Self::Taken, Self::Busy, Self::Failed];
        all.into_iter().find(|one| one.as_str() == text).ok_or(FromSqlError::InvalidType)
    }
}
