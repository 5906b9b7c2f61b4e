//! `[[hook]]`: programs that want to hear of calls.

use std::path::PathBuf;

use cti::crm::Argument;
use desk::Moment;

use super::{Problem, crm::no_such_fact, section::Section};

/// A program to start at some moments of a call. No shell has a part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// When.
    pub on: Vec<Moment>,
    /// Which.
    pub program: PathBuf,
    /// With what.
    pub arguments: Vec<Argument>,
}

/// What was read, and sentences for the log.
pub(super) fn read(root: &Section<'_>) -> Result<(Vec<Hook>, Vec<String>), Problem> {
    let (mut hooks, mut warnings) = (Vec::new(), Vec::new());
    for section in root.tables("hook")? {
        warnings.extend(section.unknown_keys(&["on", "program", "arguments"]));
        let program = section.wanted("program", "write the program, like program = \"/usr/local/bin/on-call\"")?;
        let arguments = arguments(&section)?;
        let unknown = arguments.iter().flat_map(Argument::unknown_facts);
        warnings.extend(unknown.map(|fact| section.problem("arguments", no_such_fact(fact)).to_string()));
        hooks.push(Hook { on: moments(&section)?, program: program.into(), arguments });
    }
    Ok((hooks, warnings))
}

fn arguments(section: &Section<'_>) -> Result<Vec<Argument>, Problem> {
    let texts = section.strings("arguments")?.unwrap_or_default();
    let read = |text: &String| Argument::parse(text).map_err(|error| section.problem("arguments", error.to_string()));
    texts.iter().map(read).collect()
}

fn moments(section: &Section<'_>) -> Result<Vec<Moment>, Problem> {
    let mend = "write when it is to run: one or more of \"ring\", \"answer\", \"end\"";
    let words = section.strings("on")?.filter(|words| !words.is_empty()).ok_or_else(|| section.problem("on", mend))?;
    let moment = |word: &String| {
        let known = MOMENTS.iter().find(|(name, _)| name == word).map(|(_, moment)| *moment);
        known.ok_or_else(|| section.problem("on", format!("{word:?} is not known here: {mend}")))
    };
    let mut moments = words.iter().map(moment).collect::<Result<Vec<_>, _>>()?;
    moments.sort_unstable();
    moments.dedup();
    Ok(moments)
}

const MOMENTS: &[(&str, Moment)] = &[("ring", Moment::Ring), ("answer", Moment::Answer), ("end", Moment::End)];
