//! One leg of a call of the PBX: what was told of it so far, in whatever order, and what follows from that.
//!
//! Events may come late, twice or in any order, so a leg is the sum of what was heard, and not the last thing:
//!
//! ```text
//!   heard            offered │ answered │ ended      what it is
//!                       ×                            ringing ── another leg answered ──► taken
//!                       ×         ×                  active
//!                       ×         ×         ×        over, registered
//!                       ×                   ×        over, missed (for 2 s a late answer still counts)
//!                                 ×         ×        nothing: it was not offered here as far as we know
//! ```

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use cti::{CallEvent, Direction, Ended, MAX_FIELDS, Outcome, Party, What};
use jiff::Timestamp;

use super::{
    one::Card,
    own::{Own, is_same},
};

/// By what a leg is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LegId {
    pub(crate) source: String,
    pub(crate) leg: String,
}

/// All that was told of a leg.
#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) source: String,
    pub(crate) call_id: String,
    pub(crate) leg_id: String,
    /// How often this id was used before: some PBXs make it of the call and the extension.
    pub(crate) round: u32,
    pub(crate) extension: Option<String>,
    pub(crate) offered: Option<Heard<Offer>>,
    pub(crate) answered: Option<Heard<()>>,
    pub(crate) ended: Option<Heard<Ended>>,
    pub(crate) recorded: Option<Ended>,
    /// It was written down under another name than the leg's.
    pub(crate) record_is_adopted: bool,
    /// With whom the PBX wrote down a call that stayed inside.
    pub(crate) inside_with: Option<String>,
    /// Who answered instead.
    pub(crate) taken_by: Option<String>,
    /// Since when that is known.
    pub(crate) taken_at: Option<(Instant, Timestamp)>,
    pub(crate) party: Option<Party>,
    pub(crate) remote_number: Option<String>,
    pub(crate) did: Option<String>,
    pub(crate) queue: Option<String>,
    pub(crate) waited_ms: Option<u64>,
    pub(crate) diversion: Option<String>,
    pub(crate) fields: BTreeMap<String, String>,
    /// The card that shows it.
    pub(crate) card: Option<u64>,
    /// What the CRM is to be told, as it was written last.
    pub(crate) registered: Option<journal::Registration>,
    /// The card that showed it and left: it does not come back, but what was written on it counts.
    pub(crate) last_card: Option<Box<Card>>,
    /// Its name in the history, once it was shown.
    pub(crate) call_key: Option<String>,
    /// Our own telephone rang with this call and it is over there.
    pub(crate) over_here: Option<(Instant, Timestamp)>,
    /// The agent took it at our own telephone, and not at another.
    pub(crate) answered_here: bool,
    /// Nobody told that it is over; it was not waited for any longer.
    pub(crate) end_was_lost: bool,
    /// The last word on it was spoken.
    pub(crate) settled: bool,
    pub(crate) created: Instant,
}

/// What was heard, and when.
#[derive(Clone, Debug)]
pub(crate) struct Heard<T> {
    pub(crate) what: T,
    /// By our clock.
    pub(crate) at: Instant,
    pub(crate) wall: Timestamp,
    /// By the clock of the PBX, in microseconds.
    pub(crate) at_us: Option<i64>,
}

/// How a leg began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) direction: Direction,
    /// It was made by a redirection: not the extension's own call.
    pub(crate) transferred: bool,
}

impl Leg {
    pub(crate) fn new(event: &CallEvent, round: u32, now: Instant) -> Self {
        Self {
            source: event.source.clone(),
            call_id: event.call_id.clone(),
            leg_id: event.leg_id.clone(),
            round,
            extension: None,
            offered: None,
            answered: None,
            ended: None,
            recorded: None,
            record_is_adopted: false,
            inside_with: None,
            taken_by: None,
            taken_at: None,
            party: None,
            remote_number: None,
            did: None,
            queue: None,
            waited_ms: None,
            diversion: None,
            fields: BTreeMap::new(),
            card: None,
            registered: None,
            last_card: None,
            call_key: None,
            over_here: None,
            answered_here: false,
            end_was_lost: false,
            settled: false,
            created: now,
        }
    }

