//! Calls for a purpose: one that rang elsewhere is taken, or a recording is heard.
//!
//! ```text
//!   Asked ── it rings, or comes in here ──► Connecting ── the PBX says so, or a code is answered ──► Done ── call ends ──► gone
//!     └──────────────────────────────────────────┴── failed, ended, 20 s ──► Failed ── 30 s ──► gone
//! ```
//!
//! A call that was picked up becomes the agent's own once the PBX says that it was: before, it is a call from the PBX that may
//! come to nothing, and belongs into no history.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use cti::{Step, Wish};
use jiff::Timestamp;
use phone::{AccountId, CallId, Command, Manner};

use super::{
    Ordered, Outcome,
    leg::{By, SILENCE},
    power::{self, Way},
    watch::SHOWN_AFTER_FAILURE,
};
use crate::{
    call::{Call, Owner, Phase, plain},
    intent::Made,
    update::{Desk, Effect, Now},
    wire::{self, AgentState, PbxOrder, PbxOrderKind, PbxOrderState, Refusal, Trouble, What},
};

/// All that are shown, the newest first.
#[derive(Debug, Default)]
pub(super) struct Errands(VecDeque<Errand>);

#[derive(Debug)]
struct Errand {
    id: String,
    kind: PbxOrderKind,
    subject: String,
    by: By,
    account: Option<AccountId>,
    call: Option<CallId>,
    /// Who rang there, as far as the floor knew.
    party: Option<wire::Peer>,
    state: PbxOrderState,
    trouble: Option<Trouble>,
    asked_at: Timestamp,
    /// Since when it is in this state.
    since: Instant,
    over: bool,
}

impl Errands {
    pub(super) fn wake(&self) -> Option<Instant> {
        self.0.iter().filter_map(Errand::wake).min()
    }

    /// The order whose call this is.
    pub(super) fn find(&self, fits: impl Fn(&By, Option<CallId>) -> bool) -> Option<String> {
        self.0.iter().find(|errand| fits(&errand.by, errand.call)).map(|errand| errand.id.clone())
    }

    /// The oldest of which a call may still come.
    pub(super) fn find_lately(&self, fits: impl Fn(&By, Option<&AccountId>, Instant) -> bool) -> Option<String> {
        let waiting = self.0.iter().rev().filter(|errand| errand.is_open() && errand.call.is_none());
        let mut fitting = waiting.filter(|errand| fits(&errand.by, errand.account.as_ref(), errand.since));
        fitting.next().map(|errand| errand.id.clone())
    }

    fn get(&mut self, id: &str) -> Option<&mut Errand> {
        self.0.iter_mut().find(|errand| errand.id == id)
    }
}

impl Errand {
    fn is_open(&self) -> bool {
        matches!(self.state, PbxOrderState::Asked | PbxOrderState::Connecting)
    }

    fn wake(&self) -> Option<Instant> {
        let after = match (self.state, self.call) {
            (PbxOrderState::Asked | PbxOrderState::Connecting, _) => SILENCE,
            (PbxOrderState::Failed, _) => SHOWN_AFTER_FAILURE,
            (PbxOrderState::Done, Some(_)) => return None,
            (PbxOrderState::Done, None) => DONE_ELSEWHERE,
        };
        self.since.checked_add(after)
    }

    fn is(&mut self, state: PbxOrderState, now: Instant) {
        if self.state != state {
            (self.state, self.since) = (state, now);
        }
    }

    fn fails(&mut self, trouble: Option<Trouble>, now: Instant) {
        if self.state != PbxOrderState::Failed {
            self.trouble = Some(trouble.unwrap_or_else(|| self.came_to_nothing()));
            self.is(PbxOrderState::Failed, now);
        } else if trouble.is_some() {
            self.trouble = trouble;
        }
    }

