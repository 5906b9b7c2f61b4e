//! How often one address may come.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::{Duration, Instant},
};

use crate::webhook::rate::{Limit, Rates};

const LIMIT: Limit = Limit { burst: 20_000.0, rate: 10_000.0 };

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

/// How many of so many tries at one moment were let in.
fn let_in(rates: &Rates, from: IpAddr, tries: usize, now: Instant) -> usize {
    (0..tries).filter(|_| rates.take(from, now)).count()
}

#[test]
fn a_burst_is_let_in_and_then_so_many_a_second() {
    let (rates, start) = (Rates::new(LIMIT), Instant::now());
    let pbx = address("192.0.2.1");
    assert_eq!(let_in(&rates, pbx, 30_000, start), 20_000);
    assert!(!rates.has(pbx, start));
    assert_eq!(let_in(&rates, pbx, 30_000, start + Duration::from_secs(1)), 10_000);
    let sustained: usize =
        (1..=60).map(|second| let_in(&rates, pbx, 5_000, start + Duration::from_secs(1 + second))).sum();
    assert_eq!(sustained, 60 * 5_000, "a busy PBX loses nothing");
    assert_eq!(let_in(&rates, pbx, 30_000, start + Duration::from_secs(600)), 20_000);
}

#[test]
fn each_address_has_a_bucket_of_its_own() {
    let (rates, now) = (Rates::new(LIMIT), Instant::now());
    assert_eq!(let_in(&rates, address("192.0.2.1"), 30_000, now), 20_000);
    assert!(rates.take(address("192.0.2.2"), now));
    assert_eq!(let_in(&rates, address("2001:db8::1"), 30_000, now), 20_000);
    assert!(!rates.take(address("2001:db8::2"), now), "a machine has a whole /64");
    assert!(rates.take(address("2001:db8:0:1::1"), now));
}

#[test]
fn no_more_addresses_are_remembered_than_fit() {
    let (rates, start) = (Rates::new(LIMIT), Instant::now());
    let crowd = |at: Instant| {
        (0..10_000).filter(|index| rates.take(Ipv4Addr::from_bits(0x0A00_0000 + index).into(), at)).count()
    };
    assert_eq!(crowd(start), 4096);
    let late = address("192.0.2.1");
    assert!(!rates.take(late, start));
    assert!(rates.take(late, start + Duration::from_secs(3)), "whoever has gone makes room");
}
