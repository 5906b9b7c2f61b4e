//! The shell: Ringside on a desktop. It knows Tauri and the operating system and decides nothing about calls; those it
//! leaves to the desk, the same that `ringside-headless` runs without a window.
//!
//! ```text
//!                 ┌── bridge ◄──── snapshot, intent, changes ────► the window
//!   desk ◄────────┤
//!                 └── follow ──► glance ──► tray, notify, windows
//! ```

pub mod app;
pub mod bridge;
pub mod environment;
pub mod follow;
pub mod glance;
pub mod notify;
pub mod options;
pub mod signals;
#[cfg(test)]
mod staged;
pub mod texts;
pub mod tray;
pub mod windows;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use options::{Ask, HELP, Options};

/// What the process answers to a command line it cannot follow.
const USAGE_ERROR: u8 = 2;

/// Does what the arguments that follow the program's name ask for. Call it first in `main`, while there is one thread.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match Ask::parse(arguments) {
        Ok(Ask::Run(options)) => open(options),
        Ok(Ask::Help) => print(HELP),
        Ok(Ask::Version) => print(concat!("ringside ", env!("CARGO_PKG_VERSION"), "\n")),
        Err(error) => complain(error, USAGE_ERROR),
    }
}

fn open(options: Options) -> ExitCode {
    if !environment::has_display() {
        return complain("there is no display to open a window on; ringside-headless is the phone without one", 1);
    }
    environment::prepare();
    log();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(error, 1),
    };
    let code = app::run(options, &runtime).unwrap_or_else(|error| complain(error, 1));
    // A task may still be waiting for an answer from a window that is gone.
    runtime.shutdown_background();
    code
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