    fn came_to_nothing(&self) -> Trouble {
        let (code, detail) = match (self.kind, &self.by) {
            (_, By::Code(_)) => {
                ("code_refused", "The PBX did not take the dial code: see the codes under [pbx] of the settings")
            }
            (PbxOrderKind::PickUp, _) => {
                ("not_picked_up", "Nothing was picked up: somebody was quicker, or the caller gave up")
            }
            (PbxOrderKind::PlayRecording, _) => {
                ("not_played", "Nothing was played: the PBX does not have this recording any more")
            }
        };
        Trouble { code: code.to_owned(), detail: detail.to_owned(), sip_status: None }
    }

    fn wire(&self) -> PbxOrder {
        PbxOrder {
            id: self.id.clone(),
            kind: self.kind,
            subject: self.subject.clone(),
            state: self.state,
            call: self.call.map(|call| call.to_string()),
            trouble: self.trouble.clone(),
            asked_at: self.asked_at.to_string(),
        }
    }
}

impl Desk {
    /// Takes a call that rings at another telephone.
    pub(crate) fn pick_up(&mut self, extension: &str, now: Now) -> Outcome {
        let extension = power::extension(extension)?;
        let way = self.way(&self.settings.supervision.codes.pick_up, self.supervising.powers.originate)?;
        let is_elsewhere = self.settings.supervision.desk_phone.is_some();
        let rings_here = |call: &Call| {
            let account = self.accounts.iter().find(|account| *account.id() == call.account);
            call.is_offered() && account.is_some_and(|account| account.users().contains(&extension))
        };
        if !is_elsewhere && self.calls.iter().any(rings_here) {
            return Err(Refusal::conflict("rings_here", "This call rings on this telephone: answer it here"));
        }
        let agent = self.floor.agent(extension).filter(|_| self.floor.state().live);
        // Who talks may have another call that rings.
        if agent.as_ref().is_some_and(|agent| matches!(agent.state, AgentState::Free | AgentState::NotRegistered)) {
            let detail = "Nothing rings there any more: somebody was quicker, or the caller gave up";
            return Err(Refusal::conflict("nothing_to_pick_up", detail));
        }
        let party = agent.and_then(|agent| agent.party);
        self.go(PbxOrderKind::PickUp, extension, way, party, now)
    }

    /// Hears a recording on this telephone; nothing of the microphone gets there.
    pub(crate) fn play_recording(&mut self, recording: &str, now: Now) -> Outcome {
        let fits = (1..=MAX_RECORDING).contains(&recording.len());
        let is_plain = recording.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./+-".contains(&byte));
        if !fits || !is_plain || recording.contains("..") {
            let detail = "A recording is a name as the PBX gave it: letters, digits, dots, dashes and slashes";
            return Err(Refusal::malformed("bad_recording", detail));
        }
        let way = self.way(&self.settings.supervision.codes.play, self.supervising.powers.originate)?;
        let made = self.go(PbxOrderKind::PlayRecording, recording, way, None, now)?;
        // One voice at a time: what played before is over.
        let is_old = |errand: &&Errand| {
            errand.kind == PbxOrderKind::PlayRecording && Some(&errand.id) != made.order.as_ref() && !errand.over
        };
        let old: Vec<String> =
            self.supervising.errands.0.iter().filter(is_old).map(|errand| errand.id.clone()).collect();
        for id in old {
            self.end_errand(&id);
        }
        Ok(made)
    }

