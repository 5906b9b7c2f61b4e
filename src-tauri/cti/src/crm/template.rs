//! Addresses and arguments with places for facts: `https://crm.example/lookup?phone={number}&q={e164|number}`.
//!
//! ```text
//!   https://crm.example /contact/ {contact.id} ?q= {e164|number}
//!   └── as written ───┘ └─ text ─┘ └─ a fact ─┘     └ the first of them that is known
//! ```
//!
//! A fact can fill a piece of the path, of the query or of the fragment, and nothing beyond: what separates those is escaped
//! in it, and where the request goes stands in the template alone.

#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::{Position, Url};

use super::{Facts, is_plain};
use crate::address::encode;

/// An address with places for facts. Only http and https.
#[derive(Clone, PartialEq, Eq)]
pub struct Template {
    /// As the integrator wrote it.
    text: String,
    /// Scheme, host and port.
    origin: String,
    path: Vec<Piece>,
    /// The query with its `?`, and the fragment with its `#`.
    rest: Vec<Piece>,
}

/// An address that is always the same; a query is allowed, for there many CRMs want their key.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(String);

/// An argument of a program, with places for facts. Stays one argument, whatever they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// The first of these that is known.
    Fact(Vec<String>),
}

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Not http, not https, or no URL at all.
    #[error("write an address that starts with http:// or https://, like https://crm.example/lookup?phone={{number}}")]
    NotAnAddress,
    /// A fact where the place of the request is decided.
    #[error(
        "write {{{0}}} behind the host: facts come from strangers, and must not choose the scheme, host, port or user"
    )]
    InAuthority(String),
    /// A name or a password stands in it.
    #[error("take the name and the password out of the address: username, password and token are keys of their own")]
    Credentials,
    /// A brace without its partner, or an odd name between them.
    #[error("write facts like {{number}} or {{e164|number}}; a brace that means itself is %7B or %7D")]
    Braces,
    /// Blanks within, or characters that no address has.
    #[error("take the blanks and backslashes out of the address")]
    Characters,
    /// A place for a fact where there are none.
    #[error("take {{{0}}} out of the address: what is known of a call goes in the body")]
    NoFacts(String),
}

impl Template {
    /// Reads what an integrator wrote.
    ///
    /// # Errors
    /// With the mend.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let text = text.trim();
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err(TemplateError::Characters);
        }
        let pieces = pieces(text)?;
        let (authority, mut behind) = split_authority(pieces)?;
        let url = Url::parse(&authority).map_err(|_| TemplateError::NotAnAddress)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TemplateError::Credentials);
        }
        let origin = url[..Position::BeforePath].to_owned();
        let rest = split_off_path(&mut behind);
        Ok(Self { text: text.to_owned(), origin, path: behind, rest })
    }

    /// The address for these facts; an unknown one is empty.
    pub fn fill(&self, facts: &Facts) -> String {
        let path = fill(&self.path, facts, encode_value);
        // A segment of dots would climb, however its dots are written.
        let climbs = |segment: &&str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
        let segments: Vec<_> = path.split('/').map(|segment| if climbs(&segment) { "" } else { segment }).collect();
        format!("{}{}{}", self.origin, segments.join("/"), fill(&self.rest, facts, encode_value))
    }

    /// It asks for somebody whom these facts do not know: there is nothing to open.
    pub fn lacks_contact(&self, facts: &Facts) -> bool {
        let lacks =
            |names: &Vec<String>| names.iter().any(|name| is_of_contact(name)) && known(names, facts).is_empty();
        self.facts().any(lacks)
    }

    /// It asks for what only a look-up can tell.
    pub fn needs_look_up(&self) -> bool {
        self.facts().flatten().any(|name| is_of_contact(name) || LOOKED_UP.contains(&name.as_str()))
    }

    /// Names in it that no call has: spelling mistakes, most likely.
    pub fn unknown_facts(&self) -> Vec<&str> {
        unknown(self.facts())
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    fn facts(&self) -> impl Iterator<Item = &Vec<String>> {
        facts_of(&self.path).chain(facts_of(&self.rest))
    }
}

/// Its query may hold a key of the CRM, so only the place is shown.
impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({}…)", self.origin)
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        Self::parse(text)
    }
}

impl Endpoint {
    /// Reads what an integrator wrote.
    ///
    /// # Errors
    /// With the mend.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let template = Template::parse(text)?;
        if let Some(names) = template.facts().next() {
            return Err(TemplateError::NoFacts(names.join("|")));
        }
        Ok(Self(template.fill(&Facts::new())))
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({}…)", crate::address::origin(&self.0).unwrap_or_default())
    }
}

impl Argument {
    /// Reads what an integrator wrote.
    ///
    /// # Errors
    /// With the mend.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        pieces(text).map(Self)
    }

    /// The argument for these facts; an unknown one is empty. Facts are passed as they are, but for zero bytes, which no
    /// argument can hold, and for one thing: an argument that begins with a fact never begins with `-`, or a caller could
    /// choose the options of the program by a name like `--output=…`.
    pub fn fill(&self, facts: &Facts) -> String {
        let filled = fill(&self.0, facts, |text| value(text, |c| c == '\0'));
        match self.0.first() {
            Some(Piece::Fact(_)) => filled.trim_start_matches('-').to_owned(),
            _ => filled,
        }
    }

    /// It asks for what only a look-up can tell.
    pub fn needs_look_up(&self) -> bool {
        facts_of(&self.0).flatten().any(|name| is_of_contact(name) || LOOKED_UP.contains(&name.as_str()))
    }

    /// Names in it that no call has: spelling mistakes, most likely.
    pub fn unknown_facts(&self) -> Vec<&str> {
        unknown(facts_of(&self.0))
    }
}

