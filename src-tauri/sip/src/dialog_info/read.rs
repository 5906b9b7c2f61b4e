//! Reading a document, event by event, with a bound on everything.

use quick_xml::{
    XmlVersion,
    events::{BytesStart, Event},
    reader::Reader,
};

use super::{Dialog, DialogInfo, DialogInfoError as Error, MAX_DIALOGS, MAX_DOCUMENT, State};
use crate::wire::{NameAddr, Uri, text};

/// `dialog-info`, `dialog`, `remote`, `target`, `param`, and room for extensions.
const MAX_DEPTH: usize = 12;
/// The longest id, name or URI, in bytes.
const MAX_VALUE: usize = 512;

/// Reads a document.
///
/// # Errors
/// A document that is too long, too deep, not well-formed, of another kind, or has entities: see [`Error`].
///
/// ```
/// let info = sip::dialog_info::parse(
///     br#"<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="1" state="full" entity="sip:102@pbx.example">
///          <dialog id="102" direction="recipient"><state>early</state></dialog>
///        </dialog-info>"#,
/// )
/// .unwrap();
/// assert_eq!(info.dialogs[0].state, sip::dialog_info::State::Early);
/// ```
pub fn parse(document: &[u8]) -> Result<DialogInfo, Error> {
    if document.len() > MAX_DOCUMENT {
        return Err(Error::TooLong);
    }
    let document = text::decode(document);
    let mut reader = Reader::from_str(document.trim_start_matches('\u{feff}').trim_start());
    let mut reading = Reading::default();
    loop {
        match reader.read_event().map_err(|_| Error::NotXml)? {
            Event::Start(element) => reading.open(&element)?,
            Event::Empty(element) => {
                reading.open(&element)?;
                reading.close();
            }
            Event::End(_) => reading.close(),
            Event::Text(text) => reading.text(&text.xml10_content()),
            Event::CData(text) => reading.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let code = reference.resolve_char_ref().map_err(|_| Error::NotXml)?;
                let char = code.or_else(|| predefined(&reference.xml10_content())).ok_or(Error::Entities)?;
                reading.text(char.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err(Error::Entities),
            Event::Eof => return reading.done(),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

/// The five that need no declaration (XML 1.0 §4.6).
fn predefined(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// An element that matters, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Document,
    Dialog,
    State,
    Remote,
    Identity,
    Target,
    Other,
}

impl Place {
    fn of(parent: Option<Place>, name: &str) -> Place {
        match (parent, name) {
            (None, "dialog-info") => Place::Document,
            (Some(Place::Document), "dialog") => Place::Dialog,
            (Some(Place::Dialog), "state") => Place::State,
            (Some(Place::Dialog), "remote") => Place::Remote,
            (Some(Place::Remote), "identity") => Place::Identity,
            (Some(Place::Remote), "target") => Place::Target,
            _ => Place::Other,
        }
    }
}

#[derive(Default)]
struct Reading {
    info: Option<DialogInfo>,
    dialog: Draft,
    path: Vec<Place>,
    /// Of the state or the identity that is open.
    text: String,
}

/// A dialog that is being read.
#[derive(Default)]
struct Draft {
    id: String,
    state: Option<State>,
    initiator: Option<bool>,
    display: String,
    identity: String,
    target: String,
}

impl Reading {
    fn open(&mut self, element: &BytesStart<'_>) -> Result<(), Error> {
        if self.path.len() == MAX_DEPTH {
            return Err(Error::TooDeep);
        }
        let name = element.local_name();
        let place = Place::of(self.path.last().copied(), name.as_ref());
        match place {
            Place::Document if self.info.is_some() => return Err(Error::NotXml),
            Place::Document => {
                self.info = Some(DialogInfo {
                    version: value(element, "version")?.and_then(|version| version.trim().parse().ok()).unwrap_or(0),
                    full: value(element, "state")?.is_none_or(|state| !state.trim().eq_ignore_ascii_case("partial")),
                    entity: value(element, "entity")?.unwrap_or_default(),
                    dialogs: vec![],
                });
            }
            _ if self.path.is_empty() => return Err(Error::NotDialogInfo),
            Place::Dialog => {
                let initiator = match value(element, "direction")?.as_deref().map(str::trim) {
                    Some("initiator") => Some(true),
                    Some("recipient") => Some(false),
                    _ => None,
                };
                self.dialog = Draft { id: value(element, "id")?.unwrap_or_default(), initiator, ..Draft::default() };
            }
            Place::Identity => self.dialog.display = value(element, "display")?.unwrap_or_default(),
            Place::Target => self.dialog.target = value(element, "uri")?.unwrap_or_default(),
            Place::State | Place::Remote | Place::Other => {}
        }
        self.text.clear();
        self.path.push(place);
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let matters = matches!(self.path.last(), Some(Place::State | Place::Identity));
        if matters && self.text.len() + text.len() <= MAX_VALUE {
            self.text.push_str(text);
        }
    }

    fn close(&mut self) {
        match self.path.pop() {
            Some(Place::State) => self.dialog.state = state(self.text.trim()),
            Some(Place::Identity) => self.text.trim().clone_into(&mut self.dialog.identity),
            Some(Place::Dialog) => {
                let dialog = std::mem::take(&mut self.dialog).finished();
                let dialogs = self.info.as_mut().map(|info| &mut info.dialogs);
                if let (Some(dialog), Some(dialogs)) = (dialog, dialogs)
                    && dialogs.len() < MAX_DIALOGS
                {
                    dialogs.push(dialog);
                }
            }
            _ => {}
        }
    }

    fn done(self) -> Result<DialogInfo, Error> {
        if !self.path.is_empty() {
            return Err(Error::NotXml);
        }
        self.info.ok_or(Error::NotDialogInfo)
    }
}

impl Draft {
    /// A dialog that says no state says nothing.
    fn finished(self) -> Option<Dialog> {
        let state = self.state?;
        let address = |text: &str| match Uri::parse(text) {
            Ok(uri) => Some(NameAddr::new(uri)),
            Err(_) => NameAddr::parse(text).ok(),
        };
        let remote = address(&self.identity).or_else(|| address(&self.target));
        let remote = remote.map(|remote| {
            let named = Some(self.display).filter(|display| !display.trim().is_empty());
            let display = named.or_else(|| remote.display.clone()).unwrap_or_default();
            remote.with_display(one_line(&display).trim())
        });
        Some(Dialog { id: self.id, state, initiator: self.initiator, remote })
    }
}

/// Character references may stand for line breaks, which no name has.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// A state that nobody knows is one that something is going on in, or the dialog would not be told of.
fn state(name: &str) -> Option<State> {
    match name.to_ascii_lowercase().as_str() {
        "" => None,
        "early" => Some(State::Early),
        "confirmed" => Some(State::Confirmed),
        "terminated" => Some(State::Terminated),
        _ => Some(State::Trying),
    }
}

/// An attribute; one that is too long is as good as none.
fn value(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, Error> {
    let mut attributes = element.attributes();
    // Looking for one that comes twice would take the square of their number.
    for attribute in attributes.with_checks(false) {
        let attribute = attribute.map_err(|_| Error::NotXml)?;
        if attribute.key.local_name().as_ref() == name && attribute.key.prefix().is_none() {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| Error::Entities)?;
            return Ok(Some(value.into_owned()).filter(|value| value.len() <= MAX_VALUE));
        }
    }
    Ok(None)
}
