//! URIs (RFC 3261 §19.1, §25.1): `sip:` and `sips:` in parts, any other scheme as it is.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::{SyntaxError, params, text};

/// A URI and its source text. The text is what goes out again: a digest is computed over it, and a PBX that wrote
/// `;transport=TCP` wants to see `TCP`.
///
/// ```text
/// sip : alice : secret @ [2001:db8::1] : 5060 ;transport=tcp;lr ?Subject=hello
///       user    password host            port  params            headers
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Uri {
    source: String,
    scheme_len: usize,
    /// Ranges of `source`. Empty where the part is absent; an opaque URI (`tel:`, `urn:`) has only the host range: all of it.
    user: Option<Range<usize>>,
    password: Option<Range<usize>>,
    host: Range<usize>,
    port: Option<u16>,
    params: Range<usize>,
    headers: Range<usize>,
}

const ERROR: SyntaxError = SyntaxError("URI");

/// More parameters than any URI has that a person or a PBX wrote.
const MAX_PARAMS: usize = 64;

impl Uri {
    /// Reads a URI. Blanks and angle brackets are not part of one; those belong to a name-addr.
    pub fn parse(source: &str) -> Result<Self, SyntaxError> {
        let colon = source.find(':').ok_or(ERROR)?;
        let scheme = source.get(..colon).unwrap_or_default();
        let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        if !is_scheme || source.contains(|char: char| char.is_ascii_control() || "<>\"".contains(char)) {
            return Err(ERROR);
        }
        if is_sip(scheme) { Self::sip(source, colon) } else { Self::opaque(source, colon) }
    }

    fn sip(source: &str, colon: usize) -> Result<Self, SyntaxError> {
        // `;`, `?` and `/` may stand in a user, so its end is looked for first; a bare `@` may not.
        let at = source.get(colon..).and_then(|rest| rest.find('@')).map(|at| colon + at);
        let host_start = at.map_or(colon + 1, |at| at + 1);
        let rest = source.get(host_start..).ok_or(ERROR)?;
        let headers = host_start + rest.find('?').unwrap_or(rest.len());
        let sent_by = source.get(host_start..headers).ok_or(ERROR)?;
        let params = host_start + sent_by.find(';').unwrap_or(sent_by.len());
        let (host, port) = host_port(source.get(host_start..params).ok_or(ERROR)?).ok_or(ERROR)?;

        let userinfo = at.map(|at| colon + 1..at);
        let split = userinfo.clone().and_then(|range| Some(range.start + source.get(range)?.find(':')?));
        if userinfo.as_ref().is_some_and(Range::is_empty) {
            return Err(ERROR);
        }
        Ok(Self {
            user: userinfo.clone().map(|range| range.start..split.unwrap_or(range.end)),
            password: userinfo.and_then(|range| Some(split? + 1..range.end)),
            host: host_start..host_start + host.len(),
            port,
            params: params..headers,
            headers: headers..source.len(),
            scheme_len: colon,
            source: source.to_owned(),
        })
    }

