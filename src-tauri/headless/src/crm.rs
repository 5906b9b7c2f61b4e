//! The CRM and the programs of the settings, beside everything else: nothing that rings waits for them.
//!
//! ```text
//!   Effect::LookUp ─► LookUps ─┬─► journal: earlier calls, contacts ──► Found::Journal ─┐
//!                              └─► Known (a cache) ─► Service ─► CRM ─► Found::Crm ─────┤
//!   Effect::Moment ─┬─► Programs, without a shell                                       ├─► the desk
//!   Effect::Open ───┴─► Opener: the system's browser                                    │
//!   a row in the journal's outbox ─► Outbox ─► Service ─► CRM ─► Registered ────────────┘
//!   the files of crm.contacts ─► Contacts ─► journal
//! ```
//!
//! Everything is bounded: how much is asked at once, how long it may take, how much is remembered. What the CRM is told is
//! not lost on any account: it waits in the journal.

mod cache;
mod contacts;
mod look_ups;
mod opener;
mod outbox;
mod programs;
mod service;

use std::{future::Future, sync::Arc};

use cti::crm::lookup::link;
use desk::{Facts, Input, LookUp, Moment};
use journal::Handle;
use phone::Secret;
use tokio::{
    sync::{Notify, SetOnce, mpsc},
    task::AbortHandle,
};

use self::{
    contacts::Contacts, look_ups::LookUps, opener::Opener, outbox::Outbox, programs::Programs, service::Service,
};
use crate::settings::{self, Hook, SectionSecret};

/// The CRM beside the desk.
#[derive(Debug)]
pub(crate) struct Crm {
    look_ups: Arc<LookUps>,
    programs: Arc<Programs>,
    opener: Arc<Opener>,
    open_on: Option<Moment>,
    service: Arc<Service>,
    registered: Arc<Notify>,
    tasks: Vec<AbortHandle>,
}

/// The journal, once it is open; `None` inside if it cannot be opened.
type Ledger = Arc<SetOnce<Option<Handle>>>;

impl Crm {
    /// Begins at once, on the current tokio runtime, with what waits in the outbox. `secret` asks the keychain and may block;
    /// `journal` gives the open journal, or `None` if there is none; `tell` leads to the desk.
    pub(crate) fn start(
        settings: settings::Crm,
        hooks: Vec<Hook>,
        secret: impl Fn(&SectionSecret) -> Option<Secret> + Send + Sync + 'static,
        journal: impl Future<Output = Option<Handle>> + Send + 'static,
        tell: mpsc::Sender<Input>,
    ) -> Self {
        let ledger = Ledger::default();
        let (files, open_on) = (settings.contacts.clone(), settings.open_on);
        let service = Arc::new(Service::new(settings, secret));
        let look_ups = Arc::new(LookUps::new(Arc::clone(&service), Arc::clone(&ledger), tell.clone()));
        let opener = Arc::new(Opener::new(tell.clone()));
        let programs = Arc::new(Programs::new(hooks, tell.clone()));
        let registered = Arc::new(Notify::new());
        let mut tasks = Vec::new();
        let known = Arc::clone(&ledger);
        tasks.push(tokio::spawn(async move { drop(known.set(journal.await)) }).abort_handle());
        let opening = Arc::clone(&service);
        tasks.push(tokio::spawn(async move { opening.open().await }).abort_handle());
        if service.registers() {
            let outbox = Outbox::new(Arc::clone(&service), Arc::clone(&ledger), Arc::clone(&registered), tell.clone());
            tasks.push(tokio::spawn(outbox.run()).abort_handle());
        }
        if !files.is_empty() {
            tasks.push(tokio::spawn(Contacts::new(files, ledger, tell).run()).abort_handle());
        }
        Self { look_ups, programs, opener, open_on, service, registered, tasks }
    }

    /// Looks somebody up and tells the desk, twice. Waits for nobody.
    pub(crate) fn look_up(&self, wanted: LookUp) {
        Arc::clone(&self.look_ups).look_up(wanted);
    }

    /// Runs the programs that want to hear of this moment, and opens the address that is to be opened then. Waits for nobody.
    pub(crate) fn moment(&self, moment: Moment, facts: Facts) {
        let (early, late) = self.programs.at(moment);
        early.into_iter().for_each(|program| self.programs.run(program, moment, &facts));
        let opens = self.open_on == Some(moment);
        if late.is_empty() && !opens {
            return;
        }
        let (look_ups, programs) = (Arc::clone(&self.look_ups), Arc::clone(&self.programs));
        let (opener, service) = (Arc::clone(&self.opener), Arc::clone(&self.service));
        tokio::spawn(async move {
            let facts = look_ups.complete(facts).await;
            late.into_iter().for_each(|program| programs.run(program, moment, &facts));
            if opens && let Some(address) = link(&facts, service.settings()) {
                opener.open_by_itself(address);
            }
        });
    }

    /// Opens the CRM where it shows this person: the agent asked for it.
    pub(crate) fn open(&self, facts: &Facts) {
        match link(facts, self.service.settings()) {
            Some(address) => self.opener.open(address),
            None => tracing::debug!("there is no address to open for this call"),
        }
    }

    /// Something was written into the outbox.
    pub(crate) fn registered_something(&self) {
        self.registered.notify_one();
    }

    /// Ends it. What was not sent is sent after the next start.
    pub(crate) fn stop(&self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl Drop for Crm {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests;
