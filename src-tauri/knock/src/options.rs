//! The command line.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use lexopt::prelude::*;

use crate::Wish;

/// Printed by `--help`.
pub const HELP: &str = "\
Ringside, a softphone.

Usage: ringside [OPTIONS] [NUMBER or LINK]
       ringside --answer | --decline | --hang-up | --dial-selection
       ringside --register-links

A number, or a tel:, sip:, sips: or callto: link, is dialled by the Ringside that runs; if none does, this one opens and
dials. What begins with a dash goes after a `--`. Emergency numbers and the like ask first.

  --answer          answer the call that rings
  --decline         refuse it
  --hang-up         end the current call
  --dial-selection  show the number in the selected text, to be dialled with one key
  --register-links  let this Ringside open tel:, sip:, sips: and callto: links

  --practice        use the practice PBX, with no account
  --settings FILE   settings; the default is ringside/settings.toml in the XDG configuration folder
  --data DIR        what Ringside keeps; the default is ringside in the XDG data folder
  --hidden          start in the tray
  --help            print this
  --version         print the version

--hangup, /answer, /hangup and /hangupall are understood too, for scripts made for other phones; the last ends all calls.
Exit status: 0 done, 1 refused or not running, 2 not understood.
";

/// A number with all its separators is shorter; more is not a number.
const MAX_LINK: usize = 1024;

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Open the phone, or show the one that runs.
    Run(Options),
    /// Tell the phone that runs on this data folder.
    Tell(PathBuf, Wish),
    /// Tell it to offer the number in the selected text.
    DialSelection(PathBuf),
    /// Become the program that opens links.
    RegisterLinks,
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
    /// A number or a link to dial.
    pub link: Option<String>,
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
        let mut line = Line::default();
        let mut parser = lexopt::Parser::from_args(arguments);
        loop {
            if ends_options(&mut parser) {
                while let Some(Value(link)) = parser.next()? {
                    line.link(link)?;
                }
                break;
            }
            let Some(argument) = parser.next()? else { break };
            match argument {
                Long("practice") => line.practice = true,
                Long("hidden") => line.hidden = true,
                Long("settings") => line.settings = Some(PathBuf::from(parser.value()?)),
                Long("data") => line.data = Some(PathBuf::from(parser.value()?)),
                Long("answer") => line.does(Does::Tell(Wish::Answer))?,
                Long("decline") => line.does(Does::Tell(Wish::Decline))?,
                Long("hang-up" | "hangup") => line.does(Does::Tell(Wish::HangUp))?,
                Long("dial-selection") => line.does(Does::DialSelection)?,
                Long("register-links") => line.does(Does::RegisterLinks)?,
                Long("help") | Short('h') => return Ok(Ask::Help),
                Long("version") | Short('V') => return Ok(Ask::Version),
                Value(value) if value.as_encoded_bytes().first() == Some(&b'/') => line.does(slash(&value)?)?,
                Value(value) => line.link(value)?,
                other => return Err(other.unexpected().into()),
            }
        }
        line.ask()
    }
}

/// The arguments as they come in.
#[derive(Default)]
struct Line {
    practice: bool,
    hidden: bool,
    settings: Option<PathBuf>,
    data: Option<PathBuf>,
    link: Option<String>,
    does: Option<Does>,
}

/// What is done instead of opening the phone.
enum Does {
    Tell(Wish),
    DialSelection,
    RegisterLinks,
}

impl Line {
    fn link(&mut self, link: OsString) -> Result<(), lexopt::Error> {
        if self.link.is_some() {
            return Err("give one number or link, in quotes if there are blanks in it".into());
        }
        let link = link.into_string().map_err(|_| "the number or link is not text")?;
        if link.len() > MAX_LINK {
            return Err("the number or link is too long".into());
        }
        self.link = Some(link);
        Ok(())
    }

    fn does(&mut self, does: Does) -> Result<(), lexopt::Error> {
        match self.does.replace(does) {
            Some(_) => Err("give one command at a time".into()),
            None => Ok(()),
        }
    }

    fn ask(self) -> Result<Ask, Error> {
        if self.does.is_some() && self.link.is_some() {
            return Err(lexopt::Error::from("give either a command or a number").into());
        }
        let data = || self.data.or_else(|| Some(dirs::data_dir()?.join("ringside"))).ok_or(Error::NoHome);
        let settings =
            || self.settings.or_else(|| Some(dirs::config_dir()?.join("ringside/settings.toml"))).ok_or(Error::NoHome);
        Ok(match self.does {
            Some(Does::Tell(wish)) => Ask::Tell(data()?, wish),
            Some(Does::DialSelection) => Ask::DialSelection(data()?),
            Some(Does::RegisterLinks) => Ask::RegisterLinks,
            None => Ask::Run(Options {
                practice: self.practice,
                settings: settings()?,
                data: data()?,
                hidden: self.hidden,
                link: self.link,
            }),
        })
    }
}

/// After `--` nothing is an option: links come from strangers.
fn ends_options(parser: &mut lexopt::Parser) -> bool {
    parser.try_raw_args().is_some_and(|rest| rest.peek() == Some(OsStr::new("--")))
}

/// Commands as other softphones spell them.
fn slash(command: &OsStr) -> Result<Does, lexopt::Error> {
    match command.to_str() {
        Some("/answer") => Ok(Does::Tell(Wish::Answer)),
        Some("/hangup") => Ok(Does::Tell(Wish::HangUp)),
        Some("/hangupall") => Ok(Does::Tell(Wish::HangUpAll)),
        _ => Err(Value(command.to_owned()).unexpected()),
    }
}

#[cfg(test)]
mod tests;
