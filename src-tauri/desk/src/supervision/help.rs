//! Help in a call: asked of the supervisors of the settings, by texts.
//!
//! ```text
//!   the agent:       ask_help ─► Asking ── one desk has it ──► Delivered ── cancelled, listened to, call over, 10 min ──► gone
//!                                   └── no desk has it ──► Failed ── 30 s ──► gone
//!   the supervisor:  help wanted ── cancelled, dismissed, supervised, their call over, 10 min ──► gone
//! ```

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use phone::CallId;

use super::{
    Outcome,
    power::is_extension,
    text::{MAX_TEXT, Said},
    watch::SHOWN_AFTER_FAILURE,
};
use crate::{
    call::{Call, Owner, plain},
    intent::Made,
    rate::{Bucket, Rate},
    update::{Desk, Now},
    wire::{self, AgentState, Help, HelpAsked, Refusal, What},
};

/// What was asked for here, and what others ask for.
#[derive(Debug, Default)]
pub(super) struct Helping {
    asked: Option<Asked>,
    asks: Bucket,
    made: u64,
    /// The newest first.
    wanted: VecDeque<Wanted>,
    comes: Bucket,
}

/// This agent's own wish.
#[derive(Debug)]
struct Asked {
    id: String,
    whom: Vec<String>,
    state: HelpAsked,
    since: Instant,
    /// Texts that are on their way.
    texts: Vec<u64>,
    call: Option<CallId>,
}

/// A colleague's.
#[derive(Debug)]
struct Wanted {
    help: Help,
    /// As their desk calls it.
    said: String,
    since: Instant,
    was_talking: bool,
}

impl Helping {
    pub(super) fn wake(&self) -> Option<Instant> {
        let wanted = self.wanted.iter().filter_map(|wanted| wanted.since.checked_add(LASTS));
        wanted.chain(self.asked.as_ref().and_then(Asked::leaves_at)).min()
    }
}

impl Asked {
    fn leaves_at(&self) -> Option<Instant> {
        self.since.checked_add(if self.state == HelpAsked::Failed { SHOWN_AFTER_FAILURE } else { LASTS })
    }
}

impl Desk {
    /// Asks the supervisors to listen.
    pub(crate) fn ask_help(&mut self, call: Option<&str>, text: Option<&str>, now: Now) -> Outcome {
        let whom = self.supervisors()?;
        // Nobody needs help with a recording.
        let is_own = |call: &Call| call.owner == Owner::Agent;
        let call = match call {
            Some(named) => {
                let is_meant = |call: &&Call| is_own(call) && call.id.to_string() == named && !call.is_ended();
                let known = self.calls.iter().find(is_meant);
                let unknown = || Refusal::malformed("unknown_call", "There is no such call");
                Some(known.map(|call| call.id).ok_or_else(unknown)?)
            }
            None => self.current_call().ok().filter(|id| self.call(*id).is_some_and(is_own)),
        };
        if self.own().is_none() {
            return Err(Refusal::not_registered());
        }
        if !self.supervising.helping.asks.take(ASKS, now.instant) {
            return Err(Refusal::too_many());
        }
        let number = call.and_then(|id| self.call(id)).map(|call| call.peer.number.clone());
        let number = number.or_else(|| self.floor.agent(&self.own_telephone()?)?.party.map(|party| party.number));
        let number = number.filter(|number| !number.is_empty() && !number.contains(char::is_whitespace));
        let text = text.map(|text| plain(text, MAX_TEXT)).filter(|text| !text.is_empty());
        self.supervising.tokens += 1;
        let id: String = self.token("help", self.supervising.tokens).chars().take(8).collect();
        let said = Said::Help { id: id.clone(), number, text };
        let texts = whom.iter().filter_map(|supervisor| self.send_text(supervisor, &said)).collect();
        let asked = Asked { id, whom, state: HelpAsked::Asking, since: now.instant, texts, call };
        self.supervising.helping.asked = Some(asked);
        Ok(Made { call, ..Made::default() })
    }

    pub(crate) fn cancel_help(&mut self) -> Outcome {
        self.needs_no_help();
        Ok(Made::default())
    }

    /// The supervisors hear of it, if they have heard of the wish.
    pub(super) fn needs_no_help(&mut self) {
        let Some(asked) = self.supervising.helping.asked.take() else { return };
        if asked.state != HelpAsked::Failed {
            let said = Said::HelpOver { id: asked.id };
            for supervisor in &asked.whom {
                self.send_text(supervisor, &said);
            }
        }
    }

