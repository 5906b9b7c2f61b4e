//! From text to values that cannot be wrong.

use std::{fs, io, path::Path};

use desk::wire::Language;
use phone::{AccountId, AutoAnswer, Codec, DtmfMode, Secret, Transport};

use super::{
    Account, Problem, Processing, Settings, callback_line, callbacks, cards, clicks, crm, default, floor, hooks,
    numbers, pbx,
    section::{File, Section},
    supervision, webhook,
};

/// Reads the settings file and lays the policy over it. A missing policy is none; a missing settings file is an empty one if
/// `may_be_missing`.
///
/// # Errors
/// The first value that cannot be used.
pub fn read(settings: &Path, policy: &Path, may_be_missing: bool) -> Result<Settings, Problem> {
    let policy = open(policy, true)?;
    let file = open(settings, may_be_missing)?;
    let policy = policy.as_ref();
    let layers: Vec<&File> = policy.into_iter().chain(file.as_ref()).collect();
    let root = Section::root(&layers);
    version(&root)?;
    let audio = root.section("audio")?;
    let locked = policy.map_or(Ok(Vec::new()), locked)?;
    let mut warnings = root.unknown_keys(ROOT);
    let (pbx, about_pbx) = pbx::read(&root.section("pbx")?, settings)?;
    let (clicks, about_clicks) = clicks::read(&root, &pbx)?;
    let (webhook, about_webhook) = webhook::read(&root.section("webhook")?, settings)?;
    let events_come = webhook.enabled || pbx.tells_events();
    let (crm, about_crm) = crm::read(&root.section("crm")?, settings, events_come)?;
    let (cards, about_cards) = cards::read(&root.section("cards")?, &crm)?;
    let (hooks, about_hooks) = hooks::read(&root)?;
    let (floor, about_floor) = floor::read(&root.section("floor")?)?;
    let (supervision, about_supervision) = supervision::read(&root.section("supervision")?, &pbx)?;
    let (line, about_line) = callback_line::read(&root.section("callback_line")?)?;
    let (callbacks, about_callbacks) = callbacks::read(&root.section("callbacks")?)?;
    warnings.extend(about_floor.into_iter().chain(about_supervision).chain(about_line).chain(about_callbacks));
    warnings.extend([about_clicks, about_webhook, about_crm, about_cards, about_hooks].into_iter().flatten());
    warnings.extend(audio.unknown_keys(AUDIO));
    warnings.extend(not_acted_on(&root)?);
    warnings.extend(about_pbx);
    if webhook.enabled && pbx.tells_events() {
        warnings.push(root.section("pbx")?.problem("events", TOLD_TWICE).to_string());
    }
    let mut accounts = Vec::new();
    for section in root.list("account")? {
        warnings.extend(section.unknown_keys(ACCOUNT));
        accounts.push(account(&section, settings)?);
    }
    Ok(Settings {
        desk: desk::Settings {
            language: root.choice("language", LANGUAGES)?.unwrap_or_default(),
            accounts: Vec::new(),
            microphone: devices(&audio, "microphone")?,
            speaker: devices(&audio, "speaker")?,
            ring: devices(&audio, "ring")?,
            clicks,
            cards,
            floor,
            supervision,
            line,
            callbacks,
            locked,
        },
        accounts,
        pbx,
        webhook,
        crm,
        hooks,
        processing: Processing {
            echo_cancellation: audio.bool("echo_cancellation")?.unwrap_or(default::PROCESSING.echo_cancellation),
            noise_suppression: audio.bool("noise_suppression")?.unwrap_or(default::PROCESSING.noise_suppression),
            automatic_gain: audio.bool("automatic_gain")?.unwrap_or(default::PROCESSING.automatic_gain),
        },
        warnings,
    })
}

/// An account of which nothing is known yet, with every default in its place.
pub fn bare_account() -> phone::Account {
    phone::Account {
        id: AccountId(String::new()),
        aor: String::new(),
        registrar: None,
        username: None,
        password: Secret::default(),
        display_name: None,
        transport: Transport::default(),
        ca: None,
        codecs: default::CODECS.to_vec(),
        dtmf: DtmfMode::default(),
        auto_answer: AutoAnswer::default(),
    }
}

fn open(path: &Path, may_be_missing: bool) -> Result<Option<File>, Problem> {
    match fs::read_to_string(path) {
        Ok(text) => File::parse(path, text).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound && may_be_missing => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Problem::of_file(path, "there is no such file: write it, or name another with --settings"))
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(Problem::of_file(path, "this is not UTF-8: save the file as UTF-8"))
        }
        Err(error) => Err(Problem::of_file(path, format!("cannot be read: {error}: make it readable for this user"))),
    }
}

/// What the policy locks, and what it sets: a change of that would be gone after the next start.
fn locked(policy: &File) -> Result<Vec<String>, Problem> {
    let root = Section::root(&[policy]);
    let mut locked = root.section("policy")?.strings("locked")?.unwrap_or_default();
    let set = [clicks::set_keys(&root)?, cards::set_keys(&root)?, callback_line::set_keys(&root)?];
    for key in set.into_iter().flatten() {
        if !locked.iter().any(|known| known == key) {
            locked.push(key.to_owned());
        }
    }
    Ok(locked)
}

fn version(root: &Section<'_>) -> Result<(), Problem> {
    match root.integer("version")? {
        None | Some(VERSION) => Ok(()),
        Some(other) => {
            Err(root
                .problem("version", format!("version {other} is not known here: this program reads version {VERSION}")))
        }
    }
}

