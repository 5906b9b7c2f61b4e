//! The desk without a window, and the one place where everything is put together: settings, secrets, phone, desk and the
//! localhost port. `ringside-headless` runs it alone; the window runs it in the same process.
//!
//! ```text
//!   settings.toml, policy.toml ──► settings ──┐                  ┌──► local_api ──► programs on this machine
//!   keychain, secrets.toml ──────► secrets ───┼──► engine (desk) ─┼──► DeskHandle ──► windows
//!   phone (or the practice PBX) ──────────────┤        │          ├──► keeper ─────► settings, keychain
//!   webhook, manager ──► intake ──┬───────────┘        │          └──► crm ────────► the CRM, the browser, programs
//!                                 └──► journaling ◄────┤                  │
//!                                        ▲             └──► phone         │
//!                                        └────────────── the outbox ──────┘
//! ```
//!
//! One task owns the desk. Everybody else holds a [`DeskHandle`]: ask once for a snapshot, then listen to changes.
//! A listener who is too slow gets a fresh snapshot; the desk never waits for one.

mod changes;
mod crm;
mod engine;
mod history;
mod http;
mod intake;
mod journaling;
mod keeper;
mod local_api;
mod manager;
mod pbx;
mod secrets;
pub mod settings;
mod sources;
mod webhook;

use std::{
    fs::{File, TryLockError},
    io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

pub use changes::{Changes, Update};
pub use engine::DeskHandle;
pub use history::Imported;
pub use secrets::SecretStore;

use desk::{Input, wire::PortTaken};
use serde::Serialize;
use tokio::{
    sync::mpsc,
    task::{JoinHandle, spawn_blocking},
    time::timeout,
};

use crate::{
    crm::Crm,
    engine::{Engine, Parts},
    journaling::Journaling,
    keeper::Keeper,
    local_api::{AddressFile, Listeners, LocalApi},
    manager::ManagerHandle,
    pbx::Pbx,
    secrets::Secrets,
    settings::{Problem, SectionSecret, Writer},
    sources::Sources,
    webhook::{Bound, Seen},
};

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
    /// A window is there to show things: a missing settings file is an empty one.
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
    /// Not even a free localhost port is to be had.
    #[error("no localhost port can be opened: {0}")]
    Port(io::Error),
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
    journal: Journaling,
    sources: JoinHandle<()>,
    keeping: JoinHandle<()>,
    local_api: LocalApi,
    address_file: AddressFile,
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
        self.sources.abort();
        self.address_file.remove();
        self.desk.stop().await;
        let ending = async {
            self.engine.await.ok();
            self.keeper.await.ok();
            self.journal.flush().await;
            self.keeping.abort();
        };
        if timeout(STOP_LIMIT, ending).await.is_err() {
            tracing::warn!("stopped before everything was done");
        }
    }
}

/// Starts the desk on the current tokio runtime.
///
/// The order is that of the first REGISTER: read the file, bind the port, start the phone. Everything else, the keychain above all, goes on beside it.
///
/// # Errors
/// If the settings cannot be used, or the data folder cannot be written.
pub async fn start(options: Options) -> Result<Running, StartError> {
    let settings = settings::read(&options.settings, &options.policy, options.in_app)?;
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    let in_data = |error| StartError::Data { folder: options.data.display().to_string(), error };
    let secrets = Secrets::open(&options.data, options.secrets).map_err(in_data)?;
    let lock = lock(&options.data)?;
    AddressFile::remove_stale(&options.data).map_err(in_data)?;
    let wanted = settings.desk.clicks.port;
    let listeners = listen(wanted).map_err(StartError::Port)?;
    let hooks = if options.practice { practice_webhook(settings.webhook.clone()) } else { settings.webhook.clone() };
    let seen = Seen::new(&hooks);
    let receiver = Bound::open(&hooks, &seen);
    let told = receiver.as_ref().and_then(|receiver| tells_practice(receiver, &hooks, &secrets));
    let practice = options.practice.then(|| practice::start(told)).transpose().map_err(StartError::Practice)?;
    let token = local_api::Token::create(&options.data).map_err(in_data)?;
    let ready = Ready {
        local_api: format!("http://127.0.0.1:{}", listeners.port()),
        webhook: receiver.as_ref().map(|receiver| receiver.address().to_owned()),
        token_file: token.file().to_owned(),
        pid: std::process::id(),
    };
    let address_file = AddressFile::create(&options.data, &ready.local_api).map_err(in_data)?;

    // From here on nothing fails: nobody registers for a desk that does not start.
    let of_sections = settings.secrets_to_move();
    let (manager, names) = (ManagerHandle::default(), manager::names(&settings));
    let pbx = Pbx::new(settings.pbx.clone(), secrets.clone(), &settings.accounts, manager.clone());
    let (opening, journal) = Journaling::new();
    let (tell, told) = mpsc::channel(QUEUE);
    let crm = {
        let (secrets, journal) = (secrets.clone(), journal.clone());
        let opened = async move { journal.handle().await };
        Crm::start(settings.crm, settings.hooks, move |secret| secrets.of_section(secret), opened, tell)
    };
    let (phone, events) = phone::start(phone::Options::default());
    let parts = Parts {
        phone,
        events,
        pbx: pbx.clone(),
        manager: manager.clone(),
        journal: journal.clone(),
        crm,
        seen: seen.clone(),
        told,
    };
    let (engine, desk, stored) = Engine::new(parts, options.practice);
    let mut rules: Vec<_> = settings.accounts.iter().map(|account| account.rules.clone()).collect();
    rules.push(desk::Rules::default());
    let found = secrets.find(settings.accounts);
    let mut accounts = found.accounts;
    if let Some(practice) = &practice {
        accounts.retain(|settings| settings.account.id.0 != PRACTICE);
        accounts.push(practice_account(practice));
    }
    let writer = Writer::new(options.settings.clone(), settings.desk.clicks.clone());
    let engine = tokio::spawn(engine.run(desk::Settings { accounts, ..settings.desk }));

    let keeping = tokio::spawn(opening.open(options.data.join(JOURNAL), desk.clone()));
    let sources = Sources { receiver, hooks, pbx: settings.pbx, names, manager, seen, secrets: secrets.clone() };
    let sources = tokio::spawn(sources.run(desk.clone(), journal.clone()));
    let keeper = Keeper::new(writer, secrets, desk.clone());
    let keeper = tokio::spawn(keeper.run(found.to_move, of_sections, found.to_ask, stored));
    let port = listeners.port();
    let local_api = LocalApi::serve(listeners, token, desk.clone(), pbx);
    tokio::spawn(tell_port(desk.clone(), wanted, port, options.settings));
    thread::spawn(move || rules.iter().for_each(desk::Rules::warm));
    Ok(Running {
        desk,
        ready,
        engine,
        keeper,
        journal,
        sources,
        keeping,
        local_api,
        address_file,
        _practice: practice,
        _lock: lock,
    })
}

