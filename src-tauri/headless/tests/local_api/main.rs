//! The localhost port over real HTTP, with friends and with enemies.

mod crowd;
mod hosts;
mod kit;
mod neighbours;
mod oktell;
mod pages;
mod pairing;
mod port;
mod v1;
