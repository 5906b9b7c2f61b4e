//! Event Webhooks of Simotel: G2 G3 G4 send all to one address, Rest2 Rest3 Rest4 append the event's name to it; by GET or POST,
//! as parameters or JSON.
//!
//! ```text
//!   NewState Ringing, in             ─► Offered{In}      unique_id/exten is the leg
//!   NewState InUse, out, dialling    ─► Offered{Out}
//!   NewState InUse, out              ─► Offered{Out}, Answered
//!   NewState InUse                   ─► Answered
//!   NewState Idle Unavailable Pause  ─► Ended, and Cdr tells the rest; without a call id: Idle
//!   Cdr, CdrQueue                    ─► Recorded
//!   Transfer                         ─► Moved
//! ```

mod event;
mod meaning;
mod record;
#[cfg(test)]
mod tests;

pub use event::{Event, Kind, State};
pub use record::*;

use super::{EventSource, Received, Told, Unreadable, fields::Fields};

/// What a Simotel PBX sends.
#[derive(Clone, Copy, Debug, Default)]
pub struct Simotel;

impl EventSource for Simotel {
    fn mount(&self) -> &str {
        "simotel"
    }

    fn events(&self) -> &[&str] {
        Event::NAMES
    }

    fn read(&self, received: &Received<'_>) -> Result<Told, Unreadable> {
        let fields = Fields::read(received)?;
        let name = name(&fields, received.tail)?;
        let Some(event) = Event::read(&name, &fields) else {
            fields.remark("This event is unknown to this version: nothing follows from it".to_owned());
            return Ok(fields.told_only(&name, "", Vec::new()));
        };
        let (summary, events) = (event.summary(), event.meaning(&fields));
        Ok(fields.told(event.name(), &summary, events))
    }
}

/// By the field of that name; else as the path ends; else by `event`, which some send instead, and some besides.
fn name(fields: &Fields, tail: &str) -> Result<String, Unreadable> {
    let event = fields.text(&["event"]).map(str::to_owned);
    if let Some(name) = fields.text(&["event_name"]) {
        return Ok(name.to_owned());
    }
    let of_path = tail.rsplit('/').next().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    let is_known = |name: &Option<String>| name.as_deref().is_some_and(is_event);
    let report = || fields.text(&["campaign_id"]).map(|_| "AutoDialerReport".to_owned());
    let first = if is_known(&event) && !is_known(&of_path) { event } else { of_path.or(event) };
    first.or_else(report).ok_or_else(|| {
        Unreadable("The event has no name: neither event_name, nor the end of the path, nor event says it".to_owned())
    })
}

fn is_event(name: &str) -> bool {
    Event::NAMES.iter().any(|known| super::fields::letters(known) == super::fields::letters(name))
}
