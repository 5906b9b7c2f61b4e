//! Who was spoken with meanwhile, whoever told it.
//!
//! ```text
//!   CallEvent:  Offered{In} ─► Answered ───────────────► spoken with
//!               Offered{Out} ─► Answered ─► Ended(Answered) ─► spoken with: some call it an answer when it only rings
//!               Answered without an offer: an announcement or a queue, nobody
//!   this telephone: a call of the agent's is answered ─► spoken with
//! ```

use std::{
    collections::{HashMap, VecDeque},
    time::Instant,
};

use cti::{CallEvent, Direction, Ended, Outcome as CallOutcome, What};

use phone::CallId;

use super::one::{Going, One};
use crate::{
    call::Owner,
    card::may_ring_anew,
    update::{Desk, Now},
    wire::{AttemptResult, CallbackOutcome},
};

/// Legs by source and id, as far as a later event needs them.
#[derive(Debug, Default)]
pub(super) struct Legs {
    known: HashMap<LegName, Leg>,
    /// The oldest first.
    order: VecDeque<LegName>,
}

type LegName = (String, String);

#[derive(Clone, Debug)]
struct Leg {
    number: String,
    extension: String,
    direction: Direction,
    transferred: bool,
    offered: Instant,
    answered: Option<Instant>,
    is_over: bool,
    /// It was told that they spoke.
    is_told: bool,
}

/// They spoke.
struct Spoken {
    number: String,
    extension: String,
    since: Instant,
    direction: Direction,
}

/// Who says so.
#[derive(Clone, Copy)]
enum By {
    /// A call of this telephone.
    Call(CallId),
    /// A PBX, of this desk: who called there.
    Own(Direction),
    /// A PBX, of a colleague.
    Colleague,
}

impl Legs {
    /// Takes in an event; who was spoken with, once for each leg.
    fn hear(&mut self, event: &CallEvent, now: Instant) -> Option<Spoken> {
        let name = (event.source.clone(), event.leg_id.clone());
        if let What::Offered { direction, transferred } = event.what {
            let is_known = self.known.get(&name).is_some_and(|leg| !leg.is_over || !may_ring_anew(event));
            if !is_known {
                self.remember(name, Leg::new(event, direction, transferred, now));
            }
            return None;
        }
        let leg = self.known.get_mut(&name)?;
        if leg.number.is_empty() {
            leg.number = number(event);
        }
        let spoke = match &event.what {
            What::Answered => {
                leg.answered.get_or_insert(now);
                leg.direction == Direction::In
            }
            What::Ended(ended) => {
                leg.is_over = true;
                leg.direction == Direction::Out && leg.was_answered(ended)
            }
            What::Recorded(ended) => leg.was_answered(ended) && ended.outcome == CallOutcome::Answered,
            What::Offered { .. } | What::AnsweredOrOver(_) | What::Idle | What::Unreachable | What::Moved { .. } => {
                false
            }
        };
        if !spoke || leg.is_told || leg.transferred || leg.number.is_empty() {
            return None;
        }
        leg.is_told = true;
        let since = leg.answered.unwrap_or(leg.offered);
        let (number, extension, direction) = (leg.number.clone(), leg.extension.clone(), leg.direction);
        Some(Spoken { number, extension, since, direction })
    }

    fn remember(&mut self, name: LegName, leg: Leg) {
        if self.known.insert(name.clone(), leg).is_some() {
            return;
        }
        self.order.push_back(name);
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

impl Leg {
    fn new(event: &CallEvent, direction: Direction, transferred: bool, now: Instant) -> Self {
        Self {
            number: number(event),
            extension: event.extension.clone().unwrap_or_default(),
            direction,
            // Nobody at a desk placed it.
            transferred: transferred && direction == Direction::Out,
            offered: now,
            answered: None,
            is_over: false,
            is_told: false,
        }
    }

    /// What the end of it says. That of an announcement or a queue says whether it was bridged.
    fn was_answered(&self, ended: &Ended) -> bool {
        let says = match ended.outcome {
            CallOutcome::Answered => true,
            CallOutcome::Unknown => self.answered.is_some(),
            _ => false,
        };
        says && ended.bridged.is_none()
    }
}

/// The party outside counts, also behind a transfer.
fn number(event: &CallEvent) -> String {
    let remote = event.remote_number.clone().filter(|number| !number.is_empty());
    remote.or_else(|| Some(event.party.as_ref()?.number.clone())).unwrap_or_default()
}

impl Desk {
    /// A PBX told of a call, whosever it is.
    pub(crate) fn callbacks_hear(&mut self, event: &CallEvent, now: Now) {
        if let Some(spoken) = self.callbacks.legs.hear(event, now.instant) {
            let is_own = self.callbacks.is_mine(&spoken.extension);
            let by = if is_own { By::Own(spoken.direction) } else { By::Colleague };
            self.spoken_with(&spoken.number, spoken.since, by, now);
        }
    }

    /// Calls of this telephone that were answered since this was asked last.
    pub(super) fn follow_answers(&mut self, now: Now) {
        let is_new = |call: &&crate::call::Call| {
            let is_agents = call.owner == Owner::Agent && call.origination.is_none();
            is_agents && call.answered_at.is_some() && !self.callbacks.answered.contains(&call.id)
        };
        let new: Vec<_> = self.calls.iter().filter(is_new).map(|call| (call.id, call.peer.number.clone())).collect();
        for (call, number) in new {
            self.callbacks.answered.insert(call);
            self.spoken_with(&number, now.instant, By::Call(call), now);
        }
        let calls = &self.calls;
        self.callbacks.answered.retain(|id| calls.iter().any(|call| call.id == *id));
    }

    /// Somebody spoke with this number. What was promised later is not kept by that.
    fn spoken_with(&mut self, number: &str, since: Instant, by: By, now: Now) {
        self.callbacks.missed.spoken_with(number);
        let is_older = |one: &&One| one.since.is_none_or(|made| made <= since);
        let open: Vec<_> = self.callbacks.with_number(number).filter(is_older).map(|one| one.id.clone()).collect();
        for id in open {
            self.is_reached(&id, by, now);
        }
    }

    fn is_reached(&mut self, id: &str, by: By, now: Now) {
        let Some(one) = self.callbacks.all.get_mut(id) else { return };
        let outcome = match by {
            By::Colleague => CallbackOutcome::ReachedElsewhere,
            By::Call(_) | By::Own(_) => CallbackOutcome::Reached,
        };
        match (&one.going, by) {
            // By this very attempt: the PBX told of it.
            (Some(Going::Originated { .. }), By::Own(Direction::Out) | By::Call(_))
            | (Some(Going::Ordered { .. }), By::Own(_) | By::Call(_)) => one.set_result(AttemptResult::Answered),
            // That the agent answered its first half.
            (Some(Going::Originated { .. }), By::Own(Direction::In)) => return,
            // Its own call says what comes of it, and a PBX tells of that as well.
            (Some(Going::Call(_)), By::Own(_)) => return,
            (Some(Going::Call(call)), By::Call(other)) if *call == other => return,
            (Some(_), _) => {
                one.spoken.get_or_insert(outcome);
                return;
            }
            (None, By::Call(_) | By::Own(_)) if one.last_result() == Some(AttemptResult::Interrupted) => {
                one.set_result(AttemptResult::Answered);
            }
            (None, _) => {}
        }
        self.callbacks.close(id, outcome, now);
    }
}

/// More than a busy PBX has going on at once.
const MOST: usize = 4_096;
