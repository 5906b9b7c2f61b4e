//! The drivers over real sockets, with servers that behave and servers that do not.

mod stand_in;

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use cti::{
    Accepted, Address, Call, Fault, PbxControl, Secret, Trouble,
    http::{Client, MAX_BODY, Request, SendError, WHOLE_TIME},
    oktell::{self, Oktell, Script},
    simotel::{self, Simotel},
};
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};
use stand_in::{StandIn, header};

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

fn client() -> Client {
    Client::new(None).expect("it needs no CA")
}

fn address(server: &StandIn, path: &str) -> Address {
    Address::parse(&format!("http://{}{path}", server.address)).expect("an address")
}

fn oktell(server: &StandIn) -> Oktell {
    oktell_at(address(server, ""), client())
}

fn oktell_at(address: Address, client: Client) -> Oktell {
    let settings = oktell::Settings {
        address,
        behalf: oktell::Behalf::User("Анна".into()),
        direction: oktell::Direction::City,
        sequence: oktell::Sequence::Back,
        access: oktell::Access::Basic { username: "test".into(), password: Secret("s3cret".into()) },
    };
    Oktell::new(settings, client)
}

fn simotel(server: &StandIn) -> Simotel {
    let settings = simotel::Settings {
        address: address(server, "/api/v4"),
        username: Some("test".into()),
        password: Secret("s3cret".into()),
        api_key: Some(Secret("k3y".into())),
        caller: None,
        context: "main_routing".into(),
        caller_id: None,
        trunk_name: String::new(),
        timeout_s: None,
        call_limit_s: None,
    };
    Simotel::new(settings, client())
}

fn call() -> Call {
    Call { extension: "557".into(), number: "74952294989".into() }
}

