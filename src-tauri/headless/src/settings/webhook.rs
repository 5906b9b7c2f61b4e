//! `[webhook]`: where, from whom and which events of the PBX are taken in.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use cti::webhook::{Mapping, built_in};
use ipnet::IpNet;

use super::{
    Problem,
    secret::{self, SectionSecret},
    section::Section,
};

/// The webhook receiver, as the settings have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    /// Whether it is to run.
    pub enabled: bool,
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whom a sender must name by HTTP Basic; `None` if nobody needs to.
    pub username: Option<String>,
    /// What belongs to the user.
    pub password: SectionSecret,
    /// The events that are taken in; all of them if it is empty.
    pub events: Vec<String>,
    /// Who may send, beside this machine; everybody if it is empty.
    pub allow: Vec<IpNet>,
    /// What it proves itself with; without it, it speaks plain HTTP.
    pub tls: Option<CertificateFiles>,
    /// Dialects that the integrator describes.
    pub mappings: Vec<Mapping>,
}

/// A certificate and what belongs to it, both PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate, and those that vouch for it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Default for Webhook {
    /// Off.
    fn default() -> Self {
        Self {
            enabled: false,
            listen: LISTEN,
            username: None,
            password: SectionSecret::unknown("webhook", "password"),
            events: Vec::new(),
            allow: Vec::new(),
            tls: None,
            mappings: Vec::new(),
        }
    }
}

/// What was read, and sentences for the log.
pub(super) fn read(section: &Section<'_>, settings: &Path) -> Result<(Webhook, Vec<String>), Problem> {
    if !section.is_there() {
        return Ok((Webhook::default(), Vec::new()));
    }
    let webhook = Webhook {
        enabled: section.bool("enabled")?.unwrap_or(true),
        listen: listen(section)?,
        username: section.filled("username")?,
        password: secret::read(section, "webhook", "password", settings)?,
        events: section.strings("events")?.unwrap_or_default(),
        allow: allow(section)?,
        tls: tls(section, settings)?,
        mappings: mappings(section)?,
    };
    open_to_nobody(section, &webhook)?;
    let mut warnings = section.unknown_keys(KEYS);
    warnings.extend(unknown_event(section, &webhook));
    warnings.extend(readable_on_the_way(section, &webhook));
    Ok((webhook, warnings))
}

fn listen(section: &Section<'_>) -> Result<SocketAddr, Problem> {
    let Some(text) = section.filled("listen")? else { return Ok(LISTEN) };
    text.trim().parse().map_err(|_| {
        let mend = format!("{text:?} is no address with a port: write it like \"127.0.0.1:4060\", or \"0.0.0.0:4060\"");
        section.problem("listen", mend)
    })
}

fn allow(section: &Section<'_>) -> Result<Vec<IpNet>, Problem> {
    let read = |text: &String| {
        let text = text.trim();
        let net = text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        net.ok_or_else(|| {
            let mend = format!("{text:?} is no address: write it like \"192.168.51.193\" or \"10.0.0.0/8\"");
            section.problem("allow", mend)
        })
    };
    section.strings("allow")?.unwrap_or_default().iter().map(read).collect()
}

/// Beside the settings, unless the whole way to them is written.
fn tls(section: &Section<'_>, settings: &Path) -> Result<Option<CertificateFiles>, Problem> {
    let file = |name: String| settings.parent().unwrap_or(Path::new("")).join(name);
    match (section.filled("certificate")?, section.filled("key")?) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => Ok(Some(CertificateFiles { certificate: file(certificate), key: file(key) })),
        (Some(_), None) => Err(section.problem("key", "write the file of the certificate's private key too")),
        (None, Some(_)) => Err(section.problem("certificate", "write the file of the certificate too")),
    }
}

fn mappings(section: &Section<'_>) -> Result<Vec<Mapping>, Problem> {
    let mappings: Vec<Mapping> = section.described("mapping")?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    for (index, Mapping { name, .. }) in mappings.iter().enumerate() {
        if name.is_empty() || !name.chars().all(is_plain) {
            let mend = format!("{name:?} cannot stand in a path: name it with letters, digits, - and _ alone");
            return Err(section.problem("mapping", mend));
        }
        if mappings.iter().take(index).any(|other| other.name.eq_ignore_ascii_case(name)) {
            return Err(section.problem("mapping", format!("there are two with the name {name:?}: give each its own")));
        }
    }
    Ok(mappings)
}

/// A password may have been moved out of the file, so here only the user can be missed.
fn open_to_nobody(section: &Section<'_>, webhook: &Webhook) -> Result<(), Problem> {
    if webhook.username.is_some() {
        return Ok(());
    }
    if webhook.password.text.is_some() {
        return Err(section.problem("username", "write the user that the password belongs to"));
    }
    if webhook.enabled && !webhook.listen.ip().is_loopback() {
        let mend = "others can reach this address: write username and password too, or listen on 127.0.0.1";
        return Err(section.problem("listen", mend));
    }
    Ok(())
}

/// A spelling mistake, most likely: nothing would come in, and nobody would know why. What the integrator describes may have any
/// names.
fn unknown_event(section: &Section<'_>, webhook: &Webhook) -> Option<String> {
    let dialects = built_in();
    let is_known =
        |name: &&String| dialects.iter().flat_map(|dialect| dialect.events()).any(|known| is_event(known, name));
    let unknown = webhook.events.iter().find(|name| !is_known(name)).filter(|_| webhook.mappings.is_empty())?;
    let known: Vec<&str> = dialects.iter().flat_map(|dialect| dialect.events()).copied().collect();
    let mend = format!("no event is called {unknown:?}: write some of {}", known.join(", "));
    Some(section.problem("events", mend).to_string())
}

/// Whether `typed` means that event: case and blanks do not matter.
pub(crate) fn is_event(name: &str, typed: &str) -> bool {
    let plain =
        |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect() };
    plain(name) == plain(typed)
}

/// A password on its way through somebody else's network.
fn readable_on_the_way(section: &Section<'_>, webhook: &Webhook) -> Option<String> {
    let is_open = webhook.enabled && webhook.tls.is_none() && !webhook.listen.ip().is_loopback();
    let mend =
        "the password can be read on its way over http: name a certificate and a key if the PBX can send over https";
    is_open.then(|| section.problem("listen", mend).to_string())
}

const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4060);
const KEYS: &[&str] =
    &["enabled", "listen", "username", "password", "events", "allow", "certificate", "key", "mapping"];
