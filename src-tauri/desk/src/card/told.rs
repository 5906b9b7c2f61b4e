//! What the PBX tells.

use std::time::{Duration, Instant};

use cti::{CallEvent, Direction, Ended, Outcome, Party, What};

use super::{
    deck::Deck,
    leg::{Heard, Leg, LegId, Offer},
    own::is_withheld,
    rounds::{self, has_own_legs, may_ring_anew},
};
use crate::update::Now;

impl Deck {
    /// Takes in one event.
    pub(crate) fn told(&mut self, event: CallEvent, now: Now) {
        self.wall = now.wall;
        let mut event = self.understood(event);
        if event.extension.as_deref().is_some_and(|extension| !self.own.concerns(extension)) {
            // Of colleagues only who answered is of interest; a busy PBX has many.
            event.fields.clear();
        }
        match event.what {
            What::Idle | What::Unreachable => self.idle(&event, now),
            What::Moved { .. } => self.moved(&event, now),
            What::Offered { direction: Direction::Out, .. } if self.is_long_over(&event) => {}
            _ => {
                let leg = self.meant(&event, now);
                self.leg_hears(leg, event, now);
            }
        }
    }

    /// The same event, without two meanings: who answered already and is told of later does not answer again.
    pub(crate) fn understood(&self, event: CallEvent) -> CallEvent {
        let What::AnsweredOrOver(ended) = &event.what else { return event };
        let id = LegId { source: event.source.clone(), leg: event.leg_id.clone() };
        let answered = self.by_id.get(&id).and_then(|no| self.legs.get(no)?.answered.as_ref());
        let is_later = |answered: &Heard<()>| event.at_us.zip(answered.at_us).is_some_and(|(now, then)| now > then);
        let has_talked = ended.talk_ms.is_some_and(|talk| talk > 0);
        let is_over = answered.is_some_and(|answered| has_talked || is_later(answered));
        let what = if is_over { What::Ended(ended.clone()) } else { What::Answered };
        CallEvent { what, ..event }
    }

    /// The leg that an event is about; a new one if nobody heard of it.
    fn meant(&mut self, event: &CallEvent, now: Now) -> u64 {
        let id = LegId { source: event.source.clone(), leg: event.leg_id.clone() };
        let known = self.by_id.get(&id).copied().filter(|leg| !self.rings_anew(*leg, event, now.instant));
        let recorded = matches!(event.what, What::Recorded(_)).then(|| self.recorded_leg(event, known)).flatten();
        match recorded.or(known) {
            Some(leg) => leg,
            None => {
                let round = self.next_round(&id, event, now);
                self.new_leg(event, round, now.instant)
            }
        }
    }

    /// Some PBXs name a leg by the call and the extension, so that a telephone which rings twice in one call has one name for
    /// both times.
    fn rings_anew(&self, leg: u64, event: &CallEvent, now: Instant) -> bool {
        let Some(leg) = self.legs.get(&leg).filter(|_| may_ring_anew(event)) else { return false };
        let over = leg.ended.as_ref().is_some_and(|ended| now.saturating_duration_since(ended.at) >= RINGS_ANEW_AFTER);
        // By the clock of the PBX it may be the same ring, told late.
        let is_other = |offered: &Heard<Offer>| event.at_us.is_none() || event.at_us != offered.at_us;
        over && leg.offered.as_ref().is_some_and(is_other)
    }

    /// It was told of in full, and forgotten since.
    fn is_long_over(&self, event: &CallEvent) -> bool {
        let id = LegId { source: event.source.clone(), leg: event.leg_id.clone() };
        !self.by_id.contains_key(&id) && self.rounds.of(&id) > 0
    }

    /// How often the name of a leg was used before.
    fn next_round(&self, id: &LegId, event: &CallEvent, now: Now) -> u32 {
        if has_own_legs(&event.source, &event.call_id, &event.leg_id) {
            return 0;
        }
        let current = self.by_id.get(id).and_then(|leg| self.legs.get(leg));
        let used = current.map_or(0, |leg| leg.round + 1).max(self.rounds.of(id));
        // After a crash: those of the journal that were over before this.
        let was_over = |round: &u32| {
            let call = self.remembered.get(&(id.clone(), *round));
            call.is_some_and(|call| call.ended_at.is_some_and(|ended| ended < now.wall))
        };
        (used..).find(|round| !was_over(round)).unwrap_or(used)
    }

    /// Which leg a record is about: of several rounds the last that waits for one; where it names a leg that nobody heard of,
    /// the one of its call that was answered.
    fn recorded_leg(&self, event: &CallEvent, known: Option<u64>) -> Option<u64> {
        if known.is_none() && event.extension.as_deref().is_some_and(|extension| self.own.is_listed(extension)) {
            // A colleague's, of whom nothing else was told.
            return None;
        }
        let legs = self.by_call.get(&(event.source.clone(), event.call_id.clone()))?;
        let waits = |no: &u64| {
            let leg = self.legs.get(no).filter(|leg| leg.offered.is_some() && leg.recorded.is_none());
            leg.is_some_and(|leg| if known.is_some() { leg.ended.is_some() } else { leg.is_answered() })
        };
        let is_named = |no: &u64| self.legs.get(no).is_some_and(|leg| known.is_none() || leg.leg_id == event.leg_id);
        legs.iter().rev().copied().find(|no| is_named(no) && waits(no))
    }

