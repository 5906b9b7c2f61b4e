use super::*;

fn tone(n: usize) -> f32 {
    (n as f32 * std::f32::consts::TAU / 57.0).sin() * 0.5
}

fn concealed(rate: u32, samples: usize) -> Vec<f32> {
    let mut sound: Vec<f32> = (0..rate as usize / 10).map(tone).collect();
    let heard = sound.len();
    let mut concealer = Concealer::new(rate, 1);
    for _ in 0..samples / 80 {
        concealer.conceal(80, 0.001, &mut sound);
    }
    sound.split_off(heard)
}

#[test]
fn a_tone_goes_on_in_phase() {
    let made = concealed(8_000, 80);
    let error = made.iter().enumerate().map(|(n, sample)| (sample - tone(800 + n)).abs()).fold(0.0, f32::max);
    assert!(error < 0.02, "{error}");
}

#[test]
fn it_never_clicks() {
    let made = concealed(8_000, 480);
    let steepest = (0..200).map(|n| (tone(n + 1) - tone(n)).abs()).fold(0.0, f32::max);
    let step = made.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    assert!(step < steepest * 1.2, "{step} against {steepest}");
}

#[test]
fn a_long_loss_fades_into_the_background() {
    let made = concealed(16_000, 3_200);
    let level = rms(&made[1_600..]);
    assert!((0.0005..0.002).contains(&level), "{level}");
}

#[test]
fn silence_stays_silence() {
    let mut sound = vec![0.0; 800];
    Concealer::new(8_000, 1).conceal(800, 0.0, &mut sound);
    assert!(sound.iter().all(|sample| *sample == 0.0));
}

#[test]
fn little_history_is_enough() {
    let mut sound = vec![0.1; 3];
    Concealer::new(8_000, 1).conceal(400, 0.0, &mut sound);
    assert!(sound.iter().all(|sample| sample.is_finite()));
}
