use super::*;
use crate::wire;

fn credentials(username: &str, password: &str) -> Credentials {
    Credentials { username: username.into(), password: password.into() }
}

fn challenged_by(values: &[&str]) -> Message {
    let head = "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nCSeq: 1 REGISTER\r\n";
    let lines: String = values.iter().map(|value| format!("WWW-Authenticate: {value}\r\n")).collect();
    wire::parse(format!("{head}{lines}\r\n").as_bytes()).expect("a response")
}

fn register() -> Outgoing {
    Outgoing::request("REGISTER", "sip:pbx.example")
}

fn authorization(request: &Outgoing) -> String {
    String::from_utf8(request.get("Authorization").expect("an answer").to_vec()).expect("text")
}

/// Every published vector: RFC 2617 §3.5, RFC 2069 §2.4 as corrected by its errata, RFC 7616 §3.9.1 and §3.9.2 (erratum 4897).
#[test]
fn the_vectors_of_the_rfcs_come_out() {
    let vector = |algorithm, (username, password), (realm, nonce), cnonce, qop, uri| {
        Hashed { algorithm, username, realm, nonce, cnonce, count: "00000001", qop, uri }.response(password, "GET", b"")
    };
    let mufasa = ("Mufasa", "Circle Of Life");
    let old = ("testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093");
    let index = "/dir/index.html";
    assert_eq!(
        vector(Algorithm::Md5, mufasa, old, "0a4f113b", Some(Qop::Auth), index),
        "6629fae49393a05397450978507c4ef1"
    );
    assert_eq!(
        vector(Algorithm::Md5, ("Mufasa", "CircleOfLife"), old, "", None, index),
        "1949323746fe6a43ef61f9606e7febea",
        "RFC 2069, no qop"
    );
    let new = ("http-auth@example.org", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v");
    let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    let mufasa = ("Mufasa", "Circle of Life");
    assert_eq!(vector(Algorithm::Md5, mufasa, new, cnonce, Some(Qop::Auth), index), "8ca523f5e9506fed4657c9700eebdbec");
    assert_eq!(
        vector(Algorithm::Sha256, mufasa, new, cnonce, Some(Qop::Auth), index),
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    );
    let doe = ("api@example.org", "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK");
    let jason = ("J\u{e4}s\u{f8}n Doe", "Secret, or not?");
    assert_eq!(
        vector(
            Algorithm::Sha512256,
            jason,
            doe,
            "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
            Some(Qop::Auth),
            "/doe.json"
        ),
        "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"
    );
}

#[test]
fn an_asterisk_challenge_is_answered_as_asterisk_wants_it() {
    let mut session = Session::new(credentials("100", "secret"));
    let challenge = r#"Digest realm="asterisk",nonce="1732/ab",opaque="",algorithm=md5,qop="auth,auth-int""#;
    session.challenged(&challenged_by(&[challenge]), &register()).expect("a challenge we know");
    let value = authorization(&session.authorize(register(), "c1"));
    for part in ["algorithm=md5", "qop=auth,", "nc=00000001", "opaque=\"\"", "uri=\"sip:pbx.example\"", "cnonce=\"c1\""]
    {
        assert!(value.contains(part), "{part} in {value}");
    }
}

#[test]
fn the_best_known_challenge_of_a_realm_is_taken() {
    let mut session = Session::new(credentials("100", "secret"));
    let challenges = [
        r#"Digest realm="pbx", nonce="n", algorithm=SHA-3000, qop="auth""#,
        r#"Digest realm="pbx", nonce="n", algorithm=MD5, qop="auth""#,
        r#"Digest realm="pbx", nonce="n", algorithm=SHA-256, qop="auth""#,
        r#"Bearer realm="pbx""#,
    ];
    session.challenged(&challenged_by(&challenges), &register()).expect("two challenges we know");
    let request = session.authorize(register(), "c");
    assert_eq!(request.all("Authorization").count(), 1, "one answer for one realm");
    assert!(authorization(&request).contains("algorithm=SHA-256"));

    let unknown = session.challenged(&challenged_by(&challenges[..1]), &register());
    assert_eq!(unknown, Err(Denied::Unknown));
}

#[test]
fn nc_counts_up_in_hexadecimal_until_the_nonce_changes() {
    let mut session = Session::new(credentials("100", "secret"));
    session.challenged(&challenged_by(&[r#"Digest realm="p", nonce="one", qop="auth""#]), &register()).expect("known");
    let counts: Vec<String> = (0..17).map(|_| authorization(&session.authorize(register(), "c"))).collect();
    assert!(counts[9].contains("nc=0000000a"), "the tenth: {}", counts[9]);
    assert!(counts[16].contains("nc=00000011"), "the seventeenth: {}", counts[16]);

    session.challenged(&challenged_by(&[r#"Digest realm="p", nonce="two", qop="auth""#]), &register()).expect("known");
    assert!(authorization(&session.authorize(register(), "c")).contains("nc=00000001"), "a new nonce starts at one");
}

#[test]
fn a_new_nonce_is_a_retry_and_the_same_one_a_refusal() {
    let mut session = Session::new(credentials("100", "wrong"));
    let first = challenged_by(&[r#"Digest realm="p", nonce="one", qop="auth""#]);
    session.challenged(&first, &register()).expect("the first challenge");
    let sent = session.authorize(register(), "c");

    let renewed = challenged_by(&[r#"Digest realm="p", nonce="two", qop="auth""#]);
    assert_eq!(session.clone().challenged(&renewed, &sent), Ok(()), "a new nonce, even without stale=true");
    assert_eq!(session.challenged(&first, &sent), Err(Denied::Refused), "it saw our answer to this one");
    assert_eq!(session.challenged(&first, &register()), Ok(()), "a request that had not been answered yet");

    let stale = challenged_by(&[r#"Digest realm="p", nonce="one", stale=TRUE, qop="auth""#]);
    assert_eq!(session.challenged(&stale, &sent), Ok(()), "the peer says it was only too old");
}

#[test]
fn two_realms_are_both_answered() {
    let mut session = Session::new(credentials("100", "secret"));
    session
        .challenged(&challenged_by(&[r#"Digest realm="a", nonce="1""#, r#"Digest realm="b", nonce="2""#]), &register())
        .expect("both known");
    let request = session.authorize(register(), "c");
    assert_eq!(request.all("Authorization").count(), 2);
    let again = session.authorize(request, "c");
    assert_eq!(again.all("Authorization").count(), 2, "answers are replaced, not heaped up");
}

#[test]
fn what_the_client_answers_the_registrar_believes() {
    for algorithm in Algorithm::ALL {
        let challenge = Challenge::new("practice", "abc", algorithm);
        let mut session = Session::new(credentials("we\"ird\\100", "secret"));
        session.challenged(&challenged_by(&[&challenge.to_string()]), &register()).expect("our own challenge");
        let value = authorization(&session.authorize(register(), "c"));
        let seen = Authorization::parse(&value).expect("a Digest");
        assert_eq!((seen.nonce(), seen.count()), ("abc", 1));
        assert!(seen.verify(&challenge, "secret", "REGISTER", b""), "{algorithm:?}");
        assert!(!seen.verify(&challenge, "guess", "REGISTER", b""), "{algorithm:?} with a wrong password");
        assert!(!seen.verify(&challenge, "secret", "INVITE", b""), "{algorithm:?} for another method");
        let other = Challenge::new("practice", "def", algorithm);
        assert!(!seen.verify(&other, "secret", "REGISTER", b""), "{algorithm:?} for another nonce");
    }
}

#[test]
fn auth_int_covers_the_body() {
    let mut session = Session::new(credentials("100", "secret"));
    session
        .challenged(&challenged_by(&[r#"Digest realm="p", nonce="n", qop="auth-int""#]), &register())
        .expect("known");
    let challenge = Challenge { qop: Some(Qop::AuthInt), ..Challenge::new("p", "n", Algorithm::Md5) };
    let request = session.authorize(register().body("text/plain", "hello"), "c");
    let seen = Authorization::parse(&authorization(&request)).expect("a Digest");
    assert!(seen.verify(&challenge, "secret", "REGISTER", b"hello"));
    assert!(!seen.verify(&challenge, "secret", "REGISTER", b"hullo"));
}

#[test]
fn the_password_is_not_in_the_log() {
    let logged = format!("{:?}", Session::new(credentials("100", "hunter2")));
    assert!(!logged.contains("hunter2"), "{logged}");
}
