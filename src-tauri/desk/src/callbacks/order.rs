//! The customer first: the PBX calls them, and rings this desk once they have answered.

use std::time::Duration;

use cti::{Device, First, OrderTold, Originate, Step, Then, Wish};

use super::{
    attempt::{MAX_DETAIL, result_of_code},
    one::{Going, One, Reached},
    user,
};
use crate::{
    account::Account,
    call::{Call, plain},
    card::{is_same, is_withheld},
    dial::Plan,
    supervision::OrdersBy,
    update::{Desk, Now},
    wire::{AttemptResult, NumberKind, Peer, Refusal},
};

impl Desk {
    /// Whether the PBX would call them now, and this desk would be there for them.
    pub(super) fn may_call_first(&self) -> Result<(), Refusal> {
        if self.settings.supervision.orders != OrdersBy::Manager {
            return Err(Refusal::conflict(
                "customer_first_not_possible",
                "Only an Asterisk by its manager interface can call the customer first: see [pbx] of the settings, or let \
                 this telephone dial",
            ));
        }
        self.may_order_calls()?;
        self.rings_here()
    }

    /// A customer who was called first must find somebody.
    fn rings_here(&self) -> Result<(), Refusal> {
        if self.settings.supervision.desk_phone.is_some() {
            return Ok(());
        }
        if !self.own_account().is_some_and(Account::is_registered) {
            return Err(Refusal::not_registered());
        }
        if self.preferences.do_not_disturb {
            let detail = "This telephone would not ring for them: turn do not disturb off first";
            return Err(Refusal::conflict("does_not_ring", detail));
        }
        Ok(())
    }

    pub(super) fn order_call(&mut self, plan: &Plan, now: Now) -> Result<Going, Refusal> {
        let exten = self.who_claims()?;
        let number = plan.number.target.to_string();
        let first = match plan.number.kind {
            NumberKind::Extension => First::Device(Device { extension: number, ..Device::default() }),
            _ => First::Outside { number, trunk: None },
        };
        let then = Then::Exten { context: None, exten, priority: None };
        let wish = Originate { first, then, timeout: None, caller_id: None, variables: Vec::new(), account: None };
        let order = self.order('k', Wish::Originate(Box::new(wish)));
        let until = now.instant.checked_add(ORDER_LASTS);
        Ok(Going::Ordered { order, reached: Reached::Asked, call: None, until })
    }

    /// The customer who has answered is put through: a PBX may show nobody, or the desk itself, and the agent is told who it is.
    /// Who shows another number is somebody else; where another telephone is rung, so is everybody.
    pub(crate) fn recognise_callback(&mut self, call: &mut Call) {
        if !call.trusted || call.origination.is_some() || self.settings.supervision.desk_phone.is_some() {
            return;
        }
        let shows_nobody = is_withheld(&call.peer.number) || self.callbacks.is_mine(&call.peer.number);
        let is_theirs = |one: &One| {
            let waits = matches!(one.going, Some(Going::Ordered { reached: Reached::Up, call: None, .. }));
            waits && (shows_nobody || is_same(user(&one.number), &call.peer.number))
        };
        let fits = |id: &&String| self.callbacks.all.get(*id).is_some_and(is_theirs);
        let Some(id) = self.callbacks.going.iter().find(fits).cloned() else { return };
        let Some(one) = self.callbacks.all.get_mut(&id) else { return };
        let shown = call.peer.name.take().filter(|_| !shows_nobody);
        call.peer = Peer { number: user(&one.number).to_owned(), name: one.name.clone().or(shown) };
        if let Some(Going::Ordered { call: known, .. }) = &mut one.going {
            *known = Some(call.id);
        }
        self.callbacks.dirty.insert(id);
    }

    /// An order of a callback got on: `k…`.
    pub(crate) fn callback_order_told(&mut self, told: &OrderTold, now: Now) {
        let is_meant = |id: &&String| {
            let going = self.callbacks.all.get(*id).and_then(|one| one.going.as_ref());
            matches!(going, Some(Going::Ordered { order, .. }) if *order == told.id)
        };
        let Some(id) = self.callbacks.going.iter().find(is_meant).cloned() else { return };
        let Some(Going::Ordered { reached, .. }) = self.callbacks.all.get_mut(&id).and_then(|one| one.going.as_mut())
        else {
            return;
        };
        match &told.step {
            Step::Accepted | Step::Ringing => *reached = (*reached).max(Reached::Accepted),
            Step::Up => *reached = Reached::Up,
            // Both speak.
            Step::Done => self.attempt_over(&id, AttemptResult::Answered, now),
            // They answered, and nobody was there for them.
            Step::Over => self.attempt_over(&id, AttemptResult::Failed, now),
            Step::Failed { code, detail } => {
                let reached = *reached;
                self.order_failed(&id, reached, (code, detail), now);
            }
        }
    }

    fn order_failed(&mut self, id: &str, reached: Reached, (code, detail): (&str, &str), now: Now) {
        // Once the customer is up it is the agent's telephone that did not answer.
        let result = result_of_code(code, if reached == Reached::Up { "nobody" } else { "phone" });
        if matches!(result, AttemptResult::Failed | AttemptResult::Interrupted) {
            self.notice(&plain(code, MAX_CODE), plain(detail, MAX_DETAIL));
        }
        if reached == Reached::Asked && was_not_begun(code) {
            self.callbacks.take_back(id, now);
        } else {
            self.attempt_over(id, result, now);
        }
    }
}

/// The PBX was not asked, or would not: nobody was called, so that it is no attempt.
fn was_not_begun(code: &str) -> bool {
    NOT_BEGUN.contains(&code) || code.starts_with("bad_")
}

const NOT_BEGUN: [&str; 4] = ["pbx_unreachable", "pbx_forbidden", "pbx_refused", "trunk_not_set_up"];
/// Nobody rings for longer. Where the PBX tells nothing more of an order, it is not waited for.
const ORDER_LASTS: Duration = Duration::from_secs(180);
const MAX_CODE: usize = 64;
