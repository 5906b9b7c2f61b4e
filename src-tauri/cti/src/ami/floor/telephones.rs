//! How telephones stand.
//!
//! ```text
//!   sure      DeviceStateChange                          what the PBX itself goes by
//!   else      ExtensionStatus, QueueMember…, PeerStatus  for users and systems that have nothing better
//!   on hold   Hold and Unhold of all its channels that talk
//! ```
//!
//! Asterisk's own `ONHOLD` is no help: with chan_pjsip it is the telephone that was put on hold, and with chan_sip the one that
//! holds.

use std::collections::{BTreeSet, HashMap};

use super::{MAX_EACH, exact, shown};
use crate::{
    DeviceState, FloorEvent,
    ami::{
        codec::Message,
        naming::{Naming, is_local},
    },
};

#[derive(Debug, Default)]
pub(super) struct Telephones(HashMap<String, Telephone>);

#[derive(Debug, Default)]
struct Telephone {
    name: Option<String>,
    state: Option<DeviceState>,
    /// The state is that of the device, and nothing else counts.
    is_sure: bool,
    /// It changed since the lists were asked for.
    has_changed: bool,
    /// Channels that talk.
    up: BTreeSet<String>,
    /// Those of them that it holds.
    held: BTreeSet<String>,
    told: (Option<String>, Option<DeviceState>),
}

impl Telephone {
    fn stands(&self) -> Option<DeviceState> {
        let is_on_hold = !self.held.is_empty() && self.up.is_subset(&self.held);
        if self.state == Some(DeviceState::Busy) && is_on_hold { Some(DeviceState::OnHold) } else { self.state }
    }
}

impl Telephones {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn changes(&mut self, message: &Message, naming: &Naming, told: &mut Vec<FloorEvent>) {
        // A pipe is free as long as the dialplan knows it.
        let Some(device) = exact(message, "Device").filter(|device| !is_local(device)) else { return };
        let (Some(extension), Some(state)) = (naming.device(device), message.text("State")) else { return };
        let Some(state) = named(state, device) else { return };
        let is_listed = message.get("ActionID").is_some();
        self.with(extension, told, |telephone| {
            // The list may be older than what is told while it is read; what changes after it is told, too.
            if is_listed && telephone.has_changed {
                return;
            }
            telephone.has_changed |= !is_listed;
            telephone.is_sure = true;
            if matches!(state, DeviceState::Free | DeviceState::Unregistered) {
                // Whatever was lost of its calls.
                telephone.up.clear();
                telephone.held.clear();
            }
            telephone.state = Some(state);
        });
    }

    /// An extension may stand for several devices, and for places where calls are parked; old systems do not say for which.
    pub(super) fn hint_changes(&mut self, message: &Message, naming: &Naming, told: &mut Vec<FloorEvent>) {
        let state = |device: &str| match message.text("Status")? {
            "0" => Some(DeviceState::Free),
            "1" | "2" | "3" | "9" | "10" => Some(DeviceState::Busy),
            "4" => Some(DeviceState::Unregistered),
            "8" => Some(DeviceState::Ringing),
            "16" | "17" | "18" => Some(held(device)),
            _ => None,
        };
        match exact(message, "Hint") {
            Some(hint) => {
                let devices = hint.split(',').next().unwrap_or_default().split('&');
                let telephone = devices.filter(|device| !is_local(device));
                let known = telephone.filter_map(|device| Some((naming.device(device)?, device))).next();
                if let Some((extension, device)) = known
                    && let Some(state) = state(device)
                {
                    self.seems(extension, state, told);
                }
            }
            None => {
                let known = exact(message, "Exten").filter(|exten| self.0.contains_key(*exten));
                if let Some((extension, state)) = known.zip(state("")) {
                    self.seems(extension, state, told);
                }
            }
        }
    }

