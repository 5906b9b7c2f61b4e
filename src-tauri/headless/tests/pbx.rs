//! Calls that a PBX is asked to place: from an intent over HTTP to a request on a stand-in server, and back to the desk.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver},
    },
    thread,
    time::{Duration, Instant},
};

use headless::{Options, Running, SecretStore};
use serde_json::{Value, json};

/// The PBX's side: takes one request a connection and says what it was told to say.
struct StandIn {
    address: SocketAddr,
    answer: Arc<Mutex<String>>,
    seen: Receiver<String>,
}

impl StandIn {
    fn new(status: &str, body: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let answer = Arc::new(Mutex::new(http(status, body)));
        let (says, (tell, seen)) = (Arc::clone(&answer), mpsc::channel());
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let told = tell.send(read(&mut stream));
                let answer = says.lock().expect("nobody panics with it").clone();
                stream.write_all(answer.as_bytes()).ok();
                if told.is_err() {
                    return;
                }
            }
        });
        Self { address, answer, seen }
    }

    /// Takes requests and never answers.
    fn silent() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (tell, seen) = mpsc::channel();
        thread::spawn(move || {
            let mut held = Vec::new();
            for mut stream in listener.incoming().flatten() {
                if tell.send(read(&mut stream)).is_err() {
                    return;
                }
                held.push(stream);
            }
        });
        Self { address, answer: Arc::default(), seen }
    }

    fn says(&self, status: &str, body: &str) {
        *self.answer.lock().expect("nobody panics with it") = http(status, body);
    }

    /// The next request.
    fn request(&self) -> String {
        self.seen.recv_timeout(BOUND).expect("a request comes")
    }
}

fn http(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

/// A request with all of its body.
fn read(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request);
        let length = header(&text, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let is_whole = text.split_once("\r\n\r\n").is_some_and(|(_, body)| body.len() >= length);
        if is_whole {
            return text.into_owned();
        }
        match stream.read(&mut chunk) {
            Ok(length @ 1..) => request.extend(chunk.iter().take(length)),
            _ => return text.into_owned(),
        }
    }
}

fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let mut lines =
        request.lines().skip(1).take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(": "));
    lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A desk on the practice PBX whose `[pbx]` is the stand-in, in a folder of its own.
struct Kit {
    runtime: tokio::runtime::Runtime,
    running: Option<Running>,
    folder: PathBuf,
}

