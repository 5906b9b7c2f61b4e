//! How a supervision goes on. Nothing here happens at once: after every input all legs are looked at, and what then does not fit
//! the last wish is mended by one step.
//!
//! ```text
//!              ┌── another mode ──► the leg leaves, a new one ──┐
//!              ▼                                                │
//!   supervise ─► Asked ─► Connecting ──────────────────────────┴─► Active ── over, stopped, hung up ─► Ending ─► gone
//!                  └──────────┴── failed, 20 s ─► Failed ── 30 s ─► gone
//!
//!   Active, and another mode is wanted:
//!
//!     click ─► microphone shut, next leg: Asked ─► Connecting ─► Active ─► the old leg leaves ─► over ─► microphone opens,
//!                                │                                                                       unless it spies
//!                                └── failed ─► the old mode goes on, the microphone opens again unless it spies
//!
//!   on another telephone, which cannot be in two calls:  click ─► the leg leaves ─► over ─► a new leg
//!   and what is heard there is over when the PBX says so: a stop that it could not hear has stopped nothing
//! ```

use phone::Command;

use super::{
    leg::{Leg, Stage},
    watch::Watch,
};
use crate::{
    call::{Call, Owner, Phase},
    update::{Desk, Effect, Now},
    wire::{Refusal, Trouble},
};

impl Desk {
    /// Looks at all legs and at the supervision.
    pub(super) fn follow_legs(&mut self, now: Now) {
        let legs: Vec<u64> = self.supervising.legs.iter().map(|leg| leg.no).collect();
        for no in legs {
            self.follow_leg(no, now);
        }
        if let Some(watch) = self.supervising.watch.take() {
            let goes_on = self.follow_watch(watch, now);
            self.supervising.watch = goes_on;
        }
        self.supervising.legs.retain(|leg| !leg.is_forgotten(now.instant));
    }

    fn follow_leg(&mut self, no: u64, now: Now) {
        let Some(leg) = self.leg(no) else { return };
        let call = leg.call.map(|id| self.call(id).map(|call| call.phase.clone()));
        let is_there = self.supervising.manager_lost.is_none();
        let Some(leg) = self.leg_mut(no) else { return };
        leg.sees_pbx(is_there, now.instant);
        let is_leaving = leg.stage == Stage::Leaving;
        match call {
            Some(None | Some(Phase::Ended { .. })) => leg.ends(now.instant),
            Some(Some(Phase::Ending)) if !is_leaving => leg.hung_up = true,
            Some(Some(Phase::Up)) if leg.is_code() && leg.is_coming() => leg.stage = Stage::Active,
            Some(Some(Phase::RemoteRinging | Phase::Early)) if leg.stage == Stage::Asked => {
                leg.stage = Stage::Connecting
            }
            None if leg.told_over => leg.ends(now.instant),
            None if is_leaving && leg.is_due(now.instant) => leg.ends(now.instant),
            _ => {}
        }
        let Some(leg) = self.leg_mut(no) else { return };
        if leg.is_coming() && leg.is_due(now.instant) {
            let detail =
                "The PBX has not answered for twenty seconds: try again, and tell your administrator if it stays so";
            let silent = Trouble { code: "pbx_silent".to_owned(), detail: detail.to_owned(), sip_status: None };
            leg.trouble.get_or_insert(silent);
            // Nothing of it is here that could be waited for.
            let is_nowhere = leg.call.is_none() && leg.account.is_some();
            self.end_leg(no, now);
            self.leg_mut(no).filter(|_| is_nowhere).into_iter().for_each(|leg| leg.ends(now.instant));
        } else if leg.told_over && !leg.over {
            self.end_leg(no, now);
        }
    }