    /// A member's telephone, by the numbers of device states.
    pub(super) fn member(&mut self, message: &Message, naming: &Naming, told: &mut Vec<FloorEvent>) {
        let device = ["StateInterface", "Interface", "Location"].iter().find_map(|name| exact(message, name));
        let Some(device) = device.filter(|device| !is_local(device)) else { return };
        let state = match message.text("Status") {
            Some("1") => DeviceState::Free,
            Some("2" | "3" | "7") => DeviceState::Busy,
            Some("5") => DeviceState::Unregistered,
            Some("6") => DeviceState::Ringing,
            Some("8") => held(device),
            _ => return,
        };
        if let Some(extension) = naming.device(device) {
            self.seems(extension, state, told);
        }
    }

    /// Of several telephones one may go: that none is left is told by the peer, or the device.
    pub(super) fn registers(
        &mut self,
        message: &Message,
        who: &str,
        what: &str,
        naming: &Naming,
        told: &mut Vec<FloorEvent>,
    ) {
        let Some(who) = exact(message, who) else { return };
        let is_peer = who.contains('/');
        let extension = if is_peer { naming.device(who).map(str::to_owned) } else { endpoint(who, naming) };
        let Some(extension) = extension else { return };
        match message.text(what) {
            Some("Registered" | "Reachable" | "Lagged" | "Created" | "NonQualified") => {
                let is_away = self
                    .0
                    .get(&extension)
                    .is_none_or(|known| matches!(known.state, None | Some(DeviceState::Unregistered)));
                if is_away {
                    self.seems(&extension, DeviceState::Free, told);
                }
            }
            Some("Unregistered" | "Unreachable") if is_peer => {
                self.seems(&extension, DeviceState::Unregistered, told);
            }
            _ => {}
        }
    }

    /// One of chan_sip's list.
    pub(super) fn peer(&mut self, message: &Message, naming: &Naming, told: &mut Vec<FloorEvent>) {
        let (Some(technology), Some(name)) = (exact(message, "Channeltype"), exact(message, "ObjectName")) else {
            return;
        };
        let device = format!("{technology}/{name}");
        let Some(extension) = naming.device(&device) else { return };
        let is_there = message.text("IPaddress").is_some_and(|address| address != "-none-")
            && !message.text("Status").is_some_and(|status| status.starts_with("UNREACHABLE"));
        let state = if is_there { DeviceState::Free } else { DeviceState::Unregistered };
        let name = shown(message, "Description").filter(|name| name != extension);
        self.with(extension, told, |telephone| {
            if !telephone.is_sure {
                telephone.state = Some(state);
            }
            telephone.name = name.or(telephone.name.take());
        });
    }

    /// One of chan_pjsip's list.
    pub(super) fn endpoint(&mut self, message: &Message, naming: &Naming, told: &mut Vec<FloorEvent>) {
        let extension = exact(message, "ObjectName").and_then(|name| endpoint(name, naming));
        let state = message.text("DeviceState").and_then(|state| named(state, "PJSIP/"));
        if let Some((extension, state)) = extension.zip(state) {
            self.seems(&extension, state, told);
        }
    }

    /// A channel is made with its telephone's own caller id; later it may have anybody's.
    pub(super) fn is_named(&mut self, message: &Message, naming: &Naming, told: &mut Vec<FloorEvent>) {
        let Some(extension) = exact(message, "Channel").and_then(|channel| naming.agent(channel)) else { return };
        let name = shown(message, "CallerIDName").filter(|name| name != extension);
        if name.is_some() && message.text("CallerIDNum") == Some(extension) {
            self.with(extension, told, |telephone| telephone.name = name);
        }
    }

    pub(super) fn is_up(&mut self, message: &Message, naming: &Naming, told: &mut Vec<FloorEvent>) {
        let Some((channel, extension)) = channel(message, naming) else { return };
        // Of whom nothing else is known nothing is to be told by this.
        if message.get("ChannelState") == Some("6") && self.0.contains_key(extension) {
            self.with(extension, told, |telephone| put(&mut telephone.up, channel));
        }
    }

