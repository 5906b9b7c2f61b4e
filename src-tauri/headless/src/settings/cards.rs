//! `[cards]`: which calls have a card, how it is shown, and what follows a call.

use std::time::Duration;

use desk::{
    Cards, FieldRule, Rules, Whose,
    wire::{CardMode, Disposition, WrapUpMode},
};
use toml_edit::DocumentMut;

use super::{
    Crm, Problem,
    section::Section,
    write::{put, table},
};

/// What was read, and sentences for the log.
pub(super) fn read(section: &Section<'_>, crm: &Crm) -> Result<(Cards, Vec<String>), Problem> {
    let mut warnings = section.unknown_keys(KEYS);
    let usual = Cards::default();
    let (fields, about_fields) = fields(section)?;
    let (dispositions, about_dispositions) = dispositions(section)?;
    warnings.extend(about_fields.into_iter().chain(about_dispositions));
    let cards = Cards {
        show: section.choice("show", SHOW)?.unwrap_or(usual.show),
        whose: section.choice("whose", WHOSE)?.unwrap_or(usual.whose),
        extensions: extensions(section)?,
        dispositions,
        wrap_up: section.choice("wrap_up", WRAP_UP)?.unwrap_or(usual.wrap_up),
        wrap_up_time: wrap_up_time(section)?.unwrap_or(usual.wrap_up_time),
        fields,
        looks_up: crm.asked.lookup_url.is_some() || !crm.contacts.is_empty(),
        register: crm.register,
    };
    Ok((cards, warnings))
}

/// Those keys that a file sets, as a policy locks them.
pub(super) fn set_keys(root: &Section<'_>) -> Result<Vec<&'static str>, Problem> {
    Ok(root.section("cards")?.has("show").then_some("cards.show").into_iter().collect())
}

/// Writes how calls are announced.
pub(super) fn write(document: &mut DocumentMut, show: CardMode) {
    let word = SHOW.iter().find(|(_, known)| *known == show).map(|(word, _)| *word);
    if let (Some(word), Some(cards)) = (word, table(document, "cards")) {
        put(cards, "show", word);
    }
}

/// The lines of `[[….field]]`, and sentences for the log.
pub(super) fn fields(section: &Section<'_>) -> Result<(Vec<FieldRule>, Vec<String>), Problem> {
    let (mut fields, mut warnings) = (Vec::new(), Vec::new());
    for field in section.tables("field")? {
        warnings.extend(field.unknown_keys(&["label", "from"]));
        let from = field.wanted("from", "write where the line comes from, like from = \"X-Ticket\"")?;
        let label = field.filled("label")?.unwrap_or_else(|| from.clone());
        fields.push(FieldRule { label, from });
    }
    Ok((fields, warnings))
}

fn dispositions(section: &Section<'_>) -> Result<(Vec<Disposition>, Vec<String>), Problem> {
    let (mut known, mut warnings) = (Vec::<Disposition>::new(), Vec::new());
    for disposition in section.tables("disposition")? {
        warnings.extend(disposition.unknown_keys(&["code", "label"]));
        let code = disposition.wanted("code", "write what the CRM is to read, like code = \"sale\"")?;
        let label = disposition.filled("label")?.unwrap_or_else(|| code.clone());
        if known.iter().any(|other| other.code == code) {
            return Err(disposition.problem("code", format!("there are two with the code {code:?}: give each its own")));
        }
        known.push(Disposition { code, label });
    }
    Ok((known, warnings))
}

fn extensions(section: &Section<'_>) -> Result<Vec<String>, Problem> {
    let rules = Rules { extensions: section.strings("extensions")?.unwrap_or_default(), ..Rules::default() };
    rules.check().map_err(|error| section.problem("extensions", error.to_string()))?;
    Ok(rules.extensions)
}

fn wrap_up_time(section: &Section<'_>) -> Result<Option<Duration>, Problem> {
    Ok(section.seconds("wrap_up_s", 3600)?.map(|seconds| Duration::from_secs(seconds.into())))
}

const KEYS: &[&str] = &["show", "whose", "extensions", "wrap_up", "wrap_up_s", "disposition", "field"];
const SHOW: &[(&str, CardMode)] =
    &[("card", CardMode::Card), ("notification", CardMode::Notification), ("none", CardMode::None)];
const WHOSE: &[(&str, Whose)] = &[("mine", Whose::Mine), ("all", Whose::All)];
const WRAP_UP: &[(&str, WrapUpMode)] = &[
    ("off", WrapUpMode::Off),
    ("optional", WrapUpMode::Optional),
    ("boxed", WrapUpMode::Boxed),
    ("mandatory", WrapUpMode::Mandatory),
];
