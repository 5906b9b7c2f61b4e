//! The INVITE client transaction (RFC 3261 §17.1.1, RFC 6026 §8.4).
//!
//! ```text
//!                 INVITE
//!                   │   A: again, at double the interval
//!               ┌───▼───┐ B: timed out
//!               │Calling├───────────────────────────┐
//!               └┬──┬──┬┘                           │
//!           1xx  │  │  │ 300-699: ACK               │
//!      ┌─────────┘  │  └────────────┐               │
//! ┌────▼─────┐ 2xx  │               │               │
//! │Proceeding├────┐ │ 2xx     ┌─────▼───┐ D         │
//! └────┬─────┘    │ │         │Completed├─────┐     │
//!      │ 300-699  │ │         └─▲───────┘     │     │
//!      └──────────┼─┼───────────┘        ┌────▼─────▼┐
//!              ┌──▼─▼───┐      M         │Terminated │
//!              │Accepted├────────────────►           │
//!              └────────┘                └───────────┘
//! ```
//!
//! There is no Timer C: a queue lets a call ring for many minutes.

use std::time::Duration;

use super::{Pace, Step, Timer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Calling,
    Proceeding,
    Completed,
    Accepted,
}

/// One INVITE of ours.
#[derive(Debug)]
pub(crate) struct ClientInvite {
    state: State,
    interval: Duration,
    pace: Pace,
}

/// Timer D has to be at least 32 s on unreliable transports.
const TIMER_D: Duration = Duration::from_secs(32);

impl ClientInvite {
    pub(crate) fn start(pace: Pace) -> (ClientInvite, Vec<Step>) {
        let mut steps = vec![Step::Transmit, Step::Start(Timer::Timeout, pace.timeout())];
        if !pace.reliable {
            steps.push(Step::Start(Timer::Retransmit, pace.t1));
        }
        (ClientInvite { state: State::Calling, interval: pace.t1, pace }, steps)
    }

    pub(crate) fn response(&mut self, status: u16) -> Vec<Step> {
        let first = matches!(self.state, State::Calling | State::Proceeding);
        match status {
            100..=199 if first => {
                self.state = State::Proceeding;
                vec![Step::Stop(Timer::Retransmit), Step::Stop(Timer::Timeout), Step::Deliver]
            }
            200..=299 if first => {
                self.state = State::Accepted;
                let linger = Step::Start(Timer::Linger, self.pace.timeout());
                vec![Step::Stop(Timer::Retransmit), Step::Stop(Timer::Timeout), linger, Step::Deliver]
            }
            // Each repeated 2xx has to be acknowledged again, by the user: only it can.
            200..=299 if self.state == State::Accepted => vec![Step::Deliver],
            300..=699 if first => {
                self.state = State::Completed;
                let linger = Step::Start(Timer::Linger, self.pace.linger(TIMER_D));
                vec![
                    Step::Stop(Timer::Retransmit),
                    Step::Stop(Timer::Timeout),
                    linger,
                    Step::Acknowledge,
                    Step::Deliver,
                ]
            }
            300..=699 if self.state == State::Completed => vec![Step::Acknowledge],
            _ => vec![],
        }
    }

    pub(crate) fn timer(&mut self, timer: Timer) -> Vec<Step> {
        match (timer, self.state) {
            (Timer::Retransmit, State::Calling) => {
                self.interval = self.interval.saturating_mul(2);
                vec![Step::Transmit, Step::Start(Timer::Retransmit, self.interval)]
            }
            (Timer::Timeout, State::Calling) => vec![Step::TimedOut, Step::Terminate],
            (Timer::Linger, State::Completed | State::Accepted) => vec![Step::Terminate],
            _ => vec![],
        }
    }

    /// Whether the final response is still to come.
    pub(crate) fn is_waiting(&self) -> bool {
        matches!(self.state, State::Calling | State::Proceeding)
    }

    /// Whether a provisional response came and no final one: only then may a CANCEL leave (§9.1).
    pub(crate) fn is_proceeding(&self) -> bool {
        self.state == State::Proceeding
    }
}
