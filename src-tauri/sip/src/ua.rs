//! What a telephone does with SIP: it registers, calls and is called, holds, transfers, and hangs up.
//!
//! Each file adds one ability to [`Core`](crate::core::Core).

mod account;
mod auth;
mod auto_answer;
mod call;
mod commands;
mod incoming;
mod inside;
mod media;
mod outgoing;
mod register;
mod reply;
mod requests;
mod status;
mod transfer;
mod vitality;

pub(crate) use account::Account;
pub(crate) use call::Call;
