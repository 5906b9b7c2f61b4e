//! The platform's own driver, through cpal: ALSA, WASAPI, CoreAudio.
//!
//! ```text
//!   driver's thread:  callback ─► ring ─► Input::read        the callbacks move samples and count, nothing else:
//!   driver's thread:  callback ◄─ ring ◄─ Steer ◄─ write     no lock, no allocation, no log, no wait
//! ```

mod callback;

use std::{fmt, sync::Arc, time::Duration};

use cpal::{
    BufferSize, ErrorKind, SampleFormat, StreamConfig, SupportedBufferSize, SupportedStreamConfig,
    traits::{DeviceTrait, HostTrait, StreamTrait},
};
use rtrb::RingBuffer;
use rubato::{Async, FixedAsync, Resampler, audioadapter_buffers::direct::SequentialSlice};

pub(super) use self::callback::{Drain, Feed, State};
use super::{DeviceError, DeviceInfo, steer::Steer, steer::resampler};
use crate::{BLOCK, Block};

const PERIOD: Duration = Duration::from_millis(10);
const RING: Duration = Duration::from_millis(200);
const OPENING: Duration = Duration::from_secs(2);

/// Every device of every host of this platform.
pub(super) fn list() -> Vec<DeviceInfo> {
    devices().filter_map(|device| describe(&device)).collect()
}

/// Whether the kernel has any sound card. Without one ALSA would complain on standard error at every question.
fn is_equipped() -> bool {
    cfg!(not(target_os = "linux")) || std::path::Path::new("/dev/snd").exists()
}

fn devices() -> impl Iterator<Item = cpal::Device> {
    let hosts = cpal::available_hosts().into_iter().filter(|_| is_equipped());
    let hosts = hosts.filter_map(|id| cpal::host_from_id(id).ok());
    hosts.filter_map(|host| host.devices().ok()).flatten()
}

fn describe(device: &cpal::Device) -> Option<DeviceInfo> {
    Some(DeviceInfo {
        id: device.id().ok()?.to_string(),
        name: device.description().ok()?.name().to_owned(),
        input: device.supports_input(),
        output: device.supports_output(),
    })
}

fn find(wanted: &str, default: fn(&cpal::Host) -> Option<cpal::Device>) -> Result<cpal::Device, DeviceError> {
    if wanted == "default" {
        let host = is_equipped().then(cpal::default_host);
        return host.and_then(|host| default(&host)).ok_or(DeviceError::Absent);
    }
    let fits = |device: &cpal::Device| {
        device.id().is_ok_and(|id| id.to_string() == wanted)
            || device.description().is_ok_and(|description| description.name() == wanted)
    };
    devices().find(fits).ok_or(DeviceError::Absent)
}

/// The device's own format, at 48 kHz where it can, in pieces of about 10 ms.
fn configure(
    default: &SupportedStreamConfig,
    mut ranges: impl Iterator<Item = cpal::SupportedStreamConfigRange>,
) -> StreamConfig {
    let fits = |range: &cpal::SupportedStreamConfigRange| {
        range.channels() == default.channels()
            && range.sample_format() == default.sample_format()
            && (range.min_sample_rate()..=range.max_sample_rate()).contains(&48_000)
    };
    let sample_rate = if ranges.any(|range| fits(&range)) { 48_000 } else { default.sample_rate() };
    let wanted = samples(PERIOD, sample_rate) as u32;
    let frames = match *default.buffer_size() {
        SupportedBufferSize::Range { min, max } => wanted.clamp(min, max.max(min)),
        SupportedBufferSize::Unknown => wanted,
    };
    StreamConfig { channels: default.channels(), sample_rate, buffer_size: BufferSize::Fixed(frames) }
}

fn samples(duration: Duration, rate: u32) -> usize {
    (duration.as_secs_f64() * f64::from(rate)) as usize
}

fn refused(error: cpal::Error) -> DeviceError {
    match error.kind() {
        ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => DeviceError::Absent,
        _ => DeviceError::Refused(error.to_string()),
    }
}