    fn new_leg(&mut self, event: &CallEvent, round: u32, now: Instant) -> u64 {
        if self.legs.len() >= MAX_LEGS {
            self.make_room();
        }
        let call = (event.source.clone(), event.call_id.clone());
        if let Some(legs) = self.by_call.get(&call).filter(|legs| legs.len() >= MAX_LEGS_OF_CALL) {
            let leaving = legs.iter().copied().min_by_key(|no| self.legs.get(no).map(|leg| self.rank(*no, leg)));
            self.lose(leaving.unwrap_or_default());
        }
        self.legs_made += 1;
        let no = self.legs_made;
        let leg = Leg::new(event, round, now);
        self.by_id.insert(leg.id(), no);
        self.by_call.entry(call).or_default().push(no);
        self.legs.insert(no, leg);
        no
    }

    fn make_room(&mut self) {
        let mut leaving: Vec<_> = self.legs.iter().map(|(no, leg)| self.rank(*no, leg)).collect();
        // Many at once, or each event of a flood would look at all of them.
        leaving.sort_unstable();
        leaving.truncate(MAX_LEGS / 4);
        for (.., leg) in leaving {
            self.lose(leg);
        }
    }

    /// In a flood those go first that nothing more is expected of, and last those that the CRM is still to be told of.
    fn rank(&self, no: u64, leg: &Leg) -> (bool, bool, bool, u64) {
        let is_over = leg.settled || leg.ended.is_some();
        let is_needed = leg.is_answered() && self.concerns(leg) && !leg.settled;
        (is_needed, leg.card.is_some(), !is_over, no)
    }

    fn lose(&mut self, no: u64) {
        if let Some(card) = self.legs.get(&no).and_then(|leg| leg.card) {
            self.drop_card(card);
        }
        self.forget(no);
    }

    pub(super) fn leg_hears(&mut self, no: u64, mut event: CallEvent, now: Now) {
        let Some(leg) = self.legs.get_mut(&no) else { return };
        let is_outside = |party: &Party| !is_withheld(&party.number) && !self.own.is_extension(&party.number);
        // It stands for a colleague alone: who calls from outside is the caller.
        event.remote_number = event.remote_number.filter(|_| !event.party.as_ref().is_some_and(is_outside));
        let (was_answered, number) = (leg.is_answered(), leg.number().to_owned());
        leg.hear(event, now.instant, now.wall);
        let is_answered = leg.is_answered();
        self.index(no);
        if is_answered && !was_answered {
            self.adopt_record(no);
            self.take_from_others(no, now);
        } else {
            self.is_taken_already(no, now);
        }
        self.number_told(no, &number);
        self.leg_changed(no, now);
    }

    /// What follows from what is known of a leg now.
    pub(super) fn leg_changed(&mut self, no: u64, now: Now) {
        let Some(leg) = self.legs.get(&no) else { return };
        let is_mine = self.concerns(leg) && leg.offered.is_some();
        if is_mine && leg.call_key.is_none() && !leg.settled {
            self.give_card(no, now);
        }
        if let Some(card) = self.legs.get(&no).and_then(|leg| leg.card) {
            self.card_changed(card, now);
        }
        // Afterwards: how long the agent may still write is known by the card.
        if is_mine {
            self.register_leg(no);
        }
        self.arm_leg(no, now);
    }

    pub(super) fn concerns(&self, leg: &Leg) -> bool {
        leg.extension.as_deref().is_some_and(|extension| self.own.concerns(extension))
    }

    /// A card that waits for its leg, or a new one. Calls among colleagues have none of the PBX's making.
    fn give_card(&mut self, no: u64, now: Now) {
        let Some(leg) = self.legs.get(&no) else { return };
        let card = match self.call_card_of(leg) {
            Some(card) => card,
            None if leg.is_local(&self.own) || leg.is_redirection() => return,
            None => self.card_of_leg(no, now),
        };
        self.join(card, no);
    }

    /// From now on the card goes by this leg too.
    fn join(&mut self, card: u64, no: u64) {
        let (Some(leg), Some(known)) = (self.legs.get_mut(&no), self.cards.get_mut(&card)) else { return };
        leg.card = Some(card);
        leg.call_key = Some(known.key.clone());
        known.leg = Some(no);
        let is_whole = known.sip.is_some();
        let leg = journal::Leg {
            source: leg.source.clone(),
            call_id: leg.call_id.clone(),
            leg_id: rounds::name(&leg.leg_id, leg.round),
            call: known.key.clone(),
        };
        self.write(journal::Write::Leg(leg));
        if is_whole {
            self.waits_no_longer(card);
            self.number_told(no, "");
        } else {
            self.leg_waits(card);
        }
    }

