use super::*;

/// Gain in dB of a tone through both directions, measured in the middle of a second.
fn through(rate: u32, hertz: f64) -> f64 {
    let (mut down, mut up) = (Down::new(rate), Up::new(rate));
    let (mut low, mut out) = (Vec::new(), Vec::new());
    for at in 0..100 {
        let block = std::array::from_fn(|n| tone(hertz, at * BLOCK + n, 48_000));
        low.clear();
        down.process(&block, &mut low);
        let mut made = [0.0; BLOCK];
        up.process(&low, &mut made);
        out.extend(made);
    }
    10.0 * (2.0 * power(&out[24_000..43_200])).log10()
}

fn tone(hertz: f64, n: usize, rate: u32) -> f32 {
    (2.0 * PI * hertz * n as f64 / f64::from(rate)).sin() as f32
}

fn power(sound: &[f32]) -> f64 {
    sound.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>() / sound.len() as f64
}

#[test]
fn speech_bands_pass_untouched() {
    for (rate, hertz) in [(8_000, [100.0, 300.0, 1_000.0, 3_400.0]), (16_000, [50.0, 1_000.0, 5_000.0, 7_000.0])] {
        for hertz in hertz {
            let gain = through(rate, hertz);
            assert!(gain.abs() < 0.05, "{hertz} Hz through {rate}: {gain} dB");
        }
    }
}

#[test]
fn what_the_lower_rate_cannot_hold_is_gone() {
    for (rate, hertz) in [(8_000, [4_600.0, 6_000.0, 11_000.0]), (16_000, [9_000.0, 12_000.0, 20_000.0])] {
        for hertz in hertz {
            let gain = through(rate, hertz);
            assert!(gain < -70.0, "{hertz} Hz through {rate}: {gain} dB");
        }
    }
}

#[test]
fn images_of_the_lower_rate_are_gone() {
    let mut up = Up::new(8_000);
    let mut out = Vec::new();
    for at in 0..50 {
        let low: Vec<f32> = (0..80).map(|n| tone(3_000.0, at * 80 + n, 8_000)).collect();
        let mut made = [0.0; BLOCK];
        up.process(&low, &mut made);
        out.extend(made);
    }
    // Taking the tone out by a fit of sine and cosine leaves its images and rounding.
    let out = &out[4_800..24_000];
    let basis = |n: usize| (2.0 * PI * 3_000.0 * n as f64 / 48_000.0).sin_cos();
    let (sine, cosine) = out.iter().enumerate().fold((0.0, 0.0), |(s, c), (n, &sample)| {
        let (sin, cos) = basis(n);
        (s + f64::from(sample) * sin, c + f64::from(sample) * cos)
    });
    let scale = 2.0 / out.len() as f64;
    let rest: Vec<f32> =
        (0..out.len()).map(|n| out[n] - (scale * (sine * basis(n).0 + cosine * basis(n).1)) as f32).collect();
    let rest = 10.0 * (power(&rest) / power(out)).log10();
    assert!(rest < -70.0, "images at {rest} dB");
}

#[test]
fn delay_stays_within_two_milliseconds_each_way() {
    for (rate, limit) in [(8_000, 0.0019), (16_000, 0.0012)] {
        let (taps, _) = design(rate);
        assert!((taps.len() as f64 - 1.0) / 2.0 / 48_000.0 < limit, "{} taps for {rate}", taps.len());
    }
}
