//! Carries out what the desk asks of the PBX, beside everything else: a PBX may take its time.

use std::sync::Arc;

use cti::{
    Accepted, Call, CallerId, Device, Fault, First, Order, PbxControl, Then, Trouble, Wish,
    http::Client,
    oktell::{Access, Oktell, Script, ScriptRun},
    simotel::Simotel,
};
use desk::{Input, Originate, Originated};
use phone::AccountId;
use tokio::{
    sync::{OnceCell, Semaphore},
    task::spawn_blocking,
};

use crate::{
    engine::DeskHandle,
    manager::{self, ManagerHandle},
    secrets::Secrets,
    settings::{self, Account},
};

/// The way to the PBX. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Pbx(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: settings::Pbx,
    secrets: Secrets,
    /// Where the settings give an account another extension than its user.
    extensions: Vec<(AccountId, String)>,
    manager: ManagerHandle,
    driver: OnceCell<Driver>,
    calls: Semaphore,
    /// Apart from the calls: a page that runs scripts must not keep the agent from calling.
    scripts: Semaphore,
}

#[derive(Debug)]
enum Driver {
    Oktell(Oktell),
    Simotel(Simotel),
}

impl Pbx {
    /// Also looks for its passwords and the system's certificates at once, so that the first click need not.
    pub(crate) fn new(settings: settings::Pbx, secrets: Secrets, accounts: &[Account], manager: ManagerHandle) -> Self {
        let named = accounts.iter().filter_map(|known| Some((known.account.id.clone(), known.extension.clone()?)));
        let extensions = named.collect();
        let room = || Semaphore::new(MAX_AT_ONCE);
        let (driver, calls, scripts) = (OnceCell::new(), room(), room());
        let pbx = Self(Arc::new(Inner { settings, secrets, extensions, manager, driver, calls, scripts }));
        if pbx.0.settings.asks_by_http() {
            let inner = Arc::clone(&pbx.0);
            tokio::spawn(async move { drop(inner.driver().await) });
        }
        pbx
    }

    /// Asks for a call and tells the desk how that was taken. Waits for nobody.
    pub(crate) fn originate(&self, wish: Originate, desk: DeskHandle) {
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move {
            if matches!(inner.settings.driver, settings::Driver::Ami(_)) {
                return inner.manager.order(inner.order(wish, &desk).await, &desk);
            }
            let id = wish.id;
            let outcome = match inner.place(wish, &desk).await {
                Ok(accepted) => {
                    tracing::info!(call = accepted.id, "the PBX places a call");
                    Ok(())
                }
                Err(trouble) => {
                    tracing::warn!(code = trouble.fault.code(), "{trouble}");
                    Err((trouble.fault.code().to_owned(), trouble.detail))
                }
            };
            desk.tell(Input::Originated(Originated { id, outcome })).await;
        });
    }

    /// Runs a script of the PBX; `None` if it has no such thing.
    pub(crate) async fn exec_script(&self, script: &Script) -> Option<Result<ScriptRun, Trouble>> {
        let settings::Driver::Oktell(_) = self.0.settings.driver else { return None };
        let ran = self.0.run(script).await;
        if let Err(trouble) = &ran {
            tracing::warn!(code = trouble.fault.code(), "{trouble}");
        }
        Some(ran)
    }
}

impl Inner {
    async fn place(&self, wish: Originate, desk: &DeskHandle) -> Result<Accepted, Trouble> {
        let _place = self.calls.try_acquire().map_err(|_| crowded())?;
        let extension = self.extension(&wish.account, desk).await;
        self.driver().await?.control().originate(Call { extension, number: wish.number }).await
    }