    fn opaque(source: &str, colon: usize) -> Result<Self, SyntaxError> {
        let end = source.len();
        if colon + 1 == end {
            return Err(ERROR);
        }
        // `tel:` has parameters (`;phone-context=`), and no host.
        let params = if source.get(..colon).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel")) {
            source.find(';').unwrap_or(end)
        } else {
            end
        };
        Ok(Self {
            user: None,
            password: None,
            host: colon + 1..params,
            port: None,
            params: params..end,
            headers: end..end,
            scheme_len: colon,
            source: source.to_owned(),
        })
    }

    /// The scheme as it was spelled.
    pub fn scheme(&self) -> &str {
        self.part(&(0..self.scheme_len))
    }

    /// `sip:` or `sips:`.
    pub fn is_sip(&self) -> bool {
        is_sip(self.scheme())
    }

    /// `sips:`.
    pub fn is_sips(&self) -> bool {
        self.scheme().eq_ignore_ascii_case("sips")
    }

    /// The user part with its escapes still in; the number of a `tel:` URI.
    pub fn user(&self) -> Option<&str> {
        if self.scheme().eq_ignore_ascii_case("tel") {
            return Some(self.part(&self.host));
        }
        self.user.as_ref().map(|range| self.part(range))
    }

    /// The password. Nobody should send one.
    pub fn password(&self) -> Option<&str> {
        self.password.as_ref().map(|range| self.part(range))
    }

    /// The host, IPv6 addresses in their brackets; everything after the scheme if that is neither `sip:` nor `sips:`.
    pub fn host(&self) -> &str {
        self.part(&self.host)
    }

    /// The port, if one is written.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// A URI parameter: `None` if absent, `Some(None)` if without a value.
    pub fn param(&self, name: &str) -> Option<Option<&str>> {
        params::get(self.part(&self.params), name)
    }

    /// All URI parameters in their order.
    pub fn params(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        params::iter(self.part(&self.params))
    }

    /// The headers after `?`, unescaped: `Replaces` of a Refer-To travels like this.
    pub fn headers(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        let headers = self.part(&self.headers).trim_start_matches('?');
        headers
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (unescape(name), unescape(value)))
    }

    /// The first header of that name after `?`, unescaped.
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.headers().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The URI without what follows `?`.
    pub fn without_headers(&self) -> &str {
        self.part(&(0..self.headers.start))
    }

    /// The text as it came.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether both name the same resource (RFC 3261 §19.1.4), as a registrar compares bindings. Passwords and headers
    /// are left out of it: no binding has them.
    pub fn is_equivalent(&self, other: &Self) -> bool {
        // Each parameter is looked for among the others, so a URI that is nothing but parameters is compared as text.
        let is_comparable = |uri: &Self| uri.is_sip() && uri.params().nth(MAX_PARAMS).is_none();
        if self.source == other.source || !is_comparable(self) || !is_comparable(other) {
            return self.source == other.source;
        }
        self.scheme().eq_ignore_ascii_case(other.scheme())
            && self.user().map(unescape) == other.user().map(unescape)
            && self.host().eq_ignore_ascii_case(other.host())
            && self.port == other.port
            && self.params_agree(other)
            && other.params_agree(self)
    }

    /// Parameters on both sides must agree; these four must also not stand on one side alone.
    fn params_agree(&self, other: &Self) -> bool {
        self.params().all(|(name, value)| match other.param(name) {
            Some(same) => value.map(str::to_ascii_lowercase) == same.map(str::to_ascii_lowercase),
            None => !["user", "ttl", "method", "maddr", "transport"].iter().any(|must| must.eq_ignore_ascii_case(name)),
        })
    }

    fn part(&self, range: &Range<usize>) -> &str {
        self.source.get(range.clone()).unwrap_or_default()
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl fmt::Debug for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uri({})", self.source)
    }
}

impl std::str::FromStr for Uri {
    type Err = SyntaxError;

    fn from_str(source: &str) -> Result<Self, SyntaxError> {
        Self::parse(source)
    }
}

/// `host[:port]`, the host being a name, an IPv4 address, or an IPv6 address in brackets. Blanks around the colon are
/// allowed, as in a Via.
pub(super) fn host_port(text: &str) -> Option<(&str, Option<u16>)> {
    let text = text.trim();
    let end = if text.starts_with('[') { text.find(']')? + 1 } else { text.find(':').unwrap_or(text.len()) };
    let (host, rest) = text.split_at_checked(end)?;
    let host = host.trim_end();
    let port = match rest.trim_start().strip_prefix(':') {
        Some(port) => Some(text::number(port.trim())?),
        None if rest.trim().is_empty() => None,
        None => return None,
    };
    is_host(host).then_some((host, port))
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.split('%').next().is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok()),
        None => !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)),
    }
}

fn is_sip(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips")
}

/// Percent-escapes everything but unreserved characters, which is right in a user part and in a header after `?`.
pub fn escape(plain: &str) -> Cow<'_, str> {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
    if plain.bytes().all(is_unreserved) {
        return Cow::Borrowed(plain);
    }
    let mut escaped = String::with_capacity(plain.len() + 8);
    for byte in plain.bytes() {
        if is_unreserved(byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(escaped)
}

/// Undoes percent-escapes; a `%` that starts none stays.
pub fn unescape(escaped: &str) -> Cow<'_, str> {
    if !escaped.contains('%') {
        return Cow::Borrowed(escaped);
    }
    let mut bytes = escaped.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    while let [first, rest @ ..] = bytes {
        match (first, hex_pair(rest)) {
            (b'%', Some((byte, rest))) => {
                plain.push(byte);
                bytes = rest;
            }
            _ => {
                plain.push(*first);
                bytes = rest;
            }
        }
    }
    Cow::Owned(text::decode(&plain).into_owned())
}

fn hex_pair(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let [high, low, rest @ ..] = bytes else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?, rest))
}
