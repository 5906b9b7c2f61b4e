//! Where a PBX listens.

#[cfg(test)]
mod tests;

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

/// The address under which an interface of a PBX lies: `http://192.168.0.1:4055`, `https://pbx.example/api/v4`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Url);

/// Why a text is no such address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is no URL at all.
    #[error("write an address like http://192.168.0.1:4055")]
    NotAUrl,
    /// Neither http nor https.
    #[error("write an address that starts with http:// or https://")]
    Scheme,
    /// A name or a password stands in it.
    #[error("take the name and the password out of the address: username and password are keys of their own")]
    Credentials,
    /// A query or a fragment follows.
    #[error("end the address before the ? or #: the parameters come from the other keys")]
    Query,
}

impl Address {
    /// Reads what an integrator wrote.
    ///
    /// # Errors
    /// With the mend.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let url = Url::parse(text.trim()).map_err(|_| AddressError::NotAUrl)?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(AddressError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(AddressError::Query);
        }
        Ok(Self(url))
    }

    /// Whether what is sent there can be read on the way: plain http, beyond this machine.
    pub fn is_open(&self) -> bool {
        let is_here = match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback() || address == Ipv4Addr::UNSPECIFIED,
            Some(Host::Ipv6(address)) => address.is_loopback() || address == Ipv6Addr::UNSPECIFIED,
            None => false,
        };
        self.0.scheme() == "http" && !is_here
    }

    /// The URL of `path` below it.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.0.as_str().trim_end_matches('/'))
    }

    /// The URL of `path` below it, with these parameters.
    pub(crate) fn query(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        let mut url = self.at(path);
        for (at, (name, value)) in parameters.iter().enumerate() {
            url.push(if at == 0 { '?' } else { '&' });
            url.extend([encode(name).as_str(), "=", encode(value).as_str()]);
        }
        url
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Scheme, host and port of a URL: the part of it that may be shown.
pub(crate) fn origin(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    url.has_host().then(|| url.origin().ascii_serialization())
}

/// A blank as `%20`: not every server takes `+` for one.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// `*` is a digit of the telephone.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'*');