    /// One look at the supervision; `None` once it is gone.
    fn follow_watch(&mut self, mut watch: Watch, now: Now) -> Option<Watch> {
        if watch.failed.is_some() {
            return watch.wake().is_none_or(|at| at > now.instant).then_some(watch);
        }
        if watch.wake().is_some_and(|at| at <= now.instant) {
            watch.trouble = None;
        }
        let hung_up = |no: Option<u64>| no.and_then(|no| self.leg(no)).is_some_and(|leg| leg.hung_up);
        watch.stopping |= hung_up(watch.current) || hung_up(watch.next);
        if watch.stopping {
            return self.follow_stopping(watch, now);
        }
        self.follow_next(&mut watch, now);
        let is_over = watch.current.and_then(|no| self.leg(no)).is_none_or(|leg| leg.over);
        if is_over && let Err(why) = self.replace(&mut watch, now) {
            return self.conclude(watch, why, now);
        }
        self.follow_current(&mut watch, now);
        self.follow_wish(&mut watch, now);
        self.follow_microphone(&watch);
        Some(watch)
    }

    fn follow_stopping(&mut self, watch: Watch, now: Now) -> Option<Watch> {
        let legs = [watch.current, watch.next];
        for no in legs.into_iter().flatten() {
            self.end_leg(no, now);
        }
        // What was only ordered is not waited for, if nothing of it is here; another telephone is.
        let is_left =
            |no: u64| self.leg(no).is_some_and(|leg| !leg.over && (leg.call.is_some() || leg.account.is_none()));
        if legs.into_iter().flatten().any(is_left) {
            return Some(watch);
        }
        self.close(watch, now);
        None
    }

    /// The leg that is to take over may have failed.
    fn follow_next(&mut self, watch: &mut Watch, now: Now) {
        let Some(next) = watch.next.and_then(|no| self.leg(no)) else { return watch.next = None };
        if next.stage != Stage::Leaving && !next.over {
            return;
        }
        let why = next.trouble.as_ref().map_or_else(String::new, |trouble| format!(": {}", trouble.detail));
        if next.mode == watch.wanted {
            watch.wanted = watch.mode;
        }
        watch.next = None;
        let detail = format!("The PBX did not change how you take part{why}");
        watch.trouble = Some((Trouble { code: "switch_failed".to_owned(), detail, sip_status: None }, now.instant));
    }

    /// The leg that carried it is over: another one takes its place, if there is one or is to be.
    fn replace(&mut self, watch: &mut Watch, now: Now) -> Result<(), Option<Trouble>> {
        let old = watch.current;
        let is_replaced = old.and_then(|no| self.leg(no)).is_some_and(|leg| leg.replaced);
        let next = match watch.next.take() {
            Some(next) => next,
            None if is_replaced => {
                self.new_leg(&watch.extension, watch.wanted, now).map_err(|why| Some(trouble(why)))?
            }
            None => return Err(None),
        };
        watch.current = Some(next);
        self.show_leg(old, false);
        self.show_leg(Some(next), true);
        self.stays_muted(old, next);
        Ok(())
    }

    /// Who muted the microphone has not asked to be heard in another mode.
    fn stays_muted(&mut self, old: Option<u64>, new: u64) {
        let call_of = |no: u64| self.leg(no).and_then(|leg| leg.call);
        let was_muted = old.and_then(call_of).and_then(|id| self.call(id)).is_some_and(|call| call.muted);
        let new = call_of(new).filter(|_| was_muted);
        if let Some(call) = new.and_then(|id| self.call_mut(id)).filter(|call| !call.is_ended()) {
            call.muted = true;
            let id = call.id;
            self.command(Command::Mute(id, true));
        }
    }

    /// While it is being switched there are two calls, of which the agent sees the one that carries it.
    pub(super) fn show_leg(&mut self, no: Option<u64>, is_shown: bool) {
        let call = no.and_then(|no| self.leg(no)).and_then(|leg| leg.call);
        if let Some(call) = call.and_then(|call| self.call_mut(call)) {
            call.owner = if is_shown { Owner::Order } else { Owner::Desk };
        }
    }

    /// What is so now.
    fn follow_current(&mut self, watch: &mut Watch, now: Now) {
        let Some(leg) = watch.current.and_then(|no| self.leg(no)) else { return };
        let (is_active, mode) = (leg.is_active(), leg.mode);
        if !is_active {
            return;
        }
        if watch.row.modes.is_empty() || watch.mode != mode {
            watch.is_in(mode, now.wall);
            self.effects.push(Effect::Journal(watch.write()));
        }
        self.tell_supervised(watch, Some(mode));
    }

