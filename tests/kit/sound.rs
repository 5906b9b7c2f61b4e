//! Sound in memory: made, read, written, and looked at for tones. Mono, −1 to 1.

use std::{
    f64::consts::TAU,
    io::{Read, Seek, SeekFrom},
    path::Path,
    process::Command,
    sync::OnceLock,
};

/// A piece of sound.
#[derive(Clone, Debug, Default)]
pub struct Sound {
    rate_hz: u32,
    samples: Vec<f32>,
}

impl Sound {
    /// A steady tone at half of full scale.
    pub fn tone(hz: f64, seconds: f64) -> Self {
        let count = (seconds * f64::from(RATE_HZ)) as usize;
        let samples = (0..count).map(|i| 0.5 * (TAU * hz * i as f64 / f64::from(RATE_HZ)).sin() as f32).collect();
        Self { rate_hz: RATE_HZ, samples }
    }

    /// About eight seconds of a woman reading, made once by espeak-ng. The voice is one that G.722 itself takes to PESQ-WB 3.96;
    /// others end at 3.5, whoever codes them.
    pub fn speech() -> Self {
        static SPEECH: OnceLock<Sound> = OnceLock::new();
        SPEECH.get_or_init(make_speech).clone()
    }

    /// The same after some silence, in which a call can come about.
    pub fn after_silence(mut self, seconds: f64) -> Self {
        let count = (seconds * f64::from(self.rate_hz)) as usize;
        self.samples.splice(..0, std::iter::repeat_n(0.0, count));
        self
    }

    /// Reads a mono or stereo WAV file of 16 bit integers or 32 bit floats; also one that is still being written, whose
    /// header does not say yet how long it is. `None`: nothing there yet.
    pub fn read(path: &Path) -> Option<Self> {
        let mut file = std::fs::File::open(path).ok()?;
        let mut header = Vec::new();
        file.by_ref().take(4096).read_to_end(&mut header).ok()?;
        let format = chunk(&header, b"fmt ")?;
        let field = |at: usize| Some(u16::from_le_bytes(header.get(format + at..format + at + 2)?.try_into().ok()?));
        let (is_float, channels, low, high, bits) = (field(0)? == 3, field(2)?, field(4)?, field(6)?, field(14)?);
        file.seek(SeekFrom::Start(chunk(&header, b"data")? as u64)).ok()?;
        let mut data = Vec::new();
        file.read_to_end(&mut data).ok()?;
        let samples: Vec<f32> = match (is_float, bits) {
            (false, 16) => {
                data.chunks_exact(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32768.0).collect()
            }
            (true, 32) => data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
            other => panic!("{} is neither 16 bit integer nor 32 bit float: {other:?}", path.display()),
        };
        let channels = usize::from(channels.max(1));
        let samples = samples.chunks_exact(channels).map(|frame| frame.iter().sum::<f32>() / channels as f32).collect();
        Some(Self { rate_hz: u32::from(low) | u32::from(high) << 16, samples })
    }

    /// Writes a WAV file of 16 bit integers.
    pub fn write(&self, path: &Path) {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: self.rate_hz,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec).expect("the folder takes a file");
        for sample in &self.samples {
            writer.write_sample((sample.clamp(-1.0, 1.0) * 32767.0) as i16).expect("the disk takes a sample");
        }
        writer.finalize().expect("the disk takes a header");
    }

    /// How long it is.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate_hz.max(1))
    }

    /// Its end, or all of it if it is shorter.
    pub fn last(&self, seconds: f64) -> Self {
        let count = ((seconds * f64::from(self.rate_hz)) as usize).min(self.samples.len());
        Self { rate_hz: self.rate_hz, samples: self.samples[self.samples.len() - count..].to_vec() }
    }

    /// Amplitude of one frequency over all of it, by Goertzel's algorithm: 0.5 for [`Sound::tone`] of that frequency.
    pub fn level(&self, hz: f64) -> f64 {
        let step = 2.0 * (TAU * hz / f64::from(self.rate_hz.max(1))).cos();
        let (mut before, mut last) = (0.0, 0.0);
        for sample in &self.samples {
            (before, last) = (last, f64::from(*sample) + step * last - before);
        }
        let power = (last * last + before * before - step * last * before).max(0.0);
        2.0 * power.sqrt() / self.samples.len().max(1) as f64
    }

    /// Root mean square of all of it.
    pub fn rms(&self) -> f64 {
        let power: f64 = self.samples.iter().map(|s| f64::from(*s) * f64::from(*s)).sum();
        (power / self.samples.len().max(1) as f64).sqrt()
    }
}

/// Where the content of a RIFF chunk begins.
fn chunk(header: &[u8], name: &[u8; 4]) -> Option<usize> {
    let mut at = 12;
    loop {
        let length = u32::from_le_bytes(header.get(at + 4..at + 8)?.try_into().ok()?) as usize;
        if &header[at..at + 4] == name {
            return Some(at + 8);
        }
        at = at.checked_add(8)?.checked_add(length)?.checked_add(length & 1)?;
    }
}

fn make_speech() -> Sound {
    let folder = tempfile::tempdir().expect("a folder for speech");
    let parts: Vec<_> = LINES
        .iter()
        .map(|line| {
            let path = folder.path().join("line.wav");
            let status = Command::new("espeak-ng")
                .args(["-v", "en-us+f3", "-s", "150", "-a", "60", "-w"])
                .arg(&path)
                .arg(line)
                .status();
            assert!(status.is_ok_and(|s| s.success()), "espeak-ng speaks; `tests/install test` installs it");
            Sound::read(&path).expect("espeak-ng wrote a file")
        })
        .collect();
    let rate_hz = parts[0].rate_hz;
    let mut samples: Vec<f32> = parts.into_iter().flat_map(|part| part.samples).collect();
    // Room above the loudest syllable: codecs overshoot.
    let peak = samples.iter().fold(0.001_f32, |peak, s| peak.max(s.abs()));
    samples.iter_mut().for_each(|s| *s *= 0.6 / peak);
    Sound { rate_hz, samples }
}

const RATE_HZ: u32 = 48_000;

const LINES: [&str; 2] = [
    "Good morning, you have reached the sales desk. May I have your order number?",
    "Of course. It is seven four nine, five two two. I would like to change the address.",
];

#[cfg(test)]
mod tests;
