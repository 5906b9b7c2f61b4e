//! Listening, whispering, stepping in; picking up; recordings; help. What this desk asks of the PBX beside calls.
//!
//! ```text
//!   Intent ──► power: who carries it out ──┬──► cti::Order ──► the PBX rings here: INVITE, X-Ringside: token ──► is_ordered
//!                                          └──► a dial code is dialled
//!   OrderTold ──► legs (a supervision), errands (picking up, a recording), presence
//!   Message ────► help, listeners: what other desks tell
//! ```
//!
//! A call that comes in is an order's if it carries exactly its token, and comes from the account's registrar. A token that no
//! order waits for (it was used, it is of an earlier start, or there are two) is refused: such a call asks to be answered, and
//! nobody knows any more into whose conversation it leads. Where a PBX cannot set the header (the channel is not one of PJSIP),
//! it is the oldest order of the last ten seconds without a call, if the INVITE shows the caller that was ordered; nothing else
//! is believed, for it answers by itself.

mod errand;
mod follow;
mod help;
mod leg;
mod legs;
mod listener;
mod power;
mod presence;
mod rules;
mod text;
mod token;
mod watch;

use std::time::{Duration, Instant};

use cti::OrderTold;
use phone::{AccountId, Command, Tone};

pub use rules::{AgentSees, DialCodes, OrdersBy, SupervisionRules};

use self::{
    errand::Errands,
    help::Helping,
    leg::{By, Leg, Stage},
    listener::Listeners,
    presence::Presences,
    text::{Came, Said},
    watch::Watch,
};
use crate::{
    call::{Call, Owner, Phase},
    intent::Made,
    rate::{Bucket, Rate},
    update::{Desk, Effect, Now},
    wire::{self, AgentState, Refusal, SupervisionMode, SupervisionState, What},
};

/// What is going on of it.
#[derive(Debug, Default)]
pub(crate) struct Supervising {
    watch: Option<Watch>,
    /// Of it, and of those before until nothing can come of them.
    legs: Vec<Leg>,
    legs_made: u64,
    tokens: u64,
    errands: Errands,
    presence: Presences,
    helping: Helping,
    listeners: Listeners,
    powers: cti::Powers,
    /// Why the manager interface is not there, if that is known.
    manager_lost: Option<String>,
    texts_sent: u64,
    texts_shown: Bucket,
}

impl Supervising {
    /// When something is due.
    pub(crate) fn wake(&self) -> Option<Instant> {
        let legs = self.legs.iter().filter_map(Leg::wake);
        let rest = [self.errands.wake(), self.presence.wake(), self.helping.wake(), self.listeners.wake()];
        legs.chain(self.watch.as_ref().and_then(Watch::wake)).chain(rest.into_iter().flatten()).min()
    }
}

/// What becomes of a call that was ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ordered {
    /// It answers itself.
    Answer(Owner),
    /// Nobody wants it any more.
    Refuse,
}

type Outcome = Result<Made, Refusal>;

impl Desk {
    /// Takes part in a colleague's call, or in another way than now.
    pub(crate) fn supervise(&mut self, extension: &str, mode: SupervisionMode, now: Now) -> Outcome {
        let extension = power::extension(extension)?;
        if self.is_own(extension) {
            return Err(Refusal::malformed("own_extension", "This is your own extension: choose a colleague's"));
        }
        self.way_into(mode)?;
        let is_same = |watch: &&mut Watch| watch.goes_on() && watch.extension == extension;
        if let Some(watch) = self.supervising.watch.as_mut().filter(is_same) {
            (watch.wanted, watch.trouble) = (mode, None);
            if !watch.was_active() {
                watch.mode = mode;
            }
            let current = watch.current;
            let call = current.and_then(|no| self.leg(no)).and_then(|leg| leg.call);
            return Ok(Made { call, ..Made::default() });
        }
        if self.is_idle(extension) {
            return Err(Refusal::conflict("nobody_to_listen", "They are in no call now: wait for the next one"));
        }
        if self.supervising.legs.len() >= MAX_LEGS {
            return Err(Refusal::too_many());
        }
        let elsewhere = self.leg_elsewhere();
        let leg = elsewhere.map_or_else(|| self.new_leg(extension, mode, now), Ok)?;
        if let Some(old) = self.supervising.watch.take() {
            for no in [old.current, old.next].into_iter().flatten() {
                self.end_leg(no, now);
                self.show_leg(Some(no), false);
            }
            self.close(old, now);
        }
        if let Some(no) = elsewhere {
            self.leaves_for_another(no, now);
        }
        self.begin(extension, mode, leg, now);
        let call = self.leg(leg).and_then(|leg| leg.call);
        Ok(Made { call, ..Made::default() })
    }

    pub(crate) fn stop_supervising(&mut self, extension: Option<&str>) -> Outcome {
        let is_meant = |watch: &&mut Watch| extension.is_none_or(|extension| extension == watch.extension);
        let Some(watch) = self.supervising.watch.as_mut().filter(is_meant) else {
            return Err(Refusal::conflict("not_supervising", "This desk takes part in no call of theirs"));
        };
        watch.stopping = true;
        if watch.failed.is_some() {
            self.supervising.watch = None;
        }
        Ok(Made::default())
    }

