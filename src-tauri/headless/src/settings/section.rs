//! Reading one table out of layered files, with errors that name the place.

use std::path::{Path, PathBuf};

use serde::de::{DeserializeOwned, IntoDeserializer as _};
use toml_edit::{Document, Item, Key, Table, TableLike, Value};

use super::Problem;

/// A parsed file, with its text for line numbers.
pub(super) struct File {
    path: PathBuf,
    document: Document<String>,
}

impl File {
    pub(super) fn parse(path: &Path, text: String) -> Result<Self, Problem> {
        let document = Document::parse(text.clone()).map_err(|error| Problem {
            file: path.to_owned(),
            line: error.span().map(|span| line_of(&text, span.start)),
            key: String::new(),
            mend: format!("this is not TOML: {}", error.message().replace('\n', ", ")),
        })?;
        Ok(Self { path: path.to_owned(), document })
    }

    fn line(&self, item: &Item) -> Option<usize> {
        item.span().map(|span| line_of(self.document.raw(), span.start))
    }

    fn key_line(&self, key: &Key) -> Option<usize> {
        key.span().map(|span| line_of(self.document.raw(), span.start))
    }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count()
}

/// A table as several files have it; the first that has a key wins.
pub(super) struct Section<'a> {
    name: String,
    /// Where it begins, if it has no name of its own.
    line: Option<usize>,
    layers: Vec<(&'a File, &'a dyn TableLike)>,
}

struct Found<'a> {
    file: &'a File,
    item: &'a Item,
    key: String,
}

impl<'a> Section<'a> {
    pub(super) fn root(files: &[&'a File]) -> Self {
        let layers = files.iter().map(|file| (*file, file.document.as_table() as &dyn TableLike)).collect();
        Self { name: String::new(), line: None, layers }
    }

    /// The table `key`; empty if no file has it.
    pub(super) fn section(&self, key: &str) -> Result<Self, Problem> {
        let mut layers = Vec::new();
        for found in self.all(key) {
            let table = found
                .item
                .as_table_like()
                .ok_or_else(|| found.problem(format!("write it as a table: [{}]", found.key)))?;
            layers.push((found.file, table));
        }
        Ok(Self { name: self.path(key), line: None, layers })
    }

    /// The elements of the list of tables `key`, joined by their `id`: the settings' order, then what only the policy has.
    pub(super) fn list(&self, key: &str) -> Result<Vec<Self>, Problem> {
        let mut elements: Vec<(String, Self)> = Vec::new();
        for found in self.all(key).into_iter().rev() {
            let tables = found
                .item
                .as_array_of_tables()
                .ok_or_else(|| found.problem(format!("write it as [[{}]]", found.key)))?;
            for table in tables {
                let layer = (found.file, table as &dyn TableLike);
                let missing = || Problem {
                    file: found.file.path.clone(),
                    line: table.span().map(|span| line_of(found.file.document.raw(), span.start)),
                    key: format!("{key}.id"),
                    mend: format!("every [[{key}]] wants an id of its own, like id = \"work\""),
                };
                let id = table.get("id").and_then(Item::as_str).filter(|id| !id.is_empty()).ok_or_else(missing)?;
                match elements.iter_mut().find(|(known, _)| known == id) {
                    Some((_, known)) if known.is_in(found.file) => {
                        return Err(Problem {
                            mend: format!("there are two with the id {id:?}: give each its own"),
                            ..missing()
                        });
                    }
                    Some((_, known)) => known.layers.insert(0, layer),
                    None => {
                        let name = self.path(&format!("{key}.{id}"));
                        elements.push((id.to_owned(), Self { name, line: None, layers: vec![layer] }));
                    }
                }
            }
        }
        Ok(elements.into_iter().map(|(_, section)| section).collect())
    }

    /// The elements of the list of tables `key`, as the first file has them that has any.
    pub(super) fn tables(&self, key: &str) -> Result<Vec<Self>, Problem> {
        let Some(found) = self.find(key) else { return Ok(Vec::new()) };
        let tables =
            found.item.as_array_of_tables().ok_or_else(|| found.problem(format!("write it as [[{}]]", found.key)))?;
        let section = |table: &'a Table| Self {
            name: found.key.clone(),
            line: table.span().map(|span| line_of(found.file.document.raw(), span.start)),
            layers: vec![(found.file, table as &dyn TableLike)],
        };
        Ok(tables.iter().map(section).collect())
    }

    /// The elements of the list of tables `key`, which know themselves what belongs into them.
    pub(super) fn described<T: DeserializeOwned>(&self, key: &str) -> Result<Vec<T>, Problem> {
        let Some(found) = self.find(key) else { return Ok(Vec::new()) };
        let tables =
            found.item.as_array_of_tables().ok_or_else(|| found.problem(format!("write it as [[{}]]", found.key)))?;
        let read = |table: &Table| {
            let value = Value::from(table.clone().into_inline_table());
            T::deserialize(value.into_deserializer()).map_err(|error| Problem {
                line: error.span().or(table.span()).map(|span| line_of(found.file.document.raw(), span.start)),
                ..found.problem(error.message().replace('\n', ", "))
            })
        };
        tables.iter().map(read).collect()
    }

