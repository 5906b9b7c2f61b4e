//! Calls that go from one telephone to another, and telephones that listen.

use std::time::{Duration, Instant};

use super::{
    Calls,
    channel::{Block, Leg},
    ring::leg_id,
};
use crate::{Outcome, Party, What, ami::codec::Message};

impl Calls {
    /// A caller begins to wait, or waits since before we came.
    pub(super) fn queues(&mut self, message: &Message, now: Instant) {
        let Some(block) = Block::of(message, "") else { return };
        let no = self.table.ensure(&block, &self.naming, now);
        let waits = message.text("Wait").and_then(seconds).and_then(|waits| now.checked_sub(waits));
        self.queue_is(no, message);
        if let Some(call) = self.table.get(no).map(|channel| channel.call.clone())
            && let Some(call) = self.table.call_mut(&call)
        {
            call.waits_since.get_or_insert(waits.unwrap_or(now));
        }
    }

    /// The queue rings somebody.
    pub(super) fn is_called_by_queue(&mut self, message: &Message) {
        if let Some(no) = message.text("Uniqueid").and_then(|id| self.table.find(id)) {
            self.queue_is(no, message);
        }
    }

    fn queue_is(&mut self, no: u64, message: &Message) {
        let Some(call) = self.table.get(no).map(|channel| channel.call.clone()) else { return };
        if let (Some(call), Some(queue)) = (self.table.call_mut(&call), Block::of(message, "").and_then(queue)) {
            call.queue = Some(queue);
        }
    }

    /// The queue connects somebody. Old systems write the agent's channel as `BridgedChannel`.
    pub(super) fn is_connected_by_queue(&mut self, message: &Message, now: Instant) {
        let id = message.text("DestUniqueid").or_else(|| message.text("BridgedChannel"));
        let Some(no) = id.and_then(|id| self.table.find(id)).and_then(|no| self.table.bearer(no)) else { return };
        if let Some(leg) = self.table.get_mut(no).and_then(|channel| channel.leg.as_mut()) {
            leg.queue = leg.queue.take().or_else(|| Block::of(message, "").and_then(queue));
            let held = message.text("HoldTime").and_then(seconds);
            leg.waited_ms = leg.waited_ms.or(held.map(super::ring::millis));
        }
        self.answered(no, message, now);
    }

    /// Somebody takes a call that rings elsewhere: it is his now, in that call.
    pub(super) fn picks_up(&mut self, message: &Message, now: Instant) {
        let (Some(picker), Some(target)) = (Block::of(message, ""), Block::of(message, "Target")) else { return };
        let Some(rang) = self.table.find(target.id).and_then(|no| self.table.bearer(no)) else { return };
        let no = self.table.ensure(&picker, &self.naming, now);
        let Some(left) = self.table.get_mut(rang).and_then(|channel| channel.leg.as_mut()) else { return };
        left.attempt = Some(Outcome::Cancelled);
        let left = left.clone();
        if no == rang || left.answered.is_some() {
            return;
        }
        self.takes(no, &left.call, left.party, message, now);
    }

    /// Somebody parks a call, to be taken by another.
    pub(super) fn parks(&mut self, message: &Message) {
        let by = message.text("ParkerDialString").and_then(|device| self.naming.device(device));
        let (Some(by), Some(parked)) = (by.map(str::to_owned), Block::of(message, "Parkee")) else { return };
        let Some(call) = self.table.find(parked.id).and_then(|no| self.table.get(no)) else { return };
        let call = call.call.clone();
        if let Some(call) = self.table.call_mut(&call) {
            call.handed_by = Some((by, parked.caller()));
        }
    }

    /// Somebody takes a call that was parked.
    pub(super) fn unparks(&mut self, message: &Message, now: Instant) {
        let (Some(taker), Some(parked)) = (Block::of(message, "Retriever"), Block::of(message, "Parkee")) else {
            return;
        };
        let Some(call) = self.table.find(parked.id).and_then(|no| self.table.get(no)) else { return };
        let call = call.call.clone();
        let no = self.table.ensure(&taker, &self.naming, now);
        self.takes(no, &call, parked.caller(), message, now);
    }

