//! `[supervision]`: in which ways this desk may take part in others' calls, and what they notice of it.

use desk::{AgentSees, SupervisionRules, wire::SupervisionMode};

use super::{Driver, Pbx, Problem, section::Section};

/// What was read, and sentences for the log.
pub(super) fn read(section: &Section<'_>, pbx: &Pbx) -> Result<(SupervisionRules, Vec<String>), Problem> {
    let warnings = section.unknown_keys(KEYS);
    let usual = SupervisionRules::default();
    let orders = match pbx.driver {
        Driver::Ami(_) => desk::OrdersBy::Manager,
        Driver::DialCodes => desk::OrdersBy::Codes,
        Driver::None | Driver::Oktell(_) | Driver::Simotel(_) => desk::OrdersBy::Nobody,
    };
    let rules = SupervisionRules {
        modes: modes(section)?.unwrap_or(usual.modes),
        agent_sees: section.choice("agent_sees", SEES)?.unwrap_or(usual.agent_sees),
        supervisors: section.strings("supervisors")?.unwrap_or_default(),
        orders,
        codes: pbx.codes.clone(),
        desk_phone: pbx.desk_phone.clone(),
    };
    Ok((rules, warnings))
}

fn modes(section: &Section<'_>) -> Result<Option<Vec<SupervisionMode>>, Problem> {
    let Some(words) = section.strings("modes")? else { return Ok(None) };
    let known = |word: &String| {
        let mode = MODES.iter().find(|(known, _)| known == word).map(|(_, mode)| *mode);
        mode.ok_or_else(|| {
            section.problem("modes", format!("{word:?} is none of them: choose from spy, whisper, barge"))
        })
    };
    words.iter().map(known).collect::<Result<_, _>>().map(Some)
}

const KEYS: &[&str] = &["modes", "agent_sees", "supervisors"];
const SEES: &[(&str, AgentSees)] =
    &[("nothing", AgentSees::Nothing), ("badge", AgentSees::Badge), ("tone", AgentSees::Tone)];
const MODES: &[(&str, SupervisionMode)] =
    &[("spy", SupervisionMode::Spy), ("whisper", SupervisionMode::Whisper), ("barge", SupervisionMode::Barge)];
