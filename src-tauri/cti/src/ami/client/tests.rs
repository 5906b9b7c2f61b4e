//! Over real sockets, with a PBX that behaves and PBXs that do not.

use std::{fs, net::Ipv4Addr, sync::Arc, time::Duration};

use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc::{self, Receiver},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

use super::{
    AmiTold, Settings, Watch,
    line::{is_network, place},
    watch,
};
use crate::{Device, DeviceState, FloorEvent, Mode, Order, OrderTold, Outcome, Secret, Step, What, Wish};

/// A PBX's end of a connection.
struct Pbx<T>(BufReader<T>);

impl<T: AsyncRead + AsyncWrite + Unpin> Pbx<T> {
    async fn says(&mut self, text: &str) {
        self.0.write_all(text.replace('\n', "\r\n").as_bytes()).await.expect("the desk listens");
        self.0.flush().await.expect("the desk listens");
    }

    /// The next action, as it was sent.
    async fn hears(&mut self) -> String {
        let mut action = String::new();
        while !action.ends_with("\r\n\r\n") {
            let length = timeout(SOON, self.0.read_line(&mut action)).await.expect("in time").expect("text");
            assert!(length > 0, "hung up after {action:?}");
        }
        action
    }

    async fn lets_in(&mut self) {
        self.says("Asterisk Call Manager/11.0.0\n").await;
        let challenge = action_id(&self.hears().await);
        self.says(&format!("Response: Success\nActionID: {challenge}\nChallenge: 116520331\n\n")).await;
        let login = self.hears().await;
        assert!(login.contains("Username: desk-104\r\n") && login.contains("\r\nKey: "), "{login}");
        assert!(!login.contains("s3cret"), "{login}");
        let id = action_id(&login);
        self.says(&format!("Response: Success\nActionID: {id}\nMessage: Authentication accepted\n\n")).await;
        for list in
            ["CoreShowChannels", "DeviceStateList", "SIPpeers", "QueueStatus", "Originate", "Hangup", "QueuePause"]
        {
            assert!(self.hears().await.starts_with(&format!("Action: {list}\r\n")), "{list}");
        }
    }

    /// What is read once the desk has hung up.
    async fn is_left(&mut self) {
        let mut rest = Vec::new();
        let read = timeout(SOON, self.0.read_to_end(&mut rest)).await.expect("the desk hangs up in time");
        assert!(read.is_err() || rest.is_empty(), "{rest:?}");
    }
}

/// The id that an action is to be answered under.
fn action_id(action: &str) -> String {
    action.lines().find_map(|line| line.strip_prefix("ActionID: ")).expect("it has an id").to_owned()
}

async fn listens() -> (TcpListener, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    (listener, address)
}

async fn accepts(listener: &TcpListener) -> Pbx<TcpStream> {
    let (stream, _) = timeout(SOON, listener.accept()).await.expect("the desk comes in time").expect("a connection");
    Pbx(BufReader::new(stream))
}

fn settings(address: String) -> Settings {
    Settings { spread: 7, ..Settings::new(&address, "desk-104", Secret("s3cret".into())) }
}

fn watches(settings: Settings) -> (Watch, Receiver<AmiTold>) {
    let (sender, told) = mpsc::channel(8);
    (watch(settings, sender), told)
}

/// The next that is told, but for the floor.
async fn next(told: &mut Receiver<AmiTold>) -> AmiTold {
    loop {
        match any(told).await {
            AmiTold::Floor(_) | AmiTold::Powers(_) => {}
            told => return told,
        }
    }
}

async fn floor(told: &mut Receiver<AmiTold>) -> FloorEvent {
    loop {
        if let AmiTold::Floor(event) = any(told).await {
            return event;
        }
    }
}

/// The next that is told of an order.
async fn step(told: &mut Receiver<AmiTold>) -> (String, Step) {
    loop {
        if let AmiTold::Order(OrderTold { id, step }) = any(told).await {
            return (id, step);
        }
    }
}

