//! How an account reads and dials numbers.

use desk::{DialAs, Rules};
use toml_edit::Table;

use super::{
    Problem,
    section::Section,
    write::{put_list, set},
};

/// Of `[[account]]`.
pub(super) fn read(section: &Section<'_>) -> Result<Rules, Problem> {
    let rules = Rules {
        country: section.string("country")?.unwrap_or_default().trim().to_ascii_uppercase(),
        extensions: section.strings("extensions")?.unwrap_or_default(),
        dial_as: section.choice("dial_as", DIAL_AS)?.unwrap_or_default(),
        outside_prefix: section.string("outside_prefix")?.unwrap_or_default(),
    };
    rules.check().map_err(|error| section.problem(error.key(), error.to_string()))?;
    Ok(rules)
}

/// Writes all of it; what is as usual is left out.
pub(super) fn write(table: &mut Table, rules: &Rules) {
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let dial_as = DIAL_AS.iter().find(|(_, known)| *known == rules.dial_as && *known != DialAs::default());
    set(table, "country", filled(&rules.country).as_deref());
    set(table, "dial_as", dial_as.map(|(word, _)| *word));
    set(table, "outside_prefix", filled(&rules.outside_prefix).as_deref());
    if rules.extensions.is_empty() {
        table.remove("extensions");
    } else {
        put_list(table, "extensions", &rules.extensions);
    }
}

const DIAL_AS: &[(&str, DialAs)] =
    &[("typed", DialAs::Typed), ("e164", DialAs::E164), ("national", DialAs::National), ("digits", DialAs::Digits)];
