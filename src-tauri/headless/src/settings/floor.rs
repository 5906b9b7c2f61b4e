//! `[floor]`: who works here, and from where it is known what they do.

use desk::{FloorAgent, FloorRules, FloorSource};

use super::{Problem, section::Section};

/// What was read, and sentences for the log.
pub(super) fn read(section: &Section<'_>) -> Result<(FloorRules, Vec<String>), Problem> {
    let mut warnings = section.unknown_keys(KEYS);
    let mut agents = Vec::new();
    for text in section.strings("agents")?.unwrap_or_default() {
        agents.extend(several(&text).ok_or_else(|| section.problem("agents", LIKE))?);
    }
    for named in section.tables("agent")? {
        warnings.extend(named.unknown_keys(&["extension", "name"]));
        let mend = "write which telephone it is, like extension = \"101\": digits, letters, dots and underscores";
        let extension = named.wanted("extension", mend)?;
        if !is_plain(&extension) {
            return Err(named.problem("extension", mend));
        }
        let name = named.filled("name")?;
        match agents.iter_mut().find(|known: &&mut FloorAgent| known.extension == extension) {
            Some(known) => known.name = name,
            None => agents.push(FloorAgent { extension, name }),
        }
    }
    if agents.len() > MOST_AGENTS {
        return Err(section.problem("agents", format!("these are more than {MOST_AGENTS}: name fewer")));
    }
    let source = section.choice("source", SOURCES)?.unwrap_or_default();
    if source == FloorSource::Dialogs && agents.is_empty() {
        return Err(section.problem("agents", "name the extensions to subscribe to, like agents = [\"101-110\"]"));
    }
    let only_these = section.bool("only_these")?.unwrap_or_default();
    Ok((FloorRules { agents, only_these, source }, warnings))
}

/// `101`, or `101-110`.
fn several(text: &str) -> Option<Vec<FloorAgent>> {
    let agent = |extension: String| FloorAgent { extension, name: None };
    let text = text.trim();
    let Some((from, to)) = text.split_once('-') else { return is_plain(text).then(|| vec![agent(text.to_owned())]) };
    if from.len() != to.len() || from.len() > 6 {
        return None;
    }
    let (first, last) = (from.parse::<u32>().ok()?, to.parse::<u32>().ok()?);
    let count = usize::try_from(last.checked_sub(first)?).ok()?;
    (count < MOST_AGENTS)
        .then(|| (first..=last).map(|number| agent(format!("{number:0width$}", width = from.len()))).collect())
}

/// What an order can name.
fn is_plain(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte))
}

const KEYS: &[&str] = &["agents", "agent", "only_these", "source"];
const SOURCES: &[(&str, FloorSource)] = &[
    ("auto", FloorSource::Auto),
    ("events", FloorSource::Events),
    ("dialogs", FloorSource::Dialogs),
    ("off", FloorSource::Off),
];
const LIKE: &str = "write extensions like \"101\", or from one to another like \"101-110\"";
const MOST_AGENTS: usize = 5000;
