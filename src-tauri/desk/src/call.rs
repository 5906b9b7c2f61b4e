//! One call, from the desk's side.
//!
//! ```text
//!   dial ──► Dialing ──180──► RemoteRinging ──183──► Early ──┐
//!                └───────────────┴──────────────────────────┼── Answered ──► Up ──┐
//!   Incoming ──► Offered ── answer ──► Answering ────────────┘                     │
//!                   └───────────────────────┴────── decline, hang up ──────────────┴──► Ending
//!
//!   any ── Event::Ended ──► Ended ── 30 s, or dismissed ──► gone
//! ```

use std::time::{Duration, Instant};

use jiff::Timestamp;
use phone::{AccountId, CallId, Codec};

use crate::{
    dial::AskedBy,
    origination,
    target::Target,
    wire::{self, CallState, Direction, HistoryEntry, Side},
};

/// A call and all that is shown of it.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) id: CallId,
    pub(crate) account: AccountId,
    pub(crate) phase: Phase,
    pub(crate) peer: wire::Peer,
    pub(crate) hold: Hold,
    pub(crate) muted: bool,
    pub(crate) in_conference: bool,
    pub(crate) codec: Option<Codec>,
    pub(crate) started_at: Timestamp,
    pub(crate) answered_at: Option<Timestamp>,
    pub(crate) quality: Option<wire::Quality>,
    pub(crate) transfer: Option<wire::Transfer>,
    pub(crate) digits_received: String,
    /// On whose wish it was made.
    pub(crate) asked_by: AskedBy,
    /// Digits to send once it is up.
    pub(crate) post_dial: Option<String>,
    /// When to send them.
    pub(crate) post_dial_at: Option<Instant>,
    /// The origination that it follows from.
    pub(crate) origination: Option<u64>,
    /// Its caller card, while that is in sight.
    pub(crate) card: Option<u64>,
    /// It was given one, whatever became of it.
    pub(crate) has_had_card: bool,
    /// What the INVITE said of itself, for the card.
    pub(crate) headers: Vec<(String, String)>,
    /// The INVITE came from the account's registrar.
    pub(crate) trusted: bool,
    /// Whose affair it is.
    pub(crate) owner: Owner,
    /// It was placed from here, and rings here like one that came in: the callback line hands it to the agent.
    pub(crate) rings_in: bool,
}

/// Whose affair a call of this telephone is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The agent's.
    #[default]
    Agent,
    /// It lets the agent take part in a colleague's call, or hear a recording: shown to the agent, without a card.
    Order,
    /// It is the callback line's, or that of a callback whose customer is called first, or tells the PBX of something, or is one of
    /// two of a supervision that is being switched: it neither rings nor is shown.
    Desk,
}

/// Where a call stands.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    /// Ours, sent.
    Dialing,
    /// Ours, it rings there.
    RemoteRinging,
    /// Ours, the PBX speaks before the answer.
    Early,
    /// Theirs, it waits for the agent or for the time to answer itself.
    Offered { answer_at: Option<Instant> },
    /// Theirs, we asked the phone to answer.
    Answering,
    /// Sound goes both ways, or is on hold.
    Up,
    /// We asked for the end.
    Ending,
    /// Over.
    Ended { since: Instant, how: wire::Ended },
}

/// Who holds a call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hold {
    /// We do, as the phone says.
    pub(crate) local: bool,
    /// They do.
    pub(crate) remote: bool,
    /// What we asked for last; runs ahead of `local` until the re-INVITE is answered.
    pub(crate) wanted: bool,
}

impl Call {
    pub(crate) fn dialed(id: CallId, account: AccountId, target: &Target, now: Timestamp) -> Self {
        let peer = wire::Peer { number: target.user().to_owned(), name: None };
        Self::new(id, account, Phase::Dialing, peer, now)
    }

    pub(crate) fn offered(id: CallId, account: AccountId, peer: wire::Peer, now: Timestamp) -> Self {
        Self::new(id, account, Phase::Offered { answer_at: None }, peer, now)
    }

    fn new(id: CallId, account: AccountId, phase: Phase, peer: wire::Peer, started_at: Timestamp) -> Self {
        Self {
            id,
            account,
            phase,
            peer,
            hold: Hold::default(),
            muted: false,
            in_conference: false,
            codec: None,
            started_at,
            answered_at: None,
            quality: None,
            transfer: None,
            digits_received: String::new(),
            asked_by: AskedBy::default(),
            post_dial: None,
            post_dial_at: None,
            origination: None,
            card: None,
            has_had_card: false,
            headers: Vec::new(),
            trusted: false,
            owner: Owner::default(),
            rings_in: false,
        }
    }

    /// The agent called them, and not they the agent.
    pub(crate) fn is_outbound(&self) -> bool {
        self.id.is_outbound() && !self.rings_in
    }

    pub(crate) fn is_up(&self) -> bool {
        matches!(self.phase, Phase::Up)
    }

    pub(crate) fn is_offered(&self) -> bool {
        matches!(self.phase, Phase::Offered { .. })
    }

    /// Before the answer to a call of ours.
    pub(crate) fn is_placing(&self) -> bool {
        matches!(self.phase, Phase::Dialing | Phase::RemoteRinging | Phase::Early)
    }

