//! How often the id of a leg was used. Some PBXs name a leg by the call and the extension, so that a telephone which rings twice
//! in one call has one name for both times; what is written down of them needs two.

use std::collections::{HashMap, VecDeque};

use super::leg::LegId;

/// Remembers for longer than the legs themselves.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    used: HashMap<LegId, u32>,
    order: VecDeque<LegId>,
}

impl Rounds {
    /// How many there were.
    pub(crate) fn of(&self, id: &LegId) -> u32 {
        self.used.get(id).copied().unwrap_or_default()
    }

    /// The round was used.
    pub(crate) fn note(&mut self, id: LegId, round: u32) {
        let used = round.saturating_add(1);
        if let Some(known) = self.used.get_mut(&id) {
            *known = used.max(*known);
            return;
        }
        self.order.push_back(id.clone());
        self.used.insert(id, used);
        if self.order.len() > MAX_IDS
            && let Some(oldest) = self.order.pop_front()
        {
            self.used.remove(&oldest);
        }
    }
}

/// The id of a round: the first bears the name that the PBX gave.
pub(crate) fn name(leg_id: &str, round: u32) -> String {
    if round == 0 { leg_id.to_owned() } else { format!("{leg_id}#{}", round + 1) }
}

/// The other way round.
pub(crate) fn read(name: &str) -> (&str, u32) {
    let numbered = name.rsplit_once('#').and_then(|(id, round)| Some((id, round.parse::<u32>().ok()?.checked_sub(1)?)));
    numbered.filter(|(_, round)| *round > 0).unwrap_or((name, 0))
}

/// More than a desk has in a day.
const MAX_IDS: usize = 10_000;
