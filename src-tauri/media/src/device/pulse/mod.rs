//! PulseAudio, and PipeWire by its pulse server, spoken directly.
//!
//! The wire format is the `pulseaudio` crate's; the conversation is ours. A stream is a socket of its own that whoever
//! ticks reads and writes without waiting: no thread, no callback and no hand-over between the server and the codec.
//! (cpal's host for the same server costs two threads and a latency query per callback, and clears a megabyte per read:
//! several times what a whole call costs here.)
//!
//! ```text
//!   Record:  server ── 10 ms pieces ──► Inbox ──► block
//!   Play:    block ──► Steer ──► server, which keeps a queue and asks for what it has taken from it: so the level is known
//! ```
//!
//! Streams refuse to be moved: the server would put a lost microphone on the monitor of the speaker, and the far end would
//! hear itself. They are killed instead, and reopened by whoever owns them.

mod inbox;
mod play;
mod record;
mod session;

use std::{ffi::CString, time::Duration};

use pulseaudio::protocol::{
    ChannelMap, Command, SampleFormat, SampleSpec, ServerInfo, SinkInfoList, SourceInfoList, SubscriptionMask,
};

use self::{inbox::Inbox, session::Session};
pub(super) use self::{play::Play, record::Record};
use super::{DeviceError, DeviceInfo};

const PREFIX: &str = "pulseaudio:";
const BYTES: usize = size_of::<f32>();

/// The server converts to and from whatever its devices want.
const SPEC: SampleSpec = SampleSpec { format: SampleFormat::Float32Le, channels: 1, sample_rate: 48_000 };

fn mono() -> ChannelMap {
    ChannelMap::mono()
}

fn bytes(duration: Duration) -> u32 {
    let samples = duration.as_micros() * u128::from(SPEC.sample_rate) / 1_000_000;
    u32::try_from(samples).unwrap_or(u32::MAX / 8) * BYTES as u32
}

/// Whether a server answers at its socket.
pub(super) fn is_running() -> bool {
    session::connect().is_ok()
}

/// Sources and sinks, without the monitors of sinks, the defaults first.
pub(super) fn list() -> Result<Vec<DeviceInfo>, DeviceError> {
    let mut session = Session::new()?;
    let info: ServerInfo = session.ask(&Command::GetServerInfo)?;
    let defaults = [info.default_sink_name, info.default_source_name].map(|name| name.map(text));
    let (sinks, sources) = (sinks(&mut session)?, sources(&mut session)?);
    let speakers = sinks.into_iter().map(|(id, name)| (id, name, false));
    let microphones = sources.into_iter().map(|(id, name)| (id, name, true));
    let mut all: Vec<_> = speakers.chain(microphones).collect();
    all.sort_by_key(|(id, _, _)| !defaults.iter().flatten().any(|default| default == id));
    let info = |(id, name, input): (String, String, bool)| DeviceInfo {
        id: format!("{PREFIX}{id}"),
        name,
        input,
        output: !input,
    };
    Ok(all.into_iter().map(info).collect())
}

fn text(name: CString) -> String {
    name.to_string_lossy().into_owned()
}

/// Ids and display names.
fn sinks(session: &mut Session) -> Result<Vec<(String, String)>, DeviceError> {
    let sinks: SinkInfoList = session.ask(&Command::GetSinkInfoList)?;
    Ok(sinks.into_iter().map(|sink| named(sink.name, sink.description)).collect())
}

/// Ids and display names, without monitors.
fn sources(session: &mut Session) -> Result<Vec<(String, String)>, DeviceError> {
    let sources: SourceInfoList = session.ask(&Command::GetSourceInfoList)?;
    let real = sources.into_iter().filter(|source| source.monitor_of_sink_index.is_none());
    Ok(real.map(|source| named(source.name, source.description)).collect())
}

fn named(id: CString, name: Option<CString>) -> (String, String) {
    let id = text(id);
    let name = name.map_or_else(|| id.clone(), text);
    (id, name)
}

/// The server's own name of the device that `wanted` means.
fn choose(
    wanted: &str,
    present: &[(String, String)],
    default: Option<CString>,
    fixed: bool,
) -> Result<CString, DeviceError> {
    let id = if let Some(id) = wanted.strip_prefix(PREFIX) {
        // A monitor is not in the list, but whoever names one gets it.
        let known = fixed || present.iter().any(|(present, _)| present == id);
        known.then(|| id.to_owned())
    } else if wanted == "default" {
        let default = default.map(text);
        let usable = default.filter(|id| present.iter().any(|(present, _)| present == id));
        usable.or_else(|| present.first().map(|(id, _)| id.clone()))
    } else {
        present.iter().find(|(id, name)| id == wanted || name == wanted).map(|(id, _)| id.clone())
    };
    CString::new(id.ok_or(DeviceError::Absent)?).map_err(|_| DeviceError::Absent)
}

fn choose_source(session: &mut Session, wanted: &str) -> Result<CString, DeviceError> {
    let info: ServerInfo = session.ask(&Command::GetServerInfo)?;
    let monitor = wanted.ends_with(".monitor");
    choose(wanted, &sources(session)?, info.default_source_name, monitor)
}

fn choose_sink(session: &mut Session, wanted: &str) -> Result<CString, DeviceError> {
    let info: ServerInfo = session.ask(&Command::GetServerInfo)?;
    choose(wanted, &sinks(session)?, info.default_sink_name, false)
}

/// Hears of devices that come and go, and of changed defaults.
#[derive(Debug)]
pub(super) struct Subscription {
    inbox: Inbox,
}

impl Subscription {
    pub(super) fn new() -> Result<Subscription, DeviceError> {
        let mut session = Session::new()?;
        let mask = SubscriptionMask::SINK | SubscriptionMask::SOURCE | SubscriptionMask::SERVER;
        session.tell(&Command::Subscribe(mask))?;
        Ok(Subscription { inbox: session.into_inbox()? })
    }

    /// Whether anything happened since the last question. An error: the server is gone.
    pub(super) fn changed(&mut self) -> Result<bool, DeviceError> {
        let mut changed = false;
        self.inbox
            .receive(|message| changed |= matches!(message, inbox::Message::Command(Command::SubscribeEvent(_))))?;
        Ok(changed)
    }
}