    /// Goes towards what is wanted.
    fn follow_wish(&mut self, watch: &mut Watch, now: Now) {
        let Some(current) = watch.current.and_then(|no| self.leg(no)) else { return };
        let (no, mode) = (current.no, current.mode);
        let (is_active, is_leaving, is_here) =
            (current.is_active(), current.stage == Stage::Leaving, current.account.is_some());
        if is_leaving {
            return;
        }
        match watch.next.and_then(|next| self.leg(next)) {
            Some(next) if next.mode != watch.wanted => {
                let next = next.no;
                watch.next = None;
                self.end_leg(next, now);
            }
            Some(next) if next.is_active() => return self.end_leg(no, now),
            Some(_) => return,
            None => {}
        }
        if mode == watch.wanted {
            return;
        }
        let live = self.supervising.legs.iter().filter(|leg| !leg.over).count();
        if !is_active || !is_here {
            self.leaves_for_another(no, now);
        } else if live < MAX_LIVE_LEGS {
            self.listen(no, true);
            match self.new_leg(&watch.extension, watch.wanted, now) {
                Ok(next) => {
                    watch.next = Some(next);
                    self.show_leg(Some(next), false);
                }
                Err(why) => {
                    watch.wanted = watch.mode;
                    watch.trouble = Some((trouble(why), now.instant));
                }
            }
        }
    }

    pub(super) fn leaves_for_another(&mut self, no: u64, now: Now) {
        self.end_leg(no, now);
        if let Some(leg) = self.leg_mut(no) {
            leg.replaced = true;
        }
    }

    /// The microphone follows from the legs.
    fn follow_microphone(&mut self, watch: &Watch) {
        let Some(leg) = watch.current.and_then(|no| self.leg(no)) else { return };
        let (no, mode) = (leg.no, leg.mode);
        let is_up = leg.call.and_then(|id| self.call(id)).is_some_and(Call::is_up);
        let may_open = leg.is_active() && is_up;
        if leg.stage == Stage::Leaving {
            return;
        }
        // What is wanted is not what is so: the agent has clicked.
        let is_wanted = watch.next.is_none() && mode == watch.wanted;
        if !is_wanted || self.must_listen(mode, Some(no)) {
            self.listen(no, true);
        } else if may_open {
            self.listen(no, false);
        }
    }

    /// It is over: as such things end, or it came to nothing.
    fn conclude(&mut self, mut watch: Watch, why: Option<Trouble>, now: Now) -> Option<Watch> {
        let leg = watch.current.and_then(|no| self.leg(no));
        let trouble = why.or_else(|| leg?.trouble.clone());
        if watch.was_active() && trouble.is_none() {
            self.close(watch, now);
            return None;
        }
        let is_code = leg.is_some_and(Leg::is_code);
        let trouble = trouble.unwrap_or_else(|| nothing_heard(is_code));
        watch.row.trouble = Some(trouble.code.clone());
        watch.trouble = Some((trouble, now.instant));
        watch.failed = Some(now.instant);
        self.ends(&mut watch, now);
        Some(watch)
    }

    /// It leaves without a word.
    pub(super) fn close(&mut self, mut watch: Watch, now: Now) {
        if watch.failed.is_none() {
            self.ends(&mut watch, now);
        }
    }

    fn ends(&mut self, watch: &mut Watch, now: Now) {
        watch.row.ended_at = Some(now.wall);
        self.effects.push(Effect::Journal(watch.write()));
        self.tell_supervised(watch, None);
    }
}

fn trouble(refusal: Refusal) -> Trouble {
    Trouble { code: refusal.code, detail: refusal.detail, sip_status: None }
}

/// The PBX says no more than that the call has ended.
fn nothing_heard(is_code: bool) -> Trouble {
    let (code, detail) = if is_code {
        ("code_refused", "The PBX did not take the dial code: see the codes under [pbx] of the settings")
    } else {
        ("nothing_heard", "Nothing was heard: their call has ended, or the PBX refused")
    };
    Trouble { code: code.to_owned(), detail: detail.to_owned(), sip_status: None }
}

/// A switch takes two; more only if somebody clicks faster than the PBX hangs up.
const MAX_LIVE_LEGS: usize = 4;
