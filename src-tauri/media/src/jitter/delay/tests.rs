use super::*;

/// Feeds packets of 20 ms, each so many ms behind the first.
fn feed(delay: &mut Delay, from: u32, behind_ms: impl IntoIterator<Item = f64>) -> (u32, f64) {
    let mut at = from;
    let mut now = 0.0;
    for behind in behind_ms {
        let media = f64::from(at) * 0.02;
        now = media + 100.0 + behind / 1000.0;
        delay.arrive(media, now);
        at += 1;
    }
    (at, now)
}

#[test]
fn a_quiet_network_asks_for_one_frame() {
    let mut delay = Delay::new();
    let (_, now) = feed(&mut delay, 0, std::iter::repeat_n(0.0, 100));
    assert_eq!(delay.target_ms(now), MIN_TARGET_MS);
}

#[test]
fn jitter_raises_the_target_to_cover_nearly_all() {
    let mut delay = Delay::new();
    let (_, now) = feed(&mut delay, 0, (0..300).map(|n| f64::from(n * 7 % 60)));
    let target = delay.target_ms(now);
    assert!((60.0..=75.0).contains(&target), "{target} ms");
}

#[test]
fn a_burst_is_forgotten_in_seconds() {
    let mut delay = Delay::new();
    let (at, now) = feed(&mut delay, 0, (0..200).map(|n| if n > 190 { 120.0 } else { 0.0 }));
    assert!(delay.target_ms(now) > 100.0);
    let (_, now) = feed(&mut delay, at, std::iter::repeat_n(0.0, 200));
    assert_eq!(delay.target_ms(now), MIN_TARGET_MS);
}

#[test]
fn peaks_that_come_back_are_covered() {
    let mut delay = Delay::new();
    let (_, now) = feed(&mut delay, 0, (0..600).map(|n| if n % 150 == 100 { 150.0 } else { 0.0 }));
    assert!(delay.target_ms(now) >= 150.0, "{}", delay.target_ms(now));
}

#[test]
fn a_slower_route_becomes_the_new_line() {
    let mut delay = Delay::new();
    let (at, _) = feed(&mut delay, 0, std::iter::repeat_n(0.0, 100));
    let (_, now) = feed(&mut delay, at, std::iter::repeat_n(80.0, 500));
    assert_eq!(delay.target_ms(now), MIN_TARGET_MS);
}

#[test]
fn a_jump_of_the_timestamps_is_told() {
    let mut delay = Delay::new();
    feed(&mut delay, 0, std::iter::repeat_n(0.0, 10));
    assert_eq!(delay.arrive(5_000.0, 100.2), Transit::Jump);
}
