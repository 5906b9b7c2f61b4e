//! What follows from hearing nothing more.

use std::time::{Duration, Instant};

use cti::{Ended, Outcome};
use journal::Write;

use super::{
    deck::{Deck, Due},
    leg::{Heard, LATE_ANSWER, Leg},
    rounds::has_own_legs,
};
use crate::update::Now;

impl Deck {
    pub(super) fn arm_leg(&mut self, no: u64, now: Now) {
        let Some(leg) = self.legs.get(&no) else { return };
        let due = if self.concerns(leg) { leg.due() } else { leg.short_due() };
        self.alarms.set(Due::Leg(no), due.or(Some(now.instant)));
    }

    /// Nothing more came in time.
    pub(super) fn leg_is_due(&mut self, no: u64, now: Now) {
        let Some(leg) = self.legs.get_mut(&no) else { return };
        if leg.offered.is_some() && leg.ended.is_none() && !leg.settled {
            return if self.is_up_here(no) { self.waits_on(no, now) } else { self.end_is_lost(no, now) };
        }
        if leg.settled && leg.card.is_some() {
            // The card still goes by it.
            return self.alarms.set(Due::Leg(no), now.instant.checked_add(FORGOTTEN_AFTER));
        }
        let is_done = leg.settled || leg.offered.is_none();
        if is_done || !self.legs.get(&no).is_some_and(|leg| self.concerns(leg)) {
            return self.forget(no);
        }
        if let Some(leg) = self.legs.get_mut(&no) {
            leg.settled = true;
        }
        self.arm_leg(no, now);
    }

    /// Our own telephone has the call that the leg is about. A card out of sight does not learn how that goes on.
    fn is_up_here(&self, no: u64) -> bool {
        let card = self.legs.get(&no).and_then(|leg| self.cards.get(&leg.card?)).filter(|card| !card.dismissed);
        card.and_then(|card| card.sip.as_ref()).is_some_and(|sip| sip.ended.is_none())
    }

    /// With its end here it is looked at again.
    fn waits_on(&mut self, no: u64, now: Now) {
        self.alarms.set(Due::Leg(no), now.instant.checked_add(LONGEST_CALL));
    }

    /// Of a call that was answered the CRM is told all the same.
    fn end_is_lost(&mut self, no: u64, now: Now) {
        let Some(leg) = self.legs.get_mut(&no) else { return };
        let taken = leg.taken_at.filter(|_| !leg.is_answered());
        let wall = leg.over_here().or(taken).map_or(now.wall, |(_, wall)| wall);
        leg.ended = Some(Heard { what: Ended::of(Outcome::Unknown), at: now.instant, wall, at_us: None });
        leg.end_was_lost = true;
        self.index(no);
        self.leg_changed(no, now);
    }

    /// The last word on a leg was spoken. With the last leg of a call goes what the PBX told of it.
    pub(super) fn forget(&mut self, no: u64) {
        let Some(leg) = self.legs.remove(&no) else { return };
        self.alarms.set(Due::Leg(no), None);
        if self.by_id.get(&leg.id()) == Some(&no) {
            self.by_id.remove(&leg.id());
        }
        if let Some(extension) = &leg.extension
            && let Some(open) = self.open_at.get_mut(&(leg.source.clone(), extension.clone()))
        {
            open.remove(&no);
            if open.is_empty() {
                self.open_at.remove(&(leg.source.clone(), extension.clone()));
            }
        }
        let is_mine = self.concerns(&leg);
        if is_mine && leg.offered.is_some() && !has_own_legs(&leg.source, &leg.call_id, &leg.leg_id) {
            self.rounds.note(leg.id(), leg.round);
        }
        if self.was_last(no, &leg) && is_mine {
            self.write(Write::Settled { call_id: format!("{}/{}", leg.source, leg.call_id), at: self.wall });
        }
        if let Some(card) = leg.card.and_then(|card| self.cards.get_mut(&card)) {
            card.leg = None;
        }
    }

    /// Takes it from its call; whether none of that call is left that concerns this desk.
    fn was_last(&mut self, no: u64, leg: &Leg) -> bool {
        let call = (leg.source.clone(), leg.call_id.clone());
        let Some(legs) = self.by_call.get_mut(&call) else { return true };
        legs.retain(|other| *other != no);
        if legs.is_empty() {
            self.by_call.remove(&call);
            return true;
        }
        let is_mine = |other: &u64| self.legs.get(other).is_some_and(|leg| self.concerns(leg));
        !self.by_call.get(&call).is_some_and(|legs| legs.iter().any(is_mine))
    }
}

impl Leg {
    /// When something follows from hearing nothing.
    fn due(&self) -> Option<Instant> {
        let after = |at: Instant, wait| at.checked_add(wait);
        let Some(offered) = &self.offered else { return after(self.created, WAITS_FOR_OFFER) };
        if self.settled {
            return after(self.ended.as_ref().map_or(self.created, |ended| ended.at), FORGOTTEN_AFTER);
        }
        let Some(ended) = &self.ended else {
            let here = self.over_here().and_then(|(over, _)| after(over, WAITS_FOR_END));
            return here.or_else(|| after(offered.at, LONGEST_CALL));
        };
        if !self.is_answered() {
            return after(ended.at, LATE_ANSWER);
        }
        let waits = ended.what.more_follows && self.recorded.is_none();
        if waits { after(ended.at, WAITS_FOR_RECORD) } else { Some(ended.at) }
    }

    /// Of an extension that is nobody's affair here: only who answered is of interest, and not for long.
    fn short_due(&self) -> Option<Instant> {
        let open = self.ended.is_none() && self.offered.is_some();
        let since = self.ended.as_ref().map_or(self.created, |ended| ended.at);
        since.checked_add(if open { LONGEST_CALL } else { SHORT_MEMORY })
    }
}

/// An offer may come this much after everything else.
const WAITS_FOR_OFFER: Duration = Duration::from_secs(60);
/// What the PBX writes down comes soon after the end, or never.
pub(super) const WAITS_FOR_RECORD: Duration = Duration::from_secs(10);
/// Our telephone knows that the call is over; the PBX ought to say so soon.
const WAITS_FOR_END: Duration = Duration::from_secs(5);
/// An end that never comes is not waited for any longer.
const LONGEST_CALL: Duration = Duration::from_secs(2 * 60 * 60);
/// Repeated events are known for what they are.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60);
const SHORT_MEMORY: Duration = Duration::from_secs(10);
