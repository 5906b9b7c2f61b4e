//! What is told of calls. Events may come late, twice, in any order, or not at all; the ids say what belongs together.

use std::time::{Duration, Instant};

use cti::{CallEvent, What, ami};

use super::{
    Due, Floor,
    leg::{Extension, Id, Leg, exact},
    person::{BELIEVED_AFTER, DOUBTED_AFTER},
};
use crate::{card::may_ring_anew, update::Now};

impl Floor {
    pub(super) fn hear(&mut self, event: &CallEvent, now: Now) {
        self.sources.hears_call(event);
        match &event.what {
            What::Offered { .. } | What::Answered | What::AnsweredOrOver(_) => {
                if let Some(no) = self.meant(event, now.instant) {
                    self.leg_hears(no, event, now);
                }
            }
            What::Ended(ended) => {
                if ended.bridged.is_some() {
                    self.is_service(event.extension.as_deref());
                }
                self.ends(event, now);
            }
            What::Recorded(_) => self.ends(event, now),
            What::Idle | What::Unreachable => self.is_idle(event, now),
            What::Moved { from, to } => self.moves(event, from, to, now),
        }
    }

    /// The leg that an event is about; a new one if nobody heard of it. `None` if it is none of somebody here, or over.
    fn meant(&mut self, event: &CallEvent, now: Instant) -> Option<u64> {
        let id = (event.source.clone(), event.leg_id.clone());
        if let Some(no) = self.legs.find(&id) {
            return Some(no);
        }
        if let Some(over) = self.legs.over_since(&id)
            && !rings_anew(event, now.saturating_duration_since(over))
        {
            return None;
        }
        exact(&event.leg_id).and(exact(&event.call_id))?;
        let is_somebodys = event.extension.as_deref().is_none_or(|extension| self.is_inside(extension));
        is_somebodys.then(|| {
            let call = (event.source.clone(), event.call_id.clone());
            while let Some(surplus) = self.legs.surplus(&call) {
                self.drop_leg(surplus);
            }
            self.legs.make(event, now)
        })
    }

    fn leg_hears(&mut self, no: u64, event: &CallEvent, now: Now) {
        if let Some(extension) = &event.extension
            && self.legs.get(no).is_some_and(|leg| leg.extension.is_none())
            && !self.attach(no, extension)
        {
            self.drop_leg(no);
            return;
        }
        // What a list tells of was there before; when it began only the PBX knows.
        let wall = (!self.manager.is_listing_of(&event.source)).then_some(now.wall);
        let Some(leg) = self.legs.get_mut(no) else { return };
        let talked = leg.talks();
        leg.hear(event, wall, now.instant, &self.numbering);
        let (talks, lasts) = (leg.talks(), leg.lasts());
        self.alarms.set(Due::Leg(no), now.instant.checked_add(lasts));
        if talks && !talked {
            self.takes_from_others(no);
        } else if !talks {
            self.may_be_taken(no);
        }
        self.leg_changed(no);
    }

    /// From now on the leg is this extension's. Whether there is somebody of that name.
    fn attach(&mut self, no: u64, extension: &str) -> bool {
        if !self.is_inside(extension) {
            return false;
        }
        let Some(name) = self.meet(extension) else { return false };
        let Some(person) = self.people.get_mut(&name) else { return false };
        let surplus = person.legs.first().copied().filter(|_| person.legs.len() >= MAX_LEGS_OF_PERSON);
        if let Some(surplus) = surplus {
            self.drop_leg(surplus);
        }
        if let (Some(leg), Some(person)) = (self.legs.get_mut(no), self.people.get_mut(&name)) {
            person.legs.push(no);
            leg.extension = Some(name);
        }
        true
    }

    /// Somebody that the settings or the PBX named, or a number inside.
    fn is_inside(&self, extension: &str) -> bool {
        match self.people.get(extension) {
            Some(person) => person.is_somebody(),
            None => exact(extension).is_some() && self.numbering.own().is_extension(extension),
        }
    }

    /// Only their ends say so.
    fn is_service(&mut self, extension: Option<&str>) {
        let Some(extension) = extension.filter(|extension| !self.numbering.own().is_mine(extension)) else { return };
        if let Some(name) = self.meet_inside(extension)
            && let Some(person) = self.people.get_mut(&name)
        {
            person.is_service = true;
            self.dirty.insert(name);
        }
    }

