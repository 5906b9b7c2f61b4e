//! What a text says, before anybody knows in which country: digits, a name, or `user@host`.

use super::{
    character::{clean, is_dialled, is_separator, unescape},
    words::{self, is_name},
};
use crate::target::TargetError;

/// A text, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// Digits, `*` and `#`, with an optional leading `+`.
    Digits(Digits),
    /// A name, perhaps at a host.
    Name(String, Option<String>),
    /// Digits and letters in a tel: link, `1-800-FLOWERS`.
    Letters(String),
}

/// Digits and what came with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Digits {
    pub(crate) digits: String,
    /// `user@host`, or the domain of `;phone-context=`.
    pub(crate) host: Option<String>,
    /// `+7495` of `;phone-context=+7495`, for digits without a `+`.
    pub(crate) context: Option<String>,
    /// What to send once the call is up.
    pub(crate) post_dial: Option<String>,
}

impl Digits {
    pub(super) fn bare(digits: String) -> Self {
        Self { digits, ..Self::default() }
    }
}

impl Spelling {
    pub(crate) fn read(text: &str) -> Result<Self, TargetError> {
        if text.len() > MAX_TEXT {
            return Err(TargetError::TooLong);
        }
        let text = clean(text)?;
        let text = unwrap(&text);
        let spelling = match scheme(text) {
            Some(Scheme::Tel(rest)) => tel(before(&unescape(rest)?, &['?'])),
            Some(Scheme::Sip(rest)) => address(&unescape(before(rest, &['?']))?, Found::Whole),
            None => address(text, Found::InWords),
        }?;
        if spelling.is_too_long() { Err(TargetError::TooLong) } else { Ok(spelling) }
    }

    fn is_too_long(&self) -> bool {
        let (user, host) = match self {
            Self::Digits(Digits { context: Some(context), .. }) if context.len() > MAX_CONTEXT => return true,
            // Its context goes before it when it is dialled.
            Self::Digits(Digits { digits, context: Some(context), .. }) if context.len() + digits.len() > MAX_USER => {
                return true;
            }
            Self::Digits(digits) => (&digits.digits, digits.host.as_ref()),
            Self::Name(name, host) => (name, host.as_ref()),
            Self::Letters(text) => (text, None),
        };
        user.len() > MAX_USER || host.is_some_and(|host| host.len() > MAX_HOST)
    }
}

/// Where a number may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// It is all there is: a link says what to dial, and nothing else.
    Whole,
    /// Somewhere in what a person wrote.
    InWords,
}

enum Scheme<'a> {
    Tel(&'a str),
    Sip(&'a str),
}

fn scheme(text: &str) -> Option<Scheme<'_>> {
    let (scheme, rest) = text.split_once(':')?;
    let rest = rest.trim_start_matches('/');
    match scheme.trim().to_ascii_lowercase().as_str() {
        "tel" => Some(Scheme::Tel(rest)),
        "sip" | "sips" | "callto" => Some(Scheme::Sip(rest)),
        _ => None,
    }
}

/// Whether it is a link of a kind that names nobody to call, like `javascript:` or `mailto:`.
pub(crate) fn is_other_link(text: &str) -> bool {
    let is_scheme = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "+-".contains(c))
    };
    let Some((name, rest)) = text.trim().split_once(':') else { return false };
    is_scheme(name) && !rest.starts_with(char::is_whitespace) && scheme(text).is_none()
}

/// RFC 3966: a number, then `;ext=`, `;phone-context=`, and parameters that we need not know.
fn tel(text: &str) -> Result<Spelling, TargetError> {
    let mut parts = text.split(';');
    let subscriber = parts.next().unwrap_or_default().trim();
    let mut found = match one_number(subscriber) {
        Err(TargetError::Undialable) if is_vanity(subscriber) => return Ok(Spelling::Letters(subscriber.to_owned())),
        found => found?,
    };
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "ext" => found.post_dial = post_dial(value).or(found.post_dial),
            "phone-context" if found.digits.starts_with('+') => {}
            "phone-context" if value.starts_with('+') => {
                // A code like *72 is nobody's in the world.
                let context =
                    number(value).ok().filter(|context| !format!("{context}{}", found.digits).contains(['*', '#']));
                found.context = context;
            }
            "phone-context" if is_domain(value) => found.host = Some(value.to_owned()),
            _ => {}
        }
    }
    Ok(Spelling::Digits(found))
}

