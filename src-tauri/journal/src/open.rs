//! Opening the file: a new one, one of an older version, one of a newer, a damaged one.
//!
//! ```text
//!                 ┌─ none ──────► create, mode 0600
//!   journal.sqlite┼─ older ─────► migrate, step by step
//!                 ├─ newer ─────► refuse: Ringside is older than the file
//!                 └─ damaged ───► move aside to journal.sqlite.damaged-N, create
//! ```

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};

use crate::schema;

/// Why a journal could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A later Ringside wrote it, and may keep things there that this one would lose.
    #[error(
        "{} was written by a newer Ringside (version {version} of the file, {} is known here): install that one again, or \
         move the file away", path.display(), schema::VERSION
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version that it says to have.
        version: u32,
    },
    /// The file system says no.
    #[error("{} cannot be opened: {source}; look who owns it and its folder", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// SQLite says no.
    #[error("{} cannot be used: {source}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

/// The journal that was there could not be read. It was kept, and a new one begun: tell the agent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the journal was damaged ({why}): it was moved to {} and a new, empty one begun. Calls, notes and what the CRM had not \
     been told are in the old file: keep it for whoever can repair it", moved_to.display()
)]
pub struct Damage {
    /// Where the old file is now.
    pub moved_to: PathBuf,
    /// What SQLite found.
    pub why: String,
}

/// A connection that writes.
pub(crate) fn open(path: &Path) -> Result<(Connection, Option<Damage>), OpenError> {
    match prepare(path) {
        Err(OpenError::Sqlite { source, .. }) if is_damage(&source) => {
            let moved_to = set_aside(path).map_err(|source| OpenError::File { path: path.to_owned(), source })?;
            let damage = Damage { moved_to, why: source.to_string() };
            tracing::error!("{damage}");
            Ok((prepare(path)?, Some(damage)))
        }
        other => Ok((other?, None)),
    }
}

/// A connection that only reads, beside the one that writes.
pub(crate) fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn prepare(path: &Path) -> Result<Connection, OpenError> {
    make_private(path).map_err(|source| OpenError::File { path: path.to_owned(), source })?;
    let failed = |source| OpenError::Sqlite { path: path.to_owned(), source };
    let mut connection = connect(path).map_err(failed)?;
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    if version > schema::VERSION {
        return Err(OpenError::Newer { path: path.to_owned(), version });
    }
    check(&connection, path).and_then(|()| schema::migrate(&mut connection, version)).map_err(failed)?;
    Ok(connection)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(BUSY)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A commit is on the disk when it returns, also when the power goes.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "journal_size_limit", MAX_IDLE_WAL)?;
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Looks a small file through; in a large one, damage is found when it is met.
fn check(connection: &Connection, path: &Path) -> rusqlite::Result<()> {
    if fs::metadata(path).map_or(0, |file| file.len()) > MAX_CHECKED {
        return Ok(());
    }
    let found: String = connection.query_row("PRAGMA quick_check(1)", (), |row| row.get(0))?;
    if found == "ok" {
        return Ok(());
    }
    Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), Some(found)))
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Makes the file, or takes it back from others' eyes. SQLite gives -wal and -shm the same mode.
fn make_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _file = options.open(path)?;
    #[cfg(unix)]
    for suffix in BESIDE {
        use std::os::unix::fs::PermissionsExt;
        match fs::set_permissions(beside(path, suffix), fs::Permissions::from_mode(0o600)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Moves the file and what belongs to it to the first free name.
fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let free = (1_u32..).map(|n| beside(path, &format!(".damaged-{n}"))).find(|path| !path.exists());
    let moved_to = free.ok_or(io::ErrorKind::AlreadyExists)?;
    for suffix in BESIDE {
        match fs::rename(beside(path, suffix), beside(&moved_to, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(moved_to)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The file, and what SQLite keeps beside it.
const BESIDE: [&str; 3] = ["", "-wal", "-shm"];
/// Another program, a backup say, may hold the file for a moment.
const BUSY: Duration = Duration::from_secs(5);
/// Negative: KiB instead of pages.
const CACHE_KIB: i32 = -16 * 1024;
const MAX_IDLE_WAL: i64 = 16 << 20;
/// Some hundred milliseconds.
const MAX_CHECKED: u64 = 64 << 20;
const STATEMENTS: usize = 48;