async fn any(told: &mut Receiver<AmiTold>) -> AmiTold {
    timeout(SOON, told.recv()).await.expect("told in time").expect("it is watched")
}

async fn why(told: &mut Receiver<AmiTold>) -> String {
    match next(told).await {
        AmiTold::Lost { why } => why,
        other => panic!("{other:?}"),
    }
}

async fn what(told: &mut Receiver<AmiTold>) -> What {
    match next(told).await {
        AmiTold::Event(event) => event.what,
        other => panic!("{other:?}"),
    }
}

const RINGS: &str = "Event: Newstate\nChannel: PJSIP/104-2\nChannelState: 5\nConnectedLineNum: 79165550107\n\
    Uniqueid: 2\nLinkedid: 1\n\n";

#[tokio::test]
async fn it_comes_back_and_knows_what_ended_meanwhile() {
    let (listener, address) = listens().await;
    let (_watch, mut told) = watches(settings(address));
    let mut pbx = accepts(&listener).await;
    pbx.lets_in().await;
    assert_eq!(next(&mut told).await, AmiTold::Connected);
    pbx.says(RINGS).await;
    assert!(matches!(what(&mut told).await, What::Offered { .. }));
    pbx.says("Event: Newstate\nChannel: PJSIP/104-2\nChannelState: 6\nUniq").await;
    drop(pbx);
    assert!(why(&mut told).await.contains("ends the connection"));

    let mut pbx = accepts(&listener).await;
    pbx.lets_in().await;
    assert_eq!(next(&mut told).await, AmiTold::Connected);
    pbx.says("Event: CoreShowChannelsComplete\nEventList: Complete\n\n").await;
    match what(&mut told).await {
        What::Ended(ended) => assert_eq!(ended.outcome, Outcome::Unknown),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn no_two_connections_ask_under_the_same_id() {
    let (listener, address) = listens().await;
    let mut ids = Vec::new();
    let (watch, _told) = watches(settings(address.clone()));
    for _ in 0..2 {
        let mut pbx = accepts(&listener).await;
        pbx.says("Asterisk Call Manager/11.0.0\n").await;
        ids.push(action_id(&pbx.hears().await));
    }
    drop(watch);
    let (_other, _told) = watches(Settings { spread: 8, ..settings(address) });
    let mut pbx = accepts(&listener).await;
    pbx.says("Asterisk Call Manager/11.0.0\n").await;
    ids.push(action_id(&pbx.hears().await));
    let is_plain = |id: &String| id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    assert!(ids.iter().all(is_plain), "{ids:?}");
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), 3, "{ids:?}");
}

#[tokio::test]
async fn a_stop_while_nobody_is_there_reaches_the_next_connection() {
    let (listener, address) = listens().await;
    let (watch, mut told) = watches(settings(address));
    let mut pbx = accepts(&listener).await;
    pbx.lets_in().await;
    assert_eq!(next(&mut told).await, AmiTold::Connected);
    let on = Device { extension: "104".into(), answers_itself: false, token: None, caller_id: None };
    let wish = Wish::Supervise { extension: "105".into(), mode: Mode::Spy, on };
    watch.control().order(Order { id: "p1".into(), wish: wish.clone() });
    let asked = pbx.hears().await;
    let id = asked.lines().find_map(|line| line.strip_prefix("ChannelId: ")).expect("it has a channel").to_owned();
    let channel = format!("Channel: PJSIP/104-9\nUniqueid: {id}\nLinkedid: {id}\n");
    pbx.says(&format!("Event: Newstate\nChannelState: 6\n{channel}\n")).await;
    assert_eq!(step(&mut told).await, ("p1".into(), Step::Accepted));
    assert_eq!(step(&mut told).await, ("p1".into(), Step::Up));
    drop(pbx);
    why(&mut told).await;
    watch.control().order(Order { id: "p2".into(), wish: Wish::End { order: "p1".into() } });
    watch.control().order(Order { id: "p3".into(), wish });
    let (id, failed) = step(&mut told).await;
    assert!(matches!(&failed, Step::Failed { code, .. } if id == "p3" && code == "pbx_unreachable"), "{failed:?}");

    let mut pbx = accepts(&listener).await;
    pbx.lets_in().await;
    assert_eq!(next(&mut told).await, AmiTold::Connected);
    pbx.says(&format!("Event: CoreShowChannel\nChannelState: 6\n{channel}\nEvent: CoreShowChannelsComplete\n\n")).await;
    let action = pbx.hears().await;
    assert!(action.starts_with("Action: Hangup\r\n") && action.contains("Channel: PJSIP/104-9\r\n"), "{action}");
    pbx.says(&format!("Event: Hangup\nCause: 16\n{channel}\n")).await;
    assert_eq!(step(&mut told).await, ("p1".into(), Step::Over));
}

