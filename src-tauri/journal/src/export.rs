//! The history as CSV (RFC 4180), for spreadsheets.
//!
//! Names and notes come from strangers, and a spreadsheet takes a cell that begins with `=` for a formula; so such cells get
//! an apostrophe in front, which it shows as text.

use std::io;

use jiff::Timestamp;
use rusqlite::ToSql;

use crate::{Call, Error, Filter, Journal, call, search, spelling::wanted};

impl Journal {
    /// Writes all calls that a search for `text` shows, newest first, row by row.
    ///
    /// # Errors
    /// What the disk says, or `out`.
    pub fn export_csv(&self, text: &str, filter: Filter, mut out: impl io::Write) -> Result<u64, Error> {
        // By the byte order mark Excel knows that it is UTF-8.
        out.write_all("\u{feff}".as_bytes())?;
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        csv.write_record(HEADER)?;
        let expression = search::expression(&wanted(text), filter);
        let mut statement = self.connection.prepare(&search::select(expression.is_some()))?;
        let mut values: Vec<&dyn ToSql> = vec![&i64::MAX];
        values.extend(expression.as_ref().map(|expression| expression as &dyn ToSql));
        let mut rows = statement.query(&*values)?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            csv.write_record(record(&call::read(row)?))?;
            count += 1;
        }
        csv.flush()?;
        Ok(count)
    }
}

const HEADER: [&str; 18] = [
    "started",
    "answered",
    "ended",
    "talk_seconds",
    "direction",
    "outcome",
    "number",
    "name",
    "company",
    "queue",
    "did",
    "extension",
    "account",
    "taken_by",
    "disposition",
    "note",
    "recording",
    "key",
];

fn record(call: &Call) -> [String; 18] {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| harmless(text.as_deref().unwrap_or_default());
    [
        time(Some(call.started_at)),
        time(call.answered_at),
        time(call.ended_at),
        (call.talk_ms / 1000).to_string(),
        call.direction.as_str().to_owned(),
        call.outcome.map_or("", |outcome| outcome.as_str()).to_owned(),
        harmless(&call.number),
        text(&call.name),
        text(&call.company),
        text(&call.queue),
        text(&call.did),
        text(&call.extension),
        text(&call.account),
        text(&call.taken_by),
        text(&call.disposition),
        harmless(&call.note),
        text(&call.recording_id),
        harmless(&call.key),
    ]
}

/// No formula. A plain number like +74952294989 is none.
fn harmless(cell: &str) -> String {
    let number = cell.strip_prefix('+').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    if cell.starts_with(FORMULA) && !number {
        return format!("'{cell}");
    }
    cell.to_owned()
}

/// The wide ones count where Chinese, Japanese or Korean is written.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
