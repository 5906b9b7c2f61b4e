//! The desk without a window, and the one place where everything is put together: settings, secrets, phone, desk and the
//! localhost port. `ringside-headless` runs it alone; the window runs it in the same process.
//!
//! ```text
//!   settings.toml, policy.toml ──► settings ──┐                  ┌──► local_api ──► programs on this machine
//!   keychain, secrets.toml ──────► secrets ───┼──► engine (desk) ─┼──► DeskHandle ──► windows
//!   phone (or the practice PBX) ──────────────┘        │          └──► keeper ─────► settings, keychain
//!                                                      └──► phone
//! ```
//!
//! One task owns the desk. Everybody else holds a [`DeskHandle`]: ask once for a snapshot, then listen to changes.
//! A listener who is too slow gets a fresh snapshot; the desk never waits for one.

mod changes;
mod engine;
mod keeper;
mod local_api;
mod secrets;
pub mod settings;

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

pub use changes::{Changes, Update};
pub use engine::DeskHandle;
pub use secrets::SecretStore;

use serde::Serialize;
use tokio::{task::JoinHandle, time::timeout};

use crate::{engine::Engine, keeper::Keeper, local_api::LocalApi, secrets::Secrets, settings::Problem};

/// How to start.
#[derive(Clone, Debug)]
pub struct Options {
    /// The settings file.
    pub settings: PathBuf,
    /// The machine-wide policy file; it need not exist.
    pub policy: PathBuf,
    /// The folder for what is kept; made if it is missing.
    pub data: PathBuf,
    /// Run the practice PBX in this process, with an account `practice` on it.
    pub practice: bool,
    /// Where passwords are kept.
    pub secrets: SecretStore,
    /// A window is there to show things: a missing settings file is an empty one, and a taken port is replaced by a free one.
    pub in_app: bool,
}

impl Options {
    /// The usual: no practice, the keychain, and the policy of `$RINGSIDE_POLICY` or `/etc/ringside/policy.toml`.
    /// `$RINGSIDE_SECRETS=file` does without a keychain.
    pub fn new(settings: impl Into<PathBuf>, data: impl Into<PathBuf>) -> Self {
        let policy = std::env::var_os("RINGSIDE_POLICY")
            .map_or_else(|| PathBuf::from("/etc/ringside/policy.toml"), PathBuf::from);
        let in_file = std::env::var_os("RINGSIDE_SECRETS").is_some_and(|store| store == "file");
        let secrets = if in_file { SecretStore::File } else { SecretStore::Keychain };
        Self { settings: settings.into(), policy, data: data.into(), practice: false, secrets, in_app: false }
    }
}

/// Why it did not start. The sentence names the place and the mend.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A settings file cannot be used.
    #[error(transparent)]
    Settings(#[from] Problem),
    /// The localhost port is taken.
    #[error(
        "{file}: local_api.port: port {port} is taken by another program: end it, choose another port, or 0 for any free one"
    )]
    PortTaken {
        /// The settings file.
        file: String,
        /// The port.
        port: u16,
    },
    /// The data folder cannot be written.
    #[error("{folder}: {error}: the data folder must be writable; choose one with --data")]
    Data {
        /// The folder.
        folder: String,
        /// What the system says.
        error: io::Error,
    },
    /// Another desk keeps its token and passwords there.
    #[error("{folder}: another Ringside uses this data folder: end it, or choose a folder with --data")]
    InUse {
        /// The data folder.
        folder: String,
    },
    /// The practice PBX found no port.
    #[error("the practice PBX cannot start: {0}")]
    Practice(io::Error),
}

/// What a script wants to know first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// `http://127.0.0.1:4059`, with the port that was really bound.
    pub local_api: String,
    /// Where PBX events are taken in, if they are.
    pub webhook: Option<String>,
    /// Holds the bearer token of the localhost port.
    pub token_file: PathBuf,
    /// This process.
    pub pid: u32,
}

/// A running desk.
#[derive(Debug)]
pub struct Running {
    desk: DeskHandle,
    ready: Ready,
    engine: JoinHandle<()>,
    keeper: JoinHandle<()>,
    local_api: LocalApi,
    _practice: Option<practice::Running>,
    /// Held for as long as the data folder is ours.
    _lock: File,
}

