//! A running desk, and HTTP by hand.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use headless::{Options, Running, SecretStore};
use serde_json::Value;

/// A site that the settings allow, where a test asks for that.
pub(crate) const CRM: &str = "https://crm.example";
/// The settings that allow it.
pub(crate) const CRM_ALLOWED: &str =
    "origins = [\"https://crm.example\"]\nrefused_origins = [\"https://ads.example\"]\n";

/// A running desk in a folder of its own.
pub(crate) struct Kit {
    pub(crate) runtime: tokio::runtime::Runtime,
    running: Option<Running>,
    pub(crate) folder: PathBuf,
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The head, in lower case.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn of(text: &str) -> Self {
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        Self { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// Whether a page of another site may read it.
    pub(crate) fn is_readable(&self) -> bool {
        self.head.contains("access-control-allow-origin")
    }

    /// The value of a property of an XML body.
    pub(crate) fn property(&self, key: &str) -> Option<String> {
        let line = self.body.lines().find(|line| line.contains(&format!("key=\"{key}\"")))?;
        Some(line.rsplit_once("value=\"")?.1.split('"').next()?.to_owned())
    }
}

impl Kit {
    /// Without accounts.
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    pub(crate) fn with(settings: &str) -> Self {
        Self::start("", settings, false)
    }

    /// On the practice PBX, and registered there; `local_api` are more lines of that section.
    pub(crate) fn practising(local_api: &str) -> Self {
        let kit = Self::start(local_api, "", true);
        kit.until("the account is registered", |snapshot| snapshot["accounts"][0]["registration"] == "registered");
        kit
    }

    pub(crate) fn start(local_api: &str, settings: &str, practice: bool) -> Self {
        let folder = folder();
        let audio = "[audio]\nmicrophone = [\"null\"]\nspeaker = [\"null\"]\nring = [\"null\"]\n";
        let file = folder.join("settings.toml");
        fs::write(&file, format!("[local_api]\nport = 0\n{local_api}{audio}{settings}"))
            .expect("a file can be written");
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let options = Options {
            policy: folder.join("no-policy.toml"),
            secrets: SecretStore::File,
            practice,
            ..Options::new(&file, folder.join("data"))
        };
        let running = runtime.block_on(headless::start(options)).expect("it starts");
        let address = running.ready().local_api.trim_start_matches("http://").parse().expect("an address");
        let token = fs::read_to_string(&running.ready().token_file).expect("the token is there");
        Self { runtime, running: Some(running), folder, address, token }
    }

    pub(crate) fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }

    // --- HTTP

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the port is open");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket has a timeout");
        stream
    }

    /// Sends bytes as they are; gives the status and all that came back.
    pub(crate) fn raw(&self, request: &[u8]) -> (u16, String) {
        let mut stream = self.connect();
        // A server that refuses early may close before everything is sent.
        stream.write_all(request).ok();
        let text = read_all(&mut stream);
        (Answer::of(&text).status, text)
    }

    /// A request with these headers, each ended by CR LF, and no token.
    pub(crate) fn ask(&self, method: &str, target: &str, headers: &str, body: &str) -> Answer {
        Answer::of(&self.raw(self.text(method, target, headers, body).as_bytes()).1)
    }

    pub(crate) fn get(&self, target: &str, headers: &str) -> Answer {
        self.ask("GET", target, headers, "")
    }

    pub(crate) fn text(&self, method: &str, target: &str, headers: &str, body: &str) -> String {
        let length = if method == "POST" { format!("Content-Length: {}\r\n", body.len()) } else { String::new() };
        format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{length}{headers}\r\n{body}",
            self.address
        )
    }

    /// The header that opens everything.
    pub(crate) fn bearer(&self) -> String {
        format!("Authorization: Bearer {}\r\n", self.token)
    }

    /// A request with the token.
    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let answer = self.ask(method, path, &self.bearer(), body);
        (answer.status, answer.json())
    }

    pub(crate) fn intent(&self, body: &str) -> (u16, Value) {
        self.request("POST", "/v1/intent", body)
    }

    pub(crate) fn snapshot(&self) -> Value {
        self.request("GET", "/v1/snapshot", "").1
    }

    /// Waits until the desk shows it; gives the snapshot.
    pub(crate) fn until(&self, what: &str, shows: impl Fn(&Value) -> bool) -> Value {
        let bound = Instant::now() + Duration::from_secs(10);
        loop {
            let snapshot = self.snapshot();
            if shows(&snapshot) {
                return snapshot;
            }
            assert!(Instant::now() < bound, "{what}, but the desk shows {snapshot:#}");
            std::thread::yield_now();
        }
    }

    /// Ends all calls and waits until they are over.
    pub(crate) fn hang_up_all(&self) {
        for call in self.snapshot()["calls"].as_array().expect("a list").iter().filter(|call| call["ended"].is_null()) {
            self.intent(&format!(r#"{{"type":"hang_up","call":{}}}"#, call["id"]));
        }
        self.until("every call is over", |snapshot| {
            snapshot["calls"].as_array().is_some_and(|calls| calls.iter().all(|call| !call["ended"].is_null()))
        });
    }

    /// Takes an open prompt away.
    pub(crate) fn dismiss(&self) {
        for prompt in self.snapshot()["prompts"].as_array().expect("a list") {
            self.intent(&format!(r#"{{"type":"dismiss_prompt","prompt":{}}}"#, prompt["id"]));
        }
    }

    /// Opens a stream of events.
    pub(crate) fn listen(&self, path: &str, headers: &str) -> Events {
        let mut stream = self.connect();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", self.address);
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut events = Events { stream, seen: String::new() };
        events.until("\r\n\r\n");
        events
    }

    /// Reads from a stream of events until `wanted` has come.
    pub(crate) fn events(&self, path: &str, headers: &str, act: impl FnOnce(&Self), wanted: &str) -> String {
        let mut events = self.listen(path, &format!("{}{headers}", self.bearer()));
        act(self);
        events.until(wanted).to_owned()
    }
}

impl Drop for Kit {
    fn drop(&mut self) {
        self.stop();
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// A stream of events and what came so far.
pub(crate) struct Events {
    stream: TcpStream,
    pub(crate) seen: String,
}

impl Events {
    /// Reads on until `wanted` has come.
    pub(crate) fn until(&mut self, wanted: &str) -> &str {
        while !self.seen.contains(wanted) {
            assert!(self.read(), "the stream ended before {wanted:?} came: {}", self.seen);
        }
        &self.seen
    }

    /// Reads on until the other side ends it.
    pub(crate) fn until_end(&mut self) -> &str {
        while self.read() {}
        &self.seen
    }

    pub(crate) fn status(&self) -> u16 {
        Answer::of(&self.seen).status
    }

    fn read(&mut self) -> bool {
        let mut chunk = [0; 4096];
        let read = self.stream.read(&mut chunk).expect("events come, or the stream ends");
        self.seen.push_str(&String::from_utf8_lossy(&chunk[..read]));
        // The last of the chunks that HTTP cuts it into is empty.
        read > 0 && !self.seen.ends_with("\r\n0\r\n\r\n")
    }
}

pub(crate) fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok();
    String::from_utf8_lossy(&answer).into_owned()
}

pub(crate) fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or_default()
}

/// An `Origin` header.
pub(crate) fn origin(origin: &str) -> String {
    format!("Origin: {origin}\r\n")
}

/// What a browser says of a navigation that somebody clicked.
pub(crate) const CLICKED: &str =
    "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nSec-Fetch-User: ?1\r\n";
/// What it says of one that a script made.
pub(crate) const SCRIPTED: &str =
    "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";

fn folder() -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("ringside-api-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = env::temp_dir().join(name);
    fs::create_dir_all(&folder).expect("the temporary folder can be written");
    folder
}
