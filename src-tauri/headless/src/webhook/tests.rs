//! The receiver over real sockets, with an intake that remembers.

mod callback;
mod crowd;
#[cfg(unix)]
mod curl;
mod door;
#[cfg(target_os = "linux")]
mod flood;
mod kit;
mod rates;
mod reading;
mod view;
