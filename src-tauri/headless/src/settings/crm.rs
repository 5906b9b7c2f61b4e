//! `[crm]`: whom to ask about a number, whom to tell of a call, and what to open.

use std::path::{Path, PathBuf};

use cti::{
    Address,
    crm::{Endpoint, KNOWN_FACTS, MappedField, Mapping, Template, TemplateError, lookup::PathError},
};
use desk::{Moment, Register};

use super::{
    Problem, cards,
    secret::{self, SectionSecret},
    section::Section,
};

/// The CRM, as the settings have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Crm {
    /// What it is asked, and where.
    pub asked: cti::crm::Settings,
    /// When a card's link opens by itself, if ever.
    pub open_on: Option<Moment>,
    /// For HTTP Basic.
    pub username: Option<String>,
    /// What belongs to the user.
    pub password: SectionSecret,
    /// For `Authorization: Bearer`, instead of the two.
    pub token: SectionSecret,
    /// A CA to trust besides the system's.
    pub ca: Option<PathBuf>,
    /// Which calls it is told of.
    pub register: Register,
    /// Files of a local address book.
    pub contacts: Vec<PathBuf>,
}

impl Default for Crm {
    /// There is none.
    fn default() -> Self {
        Self {
            asked: cti::crm::Settings::default(),
            open_on: None,
            username: None,
            password: SectionSecret::unknown(CRM, "password"),
            token: SectionSecret::unknown(CRM, "token"),
            ca: None,
            register: Register::Off,
            contacts: Vec::new(),
        }
    }
}

/// What was read, and sentences for the log. `events_come`: a PBX tells of its calls.
pub(super) fn read(section: &Section<'_>, settings: &Path, events_come: bool) -> Result<(Crm, Vec<String>), Problem> {
    let (mapping, about_mapping) = mapping(section)?;
    let asked = cti::crm::Settings {
        lookup_url: address(section, "lookup_url", Template::parse)?,
        register_url: address(section, "register_url", Endpoint::parse)?,
        open_url: address(section, "open_url", Template::parse)?,
        mapping,
    };
    let crm = Crm {
        register: register(section, asked.register_url.is_some(), events_come)?,
        asked,
        open_on: section.choice("open_on", OPEN_ON)?.flatten(),
        username: section.filled("username")?,
        password: secret::read(section, CRM, "password", settings)?,
        token: secret::read(section, CRM, "token", settings)?,
        ca: section.filled("ca")?.map(Into::into),
        contacts: contacts(section, settings)?,
    };
    one_proof(section, &crm)?;
    let mut warnings = section.unknown_keys(KEYS);
    warnings.extend(about_mapping);
    warnings.extend(unknown_facts(section, &crm.asked));
    warnings.extend(readable_on_the_way(section, &crm.asked));
    Ok((crm, warnings))
}

fn address<T>(
    section: &Section<'_>,
    key: &str,
    parse: impl Fn(&str) -> Result<T, TemplateError>,
) -> Result<Option<T>, Problem> {
    let read = |text: String| parse(&text).map_err(|error| section.problem(key, error.to_string()));
    section.filled(key)?.map(read).transpose()
}

/// `[crm.lookup]` and `[[crm.field]]`.
fn mapping(section: &Section<'_>) -> Result<(Mapping, Vec<String>), Problem> {
    let lookup = section.section("lookup")?;
    let mut warnings = lookup.unknown_keys(&["name", "company", "id", "url"]);
    let (fields, about_fields) = cards::fields(section)?;
    warnings.extend(about_fields);
    let path = |key: &str| {
        let read = |text: String| text.parse().map_err(|error| not_a_path(&lookup, key, &error));
        lookup.filled(key)?.map(read).transpose()
    };
    let field = |field: desk::FieldRule| {
        let from = field.from.parse().map_err(|error| not_a_path(section, "field", &error))?;
        Ok(MappedField { label: field.label, from })
    };
    let usual = Mapping::default();
    let mapping = Mapping {
        name: path("name")?.unwrap_or(usual.name),
        company: path("company")?.unwrap_or(usual.company),
        id: path("id")?.unwrap_or(usual.id),
        url: path("url")?.unwrap_or(usual.url),
        fields: fields.into_iter().map(field).collect::<Result<_, _>>()?,
    };
    Ok((mapping, warnings))
}

