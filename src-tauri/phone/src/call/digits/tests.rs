use std::time::{Duration, Instant};

use super::*;

fn told(presses: &[(Way, char, u64)]) -> String {
    let start = Instant::now();
    let mut digits = Digits::default();
    let mut is_new = |way, digit, ms| digits.is_new(way, digit, start + Duration::from_millis(ms));
    presses.iter().filter(|(way, digit, ms)| is_new(*way, *digit, *ms)).map(|(_, digit, _)| *digit).collect()
}

#[test]
fn a_press_that_comes_both_ways_is_one() {
    let both =
        |first, second| [(first, '5', 0), (second, '5', 40), (first, '5', 300), (second, '5', 345), (first, '1', 600)];
    assert_eq!(told(&both(Way::Rtp, Way::Info)), "551");
    assert_eq!(told(&both(Way::Info, Way::Rtp)), "551");
}

#[test]
fn the_same_key_again_by_one_way_is_another_press() {
    assert_eq!(told(&[(Way::Rtp, '7', 0), (Way::Rtp, '7', 160), (Way::Rtp, '7', 320)]), "777");
    assert_eq!(told(&[(Way::Info, '7', 0), (Way::Info, '7', 10)]), "77");
}

#[test]
fn a_twin_that_comes_too_late_is_a_press() {
    assert_eq!(told(&[(Way::Rtp, '7', 0), (Way::Info, '7', 2_000)]), "77");
}

#[test]
fn info_comes_in_two_forms() {
    assert_eq!(of_info("application/dtmf-relay", b"Signal= 5\r\nDuration=160\r\n"), Some('5'));
    assert_eq!(of_info("application/dtmf; x=y", b"d"), Some('D'));
    assert_eq!(of_info("application/dtmf", b""), None);
    assert_eq!(of_info("application/dtmf", b"x"), None);
    assert_eq!(of_info("text/plain", b"5"), None);
}
