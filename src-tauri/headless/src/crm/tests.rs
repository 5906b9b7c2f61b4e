//! The workers against a real server on loopback, with all that goes wrong with one; and a real journal.

mod look_ups;
mod outbox;
mod stand_in;

use std::time::Duration;

use cti::crm::{Endpoint, Template};
use jiff::Timestamp;
use journal::{Journal, Registration, Write};
use tempfile::TempDir;
use tokio::time::timeout;

use self::stand_in::StandIn;
use super::*;

/// A desk's side of the CRM.
struct Desk {
    crm: Option<Crm>,
    settings: settings::Crm,
    journal: Handle,
    tell: mpsc::Sender<Input>,
    told: mpsc::Receiver<Input>,
    _folder: TempDir,
}

impl Desk {
    fn new(settings: settings::Crm) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = Journal::open(&folder.path().join("journal.sqlite"), Timestamp::now()).expect("a journal");
        let (tell, told) = mpsc::channel(64);
        Self { crm: None, settings, journal: Handle::start(journal), tell, told, _folder: folder }
    }

    fn start(&mut self) -> &Crm {
        let (settings, tell) = (self.settings.clone(), self.tell.clone());
        let journal = self.journal.clone();
        self.crm.insert(Crm::start(settings, Vec::new(), |_| None, async { Some(journal) }, tell))
    }

    /// Something that is to be registered, as the engine does it.
    fn register(&self, key: &str) {
        self.journal.write(registration(key));
        if let Some(crm) = &self.crm {
            crm.registered_something();
        }
    }

    async fn told(&mut self) -> Input {
        timeout(PATIENCE, self.told.recv()).await.expect("in time").expect("something")
    }

    /// The keys that were registered, in the order of the alphabet.
    async fn registered(&mut self, count: usize) -> Vec<String> {
        let mut keys = Vec::new();
        while keys.len() < count {
            match self.told().await {
                Input::Registered(key) => keys.push(key),
                other => panic!("{other:?}"),
            }
        }
        keys.sort();
        keys
    }

    async fn notice(&mut self) -> (String, String) {
        match self.told().await {
            Input::Notice(code, sentence) => (code, sentence),
            other => panic!("{other:?}"),
        }
    }

    async fn counts(&self) -> (u64, u64, u64) {
        let counts = self.journal.read(|journal| journal.outbox_counts()).await.expect("an answer");
        (counts.waiting, counts.sent, counts.refused)
    }
}

fn settings_for(server: &StandIn) -> settings::Crm {
    let at = server.address;
    let template = |path: &str| Template::parse(&format!("http://{at}{path}")).ok();
    let asked = cti::crm::Settings {
        lookup_url: template("/lookup?phone={number}"),
        register_url: Endpoint::parse(&format!("http://{at}/calls")).ok(),
        open_url: template("/contact/{contact.id}"),
        ..cti::crm::Settings::default()
    };
    settings::Crm { asked, ..settings::Crm::default() }
}

fn registration(key: &str) -> Write {
    let payload = format!("{{\"id\":\"{key}\"}}");
    Write::Register(Registration { key: key.to_owned(), call: key.to_owned(), payload, due: Timestamp::now() })
}

/// No test waits longer.
const PATIENCE: Duration = Duration::from_secs(20);
