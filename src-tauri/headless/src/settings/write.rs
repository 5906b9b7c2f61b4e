//! Changes to the settings file that leave comments, order and unknown keys as they are.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use desk::{Store, wire::Language};
use phone::{AccountId, Role, Transport};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

/// Writes into one settings file.
#[derive(Debug)]
pub(crate) struct Writer {
    path: PathBuf,
}

impl Writer {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Writes what the agent changed. Passwords are not for this file.
    pub(crate) fn store(&self, store: &Store) -> io::Result<()> {
        self.edit(|document| match store {
            Store::Account(account) => set_account(document, account),
            Store::RemoveAccount(id) => remove_account(document, id),
            Store::Devices(role, wanted) => set_devices(document, *role, wanted),
            Store::Language(language) => document.insert("language", value(language_name(*language))).map_or((), drop),
            Store::Password(..) => {}
        })
    }

    /// Takes the passwords of these accounts out.
    pub(crate) fn remove_passwords(&self, ids: &[AccountId]) -> io::Result<()> {
        self.edit(|document| {
            let accounts = document.get_mut("account").and_then(Item::as_array_of_tables_mut);
            for table in accounts.into_iter().flat_map(ArrayOfTables::iter_mut) {
                if ids.iter().any(|id| is_account(table, id)) {
                    table.remove("password");
                }
            }
        })
    }

    fn edit(&self, change: impl FnOnce(&mut DocumentMut)) -> io::Result<()> {
        let before = match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => "version = 1\n".to_owned(),
            read => read?,
        };
        let mut document: DocumentMut = before.parse().map_err(io::Error::other)?;
        change(&mut document);
        let after = document.to_string();
        if after == before { Ok(()) } else { write_whole(&self.path, &after, Mode::AsBefore) }
    }
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The user alone.
    Private,
    /// As the file that is replaced; the user alone if there is none.
    AsBefore,
}

/// Replaces a file by another, so that nobody ever sees half of it.
pub(crate) fn write_whole(path: &Path, text: &str, mode: Mode) -> io::Result<()> {
    // A link stays a link: what it points to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.{}", std::process::id()));
    let written = write_draft(&draft, text).and_then(|()| {
        if mode == Mode::AsBefore
            && let Ok(before) = fs::metadata(&path)
        {
            fs::set_permissions(&draft, before.permissions())?;
        }
        fs::rename(&draft, &path)
    });
    if written.is_err() {
        fs::remove_file(&draft).ok();
    }
    written
}

fn write_draft(draft: &Path, text: &str) -> io::Result<()> {
    fs::remove_file(draft).ok();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn set_account(document: &mut DocumentMut, account: &phone::Account) {
    let accounts = document.entry("account").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(accounts) = accounts.as_array_of_tables_mut() else { return };
    if !accounts.iter().any(|table| is_account(table, &account.id)) {
        let mut table = Table::new();
        table.insert("id", value(&account.id.0));
        accounts.push(table);
    }
    let Some(table) = accounts.iter_mut().find(|table| is_account(table, &account.id)) else { return };
    let transport = match account.transport {
        Transport::Udp => None,
        Transport::Tcp => Some("tcp"),
        Transport::Tls => Some("tls"),
    };
    let ca = account.ca.as_ref().map(|ca| ca.to_string_lossy().into_owned());
    set(table, "aor", Some(&account.aor));
    set(table, "registrar", account.registrar.as_deref());
    set(table, "username", account.username.as_deref());
    set(table, "display_name", account.display_name.as_deref());
    set(table, "transport", transport);
    set(table, "ca", ca.as_deref());
}

/// Writes a text, or takes the key out; what stands there already is not touched, nor is the comment behind it.
fn set(table: &mut Table, key: &str, text: Option<&str>) {
    match (text, table.get_mut(key)) {
        (None, _) => drop(table.remove(key)),
        (Some(text), Some(item)) if item.as_str() == Some(text) => {}
        (Some(text), Some(Item::Value(old))) => {
            let decor = old.decor().clone();
            *old = text.into();
            *old.decor_mut() = decor;
        }
        (Some(text), _) => drop(table.insert(key, value(text))),
    }
}

fn remove_account(document: &mut DocumentMut, id: &AccountId) {
    if let Some(accounts) = document.get_mut("account").and_then(Item::as_array_of_tables_mut) {
        accounts.retain(|table| !is_account(table, id));
    }
}

fn set_devices(document: &mut DocumentMut, role: Role, wanted: &[String]) {
    let key = match role {
        Role::Microphone => "microphone",
        Role::Speaker => "speaker",
        Role::Ring => "ring",
    };
    let audio = document.entry("audio").or_insert_with(|| Item::Table(Table::new()));
    if let Some(audio) = audio.as_table_like_mut() {
        audio.insert(key, value(wanted.iter().collect::<Array>()));
    }
}

fn is_account(table: &Table, id: &AccountId) -> bool {
    table.get("id").and_then(Item::as_str) == Some(&id.0)
}

fn language_name(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Ru => "ru",
        Language::Fa => "fa",
        Language::System => "system",
    }
}
