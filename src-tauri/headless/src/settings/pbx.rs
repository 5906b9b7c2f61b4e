//! `[pbx]`: what the PBX may be asked to do, and how.

mod ami;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use cti::{Address, oktell, simotel};
use desk::{DialCodes, wire::Via};

pub use self::ami::Ami;
use super::{
    Problem,
    secret::{self, SectionSecret},
    section::Section,
};

/// The PBX, as the settings have it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pbx {
    /// How it is spoken to; its secrets are below.
    pub driver: Driver,
    /// Who dials where nobody says otherwise.
    pub dial: Via,
    /// A CA to trust besides the system's.
    pub ca: Option<PathBuf>,
    /// What is dialled where the PBX's interface is not used.
    pub codes: DialCodes,
    /// The telephone beside this one that the PBX rings for this desk, if it is not this one.
    pub desk_phone: Option<String>,
    /// The cards go by what others tell of calls, and not by it: `events = false`.
    pub is_silent: bool,
    /// `password`, `api_key` and `secret`, as far as they are wanted.
    pub secrets: Vec<SectionSecret>,
}

/// How the PBX is spoken to.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Driver {
    /// Not at all, but for SIP.
    #[default]
    None,
    /// The HTTP interface of an Oktell server.
    Oktell(oktell::Settings),
    /// The Simotel API.
    Simotel(simotel::Settings),
    /// The manager interface of an Asterisk, from which events come, and which carries out orders.
    Ami(Ami),
    /// Numbers that are dialled.
    DialCodes,
}

impl Pbx {
    /// Whether it can be asked to place calls.
    pub fn places_calls(&self) -> bool {
        matches!(self.driver, Driver::Oktell(_) | Driver::Simotel(_) | Driver::Ami(_))
    }

    /// How long it rings the first party of a call that it places, where the settings say so.
    pub fn rings(&self) -> Option<Duration> {
        let seconds = match &self.driver {
            Driver::Simotel(simotel) => simotel.timeout_s,
            Driver::Ami(ami) => ami.timeout_s,
            Driver::None | Driver::Oktell(_) | Driver::DialCodes => None,
        };
        seconds.map(|seconds| Duration::from_secs(seconds.into()))
    }

    /// Whether that is done by requests over HTTP.
    pub fn asks_by_http(&self) -> bool {
        matches!(self.driver, Driver::Oktell(_) | Driver::Simotel(_))
    }

    /// Whether events come from it without a webhook.
    pub fn tells_events(&self) -> bool {
        matches!(self.driver, Driver::Ami(_)) && !self.is_silent
    }
}

/// What was read, and sentences for the log.
pub(super) fn read(section: &Section<'_>, settings: &Path) -> Result<(Pbx, Vec<String>), Problem> {
    let kind = section.choice("driver", KINDS)?.unwrap_or(Kind::None);
    let mut warnings = section.unknown_keys(&keys(kind));
    let codes = codes(section, kind)?;
    let driver = match kind {
        Kind::None => Driver::None,
        Kind::DialCodes => Driver::DialCodes,
        Kind::Oktell => Driver::Oktell(oktell(section)?),
        Kind::Simotel => Driver::Simotel(simotel(section)?),
        Kind::Ami => Driver::Ami(ami::read(section)?),
    };
    let dial = section.choice("dial", DIAL)?.unwrap_or_default();
    if dial == Via::Pbx && matches!(driver, Driver::None | Driver::DialCodes) {
        let mend = "the PBX can place calls with driver = \"ami\", \"oktell\" or \"simotel\" alone: set one up, or write \
                    \"softphone\"";
        return Err(section.problem("dial", mend));
    }
    let secrets = secrets(section, kind, settings)?;
    warnings.extend(readable_on_the_way(&driver, &secrets));
    let ca = section.filled("ca")?.map(Into::into);
    let desk_phone = section.filled("desk_phone")?;
    let is_silent = !section.bool("events")?.unwrap_or(true);
    Ok((Pbx { driver, dial, ca, codes, desk_phone, is_silent, secrets }, warnings))
}

fn oktell(section: &Section<'_>) -> Result<oktell::Settings, Problem> {
    let username = section.filled("username")?;
    let access = section.choice("access", ACCESS)?.unwrap_or(username.is_some());
    let access = match (access, username) {
        (true, Some(username)) => oktell::Access::Basic { username, password: cti::Secret::default() },
        (true, None) => return Err(section.problem("username", "write the Oktell user that access = \"basic\" is for")),
        (false, _) => oktell::Access::Open,
    };
    Ok(oktell::Settings {
        address: address(section, "http://192.168.0.1:4055")?,
        behalf: behalf(section)?,
        direction: section.choice("direction", DIRECTIONS)?.unwrap_or_default(),
        sequence: section.choice("sequence", SEQUENCES)?.unwrap_or_default(),
        access,
    })
}

fn behalf(section: &Section<'_>) -> Result<oktell::Behalf, Problem> {
    let mend = "write exactly one of user, wp and line: the Oktell login, the computer or the line of this desk";
    let mut found = Vec::new();
    for (key, behalf) in BEHALF {
        found.extend(section.filled(key)?.map(|text| (*key, behalf(text))));
    }
    match found.pop() {
        Some((_, behalf)) if found.is_empty() => Ok(behalf),
        Some((key, _)) => Err(section.problem(key, mend)),
        None => Err(section.problem("user", mend)),
    }
}

