//! Calling: a row first, the call second.

use std::time::{Duration, Instant};

use cti::{First, OrderTold, Originate, Step, Then, Wish};
use journal::Write;
use phone::{CallId, Reason};

use super::{
    Callbacks, Outcome,
    one::{Going, Tried},
    work::{made, not_calling},
};
use crate::{
    call::Phase,
    card::is_same,
    dial::{AskedBy, Plan},
    origination,
    supervision::OrdersBy,
    update::{Desk, Effect, Now},
    wire::{AttemptResult, CallbackOrder, CallbackOutcome, OriginationState, Refusal, Via},
};

impl Callbacks {
    /// The one whose attempt was to be written under this number.
    fn written(&self, token: u64) -> Option<(String, CallbackOrder)> {
        self.going.iter().find_map(|id| match self.all.get(id)?.going {
            Some(Going::Written { token: known, order }) if known == token => Some((id.clone(), order)),
            _ => None,
        })
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

    /// A call that the PBX has placed for an order rings here, and was answered.
    pub(super) fn takes_part(&mut self, answered: CallId, number: &str) {
        for id in &self.going {
            let Some(one) = self.all.get_mut(id).filter(|one| is_same(&one.number, number)) else { continue };
            if let Some(Going::Ordered { call, .. }) = &mut one.going {
                *call = Some(answered);
            }
        }
    }

    /// An attempt that came to nothing before anything was dialled.
    fn take_back(&mut self, id: &str) {
        if let Some(one) = self.all.get_mut(id) {
            one.attempts.pop();
        }
        self.goes(id, None);
        self.changed(id);
    }
}

impl Desk {
    pub(crate) fn call_callback(&mut self, id: &str, order: Option<CallbackOrder>, now: Now) -> Outcome {
        let one = self.free_callback(id)?;
        not_calling(one)?;
        let order = order.unwrap_or(self.settings.callbacks.order);
        let number = one.number.clone();
        let is_writing = |id: &String| {
            let going = self.callbacks.all.get(id).and_then(|one| one.going.as_ref());
            matches!(going, Some(Going::Written { .. }))
        };
        if self.is_placing() || self.callbacks.going.iter().any(is_writing) {
            return Err(already_dialing());
        }
        self.may_call(&number, order)?;
        let by = self.who_claims()?;
        self.callbacks.tokens += 1;
        let token = self.callbacks.tokens;
        if let Some(one) = self.callbacks.all.get_mut(id) {
            one.claimed_by = Some(by.clone());
            one.reached_elsewhere = false;
            one.add_attempt(Tried { at: now.wall, by, result: AttemptResult::Calling });
            let row = Box::new(one.row());
            self.callbacks.goes(id, Some(Going::Written { token, order }));
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
            CallbackOrder::CustomerFirst if self.settings.supervision.orders == OrdersBy::Manager => {
                self.plan(number, None, Some(Via::Softphone))
            }
            CallbackOrder::CustomerFirst => Err(Refusal::conflict(
                "customer_first_not_possible",
                "Only an Asterisk by its manager interface can call the customer first: see [pbx] of the settings, or let \
                 this telephone dial",
            )),
        }
    }

    /// A row is on the disk, or cannot be written for this reason: [`crate::Effect::Commit`].
    pub(crate) fn committed(&mut self, token: u64, result: Result<(), String>, now: Now) {
        let Some((id, order)) = self.callbacks.written(token) else { return };
        if let Err(why) = result {
            self.callbacks.take_back(&id);
            let detail = format!("Nobody was called: the attempt could not be written into the journal ({why})");
            self.notice("callback_not_written", detail);
        } else if self.callbacks.all.get(&id).is_some_and(|one| one.reached_elsewhere) {
            self.callbacks.take_back(&id);
            return self.callbacks.close(&id, CallbackOutcome::ReachedElsewhere, now);
        } else {
            match self.begin_call(&id, order, now) {
                Ok(going) => return self.callbacks.goes(&id, Some(going)),
                // The agent may have dialled somebody else since.
                Err(Refusal { code, detail, .. }) => {
                    self.callbacks.take_back(&id);
                    self.notice(&code, detail);
                }
            }
        }
        if self.callbacks.all.get(&id).is_some_and(|one| one.reached_elsewhere) {
            self.callbacks.close(&id, CallbackOutcome::ReachedElsewhere, now);
        }
    }

    fn begin_call(&mut self, id: &str, order: CallbackOrder, now: Now) -> Result<Going, Refusal> {
        let number = self.open_callback(id)?.number.clone();
        let plan = self.may_call(&number, order)?;
        if order == CallbackOrder::CustomerFirst {
            return self.order_call(&plan, now);
        }
        let made = self.place(&plan, AskedBy::default(), now)?;
        let going = made.call.map(Going::Call).or(made.origination.map(Going::Originated));
        going.ok_or_else(already_dialing)
    }

    /// The PBX calls them, and rings this desk once they have answered.
    fn order_call(&mut self, plan: &Plan, now: Now) -> Result<Going, Refusal> {
        let exten = self.who_claims()?;
        let first = First::Outside { number: plan.number.target.to_string(), trunk: None };
        let then = Then::Exten { context: None, exten, priority: None };
        let wish = Originate { first, then, timeout: None, caller_id: None, variables: Vec::new(), account: None };
        let order = self.order('k', Wish::Originate(Box::new(wish)));
        let until = now.instant.checked_add(ORDER_LASTS);
        Ok(Going::Ordered { order, is_up: false, until, call: None })
    }

