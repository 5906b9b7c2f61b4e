//! Lists within a row, as JSON.

use serde::{Serialize, de::DeserializeOwned};

/// A list, as it stands in a column.
pub(crate) fn written(list: &impl Serialize) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}

/// What cannot be read is empty: a row that somebody has touched must not hide the others.
pub(crate) fn read<T: DeserializeOwned + Default>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}
