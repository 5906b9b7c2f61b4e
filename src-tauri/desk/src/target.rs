//! Whom to dial, from whatever a person pasted or a link carried.
//!
//! Numbers come with spaces, dashes and brackets, in Persian or Arabic digits, with invisible direction marks around them,
//! inside `tel:` (RFC 3966), `sip:` (RFC 3261 §19.1) and `callto:` links with percent escapes. Headers and parameters of a
//! URI are dropped: a link must not add `Replaces` to our INVITE.

use std::fmt;

/// Something that can be dialled: digits with an optional leading `+`, a user name, or `user@host`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    user: String,
    host: Option<String>,
}

/// Why nothing could be dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Nothing was given.
    #[error("There is no number: type one, or an address like anna@example.com")]
    Empty,
    /// No number was found in it.
    #[error("This cannot be dialled: give a number, or an address like anna@example.com")]
    Undialable,
    /// There are several numbers in it.
    #[error("There is more than one number in this: keep the one to dial")]
    Ambiguous,
    /// Longer than any number or address.
    #[error("This is too long to be a number or an address")]
    TooLong,
}

impl TargetError {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "target_empty",
            Self::Undialable => "target_undialable",
            Self::Ambiguous => "target_ambiguous",
            Self::TooLong => "target_too_long",
        }
    }
}

impl Target {
    /// Finds what to dial in `text`.
    ///
    /// ```
    /// # use desk::Target;
    /// assert_eq!(Target::parse("tel:+7%20(495)%20229-49-89;ext=12")?.to_string(), "+74952294989");
    /// assert_eq!(Target::parse("۰۲۱ ۸۸۷۷-۶۶۵۵")?.to_string(), "02188776655");
    /// assert_eq!(Target::parse("sip:anna@example.com?Replaces=x")?.to_string(), "anna@example.com");
    /// # Ok::<(), desk::TargetError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        if text.len() > MAX_TEXT {
            return Err(TargetError::TooLong);
        }
        if text.trim().chars().any(|c| c.is_control() && c != '\t') {
            return Err(TargetError::Undialable);
        }
        let plain: String = text.chars().filter(|c| !is_invisible(*c)).map(ascii_digit).collect();
        let plain = unwrap(&plain);
        let target = match scheme(plain) {
            Some(Scheme::Tel(rest)) => number(before(&unescape(rest), &[';', '?'])),
            Some(Scheme::Sip(rest)) => address(&unescape(before(rest, &['?']))),
            None => address(plain),
        }?;
        if target.user.len() > MAX_USER { Err(TargetError::TooLong) } else { Ok(target) }
    }

    /// What the window shows: the number or user.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The domain, where one was given.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }
}

/// As the phone takes it.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Some(host) => write!(f, "{}@{host}", self.user),
            None => f.write_str(&self.user),
        }
    }
}

enum Scheme<'a> {
    Tel(&'a str),
    Sip(&'a str),
}

fn scheme(text: &str) -> Option<Scheme<'_>> {
    let (scheme, rest) = text.split_once(':')?;
    let rest = rest.trim_start_matches('/');
    match scheme.to_ascii_lowercase().as_str() {
        "tel" => Some(Scheme::Tel(rest)),
        "sip" | "sips" | "callto" => Some(Scheme::Sip(rest)),
        _ => None,
    }
}

/// `user@host` with parameters and a password dropped, else a bare number or name.
fn address(text: &str) -> Result<Target, TargetError> {
    let Some((user, host)) = text.rsplit_once('@') else { return bare(before(text, &[';'])) };
    let user = before(user, &[';', ':']).trim();
    let host = before(host, &[';', '/']).trim();
    if host.is_empty() || !host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]_".contains(c)) {
        return Err(TargetError::Undialable);
    }
    let user = match number(user) {
        Ok(number) => number.user,
        Err(_) if is_name(user) => user.to_owned(),
        Err(error) => return Err(error),
    };
    Ok(Target { user, host: Some(host.to_owned()) })
}

/// A name like `echo`, or the one number in a text.
fn bare(text: &str) -> Result<Target, TargetError> {
    let text = text.trim();
    if text.contains("://") {
        return Err(TargetError::Undialable);
    }
    match number(text) {
        Err(TargetError::Undialable) if is_name(text) && text.contains(|c: char| c.is_ascii_alphabetic()) => {
            Ok(Target { user: text.to_owned(), host: None })
        }
        Err(TargetError::Undialable) => number_in_words(text),
        other => other,
    }
}

/// A number and nothing else but separators. `(0)` after a country code is for those who dial without it.
fn number(text: &str) -> Result<Target, TargetError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TargetError::Empty);
    }
    let text = if text.starts_with('+') { text.replace("(0)", "") } else { text.to_owned() };
    let mut user = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '0'..='9' | '*' | '#' => user.push(c),
            '+' if user.is_empty() => user.push(c),
            c if is_separator(c) => {}
            _ => return Err(TargetError::Undialable),
        }
    }
    if user.contains(|c: char| c != '+') { Ok(Target { user, host: None }) } else { Err(TargetError::Undialable) }
}

/// "Tel.: +7 495 229-49-89 ext. 12": the only run of digits that is long enough to be meant.
fn number_in_words(text: &str) -> Result<Target, TargetError> {
    let mut runs: Vec<Target> = text
        .split(|c: char| c.is_alphabetic() || ",;:".contains(c))
        .filter_map(|run| number(run.trim_matches(is_separator)).ok())
        .collect();
    if runs.len() > 1 {
        runs.retain(|run| run.user.len() >= MIN_IN_WORDS);
    }
    match runs.len() {
        0 => Err(TargetError::Undialable),
        1 => runs.pop().ok_or(TargetError::Undialable),
        _ => Err(TargetError::Ambiguous),
    }
}

/// The user part of RFC 3261 §25.1, without escapes and without what separates parts of a URI.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.!~*'&=+$#".contains(c))
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || "-.()[]{}/\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2212}\u{b7}\u{2043}".contains(c)
}

/// Controls, zero-width characters and direction marks, which come along when a number is copied from a page.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Persian, Arabic and full-width digits and plus signs as ASCII.
pub(crate) fn ascii_digit(c: char) -> char {
    let digit = match c {
        '\u{660}'..='\u{669}' => u32::from(c) - 0x660,
        '\u{6f0}'..='\u{6f9}' => u32::from(c) - 0x6f0,
        '\u{ff10}'..='\u{ff19}' => u32::from(c) - 0xff10,
        '\u{ff0b}' => return '+',
        _ => return c,
    };
    char::from_digit(digit, 10).unwrap_or(c)
}

/// `<sip:anna@example.com>`, `"+7 495"`: without what encloses it, and without the name before the brackets.
fn unwrap(text: &str) -> &str {
    let text = text.trim();
    let inside = text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(text, |(inside, _)| inside);
    inside.trim_matches(|c: char| c.is_whitespace() || "\"'“”«»".contains(c))
}

fn before<'a>(text: &'a str, ends: &[char]) -> &'a str {
    text.split(ends).next().unwrap_or(text)
}

/// Percent escapes as UTF-8; a broken escape stays as it is and then fails as a number. Decoded digits may be Persian again.
fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = match (byte, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        out.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8_lossy(&out).chars().filter(|c| !is_invisible(*c)).map(ascii_digit).collect()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

const MAX_TEXT: usize = 1024;
const MAX_USER: usize = 64;
/// Shorter runs beside a longer one are extensions and house numbers.
const MIN_IN_WORDS: usize = 5;
