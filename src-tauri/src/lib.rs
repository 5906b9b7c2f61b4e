//! The shell: Ringside on a desktop. It knows Tauri and the operating system and decides nothing about calls; those it
//! leaves to the desk, the same that `ringside-headless` runs without a window.
//!
//! ```text
//!                 ┌── bridge ◄──── snapshot, intent, changes ────► the window
//!   desk ◄────────┤
//!                 └── follow ──► glance ──► tray, notify, hotkey, windows
//!                                  └──► popup ──► card_window
//!
//!   ringside tel:… ── knock ──► the desk that runs already, else one is opened here
//! ```

pub mod app;
pub mod bridge;
pub mod card_window;
pub mod environment;
pub mod follow;
pub mod glance;
pub mod handler;
pub mod hotkey;
pub mod links;
pub mod notify;
pub mod place;
pub mod popup;
pub mod records;
pub mod selection;
pub mod signals;
#[cfg(test)]
mod staged;
pub mod texts;
pub mod tray;
pub mod windows;

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use desk::wire::Language;
use knock::options::{Ask, HELP, Options};
use knock::{Wish, knock};

use crate::texts::Texts;

/// What the process answers to a command line it cannot follow.
const USAGE_ERROR: u8 = 2;
/// Of two that start at once, the second waits this long for the first to be up.
const OTHER_BOUND: Duration = Duration::from_secs(5);
const OTHER_POLL: Duration = Duration::from_millis(20);

/// Does what the arguments that follow the program's name ask for. Call it first in `main`, while there is one thread.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match Ask::parse(arguments) {
        Ok(Ask::Run(options)) => open(options),
        Ok(Ask::Tell(data, wish)) => told(knock(&data, &wish)),
        Ok(Ask::DialSelection(data)) => dial_selection(&data),
        Ok(Ask::RegisterLinks) => register_links(),
        Ok(Ask::Help) => print(HELP),
        Ok(Ask::Version) => print(concat!("ringside ", env!("CARGO_PKG_VERSION"), "\n")),
        Err(error) => complain(error, USAGE_ERROR),
    }
}

/// Hands a link, or the wish to see the window, to the Ringside that runs; where none does, this one opens.
fn open(options: Options) -> ExitCode {
    let wish = match &options.link {
        Some(link) => Some(Wish::Open(link.clone())),
        None => (!options.hidden).then_some(Wish::Show),
    };
    let ask = || wish.as_ref().map_or(Ok(()), |wish| knock(&options.data, wish));
    if wish.is_some() {
        match ask() {
            Err(knock::Error::NotRunning) => {}
            outcome => return told_clicked(outcome, &options),
        }
    }
    if let Err(error) = spelled(options.link.as_deref()) {
        return told_clicked(Err(error), &options);
    }
    if !environment::has_display() {
        return complain("there is no display to open a window on; ringside-headless is the phone without one", 1);
    }
    environment::prepare();
    log();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(error, 1),
    };
    // Another one that starts in this moment, or ends, has the data folder.
    let deadline = Instant::now() + OTHER_BOUND;
    let code = loop {
        let starting = app::start(&options, &runtime);
        if !starting.is_in_use {
            break app::run(options, &runtime, starting).unwrap_or_else(|error| complain(error, 1));
        }
        match ask() {
            Err(error @ knock::Error::NotRunning) if Instant::now() > deadline => break complain(error, 1),
            Err(knock::Error::NotRunning) => std::thread::sleep(OTHER_POLL),
            outcome => break told_clicked(outcome, &options),
        }
    };
    // A task may still be waiting for an answer from a window that is gone.
    runtime.shutdown_background();
    code
}

/// Whether there may be something to dial in a link; what depends on an account is left to the desk that opens. Told as the
/// desk that runs would.
fn spelled(link: Option<&str>) -> Result<(), knock::Error> {
    let refused = |error: desk::TargetError| knock::Error::Refused {
        status: 400,
        code: error.code().to_owned(),
        detail: error.to_string(),
    };
    link.map_or(Ok(()), |link| desk::Target::check(link).map_err(refused))
}

fn dial_selection(data: &Path) -> ExitCode {
    let offer = |text| knock(data, &Wish::Offer(text));
    let offered = selection::texts().map(|texts| selection::offer(texts, offer, knock::Error::is_without_number));
    let why = match offered {
        Ok(Some(Ok(()))) => return ExitCode::SUCCESS,
        Ok(Some(Err(error))) => error.to_string(),
        Ok(None) => Texts::of(Language::System).nothing_to_dial.to_owned(),
        Err(error) => format!("the selected text cannot be read: {error}"),
    };
    // A key of the desktop runs this, too.
    if !std::io::stderr().is_terminal() {
        notify::not_dialled(&why);
    }
    complain(why, 1)
}

fn register_links() -> ExitCode {
    match handler::take() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(error, 1),
    }
}

fn told(outcome: Result<(), knock::Error>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error, if error.is_usage() { USAGE_ERROR } else { 1 }),
    }
}

/// A link that was clicked in a browser has no terminal to complain on.
fn told_clicked(outcome: Result<(), knock::Error>, options: &Options) -> ExitCode {
    if let Err(error) = &outcome
        && options.link.is_some()
        && !std::io::stderr().is_terminal()
    {
        notify::not_dialled(&error.to_string());
    }
    told(outcome)
}

/// Logs go to stderr, as much as `RUST_LOG` asks for.
fn log() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

fn print(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn complain(what: impl std::fmt::Display, code: u8) -> ExitCode {
    // A closed stderr leaves nobody to tell.
    let _ = writeln!(std::io::stderr(), "ringside: {what}");
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_only_some_countries_dial_opens_ringside() {
        for link in [None, Some("tel:1-800-FLOWERS"), Some("tel:+7-495-229-49-89;ext=12"), Some("anna")] {
            assert!(spelled(link).is_ok(), "{link:?}");
        }
    }

    #[test]
    fn a_link_without_a_number_is_a_usage_error_as_of_the_ringside_that_runs() {
        for link in ["", "tel:", "until tomorrow, then", "+7 495 229-49-89 or +7 495 229-49-90", &"1".repeat(65)] {
            let error = spelled(Some(link)).expect_err(link);
            assert!(error.is_usage(), "{link}: {error}");
        }
    }
}
