//! A dialect that an integrator describes: which field says what, and which values mean what. For every PBX that sends plain
//! events by HTTP and has no file of its own here.

#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::Deserialize;

use super::{
    EventSource, Received, Told, Unreadable,
    fields::{Fields, letters},
    words::{millis, party},
};
use crate::{CallEvent, Direction, Ended, Outcome, What};

/// A described dialect.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// It listens at `mapping/NAME`.
    pub name: String,
    /// Which field says what.
    pub fields: MappedFields,
    /// Which values mean what.
    pub values: MappedValues,
    /// In what [`MappedFields::duration`] counts.
    pub duration_unit: DurationUnit,
    /// An extension is what stands behind the last of these: `*` cuts `3515*101` to `101`.
    pub extension_after: Option<char>,
    /// What the sender wants to read.
    pub receipt: String,
}

/// Names of fields. Case does not matter; `from.number` is a field within an object; one that is empty is not sent.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MappedFields {
    /// What happened. Without it, the end of the path.
    pub event: String,
    /// The whole call.
    pub call: String,
    /// The leg; else the call and the extension. If later events do not repeat the extension, name the call's field here.
    pub leg: String,
    /// The other party.
    pub number: String,
    /// The same of a call outwards, if that is another field.
    pub number_out: String,
    /// Their name.
    pub name: String,
    /// Whose call it is.
    pub extension: String,
    /// The same of a call outwards, if that is another field.
    pub extension_out: String,
    /// Who called.
    pub direction: String,
    /// The number outside that was called.
    pub did: String,
    /// The queue.
    pub queue: String,
    /// From answer to end.
    pub duration: String,
    /// By what the recording is found.
    pub recording: String,
    /// How it ended, in any of the usual words.
    pub outcome: String,
    /// What our own request for the call was answered with.
    pub originated: String,
}

/// Values of the fields. Case, blanks and marks do not matter.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MappedValues {
    /// The telephone rings.
    pub ring: Vec<String>,
    /// The telephone was used to dial.
    pub dial: Vec<String>,
    /// It was answered.
    pub answer: Vec<String>,
    /// It is over.
    pub end: Vec<String>,
    /// Known, and of no interest.
    pub ignore: Vec<String>,
    /// The other party called.
    pub incoming: Vec<String>,
    /// The extension called.
    pub outgoing: Vec<String>,
}

/// In what a duration is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum DurationUnit {
    /// Seconds, with or without a fraction.
    #[default]
    #[serde(rename = "s")]
    Seconds,
    /// Milliseconds.
    #[serde(rename = "ms")]
    Milliseconds,
    /// Microseconds.
    #[serde(rename = "us")]
    Microseconds,
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            name: "default".to_owned(),
            fields: MappedFields::default(),
            values: MappedValues::default(),
            duration_unit: DurationUnit::default(),
            extension_after: None,
            receipt: r#"{"ok":1}"#.to_owned(),
        }
    }
}

impl Default for MappedFields {
    fn default() -> Self {
        Self {
            event: "event".to_owned(),
            call: "call_id".to_owned(),
            leg: "leg_id".to_owned(),
            number: "number".to_owned(),
            number_out: String::new(),
            name: "name".to_owned(),
            extension: "extension".to_owned(),
            extension_out: String::new(),
            direction: "direction".to_owned(),
            did: "did".to_owned(),
            queue: "queue".to_owned(),
            duration: "duration".to_owned(),
            recording: "recording".to_owned(),
            outcome: "outcome".to_owned(),
            originated: "originated_id".to_owned(),
        }
    }
}

impl Default for MappedValues {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            ring: words(&["ring", "ringing"]),
            dial: words(&["dial", "dialing"]),
            answer: words(&["answer", "answered", "connected"]),
            end: words(&["end", "ended", "hangup", "disconnected"]),
            ignore: Vec::new(),
            incoming: words(&["in", "incoming", "inbound"]),
            outgoing: words(&["out", "outgoing", "outbound"]),
        }
    }
}

/// A described dialect that listens.
#[derive(Clone, Debug)]
pub struct Mapped {
    mapping: Mapping,
    mount: String,
}

impl Mapped {
    /// The dialect of this description.
    pub fn new(mapping: Mapping) -> Self {
        let mount = format!("mapping/{}", mapping.name);
        Self { mapping, mount }
    }
}

impl EventSource for Mapped {
    fn mount(&self) -> &str {
        &self.mount
    }

    fn read(&self, received: &Received<'_>) -> Result<Told, Unreadable> {
        let fields = Fields::read(received)?;
        let said = Said { fields: &fields, mapping: &self.mapping };
        let of_path = received.tail.rsplit('/').next().filter(|name| !name.is_empty());
        let Some(name) = said.text(&self.mapping.fields.event).or(of_path).map(str::to_owned) else {
            let field = &self.mapping.fields.event;
            return Err(Unreadable(format!("It does not say what happened: there is no field {field:?}")));
        };
        let Some(step) = self.mapping.values.step(&name) else {
            fields.remark("The settings do not say what this event means: add it to the values".to_owned());
            return Ok(fields.told_only(&name, "", Vec::new()));
        };
        let Some(step) = step else { return Ok(fields.told_only(&name, "ignored, as the settings say", Vec::new())) };
        let event = said.event(&self.mount, step)?;
        let summary = summary(&event);
        Ok(fields.told_only(&name, &summary, vec![event]))
    }

