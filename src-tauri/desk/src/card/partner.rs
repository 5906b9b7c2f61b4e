//! One call, told of twice: by this telephone and by the PBX. They find each other by an id that the INVITE carried, else by the
//! number, whichever comes first.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use super::{
    deck::Deck,
    leg::Leg,
    one::Card,
    own::{in_common, is_same, is_withheld},
};

/// Cards that know one half of their call, by what the other half may say.
#[derive(Debug, Default)]
pub(super) struct Halves {
    clues: BTreeMap<u64, Vec<Clue>>,
    by: HashMap<Clue, BTreeSet<u64>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Clue {
    Id(String),
    Number(String),
    /// Nothing can be said against it.
    Withheld,
}

impl Halves {
    fn insert(&mut self, card: u64, clues: Vec<Clue>) {
        self.remove(card);
        for clue in &clues {
            self.by.entry(clue.clone()).or_default().insert(card);
        }
        self.clues.insert(card, clues);
    }

    pub(super) fn remove(&mut self, card: u64) {
        for clue in self.clues.remove(&card).unwrap_or_default() {
            if let Some(cards) = self.by.get_mut(&clue) {
                cards.remove(&card);
                if cards.is_empty() {
                    self.by.remove(&clue);
                }
            }
        }
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.clues.is_empty() && self.by.is_empty()
    }

    /// Those that may fit, the newest first of each kind.
    fn like(&self, clues: &[Clue]) -> impl Iterator<Item = u64> {
        let all = clues.contains(&Clue::Withheld).then(|| self.clues.keys().rev());
        let named = clues.iter().chain(&[Clue::Withheld]).filter_map(|clue| self.by.get(clue));
        named.flat_map(|cards| cards.iter().rev()).chain(all.into_iter().flatten()).take(MAX_COMPARED).copied()
    }
}

impl Deck {
    /// A call on this telephone waits for the PBX to tell of it.
    pub(super) fn call_waits(&mut self, card: u64) {
        if let Some(known) = self.cards.get(&card) {
            self.calls_alone.insert(card, clues_of_call(known));
        }
    }

    /// What the PBX told waits for a call on this telephone.
    pub(super) fn leg_waits(&mut self, card: u64) {
        if let Some(leg) = self.cards.get(&card).and_then(|known| self.leg_of(known)) {
            self.legs_alone.insert(card, clues_of_leg(leg));
        }
    }

    pub(super) fn waits_no_longer(&mut self, card: u64) {
        self.calls_alone.remove(card);
        self.legs_alone.remove(card);
    }

    /// The card of a call on this telephone that a leg is about.
    pub(super) fn call_card_of(&self, leg: &Leg) -> Option<u64> {
        let fits = |id: u64| self.fit(self.cards.get(&id)?, leg).map(|fit| (fit, id));
        self.calls_alone.like(&clues_of_leg(leg)).filter_map(fits).max().map(|(_, id)| id)
    }

    /// The card of a leg that told of a call on this telephone before it came.
    pub(super) fn leg_card_of(&self, call: &Card) -> Option<u64> {
        let fits = |id: u64| {
            let leg = self.leg_of(self.cards.get(&id)?).filter(|leg| leg.ended.is_none())?;
            self.fit(call, leg).map(|fit| (fit, id))
        };
        self.legs_alone.like(&clues_of_call(call)).filter_map(fits).max().map(|(_, id)| id)
    }

    /// How well they fit; `None` if they are two calls.
    fn fit(&self, call: &Card, leg: &Leg) -> Option<Fit> {
        let (offered, extension) = (leg.offered.as_ref()?, leg.extension.as_deref()?);
        let apart = offered.at.max(call.created) - offered.at.min(call.created);
        let may_be_one = self.own.is_one_account(&call.extension, extension)
            && call.direction == offered.what.direction
            && apart < APART;
        let here = &call.number.told;
        let told = [leg.number(), leg.party.as_ref().map_or("", |party| party.number.as_str())];
        let fit = if call.invite.iter().any(|(_, text)| *text == leg.call_id || *text == leg.leg_id) {
            Fit::Id
        } else if is_withheld(here) || is_withheld(told[0]) {
            if is_withheld(here) == is_withheld(told[0]) { Fit::BothWithheld } else { Fit::Withheld }
        } else if told.iter().any(|number| is_same(here, number)) {
            Fit::Number
        } else {
            return None;
        };
        may_be_one.then_some(fit)
    }
}

/// The later the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Withheld,
    BothWithheld,
    Number,
    Id,
}

fn clues_of_call(card: &Card) -> Vec<Clue> {
    let ids = card.invite.iter().map(|(_, text)| Clue::Id(text.clone()));
    ids.chain([clue_of(&card.number.told)]).collect()
}

fn clues_of_leg(leg: &Leg) -> Vec<Clue> {
    let ids = [&leg.call_id, &leg.leg_id].map(|id| Clue::Id(id.clone()));
    let party = leg.party.as_ref().map(|party| clue_of(&party.number));
    ids.into_iter().chain([clue_of(leg.number())]).chain(party).collect()
}

fn clue_of(number: &str) -> Clue {
    if is_withheld(number) { Clue::Withheld } else { Clue::Number(in_common(number)) }
}

/// How far apart this telephone and the PBX tell of the same call.
const APART: Duration = Duration::from_secs(30);
/// A flood of calls of one number must not make each of them dear.
const MAX_COMPARED: usize = 64;
