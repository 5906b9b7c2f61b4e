//! `[local_api]`, `[links]` and `[hotkeys]`: how clicks from outside are taken.

use desk::{
    Clicks,
    wire::{CallTo, Links, Via},
};
use toml_edit::DocumentMut;

use super::{
    Pbx, Problem,
    section::Section,
    write::{put, put_list, table},
};

/// What was read, and sentences for the log.
pub(super) fn read(root: &Section<'_>, pbx: &Pbx) -> Result<(Clicks, Vec<String>), Problem> {
    let (local_api, links, hotkeys) = (root.section("local_api")?, root.section("links")?, root.section("hotkeys")?);
    let mut warnings = local_api.unknown_keys(&["port", "callto", "origins", "refused_origins"]);
    warnings.extend(links.unknown_keys(&["tel"]));
    warnings.extend(hotkeys.unknown_keys(&["dial_selection"]));
    let usual = Clicks::default();
    let (mut allowed, refused) = (origins(&local_api, "origins")?, origins(&local_api, "refused_origins")?);
    for both in refused.iter().filter(|origin| allowed.contains(origin)) {
        let mend = format!("{both} stands in origins too and is refused: take it out of one of them");
        warnings.push(local_api.problem("refused_origins", mend).to_string());
    }
    allowed.retain(|origin| !refused.contains(origin));
    let clicks = Clicks {
        port: local_api.port("port")?.unwrap_or(usual.port),
        callto: local_api.choice("callto", CALLTO)?.unwrap_or_default(),
        links: links.choice("tel", LINKS)?.unwrap_or_default(),
        hotkey: hotkey(&hotkeys)?.unwrap_or(usual.hotkey),
        via: pbx.dial,
        pbx: pbx.places_calls(),
        pbx_rings: pbx.rings(),
        allowed,
        refused,
    };
    Ok((clicks, warnings))
}

/// Those keys that a file sets, as a policy locks them.
pub(super) fn set_keys(root: &Section<'_>) -> Result<Vec<&'static str>, Problem> {
    let mut set = Vec::new();
    for (section, key, locked) in KEYS {
        if root.section(section)?.has(key) {
            set.push(*locked);
        }
    }
    Ok(set)
}

/// Writes what is different.
pub(super) fn write(document: &mut DocumentMut, before: &Clicks, after: &Clicks) {
    if before.port != after.port {
        set(document, "local_api", "port", i64::from(after.port));
    }
    if before.callto != after.callto {
        set(document, "local_api", "callto", word(CALLTO, after.callto));
    }
    // Both of them: a site that stands in both was read as a refused one alone.
    if (&before.allowed, &before.refused) != (&after.allowed, &after.refused)
        && let Some(local_api) = table(document, "local_api")
    {
        for (key, sites) in [("origins", &after.allowed), ("refused_origins", &after.refused)] {
            if local_api.contains_key(key) || !sites.is_empty() {
                put_list(local_api, key, sites);
            }
        }
    }
    if before.links != after.links {
        set(document, "links", "tel", word(LINKS, after.links));
    }
    if before.hotkey != after.hotkey {
        set(document, "hotkeys", "dial_selection", after.hotkey.as_str());
    }
    if before.via != after.via {
        set(document, "pbx", "dial", word(VIA, after.via));
    }
}

fn set(document: &mut DocumentMut, section: &str, key: &str, value: impl Into<toml_edit::Value>) {
    if let Some(section) = table(document, section) {
        put(section, key, value);
    }
}

fn origins(section: &Section<'_>, key: &str) -> Result<Vec<String>, Problem> {
    let mut origins = Vec::new();
    for text in section.strings(key)?.unwrap_or_default() {
        let origin = desk::normalise_origin(&text).map_err(|_| {
            section.problem(key, format!("{text:?} is no site: write it like \"https://crm.example\", without a path"))
        })?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

fn hotkey(section: &Section<'_>) -> Result<Option<String>, Problem> {
    let Some(text) = section.string("dial_selection")? else { return Ok(None) };
    desk::hotkey_of(&text).map(Some).map_err(|_| {
        let mend = format!("{text:?} is no hotkey: write it like \"Ctrl+Alt+C\", or \"\" for none");
        section.problem("dial_selection", mend)
    })
}

fn word<T: PartialEq>(words: &[(&'static str, T)], meant: T) -> &'static str {
    words.iter().find(|(_, known)| *known == meant).map_or("", |(word, _)| word)
}

/// Section and key, and by which name the desk asks whether it is locked.
const KEYS: &[(&str, &str, &str)] = &[
    ("local_api", "port", "local_api.port"),
    ("local_api", "callto", "local_api.callto"),
    ("local_api", "origins", "local_api.origins"),
    ("local_api", "refused_origins", "local_api.origins"),
    ("links", "tel", "links.tel"),
    ("hotkeys", "dial_selection", "hotkeys.dial_selection"),
    ("pbx", "dial", "pbx.dial"),
];
const CALLTO: &[(&str, CallTo)] = &[("off", CallTo::Off), ("ask", CallTo::Ask), ("paired", CallTo::Paired)];
const LINKS: &[(&str, Links)] = &[("dial", Links::Dial), ("ask", Links::Ask)];
const VIA: &[(&str, Via)] = &[("softphone", Via::Softphone), ("pbx", Via::Pbx)];
