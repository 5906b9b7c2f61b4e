//! Asking the CRM who it is, and reading what it says.
//!
//! ```text
//!   200 + an object, or an array's first ─► Person, if the mapping finds anything in it
//!   200 + null or nothing, 204, 404 ──────► nobody
//!   everything else ──────────────────────► Trouble
//! ```

#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use hyper::Method;
use serde_json::Value;
use url::Url;

use super::{Access, Facts, Settings, Template};
use crate::{
    Fault, Trouble,
    address::origin,
    http::{Answer, Request},
    text,
};

/// What the answer means: where in it the name is, and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The name.
    pub name: Path,
    /// Where they work.
    pub company: Path,
    /// By what the CRM knows them; `{contact.id}` in addresses.
    pub id: Path,
    /// An address that shows them.
    pub url: Path,
    /// More lines for the card.
    pub fields: Vec<MappedField>,
}

/// A line for the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedField {
    /// What the agent reads before it.
    pub label: String,
    /// Where in the answer it is.
    pub from: Path,
}

/// A way into a JSON document: `person.names.0.full`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(Vec<String>);

/// Why a text is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a path into the CRM's answer like name or person.names.0.full")]
pub struct PathError;

/// Somebody whom the CRM knows. Text of strangers, bounded and in one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Name.
    pub name: Option<String>,
    /// Where they work.
    pub company: Option<String>,
    /// What the mapping wants on the card: label and text.
    pub fields: Vec<(String, String)>,
    /// All that was answered, as `contact.…`; and as [`LINK`] the address that shows them, if the answer gives one that
    /// may be opened.
    pub facts: Facts,
}

/// The fact that holds an address which the answer gave. No fact of the CRM's own is called so.
pub const LINK: &str = "link";

impl Default for Mapping {
    fn default() -> Self {
        let path = |name: &str| Path(vec![name.to_owned()]);
        Self { name: path("name"), company: path("company"), id: path("id"), url: path("url"), fields: Vec::new() }
    }
}

impl Path {
    /// Reads what an integrator wrote; `contact.` before it, as on cards, may be left out.
    ///
    /// # Errors
    /// With the mend.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let text = text.trim();
        let names: Vec<_> = text.strip_prefix("contact.").unwrap_or(text).split('.').map(str::to_owned).collect();
        if names.len() > MAX_DEPTH || names.iter().any(String::is_empty) { Err(PathError) } else { Ok(Self(names)) }
    }

    /// What stands there, if it is one text, number or truth.
    fn text(&self, document: &Value) -> Option<String> {
        scalar(self.find(document)?)
    }

    fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(document, |value, name| match value {
            Value::Object(object) => object.get(name),
            Value::Array(list) => list.get(name.parse::<usize>().ok()?),
            _ => None,
        })
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// Asks who it is.
pub fn request(template: &Template, access: &Access, facts: &Facts) -> Request {
    let mut headers = vec![("accept", "application/json".to_owned())];
    headers.extend(access.header());
    Request { method: Method::GET, url: template.fill(facts), headers, body: Vec::new() }
}

/// Who it is; `None` if the CRM knows nobody.
///
/// # Errors
/// With a sentence, if the answer tells neither.
pub fn read(answer: &Answer, settings: &Settings) -> Result<Option<Person>, Trouble> {
    match answer.status {
        204 | 404 => return Ok(None),
        200..=299 => {}
        300..=399 => return Err(redirected(answer)),
        status => return Err(trouble(status)),
    }
    if !answer.complete {
        return Err(unreadable("the CRM's answer is too long or breaks off: let it answer one short JSON object"));
    }
    let text = text::decode(answer);
    if text.trim().is_empty() {
        return Ok(None);
    }
    let is_page = text::is_html(answer, &text);
    let document: Value = serde_json::from_str(&text).map_err(|_| {
        unreadable(if is_page {
            "the CRM answers a page for people instead of JSON: look whether crm.lookup_url is right, and the token"
        } else {
            "the CRM's answer is not JSON: let it answer an object like {\"id\": 7, \"name\": \"Anna\"}"
        })
    })?;
    match document {
        Value::Array(list) => Ok(list.first().and_then(|first| person(first, settings))),
        one => Ok(person(&one, settings)),
    }
}

