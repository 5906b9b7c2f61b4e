//! What is due, by the clock of the wall.

use std::time::Duration;

use jiff::SignedDuration;

use super::{Callbacks, rules::AtDue};
use crate::{
    account::Account,
    call::Owner,
    update::{Desk, Now},
    wire::{AgentState, AttemptResult, Card, PresenceState, Refusal},
};

impl Callbacks {
    /// Takes in what time it is. Each due time is told once, whatever becomes of the clock afterwards.
    fn look(&mut self, now: Now) {
        while let Some((at, _)) = self.waiting.first().filter(|(at, _)| *at <= now.wall) {
            let (at, Some((_, id))) = (*at, self.waiting.pop_first()) else { return };
            if let Some(one) = self.all.get_mut(&id) {
                one.is_due = true;
                self.dirty.insert(id.clone());
                self.told_due.push(id.clone());
                self.due.insert((at, id));
            }
        }
        while let Some((at, _)) = self.closed.first() {
            let leaves_at = at.saturating_add(SHOWN).unwrap_or(*at);
            if self.closed.len() <= MOST_CLOSED && leaves_at > now.wall {
                break;
            }
            if let Some((_, id)) = self.closed.pop_first() {
                self.forget(&id);
            }
        }
        let next = self.waiting.first().map(|(at, _)| *at);
        let leaves = self.closed.first().and_then(|(at, _)| at.saturating_add(SHOWN).ok());
        let next = next.into_iter().chain(leaves).min();
        self.looks_at = next.and_then(|at| {
            let time = Duration::try_from(at.duration_since(now.wall)).unwrap_or_default();
            now.instant.checked_add(time.clamp(SHORTEST, LONGEST))
        });
    }
}

impl Desk {
    pub(super) fn look_at_clock(&mut self, now: Now) {
        // What is forgotten has been written before.
        self.write_callbacks();
        self.callbacks.look(now);
    }

    /// Calls the one that is due longest, if the settings want that, it is this agent's, and he is free. Each due time once, and
    /// none of which nobody knows what came of the last attempt.
    pub(super) fn call_what_is_due(&mut self, now: Now) {
        if self.settings.callbacks.at_due != AtDue::Call || !self.callbacks.going.is_empty() {
            return;
        }
        let most = usize::try_from(self.settings.callbacks.attempts).unwrap_or(usize::MAX);
        let next = self.callbacks.due.iter().filter_map(|(_, id)| self.callbacks.all.get(id)).find(|one| {
            let is_mine = one.claimed_by.as_ref().is_some_and(|by| self.callbacks.is_mine(by));
            let is_known = one.last_result() != Some(AttemptResult::Interrupted);
            let is_new = one.called_for != Some(one.due_at) && one.attempts.len() < most;
            is_mine && is_known && is_new && !one.is_risky
        });
        let Some(id) = next.map(|one| one.id.clone()) else { return };
        if !self.is_at_peace() {
            let again = now.instant.checked_add(FREE_BY);
            return self.callbacks.looks_at = [self.callbacks.looks_at, again].into_iter().flatten().min();
        }
        if let Some(one) = self.callbacks.all.get_mut(&id) {
            one.called_for = Some(one.due_at);
        }
        let order = self.settings.callbacks.order;
        if let Err(Refusal { code, detail, .. }) = self.begin_attempt(&id, order, true, now) {
            self.notice(&code, detail);
        }
    }

    /// The agent is there, and has no call, expects none and works on none.
    pub(super) fn is_at_peace(&self) -> bool {
        let is_registered = self.own_account().is_some_and(Account::is_registered);
        let is_here = !self.preferences.do_not_disturb && self.shown.presence.state == PresenceState::Available;
        let is_quiet = self.calls.iter().all(|call| call.is_ended() || call.owner == Owner::Desk);
        let expects_none = self.originations.waiting().next().is_none();
        let is_free = is_quiet && expects_none && !self.talks_elsewhere();
        is_registered && is_here && is_free && !self.deck.wire().iter().any(is_worked_on)
    }

    /// The telephone that the PBX rings instead of this one is in a call, as far as the PBX tells.
    fn talks_elsewhere(&self) -> bool {
        use AgentState::{Free, NotRegistered, Unknown};
        let desk_phone = self.settings.supervision.desk_phone.as_deref();
        let agent = desk_phone.and_then(|phone| self.floor.agent(phone)).filter(|_| self.floor.state().live);
        agent.is_some_and(|agent| !matches!(agent.state, Free | Unknown | NotRegistered))
    }
}

/// Its wrap-up lasts.
fn is_worked_on(card: &Card) -> bool {
    card.wrap_up.is_some()
}

/// How long a closed one stays in sight.
const SHOWN: SignedDuration = SignedDuration::from_hours(24);
const MOST_CLOSED: usize = 50;
/// How soon is noticed that the agent is free.
const FREE_BY: Duration = Duration::from_secs(5);
/// Clocks are set, and machines sleep.
const LONGEST: Duration = Duration::from_secs(30);
/// The clock of the wall may lag a little behind.
const SHORTEST: Duration = Duration::from_millis(1);
