//! Digits of the peer, each told once, whichever way it came.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// How a digit came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// In RTP (RFC 4733).
    Rtp,
    /// By SIP INFO.
    Info,
}

/// A gateway may send one press both ways: the second copy comes within this time.
const TWIN: Duration = Duration::from_secs(2);
/// Presses that wait for their twin; more at once is no hand on a keypad.
const MOST: usize = 32;

/// What was told and has no twin yet.
#[derive(Debug, Default)]
pub(super) struct Digits(VecDeque<(Way, char, Instant)>);

impl Digits {
    /// Whether this is a press of its own.
    pub(super) fn is_new(&mut self, way: Way, digit: char, now: Instant) -> bool {
        self.0.retain(|(_, _, at)| now.saturating_duration_since(*at) < TWIN);
        let twin = self.0.iter().position(|(other, known, _)| *other != way && *known == digit);
        if let Some(twin) = twin {
            self.0.remove(twin);
            return false;
        }
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back((way, digit, now));
        true
    }
}

/// The digit of an INFO, in the two forms that are about: `Signal=5` lines, and the bare digit.
pub(super) fn of_info(content_type: &str, body: &[u8]) -> Option<char> {
    let text = String::from_utf8_lossy(body);
    let digit = match content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/dtmf-relay" => text.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            name.trim().eq_ignore_ascii_case("signal").then(|| value.trim().to_owned())
        }),
        "application/dtmf" => Some(text.trim().to_owned()),
        _ => None,
    };
    let digit = digit?.chars().next()?.to_ascii_uppercase();
    "0123456789*#ABCD".contains(digit).then_some(digit)
}

#[cfg(test)]
mod tests;
