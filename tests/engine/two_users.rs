//! Two people on one machine: the second has nothing of the first one's phone.
//!
//! The loopback belongs to everybody, so the desk asks the system whose process is at the other end. Only root can play
//! two users; where the tests run as somebody else these stories say so and are passed over.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use kit::desk::binary;
use serde_json::Value;

const SARA: u32 = 40_001;
const OMID: u32 = 40_002;
const PAIRED: &str = "https://crm.example";

/// A desk that runs as Sara, on the practice PBX.
struct SarasDesk {
    child: Child,
    _folder: tempfile::TempDir,
    port: u16,
    token_file: PathBuf,
}

impl SarasDesk {
    /// `None`, with the reason said: this machine does not let us be two users.
    fn start() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return passed_over("only root can run a desk as one user and a client as another");
        }
        let folder = tempfile::Builder::new().prefix("ringside-two-users-").tempdir().expect("a folder");
        let settings = folder.path().join("settings.toml");
        let text = format!(
            "version = 1\n[local_api]\nport = 0\norigins = [\"{PAIRED}\"]\n[webhook]\nlisten = \"127.0.0.1:0\"\n\
             [audio]\nmicrophone = [\"null\"]\nspeaker = [\"null\"]\nring = [\"null\"]\n"
        );
        fs::write(&settings, text).expect("a file");
        // Where the repository lies Sara may not be able to go.
        let program = folder.path().join("ringside-headless");
        fs::copy(binary(), &program).expect("the desk was built");
        for path in [folder.path(), &settings, &program] {
            chown(path, Some(SARA), Some(SARA)).expect("root may give away");
        }
        let mut command = Command::new(&program);
        command.arg("--settings").arg(&settings).arg("--data").arg(folder.path().join("data"));
        command.args(["--practice", "--secrets", "file"]).env("HOME", folder.path()).current_dir(folder.path());
        command.uid(SARA).gid(SARA).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return passed_over(&format!("this machine has no other users ({error})")),
        };
        let ready = ready(&mut child);
        let port = ready["local_api"].as_str().and_then(|url| url.rsplit(':').next()?.parse().ok());
        let token_file = ready["token_file"].as_str().map(PathBuf::from);
        let (port, token_file) = (port.expect("an address"), token_file.expect("a path"));
        Some(Self { child, _folder: folder, port, token_file })
    }

    fn token(&self) -> String {
        fs::read_to_string(&self.token_file).expect("root reads all").trim().to_owned()
    }

    /// What this user is answered to a request with these headers; empty if the connection is closed.
    fn answers(&self, user: u32, host: &str, target: &str, headers: &[String]) -> String {
        let answer = self.by(user, host, target, headers, "timeout 10 cat <&3");
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The same, and then does `after` with the connection, which is file 3 of a shell.
    fn by(&self, user: u32, host: &str, target: &str, headers: &[String], after: &str) -> Vec<u8> {
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n{headers}\r\n", self.port);
        let script = format!("exec 3<>/dev/tcp/{host}/{} && printf %s \"$0\" >&3; {after}", self.port);
        let mut shell = Command::new("bash");
        shell.args(["-c", &script, &request]).uid(user).gid(user).current_dir("/");
        shell.stderr(Stdio::null()).output().expect("bash runs").stdout
    }

    /// What Sara sees.
    fn snapshot(&self) -> Value {
        let authorization = format!("Authorization: Bearer {}", self.token());
        let answer = self.answers(SARA, "127.0.0.1", "/v1/snapshot", &[authorization]);
        let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("Sara is let in, not told {answer:?}"));
        serde_json::from_str(body).unwrap_or_else(|e| panic!("a snapshot is JSON ({e}): {body}"))
    }

    #[track_caller]
    fn assert_idle(&self) {
        let shown = self.snapshot();
        for list in ["calls", "history", "prompts"] {
            assert_eq!(shown[list].as_array().map(Vec::len), Some(0), "{list}: {}", shown[list]);
        }
    }
}

impl Drop for SarasDesk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::print_stderr, reason = "whoever reads the tests' output must know what was not tested")]
fn passed_over<T>(reason: &str) -> Option<T> {
    eprintln!("passed over: {reason}");
    None
}

fn ready(child: &mut Child) -> Value {
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("it was piped"));
    stdout.read_line(&mut line).expect("the desk says that it is ready");
    // Somebody has to read on, or the desk waits for a full pipe.
    std::thread::spawn(move || stdout.lines().map_while(Result::ok).for_each(drop));
    let said: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("the first line is JSON ({e}): {line:?}"));
    said["ready"].clone()
}

fn paired() -> String {
    format!("Origin: {PAIRED}")
}

/// Everything that Omid can ask, with the most that he could have got hold of.
fn requests(token: &str) -> Vec<(&'static str, Vec<String>)> {
    let authorization = format!("Authorization: Bearer {token}");
    let click = ["Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document", "Sec-Fetch-User: ?1"].map(str::to_owned);
    vec![
        ("/callto?number=712", vec![]),
        ("/callto?number=712", click.into()),
        ("/callto?number=712", vec![paired()]),
        ("/callto?number=712", vec![authorization.clone()]),
        ("/getcurrentcallinfo", vec![paired()]),
        ("/disconnectcall", vec![paired()]),
        ("/v1/snapshot", vec![]),
        ("/v1/snapshot", vec![paired()]),
        ("/v1/snapshot", vec![authorization.clone()]),
        ("/v1/changes", vec![authorization]),
    ]
}

#[test]
fn another_user_is_refused_whatever_he_has_got_hold_of() {
    let Some(desk) = SarasDesk::start() else { return };
    for host in ["127.0.0.1", "::1"] {
        for (target, headers) in requests(&desk.token()) {
            let answer = desk.answers(OMID, host, target, &headers);
            let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 403");
            assert!(refused, "{target} {headers:?} over {host} is answered {answer}");
            assert!(!answer.to_ascii_lowercase().contains("access-control-"), "{answer}");
            assert!(!answer.contains("accounts"), "{answer}");
        }
    }
    desk.assert_idle();
}

#[test]
fn another_user_who_is_gone_before_he_is_looked_at_is_still_another() {
    let Some(desk) = SarasDesk::start() else { return };
    // Linux shows a socket that nobody holds any more as root's.
    for _ in 0..50 {
        desk.by(OMID, "127.0.0.1", "/callto?number=712", &[paired()], "exec 3>&-");
    }
    desk.assert_idle();
}

#[test]
fn what_opens_the_port_is_readable_to_its_user_alone() {
    let Some(desk) = SarasDesk::start() else { return };
    let folder = desk.token_file.parent().expect("a token lies in a folder");
    for file in [desk.token_file.clone(), folder.join("local_api.json")] {
        assert!(reads(SARA, &file), "Sara reads {}", file.display());
        assert!(!reads(OMID, &file), "Omid reads {}", file.display());
    }
}

fn reads(user: u32, file: &Path) -> bool {
    let mut cat = Command::new("cat");
    cat.arg(file).uid(user).gid(user).current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
    cat.status().expect("cat runs").success()
}

#[test]
fn the_user_herself_is_let_in() {
    let Some(desk) = SarasDesk::start() else { return };
    let answer = desk.answers(SARA, "127.0.0.1", "/callto?number=712", &[paired()]);
    assert!(answer.starts_with("HTTP/1.1 200"), "a paired page of her own: {answer}");
    let answer = desk.answers(SARA, "::1", "/v1/snapshot", &[]);
    assert!(answer.starts_with("HTTP/1.1 401"), "without the token: {answer}");
}