impl Running {
    /// The way to the desk.
    pub fn desk(&self) -> DeskHandle {
        self.desk.clone()
    }

    /// Where things are.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Ends calls, unregisters, and flushes what is being written. Takes at most two seconds.
    pub async fn stop(self) {
        self.local_api.stop();
        self.desk.stop().await;
        let ending = async {
            self.engine.await.ok();
            self.keeper.await.ok();
        };
        if timeout(STOP_LIMIT, ending).await.is_err() {
            tracing::warn!("stopped before everything was done");
        }
    }
}

/// Starts the desk on the current tokio runtime.
///
/// The order is that of the first REGISTER: read the file, bind the port (a taken one must not leave a registration behind),
/// start the phone. Everything else, the keychain above all, goes on beside it.
///
/// # Errors
/// If the settings cannot be used, the port is taken, or the data folder cannot be written.
pub async fn start(options: Options) -> Result<Running, StartError> {
    let settings = settings::read(&options.settings, &options.policy, options.in_app)?;
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    let in_data = |error| StartError::Data { folder: options.data.display().to_string(), error };
    let secrets = Secrets::open(&options.data, options.secrets).map_err(in_data)?;
    let lock = lock(&options.data)?;
    let listeners = listen(&options, settings.port)?;
    let practice = options.practice.then(practice::start).transpose().map_err(StartError::Practice)?;

    let (phone, events) = phone::start(phone::Options::default());
    let (engine, desk, stored) = Engine::new(phone, events, options.practice);
    let found = secrets.find(settings.accounts);
    let mut accounts = found.accounts;
    if let Some(practice) = &practice {
        accounts.retain(|settings| settings.account.id.0 != PRACTICE);
        accounts.push(practice_account(practice));
    }
    let engine = tokio::spawn(engine.run(desk::Settings { accounts, ..settings.desk }));

    let keeper = Keeper::new(options.settings, secrets, desk.clone());
    let keeper = tokio::spawn(keeper.run(found.to_move, found.to_ask, stored));
    let token = local_api::Token::create(&options.data).map_err(in_data)?;
    let ready = Ready {
        local_api: format!("http://127.0.0.1:{}", listeners.port()),
        webhook: None,
        token_file: token.file().to_owned(),
        pid: std::process::id(),
    };
    let local_api = LocalApi::serve(listeners, token, desk.clone());
    Ok(Running { desk, ready, engine, keeper, local_api, _practice: practice, _lock: lock })
}

/// The system lets go of it when the process ends, however it ends.
fn lock(data: &Path) -> Result<File, StartError> {
    let folder = data.display().to_string();
    let file = File::create(data.join("lock")).map_err(|error| StartError::Data { folder: folder.clone(), error })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::InUse { folder }),
        // A file system without locks: two desks in one folder are then the user's own affair.
        Err(TryLockError::Error(_)) => Ok(file),
    }
}

fn listen(options: &Options, port: u16) -> Result<local_api::Listeners, StartError> {
    let taken = |_| StartError::PortTaken { file: options.settings.display().to_string(), port };
    match local_api::Listeners::bind(port) {
        Err(error) if options.in_app => {
            tracing::warn!(port, %error, "the localhost port is taken, links from web pages will not find this desk");
            local_api::Listeners::bind(0).map_err(taken)
        }
        bound => bound.map_err(taken),
    }
}

fn practice_account(practice: &practice::Running) -> desk::AccountSettings {
    let account = phone::Account {
        id: phone::AccountId(PRACTICE.to_owned()),
        aor: format!("sip:{}@{}", practice::USER, practice.registrar),
        registrar: Some(practice.registrar.to_string()),
        ..settings::bare_account()
    };
    let password = Some(phone::Secret(practice.password.clone()));
    desk::AccountSettings { account, password, practice: true }
}

/// A file that only the user may read, written whole or not at all.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    settings::write_whole(path, text, settings::Mode::Private)
}

/// The name of the account on the practice PBX.
const PRACTICE: &str = "practice";
const STOP_LIMIT: Duration = Duration::from_millis(1900);
