//! How much of what was said can be heard: ITU-T P.862 scores by `tests/lab/speech.py`.

use std::process::Command;

use serde::Deserialize;

use crate::{Sound, repository};

/// Scores of a recording against what was said.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Score {
    /// P.862.2, 16 kHz: 1.0 to 4.64.
    pub pesq_wb: f64,
    /// P.862, 8 kHz: 1.0 to 4.55.
    pub pesq_nb: f64,
    /// Short-time objective intelligibility, 0 to 1.
    pub stoi: f64,
    /// How late the recording has it, counted from the recording's start.
    pub delay_ms: f64,
}

/// Finds `said` in `heard` and scores it.
#[track_caller]
pub fn score(said: &Sound, heard: &Sound) -> Score {
    let folder = tempfile::tempdir().expect("a folder for recordings");
    let [reference, recording] = ["said.wav", "heard.wav"].map(|name| folder.path().join(name));
    said.write(&reference);
    heard.write(&recording);
    let mut python = Command::new(repository("target/venv/bin/python"));
    let output = python.arg(repository("tests/lab/speech.py")).args([reference, recording]).output();
    let output = output.unwrap_or_else(|e| panic!("speech.py runs ({e}); `tests/install test` installs what it needs"));
    let said = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&said)
        .unwrap_or_else(|_| panic!("speech.py scores it, but says\n{said}{}", String::from_utf8_lossy(&output.stderr)))
}