    /// As an order for the manager interface: the telephone of this desk first, and that one answers by itself.
    async fn order(&self, wish: Originate, desk: &DeskHandle) -> Order {
        let own = self.extension(&wish.account, desk).await;
        let extension = self.settings.desk_phone.clone().unwrap_or_else(|| own.clone());
        // By the token this desk knows its own orders; another telephone, Ringside too, answers what asks for it.
        let token = (extension == own).then_some(wish.token);
        let device = Device { extension, answers_itself: true, token, caller_id: None };
        let originate = cti::Originate {
            first: First::Device(device),
            then: Then::Number(wish.number),
            timeout: None,
            // It becomes the caller's number of the onward call: the agent's own.
            caller_id: Some(CallerId { name: String::new(), number: own }),
            variables: Vec::new(),
            account: None,
        };
        Order { id: manager::origination(wish.id), wish: Wish::Originate(Box::new(originate)) }
    }

    async fn run(&self, script: &Script) -> Result<ScriptRun, Trouble> {
        let _place = self.scripts.try_acquire().map_err(|_| crowded())?;
        match self.driver().await? {
            Driver::Oktell(oktell) => oktell.exec_script(script).await,
            Driver::Simotel(_) => Err(not_set_up()),
        }
    }

    /// What the PBX calls this account: what the settings say, else the user of its address.
    async fn extension(&self, account: &AccountId, desk: &DeskHandle) -> String {
        if let Some((_, extension)) = self.extensions.iter().find(|(id, _)| id == account) {
            return extension.clone();
        }
        let accounts = desk.snapshot().await.accounts;
        accounts.iter().find(|known| known.id == account.0).map(|known| user(&known.aor).to_owned()).unwrap_or_default()
    }

    /// What could not be opened is tried again at the next wish.
    async fn driver(&self) -> Result<&Driver, Trouble> {
        let open = || async {
            let (settings, secrets) = (self.settings.clone(), self.secrets.clone());
            let opened = spawn_blocking(move || open(settings, &secrets)).await;
            opened.unwrap_or_else(|_| Err(not_set_up()))
        };
        self.driver.get_or_try_init(open).await
    }
}

impl Driver {
    fn control(&self) -> &dyn PbxControl {
        match self {
            Self::Oktell(oktell) => oktell,
            Self::Simotel(simotel) => simotel,
        }
    }
}

/// Asks the keychain and reads certificates. Blocks.
fn open(settings: settings::Pbx, secrets: &Secrets) -> Result<Driver, Trouble> {
    let client = Client::new(settings.ca.as_deref())?;
    let secret = |key| {
        let wanted = settings.secrets.iter().find(|secret| secret.key == key)?;
        secrets.of_section(wanted).map(|text| cti::Secret(text.0))
    };
    match settings.driver {
        settings::Driver::None | settings::Driver::DialCodes | settings::Driver::Ami(_) => Err(not_set_up()),
        settings::Driver::Oktell(mut oktell) => {
            match (&mut oktell.access, secret("password")) {
                (Access::Basic { password, .. }, found) => *password = found.unwrap_or_default(),
                (access, Some(found)) => *access = Access::Password(found),
                (_, None) => {}
            }
            Ok(Driver::Oktell(Oktell::new(oktell, client)))
        }
        settings::Driver::Simotel(mut simotel) => {
            simotel.password = secret("password").unwrap_or_default();
            simotel.api_key = secret("api_key");
            Ok(Driver::Simotel(Simotel::new(simotel, client)))
        }
    }
}

/// The user of an address of record.
pub(crate) fn user(aor: &str) -> &str {
    aor.trim_start_matches("sip:").split('@').next().unwrap_or_default()
}

fn not_set_up() -> Trouble {
    let detail = "No PBX is set up that can do this: write driver and url under [pbx] of the settings";
    Trouble::new(Fault::NotSetUp, detail)
}

fn crowded() -> Trouble {
    Trouble::new(Fault::Refused, "The PBX still owes too many answers: wait for some of them")
}

/// Nobody clicks faster than this, and a page must not make us knock more.
const MAX_AT_ONCE: usize = 8;