    fn receipt(&self) -> &str {
        &self.mapping.receipt
    }
}

#[derive(Clone, Copy)]
enum Step {
    Ring,
    Dial,
    Answer,
    End,
}

impl MappedValues {
    /// `None` if it is unknown, `Some(None)` if it is of no interest.
    fn step(&self, name: &str) -> Option<Option<Step>> {
        let steps = [
            (&self.ring, Some(Step::Ring)),
            (&self.dial, Some(Step::Dial)),
            (&self.answer, Some(Step::Answer)),
            (&self.end, Some(Step::End)),
            (&self.ignore, None),
        ];
        steps.into_iter().find(|(words, _)| has(words, name)).map(|(_, step)| step)
    }
}

/// A request under a description.
struct Said<'a> {
    fields: &'a Fields,
    mapping: &'a Mapping,
}

impl<'a> Said<'a> {
    fn event(&self, source: &str, step: Step) -> Result<CallEvent, Unreadable> {
        let names = &self.mapping.fields;
        let direction = self.direction(step);
        let (number, extension) = match direction {
            Direction::In => (self.text(&names.number), self.text(&names.extension)),
            Direction::Out => (
                self.text(&names.number_out).or(self.text(&names.number)),
                self.text(&names.extension_out).or(self.text(&names.extension)),
            ),
        };
        let extension = extension.map(|extension| self.bare(extension)).filter(|extension| !extension.is_empty());
        let leg = self.text(&names.leg);
        let Some(call) = self.text(&names.call).or(leg) else {
            return Err(Unreadable(format!("The event belongs to no call: there is no field {:?}", names.call)));
        };
        let leg = leg.map_or_else(|| format!("{call}/{}", extension.unwrap_or_default()), str::to_owned);
        Ok(CallEvent {
            extension: extension.map(str::to_owned),
            party: party(number, self.text(&names.name)),
            did: self.owned(&names.did),
            queue: self.owned(&names.queue),
            originated_id: self.owned(&names.originated),
            ..CallEvent::new(source, call, leg, self.what(step, direction))
        })
    }

    fn what(&self, step: Step, direction: Direction) -> What {
        let names = &self.mapping.fields;
        match step {
            Step::Ring | Step::Dial => What::Offered { direction, transferred: false },
            Step::Answer => What::Answered,
            Step::End => What::Ended(Ended {
                talk_ms: self.talk_ms(),
                recording_id: self.owned(&names.recording),
                ..Ended::of(self.fields.get::<Outcome>(&[names.outcome.as_str()]).unwrap_or_default())
            }),
        }
    }

    fn talk_ms(&self) -> Option<u64> {
        let name: &[&str] = &[&self.mapping.fields.duration];
        let time = match self.mapping.duration_unit {
            DurationUnit::Seconds => self.fields.get(name),
            DurationUnit::Milliseconds => self.fields.get(name).map(Duration::from_millis),
            DurationUnit::Microseconds => self.fields.get(name).map(Duration::from_micros),
        };
        time.and_then(millis)
    }

    fn direction(&self, step: Step) -> Direction {
        let value = self.text(&self.mapping.fields.direction).unwrap_or_default();
        let is_out = matches!(step, Step::Dial) || has(&self.mapping.values.outgoing, value);
        if !is_out && !value.is_empty() && !has(&self.mapping.values.incoming, value) {
            self.fields.remark("The settings do not say which direction this is: taken for incoming".to_owned());
        }
        if is_out { Direction::Out } else { Direction::In }
    }

    fn bare<'t>(&self, extension: &'t str) -> &'t str {
        self.mapping.extension_after.and_then(|mark| extension.rsplit(mark).next()).unwrap_or(extension)
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.fields.text(&[name])
    }
}

fn has(words: &[String], value: &str) -> bool {
    words.iter().any(|word| word.trim().eq_ignore_ascii_case(value) || is_same(word, value))
}

/// Marks alone are no word.
fn is_same(word: &str, value: &str) -> bool {
    let word = letters(word);
    !word.is_empty() && word == letters(value)
}

fn summary(event: &CallEvent) -> String {
    let extension = event.extension.as_deref().unwrap_or_default();
    let number = event.party.as_ref().map_or("", |party| party.number.as_str());
    match event.what {
        What::Offered { direction: Direction::In, .. } => format!("ring {extension} ← {number}"),
        What::Offered { .. } => format!("dial {extension} → {number}"),
        What::Answered => format!("answer {extension}"),
        _ => format!("end {extension}"),
    }
}
