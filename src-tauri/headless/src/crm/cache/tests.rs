//! How long what is remembered, and how much of it.

use super::*;

fn anna() -> Outcome {
    Ok(Some(Person { name: Some("Anna".into()), ..Person::default() }))
}

fn asks(cache: &mut Cache, address: &str, now: Instant) -> bool {
    matches!(cache.ask(address, now), Asked::Ask(_))
}

#[test]
fn who_asks_the_same_waits_for_the_same_answer() {
    let (mut cache, now) = (Cache::default(), Instant::now());
    let Asked::Ask(first) = cache.ask("a", now) else { panic!("nobody asked before") };
    let Asked::Wait(second) = cache.ask("a", now + Duration::from_secs(100)) else { panic!("it is being asked") };
    assert_eq!(second.get(), None);
    cache.settle("a", anna(), now);
    assert_eq!((first.get(), second.get()), (Some(&anna()), Some(&anna())));
}

#[test]
fn a_hit_lives_longer_than_a_miss_and_a_miss_longer_than_a_failure() {
    for (outcome, seconds) in [(anna(), 300), (Ok(None), 60), (Err(LookUpFailed), 10)] {
        let (mut cache, now) = (Cache::default(), Instant::now());
        assert!(asks(&mut cache, "a", now));
        cache.settle("a", outcome, now);
        assert!(!asks(&mut cache, "a", now + Duration::from_secs(seconds - 1)));
        assert!(asks(&mut cache, "a", now + Duration::from_secs(seconds)));
    }
}

#[test]
fn a_thousand_are_remembered_and_the_oldest_goes_first() {
    let (mut cache, now) = (Cache::default(), Instant::now());
    let address = |at: usize| format!("a{at}");
    for at in 0..MOST {
        assert!(asks(&mut cache, &address(at), now));
    }
    assert!(matches!(cache.ask("one more", now), Asked::Full), "all of them are still being asked");
    cache.settle(&address(7), anna(), now);
    cache.settle(&address(8), Ok(None), now);
    assert!(asks(&mut cache, "one more", now));
    assert!(!asks(&mut cache, &address(7), now), "it would have lived longer than the other");
    assert_eq!(cache.0.len(), MOST);
}
