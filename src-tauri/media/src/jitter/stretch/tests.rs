use super::*;

fn line(sound: impl Iterator<Item = f32>) -> Line {
    let mut line = Line::new(8_000);
    line.sound.extend(sound);
    // The first 50 ms are over.
    line.cursor += 400;
    line
}

fn tone(n: usize) -> f32 {
    (n as f32 * std::f32::consts::TAU / 50.0).sin() * 0.5
}

/// The largest step between neighbours: a click would stand out.
fn roughness(sound: &[f32]) -> f32 {
    sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

#[test]
fn a_tone_loses_one_period_without_a_click() {
    let mut line = line((0..800).map(tone));
    let smooth = roughness(line.ready_sound());
    let removed = Stretch::new(8_000).shorten(&mut line, 120, 0.0, 0.0);
    assert!(removed == 50 || removed == 100, "{removed}");
    assert_eq!(line.ready(), 400 - removed);
    assert!(roughness(line.ready_sound()) < smooth * 1.1);
}

#[test]
fn a_tone_gains_one_period_without_a_click() {
    let mut line = line((0..800).map(tone));
    let smooth = roughness(line.ready_sound());
    let added = Stretch::new(8_000).lengthen(&mut line, 120, 0.0, 0.0);
    assert!(added == 50 || added == 100, "{added}");
    assert_eq!(line.ready(), 400 + added);
    assert!(roughness(line.ready_sound()) < smooth * 1.1);
}

#[test]
fn a_pause_gives_all_that_is_asked_for() {
    let mut line = line(std::iter::repeat_n(0.0, 800));
    assert_eq!(Stretch::new(8_000).shorten(&mut line, 90, 0.0, 0.0), 90);
}

#[test]
fn what_does_not_repeat_is_left_alone_unless_in_a_hurry() {
    let mut noise = crate::noise::Noise::new(3);
    noise.describe(&[10]);
    let mut line = line((0..800).map(|_| noise.sample()));
    assert_eq!(Stretch::new(8_000).shorten(&mut line, 120, 0.0, 0.0), 0);
}
