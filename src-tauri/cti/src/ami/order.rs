//! Orders: what the PBX is asked to do, and what its events say of it.
//!
//! ```text
//!   give ─► Asked ──Success──► Accepted ─► Ringing ─► Up ─► Done ─► Over
//!             │ Error                │         │       │ the second party is busy, nothing to pick up, …
//!             └──────────────────────┴─────────┴───────┴────────────► Failed
//! ```
//!
//! Each originate brings a channel id of ours, by which its channel is known in all later events. Whether it worked is
//! told by these events and not by `OriginateResponse`, whose reason says next to nothing: the cause of the channel's hangup does.
//! An Asterisk before 12 takes no such id: there `OriginateResponse` says which channel it is, once the first party has answered.

mod action;
mod hearing;
mod listing;
#[cfg(test)]
mod tests;
mod value;
mod verdict;

use std::{
    iter, mem,
    time::{Duration, Instant},
};

use self::{action::Planned, value::BadValue, verdict::Failure};
pub use action::OrderSettings;

use super::{Calls, Floor, codec::Action, naming::MAX_EXTENSION, session::Unsent};
use crate::{First, Order, OrderTold, Step, Then, Wish};

/// All orders that are not over.
#[derive(Debug)]
pub struct Orders {
    settings: OrderSettings,
    /// Begins every channel id: another one for each start of each desk.
    prefix: String,
    made: u64,
    open: Vec<Open>,
    told: Vec<OrderTold>,
    actions: Vec<(Sends, Action)>,
    /// Whether the PBX takes actions now.
    is_up: bool,
    /// A list of all channels is on its way; after this time none is to be had.
    list_by: Option<Instant>,
}

/// What an action is for; with the order's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sends {
    /// To carry the order out.
    Wish(u64),
    /// To end it.
    HangUp(u64),
}

/// One that is not over.
#[derive(Debug)]
struct Open {
    no: u64,
    id: String,
    kind: Kind,
    /// What the PBX calls our channel in all events.
    channel_id: String,
    /// Its name, once it is known.
    channel: Option<String>,
    /// The action's id, once it is sent.
    action_id: Option<String>,
    /// That of the action that hangs it up.
    hang_up_id: Option<String>,
    reached: Reached,
    /// The PBX gave it up, and says no more than this of why; the cause may follow.
    given_up: Option<Failure>,
    /// Since when the first party is on the line.
    up_at: Option<Instant>,
    /// The first party is a number outside.
    is_outside: bool,
    /// The second party is one.
    is_far_outside: bool,
    /// Why the second party was not reached, as the PBX's attempt to call it ended.
    missed: Option<Failure>,
    /// When something is decided for want of an event.
    due: Option<Instant>,
    /// It was to be ended by us.
    is_ending: bool,
    /// A list of all channels is on its way, and this one has not been in it.
    is_unseen: bool,
    /// All was told of it; its channel may live on, and is hung up when it shows.
    is_told: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Originate,
    PickUp,
    Play,
    Supervise,
    Pause,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    Asked,
    Accepted,
    Ringing,
    Up,
    Done,
}

impl Orders {
    /// None yet. `prefix` is one that no other desk and no earlier start has: letters, digits and dashes.
    pub fn new(settings: OrderSettings, prefix: String) -> Self {
        let (open, told, actions) = (Vec::new(), Vec::new(), Vec::new());
        Self { settings, prefix, made: 0, open, told, actions, is_up: false, list_by: None }
    }

    /// Takes an order. `calls` is what is known of channels, `floor` of queues. While there is no connection it is refused at once, but for
    /// [`Wish::End`], which is kept.
    pub fn give(&mut self, order: Order, calls: &Calls, floor: &Floor, now: Instant) {
        let Order { id, wish } = order;
        if let Wish::End { order } = &wish {
            return self.end(order);
        }
        if !self.is_up {
            return self.fails(id, Failure::Unreachable);
        }
        if self.open.iter().filter(|open| !open.is_told).count() >= MAX_OPEN {
            return self.fails(id, Failure::Crowded);
        }
        let channel_id = self.channel_id(self.made + 1);
        match self.plan(&wish, &channel_id, calls, floor) {
            Ok(Planned { action, more, kind, patience }) => {
                let due = now.checked_add(patience);
                for (at, action) in iter::once(action).chain(more).enumerate() {
                    self.opens(id.clone(), &wish, kind, due, at > 0);
                    self.actions.push((Sends::Wish(self.made), action));
                }
            }
            Err(failure) => self.fails(id, failure),
        }
    }

