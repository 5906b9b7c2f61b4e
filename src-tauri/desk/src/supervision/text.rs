//! What desks tell each other in SIP texts: a line for desks, then plain words for other telephones.
//!
//! ```text
//!   Ringside/1 listening mode=spy tone=yes
//!   Your supervisor 201 is listening.
//!
//!   Ringside/1 help id=5f2c number=+74952294989
//!   101 asks for help in the call with +74952294989.
//!   They want the contract ended today.
//! ```
//!
//! Names after `Ringside/1` that are not known, and further `name=value`s, are passed over.

use crate::{call::plain, wire::SupervisionMode};

/// What one desk tells another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Whoever sends this takes part in the calls of whoever gets it; `None`: not any more.
    Listening { mode: Option<SupervisionMode>, tone: bool },
    /// Help is wanted.
    Help { id: String, number: Option<String>, text: Option<String> },
    /// And not any more.
    HelpOver { id: String },
}

/// A text that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// From a desk, and for this one.
    Said(Said),
    /// From a desk that knows more than this one.
    Unknown,
    /// From a person.
    Words(String),
}

impl Said {
    /// As a text from the extension `from`.
    pub(super) fn write(&self, from: &str) -> String {
        match self {
            Self::Listening { mode, tone } => {
                let (name, words) = match mode {
                    None => ("none", "is not listening any more"),
                    Some(SupervisionMode::Spy) => ("spy", "is listening"),
                    Some(SupervisionMode::Whisper) => ("whisper", "is listening and speaks to you alone"),
                    Some(SupervisionMode::Barge) => ("barge", "is in your call"),
                };
                let tone = if *tone && mode.is_some() { " tone=yes" } else { "" };
                format!("{NAME} listening mode={name}{tone}\nYour supervisor {from} {words}.")
            }
            Self::Help { id, number, text } => {
                let (field, words) = match number {
                    Some(number) => (format!(" number={number}"), format!(" in the call with {number}")),
                    None => (String::new(), String::new()),
                };
                let text = text.as_ref().map(|text| format!("\n{text}")).unwrap_or_default();
                format!("{NAME} help id={id}{field}\n{from} asks for help{words}.{text}")
            }
            Self::HelpOver { id } => format!("{NAME} help_over id={id}\n{from} needs no help any more."),
        }
    }
}

/// Reads a text.
pub(super) fn read(text: &str) -> Came {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let Some(rest) = first.strip_prefix(FAMILY) else { return Came::Words(plain(text, MAX_TEXT)) };
    let said = rest.strip_prefix(VERSION).and_then(|rest| {
        let (name, fields) = rest.split_once(' ').unwrap_or((rest, ""));
        said(name, fields, &mut lines)
    });
    said.map_or(Came::Unknown, Came::Said)
}

fn said<'a>(name: &str, fields: &str, lines: &mut impl Iterator<Item = &'a str>) -> Option<Said> {
    let field = |name: &str| {
        let mut pairs = fields.split_ascii_whitespace().filter_map(|field| field.split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| plain(value, MAX_FIELD))
    };
    match name {
        "listening" => {
            let mode = match field("mode")?.as_str() {
                "none" => None,
                "spy" => Some(SupervisionMode::Spy),
                "whisper" => Some(SupervisionMode::Whisper),
                "barge" => Some(SupervisionMode::Barge),
                _ => return None,
            };
            Some(Said::Listening { mode, tone: field("tone").as_deref() == Some("yes") })
        }
        "help" => {
            let text = lines.skip(1).collect::<Vec<_>>().join(" ");
            let text = Some(plain(&text, MAX_TEXT)).filter(|text| !text.is_empty());
            Some(Said::Help { id: field("id")?, number: field("number"), text })
        }
        "help_over" => Some(Said::HelpOver { id: field("id")? }),
        _ => None,
    }
}

const NAME: &str = "Ringside/1";
const FAMILY: &str = "Ringside/";
const VERSION: &str = "1 ";
const MAX_FIELD: usize = 64;
/// Of what a person writes.
pub(super) const MAX_TEXT: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_desk_writes_the_other_reads() {
        let all = [
            Said::Listening { mode: Some(SupervisionMode::Spy), tone: true },
            Said::Listening { mode: Some(SupervisionMode::Barge), tone: false },
            Said::Listening { mode: None, tone: false },
            Said::Help { id: "5f2c".into(), number: Some("+74952294989".into()), text: Some("May I?".into()) },
            Said::Help { id: "5f2c".into(), number: None, text: None },
            Said::HelpOver { id: "5f2c".into() },
        ];
        for said in all {
            let text = said.write("201");
            assert_eq!(read(&text), Came::Said(said), "{text}");
            assert_eq!(read(&text.replace('\n', "\r\n")), read(&text), "as some PBX sends it on");
        }
    }

    #[test]
    fn other_telephones_show_words_that_people_understand() {
        let text = Said::Listening { mode: Some(SupervisionMode::Spy), tone: false }.write("201");
        assert_eq!(text.lines().nth(1), Some("Your supervisor 201 is listening."));
    }

    #[test]
    fn what_people_write_is_text_and_nothing_else() {
        assert_eq!(read("Lunch?\nAt noon\u{202e}"), Came::Words("Lunch? At noon".into()));
        for text in ["Ringside/1", "Ringside/1 dance", "Ringside/2 listening mode=spy", "Ringside/1 listening mode=x"] {
            assert_eq!(read(text), Came::Unknown, "{text}");
        }
        for text in ["", "\n", "Ringside", " Ringside/1 listening mode=spy"] {
            assert!(matches!(read(text), Came::Words(_)), "{text}");
        }
    }
}
