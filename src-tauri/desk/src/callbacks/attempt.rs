//! Calling: a row first, the call second.

use std::time::Duration;

use cti::Wish;
use journal::Write;
use phone::{CallId, Reason};

use super::{
    Callbacks, Outcome,
    one::{Going, Tried},
    work::{made, not_calling},
};
use crate::{
    call::{Call, Phase, plain},
    dial::{AskedBy, Plan},
    origination,
    update::{Desk, Effect, Now},
    wire::{AttemptResult, CallbackOrder, CallbackOutcome, CallbackReason, OriginationState, Refusal, Via},
};

impl Callbacks {
    /// The one whose attempt was to be written under this number, who is called first, and whether no click asked for it.
    fn written(&self, token: u64) -> Option<(String, CallbackOrder, bool)> {
        self.going.iter().find_map(|id| match self.all.get(id)?.going {
            Some(Going::Written { token: known, order, by_itself, .. }) if known == token => {
                Some((id.clone(), order, by_itself))
            }
            _ => None,
        })
    }

    fn is_writing(&self) -> bool {
        let mut going = self.going.iter().filter_map(|id| self.all.get(id)?.going.as_ref());
        going.any(|going| matches!(going, Going::Written { .. }))
    }

    fn goes(&mut self, id: &str, going: Option<Going>) {
        let Some(one) = self.all.get_mut(id) else { return };
        if going.is_some() {
            self.going.insert(id.to_owned());
        } else {
            self.going.remove(id);
        }
        one.going = going;
        self.dirty.insert(id.to_owned());
    }

    /// An attempt that came to nothing before anything was dialled.
    pub(super) fn take_back(&mut self, id: &str, now: Now) {
        let Some(one) = self.all.get_mut(id) else { return };
        one.attempts.pop();
        let spoken = one.spoken;
        self.goes(id, None);
        self.changed(id);
        if let Some(outcome) = spoken {
            self.close(id, outcome, now);
        }
    }
}

impl Desk {
    pub(crate) fn call_callback(&mut self, id: &str, order: Option<CallbackOrder>, now: Now) -> Outcome {
        let order = order.unwrap_or(self.settings.callbacks.order);
        self.begin_attempt(id, order, false, now)
    }

    /// A row first: what follows is in [`Desk::committed`].
    pub(super) fn begin_attempt(&mut self, id: &str, order: CallbackOrder, by_itself: bool, now: Now) -> Outcome {
        let one = self.free_callback(id)?;
        not_calling(one)?;
        let (number, reason) = (one.number.clone(), one.reason);
        if reason != CallbackReason::Promised && self.whom(&number)?.is_risky {
            return Err(risky());
        }
        if self.is_placing() || self.callbacks.is_writing() {
            return Err(already_dialing());
        }
        self.may_call(&number, order)?;
        let by = self.who_claims()?;
        self.callbacks.tokens += 1;
        let token = self.callbacks.tokens;
        let until = now.instant.checked_add(WRITTEN_WITHIN);
        if let Some(one) = self.callbacks.all.get_mut(id) {
            one.claimed_by = Some(by.clone());
            one.spoken = None;
            one.add_attempt(Tried { at: now.wall, by, result: AttemptResult::Calling });
            let row = Box::new(one.row());
            self.callbacks.goes(id, Some(Going::Written { token, order, by_itself, until }));
            // The row that is committed says all that waits to be written.
            self.callbacks.unwritten.remove(id);
            self.effects.push(Effect::Commit(token, vec![Write::Callback(row)]));
        }
        Ok(made(id))
    }

    /// Whether it could be called now, and how.
    fn may_call(&self, number: &str, order: CallbackOrder) -> Result<Plan, Refusal> {
        self.whom(number)?;
        match order {
            CallbackOrder::AgentFirst => {
                let plan = self.plan(number, None, None)?;
                if plan.via == Via::Softphone {
                    self.registered_account(&plan)?;
                }
                Ok(plan)
            }
            CallbackOrder::CustomerFirst => {
                self.may_call_first()?;
                self.plan(number, None, Some(Via::Softphone))
            }
        }
    }