    fn go(&mut self, kind: PbxOrderKind, subject: &str, way: Way, party: Option<wire::Peer>, now: Now) -> Outcome {
        let open = self.supervising.errands.0.iter().filter(|errand| errand.is_open());
        if let Some(same) = open.clone().find(|errand| errand.kind == kind && errand.subject == subject) {
            return Ok(Made { order: Some(same.id.clone()), call: same.call, ..Made::default() });
        }
        if open.count() >= MAX_OPEN {
            return Err(Refusal::too_many());
        }
        let (id, by, account, call) = match way {
            Way::Manager => {
                let what = if kind == PbxOrderKind::PickUp { "Pick up" } else { "Recording" };
                let shown = if kind == PbxOrderKind::PickUp { subject } else { "" };
                let (by, on, account) = self.device(what, shown)?;
                let subject = subject.to_owned();
                let wish = match kind {
                    PbxOrderKind::PickUp => Wish::PickUp { extension: subject, on },
                    PbxOrderKind::PlayRecording => Wish::Play { recording: subject, on },
                };
                let id = self.order('p', wish);
                (id.clone(), by.with_id(id), account, None)
            }
            Way::Code(code) => {
                let target = code.replace("{extension}", subject).replace("{recording}", subject);
                let (owner, listens) = match kind {
                    PbxOrderKind::PickUp => (Owner::Agent, false),
                    PbxOrderKind::PlayRecording => (Owner::Order, true),
                };
                let call = self.dial_code(&target, owner, Manner { listens, ..Manner::default() }, now)?;
                self.ordered += 1;
                (format!("p{}", self.ordered), By::Code(target), None, Some(call))
            }
        };
        self.supervising.errands.0.push_front(Errand {
            id: id.clone(),
            kind,
            subject: subject.to_owned(),
            by,
            account,
            call,
            party,
            state: PbxOrderState::Asked,
            trouble: None,
            asked_at: now.wall,
            since: now.instant,
            over: false,
        });
        self.supervising.errands.0.truncate(MAX_SHOWN);
        Ok(Made { order: Some(id), call, ..Made::default() })
    }

    /// The call of an order comes in.
    pub(super) fn errand_takes(&mut self, id: &str, call: &mut Call, now: Now) -> Option<Ordered> {
        let errand = self.supervising.errands.get(id)?;
        if !errand.is_open() || errand.over {
            return Some(Ordered::Refuse);
        }
        errand.call = Some(call.id);
        errand.is(PbxOrderState::Connecting, now.instant);
        if let Some(party) = errand.party.take() {
            call.peer = party;
        }
        match errand.kind {
            PbxOrderKind::PlayRecording => self.effects.push(Effect::Phone(Command::Listen(call.id, true))),
            // Whoever is picked up must not hear whom the agent talked to.
            PbxOrderKind::PickUp => self.turn_to(call.id),
        }
        Some(Ordered::Answer(Owner::Order))
    }

    /// How an order got on.
    pub(super) fn errand_told(&mut self, id: &str, step: &Step, now: Now) {
        let calls = &self.calls;
        let Some(errand) = self.supervising.errands.get(id).filter(|errand| !errand.over) else { return };
        let is_open = errand.is_open();
        let is_up = |own| calls.iter().any(|call| call.id == own && matches!(call.phase, Phase::Up));
        let is_up = errand.call.is_some_and(is_up);
        match step {
            Step::Accepted => {}
            Step::Ringing | Step::Up if is_open => errand.is(PbxOrderState::Connecting, now.instant),
            Step::Done if is_open => errand.is(PbxOrderState::Done, now.instant),
            Step::Ringing | Step::Up | Step::Done => {}
            Step::Over if is_open => errand.fails(None, now.instant),
            // The call that it made says better when it ends.
            Step::Over => errand.over |= errand.call.is_none() && errand.state == PbxOrderState::Done,
            Step::Failed { .. } if errand.state == PbxOrderState::Done => errand.over |= errand.call.is_none(),
            // Nobody knows whether it was done, and somebody may be on the line: they are heard, and not hung up on.
            Step::Failed { code, .. }
                if is_up && errand.kind == PbxOrderKind::PickUp && UNKNOWN.contains(&code.as_str()) =>
            {
                errand.is(PbxOrderState::Done, now.instant);
            }
            Step::Failed { code, detail } => {
                let trouble = Trouble { code: plain(code, 64), detail: plain(detail, 200), sip_status: None };
                errand.fails(Some(trouble), now.instant);
            }
        }
    }

    /// Ends what an order made, and forgets it.
    fn end_errand(&mut self, id: &str) {
        let Some(errand) = self.supervising.errands.get(id) else { return };
        errand.over = true;
        match (errand.call, errand.by.clone()) {
            (Some(call), _) => self.hang_up_order(call),
            (None, By::Order { id, .. }) => drop(self.order('p', Wish::End { order: id })),
            (None, By::Code(_)) => {}
        }
    }

