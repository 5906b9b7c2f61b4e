//! The settings file and the machine-wide policy over it.
//!
//! Both are TOML of the same shape. A key that the policy has wins. Keys that this version does not know are kept and
//! warned about; values that cannot be used stop the start with the file, the line, the key and the mend.

mod callback_line;
mod callbacks;
mod cards;
mod clicks;
mod crm;
mod floor;
mod hooks;
mod numbers;
mod pbx;
mod read;
mod secret;
mod section;
mod supervision;
mod webhook;
mod write;

#[cfg(test)]
mod tests;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use phone::{Codec, Secret};

pub use crm::Crm;
pub use hooks::Hook;
pub use pbx::{Ami, Driver, Pbx};
pub use read::{bare_account, read};
pub use secret::SectionSecret;
pub(crate) use webhook::is_event;
pub use webhook::{CertificateFiles, Webhook};
pub(crate) use write::{Mode, Writer, write_whole};

/// All that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What the desk goes by. Its `accounts` are empty, they are below.
    pub desk: desk::Settings,
    /// In the order of the file, those of the policy last.
    pub accounts: Vec<Account>,
    /// What the PBX may be asked to do.
    pub pbx: Pbx,
    /// Where its events are taken in.
    pub webhook: Webhook,
    /// Who knows the callers, and wants to know of calls.
    pub crm: Crm,
    /// Programs that want to hear of calls.
    pub hooks: Vec<Hook>,
    /// What is done to the microphone's sound.
    pub processing: Processing,
    /// Sentences for the log: keys that are not known, and keys that are not acted on yet.
    pub warnings: Vec<String>,
}

impl Settings {
    /// Secrets of sections that stand in the settings file and belong elsewhere.
    pub fn secrets_to_move(&self) -> Vec<SectionSecret> {
        let others = [&self.webhook.password, &self.crm.password, &self.crm.token];
        self.pbx.secrets.iter().chain(others).filter(|secret| secret.is_to_move()).cloned().collect()
    }
}

/// An account of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Without its password.
    pub account: phone::Account,
    /// The password, if it stands in the file.
    pub password: Option<Secret>,
    /// It stands in the settings file rather than in the policy, so the password can be taken out.
    pub password_in_settings: bool,
    /// How it reads and dials numbers.
    pub rules: desk::Rules,
    /// What the PBX calls this desk, if that is not the user of its address.
    pub extension: Option<String>,
}

/// What is done to the microphone's sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processing {
    /// Takes out what the speaker plays.
    pub echo_cancellation: bool,
    /// Takes out steady noise.
    pub noise_suppression: bool,
    /// Keeps the voice at one level.
    pub automatic_gain: bool,
}

/// Why a file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which file.
    pub file: PathBuf,
    /// Counted from 1.
    pub line: Option<usize>,
    /// `account.work.transport`; empty if the file as a whole is meant.
    pub key: String,
    /// What is wrong and what to do.
    pub mend: String,
}

impl std::error::Error for Problem {}

/// One line: `FILE:LINE: KEY: what to do`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.mend)
    }
}

impl Problem {
    fn of_file(file: &Path, mend: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, key: String::new(), mend: mend.into() }
    }
}

/// What is used where the file says nothing.
mod default {
    use super::{Codec, Processing};

    pub(super) const DEVICE: &str = "default";
    pub(super) const CODECS: [Codec; 4] = [Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma];
    pub(super) const PROCESSING: Processing =
        Processing { echo_cancellation: true, noise_suppression: true, automatic_gain: true };
}
