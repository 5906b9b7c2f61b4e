//! The history and the address book, for windows and programs: asked for piece by piece, straight from the journal.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use desk::{
    Numbering,
    wire::{CardOutcome, CardRegistration, Direction, HistoryCall, HistoryFilter, HistoryPage, HistoryQuery, Refusal},
};
use jiff::Timestamp;
use journal::{Cursor, Error, Filter, Handle, Query};

use crate::engine::DeskHandle;

/// How many contacts a file had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    /// Those that are in the address book now.
    pub taken: usize,
    /// Those without a name or a number.
    pub skipped: usize,
}

impl DeskHandle {
    /// A page of the history.
    ///
    /// # Errors
    /// If the journal cannot be read, or the page is none that was given out.
    pub async fn history(&self, query: HistoryQuery) -> Result<HistoryPage, Refusal> {
        let before = query.before.as_deref().map(str::parse).transpose().map(|before| before.map(Cursor));
        let before = before.map_err(|_| Refusal::malformed("bad_page", "Give `before` as the `next` of a page"))?;
        let limit = usize::from(query.limit.unwrap_or(DEFAULT_PAGE).clamp(1, MAX_PAGE));
        let wanted = Query { text: bounded(&query.text), before, limit, filter: filter(query.filter) };
        let handle = self.journal_handle().await?;
        let read = handle.read(move |journal| {
            let page = journal.search(&wanted)?;
            let keys: Vec<&str> = page.calls.iter().map(|call| call.key.as_str()).collect();
            let told = journal.registrations(&keys)?;
            Ok((page, told))
        });
        let (page, told) = read.await.map_err(unreadable)?;
        let numbering = self.numbering();
        let shown = |call: journal::Call| {
            let registration = match told.get(&call.key) {
                None => CardRegistration::None,
                Some(false) => CardRegistration::Waiting,
                Some(true) => CardRegistration::Done,
            };
            of_journal(call, registration, &numbering)
        };
        let next = page.next.map(|Cursor(next)| next.to_string());
        Ok(HistoryPage { calls: page.calls.into_iter().map(shown).collect(), next })
    }

    /// The history as CSV, all that a search shows; to be deleted by whoever takes it.
    ///
    /// # Errors
    /// If the journal cannot be read, or the file cannot be written.
    pub async fn export_history(&self, query: HistoryQuery, file: PathBuf) -> Result<u64, Refusal> {
        let (text, filter) = (bounded(&query.text), filter(query.filter));
        let write = move |journal: &journal::Journal| {
            let mut out = io::BufWriter::new(std::fs::File::create(&file)?);
            let count = journal.export_csv(&text, filter, &mut out)?;
            out.flush()?;
            Ok(count)
        };
        self.journal_handle().await?.read_at_length(write).await.map_err(unreadable)
    }

    /// Takes a CSV or vCard file into the address book. `name` is the file's, as it was chosen.
    ///
    /// # Errors
    /// If it is neither, or the journal cannot be written.
    pub async fn import_contacts(&self, name: &str, file: Vec<u8>) -> Result<Imported, Refusal> {
        let contacts = journal::read_contacts(&file).map_err(|error| {
            let name = Path::new(name).file_name().unwrap_or_default().to_string_lossy().into_owned();
            Refusal::malformed(error.code(), format!("{name}: {error}"))
        })?;
        let all = contacts.len();
        let handle = self.journal_handle().await?;
        let taken = handle.change(move |journal| journal.import_contacts(contacts)).await.map_err(unreadable)?;
        Ok(Imported { taken, skipped: all.saturating_sub(taken) })
    }

    async fn journal_handle(&self) -> Result<Handle, Refusal> {
        self.journal().handle().await.ok_or_else(|| {
            Refusal::conflict(
                "journal_unavailable",
                "The journal could not be opened: see Ringside's log for the reason",
            )
        })
    }
}

fn of_journal(call: journal::Call, registration: CardRegistration, numbering: &Numbering) -> HistoryCall {
    let text = |at: Timestamp| at.to_string();
    HistoryCall {
        key: call.key,
        direction: match call.direction {
            journal::Direction::In => Direction::Inbound,
            journal::Direction::Out => Direction::Outbound,
        },
        number_shown: numbering.shown(&call.number),
        number: call.number,
        name: call.name,
        company: call.company,
        extension: call.extension,
        account: call.account,
        queue: call.queue,
        did: call.did.map(|did| numbering.shown(&did)),
        started_at: text(call.started_at),
        answered_at: call.answered_at.map(text),
        ended_at: call.ended_at.map(text),
        talk_ms: call.talk_ms,
        outcome: call.outcome.map(outcome),
        taken_by: call.taken_by,
        note: call.note,
        disposition: call.disposition,
        registration,
        recording: call.recording_id,
    }
}

fn outcome(outcome: journal::Outcome) -> CardOutcome {
    match outcome {
        journal::Outcome::Answered => CardOutcome::Answered,
        journal::Outcome::Missed => CardOutcome::Missed,
        journal::Outcome::Taken => CardOutcome::Taken,
        journal::Outcome::Busy => CardOutcome::Busy,
        journal::Outcome::Failed => CardOutcome::Failed,
    }
}

fn filter(filter: HistoryFilter) -> Filter {
    match filter {
        HistoryFilter::All => Filter::All,
        HistoryFilter::In => Filter::In,
        HistoryFilter::Out => Filter::Out,
        HistoryFilter::Missed => Filter::Missed,
    }
}

fn bounded(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

fn unreadable(error: Error) -> Refusal {
    tracing::warn!("{error}");
    Refusal::conflict(&format!("journal_{}", error.code()), error.to_string())
}

const DEFAULT_PAGE: u16 = 50;
const MAX_PAGE: u16 = 200;
const MAX_TEXT: usize = 200;
