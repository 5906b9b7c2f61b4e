//! The settings file, as a person writes it.

use std::{fs, process::Output};

use kit::desk::headless;

/// Starts a desk on this settings file, which is expected to be refused.
fn refused(settings: &str) -> (Output, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("settings.toml");
    fs::write(&file, settings).expect("a file");
    let mut command = headless();
    let output =
        command.arg("--settings").arg(&file).arg("--data").arg(folder.path()).output().expect("the desk starts");
    let sentence = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{sentence}");
    assert!(output.stdout.is_empty(), "it was not ready");
    assert!(sentence.contains("settings.toml"), "the sentence names the file: {sentence}");
    (output, sentence)
}

#[test]
fn a_file_that_is_not_toml_is_refused_in_a_sentence() {
    let (_, sentence) = refused("version = 1\n[[account]\nid = \"work\"\n");
    assert_eq!(sentence.trim_end().lines().count(), 1, "one line: {sentence}");
}

#[test]
fn a_word_that_is_none_of_the_choices_is_refused_by_its_key() {
    let (_, sentence) =
        refused("version = 1\n[[account]]\naor = \"sip:101@pbx.example\"\nid = \"work\"\ntransport = \"upd\"\n");
    assert!(sentence.contains("transport") && sentence.contains("udp"), "key and mend: {sentence}");
}

#[test]
fn a_file_that_is_not_there_is_refused() {
    let output = headless().args(["--settings", "/nonexistent/ringside.toml"]).output().expect("the desk starts");
    let sentence = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{sentence}");
    assert!(sentence.contains("/nonexistent/ringside.toml"), "{sentence}");
}
