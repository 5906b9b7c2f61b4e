//! A flood from one address, while another has something to tell.

use std::{
    io::Write as _,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use super::kit::{BASIC, Kit, RINGING, exchange, text};

#[test]
fn a_flood_from_one_address_starves_no_other() {
    let kit = Kit::guarded();
    let ask = text("GET", &format!("/simotel/NewState?{RINGING}"), &format!("Connection: close\r\n{BASIC}"), "");
    let over = AtomicBool::new(false);
    let slowest = thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let flood = text("POST", "/simotel", "", "guess").repeat(50);
                    kit.connect().write_all(flood.as_bytes()).ok();
                }
            });
        }
        let waited: Vec<_> = (0..50)
            .map(|_| {
                let begun = Instant::now();
                let answer = exchange(kit.connect_from("127.0.0.2"), ask.as_bytes());
                (answer.status, begun.elapsed())
            })
            .collect();
        over.store(true, Ordering::Relaxed);
        assert!(waited.iter().all(|(status, _)| *status == 200), "{waited:?}");
        waited.into_iter().map(|(_, waited)| waited).max().unwrap_or_default()
    });
    assert!(slowest < Duration::from_secs(2), "one waited {slowest:?}");
    assert_eq!(kit.taken().len(), 50);
    let view = kit.seen.view();
    assert!(view.events.iter().any(|event| event.status == 200), "the flood leaves the others in the view");
}
