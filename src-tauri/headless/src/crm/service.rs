//! The CRM over HTTP, opened when it is first needed: certificates and keychains take their time.

use std::{
    fmt,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use cti::{
    Fault, Trouble,
    crm::{
        Access, Facts, Person, Settings, lookup,
        register::{self, Verdict},
    },
    http::{Client, WHOLE_TIME},
};
use journal::Registration;
use phone::Secret;
use tokio::{sync::Mutex, task::spawn_blocking};

use crate::settings::{self, SectionSecret};

/// The way to the CRM.
pub(super) struct Service {
    settings: Settings,
    credentials: Arc<Credentials>,
    session: Mutex<Option<Arc<Session>>>,
}

struct Session {
    client: Client,
    access: Access,
    /// The keychain knew nothing, or was locked.
    lacks_secret: bool,
}

/// What opening needs.
struct Credentials {
    ca: Option<PathBuf>,
    username: Option<String>,
    password: SectionSecret,
    token: SectionSecret,
    secret: Box<Keychain>,
}

type Keychain = dyn Fn(&SectionSecret) -> Option<Secret> + Send + Sync;

impl Service {
    pub(super) fn new(
        crm: settings::Crm,
        secret: impl Fn(&SectionSecret) -> Option<Secret> + Send + Sync + 'static,
    ) -> Self {
        let settings::Crm { asked, ca, username, password, token, .. } = crm;
        let credentials = Arc::new(Credentials { ca, username, password, token, secret: Box::new(secret) });
        Self { settings: asked, credentials, session: Mutex::default() }
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// There is somebody to tell of calls.
    pub(super) fn registers(&self) -> bool {
        self.settings.register_url.is_some()
    }

    /// Opens it, so that the first caller need not wait for certificates and keychain, and nobody's haste breaks that off.
    pub(super) async fn open(&self) {
        if !(self.registers() || self.settings.lookup_url.is_some()) {
            return;
        }
        if let Err(trouble) = self.session().await {
            tracing::warn!("{trouble}");
        }
    }

    /// The address that is asked about these facts; `None` if nobody is asked.
    pub(super) fn look_up_address(&self, facts: &Facts) -> Option<String> {
        self.settings.lookup_url.as_ref().map(|template| template.fill(facts))
    }

    /// Who it is; `None` if the CRM knows nobody.
    pub(super) async fn look_up(&self, facts: &Facts) -> Result<Option<Person>, Trouble> {
        let Some(template) = &self.settings.lookup_url else { return Ok(None) };
        let session = self.session().await?;
        let answer = session.client.send(lookup::request(template, &session.access, facts), LOOK_UP_TIME).await?;
        self.doubt(&session, answer.status).await;
        lookup::read(&answer, &self.settings)
    }

    /// Tells of a call.
    pub(super) async fn register(&self, registration: &Registration) -> Verdict {
        let session = match self.session().await {
            Ok(session) => session,
            Err(trouble) => return Verdict::Later { trouble, after: None },
        };
        let Some(endpoint) = &self.settings.register_url else {
            return Verdict::Later { trouble: gone(), after: None };
        };
        let request = register::request(endpoint, &session.access, &registration.key, &registration.payload);
        let answer = session.client.send(request, WHOLE_TIME).await;
        self.doubt(&session, answer.as_ref().map_or(0, |answer| answer.status)).await;
        register::read(answer, SystemTime::now())
    }

    /// What could not be opened is tried again the next time.
    async fn session(&self) -> Result<Arc<Session>, Trouble> {
        let mut session = self.session.lock().await;
        if let Some(open) = &*session {
            return Ok(Arc::clone(open));
        }
        let credentials = Arc::clone(&self.credentials);
        let opened = spawn_blocking(move || credentials.open()).await.unwrap_or_else(|_| Err(gone()))?;
        Ok(Arc::clone(session.insert(Arc::new(opened))))
    }

    /// Whoever was not let in for want of a secret asks the keychain again: it may be unlocked by now.
    async fn doubt(&self, used: &Arc<Session>, status: u16) {
        if status == UNAUTHORIZED && used.lacks_secret {
            self.session.lock().await.take_if(|known| Arc::ptr_eq(known, used));
        }
    }
}

impl Credentials {
    /// Asks the keychain and reads certificates. Blocks.
    fn open(&self) -> Result<Session, Trouble> {
        let secret = |wanted| Some(cti::Secret((self.secret)(wanted)?.0));
        let client = Client::for_crm(self.ca.as_deref())?;
        // A keychain may ask the agent something: only for what there may be.
        let password = self.username.as_ref().and_then(|_| secret(&self.password));
        let token = if self.username.is_none() { secret(&self.token) } else { None };
        let lacks_secret = password.is_none() && token.is_none();
        Ok(Session { client, access: Access::new(self.username.clone(), password, token), lacks_secret })
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("settings", &self.settings).finish_non_exhaustive()
    }
}

fn gone() -> Trouble {
    Trouble::new(Fault::NotSetUp, "the CRM cannot be asked: look at [crm] in the settings")
}

const UNAUTHORIZED: u16 = 401;
/// Somebody who waits longer has said hello already.
pub(super) const LOOK_UP_TIME: Duration = Duration::from_secs(3);
