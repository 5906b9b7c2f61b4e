//! Many at once.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use super::kit::{Kit, RINGING, read_one, text};

#[test]
fn a_thousand_connections_keep_no_event_out() {
    let kit = Kit::new();
    let crowd: Vec<TcpStream> = (0..1_000).map(|_| kit.connect()).collect();
    let begun = Instant::now();
    assert_eq!(kit.form("/simotel/NewState", RINGING).status, 200);
    assert!(begun.elapsed() < Duration::from_secs(2), "it waited {:?}", begun.elapsed());
    let is_open = |stream: &mut TcpStream| {
        stream.set_read_timeout(Some(Duration::from_millis(1))).expect("a socket has a timeout");
        matches!(stream.read(&mut [0]), Err(error) if [std::io::ErrorKind::WouldBlock, std::io::ErrorKind::TimedOut].contains(&error.kind()))
    };
    let bound = Instant::now() + Duration::from_secs(10);
    let mut crowd = crowd;
    loop {
        crowd.retain_mut(|stream| is_open(stream));
        if crowd.len() <= 128 {
            return;
        }
        assert!(Instant::now() < bound, "one address has {} connections", crowd.len());
    }
}

#[test]
fn a_busy_pbx_is_taken_in_whole() {
    let kit = Kit::new();
    let ask = text("GET", &format!("/simotel/NewState?{RINGING}"), "", "");
    let connections = 4;
    let each = 1_000;
    thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| {
                let mut stream = kit.connect();
                for _ in 0..each / 10 {
                    stream.write_all(ask.repeat(10).as_bytes()).expect("it is sent");
                    for _ in 0..10 {
                        assert_eq!(read_one(&mut stream).status, 200);
                    }
                }
            });
        }
    });
    assert_eq!(kit.taken().len(), connections * each);
    let view = kit.seen.view();
    assert_eq!((view.events.len(), view.receiver.taken), (200, 4_000));
    assert!(view.events.windows(2).all(|pair| pair[0].id > pair[1].id), "the newest first");
}
