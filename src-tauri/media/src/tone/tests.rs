use super::*;

/// Amplitude of one frequency in some sound (Goertzel).
fn amplitude(sound: &[f32], hertz: f32) -> f32 {
    let coefficient = 2.0 * (std::f32::consts::TAU * hertz / 48_000.0).cos();
    let (mut last, mut before) = (0.0_f64, 0.0_f64);
    for sample in sound {
        (last, before) = (f64::from(*sample) + f64::from(coefficient) * last - before, last);
    }
    let power = last * last + before * before - f64::from(coefficient) * last * before;
    (power.max(0.0).sqrt() * 2.0 / sound.len() as f64) as f32
}

fn play(mut tone: Tone, milliseconds: usize) -> Vec<f32> {
    let mut sound = Vec::new();
    let mut block = [0.0; BLOCK];
    for _ in 0..milliseconds / 10 {
        tone.fill(&mut block);
        sound.extend_from_slice(&block);
    }
    sound
}

fn part(sound: &[f32], from_ms: usize, to_ms: usize) -> &[f32] {
    &sound[from_ms * 48..to_ms * 48]
}

#[test]
fn american_ringback_is_440_and_480_for_two_seconds_of_six() {
    let sound = play(Tone::progress(Country::NorthAmerica, Progress::Ringback), 7_000);
    let on = part(&sound, 500, 1_500);
    assert!((amplitude(on, 440.0) - 0.1).abs() < 0.005);
    assert!((amplitude(on, 480.0) - 0.1).abs() < 0.005);
    assert!(amplitude(on, 425.0) < 0.005);
    assert!(part(&sound, 2_010, 5_990).iter().all(|sample| *sample == 0.0));
    assert!(amplitude(part(&sound, 6_100, 6_900), 440.0) > 0.09, "it repeats");
}

#[test]
fn busy_is_slower_than_congestion_everywhere() {
    for country in [Country::Europe, Country::NorthAmerica, Country::Russia, Country::Britain] {
        let score = |progress| progress_score(country, progress).iter().map(|note| note.milliseconds).sum::<u32>();
        assert!(score(Progress::Busy) >= score(Progress::Congestion), "{country:?}");
    }
}

#[test]
fn countries_are_found_by_code() {
    assert_eq!(Country::of("RU"), Country::Russia);
    assert_eq!(Country::of("us"), Country::NorthAmerica);
    assert_eq!(Country::of("ir"), Country::Europe);
    assert_eq!(Country::of(""), Country::Europe);
}

#[test]
fn a_key_is_its_row_and_its_column() {
    for (key, low, high) in [('1', 697.0, 1209.0), ('5', 770.0, 1336.0), ('#', 941.0, 1477.0), ('d', 941.0, 1633.0)] {
        let sound = play(Tone::key(key).expect("a key"), 100);
        assert!(amplitude(part(&sound, 10, 90), low) > 0.08, "{key}");
        assert!(amplitude(part(&sound, 10, 90), high) > 0.08, "{key}");
    }
    assert!(Tone::key(',').is_none());
}

#[test]
fn the_dial_tone_has_neither_seam_nor_end() {
    let sound = play(Tone::line(Line::Dial), 60_000);
    assert!((amplitude(part(&sound, 59_000, 60_000), 425.0) - 0.158).abs() < 0.002, "16 dB below full scale");
    let wave = |n: usize| 0.158 * (std::f64::consts::TAU * 425.0 * n as f64 / 48_000.0).sin();
    let worst = sound.iter().enumerate().map(|(n, sample)| (f64::from(*sample) - wave(n)).abs()).fold(0.0, f64::max);
    assert!(worst < 0.001, "{worst} out of step");
}

#[test]
fn tones_for_a_peer_keep_their_time() {
    for (line, on_ms, period_ms) in [(Line::Ringback, 1_000, 5_000), (Line::Refused, 250, 500)] {
        let sound = play(Tone::line(line), 11_000);
        for start in (0..11_000 - on_ms).step_by(period_ms) {
            assert!(amplitude(part(&sound, start + 10, start + on_ms - 10), 425.0) > 0.15, "{line:?} at {start} ms");
            let pause = part(&sound, start + on_ms, (start + period_ms).min(11_000));
            assert!(pause.iter().all(|sample| *sample == 0.0), "{line:?} after {start} ms");
        }
    }
    let beep = play(Tone::line(Line::Beep), 2_000);
    assert!(amplitude(part(&beep, 10, 240), 1_000.0) > 0.15);
    assert!(part(&beep, 250, 2_000).iter().all(|sample| *sample == 0.0), "once");
}

#[test]
fn beeps_end() {
    for (mut tone, blocks) in [
        (Tone::auto_answered(), 36),
        (Tone::supervised(), 40),
        (Tone::call_waiting(), 100),
        (Tone::line(Line::Beep), 25),
    ] {
        let mut block = [0.0; BLOCK];
        let played = (0..500).take_while(|_| tone.fill(&mut block)).count();
        assert_eq!(played, blocks);
        assert_eq!(block, [0.0; BLOCK]);
    }
}

#[test]
fn the_melody_goes_on_and_neither_clips_nor_clicks() {
    let sound = play(Tone::melody(), 60_000);
    assert!(sound.iter().all(|sample| sample.abs() < 0.7));
    let steepest = sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    assert!(steepest < 0.15, "{steepest}");
    assert!(part(&sound, 57_000, 60_000).iter().any(|sample| sample.abs() > 0.1));
}
