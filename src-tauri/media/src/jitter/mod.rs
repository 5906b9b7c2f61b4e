//! From packets that come when they like to sound that never stops.
//!
//! ```text
//!  packet ─► Buffer (by sequence) ─► decode ─► Line ─► 10 ms per tick
//!     │                               ▲  │      │ ▲
//!     └► Delay (how late is late?)    │  │      └─┘ Stretch: shorten or lengthen
//!            │ target                 │  conceal, recover (FEC), comfort noise
//!            └────────────────────────┘
//! ```
//!
//! All times are passed in, in seconds since a fixed point.

mod buffer;
mod delay;
mod line;
mod playout;
mod stretch;

pub(crate) use buffer::{Content, Insert};
pub(crate) use playout::Playout;
