//! The PBX beside the call: what we ask it to do, in its own tongue. Knows no SIP, no windows and not the desk.
//!
//! ```text
//!   Call ─► driver (oktell | simotel) ─► Request ─► http::Client ─► the PBX
//!   Accepted or Trouble ◄─ driver ◄───── Answer ◄──────┘
//! ```
//!
//! Requests are made and answers are read by pure functions; a thin client carries them. What a PBX answers is text for
//! people at most, bounded and plain, and never repeats a secret of ours.

mod address;
pub mod ami;
pub mod crm;
mod event;
mod floor;
pub mod http;
pub mod oktell;
mod order;
mod secret;
pub mod simotel;
mod text;
mod trouble;
pub mod webhook;

use std::{fmt, pin::Pin};

pub use address::{Address, AddressError};
pub use event::{CallEvent, Direction, Ended, MAX_FIELDS, Outcome, Party, What};
pub use floor::{DeviceState, FloorEvent};
pub use order::{CallerId, Device, First, Mode, Order, OrderTold, Originate, Powers, Step, Then, Wish};
pub use secret::Secret;
pub use trouble::{Fault, Trouble};

/// What a PBX can be asked to do.
pub trait PbxControl: fmt::Debug + Send + Sync {
    /// Asks it to ring the agent's device and then to call a number. Accepted means that it took the order: what comes of it
    /// is seen on the phone.
    fn originate(&self, call: Call) -> Pending<'_, Accepted>;
}

/// An answer that the PBX still owes. Comes within [`http::WHOLE_TIME`].
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + Send + 'a>>;

/// A call that the PBX is to place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What the PBX calls the desk on whose behalf it is placed.
    pub extension: String,
    /// The number to call in the end, as the PBX wants it.
    pub number: String,
}

/// The PBX took it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// What the PBX calls it in its events, if it told.
    pub id: Option<String>,
}
