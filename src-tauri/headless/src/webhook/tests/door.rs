//! Who comes in, and who does not.

use std::{fs, io::Write as _, net::IpAddr, sync::Arc, time::Instant};

use axum::http::HeaderMap;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;

use super::kit::{Answer, BASIC, Kit, RINGING, read_one, settings, text};
use crate::{
    settings::{CertificateFiles, Webhook},
    webhook::{Bound, Seen, access::Access},
};

#[test]
fn whoever_says_the_password_comes_in() {
    let kit = Kit::guarded();
    let target = format!("/simotel/NewState?{RINGING}");
    for wrong in [
        "",
        "Authorization: Basic cGJ4Ondyb25n\r\n",
        "Authorization: Bearer s3cret\r\n",
        "Authorization: Basic\r\n",
        "Authorization: Basic \u{fffd}\r\n",
        &format!("{BASIC}{BASIC}"),
    ] {
        let refused = kit.get(&target, wrong);
        assert_eq!(refused.error(), (401, "unauthorized"), "{wrong}");
        assert!(refused.head.contains("\r\nwww-authenticate: basic realm=\"ringside\""), "{}", refused.head);
    }
    assert!(kit.taken().is_empty());
    assert_eq!(kit.get(&target, BASIC).body, serde_json::json!({"ok": 1}));
    assert_eq!(kit.get(&target, &BASIC.replace("Basic", "bAsIc")).status, 200);
    assert_eq!(kit.taken().len(), 2);
    let view = kit.seen.view();
    assert_eq!((view.receiver.taken, view.receiver.refused), (2, 6));
    let refused = &view.events.last().expect("it was noted").remarks;
    assert!(refused.iter().any(|remark| remark == "5 more like it"), "one line for all of them: {refused:?}");
}

#[test]
fn what_is_nowhere_is_told_to_nobody_without_the_password() {
    let kit = Kit::guarded();
    assert_eq!(kit.get("/", "").error(), (401, "unauthorized"));
    assert_eq!(kit.get("/", BASIC).error(), (404, "not_found"));
}

#[test]
fn guessing_is_slow_and_who_was_let_in_goes_on() {
    let kit = Kit::guarded();
    let mut kept = kit.connect();
    let ask = text("GET", &format!("/simotel/NewState?{RINGING}"), BASIC, "");
    kept.write_all(ask.as_bytes()).expect("it is sent");
    assert_eq!(read_one(&mut kept).status, 200);
    let guesses: Vec<_> = (0..40).map(|_| kit.get("/simotel", "").status).collect();
    assert_eq!(guesses.first(), Some(&401));
    assert_eq!(guesses.last(), Some(&429));
    let refused = kit.get("/simotel", BASIC);
    assert_eq!(refused.error(), (429, "too_many"), "nor does the right one help now");
    assert!(refused.head.contains("\r\nretry-after: "), "{}", refused.head);
    kept.write_all(ask.as_bytes()).expect("it is sent");
    assert_eq!(read_one(&mut kept).status, 200);
}

#[test]
fn a_user_without_a_password_lets_nobody_in() {
    let kit = Kit::with(Webhook { username: Some("pbx".into()), ..settings() }, None);
    assert_eq!(kit.get("/simotel", "Authorization: Basic cGJ4Og==\r\n").error(), (401, "unauthorized"));
    let trouble = kit.seen.view().receiver.trouble.expect("it is told");
    assert!(trouble.contains("[webhook]"), "{trouble}");
}

#[test]
fn a_web_page_is_refused() {
    let kit = Kit::new();
    let target = format!("/simotel/NewState?{RINGING}");
    for header in [
        "Origin: https://crm.example",
        "Origin: null",
        "Sec-Fetch-Site: none",
        "Sec-Fetch-Mode: no-cors",
        "Referer: http://a.example/",
    ] {
        assert_eq!(kit.get(&target, &format!("{header}\r\n")).error(), (403, "browser"), "{header}");
    }
    assert_eq!(kit.send("OPTIONS", &target, "Origin: https://crm.example\r\n", "").status, 403);
    assert!(kit.taken().is_empty());
    assert_eq!(kit.get(&target, "").status, 200, "and a page keeps nobody else out");
}

