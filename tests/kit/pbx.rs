//! An Asterisk of its own, started by `tests/lab/pbx` on free ports of the loopback.

use std::{
    collections::HashMap,
    fs::File,
    net::SocketAddr,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, getuid, kill_process};

use crate::{Account, Ami, Line, repository};

/// A running PBX. It goes down when this is dropped, or when the process ends, however it ends.
pub struct Pbx {
    script: PathBuf,
    instance: tempfile::TempDir,
    env: HashMap<String, String>,
    next_agent: AtomicU32,
    undertaker: Option<(ChildStdin, Child)>,
    /// Its ports, from a crash on: phones still call there, and a PBX of another story would answer them.
    ports: OnceLock<File>,
}

impl Pbx {
    /// The PBX that the stories of one test binary share; each takes agents that no other has.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Pbx> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(&[]))
    }

    /// A PBX for one story alone, with these settings beside the defaults (`RINGSIDE_PBX_…`, see `tests/lab/README.md`).
    pub fn start(settings: &[(&str, &str)]) -> Self {
        let script = repository("tests/lab/pbx");
        let instance = tempfile::Builder::new().prefix("ringside-lab-").tempdir().expect("a folder for the PBX");
        let agents = (FIRST_AGENT..200).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        let mut up = Command::new(&script);
        up.args(["up", "--auto", "--instance"]).arg(instance.path());
        up.env("RINGSIDE_PBX_AGENTS", format!("101 102 103 {agents}")).envs(settings.iter().copied());
        let env = environment(&mut up);
        // It reads until its standard input closes, which a killed test does as well as a finished one.
        let mut undertaker = Command::new("sh")
            .args(["-c", r#"read _; "$0" down --instance "$1"; rm -rf "$1""#])
            .arg(&script)
            .arg(instance.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C is for the test, which it outlives to tidy up.
            .process_group(0)
            .spawn()
            .expect("sh");
        let lifeline = undertaker.stdin.take().expect("a pipe was asked for");
        Self {
            script,
            instance,
            env,
            next_agent: AtomicU32::new(FIRST_AGENT),
            undertaker: Some((lifeline, undertaker)),
            ports: OnceLock::new(),
        }
    }

    /// Accounts that no other story uses, registering over UDP.
    pub fn agents<const N: usize>(&self) -> [Account; N] {
        std::array::from_fn(|_| self.account(&self.next_agent.fetch_add(1, Ordering::Relaxed).to_string(), "udp"))
    }

    /// One such account.
    pub fn agent(&self) -> Account {
        let [agent] = self.agents();
        agent
    }

    /// One such account over `tcp` or `tls`.
    pub fn agent_over(&self, transport: &str) -> Account {
        let number = self.agent().number().to_owned();
        self.account(&number, transport)
    }

    /// The account of this name, free or not.
    pub fn account(&self, name: &str, transport: &str) -> Account {
        let port = match transport {
            "tls" => "SIP_TLS_PORT",
            "tcp" => "SIP_TCP_PORT",
            _ => "SIP_PORT",
        };
        Account {
            registrar: format!("{}:{}", self.setting("BIND"), self.setting(port)),
            password: format!("secret-{name}"),
            transport: transport.into(),
            ca: (transport == "tls").then(|| self.setting("CA").into()),
            ..Account::at(&format!("sip:{name}@{}", self.setting("BIND")))
        }
    }

    /// A setting of the instance, by its name without `RINGSIDE_PBX_`.
    pub fn setting(&self, name: &str) -> &str {
        self.env.get(name).unwrap_or_else(|| panic!("the PBX has no setting {name}"))
    }

    /// Where SIP over UDP is answered.
    pub fn sip(&self) -> SocketAddr {
        self.address("SIP_PORT")
    }

    /// A file of its configuration.
    pub fn config(&self, name: &str) -> PathBuf {
        self.instance.path().join("etc").join(name)
    }

    /// Runs a command of the Asterisk console.
    pub fn cli(&self, command: &str) -> String {
        let output = self.command("cli").arg(command).output().expect("the PBX's script runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Where the phone of this agent listens, once it has registered.
    pub fn contact(&self, agent: &str) -> SocketAddr {
        let contacts = self.cli("pjsip show contacts");
        let found = contacts.lines().find_map(|line| {
            let uri = line.split_once(&format!("{agent}/sip:"))?.1.split_whitespace().next()?;
            uri.rsplit('@').next()?.split(';').next()?.parse().ok()
        });
        found.unwrap_or_else(|| panic!("{agent} has no contact:\n{contacts}"))
    }

    /// Waits until the console answers a command with something that fits.
    #[track_caller]
    pub fn until_cli(&self, command: &str, what: &str, bound: Duration, fits: impl Fn(&str) -> bool) {
        let end = Instant::now() + bound;
        loop {
            let answer = self.cli(command);
            if fits(&answer) {
                return;
            }
            assert!(Instant::now() < end, "{what} within {bound:?}, but `{command}` says\n{answer}");
        }
    }

    /// Settings of a desk that speaks to the manager interface as this user.
    pub fn manager(&self, user: &str) -> String {
        self.manager_at(user, self.address("AMI_PORT"))
    }

    /// The same, over another address.
    pub fn manager_at(&self, user: &str, address: SocketAddr) -> String {
        let address = format!("driver = \"ami\"\naddress = \"{address}\"\nusername = \"{user}\"");
        let recordings = self.setting("MONITOR_DIR");
        format!("[pbx]\n{address}\nsecret = \"secret-ami\"\nrecordings = \"{recordings}\"\n")
    }

    /// Waits until no channel is left, and says which were if it takes too long.
    #[track_caller]
    pub fn until_quiet(&self, bound: Duration) {
        self.until_cli("core show channels", "no channel is left", bound, |said| said.contains("0 active channels"));
    }

    /// A line to the manager interface that can be cut.
    pub fn manager_line(&self) -> Line {
        Line::to(self.address("AMI_PORT"))
    }

    /// What the PBX sees of its calls.
    pub fn ami(&self) -> Ami {
        Ami::login(self.address("AMI_PORT"))
    }

    /// Cuts the power: no BYE, no answer, nothing.
    pub fn crash(&self) {
        let pid = std::fs::read_to_string(self.instance.path().join("asterisk.pid")).expect("the PBX runs");
        let pid = pid.trim().parse().ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, Signal::KILL).expect("the PBX runs");
        self.ports.get_or_init(|| self.take_ports());
    }

    /// As `tests/lab/pbx` holds them for the PBX as long as that lives.
    fn take_ports(&self) -> File {
        let first = format!("/tmp/ringside-pbx-{}/ports/{}", getuid().as_raw(), self.setting("SIP_PORT"));
        let ports = File::create(&first).unwrap_or_else(|e| panic!("{first}: {e}"));
        ports.lock().expect("the PBX is dead");
        ports
    }

    /// Starts it again on the same ports, with the registrations it had.
    pub fn restart(&self) {
        environment(self.command("up").arg("--keep"));
    }

    fn address(&self, port: &str) -> SocketAddr {
        format!("{}:{}", self.setting("BIND"), self.setting(port)).parse().expect("an address")
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.script);
        command.arg(verb).arg("--instance").arg(self.instance.path());
        command
    }
}

impl Drop for Pbx {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.instance.path().join("log/full")).unwrap_or_default();
            let tail = log.len() - log.len().min(12_000);
            crate::testify("the PBX", &String::from_utf8_lossy(&log.as_bytes()[tail..]));
        }
        if let Some((lifeline, mut undertaker)) = self.undertaker.take() {
            drop(lifeline);
            let _ = undertaker.wait();
        }
    }
}

/// The KEY=VALUE lines that `up` prints.
fn environment(up: &mut Command) -> HashMap<String, String> {
    let output = up.output().expect("the PBX's script runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the PBX does not start (`tests/lab/pbx install` installs it):\n{said}");
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let setting = |line: &str| {
        let (key, value) = line.split_once('=')?;
        Some((key.strip_prefix("RINGSIDE_PBX_")?.to_owned(), value.to_owned()))
    };
    lines.lines().filter_map(setting).collect()
}

/// 101 to 103 are the queue's; 111 to 116 are accounts with a twist.
const FIRST_AGENT: u32 = 120;
