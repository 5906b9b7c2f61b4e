//! A running desk whose webhook receiver is on, and HTTP by hand.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use headless::{Options, Running, SecretStore};
use serde_json::Value;

/// A desk in a folder of its own, with an account whose extension is 812.
pub(crate) struct Kit {
    runtime: tokio::runtime::Runtime,
    running: Option<Running>,
    pub(crate) folder: PathBuf,
}

impl Kit {
    /// `webhook` are lines of that section.
    pub(crate) fn new(webhook: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("ringside-webhook-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let audio = "[audio]\nmicrophone = [\"null\"]\nspeaker = [\"null\"]\nring = [\"null\"]\n";
        let account = "[[account]]\nid = \"work\"\naor = \"sip:812@127.0.0.1:9\"\n";
        let text = format!("[local_api]\nport = 0\n{audio}{account}[webhook]\nlisten = \"127.0.0.1:0\"\n{webhook}");
        fs::write(folder.join("settings.toml"), text).expect("a file can be written");
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let mut kit = Self { runtime, running: None, folder };
        kit.start();
        kit
    }

    pub(crate) fn start(&mut self) {
        let options = Options {
            policy: self.folder.join("no-policy.toml"),
            secrets: SecretStore::File,
            ..Options::new(self.folder.join("settings.toml"), self.folder.join("data"))
        };
        self.running = Some(self.runtime.block_on(headless::start(options)).expect("it starts"));
    }

    pub(crate) fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }

    /// `http://127.0.0.1:4060`
    pub(crate) fn receiver(&self) -> String {
        self.running().ready().webhook.clone().expect("it is on")
    }

    /// Tells of a call, as a Simotel PBX does; `headers` each ended by CR LF.
    pub(crate) fn event(&self, event: &str, headers: &str) -> (u16, Value) {
        exchange(&self.receiver(), &format!("GET /simotel?event_name={event}"), headers, "")
    }

    /// Asks the receiver for this path.
    pub(crate) fn get(&self, target: &str) -> u16 {
        exchange(&self.receiver(), &format!("GET {target}"), "", "").0
    }

    /// Asks the localhost port, with the token.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let ready = self.running().ready();
        let token = fs::read_to_string(&ready.token_file).expect("the token is there");
        exchange(&ready.local_api, &format!("{method} {path}"), &format!("Authorization: Bearer {token}\r\n"), body)
    }

    /// What `GET path` says once `holds`.
    pub(crate) fn until(&self, what: &str, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let bound = Instant::now() + Duration::from_secs(20);
        loop {
            let (_, answer) = self.ask("GET", path, "");
            if holds(&answer) {
                return answer;
            }
            assert!(Instant::now() < bound, "{what}: {answer:#}");
            thread::yield_now();
        }
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("it runs")
    }
}

impl Drop for Kit {
    fn drop(&mut self) {
        self.stop();
        fs::remove_dir_all(&self.folder).ok();
    }
}

fn exchange(place: &str, request: &str, headers: &str, body: &str) -> (u16, Value) {
    let host = place.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).expect("the port is open");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket has a timeout");
    let length = body.len();
    let text = format!(
        "{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(text.as_bytes()).expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it is answered");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}
