//! A CRM that does what a test says, byte by byte.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
    time::sleep,
};

/// What came in.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// `GET /lookup?phone=101`.
    pub(super) line: String,
    /// In lower case.
    pub(super) headers: String,
    pub(super) body: String,
    pub(super) at: Instant,
}

/// What goes out.
pub(super) enum Reply {
    Json(&'static str),
    Status(u16, &'static str),
    /// All the bytes of an answer.
    Bytes(Vec<u8>),
    Slow(Duration, &'static str),
    /// Takes the request and hangs up.
    HangUp,
    Never,
}

/// What it does with a request, and how many came before.
type Script = dyn Fn(&Seen, usize) -> Reply + Send + Sync;

pub(super) struct StandIn {
    pub(super) address: SocketAddr,
    shared: Arc<Shared>,
    task: AbortHandle,
}

struct Shared {
    script: Box<Script>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl StandIn {
    pub(super) async fn start(script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0".parse().expect("an address"), script).await
    }

    pub(super) async fn at(
        address: SocketAddr,
        script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let counter = AtomicUsize::default;
        let (seen, connections, now, most) = (Mutex::default(), counter(), counter(), counter());
        let shared = Arc::new(Shared { script: Box::new(script), seen, connections, now, most });
        let serving = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serving.connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(stream, Arc::clone(&serving)));
            }
        });
        Self { address, shared, task: task.abort_handle() }
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests were under way at the worst moment.
    pub(super) fn most_at_once(&self) -> usize {
        self.shared.most.load(Ordering::Relaxed)
    }

    pub(super) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let mut stream = BufReader::new(stream);
    while let Some(seen) = read(&mut stream).await {
        let before = {
            let mut all = shared.seen.lock().unwrap_or_else(PoisonError::into_inner);
            all.push(seen.clone());
            all.len() - 1
        };
        let now = shared.now.fetch_add(1, Ordering::Relaxed) + 1;
        shared.most.fetch_max(now, Ordering::Relaxed);
        let bytes = answer((shared.script)(&seen, before)).await;
        shared.now.fetch_sub(1, Ordering::Relaxed);
        let Some(bytes) = bytes else { return };
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

async fn answer(reply: Reply) -> Option<Vec<u8>> {
    match reply {
        Reply::Json(body) => Some(written(200, "content-type: application/json\r\n", body)),
        Reply::Status(status, headers) => Some(written(status, headers, "")),
        Reply::Bytes(bytes) => Some(bytes),
        Reply::Slow(time, body) => {
            sleep(time).await;
            Some(written(200, "", body))
        }
        Reply::HangUp => None,
        Reply::Never => std::future::pending().await,
    }
}

fn written(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Whatever\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Seen> {
    let (mut line, mut headers) = (String::new(), String::new());
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    while !headers.ends_with("\r\n\r\n") && headers != "\r\n" {
        stream.read_line(&mut headers).await.ok().filter(|read| *read > 0)?;
    }
    let headers = headers.to_ascii_lowercase();
    let length = headers.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    Some(Seen { line, headers, body: String::from_utf8(body).ok()?, at: Instant::now() })
}