    pub(crate) fn is_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended { .. })
    }

    pub(crate) fn is_ending(&self) -> bool {
        matches!(self.phase, Phase::Ending)
    }

    /// The agent speaks or is about to: no other call may ring loudly or answer itself.
    pub(crate) fn engages(&self) -> bool {
        let is_near =
            self.is_placing() || matches!(self.phase, Phase::Answering) || (self.is_up() && !self.hold.wanted);
        is_near && self.owner != Owner::Desk
    }

    /// When it should answer itself.
    pub(crate) fn answer_at(&self) -> Option<Instant> {
        match self.phase {
            Phase::Offered { answer_at } => answer_at,
            _ => None,
        }
    }

    /// Since when it is over.
    pub(crate) fn ended_since(&self) -> Option<Instant> {
        match self.phase {
            Phase::Ended { since, .. } => Some(since),
            _ => None,
        }
    }

    /// Takes in how it ended and writes the line for the history.
    pub(crate) fn end(&mut self, how: wire::Ended, since: Instant, wall: Timestamp) -> HistoryEntry {
        self.phase = Phase::Ended { since, how: how.clone() };
        self.hold = Hold::default();
        self.in_conference = false;
        let talk = self.answered_at.map_or(0, |answered| wall.duration_since(answered).as_millis());
        HistoryEntry {
            call: self.id.to_string(),
            account: self.account.0.clone(),
            direction: self.direction(),
            peer: self.peer.clone(),
            started_at: self.started_at.to_string(),
            answered_at: self.answered_at.map(|at| at.to_string()),
            ended: how,
            talk_ms: u64::try_from(talk).unwrap_or(0),
        }
    }

    /// What is shown of it.
    pub(crate) fn wire(&self) -> wire::Call {
        wire::Call {
            id: self.id.to_string(),
            account: self.account.0.clone(),
            direction: self.direction(),
            state: self.state(),
            peer: self.peer.clone(),
            card: self.card.map(crate::card::name),
            held_by: self.held_by(),
            muted: self.muted,
            in_conference: self.in_conference,
            codec: self.codec,
            started_at: self.started_at.to_string(),
            answered_at: self.answered_at.map(|at| at.to_string()),
            ended: match &self.phase {
                Phase::Ended { how, .. } => Some(how.clone()),
                _ => None,
            },
            quality: self.quality,
            transfer: self.transfer.clone(),
            digits_received: self.digits_received.clone(),
            started_by: self.asked_by.origin.clone(),
            origination: self.origination.map(origination::name),
            of_order: self.owner == Owner::Order,
        }
    }

    fn direction(&self) -> Direction {
        if self.is_outbound() { Direction::Outbound } else { Direction::Inbound }
    }

    fn state(&self) -> CallState {
        match self.phase {
            Phase::Dialing => CallState::Dialing,
            Phase::RemoteRinging | Phase::Offered { .. } | Phase::Answering => CallState::Ringing,
            Phase::Early => CallState::Early,
            Phase::Up if self.hold.local || self.hold.remote => CallState::Held,
            Phase::Up => CallState::Active,
            Phase::Ending => CallState::Ending,
            Phase::Ended { .. } => CallState::Ended,
        }
    }

    fn held_by(&self) -> Vec<Side> {
        let local = self.hold.local.then_some(Side::Local);
        let remote = self.hold.remote.then_some(Side::Remote);
        local.into_iter().chain(remote).collect()
    }
}

/// What a peer says of itself, safe to show: no line breaks, no direction tricks, no novels.
pub(crate) fn peer(peer: phone::Peer) -> wire::Peer {
    let name = peer.name.map(|name| plain(&name, MAX_NAME)).filter(|name| !name.is_empty());
    wire::Peer { number: plain(&peer.number, MAX_NAME), name }
}

/// Untrusted text without direction overrides, at most `most` characters; what line breaks and other controls parted is
/// parted by a blank.
pub(crate) fn plain(text: &str, most: usize) -> String {
    let parts = text.split(char::is_control).map(str::trim).filter(|part| !part.is_empty());
    let parted = parts.enumerate().flat_map(|(at, part)| (at > 0).then_some(' ').into_iter().chain(part.chars()));
    let is_harmless = |c: &char| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    parted.filter(is_harmless).take(most).collect()
}

const MAX_NAME: usize = 128;

/// Ended calls leave: after a while, or when more of the same owner ended since. A flood to the callback line does not take the
/// agent's calls out of sight.
pub(crate) fn forget_ended(calls: &mut Vec<Call>, now: Instant) {
    for owner in [Owner::Agent, Owner::Order, Owner::Desk] {
        let ended = calls.iter().filter(|call| call.owner == owner && call.is_ended()).count();
        let mut surplus = ended.saturating_sub(MAX_ENDED);
        calls.retain(|call| {
            let Some(since) = call.ended_since().filter(|_| call.owner == owner) else { return true };
            let crowded = surplus > 0;
            surplus = surplus.saturating_sub(1);
            !crowded && now.saturating_duration_since(since) < SHOWN_AFTER_END
        });
    }
}

/// How long an ended call stays in sight.
pub(crate) const SHOWN_AFTER_END: Duration = Duration::from_secs(30);
/// A flood of calls must not fill the window: more ended calls than this, and the oldest leave early.
const MAX_ENDED: usize = 16;

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_a_line_break_parts_stays_parted() {
        for (text, shown) in [
            ("They want\r\nthe contract\n\nended", "They want the contract ended"),
            ("one \t two", "one two"),
            ("\r\n Anna  Petrova \0", "Anna  Petrova"),
            ("\u{202e}Anna\u{2066}", "Anna"),
            ("\n\t\r", ""),
        ] {
            assert_eq!(plain(text, 64), shown, "{text:?}");
        }
    }

    #[test]
    fn a_blank_counts_as_a_character() {
        assert_eq!(plain("an\nna", 4), "an n");
        assert_eq!(plain(&"\n".repeat(1000), 4), "");
    }
}
