//! The address books of the settings: read at the start, and again when a file changes.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use desk::Input;
use journal::Contact;
use tokio::{
    sync::mpsc,
    task::spawn_blocking,
    time::{MissedTickBehavior, interval},
};

use super::Ledger;

/// Watches the files.
pub(super) struct Contacts {
    files: Vec<PathBuf>,
    ledger: Ledger,
    tell: mpsc::Sender<Input>,
}

/// What tells a file from what it was: when it was changed, and its length. `None` while it cannot be seen.
type Stamp = Option<(SystemTime, u64)>;

/// What was read: everybody, and a sentence for each file that could not be.
struct Books {
    people: Vec<Contact>,
    troubles: Vec<String>,
}

impl Contacts {
    pub(super) fn new(files: Vec<PathBuf>, ledger: Ledger, tell: mpsc::Sender<Input>) -> Self {
        Self { files, ledger, tell }
    }

    /// Runs for ever.
    pub(super) async fn run(self) {
        let mut known: Option<Vec<Stamp>> = None;
        let mut looks = interval(EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let files = self.files.clone();
            let Ok(stamps) = spawn_blocking(move || files.iter().map(|file| stamp(file)).collect()).await else {
                continue;
            };
            if known.as_ref() != Some(&stamps) && self.import().await {
                // What was changed meanwhile has another stamp the next time.
                known = Some(stamps);
            }
        }
    }

    /// Reads all of them into the journal; whether that is done with.
    async fn import(&self) -> bool {
        let files = self.files.clone();
        let Ok(Books { people, troubles }) = spawn_blocking(move || read_all(&files)).await else { return true };
        let is_whole = troubles.is_empty();
        for sentence in troubles {
            tracing::warn!("{sentence}");
            self.tell.send(Input::Notice("contacts_unreadable".to_owned(), sentence)).await.ok();
        }
        let Some(journal) = self.ledger.wait().await else { return true };
        // Whoever was taken out of a file goes; but nobody goes on account of a file that cannot be read.
        let change = move |journal: &mut journal::Journal| journal.follow_files(people, is_whole);
        match journal.change(change).await {
            Ok(count) => tracing::info!(count, "contacts were read"),
            Err(error) => {
                tracing::warn!("contacts are not in the journal yet: {error}");
                return false;
            }
        }
        true
    }
}

fn stamp(file: &Path) -> Stamp {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn read_all(files: &[PathBuf]) -> Books {
    let mut books = Books { people: Vec::new(), troubles: Vec::new() };
    for file in files {
        match read(file).map_err(|error| error.to_string()) {
            Ok(bytes) => match journal::read_contacts(&bytes) {
                Ok(people) => books.people.extend(people),
                Err(error) => books.troubles.push(sentence(file, &error)),
            },
            Err(error) => books.troubles.push(sentence(file, &error)),
        }
    }
    books
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MAX_FILE).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn sentence(file: &Path, why: &dyn std::fmt::Display) -> String {
    format!("Contacts are not read from {}: {why}", file.display())
}

const EVERY: Duration = Duration::from_secs(5);
/// A byte more than the journal takes, so that it says so.
const MAX_FILE: u64 = (64 << 20) + 1;

#[cfg(test)]
mod tests;
