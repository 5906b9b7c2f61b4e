//! Hold and listening: as they are wanted, as they were asked for, and as they were agreed.
//!
//! ```text
//!                   hold, resume, listen                             2xx
//!  wanted == agreed ────────────────────► wanted != agreed ─offer─► asked ──► wanted == agreed? else offer again
//!         ▲                                                          │ ├─ 491 ──► offer again, behind the peer's
//!         └─────────────── wanted, agreed made equal ◄── refused ────┘
//! ```
//!
//! The microphone is open only where none of the three listens: it shuts with the wish, and opens with the agreement.

use sip::sdp::Direction;

/// Which way the sound does not flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    /// We hold: nothing is heard.
    pub(super) hold: bool,
    /// We listen: nothing is said.
    pub(super) listen: bool,
}

impl Way {
    /// RFC 3264 §5.1: `sendonly` holds, `recvonly` listens, `inactive` does both.
    pub(super) fn direction(self) -> Direction {
        Direction::new(!self.listen, !self.hold)
    }
}

/// See the module.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stance {
    pub(super) wanted: Way,
    pub(super) agreed: Way,
    /// An offer of ours that waits for its answer says this.
    pub(super) asked: Option<Way>,
    /// What the window was told of the hold: by us, by them.
    pub(super) told_hold: (bool, bool),
    /// What it was told of listening.
    pub(super) told_listening: bool,
}

impl Stance {
    /// The microphone is shut off.
    pub(super) fn listens(&self) -> bool {
        self.wanted.listen || self.agreed.listen || self.asked.is_some_and(|asked| asked.listen)
    }

    /// Puts what is wanted on the table, in place of nothing: for an offer that the state of the call asks for.
    pub(super) fn ask(&mut self) -> Direction {
        self.asked.get_or_insert(self.wanted);
        self.wanted.direction()
    }

    /// What is to be offered now, if anything; then it is asked. One offer at a time (RFC 3264 §4).
    pub(super) fn next(&mut self) -> Option<Direction> {
        let due = self.asked.is_none() && self.wanted != self.agreed;
        due.then(|| self.ask())
    }

    /// The peer answered our offer.
    pub(super) fn agree(&mut self) {
        self.agreed = self.asked.take().unwrap_or(self.agreed);
    }

    /// We answered the peer's offer by what is wanted.
    pub(super) fn answer(&mut self) {
        self.agreed = self.wanted;
    }

    /// The peer's offer came first: ours is still wanted, and goes behind it.
    pub(super) fn put_back(&mut self) {
        self.asked = None;
    }

    /// The peer refused. Asking the same again would only be refused again, so what is wanted becomes what is agreed; but a
    /// microphone that is to be shut is shut, whatever the peer thinks of it.
    pub(super) fn refuse(&mut self) {
        let asked = self.asked.take().unwrap_or(self.agreed);
        if asked.hold == self.wanted.hold {
            self.wanted.hold = self.agreed.hold;
        }
        if asked.listen {
            self.agreed.listen = true;
        } else if !self.wanted.listen {
            self.wanted.listen = self.agreed.listen;
        }
    }
}

#[cfg(test)]
mod tests;
