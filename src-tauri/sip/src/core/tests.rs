//! Timers and chance.

use std::{collections::BTreeSet, time::Duration};

use super::{
    CallKey,
    random::Random,
    timers::{Alarm, CallAlarm, TimerHeap},
};

#[test]
fn timers_come_in_the_order_of_their_deadlines() {
    #[allow(clippy::disallowed_methods, reason = "an arbitrary beginning")]
    let start = std::time::Instant::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    let alarm = |call| Alarm::Call(CallKey(call), CallAlarm::NoAck);
    let mut heap = TimerHeap::default();
    for (call, seconds) in [(1, 30), (2, 10), (3, 20), (1, 5)] {
        heap.set(alarm(call), at(seconds));
    }
    heap.cancel(alarm(3));
    assert_eq!(heap.next(), Some(at(5)), "set anew");
    assert_eq!(heap.due(at(4)), None);
    assert_eq!(std::iter::from_fn(|| heap.due(at(60))).collect::<Vec<_>>(), [alarm(1), alarm(2)]);
    assert_eq!(heap.next(), None);
}

#[test]
fn chance_repeats_itself_with_its_seed_alone() {
    let tokens = |seed| {
        let mut random = Random::new([seed; 32]);
        (0..1000).map(|_| random.token()).collect::<BTreeSet<_>>()
    };
    assert_eq!(tokens(1), tokens(1));
    assert_eq!(tokens(1).len(), 1000);
    assert!(tokens(1).is_disjoint(&tokens(2)));
}

#[test]
fn jitter_stays_in_its_bounds() {
    let mut random = Random::new([3; 32]);
    let (shortest, longest) = (Duration::from_secs(25), Duration::from_secs(30));
    let drawn: Vec<Duration> = (0..500).map(|_| random.between(shortest, longest)).collect();
    assert!(drawn.iter().all(|drawn| (shortest..=longest).contains(drawn)));
    assert!(drawn.iter().max() > drawn.iter().min());
    assert_eq!(random.between(longest, longest), longest);
}