/// Whether an address that the CRM's answer gave may be opened: http or https, and where the settings lead anyway.
pub fn may_open(address: &str, settings: &Settings) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let known = [&settings.open_url, &settings.lookup_url];
    let mut hosts = known.into_iter().flatten().filter_map(|template| Url::parse(template.origin()).ok());
    let is_plain = ["http", "https"].contains(&url.scheme()) && url.username().is_empty() && url.password().is_none();
    is_plain && hosts.any(|known| known.host() == url.host())
}

/// The address to open for these facts: the one that the answer gave, else that of the settings.
pub fn link(facts: &Facts, settings: &Settings) -> Option<String> {
    let given = facts.get(LINK).filter(|address| may_open(address, settings)).cloned();
    let template = settings.open_url.as_ref();
    given.or_else(|| Some(template.filter(|template| !template.lacks_contact(facts))?.fill(facts)))
}

/// What is wrong with an answer that is neither a person nor nobody, by its status; common to all that the CRM is asked.
pub(super) fn trouble(status: u16) -> Trouble {
    let (fault, sentence) = match status {
        401 => {
            (Fault::WrongCredentials, "the CRM does not know this name, password or token: write them anew under [crm]")
        }
        403 => (Fault::Forbidden, "the CRM does not allow this: give the user or the token the right to do it"),
        407 => {
            (Fault::WrongAddress, "a proxy stands before the CRM and wants a password: write an address without one")
        }
        400..=499 => {
            (Fault::Refused, "the CRM does not accept the request: compare the address under [crm] with its manual")
        }
        _ => (Fault::Answer, "the CRM has a trouble of its own: tell its administrator"),
    };
    Trouble::new(fault, format!("{sentence} (HTTP status {status})"))
}

pub(super) fn redirected(answer: &Answer) -> Trouble {
    let place = answer.location.as_deref().and_then(origin);
    let place = place.map_or_else(|| "another address".to_owned(), |place| text::plain(&place));
    let mend = "redirects are not followed, for they would carry passwords along: write the final address under [crm]";
    Trouble::new(Fault::WrongAddress, format!("the CRM sends us on to {place}: {mend}"))
}

fn unreadable(sentence: &str) -> Trouble {
    Trouble::new(Fault::Answer, sentence)
}

/// Nobody, if nothing of what the mapping looks for is there.
fn person(document: &Value, settings: &Settings) -> Option<Person> {
    let mapping = &settings.mapping;
    let at = |path: &Path| path.text(document);
    let (name, company, id) = (at(&mapping.name), at(&mapping.company), at(&mapping.id));
    let fields = mapping.fields.iter().take(MAX_FIELDS);
    let fields: Vec<_> = fields.filter_map(|field| Some((field.label.clone(), at(&field.from)?))).collect();
    let link = address(document, &mapping.url).filter(|address| may_open(address, settings));
    if name.is_none() && company.is_none() && id.is_none() && fields.is_empty() && link.is_none() {
        return None;
    }
    let mapped = [("contact.name", &name), ("contact.company", &company), ("contact.id", &id)];
    let mapped = mapped.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text.clone()?)));
    let mut facts: Facts = mapped.chain(link.map(|address| (LINK.to_owned(), address))).collect();
    flatten(document, "contact", &mut facts);
    Some(Person { name, company, fields, facts })
}

/// An address is taken whole or not at all.
fn address(document: &Value, path: &Path) -> Option<String> {
    let address = path.find(document)?.as_str()?;
    let url = Url::parse(address).ok()?;
    (address.len() <= MAX_ADDRESS).then(|| url.into())
}

/// All texts and numbers below `value`, by their ways, as far as there is room.
fn flatten(value: &Value, name: &str, facts: &mut Facts) {
    if facts.len() >= MAX_FACTS || name.len() > super::MAX_NAME {
        return;
    }
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(key, value)| flatten(value, &format!("{name}.{key}"), facts));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, value)| flatten(value, &format!("{name}.{at}"), facts));
        }
        one => {
            if let Some(text) = scalar(one) {
                facts.entry(name.to_owned()).or_insert(text);
            }
        }
    }
}

/// One line of text, bounded; `None` for what has none.
fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    let text: String = text.trim().chars().filter(|c| text::is_shown(*c)).take(MAX_TEXT).collect();
    (!text.is_empty()).then_some(text)
}

/// More is not kept of an answer.
pub const MAX_FACTS: usize = 64;
/// Longer texts are cut.
pub const MAX_TEXT: usize = 256;
/// A card has room for no more.
const MAX_FIELDS: usize = 16;
const MAX_ADDRESS: usize = 2048;
const MAX_DEPTH: usize = 16;
