//! Any bytes as the descriptions of one call: its first byte says who offers, 0xFF separates the bodies.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use libfuzzer_sys::fuzz_target;
use sip::sdp::{Codec, Direction, Local, Negotiation};

fuzz_target!(|bytes: &[u8]| {
    let Some((&order, bodies)) = bytes.split_first() else { return };
    let mut ours = phone(1);
    let mut lines = 0;
    for (turn, body) in bodies.split(|&byte| byte == 0xff).take(8).enumerate() {
        if order >> turn & 1 == 0 {
            let Ok((answer, agreed)) = ours.answer(body, Direction::SendRecv) else { continue };
            assert!(agreed.ptime_ms >= 10 && agreed.send_payload_type < 128);
            lines = media_lines(&answer);
            let theirs = phone(2).accept_as_offered(&answer);
            assert!(theirs, "our answer is readable: {}", String::from_utf8_lossy(&answer));
        } else {
            let offer = ours.offer(if turn % 2 == 0 { Direction::SendOnly } else { Direction::SendRecv });
            assert!(media_lines(&offer) >= lines, "lines are never removed");
            assert!(phone(2).answer(&offer, Direction::SendRecv).is_ok(), "{}", String::from_utf8_lossy(&offer));
            let _ = ours.accept(body);
        }
    }
});

trait AcceptAsOffered {
    fn accept_as_offered(self, answer: &[u8]) -> bool;
}

impl AcceptAsOffered for Negotiation {
    fn accept_as_offered(mut self, answer: &[u8]) -> bool {
        self.offer(Direction::SendRecv);
        self.accept(answer).is_ok()
    }
}

fn media_lines(body: &[u8]) -> usize {
    body.split(|&byte| byte == b'\n').filter(|line| line.starts_with(b"m=")).count()
}

fn phone(session_id: u64) -> Negotiation {
    Negotiation::new(Local {
        address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10)),
        port: 40_000,
        codecs: Codec::ALL.to_vec(),
        direction: Direction::SendRecv,
        ptime_ms: 20,
        session_id,
    })
}
