//! What the PBX's events say of orders.

use std::time::Instant;

use super::{CAUSE_WITHIN, Kind, Open, Orders, PLAYS_AFTER, PLAYS_AT_LEAST, PROOF_WITHIN, Reached, verdict::Failure};
use crate::ami::Message;

impl Orders {
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
            "CoreShowChannel" => self.is_listed(message, now),
            "CoreShowChannelsComplete" => self.listed(),
            _ => {}
        }
    }

    /// `Success` says that the first party answered. It is told to every desk, whoever asked.
    fn is_originated(&mut self, message: &Message, now: Instant) {
        let is_success = message.get("Response").is_some_and(|word| word.eq_ignore_ascii_case("Success"));
        // Asterisk 1.4 writes `<null>` for what it does not know.
        let id = message.text("Uniqueid").filter(|id| *id != "<null>");
        let by_id = id.and_then(|id| self.open.iter().position(|open| open.channel_id == id));
        let by_action = || {
            let action = message.text("ActionID")?;
            self.open.iter().position(|open| open.action_id.as_deref() == Some(action))
        };
        let Some(open) = by_id.or_else(by_action).and_then(|at| self.open.get_mut(at)) else { return };
        let no = open.no;
        match id.filter(|id| *id != open.channel_id) {
            // Our channel was seen under the id that we gave it, and is another one.
            Some(_) if open.channel.is_some() || !is_success => return,
            // The PBX gave it an id of its own.
            Some(id) => open.channel_id = id.to_owned(),
            None => {}
        }
        if is_success {
            self.is_there(no, message);
            return self.is_up(no, now);
        }
        let failure = Failure::of_reason(message.text("Reason"), open.is_outside, open.reached >= Reached::Ringing);
        open.given_up = Some(failure);
        open.due = now.checked_add(CAUSE_WITHIN);
    }

    /// Its channel has a name now, and is hung up if it was to end before that, or while nobody was there to do it.
    fn is_there(&mut self, no: u64, message: &Message) {
        let Some(open) = self.open.iter_mut().find(|open| open.no == no) else { return };
        let was_hidden = open.channel.is_none() || open.is_unseen;
        open.channel = message.text("Channel").map(str::to_owned).or(open.channel.take());
        open.is_unseen = false;
        if open.is_ending && was_hidden {
            self.hang_up(no);
        }
    }

    pub(super) fn changes(&mut self, message: &Message, now: Instant) {
        let Some(no) = self.of(message, "Uniqueid") else { return };
        self.is_there(no, message);
        match message.text("ChannelState") {
            Some("5") => self.reaches(no, Reached::Ringing),
            Some("6") => self.is_up(no, now),
            _ => {}
        }
    }

    pub(super) fn is_up(&mut self, no: u64, now: Instant) {
        let is_new = |open: &&mut Open| open.no == no && open.reached < Reached::Up && !open.is_told;
        let Some(open) = self.open.iter_mut().find(is_new) else { return };
        let patience = match open.kind {
            Kind::Play => Some(PLAYS_AFTER),
            Kind::Supervise | Kind::PickUp => Some(PROOF_WITHIN),
            Kind::Originate | Kind::Pause => None,
        };
        open.up_at = Some(now);
        open.due = patience.and_then(|patience| now.checked_add(patience));
        self.reaches(no, Reached::Up);
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

    pub(super) fn answers(&mut self, no: u64) {
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
        if let Some(no) = found {
            self.proves(no, kind);
        }
    }

    pub(super) fn proves(&mut self, no: u64, kind: Kind) {
        let is_one = |open: &&mut Open| open.no == no && open.kind == kind && !open.is_told;
        if let Some(open) = self.open.iter_mut().find(is_one) {
            open.due = None;
            self.reaches(no, Reached::Done);
        }
    }

    fn hangs_up(&mut self, message: &Message, now: Instant) {
        let Some(no) = self.of(message, "Uniqueid") else { return };
        let cause = message.text("Cause").unwrap_or_default();
        self.is_hung_up(no, cause, now);
    }

    fn is_hung_up(&mut self, no: u64, cause: &str, now: Instant) {
        let Some(open) = self.open.iter().find(|open| open.no == no) else { return };
        if open.has_played(cause, now) {
            self.reaches(no, Reached::Done);
            return self.ends(no, None);
        }
        let failure = match (open.kind, open.reached) {
            _ if open.is_ending => None,
            (_, Reached::Done) => None,
            (Kind::PickUp, Reached::Up) => Some(Failure::NothingToPickUp),
            (Kind::Supervise, Reached::Up) => Some(Failure::NobodyToListen),
            (Kind::Play, Reached::Up) => Some(Failure::RecordingMissing),
            (_, Reached::Up) => Failure::of_far_end(cause, open.is_far_outside).or_else(|| open.missed.clone()),
            (_, _) => Some(Failure::of_first(cause, open.is_outside)),
        };
        self.ends(no, failure);
    }

    pub(super) fn of(&self, message: &Message, key: &str) -> Option<u64> {
        let id = message.text(key)?;
        Some(self.open.iter().find(|open| open.channel_id == id)?.no)
    }
}

impl Open {
    /// Whether a recording was over before it was told to play: the PBX says nothing of either, but one that is not there
    /// ends at once.
    fn has_played(&self, cause: &str, now: Instant) -> bool {
        let is_playing = self.kind == Kind::Play && self.reached == Reached::Up && !self.is_ending;
        let played = self.up_at.map(|at| now.saturating_duration_since(at));
        is_playing && cause == "16" && played.is_some_and(|time| time >= PLAYS_AT_LEAST)
    }
}
