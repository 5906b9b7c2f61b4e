//! A receiver on a free port, and HTTP by hand.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use cti::CallEvent;
use desk::wire::{Intent, Refusal, SeenEvent};
use phone::Secret;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::{
    settings::Webhook,
    webhook::{Bound, Receiver, Seen, TakesIn},
};

/// A telephone rings, as Simotel says it.
pub(super) const RINGING: &str = "exten=812&state=Ringing&participant=09120000888&direction=in&unique_id=1720000000.17";
/// The user `pbx` and the password `s3cret`.
pub(super) const BASIC: &str = "Authorization: Basic cGJ4OnMzY3JldA==\r\n";

/// Remembers what it takes, or takes nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Intake {
    taken: Arc<Mutex<Vec<CallEvent>>>,
    wanted: Arc<Mutex<Vec<Intent>>>,
    is_full: Arc<AtomicBool>,
}

impl TakesIn for Intake {
    async fn take(&self, events: Vec<CallEvent>) -> Result<(), String> {
        if self.is_full.load(Ordering::Relaxed) {
            return Err("the disk is full".to_owned());
        }
        self.taken.lock().expect("nobody panics with it").extend(events);
        Ok(())
    }

    async fn call_back(&self, wanted: Intent) -> Result<String, Refusal> {
        if self.is_full.load(Ordering::Relaxed) {
            return Err(Refusal::conflict("too_many_callbacks", "there are as many open callbacks as there can be"));
        }
        self.wanted.lock().expect("nobody panics with it").push(wanted);
        Ok("c1".to_owned())
    }
}

/// A running receiver.
pub(super) struct Kit {
    pub(super) runtime: Runtime,
    pub(super) seen: Seen,
    pub(super) address: SocketAddr,
    intake: Intake,
    _receiver: Receiver,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// In lower case.
    pub(super) head: String,
    pub(super) body: Value,
}

impl Answer {
    pub(super) fn of(text: &str) -> Self {
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        Self { status, head: head.to_ascii_lowercase(), body: serde_json::from_str(body).unwrap_or(Value::Null) }
    }

    /// Status and code of an error.
    pub(super) fn error(&self) -> (u16, &str) {
        let error = &self.body["error"];
        assert!(error["detail"].as_str().is_some_and(|detail| detail.len() > 20), "{self:?}");
        (self.status, error["code"].as_str().unwrap_or_default())
    }
}

impl Kit {
    /// Anybody on this machine may send.
    pub(super) fn new() -> Self {
        Self::with(settings(), None)
    }

    /// By user and password alone.
    pub(super) fn guarded() -> Self {
        Self::with(Webhook { username: Some("pbx".into()), ..settings() }, Some("s3cret"))
    }

    pub(super) fn with(settings: Webhook, password: Option<&str>) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let (seen, intake) = (Seen::new(&settings), Intake::default());
        let on_it = runtime.enter();
        let bound = Bound::open(&settings, &seen).expect("a free port");
        let address = bound.address().rsplit('/').next().and_then(|place| place.parse().ok()).expect("an address");
        let receiver = bound.serve(password.map(|text| Secret(text.into())), intake.clone());
        drop(on_it);
        Self { runtime, seen, address, intake, _receiver: receiver }
    }

    /// What was taken in, as `extension call leg`.
    pub(super) fn taken(&self) -> Vec<String> {
        let taken = self.intake.taken.lock().expect("nobody panics with it");
        let line = |event: &CallEvent| {
            format!("{} {} {}", event.extension.as_deref().unwrap_or_default(), event.call_id, event.leg_id)
        };
        taken.iter().map(line).collect()
    }

    /// Who is to be called back.
    pub(super) fn wanted(&self) -> Vec<Intent> {
        self.intake.wanted.lock().expect("nobody panics with it").clone()
    }

    pub(super) fn intake_is_full(&self, is_full: bool) {
        self.intake.is_full.store(is_full, Ordering::Relaxed);
    }

    /// The newest of the last events, once its answer has been noted.
    pub(super) fn last(&self) -> SeenEvent {
        self.seen.view().events.into_iter().next().expect("something came")
    }

    /// Waits for an event that is noted once nobody is there to be answered.
    pub(super) fn until_last(&self, is_wanted: impl Fn(&SeenEvent) -> bool) {
        let bound = Instant::now() + Duration::from_secs(10);
        while !is_wanted(&self.last()) {
            assert!(Instant::now() < bound, "the last is {:?}", self.last());
            thread::yield_now();
        }
    }

    pub(super) fn connect(&self) -> TcpStream {
        bounded(TcpStream::connect(self.address).expect("the port is open"))
    }

    /// From another address of this machine, which has more than one on Linux.
    #[cfg(target_os = "linux")]
    pub(super) fn connect_from(&self, from: &str) -> TcpStream {
        let from: std::net::IpAddr = from.parse().expect("an address");
        let connecting = async {
            let socket = tokio::net::TcpSocket::new_v4()?;
            socket.bind((from, 0).into())?;
            socket.connect(self.address).await?.into_std()
        };
        let stream = self.runtime.block_on(connecting).expect("the port is open");
        stream.set_nonblocking(false).expect("a socket can wait");
        bounded(stream)
    }

    /// Sends bytes as they are, and reads until the other side ends it.
    pub(super) fn raw(&self, request: &[u8]) -> Answer {
        exchange(self.connect(), request)
    }

    /// A request with these headers, each ended by CR LF.
    pub(super) fn send(&self, method: &str, target: &str, headers: &str, body: &str) -> Answer {
        self.raw(text(method, target, &format!("Connection: close\r\n{headers}"), body).as_bytes())
    }

    pub(super) fn get(&self, target: &str, headers: &str) -> Answer {
        self.send("GET", target, headers, "")
    }

    pub(super) fn form(&self, target: &str, body: &str) -> Answer {
        self.send("POST", target, "Content-Type: application/x-www-form-urlencoded\r\n", body)
    }

    pub(super) fn json(&self, target: &str, body: &str) -> Answer {
        self.send("POST", target, "Content-Type: application/json\r\n", body)
    }
}

pub(super) fn settings() -> Webhook {
    Webhook { enabled: true, listen: ([127, 0, 0, 1], 0).into(), ..Webhook::default() }
}

pub(super) fn text(method: &str, target: &str, headers: &str, body: &str) -> String {
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    format!("{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{length}{headers}\r\n{body}")
}

pub(super) fn exchange(mut stream: TcpStream, request: &[u8]) -> Answer {
    // A server that refuses early may close before everything is sent.
    stream.write_all(request).ok();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok();
    Answer::of(&String::from_utf8_lossy(&answer))
}

/// Reads one answer of a connection that is kept.
pub(super) fn read_one(stream: &mut TcpStream) -> Answer {
    let mut seen = Vec::new();
    let mut byte = [0];
    loop {
        let text = String::from_utf8_lossy(&seen).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .to_ascii_lowercase()
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ").and_then(|length| length.parse::<usize>().ok()));
            if body.len() >= length.unwrap_or(0) {
                return Answer::of(&text);
            }
        }
        assert_eq!(stream.read(&mut byte).expect("an answer comes"), 1, "it ended: {text}");
        seen.extend(byte);
    }
}

fn bounded(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket has a timeout");
    stream.set_write_timeout(Some(Duration::from_secs(20))).expect("a socket has a timeout");
    stream
}
