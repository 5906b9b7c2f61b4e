//! How often the id of a leg was used. Some PBXs name a leg by the call and the extension, so that a telephone which rings twice
//! in one call has one name for both times; what is written down of them needs two.

use std::collections::{HashMap, VecDeque};

use cti::{CallEvent, Direction, What};

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

/// Whether an event of a leg that is over may tell of another ring. Who dials once more makes another call with an id of its own:
/// a call out under a known id is told late, or twice.
pub(crate) fn may_ring_anew(event: &CallEvent) -> bool {
    let is_ring = matches!(event.what, What::Offered { direction: Direction::In, .. });
    is_ring && !has_own_legs(&event.source, &event.call_id, &event.leg_id)
}

/// Each time that a telephone rings is a leg with an id of its own. VoipNow sends no SubCallID: its legs are named by the call and
/// the extension.
pub(crate) fn has_own_legs(source: &str, call_id: &str, leg_id: &str) -> bool {
    let is_named_by_call = || leg_id.strip_prefix(call_id).is_some_and(|rest| rest.starts_with('/'));
    source == "ami" || (source == "dial_in" && !is_named_by_call())
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
