//! Whether queues are to call this agent.
//!
//! ```text
//!   set_presence ─► asked, told: false ── Done, or the code is answered ──► told: true
//!                                      └─ Failed ──► told: false, and a notice says why
//!   the PBX says that this agent is paused, or not any more ──► so it is, told: true
//! ```

use std::time::{Duration, Instant};

use cti::{Step, Wish};
use phone::{CallId, Manner};

use super::{Outcome, power::Way};
use crate::{
    call::{Owner, plain},
    intent::Made,
    update::{Desk, Now},
    wire::{Presence, PresenceState, Refusal, What},
};

/// What was asked for, and what was told of it.
#[derive(Debug, Default)]
pub(super) struct Presences {
    shown: Presence,
    /// The order that tells the PBX.
    order: Option<String>,
    /// The call that does, and when it is hung up at the latest.
    code: Option<(CallId, Option<Instant>)>,
    /// How the floor saw this agent last: paused, and why.
    seen: Option<Option<Option<String>>>,
}

impl Presences {
    pub(super) fn wake(&self) -> Option<Instant> {
        self.code.and_then(|(_, ends)| ends)
    }
}

impl Desk {
    pub(crate) fn set_presence(&mut self, state: PresenceState, reason: Option<&str>, now: Now) -> Outcome {
        let is_away = state == PresenceState::Away;
        let reason = reason.map(str::trim).filter(|reason| is_away && !reason.is_empty());
        if reason.is_some_and(|reason| plain(reason, MAX_REASON) != *reason) {
            let detail = "A reason is one line of at most 64 characters";
            return Err(Refusal::malformed("bad_reason", detail));
        }
        let reason = reason.map(str::to_owned);
        let codes = &self.settings.supervision.codes;
        let code = if is_away { &codes.pause } else { &codes.resume };
        // Where nobody can tell the PBX, it is kept here.
        let way = self.way(code, self.supervising.powers.pause).ok();
        let (mut order, mut call) = (None, None);
        match way {
            Some(Way::Manager) => {
                let extension = self.own_telephone().ok_or_else(Refusal::not_registered)?;
                let pause = is_away.then(|| reason.clone().unwrap_or_default());
                order = Some(self.order('p', Wish::Pause { extension, pause }));
            }
            Some(Way::Code(code)) => {
                let manner = Manner { apart: true, ..Manner::default() };
                call = Some(self.dial_code(&code, Owner::Desk, manner, now)?);
            }
            None => {}
        }
        if let Some((old, _)) = self.supervising.presence.code.take() {
            self.hang_up_order(old);
        }
        let presence = &mut self.supervising.presence;
        presence.order.clone_from(&order);
        presence.code = call.map(|call| (call, now.instant.checked_add(CODE_LASTS)));
        presence.shown = Presence { state, reason, since: Some(now.wall.to_string()), told: false };
        Ok(Made { order, ..Made::default() })
    }

    /// Whether an order was to tell the PBX.
    pub(super) fn presence_told(&mut self, order: &str, step: &Step) -> bool {
        let presence = &mut self.supervising.presence;
        if presence.order.as_deref() != Some(order) {
            return false;
        }
        match step {
            Step::Accepted | Step::Ringing | Step::Up => {}
            Step::Done => presence.shown.told = true,
            Step::Over => presence.order = None,
            Step::Failed { code, detail } => {
                presence.order = None;
                let (code, detail) = (plain(code, 64), plain(detail, 200));
                self.notice(&code, detail);
            }
        }
        true
    }

    pub(super) fn follow_presence(&mut self, now: Now) {
        self.follow_code(now);
        let Some(own) = self.own_telephone() else { return };
        let agent = self.floor.agent(&own).filter(|_| self.floor.state().live);
        let Some(agent) = agent else { return };
        let paused = agent.paused.as_ref().map(|paused| paused.reason.clone());
        let presence = &mut self.supervising.presence;
        let before = presence.seen.replace(paused.clone());
        // Who belongs to no queue is not paused, and may be away all the same.
        if before.as_ref() == Some(&paused) || (before.is_none() && paused.is_none()) {
            return;
        }
        let state = if paused.is_some() { PresenceState::Away } else { PresenceState::Available };
        let since = agent.paused.and_then(|paused| paused.since).unwrap_or_else(|| now.wall.to_string());
        let reason = paused.flatten().filter(|reason| !reason.is_empty());
        presence.shown = Presence { state, reason, since: Some(since), told: true };
    }

    /// A code that was answered is given time to be carried out.
    fn follow_code(&mut self, now: Now) {
        let Some((id, ends)) = self.supervising.presence.code else { return };
        let call = self.call(id).filter(|call| !call.is_ended()).map(|call| call.is_up());
        let is_due = ends.is_some_and(|at| at <= now.instant);
        let presence = &mut self.supervising.presence;
        match call {
            Some(true) if !presence.shown.told => {
                presence.shown.told = true;
                presence.code = Some((id, now.instant.checked_add(CARRIED_OUT).min(ends)));
            }
            Some(_) if is_due => {
                presence.code = None;
                let was_told = presence.shown.told;
                self.hang_up_order(id);
                if !was_told {
                    self.code_failed();
                }
            }
            Some(_) => {}
            None => {
                presence.code = None;
                if !presence.shown.told {
                    self.code_failed();
                }
            }
        }
    }

    fn code_failed(&mut self) {
        self.notice(
            "presence_not_told",
            "The PBX did not take the dial code, so queues do not know: ask your administrator",
        );
    }

    pub(super) fn publish_presence(&mut self) {
        let presence = &self.supervising.presence.shown;
        if *presence != self.shown.presence {
            self.shown.presence = presence.clone();
            self.tell(What::PresenceChanged { presence: self.shown.presence.clone() });
        }
    }
}

const MAX_REASON: usize = 64;
/// A code may say something before it hangs up.
const CODE_LASTS: Duration = Duration::from_secs(10);
/// It is carried out after the answer, unless the call is hung up at once.
const CARRIED_OUT: Duration = Duration::from_secs(3);
