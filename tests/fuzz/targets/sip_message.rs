//! Any bytes as a SIP datagram: reading every view of it must not panic, what we answer must be readable, and what we print
//! must be what we read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sip::check::check;
use sip::digest::{Authorization, Challenge};
use sip::wire::{Message, NameAddr, Outgoing, Uri, parse};

fuzz_target!(|bytes: &[u8]| {
    let Ok(message) = parse(bytes) else { return };
    read_everything(&message);
    if message.is_request() {
        answer(&message);
    }
});

fn read_everything(message: &Message) {
    let _ = (message.vias(), message.cseq(), message.call_id(), message.contacts(), message.record_routes());
    let _ = (message.expires(), message.min_expires(), message.retry_after(), message.max_forwards());
    let _ = (message.content_type(), message.content_length(), message.reason(), format!("{message:?}"));
    if let Some(uri) = message.request_uri().and_then(|uri| Uri::parse(uri).ok()) {
        take_apart(&uri);
    }
    for (name, value) in message.all_headers() {
        assert!(!value.contains(['\r', '\n']), "{name} is on one line");
        let _ = (Challenge::parse(&value).map(|challenge| challenge.to_string()), Authorization::parse(&value));
        if let Ok(address) = NameAddr::parse(&value) {
            take_apart(&address.uri);
            assert_eq!(NameAddr::parse(&address.to_string()), Ok(address), "an address prints as it was read");
        }
    }
}

fn take_apart(uri: &Uri) {
    let _ = (uri.user(), uri.password(), uri.host(), uri.port(), uri.headers().count(), uri.params().count());
    assert_eq!(Uri::parse(uri.as_str()).as_ref(), Ok(uri));
    assert!(uri.is_equivalent(uri), "{uri} is itself");
}

fn answer(request: &Message) {
    let refusal = check(request).err();
    let code = refusal.as_ref().map_or(200, |refusal| refusal.code);
    let from = "192.0.2.1:5060".parse().expect("an address");
    let response = Outgoing::response(request, code, "Reason").to_tag("ours").reflect(from).encode();
    let response = parse(&response.expect("an answer can always be written")).expect("and read");
    assert_eq!(response.status(), Some(code));
    if refusal.is_none() {
        assert_eq!(response.from(), request.from());
        assert_eq!(response.call_id(), request.call_id());
        assert_eq!(response.cseq(), request.cseq());
        assert!(response.to().expect("To was good").tag().is_some(), "an answer has a tag");
        let branches = |message: &Message| message.vias().map(|vias| vias.iter().map(|via| via.branch().map(str::to_owned)).collect::<Vec<_>>());
        assert_eq!(branches(&response), branches(request));
    }
}
