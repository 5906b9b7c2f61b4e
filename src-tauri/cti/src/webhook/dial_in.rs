//! Call events of the RingMe platform (Telphin, UCOM), and of its ancestor VoipNow, which has no `EventType`.
//!
//! ```text
//!   CallID ──┬── SubCallID A   dial-in ── answer ── hangup      CalledNumber is the extension
//!            ├── SubCallID B   dial-in ─────────── hangup
//!            └── SubCallID I   (an IVR, a queue)    hangup, Bridged
//!   CallID ───── SubCallID C   dial-out ─ answer ── hangup      CallerExtension is the extension
//! ```
//!
//! `answer` may name the answering extension as the caller, so only the first event of a leg tells who is at the other end.

#[cfg(test)]
mod tests;

use std::time::Duration;

use super::{
    EventSource, Received, Told, Unreadable,
    fields::{Fields, letters},
    words::{millis, party},
};
use crate::{CallEvent, Direction, Ended, Outcome, What, event::clock_us};

/// What such a PBX sends.
#[derive(Clone, Copy, Debug, Default)]
pub struct DialIn;

impl EventSource for DialIn {
    fn mount(&self) -> &str {
        "dial-in"
    }

    fn events(&self) -> &[&str] {
        &["dial-in", "dial-out", "answer", "hangup"]
    }

    fn read(&self, received: &Received<'_>) -> Result<Told, Unreadable> {
        let fields = Fields::read(received)?;
        fields.knows(&KNOWN);
        let name = name(&fields, received.tail)?;
        let Some(kind) = Kind::read(&name) else {
            fields.remark("This event is no call of an extension: nothing follows from it".to_owned());
            return Ok(fields.told_only(&name, "", Vec::new()));
        };
        let event = event(kind, named(&fields, received.tail).is_some(), &fields)?;
        let summary = summary(&event, &fields);
        Ok(fields.told(kind.name(), &summary, vec![event]))
    }

    fn repeats_for_ever(&self) -> bool {
        true
    }
}

/// What happens to a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    DialIn,
    DialOut,
    Answer,
    Hangup,
}

impl Kind {
    fn read(name: &str) -> Option<Self> {
        match letters(name).as_str() {
            "dialin" => Some(Self::DialIn),
            "dialout" => Some(Self::DialOut),
            "answer" => Some(Self::Answer),
            "hangup" => Some(Self::Hangup),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::DialIn => "dial-in",
            Self::DialOut => "dial-out",
            Self::Answer => "answer",
            Self::Hangup => "hangup",
        }
    }
}

/// VoipNow has one address for each event instead of a name: `…/dial-in?type=hangup` or `…/dial-in/hangup`. Where neither was
/// written, the state of the call tells it.
fn name(fields: &Fields, tail: &str) -> Result<String, Unreadable> {
    if let Some(name) = named(fields, tail) {
        return Ok(name.to_owned());
    }
    let Some(status) = fields.text(&["CallStatus"]) else {
        return Err(Unreadable("The event has no name: neither EventType nor CallStatus says it".to_owned()));
    };
    let kind = match (letters(status).as_str(), fields.get(&["CallFlow"])) {
        ("calling", Some(Direction::Out)) => Kind::DialOut,
        ("calling", _) => Kind::DialIn,
        ("answer", _) => Kind::Answer,
        _ => Kind::Hangup,
    };
    Ok(kind.name().to_owned())
}

fn named<'a>(fields: &'a Fields, tail: &'a str) -> Option<&'a str> {
    let of_path = tail.rsplit('/').next().filter(|name| Kind::read(name).is_some());
    fields.text(&["EventType"]).or(fields.text(&["type"])).or(of_path)
}

