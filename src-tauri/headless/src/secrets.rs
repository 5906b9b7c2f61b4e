//! Where passwords are kept: the keychain of the desktop, or a file that only the user may read where none runs.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use desk::AccountSettings;
use phone::{AccountId, Secret};
use toml_edit::{DocumentMut, Item, value};

use crate::{
    settings::{Account, SectionSecret},
    write_private,
};

/// Where to keep passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretStore {
    /// The keychain; the file if there is none.
    Keychain,
    /// `secrets.toml` in the data folder, without looking for a keychain.
    File,
}

/// The passwords of the accounts, by their ids, and the secrets of sections, by their names.
#[derive(Clone, Debug)]
pub(crate) struct Secrets {
    file: PathBuf,
    store: SecretStore,
}

/// What is known at once, and what is left to do.
pub(crate) struct Found {
    pub(crate) accounts: Vec<AccountSettings>,
    /// Stand in the settings file and belong elsewhere.
    pub(crate) to_move: Vec<(AccountId, Secret)>,
    /// Only the keychain can know these.
    pub(crate) to_ask: Vec<AccountId>,
}

impl Secrets {
    /// Makes the data folder if it is missing.
    pub(crate) fn open(data: &Path, store: SecretStore) -> io::Result<Self> {
        make_private_folder(data)?;
        Ok(Self { file: data.join("secrets.toml"), store })
    }

    /// Puts passwords to accounts as far as that needs no keychain.
    pub(crate) fn find(&self, accounts: Vec<Account>) -> Found {
        let mut found = Found { accounts: Vec::new(), to_move: Vec::new(), to_ask: Vec::new() };
        for Account { account, password, password_in_settings, rules, extension } in accounts {
            let id = account.id.clone();
            if let Some(password) = password.clone().filter(|_| password_in_settings) {
                found.to_move.push((id.clone(), password));
            }
            let mut password = password.or_else(|| self.in_file(&id.0));
            if password.is_none() && self.store == SecretStore::File {
                password = Some(Secret::default());
            }
            if password.is_none() {
                found.to_ask.push(id);
            }
            found.accounts.push(AccountSettings { account, rules, extension, password, practice: false });
        }
        found
    }

    /// The secret of a section, wherever it is kept; `None` if there is none, or an empty one. Blocks.
    pub(crate) fn of_section(&self, wanted: &SectionSecret) -> Option<Secret> {
        let name = wanted.name();
        let text = wanted.text.clone().or_else(|| self.in_file(&name)).or_else(|| self.ask(&name));
        text.filter(|text| !text.0.is_empty())
    }

    /// Asks the keychain. `None` may also mean that it is locked, so nothing is ever removed on account of it. Blocks.
    pub(crate) fn ask(&self, id: &str) -> Option<Secret> {
        let entry = self.entry(id)?;
        entry.get_password().ok().map(Secret)
    }

    /// Keeps a password; says whether it went into the file. Blocks.
    pub(crate) fn keep(&self, id: &str, password: &Secret) -> io::Result<bool> {
        if let Some(entry) = self.entry(id) {
            match entry.set_password(&password.0) {
                Ok(()) => {
                    self.edit_file(|document| drop(document.remove(id)))?;
                    return Ok(false);
                }
                Err(error) => tracing::warn!(%error, "the keychain takes no password, a file of the user keeps it"),
            }
        }
        self.edit_file(|document| drop(document.insert(id, value(&password.0))))?;
        Ok(true)
    }

    /// Forgets a password. Blocks.
    pub(crate) fn forget(&self, id: &str) -> io::Result<()> {
        if let Some(entry) = self.entry(id)
            && let Err(error) = entry.delete_credential()
        {
            tracing::debug!(%error, "the keychain had nothing to forget");
        }
        self.edit_file(|document| drop(document.remove(id)))
    }

    /// Whether a file keeps any of them.
    pub(crate) fn has_file(&self) -> bool {
        self.file.exists()
    }

    fn entry(&self, id: &str) -> Option<keyring::Entry> {
        if self.store == SecretStore::File {
            return None;
        }
        keyring::Entry::new(SERVICE, id).inspect_err(|error| tracing::info!(%error, "no keychain runs")).ok()
    }

    /// What the file keeps.
    fn in_file(&self, id: &str) -> Option<Secret> {
        let document: DocumentMut = fs::read_to_string(&self.file).ok()?.parse().ok()?;
        document.get(id).and_then(Item::as_str).map(|password| Secret(password.to_owned()))
    }

    fn edit_file(&self, change: impl FnOnce(&mut DocumentMut)) -> io::Result<()> {
        let before = match fs::read_to_string(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        // A file that cannot be read as a whole is not written over: it may hold other passwords.
        let mut document: DocumentMut = before.parse().map_err(io::Error::other)?;
        change(&mut document);
        let after = document.to_string();
        match (after.is_empty(), after == before) {
            (_, true) => Ok(()),
            (true, false) => fs::remove_file(&self.file),
            (false, false) => write_private(&self.file, &after),
        }
    }
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

const SERVICE: &str = "ringside";
