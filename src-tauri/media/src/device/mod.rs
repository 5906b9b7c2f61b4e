//! Microphones and speakers: the only part of this crate that touches the operating system.
//!
//! | name | what it opens |
//! |---|---|
//! | `pulseaudio:NAME` | a source or sink of the PulseAudio server, or of PipeWire by its pulse server (Linux) |
//! | `alsa:…`, `wasapi:…`, `coreaudio:…` | a device of the platform's own driver, through cpal |
//! | a display name | the device that shows this name |
//! | `default` | what the system calls its default; never the monitor of a sink |
//! | `wav:FILE` | reads the file once, then silence; or records 48 kHz 16-bit mono |
//! | `null` | silence in, nothing out |
//!
//! Every device speaks [`Block`]s: 48 kHz mono, 10 ms. A microphone that [`paces`](Capture::paces) is the clock of the
//! one who reads it; a speaker follows that clock by resampling a little (see `steer`).

mod driver;
mod follow;
#[cfg(target_os = "linux")]
mod pulse;
mod steer;
mod watch;
mod wav;

#[cfg(test)]
mod tests;

#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;

pub use self::watch::Watch;
use crate::{BLOCK, Block};

/// A sound device of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Stable name, `host:id`.
    pub id: String,
    /// What a person reads.
    pub name: String,
    /// Can record.
    pub input: bool,
    /// Can play.
    pub output: bool,
}

/// Why a device could not be opened, in words for the log and the integrator.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// No device of this name is plugged in.
    #[error("no such device")]
    Absent,
    /// The sound server or driver refused.
    #[error("{0}")]
    Refused(String),
    /// The sound server or file could not be reached.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Not a WAV file we can read or write.
    #[error(transparent)]
    Wav(#[from] hound::Error),
}

/// A device, and what went wrong with those that were preferred to it.
#[derive(Debug)]
pub struct Opened<T> {
    /// In the worst case the null device: a call without sound is better than no call.
    pub device: T,
    /// One line for each that failed.
    pub troubles: Vec<String>,
}

/// Every microphone and speaker now present, the defaults first; monitors of sinks are left out. May take a few
/// milliseconds.
pub fn list() -> Vec<DeviceInfo> {
    #[cfg(target_os = "linux")]
    if let Ok(devices) = pulse::list() {
        return devices;
    }
    driver::list()
}

/// Opens the first microphone of a ranked list that can be opened, else the default, else silence. Blocks for
/// milliseconds: not for a real-time thread.
pub fn open_capture(wanted: &[String]) -> Opened<Capture> {
    let null = || Capture { id: "null".into(), source: Source::Null };
    first_that_opens(wanted, Capture::open, null)
}

/// Opens the first speaker of a ranked list that can be opened, else the default, else nowhere. Blocks for milliseconds.
pub fn open_playback(wanted: &[String]) -> Opened<Playback> {
    let null = || Playback { id: "null".into(), sink: Sink::Null };
    first_that_opens(wanted, Playback::open, null)
}

/// Opens every speaker of a list, for ringing; the default if none of them opens.
pub fn open_every_playback(wanted: &[String]) -> Opened<Vec<Playback>> {
    let mut troubles = Vec::new();
    let mut device = Vec::new();
    for name in wanted {
        match Playback::open(name) {
            Ok(playback) => device.push(playback),
            Err(error) => troubles.push(format!("{name}: {error}")),
        }
    }
    if device.is_empty() {
        let fallback = open_playback(&[]);
        device.push(fallback.device);
        troubles.extend(fallback.troubles);
    }
    Opened { device, troubles }
}

/// The id of what a name would open, if that is there: by id, by what a person reads, or `default`, which is the first.
pub fn meant(name: &str, present: &[DeviceInfo], input: bool) -> Option<String> {
    if name == "null" || name.starts_with("wav:") {
        return Some(name.to_owned());
    }
    let mut usable = present.iter().filter(|device| if input { device.input } else { device.output });
    usable.find(|device| name == "default" || device.id == name || device.name == name).map(|device| device.id.clone())
}

fn first_that_opens<T>(
    wanted: &[String],
    open: impl Fn(&str) -> Result<T, DeviceError>,
    null: impl Fn() -> T,
) -> Opened<T> {
    let mut troubles = Vec::new();
    let fallback = (!wanted.iter().any(|name| name == "default")).then_some("default");
    for name in wanted.iter().map(String::as_str).chain(fallback) {
        match open(name) {
            Ok(device) => return Opened { device, troubles },
            Err(error) => troubles.push(format!("{name}: {error}")),
        }
    }
    Opened { device: null(), troubles }
}

/// An open microphone.
#[derive(Debug)]
pub struct Capture {
    id: String,
    source: Source,
}

#[derive(Debug)]
enum Source {
    #[cfg(target_os = "linux")]
    Pulse(Box<pulse::Record>),
    Driver(Box<driver::Input>),
    Wav(Box<wav::Player>),
    Null,
}

