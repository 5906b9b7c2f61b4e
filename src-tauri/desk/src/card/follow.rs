//! The calls on this telephone, and what follows when a card's state is another.

use std::time::Duration;

use cti::Direction;
use phone::AccountId;

use super::{
    deck::{Asked, Deck, Due},
    one::{Card, Numbered, Sip, Standing, WrapUp},
    outward::{FoundIn, LookUp, Moment, Person},
    own::{is_same, is_withheld},
    rounds,
    rules::Register,
};
use crate::{
    call::Call,
    update::Now,
    wire::{CardRegistration, CardState, Lookup, WrapUpMode},
};

/// A call on this telephone, and what its account is called.
pub(crate) struct Followed<'a> {
    pub(crate) call: &'a mut Call,
    pub(crate) extension: String,
}

impl Deck {
    /// Looks at a call on this telephone: it gets a card, or the card learns how it goes on.
    pub(crate) fn follow(&mut self, followed: Followed<'_>, now: Now) {
        let Followed { call, extension } = followed;
        match call.card {
            Some(card) => self.goes_on(card, call, now),
            None if !call.has_had_card => {
                let card = self.card_of_call(call, extension, now);
                call.card = Some(card);
                call.has_had_card = true;
            }
            None => {}
        }
        if call.card.is_some_and(|card| self.cards.get(&card).is_none_or(|card| card.dismissed)) {
            call.card = None;
        }
    }

    fn goes_on(&mut self, card: u64, call: &Call, now: Now) {
        let Some(known) = self.cards.get_mut(&card) else { return };
        let sip = Sip::of(call, now.instant, now.wall, known.sip.as_ref());
        if known.sip.as_ref() == Some(&sip) {
            return;
        }
        let end = sip.ended.as_ref().map(|end| (end.at, end.wall));
        let is_answered = sip.answered_at.is_some();
        let number = sip.peer.number.clone();
        let is_other = known.sip.replace(sip).is_none_or(|before| before.peer.number != number);
        let leg = known.leg;
        if let Some(leg) = leg.and_then(|leg| self.legs.get_mut(&leg)) {
            leg.answered_here |= is_answered;
            leg.over_here = leg.over_here.or(end);
        }
        if is_other {
            self.number_is(card, &number);
        }
        self.card_changed(card, now);
        if let Some(leg) = leg {
            self.leg_changed(leg, now);
        }
    }

    fn card_of_call(&mut self, call: &mut Call, extension: String, now: Now) -> u64 {
        // The PBX rings the desk first, for a call that the desk asked for.
        let is_own = call.is_outbound() || call.origination.is_some();
        let direction = if is_own { Direction::Out } else { Direction::In };
        let sip = Sip::of(call, now.instant, now.wall, None);
        let id = self.next_card();
        let key = format!("sip/{}-{}", call.started_at.as_millisecond(), call.id);
        let number = self.numbered(&sip.peer.number);
        let invite = std::mem::take(&mut call.headers);
        let card = Card {
            account: Some(call.account.clone()),
            sip: Some(sip),
            invite,
            created_wall: call.started_at,
            ..Card::new(id, key, extension, direction, number, now)
        };
        if let Some(known) = self.leg_card_of(&card)
            && let Some(old) = self.cards.get_mut(&known)
        {
            (old.sip, old.account, old.invite) = (card.sip, card.account, card.invite);
            self.waits_no_longer(known);
            self.card_changed(known, now);
            return known;
        }
        let id = self.keep(card);
        self.call_waits(id);
        self.look_up(id);
        self.card_changed(id, now);
        id
    }

    /// A card that the PBX's word alone makes.
    pub(super) fn card_of_leg(&mut self, no: u64, now: Now) -> u64 {
        let id = self.next_card();
        let Some(leg) = self.legs.get(&no) else { return id };
        let known = self.remembered.get(&(leg.id(), leg.round)).cloned();
        let key = format!("{}/{}", leg.source, rounds::name(&leg.leg_id, leg.round));
        let direction = leg.direction().unwrap_or(Direction::In);
        let created_wall = leg.offered.as_ref().map_or(now.wall, |offered| offered.wall);
        let number = self.numbered(leg.number());
        let extension = leg.extension.clone().unwrap_or_default();
        let mut card = Card { created_wall, ..Card::new(id, key, extension, direction, number, now) };
        if let Some(known) = known {
            self.was_taken(no, &known, now);
            card.remember(known);
        }
        let id = self.keep(card);
        self.look_up(id);
        id
    }

    /// What was told of the colleague who took it is not kept, but that he did is.
    fn was_taken(&mut self, no: u64, known: &journal::Call, now: Now) {
        let Some((leg, (by, wall))) = self.legs.get_mut(&no).zip(known.taken_by.clone().zip(known.ended_at)) else {
            return;
        };
        let later = wall.duration_since(now.wall).try_into().unwrap_or_default();
        leg.taken_by = Some(by);
        leg.taken_at = now.instant.checked_add(later).map(|at| (at, wall));
    }

    /// The other party is somebody else, or is known better than before.
    pub(super) fn number_is(&mut self, card: u64, told: &str) {
        let Some(known) = self.cards.get(&card) else { return };
        if is_withheld(told) || told == known.number.told || same_person(&known.number, told) {
            return;
        }
        let number = self.numbered(told);
        if let Some(known) = self.cards.get_mut(&card) {
            known.number = number;
            known.person = None;
            known.earlier.clear();
        }
        self.look_up(card);
    }