    /// What another telephone is in: it cannot be in two calls, so that the next one waits for its end.
    fn leg_elsewhere(&self) -> Option<u64> {
        let no = self.supervising.watch.as_ref()?.current?;
        self.leg(no).filter(|leg| leg.account.is_none() && !leg.over).map(|leg| leg.no)
    }

    fn begin(&mut self, extension: &str, mode: SupervisionMode, leg: u64, now: Now) {
        let number = self.floor.agent(extension).and_then(|agent| agent.party).map(|party| party.number);
        let by = self.own().map(|(_, own)| own).unwrap_or_default();
        self.supervising.tokens += 1;
        let token = self.token("journal", self.supervising.tokens);
        let row = journal::Supervision {
            key: format!("{}-{}", now.wall.as_millisecond(), token.get(..8).unwrap_or_default()),
            extension: extension.to_owned(),
            number: number.filter(|number| !number.is_empty()),
            by,
            modes: Vec::new(),
            started_at: now.wall,
            ended_at: None,
            trouble: None,
        };
        let watch = Watch {
            extension: extension.to_owned(),
            wanted: mode,
            mode,
            current: Some(leg),
            next: None,
            since: now.wall,
            stopping: false,
            failed: None,
            trouble: None,
            told: None,
            row,
        };
        self.effects.push(Effect::Journal(watch.write()));
        self.supervising.watch = Some(watch);
        self.help_is_taken(extension);
    }

    /// The floor knows for certain that nobody talks there. Who dials may have reached a menu, which is answered and no party.
    fn is_idle(&self, extension: &str) -> bool {
        let state = self.floor.agent(extension).filter(|_| self.floor.state().live).map(|agent| agent.state);
        state.is_some_and(|state| matches!(state, AgentState::Free | AgentState::Ringing | AgentState::NotRegistered))
    }

    /// Whether the PBX would place a call by its manager interface, as far as is known.
    pub(crate) fn may_order_calls(&self) -> Result<(), Refusal> {
        self.way("", self.supervising.powers.originate).map(drop)
    }

    /// An order got on: `s…` a supervision, `p…` the rest.
    pub(crate) fn order_told(&mut self, told: &OrderTold, now: Now) {
        match self.supervising.legs.iter().find(|leg| leg.is_order(&told.id)).map(|leg| leg.no) {
            Some(no) => self.leg_told(no, &told.step),
            None if self.presence_told(&told.id, &told.step) => {}
            None => self.errand_told(&told.id, &told.step, now),
        }
    }

    /// Whether an incoming call is what the PBX was asked for: then it is taken over here. `asks` says that it asks to be
    /// answered by itself.
    pub(crate) fn is_ordered(&mut self, call: &mut Call, asks: bool, now: Now) -> Option<Ordered> {
        let headers = std::mem::take(&mut call.headers);
        let (ours, others) = headers.into_iter().partition(|(name, _)| name.eq_ignore_ascii_case(HEADER));
        // Our token is nobody else's business: neither a card's nor a CRM's.
        call.headers = others;
        let ours: Vec<(String, String)> = ours;
        if !call.trusted {
            return None;
        }
        let token = match ours.as_slice() {
            [] => return self.is_ordered_lately(call, asks, now),
            [(_, token)] => token,
            _ => return Some(Ordered::Refuse),
        };
        let waits = |by: &By, taken: Option<phone::CallId>| taken.is_none() && by.has_token(token);
        if let Some(no) = self.supervising.legs.iter().find(|leg| waits(&leg.by, leg.call)).map(|leg| leg.no) {
            return self.leg_takes(no, call);
        }
        if let Some(id) = self.supervising.errands.find(|by, taken| waits(by, taken)) {
            return self.errand_takes(&id, call, now);
        }
        let is_originated = self.is_originated(call, token);
        Some(if is_originated { Ordered::Answer(Owner::Agent) } else { Ordered::Refuse })
    }

    /// The same where the PBX could not set the header.
    fn is_ordered_lately(&mut self, call: &mut Call, asks: bool, now: Now) -> Option<Ordered> {
        let fits = |by: &By, account: Option<&AccountId>, since: Instant| {
            let is_recent = now.instant.saturating_duration_since(since) <= RECENT;
            let is_order = matches!(by, By::Order { .. }) && account == Some(&call.account);
            is_recent && is_order && by.is_shown_as(&call.peer, asks)
        };
        // One that is to leave is as good as any: its call comes first, and is refused.
        let waits = |leg: &&Leg| leg.call.is_none() && fits(&leg.by, leg.account.as_ref(), leg.since);
        if let Some(no) = self.supervising.legs.iter().find(waits).map(|leg| leg.no) {
            return self.leg_takes(no, call);
        }
        let id = self.supervising.errands.find_lately(fits)?;
        self.errand_takes(&id, call, now)
    }