    /// Whether any file has this table.
    pub(super) fn is_there(&self) -> bool {
        !self.layers.is_empty()
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// Whether `key` comes from the file at `path`.
    pub(super) fn comes_from(&self, key: &str, path: &Path) -> bool {
        self.find(key).is_some_and(|found| found.file.path == path)
    }

    pub(super) fn string(&self, key: &str) -> Result<Option<String>, Problem> {
        self.read(key, "a text in quotes", |value| value.as_str().map(str::to_owned))
    }

    /// A text that says something.
    pub(super) fn filled(&self, key: &str) -> Result<Option<String>, Problem> {
        Ok(self.string(key)?.filter(|text| !text.trim().is_empty()))
    }

    /// A text without which there is nothing to be done; `mend` says so.
    pub(super) fn wanted(&self, key: &str, mend: &str) -> Result<String, Problem> {
        self.filled(key)?.ok_or_else(|| self.problem(key, mend))
    }

    pub(super) fn bool(&self, key: &str) -> Result<Option<bool>, Problem> {
        self.read(key, "true or false", Value::as_bool)
    }

    pub(super) fn port(&self, key: &str) -> Result<Option<u16>, Problem> {
        self.read(key, "a port number from 0 to 65535", |value| {
            value.as_integer().and_then(|port| u16::try_from(port).ok())
        })
    }

    pub(super) fn integer(&self, key: &str) -> Result<Option<i64>, Problem> {
        self.read(key, "a number", Value::as_integer)
    }

    /// From `least` to `most`.
    pub(super) fn whole(&self, key: &str, least: u32, most: u32) -> Result<Option<u32>, Problem> {
        let Some(number) = self.integer(key)? else { return Ok(None) };
        let fits = u32::try_from(number).ok().filter(|number| (least..=most).contains(number));
        fits.map(Some).ok_or_else(|| self.problem(key, format!("write a number from {least} to {most}")))
    }

    /// From one second to `most`.
    pub(super) fn seconds(&self, key: &str, most: u32) -> Result<Option<u32>, Problem> {
        let Some(number) = self.integer(key)? else { return Ok(None) };
        let seconds = u32::try_from(number).ok().filter(|seconds| (1..=most).contains(seconds));
        seconds.map(Some).ok_or_else(|| self.problem(key, format!("write seconds, from 1 to {most}")))
    }

    /// A list of texts; a single text is a list of one.
    pub(super) fn strings(&self, key: &str) -> Result<Option<Vec<String>>, Problem> {
        self.read(key, "a list of texts, like [\"default\"]", |value| match value {
            Value::String(text) => Some(vec![text.value().clone()]),
            Value::Array(list) => list.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
            _ => None,
        })
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Result<Option<T>, Problem> {
        let Some(word) = self.string(key)? else { return Ok(None) };
        let chosen = choices.iter().find(|(name, _)| *name == word).map(|(_, choice)| *choice);
        chosen.map(Some).ok_or_else(|| {
            let words: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.problem(key, format!("{word:?} is not known here: write one of {}", words.join(", ")))
        })
    }

    /// An error at `key`, or at the table if nobody has the key.
    pub(super) fn problem(&self, key: &str, mend: impl Into<String>) -> Problem {
        match self.find(key) {
            Some(found) => found.problem(mend),
            None => Problem {
                file: self.layers.first().map(|(file, _)| file.path.clone()).unwrap_or_default(),
                line: self.line,
                key: self.path(key),
                mend: mend.into(),
            },
        }
    }

    /// A warning for each key that is not in `known`.
    pub(super) fn unknown_keys(&self, known: &[&str]) -> Vec<String> {
        let mut warnings = Vec::new();
        for (file, table) in &self.layers {
            for (name, _) in table.iter().filter(|(name, _)| !known.contains(name)) {
                let line = table.key(name).and_then(|key| file.key_line(key));
                let likely = known.iter().find(|known| is_near(known, name));
                let mend = likely.map_or("it is kept and ignored".to_owned(), |known| format!("did you mean {known}?"));
                let mend = format!("this key is not known: {mend}");
                warnings.push(Problem { file: file.path.clone(), line, key: self.path(name), mend }.to_string());
            }
        }
        warnings
    }

    fn read<T>(&self, key: &str, wanted: &str, convert: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, Problem> {
        let Some(found) = self.find(key) else { return Ok(None) };
        let value = found.item.as_value().and_then(convert);
        value.map(Some).ok_or_else(|| found.problem(format!("write {wanted}")))
    }

    fn find(&self, key: &str) -> Option<Found<'a>> {
        self.all(key).into_iter().next()
    }

    fn all(&self, key: &str) -> Vec<Found<'a>> {
        let found = |(file, table): &(&'a File, &'a dyn TableLike)| {
            table.get(key).map(|item| Found { file, item, key: self.path(key) })
        };
        self.layers.iter().filter_map(found).collect()
    }

    fn is_in(&self, file: &File) -> bool {
        self.layers.iter().any(|(layer, _)| std::ptr::eq(*layer, file))
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}

impl Found<'_> {
    fn problem(&self, mend: impl Into<String>) -> Problem {
        Problem {
            file: self.file.path.clone(),
            line: self.file.line(self.item),
            key: self.key.clone(),
            mend: mend.into(),
        }
    }
}

/// One letter more, less or other, or two swapped.
fn is_near(known: &str, typed: &str) -> bool {
    let (known, typed) = (known.as_bytes(), typed.as_bytes());
    let start = known.iter().zip(typed).take_while(|(a, b)| a == b).count();
    let (known, typed) = (known.get(start..).unwrap_or_default(), typed.get(start..).unwrap_or_default());
    let end = known.iter().rev().zip(typed.iter().rev()).take_while(|(a, b)| a == b).count();
    match (known.len() - end, typed.len() - end) {
        (0 | 1, 0 | 1) => true,
        (2, 2) => known.first() == typed.get(1) && known.get(1) == typed.first(),
        _ => false,
    }
}