/// Texts and facts in turn.
fn pieces(text: &str) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        push_text(&mut pieces, before)?;
        let (names, behind) = behind.split_once('}').ok_or(TemplateError::Braces)?;
        let names: Vec<_> = names.split('|').map(|name| name.trim().to_owned()).collect();
        if names.iter().any(|name| name.is_empty() || !name.chars().all(is_name)) {
            return Err(TemplateError::Braces);
        }
        pieces.push(Piece::Fact(names));
        rest = behind;
    }
    push_text(&mut pieces, rest)?;
    Ok(pieces)
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) -> Result<(), TemplateError> {
    if text.contains('}') {
        return Err(TemplateError::Braces);
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text.to_owned()));
    }
    Ok(())
}

/// Scheme and authority, and what follows them.
fn split_authority(pieces: Vec<Piece>) -> Result<(String, Vec<Piece>), TemplateError> {
    let mut pieces = pieces.into_iter();
    let first = match pieces.next() {
        Some(Piece::Text(text)) => text,
        Some(Piece::Fact(names)) => return Err(TemplateError::InAuthority(names.join("|"))),
        None => return Err(TemplateError::NotAnAddress),
    };
    let next = pieces.next();
    let at_host = first.find("://").map(|at| at + 3);
    let end = at_host.and_then(|at| Some(at + first.get(at..)?.find(['/', '?', '#'])?));
    if end.is_none()
        && let Some(Piece::Fact(names)) = &next
    {
        return Err(TemplateError::InAuthority(names.join("|")));
    }
    let at_host = at_host.ok_or(TemplateError::NotAnAddress)?;
    let (authority, behind) = first.split_at(end.unwrap_or(first.len()));
    let scheme = authority.get(..at_host).unwrap_or_default().to_ascii_lowercase();
    if !["http://", "https://"].contains(&scheme.as_str()) || authority.len() == at_host {
        return Err(TemplateError::NotAnAddress);
    }
    let slash = if behind.starts_with('/') { "" } else { "/" };
    let behind = Piece::Text(format!("{slash}{}", utf8_percent_encode(behind, NOT_IN_ADDRESSES)));
    let encoded = |piece| match piece {
        Piece::Text(text) => Piece::Text(utf8_percent_encode(&text, NOT_IN_ADDRESSES).to_string()),
        fact @ Piece::Fact(_) => fact,
    };
    Ok((authority.to_owned(), [behind].into_iter().chain(next.into_iter().chain(pieces).map(encoded)).collect()))
}

/// Leaves the path and gives what follows it.
fn split_off_path(pieces: &mut Vec<Piece>) -> Vec<Piece> {
    let end = |piece: &Piece| match piece {
        Piece::Text(text) => text.find(['?', '#']),
        Piece::Fact(_) => None,
    };
    let Some((index, at)) = pieces.iter().enumerate().find_map(|(index, piece)| Some((index, end(piece)?))) else {
        return Vec::new();
    };
    let mut rest = pieces.split_off(index);
    if let Some(Piece::Text(text)) = rest.first_mut() {
        let behind = text.split_off(at);
        pieces.push(Piece::Text(std::mem::replace(text, behind)));
    }
    rest
}

fn fill(pieces: &[Piece], facts: &Facts, written: impl Fn(&str) -> String) -> String {
    let written = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Fact(names) => written(known(names, facts)),
    };
    pieces.iter().map(written).collect()
}

/// The first of them that is known and not empty.
fn known<'a>(names: &[String], facts: &'a Facts) -> &'a str {
    names.iter().filter_map(|name| facts.get(name)).find(|text| !text.is_empty()).map_or("", String::as_str)
}

/// A blank as `%20`; what separates parts of an address as `%2F` and the like; line breaks not at all.
fn encode_value(text: &str) -> String {
    encode(&value(text, char::is_control))
}

/// A fact within bounds, without what may not pass.
pub(super) fn value(text: &str, is_banned: fn(char) -> bool) -> String {
    text.chars().filter(|c| !is_banned(*c)).take(MAX_VALUE).collect()
}

fn facts_of(pieces: &[Piece]) -> impl Iterator<Item = &Vec<String>> {
    pieces.iter().filter_map(|piece| match piece {
        Piece::Fact(names) => Some(names),
        Piece::Text(_) => None,
    })
}

fn unknown<'a>(facts: impl Iterator<Item = &'a Vec<String>>) -> Vec<&'a str> {
    let names = facts.flatten().map(String::as_str);
    names.filter(|name| !is_of_contact(name) && !KNOWN_FACTS.contains(name)).collect()
}

fn is_of_contact(name: &str) -> bool {
    name.starts_with("contact.")
}

/// A path into the CRM's answer may have letters of any script.
fn is_name(c: char) -> bool {
    is_plain(c) || c.is_alphanumeric() || c == '_'
}

/// What a look-up tells, beside `contact.…`.
const LOOKED_UP: &[&str] = &["name", super::lookup::LINK];
/// What may be known of a call, beside `contact.…`.
pub const KNOWN_FACTS: &[&str] = &[
    "number",
    "number_shown",
    "e164",
    "last10",
    "name",
    "extension",
    "direction",
    "account",
    "call",
    "disposition",
    "did",
    "queue",
    "diversion",
    "call_id",
    "leg_id",
    "recording_id",
    "duration_ms",
    super::lookup::LINK,
];
const MAX_VALUE: usize = 1024;
/// What an integrator may write and a request line may not hold.
const NOT_IN_ADDRESSES: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'^').add(b'|');
