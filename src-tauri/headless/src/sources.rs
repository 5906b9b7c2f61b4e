//! Where the events of PBXs come from: the webhook receiver, and the manager interface of an Asterisk.

use std::future::pending;

use tokio::task::spawn_blocking;

use crate::{
    engine::DeskHandle,
    intake::Intake,
    journaling::Journaling,
    manager::{Manager, ManagerHandle},
    secrets::Secrets,
    settings::{Pbx, Webhook},
    webhook::{Bound, Seen},
};

/// What is to be listened to.
pub(crate) struct Sources {
    pub(crate) receiver: Option<Bound>,
    pub(crate) hooks: Webhook,
    pub(crate) pbx: Pbx,
    /// Telephones that the settings know by name.
    pub(crate) names: Vec<String>,
    pub(crate) manager: ManagerHandle,
    pub(crate) seen: Seen,
    pub(crate) secrets: Secrets,
}

impl Sources {
    /// Listens until it is aborted. Nothing is taken in before the desk knows again what was going on.
    pub(crate) async fn run(self, desk: DeskHandle, journal: Journaling) {
        let Self { receiver, hooks, pbx, names, manager, seen, secrets } = self;
        let wanted = (hooks.password, pbx.secrets.first().cloned());
        let asked = spawn_blocking(move || {
            let (password, secret) = wanted;
            (secrets.of_section(&password), secret.and_then(|secret| secrets.of_section(&secret)))
        });
        let (password, secret) = asked.await.unwrap_or_default();
        let calls = journal.unsettled_calls().await;
        let intake = Intake::new(desk.clone(), journal, calls);
        let _manager = Manager::watch(&pbx, secret, names, seen, intake.clone(), desk, &manager);
        let _receiver = receiver.map(|receiver| receiver.serve(password, intake));
        pending::<()>().await;
    }
}
