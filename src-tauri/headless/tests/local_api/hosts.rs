//! Names, methods and requests that are not quite HTTP.

use crate::kit::{CRM_ALLOWED, Kit};

#[test]
fn only_the_loopbacks_names_are_answered() {
    let kit = Kit::new();
    let port = kit.address.port();
    let status = |host: &str| {
        let request = format!(
            "GET /v1/snapshot HTTP/1.1\r\n{host}Authorization: Bearer {}\r\nConnection: close\r\n\r\n",
            kit.token
        );
        kit.raw(request.as_bytes()).0
    };
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        assert_eq!(status(&format!("Host: {host}:{port}\r\n")), 200, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "evil.localhost",
        "localhost.",
        "127.0.0.1.",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "127.0.0.2",
        "0.0.0.0",
        "0",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:0:0:1]",
        "::1",
        "LOCALHOST",
        "user@127.0.0.1",
        "127.0.0.1 ",
    ] {
        assert_eq!(status(&format!("Host: {host}:{port}\r\n")), 421, "{host}");
    }
    for wrong in [
        format!("Host: 127.0.0.1:{}\r\n", port ^ 1),
        format!("Host: 127.0.0.1:0{port}\r\n"),
        format!("Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n"),
        format!("Host: 127.0.0.1:{port}\r\nHost: 127.0.0.1:{port}\r\n"),
        "Host: 127.0.0.1\r\n".to_owned(),
        "Host: \r\n".to_owned(),
        String::new(),
    ] {
        assert!([400, 421].contains(&status(&wrong)), "{wrong:?}");
    }
    assert_eq!(status(&format!("Host: 127.0.0.1:{port} \r\n")), 200, "blanks around a value are none of it");
}

#[test]
fn a_target_may_not_name_another_host_either() {
    let kit = Kit::new();
    for (target, expected) in [("http://evil.example/v1/snapshot", 421), ("//evil.example/v1/snapshot", 404)] {
        assert_eq!(kit.get(target, &kit.bearer()).status, expected, "{target}");
    }
    let own = format!("http://{}/v1/snapshot", kit.address);
    assert_eq!(kit.get(&own, &kit.bearer()).status, 200);
}

#[test]
fn what_only_looks_or_asks_whether_it_may_never_acts() {
    let kit = Kit::practising(CRM_ALLOWED);
    for who in
        [kit.bearer(), "Origin: https://crm.example\r\n".to_owned(), "Origin: https://evil.example\r\n".to_owned()]
    {
        for method in ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "DIAL"] {
            for path in ["/callto?number=700", "/v1/intent", "/v1/pair", "/nothing"] {
                let answer = kit.ask(method, path, &who, "");
                let allowed = method == "OPTIONS" && who.contains("crm.example");
                let expected: &[u16] = match method {
                    "OPTIONS" if allowed => &[204],
                    "OPTIONS" => &[403],
                    // hyper wants an authority with CONNECT.
                    "CONNECT" => &[400, 405, 421],
                    _ => &[405],
                };
                assert!(expected.contains(&answer.status), "{method} {path} {who:?}: {}", answer.status);
            }
        }
    }
    let snapshot = kit.snapshot();
    assert_eq!((&snapshot["calls"], &snapshot["prompts"]), (&serde_json::json!([]), &serde_json::json!([])));
}

#[test]
fn a_second_request_cannot_be_smuggled_in_a_first() {
    let kit = Kit::practising("");
    let host = kit.address;
    let hidden =
        format!("GET /callto?number=700 HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\n\r\n", kit.token);
    for head in [
        "Content-Length: 5\r\nContent-Length: 0\r\n".to_owned(),
        format!("Content-Length: {}\r\nContent-Length: 0\r\n", hidden.len()),
        "Content-Length: -1\r\n".to_owned(),
        "Content-Length: +5\r\n".to_owned(),
        "Content-Length: 5, 5\r\n".to_owned(),
        "Transfer-Encoding: chunked, identity\r\n".to_owned(),
        "Transfer-Encoding: xchunked\r\n".to_owned(),
        "Content-Length : 0\r\n".to_owned(),
        "X: y\r\n Content-Length: 0\r\n".to_owned(),
        "X: y\nContent-Length: 0\r\nTransfer-Encoding\0: chunked\r\n".to_owned(),
    ] {
        let request = format!("POST /v1/pair HTTP/1.1\r\nHost: {host}\r\n{head}\r\n{hidden}");
        let (status, answer) = kit.raw(request.as_bytes());
        assert!((400..500).contains(&status), "{head:?}: {status}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{head:?}: {answer}");
    }
    // Both lengths: the chunks count, and nothing behind them is taken for a request.
    let request = format!(
        "POST /v1/pair HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
    );
    let answer = kit.raw(request.as_bytes()).1;
    assert_eq!((answer.matches("HTTP/1.1").count(), answer.contains("HTTP/1.1 400")), (1, true), "{answer}");
    assert_eq!(kit.snapshot()["calls"], serde_json::json!([]));
}

#[test]
fn lines_cannot_be_broken_out_of() {
    let kit = Kit::practising("");
    for target in ["/callto?number=7\r\nX: y", "/callto?number=700\n", "/callto?number=7 00", "/callto?number=7\x000"] {
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: {}\r\n{}Connection: close\r\n\r\n", kit.address, kit.bearer());
        let (status, answer) = kit.raw(request.as_bytes());
        assert!([0, 400].contains(&status), "{target:?}: {answer}");
    }
    for number in ["7%0d%0aX:%20y", "700%0a", "700%00", "7%0900", "%0d%0a700", "700%E2%80%A8"] {
        assert_eq!(kit.get(&format!("/callto?number={number}"), &kit.bearer()).status, 400, "{number}");
    }
    assert_eq!(kit.snapshot()["calls"], serde_json::json!([]));
}

#[test]
fn large_bodies_are_not_read() {
    let kit = Kit::new();
    let head = format!("POST /callto HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", kit.address);
    let body = vec![b'a'; 10 * 1024 * 1024];
    let announced = [format!("{head}Content-Length: {}\r\n\r\n", body.len()).as_bytes(), &body].concat();
    let counted = [format!("{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n", body.len()).as_bytes(), &body].concat();
    for request in [announced, counted] {
        // The answer comes while the body is still being sent, and may be lost with the connection.
        assert!([0, 413].contains(&kit.raw(&request).0));
    }
    let only_announced = format!("{head}Content-Length: 10485760\r\n\r\n");
    assert_eq!(kit.raw(only_announced.as_bytes()).0, 413);
}
