//! A microphone and a speaker made of files, for tests, demonstrations and machines without sound.

use std::{fmt, fs::File, io::BufReader, io::BufWriter};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use rubato::{Async, FixedAsync, Resampler, audioadapter_buffers::direct::SequentialSlice};

use super::{DeviceError, steer::resampler};
use crate::{BLOCK, Block};

/// Reads a WAV file of any rate, depth and number of channels, once; then silence.
pub(super) struct Player {
    reader: WavReader<BufReader<File>>,
    resampler: Option<Async<f32>>,
    input: Vec<f32>,
}

impl fmt::Debug for Player {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Player").finish_non_exhaustive()
    }
}

impl Player {
    pub(super) fn open(path: &str) -> Result<Player, DeviceError> {
        let reader = WavReader::open(path)?;
        let rate = reader.spec().sample_rate;
        if rate == 0 || reader.spec().channels == 0 {
            return Err(DeviceError::Refused("the file has no rate or no channels".into()));
        }
        if rate == 48_000 {
            return Ok(Player { reader, resampler: None, input: vec![0.0; BLOCK] });
        }
        let resampler = resampler(48_000.0 / f64::from(rate), FixedAsync::Output)?;
        let input = vec![0.0; resampler.input_frames_max()];
        Ok(Player { reader, resampler: Some(resampler), input })
    }

    pub(super) fn read(&mut self, block: &mut Block) {
        let Some(resampler) = &mut self.resampler else {
            return read_mono(&mut self.reader, block);
        };
        let frames = resampler.input_frames_next().min(self.input.len());
        let Some(input) = self.input.get_mut(..frames) else { return };
        read_mono(&mut self.reader, input);
        let Ok(input) = SequentialSlice::new(&*input, 1, frames) else { return };
        let Ok(mut output) = SequentialSlice::new_mut(block.as_mut_slice(), 1, BLOCK) else { return };
        if resampler.process_into_buffer(&input, &mut output, None).is_err() {
            *block = [0.0; BLOCK];
        }
    }
}

/// Fills `mono` with the mean of the channels, and with zeros after the end of the file.
fn read_mono(reader: &mut WavReader<BufReader<File>>, mono: &mut [f32]) {
    let WavSpec { channels, bits_per_sample, sample_format, .. } = reader.spec();
    let channels = usize::from(channels);
    match sample_format {
        SampleFormat::Float => mean(reader.samples::<f32>().map_while(Result::ok), channels, mono),
        SampleFormat::Int => {
            let full = (1_i64 << (bits_per_sample.clamp(1, 32) - 1)) as f32;
            mean(reader.samples::<i32>().map_while(Result::ok).map(|sample| sample as f32 / full), channels, mono);
        }
    }
}

fn mean(mut samples: impl Iterator<Item = f32>, channels: usize, mono: &mut [f32]) {
    for out in mono {
        *out = samples.by_ref().take(channels).sum::<f32>() / channels as f32;
    }
}

/// Records 48 kHz 16-bit mono. The header is put right about every second, so that the file of a killed process plays.
pub(super) struct Recorder {
    writer: WavWriter<BufWriter<File>>,
    blocks: u32,
    trouble: Option<String>,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("blocks", &self.blocks).finish_non_exhaustive()
    }
}

impl Recorder {
    /// Blocks between two flushes.
    const FLUSH: u32 = 100;

    pub(super) fn create(path: &str) -> Result<Recorder, DeviceError> {
        let spec = WavSpec { channels: 1, sample_rate: 48_000, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let mut writer = WavWriter::create(path, spec)?;
        writer.flush()?;
        Ok(Recorder { writer, blocks: 0, trouble: None })
    }

    pub(super) fn write(&mut self, block: &Block) {
        if self.trouble.is_none() {
            self.trouble = self.try_write(block).err().map(|error| error.to_string());
        }
    }

    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.clone()
    }

    fn try_write(&mut self, block: &Block) -> Result<(), hound::Error> {
        for sample in block {
            self.writer.write_sample((sample * 32_767.0).round() as i16)?;
        }
        self.blocks += 1;
        if self.blocks.is_multiple_of(Recorder::FLUSH) {
            self.writer.flush()?;
        }
        Ok(())
    }
}