/// A port that somebody else has is no reason not to telephone: another one serves those who look it up.
fn listen(wanted: u16) -> io::Result<Listeners> {
    match Listeners::bind(wanted) {
        Err(error) if wanted != 0 => {
            tracing::debug!(%error, wanted, "the localhost port cannot be had");
            Listeners::bind(0)
        }
        bound => bound,
    }
}

/// Tells the desk which port it is, and who has the one that the settings want.
async fn tell_port(desk: DeskHandle, wanted: u16, port: u16, settings: PathBuf) {
    if wanted == 0 || wanted == port {
        return desk.tell(Input::Port(port, None)).await;
    }
    let by = spawn_blocking(move || local_api::holder(wanted)).await.ok().flatten();
    tracing::warn!(
        "{}: local_api.port: port {wanted} is taken by {}: web pages will not find this desk, which is on {port} now; end \
         that program, or choose another port, or 0 for any free one",
        settings.display(),
        by.as_deref().unwrap_or("another program"),
    );
    desk.tell(Input::Port(port, Some(PortTaken { port: wanted, by }))).await;
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

/// Where the practice PBX tells of its calls: where the settings want to hear of calls, else at a port of its own.
fn practice_webhook(wanted: settings::Webhook) -> settings::Webhook {
    if wanted != settings::Webhook::default() {
        return wanted;
    }
    let mut password = [0; 16];
    // Without a password it is only that any program of this machine could tell of calls.
    let is_random = getrandom::fill(&mut password).is_ok();
    let text = password.iter().map(|byte| format!("{byte:02x}")).collect();
    let secret = SectionSecret::unknown("webhook", "password");
    settings::Webhook {
        enabled: true,
        listen: (Ipv4Addr::LOCALHOST, 0).into(),
        username: is_random.then(|| PRACTICE.to_owned()),
        password: SectionSecret { text: Some(phone::Secret(text)), ..secret },
        ..wanted
    }
}

/// It speaks plain HTTP alone.
fn tells_practice(receiver: &Bound, hooks: &settings::Webhook, secrets: &Secrets) -> Option<practice::Webhook> {
    let address = receiver.address().strip_prefix("http://")?.parse().ok()?;
    let password = || secrets.of_section(&hooks.password).unwrap_or_default().0;
    Some(practice::Webhook { address, credentials: hooks.username.clone().map(|user| (user, password())) })
}

fn practice_account(practice: &practice::Running) -> desk::AccountSettings {
    let account = phone::Account {
        id: phone::AccountId(PRACTICE.to_owned()),
        aor: format!("sip:{}@{}", practice::USER, practice.registrar),
        registrar: Some(practice.registrar.to_string()),
        ..settings::bare_account()
    };
    let password = Some(phone::Secret(practice.password.clone()));
    desk::AccountSettings { account, rules: desk::Rules::default(), extension: None, password, practice: true }
}

/// A file that only the user may read, written whole or not at all.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    settings::write_whole(path, text, settings::Mode::Private)
}

/// The name of the account on the practice PBX.
const PRACTICE: &str = "practice";
const JOURNAL: &str = "journal.sqlite";
const QUEUE: usize = 256;
const STOP_LIMIT: Duration = Duration::from_millis(1900);
