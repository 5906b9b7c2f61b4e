//! After a crash: what the PBX told before is told again, to nobody but the cards.

use std::time::Duration;

use super::{
    deck::{Asked, Deck},
    leg::LegId,
    outward::Restored,
    rounds::{self, has_own_legs},
};
use crate::update::Now;

impl Deck {
    /// Knows again where each call stood. What the CRM is to be told is written once more, which changes nothing where it stands
    /// already; nothing else happens a second time.
    pub(crate) fn restore(&mut self, restored: Restored, now: Now) {
        self.wall = now.wall;
        for (leg, call) in restored.calls {
            self.register_broken(&call);
            let is_own = has_own_legs(&leg.source, &leg.call_id, &leg.leg_id);
            let (name, round) = if is_own { (leg.leg_id.as_str(), 0) } else { rounds::read(&leg.leg_id) };
            let id = LegId { source: leg.source, leg: name.to_owned() };
            self.remembered.insert((id, round), call);
        }
        for (event, wall) in restored.events {
            let age: Duration = now.wall.duration_since(wall).try_into().unwrap_or_default();
            let instant = now.instant.checked_sub(age).unwrap_or(now.instant);
            let then = Now { instant, wall };
            self.tick(then);
            self.told(event, then);
        }
        self.tick(now);
        for row in restored.broken {
            self.break_off(row);
        }
        for ((id, round), _) in std::mem::take(&mut self.remembered) {
            self.rounds.note(id, round);
        }
        self.asked.retain(|asked| matches!(asked, Asked::Write(_)));
        let live: Vec<u64> = self.cards.keys().copied().collect();
        for card in live {
            self.look_up(card);
        }
    }
}
