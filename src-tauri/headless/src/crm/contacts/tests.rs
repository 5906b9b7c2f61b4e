//! Address books come and change.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;
use journal::{Handle, Journal};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use super::*;

struct Book {
    folder: TempDir,
    journal: Handle,
    told: mpsc::Receiver<Input>,
    task: tokio::task::JoinHandle<()>,
}

impl Book {
    /// Watches these files, some of which are there.
    fn watch(files: &[(&str, Option<&str>)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            if let Some(text) = text {
                fs::write(folder.path().join(name), text).expect("a file");
            }
        }
        let journal = Journal::open(&folder.path().join("journal.sqlite"), Timestamp::now()).expect("a journal");
        let journal = Handle::start(journal);
        let ledger = Ledger::default();
        Arc::clone(&ledger).set(Some(journal.clone())).expect("set once");
        let (tell, told) = mpsc::channel(4);
        let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.path().join(name)).collect();
        let task = tokio::spawn(Contacts::new(paths, ledger, tell).run());
        Self { folder, journal, told, task }
    }

    async fn knows(&self, number: &'static str, expected: Option<&str>) {
        let is_known = async {
            loop {
                let contact = self.journal.read(move |journal| journal.find_contact(number)).await.expect("an answer");
                if contact.as_ref().map(|contact| contact.name.as_str()) == expected {
                    return;
                }
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(EVERY * 3, is_known).await.unwrap_or_else(|_| panic!("{number} is not {expected:?}"));
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test]
async fn a_book_is_read_at_the_start_and_when_it_changes() {
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Boris\nTEL:+7 495 000-33-44\nEND:VCARD\n";
    let table = "name,phone\nAnna,74950001122\n";
    let book = Book::watch(&[("table.csv", Some(table)), ("cards.vcf", Some(card))]);
    book.knows("74950001122", Some("Anna")).await;
    book.knows("84950003344", Some("Boris")).await;
    fs::write(book.folder.path().join("table.csv"), "name,phone\nVera Long,74950005566\n").expect("a file");
    book.knows("74950005566", Some("Vera Long")).await;
    book.knows("74950001122", None).await;
    book.knows("84950003344", Some("Boris")).await;
}

#[tokio::test]
async fn a_book_that_cannot_be_read_is_told_of_and_takes_nobody_away() {
    let mut book = Book::watch(&[("gone.csv", None), ("table.csv", Some("name,phone\nAnna,74950001122\n"))]);
    book.knows("74950001122", Some("Anna")).await;
    let Some(Input::Notice(code, sentence)) = book.told.recv().await else { panic!("a notice") };
    assert_eq!(code, "contacts_unreadable");
    assert!(sentence.contains("gone.csv"), "{sentence}");
}