    /// What became of a text of ours.
    pub(crate) fn message_sent(&mut self, id: u64, status: Option<u16>, now: Now) {
        let Some(asked) = &mut self.supervising.helping.asked else { return };
        let Some(at) = asked.texts.iter().position(|text| *text == id) else { return };
        asked.texts.swap_remove(at);
        if status.is_some_and(|status| (200..300).contains(&status)) {
            asked.state = HelpAsked::Delivered;
        } else if asked.texts.is_empty() && asked.state == HelpAsked::Asking {
            (asked.state, asked.since) = (HelpAsked::Failed, now.instant);
            self.notice("help_not_delivered", "No supervisor could be told that you need help: call one of them");
        }
    }

    /// A colleague's desk asks.
    pub(super) fn help_wanted(
        &mut self,
        from: &wire::Peer,
        said: String,
        number: Option<String>,
        text: Option<String>,
        now: Now,
    ) {
        let extension = &from.number;
        if !self.is_inside(extension) || !self.supervising.helping.comes.take(COMES, now.instant) {
            return;
        }
        let agent = self.floor.agent(extension);
        let name = agent.and_then(|agent| agent.name).or_else(|| from.name.clone());
        let helping = &mut self.supervising.helping;
        helping.wanted.retain(|wanted| wanted.help.extension != *extension);
        helping.made += 1;
        let help = Help {
            id: format!("h{}", helping.made),
            extension: extension.clone(),
            name,
            number,
            text,
            since: now.wall.to_string(),
        };
        helping.wanted.push_front(Wanted { help, said, since: now.instant, was_talking: false });
        helping.wanted.truncate(MAX_WANTED);
    }

    /// And needs none any more.
    pub(super) fn help_over(&mut self, extension: &str, said: &str) {
        let is_meant = |wanted: &Wanted| wanted.help.extension == extension && wanted.said == said;
        self.supervising.helping.wanted.retain(|wanted| !is_meant(wanted));
    }

    /// Somebody here takes care of it.
    pub(super) fn help_is_taken(&mut self, extension: &str) {
        self.supervising.helping.wanted.retain(|wanted| wanted.help.extension != extension);
    }

    pub(crate) fn dismiss_help(&mut self, help: &str) -> Outcome {
        let wanted = &mut self.supervising.helping.wanted;
        let at = wanted.iter().position(|wanted| wanted.help.id == help);
        let gone = at.and_then(|at| wanted.remove(at));
        gone.map(|_| Made::default())
            .ok_or_else(|| Refusal::malformed("unknown_help", "Nobody asks for this help any more"))
    }

    pub(super) fn follow_help(&mut self, now: Now) {
        if let Some(asked) = &self.supervising.helping.asked {
            let is_over = asked.call.is_some_and(|id| self.call(id).is_none_or(Call::is_ended));
            if is_over || asked.leaves_at().is_some_and(|at| at <= now.instant) {
                self.needs_no_help();
            }
        }
        let is_live = !self.supervising.helping.wanted.is_empty() && self.floor.state().live;
        let floor = &self.floor;
        self.supervising.helping.wanted.retain_mut(|wanted| {
            let state = is_live.then(|| floor.agent(&wanted.help.extension)).flatten().map(|agent| agent.state);
            wanted.was_talking |= matches!(state, Some(AgentState::Talking | AgentState::OnHold));
            let is_over = wanted.was_talking && matches!(state, Some(AgentState::Free | AgentState::NotRegistered));
            !is_over && now.instant.saturating_duration_since(wanted.since) < LASTS
        });
    }

    pub(super) fn publish_help(&mut self) {
        let help: Vec<Help> = self.supervising.helping.wanted.iter().map(|wanted| wanted.help.clone()).collect();
        if help != self.shown.help {
            let before = std::mem::replace(&mut self.shown.help, help.clone());
            for gone in before.iter().filter(|old| help.iter().all(|new| new.id != old.id)) {
                self.tell(What::HelpRemoved { help: gone.id.clone() });
            }
            for help in help.into_iter().rev().filter(|new| !before.contains(new)) {
                self.tell(What::HelpChanged { help });
            }
        }
        let help_asked = self.supervising.helping.asked.as_ref().map(|asked| asked.state);
        if help_asked != self.shown.help_asked {
            self.shown.help_asked = help_asked;
            self.tell(What::HelpAskedChanged { help_asked });
        }
    }

    /// Whether a text comes from a telephone of this PBX.
    pub(super) fn is_inside(&self, number: &str) -> bool {
        is_extension(number) && self.deck.numbering().own().is_extension(number)
    }
}

/// Whoever has not come by then does not.
const LASTS: Duration = Duration::from_secs(10 * 60);
const ASKS: Rate = Rate { burst: 3, every: Duration::from_secs(5) };
const COMES: Rate = Rate { burst: 20, every: Duration::from_millis(500) };
const MAX_WANTED: usize = 50;
