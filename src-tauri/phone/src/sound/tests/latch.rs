use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::super::latch::Latch;

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

#[test]
fn packets_go_where_they_come_from_once_they_come() {
    let now = Instant::now();
    let mut latch = Latch::new(address("192.0.2.1:4000"));
    assert_eq!(latch.target(), address("192.0.2.1:4000"));
    assert!(latch.admits(address("198.51.100.7:1024"), now));
    latch.saw(address("198.51.100.7:1024"), now);
    assert_eq!(latch.target(), address("198.51.100.7:1024"));
}

#[test]
fn a_stranger_waits_until_the_peer_has_been_silent() {
    let now = Instant::now();
    let (peer, stranger) = (address("192.0.2.1:4000"), address("203.0.113.9:9"));
    let mut latch = Latch::new(peer);
    latch.saw(peer, now);
    assert!(!latch.admits(stranger, now + Duration::from_millis(1_900)));
    latch.saw(peer, now + Duration::from_millis(1_900));
    assert!(!latch.admits(stranger, now + Duration::from_millis(3_800)));
    assert!(latch.admits(stranger, now + Duration::from_millis(3_900)));
}

#[test]
fn only_a_new_address_in_an_answer_unlatches() {
    let now = Instant::now();
    let mut latch = Latch::new(address("192.0.2.1:4000"));
    latch.saw(address("198.51.100.7:1024"), now);
    latch.signal(address("192.0.2.1:4000"));
    assert_eq!(latch.target(), address("198.51.100.7:1024"));
    latch.signal(address("192.0.2.2:5000"));
    assert_eq!(latch.target(), address("192.0.2.2:5000"));
    assert!(!latch.is_latched());
}
