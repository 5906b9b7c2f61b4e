//! Telephones ring, are answered and hung up.

use std::time::{Duration, Instant};

use super::{
    Calls,
    channel::{Block, Leg, at_us, attempt, fields},
};
use crate::{
    CallEvent, Direction, Ended, Outcome, Party, What,
    ami::{codec::Message, naming::is_local},
};

impl Calls {
    /// A channel of an agent that was used to dial, or somebody from outside.
    pub(super) fn appears(&mut self, message: &Message, now: Instant) {
        let Some(block) = Block::of(message, "") else { return };
        let no = self.table.ensure(&block, &self.naming, now);
        let (Some("4"), Some(number)) = (block.state(), block.dialled()) else { return };
        if self.table.get(no).is_some_and(|channel| channel.agent.is_some()) {
            let party = Party { number: number.to_owned(), name: None };
            self.offer(no, Direction::Out, Some(party), message, now);
        } else if block.call() == block.id && !is_local(block.name) {
            let Some(call) = self.table.call_mut(block.call()) else { return };
            call.did.get_or_insert_with(|| number.to_owned());
        }
    }

    pub(super) fn changes(&mut self, message: &Message, now: Instant) {
        let Some(block) = Block::of(message, "") else { return };
        match block.state() {
            Some("5") => {
                let no = self.table.ensure(&block, &self.naming, now);
                let Some(channel) = self.table.get_mut(no) else { return };
                channel.rings = true;
                // A pipe may be a way out: that is known once it is told who rings it.
                let waits = is_local(block.name) && block.is_linked() && !channel.is_dialled;
                if !channel.is_originated && !waits {
                    self.offer(no, Direction::In, block.connected(), message, now);
                }
            }
            Some("6") => {
                let Some(no) = self.table.find(block.id) else { return };
                let Some(channel) = self.table.get_mut(no) else { return };
                channel.is_up = true;
                // One that dials is up as soon as the PBX plays it anything. Old systems tell no more than this.
                let counts = match channel.leg.as_ref().map(|leg| leg.direction) {
                    Some(Direction::Out) => !block.is_linked() && !channel.is_originated,
                    _ => true,
                };
                if counts {
                    self.answered(no, message, now);
                }
            }
            _ => {}
        }
    }

    /// Says late who is at the other end.
    pub(super) fn is_connected(&mut self, message: &Message) {
        let Some(block) = Block::of(message, "") else { return };
        let leg = self.table.find(block.id).and_then(|no| self.table.get_mut(no)?.leg.as_mut());
        if let Some(leg) = leg {
            leg.party = leg.party.take().or_else(|| block.connected());
        }
    }

    /// One channel rings another. Without the one, somebody ordered it, unless it came into being for a call that was there.
    pub(super) fn dials(&mut self, message: &Message, now: Instant) {
        let Some(dest) = Block::of(message, "Dest") else { return };
        let to = self.table.ensure(&dest, &self.naming, now);
        let caller = Block::of(message, "");
        let from = caller.map(|caller| self.table.ensure(&caller, &self.naming, now));
        if let Some((from, caller)) = from.zip(caller) {
            self.dials_out(from, &caller, &dest, message, now);
        }
        let Some(channel) = self.table.get_mut(to) else { return };
        channel.is_dialled = true;
        // Who is behind a pipe rings himself, and the pipe as well.
        let is_telephone = !is_local(dest.name) || channel.rings;
        let is_ordered = from.map_or(dest.call() == dest.id, |from| self.is_behind_an_originate(from));
        if is_ordered {
            self.is_originated(to);
        } else if is_telephone {
            let party = dest.connected().or_else(|| caller?.caller());
            self.offer(to, Direction::In, party, message, now);
        }
    }

    fn is_originated(&mut self, no: u64) {
        let Some(channel) = self.table.get_mut(no) else { return };
        channel.is_originated = true;
        let pipe = channel.name.strip_suffix(";1").map(str::to_owned);
        let call = channel.call.clone();
        let rings_in_vain =
            channel.leg.as_ref().is_some_and(|leg| leg.direction == Direction::In && leg.answered.is_none());
        if rings_in_vain {
            self.withdraw(no);
        }
        if let (Some(pipe), Some(call)) = (pipe, self.table.call_mut(&call)) {
            call.originated_pipe = Some(pipe);
        }
    }

    /// Whether it is the far end of a pipe whose near end somebody ordered to be rung.
    fn is_behind_an_originate(&self, no: u64) -> bool {
        let Some(channel) = self.table.get(no) else { return false };
        let pipe = self.table.call(&channel.call).and_then(|call| call.originated_pipe.as_deref());
        pipe.is_some() && channel.name.strip_suffix(";2") == pipe
    }

    /// An agent's channel rings somebody: that is his call, if it is no step of another.
    fn dials_out(&mut self, from: u64, caller: &Block<'_>, dest: &Block<'_>, message: &Message, now: Instant) {
        let teller = self.telephone_behind(from).unwrap_or(from);
        if self.table.bearer(from).is_none() {
            let number = caller.dialled().map(|number| Party { number: number.to_owned(), name: None });
            self.offer(teller, Direction::Out, number.or_else(|| dest.caller()), message, now);
        }
    }

    /// The telephone that rang at the far end of an agent's pipe.
    fn telephone_behind(&self, no: u64) -> Option<u64> {
        let pipe = self.table.get(no).filter(|channel| is_local(&channel.name) && channel.agent.is_some())?;
        let others = &self.table.call(&pipe.call)?.channels;
        others.iter().copied().find(|other| {
            let other = self.table.get(*other);
            other.is_some_and(|other| other.is_originated && !is_local(&other.name) && other.agent == pipe.agent)
        })
    }