    /// An order of a callback got on: `k…`.
    pub(crate) fn callback_order_told(&mut self, told: &OrderTold, now: Now) {
        let is_meant = |id: &&String| {
            let going = self.callbacks.all.get(*id).and_then(|one| one.going.as_ref());
            matches!(going, Some(Going::Ordered { order, .. }) if *order == told.id)
        };
        let Some(id) = self.callbacks.going.iter().find(is_meant).cloned() else { return };
        let Some(Going::Ordered { is_up, .. }) = self.callbacks.all.get_mut(&id).and_then(|one| one.going.as_mut())
        else {
            return;
        };
        match &told.step {
            Step::Accepted | Step::Ringing => {}
            Step::Up => *is_up = true,
            // Both speak.
            Step::Done => self.attempt_over(&id, AttemptResult::Answered, now),
            // They answered, and nobody was there for them.
            Step::Over => self.attempt_over(&id, AttemptResult::Failed, now),
            Step::Failed { code, detail } => {
                let result = if *is_up { AttemptResult::Failed } else { result_of_code(code) };
                if result == AttemptResult::Failed {
                    self.notice(code, detail.clone());
                }
                self.attempt_over(&id, result, now);
            }
        }
    }

    /// How the calls of the attempts go on.
    pub(super) fn follow_attempts(&mut self, now: Now) {
        if self.callbacks.going.is_empty() {
            return;
        }
        for id in self.callbacks.going.clone() {
            if let Some(result) = self.result_of(&id, now.instant) {
                self.attempt_over(&id, result, now);
            }
        }
    }

    /// What came of an attempt, once it is over.
    fn result_of(&mut self, id: &str, now: Instant) -> Option<AttemptResult> {
        match self.callbacks.all.get(id)?.going.clone()? {
            Going::Written { .. } => None,
            Going::Call(call) => self.result_of_call(id, call),
            Going::Originated(origination) => self.result_of_origination(&origination),
            Going::Ordered { order, until, .. } => {
                let is_lost = until.is_some_and(|until| until <= now);
                if is_lost {
                    self.order('k', Wish::End { order });
                }
                is_lost.then_some(AttemptResult::Interrupted)
            }
        }
    }

    /// An answer is written at once: whatever happens afterwards, they were reached.
    fn result_of_call(&mut self, id: &str, call: CallId) -> Option<AttemptResult> {
        let Some(call) = self.call(call) else { return Some(AttemptResult::Interrupted) };
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

    /// The PBX rings this desk first: that the agent answered says nothing of the customer. What the PBX tells of the call does,
    /// if it tells anything; else the agent has to say what came of it.
    fn result_of_origination(&self, origination: &str) -> Option<AttemptResult> {
        let is_its =
            |call: &&crate::call::Call| call.origination.map(origination::name).as_deref() == Some(origination);
        if let Some(call) = self.calls.iter().find(is_its) {
            let result = if call.answered_at.is_some() { AttemptResult::Interrupted } else { AttemptResult::Failed };
            return call.is_ended().then_some(result);
        }
        let shown = self.originations.wire().into_iter().find(|shown| shown.id == origination);
        match shown {
            Some(shown) if shown.state != OriginationState::Failed => None,
            _ => Some(AttemptResult::Failed),
        }
    }

    /// What follows from how an attempt went.
    fn attempt_over(&mut self, id: &str, result: AttemptResult, now: Now) {
        let rules = &self.settings.callbacks;
        let most = usize::try_from(rules.attempts).unwrap_or(usize::MAX);
        let again = now.wall.checked_add(rules.retry_after).unwrap_or(now.wall);
        self.callbacks.goes(id, None);
        let Some(one) = self.callbacks.all.get_mut(id) else { return };
        one.set_result(result);
        let (tried, shown) = (one.attempts.len(), one.shown.clone());
        let is_elsewhere = one.reached_elsewhere;
        if result == AttemptResult::Interrupted {
            one.called_for = Some(one.due_at);
        }
        self.callbacks.changed(id);
        match result {
            AttemptResult::Answered => self.callbacks.close(id, CallbackOutcome::Reached, now),
            _ if is_elsewhere => self.callbacks.close(id, CallbackOutcome::ReachedElsewhere, now),
            AttemptResult::Interrupted | AttemptResult::Calling => {}
            _ if tried >= most => {
                self.callbacks.close(id, CallbackOutcome::GaveUp, now);
                let detail = format!("{shown} was not reached, as often as it was tried: the callback is closed");
                self.notice("callback_gave_up", detail);
            }
            _ => self.callbacks.due_at(id, again),
        }
    }
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

/// Of the party that is called first: the customer.
fn result_of_code(code: &str) -> AttemptResult {
    match code {
        "phone_busy" | "phone_declined" | "far_busy" | "far_declined" => AttemptResult::Busy,
        "phone_no_answer" | "far_no_answer" => AttemptResult::NoAnswer,
        _ => AttemptResult::Failed,
    }
}

/// Nobody rings for longer. Where the PBX tells nothing more of an order, it is not waited for.
const ORDER_LASTS: Duration = Duration::from_secs(180);
