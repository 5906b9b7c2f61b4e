//! Who took part in whose call, for a report.

use jiff::Timestamp;
use rusqlite::{Connection, Row, named_params};

use crate::{
    Error, Journal, Supervision, json,
    time::{moment, moment_or_none},
};

/// Which supervisions to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupervisionQuery {
    /// Whose calls; everybody's if it is left out.
    pub extension: Option<String>,
    /// By whom; by anybody if it is left out.
    pub by: Option<String>,
    /// Begun at this time or later.
    pub since: Option<Timestamp>,
    /// Begun before this time.
    pub before: Option<Timestamp>,
    /// How many at most, 1 to 1000.
    pub limit: usize,
}

impl Journal {
    /// What was asked for, the newest first.
    ///
    /// # Errors
    /// What the disk says.
    pub fn supervisions(&self, query: &SupervisionQuery) -> Result<Vec<Supervision>, Error> {
        let mut found = self.connection.prepare_cached(SELECT)?;
        let rows = found.query_map(
            named_params! {
                ":extension": query.extension,
                ":by": query.by,
                ":since": query.since.map_or(i64::MIN, Timestamp::as_millisecond),
                ":before": query.before.map_or(i64::MAX, Timestamp::as_millisecond),
                ":limit": i64::try_from(query.limit.clamp(1, MAX_LIMIT)).unwrap_or(i64::MAX),
            },
            read,
        )?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Writes a supervision; the newer of two wins.
pub(crate) fn put(connection: &Connection, supervision: &Supervision) -> rusqlite::Result<usize> {
    connection.prepare_cached(PUT)?.execute(named_params! {
        ":key": supervision.key,
        ":extension": supervision.extension,
        ":number": supervision.number,
        ":supervisor": supervision.by,
        ":modes": json::written(&supervision.modes),
        ":started_at": supervision.started_at.as_millisecond(),
        ":ended_at": supervision.ended_at.map(Timestamp::as_millisecond),
        ":trouble": supervision.trouble,
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<Supervision> {
    Ok(Supervision {
        key: row.get(0)?,
        extension: row.get(1)?,
        number: row.get(2)?,
        by: row.get(3)?,
        modes: json::read(row.get_ref(4)?.as_str()?),
        started_at: moment(row.get(5)?),
        ended_at: moment_or_none(row.get(6)?),
        trouble: row.get(7)?,
    })
}

const SELECT: &str = "
    SELECT key, extension, number, supervisor, modes, started_at, ended_at, trouble FROM supervisions
    WHERE (:extension IS NULL OR extension = :extension) AND (:by IS NULL OR supervisor = :by)
        AND started_at >= :since AND started_at < :before
    ORDER BY started_at DESC, key DESC LIMIT :limit";

const PUT: &str = "
    INSERT OR REPLACE INTO supervisions (key, extension, number, supervisor, modes, started_at, ended_at, trouble)
    VALUES (:key, :extension, :number, :supervisor, :modes, :started_at, :ended_at, :trouble)";

const MAX_LIMIT: usize = 1_000;
