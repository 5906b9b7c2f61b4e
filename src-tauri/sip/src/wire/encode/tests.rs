//! What we write is read alike by us and by somebody else's parser, as far as that one's dialect goes.

use proptest::prelude::*;

use super::Outgoing;
use super::oracle::{self, Address, Seen};
use crate::wire::{self, CSeq, NameAddr, Uri, Via};

fn method() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "REFER", "NOTIFY", "MESSAGE"][..])
}

/// URIs without a dot in the user and without headers, which the oracle misreads.
fn uri() -> impl Strategy<Value = String> {
    let host = prop_oneof!["[a-z][a-z0-9-]{0,8}[a-z0-9]\\.[a-z]{2,4}", "192\\.0\\.2\\.[1-9]"];
    (prop::option::of("[a-z0-9_-]{1,12}"), host, prop::option::of(1u16..), any::<bool>()).prop_map(
        |(user, host, port, loose)| {
            let user = user.map(|user| user + "@").unwrap_or_default();
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            format!("sip:{user}{host}{port}{}", if loose { ";lr" } else { "" })
        },
    )
}

fn address() -> impl Strategy<Value = NameAddr> {
    (prop::option::of("[A-Za-zäöü][A-Za-z äöü]{0,12}[A-Za-z]"), uri(), prop::option::of("[a-z0-9]{4,12}")).prop_map(
        |(display, uri, tag)| {
            let address = NameAddr::new(Uri::parse(&uri).expect("a URI")).with_display(&display.unwrap_or_default());
            match tag {
                Some(tag) => address.with_param("tag", Some(&tag)),
                None => address,
            }
        },
    )
}

prop_compose! {
    fn via()(host in "[a-z]{1,8}\\.example", port in prop::option::of(1u16..), branch in "[a-zA-Z0-9]{1,20}") -> Via {
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Via::parse(&format!("SIP/2.0/UDP {host}{port};branch=z9hG4bK{branch}")).expect("a Via")
    }
}

prop_compose! {
    fn request()(
        method in method(), uri in uri(), via in via(), from in address(), to in address(), call_id in "[a-z0-9@.-]{1,30}",
        seq in any::<u32>(), body in prop::collection::vec(any::<u8>(), 0..60),
    ) -> (Outgoing, Seen) {
        let seen = Seen {
            method: method.to_owned(),
            uri: uri.clone(),
            via: (via.transport.clone(), via.host.clone(), via.port, via.branch().map(str::to_owned)),
            from: fields(&from),
            to: fields(&to),
            call_id: call_id.clone(),
            cseq: (seq, method.to_owned()),
            body: body.clone(),
        };
        let outgoing = Outgoing::request(method, &uri)
            .header("Via", via.to_string())
            .header("From", from.to_string())
            .header("To", to.to_string())
            .header("Call-ID", call_id)
            .header("CSeq", CSeq { seq, method: method.to_owned() }.to_string())
            .header("X-Any", "any: thing, \"at; all")
            .body("application/octet-stream", body);
        (outgoing, seen)
    }
}

fn fields(address: &NameAddr) -> Address {
    (address.display.clone(), address.uri.to_string(), address.tag().map(str::to_owned))
}

proptest! {
    #[test]
    fn another_parser_reads_what_we_meant((outgoing, meant) in request()) {
        let bytes = outgoing.encode().expect("a request");
        prop_assert_eq!(oracle::read(&bytes).expect("a request to the oracle too"), meant);
    }

    #[test]
    fn we_read_what_we_meant((outgoing, meant) in request()) {
        let message = wire::parse(&outgoing.encode().expect("a request")).expect("a request");
        let (via, cseq) = (message.via().expect("Via"), message.cseq().expect("CSeq"));
        let seen = Seen {
            method: message.method().to_owned(),
            uri: message.request_uri().expect("a URI").to_owned(),
            via: (via.transport.clone(), via.host.clone(), via.port, via.branch().map(str::to_owned)),
            from: fields(&message.from().expect("From")),
            to: fields(&message.to().expect("To")),
            call_id: message.call_id().expect("Call-ID"),
            cseq: (cseq.seq, cseq.method),
            body: message.body().to_vec(),
        };
        prop_assert_eq!(seen, meant);
    }

    #[test]
    fn no_value_breaks_out_of_its_line(value in "[ -~\r\n\0\t]{0,40}") {
        let encoded = Outgoing::request("BYE", "sip:a@b").header("X", value.clone()).encode();
        prop_assert_eq!(encoded.is_err(), value.contains(['\r', '\n', '\0']));
        if let Ok(bytes) = encoded {
            prop_assert_eq!(wire::parse(&bytes).expect("a request").all_headers().count(), 2, "X and Content-Length");
        }
    }
}