/// A microphone.
pub(super) struct Input {
    id: String,
    ring: rtrb::Consumer<f32>,
    resampler: Option<Async<f32>>,
    scratch: Vec<f32>,
    state: Arc<State>,
    // Held for its Drop, which ends the callbacks.
    _stream: cpal::Stream,
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Input {
    pub(super) fn open(wanted: &str) -> Result<Input, DeviceError> {
        let device = find(wanted, HostTrait::default_input_device)?;
        let default = device.default_input_config().map_err(refused)?;
        let config = configure(&default, device.supported_input_configs().map_err(refused)?);
        let rate = config.sample_rate;
        let (producer, ring) = RingBuffer::new(samples(RING, rate));
        let state = Arc::new(State::default());
        let drain = Drain::new(producer, config.channels, Arc::clone(&state));
        let stream = build_input(&device, config, default.sample_format(), drain)?;
        stream.play().map_err(refused)?;
        let resampler = match rate {
            48_000 => None,
            rate => Some(resampler(48_000.0 / f64::from(rate), FixedAsync::Output)?),
        };
        let scratch = vec![0.0; resampler.as_ref().map_or(BLOCK, |resampler| resampler.input_frames_max())];
        let id = device.id().map_err(refused)?.to_string();
        Ok(Input { id, ring, resampler, scratch, state, _stream: stream })
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn read(&mut self, block: &mut Block) -> bool {
        let Some(resampler) = &mut self.resampler else {
            return self.ring.pop_entire_slice(block).is_ok();
        };
        let frames = resampler.input_frames_next();
        let Some(input) = self.scratch.get_mut(..frames) else { return false };
        if self.ring.pop_entire_slice(input).is_err() {
            return false;
        }
        let Ok(input) = SequentialSlice::new(&*input, 1, frames) else { return false };
        let Ok(mut output) = SequentialSlice::new_mut(block.as_mut_slice(), 1, BLOCK) else { return false };
        resampler.process_into_buffer(&input, &mut output, None).is_ok()
    }

    pub(super) fn trouble(&self) -> Option<String> {
        self.state.trouble()
    }

    pub(super) fn latency_ms(&self) -> f32 {
        2.0 * PERIOD.as_secs_f32() * 1000.0
    }
}

fn build_input(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    mut drain: Drain,
) -> Result<cpal::Stream, DeviceError> {
    let state = Arc::clone(drain.state());
    let failed = move |error: cpal::Error| state.fail(error.kind());
    match format {
        SampleFormat::F32 => {
            device.build_input_stream(config, move |d: &[f32], _| drain.call(d), failed, Some(OPENING))
        }
        SampleFormat::I16 => {
            device.build_input_stream(config, move |d: &[i16], _| drain.call(d), failed, Some(OPENING))
        }
        SampleFormat::I32 => {
            device.build_input_stream(config, move |d: &[i32], _| drain.call(d), failed, Some(OPENING))
        }
        SampleFormat::U8 => device.build_input_stream(config, move |d: &[u8], _| drain.call(d), failed, Some(OPENING)),
        other => return Err(DeviceError::Refused(format!("records {other} only"))),
    }
    .map_err(refused)
}

/// A speaker.
pub(super) struct Output {
    id: String,
    ring: rtrb::Producer<f32>,
    steer: Steer,
    rate: u32,
    seen: u32,
    state: Arc<State>,
    // Held for its Drop, which ends the callbacks.
    _stream: cpal::Stream,
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Output {
    pub(super) fn open(wanted: &str) -> Result<Output, DeviceError> {
        let device = find(wanted, HostTrait::default_output_device)?;
        let default = device.default_output_config().map_err(refused)?;
        let config = configure(&default, device.supported_output_configs().map_err(refused)?);
        let rate = config.sample_rate;
        let period = match config.buffer_size {
            BufferSize::Fixed(frames) => frames as usize,
            BufferSize::Default => samples(PERIOD, rate),
        };
        let (ring, consumer) = RingBuffer::new(samples(RING, rate).max(4 * period));
        let state = Arc::new(State::default());
        let feed = Feed::new(consumer, config.channels, Arc::clone(&state));
        let stream = build_output(&device, config, default.sample_format(), feed)?;
        stream.play().map_err(refused)?;
        let id = device.id().map_err(refused)?.to_string();
        Ok(Output { id, ring, steer: Steer::new(rate, period)?, rate, seen: 0, state, _stream: stream })
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn write(&mut self, block: &Block) {
        let underruns = self.state.underruns();
        let dry = underruns != self.seen;
        self.seen = underruns;
        let queued = self.ring.buffer().capacity() - self.ring.slots();
        let share = self.steer.convert(block, queued, dry);
        // A full ring: the driver does not take anything, so nothing is what it gets.
        for _ in 0..share.silence {
            if self.ring.push(0.0).is_err() {
                return;
            }
        }
        let _ = self.ring.push_entire_slice(share.samples);
    }

    pub(super) fn trouble(&self) -> Option<String> {
        self.state.trouble()
    }

    pub(super) fn latency_ms(&self) -> f32 {
        let period = self.state.period() as f32 / self.rate.max(1) as f32;
        (self.steer.target_seconds() as f32 + period) * 1000.0
    }

    pub(super) fn underruns(&self) -> u32 {
        self.state.underruns()
    }
}

fn build_output(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    mut feed: Feed,
) -> Result<cpal::Stream, DeviceError> {
    let state = Arc::clone(feed.state());
    let failed = move |error: cpal::Error| state.fail(error.kind());
    match format {
        SampleFormat::F32 => {
            device.build_output_stream(config, move |d: &mut [f32], _| feed.call(d), failed, Some(OPENING))
        }
        SampleFormat::I16 => {
            device.build_output_stream(config, move |d: &mut [i16], _| feed.call(d), failed, Some(OPENING))
        }
        SampleFormat::I32 => {
            device.build_output_stream(config, move |d: &mut [i32], _| feed.call(d), failed, Some(OPENING))
        }
        SampleFormat::U8 => {
            device.build_output_stream(config, move |d: &mut [u8], _| feed.call(d), failed, Some(OPENING))
        }
        other => return Err(DeviceError::Refused(format!("plays {other} only"))),
    }
    .map_err(refused)
}