    /// A row is on the disk, or cannot be written for this reason: [`crate::Effect::Commit`].
    pub(crate) fn committed(&mut self, token: u64, result: Result<(), String>, now: Now) {
        let Some((id, order, by_itself)) = self.callbacks.written(token) else { return };
        if let Err(why) = result {
            return self.not_written(&id, &why, now);
        }
        let is_spoken = self.callbacks.all.get(&id).is_some_and(|one| one.spoken.is_some());
        // A call may have come in since: no click asked to leave it for another.
        let is_disturbed = by_itself && !self.is_at_peace();
        if is_disturbed && let Some(one) = self.callbacks.all.get_mut(&id) {
            one.called_for = None;
        }
        if is_spoken || is_disturbed {
            return self.callbacks.take_back(&id, now);
        }
        match self.call_now(&id, order, now) {
            Ok(going) => self.callbacks.goes(&id, Some(going)),
            // The agent may have dialled somebody else since.
            Err(Refusal { code, detail, .. }) => {
                self.callbacks.take_back(&id, now);
                self.notice(&code, detail);
            }
        }
    }

    fn not_written(&mut self, id: &str, why: &str, now: Now) {
        self.callbacks.take_back(id, now);
        let why = plain(why, MAX_DETAIL);
        let detail = format!("Nobody was called: the attempt could not be written into the journal ({why})");
        self.notice("callback_not_written", detail);
    }

    fn call_now(&mut self, id: &str, order: CallbackOrder, now: Now) -> Result<Going, Refusal> {
        let number = self.open_callback(id)?.number.clone();
        let plan = self.may_call(&number, order)?;
        if self.is_placing() {
            return Err(already_dialing());
        }
        if order == CallbackOrder::CustomerFirst {
            return self.order_call(&plan, now);
        }
        let made = self.place(&plan, AskedBy::default(), now)?;
        let originated = made.origination.map(|name| Going::Originated { name, call: None });
        made.call.map(Going::Call).or(originated).ok_or_else(already_dialing)
    }

    /// How the calls of the attempts go on.
    pub(super) fn follow_attempts(&mut self, now: Now) {
        if self.callbacks.going.is_empty() {
            return;
        }
        for id in self.callbacks.going.clone() {
            if let Some(result) = self.result_of(&id, now) {
                self.attempt_over(&id, result, now);
            }
        }
    }

    /// What came of an attempt, once it is over.
    fn result_of(&mut self, id: &str, now: Now) -> Option<AttemptResult> {
        let going = self.callbacks.all.get(id)?.going.clone()?;
        let is_lost = going.until().is_some_and(|until| until <= now.instant);
        match going {
            Going::Written { .. } if is_lost => {
                self.not_written(id, "it takes too long", now);
                None
            }
            Going::Ordered { order, .. } if is_lost => {
                self.order('k', Wish::End { order });
                Some(AttemptResult::Interrupted)
            }
            Going::Written { .. } | Going::Ordered { .. } => None,
            Going::Call(call) => self.result_of_call(id, call),
            Going::Originated { name, call } => self.result_of_origination(id, &name, call),
        }
    }

    /// An answer is written at once: whatever happens afterwards, they were reached.
    fn result_of_call(&mut self, id: &str, call: CallId) -> Option<AttemptResult> {
        let Some(call) = self.call(call) else { return Some(self.result_unseen(id)) };
        let is_answered = call.answered_at.is_some();
        let result = match &call.phase {
            Phase::Ended { .. } if is_answered => Some(AttemptResult::Answered),
            Phase::Ended { how, .. } => Some(result_of_reason(how.reason)),
            _ => None,
        };
        if let Some(one) = self.callbacks.all.get_mut(id)
            && is_answered
            && one.last_result() != Some(AttemptResult::Answered)
        {
            one.set_result(AttemptResult::Answered);
            self.callbacks.changed(id);
        }
        result
    }

    /// The end of its call was not seen: a flood of others has pushed it out.
    fn result_unseen(&self, id: &str) -> AttemptResult {
        let last = self.callbacks.all.get(id).and_then(|one| one.last_result());
        last.filter(|last| *last == AttemptResult::Answered).unwrap_or(AttemptResult::Interrupted)
    }

