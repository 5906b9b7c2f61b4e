//! The events of Simotel, by name.

use super::record::*;
use crate::webhook::{
    fields::{Fields, FromField, letters},
    lenient::{self, Value},
};

/// Makes the choice between the events: which record each of them brings.
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident($record:ident),)*) => {
        /// An event of Simotel.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $($(#[$doc])* $name(Box<$record>),)*
        }

        impl Event {
            /// Reads the event of this name, in whatever case and with whatever blanks it is written.
            pub(crate) fn read(name: &str, fields: &Fields) -> Option<Self> {
                let name = letters(name);
                $(if letters(stringify!($name)) == name {
                    return Some(Self::$name(Box::new($record::read(fields))));
                })*
                None
            }

            /// As the vendor writes it.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)*
                }
            }

            /// All names.
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];
        }
    };
}

events! {
    /// The state of an extension is another.
    NewState(NewState),
    /// A call is over.
    Cdr(Cdr),
    /// A call is over that went through a queue.
    CdrQueue(CdrQueue),
    /// A call has reached the PBX and goes nowhere yet.
    IncomingCall(IncomingCall),
    /// A call leaves the PBX.
    OutgoingCall(OutgoingCall),
    /// A call was sent on.
    Transfer(Transfer),
    /// There is a new extension.
    ExtenAdded(Exten),
    /// There is an extension less.
    ExtenRemoved(Exten),
    /// A fax came in, or did not.
    IncomingFax(Fax),
    /// A fax goes out.
    OutgoingFax(Fax),
    /// Somebody spoke into a voice mail box, or did not.
    VoiceMail(VoiceMail),
    /// A voice message was sent on by mail, or was not.
    VoiceMailEmail(VoiceMailEmail),
    /// A caller said what they thought of the call.
    Survey(Survey),
    /// The state of a trunk is another.
    TrunkNewState(Trunk),
    /// There is a new trunk.
    TrunkAdded(Trunk),
    /// There is a trunk less.
    TrunkRemoved(Trunk),
    /// What came of a number that the PBX called by itself.
    AutoDialerReport(AutoDialerReport),
    /// Somebody who had asked to be called back is now the first in the queue.
    ReservedCallInFront(ReservedCallInFront),
    /// The PBX was told to try whether anybody listens.
    Ping(Ping),
}

/// What an extension does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Idle,
    /// It has a call.
    InUse,
    /// Its agent has a break.
    Pause,
    /// It rings.
    Ringing,
    /// It is not registered.
    Unavailable,
}

impl FromField for State {
    fn from_field(text: &str) -> Option<Self> {
        Some(match letters(text).as_str() {
            "idle" => Self::Idle,
            "inuse" => Self::InUse,
            "pause" | "paused" => Self::Pause,
            "ringing" => Self::Ringing,
            "unavailable" => Self::Unavailable,
            _ => return None,
        })
    }
}

/// Which way a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It came from outside.
    Incoming,
    /// It went outside.
    Outgoing,
    /// It stayed inside.
    Local,
    /// It asked the PBX for something.
    Feature,
    /// The PBX does not know.
    NoDefined,
}

impl FromField for Kind {
    fn from_field(text: &str) -> Option<Self> {
        Some(match letters(text).as_str() {
            "incoming" => Self::Incoming,
            "outgoing" => Self::Outgoing,
            "local" => Self::Local,
            "feature" => Self::Feature,
            "nodefined" => Self::NoDefined,
            _ => return None,
        })
    }
}

impl FromField for Vec<QueueTry> {
    fn from_field(text: &str) -> Option<Self> {
        listed(text, QueueTry::read)
    }
}

impl FromField for Vec<DialTry> {
    fn from_field(text: &str) -> Option<Self> {
        listed(text, DialTry::read)
    }
}

/// A list of objects, as JSON.
fn listed<T>(text: &str, read: fn(&Fields) -> T) -> Option<Vec<T>> {
    match lenient::read(text).ok()?.value {
        Value::List { items, .. } => {
            Some(items.into_iter().take(MAX_LISTED).map(|item| read(&Fields::of(item))).collect())
        }
        _ => None,
    }
}

const MAX_LISTED: usize = 100;