    /// The other party of a leg is somebody else, or is known better than before.
    pub(super) fn number_told(&mut self, no: u64, before: &str) {
        let Some(leg) = self.legs.get(&no).filter(|leg| leg.number() != before) else { return };
        let (number, card) = (leg.number().to_owned(), leg.card);
        let Some(card) = card else { return };
        self.number_is(card, &number);
        if self.cards.get(&card).is_some_and(|card| card.sip.is_none()) {
            self.leg_waits(card);
        }
    }

    /// What the PBX wrote down of the call came before it was known who answered, under a name that is nobody's.
    fn adopt_record(&mut self, no: u64) {
        let Some(leg) = self.legs.get(&no).filter(|leg| leg.recorded.is_none()) else { return };
        let others = self.by_call.get(&(leg.source.clone(), leg.call_id.clone())).into_iter().flatten().copied();
        let is_nobodys = |other: &u64| {
            let other = self.legs.get(other).filter(|other| other.offered.is_none() && other.answered.is_none());
            let names_somebody = |leg: &Leg| leg.extension.as_deref().is_some_and(|named| self.own.is_listed(named));
            other.is_some_and(|other| other.recorded.is_some() && !names_somebody(other))
        };
        let Some(other) = others.filter(|other| *other != no).find(is_nobodys) else { return };
        let told = self.legs.get(&other).and_then(|other| {
            let named = (other.inside_with.is_some(), other.extension.clone(), other.party.clone());
            Some((other.recorded.clone()?, named))
        });
        self.forget(other);
        if let Some((leg, (recorded, (inside, extension, party)))) = self.legs.get_mut(&no).zip(told) {
            leg.record(recorded, true);
            leg.is_recorded_with(inside, extension.as_deref(), party);
        }
    }

    /// Who rang beside the one that answered is told so at once; a `hangup` of his own may take its time.
    fn take_from_others(&mut self, no: u64, now: Now) {
        let Some(taker) = self.legs.get(&no) else { return };
        let Some(others) = self.by_call.get(&(taker.source.clone(), taker.call_id.clone())) else { return };
        let Some(by) = taker.extension.clone() else { return };
        let loses = |no: &u64| {
            let other = self.legs.get(no).filter(|other| other.leg_id != taker.leg_id && !other.is_answered());
            other.is_some_and(|other| other.taken_by.is_none() && taker.took_from(other))
        };
        let losers: Vec<u64> = others.iter().copied().filter(loses).collect();
        for loser in losers {
            self.mark_taken(loser, by.clone(), now);
            self.leg_changed(loser, now);
        }
    }

    /// The one that answered may have been told of first.
    fn is_taken_already(&mut self, no: u64, now: Now) {
        let Some(leg) = self.legs.get(&no) else { return };
        if leg.is_answered() || leg.taken_by.is_some() || leg.offered.is_none() {
            return;
        }
        let others = self.by_call.get(&(leg.source.clone(), leg.call_id.clone())).into_iter().flatten();
        let taker = others.filter_map(|other| self.legs.get(other)).find(|other| {
            let is_known = leg.ended.is_some() || other.is_told_later_than(leg);
            other.leg_id != leg.leg_id && other.is_answered() && other.took_from(leg) && is_known
        });
        if let Some(by) = taker.and_then(|taker| taker.extension.clone()) {
            self.mark_taken(no, by, now);
        }
    }

    fn mark_taken(&mut self, no: u64, by: String, now: Now) {
        if let Some(leg) = self.legs.get_mut(&no) {
            leg.taken_by = Some(by);
            leg.taken_at = Some((now.instant, now.wall));
        }
    }

    /// An extension has no call any more, and the PBX does not say which one it had; or none rings there any more.
    fn idle(&mut self, event: &CallEvent, now: Now) {
        let Some(extension) = event.extension.clone() else { return };
        let open = self.open_at.get(&(event.source.clone(), extension)).cloned().unwrap_or_default();
        for no in open {
            let Some(leg) = self.legs.get(&no) else { continue };
            if event.what == What::Unreachable && leg.is_answered() {
                continue;
            }
            let what = What::Ended(Ended { more_follows: true, ..Ended::of(Outcome::Unknown) });
            let ended =
                CallEvent { at_us: event.at_us, ..CallEvent::new(&leg.source, &leg.call_id, &leg.leg_id, what) };
            self.leg_hears(no, ended, now);
        }
    }

    /// Finds it again by its extension, for as long as it is not over.
    pub(super) fn index(&mut self, no: u64) {
        let Some(leg) = self.legs.get(&no) else { return };
        let Some(extension) = leg.extension.clone() else { return };
        let place = (leg.source.clone(), extension);
        if leg.ended.is_none() {
            self.open_at.entry(place).or_default().insert(no);
        } else if let Some(open) = self.open_at.get_mut(&place) {
            open.remove(&no);
            if open.is_empty() {
                self.open_at.remove(&place);
            }
        }
    }
}

/// A second ring, not the first one told twice.
const RINGS_ANEW_AFTER: Duration = Duration::from_millis(500);
/// A queue rings many telephones, and nobody rings more.
const MAX_LEGS_OF_CALL: usize = 256;
/// Of all extensions together.
const MAX_LEGS: usize = 20_000;
