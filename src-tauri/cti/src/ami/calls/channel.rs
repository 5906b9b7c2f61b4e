//! A channel, and the leg of an extension that it may be.

use std::{collections::BTreeMap, time::Instant};

use crate::{
    CallEvent, Direction, Ended, MAX_FIELDS, Outcome, Party, What,
    ami::{SOURCE, codec::Message},
    event::clock_us,
};

/// What one event says of one of the channels that it names: `Channel`, `DestChannel`, `TransfererChannel`, …
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    message: &'a Message,
    prefix: &'static str,
    pub(super) id: &'a str,
    pub(super) name: &'a str,
}

impl<'a> Block<'a> {
    /// None if the event names no such channel.
    pub(super) fn of(message: &'a Message, prefix: &'static str) -> Option<Self> {
        let get = |name: &str| message.text(&format!("{prefix}{name}")).filter(|text| text.len() <= MAX_TEXT);
        let (id, name) = (get("Uniqueid")?, get("Channel")?);
        Some(Self { message, prefix, id, name })
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.message.text(&format!("{}{name}", self.prefix)).filter(|text| text.len() <= MAX_TEXT)
    }

    /// Old systems know no linked channels.
    pub(super) fn call(&self) -> &'a str {
        self.text("Linkedid").unwrap_or(self.id)
    }

    pub(super) fn is_linked(&self) -> bool {
        self.text("Linkedid").is_some()
    }

    /// `4` was used to dial, `5` rings, `6` talks.
    pub(super) fn state(&self) -> Option<&'a str> {
        self.text("ChannelState")
    }

    /// Where it was sent, if that is a number and no step of the dialplan and no service (`s`, `*8`).
    pub(super) fn dialled(&self) -> Option<&'a str> {
        self.text("Exten").filter(|exten| is_number(exten))
    }

    /// Who is at the other end of it.
    pub(super) fn connected(&self) -> Option<Party> {
        party(self.text("ConnectedLineNum"), self.text("ConnectedLineName"))
    }

    /// Who it is itself.
    pub(super) fn caller(&self) -> Option<Party> {
        party(self.text("CallerIDNum"), self.text("CallerIDName"))
    }
}

fn party(number: Option<&str>, name: Option<&str>) -> Option<Party> {
    let name = name.filter(|name| Some(*name) != number).map(str::to_owned);
    (number.is_some() || name.is_some()).then(|| Party { number: number.unwrap_or_default().to_owned(), name })
}

pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// One that the PBX has told of.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) call: String,
    /// Whose telephone it is.
    pub(super) agent: Option<String>,
    pub(super) born: Instant,
    /// It is answered.
    pub(super) is_up: bool,
    /// It said that it rings.
    pub(super) rings: bool,
    /// Another channel rings it.
    pub(super) is_dialled: bool,
    /// Somebody ordered the PBX to ring it.
    pub(super) is_originated: bool,
    /// It listens to others, or hears a recording: nobody's call.
    pub(super) is_silent: bool,
    /// It talked before we came.
    pub(super) began_unseen: bool,
    pub(super) leg: Option<Leg>,
    /// How many legs it has been.
    pub(super) legs: u32,
}

/// What an extension has of a call.
#[derive(Clone, Debug)]
pub(super) struct Leg {
    pub(super) id: String,
    pub(super) call: String,
    pub(super) extension: String,
    pub(super) direction: Direction,
    pub(super) party: Option<Party>,
    pub(super) did: Option<String>,
    pub(super) queue: Option<String>,
    pub(super) waited_ms: Option<u64>,
    pub(super) answered: Option<Instant>,
    /// How the last attempt to reach anybody went.
    pub(super) attempt: Option<Outcome>,
    /// What our order to place this call is known by.
    pub(super) originated_id: Option<String>,
    /// Neither how it began is known, nor for how long they have talked.
    pub(super) began_unseen: bool,
    /// The call whose recording is this leg's: that of the party it was handed.
    pub(super) talks_in: String,
}

