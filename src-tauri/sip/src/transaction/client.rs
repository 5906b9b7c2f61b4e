//! The client transaction of every other method (RFC 3261 §17.1.2).
//!
//! ```text
//!          request
//!             │     E: again, at double the interval up to T2
//!         ┌───▼──┐  F: timed out
//!         │Trying├──────────────────────┐
//!         └─┬──┬─┘                      │
//!       1xx │  │ 200-699                │
//! ┌─────────▼┐ │                        │
//! │Proceeding│ │   E: again, each T2    │
//! └──────┬──┬┘ │   F: timed out ────────┤
//! 200-699│     │                        │
//!      ┌─▼─────▼─┐   K          ┌───────▼──┐
//!      │Completed├──────────────►Terminated│
//!      └─────────┘              └──────────┘
//! ```

use std::time::Duration;

use super::{Pace, Step, Timer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Trying,
    Proceeding,
    Completed,
}

/// One request of ours that is not an INVITE.
#[derive(Debug)]
pub(crate) struct Client {
    state: State,
    interval: Duration,
    pace: Pace,
}

impl Client {
    pub(crate) fn start(pace: Pace) -> (Client, Vec<Step>) {
        let mut steps = vec![Step::Transmit, Step::Start(Timer::Timeout, pace.timeout())];
        if !pace.reliable {
            steps.push(Step::Start(Timer::Retransmit, pace.t1));
        }
        (Client { state: State::Trying, interval: pace.t1, pace }, steps)
    }

    pub(crate) fn response(&mut self, status: u16) -> Vec<Step> {
        if self.state == State::Completed {
            return vec![];
        }
        if status < 200 {
            self.state = State::Proceeding;
            return vec![Step::Deliver];
        }
        self.state = State::Completed;
        let linger = Step::Start(Timer::Linger, self.pace.linger(self.pace.t4));
        vec![Step::Stop(Timer::Retransmit), Step::Stop(Timer::Timeout), linger, Step::Deliver]
    }

    /// Whether the final response is still to come.
    pub(crate) fn is_waiting(&self) -> bool {
        self.state != State::Completed
    }

    pub(crate) fn timer(&mut self, timer: Timer) -> Vec<Step> {
        match (timer, self.state) {
            (Timer::Retransmit, State::Trying | State::Proceeding) => {
                let doubled = self.interval.saturating_mul(2).min(self.pace.t2);
                self.interval = if self.state == State::Trying { doubled } else { self.pace.t2 };
                vec![Step::Transmit, Step::Start(Timer::Retransmit, self.interval)]
            }
            (Timer::Timeout, State::Trying | State::Proceeding) => vec![Step::TimedOut, Step::Terminate],
            (Timer::Linger, State::Completed) => vec![Step::Terminate],
            _ => vec![],
        }
    }
}
