//! `"Display" <uri>;params`, the shape of From, To, Contact, Route, Refer-To and their kin (RFC 3261 §20.10).

use std::fmt;

use super::{Params, SyntaxError, Uri, text};

/// An address with what is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameAddr {
    /// The name to show, without quotes and escapes. `None` if there is none or it is empty.
    pub display: Option<String>,
    /// The address.
    pub uri: Uri,
    /// The parameters of the header, not those of the URI.
    pub params: Params,
}

const ERROR: SyntaxError = SyntaxError("name-addr");

impl NameAddr {
    /// An address without a name.
    pub fn new(uri: Uri) -> Self {
        Self { display: None, uri, params: Params::default() }
    }

    /// The same with a name to show.
    pub fn with_display(mut self, display: &str) -> Self {
        self.display = (!display.is_empty()).then(|| display.to_owned());
        self
    }

    /// The same with one more parameter.
    pub fn with_param(mut self, name: &str, value: Option<&str>) -> Self {
        self.params.push(name, value);
        self
    }

    /// Reads one value, in brackets or bare. In the bare form everything after a `;` belongs to the header (§20.10), and a
    /// `?` or a comma must not be there at all.
    pub fn parse(value: &str) -> Result<Self, SyntaxError> {
        let value = value.trim_matches([' ', '\t']);
        let (display, rest) = match value.strip_prefix('"') {
            Some(_) => {
                let (inside, rest) = text::quoted(value).ok_or(ERROR)?;
                (text::unquote(inside), rest.trim_start())
            }
            None => match value.find('<') {
                Some(at) => {
                    let (display, rest) = value.split_at_checked(at).ok_or(ERROR)?;
                    (display.trim().to_owned(), rest)
                }
                None => return Self::bare(value),
            },
        };
        let (uri, rest) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')).ok_or(ERROR)?;
        let rest = rest.trim_start_matches([' ', '\t']);
        let follows = rest.is_empty() || rest.starts_with(';');
        if display.contains('"') && !value.starts_with('"') || !follows || !is_sound(rest) {
            return Err(ERROR);
        }
        Ok(Self {
            display: (!display.is_empty()).then_some(display),
            uri: Uri::parse(uri.trim())?,
            params: Params::parse(rest),
        })
    }

    fn bare(value: &str) -> Result<Self, SyntaxError> {
        let at = value.find(';').unwrap_or(value.len());
        let (uri, params) = value.split_at_checked(at).ok_or(ERROR)?;
        if uri.contains(['?', ',']) || !is_sound(value) {
            return Err(ERROR);
        }
        Ok(Self { display: None, uri: Uri::parse(uri.trim_end())?, params: Params::parse(params) })
    }

    /// The tag of a From or To; a `;tag` that says nothing is none, and does not hide the one that we append.
    pub fn tag(&self) -> Option<&str> {
        self.params.iter().find_map(|(name, value)| value.filter(|_| name.eq_ignore_ascii_case("tag")))
    }

    /// The seconds a Contact is bound for. Too large a number is the largest one (RFC 3261 §20.19).
    pub fn expires(&self) -> Option<u32> {
        self.params.value("expires").and_then(seconds)
    }
}

/// Parameters without control bytes, and with every quote closed: who reads them differently than we do would see another
/// tag, and the one that we append would become part of an open quote.
fn is_sound(text: &str) -> bool {
    text::is_closed(text) && !text.chars().any(|c| c.is_control() && c != '\t')
}

/// Delta-seconds; what overflows is the largest number there is.
pub(super) fn seconds(digits: &str) -> Option<u32> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u32::MAX))
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(display) = &self.display {
            write!(f, "{} ", text::quote(display))?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}
