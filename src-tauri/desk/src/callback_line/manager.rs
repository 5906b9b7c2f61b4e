//! The PBX calls back, and holds the call: this softphone only gives the order and follows it.

use std::time::{Duration, Instant};

use cti::{CallerId, Device, First, OrderTold, Originate, Step, Then, Wish};

use super::{
    LineNext,
    one::{One, Stage},
    reason::Reason,
    sip::after,
};
use crate::{
    call::plain,
    update::{Desk, Now},
    wire::Refusal,
};

impl Desk {
    /// As soon as the manager interface is there.
    pub(super) fn orders_call(&mut self, mut one: One, until: Instant, now: Now) -> Option<One> {
        if let Err(Refusal { code, detail, .. }) = self.may_order_calls()
            && code == "pbx_unreachable"
        {
            one.stage = Stage::NotThere { until };
            let why = Reason::Pbx(code, plain(&detail, MAX_DETAIL));
            return if until <= now.instant { self.fails(one, &why, now) } else { Some(one) };
        }
        let Some(then) = self.comes_then() else {
            let why = self.line.standing.trouble().unwrap_or(Reason::NowhereToDial);
            return self.fails(one, &why, now);
        };
        self.line.made.add(one.key().to_owned(), now.instant);
        let rules = &self.settings.line;
        let number = one.callee.dialled.clone();
        let first = if one.callee.is_inside {
            First::Device(Device { extension: number, ..Device::default() })
        } else {
            First::Outside { number, trunk: rules.trunk.clone() }
        };
        let caller_id = rules.caller_id.clone().map(|number| CallerId { name: String::new(), number });
        let until = after(now, rules.ring_timeout.saturating_add(TELLS_WITHIN));
        let timeout = Some(rules.ring_timeout);
        let variables = self.reading_variables();
        let wish = Originate { first, then, timeout, caller_id, variables, account: None };
        let order = self.order('b', Wish::Originate(Box::new(wish)));
        one.stage = Stage::Ordered { order, until };
        Some(one)
    }

    /// Where it goes once they have answered.
    fn comes_then(&self) -> Option<Then> {
        let (context, exten) = match &self.settings.line.next {
            LineNext::Agent => (None, self.line_agent()?),
            LineNext::Extension(number) | LineNext::Queue(number) => (None, number.clone()),
            LineNext::Digits { read_at, .. } => {
                let read_at = read_at.as_ref()?;
                (Some(read_at.context.clone()), read_at.extension.clone())
            }
        };
        Some(Then::Exten { context, exten, priority: None })
    }

    /// What the context that reads digits is to go by: seconds.
    fn reading_variables(&self) -> Vec<(String, String)> {
        let rules = &self.settings.line;
        let LineNext::Digits { length, .. } = &rules.next else { return Vec::new() };
        let seconds = |time: Duration| time.as_secs().max(1).to_string();
        [
            ("RINGSIDE_DIGITS", length.to_string()),
            ("RINGSIDE_FIRST_DIGIT_TIMEOUT", seconds(rules.first_digit_timeout)),
            ("RINGSIDE_DIGIT_TIMEOUT", seconds(rules.digit_timeout)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// An order of the line got on: `b…`.
    pub(crate) fn line_order_told(&mut self, told: &OrderTold, now: Now) {
        let is_its = |one: &One| match &one.stage {
            Stage::Ordered { order, .. } | Stage::OrderUp { order, .. } => *order == told.id,
            _ => false,
        };
        if let Some(at) = self.line.all.iter().position(is_its) {
            let one = self.line.all.remove(at);
            let kept = self.hears_of_order(one, &told.step, now);
            self.line.all.extend(kept);
        }
    }

    fn hears_of_order(&mut self, one: One, step: &Step, now: Now) -> Option<One> {
        let is_up = matches!(one.stage, Stage::OrderUp { .. });
        match step {
            Step::Accepted | Step::Ringing => Some(one),
            Step::Up => Some(self.order_is_up(one, now)),
            Step::Done => {
                let one = self.order_is_up(one, now);
                self.succeeds(one, now)
            }
            Step::Over if is_up => self.fails(one, &Reason::HungUp, now),
            Step::Over => self.fails(one, &Reason::NoAnswer(None), now),
            Step::Failed { code, detail } => self.fails(one, &why(code, detail, is_up), now),
        }
    }

    fn order_is_up(&self, mut one: One, now: Now) -> One {
        let Stage::Ordered { order, .. } = one.stage else { return one };
        let dials = matches!(self.settings.line.next, LineNext::Digits { .. });
        one.handed_to = match self.comes_then() {
            Some(Then::Exten { exten, .. }) if !dials => Some(exten),
            _ => None,
        };
        one.stage = Stage::OrderUp { order, dials, until: after(now, FOLLOWED_FOR) };
        one
    }

    pub(super) fn is_ordered_until(&mut self, one: One, until: Instant, now: Now) -> Option<One> {
        if until > now.instant {
            return Some(one);
        }
        match &one.stage {
            Stage::Ordered { order, .. } => {
                self.order('b', Wish::End { order: order.clone() });
                self.fails(one, &Reason::NoAnswer(None), now)
            }
            // They may wait in a queue for long: it is the PBX's affair.
            _ => self.succeeds(one, now),
        }
    }
}

/// What a failure means: before the answer of whom it was for, and after it.
fn why(code: &str, detail: &str, is_up: bool) -> Reason {
    match code {
        "phone_busy" | "phone_declined" if !is_up => Reason::Busy(None),
        "phone_no_answer" if !is_up => Reason::NoAnswer(None),
        "far_busy" | "far_declined" | "far_no_answer" | "far_not_registered" if is_up => Reason::NotHandedOn(None),
        _ => Reason::Pbx(plain(code, MAX_CODE), plain(detail, MAX_DETAIL)),
    }
}

/// The PBX itself says when it rang in vain; this much later it has said nothing.
const TELLS_WITHIN: Duration = Duration::from_secs(30);
const FOLLOWED_FOR: Duration = Duration::from_secs(600);
const MAX_CODE: usize = 64;
const MAX_DETAIL: usize = 200;