impl Kit {
    fn new(pbx: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("ringside-pbx-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let audio = "[audio]\nmicrophone = [\"null\"]\nspeaker = [\"null\"]\nring = [\"null\"]\n";
        fs::write(folder.join("settings.toml"), format!("[local_api]\nport = 0\n{audio}[pbx]\n{pbx}"))
            .expect("a file can be written");
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let mut kit = Self { runtime, running: None, folder };
        kit.start();
        kit
    }

    fn start(&mut self) {
        let options = Options {
            policy: self.folder.join("no-policy.toml"),
            secrets: SecretStore::File,
            practice: true,
            ..Options::new(self.folder.join("settings.toml"), self.folder.join("data"))
        };
        self.running = Some(self.runtime.block_on(headless::start(options)).expect("it starts"));
        self.until("the account is registered", |desk| desk["accounts"][0]["registration"] == "registered");
    }

    fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }

    fn request(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = self.send(method, path, body);
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it is answered");
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }

    /// Without waiting for the answer.
    fn send(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let ready = self.running.as_ref().expect("it runs").ready();
        let host = ready.local_api.trim_start_matches("http://");
        let token = fs::read_to_string(&ready.token_file).expect("the token is there");
        let mut stream = TcpStream::connect(host).expect("the port is open");
        stream.set_read_timeout(Some(BOUND)).expect("a socket has a timeout");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("it is sent");
        stream
    }

    /// Asks for a call through the PBX; gives the name of the origination.
    fn originate(&self, target: &str) -> String {
        let intent = json!({"type": "dial", "target": target, "via": "pbx"}).to_string();
        let (status, done) = self.request("POST", "/v1/intent", &intent);
        let done: Value = serde_json::from_str(&done).expect("JSON");
        assert_eq!(status, 200, "{done}");
        assert_eq!(done["call"], Value::Null, "the PBX calls, not we");
        done["origination"].as_str().expect("it has a name").to_owned()
    }

    /// The snapshot in which `holds` is true.
    fn until(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let bound = Instant::now() + BOUND;
        loop {
            let desk: Value = serde_json::from_str(&self.request("GET", "/v1/snapshot", "").1).expect("JSON");
            if holds(&desk) {
                return desk;
            }
            assert!(Instant::now() < bound, "{what}: {desk}");
        }
    }

    /// How the PBX took it.
    fn taken(&self, origination: &str) -> Value {
        let find = |desk: &Value| {
            let all = desk["originations"].as_array().expect("a list");
            all.iter().find(|known| known["id"] == origination && known["state"] != "asked").cloned()
        };
        find(&self.until("it is answered", |desk| find(desk).is_some())).expect("it was there")
    }
}

impl Drop for Kit {
    fn drop(&mut self) {
        self.stop();
        fs::remove_dir_all(&self.folder).ok();
    }
}

#[test]
fn an_oktell_server_is_asked_to_dial() {
    let pbx = StandIn::new("200 OK", "");
    let kit = Kit::new(&format!(
        "driver = \"oktell\"\nurl = \"http://{}\"\nuser = \"admin\"\ndirection = \"city\"\ndial = \"softphone\"\n",
        pbx.address
    ));
    let desk = kit.until("it is shown", |desk| desk["click_to_call"]["pbx"] == true);
    assert_eq!(desk["click_to_call"]["via"], "softphone");
    let origination = kit.originate("7 (495) 229-49-89");
    let request = pbx.request();
    let line = "GET /wp_autocallstart?user=admin&number=74952294989&direction=city&sequence=back HTTP/1.1";
    assert_eq!(request.lines().next(), Some(line));
    assert_eq!(header(&request, "host"), Some(pbx.address.to_string().as_str()));
    assert_eq!(header(&request, "authorization"), None);
    let taken = kit.taken(&origination);
    assert_eq!((&taken["state"], &taken["trouble"]), (&json!("accepted"), &Value::Null), "{taken}");
    assert_eq!(kit.until("nothing", |_| true)["calls"], json!([]));
}

#[test]
fn what_the_pbx_refuses_is_told_with_a_code_and_a_mend() {
    let pbx = StandIn::new("500 Internal Server Error", "");
    let kit = Kit::new(&format!("driver = \"oktell\"\nurl = \"http://{}\"\nwp = \"Comp082\"\n", pbx.address));
    for (status, code) in
        [("500 Oh", "pbx_refused"), ("403 Forbidden", "pbx_wrong_credentials"), ("404 No", "pbx_wrong_address")]
    {
        pbx.says(status, "<html>");
        let origination = kit.originate("200");
        assert!(pbx.request().starts_with("GET /wp_autocallstart?wp=Comp082&number=200&sequence=back HTTP/1.1\r\n"));
        let taken = kit.taken(&origination);
        assert_eq!((&taken["state"], &taken["trouble"]["code"]), (&json!("failed"), &json!(code)), "{taken}");
        assert!(taken["trouble"]["detail"].as_str().is_some_and(|detail| detail.len() > 20), "{taken}");
    }
}

#[test]
fn a_pbx_that_is_off_fails_the_origination_alone() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr()).expect("a port");
    let kit = Kit::new(&format!("driver = \"oktell\"\nurl = \"http://{free}\"\nline = \"7\"\ndial = \"pbx\"\n"));
    // `dial = "pbx"` is what an intent without `via` means.
    let (status, done) = kit.request("POST", "/v1/intent", r#"{"type":"dial","target":"200"}"#);
    assert_eq!(status, 200, "{done}");
    let done: Value = serde_json::from_str(&done).expect("JSON");
    let taken = kit.taken(done["origination"].as_str().expect("the PBX was asked"));
    assert_eq!((&taken["state"], &taken["trouble"]["code"]), (&json!("failed"), &json!("pbx_unreachable")), "{taken}");
}