    fn opens(&mut self, id: String, wish: &Wish, kind: Kind, due: Option<Instant>, is_told: bool) {
        self.made += 1;
        let call = if let Wish::Originate(call) = wish { Some(call) } else { None };
        self.open.push(Open {
            no: self.made,
            id,
            kind,
            channel_id: self.channel_id(self.made),
            channel: None,
            action_id: None,
            hang_up_id: None,
            reached: Reached::Asked,
            given_up: None,
            up_at: None,
            is_outside: call.is_some_and(|call| matches!(call.first, First::Outside { .. })),
            is_far_outside: call.is_some_and(|call| is_outside(&call.then)),
            missed: None,
            due,
            is_ending: false,
            is_unseen: false,
            is_told,
        });
    }

    fn channel_id(&self, no: u64) -> String {
        format!("{}-{no}", self.prefix)
    }

    /// What is to be sent: each is to be told of by [`Self::sent`].
    pub fn take_actions(&mut self) -> Vec<(Sends, Action)> {
        mem::take(&mut self.actions)
    }

    /// How orders got on.
    pub fn take_told(&mut self) -> Vec<OrderTold> {
        mem::take(&mut self.told)
    }

    /// An action went out under this id, or did not.
    pub fn sent(&mut self, what: Sends, action_id: Result<String, Unsent>) {
        let (Sends::Wish(no) | Sends::HangUp(no)) = what;
        let Some(open) = self.open.iter_mut().find(|open| open.no == no) else { return };
        match (what, action_id) {
            (Sends::HangUp(_), action_id) => open.hang_up_id = action_id.ok(),
            (Sends::Wish(_), Ok(action_id)) => open.action_id = Some(action_id),
            (Sends::Wish(_), Err(Unsent::NotUp)) => self.ends(no, Some(Failure::Unreachable)),
            (Sends::Wish(_), Err(Unsent::Unwritable)) => self.ends(no, Some(Failure::Value(BadValue::Text))),
        }
    }

    /// The PBX answered an action. Says whether it was one of an order.
    pub fn answered(&mut self, action_id: &str, is_success: bool, words: &str) -> bool {
        if let Some(at) = self.open.iter().position(|open| open.hang_up_id.as_deref() == Some(action_id)) {
            self.is_answered_hang_up(at, is_success, words);
            return true;
        }
        let Some(open) = self.open.iter_mut().find(|open| open.action_id.as_deref() == Some(action_id)) else {
            return false;
        };
        let no = open.no;
        match (is_success, open.kind) {
            (true, Kind::Pause) => {
                self.reaches(no, Reached::Done);
                self.open.retain(|open| open.no != no);
            }
            (true, _) => self.reaches(no, Reached::Accepted),
            (false, kind) => self.ends(no, Some(Failure::refused(words, kind == Kind::Pause))),
        }
        true
    }

    /// The order stays as it is: any refusal but this says that there is nothing to hang up any more.
    fn is_answered_hang_up(&mut self, at: usize, is_success: bool, words: &str) {
        let Some(open) = self.open.get_mut(at) else { return };
        open.hang_up_id = None;
        if !is_success && !open.is_told && Failure::refused(words, true) == Failure::Forbidden {
            let id = open.id.clone();
            self.fails(id, Failure::MayNotHangUp);
        }
    }

    /// Decides what is due. Nothing is while there is no connection, nor before it is known what went on meanwhile.
    pub fn handle(&mut self, now: Instant) {
        if !self.is_up {
            return;
        }
        if self.list_by.is_some_and(|at| at <= now) {
            self.is_not_listed();
        }
        let is_due = |open: &&Open| !self.is_awaited(open) && open.due.is_some_and(|at| at <= now);
        let due: Vec<_> = self.open.iter().filter(is_due).map(|open| open.no).collect();
        for no in due {
            self.is_due(no, now);
        }
    }

    /// When [`Self::handle`] has something to do.
    pub fn wake(&self) -> Option<Instant> {
        let due = self.open.iter().filter(|open| !self.is_awaited(open)).filter_map(|open| open.due);
        due.chain(self.list_by).min().filter(|_| self.is_up)
    }