    pub(super) fn holds(&mut self, message: &Message, holds: bool, naming: &Naming, told: &mut Vec<FloorEvent>) {
        let Some((channel, extension)) = channel(message, naming) else { return };
        self.with(extension, told, |telephone| {
            put(&mut telephone.up, channel);
            if holds {
                put(&mut telephone.held, channel);
            } else {
                telephone.held.remove(channel);
            }
            if !telephone.is_sure || telephone.state == Some(DeviceState::OnHold) {
                telephone.state = Some(DeviceState::Busy);
            }
        });
    }

    /// Who goes to another bridge talks there: to a colleague, before a transfer by a code.
    pub(super) fn enters(&mut self, message: &Message, naming: &Naming, told: &mut Vec<FloorEvent>) {
        let Some((channel, extension)) = channel(message, naming) else { return };
        if self.0.get(extension).is_some_and(|telephone| telephone.held.contains(channel)) {
            self.with(extension, told, |telephone| telephone.held.retain(|held| held != channel));
        }
    }

    pub(super) fn hangs_up(&mut self, message: &Message, naming: &Naming, told: &mut Vec<FloorEvent>) {
        let Some((channel, extension)) = channel(message, naming) else { return };
        if self.0.contains_key(extension) {
            self.with(extension, told, |telephone| {
                telephone.up.remove(channel);
                telephone.held.remove(channel);
            });
        }
    }

    /// What counts unless the device itself was told of.
    fn seems(&mut self, extension: &str, state: DeviceState, told: &mut Vec<FloorEvent>) {
        self.with(extension, told, |telephone| {
            if !telephone.is_sure {
                telephone.state = Some(state);
            }
        });
    }

    /// Changes a telephone, and tells if it stands differently now.
    fn with(&mut self, extension: &str, told: &mut Vec<FloorEvent>, change: impl FnOnce(&mut Telephone)) {
        if !self.0.contains_key(extension) {
            if self.0.len() >= MAX_EACH {
                return;
            }
            self.0.insert(extension.to_owned(), Telephone::default());
        }
        let Some(telephone) = self.0.get_mut(extension) else { return };
        change(telephone);
        let now = (telephone.name.clone(), telephone.stands());
        if telephone.told != now {
            let (name, state) = now.clone();
            telephone.told = now;
            told.push(FloorEvent::Device { extension: extension.to_owned(), name, state });
        }
    }
}

/// A channel, and whose telephone it is. A pipe has a telephone at its end.
fn channel<'a>(message: &'a Message, naming: &Naming) -> Option<(&'a str, &'a str)> {
    let channel = exact(message, "Channel").filter(|channel| !is_local(channel))?;
    Some((channel, naming.agent(channel)?))
}

fn put(channels: &mut BTreeSet<String>, channel: &str) {
    if channels.len() < MAX_CHANNELS_OF_ONE && !channels.contains(channel) {
        channels.insert(channel.to_owned());
    }
}

/// The extension of an endpoint of chan_pjsip.
fn endpoint(name: &str, naming: &Naming) -> Option<String> {
    naming.device(&format!("PJSIP/{name}")).map(str::to_owned)
}

/// By the words of events and of lists.
fn named(state: &str, device: &str) -> Option<DeviceState> {
    match state {
        "NOT_INUSE" | "Not in use" => Some(DeviceState::Free),
        "INUSE" | "In use" | "BUSY" | "Busy" | "RINGINUSE" | "Ring+Inuse" => Some(DeviceState::Busy),
        "UNAVAILABLE" | "Unavailable" => Some(DeviceState::Unregistered),
        "RINGING" | "Ringing" => Some(DeviceState::Ringing),
        "ONHOLD" | "On Hold" => Some(held(device)),
        _ => None,
    }
}

/// Which of the two is on hold.
fn held(device: &str) -> DeviceState {
    if device.starts_with("SIP/") { DeviceState::OnHold } else { DeviceState::Busy }
}

/// No telephone has more calls at a time.
const MAX_CHANNELS_OF_ONE: usize = 16;
