//! The settings file of a desk in a story: only what the story is about, the rest by default.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::Sound;

/// One SIP account, as the settings file has it.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// Its name in the settings.
    pub id: String,
    /// Address of record.
    pub aor: String,
    /// Where the registrar really is, `host:port`.
    pub registrar: String,
    /// Digest password.
    pub password: String,
    /// `udp`, `tcp` or `tls`.
    pub transport: String,
    /// One more CA to trust.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// Offered in this order; empty: the default.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codecs: Vec<String>,
    /// `auto`, `rfc4733`, `info` or `inband`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dtmf: Option<String>,
    /// `off`, `trusted` or `all`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_answer: Option<String>,
}

impl Account {
    /// An account over UDP at the domain of its address of record.
    pub fn at(aor: &str) -> Self {
        Self {
            id: "work".into(),
            aor: aor.into(),
            registrar: aor.rsplit('@').next().unwrap_or_default().into(),
            password: String::new(),
            transport: "udp".into(),
            ca: None,
            codecs: vec![],
            dtmf: None,
            auto_answer: None,
        }
    }

    /// The user part of the address of record: the number others dial.
    pub fn number(&self) -> &str {
        self.aor.trim_start_matches("sip:").split('@').next().unwrap_or_default()
    }

    /// Offer these codecs alone.
    pub fn codecs<const N: usize>(mut self, codecs: [&str; N]) -> Self {
        self.codecs = codecs.map(str::to_owned).into();
        self
    }

    /// Use another password.
    pub fn password(mut self, password: &str) -> Self {
        self.password = password.into();
        self
    }

    /// Send digits this way.
    pub fn dtmf(mut self, mode: &str) -> Self {
        self.dtmf = Some(mode.into());
        self
    }

    /// Which calls answer themselves.
    pub fn auto_answer(mut self, mode: &str) -> Self {
        self.auto_answer = Some(mode.into());
        self
    }
}

/// A whole settings file.
#[derive(Clone, Debug)]
pub struct Settings {
    accounts: Vec<Account>,
    mouth: Option<Sound>,
    hears: bool,
    practice: bool,
    more: toml::Table,
}

/// What the file looks like; the field names are the contract's.
#[derive(Serialize)]
struct File<'a> {
    version: u32,
    local_api: LocalApi,
    webhook: Webhook,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    account: &'a [Account],
    audio: Audio,
}

#[derive(Serialize)]
struct LocalApi {
    port: u16,
}

#[derive(Serialize)]
struct Webhook {
    listen: &'static str,
}

#[derive(Serialize)]
struct Audio {
    microphone: [String; 1],
    speaker: [String; 1],
    ring: [String; 1],
    echo_cancellation: bool,
    noise_suppression: bool,
    automatic_gain: bool,
}

impl Settings {
    /// A desk of one account, deaf and mute.
    pub fn of(account: Account) -> Self {
        Self { accounts: vec![account], mouth: None, hears: false, practice: false, more: toml::Table::new() }
    }

    /// A desk on the practice PBX that runs in its own process.
    pub fn practice() -> Self {
        Self { accounts: vec![], mouth: None, hears: false, practice: true, more: toml::Table::new() }
    }

    /// One more account.
    pub fn and(mut self, account: Account) -> Self {
        self.accounts.push(account);
        self
    }

    /// This is what the microphone hears.
    pub fn says(mut self, sound: Sound) -> Self {
        self.mouth = Some(sound);
        self
    }

    /// Keep what the speaker plays, for [`crate::Desk::heard`].
    pub fn hears(mut self) -> Self {
        self.hears = true;
        self
    }

    /// Whatever else the settings file is to say, as TOML. A table that is there already gets these keys besides.
    #[track_caller]
    pub fn with(mut self, more: &str) -> Self {
        let more: toml::Table = more.parse().unwrap_or_else(|e| panic!("settings are TOML ({e}): {more}"));
        merge(&mut self.more, more);
        self
    }

    /// Whether the practice PBX is asked for.
    pub(crate) fn is_practice(&self) -> bool {
        self.practice
    }

    /// The first account's number.
    pub(crate) fn number(&self) -> &str {
        self.accounts.first().map_or("", Account::number)
    }

    /// Writes the settings and the sounds they name into `folder`, and says where the settings are.
    ///
    /// Echo cancellation, noise suppression and gain are off: a story about the wire wants to find its own sound again.
    pub(crate) fn write(&self, folder: &Path) -> PathBuf {
        let microphone = match &self.mouth {
            None => "null".into(),
            Some(sound) => {
                let path = folder.join("microphone.wav");
                sound.write(&path);
                format!("wav:{}", path.display())
            }
        };
        let speaker = if self.hears { format!("wav:{}", ear(folder).display()) } else { "null".into() };
        let file = File {
            version: 1,
            local_api: LocalApi { port: 0 },
            webhook: Webhook { listen: "127.0.0.1:0" },
            account: &self.accounts,
            audio: Audio {
                microphone: [microphone],
                speaker: [speaker],
                ring: ["null".into()],
                echo_cancellation: false,
                noise_suppression: false,
                automatic_gain: false,
            },
        };
        let path = folder.join("settings.toml");
        let mut settings = toml::Table::try_from(file).expect("settings are TOML");
        merge(&mut settings, self.more.clone());
        std::fs::write(&path, settings.to_string()).expect("the folder takes a file");
        path
    }
}

fn merge(table: &mut toml::Table, more: toml::Table) {
    for (key, value) in more {
        match (table.get_mut(&key), value) {
            (Some(toml::Value::Table(known)), toml::Value::Table(more)) => merge(known, more),
            (_, value) => drop(table.insert(key, value)),
        }
    }
}

/// Where a desk of this folder keeps what its speaker plays.
pub(crate) fn ear(folder: &Path) -> PathBuf {
    folder.join("speaker.wav")
}
