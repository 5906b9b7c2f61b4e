//! What the agent does with a card: writes, says what came of the call, is done with it.

use journal::Write;

use super::{
    deck::{Asked, Deck},
    one::{Card, WrapUp},
    outward::{Found, FoundIn, LookUpFailed},
    shown::name,
};
use crate::{
    update::Now,
    wire::{CardState, Lookup, Refusal, WrapUpMode},
};

impl Deck {
    /// The card that an intent means: by its own name, by that of its call, or the one that the agent works on.
    pub(crate) fn find(&self, named: Option<&str>) -> Result<u64, Refusal> {
        match named {
            Some(named) => self.named(named).ok_or_else(|| {
                Refusal::malformed("unknown_card", "There is no such call or card; it may have left by now")
            }),
            None => self.current().ok_or_else(|| Refusal::conflict("no_card", "There is no call to write about")),
        }
    }

    fn named(&self, named: &str) -> Option<u64> {
        if let Some(id) = named.strip_prefix('k').and_then(|id| id.parse().ok()) {
            return self.cards.contains_key(&id).then_some(id);
        }
        let is_its = |card: &&Card| card.sip.as_ref().is_some_and(|sip| sip.id.to_string() == named);
        self.cards.values().find(is_its).map(|card| card.id)
    }

    /// The one that is up, else the one that is being worked on, else the newest.
    fn current(&self) -> Option<u64> {
        let newest = || self.cards.values().rev().filter(|card| !card.dismissed);
        let is_active = |card: &&Card| card.standing(self.leg_of(card)).state == CardState::Active;
        let is_worked_on = |card: &&Card| matches!(card.wrap_up, WrapUp::Lasts { .. });
        newest().find(is_active).or_else(|| newest().find(is_worked_on)).or_else(|| newest().next()).map(|card| card.id)
    }

    /// The agent's note, as it stands after the last keystroke.
    pub(crate) fn note(&mut self, named: Option<&str>, text: &str, now: Now) -> Result<u64, Refusal> {
        if text.len() > MAX_NOTE {
            return Err(Refusal::malformed("note_too_long", "A note has 16 KiB at most: shorten it"));
        }
        let id = self.find(named)?;
        let Some(card) = self.cards.get_mut(&id) else { return Ok(id) };
        text.clone_into(&mut card.note);
        card.noted_at = Some(now.instant);
        let write = Write::Note { call: card.key.clone(), text: text.to_owned() };
        self.write(write);
        self.worked_on(id, now);
        Ok(id)
    }

    /// What came of the call. It ends the wrap-up.
    pub(crate) fn dispose(&mut self, named: Option<&str>, code: Option<&str>, now: Now) -> Result<u64, Refusal> {
        let id = self.find(named)?;
        let code = code.filter(|code| !code.is_empty());
        let known = &self.rules.dispositions;
        if let Some(code) = code
            && (known.iter().all(|known| known.code != code))
        {
            let codes: Vec<_> = known.iter().map(|known| known.code.as_str()).collect();
            let detail = match codes.as_slice() {
                [] => "No dispositions are set up: write them under [cards] of the settings".to_owned(),
                codes => format!("This is none of the dispositions: {}", codes.join(", ")),
            };
            return Err(Refusal::malformed("unknown_disposition", detail));
        }
        let Some(card) = self.cards.get_mut(&id) else { return Ok(id) };
        card.disposition = code.map(str::to_owned);
        let write = Write::Disposition { call: card.key.clone(), disposition: card.disposition.clone() };
        let ends = code.is_some() && matches!(card.wrap_up, WrapUp::Lasts { .. });
        self.write(write);
        self.worked_on(id, now);
        if ends {
            self.finish(id, now);
        }
        Ok(id)
    }

    pub(crate) fn finish_wrap_up(&mut self, card: &str, now: Now) -> Result<u64, Refusal> {
        let id = self.find(Some(card))?;
        let Some(card) = self.cards.get(&id) else { return Ok(id) };
        match card.wrap_up {
            WrapUp::Lasts { mode: WrapUpMode::Mandatory, .. } if card.disposition.is_none() => {
                Err(Refusal::conflict("disposition_needed", "Say first what came of this call: choose a disposition"))
            }
            WrapUp::Lasts { .. } => {
                self.finish(id, now);
                Ok(id)
            }
            _ => Err(Refusal::conflict("no_wrap_up", "There is no wrap-up to finish for this call")),
        }
    }

    /// Out of sight. What must be said of the call first is not got round by that.
    pub(crate) fn dismiss(&mut self, card: &str, now: Now) -> Result<u64, Refusal> {
        let id = self.find(Some(card))?;
        if self.cards.get(&id).is_some_and(|card| matches!(card.wrap_up, WrapUp::Lasts { .. })) {
            self.finish_wrap_up(card, now)?;
        }
        if let Some(card) = self.cards.get_mut(&id).filter(|card| !card.dismissed) {
            card.dismissed = true;
            self.gone.push(id);
        }
        Ok(id)
    }

    /// The agent wants to see in the CRM who it is.
    pub(crate) fn open(&mut self, card: &str) -> Result<u64, Refusal> {
        let id = self.find(Some(card))?;
        let Some(card) = self.cards.get(&id) else { return Ok(id) };
        if !card.person.as_ref().is_some_and(|(_, person)| person.has_link) {
            return Err(Refusal::conflict("no_link", "The CRM gave no place to open for this call"));
        }
        let facts = card.facts(self.leg_of(card));
        self.asked.push(Asked::Open(facts));
        Ok(id)
    }

    /// Somebody was found, or nobody. The CRM's word counts more than the address book's, whichever comes first.
    pub(crate) fn found(&mut self, found: Found, now: Now) {
        let Some(card) = self.cards.get_mut(&found.card) else { return };
        if let Some(earlier) = found.earlier {
            card.earlier = earlier;
        }
        let known_from = card.person.as_ref().map(|(from, _)| *from);
        match found.person {
            Ok(Some(person)) if known_from.is_none_or(|known| known <= found.from) => {
                card.person = Some((found.from, person));
                card.lookup = Lookup::Found;
            }
            Ok(_) if found.from == FoundIn::Crm && known_from.is_none() => card.lookup = Lookup::Unknown,
            Err(LookUpFailed) if known_from.is_none() => card.lookup = Lookup::Failed,
            Ok(_) | Err(LookUpFailed) => {}
        }
        let leg = card.leg;
        self.card_changed(found.card, now);
        if let Some(leg) = leg {
            self.register_leg(leg);
        }
    }

    /// What the CRM is told has changed with it.
    fn worked_on(&mut self, id: u64, now: Now) {
        if let Some(leg) = self.cards.get(&id).and_then(|card| card.leg) {
            self.register_leg(leg);
        }
        self.card_changed(id, now);
    }

    /// How the reply to an intent names it.
    pub(crate) fn name_of(id: u64) -> String {
        name(id)
    }
}

const MAX_NOTE: usize = 16 * 1024;
