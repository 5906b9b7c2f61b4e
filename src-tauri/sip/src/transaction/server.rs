//! The server transaction of every other method (RFC 3261 §17.2.2).
//!
//! ```text
//!        request
//!           │
//!       ┌───▼──┐ 1xx  ┌──────────┐
//!       │Trying├──────►Proceeding│   request again: last response again
//!       └───┬──┘      └────┬─────┘
//!           │ 200-699      │ 200-699
//!         ┌─▼──────────────▼─┐  J   ┌──────────┐
//!         │    Completed     ├──────►Terminated│
//!         └──────────────────┘      └──────────┘
//! ```

use super::{Pace, Step, Timer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Trying,
    Proceeding,
    Completed,
}

/// One request of the peer that is not an INVITE.
#[derive(Debug)]
pub(crate) struct Server {
    state: State,
    pace: Pace,
}

impl Server {
    pub(crate) fn new(pace: Pace) -> Server {
        Server { state: State::Trying, pace }
    }

    /// The request came again.
    pub(crate) fn retransmission(&mut self) -> Vec<Step> {
        if self.state == State::Trying { vec![] } else { vec![Step::Transmit] }
    }

    pub(crate) fn respond(&mut self, status: u16) -> Vec<Step> {
        if self.state == State::Completed {
            return vec![];
        }
        if status < 200 {
            self.state = State::Proceeding;
            return vec![Step::Transmit];
        }
        self.state = State::Completed;
        vec![Step::Transmit, Step::Start(Timer::Linger, self.pace.linger(self.pace.timeout()))]
    }

    pub(crate) fn timer(&mut self, timer: Timer) -> Vec<Step> {
        if timer == Timer::Linger && self.state == State::Completed { vec![Step::Terminate] } else { vec![] }
    }
}
