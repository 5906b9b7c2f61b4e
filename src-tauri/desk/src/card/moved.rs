//! A party goes from one extension to another.

use cti::{CallEvent, Direction, Ended, Outcome, What};

use super::{
    deck::Deck,
    leg::{Heard, LATE_ANSWER, Leg, LegId},
};
use crate::update::Now;

impl Deck {
    /// A party goes from one extension to another: so does its card.
    pub(super) fn moved(&mut self, event: &CallEvent, now: Now) {
        let What::Moved { from, to } = &event.what else { return };
        let legs = self.by_call.get(&(event.source.clone(), event.call_id.clone())).cloned().unwrap_or_default();
        let newest = |is_meant: &dyn Fn(&Leg) -> bool| {
            legs.iter().rev().copied().find(|no| self.legs.get(no).is_some_and(is_meant))
        };
        let left = newest(&|leg| leg.extension.as_ref() == Some(from));
        let is_over = |leg: &Leg| leg.ended.as_ref().is_some_and(|ended| ended.at + LATE_ANSWER < now.instant);
        let named = self.by_id.get(&LegId { source: event.source.clone(), leg: event.leg_id.clone() }).copied();
        let reached = named.or_else(|| newest(&|leg| leg.extension.as_ref() == Some(to) && !is_over(leg)));
        let reached = reached.filter(|no| !self.has_lost(*no));
        let known = left.and_then(|no| self.legs.get(&no));
        let (party, remote) = known.map(|leg| (leg.party.clone(), leg.remote_number.clone())).unwrap_or_default();
        let party = party.filter(|party| !party.number.is_empty());
        // Who names the leg knows the party too; the others say less of it than was told at the leg that it left.
        let (first, second) =
            if event.leg_id.is_empty() { (party, event.party.clone()) } else { (event.party.clone(), party) };
        let told = CallEvent { party: first.or(second), remote_number: remote, ..event.clone() };
        if let Some(card) = left.and_then(|no| self.legs.get(&no)?.card) {
            self.card_leaves(card, to, now);
        }
        match reached {
            Some(leg) => self.party_arrives(leg, told, now),
            None => self.party_is_new(to, &told, now),
        }
    }

    /// Somebody else took what rang there; what was not told is that it rings no more.
    fn has_lost(&mut self, no: u64) -> bool {
        let Some(leg) = self.legs.get_mut(&no).filter(|leg| !leg.is_answered()) else { return false };
        let Some((at, wall)) = leg.taken_at else { return false };
        leg.ended.get_or_insert(Heard { what: Ended::of(Outcome::Unknown), at, wall, at_us: None });
        self.index(no);
        true
    }

    fn card_leaves(&mut self, card: u64, to: &str, now: Now) {
        if let Some(known) = self.cards.get_mut(&card) {
            known.moved_to.get_or_insert((to.to_owned(), now.instant, now.wall));
            self.card_changed(card, now);
        }
    }

    /// It was told as a call among colleagues; now somebody else is on the line, who may be a colleague too.
    fn party_arrives(&mut self, no: u64, told: CallEvent, now: Now) {
        let Some(leg) = self.legs.get_mut(&no) else { return };
        let before = leg.number().to_owned();
        let party = told.party.filter(|party| !party.number.is_empty());
        let (colleague, outside) = match party {
            Some(party) if self.own.is_extension(&party.number) => (Some(party), None),
            party => (None, party.map(|party| party.number)),
        };
        leg.party = colleague.or(leg.party.take());
        leg.remote_number = told.remote_number.or(outside).or(leg.remote_number.take());
        if let Some(card) = leg.card.and_then(|card| self.cards.get_mut(&card)) {
            card.moved_to = None;
        }
        self.number_told(no, &before);
        self.leg_changed(no, now);
    }

    /// Nobody told of a leg there. The card is shown; that somebody speaks there the PBX has yet to say.
    fn party_is_new(&mut self, to: &str, told: &CallEvent, now: Now) {
        let leg_id = if told.leg_id.is_empty() { format!("{}/{to}", told.call_id) } else { told.leg_id.clone() };
        let what = What::Offered { direction: Direction::In, transferred: false };
        self.told(CallEvent { leg_id, extension: Some(to.to_owned()), what, ..told.clone() }, now);
    }
}