    /// Asks who it is. The card is shown meanwhile.
    pub(super) fn look_up(&mut self, card: u64) {
        let looks = self.rules.looks_up;
        let Some(known) = self.cards.get_mut(&card).filter(|card| !card.number.told.is_empty()) else { return };
        known.lookup = if looks { Lookup::Looking } else { Lookup::Off };
        let Some(known) = self.cards.get(&card) else { return };
        let facts = known.facts(self.leg_of(known));
        let Numbered { told, e164, .. } = known.number.clone();
        self.asked.push(Asked::LookUp(LookUp { card, number: told, e164, facts }));
    }

    /// Something about a card may be different: what follows from that.
    pub(super) fn card_changed(&mut self, id: u64, now: Now) {
        let Some(card) = self.cards.get(&id) else { return };
        let standing = card.standing(self.leg_of(card));
        self.wraps_up(id, &standing, now);
        self.moments(id, &standing);
        self.write_down(id, &standing);
        if self.registers(Register::Calls) {
            self.register_call(id, &standing);
        }
        self.arm_card(id, &standing);
        self.dirty.insert(id);
    }

    /// The work after a call begins with its end.
    fn wraps_up(&mut self, id: u64, standing: &Standing, now: Now) {
        let (mode, time) = (self.rules.wrap_up, self.rules.wrap_up_time);
        let Some(card) = self.cards.get_mut(&id) else { return };
        // Without an answer there is nothing to write up; a late one may still come.
        let is_over = standing.state == CardState::Ended && standing.is_answered();
        let Some((_, since)) = standing.over.filter(|_| is_over) else {
            card.wrap_up = WrapUp::Before;
            return;
        };
        if card.wrap_up != WrapUp::Before {
            return;
        }
        let is_done = card.disposition.is_some() && mode == WrapUpMode::Mandatory;
        card.wrap_up = if mode == WrapUpMode::Off || is_done {
            WrapUp::Over { since: now.instant }
        } else {
            let ends = now.instant.checked_add(time).zip(now.wall.checked_add(time).ok());
            WrapUp::Lasts { mode, since, ends: ends.filter(|_| mode != WrapUpMode::Mandatory) }
        };
    }

    fn moments(&mut self, id: u64, standing: &Standing) {
        let Some(card) = self.cards.get(&id) else { return };
        let due = match standing.state {
            CardState::Ringing => Moment::Ring,
            CardState::Active => Moment::Answer,
            CardState::Taken => return,
            CardState::Ended => Moment::End,
        };
        if card.told >= Some(due) {
            return;
        }
        let facts = card.facts(self.leg_of(card));
        self.asked.push(Asked::Moment(due, facts));
        if let Some(card) = self.cards.get_mut(&id) {
            card.told = Some(due);
        }
    }

    fn arm_card(&mut self, id: u64, standing: &Standing) {
        let Some(card) = self.cards.get(&id) else { return };
        let due = match card.wrap_up {
            WrapUp::Lasts { ends, .. } => ends.map(|(at, _)| at),
            _ => card.leaves_at(standing),
        };
        self.alarms.set(Due::Card(id), due);
    }

    /// Its time in sight, or its wrap-up, is over.
    pub(super) fn card_is_due(&mut self, id: u64, now: Now) {
        let Some(card) = self.cards.get_mut(&id) else { return };
        if matches!(card.wrap_up, WrapUp::Lasts { .. }) {
            return self.finish(id, now);
        }
        let Some(card) = self.cards.get(&id) else { return };
        let standing = card.standing(self.leg_of(card));
        match card.leaves_at(&standing) {
            Some(at) if at <= now.instant => self.drop_card(id),
            at => self.alarms.set(Due::Card(id), at),
        }
    }

    /// The work after a call is done: whoever waits for it need not wait any longer.
    pub(super) fn finish(&mut self, id: u64, now: Now) {
        let Some(card) = self.cards.get_mut(&id) else { return };
        card.wrap_up = WrapUp::Over { since: now.instant };
        if let Some(leg) = card.leg {
            self.register_leg(leg);
        }
        self.card_changed(id, now);
    }
}

impl Card {
    pub(super) fn new(
        id: u64,
        key: String,
        extension: String,
        direction: Direction,
        number: Numbered,
        now: Now,
    ) -> Self {
        Self {
            id,
            key,
            account: None,
            extension,
            direction,
            sip: None,
            leg: None,
            number,
            invite: Vec::new(),
            person: None,
            lookup: Lookup::Off,
            earlier: Vec::new(),
            note: String::new(),
            noted_at: None,
            disposition: None,
            wrap_up: WrapUp::Before,
            registration: CardRegistration::None,
            registered: None,
            crm_key: None,
            shown: None,
            created: now.instant,
            created_wall: now.wall,
            told: None,
            written: None,
            dismissed: false,
            moved_to: None,
        }
    }
}

impl Card {
    /// What stood in the journal before the desk was started again.
    fn remember(&mut self, known: journal::Call) {
        self.key = known.key;
        self.account = known.account.map(AccountId);
        (self.note, self.disposition) = (known.note, known.disposition);
        let person = Person { name: known.name, company: known.company, ..Person::default() };
        self.person = person.name.is_some().then_some((FoundIn::Journal, person));
    }
}

/// The same number in another spelling is no other person.
fn same_person(known: &Numbered, told: &str) -> bool {
    !known.told.is_empty() && is_same(&known.told, told)
}

/// Who still writes after this is registered without.
pub(super) const LONGEST_WRAP_UP: Duration = Duration::from_secs(15 * 60);