impl Capture {
    fn open(name: &str) -> Result<Capture, DeviceError> {
        let (id, source) = match (name, name.split_once(':')) {
            ("null", _) => ("null".to_owned(), Source::Null),
            (_, Some(("wav", path))) => (name.to_owned(), Source::Wav(Box::new(wav::Player::open(path)?))),
            #[cfg(target_os = "linux")]
            _ if pulse::is_running() => {
                let record = pulse::Record::open(name)?;
                (record.id(), Source::Pulse(Box::new(record)))
            }
            _ => {
                let input = driver::Input::open(name)?;
                (input.id().to_owned(), Source::Driver(Box::new(input)))
            }
        };
        Ok(Capture { id, source })
    }

    /// Fills `block` if 10 ms are ready. Devices that do not pace always are. Never waits.
    pub fn read(&mut self, block: &mut Block) -> bool {
        match &mut self.source {
            #[cfg(target_os = "linux")]
            Source::Pulse(record) => record.read(block),
            Source::Driver(input) => input.read(block),
            Source::Wav(player) => {
                player.read(block);
                true
            }
            Source::Null => {
                *block = [0.0; BLOCK];
                true
            }
        }
    }

    /// Whether blocks come at this device's own clock, which then is the clock of the one who reads them.
    pub fn paces(&self) -> bool {
        !matches!(self.source, Source::Wav(_) | Source::Null)
    }

    /// What is open, as [`DeviceInfo::id`] has it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Why it will deliver no more, once that is so.
    pub fn trouble(&self) -> Option<String> {
        match &self.source {
            #[cfg(target_os = "linux")]
            Source::Pulse(record) => record.trouble(),
            Source::Driver(input) => input.trouble(),
            Source::Wav(_) | Source::Null => None,
        }
    }

    /// From the air to [`read`](Capture::read), in milliseconds, as far as we know.
    pub fn latency_ms(&self) -> f32 {
        match &self.source {
            #[cfg(target_os = "linux")]
            Source::Pulse(record) => record.latency_ms(),
            Source::Driver(input) => input.latency_ms(),
            Source::Wav(_) | Source::Null => 0.0,
        }
    }

    /// Samples (48 kHz) still missing for a block, as far as this device has told.
    pub fn missing(&self) -> usize {
        match &self.source {
            #[cfg(target_os = "linux")]
            Source::Pulse(record) => record.missing(),
            _ => BLOCK,
        }
    }

    /// What becomes readable when more samples are there, for devices that can be waited for like a socket.
    #[cfg(target_os = "linux")]
    pub fn readiness(&self) -> Option<BorrowedFd<'_>> {
        match &self.source {
            Source::Pulse(record) => Some(record.readiness()),
            _ => None,
        }
    }
}

/// An open speaker.
#[derive(Debug)]
pub struct Playback {
    id: String,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    #[cfg(target_os = "linux")]
    Pulse(Box<pulse::Play>),
    Driver(Box<driver::Output>),
    Wav(wav::Recorder),
    Null,
}

impl Playback {
    fn open(name: &str) -> Result<Playback, DeviceError> {
        let (id, sink) = match (name, name.split_once(':')) {
            ("null", _) => ("null".to_owned(), Sink::Null),
            (_, Some(("wav", path))) => (name.to_owned(), Sink::Wav(wav::Recorder::create(path)?)),
            #[cfg(target_os = "linux")]
            _ if pulse::is_running() => {
                let play = pulse::Play::open(name)?;
                (play.id(), Sink::Pulse(Box::new(play)))
            }
            _ => {
                let output = driver::Output::open(name)?;
                (output.id().to_owned(), Sink::Driver(Box::new(output)))
            }
        };
        Ok(Playback { id, sink })
    }

    /// Plays 10 ms after what has been written before. Never waits; a device that does not take samples loses them.
    pub fn write(&mut self, block: &Block) {
        match &mut self.sink {
            #[cfg(target_os = "linux")]
            Sink::Pulse(play) => play.write(block),
            Sink::Driver(output) => output.write(block),
            Sink::Wav(recorder) => recorder.write(block),
            Sink::Null => {}
        }
    }

    /// What is open, as [`DeviceInfo::id`] has it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Why it will play no more, once that is so.
    pub fn trouble(&self) -> Option<String> {
        match &self.sink {
            #[cfg(target_os = "linux")]
            Sink::Pulse(play) => play.trouble(),
            Sink::Driver(output) => output.trouble(),
            Sink::Wav(recorder) => recorder.trouble(),
            Sink::Null => None,
        }
    }

    /// From [`write`](Playback::write) to the air, in milliseconds, as far as we know.
    pub fn latency_ms(&self) -> f32 {
        match &self.sink {
            #[cfg(target_os = "linux")]
            Sink::Pulse(play) => play.latency_ms(),
            Sink::Driver(output) => output.latency_ms(),
            Sink::Wav(_) | Sink::Null => 0.0,
        }
    }

    /// How often it ran dry since it was opened.
    pub fn underruns(&self) -> u32 {
        match &self.sink {
            #[cfg(target_os = "linux")]
            Sink::Pulse(play) => play.underruns(),
            Sink::Driver(output) => output.underruns(),
            Sink::Wav(_) | Sink::Null => 0,
        }
    }
}
