//! A session description from a stranger, as an offer, as an answer, and as a second offer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sip::sdp::{Codec, Direction, Local, Negotiation};

fuzz_target!(|bytes: &[u8]| {
    let local = Local {
        address: [127, 0, 0, 1].into(),
        port: 4000,
        codecs: vec![Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma],
        direction: Direction::SendRecv,
        ptime_ms: 20,
        session_id: 1,
    };
    let mut called = Negotiation::new(local.clone());
    if let Ok((answer, _)) = called.answer(bytes, Direction::SendRecv) {
        // Our answer must be an answer to somebody who thinks as we do; and a second offer must be answered too.
        sdp_lines(&answer);
        let _ = called.answer(bytes, Direction::SendOnly);
        sdp_lines(&called.offer(Direction::SendRecv));
    }
    let mut caller = Negotiation::new(local);
    caller.offer(Direction::SendRecv);
    let _ = caller.accept(bytes);
});

fn sdp_lines(sdp: &[u8]) {
    assert!(sdp.starts_with(b"v=0\r\n") && sdp.ends_with(b"\r\n"));
    for line in sdp.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        assert!(line.len() >= 2 && line[1] == b'=', "a line of our own is none");
    }
}
