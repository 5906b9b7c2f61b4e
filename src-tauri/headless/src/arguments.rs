//! The command line.

use std::{ffi::OsString, path::PathBuf};

use headless::{Options, SecretStore};
use lexopt::{
    Arg::{Long, Short},
    Parser, ValueExt as _,
};

/// What was asked on the command line.
pub(crate) struct Arguments {
    pub(crate) options: Options,
    pub(crate) log_format: LogFormat,
    pub(crate) stdin: bool,
}

#[derive(Clone, Copy)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl Arguments {
    /// `None` asks for the usage.
    pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Self>, lexopt::Error> {
        let mut parser = Parser::from_iter(arguments);
        let (mut settings, mut data, mut secrets) = (None, None, None);
        let (mut practice, mut stdin, mut log_format) = (false, false, LogFormat::Text);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("settings") => settings = Some(PathBuf::from(parser.value()?)),
                Long("data") => data = Some(PathBuf::from(parser.value()?)),
                Long("practice") => practice = true,
                Long("stdin") => stdin = true,
                Long("log-format") => log_format = parser.value()?.parse_with(log_format_named)?,
                Long("secrets") => secrets = Some(parser.value()?.parse_with(store_named)?),
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected()),
            }
        }
        let settings = settings.ok_or("--settings FILE is missing: it names the settings to run with")?;
        let mut options = Options::new(settings, data.unwrap_or_else(data_folder));
        options.practice = practice;
        options.secrets = secrets.unwrap_or(options.secrets);
        Ok(Some(Self { options, log_format, stdin }))
    }
}

fn log_format_named(name: &str) -> Result<LogFormat, &'static str> {
    match name {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("the log is written as json or text"),
    }
}

fn store_named(name: &str) -> Result<SecretStore, &'static str> {
    match name {
        "keychain" => Ok(SecretStore::Keychain),
        "file" => Ok(SecretStore::File),
        _ => Err("secrets are kept in the keychain or in a file"),
    }
}

/// The XDG data folder, which is `~/.local/share/ringside` nearly everywhere.
fn data_folder() -> PathBuf {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
    base.unwrap_or_default().join("ringside")
}

pub(crate) const USAGE: &str = "\
ringside-headless --settings FILE [--data DIR] [--practice]

  --settings FILE          the settings, TOML
  --data DIR               where the token and secrets are kept; $XDG_DATA_HOME/ringside if missing
  --practice               run the practice PBX in this process, with an account on it
  --stdin                  read intents from standard input, one JSON object a line, and answer each with a line
  --secrets keychain|file  where passwords are kept; $RINGSIDE_SECRETS
  --log-format text|json   the log on standard error; $RUST_LOG says how much

Standard output: one JSON object a line, first {\"ready\":…}, then each {\"change\":…}.";
