//! Which path belongs to which dialect.

use cti::webhook::{EventSource, Mapped, Mapping, built_in};
use percent_encoding::percent_decode_str;

/// The dialects that are listened to.
#[derive(Debug)]
pub(super) struct Dialects(Vec<Box<dyn EventSource>>);

impl Dialects {
    pub(super) fn new(mappings: &[Mapping]) -> Self {
        let mut all = built_in();
        all.extend(mappings.iter().map(|mapping| Box::new(Mapped::new(mapping.clone())) as Box<dyn EventSource>));
        Self(all)
    }

    /// The dialect of a path, and what stands behind its own. Case does not matter, nor does `_` for `-`.
    pub(super) fn find(&self, path: &str) -> Option<(&dyn EventSource, String)> {
        let path = percent_decode_str(path).decode_utf8().ok()?;
        let path = path.trim_matches('/');
        self.0.iter().find_map(|dialect| {
            let (own, tail) = path.split_at_checked(dialect.mount().len())?;
            let is_own = spelled(own).eq(spelled(dialect.mount())) && (tail.is_empty() || tail.starts_with('/'));
            is_own.then(|| (&**dialect, tail.trim_matches('/').to_owned()))
        })
    }

    /// Where they listen.
    pub(super) fn paths(&self) -> Vec<String> {
        self.0.iter().map(|dialect| format!("/{}", dialect.mount())).collect()
    }
}

fn spelled(path: &str) -> impl Iterator<Item = char> {
    path.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() })
}
