//! What a request says, by name, wherever in it that stands.
//!
//! ```text
//!   body:  JSON (a.b.c) │ urlencoded │ multipart ──┐ wins
//!   query: urlencoded ─────────────────────────────┴──► name (any case) ─► values, as they were written
//! ```
//!
//! What a body is said to be may be wrong or missing, so its looks count. Names with `api_data[…]` around them lose it.

#[cfg(test)]
mod tests;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
};

use super::{
    Received, Told, Unreadable, form,
    lenient::{self, Value},
};
use crate::{CallEvent, MAX_FIELDS, text::plain};

/// The fields of a request.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    list: Vec<Field>,
    by_name: HashMap<String, usize>,
    left_out: usize,
    remarks: RefCell<Vec<String>>,
}

#[derive(Debug)]
struct Field {
    /// As the sender spells it.
    name: String,
    values: Vec<String>,
    /// Somebody knows it.
    asked: Cell<bool>,
}

/// What a field can be read as.
pub(crate) trait FromField: Sized {
    /// Reads a text that is neither blank nor padded.
    fn from_field(text: &str) -> Option<Self>;
}

impl FromField for String {
    fn from_field(text: &str) -> Option<Self> {
        Some(cut(text).to_owned())
    }
}

impl Fields {
    /// Reads a request.
    ///
    /// # Errors
    /// If it has a body that is nothing known.
    pub(crate) fn read(received: &Received<'_>) -> Result<Self, Unreadable> {
        let mut fields = Self::default();
        let body = fields.decode(received);
        fields.read_body(body.trim(), received.content_type)?;
        let mut query = Self::default();
        query.put_form(form::urlencoded(received.query));
        fields.fill(query);
        if fields.left_out > 0 {
            fields.remark(format!("More than {MAX_READ} fields or values: {} were left out", fields.left_out));
        }
        Ok(fields)
    }

    /// The fields of an object within another text.
    pub(crate) fn of(object: Value<'_>) -> Self {
        let mut fields = Self::default();
        fields.put_value("", object);
        fields
    }

    /// The first of these fields that says anything, as far as it fits.
    pub(crate) fn text(&self, names: &[&str]) -> Option<&str> {
        self.whole(names).map(cut)
    }

    /// The first of these fields that says anything, as what it is; a remark if it is something else.
    pub(crate) fn get<T: FromField>(&self, names: &[&str]) -> Option<T> {
        let read = T::from_field(self.whole(names)?);
        if read.is_none() {
            let name = names.iter().find(|name| self.field(name).is_some()).copied().unwrap_or_default();
            self.remark(format!("The value of {} means nothing to this version", plain(name)));
        }
        read
    }

