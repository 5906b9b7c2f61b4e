//! `execsvcscript`: runs a service script of the server. Its answers come in several forms, all of them read here.

use std::time::Duration;

use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesStart, Event},
};

use super::{Settings, check};
use crate::{
    Fault, Trouble,
    http::{Answer, Request},
    text,
};

/// A script to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    name: String,
    /// `async`, `timeout`, `startparam1`…, each at most once.
    parameters: Vec<(String, String)>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScriptRun {
    /// The server knows the script and ran it.
    pub started: bool,
    /// How the start went: `0` is well.
    pub start_result: Option<String>,
    /// What the script returned.
    pub return_value: Option<String>,
}

impl Script {
    /// A script with the parameters somebody else wants. Of these only `async`, `timeout` and `startparam…` go to the server:
    /// it takes a password the same way.
    pub fn new(name: impl Into<String>, wanted: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut parameters: Vec<(String, String)> = Vec::new();
        for (name, value) in wanted.into_iter().filter(|(name, _)| is_passed_on(name)) {
            if parameters.len() < MAX_PARAMETERS && parameters.iter().all(|(known, _)| *known != name) {
                parameters.push((name, value));
            }
        }
        Self { name: name.into(), parameters }
    }

    /// Asks the server to run it.
    pub fn request(&self, settings: &Settings) -> Request {
        let parameters = self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        settings.request("execsvcscript", [("name", self.name.as_str())].into_iter().chain(parameters).collect())
    }

    /// How long to wait: the server itself waits for the script.
    pub(super) fn within(&self) -> Duration {
        let asked =
            self.parameters.iter().find(|(name, _)| name == "timeout").and_then(|(_, value)| value.parse().ok());
        Duration::from_secs(asked.unwrap_or(USUAL_SECONDS).min(MAX_SECONDS)) + MARGIN
    }
}

fn is_passed_on(name: &str) -> bool {
    let is_number = |digits: &str| (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    ["async", "timeout"].contains(&name) || name.strip_prefix("startparam").is_some_and(is_number)
}

/// Reads what came of a script: XML of the older or the newer form, or the bare value.
///
/// # Errors
/// If the server did not take the order, or the answer tells nothing of a script.
pub fn read(answer: &Answer) -> Result<ScriptRun, Trouble> {
    check(answer, "The Oktell server could not run the script: look whether it knows one of that name")?;
    let body = text::decode(answer);
    let run = match body.trim_start().starts_with('<') {
        _ if text::is_html(answer, &body) => None,
        true => from_xml(&body),
        false => Some(ScriptRun { started: true, start_result: None, return_value: Some(body) }),
    };
    run.ok_or_else(|| {
        Trouble::new(Fault::Answer, "The Oktell server answers, but tells nothing of a script: check pbx.url")
    })
}

/// One `property_simple` or `property_cdata`.
#[derive(Default)]
struct Property {
    key: String,
    value: Option<String>,
    name: Option<String>,
    text: String,
}

fn from_xml(body: &str) -> Option<ScriptRun> {
    let properties = properties(body);
    let find = |key: &str| properties.iter().find(|property| property.key == key);
    let started = find("started").map(|found| found.value.as_deref().is_some_and(|value| value == "1"));
    let run = ScriptRun {
        started: started.unwrap_or(true),
        start_result: find("startresult").and_then(|found| found.value.clone()),
        // The older form says it in the attribute `name`, the newer one between the tags.
        return_value: find("returnvalue")
            .map(|found| found.name.as_ref().or(found.value.as_ref()).unwrap_or(&found.text).clone()),
    };
    (started.is_some() || run.return_value.is_some()).then_some(run)
}

/// As far as they can be read: a server that breaks off has told something nonetheless.
fn properties(body: &str) -> Vec<Property> {
    let mut reader = Reader::from_str(body);
    reader.config_mut().check_end_names = false;
    let mut found: Vec<Property> = Vec::new();
    let mut inside = false;
    loop {
        let text = match reader.read_event() {
            Ok(Event::Empty(tag)) => {
                found.extend(property(&tag));
                None
            }
            Ok(Event::Start(tag)) => {
                let property = property(&tag);
                inside = property.is_some();
                found.extend(property);
                None
            }
            Ok(Event::End(_)) => {
                inside = false;
                None
            }
            Ok(Event::CData(data)) => Some(data.into_inner().into_owned()),
            Ok(Event::Text(data)) => Some(data.into_inner().into_owned()),
            Ok(Event::GeneralRef(name)) => Some(unescaped(&format!("&{};", &*name))),
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => None,
        };
        if let (Some(text), true, Some(property)) = (text, inside, found.last_mut()) {
            property.text.push_str(&text);
        }
    }
}

fn property(tag: &BytesStart<'_>) -> Option<Property> {
    let mut property = Property::default();
    for attribute in tag.html_attributes().with_checks(false).flatten() {
        let value = unescaped(&attribute.value);
        match attribute.key.as_ref() {
            "key" => property.key = value,
            "value" => property.value = Some(value),
            "name" => property.name = Some(value),
            _ => {}
        }
    }
    (!property.key.is_empty()).then_some(property)
}

/// An entity that nobody knows stays as it is.
fn unescaped(text: &str) -> String {
    unescape(text).map_or_else(|_| text.to_owned(), Into::into)
}

const MAX_PARAMETERS: usize = 32;
const USUAL_SECONDS: u64 = 10;
const MAX_SECONDS: u64 = 30;
const MARGIN: Duration = Duration::from_secs(3);