    /// Takes in an event. The first of a kind counts: a repeated one tells nothing new.
    pub(crate) fn hear(&mut self, event: CallEvent, at: Instant, wall: Timestamp) {
        let at_us = event.at_us;
        match event.what {
            What::Offered { direction, transferred } => {
                let what = Offer { direction, transferred };
                self.offered.get_or_insert(Heard { what, at, wall, at_us });
                self.party = event.party.or(self.party.take());
                fill(&mut self.remote_number, event.remote_number);
            }
            What::Answered => {
                self.goes_on_after_all();
                self.answered.get_or_insert(Heard { what: (), at, wall, at_us });
                // Some tell who it is only now; what the first event said of him is better.
                fill(&mut self.party, event.party);
            }
            What::Ended(ended) => {
                self.goes_on_after_all();
                let heard = self.ended.get_or_insert(Heard { what: ended.clone(), at, wall, at_us });
                complete(&mut heard.what, ended);
                fill(&mut self.party, event.party);
            }
            What::Recorded(ended) => {
                self.record(ended, event.leg_id != self.leg_id);
                self.is_recorded_with(event.inside, event.extension.as_deref(), event.party);
            }
            What::AnsweredOrOver(_) | What::Idle | What::Unreachable | What::Moved { .. } => {}
        }
        fill(&mut self.extension, event.extension);
        fill(&mut self.did, event.did);
        fill(&mut self.queue, event.queue);
        fill(&mut self.diversion, event.diversion);
        self.waited_ms = self.waited_ms.max(event.waited_ms);
        for (name, text) in event.fields {
            if self.fields.len() < MAX_FIELDS {
                self.fields.entry(name).or_insert(text);
            }
        }
    }

    /// What was written down under the leg's own name counts more.
    pub(crate) fn record(&mut self, record: Ended, is_adopted: bool) {
        match &mut self.recorded {
            Some(known) if is_adopted || !self.record_is_adopted => complete(known, record),
            _ => (self.recorded, self.record_is_adopted) = (Some(record), is_adopted),
        }
    }

    /// Who was at the other end by the record of `extension` and `party`: it says so where nothing else did.
    pub(crate) fn is_recorded_with(&mut self, inside: bool, extension: Option<&str>, party: Option<Party>) {
        let own = self.extension.as_deref().or(extension);
        let other = match party {
            // The record is that of the other end.
            Some(party) if Some(party.number.as_str()) == own => {
                extension.map(|number| Party { number: number.to_owned(), name: None })
            }
            party => party,
        };
        let other = other.filter(|other| Some(other.number.as_str()) != own);
        if inside {
            fill(&mut self.inside_with, Some(other.as_ref().map(|other| other.number.clone()).unwrap_or_default()));
        }
        if self.number().is_empty() {
            self.party = other.or(self.party.take());
        }
    }

    /// What was taken for its end was none.
    fn goes_on_after_all(&mut self) {
        if std::mem::take(&mut self.end_was_lost) {
            self.ended = None;
            self.settled = false;
        }
    }

    /// When it was over at our own telephone, if the agent spoke there or nobody anywhere.
    pub(crate) fn over_here(&self) -> Option<(Instant, Timestamp)> {
        self.over_here.filter(|_| self.answered_here || !self.is_answered())
    }

    pub(crate) fn id(&self) -> LegId {
        LegId { source: self.source.clone(), leg: self.leg_id.clone() }
    }

    /// Who is at the other end: behind a transfer of an own extension, the one outside.
    pub(crate) fn number(&self) -> &str {
        let party = self.party.as_ref().map(|party| party.number.as_str());
        self.remote_number.as_deref().filter(|number| !number.is_empty()).or(party).unwrap_or_default()
    }

    pub(crate) fn direction(&self) -> Option<Direction> {
        self.offered.as_ref().map(|offered| offered.what.direction)
    }

    /// Both ends are inside this PBX, and nobody outside is behind one of them.
    pub(crate) fn is_local(&self, own: &Own) -> bool {
        let is_inside = |party: &Party| own.is_extension(&party.number);
        let is_outgoing = self.direction() == Some(Direction::Out);
        let has_remote = self.remote_number.as_deref().is_some_and(|number| !number.is_empty()) && !is_outgoing;
        (self.party.as_ref().is_some_and(is_inside) || self.is_recorded_inside()) && !has_remote
    }

    /// An agent who asks a colleague meanwhile has two records under one name: that one is not of this party.
    fn is_recorded_inside(&self) -> bool {
        let is_party = |with: &str| self.number().is_empty() || is_same(self.number(), with);
        self.inside_with.as_deref().is_some_and(is_party)
    }

    /// They spoke. Of a call that the extension placed the end says whether somebody answered; of one that it was offered, its
    /// own answer, whatever the end says.
    pub(crate) fn is_answered(&self) -> bool {
        let ended = self.ended.as_ref().map(|ended| &ended.what);
        let mut told = self.recorded.iter().chain(ended).map(|ended| ended.outcome);
        match told.find(|outcome| *outcome != Outcome::Unknown) {
            Some(outcome) if self.direction() == Some(Direction::Out) => outcome == Outcome::Answered,
            _ => {
                self.answered.is_some()
                    || self.recorded.as_ref().is_some_and(|ended| ended.outcome == Outcome::Answered)
            }
        }
    }

