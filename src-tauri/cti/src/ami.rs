//! The Asterisk Manager Interface: a line to the PBX on which it tells of every channel, and takes orders.
//!
//! ```text
//!   bytes ─► Decoder ─► Session ─► Message ─┬► Calls ─► CallEvent
//!   bytes ◄─ Action  ◄─────┘                └► Floor ─► FloorEvent
//!            logs in, pings, asks what is going on
//! ```
//!
//! All of it but [`client`] is sans-IO. Asterisk tells of channels, not of calls: `PJSIP/104-0000003c` rings, enters a bridge,
//! is hung up. [`Calls`] keeps a state for each of them, as the order of events differs from call to call, and tells what
//! it means for the extension at the telephone: the same events that other PBXs send by HTTP. [`Floor`] does so for telephones,
//! queues and those who listen.

mod calls;
pub mod client;
mod codec;
mod floor;
mod naming;
mod order;
mod session;

pub use calls::{Calls, MAX_CHANNELS};
pub use codec::{Action, Decoder, Incoming, Message, Oversize, Unsendable};
pub use floor::{Floor, MAX_FLOOR};
pub use naming::Naming;
pub use order::{OrderSettings, Orders, Sends};
pub use session::{Credentials, Over, Session, Told, Unsent};

/// What [`crate::CallEvent::source`] says of these events.
pub const SOURCE: &str = "ami";
