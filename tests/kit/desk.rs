//! A desk without a window: a `ringside-headless` process of its own, asked and watched over its localhost port.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::{
    Refusal, SOON, Settings, Sound,
    api::Api,
    mirror::{Mirror, Shown},
    settings,
};

/// A running desk; it ends with this value.
pub struct Desk {
    child: Child,
    /// `None` once another desk has it.
    folder: Option<tempfile::TempDir>,
    number: String,
    is_practice: bool,
    ready: Value,
    api: Api,
    mirror: Mirror,
}

/// How a call ended, as the contract words it.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended {
    /// `busy`, `no_answer`, …
    pub reason: String,
    /// The SIP status behind it.
    pub sip_status: Option<u16>,
}

impl Desk {
    /// Starts a desk and waits until it is ready for intents; its account may still be registering.
    #[track_caller]
    pub fn launch(settings: Settings) -> Self {
        let folder = tempfile::Builder::new().prefix("ringside-desk-").tempdir().expect("a folder for the desk");
        settings.write(folder.path());
        Self::launch_in(folder, settings.number().to_owned(), settings.is_practice())
    }

    #[track_caller]
    fn launch_in(folder: tempfile::TempDir, number: String, is_practice: bool) -> Self {
        let log = std::fs::File::options().create(true).append(true).open(folder.path().join("log"));
        let log = log.expect("a log file");
        let mut command = headless();
        command
            .arg("--settings")
            .arg(folder.path().join("settings.toml"))
            .arg("--data")
            .arg(folder.path().join("data"))
            .arg("--log-format")
            .arg("text");
        if is_practice {
            command.arg("--practice");
        }
        command
            .env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "debug,hickory_proto=info,mio=info".into()));
        // No keychain: each desk keeps its passwords in its own folder.
        command.env("HOME", folder.path()).env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("XDG_RUNTIME_DIR");
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap_or_else(|e| {
            panic!("{} does not start ({e}); `cargo build -p ringside-headless` makes it", binary().display())
        });
        let first = first_line(&mut child).unwrap_or_else(|| {
            let log = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            panic!("the desk does not get ready\n{log}")
        });
        let ready: Value =
            serde_json::from_str(&first).unwrap_or_else(|e| panic!("the first line is JSON ({e}): {first}"));
        let ready = ready["ready"].clone();
        let text = |key: &str| ready[key].as_str().unwrap_or_else(|| panic!("ready has no {key}: {ready}")).to_owned();
        let token = std::fs::read_to_string(text("token_file")).expect("the token file can be read");
        let api = Api::new(&text("local_api"), &token);
        let mirror = Mirror::of(api.clone());
        Self { child, folder: Some(folder), number, is_practice, ready, api, mirror }
    }

    /// Starts a desk and waits until its account is registered.
    #[track_caller]
    pub fn start(settings: Settings) -> Self {
        let desk = Self::launch(settings);
        desk.until_registration("registered", SOON);
        desk
    }

    /// The number others dial to reach it.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// What the desk said when it was ready.
    pub fn ready(&self) -> &Value {
        &self.ready
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its localhost port.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Where it takes in what a PBX tells: `http://127.0.0.1:PORT`.
    pub fn webhook(&self) -> &str {
        self.ready["webhook"].as_str().expect("the receiver is on")
    }

    // --- asking

    /// Any intent.
    pub fn ask(&self, intent: &Value) -> Result<Value, Refusal> {
        self.api.intent(intent)
    }

    /// Dials, and gives the new call's id.
    #[track_caller]
    pub fn dial(&self, target: &str) -> String {
        let made = self.must(&json!({"type": "dial", "target": target}));
        made["call"].as_str().unwrap_or_else(|| panic!("dial gives a call, not {made}")).to_owned()
    }

    /// Answers.
    #[track_caller]
    pub fn answer(&self, call: &str) {
        self.must(&json!({"type": "answer", "call": call}));
    }

    /// Refuses, with `busy`, `decline` or `unavailable`.
    #[track_caller]
    pub fn decline(&self, call: &str, reason: &str) {
        self.must(&json!({"type": "decline", "call": call, "reason": reason}));
    }

    /// Hangs up.
    #[track_caller]
    pub fn hang_up(&self, call: &str) {
        self.must(&json!({"type": "hang_up", "call": call}));
    }

    /// Puts on hold.
    #[track_caller]
    pub fn hold(&self, call: &str) {
        self.must(&json!({"type": "hold", "call": call}));
    }

    /// Takes back.
    #[track_caller]
    pub fn resume(&self, call: &str) {
        self.must(&json!({"type": "resume", "call": call}));
    }

    /// Sends digits.
    #[track_caller]
    pub fn send_dtmf(&self, call: &str, digits: &str) {
        self.must(&json!({"type": "send_dtmf", "call": call, "digits": digits}));
    }

    /// Hands the call on without asking.
    #[track_caller]
    pub fn transfer_blind(&self, call: &str, target: &str) {
        self.must(&json!({"type": "transfer_blind", "call": call, "target": target}));
    }

    /// Connects the peers of two calls.
    #[track_caller]
    pub fn transfer_attended(&self, call: &str, to_call: &str) {
        self.must(&json!({"type": "transfer_attended", "call": call, "to_call": to_call}));
    }

    /// An intent that has to be taken.
    #[track_caller]
    pub fn must(&self, intent: &Value) -> Value {
        self.ask(intent)
            .unwrap_or_else(|refusal| panic!("{intent} is refused with {refusal}\n{}", self.story(&self.shown())))
    }

    // --- watching

    /// What the desk shows at this moment.
    pub fn shown(&self) -> Shown {
        self.mirror.now()
    }

    /// Waits until `look` finds something in what the desk shows; `what` says what for.
    #[track_caller]
    pub fn until<T>(&self, what: &str, bound: Duration, look: impl FnMut(&Shown) -> Option<T>) -> T {
        match self.mirror.until(bound, look) {
            Ok(found) => found,
            Err(shown) => panic!("{what} within {bound:?}, but the desk shows\n{}", self.story(&shown)),
        }
    }

    /// Waits until the account's registration stands there; gives the account.
    #[track_caller]
    pub fn until_registration(&self, stands: &str, bound: Duration) -> Value {
        self.until(&format!("the account is {stands}"), bound, |shown| {
            shown.accounts.values().find(|account| account["registration"] == stands).cloned()
        })
    }

    /// Waits for an incoming call that rings, and gives its id.
    #[track_caller]
    pub fn rings(&self) -> String {
        self.until("an incoming call rings", SOON, |shown| {
            let rings = |call: &Value| call["direction"] == "inbound" && call["state"] == "ringing";
            shown.calls.iter().find(|(_, call)| rings(call)).map(|(id, _)| id.clone())
        })
    }

    /// Waits until every call is over.
    #[track_caller]
    pub fn until_no_call(&self) {
        self.until("no call is left", SOON, |shown| {
            shown.calls.values().all(|call| call["state"] == "ended").then_some(())
        });
    }

    /// Waits until the call fits; gives it.
    #[track_caller]
    pub fn until_call(&self, call: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.until(&format!("{call} {what}"), SOON, |shown| shown.calls.get(call).filter(|call| fits(call)).cloned())
    }

    /// Waits until the call is answered and not held; gives it.
    #[track_caller]
    pub fn until_active(&self, call: &str) -> Value {
        self.until_call(call, "is active", |call| call["state"] == "active")
    }

    /// Waits until the call is over; tells how it ended.
    #[track_caller]
    pub fn until_ended(&self, call: &str) -> Ended {
        self.until_ended_within(call, SOON)
    }

    /// The same with a bound of its own.
    #[track_caller]
    pub fn until_ended_within(&self, call: &str, bound: Duration) -> Ended {
        let ended = self.until(&format!("{call} is over"), bound, |shown| {
            shown.calls.get(call).map(|call| call["ended"].clone()).filter(Value::is_object)
        });
        let sip_status = ended["sip_status"].as_u64().and_then(|status| status.try_into().ok());
        Ended { reason: ended["reason"].as_str().unwrap_or_default().into(), sip_status }
    }

    /// What the speaker has played so far.
    pub fn heard(&self) -> Sound {
        Sound::read(&settings::ear(self.path())).unwrap_or_default()
    }

    /// Waits until a tone is heard in the last quarter of a second.
    #[track_caller]
    pub fn until_hears(&self, hz: f64) {
        self.until_heard(&format!("{hz} Hz is heard"), |heard| heard.last(0.25).level(hz) > AUDIBLE);
    }

    /// Waits until a tone is no longer heard, in a quarter of a second of sound.
    #[track_caller]
    pub fn until_silent(&self, hz: f64) {
        self.until_heard(&format!("{hz} Hz is gone"), |heard| heard.last(0.25).level(hz) < INAUDIBLE);
    }

    /// Waits until the desk hears of calls by the PBX's manager interface.
    #[track_caller]
    pub fn until_manager_is_there(&self) {
        let end = Instant::now() + SOON;
        while self.api.events()["manager"]["connected"] != true {
            assert!(Instant::now() < end, "the manager interface within {SOON:?}\n{}", self.story(&self.shown()));
            // It is no part of what the desk shows: there is nothing to be woken by.
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until one of the parts that are told as a whole fits; gives it.
    #[track_caller]
    pub fn until_part(&self, part: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.until(what, SOON, |shown| Some(shown.part(part)).filter(|part| fits(part)).cloned())
    }

    /// Waits until a colleague fits; gives what is shown of him.
    #[track_caller]
    pub fn until_agent(&self, extension: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.until(&format!("{extension} {what}"), SOON, |shown| {
            shown.agents.get(extension).filter(|agent| fits(agent)).cloned()
        })
    }

    /// Waits for a card that fits, and gives it.
    #[track_caller]
    pub fn until_card(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.until(what, SOON, |shown| shown.cards.values().find(|card| fits(card)).cloned())
    }

    /// Waits until what the speaker has played fits.
    #[track_caller]
    pub fn until_heard(&self, what: &str, fits: impl Fn(&Sound) -> bool) {
        let end = Instant::now() + SOON;
        loop {
            let heard = self.heard();
            if fits(&heard) {
                return;
            }
            let (seconds, rms) = (heard.seconds(), heard.last(0.25).rms());
            let story = || self.story(&self.shown());
            assert!(
                Instant::now() < end,
                "{what} within {SOON:?}; {seconds:.2} s were played, of late at {rms:.3}\n{}",
                story()
            );
            // The recording is a file that grows: there is nothing to be woken by.
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The settings file as it is now.
    pub fn settings(&self) -> String {
        std::fs::read_to_string(self.path().join("settings.toml")).expect("the settings are there")
    }

    /// The UDP ports it has open.
    pub fn udp_ports(&self) -> Vec<u16> {
        let links = std::fs::read_dir(format!("/proc/{}/fd", self.pid())).expect("the desk runs").flatten();
        let sockets: Vec<_> = links.filter_map(|link| std::fs::read_link(link.path()).ok()).collect();
        let table = std::fs::read_to_string("/proc/net/udp").expect("Linux tells");
        let port = |line: &str| {
            let fields: Vec<_> = line.split_whitespace().collect();
            let socket = format!("socket:[{}]", fields.get(9)?);
            sockets.iter().any(|link| link.as_os_str() == socket.as_str()).then_some(())?;
            u16::from_str_radix(fields.get(1)?.split(':').nth(1)?, 16).ok()
        };
        table.lines().skip(1).filter_map(port).collect()
    }

    /// Resident memory.
    pub fn memory_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("the desk runs");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("Linux tells");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).expect("a number") / 1024.0
    }

    /// The desk's log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path().join("log")).unwrap_or_default()
    }

    // --- ending

    /// Asks it to end, as a service manager does; gives its exit status and how long it took.
    pub fn stop(mut self) -> (ExitStatus, Duration) {
        let asked = Instant::now();
        self.terminate();
        let status = self.child.wait().expect("the desk ends");
        (status, asked.elapsed())
    }

    /// Kills it without a word, as a power cut does, and starts it again in the same folder.
    #[track_caller]
    pub fn crash_and_start_again(mut self) -> Self {
        self.child.kill().expect("the desk runs");
        self.child.wait().expect("the desk is dead");
        let folder = self.folder.take().expect("its folder");
        Self::launch_in(folder, std::mem::take(&mut self.number), self.is_practice)
    }

    fn path(&self) -> &Path {
        self.folder.as_ref().expect("its folder").path()
    }

    fn terminate(&self) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::TERM);
        }
    }

    fn story(&self, shown: &Shown) -> String {
        let list = |values: &mut dyn Iterator<Item = &Value>| values.map(|v| format!("  {v}\n")).collect::<String>();
        let log = self.log();
        let tail: Vec<_> = log.lines().rev().take(60).collect();
        let tail: String = tail.into_iter().rev().map(|line| format!("  {line}\n")).collect();
        let (accounts, calls) = (list(&mut shown.accounts.values()), list(&mut shown.calls.values()));
        let cards = list(&mut shown.cards.values()) + "callbacks:\n" + &list(&mut shown.callbacks.values());
        let agents = list(&mut shown.agents.values());
        let ended = shown.ended.as_ref().map(|why| format!("no more changes come: {why}\n")).unwrap_or_default();
        format!(
            "{ended}accounts:\n{accounts}calls:\n{calls}cards:\n{cards}agents:\n{agents}line:\n  {}\nnotices:\n{}log of {}:\n{tail}",
            shown.part("callback_line"),
            list(&mut shown.notices.iter()),
            self.number
        )
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // A story of several desks fails at one of them, and the reason may lie with another.
        if std::thread::panicking() {
            crate::testify(&self.number, &self.story(&self.shown()));
        }
        self.terminate();
        let end = Instant::now() + Duration::from_secs(5);
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() > end {
                let _ = self.child.kill();
                let _ = self.child.wait();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A command that runs the headless desk.
pub fn headless() -> Command {
    Command::new(binary())
}

/// The program itself. It lies where cargo put it when it built for the same profile as this test: two folders up from
/// `deps/`.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it lies");
    let profile = test.ancestors().nth(2).expect("a test lies in target/PROFILE/deps");
    profile.join("ringside-headless")
}

fn first_line(child: &mut Child) -> Option<String> {
    let stdout = BufReader::new(child.stdout.take()?);
    let (tx, rx) = mpsc::channel();
    // The thread goes on reading, so that the desk never waits for a full pipe.
    std::thread::spawn(move || stdout.lines().map_while(Result::ok).for_each(|line| drop(tx.send(line))));
    rx.recv_timeout(SOON).ok()
}

/// Of a tone at half of full scale, after two codecs and a few lost milliseconds.
const AUDIBLE: f64 = 0.2;

/// Below what music on hold or a comfort noise has at one frequency.
const INAUDIBLE: f64 = 0.04;
