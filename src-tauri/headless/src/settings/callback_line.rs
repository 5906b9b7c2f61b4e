//! `[callback_line]`: the line that calls back by itself.

use toml_edit::DocumentMut;

use super::write::{put, table};

/// Writes whether it works.
pub(super) fn write(document: &mut DocumentMut, on: bool) {
    if let Some(line) = table(document, "callback_line") {
        put(line, "enabled", on);
    }
}
