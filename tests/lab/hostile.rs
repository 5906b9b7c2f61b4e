//! Bytes that nobody sane would send, at a desk that has work to do. It must shrug: no end, no growth, and the next call
//! goes through.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream, UdpSocket},
    sync::Arc,
    time::Duration,
};

use kit::{Account, Desk, Pbx, SOON, Settings};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

/// The desk still stands, has not grown, and can call.
#[track_caller]
fn shrugs(desk: &Desk) {
    let call = desk.dial("700");
    desk.until_active(&call);
    desk.hang_up(&call);
    desk.until_ended(&call);
    assert!(desk.memory_mib() < MEMORY_MIB, "the desk has grown to {:.0} MiB", desk.memory_mib());
}

#[test]
fn malformed_datagrams_are_dropped() {
    let pbx = Pbx::shared();
    let desk = Desk::start(Settings::of(pbx.agent()));
    let at = pbx.contact(desk.number());
    let stranger = UdpSocket::bind("127.0.0.1:0").expect("a port");
    for datagram in datagrams(desk.number(), at) {
        stranger.send_to(&datagram, at).expect("it fits into a datagram");
    }
    shrugs(&desk);
}

/// Each is wrong in a way of its own.
fn datagrams(user: &str, at: SocketAddr) -> Vec<Vec<u8>> {
    let head = |start: &str| {
        format!(
            "{start}\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\nFrom: <sip:x@127.0.0.1>;tag=1\r\n\
             To: <sip:{user}@{at}>\r\nCall-ID: x@127.0.0.1\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
        )
    };
    let invite = head(&format!("INVITE sip:{user}@{at} SIP/2.0"));
    let long = "a".repeat(60_000);
    let mut all: Vec<Vec<u8>> = [
        "\0",
        "\r\n\r\n\r\n\r\n",
        "INVITE",
        "INVITE  SIP/2.0\r\n\r\n",
        "SIP/2.0 999999999999999999999 What\r\n\r\n",
        "SIP/2.0 200\r\nCSeq: 99999999999999999999 \r\n\r\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into();
    for rest in [
        "\r\n".to_owned(),
        "Content-Length: 99999999\r\n\r\nv=0".to_owned(),
        "Content-Length: -1\r\n\r\n".to_owned(),
        format!("X-Long: {long}\r\n\r\n"),
        "X: y\r\n".repeat(8_000) + "\r\n",
        "Contact: <sip:".to_owned() + &"%".repeat(10_000) + "\r\n\r\n",
        "Via: ;;;;,,,,\r\nVia: SIP/2.0/UDP [::::]:99999999;branch\r\n\r\n".to_owned(),
        "Record-Route: ".to_owned() + &"<sip:a;lr>,".repeat(5_000) + "\r\n\r\n",
        "Content-Type: application/sdp\r\n\r\nv=0\r\nm=audio 99999999 RTP/AVP 0\r\nc=IN IP4 999.1.1.1\r\n".to_owned(),
        "Content-Type: application/sdp\r\n\r\n".to_owned() + &"a=rtpmap:0 PCMU/8000\r\n".repeat(2_000),
        "Require: world-peace\r\n\r\n".to_owned(),
        "Expires: 4294967296\r\nRSeq: 18446744073709551616\r\n\r\n".to_owned(),
    ] {
        all.push((invite.clone() + &rest).into_bytes());
    }
    for start in ["ACK", "BYE", "CANCEL", "NOTIFY", "REFER", "PRACK", "FROB\u{202e}"] {
        all.push((head(&format!("{start} sip:{user}@{at} SIP/2.0")) + "\r\n").into_bytes());
    }
    let whole = (invite + "\r\n").into_bytes();
    all.extend((0..whole.len()).map(|end| whole[..end].to_vec()));
    all.extend((0..whole.len()).step_by(3).map(|at| {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x80;
        flipped
    }));
    all
}

#[test]
fn a_stranger_cannot_make_it_answer_by_itself() {
    let pbx = Pbx::shared();
    let desk = Desk::start(Settings::of(pbx.agent()));
    let at = pbx.contact(desk.number());
    // From another address than the registrar's, with the header that the registrar would use.
    let stranger = UdpSocket::bind("127.0.0.66:0").expect("a port");
    stranger.set_read_timeout(Some(Duration::from_secs(1))).expect("a timeout");
    let me = stranger.local_addr().expect("an address");
    let sdp = "v=0\r\no=x 1 1 IN IP4 127.0.0.66\r\ns=-\r\nc=IN IP4 127.0.0.66\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
    let invite = format!(
        "INVITE sip:{user}@{at} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bKstranger;rport\r\nMax-Forwards: 70\r\n\
         From: <sip:x@{me}>;tag=1\r\nTo: <sip:{user}@{at}>\r\nCall-ID: stranger@{me}\r\nCSeq: 1 INVITE\r\n\
         Contact: <sip:x@{me}>\r\nCall-Info: <sip:{me}>;answer-after=0\r\nContent-Type: application/sdp\r\n\
         Content-Length: {}\r\n\r\n{sdp}",
        sdp.len(),
        user = desk.number(),
    );
    stranger.send_to(invite.as_bytes(), at).expect("it fits into a datagram");
    let mut answer = [0; 4096];
    while let Ok(length) = stranger.recv(&mut answer) {
        let line = String::from_utf8_lossy(&answer[..length]);
        assert!(!line.starts_with("SIP/2.0 2"), "the desk let a stranger listen: {line}");
    }
    shrugs(&desk);
}

#[test]
fn sound_from_a_stranger_is_not_heard() {
    let pbx = Pbx::shared();
    let desk = Desk::start(Settings::of(pbx.agent().codecs(["pcmu"])).hears());
    desk.until_active(&desk.dial("701"));
    desk.until_hears(1004.0);
    let stranger = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let ports = desk.udp_ports();
    assert!(!ports.is_empty(), "a desk in a call has UDP ports");
    // Square waves of 400 Hz at full scale, with sequence numbers all over the place; then what is not RTP at all.
    for n in 0..500_u16 {
        let mut packet = vec![0x80, 0, 0, 0, 0, 0, 0, 0, 0xde, 0xad, 0xbe, 0xef];
        packet[2..4].copy_from_slice(&(n.wrapping_mul(131)).to_be_bytes());
        packet[4..8].copy_from_slice(&(u32::from(n) * 160).to_be_bytes());
        packet.extend((0..160).map(|i| if i % 20 < 10 { 0x80 } else { 0x00 }));
        packet.truncate(if n % 5 == 4 { usize::from(n % 12) } else { packet.len() });
        ports.iter().for_each(|port| drop(stranger.send_to(&packet, ("127.0.0.1", *port))));
    }
    let before = desk.heard().seconds();
    desk.until_heard("another second", |heard| heard.seconds() > before + 1.0);
    let after = desk.heard().last(1.2);
    assert!(after.level(400.0) < 0.02, "the stranger is heard: {:.3}", after.level(400.0));
    desk.until_hears(1004.0);
}

/// A desk whose registrar is this listener; the first connection, and the desk.
fn fake_registrar(mut account: Account) -> (TcpStream, Desk, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    account.registrar = listener.local_addr().expect("an address").to_string();
    let desk = Desk::launch(Settings::of(account));
    let (stream, _) = listener.accept().expect("the desk connects");
    stream.set_read_timeout(Some(SOON)).expect("a timeout");
    stream.set_write_timeout(Some(SOON)).expect("a timeout");
    (stream, desk, listener)
}

/// Reads until the other side has closed the connection.
fn until_closed(mut stream: impl Read) -> bool {
    let mut scrap = [0; 4096];
    loop {
        match stream.read(&mut scrap) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(e) => return e.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

#[test]
fn a_header_without_end_is_cut_off() {
    let (mut stream, desk, _listener) = fake_registrar(Pbx::shared().agent_over("tcp"));
    let mut sent = 0;
    let piece = [b'a'; 16 * 1024];
    let _ = stream.write_all(b"SIP/2.0 200 OK\r\nX-Long: ");
    while sent < 64 * 1024 * 1024 && stream.write_all(&piece).is_ok() {
        sent += piece.len();
    }
    assert!(sent < 64 * 1024 * 1024, "the desk took 64 MiB of one header");
    desk.until_registration("failed", Duration::from_secs(45));
    assert!(desk.memory_mib() < MEMORY_MIB, "the desk has grown to {:.0} MiB", desk.memory_mib());
}

#[test]
fn a_body_that_never_comes_is_not_waited_for_in_memory() {
    let (mut stream, desk, _listener) = fake_registrar(Pbx::shared().agent_over("tcp"));
    let _ = stream.write_all(b"SIP/2.0 200 OK\r\nContent-Length: 4294967295\r\n\r\nv=0");
    assert!(until_closed(&stream), "the desk closes a connection that cannot be framed");
    desk.until_registration("failed", Duration::from_secs(45));
    assert!(desk.memory_mib() < MEMORY_MIB, "the desk has grown to {:.0} MiB", desk.memory_mib());
}

#[test]
fn a_truncated_tls_record_is_a_failure_that_is_told() {
    let (mut stream, desk, _listener) = fake_registrar(Pbx::shared().agent_over("tls"));
    let mut hello = [0; 5];
    stream.read_exact(&mut hello).expect("a ClientHello");
    assert_eq!(hello[0], 22, "TLS begins with a handshake record");
    // A handshake record of 16384 bytes, of which three come.
    stream.write_all(&[22, 3, 3, 0x40, 0x00, 2, 0, 0]).expect("the desk reads");
    drop(stream);
    let account = desk.until_registration("failed", Duration::from_secs(45));
    let code = account["detail"]["code"].as_str().unwrap_or_default();
    assert!(["unreachable", "untrusted_certificate"].contains(&code), "{account}");
}

#[test]
fn a_tls_peer_that_says_nothing_is_given_up() {
    let (_stream, desk, _listener) = fake_registrar(Pbx::shared().agent_over("tls"));
    desk.until_registration("failed", Duration::from_secs(60));
}

#[test]
fn half_an_answer_over_tls_is_no_registration() {
    let pbx = Pbx::shared();
    let (stream, desk, _listener) = fake_registrar(pbx.agent_over("tls"));
    let mut tls = StreamOwned::new(ServerConnection::new(lab_certificate(pbx)).expect("a connection"), stream);
    let mut request = [0; 4096];
    let length = tls.read(&mut request).expect("a request");
    assert!(request[..length].starts_with(b"REGISTER "), "{}", String::from_utf8_lossy(&request[..length]));
    tls.write_all(b"SIP/2.0 200 OK\r\nVia: SIP/2.0/TLS").expect("the desk reads");
    drop(tls);
    desk.until_registration("failed", Duration::from_secs(45));
}

/// The certificate that the lab's own PBX shows.
fn lab_certificate(pbx: &Pbx) -> Arc<ServerConfig> {
    let ca = std::path::PathBuf::from(pbx.setting("CA"));
    let chain = CertificateDer::pem_file_iter(ca.with_file_name("pbx.crt")).expect("a certificate");
    let chain = chain.collect::<Result<_, _>>().expect("certificates");
    let key = PrivateKeyDer::from_pem_file(ca.with_file_name("pbx.key")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Arc::new(config.expect("versions").with_no_client_auth().with_single_cert(chain, key).expect("a pair"))
}

/// Far above what a desk needs, far below what these stories send at it.
const MEMORY_MIB: f64 = 120.0;
