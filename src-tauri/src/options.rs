//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

/// Printed by `--help`.
pub const HELP: &str = "\
Ringside, a softphone.

Usage: ringside [--practice] [--settings FILE] [--data DIR] [--hidden]

  --practice       use the practice PBX, with no account
  --settings FILE  settings; the default is ringside/settings.toml in the XDG configuration folder
  --data DIR       what Ringside keeps; the default is ringside in the XDG data folder
  --hidden         start in the tray
  --help           print this
  --version        print the version
";

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Open the phone.
    Run(Options),
    /// Print [`HELP`].
    Help,
    /// Print the version.
    Version,
}

/// How to open the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Use the practice PBX even if there are accounts.
    pub practice: bool,
    /// The settings file; it need not exist.
    pub settings: PathBuf,
    /// Where everything else is kept; made if missing.
    pub data: PathBuf,
    /// Start in the tray.
    pub hidden: bool,
}

/// A command line that makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An unknown option or a missing value.
    #[error("{0}; try --help")]
    Usage(#[from] lexopt::Error),
    /// Neither an XDG folder nor a home.
    #[error("there is no home folder: give --settings FILE and --data DIR")]
    NoHome,
}

impl Ask {
    /// Reads the arguments that follow the program's name.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Ask, Error> {
        let (mut practice, mut hidden) = (false, false);
        let (mut settings, mut data) = (None, None);
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("practice") => practice = true,
                Long("hidden") => hidden = true,
                Long("settings") => settings = Some(PathBuf::from(parser.value()?)),
                Long("data") => data = Some(PathBuf::from(parser.value()?)),
                Long("help") | Short('h') => return Ok(Ask::Help),
                Long("version") | Short('V') => return Ok(Ask::Version),
                other => return Err(other.unexpected().into()),
            }
        }
        let settings = settings.or_else(|| Some(dirs::config_dir()?.join("ringside/settings.toml")));
        let data = data.or_else(|| Some(dirs::data_dir()?.join("ringside")));
        match (settings, data) {
            (Some(settings), Some(data)) => Ok(Ask::Run(Options { practice, settings, data, hidden })),
            _ => Err(Error::NoHome),
        }
    }
}

#[cfg(test)]
mod tests;
