//! By what the recording of a call is found.
//!
//! ```text
//!   UserEvent: Recording (File), Cdr (RecordingFile), VarSet (MIXMONITOR_FILENAME)
//!        │ while they talk               │ after the end of a leg, for as long as the call lasts and a minute more
//!        ▼                               ▼
//!   kept for Ended{recording_id}    Recorded{recording_id}
//! ```
//!
//! Asterisk itself tells of no recording: a dialplan does, in one of these ways. All legs of a call that were answered have the
//! one that is told first.

use super::{Calls, channel::Leg};
use crate::{CallEvent, Ended, Outcome, What, ami::codec::Message, text};

/// A leg that is over.
#[derive(Debug)]
pub(super) struct Unrecorded {
    leg: Leg,
    ended: Ended,
}

impl Calls {
    pub(super) fn is_recorded(&mut self, message: &Message) {
        let Some(file) = file(message).filter(|file| is_file(file)) else { return };
        let id = message.text("Uniqueid");
        let linked = message.text("Linkedid").or_else(|| Some(self.table.get(self.table.find(id?)?)?.call.as_str()));
        let Some(call) = linked.or(id).map(str::to_owned).and_then(|call| self.table.call_mut(&call)) else { return };
        call.recording.get_or_insert_with(|| file.to_owned());
        for Unrecorded { leg, ended } in call.unrecorded.drain(..) {
            self.tells_recordings = true;
            let ended = Ended { recording_id: Some(file.to_owned()), more_follows: false, ..ended };
            self.told.push(leg.tells(What::Recorded(ended)));
        }
    }

    /// The end of a leg, with its recording, or the leg is remembered until that is told.
    pub(super) fn with_recording(&mut self, leg: Option<Leg>, event: CallEvent) -> CallEvent {
        let (Some(leg), What::Ended(ended)) = (leg, &event.what) else { return event };
        let answered = ended.outcome == Outcome::Answered;
        let Some(call) = self.table.call_mut(&leg.talks_in).filter(|_| answered) else { return event };
        let mut ended = Ended { recording_id: call.recording.clone(), ..ended.clone() };
        if ended.recording_id.is_none() && call.unrecorded.len() < MAX_LEGS_OF_CALL {
            call.unrecorded.push(Unrecorded { leg, ended: ended.clone() });
            ended.more_follows = self.tells_recordings;
        }
        CallEvent { what: What::Ended(ended), ..event }
    }
}

fn file(message: &Message) -> Option<&str> {
    let is = |name: &str, value: &str| message.get(name).is_some_and(|told| told.eq_ignore_ascii_case(value));
    match message.event()? {
        "UserEvent" if is("UserEvent", "Recording") => message.text("File"),
        "Cdr" => message.text("RecordingFile"),
        "VarSet" if is("Variable", "MIXMONITOR_FILENAME") => message.text("Value"),
        _ => None,
    }
}

fn is_file(file: &str) -> bool {
    file.len() <= MAX_FILE && file.chars().all(text::is_shown)
}

/// As long as a path gets.
const MAX_FILE: usize = 4096;
const MAX_LEGS_OF_CALL: usize = 8;
