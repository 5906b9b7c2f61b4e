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

mod action;
#[cfg(test)]
mod tests;
mod verdict;

use std::{
    mem,
    time::{Duration, Instant},
};

use self::{
    action::{BadValue, Planned},
    verdict::Failure,
};
pub use action::OrderSettings;

use super::{Calls, codec::Action, codec::Message};
use crate::{Order, OrderTold, Step, Wish};

/// All orders that are not over.
#[derive(Debug)]
pub struct Orders {
    settings: OrderSettings,
    /// Begins every channel id: another one for each start of each desk.
    prefix: String,
    made: u64,
    open: Vec<Open>,
    told: Vec<OrderTold>,
    actions: Vec<(u64, Action)>,
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
    reached: Reached,
    /// Why the second party was not reached, as the PBX's attempt to call it ended.
    missed: Option<Failure>,
    /// When something is decided for want of an event.
    due: Option<Instant>,
    /// It was to be ended by us.
    is_ending: bool,
    /// A list of all channels is on its way, and this one has not been in it.
    is_unseen: bool,
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
    /// The PBX gave it up; the cause may follow.
    GivenUp,
    Ringing,
    Up,
    Done,
}

impl Orders {
    /// None yet. `prefix` is one that no other desk and no earlier start has: letters, digits and dashes.
    pub fn new(settings: OrderSettings, prefix: String) -> Self {
        Self { settings, prefix, made: 0, open: Vec::new(), told: Vec::new(), actions: Vec::new() }
    }

    /// Takes an order. `calls` is what is known of channels; `None` while there is no connection.
    pub fn give(&mut self, order: Order, calls: Option<&Calls>, now: Instant) {
        let Order { id, wish } = order;
        if let Wish::End { order } = &wish {
            return self.end(order);
        }
        let Some(calls) = calls else { return self.fails(id, Failure::Unreachable) };
        if self.open.len() >= MAX_OPEN {
            return self.fails(id, Failure::Crowded);
        }
        self.made += 1;
        let no = self.made;
        let channel_id = format!("{}-{no}", self.prefix);
        match self.plan(&wish, &channel_id, calls) {
            Ok(Planned { action, kind, patience }) => {
                self.open.push(Open {
                    no,
                    id,
                    kind,
                    channel_id,
                    channel: None,
                    action_id: None,
                    reached: Reached::Asked,
                    missed: None,
                    due: now.checked_add(patience),
                    is_ending: false,
                    is_unseen: false,
                });
                self.actions.push((no, action));
            }
            Err(failure) => self.fails(id, failure),
        }
    }

    /// What is to be sent: each is to be told of by [`Self::sent`].
    pub fn take_actions(&mut self) -> Vec<(u64, Action)> {
        mem::take(&mut self.actions)
    }

    /// How orders got on.
    pub fn take_told(&mut self) -> Vec<OrderTold> {
        mem::take(&mut self.told)
    }

    /// An action went out under this id; with `None` it cannot be written.
    pub fn sent(&mut self, no: u64, action_id: Option<String>) {
        let Some(open) = self.open.iter_mut().find(|open| open.no == no) else { return };
        match action_id {
            Some(action_id) => open.action_id = Some(action_id),
            None => self.ends(no, Some(Failure::Value(BadValue::Text))),
        }
    }

