//! Many connections at once.

use std::{
    io::Read as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::kit::{CRM, CRM_ALLOWED, Kit, origin};

#[test]
fn idle_connections_are_bounded_and_dropped() {
    let kit = Kit::new();
    let idle: Vec<TcpStream> = (0..600).map(|_| kit.connect()).collect();
    let slow = Instant::now();
    for mut stream in idle {
        // The oldest make room for the last; the others go after the time for a request head.
        assert!(matches!(stream.read(&mut [0]), Ok(0) | Err(_)));
    }
    assert!(slow.elapsed() < Duration::from_secs(19), "within the time for a head");
    assert_eq!(kit.request("GET", "/v1/snapshot", "").0, 200, "and friends come in again");
}

#[test]
fn a_crowd_keeps_nobody_out_who_clicks() {
    let kit = Kit::practising(CRM_ALLOWED);
    let mut program = kit.listen("/v1/changes", &kit.bearer());
    let mut page = kit.listen("/v1/changes", &origin(CRM));
    let crowd: Vec<TcpStream> = (0..1000).map(|_| kit.connect()).collect();
    let start = Instant::now();
    assert_eq!(kit.get("/callto?number=700", &origin(CRM)).status, 200);
    assert!(start.elapsed() < Duration::from_secs(2), "the click waited {:?}", start.elapsed());
    program.until("\"started_by\":\"https://crm.example\"");
    page.until("\"started_by\":\"https://crm.example\"");
    drop(crowd);
}

#[test]
fn a_site_cannot_wait_for_so_many_answers_that_it_cannot_click() {
    let kit = Kit::practising(CRM_ALLOWED);
    let mut streams: Vec<_> = (0..4).map(|_| kit.listen("/v1/changes", &origin(CRM))).collect();
    let refused = kit.get("/v1/changes", &origin(CRM));
    assert_eq!((refused.status, refused.is_readable()), (429, true));
    assert_eq!(kit.get("/callto?number=700", &origin(CRM)).status, 200);
    streams.pop();
    let bound = Instant::now() + Duration::from_secs(10);
    while kit.listen("/v1/changes", &origin(CRM)).status() != 200 {
        assert!(Instant::now() < bound, "a closed stream leaves its place");
    }
}
