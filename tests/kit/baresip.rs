//! Somebody else's phone at the other end: baresip, registered at the lab's PBX, which answers by itself and says what it
//! hears; or one outside, which calls in.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{Account, Pbx, SOON};

/// A running baresip; it ends with this value.
pub struct Baresip {
    child: Child,
    folder: tempfile::TempDir,
    number: String,
}

impl Baresip {
    /// Registers and waits for calls in this codec, spelt as baresip does: `opus/48000/2`.
    #[track_caller]
    pub fn start(account: &Account, codec: &str) -> Self {
        let Account { aor, registrar, password, .. } = account;
        let number = account.number().to_owned();
        let domain = aor.rsplit('@').next().unwrap_or_default();
        let line = format!(
            "<sip:{number}@{domain}>;auth_user={number};auth_pass={password};outbound=\"sip:{registrar}\";\
             audio_codecs={codec};answermode=auto;regint=60\n"
        );
        let phone = Self::run(number, &line, &[]);
        phone.until_registered();
        phone
    }

    /// Calls an extension from outside, over the trunk, as this person with this number.
    #[track_caller]
    pub fn call_in(pbx: &Pbx, name: &str, number: &str, extension: &str) -> Self {
        let (host, port) = (pbx.setting("BIND"), pbx.setting("SIP_PORT"));
        let line = format!(
            "\"{name}\" <sip:{number}@{host}>;auth_user=trunk;auth_pass=secret-trunk;outbound=\"sip:{host}:{port}\";\
             audio_codecs=pcma/8000/1;regint=0\n"
        );
        Self::run(number.to_owned(), &line, &["-e", &format!("/dial sip:74950000{extension}@{host}")])
    }

    #[track_caller]
    fn run(number: String, account: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("ringside-baresip-").tempdir().expect("a folder for baresip");
        let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
        file("accounts", account);
        file("contacts", "");
        file("config", &config());
        let log = fs::File::create(folder.path().join("log")).expect("a log file");
        let mut command = Command::new("baresip");
        command.arg("-f").arg(folder.path()).args(arguments);
        command.stdin(Stdio::null()).stdout(log).stderr(Stdio::null());
        let child =
            command.spawn().unwrap_or_else(|e| panic!("baresip starts ({e}); `tests/install test` installs it"));
        Self { child, folder, number }
    }

    /// The number others dial to reach it.
    pub fn number(&self) -> &str {
        &self.number
    }

    #[track_caller]
    fn until_registered(&self) {
        let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let end = Instant::now() + SOON;
        while !log().contains("200 OK") {
            assert!(Instant::now() < end, "baresip registers within {SOON:?}, but says\n{}", log());
            // The log is a file that grows: there is nothing to be woken by.
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Baresip {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Player and source are one bridge: what is played is recorded.
fn config() -> String {
    let modules = ["stdio", "g711", "g722", "opus", "aubridge", "uuid"];
    let modules: String = modules.iter().map(|module| format!("module {module}.so\n")).collect();
    format!(
        "sip_listen 127.0.0.1:0\nnet_interface 127.0.0.1\naudio_source aubridge,loop\naudio_player aubridge,loop\n\
         audio_alert aubridge,bell\nmodule_path /usr/lib/baresip/modules\n{modules}module_app account.so\n\
         module_app menu.so\n"
    )
}