    /// The PBX answered an action. Says whether it was one of an order.
    pub fn answered(&mut self, action_id: &str, is_success: bool, words: &str) -> bool {
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

    /// Takes in an event.
    pub fn hear(&mut self, message: &Message, now: Instant) {
        match message.event().unwrap_or_default() {
            "OriginateResponse" => self.is_originated(message, now),
            "Newchannel" | "Newstate" => self.changes(message, now),
            "DialEnd" => self.dialled(message),
            "BridgeEnter" => self.is_bridged(message),
            "Pickup" => self.is_proved(message, "Uniqueid", "Channel", Kind::PickUp),
            "ChanSpyStart" => self.is_proved(message, "SpyerUniqueid", "SpyerChannel", Kind::Supervise),
            "Hangup" => self.hangs_up(message, now),
            "CoreShowChannel" => self.is_listed(message),
            "CoreShowChannelsComplete" => self.listed(),
            _ => {}
        }
    }

    /// The connection broke.
    pub fn lost(&mut self) {
        let asked: Vec<_> =
            self.open.iter().filter(|open| open.reached == Reached::Asked).map(|open| open.no).collect();
        for no in asked {
            self.ends(no, Some(Failure::ConnectionLost));
        }
    }

    /// The connection was made anew, and a list of all channels is asked for.
    pub fn relist(&mut self) {
        self.open.iter_mut().for_each(|open| open.is_unseen = true);
    }

    /// Decides what is due.
    pub fn handle(&mut self, now: Instant) {
        let due: Vec<_> =
            self.open.iter().filter(|open| open.due.is_some_and(|at| at <= now)).map(|open| open.no).collect();
        for no in due {
            self.is_due(no);
        }
    }

    /// When [`Self::handle`] has something to do.
    pub fn wake(&self) -> Option<Instant> {
        self.open.iter().filter_map(|open| open.due).min()
    }

    fn is_due(&mut self, no: u64) {
        let Some(open) = self.open.iter_mut().find(|open| open.no == no) else { return };
        open.due = None;
        match (open.kind, open.reached) {
            (_, Reached::GivenUp) => self.ends(no, Some(Failure::NotRegistered)),
            // It plays for longer than one that is not there would.
            (Kind::Play, Reached::Up) => self.reaches(no, Reached::Done),
            (Kind::Supervise, Reached::Up) => self.breaks_off(no, Failure::NobodyToListen),
            (Kind::PickUp, Reached::Up) => self.breaks_off(no, Failure::NothingToPickUp),
            (_, Reached::Up | Reached::Done) => {}
            (_, Reached::Asked | Reached::Accepted | Reached::Ringing) => self.breaks_off(no, Failure::Silent),
        }
    }

    /// `Success` says that the first party answered.
    fn is_originated(&mut self, message: &Message, now: Instant) {
        let id = message.text("Uniqueid").unwrap_or_default();
        let action = message.get("ActionID");
        let found = self
            .open
            .iter_mut()
            .find(|open| open.channel_id == id || action.is_some() && open.action_id.as_deref() == action);
        let Some(open) = found else { return };
        let no = open.no;
        if message.get("Response").is_some_and(|word| word.eq_ignore_ascii_case("Success")) {
            return self.is_up(no, now);
        }
        match message.text("Reason") {
            Some("3") => self.ends(no, Some(Failure::NoAnswer)),
            Some("5") => self.ends(no, Some(Failure::Busy)),
            Some("8") => self.ends(no, Some(Failure::Congestion)),
            _ => {
                open.reached = open.reached.max(Reached::GivenUp);
                open.due = now.checked_add(CAUSE_WITHIN);
            }
        }
    }

    fn changes(&mut self, message: &Message, now: Instant) {
        let Some(no) = self.of(message, "Uniqueid") else { return };
        let Some(open) = self.open.iter_mut().find(|open| open.no == no) else { return };
        let was_named = open.channel.is_some();
        open.channel = message.text("Channel").map(str::to_owned).or(open.channel.take());
        open.is_unseen = false;
        if open.is_ending && !was_named {
            // It was to end before there was anything to hang up.
            return self.hang_up(no);
        }
        match message.text("ChannelState") {
            Some("5") => self.reaches(no, Reached::Ringing),
            Some("6") => self.is_up(no, now),
            _ => {}
        }
    }

    fn is_up(&mut self, no: u64, now: Instant) {
        self.reaches(no, Reached::Up);
        let Some(open) = self.open.iter_mut().find(|open| open.no == no && open.reached == Reached::Up) else { return };
        let patience = match open.kind {
            Kind::Play => PLAYS_AFTER,
            Kind::Supervise | Kind::PickUp => PROOF_WITHIN,
            Kind::Originate | Kind::Pause => return open.due = None,
        };
        if open.due.is_none_or(|due| due > now + patience) {
            open.due = now.checked_add(patience);
        }
    }

    /// The second party answered, or did not. A dialplan may then play a tone, and hang up with whatever cause.
    fn dialled(&mut self, message: &Message) {
        let Some(no) = self.of(message, "Uniqueid") else { return };
        let status = message.text("DialStatus").unwrap_or_default();
        if status == "ANSWER" {
            return self.answers(no);
        }
        if let Some(open) = self.open.iter_mut().find(|open| open.no == no) {
            open.missed = Failure::of_dial(status);
        }
    }

    fn is_bridged(&mut self, message: &Message) {
        let both = message.text("BridgeNumChannels").is_some_and(|count| count != "1");
        if let Some(no) = self.of(message, "Linkedid").filter(|_| both) {
            self.answers(no);
        }
    }

    fn answers(&mut self, no: u64) {
        let is_call = |open: &Open| open.no == no && open.kind == Kind::Originate && open.reached >= Reached::Ringing;
        if self.open.iter().any(is_call) {
            self.reaches(no, Reached::Done);
        }
    }

    /// Old systems name the channel alone.
    fn is_proved(&mut self, message: &Message, id: &str, name: &str, kind: Kind) {
        let found = self.of(message, id).or_else(|| {
            let name = message.text(name)?;
            Some(self.open.iter().find(|open| open.channel.as_deref() == Some(name))?.no)
        });
        let Some(open) = found.and_then(|no| self.open.iter_mut().find(|open| open.no == no && open.kind == kind))
        else {
            return;
        };
        open.due = None;
        let no = open.no;
        self.reaches(no, Reached::Done);
    }

    fn hangs_up(&mut self, message: &Message, now: Instant) {
        let Some(no) = self.of(message, "Uniqueid") else { return };
        let cause = message.text("Cause").unwrap_or_default();
        self.is_hung_up(no, cause, now);
    }

    fn is_hung_up(&mut self, no: u64, cause: &str, now: Instant) {
        let Some(open) = self.open.iter().find(|open| open.no == no) else { return };
        let failure = match (open.kind, open.reached) {
            _ if open.is_ending => None,
            (_, Reached::Done) => None,
            (Kind::PickUp, Reached::Up) => Some(Failure::NothingToPickUp),
            (Kind::Supervise, Reached::Up) => Some(Failure::NobodyToListen),
            // One that is not there ends at once; a short one ends a little later.
            (Kind::Play, Reached::Up) => open.due.is_some_and(|due| due > now).then_some(Failure::RecordingMissing),
            (_, Reached::Up) => Failure::of_far_end(cause).or_else(|| open.missed.clone()),
            (_, _) => Some(Failure::of_first(cause)),
        };
        self.ends(no, failure);
    }

    fn is_listed(&mut self, message: &Message) {
        if let Some(no) = self.of(message, "Uniqueid")
            && let Some(open) = self.open.iter_mut().find(|open| open.no == no)
        {
            open.is_unseen = false;
            open.channel = message.text("Channel").map(str::to_owned).or(open.channel.take());
        }
    }

    /// What is not in the list went while nobody told.
    fn listed(&mut self) {
        let gone: Vec<_> = self.open.iter().filter(|open| open.is_unseen).map(|open| (open.no, open.reached)).collect();
        for (no, reached) in gone {
            self.ends(no, (reached != Reached::Done).then_some(Failure::ConnectionLost));
        }
    }

    /// Ends what another order made.
    fn end(&mut self, id: &str) {
        let Some(open) = self.open.iter_mut().find(|open| open.id == id) else { return };
        open.is_ending = true;
        let no = open.no;
        self.hang_up(no);
    }

    fn breaks_off(&mut self, no: u64, failure: Failure) {
        self.hang_up(no);
        self.ends(no, Some(failure));
    }

    fn hang_up(&mut self, no: u64) {
        if let Some(channel) = self.open.iter().find(|open| open.no == no).and_then(|open| open.channel.clone()) {
            self.actions.push((HANG_UP, Action::new("Hangup").with("Channel", channel).with("Cause", "16")));
        }
    }

    fn of(&self, message: &Message, key: &str) -> Option<u64> {
        let id = message.text(key)?;
        Some(self.open.iter().find(|open| open.channel_id == id)?.no)
    }

    fn reaches(&mut self, no: u64, reached: Reached) {
        let Some(open) = self.open.iter_mut().find(|open| open.no == no && open.reached < reached) else { return };
        // What rings was taken by the PBX, whatever of the two it says first.
        if open.reached == Reached::Asked && reached > Reached::Accepted {
            self.told.push(OrderTold { id: open.id.clone(), step: Step::Accepted });
        }
        open.reached = reached;
        let step = match reached {
            Reached::Asked | Reached::GivenUp => return,
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
        let step = failure.map_or(Step::Over, |failure| failure.step());
        self.told.push(OrderTold { id: open.id, step });
    }

    fn fails(&mut self, id: String, failure: Failure) {
        self.told.push(OrderTold { id, step: failure.step() });
    }
}

/// What stands for an action of no order.
pub(super) const HANG_UP: u64 = 0;
/// More than anybody asks for at once.
const MAX_OPEN: usize = 64;
/// The hangup and its cause come after the PBX has given up, by so much at most.
const CAUSE_WITHIN: Duration = Duration::from_millis(500);
/// A supervisor who hears nothing for so long, hears nobody.
const PROOF_WITHIN: Duration = Duration::from_secs(3);
/// A file that is not there ends the call within some milliseconds of the answer.
const PLAYS_AFTER: Duration = Duration::from_millis(700);
