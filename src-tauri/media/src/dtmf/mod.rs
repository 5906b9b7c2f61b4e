//! Digits of a keypad: as telephone events (RFC 4733), or as tones in the sound where the peer knows no events.

mod inband;
mod receive;
mod send;

pub(crate) use inband::Tones;
pub(crate) use receive::Receiver;
#[cfg(test)]
use send::Event;
pub(crate) use send::{Sender, Step};

/// The keypad in the order of the event codes (RFC 4733 §3.2).
const KEYS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

/// The event code of a digit.
fn code(digit: char) -> Option<u8> {
    KEYS.iter().position(|&key| key == digit.to_ascii_uppercase()).and_then(|at| u8::try_from(at).ok())
}

#[cfg(test)]
mod tests;
