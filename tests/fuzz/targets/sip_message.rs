//! A datagram from a stranger: read it, look at everything in it, judge it, answer it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sip::{check, wire};

fuzz_target!(|bytes: &[u8]| {
    let Ok(message) = wire::parse(bytes) else { return };
    for (name, value) in message.all_headers() {
        std::hint::black_box((name, value));
    }
    let _ = (message.via(), message.vias(), message.from(), message.to(), message.contacts(), message.record_routes());
    let _ = (message.cseq(), message.call_id(), message.expires(), message.max_forwards(), message.content_length());
    let _ = message.request_uri().map(wire::Uri::parse);
    let refused = check::check(&message).err();
    if message.is_request() {
        let (code, reason) = refused.map_or((200, "OK"), |refusal| (refusal.code, refusal.reason));
        // What we answer must be readable to ourselves.
        if let Ok(answer) = wire::Outgoing::response(&message, code, reason).encode() {
            wire::parse(&answer).expect("our own answer");
        }
    }
});