    /// The PBX rings this desk first: that the agent answered says nothing of the customer. What the PBX tells of the call does,
    /// if it tells anything; else the agent has to say what came of it.
    fn result_of_origination(&mut self, id: &str, name: &str, known: Option<CallId>) -> Option<AttemptResult> {
        let shown = self.originations.wire().into_iter().find(|shown| shown.id == name);
        let trouble = shown.as_ref().and_then(|shown| shown.trouble.as_ref());
        let told = trouble.map_or(AttemptResult::Failed, |trouble| result_of_code(&trouble.code, "far"));
        let is_its = |call: &&Call| call.origination.map(origination::name).as_deref() == Some(name);
        if let Some(call) = self.calls.iter().find(is_its) {
            let unknown = if call.answered_at.is_some() { AttemptResult::Interrupted } else { AttemptResult::Failed };
            let result = call.is_ended().then(|| trouble.map_or(unknown, |_| told));
            if known != Some(call.id) {
                let (name, call) = (name.to_owned(), Some(call.id));
                self.callbacks.goes(id, Some(Going::Originated { name, call }));
            }
            return result;
        }
        match shown {
            Some(shown) if shown.state != OriginationState::Failed => None,
            // Its call rang, and was pushed out by a flood of others.
            _ if known.is_some() => Some(AttemptResult::Interrupted),
            _ => Some(told),
        }
    }

    /// What follows from how an attempt went.
    pub(super) fn attempt_over(&mut self, id: &str, result: AttemptResult, now: Now) {
        let rules = &self.settings.callbacks;
        let most = usize::try_from(rules.attempts).unwrap_or(usize::MAX);
        let again = now.wall.checked_add(rules.retry_after).unwrap_or(now.wall);
        self.callbacks.goes(id, None);
        let Some(one) = self.callbacks.all.get_mut(id) else { return };
        one.set_result(result);
        let (tried, shown, spoken) = (one.attempts.len(), one.shown.clone(), one.spoken);
        // Whoever called before the time that was promised still calls then.
        let again = again.max(one.due_at);
        self.callbacks.changed(id);
        match (result, spoken) {
            (AttemptResult::Answered, _) => self.callbacks.close(id, CallbackOutcome::Reached, now),
            (_, Some(outcome)) => self.callbacks.close(id, outcome, now),
            (AttemptResult::Interrupted | AttemptResult::Calling, None) => {}
            _ if tried >= most => {
                self.callbacks.close(id, CallbackOutcome::GaveUp, now);
                let detail = format!("{shown} was not reached, as often as it was tried: the callback is closed");
                self.notice("callback_gave_up", detail);
            }
            _ => self.callbacks.due_at(id, again),
        }
    }
}

/// A click on a callback that nobody at this desk has made would be a stranger's way to such a number.
fn risky() -> Refusal {
    let detail = "This number may cost extra: dial it yourself from the dial field if it is right";
    Refusal::conflict("callback_risky", detail)
}

fn already_dialing() -> Refusal {
    Refusal::conflict("already_dialing", "Another call is being placed: end it, or wait for its answer")
}

fn result_of_reason(reason: Reason) -> AttemptResult {
    match reason {
        Reason::Busy | Reason::Declined => AttemptResult::Busy,
        Reason::NoAnswer | Reason::Cancelled | Reason::HungUp | Reason::RemoteHungUp | Reason::AnsweredElsewhere => {
            AttemptResult::NoAnswer
        }
        Reason::NotFound | Reason::Unreachable | Reason::Rejected | Reason::MediaLost | Reason::Failed => {
            AttemptResult::Failed
        }
    }
}

/// What a code of the PBX says of the customer, who is the first that it rang (`phone`), the second (`far`), or whom it does not
/// speak of. Where the PBX may have done it after all, the agent has to say what came of it.
pub(super) fn result_of_code(code: &str, customer: &str) -> AttemptResult {
    if UNKNOWN.contains(&code) {
        return AttemptResult::Interrupted;
    }
    match code.strip_prefix(customer) {
        Some("_busy" | "_declined") => AttemptResult::Busy,
        Some("_no_answer") => AttemptResult::NoAnswer,
        _ => AttemptResult::Failed,
    }
}

/// Nobody answered for the order, or not so that it can be read.
const UNKNOWN: [&str; 3] = ["pbx_connection_lost", "pbx_unanswered", "pbx_answer"];
/// Who has clicked does not expect a call later than that.
const WRITTEN_WITHIN: Duration = Duration::from_secs(10);
pub(super) const MAX_DETAIL: usize = 200;