/// `user@host` with parameters and a password dropped, else a bare number or name.
fn address(text: &str, found: Found) -> Result<Spelling, TargetError> {
    let Some((user, host)) = text.rsplit_once('@') else { return bare(unquoted(before(text, &[';'])), found) };
    let user = unquoted(before(user, &[';', ':']));
    let host = before(host, &[';', '/']).trim();
    if !is_host(host) {
        return Err(TargetError::Undialable);
    }
    let host = Some(host.to_owned());
    // Letters make a name of it here, even an x or a p.
    let digits = if user.contains('#') { one_number(user) } else { number(user).map(Digits::bare) };
    match digits {
        Ok(digits) => Ok(Spelling::Digits(Digits { host, ..digits })),
        Err(_) if is_name(user) => Ok(Spelling::Name(user.to_owned(), host)),
        Err(error) => Err(error),
    }
}

/// A number, a name like `echo`, or the one number in a text.
fn bare(text: &str, found: Found) -> Result<Spelling, TargetError> {
    if text.contains("://") {
        return Err(TargetError::Undialable);
    }
    match one_number(text) {
        Err(TargetError::Undialable) if is_name(text) && text.contains(|c: char| c.is_ascii_alphabetic()) => {
            Ok(Spelling::Name(text.to_owned(), None))
        }
        Err(TargetError::Undialable) if found == Found::InWords => words::number_in(text).map(Spelling::Digits),
        found => found.map(Spelling::Digits),
    }
}

/// A number and nothing else but what follows it: `x12`, `,,12#`, `#12`.
fn one_number(text: &str) -> Result<Digits, TargetError> {
    if words::are_several(text) {
        return Err(TargetError::Ambiguous);
    }
    let (main, rest) = words::split_extension(text);
    let post_dial = rest.and_then(post_dial);
    Ok(Digits { post_dial, ..Digits::bare(number(main)?) })
}

/// A number and nothing else but separators. `(0)` after a country code is for those who dial without it, but not in
/// Italy, where it belongs to the number.
pub(super) fn number(text: &str) -> Result<String, TargetError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TargetError::Empty);
    }
    let mut digits = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let trunk = ["(0)", "[0]"].iter().find_map(|zero| rest.strip_prefix(zero)).filter(|_| is_country_code(&digits));
        match (trunk, c) {
            (Some(after), _) => {
                rest = after;
                continue;
            }
            (None, c) if is_dialled(c) => digits.push(c),
            (None, '+') if digits.is_empty() => digits.push(c),
            (None, c) if is_separator(c) => {}
            _ => return Err(TargetError::Undialable),
        }
        rest = &rest[c.len_utf8()..];
    }
    if digits.contains(is_dialled) { Ok(digits) } else { Err(TargetError::Undialable) }
}

/// `+44`, `0044`: what a `(0)` may follow.
fn is_country_code(digits: &str) -> bool {
    let code = digits.strip_prefix('+').or_else(|| digits.strip_prefix("00"));
    code.is_some_and(|code| (1..=3).contains(&code.len()) && code != ITALY)
}

/// Digits for the other side's menu, a comma for a pause; the first pause is ours anyway.
pub(super) fn post_dial(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !is_separator(*c)).map(pause).collect();
    let digits = digits.trim_matches(',');
    let fits = (1..=MAX_POST_DIAL).contains(&digits.len()) && digits.contains(|c: char| c.is_ascii_digit());
    (fits && digits.chars().all(|c| is_dialled(c) || c == ',')).then(|| digits.to_owned())
}

fn pause(c: char) -> char {
    if matches!(c, 'p' | 'P' | 'w' | 'W') { ',' } else { c }
}

/// `1-800-FLOWERS`: digits, then letters.
pub(super) fn is_vanity(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '+' || is_separator(c);
    text.starts_with(|c: char| c.is_ascii_digit() || c == '+')
        && text.chars().all(plain)
        && text.contains(|c: char| c.is_ascii_alphabetic())
}

/// A domain name or address, with or without a port.
fn is_host(host: &str) -> bool {
    host.contains(|c: char| c.is_ascii_alphanumeric())
        && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]_".contains(c))
}

/// RFC 3966 domainname.
fn is_domain(text: &str) -> bool {
    is_host(text) && !text.contains([':', '[', ']']) && text.contains(|c: char| c.is_ascii_alphabetic())
}

/// `Anna <sip:anna@example.com>`, `"+7 495"`: without what encloses it, and without the name before the brackets. What is in
/// brackets within a link is no part of a number.
fn unwrap(text: &str) -> &str {
    let text = text.trim();
    let enclosed = text.split_once('<').filter(|_| scheme(text).is_none()).and_then(|(_, rest)| rest.split_once('>'));
    unquoted(enclosed.map_or(text, |(inside, _)| inside))
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || "\"'“”„«»‘’".contains(c))
}

fn before<'a>(text: &'a str, ends: &[char]) -> &'a str {
    text.split(ends).next().unwrap_or(text)
}

const MAX_TEXT: usize = 1024;
const MAX_USER: usize = 64;
const MAX_HOST: usize = 253;
const MAX_CONTEXT: usize = 16;
const MAX_POST_DIAL: usize = 64;
const ITALY: &str = "39";
