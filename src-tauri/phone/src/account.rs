//! Accounts as the phone keeps them: the settings' names on one side, the SIP core's keys on the other.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use sip::{AccountConfig, AccountKey, Transport as SipTransport, wire::Uri};

use crate::{Account, AccountId, Transport};

/// An account and what was learnt about it.
pub(crate) struct Entry {
    pub(crate) key: AccountKey,
    pub(crate) account: Account,
    /// The address of this machine that the registrar sees first; where RTP is offered. Unknown until the registrar was
    /// found.
    pub(crate) local: Option<IpAddr>,
    /// Where the registrar was found.
    pub(crate) registrar: Option<SocketAddr>,
    /// Who is watched, by URI: as the desk spells them.
    pub(crate) watched: BTreeMap<String, String>,
}

/// All accounts, by the settings' name.
#[derive(Default)]
pub(crate) struct Accounts {
    entries: BTreeMap<AccountId, Entry>,
    last_key: u64,
}

impl Accounts {
    /// Adds or replaces, and says under which key the core knows it.
    pub(crate) fn set(&mut self, account: Account) -> AccountKey {
        if let Some(entry) = self.entries.get_mut(&account.id) {
            entry.account = account;
            return entry.key;
        }
        self.last_key += 1;
        let key = AccountKey(self.last_key);
        let entry = Entry { key, local: None, registrar: None, watched: BTreeMap::new(), account };
        self.entries.insert(entry.account.id.clone(), entry);
        key
    }

    pub(crate) fn remove(&mut self, id: &AccountId) -> Option<Entry> {
        self.entries.remove(id)
    }

    pub(crate) fn get(&self, id: &AccountId) -> Option<&Entry> {
        self.entries.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &AccountId) -> Option<&mut Entry> {
        self.entries.get_mut(id)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.values_mut()
    }

    pub(crate) fn by_key(&self, key: AccountKey) -> Option<&Entry> {
        self.entries.values().find(|entry| entry.key == key)
    }

    pub(crate) fn by_key_mut(&mut self, key: AccountKey) -> Option<&mut Entry> {
        self.entries.values_mut().find(|entry| entry.key == key)
    }
}

impl From<Transport> for SipTransport {
    fn from(transport: Transport) -> SipTransport {
        match transport {
            Transport::Udp => SipTransport::Udp,
            Transport::Tcp => SipTransport::Tcp,
            Transport::Tls => SipTransport::Tls,
        }
    }
}

/// The account in the core's terms; the error is the sentence about an address of record that is none.
pub(crate) fn sip_config(account: &Account) -> Result<AccountConfig, String> {
    let text = if account.aor.contains(':') { account.aor.clone() } else { format!("sip:{}", account.aor) };
    let aor = Uri::parse(&text).map_err(|e| format!("{} is no SIP address: {e}", account.aor))?;
    let user = aor.user().map(|user| user.to_string()).ok_or_else(|| format!("{} names no user", account.aor))?;
    let (registrar_host, registrar_port) = match &account.registrar {
        Some(registrar) => host_and_port(registrar).ok_or_else(|| format!("{registrar} is no host or host:port"))?,
        None => (aor.host().to_owned(), aor.port()),
    };
    Ok(AccountConfig {
        registrar_host,
        registrar_port,
        transport: account.transport.into(),
        username: account.username.clone().unwrap_or(user),
        password: account.password.0.clone(),
        display_name: account.display_name.clone(),
        aor,
        ..AccountConfig::default()
    })
}

/// `pbx.example`, `pbx.example:5070`, `[2001:db8::1]:5060`, `2001:db8::1`.
fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    if let Ok(ip) = text.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Some((ip.to_string(), None));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (text, None),
    };
    let host = host.trim_matches(['[', ']']);
    (!host.is_empty() && !host.contains(char::is_whitespace)).then(|| (host.to_owned(), port))
}

/// What to put into the Request-URI for something dialled: a URI as it stands, `user@host`, or a number at the account's
/// own domain. Characters that a user part must not carry are escaped (RFC 3261 §25.1), `#` among them.
pub(crate) fn target_uri(target: &str, account: &Account) -> String {
    let lower = target.to_ascii_lowercase();
    if lower.starts_with("sip:") || lower.starts_with("sips:") {
        return target.to_owned();
    }
    if let Some((user, host)) = target.rsplit_once('@') {
        return format!("sip:{}@{host}", escape_user(user));
    }
    format!("sip:{}@{}", escape_user(target), domain(account))
}

fn domain(account: &Account) -> &str {
    let aor = account.aor.trim_start_matches("sips:").trim_start_matches("sip:");
    let domain = aor.rsplit_once('@').map_or(aor, |(_, domain)| domain);
    domain.split(';').next().unwrap_or(domain)
}

/// The longest number to be shown: E.164 has 15 digits, and prefixes some more.
const LONGEST_NUMBER: usize = 32;

/// The headers that ask for a number to be shown: P-Preferred-Identity is what a user agent may say (RFC 3325 §9.2),
/// P-Asserted-Identity is what many PBXs read of phones they trust. The error is the sentence about a number that is none.
pub(crate) fn identity_headers(number: &str, account: &Account) -> Result<Vec<(String, String)>, String> {
    let is_digit = |c: char| c.is_ascii_digit() || matches!(c, '+' | '*' | '#');
    if number.is_empty() || number.len() > LONGEST_NUMBER || !number.chars().all(is_digit) {
        return Err(format!("{number:?} is no number to be shown: digits, +, * and #, at most {LONGEST_NUMBER}"));
    }
    let identity = format!("<sip:{}@{}>", escape_user(number), domain(account));
    let headers = ["P-Preferred-Identity", "P-Asserted-Identity"];
    Ok(headers.map(|name| (name.to_owned(), identity.clone())).to_vec())
}

fn escape_user(user: &str) -> String {
    let mut escaped = String::with_capacity(user.len());
    for byte in user.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => escaped.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' => escaped.push(char::from(byte)),
            b'&' | b'=' | b'+' | b'$' | b',' | b';' | b'?' | b'/' => escaped.push(char::from(byte)),
            other => escaped.push_str(&format!("%{other:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
