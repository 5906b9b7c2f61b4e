//! The state of the desk as Oktell puts it: one call, of those that there are.

use desk::wire::{Account, Call, CallState, Direction, Registration};
use jiff::{Timestamp, tz::TimeZone};

use super::answer::{cdata, set, simple};

/// `getcurrentcallinfo`; by default that there is no call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct CallInfo {
    mode: Mode,
    line: String,
    started: String,
    number: String,
    party: &'static str,
    name: String,
}

/// What the line does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    #[default]
    None,
    Calling,
    Ringing,
    Connected,
    Flashed,
}

impl CallInfo {
    /// Of `call`, one of `calls`; `inner` if its other end is inside the PBX.
    pub(super) fn of(calls: &[Call], call: &Call, inner: bool, zone: &TimeZone) -> Self {
        let line = calls.iter().filter(|call| mode(call) != Mode::None).position(|other| other.id == call.id);
        Self {
            mode: mode(call),
            line: line.map_or_else(String::new, |line| (line + 1).to_string()),
            started: local_time(call.answered_at.as_ref().unwrap_or(&call.started_at), zone),
            number: call.peer.number.clone(),
            party: if inner { "inner" } else { "outer" },
            name: call.peer.name.clone().unwrap_or_default(),
        }
    }

    /// The word for what is asked must not stand before its line: readers take the first that they find.
    pub(super) fn body(&self) -> String {
        let properties = [
            simple("mode", self.mode.word()),
            simple("linenum", &self.line),
            simple("starttime", &self.started),
            simple("number", &self.number),
            simple("abonenttype", self.party),
            cdata("name", &self.name),
        ];
        set("currentcallinfo", &properties.concat())
    }
}

impl Mode {
    fn word(self) -> &'static str {
        match self {
            Mode::None => "none",
            Mode::Calling => "calling",
            Mode::Ringing => "ringing",
            Mode::Connected => "connected",
            Mode::Flashed => "flashed",
        }
    }

    /// Of two calls the one with the higher rank is told: talked on, ringing in, on its way out, on hold.
    fn rank(self) -> u8 {
        match self {
            Mode::Connected => 4,
            Mode::Ringing => 3,
            Mode::Calling => 2,
            Mode::Flashed => 1,
            Mode::None => 0,
        }
    }
}

/// The call that is told of.
pub(super) fn current(calls: &[Call]) -> Option<&Call> {
    let rank = |call: &&Call| mode(call).rank();
    // Of equals `max_by_key` takes the last, which is the newest.
    calls.iter().filter(|call| rank(call) > 0).max_by_key(rank)
}

/// The host where the first account that stands is registered.
pub(super) fn server(accounts: &[Account]) -> String {
    let stands = |account: &&Account| account.registration == Registration::Registered;
    let Some(account) = accounts.iter().find(stands).or(accounts.first()) else { return String::new() };
    let domain = account.aor.rsplit('@').next().unwrap_or_default();
    host(account.registrar.as_deref().unwrap_or(domain))
}

/// Without a port, and without the brackets of IPv6.
fn host(place: &str) -> String {
    if let Some(address) = place.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
        return address.to_owned();
    }
    let name = place.split(':').next().unwrap_or_default();
    if place.matches(':').count() > 1 { place.to_owned() } else { name.to_owned() }
}

fn mode(call: &Call) -> Mode {
    match (call.state, call.direction) {
        // Whom the agent listens to is nothing to tell a page.
        _ if call.of_order => Mode::None,
        (CallState::Dialing, _) | (CallState::Ringing | CallState::Early, Direction::Outbound) => Mode::Calling,
        // It rings on this desk, and nowhere else.
        (CallState::Ringing | CallState::Early, Direction::Inbound) => Mode::Ringing,
        (CallState::Active, _) => Mode::Connected,
        (CallState::Held, _) => Mode::Flashed,
        (CallState::Ending | CallState::Ended, _) => Mode::None,
    }
}

fn local_time(text: &str, zone: &TimeZone) -> String {
    let time: Result<Timestamp, _> = text.parse();
    time.map_or_else(|_| String::new(), |time| time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests;
