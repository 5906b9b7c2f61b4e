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
mod message;
mod outgoing;
mod outside;
mod register;
mod reply;
mod requests;
mod status;
mod subscribe;
mod transfer;
mod vitality;
mod watch;

pub(crate) use account::Account;
pub(crate) use call::Call;
pub(crate) use message::{MessageKey, Rate, UnderWay};
pub(crate) use watch::{WatchKey, Watches};
