//! Carries out what the desk wants kept, one thing after the other, beside everything else: disks and keychains are slow.

use std::{io, sync::Arc};

use desk::{Input, Store};
use phone::{AccountId, Secret};
use tokio::{sync::mpsc, task::spawn_blocking};

use crate::{
    engine::DeskHandle,
    secrets::Secrets,
    settings::{SectionSecret, Writer},
};

/// The settings file and the passwords.
pub(crate) struct Keeper {
    files: Arc<Files>,
    desk: DeskHandle,
}

struct Files {
    settings: Writer,
    secrets: Secrets,
}

impl Keeper {
    pub(crate) fn new(settings: Writer, secrets: Secrets, desk: DeskHandle) -> Self {
        Self { files: Arc::new(Files { settings, secrets }), desk }
    }

    /// First asks the keychain for what is missing and takes passwords out of the settings file, then serves until the desk
    /// is gone.
    pub(crate) async fn run(
        self,
        to_move: Vec<(AccountId, Secret)>,
        of_sections: Vec<SectionSecret>,
        to_ask: Vec<AccountId>,
        mut stored: mpsc::Receiver<Store>,
    ) {
        for id in to_ask {
            let (files, asked) = (Arc::clone(&self.files), id.clone());
            let password = spawn_blocking(move || files.secrets.ask(&asked.0)).await.ok().flatten();
            self.desk.tell(Input::Password(id, password)).await;
        }
        self.write(move |files| files.take_over(&to_move, &of_sections)).await;
        while let Some(store) = stored.recv().await {
            self.write(move |files| files.store(&store)).await;
        }
    }

    /// Tells the desk whether secrets are in a file now, and when something could not be kept.
    async fn write(&self, change: impl FnOnce(&Files) -> io::Result<()> + Send + 'static) {
        let files = Arc::clone(&self.files);
        let written = spawn_blocking(move || (change(&files), files.secrets.has_file())).await;
        let Ok((result, in_file)) = written else { return };
        self.desk.tell(Input::SecretsInFile(in_file)).await;
        if let Err(error) = result {
            tracing::warn!(%error, "settings could not be saved");
            self.desk.tell(Input::NotStored(error.to_string())).await;
        }
    }
}

impl Files {
    /// A password leaves the settings file only once it is safe elsewhere.
    fn take_over(&self, passwords: &[(AccountId, Secret)], of_sections: &[SectionSecret]) -> io::Result<()> {
        let mut safe = Vec::new();
        for (id, password) in passwords {
            self.secrets.keep(&id.0, password)?;
            safe.push(id.clone());
        }
        if !safe.is_empty() {
            self.settings.remove_passwords(&safe)?;
        }
        for secret in of_sections {
            if let Some(text) = &secret.text {
                self.secrets.keep(&secret.name(), text)?;
            }
        }
        if of_sections.is_empty() { Ok(()) } else { self.settings.remove_secrets(of_sections) }
    }

    fn store(&self, store: &Store) -> io::Result<()> {
        match store {
            Store::Password(id, password) => self.secrets.keep(&id.0, password).map(drop),
            Store::RemoveAccount(id) => self.settings.store(store).and_then(|()| self.secrets.forget(&id.0)),
            Store::Account(..)
            | Store::Devices(..)
            | Store::Language(_)
            | Store::ClickToCall(_)
            | Store::CallbackLine(_)
            | Store::CardMode(_) => self.settings.store(store),
        }
    }
}