#[tokio::test]
async fn it_tells_of_the_floor_for_as_long_as_it_is_there() {
    let (listener, address) = listens().await;
    let (_watch, mut told) = watches(settings(address));
    let mut pbx = accepts(&listener).await;
    pbx.lets_in().await;
    assert_eq!(floor(&mut told).await, FloorEvent::Listing);
    pbx.says("Event: DeviceStateChange\nDevice: PJSIP/104\nState: NOT_INUSE\n\n").await;
    let free = FloorEvent::Device { extension: "104".into(), name: None, state: Some(DeviceState::Free) };
    assert_eq!(floor(&mut told).await, free);
    pbx.says("Event: QueueStatusComplete\n\n").await;
    assert_eq!(floor(&mut told).await, FloorEvent::Listed);
    drop(pbx);
    assert_eq!(floor(&mut told).await, FloorEvent::Lost);
    let mut pbx = accepts(&listener).await;
    pbx.lets_in().await;
    assert_eq!(floor(&mut told).await, FloorEvent::Listing);
}

#[tokio::test]
async fn who_is_not_let_in_is_told_why() {
    let (listener, address) = listens().await;
    let (_watch, mut told) = watches(settings(address));
    let mut pbx = accepts(&listener).await;
    pbx.says("Asterisk Call Manager/11.0.0\n").await;
    let challenge = action_id(&pbx.hears().await);
    pbx.says(&format!("Response: Success\nActionID: {challenge}\nChallenge: 1\n\n")).await;
    let login = action_id(&pbx.hears().await);
    pbx.says(&format!("Response: Error\nActionID: {login}\nMessage: Authentication failed\n\n")).await;
    let why = why(&mut told).await;
    assert!(why.contains("check user name and secret") && why.contains("permit"), "{why}");
    assert!(!why.contains("s3cret"), "{why}");
    pbx.is_left().await;
}

#[tokio::test]
async fn another_server_is_no_pbx() {
    let (listener, address) = listens().await;
    let (_watch, mut told) = watches(settings(address));
    let mut other = accepts(&listener).await;
    other.says("SSH-2.0-OpenSSH_9.6\n").await;
    let why = why(&mut told).await;
    assert!(why.contains("no Asterisk Manager Interface"), "{why}");
    other.is_left().await;
}

#[tokio::test]
async fn where_nobody_answers_it_says_so_once_and_keeps_trying() {
    let (listener, address) = listens().await;
    drop(listener);
    let (_watch, mut told) = watches(settings(address.clone()));
    let why = why(&mut told).await;
    assert!(why.contains(&address) && why.contains("cannot be reached"), "{why}");
    // Whatever is tried in between is told of in the same words, and so not at all.
    let listener = TcpListener::bind(&address).await.expect("the port is still free");
    accepts(&listener).await.lets_in().await;
    assert_eq!(next(&mut told).await, AmiTold::Connected);
}

