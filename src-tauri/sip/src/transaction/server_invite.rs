//! The INVITE server transaction (RFC 3261 §17.2.1, RFC 6026 §8.5).
//!
//! ```text
//!              INVITE: 100
//!                  │        INVITE again: last response again
//!            ┌─────▼────┐
//!            │Proceeding│
//!            └─┬──────┬─┘
//!      300-699 │      │ 2xx
//!        ┌─────▼───┐ ┌▼───────┐  the user repeats its 2xx;
//!  ┌─────┤Completed│ │Accepted│  INVITE again is absorbed
//!  │ H   └─────┬───┘ └─┬──────┘
//!  │       ACK │       │ L
//!  │    ┌──────▼──┐    │
//!  │    │Confirmed│    │         G: the response again, up to T2
//!  │    └──────┬──┘    │
//!  │         I │ ┌─────▼────┐
//!  └───────────┴─►Terminated│
//!                └──────────┘
//! ```

use std::time::Duration;

use super::{Pace, Step, Timer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Proceeding,
    Completed,
    Confirmed,
    Accepted,
}

/// One INVITE of the peer.
#[derive(Debug)]
pub(crate) struct ServerInvite {
    state: State,
    interval: Duration,
    pace: Pace,
}

impl ServerInvite {
    pub(crate) fn new(pace: Pace) -> ServerInvite {
        ServerInvite { state: State::Proceeding, interval: pace.t1, pace }
    }

    /// The INVITE came again.
    pub(crate) fn retransmission(&mut self) -> Vec<Step> {
        match self.state {
            State::Proceeding | State::Completed => vec![Step::Transmit],
            State::Confirmed | State::Accepted => vec![],
        }
    }

    /// The user answers. A 2xx may be repeated.
    pub(crate) fn respond(&mut self, status: u16) -> Vec<Step> {
        match (self.state, status) {
            (State::Proceeding, 100..=199) => vec![Step::Transmit],
            (State::Proceeding, 200..=299) => {
                self.state = State::Accepted;
                vec![Step::Transmit, Step::Start(Timer::Linger, self.pace.timeout())]
            }
            (State::Accepted, 200..=299) => vec![Step::Transmit],
            (State::Proceeding, 300..=699) => {
                self.state = State::Completed;
                let mut steps = vec![Step::Transmit, Step::Start(Timer::Timeout, self.pace.timeout())];
                if !self.pace.reliable {
                    steps.push(Step::Start(Timer::Retransmit, self.interval));
                }
                steps
            }
            _ => vec![],
        }
    }

    pub(crate) fn acknowledged(&mut self) -> Vec<Step> {
        if self.state != State::Completed {
            return vec![];
        }
        self.state = State::Confirmed;
        let linger = Step::Start(Timer::Linger, self.pace.linger(self.pace.t4));
        vec![Step::Stop(Timer::Retransmit), Step::Stop(Timer::Timeout), linger]
    }

    pub(crate) fn timer(&mut self, timer: Timer) -> Vec<Step> {
        match (timer, self.state) {
            (Timer::Retransmit, State::Completed) => {
                self.interval = self.interval.saturating_mul(2).min(self.pace.t2);
                vec![Step::Transmit, Step::Start(Timer::Retransmit, self.interval)]
            }
            // A refusal that is never acknowledged changes nothing for the user.
            (Timer::Timeout, State::Completed) => vec![Step::Terminate],
            (Timer::Linger, State::Confirmed | State::Accepted) => vec![Step::Terminate],
            _ => vec![],
        }
    }

    /// Whether no final response was given yet: only then does a CANCEL change anything (§9.2).
    pub(crate) fn is_proceeding(&self) -> bool {
        self.state == State::Proceeding
    }
}
