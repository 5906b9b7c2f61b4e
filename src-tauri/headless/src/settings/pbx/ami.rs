//! The manager interface of an Asterisk, under `[pbx]` with `driver = "ami"`.

use std::time::Duration;

use cti::{CallerId, ami::OrderSettings};

use super::DAY;
use crate::settings::{Problem, section::Section};

/// The manager interface of an Asterisk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ami {
    /// Name or address of the machine.
    pub host: String,
    /// 5038, or 5039 with TLS, where the settings name none.
    pub port: u16,
    /// The manager's user.
    pub username: String,
    /// The connection is encrypted.
    pub tls: bool,
    /// What a telephone is called: `PJSIP/{extension}`.
    pub channel: Option<String>,
    /// What a number outside is called: `PJSIP/{number}@{trunk}`.
    pub trunk_channel: Option<String>,
    /// The trunk, where nobody names another.
    pub trunk: Option<String>,
    /// Where numbers are dialled.
    pub context: Option<String>,
    /// How long the first party may ring, in seconds.
    pub timeout_s: Option<u32>,
    /// Account code of calls that we order.
    pub account: Option<String>,
    /// What is set on channels that we order: `name=value`.
    pub variables: Vec<(String, String)>,
    /// What the first party sees: `Name <number>`; else their own number.
    pub caller_id: Option<String>,
    /// The folder of recordings on the PBX.
    pub recordings: Option<String>,
}

impl Ami {
    /// What orders go by. `names` are telephones that may be dialled though their names are no numbers.
    pub(crate) fn orders(&self, names: Vec<String>) -> OrderSettings {
        let usual = OrderSettings::default();
        OrderSettings {
            channel: self.channel.clone().unwrap_or(usual.channel),
            trunk_channel: self.trunk_channel.clone().unwrap_or(usual.trunk_channel),
            trunk: self.trunk.clone(),
            context: self.context.clone().unwrap_or(usual.context),
            timeout: self.timeout_s.map_or(usual.timeout, |seconds| Duration::from_secs(seconds.into())),
            account: self.account.clone(),
            variables: self.variables.clone(),
            caller_id: self.caller_id.as_deref().map(caller_id),
            recordings: self.recordings.clone(),
            names,
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Result<Ami, Problem> {
    let tls = section.bool("tls")?.unwrap_or_default();
    let mend = "write where the manager interface of the Asterisk listens, like address = \"pbx.example:5038\"";
    let address = section.wanted("address", mend)?;
    let (host, port) = host_and_port(address.trim()).ok_or_else(|| section.problem("address", mend))?;
    let username = section.wanted("username", "write a user of the manager interface, like username = \"ringside\"")?;
    let channel = |key| {
        let text = section.filled(key)?;
        let is_channel = text.as_ref().is_none_or(|text| text.contains('/') && !text.contains(char::is_whitespace));
        if is_channel {
            Ok(text)
        } else {
            Err(section.problem(key, "write it like PJSIP/{extension}: technology and name"))
        }
    };
    let ami = Ami {
        host: host.to_owned(),
        port: port.unwrap_or(if tls { 5039 } else { 5038 }),
        username,
        tls,
        channel: channel("channel")?,
        trunk_channel: channel("trunk_channel")?,
        trunk: section.filled("trunk")?,
        context: section.filled("context")?,
        timeout_s: section.seconds("timeout", DAY)?,
        account: section.filled("account")?,
        variables: variables(section)?,
        caller_id: section.filled("caller_id")?,
        recordings: section.filled("recordings")?,
    };
    // Else each order would be refused, and nobody would know by what.
    match ami.orders(Vec::new()).unfit() {
        Some(key) => Err(section.problem(key, mend_of(key))),
        None => Ok(ami),
    }
}

fn mend_of(key: &str) -> &'static str {
    match key {
        "channel" => "write it like PJSIP/{extension}, without blanks and commas",
        "trunk_channel" => "write it like PJSIP/{number}@{trunk}, without blanks and commas",
        "trunk" | "context" => "write the name as the PBX has it: letters, digits, dots and dashes, no blanks",
        "variables" => "leave out commas, quotes and backslashes: the PBX reads them as something else",
        "caller_id" => "write it like \"Sara <104>\": in the number digits, + and no blanks, in the name no quotes",
        "recordings" => "write a folder of the PBX, without commas and &",
        _ => "leave out line breaks, and write no more than 255 bytes",
    }
}

/// `name=value`, one text each.
fn variables(section: &Section<'_>) -> Result<Vec<(String, String)>, Problem> {
    let pair = |text: &String| {
        let (name, value) = text.split_once('=')?;
        (!name.trim().is_empty()).then(|| (name.trim().to_owned(), value.to_owned()))
    };
    let texts = section.strings("variables")?.unwrap_or_default();
    let read = texts.iter().map(pair).collect::<Option<_>>();
    read.ok_or_else(|| section.problem("variables", "write each like \"NAME=value\""))
}

/// `Name <number>`, or either alone.
fn caller_id(text: &str) -> CallerId {
    let text = text.trim();
    let (name, number) = match text.strip_suffix('>').and_then(|text| text.split_once('<')) {
        Some((name, number)) => (name.trim().trim_matches('"'), number.trim()),
        None if text.bytes().all(|byte| byte.is_ascii_digit() || b"+*#".contains(&byte)) => ("", text),
        None => (text, ""),
    };
    CallerId { name: name.to_owned(), number: number.to_owned() }
}

/// `pbx`, `pbx:5038`, `[::1]:5038`; the brackets of an address go.
fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':')?)),
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let is_name = !host.is_empty() && !host.contains(['/', ' ', '@']);
    let port = port.map(|port| port.parse().ok().filter(|port| *port != 0).ok_or(())).transpose().ok()?;
    is_name.then_some((host, port))
}

/// All keys but those of every driver.
pub(super) const KEYS: &[&str] = &[
    "address",
    "username",
    "secret",
    "tls",
    "context",
    "channel",
    "trunk_channel",
    "trunk",
    "timeout",
    "account",
    "variables",
    "caller_id",
    "recordings",
];
