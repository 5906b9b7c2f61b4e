//! Stories of two user agents. Each runs in virtual time, over a network that is as bad as the story needs.

#![allow(unreachable_pub, reason = "a test binary has no public")]

mod calls;
mod kit;
mod oddities;
mod puppet;
mod registrar;
mod registration;
mod rfc3665;
mod session;
mod texts;
mod watching;
mod weather;
