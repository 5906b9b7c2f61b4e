//! Changes to the settings file that leave comments, order and unknown keys as they are.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use desk::{Store, wire::Language};
use phone::{AccountId, Role, Transport};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, TableLike, Value, value};

use super::{SectionSecret, callback_line, cards, clicks, numbers};

/// Writes into one settings file.
#[derive(Debug)]
pub(crate) struct Writer {
    path: PathBuf,
    /// As they stand in the files: what the agent leaves alone is not written, for the policy may have it.
    clicks: Mutex<desk::Clicks>,
}

impl Writer {
    /// `clicks` as they were read.
    pub(crate) fn new(path: PathBuf, clicks: desk::Clicks) -> Self {
        Self { path, clicks: Mutex::new(clicks) }
    }

    /// Writes what the agent changed. Passwords are not for this file.
    pub(crate) fn store(&self, store: &Store) -> io::Result<()> {
        let mut known = self.clicks.lock().unwrap_or_else(PoisonError::into_inner);
        self.edit(|document| match store {
            Store::Account(account, rules) => set_account(document, account, rules),
            Store::RemoveAccount(id) => remove_account(document, id),
            Store::Devices(role, wanted) => set_devices(document, *role, wanted),
            Store::Language(language) => document.insert("language", value(language_name(*language))).map_or((), drop),
            Store::ClickToCall(clicks) => clicks::write(document, &known, clicks),
            Store::CardMode(show) => cards::write(document, *show),
            Store::CallbackLine(on) => callback_line::write(document, *on),
            Store::Password(..) => {}
        })?;
        if let Store::ClickToCall(clicks) = store {
            known.clone_from(clicks);
        }
        Ok(())
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

    /// Takes these secrets of sections out.
    pub(crate) fn remove_secrets(&self, secrets: &[SectionSecret]) -> io::Result<()> {
        self.edit(|document| {
            for secret in secrets {
                if let Some(section) = document.get_mut(secret.section).and_then(Item::as_table_like_mut) {
                    section.remove(secret.key);
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

fn set_account(document: &mut DocumentMut, account: &phone::Account, rules: &desk::Rules) {
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
    numbers::write(table, rules);
}

/// The table `key` of the document, made if it is missing; `None` if something else stands there.
pub(super) fn table<'a>(document: &'a mut DocumentMut, key: &str) -> Option<&'a mut dyn TableLike> {
    document.entry(key).or_insert_with(|| Item::Table(Table::new())).as_table_like_mut()
}

/// Writes a value; the comment behind what stands there stays.
pub(super) fn put(table: &mut dyn TableLike, key: &str, new: impl Into<Value>) {
    let mut new = new.into();
    match table.get_mut(key) {
        Some(Item::Value(old)) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        _ => drop(table.insert(key, value(new))),
    }
}

/// Writes a list; what stays in it stays where it is, with its comments.
pub(super) fn put_list(table: &mut dyn TableLike, key: &str, wanted: &[String]) {
    let Some(list) = table.get_mut(key).and_then(Item::as_array_mut) else {
        return put(table, key, wanted.iter().collect::<Array>());
    };
    list.retain(|item| item.as_str().is_some_and(|item| wanted.iter().any(|wanted| wanted == item)));
    for text in wanted {
        if !list.iter().any(|item| item.as_str() == Some(text)) {
            add_line(list, text);
        }
    }
}

/// Behind the last one; where each has a line of its own, and perhaps a comment behind it, on a line of its own.
fn add_line(list: &mut Array, text: &str) {
    let end = list.trailing().as_str().unwrap_or_default().to_owned();
    if !end.contains('\n') {
        return list.push(text);
    }
    list.push_formatted(Value::from(text).decorated(format!("{}\n  ", end.trim_end()), ""));
    list.set_trailing("\n");
    list.set_trailing_comma(true);
}

/// Writes a text, or takes the key out; what stands there already is not touched, nor is the comment behind it.
pub(super) fn set(table: &mut Table, key: &str, text: Option<&str>) {
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
