//! Via (RFC 3261 §20.42, RFC 3581).

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::{Params, SyntaxError, text, uri};

/// One hop: how and to where its response travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// `UDP`, `TCP`, `TLS`, …, as spelled.
    pub transport: String,
    /// The host of sent-by, IPv6 addresses in their brackets.
    pub host: String,
    /// The port of sent-by, if written.
    pub port: Option<u16>,
    /// `branch`, `received`, `rport` and others.
    pub params: Params,
}

const ERROR: SyntaxError = SyntaxError("Via");

/// What starts a branch that RFC 3261 made unique (§8.1.1.7).
pub(crate) const MAGIC_COOKIE: &str = "z9hG4bK";

impl Via {
    /// Reads `SIP/2.0/UDP host:port;params`, blanks allowed around each separator.
    pub fn parse(value: &str) -> Result<Self, SyntaxError> {
        let (protocol, rest) = value.split_once('/').ok_or(ERROR)?;
        let (version, rest) = rest.split_once('/').ok_or(ERROR)?;
        let rest = rest.trim_start();
        let (transport, rest) = rest.split_at_checked(rest.find([' ', '\t']).ok_or(ERROR)?).ok_or(ERROR)?;
        let (sent_by, params) = rest.split_at_checked(rest.find(';').unwrap_or(rest.len())).ok_or(ERROR)?;
        let (host, port) = uri::host_port(sent_by).ok_or(ERROR)?;
        let is_sip = protocol.trim().eq_ignore_ascii_case("SIP") && text::is_token(version.trim().as_bytes());
        // `received` and `rport` are written behind it, and must not end up inside a bracket that was left open.
        if !is_sip || !text::is_token(transport.as_bytes()) || !text::is_closed(params) {
            return Err(ERROR);
        }
        Ok(Self { transport: transport.to_owned(), host: host.to_owned(), port, params: Params::parse(params) })
    }

    /// The branch, if it is one.
    pub fn branch(&self) -> Option<&str> {
        self.params.value("branch").filter(|branch| !branch.is_empty())
    }

    /// Whether the branch alone names the transaction: it has the cookie, and something after it.
    pub fn has_magic_branch(&self) -> bool {
        self.branch().is_some_and(|branch| branch.starts_with(MAGIC_COOKIE) && branch.len() > MAGIC_COOKIE.len())
    }

    /// The address that the next hop saw the request come from.
    pub fn received(&self) -> Option<IpAddr> {
        self.params.value("received")?.trim_matches(['[', ']']).parse().ok()
    }

    /// The port that the next hop saw the request come from (RFC 3581).
    pub fn rport(&self) -> Option<u16> {
        self.params.value("rport").and_then(text::number)
    }

    /// Whether the sender wants to be answered at the port it sent from (RFC 3581 §3).
    pub fn wants_rport(&self) -> bool {
        self.params.get("rport") == Some(None)
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0/{} {}", self.transport, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.params)
    }
}

/// Says in the topmost of `values` (one or more Vias of one line) where the request came from (RFC 3261 §18.2.1,
/// RFC 3581 §4). Everything else stays byte for byte, and so does a Via that cannot be read.
pub(super) fn reflect(values: &[u8], from: SocketAddr) -> Vec<u8> {
    let Ok(line) = std::str::from_utf8(values) else { return values.to_vec() };
    let end = text::find(line, b',').unwrap_or(line.len());
    let Some(Ok(via)) = line.get(..end).map(|top| Via::parse(top.trim())) else { return values.to_vec() };
    let (top, below) = (line.get(..end).unwrap_or_default(), line.get(end..).unwrap_or_default());
    let mut reflected = top.trim_end().to_owned();
    if via.wants_rport() {
        reflected = fill_rport(&reflected, from.port());
    }
    let named_itself = via.host.trim_matches(['[', ']']).parse() == Ok(from.ip());
    if via.received().is_none() && (via.wants_rport() || !named_itself) {
        reflected.push_str(&format!(";received={}", from.ip()));
    }
    reflected.push_str(below);
    reflected.into_bytes()
}

fn fill_rport(via: &str, port: u16) -> String {
    let filled = text::split(via, b';')
        .map(|part| if part.eq_ignore_ascii_case("rport") { format!("{part}={port}") } else { part.to_owned() });
    filled.collect::<Vec<_>>().join(";")
}
