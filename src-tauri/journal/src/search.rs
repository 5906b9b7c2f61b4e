//! The history, and what is typed into its search field.
//!
//! Every call has one row of words: its note, name and company folded to one spelling (see [`crate::spelling`]), its number and
//! all ends of it, and a letter for what it was: in, out, missed. One match reads them backwards, newest first, and stops when
//! the page is full, so it costs the same in a large journal as in a small one.

use rusqlite::{Connection, OptionalExtension, ToSql};
use serde::{Deserialize, Serialize};

use crate::{
    Call, Direction, Error, Journal, Outcome, call,
    number::likeness,
    spelling::{AllOf, AnyOf, Wanted, number_words, wanted, words},
};

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// What was typed: names, companies, words of the note by their beginnings; numbers by any three digits. Empty: all.
    pub text: String,
    /// Where the page before ended.
    pub before: Option<Cursor>,
    /// How many at most, 1 to 500.
    pub limit: usize,
    /// Which calls.
    pub filter: Filter,
}

/// Which calls to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// All of them.
    #[default]
    All,
    /// Those that others started.
    In,
    /// Those that this desk started.
    Out,
    /// Those that came in and that nobody took.
    Missed,
}

/// A place in the history. Fits into a number of JavaScript.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub i64);

/// Some calls, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The calls, with notes and dispositions.
    pub calls: Vec<Call>,
    /// Where to go on; `None` at the end.
    pub next: Option<Cursor>,
}

impl Journal {
    /// One page of what was asked for.
    ///
    /// # Errors
    /// What the disk says.
    pub fn search(&self, query: &Query) -> Result<Page, Error> {
        let limit = query.limit.clamp(1, MAX_PAGE);
        let expression = expression(&wanted(&query.text), query.filter);
        let before = query.before.map_or(i64::MAX, |Cursor(id)| id);
        let mut statement = self.connection.prepare_cached(&select(expression.is_some()))?;
        let mut values: Vec<&dyn ToSql> = vec![&before];
        values.extend(expression.as_ref().map(|expression| expression as &dyn ToSql));
        let mut rows = statement.query(&*values)?;
        let mut page = Page::default();
        let mut last = 0;
        while let Some(row) = rows.next()? {
            if page.calls.len() == limit {
                page.next = Some(Cursor(last));
                break;
            }
            last = row.get(0)?;
            page.calls.push(call::read(row)?);
        }
        Ok(page)
    }

    /// The last calls with the same number, newest first, however it is written; `except` is the key of the call at hand.
    ///
    /// # Errors
    /// What the disk says.
    pub fn earlier(&self, number: &str, limit: usize, except: &str) -> Result<Vec<Call>, Error> {
        let likeness = likeness(number);
        if likeness.is_empty() {
            return Ok(Vec::new());
        }
        let (columns, with_notes) = (call::COLUMNS, call::WITH_NOTES);
        let mut earlier = self.connection.prepare_cached(&format!(
            "SELECT {columns} FROM calls c {with_notes} WHERE c.likeness = ?1 AND c.key <> ?2 ORDER BY c.id DESC LIMIT ?3"
        ))?;
        let calls = earlier.query_map((likeness, except, limit.min(MAX_PAGE) as i64), call::read)?;
        Ok(calls.collect::<rusqlite::Result<_>>()?)
    }

    /// One call by its key.
    ///
    /// # Errors
    /// What the disk says.
    pub fn call(&self, key: &str) -> Result<Option<Call>, Error> {
        let (columns, with_notes) = (call::COLUMNS, call::WITH_NOTES);
        let mut call =
            self.connection.prepare_cached(&format!("SELECT {columns} FROM calls c {with_notes} WHERE c.key = ?1"))?;
        Ok(call.query_row([key], call::read).optional()?)
    }
}

/// Calls before `?1`, newest first, that match `?2` if there is something to match.
pub(crate) fn select(matching: bool) -> String {
    let (columns, with_notes) = (call::COLUMNS, call::WITH_NOTES);
    if matching {
        // CROSS: the words are read first, whatever the planner thinks.
        format!(
            "SELECT {columns} FROM search s CROSS JOIN calls c ON c.id = s.rowid {with_notes}
             WHERE s.rowid < ?1 AND s.search MATCH ?2 ORDER BY s.rowid DESC"
        )
    } else {
        format!("SELECT {columns} FROM calls c {with_notes} WHERE c.id < ?1 ORDER BY c.id DESC")
    }
}

/// What FTS5 is asked; `None` where everything fits.
pub(crate) fn expression(wanted: &Wanted, filter: Filter) -> Option<String> {
    let kind = match filter {
        Filter::All => None,
        Filter::In => Some(IN),
        Filter::Out => Some(OUT),
        Filter::Missed => Some(MISSED),
    };
    let kind = kind.map(|kind| format!("\"{kind}\""));
    let all: Vec<String> = wanted.iter().map(any_of).chain(kind).collect();
    (!all.is_empty()).then(|| all.join(" AND "))
}

fn any_of(any: &AnyOf) -> String {
    format!("({})", any.iter().map(all_of).collect::<Vec<_>>().join(" OR "))
}

/// Words are letters and digits alone, so there is nothing in them to quote.
fn all_of(all: &AllOf) -> String {
    format!("({})", all.iter().map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" AND "))
}

/// Writes the words of a call anew. A key without a call has none yet.
pub(crate) fn index(connection: &Connection, key: &str) -> rusqlite::Result<()> {
    let mut call = connection.prepare_cached(
        "SELECT c.id, c.number, c.name, c.company, c.direction, c.outcome, n.note
         FROM calls c LEFT JOIN notes n ON n.call = c.key WHERE c.key = ?1",
    )?;
    let found = call.query_row([key], |row| {
        let id: i64 = row.get(0)?;
        let mut all = number_words(row.get_ref(1)?.as_str()?);
        for column in [2, 3, 6] {
            all.extend(words(row.get_ref(column)?.as_str_or_null()?.unwrap_or_default()));
        }
        let kind = kind(row.get(4)?, row.get(5)?);
        all.extend(kind.iter().map(|kind| (*kind).to_owned()));
        Ok((id, all))
    });
    let Some((id, mut all)) = found.optional()? else { return Ok(()) };
    all.sort_unstable();
    all.dedup();
    connection
        .prepare_cached("INSERT OR REPLACE INTO search (rowid, words) VALUES (?1, ?2)")?
        .execute((id, all.join(" ")))?;
    Ok(())
}

fn kind(direction: Direction, outcome: Option<Outcome>) -> &'static [&'static str] {
    match direction {
        Direction::In if call::is_missed(direction, outcome) => &[IN, MISSED],
        Direction::In => &[IN],
        Direction::Out => &[OUT],
    }
}

/// What nobody can type: of Unicode's private letters.
const IN: &str = "\u{e001}";
const OUT: &str = "\u{e002}";
const MISSED: &str = "\u{e003}";

/// More than fits on a screen.
const MAX_PAGE: usize = 500;