impl Channel {
    /// Over, by what the PBX says of it.
    pub(super) fn ended(&self, cause: Option<&str>, now: Instant) -> Option<CallEvent> {
        let leg = self.leg.as_ref()?;
        let talk = leg.answered.filter(|_| !leg.began_unseen).map(|at| now.saturating_duration_since(at).as_millis());
        let talk_ms = talk.and_then(|ms| u64::try_from(ms).ok());
        Some(leg.tells(What::Ended(Ended { talk_ms, ..Ended::of(self.outcome(leg, cause)) })))
    }

    /// Over at some time that nobody told of.
    pub(super) fn lost(&self) -> Option<CallEvent> {
        let leg = self.leg.as_ref()?;
        let outcome = leg.answered.map_or(Outcome::Unknown, |_| Outcome::Answered);
        Some(leg.tells(What::Ended(Ended::of(outcome))))
    }

    fn outcome(&self, leg: &Leg, cause: Option<&str>) -> Outcome {
        if leg.answered.is_some() {
            return Outcome::Answered;
        }
        match (cause.unwrap_or_default(), leg.attempt) {
            // These say more than the dial does, to which a refusal is no answer.
            ("17" | "21", _) => Outcome::Busy,
            ("26", _) => Outcome::Cancelled,
            (_, Some(attempt)) => attempt,
            ("0" | "18" | "19", None) => Outcome::NoAnswer,
            ("1" | "3" | "20" | "27" | "28" | "34" | "38" | "41" | "42", None) => Outcome::Failed,
            // The PBX itself answered: an echo, a menu. Who spoke there it does not say.
            _ if self.is_up => Outcome::Unknown,
            ("16" | "127", None) => Outcome::Cancelled,
            _ => Outcome::Unknown,
        }
    }
}

impl Leg {
    /// Nothing but how it began.
    pub(super) fn new(call: &str, id: String, extension: String, direction: Direction, party: Option<Party>) -> Self {
        Self {
            id,
            call: call.to_owned(),
            extension,
            direction,
            party,
            did: None,
            queue: None,
            waited_ms: None,
            answered: None,
            attempt: None,
            originated_id: None,
            began_unseen: false,
            talks_in: call.to_owned(),
        }
    }

    /// An event of this leg, with what is known of it.
    pub(super) fn tells(&self, what: What) -> CallEvent {
        CallEvent {
            extension: Some(self.extension.clone()),
            party: self.party.clone(),
            did: self.did.clone(),
            queue: self.queue.clone(),
            waited_ms: self.waited_ms,
            originated_id: self.originated_id.clone(),
            ..CallEvent::new(SOURCE, &self.call, &self.id, what)
        }
    }
}

/// How a dial went.
pub(super) fn attempt(status: &str) -> Option<Outcome> {
    match status {
        "BUSY" => Some(Outcome::Busy),
        "CANCEL" | "ABORT" => Some(Outcome::Cancelled),
        "NOANSWER" => Some(Outcome::NoAnswer),
        "CHANUNAVAIL" | "CONGESTION" => Some(Outcome::Failed),
        _ => None,
    }
}

/// All that an event says, for cards that want to show it.
pub(super) fn fields(message: &Message) -> BTreeMap<String, String> {
    let told = message.headers().filter(|(name, value)| {
        let says = !value.is_empty() && *value != "<unknown>";
        says && name.len() <= MAX_TEXT && value.len() <= MAX_TEXT
    });
    let mut fields = BTreeMap::new();
    for (name, value) in told.take(MAX_FIELDS) {
        fields.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    fields
}

/// The time of an event, where the PBX is set to write it (`timestampevents`).
pub(super) fn at_us(message: &Message) -> Option<i64> {
    let (seconds, rest) = message.text("Timestamp")?.split_once('.')?;
    let micros = rest.get(..6)?.parse::<u32>().ok()?;
    clock_us(seconds.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(i64::from(micros))?)
}

/// Asterisk's own ids have at most 149 characters.
const MAX_TEXT: usize = 256;