    pub(super) fn follow_errands(&mut self, now: Now) {
        let all: Vec<String> = self.supervising.errands.0.iter().map(|errand| errand.id.clone()).collect();
        for id in all {
            self.follow_errand(&id, now);
        }
        self.supervising.errands.0.retain(|errand| {
            let is_due = errand.wake().is_some_and(|at| at <= now.instant);
            !errand.over && (errand.is_open() || !is_due)
        });
    }

    fn follow_errand(&mut self, id: &str, now: Now) {
        let Some(errand) = self.supervising.errands.get(id) else { return };
        let call = errand.call.map(|call| (call, self.calls.iter().find(|known| known.id == call)));
        let phase = call.map(|(_, call)| call.map(|call| call.phase.clone()));
        let is_code = matches!(errand.by, By::Code(_));
        let is_due = errand.is_open() && errand.wake().is_some_and(|at| at <= now.instant);
        match phase {
            Some(None | Some(Phase::Ended { .. })) if errand.state == PbxOrderState::Done => errand.over = true,
            Some(None | Some(Phase::Ended { .. })) => errand.fails(None, now.instant),
            // The agent hung up, and knows.
            Some(Some(Phase::Ending)) => errand.over |= errand.is_open(),
            // A PBX that does not say so may still have done it: it is heard.
            Some(Some(Phase::Up)) if errand.is_open() && (is_code || is_due) => {
                errand.is(PbxOrderState::Done, now.instant)
            }
            Some(Some(Phase::RemoteRinging | Phase::Early)) if errand.is_open() => {
                errand.state = PbxOrderState::Connecting
            }
            _ if is_due => {
                let detail = "The PBX has not answered for twenty seconds: try again";
                let silent = Trouble { code: "pbx_silent".to_owned(), detail: detail.to_owned(), sip_status: None };
                errand.fails(Some(silent), now.instant);
                self.end_errand(id);
                if let Some(errand) = self.supervising.errands.get(id) {
                    errand.over = false;
                }
            }
            _ => {}
        }
        self.picked_up(id);
    }

    /// What the PBX says was picked up is the agent's call; one that came to nothing is hung up.
    fn picked_up(&mut self, id: &str) {
        let Some(errand) = self.supervising.errands.get(id) else { return };
        let (kind, state) = (errand.kind, errand.state);
        let Some(call) = errand.call.and_then(|call| self.call_mut(call)).filter(|call| call.owner == Owner::Order)
        else {
            return;
        };
        let (call, is_ended) = (call.id, call.is_ended());
        match state {
            PbxOrderState::Done if kind == PbxOrderKind::PickUp && !is_ended => {
                self.call_mut(call).into_iter().for_each(|call| call.owner = Owner::Agent);
                self.turn_to(call);
            }
            PbxOrderState::Failed => self.hang_up_order(call),
            _ => {}
        }
    }

    pub(super) fn publish_errands(&mut self) {
        let now: Vec<PbxOrder> = self.supervising.errands.0.iter().map(Errand::wire).collect();
        if now == self.shown.orders {
            return;
        }
        let before = std::mem::replace(&mut self.shown.orders, now.clone());
        for gone in before.iter().filter(|old| now.iter().all(|new| new.id != old.id)) {
            self.tell(What::OrderRemoved { order: gone.id.clone() });
        }
        for order in now.into_iter().rev().filter(|new| !before.contains(new)) {
            self.tell(What::OrderChanged { order });
        }
    }
}

/// Codes by which a PBX, or the want of one, says nothing of what was done.
const UNKNOWN: [&str; 2] = ["pbx_silent", "pbx_connection_lost"];
const MAX_RECORDING: usize = 255;
const MAX_OPEN: usize = 4;
const MAX_SHOWN: usize = 16;
/// How long what was done on another telephone is shown, if nobody says that it is over.
const DONE_ELSEWHERE: Duration = Duration::from_secs(60 * 60);