    /// Whether the CRM is to be told: it was offered, it was answered, and it is no affair among colleagues.
    pub(crate) fn counts(&self, own: &Own) -> bool {
        let is_own = self.offered.is_some() && !self.is_redirection();
        is_own && self.is_answered() && !self.is_local(own) && !self.is_service(own)
    }

    /// A redirection placed the call: nobody at the desk did.
    pub(crate) fn is_redirection(&self) -> bool {
        let is_one = |offer: Offer| offer.transferred && offer.direction == Direction::Out;
        self.offered.as_ref().is_some_and(|offered| is_one(offered.what))
    }

    /// An IVR or a queue: only their ends say whether somebody answered after them.
    fn is_service(&self, own: &Own) -> bool {
        let says = self.ended.as_ref().is_some_and(|ended| ended.what.bridged.is_some());
        says && !self.extension.as_deref().is_some_and(|extension| own.is_mine(extension))
    }

    /// From answer to end, as far as it is known.
    pub(crate) fn talk_ms(&self) -> Option<u64> {
        let told = |ended: &Ended| ended.talk_ms.filter(|talk| *talk <= LONGEST_TALK_MS);
        let recorded = self.recorded.as_ref().and_then(told);
        recorded.or_else(|| self.ended.as_ref().and_then(|ended| told(&ended.what))).or_else(|| self.measured_ms())
    }

    /// Somebody saw the end: the PBX, or this telephone.
    pub(crate) fn end_is_seen(&self) -> bool {
        !self.end_was_lost || self.over_here().is_some()
    }

    /// The PBX itself said how long they talked.
    pub(crate) fn tells_talk(&self) -> bool {
        let ended = self.ended.as_ref().map(|ended| &ended.what);
        self.recorded.as_ref().or(ended).is_some_and(|ended| ended.talk_ms.is_some())
    }

    /// By the clock of the PBX, else by ours.
    fn measured_ms(&self) -> Option<u64> {
        let (answered, ended) = (self.answered.as_ref()?, self.ended.as_ref().filter(|_| !self.end_was_lost)?);
        match (answered.at_us, ended.at_us) {
            (Some(from), Some(to)) => u64::try_from(to.checked_sub(from)? / 1000).ok(),
            _ => u64::try_from(ended.at.saturating_duration_since(answered.at).as_millis()).ok(),
        }
    }

    pub(crate) fn recording_id(&self) -> Option<&str> {
        let recorded = self.recorded.as_ref().and_then(|ended| ended.recording_id.as_deref());
        recorded.or_else(|| self.ended.as_ref().and_then(|ended| ended.what.recording_id.as_deref()))
    }

    /// Answered while `other` rang. By the clock of the PBX where it tells.
    pub(crate) fn took_from(&self, other: &Leg) -> bool {
        let (Some(answered), Some(offered)) = (&self.answered, &other.offered) else { return false };
        // The end of the one that lost may be told before the answer of the one that won.
        let rang = other.ended.as_ref().is_none_or(|ended| ended.at + LATE_ANSWER >= answered.at);
        let after = match (answered.at_us, offered.at_us) {
            (Some(answered), Some(offered)) => answered > offered,
            _ => answered.at >= offered.at,
        };
        after && rang && offered.what.direction == Direction::In
    }

    /// Its answer came in after the other's offer, or the clock of the PBX says so: they rang side by side.
    pub(crate) fn is_told_later_than(&self, other: &Leg) -> bool {
        let (Some(answered), Some(offered)) = (&self.answered, &other.offered) else { return false };
        answered.at > offered.at || (answered.at_us.is_some() && offered.at_us.is_some())
    }
}

fn fill<T>(known: &mut Option<T>, told: Option<T>) {
    if known.is_none() {
        *known = told;
    }
}

/// What a repeated event adds.
fn complete(known: &mut Ended, told: Ended) {
    fill(&mut known.talk_ms, told.talk_ms);
    fill(&mut known.recording_id, told.recording_id);
    fill(&mut known.bridged, told.bridged);
    if known.outcome == Outcome::Unknown {
        known.outcome = told.outcome;
    }
}

/// An answer may come this much after the end.
pub(super) const LATE_ANSWER: Duration = Duration::from_secs(2);
/// Nobody speaks for longer than a week: a PBX that says so has lost its clock.
const LONGEST_TALK_MS: u64 = 7 * 24 * 60 * 60 * 1000;
