use super::*;
use crate::{BLOCK, Block};

/// All that a sender emits for some digits, on an 8 kHz clock with 20 ms packets.
fn packets(digits: &str) -> Vec<Event> {
    let mut sender = Sender::new();
    sender.push(digits);
    (0..500).filter_map(|at| sender.step(1000 + at * 80, 80, 20).1).collect()
}

fn receive(events: impl IntoIterator<Item = Event>) -> String {
    let mut receiver = Receiver::new();
    events.into_iter().for_each(|event| receiver.receive(&event.payload(), event.timestamp));
    std::iter::from_fn(|| receiver.poll()).collect()
}

#[test]
fn one_key_is_four_updates_and_three_ends_with_one_timestamp() {
    let events = packets("5");
    let durations: Vec<[u8; 4]> = events.iter().map(Event::payload).collect();
    let update = |duration: u16| [5, 10, duration.to_be_bytes()[0], duration.to_be_bytes()[1]];
    let end = [5, 0x8a, 0x03, 0x20];
    assert_eq!(durations, [update(160), update(320), update(480), update(640), end, end, end]);
    assert!(events.iter().all(|event| event.timestamp == 1000));
    assert_eq!(
        events.iter().map(|event| event.marker).collect::<Vec<_>>(),
        [true, false, false, false, false, false, false]
    );
}

#[test]
fn every_key_arrives_once_and_others_are_passed_over() {
    assert_eq!(receive(packets("0123456789*#ABCD")), "0123456789*#ABCD");
    assert_eq!(receive(packets("1-2 (3)a")), "123A");
    assert_eq!(receive(packets("1122")), "1122");
}

#[test]
fn any_one_packet_of_an_event_is_enough_and_all_of_them_are_not_too_many() {
    for keep in 0..7 {
        let kept = packets("42").into_iter().enumerate().filter(|(at, _)| at % 7 == keep).map(|(_, event)| event);
        assert_eq!(receive(kept), "42", "packet {keep}");
    }
    let twice = packets("42").into_iter().flat_map(|event| [event; 2]);
    assert_eq!(receive(twice), "42");
}

#[test]
fn reordered_events_do_not_repeat() {
    let mut events = packets("42");
    events.swap(6, 7);
    assert_eq!(receive(events), "42");
}

#[test]
fn a_key_held_for_long_goes_on_in_segments() {
    let mut receiver = Receiver::new();
    for (timestamp, duration, end) in [(0u32, 0xff00u16, 0), (0xff00, 0xff00, 0), (0x1fe00, 800, 0x80)] {
        let [high, low] = duration.to_be_bytes();
        receiver.receive(&[7, end, high, low], timestamp);
    }
    assert_eq!(std::iter::from_fn(|| receiver.poll()).collect::<String>(), "7");
}

#[test]
fn a_comma_waits_a_second() {
    let events = packets("1,2");
    let gap = events[7].timestamp - events[0].timestamp;
    assert!((1_160 * 8..1_200 * 8).contains(&gap), "{gap} ticks");
}

#[test]
fn hostile_events_are_passed_over_and_bounded() {
    let mut receiver = Receiver::new();
    receiver.receive(&[], 0);
    receiver.receive(&[200, 0, 0, 0], 1);
    (0..10_000).for_each(|at| receiver.receive(&[1, 0, 0, 160], at * 8000));
    assert!(std::iter::from_fn(|| receiver.poll()).count() <= 64);
}

#[test]
fn tones_hold_the_two_frequencies_of_the_key() {
    let power = |sound: &[f32], hertz: f64| {
        let (sine, cosine) = sound.iter().enumerate().fold((0.0, 0.0), |(s, c), (n, &sample)| {
            let (sin, cos) = (std::f64::consts::TAU * hertz * n as f64 / 48_000.0).sin_cos();
            (s + f64::from(sample) * sin, c + f64::from(sample) * cos)
        });
        (sine.hypot(cosine) / sound.len() as f64 * 2.0) as f32
    };
    let mut tones = Tones::default();
    let mut sound = Vec::new();
    for _ in 0..10 {
        let mut block: Block = [0.0; BLOCK];
        tones.fill(code('#').expect("a key"), &mut block);
        sound.extend(block);
    }
    assert!((power(&sound, 941.0) - 0.277).abs() < 0.02);
    assert!((power(&sound, 1477.0) - 0.349).abs() < 0.02);
    assert!(power(&sound, 1209.0) < 0.02);
}
