//! All cards and legs, by the names that events and intents call them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Instant,
};

use jiff::Timestamp;
use journal::Write;

use super::{
    alarms::Alarms,
    leg::{Leg, LegId},
    one::{Card, Numbered},
    outward::{Facts, LookUp, Moment},
    own::{Numbering, Own, is_withheld},
    partner::Halves,
    rounds::Rounds,
    rules::{Cards, Register},
};
use crate::{number::Rules, update::Now};

/// All cards of this desk.
#[derive(Debug, Default)]
pub(crate) struct Deck {
    pub(super) cards: BTreeMap<u64, Card>,
    pub(super) legs: BTreeMap<u64, Leg>,
    /// Legs by the names that the PBX calls them.
    pub(super) by_id: HashMap<LegId, u64>,
    /// The legs of each call.
    pub(super) by_call: HashMap<CallName, Vec<u64>>,
    /// Legs that are not over, by source and extension.
    pub(super) open_at: HashMap<(String, String), BTreeSet<u64>>,
    /// Calls on this telephone that the PBX has not told of.
    pub(super) calls_alone: Halves,
    /// What the PBX told of and has not come to this telephone.
    pub(super) legs_alone: Halves,
    /// The time of the last input.
    pub(super) wall: Timestamp,
    pub(super) alarms: Alarms<Due>,
    pub(super) own: Arc<Own>,
    pub(super) rules: Cards,
    /// How numbers are read and shown.
    pub(super) numbers: Arc<Rules>,
    /// Cards to be told anew.
    pub(super) dirty: BTreeSet<u64>,
    /// Cards that are gone and were shown.
    pub(super) gone: Vec<u64>,
    pub(super) asked: Vec<Asked>,
    /// What was written about legs before the desk was started again.
    pub(super) remembered: HashMap<(LegId, u32), journal::Call>,
    pub(super) rounds: Rounds,
    pub(super) cards_made: u64,
    pub(super) legs_made: u64,
}

/// A call of the PBX: source and id.
pub(super) type CallName = (String, String);

/// Who is woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Due {
    Leg(u64),
    Card(u64),
}

/// What cards ask for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Asked {
    Write(Write),
    LookUp(LookUp),
    Moment(Moment, Facts),
    /// The agent wants to see somebody in the CRM.
    Open(Facts),
}

impl Deck {
    /// Goes by other settings from now on.
    pub(crate) fn load(&mut self, rules: Cards, own: Own, numbers: Rules) {
        (self.rules, self.own, self.numbers) = (rules, Arc::new(own), Arc::new(numbers));
        self.dirty.extend(self.cards.keys());
    }

    /// Which numbers are inside, and whose calls are this desk's affair.
    pub(crate) fn numbering(&self) -> Numbering {
        Numbering { own: Arc::clone(&self.own), rules: Arc::clone(&self.numbers) }
    }

    pub(crate) fn rules(&self) -> &Cards {
        &self.rules
    }

    /// When to call [`Self::tick`].
    pub(crate) fn wake(&self) -> Option<Instant> {
        self.alarms.next()
    }

    /// What is due by now.
    pub(crate) fn tick(&mut self, now: Now) {
        self.wall = now.wall;
        while let Some((at, due)) = self.alarms.pop(now.instant) {
            // As if somebody had looked in time.
            let then = now.back_at(at);
            match due {
                Due::Leg(leg) => self.leg_is_due(leg, then),
                Due::Card(card) => self.card_is_due(card, then),
            }
        }
    }

    /// What was asked for since this was asked last.
    pub(crate) fn take_asked(&mut self) -> Vec<Asked> {
        std::mem::take(&mut self.asked)
    }

    pub(super) fn write(&mut self, write: Write) {
        self.asked.push(Asked::Write(write));
    }

    pub(super) fn leg_of(&self, card: &Card) -> Option<&Leg> {
        self.legs.get(&card.leg?)
    }

    /// Keeps a new card, within bounds: a flood of calls must not fill the memory.
    pub(super) fn keep(&mut self, card: Card) -> u64 {
        if self.cards.len() >= MAX_CARDS
            && let Some(leaving) = self.least_needed()
        {
            self.drop_card(leaving);
        }
        let id = card.id;
        self.cards.insert(id, card);
        id
    }

    /// The oldest that nobody works on.
    fn least_needed(&self) -> Option<u64> {
        let is_idle = |card: &&Card| !card.is_worked_on(self.leg_of(card));
        let idle = self.cards.values().take(LOOKED_AT).find(is_idle);
        idle.or_else(|| self.cards.values().next()).map(|card| card.id)
    }

    pub(super) fn next_card(&mut self) -> u64 {
        self.cards_made += 1;
        self.cards_made
    }

    /// A card leaves; its leg stays until the last word on it is spoken.
    pub(super) fn drop_card(&mut self, id: u64) {
        let Some(card) = self.cards.remove(&id) else { return };
        self.waits_no_longer(id);
        self.alarms.set(Due::Card(id), None);
        self.dirty.remove(&id);
        if !card.dismissed {
            self.gone.push(id);
        }
        if let Some(leg) = card.leg.and_then(|leg| self.legs.get_mut(&leg)) {
            leg.card = None;
            leg.last_card = card.says_something().then(|| Box::new(card));
        }
    }

    /// A number in all its spellings, by the rules of the first account.
    pub(super) fn numbered(&self, number: &str) -> Numbered {
        let told = if is_withheld(number) { String::new() } else { crate::call::plain(number, MAX_NUMBER) };
        let known = self.numbers.known(&told);
        let shown = known.as_ref().map_or_else(|| told.clone(), |(shown, _)| shown.clone());
        Numbered { shown, e164: known.map(|(_, e164)| e164), told }
    }

    /// Nothing is kept of calls that are over, and nobody waits to be woken.
    #[cfg(test)]
    pub(crate) fn is_idle(&self) -> bool {
        let nothing = [self.cards.len(), self.legs.len(), self.by_id.len(), self.by_call.len(), self.open_at.len()];
        let alone = self.calls_alone.is_empty() && self.legs_alone.is_empty();
        nothing.iter().all(|count| *count == 0) && alone && self.alarms.next().is_none()
    }

    #[cfg(test)]
    pub(crate) fn legs_kept(&self) -> usize {
        self.legs.len()
    }

    pub(super) fn registers(&self, from: Register) -> bool {
        self.rules.register == from
    }
}

/// More cards than this, and the oldest leaves.
const MAX_CARDS: usize = 2_000;
/// An agent works on fewer at once.
const LOOKED_AT: usize = 64;
const MAX_NUMBER: usize = 128;