fn place(pbx: &dyn PbxControl) -> Result<Accepted, Trouble> {
    run(pbx.originate(call()))
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[test]
fn oktell_is_asked_once_and_in_its_words() {
    let server = StandIn::says(ok(""));
    assert_eq!(place(&oktell(&server)), Ok(Accepted::default()));
    let [request] = <[String; 1]>::try_from(server.seen()).expect("one request");
    let line =
        "GET /wp_autocallstart?user=%D0%90%D0%BD%D0%BD%D0%B0&number=74952294989&direction=city&sequence=back HTTP/1.1";
    assert_eq!(request.lines().next(), Some(line));
    assert_eq!(header(&request, "host"), Some(server.address.to_string().as_str()));
    assert_eq!(header(&request, "authorization"), Some("Basic dGVzdDpzM2NyZXQ="));
    assert!(request.ends_with("\r\n\r\n"), "a GET has no body: {request}");
}

#[test]
fn simotel_is_asked_once_and_in_its_words() {
    let server = StandIn::says(ok(r#"{"success":1,"message":null,"data":{"originated_call_id":"orig.call.1"}}"#));
    assert_eq!(place(&simotel(&server)), Ok(Accepted { id: Some("orig.call.1".into()) }));
    let [request] = <[String; 1]>::try_from(server.seen()).expect("one request");
    assert_eq!(request.lines().next(), Some("POST /api/v4/call/originate/act HTTP/1.1"));
    let expected =
        [("authorization", "Basic dGVzdDpzM2NyZXQ="), ("x-apikey", "k3y"), ("content-type", "application/json")];
    for (name, value) in expected {
        assert_eq!(header(&request, name), Some(value));
    }
    let body = request.split_once("\r\n\r\n").map(|(_, body)| body);
    let text = r#"{"caller":"557","callee":"74952294989","context":"main_routing","caller_id":"557","trunk_name":""}"#;
    assert_eq!(body, Some(text));
}

#[test]
fn an_older_simotel_is_asked_again_with_put_and_only_once() {
    let server = StandIn::new(|line, request| {
        let answer = if request.starts_with("PUT ") { ok(r#"{"ok":1}"#) } else { "HTTP/1.1 405 No\r\n\r\n".into() };
        line.write_all(answer.as_bytes()).ok();
    });
    assert_eq!(place(&simotel(&server)), Ok(Accepted::default()));
    let [post, put] = <[String; 2]>::try_from(server.seen()).expect("two requests");
    assert_eq!(put.split_once("\r\n\r\n").map(|(_, body)| body), post.split_once("\r\n\r\n").map(|(_, body)| body));
    let stubborn = StandIn::says("HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(place(&simotel(&stubborn)).map_err(|trouble| trouble.fault), Err(Fault::WrongAddress));
    assert_eq!(stubborn.seen().len(), 2);
}

#[test]
fn a_script_of_the_server_gives_back_its_value() {
    let server = StandIn::says(ok(
        "<a><property_simple key='started' value='1'/><property_simple key='returnvalue' name='7'/></a>",
    ));
    let script = Script::new("3-012", [("startparam1".to_owned(), "x y".to_owned())]);
    let ran = run(oktell(&server).exec_script(&script)).expect("it ran");
    assert_eq!((ran.started, ran.return_value.as_deref()), (true, Some("7")));
    let [request] = <[String; 1]>::try_from(server.seen()).expect("one request");
    assert!(request.starts_with("GET /execsvcscript?name=3-012&startparam1=x%20y HTTP/1.1\r\n"), "{request}");
}

#[test]
fn a_server_that_is_off_or_hangs_up_is_told_apart() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr()).expect("a port");
    let off = Address::parse(&format!("http://{free}")).expect("an address");
    let trouble = place(&oktell_at(off, client())).expect_err("nobody is there");
    assert_eq!(trouble.fault, Fault::Unreachable, "{trouble}");
    assert!(trouble.detail.contains(&format!("http://{free} cannot be reached")), "{trouble}");
    let shut = StandIn::new(|_, _| ());
    let trouble = place(&oktell(&shut)).expect_err("it hung up");
    assert_eq!(trouble.fault, Fault::Answer, "{trouble}");
    assert_eq!(shut.seen().len(), 1, "an order is not repeated by itself");
    let nowhere = Address::parse("http://pbx.invalid:4055").expect("an address");
    assert_eq!(place(&oktell_at(nowhere, client())).map_err(|trouble| trouble.fault), Err(Fault::Unreachable));
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let server = StandIn::new(|line, _| drop(line.read(&mut [0])));
    let request = oktell::originate(&settings(&server), &call());
    let error = run(client().send(request, SHORT)).expect_err("there is no answer");
    assert!(matches!(error, SendError::Silent { .. }), "{error}");
    assert_eq!(Trouble::from(error).fault, Fault::Unanswered);
}

fn settings(server: &StandIn) -> oktell::Settings {
    oktell::Settings {
        address: address(server, ""),
        behalf: oktell::Behalf::Line("1".into()),
        direction: oktell::Direction::Auto,
        sequence: oktell::Sequence::Back,
        access: oktell::Access::Open,
    }
}

#[test]
fn a_body_that_drips_is_cut_off_in_time() {
    let server = StandIn::new(|line, _| {
        line.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").ok();
        while line.write_all(b"x").and_then(|()| line.flush()).is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let begun = Instant::now();
    let answer = run(client().send(oktell::originate(&settings(&server), &call()), SHORT)).expect("a head came");
    assert!(begun.elapsed() < WHOLE_TIME, "{:?}", begun.elapsed());
    assert!(!answer.complete && answer.body.starts_with(b"xx"), "{answer:?}");
    assert_eq!(oktell::read(&answer), Ok(Accepted::default()), "its status said all");
    assert_eq!(simotel::read(&answer).map_err(|trouble| trouble.fault), Err(Fault::Answer));
}

#[test]
fn a_body_without_end_is_not_swallowed() {
    for head in ["", "Content-Length: 99999999999\r\n"] {
        let head = format!("HTTP/1.1 200 OK\r\n{head}\r\n");
        let server = StandIn::new(move |line, _| {
            line.write_all(head.as_bytes()).ok();
            while line.write_all(&[b'['; 65536]).is_ok() {}
        });
        let answer =
            run(client().send(oktell::originate(&settings(&server), &call()), WHOLE_TIME)).expect("a head came");
        assert_eq!((answer.body.len(), answer.complete), (MAX_BODY, false));
        let trouble = place(&simotel(&server)).expect_err("nobody knows what it said");
        assert!(trouble.fault == Fault::Answer && trouble.detail.contains("too long"), "{trouble}");
    }
}

#[test]
fn garbage_is_trouble_and_nothing_worse() {
    let header = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(100_000));
    for garbage in [
        b"SSH-2.0-OpenSSH_9.2\r\n".as_slice(),
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"HTTP/1.1 999999 x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nxxxxx",
        header.as_bytes(),
        many.as_bytes(),
        &[0; 4096],
    ] {
        let server = StandIn::says(garbage);
        let trouble = place(&oktell(&server)).expect_err("this is not HTTP");
        assert!([Fault::WrongAddress, Fault::Answer].contains(&trouble.fault), "{trouble}");
        assert!(trouble.detail.len() < 400 && trouble.detail.lines().count() == 1, "{trouble}");
    }
}

#[test]
fn a_redirect_carries_nothing_away() {
    let elsewhere = StandIn::says(ok(r#"{"success":1}"#));
    for status in [301, 302, 307, 308] {
        let place_of = format!("http://{}/x?password=s3cret", elsewhere.address);
        let server =
            StandIn::says(format!("HTTP/1.1 {status} Away\r\nLocation: {place_of}\r\nContent-Length: 0\r\n\r\n"));
        for pbx in [&oktell(&server) as &dyn PbxControl, &simotel(&server)] {
            let trouble = place(pbx).expect_err("it is not followed");
            assert_eq!(trouble.fault, Fault::WrongAddress, "{trouble}");
            assert!(trouble.detail.contains(&format!("http://{}:", elsewhere.address)), "{trouble}");
            assert!(!trouble.detail.contains("s3cret"), "{trouble}");
        }
    }
    assert_eq!(elsewhere.seen(), Vec::<String>::new());
}

#[test]
fn a_server_that_repeats_a_secret_is_not_quoted_with_it() {
    let server = StandIn::new(|line, request| {
        let words: String = request.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "'");
        let secret = header(request, "authorization").unwrap_or_default();
        let message = format!(r#"{{"success":0,"message":"s3cret k3y {secret} {words}"}}"#);
        line.write_all(ok(&message).as_bytes()).ok();
    });
    let detail = place(&simotel(&server)).expect_err("it refused").detail;
    assert!(detail.contains("it says: *** *** Basic ***"), "{detail}");
    for secret in ["s3cret", "k3y", "dGVzdDpzM2NyZXQ="] {
        assert!(!detail.contains(secret), "{secret}: {detail}");
    }
}

#[test]
fn characters_that_no_header_takes_are_a_matter_of_the_settings() {
    let server = StandIn::says(ok(""));
    let request =
        Request { headers: vec![("x-apikey", "a\r\nX: y".into())], ..oktell::originate(&settings(&server), &call()) };
    let error = run(client().send(request, WHOLE_TIME)).expect_err("it cannot be written");
    assert!(!error.to_string().contains("X: y"), "{error}");
    assert_eq!(Trouble::from(error).fault, Fault::NotSetUp);
    assert!(server.seen().is_empty());
}

/// A certificate authority of this test, its file, and a server's certificate for `name`.
fn certify(name: &str, folder: &tempfile::TempDir) -> (std::path::PathBuf, ServerConfig) {
    let mut params = CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a CA");
    let file = folder.path().join("ca.pem");
    fs::write(&file, authority.pem()).expect("the folder can be written");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new([name.to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, &authority).expect("it is signed");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions are known")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        );
    (file, config.expect("the key fits"))
}

#[test]
fn https_trusts_the_ca_it_is_told_and_nobody_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let asked = Arc::new(AtomicUsize::new(0));
    for (name, trusts, expected) in [
        ("127.0.0.1", true, Ok(Accepted::default())),
        ("127.0.0.1", false, Err(Fault::Untrusted)),
        ("pbx.example", true, Err(Fault::Untrusted)),
    ] {
        let (file, config) = certify(name, &folder);
        let count = Arc::clone(&asked);
        let server = StandIn::tls(config, move |line, _| {
            count.fetch_add(1, Ordering::Relaxed);
            line.write_all(ok("").as_bytes()).ok();
        });
        let client = Client::new(trusts.then_some(file.as_path())).expect("the CA is readable");
        let address = Address::parse(&format!("https://{}", server.address)).expect("an address");
        let placed = place(&oktell_at(address, client));
        assert_eq!(placed.map_err(|trouble| trouble.fault), expected, "{name} {trusts}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1, "nobody else was sent the password");
}

#[test]
fn https_where_only_http_is_spoken_says_so() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address =
        Address::parse(&format!("https://{}", listener.local_addr().expect("it is bound"))).expect("an address");
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody comes");
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").expect("it listens");
        stream.read_to_end(&mut Vec::new()).ok();
    });
    let trouble = place(&oktell_at(address, client())).expect_err("there is no TLS");
    assert!(trouble.detail.contains("http or https"), "{trouble}");
    server.join().expect("it was let go");
}

#[test]
fn a_ca_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("no.pem");
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "nothing").expect("the folder can be written");
    for file in [missing, empty] {
        let error = Client::new(Some(&file)).expect_err("there is no CA").to_string();
        assert!(error.contains("pbx.ca") && error.contains(&*file.to_string_lossy()), "{error}");
        let error = Client::for_crm(Some(&file)).expect_err("there is no CA").to_string();
        assert!(error.contains("crm.ca") && error.contains(&*file.to_string_lossy()), "{error}");
    }
}

/// For what is known to take for ever.
const SHORT: Duration = Duration::from_millis(200);
