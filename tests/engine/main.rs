//! Stories of the desk by itself and with the practice PBX that runs in its own process: no Asterisk, no sound card.

mod callbacks;
mod crash;
mod door;
mod practice;
mod records;
mod settings;
mod two_users;
