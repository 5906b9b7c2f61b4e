//! Two streams talk over a simulated network, in virtual time.

mod allocations;
mod hostile;
mod kit;
mod network;
mod session;
