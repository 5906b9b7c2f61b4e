//! The core: one way in ([`Core::handle`]), one way out ([`Core::poll`]), and when to come back ([`Core::wake`]).

mod command;
mod config;
mod event;
mod io;

use std::{collections::VecDeque, time::Instant};

pub use command::Command;
pub use config::{AccountConfig, Config, Timers};
pub use event::{EndCause, Event, RegistrationFailure, RegistrationState, Side};
pub use io::{AccountKey, CallKey, FlowError, FlowId, Input, Output, RequestId, Target, Transport};

/// A SIP user agent without clock, socket or thread.
pub struct Core {
    out: VecDeque<Output>,
}

impl Core {
    /// An agent without accounts.
    pub fn new(_config: Config) -> Core {
        Core { out: VecDeque::new() }
    }

    /// Takes in what happened. Drain [`Core::poll`] afterwards.
    pub fn handle(&mut self, _input: Input<'_>, _now: Instant) {}

    /// What is to be done next, if anything.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When [`Input::Tick`] is due.
    pub fn wake(&self) -> Option<Instant> {
        None
    }
}