    fn meet_inside(&mut self, extension: &str) -> Option<Extension> {
        if self.is_inside(extension) { self.meet(extension) } else { None }
    }

    /// Who rang beside the one that answered rings no more; that may be told late, or never.
    fn takes_from_others(&mut self, no: u64) {
        let Some(taker) = self.legs.get(no) else { return };
        let others = self.legs.of_call(&taker.call()).iter().copied();
        let loses = |other: &u64| *other != no && self.legs.get(*other).is_some_and(|other| taker.took_from(other));
        let losers: Vec<u64> = others.filter(loses).collect();
        losers.into_iter().for_each(|loser| self.is_taken(loser));
    }

    /// The one that answered may have been told of first: then the clock of the PBX decides.
    fn may_be_taken(&mut self, no: u64) {
        let Some(leg) = self.legs.get(no).filter(|leg| leg.offered.is_some_and(|offered| offered.at_us.is_some()))
        else {
            return;
        };
        let took = |other: &Leg| {
            let has_clock = other.answered.is_some_and(|answered| answered.at_us.is_some());
            has_clock && other.took_from(leg)
        };
        let others = self.legs.of_call(&leg.call()).iter().copied();
        if others.filter(|other| *other != no).any(|other| self.legs.get(other).is_some_and(took)) {
            self.is_taken(no);
        }
    }

    fn is_taken(&mut self, no: u64) {
        if let Some(leg) = self.legs.get_mut(no) {
            leg.is_taken = true;
        }
        self.leg_changed(no);
    }

    fn ends(&mut self, event: &CallEvent, now: Now) {
        let id = (event.source.clone(), event.leg_id.clone());
        match self.legs.find(&id).or_else(|| self.recorded(&id, event)) {
            Some(no) => self.end_leg(no, now),
            // Its beginning may come after it.
            None if exact(&event.leg_id).is_some() => self.legs.is_over(id, now.instant),
            None => {}
        }
        self.is_heard(event);
    }

    /// What is written down of a leg that nobody heard of is that of the one which was answered, unless a colleague's is meant.
    fn recorded(&self, id: &Id, event: &CallEvent) -> Option<u64> {
        let is_colleagues = |extension: &str| self.numbering.own().is_listed(extension);
        let is_unheard = self.legs.over_since(id).is_none() && !event.extension.as_deref().is_some_and(is_colleagues);
        if !(is_unheard && matches!(event.what, What::Recorded(_))) {
            return None;
        }
        let of_call = self.legs.of_call(&(event.source.clone(), event.call_id.clone()));
        of_call.iter().rev().copied().find(|no| self.legs.get(*no).is_some_and(Leg::talks))
    }

    /// An extension has no call any more, and the PBX does not say which one it had; or none rings there any more.
    fn is_idle(&mut self, event: &CallEvent, now: Now) {
        let Some(person) = event.extension.as_deref().and_then(|extension| self.people.get(extension)) else {
            return self.is_heard(event);
        };
        let talks_on = event.what == What::Unreachable;
        let is_its =
            |no: &u64| self.legs.get(*no).is_some_and(|leg| leg.source == event.source && !(talks_on && leg.talks()));
        let legs: Vec<u64> = person.legs.iter().copied().filter(is_its).collect();
        legs.into_iter().for_each(|no| self.end_leg(no, now));
        self.is_heard(event);
    }

    /// Whoever had a call and has it no more is free, as far as nobody says otherwise.
    fn is_heard(&mut self, event: &CallEvent) {
        let Some(name) = event.extension.as_deref().and_then(|extension| self.meet_inside(extension)) else { return };
        if let Some(person) = self.people.get_mut(&name).filter(|person| !person.is_heard) {
            person.is_heard = true;
            self.dirty.insert(name);
        }
    }

