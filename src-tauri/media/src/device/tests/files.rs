//! Devices made of files, and the ranked choice.

use std::{f32::consts::TAU, path::PathBuf};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use super::super::{Capture, Opened, Playback, open_capture, open_playback};
use crate::BLOCK;

fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("ringside-{}-{name}", std::process::id()))
}

fn wanted(path: &std::path::Path) -> Vec<String> {
    vec![format!("wav:{}", path.display())]
}

fn capture(path: &std::path::Path) -> Capture {
    let Opened { device, troubles } = open_capture(&wanted(path));
    assert_eq!(troubles, Vec::<String>::new());
    device
}

/// A second of 440 Hz at half scale.
fn write_sine(path: &std::path::Path, spec: WavSpec) {
    let mut writer = WavWriter::create(path, spec).expect("a file");
    for n in 0..spec.sample_rate {
        let sample = 0.5 * (n as f32 * 440.0 * TAU / spec.sample_rate as f32).sin();
        for _ in 0..spec.channels {
            match spec.sample_format {
                SampleFormat::Float => writer.write_sample(sample).expect("written"),
                SampleFormat::Int => {
                    let full = (1_i64 << (spec.bits_per_sample - 1)) as f32;
                    writer.write_sample((sample * full) as i32).expect("written");
                }
            }
        }
    }
    writer.finalize().expect("a header");
}

#[test]
fn any_wav_file_is_a_microphone_that_falls_silent() {
    for (name, channels, sample_rate, bits_per_sample, sample_format) in [
        ("a.wav", 1, 48_000, 16, SampleFormat::Int),
        ("b.wav", 2, 8_000, 16, SampleFormat::Int),
        ("c.wav", 1, 44_100, 24, SampleFormat::Int),
        ("d.wav", 2, 22_050, 32, SampleFormat::Float),
    ] {
        let path = path(name);
        write_sine(&path, WavSpec { channels, sample_rate, bits_per_sample, sample_format });
        let mut microphone = capture(&path);
        assert!(!microphone.paces());
        let mut sound = Vec::new();
        let mut block = [0.0; BLOCK];
        for _ in 0..150 {
            assert!(microphone.read(&mut block));
            sound.extend_from_slice(&block);
        }
        std::fs::remove_file(&path).expect("removed");
        let middle = &sound[12_000..36_000];
        let rms = (middle.iter().map(|sample| sample * sample).sum::<f32>() / middle.len() as f32).sqrt();
        assert!((rms - 0.5 / 2_f32.sqrt()).abs() < 0.01, "{name}: {rms}");
        let crossings = middle.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        assert!((219..=221).contains(&crossings), "{name}: {crossings}");
        assert!(sound[50_000..].iter().all(|sample| sample.abs() < 1e-3), "{name}: silence after the end");
    }
}

#[test]
fn a_recording_plays_although_nobody_finished_it() {
    let path = path("killed.wav");
    let Opened { device: mut speaker, .. } = open_playback(&wanted(&path));
    for _ in 0..250 {
        speaker.write(&[0.5; BLOCK]);
    }
    // As a killed process leaves it: nothing runs that would close the file.
    std::mem::forget(speaker);
    let reader = WavReader::open(&path).expect("a valid header");
    assert_eq!(reader.spec().sample_rate, 48_000);
    assert!(reader.duration() >= 200 * BLOCK as u32, "{}", reader.duration());
    std::fs::remove_file(&path).expect("removed");
}

#[test]
fn the_first_that_opens_wins_and_the_others_are_named() {
    let list = ["wav:/nowhere/at/all.wav".to_owned(), "null".to_owned()];
    let Opened { device, troubles } = open_capture(&list);
    assert_eq!(device.id(), "null");
    assert_eq!(troubles.len(), 1);
    assert!(troubles[0].starts_with("wav:/nowhere/at/all.wav: "), "{troubles:?}");
    let Opened::<Playback> { device, .. } = open_playback(&list);
    assert_eq!(device.id(), "null");
}