    /// All that a field says.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let Some(field) = self.field(name) else { return Vec::new() };
        field.asked.set(true);
        field.values.iter().map(|value| cut(value.trim()).to_owned()).filter(|value| !value.is_empty()).collect()
    }

    /// These are no surprise, whether they are read or not.
    pub(crate) fn knows(&self, names: &[&str]) {
        names.iter().filter_map(|name| self.field(name)).for_each(|field| field.asked.set(true));
    }

    /// Something odd, for the integrator.
    pub(crate) fn remark(&self, remark: String) {
        let mut remarks = self.remarks.borrow_mut();
        if remarks.len() < MAX_REMARKS && !remarks.contains(&remark) {
            remarks.push(remark);
        }
    }

    /// What is to be told of these fields. Those that nobody asked for are unknown.
    pub(crate) fn told(self, name: &str, summary: &str, events: Vec<CallEvent>) -> Told {
        self.remark_unknown();
        self.told_only(name, summary, events)
    }

    /// The same where it is not known which fields there are.
    pub(crate) fn told_only(self, name: &str, summary: &str, mut events: Vec<CallEvent>) -> Told {
        for event in &mut events {
            event.fields = self.kept();
        }
        Told { name: plain(name), summary: plain(summary), events, remarks: self.remarks.into_inner() }
    }

    /// All that was said, by the names of the sender; what opens his door is nobody's business.
    fn kept(&self) -> BTreeMap<String, String> {
        let said = self.list.iter().filter(|field| !is_secret(&field.name));
        let said = said.map(|field| (field.name.clone(), cut(field.values.join(", ").trim()).to_owned()));
        said.filter(|(_, value)| !value.is_empty()).take(MAX_FIELDS).collect()
    }

    fn remark_unknown(&self) {
        let unknown = || self.list.iter().filter(|field| !field.asked.get() && !is_secret(&field.name));
        let names: Vec<String> = unknown().take(MAX_NAMED).map(|field| plain(&field.name)).collect();
        match unknown().count().saturating_sub(names.len()) {
            _ if names.is_empty() => {}
            0 => self.remark(format!("Fields unknown to this version: {}", names.join(", "))),
            more => self.remark(format!("Fields unknown to this version: {} and {more} more", names.join(", "))),
        }
    }

    fn whole(&self, names: &[&str]) -> Option<&str> {
        let mut found = None;
        for name in names {
            let Some(field) = self.field(name) else { continue };
            field.asked.set(true);
            found = found.or_else(|| field.values.iter().map(|value| value.trim()).find(|value| !value.is_empty()));
        }
        found
    }

    fn field(&self, name: &str) -> Option<&Field> {
        self.by_name.get(&name.to_lowercase()).and_then(|at| self.list.get(*at))
    }

    /// Latin-1 where it is declared, else UTF-8.
    fn decode(&self, received: &Received<'_>) -> String {
        let body = received.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(received.body);
        let charset = received.content_type.and_then(|kind| form::parameter(kind, "charset")).unwrap_or("utf-8");
        match str::from_utf8(body) {
            Ok(text) => text.to_owned(),
            Err(_) if LATIN.iter().any(|latin| latin.eq_ignore_ascii_case(charset)) => {
                body.iter().copied().map(char::from).collect()
            }
            Err(_) => {
                self.remark("The body is not UTF-8: some letters are lost".to_owned());
                String::from_utf8_lossy(body).into_owned()
            }
        }
    }

    fn read_body(&mut self, body: &str, content_type: Option<&str>) -> Result<(), Unreadable> {
        let is_multipart = body.starts_with("--")
            || content_type.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/"));
        if body.is_empty() || body == "null" {
            return Ok(());
        }
        if body.starts_with(['{', '[']) {
            return self.read_json(body);
        }
        if let Some(boundary) = is_multipart.then(|| form::boundary(content_type, body)).flatten() {
            self.put_form(form::multipart(body, &boundary));
            return Ok(());
        }
        if !body.contains('=') {
            return Err(Unreadable("The body is neither JSON nor a form".to_owned()));
        }
        self.put_form(form::urlencoded(body));
        Ok(())
    }

    fn read_json(&mut self, body: &str) -> Result<(), Unreadable> {
        let document =
            lenient::read(body).map_err(|broken| Unreadable(format!("The body cannot be read as JSON: {broken}")))?;
        if !document.is_json {
            self.remark("The body is not quite JSON; it could be read all the same".to_owned());
        }
        let object = match document.value {
            Value::List { mut items, .. } if items.len() == 1 => items.remove(0),
            value => value,
        };
        if !matches!(object, Value::Object(_)) {
            return Err(Unreadable("The body is a list: send each event by itself".to_owned()));
        }
        self.put_value("", object);
        Ok(())
    }

    fn put_form(&mut self, pairs: impl Iterator<Item = (String, String)>) {
        for (name, value) in pairs {
            // Some put JSON into a field.
            let nested = value.trim_start().starts_with('{').then(|| lenient::read(&value).ok()).flatten();
            match nested {
                Some(document) => self.put_value(&name, document.value),
                None => self.put(&name, value),
            }
        }
    }

    fn put_value(&mut self, name: &str, value: Value<'_>) {
        match value {
            Value::Null => {}
            Value::Text(text) => self.put(name, text.into_owned()),
            Value::Object(members) => {
                for (member, value) in members {
                    match name {
                        "" => self.put_value(&member, value),
                        _ if name.len() > MAX_NAME => self.left_out += 1,
                        _ => self.put_value(&format!("{name}.{member}"), value),
                    }
                }
            }
            Value::List { items, .. } if items.iter().all(|item| matches!(item, Value::Text(_) | Value::Null)) => {
                items.into_iter().for_each(|item| self.put_value(name, item));
            }
            Value::List { raw, .. } => self.put(name, raw.to_owned()),
        }
    }

    fn put(&mut self, name: &str, value: String) {
        let name = unwrapped(name.trim());
        let full = self.list.len() >= MAX_READ;
        let known = self.by_name.get(&name.to_lowercase()).and_then(|at| self.list.get_mut(*at));
        match known {
            Some(field) if field.values.len() < MAX_VALUES => field.values.push(value),
            None if !full && !name.is_empty() && name.len() <= MAX_NAME => {
                self.by_name.insert(name.to_lowercase(), self.list.len());
                self.list.push(Field { name: name.to_owned(), values: vec![value], asked: Cell::new(false) });
            }
            _ => self.left_out += 1,
        }
    }

    /// Adds what is not said yet.
    fn fill(&mut self, other: Self) {
        self.left_out += other.left_out;
        for Field { name, values, .. } in other.list {
            let known = self.by_name.get(&name.to_lowercase()).and_then(|at| self.list.get_mut(*at));
            match known {
                Some(field) if field.values.iter().all(|value| value.trim().is_empty()) => field.values = values,
                Some(_) => {}
                None => values.into_iter().for_each(|value| self.put(&name, value)),
            }
        }
    }
}

/// Letters and digits alone, small: `NO ANSWER`, `NoAnswer` and `no_answer` are one.
pub(crate) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// An old wrapping of Simotel's.
fn unwrapped(name: &str) -> &str {
    match name.split_at_checked(WRAPPING.len()) {
        Some((wrapping, name)) if wrapping.eq_ignore_ascii_case(WRAPPING) => name,
        _ => name,
    }
}

fn is_secret(name: &str) -> bool {
    let name = letters(name);
    SECRETS.iter().any(|secret| name.ends_with(secret))
}

/// As much of a text as is kept.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or_default()
}

const WRAPPING: &str = "api_data.";
const LATIN: [&str; 4] = ["iso-8859-1", "iso8859-1", "latin1", "windows-1252"];
const SECRETS: [&str; 6] = ["secret", "password", "passwd", "token", "apikey", "accesskey"];
/// No event has a quarter of that.
const MAX_READ: usize = 256;
const MAX_VALUES: usize = 64;
const MAX_NAME: usize = 64;
/// Bytes of a value.
const MAX_TEXT: usize = 512;
const MAX_REMARKS: usize = 16;
const MAX_NAMED: usize = 8;
