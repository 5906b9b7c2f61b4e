//! Who listens to this agent, as far as the rules let it be known: a supervisor's desk says so in a text, or the PBX does.
//!
//! ```text
//!   text, mode=spy ──┐                         ┌── text, mode=none, or the agent's calls are over: unless the PBX says otherwise
//!   the PBX says so ─┴──► shown, one tone ─────┴── the PBX says so; 4 h ──► gone
//! ```

use std::time::{Duration, Instant};

use phone::{CallId, Command, Tone};

use super::{AgentSees, power::is_extension, text::Said, watch::Watch};
use crate::{
    call::{Call, Owner},
    rate::{Bucket, Rate},
    update::{Desk, Now},
    wire::{Listener, SupervisionMode, What},
};

/// All of them, the first first.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    known: Vec<Known>,
    comes: Bucket,
}

#[derive(Debug)]
struct Known {
    listener: Listener,
    since: Instant,
    /// A text said so; else only the PBX.
    is_said: bool,
    /// The PBX said so.
    is_seen: bool,
    /// The tone was heard.
    has_sounded: bool,
    /// Calls that were up when it began.
    calls: Vec<CallId>,
}

impl Listeners {
    pub(super) fn wake(&self) -> Option<Instant> {
        self.known.iter().filter_map(|known| known.since.checked_add(LASTS)).min()
    }
}

impl Desk {
    /// A text says that `by` listens, or does not any more.
    pub(super) fn listener_says(&mut self, by: &str, mode: Option<SupervisionMode>, tone: bool, now: Now) {
        let may = self.settings.supervision.agent_sees != AgentSees::Nothing && self.may_listen(by);
        if !may || !self.supervising.listeners.comes.take(COMES, now.instant) {
            return;
        }
        if let Some(known) = self.supervising.listeners.known.iter_mut().find(|known| known.listener.by == by) {
            // What the PBX sees still is so: one that nobody vouches for leaves.
            (known.listener.mode, known.is_said) = (mode, mode.is_some());
            self.sounds(by, tone && mode.is_some());
        } else if mode.is_some() {
            self.listens(by, mode, now);
            self.sounds(by, tone);
        }
    }

    /// Once for each listener.
    fn sounds(&mut self, by: &str, tone: bool) {
        let tone = tone || self.settings.supervision.agent_sees == AgentSees::Tone;
        let mut known = self.supervising.listeners.known.iter_mut();
        if let Some(known) = known.find(|known| tone && !known.has_sounded && known.listener.by == by) {
            known.has_sounded = true;
            self.command(Command::Tone(Tone::Supervised));
        }
    }

    fn listens(&mut self, by: &str, mode: Option<SupervisionMode>, now: Now) {
        if self.supervising.listeners.known.len() >= MAX_KNOWN {
            return;
        }
        let is_up = |call: &&Call| call.is_up() && call.owner == Owner::Agent;
        let calls = self.calls.iter().filter(is_up).map(|call| call.id).collect();
        self.supervising.listeners.known.push(Known {
            listener: Listener { by: by.to_owned(), mode, since: now.wall.to_string() },
            since: now.instant,
            is_said: mode.is_some(),
            is_seen: mode.is_none(),
            has_sounded: false,
            calls,
        });
        // Whom they asked for is there.
        self.needs_no_help();
    }

    /// Any telephone inside, and whom the settings name: a list of whom to ask for help must silence no warning.
    fn may_listen(&self, by: &str) -> bool {
        let is_named = self.settings.supervision.supervisors.iter().any(|one| one == by);
        is_extension(by) && (is_named || self.is_inside(by))
    }

    pub(super) fn follow_listeners(&mut self, now: Now) {
        let seen = self.seen_listeners();
        for by in seen.iter().flatten() {
            match self.supervising.listeners.known.iter_mut().find(|known| known.listener.by == *by) {
                Some(known) => known.is_seen = true,
                None => self.listens(by, None, now),
            }
            self.sounds(by, false);
        }
        let may = self.settings.supervision.agent_sees != AgentSees::Nothing;
        let is_live = |id: &CallId| self.calls.iter().any(|call| call.id == *id && !call.is_ended());
        self.supervising.listeners.known.retain(|known| {
            let is_in_sight = seen.as_ref().map(|seen| seen.contains(&known.listener.by));
            let is_over = !known.calls.is_empty() && !known.calls.iter().any(is_live) && is_in_sight != Some(true);
            let is_unseen = known.is_seen && is_in_sight == Some(false);
            let is_old = now.instant.saturating_duration_since(known.since) >= LASTS;
            may && !is_over && !is_unseen && !is_old && (known.is_said || known.is_seen)
        });
    }

    /// Who listens to this agent as the PBX says; `None` if it says nothing.
    fn seen_listeners(&self) -> Option<Vec<String>> {
        if self.settings.supervision.agent_sees == AgentSees::Nothing {
            return Some(Vec::new());
        }
        let (_, own) = self.own()?;
        let telephones = [Some(own), self.settings.supervision.desk_phone.clone()].into_iter().flatten();
        let mut told = telephones.filter_map(|telephone| self.floor.agent(&telephone)).peekable();
        let is_told = self.floor.state().live && told.peek().is_some();
        is_told.then(|| told.flat_map(|agent| agent.supervised_by).collect())
    }

    /// The supervised telephone learns what is so, if the rules want it: once for each mode.
    pub(super) fn tell_supervised(&mut self, watch: &mut Watch, mode: Option<SupervisionMode>) {
        let sees = self.settings.supervision.agent_sees;
        if watch.told == mode || sees == AgentSees::Nothing {
            return;
        }
        watch.told = mode;
        self.send_text(&watch.extension, &Said::Listening { mode, tone: sees == AgentSees::Tone });
    }

    pub(super) fn publish_listeners(&mut self) {
        let known = &self.supervising.listeners.known;
        if known.iter().map(|known| &known.listener).eq(&self.shown.listeners) {
            return;
        }
        let listeners: Vec<Listener> = known.iter().map(|known| known.listener.clone()).collect();
        self.shown.listeners.clone_from(&listeners);
        self.tell(What::ListenersChanged { listeners });
    }
}

/// No call is longer.
const LASTS: Duration = Duration::from_secs(4 * 60 * 60);
const COMES: Rate = Rate { burst: 10, every: Duration::from_secs(1) };
const MAX_KNOWN: usize = 8;
