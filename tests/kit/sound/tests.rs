use super::*;

#[test]
fn a_tone_is_found_at_its_frequency_alone() {
    let tone = Sound::tone(600.0, 0.25);
    assert!((tone.level(600.0) - 0.5).abs() < 0.01, "{}", tone.level(600.0));
    assert!(tone.level(900.0) < 0.01, "{}", tone.level(900.0));
}

#[test]
fn a_file_is_read_as_it_was_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tone.wav");
    Sound::tone(600.0, 0.5).write(&path);
    let read = Sound::read(&path).expect("a file");
    assert!((read.seconds() - 0.5).abs() < 1e-6);
    assert!((read.level(600.0) - 0.5).abs() < 0.01);
}

#[test]
fn a_file_that_is_still_being_written_is_read_so_far() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tone.wav");
    Sound::tone(600.0, 0.5).write(&path);
    let mut bytes = std::fs::read(&path).expect("a file");
    // The writer puts the lengths in at the end; until then they are zero.
    bytes[4..8].fill(0);
    bytes[40..44].fill(0);
    bytes.truncate(44 + 48_000 / 2);
    std::fs::write(&path, bytes).expect("a file");
    let read = Sound::read(&path).expect("a file");
    assert!((read.seconds() - 0.25).abs() < 1e-6, "{}", read.seconds());
}

#[test]
fn a_file_without_a_header_is_nothing_yet() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("empty.wav");
    std::fs::write(&path, b"RIFF").expect("a file");
    assert!(Sound::read(&path).is_none());
    assert!(Sound::read(&folder.path().join("none.wav")).is_none());
}

#[test]
fn speech_scored_against_itself_is_perfect() {
    let speech = Sound::speech();
    let score = crate::quality::score(&speech, &speech);
    assert!(score.pesq_wb > 4.6 && score.pesq_nb > 4.5 && score.stoi > 0.99, "{score:?}");
}
