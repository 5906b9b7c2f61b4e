//! What is shown of a card.

use super::{
    deck::Deck,
    invite,
    one::{Card, WrapUp},
};
use crate::{
    call::plain,
    wire::{self, CardField, CardState, Direction},
};

impl Deck {
    /// All that are in sight, the newest first.
    pub(crate) fn wire(&self) -> Vec<wire::Card> {
        let shown = self.cards.values().rev().filter(|card| !card.dismissed);
        shown.map(|card| self.wire_of(card)).collect()
    }

    /// Those that are different since this was asked last, and those that are gone.
    pub(crate) fn take_changes(&mut self) -> (Vec<String>, Vec<wire::Card>) {
        let gone = std::mem::take(&mut self.gone).into_iter().map(name).collect();
        let dirty = std::mem::take(&mut self.dirty);
        let mut changed = Vec::new();
        for id in dirty {
            let Some(card) = self.cards.get(&id).filter(|card| !card.dismissed) else { continue };
            let wire = self.wire_of(card);
            if card.shown.as_deref() != Some(&wire) {
                changed.push(wire.clone());
                if let Some(card) = self.cards.get_mut(&id) {
                    card.shown = Some(Box::new(wire));
                }
            }
        }
        (gone, changed)
    }

    fn wire_of(&self, card: &Card) -> wire::Card {
        let leg = self.leg_of(card);
        let standing = card.standing(leg);
        let person = card.person.as_ref().map(|(_, person)| person);
        let did = leg.and_then(|leg| leg.did.clone()).or_else(|| invite::did(&card.invite));
        let is_lost = !standing.is_answered();
        let moved_to = card.moved_to.as_ref().map(|(to, ..)| to.clone());
        wire::Card {
            id: name(card.id),
            state: standing.state,
            direction: if card.direction == cti::Direction::In { Direction::Inbound } else { Direction::Outbound },
            call: card.sip.as_ref().filter(|sip| sip.ended.is_none()).map(|sip| sip.id.to_string()),
            extension: plain(&card.extension, MAX_TEXT),
            number: card.number.told.clone(),
            number_shown: card.number.shown.clone(),
            name: card.name(leg).map(|name| plain(&name, MAX_TEXT)).filter(|name| !name.is_empty()),
            company: person.and_then(|person| person.company.as_deref()).map(|company| plain(company, MAX_TEXT)),
            queue: leg.and_then(|leg| leg.queue.clone()).or_else(|| invite::queue(&card.invite)).map(short),
            waited_ms: leg.and_then(|leg| leg.waited_ms),
            did: did.filter(|did| !did.is_empty()).map(|did| self.numbered(&did).shown),
            diversion: leg
                .and_then(|leg| leg.diversion.clone())
                .or_else(|| invite::diversion(&card.invite))
                .map(|by| self.numbered(&by).shown),
            taken_by: leg.and_then(|leg| leg.taken_by.clone()).filter(|_| is_lost).or(moved_to).map(short),
            outcome: standing.outcome.filter(|_| standing.state != CardState::Active),
            offered_at: card.created_wall.to_string(),
            answered_at: standing.answered_at.map(|at| at.to_string()),
            ended_at: standing.over.map(|(_, at)| at.to_string()),
            lookup: card.lookup,
            has_link: person.is_some_and(|person| person.has_link),
            fields: self.fields_of(card),
            earlier: card.earlier.clone(),
            note: card.note.clone(),
            disposition: card.disposition.clone(),
            wrap_up: wrap_up(card),
            registration: card.registration,
        }
    }

    /// What the settings want to see, and what the CRM's mapping adds.
    fn fields_of(&self, card: &Card) -> Vec<CardField> {
        let leg = self.leg_of(card);
        let ruled = self.rules.fields.iter().filter_map(|rule| {
            let text = plain(&card.fact(&rule.from, leg)?, MAX_FIELD);
            (!text.is_empty()).then(|| CardField { label: rule.label.clone(), text })
        });
        let person = card.person.as_ref().map(|(_, person)| person.fields.as_slice()).unwrap_or_default();
        ruled.chain(person.iter().cloned()).take(MAX_FIELDS).collect()
    }
}

/// As a card is named on the wire.
pub(crate) fn name(id: u64) -> String {
    format!("k{id}")
}

fn wrap_up(card: &Card) -> Option<wire::WrapUp> {
    let WrapUp::Lasts { mode, since, ends } = card.wrap_up else { return None };
    Some(wire::WrapUp { mode, since: since.to_string(), ends_at: ends.map(|(_, at)| at.to_string()) })
}

fn short(text: String) -> String {
    plain(&text, MAX_TEXT)
}

const MAX_TEXT: usize = 128;
const MAX_FIELD: usize = 256;
const MAX_FIELDS: usize = 12;