fn simotel(section: &Section<'_>) -> Result<simotel::Settings, Problem> {
    let no_context =
        || section.problem("context", "write the context that routes calls, like context = \"main_routing\"");
    Ok(simotel::Settings {
        address: address(section, "http://192.168.51.20/api/v4")?,
        username: section.filled("username")?,
        password: cti::Secret::default(),
        api_key: None,
        caller: section.filled("caller")?,
        context: section.filled("context")?.ok_or_else(no_context)?,
        caller_id: section.filled("caller_id")?,
        trunk_name: section.filled("trunk_name")?.unwrap_or_default(),
        timeout_s: section.seconds("timeout", DAY)?,
        call_limit_s: section.seconds("call_limit", DAY)?,
    })
}

/// Each has a place for whom it is about.
fn codes(section: &Section<'_>, kind: Kind) -> Result<DialCodes, Problem> {
    let code = |key: &str, place: &str| {
        let text = section.filled(key)?.unwrap_or_default();
        let is_dialable = text.replace(place, "").bytes().all(|byte| byte.is_ascii_digit() || b"*#+".contains(&byte));
        if text.is_empty() || (is_dialable && (place.is_empty() || text.contains(place))) {
            return Ok(text);
        }
        Err(section.problem(key, format!("write what is dialled, like \"*55{place}\": digits, *, # and {place}")))
    };
    let extension = "{extension}";
    let codes = DialCodes {
        spy: code("spy", extension)?,
        whisper: code("whisper", extension)?,
        barge: code("barge", extension)?,
        pick_up: code("pickup", extension)?,
        pause: code("pause", "")?,
        resume: code("resume", "")?,
        play: code("play", "{recording}")?,
    };
    if kind == Kind::DialCodes && codes == DialCodes::default() {
        let mend = "write what is dialled, like spy = \"*55{extension}\" and pickup = \"**{extension}\"";
        return Err(section.problem("spy", mend));
    }
    Ok(codes)
}

fn address(section: &Section<'_>, example: &str) -> Result<Address, Problem> {
    let missing = || section.problem("url", format!("write where the PBX listens, like url = \"{example}\""));
    let text = section.filled("url")?.ok_or_else(missing)?;
    Address::parse(&text).map_err(|error| section.problem("url", error.to_string()))
}

fn secrets(section: &Section<'_>, kind: Kind, settings: &Path) -> Result<Vec<SectionSecret>, Problem> {
    let wanted: &[&'static str] = match kind {
        Kind::None | Kind::DialCodes => &[],
        Kind::Oktell => &["password"],
        Kind::Simotel => &["password", "api_key"],
        Kind::Ami => &["secret"],
    };
    wanted.iter().map(|key| secret::read(section, "pbx", key, settings)).collect()
}

/// A password on its way through somebody else's network.
fn readable_on_the_way(driver: &Driver, secrets: &[SectionSecret]) -> Option<String> {
    let (address, named) = match driver {
        Driver::None | Driver::DialCodes | Driver::Ami(_) => return None,
        Driver::Oktell(oktell) => (&oktell.address, oktell.access != oktell::Access::Open),
        Driver::Simotel(simotel) => (&simotel.address, simotel.username.is_some()),
    };
    let has_secret = named || secrets.iter().any(|secret| secret.text.is_some());
    let warning = "pbx.url: passwords can be read on their way over http: use https if the PBX has it";
    (has_secret && address.is_open()).then(|| warning.to_owned())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    None,
    Oktell,
    Simotel,
    Ami,
    DialCodes,
}

/// All keys, as far as the driver does not choose among them.
fn keys(kind: Kind) -> Vec<&'static str> {
    let own: &[&[&str]] = match kind {
        Kind::None => &[OKTELL, SIMOTEL, ami::KEYS, EVENTS, CODES],
        Kind::Oktell => &[OKTELL],
        Kind::Simotel => &[SIMOTEL],
        Kind::Ami => &[ami::KEYS, EVENTS, CODES],
        Kind::DialCodes => &[CODES],
    };
    [&["driver", "dial", "ca", "desk_phone"]]
        .into_iter()
        .flatten()
        .chain(own.iter().copied().flatten())
        .copied()
        .collect()
}

const OKTELL: &[&str] = &["url", "user", "wp", "line", "direction", "sequence", "access", "username", "password"];
const SIMOTEL: &[&str] = &[
    "url",
    "username",
    "password",
    "api_key",
    "caller",
    "context",
    "caller_id",
    "trunk_name",
    "timeout",
    "call_limit",
];
const EVENTS: &[&str] = &["events"];
const CODES: &[&str] = &["spy", "whisper", "barge", "pickup", "pause", "resume", "play"];
const DAY: u32 = 86_400;
const KINDS: &[(&str, Kind)] = &[
    ("none", Kind::None),
    ("oktell", Kind::Oktell),
    ("simotel", Kind::Simotel),
    ("ami", Kind::Ami),
    ("dial_codes", Kind::DialCodes),
];
const DIAL: &[(&str, Via)] = &[("softphone", Via::Softphone), ("pbx", Via::Pbx)];
/// Whether it is HTTP Basic.
const ACCESS: &[(&str, bool)] = &[("basic", true), ("password", false)];
const DIRECTIONS: &[(&str, oktell::Direction)] =
    &[("auto", oktell::Direction::Auto), ("pbx", oktell::Direction::Pbx), ("city", oktell::Direction::City)];
const SEQUENCES: &[(&str, oktell::Sequence)] =
    &[("back", oktell::Sequence::Back), ("direct", oktell::Sequence::Direct)];
type FromText = fn(String) -> oktell::Behalf;
const BEHALF: &[(&str, FromText)] =
    &[("user", oktell::Behalf::User), ("wp", oktell::Behalf::Workplace), ("line", oktell::Behalf::Line)];