#[test]
fn a_simotel_pbx_rings_our_extension_and_its_secrets_move_out_of_the_file() {
    let pbx = StandIn::new("200 OK", r#"{"success":1,"message":null,"data":{"originated_call_id":"orig.call.1"}}"#);
    let mut kit = Kit::new(&format!(
        "driver = \"simotel\"\nurl = \"http://{}/api/v4\" # ours\ncontext = \"main_routing\"\nusername = \"test\"\npassword = \"s3cret\"\napi_key = \"k3y\"\n",
        pbx.address
    ));
    for round in ["from the file", "from where it was moved to"] {
        let origination = kit.originate("200");
        let request = pbx.request();
        assert_eq!(request.lines().next(), Some("POST /api/v4/call/originate/act HTTP/1.1"));
        assert_eq!(header(&request, "authorization"), Some("Basic dGVzdDpzM2NyZXQ="), "{round}");
        assert_eq!(header(&request, "x-apikey"), Some("k3y"), "{round}");
        let body = request.split_once("\r\n\r\n").map(|(_, body)| serde_json::from_str::<Value>(body).expect("JSON"));
        let me = practice::USER;
        let expected =
            json!({"caller": me, "callee": "200", "context": "main_routing", "caller_id": me, "trunk_name": ""});
        assert_eq!(body, Some(expected));
        assert_eq!(kit.taken(&origination)["state"], "accepted");

        kit.until("they are safe", |desk| desk["preferences"]["secrets_in_file"] == true);
        let settings = fs::read_to_string(kit.folder.join("settings.toml")).expect("it is there");
        assert!(!settings.contains("s3cret") && !settings.contains("k3y"), "{settings}");
        assert!(settings.contains("/api/v4\" # ours\n"), "{settings}");
        let secrets = fs::read_to_string(kit.folder.join("data/secrets.toml")).expect("it is there");
        assert!(secrets.contains("s3cret") && secrets.contains("k3y"), "{secrets}");
        kit.stop();
        kit.start();
    }
}

#[test]
fn a_script_of_the_oktell_server_is_run_for_a_friend() {
    let pbx = StandIn::new(
        "200 OK",
        "<?xml version=\"1.0\" encoding=\"utf-16\"?><a><property_simple key=\"started\" value=\"1\" /><property_simple key=\"returnvalue\" name=\"IdUser:7;\" /></a>",
    );
    let kit = Kit::new(&format!("driver = \"oktell\"\nurl = \"http://{}\"\nuser = \"admin\"\n", pbx.address));
    let (status, body) = kit.request("GET", "/execsvcscript?name=3-013-Get&startparam1=%D0%B0&password=x", "");
    assert_eq!(pbx.request().lines().next(), Some("GET /execsvcscript?name=3-013-Get&startparam1=%D0%B0 HTTP/1.1"));
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("key=\"started\" value=\"1\" />"), "{body}");
    assert!(body.contains("key=\"returnvalue\"><![CDATA[IdUser:7;]]>"), "{body}");
    pbx.says("500 Oh", "");
    let (status, body) = kit.request("GET", "/execsvcscript?name=x", "");
    assert!(status == 200 && body.contains("key=\"started\" value=\"0\" />"), "{status} {body}");
    assert!(body.contains("pbx_refused") && !body.contains(&pbx.address.to_string()), "{body}");
}

#[test]
fn a_pbx_that_never_answers_keeps_nobody_waiting() {
    let pbx = StandIn::silent();
    let mut kit = Kit::new(&format!("driver = \"oktell\"\nurl = \"http://{}\"\nuser = \"admin\"\n", pbx.address));
    let hanging: Vec<_> = (0..8).map(|_| kit.send("GET", "/execsvcscript?name=x&timeout=30", "")).collect();
    for _ in &hanging {
        pbx.request();
    }
    let (status, body) = kit.request("GET", "/execsvcscript?name=x", "");
    assert!(status == 200 && body.contains("pbx_refused"), "one script too many: {status} {body}");
    let origination = kit.originate("200");
    assert!(pbx.request().starts_with("GET /wp_autocallstart?"), "scripts do not keep the agent from calling");
    let wish = r#"{"type":"set_do_not_disturb","on":true}"#;
    assert_eq!(kit.request("POST", "/v1/intent", wish).0, 200, "the desk goes on");
    let desk = kit.until("nothing", |_| true);
    assert_eq!(
        (&desk["originations"][0]["id"], &desk["originations"][0]["state"]),
        (&json!(origination), &json!("asked"))
    );
    let begun = Instant::now();
    kit.stop();
    assert!(begun.elapsed() < Duration::from_secs(5), "nor does closing wait: {:?}", begun.elapsed());
}

const BOUND: Duration = Duration::from_secs(20);
