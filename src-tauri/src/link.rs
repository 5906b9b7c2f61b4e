//! `ringside-link`: hands a link to the Ringside that runs. Loading GTK and WebKit, which a link has no use for, takes
//! `ringside` itself 50 ms of processor time. Whatever else is asked for, and whatever is refused, is left to `ringside`.

use std::ffi::OsString;
use std::io::Write;
use std::process::{Command, ExitCode};

use knock::options::{Ask, Options};
use knock::{Wish, knock};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if is_done(&arguments) {
        return ExitCode::SUCCESS;
    }
    match become_ringside(&arguments) {
        Ok(code) => code,
        Err(error) => {
            // A closed stderr leaves nobody to tell.
            let _ = writeln!(std::io::stderr(), "ringside-link: ringside, which belongs beside it: {error}");
            ExitCode::FAILURE
        }
    }
}

fn is_done(arguments: &[OsString]) -> bool {
    match Ask::parse(arguments.iter().cloned()) {
        Ok(Ask::Run(Options { link, data, hidden: false, .. })) => {
            knock(&data, &link.map_or(Wish::Show, Wish::Open)).is_ok()
        }
        Ok(Ask::Tell(data, wish)) => knock(&data, &wish).is_ok(),
        _ => false,
    }
}

/// Returns only if there is no taking its place.
fn become_ringside(arguments: &[OsString]) -> std::io::Result<ExitCode> {
    let program = std::env::current_exe()?.with_file_name(format!("ringside{}", std::env::consts::EXE_SUFFIX));
    let mut ringside = Command::new(program);
    ringside.args(arguments);
    #[cfg(unix)]
    return Err(std::os::unix::process::CommandExt::exec(&mut ringside));
    #[cfg(not(unix))]
    ringside.status().map(|status| if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