    /// How it went. A busy line is told of by the cause of the end, which comes next.
    pub(super) fn dialled(&mut self, message: &Message, now: Instant) {
        let status = message.text("DialStatus").unwrap_or_default();
        let channels = [("Dest", Direction::In), ("", Direction::Out)];
        for (prefix, direction) in channels {
            let no = Block::of(message, prefix).and_then(|block| self.table.find(block.id));
            let Some(no) = no.and_then(|no| self.table.bearer(no)) else { continue };
            let Some(leg) = self.table.get_mut(no).and_then(|channel| channel.leg.as_mut()) else { continue };
            if leg.direction != direction {
                continue;
            }
            if status == "ANSWER" {
                self.answered(no, message, now);
            } else {
                leg.attempt = attempt(status).or(leg.attempt);
            }
        }
    }

    /// Two in a bridge talk. Who was called comes first, and alone.
    pub(super) fn enters(&mut self, message: &Message, now: Instant) {
        let no = Block::of(message, "").and_then(|block| self.table.find(block.id));
        let Some(no) = no.and_then(|no| self.table.bearer(no)) else { return };
        let Some(leg) = self.table.get(no).and_then(|channel| channel.leg.as_ref()) else { return };
        if leg.direction == Direction::In || message.get("BridgeNumChannels") != Some("1") {
            self.answered(no, message, now);
        }
    }

    pub(super) fn hangs_up(&mut self, message: &Message, now: Instant) {
        let Some(no) = Block::of(message, "").and_then(|block| self.table.find(block.id)) else { return };
        let Some(channel) = self.table.remove(no, now) else { return };
        if let Some(ended) = channel.ended(message.text("Cause"), now) {
            let ended = self.with_recording(channel.leg, ended);
            self.told.push(CallEvent { at_us: at_us(message), ..ended });
        }
    }

    /// A leg begins, unless the channel has one, or is nobody's.
    pub(super) fn offer(
        &mut self,
        no: u64,
        direction: Direction,
        party: Option<Party>,
        message: &Message,
        now: Instant,
    ) {
        let Some(channel) = self.table.get(no) else { return };
        let Some(extension) = channel.agent.clone() else { return };
        if channel.is_silent || self.table.bearer(no).is_some() || self.is_way_out(no) {
            return;
        }
        let id = leg_id(&channel.id, channel.legs);
        let (originated_id, began_unseen) = (channel.is_originated.then(|| channel.id.clone()), channel.began_unseen);
        let leg = match direction {
            Direction::In => self.leg_in(&channel.call, id, extension, party, now),
            Direction::Out => Leg::new(&channel.call, id, extension, direction, party),
        };
        let leg = Leg { originated_id, began_unseen, ..leg };
        self.begin(no, leg, message);
    }

    /// A leg that a caller reaches, with what is known of how he came.
    pub(super) fn leg_in(&self, call: &str, id: String, extension: String, party: Option<Party>, now: Instant) -> Leg {
        let leg = Leg::new(call, id, extension, Direction::In, party);
        let Some(call) = self.table.call(call) else { return leg };
        let waited = call.waits_since.map(|since| millis(now.saturating_duration_since(since)));
        Leg { did: call.did.clone(), queue: call.queue.clone(), waited_ms: waited, ..leg }
    }

    /// A pipe that an agent's own call goes through: to a client more likely than to a colleague, who has a telephone.
    fn is_way_out(&self, no: u64) -> bool {
        let Some(pipe) = self.table.get(no).filter(|channel| is_local(&channel.name)) else { return false };
        let others = self.table.call(&pipe.call).map(|call| call.channels.as_slice()).unwrap_or_default();
        others
            .iter()
            .filter_map(|other| self.table.get(*other)?.leg.as_ref())
            .any(|leg| leg.direction == Direction::Out)
    }

    pub(super) fn begin(&mut self, no: u64, leg: Leg, message: &Message) {
        let Some(channel) = self.table.get_mut(no) else { return };
        channel.legs += 1;
        if !leg.began_unseen {
            let offered = leg.tells(What::Offered { direction: leg.direction, transferred: false });
            self.told.push(CallEvent { at_us: at_us(message), fields: fields(message), ..offered });
        }
        channel.leg = Some(leg);
    }

    /// The first sign of it counts.
    pub(super) fn answered(&mut self, no: u64, message: &Message, now: Instant) {
        let Some(no) = self.table.bearer(no) else { return };
        let Some(leg) = self.table.get(no).and_then(|channel| channel.leg.as_ref()) else { return };
        if leg.answered.is_some() {
            return;
        }
        let mut leg = leg.clone();
        leg.answered = Some(now);
        let mut handed_by = None;
        if let Some(call) = self.table.call_mut(&leg.call).filter(|_| leg.direction == Direction::In) {
            let waited = call.waits_since.map(|since| millis(now.saturating_duration_since(since)));
            leg.waited_ms = waited.or(leg.waited_ms);
            handed_by = call.handed_by.take();
        }
        self.told.push(CallEvent { at_us: at_us(message), ..leg.tells(What::Answered) });
        if let Some((from, party)) = handed_by {
            self.moved(&leg, from, party);
        }
        if let Some(channel) = self.table.get_mut(no) {
            channel.leg = Some(leg);
        }
    }

    /// The leg was none: nobody is to be told of a call.
    pub(super) fn withdraw(&mut self, no: u64) {
        let leg = self.table.get_mut(no).and_then(|channel| channel.leg.take());
        self.told.extend(leg.map(|leg| leg.tells(What::Ended(Ended::of(Outcome::Cancelled)))));
    }
}

/// A channel that has been a leg before is another one now.
pub(super) fn leg_id(channel: &str, legs: u32) -> String {
    if legs == 0 { channel.to_owned() } else { format!("{channel}/{}", legs + 1) }
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