fn account(section: &Section<'_>, settings: &Path) -> Result<Account, Problem> {
    let aor = section.string("aor")?.ok_or_else(|| section.problem("aor", AOR))?;
    let aor = desk::address_of_record(&aor).map_err(|_| section.problem("aor", AOR))?;
    let user = aor.trim_start_matches("sip:").split('@').next().unwrap_or_default().to_owned();
    if section.choice("srtp", SRTP)? == Some(Srtp::Required) {
        let mend = "encrypted sound cannot be promised by this version: write \"off\", or wait for one that can";
        return Err(section.problem("srtp", mend));
    }
    let account = phone::Account {
        id: AccountId(section.string("id")?.unwrap_or_default()),
        aor,
        registrar: section.filled("registrar")?,
        username: section.filled("username")?,
        password: Secret::default(),
        display_name: section.filled("display_name")?,
        transport: section.choice("transport", TRANSPORTS)?.unwrap_or_default(),
        ca: section.filled("ca")?.map(Into::into),
        codecs: codecs(section)?,
        dtmf: section.choice("dtmf", DTMF)?.unwrap_or_default(),
        auto_answer: section.choice("auto_answer", AUTO_ANSWER)?.unwrap_or_default(),
    };
    Ok(Account {
        account,
        password: section.string("password")?.map(Secret),
        password_in_settings: section.comes_from("password", settings),
        rules: numbers::read(section)?,
        extension: section.filled("extension")?.filter(|extension| *extension != user),
    })
}

fn codecs(section: &Section<'_>) -> Result<Vec<Codec>, Problem> {
    let Some(names) = section.strings("codecs")? else { return Ok(default::CODECS.to_vec()) };
    let mut codecs = Vec::new();
    for name in &names {
        let codec = CODECS.iter().find(|(known, _)| known == name).map(|(_, codec)| *codec);
        let codec = codec.ok_or_else(|| {
            section.problem("codecs", format!("{name:?} is not known here: choose from opus, g722, pcmu, pcma"))
        })?;
        if !codecs.contains(&codec) {
            codecs.push(codec);
        }
    }
    if codecs.is_empty() {
        Err(section.problem("codecs", "name at least one codec, or leave the key out"))
    } else {
        Ok(codecs)
    }
}

fn devices(audio: &Section<'_>, role: &str) -> Result<Vec<String>, Problem> {
    Ok(audio.strings(role)?.unwrap_or_else(|| vec![default::DEVICE.to_owned()]))
}

/// What is written down for a later version; said once, so that nobody relies on it.
fn not_acted_on(root: &Section<'_>) -> Result<Vec<String>, Problem> {
    let mut sleeping = Vec::new();
    for account in root.list("account")? {
        if account.choice("srtp", SRTP)? == Some(Srtp::Optional) {
            sleeping.push("account.srtp");
        }
    }
    let audio = root.section("audio")?;
    for (key, name) in PROCESSING {
        if audio.bool(key)? == Some(true) {
            sleeping.push(name);
        }
    }
    Ok(sleeping.into_iter().map(|key| format!("{key}: this version does not act on it yet; it is kept")).collect())
}

const PROCESSING: [(&str, &str); 3] = [
    ("echo_cancellation", "audio.echo_cancellation"),
    ("noise_suppression", "audio.noise_suppression"),
    ("automatic_gain", "audio.automatic_gain"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Srtp {
    Off,
    Optional,
    Required,
}

const VERSION: i64 = 1;
const TOLD_TWICE: &str = "the manager interface and the webhooks may both tell of a call, which has two cards then and is \
                          registered twice: write false where the webhooks tell of calls, or take [webhook] out";
const AOR: &str = "write the address of record, like aor = \"sip:101@pbx.example\"";
const ROOT: &[&str] = &[
    "version",
    "language",
    "local_api",
    "links",
    "hotkeys",
    "webhook",
    "account",
    "audio",
    "pbx",
    "cards",
    "crm",
    "floor",
    "supervision",
    "callback_line",
    "callbacks",
    "hook",
    "policy",
];
const AUDIO: &[&str] = &["microphone", "speaker", "ring", "echo_cancellation", "noise_suppression", "automatic_gain"];
const ACCOUNT: &[&str] = &[
    "id",
    "aor",
    "registrar",
    "username",
    "password",
    "display_name",
    "extension",
    "transport",
    "ca",
    "srtp",
    "codecs",
    "dtmf",
    "auto_answer",
    "country",
    "extensions",
    "dial_as",
    "outside_prefix",
];
const LANGUAGES: &[(&str, Language)] =
    &[("en", Language::En), ("ru", Language::Ru), ("fa", Language::Fa), ("system", Language::System)];
const TRANSPORTS: &[(&str, Transport)] = &[("udp", Transport::Udp), ("tcp", Transport::Tcp), ("tls", Transport::Tls)];
const SRTP: &[(&str, Srtp)] = &[("off", Srtp::Off), ("optional", Srtp::Optional), ("required", Srtp::Required)];
const CODECS: &[(&str, Codec)] =
    &[("opus", Codec::Opus), ("g722", Codec::G722), ("pcmu", Codec::Pcmu), ("pcma", Codec::Pcma)];
const DTMF: &[(&str, DtmfMode)] =
    &[("auto", DtmfMode::Auto), ("rfc4733", DtmfMode::Rfc4733), ("info", DtmfMode::Info), ("inband", DtmfMode::Inband)];
const AUTO_ANSWER: &[(&str, AutoAnswer)] =
    &[("off", AutoAnswer::Off), ("trusted", AutoAnswer::Trusted), ("all", AutoAnswer::All)];
