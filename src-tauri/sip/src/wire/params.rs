//! Parameters: `;name=value;name="quoted value";flag` (RFC 3261 §25.1, generic-param).

use std::fmt;

use super::text;

/// The parameters of a header value, kept as they were written: what we do not understand we pass on unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params {
    /// Starts with `;` unless empty.
    text: String,
}

impl Params {
    /// Takes over everything from the first `;` on. Empty parameters (`;;`) are passed over when reading.
    pub(super) fn parse(text: &str) -> Self {
        Self { text: text.trim().to_owned() }
    }

    /// `None` if there is no such parameter, `Some(None)` if it stands there without a value. Names are compared without
    /// regard to case; the quotes of a quoted value are taken off.
    pub fn get(&self, name: &str) -> Option<Option<&str>> {
        get(&self.text, name)
    }

    /// The value of a parameter that has one.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.get(name).flatten()
    }

    /// All parameters in their order, quotes taken off.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        iter(&self.text)
    }

    /// Appends a parameter. A value that is not a token (nor an address in brackets) is quoted.
    pub fn push(&mut self, name: &str, value: Option<&str>) {
        self.text.push(';');
        self.text.push_str(name);
        if let Some(value) = value {
            self.text.push('=');
            self.text.push_str(&if is_plain(value) { value.to_owned() } else { text::quote(value) });
        }
    }

    /// As on the wire: starts with `;`, or is empty.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads one parameter out of `;a=1;b`.
pub(super) fn get<'a>(params: &'a str, name: &str) -> Option<Option<&'a str>> {
    iter(params).find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// All parameters of `;a=1;b`, in order.
pub(super) fn iter(params: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    text::split(params, b';').filter(|param| !param.is_empty()).map(|param| match param.split_once('=') {
        Some((name, value)) => (name.trim_end(), Some(plain(value.trim_start()))),
        None => (param, None),
    })
}

fn plain(value: &str) -> &str {
    text::quoted(value).map_or(value, |(inside, _)| inside)
}

/// A token, or a host that needs no quotes (`[2001:db8::1]`).
fn is_plain(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| text::is_token(&[byte]) || b"[]:".contains(&byte))
}
