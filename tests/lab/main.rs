//! Stories told to a real Asterisk: what the desk does there is what it does at work.
//!
//! All share one PBX on agents of their own; those that crash it or set it up oddly start another.

mod callback_line;
mod callbacks;
mod calls;
mod cards;
mod digits;
mod floor;
mod hostile;
mod orders;
mod outage;
mod pbx;
mod registration;
mod sound;
mod supervision;
mod transfer;

use kit::desk::Ended;

fn ended(reason: &str, sip_status: impl Into<Option<u16>>) -> Ended {
    Ended { reason: reason.into(), sip_status: sip_status.into() }
}