    fn is_due(&mut self, no: u64, now: Instant) {
        let Some(open) = self.open.iter_mut().find(|open| open.no == no) else { return };
        open.due = None;
        if let Some(failure) = open.given_up.take() {
            let failure = Some(failure).filter(|_| !open.is_ending);
            return self.ends(no, failure);
        }
        match (open.kind, open.reached) {
            _ if open.is_told => self.ends(no, None),
            // It plays for longer than one that is not there would.
            (Kind::Play, Reached::Up) => self.reaches(no, Reached::Done),
            (Kind::Supervise, Reached::Up) => self.breaks_off(no, Failure::NobodyToListen, now),
            // Where there was nothing to pick up, the PBX would have hung up by now; an old one has no word for what it did.
            (Kind::PickUp, Reached::Up) => self.reaches(no, Reached::Done),
            (_, Reached::Up | Reached::Done) => {}
            (_, Reached::Asked | Reached::Accepted | Reached::Ringing) => self.breaks_off(no, Failure::Silent, now),
        }
    }

    /// Ends what another order made.
    fn end(&mut self, id: &str) {
        let Some(open) = self.open.iter_mut().find(|open| open.id == id) else { return };
        open.is_ending = true;
        let no = open.no;
        self.hang_up(no);
    }

    /// It failed, and nothing of it may live on: it is kept for a while, in case its channel shows only now.
    fn breaks_off(&mut self, no: u64, failure: Failure, now: Instant) {
        let Some(open) = self.open.iter_mut().find(|open| open.no == no && !open.is_told) else { return };
        (open.is_ending, open.is_told) = (true, true);
        open.due = now.checked_add(LINGERS);
        let id = open.id.clone();
        self.fails(id, failure);
        self.hang_up(no);
    }

    /// After an outage not before it is seen again: the PBX may be another one, and the name somebody else's.
    fn hang_up(&mut self, no: u64) {
        let Some(open) = self.open.iter().find(|open| open.no == no && !self.is_awaited(open)) else { return };
        if let Some(channel) = open.channel.clone().filter(|_| self.is_up) {
            let action = Action::new("Hangup").with("Channel", channel).with("Cause", "16");
            self.actions.push((Sends::HangUp(no), action));
        }
    }

    fn reaches(&mut self, no: u64, reached: Reached) {
        let Some(open) = self.open.iter_mut().find(|open| open.no == no && open.reached < reached && !open.is_told)
        else {
            return;
        };
        // What rings was taken by the PBX, whatever of the two it says first.
        if open.reached == Reached::Asked && reached > Reached::Accepted {
            self.told.push(OrderTold { id: open.id.clone(), step: Step::Accepted });
        }
        open.reached = reached;
        let step = match reached {
            Reached::Asked => return,
            Reached::Accepted => Step::Accepted,
            Reached::Ringing => Step::Ringing,
            Reached::Up => Step::Up,
            Reached::Done => Step::Done,
        };
        self.told.push(OrderTold { id: open.id.clone(), step });
    }

    /// Over, or failed.
    fn ends(&mut self, no: u64, failure: Option<Failure>) {
        let Some(at) = self.open.iter().position(|open| open.no == no) else { return };
        let open = self.open.remove(at);
        if !open.is_told {
            let step = failure.map_or(Step::Over, |failure| failure.step());
            self.told.push(OrderTold { id: open.id, step });
        }
    }

    fn fails(&mut self, id: String, failure: Failure) {
        self.told.push(OrderTold { id, step: failure.step() });
    }
}

/// Longer than an extension.
fn is_outside(then: &Then) -> bool {
    match then {
        Then::Number(number) | Then::Exten { exten: number, .. } => number.len() > MAX_EXTENSION,
        Then::Application { .. } => false,
    }
}

/// More than anybody asks for at once.
const MAX_OPEN: usize = 64;
/// The hangup and its cause come after the PBX has given up, by so much at most.
const CAUSE_WITHIN: Duration = Duration::from_millis(500);
/// A supervisor who hears nothing for so long, hears nobody.
const PROOF_WITHIN: Duration = Duration::from_secs(3);
/// A file that is not there ends the call within some milliseconds of the answer.
const PLAYS_AFTER: Duration = Duration::from_millis(700);
/// The shortest that a recording plays; one that is not there is over by then.
const PLAYS_AT_LEAST: Duration = Duration::from_millis(150);
/// How long a channel may take to show after its order was given up.
const LINGERS: Duration = Duration::from_secs(60);
/// How long a list of all channels may take; without the right to it none comes.
const LISTS_WITHIN: Duration = Duration::from_secs(10);