fn event(kind: Kind, is_named: bool, fields: &Fields) -> Result<CallEvent, Unreadable> {
    let leg = fields.text(&["SubCallID"]);
    let Some(call) = fields.text(&["CallID"]).or(leg) else {
        return Err(Unreadable("The event belongs to no call: CallID is missing".to_owned()));
    };
    let flow = fields.get(&["CallFlow"]);
    let direction = match kind {
        Kind::DialIn => Direction::In,
        Kind::DialOut => Direction::Out,
        Kind::Answer | Kind::Hangup => flow.unwrap_or(Direction::In),
    };
    let extension = extension(direction, fields);
    let what = what(kind, is_named || leg.is_some(), fields);
    let leg = leg.map_or_else(|| format!("{call}/{}", extension.as_deref().unwrap_or_default()), str::to_owned);
    Ok(CallEvent {
        party: other(kind, fields),
        remote_number: owned(fields, "RemoteNumber").filter(|_| kind == Kind::DialIn),
        did: owned(fields, "CalledDID"),
        diversion: owned(fields, "Diversion"),
        originated_id: owned(fields, "CallBackID"),
        at_us: fields.get(&["EventTime"]).and_then(clock_us),
        extension,
        ..CallEvent::new(SOURCE, call, leg, what)
    })
}

fn what(kind: Kind, is_plain: bool, fields: &Fields) -> What {
    match kind {
        Kind::DialIn => What::Offered { direction: Direction::In, transferred: false },
        Kind::DialOut => What::Offered {
            direction: Direction::Out,
            transferred: fields.get(&["Transfered", "Transferred"]).unwrap_or(false),
        },
        Kind::Answer if is_plain => What::Answered,
        // A state alone: the second ANSWER of a leg is its end.
        Kind::Answer => What::AnsweredOrOver(ended(fields)),
        Kind::Hangup => What::Ended(ended(fields)),
    }
}

fn ended(fields: &Fields) -> Ended {
    Ended {
        outcome: fields.get::<Outcome>(&["CallStatus"]).unwrap_or_default(),
        talk_ms: fields.get(&["Duration"]).map(Duration::from_micros).and_then(millis),
        recording_id: owned(fields, "RecID"),
        bridged: fields.get(&["Bridged"]),
        more_follows: false,
    }
}

/// Whose leg it is. VoipNow says no called number of an incoming call.
fn extension(direction: Direction, fields: &Fields) -> Option<String> {
    let names: &[&str] = match direction {
        Direction::In => &["CalledNumber", "CalledExtension"],
        Direction::Out => &["CallerExtension", "CallerIDNum"],
    };
    fields.text(names).map(bare).filter(|extension| !extension.is_empty()).map(str::to_owned)
}

/// Without the client's prefix (`3515*`) and the domain.
fn bare(extension: &str) -> &str {
    let user = extension.split('@').next().unwrap_or_default();
    user.rsplit('*').next().unwrap_or_default()
}

fn other(kind: Kind, fields: &Fields) -> Option<crate::Party> {
    match kind {
        Kind::DialIn => party(fields.text(&["CallerIDNum"]), fields.text(&["CallerIDName"])),
        // CallerIDName is the extension's own.
        Kind::DialOut => party(fields.text(&["CalledNumber"]), None),
        Kind::Answer | Kind::Hangup => None,
    }
}

fn owned(fields: &Fields, name: &str) -> Option<String> {
    fields.text(&[name]).map(str::to_owned)
}

fn summary(event: &CallEvent, fields: &Fields) -> String {
    let other = event.party.as_ref().map_or("", |party| party.number.as_str());
    let extension = event.extension.as_deref().unwrap_or("?");
    match &event.what {
        What::Offered { direction: Direction::Out, .. } => format!("{extension} → {other}"),
        What::Offered { .. } => format!("{extension} ← {other}"),
        _ => format!("{extension} {}", fields.text(&["CallStatus"]).unwrap_or_default()),
    }
}

const SOURCE: &str = "dial_in";
/// What the platform sends, read of every event or not.
const KNOWN: [&str; 15] = [
    "CallerIDNum",
    "CallerIDName",
    "CalledNumber",
    "CalledExtension",
    "CalledExtensionID",
    "CallerExtension",
    "CallerExtensionID",
    "CallStatus",
    "CallAPIID",
    "RemoteNumber",
    "RecID",
    "Duration",
    "Transfered",
    "Bridged",
    "CallFlow",
];