    /// Answers it, or does not.
    pub(crate) fn take_ordered(&mut self, mut call: Call, ordered: Ordered) {
        let id = call.id;
        match ordered {
            Ordered::Answer(owner) => {
                (call.owner, call.phase) = (owner, Phase::Answering);
                self.calls.push(call);
                if owner == Owner::Agent {
                    self.turn_to(id);
                }
                self.command(Command::Tone(Tone::AutoAnswered));
                self.command(Command::Answer(id));
            }
            Ordered::Refuse => {
                (call.owner, call.phase) = (Owner::Desk, Phase::Ending);
                self.calls.push(call);
                self.command(Command::Decline(id, UNAVAILABLE));
            }
        }
    }

    /// A text came from another desk, or from somebody's telephone.
    pub(crate) fn message_came(&mut self, from: &wire::Peer, text: &str, now: Now) {
        match text::read(text) {
            Came::Said(Said::Listening { mode, tone }) => self.listener_says(&from.number, mode, tone, now),
            Came::Said(Said::Help { id, number, text }) => self.help_wanted(from, id, number, text, now),
            Came::Said(Said::HelpOver { id }) => self.help_over(&from.number, &id),
            Came::Unknown => {}
            Came::Words(words) if words.is_empty() => {}
            Came::Words(words) => {
                if self.supervising.texts_shown.take(TEXTS, now.instant) {
                    self.notice("message", format!("{}: {words}", from.number));
                }
            }
        }
    }

    /// Sends a text to another desk, or to whatever telephone is there.
    fn send_text(&mut self, target: &str, said: &Said) -> Option<u64> {
        let (account, own) = self.own()?;
        self.supervising.texts_sent += 1;
        let id = self.supervising.texts_sent;
        self.command(Command::Message { id, account, target: target.to_owned(), text: said.write(&own) });
        Some(id)
    }

    /// Looks at the calls of this desk, and at the time: after every input.
    pub(crate) fn follow_supervision(&mut self, now: Now) {
        self.follow_legs(now);
        self.follow_errands(now);
        self.follow_presence(now);
        self.follow_listeners(now);
        self.follow_help(now);
    }

    /// Tells what changed.
    pub(crate) fn publish_supervision(&mut self) {
        let supervision = self.shown_supervision();
        if supervision != self.shown.supervision {
            self.shown.supervision.clone_from(&supervision);
            self.tell(What::SupervisionChanged { supervision });
        }
        let powers = self.powers();
        if powers != self.shown.powers {
            self.shown.powers = powers.clone();
            self.tell(What::PowersChanged { powers: Box::new(powers) });
        }
        self.publish_errands();
        self.publish_presence();
        self.publish_help();
        self.publish_listeners();
    }

    fn shown_supervision(&self) -> Option<wire::Supervision> {
        let watch = self.supervising.watch.as_ref()?;
        let leg = watch.current.and_then(|no| self.leg(no));
        let call = leg.and_then(|leg| leg.call).filter(|call| self.call(*call).is_some_and(|call| !call.is_ended()));
        let is_switching = watch.was_active() && watch.goes_on() && watch.wanted != watch.mode;
        Some(wire::Supervision {
            extension: watch.extension.clone(),
            mode: watch.mode,
            state: state(watch, leg),
            switching_to: is_switching.then_some(watch.wanted),
            call: call.map(|call| call.to_string()),
            heard: watch.goes_on() && leg.is_some_and(|leg| self.is_heard(leg)),
            since: watch.since.to_string(),
            trouble: watch.trouble.as_ref().map(|(trouble, _)| trouble.clone()),
        })
    }

    fn is_heard(&self, leg: &Leg) -> bool {
        let is_open = |call: &Call| call.is_up() && !call.muted && !call.hold.wanted && !leg.is_shut;
        let reaches = match leg.call {
            Some(call) => self.call(call).is_some_and(is_open),
            // Another telephone has a microphone of its own, which nothing here shuts.
            None => leg.account.is_none(),
        };
        leg.is_active() && leg.mode != SupervisionMode::Spy && reaches
    }
}

fn state(watch: &Watch, leg: Option<&Leg>) -> SupervisionState {
    match leg.map(|leg| leg.stage) {
        _ if watch.failed.is_some() => SupervisionState::Failed,
        _ if watch.stopping => SupervisionState::Ending,
        Some(Stage::Active) => SupervisionState::Active,
        // It is heard until the other one takes its place.
        Some(Stage::Leaving) if watch.next.is_some() => SupervisionState::Active,
        Some(Stage::Connecting) => SupervisionState::Connecting,
        Some(Stage::Asked | Stage::Leaving) | None => SupervisionState::Asked,
    }
}

/// In which an INVITE carries the token of its order.
const HEADER: &str = "X-Ringside";
/// How long after an order a call without a token may be its call.
const RECENT: Duration = Duration::from_secs(10);
const UNAVAILABLE: u16 = 480;
/// Whoever clicks faster than the PBX ends calls waits for it.
const MAX_LEGS: usize = 16;
const TEXTS: Rate = Rate { burst: 1, every: Duration::from_secs(1) };
