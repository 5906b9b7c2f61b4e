//! What the main window asks for piece by piece: the history, the address book, and what the PBX told.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use desk::wire::{EventsView, HistoryPage, HistoryQuery, Refusal};
use headless::Imported;
use tauri::State;

use crate::bridge::Desk;

/// After so many files of one name, somebody is asked to tidy up.
const MAX_EXPORTS: u32 = 1000;

/// A page of the history.
#[tauri::command]
pub async fn history(desk: State<'_, Desk>, query: HistoryQuery) -> Result<HistoryPage, Refusal> {
    desk.up().await?.history(query).await
}

/// Saves what a search shows among the agent's downloads, and says as which file.
#[tauri::command]
pub async fn export_history(desk: State<'_, Desk>, query: HistoryQuery) -> Result<String, Refusal> {
    let desk = desk.up().await?;
    let folder = dirs::download_dir().or_else(dirs::home_dir);
    let file = folder.ok_or(io::ErrorKind::NotFound.into()).and_then(|folder| new_file(&folder));
    let file = file.map_err(|error| Refusal::conflict("journal_export", format!("no file can be written: {error}")))?;
    desk.export_history(query, file.clone()).await?;
    Ok(file.display().to_string())
}

/// Where events come from, and what came last.
#[tauri::command]
pub async fn events(desk: State<'_, Desk>) -> Result<EventsView, Refusal> {
    Ok(desk.up().await?.events())
}

/// Takes an event in once more.
#[tauri::command]
pub async fn replay_event(desk: State<'_, Desk>, event: u64) -> Result<(), Refusal> {
    desk.up().await?.replay_event(event).await
}

/// Takes a file into the address book.
#[tauri::command]
pub async fn import_contacts(desk: State<'_, Desk>, name: String, text: String) -> Result<Imported, Refusal> {
    desk.up().await?.import_contacts(&name, text.into_bytes()).await
}

/// A file that was not there before: an export never takes the place of another.
fn new_file(folder: &Path) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    for number in 1..=MAX_EXPORTS {
        let name = if number == 1 { "ringside-calls.csv".into() } else { format!("ringside-calls-{number}.csv") };
        let file = folder.join(name);
        match OpenOptions::new().write(true).create_new(true).open(&file) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            outcome => return outcome.map(|_| file),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests;
