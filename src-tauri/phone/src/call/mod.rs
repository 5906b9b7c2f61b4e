//! Calls: the SIP core's dialogs on one side, the sound of each on the other.
//!
//! ```text
//!  Dial ──► Calling ──200──► Answered ──BYE──► (Ended)
//!  INVITE ► Offered ─Answer─►   │  ▲
//!                               └──┘ hold, resume, listen, re-INVITE from either side
//! ```
//!
//! The core owns what SIP remembers of a call; here is what was negotiated for its sound and what the agent wants of it.

mod commands;
mod digits;
mod events;
mod sound;
mod stance;

use std::{
    collections::{HashMap, VecDeque},
    time::Instant,
};

use sip::{AccountKey, CallKey, Command as SipCommand, Core, Input, sdp};

use self::{digits::Digits, stance::Stance};
use crate::{
    CallId, CallTone, DtmfMode, Event, Reason,
    account::Accounts,
    ending::Stage,
    sound::{RtpSockets, Sound},
};

/// All calls of all accounts.
pub(crate) struct Calls {
    calls: HashMap<CallId, Call>,
    sound: Sound,
}

/// What a step may touch besides the calls.
pub(crate) struct Context<'a> {
    pub(crate) core: &'a mut Core,
    pub(crate) accounts: &'a Accounts,
    pub(crate) events: &'a mut VecDeque<Event>,
    pub(crate) now: Instant,
}

impl Context<'_> {
    fn sip(&mut self, command: SipCommand) {
        self.core.handle(Input::Command(command), self.now);
    }

    fn tell(&mut self, event: Event) {
        self.events.push_back(event);
    }
}

/// One call.
struct Call {
    account: AccountKey,
    stage: Stage,
    negotiation: sdp::Negotiation,
    /// Bound when the call is made, handed to the sound thread with the first answer.
    sockets: Option<RtpSockets>,
    /// What was agreed on last.
    agreed: Option<sdp::Negotiated>,
    /// The offer of an incoming call that is not answered yet.
    offer: Option<Vec<u8>>,
    stance: Stance,
    dtmf: DtmfMode,
    ssrc: u32,
    /// The microphone does not reach this call.
    muted: bool,
    /// Nor does the speaker hear it.
    apart: bool,
    /// What the peer hears in place of the microphone.
    tone: Option<CallTone>,
    /// What the peer pressed.
    digits: Digits,
    /// The peer's address of record, for an attended transfer to it.
    peer_uri: String,
    /// Why we end it, where SIP alone would not tell.
    ending: Option<Reason>,
}

impl Calls {
    pub(crate) fn new(sound: Sound) -> Calls {
        Calls { calls: HashMap::new(), sound }
    }

    /// The phone stops: nothing is to be heard any more.
    pub(crate) fn silence(&mut self) {
        self.sound.ring(false);
        for call in self.calls.keys() {
            self.sound.close(*call);
        }
    }
}

fn key(call: CallId) -> CallKey {
    CallKey(call.0)
}

fn id(call: CallKey) -> CallId {
    CallId(call.0)
}
