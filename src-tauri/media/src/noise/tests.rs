use super::*;

fn made(noise: &mut Noise) -> Vec<f32> {
    (0..16_000).map(|_| noise.sample()).collect()
}

#[test]
fn noise_has_the_level_that_was_described() {
    for (payload, decibels) in [(&[40u8][..], -40.0), (&[60, 40, 150, 120][..], -60.0)] {
        let mut noise = Noise::new(7);
        noise.describe(payload);
        let level = 20.0 * rms(&made(&mut noise)).log10();
        assert!((level - decibels).abs() < 1.0, "{level} dB for {payload:?}");
    }
}

#[test]
fn any_description_stays_bounded() {
    for byte in 0..=255 {
        let mut noise = Noise::new(7);
        noise.describe(&[byte; 40]);
        assert!(made(&mut noise).iter().all(|sample| sample.is_finite() && sample.abs() < 20.0), "{byte}");
    }
}

#[test]
fn the_floor_follows_pauses_not_speech() {
    let mut floor = Floor::default();
    for at in 0..200 {
        let amplitude = if at % 10 == 0 { 0.001 } else { 0.3 };
        floor.hear(&[amplitude; 160]);
    }
    assert!((0.0009..0.0012).contains(&floor.level()), "{}", floor.level());
}