/// A page at `http://evil.example:4060` whose name leads to 127.0.0.1, or a picture from there: no browser says that it asks.
#[test]
fn without_a_password_no_domain_leads_here() {
    let (open, guarded) = (Kit::new(), Kit::guarded());
    let ask = |kit: &Kit, host: &str, headers: &str| {
        let target = format!("/simotel/NewState?{RINGING}");
        kit.raw(format!("GET {target} HTTP/1.1\r\n{host}Connection: close\r\n{headers}\r\n").as_bytes())
    };
    for host in ["evil.example", "evil.example:4060", "127.0.0.1.evil.example", "localhost.evil.example:4060", "0x7f.1"]
    {
        assert_eq!(ask(&open, &format!("Host: {host}\r\n"), "").error(), (421, "wrong_host"), "{host}");
    }
    assert_eq!(ask(&open, "Host: 127.0.0.1\r\nHost: evil.example\r\n", "").error(), (421, "wrong_host"));
    assert!(open.taken().is_empty());
    for host in ["127.0.0.1:4060", "127.0.0.1", "[::1]:4060", "[::1]", "localhost", "LocalHost:4060"] {
        assert_eq!(ask(&open, &format!("Host: {host}\r\n"), "").status, 200, "{host}");
    }
    assert_eq!(ask(&guarded, "Host: desk.example:4060\r\n", BASIC).status, 200, "a PBX may know the desk by its name");
}

#[test]
fn only_addresses_on_the_list_may_send_and_this_machine_always() {
    let allow = ["192.168.51.193/32", "10.0.0.0/8", "fd00::/8"].map(|net| net.parse().expect("a network")).to_vec();
    let kit = Kit::with(Webhook { allow: allow.clone(), ..settings() }, None);
    assert_eq!(kit.get("/simotel", "").error(), (400, "unreadable"), "it came in");
    let access = Access::new(None, None, allow);
    for (from, may) in [
        ("192.168.51.193", true),
        ("10.255.0.1", true),
        ("fd00::1", true),
        ("127.0.0.9", true),
        ("::1", true),
        ("192.168.51.194", false),
        ("11.0.0.1", false),
        ("2001:db8::1", false),
    ] {
        let from: IpAddr = from.parse().expect("an address");
        let admitted = access.admit(&HeaderMap::new(), from, false, Instant::now());
        assert_eq!(admitted.is_ok(), may, "{from}: {admitted:?}");
        assert!(admitted.is_ok() || admitted.is_err_and(|failure| failure.detail().contains(&from.to_string())));
    }
}

#[test]
fn only_get_and_post_are_methods() {
    let kit = Kit::new();
    for method in ["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let refused = kit.send(method, &format!("/simotel?{RINGING}"), "", "");
        assert_eq!(refused.status, 405, "{method}");
        assert!(refused.head.contains("\r\nallow: get, post"), "{}", refused.head);
    }
}

#[test]
fn with_a_certificate_it_speaks_tls_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    let files = CertificateFiles { certificate: folder.path().join("a.pem"), key: folder.path().join("a.key") };
    fs::write(&files.certificate, own.cert.pem()).expect("it is written");
    fs::write(&files.key, own.signing_key.serialize_pem()).expect("it is written");
    let kit = Kit::with(Webhook { tls: Some(files), ..settings() }, None);
    assert!(kit.seen.view().receiver.address.is_some_and(|address| address.starts_with("https://127.0.0.1:")));

    let mut roots = RootCertStore::empty();
    roots.add(own.cert.der().clone()).expect("it is a root");
    let client = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let ask = text("GET", &format!("/simotel/NewState?{RINGING}"), "Connection: close\r\n", "");
    let asking = async {
        let stream = tokio::net::TcpStream::connect(kit.address).await?;
        let name = ServerName::from(kit.address.ip());
        let mut stream = TlsConnector::from(Arc::new(client)).connect(name, stream).await?;
        stream.write_all(ask.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = Answer::of(&kit.runtime.block_on(asking).expect("it is answered"));
    assert_eq!(answer.status, 200);
    assert_eq!(kit.taken(), ["812 1720000000.17 1720000000.17/812"]);
    assert!(!(200..300).contains(&kit.raw(ask.as_bytes()).status), "in the open it says nothing");
    assert_eq!(kit.taken().len(), 1);
    kit.until_last(|event| event.remarks.iter().any(|remark| remark.contains("TLS")));
}

#[test]
fn what_keeps_it_from_listening_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let nowhere = CertificateFiles { certificate: folder.path().join("no.pem"), key: folder.path().join("no.key") };
    for (settings, mend) in [
        (Webhook { tls: Some(nowhere), ..settings() }, "no.pem"),
        (Webhook { listen: taken.local_addr().expect("bound"), ..settings() }, "webhook.listen"),
    ] {
        let seen = Seen::new(&settings);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let _on_it = runtime.enter();
        assert!(Bound::open(&settings, &seen).is_none());
        let receiver = seen.view().receiver;
        assert_eq!(receiver.address, None);
        assert!(receiver.trouble.as_ref().is_some_and(|trouble| trouble.contains(mend)), "{receiver:?}");
    }
}