#[tokio::test]
async fn an_address_that_is_none_is_told() {
    let (_watch, mut told) = watches(settings("pbx.example.net:ami".into()));
    assert!(why(&mut told).await.contains("is no address"));
}

#[tokio::test]
async fn it_ends_with_whoever_listens_or_holds_it() {
    let (listener, address) = listens().await;
    let (watch, mut told) = watches(settings(address.clone()));
    let mut pbx = accepts(&listener).await;
    pbx.lets_in().await;
    assert_eq!(next(&mut told).await, AmiTold::Connected);
    drop(told);
    pbx.is_left().await;
    while !watch.is_finished() {
        tokio::task::yield_now().await;
    }

    let (watch, mut told) = watches(settings(address));
    let mut pbx = accepts(&listener).await;
    pbx.lets_in().await;
    assert_eq!(next(&mut told).await, AmiTold::Connected);
    drop(watch);
    pbx.is_left().await;
}

/// A certificate for the loopback, and its CA in PEM.
fn certificate() -> (ServerConfig, String) {
    let mut authority = CertificateParams::default();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("a CA");
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(["127.0.0.1".to_owned()]).expect("a name");
    let leaf = leaf.signed_by(&key, &ca).expect("it is signed");
    let config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .expect("the key fits");
    (config, ca.pem())
}

#[tokio::test]
async fn with_tls_only_a_pbx_that_is_trusted_gets_the_login() {
    let (config, pem) = certificate();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let folder = tempfile::tempdir().expect("a folder");
    let ca = folder.path().join("ca.pem");
    fs::write(&ca, pem).expect("it is written");
    let (listener, address) = listens().await;

    let (_watch, mut told) = watches(Settings { tls: true, ca: Some(ca), ..settings(address.clone()) });
    let stream = accepts(&listener).await.0.into_inner();
    let mut pbx = Pbx(BufReader::new(acceptor.accept(stream).await.expect("the desk trusts it")));
    pbx.lets_in().await;
    assert_eq!(next(&mut told).await, AmiTold::Connected);

    let (_watch, mut told) = watches(Settings { tls: true, ..settings(address.clone()) });
    let stream = accepts(&listener).await.0.into_inner();
    assert!(acceptor.accept(stream).await.is_err(), "nobody has told the desk to trust it");
    let why = why(&mut told).await;
    assert!(why.contains("TLS") && why.contains("UnknownIssuer"), "{why}");

    let missing = Some(folder.path().join("missing.pem"));
    let (_watch, mut told) = watches(Settings { tls: true, ca: missing, ..settings(address) });
    assert!(self::why(&mut told).await.contains("missing.pem"));
}

#[test]
fn what_stays_on_this_computer_is_overheard_by_nobody() {
    let table = [
        ("127.0.0.1", false),
        ("::1", false),
        ("::ffff:127.0.0.1", false),
        ("192.168.51.20", true),
        ("2001:db8::7", true),
    ];
    for (address, expected) in table {
        assert_eq!(is_network(address.parse().expect("an address")), expected, "{address}");
    }
}

#[test]
fn an_address_may_leave_out_the_port() {
    let table = [
        ("pbx.example.net:5138", false, Some(("pbx.example.net", 5138))),
        ("pbx.example.net", false, Some(("pbx.example.net", 5038))),
        ("pbx.example.net", true, Some(("pbx.example.net", 5039))),
        ("[2001:db8::7]:5138", false, Some(("2001:db8::7", 5138))),
        ("[2001:db8::7]", true, Some(("2001:db8::7", 5039))),
        ("2001:db8::7", false, Some(("2001:db8::7", 5038))),
        ("pbx.example.net:ami", false, None),
        (":5038", false, None),
        ("", false, None),
    ];
    for (address, tls, expected) in table {
        assert_eq!(place(address, tls).ok(), expected, "{address}");
    }
}

/// For what happens at once, and for a pause before it.
const SOON: Duration = Duration::from_secs(10);