    /// A channel has a call now that is not its own, whatever it was there for.
    fn takes(&mut self, no: u64, call: &str, party: Option<Party>, message: &Message, now: Instant) {
        self.withdraw(no);
        let Some(channel) = self.table.get_mut(no) else { return };
        channel.is_silent = false;
        let Some(extension) = channel.agent.clone() else { return };
        let id = leg_id(&channel.id, channel.legs);
        let leg = self.leg_in(call, id, extension, party, now);
        self.begin(no, leg, message);
        self.answered(no, message, now);
    }

    /// An agent sends his party on. Who gets it is seen when somebody answers.
    pub(super) fn hands_on(&mut self, message: &Message) {
        let is_done = message.text("Result").is_none_or(|result| result == "Success");
        let Some(from) = self.leg(message, "Transferer").filter(|_| is_done).cloned() else { return };
        // The party may have come by a call of its own.
        let other = Block::of(message, "Transferee").and_then(|block| self.table.find(block.id));
        let call =
            other.and_then(|no| self.table.get(no)).map_or_else(|| from.call.clone(), |other| other.call.clone());
        if let Some(call) = self.table.call_mut(&call) {
            call.handed_by = Some((from.extension, from.party));
        }
    }

    /// An agent joins the party of one of his calls to that of the other.
    pub(super) fn hands_over(&mut self, message: &Message) {
        if message.text("Result").is_some_and(|result| result != "Success") {
            return;
        }
        // Either call may be the one that is handed over: a telephone names them as it likes.
        let ways = [("OrigTransferer", "TransferTarget"), ("SecondTransferer", "Transferee")];
        for (from, to) in ways {
            let (Some(from), Some(reached)) = (self.leg(message, from).cloned(), self.bearing(message, to)) else {
                continue;
            };
            let Some(leg) = self.table.get_mut(reached).and_then(|channel| channel.leg.as_mut()) else { continue };
            leg.party = from.party.clone().or(leg.party.take());
            leg.talks_in.clone_from(&from.call);
            let reached = Leg { call: from.call, ..leg.clone() };
            return self.moved(&reached, from.extension, from.party);
        }
    }

    /// The party of an extension is with this leg now.
    pub(super) fn moved(&mut self, leg: &Leg, from: String, party: Option<Party>) {
        if from != leg.extension {
            let mut moved = leg.tells(What::Moved { from, to: leg.extension.clone() });
            moved.party = party.or(moved.party);
            self.told.push(moved);
        }
    }

    /// Whoever listens has no call. Old systems name no more than the channel.
    pub(super) fn spies(&mut self, message: &Message) {
        let by_id = message.text("SpyerUniqueid").and_then(|id| self.table.find(id));
        let spy = by_id.or_else(|| message.text("SpyerChannel").and_then(|name| self.table.named(name)));
        self.silence(spy);
    }

    /// What a channel does in the dialplan, or was rung for.
    pub(super) fn runs(&mut self, message: &Message) {
        let application = message.text("Application").unwrap_or_default();
        // In a dialplan a recording is played to many a caller.
        let is_order = message.event() == Some("OriginateResponse");
        let is_silent = is_spy(application) || (is_order && is_service(application));
        self.silence(message.text("Uniqueid").and_then(|id| self.table.find(id)).filter(|_| is_silent));
    }

    pub(super) fn silence(&mut self, no: Option<u64>) {
        let Some(no) = no else { return };
        if let Some(channel) = self.table.get_mut(no) {
            channel.is_silent = true;
        }
        self.withdraw(no);
    }

    fn bearing(&self, message: &Message, prefix: &'static str) -> Option<u64> {
        let block = Block::of(message, prefix)?;
        self.table.bearer(self.table.find(block.id)?)
    }

    fn leg(&self, message: &Message, prefix: &'static str) -> Option<&Leg> {
        self.table.get(self.bearing(message, prefix)?)?.leg.as_ref()
    }
}

fn queue(block: Block<'_>) -> Option<String> {
    block.text("Queue").map(str::to_owned)
}

fn seconds(text: &str) -> Option<Duration> {
    text.parse::<u32>().ok().map(|seconds| Duration::from_secs(u64::from(seconds)))
}

fn is_spy(application: &str) -> bool {
    ["ChanSpy", "ExtenSpy"].iter().any(|known| known.eq_ignore_ascii_case(application))
}

/// Rung to hear something, or to take over a call, of which [`Calls::picks_up`] knows.
pub(super) fn is_service(application: &str) -> bool {
    let known = ["Playback", "PickupChan", "Pickup"];
    is_spy(application) || known.iter().any(|known| known.eq_ignore_ascii_case(application))
}