fn not_a_path(section: &Section<'_>, key: &str, error: &PathError) -> Problem {
    section.problem(key, error.to_string())
}

fn register(section: &Section<'_>, has_url: bool, events_come: bool) -> Result<Register, Problem> {
    let chosen = section.choice("register", REGISTER)?.flatten();
    match (chosen, has_url) {
        (None | Some(Register::Off), false) => Ok(Register::Off),
        (Some(_), false) => Err(section.problem("register", "write register_url too, or register = \"off\"")),
        (Some(chosen), true) => Ok(chosen),
        (None, true) => Ok(if events_come { Register::Events } else { Register::Calls }),
    }
}

fn contacts(section: &Section<'_>, settings: &Path) -> Result<Vec<PathBuf>, Problem> {
    let folder = settings.parent().unwrap_or(Path::new(""));
    let names = section.strings("contacts")?.unwrap_or_default();
    let files: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
    let is_book = |file: &PathBuf| {
        let kind = file.extension().map(|kind| kind.to_ascii_lowercase());
        kind.is_some_and(|kind| ["csv", "vcf", "vcard"].iter().any(|known| kind == *known))
    };
    match files.iter().find(|file| !is_book(file)) {
        Some(_) => Err(section.problem("contacts", "name files that end in .csv or .vcf")),
        None => Ok(files),
    }
}

fn one_proof(section: &Section<'_>, crm: &Crm) -> Result<(), Problem> {
    match (&crm.username, &crm.password.text, &crm.token.text) {
        (Some(_), _, Some(_)) => Err(section.problem("token", "write either username and password, or token")),
        (None, Some(_), _) => Err(section.problem("username", "write the user that the password belongs to")),
        _ => Ok(()),
    }
}

/// Spelling mistakes, most likely.
fn unknown_facts(section: &Section<'_>, asked: &cti::crm::Settings) -> Vec<String> {
    let templates = [("lookup_url", &asked.lookup_url), ("open_url", &asked.open_url)];
    let unknown = templates.iter().flat_map(|(key, template)| {
        template
            .iter()
            .flat_map(Template::unknown_facts)
            .map(|fact| section.problem(key, no_such_fact(fact)).to_string())
    });
    unknown.collect()
}

/// Who calls whom, and perhaps a password, on their way through somebody else's network.
fn readable_on_the_way(section: &Section<'_>, asked: &cti::crm::Settings) -> Option<String> {
    let lookup = asked.lookup_url.as_ref().map(Template::origin);
    let register = asked.register_url.as_ref().map(Endpoint::as_str);
    let places = [("lookup_url", lookup), ("register_url", register)];
    let (key, _) = places.into_iter().find(|(_, place)| place.is_some_and(is_open))?;
    let mend = "what is sent can be read on its way over http: use https if the CRM has it";
    Some(section.problem(key, mend).to_string())
}

fn is_open(url: &str) -> bool {
    Address::parse(url.split('?').next().unwrap_or_default()).is_ok_and(|address| address.is_open())
}

/// What is wrong with a place for something that no call has.
pub(super) fn no_such_fact(fact: &str) -> String {
    format!("{{{fact}}} is not known here and stays empty: write one of {}", KNOWN_FACTS.join(", "))
}

const CRM: &str = "crm";
const KEYS: &[&str] = &[
    "lookup_url",
    "register_url",
    "open_url",
    "open_on",
    "username",
    "password",
    "token",
    "ca",
    "register",
    "contacts",
    "lookup",
    "field",
];
/// `auto` is no choice of its own.
const REGISTER: &[(&str, Option<Register>)] = &[
    ("auto", None),
    ("events", Some(Register::Events)),
    ("calls", Some(Register::Calls)),
    ("off", Some(Register::Off)),
];
const OPEN_ON: &[(&str, Option<Moment>)] =
    &[("never", None), ("ring", Some(Moment::Ring)), ("answer", Some(Moment::Answer)), ("end", Some(Moment::End))];