    /// A party goes from one extension to another.
    fn moves(&mut self, event: &CallEvent, from: &str, to: &str, now: Now) {
        let call = (event.source.clone(), event.call_id.clone());
        let is_at = |no: &u64, extension: &str| {
            self.legs.get(*no).is_some_and(|leg| leg.extension.as_deref() == Some(extension))
        };
        let of_call = self.legs.of_call(&call);
        let left: Vec<u64> = of_call.iter().copied().filter(|no| is_at(no, from)).collect();
        let named = self.legs.find(&(event.source.clone(), event.leg_id.clone()));
        let reached = named.or_else(|| of_call.iter().rev().copied().find(|no| is_at(no, to)));
        let known = left.last().and_then(|no| self.legs.get(*no));
        let (mut party, queue) = known.map(|leg| (leg.party().clone(), leg.queue.clone())).unwrap_or_default();
        party.is(event.party.as_ref(), &self.numbering);
        left.into_iter().filter(|no| Some(*no) != reached).for_each(|no| self.end_leg(no, now));
        let reached = reached.or_else(|| self.rings_at(event, to, now));
        if let Some(leg) = reached.and_then(|no| self.legs.get_mut(no)) {
            leg.takes_over(party, queue);
        }
        reached.into_iter().for_each(|no| self.leg_changed(no));
    }

    /// Nobody told of a leg there. That somebody speaks there the PBX has yet to say.
    fn rings_at(&mut self, event: &CallEvent, to: &str, now: Now) -> Option<u64> {
        let leg_id = if event.leg_id.is_empty() { format!("{}/{to}", event.call_id) } else { event.leg_id.clone() };
        let what = What::Offered { direction: cti::Direction::In, transferred: false };
        let rings = CallEvent { leg_id, extension: Some(to.to_owned()), what, ..event.clone() };
        let no = self.meant(&rings, now.instant)?;
        self.leg_hears(no, &rings, now);
        Some(no)
    }

    /// It is over: somebody said so.
    fn end_leg(&mut self, no: u64, now: Now) {
        let Some(leg) = self.drop_leg(no) else { return };
        self.legs.is_over(leg.id(), now.instant);
        let Some(name) = leg.extension else { return };
        let Some(person) = self.people.get_mut(&name) else { return };
        person.is_heard = true;
        // While the PBX lists what is, that was at some time before.
        person.freed = (!self.manager.is_listing_of(&leg.source)).then_some(now.wall);
        if person.legs.is_empty() {
            self.is_quiet(&name, now.instant);
        }
    }

    /// For a moment the device is not believed that it is in a call.
    pub(super) fn is_quiet(&mut self, name: &Extension, now: Instant) {
        if let Some(person) = self.people.get_mut(name) {
            person.is_quiet = true;
            self.alarms.set(Due::Quiet(name.clone()), now.checked_add(BELIEVED_AFTER));
        }
    }

    /// Nothing is known of it any more.
    pub(super) fn drop_leg(&mut self, no: u64) -> Option<Leg> {
        let leg = self.legs.remove(no)?;
        self.alarms.set(Due::Leg(no), None);
        if let Some(name) = &leg.extension
            && let Some(person) = self.people.get_mut(name)
        {
            person.legs.retain(|other| *other != no);
            person.is_heard = true;
            self.dirty.insert(name.clone());
        }
        Some(leg)
    }

    /// The extension has been free for so long that its legs must be over.
    pub(super) fn doubt(&mut self, name: &Extension, now: Instant) {
        let Some(person) = self.people.get(name) else { return };
        let Some(free) = person.free_since().filter(|_| !self.manager.is_stale()) else { return };
        let is_old = |heard: Instant| now.saturating_duration_since(heard.max(free)) >= DOUBTED_AFTER;
        let lost = |no: &u64| self.legs.get(*no).is_some_and(|leg| is_old(leg.heard));
        let lost: Vec<u64> = person.legs.iter().copied().filter(lost).collect();
        for no in lost {
            self.drop_leg(no);
        }
        self.dirty.insert(name.clone());
    }

    fn leg_changed(&mut self, no: u64) {
        if let Some(name) = self.legs.get(no).and_then(|leg| leg.extension.clone()) {
            self.dirty.insert(name);
        }
    }
}

/// Some PBXs name a leg by the call and the extension, so that a telephone which rings twice in one call has one name for both
/// times.
fn rings_anew(event: &CallEvent, over_for: Duration) -> bool {
    may_ring_anew(event) && over_for >= RINGS_ANEW_AFTER
}

/// Whether Asterisk's manager interface told it.
pub(super) fn is_of_manager(source: &str) -> bool {
    source == ami::SOURCE
}

/// A second ring, not the first one told twice.
const RINGS_ANEW_AFTER: Duration = Duration::from_millis(500);
/// Nobody has more calls at once; what looks like it is a queue, or has lost its ends.
const MAX_LEGS_OF_PERSON: usize = 32;
