//! Times in the tables: milliseconds since 1970.

use jiff::Timestamp;

/// What no clock says is read as 1970: a row that somebody has touched must not hide the others.
pub(crate) fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}

pub(crate) fn moment_or_none(milliseconds: Option<i64>) -> Option<Timestamp> {
    milliseconds.map(moment)
}
