//! Settings files, as people write them.

mod callbacks;
mod cards;
mod clicks;
mod crm;
mod pbx;
mod webhook;

use std::{
    env, fs,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use desk::{Store, wire::Language};
use phone::{AccountId, Codec, Role, Transport};

use super::*;

/// A folder of this test alone, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("ringside-settings-{test}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("the temporary folder can be written");
        Self(folder)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).expect("a file can be written");
        path
    }

    fn read(&self, text: &str) -> Result<Settings, Problem> {
        read(&self.file("settings.toml", text), &self.0.join("no-policy.toml"), false)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

const FULL: &str = r#"
version = 1
language = "fa"
[local_api]
port = 0
callto = "paired"
[webhook]
listen = "127.0.0.1:4060"
[[account]]
id = "work"
aor = "sip:101@pbx.example"
registrar = "127.0.0.1:5060"
username = "agent"
password = "s3cret"
display_name = "Sara Ahmadi"
transport = "tls"
ca = "/etc/ringside/pbx-ca.pem"
srtp = "off"
codecs = ["pcma", "opus", "pcma"]
dtmf = "info"
auto_answer = "all"
[audio]
microphone = ["wav:in.wav", "null"]
speaker = "null"
ring = []
echo_cancellation = false
[pbx]
driver = "ami"
address = "pbx.example"
events = false
username = "ringside"
"#;

#[test]
fn every_key_of_the_contract_is_read() {
    let settings = Folder::new("full").read(FULL).expect("it is right");
    assert_eq!(
        (settings.desk.clicks.port, settings.desk.clicks.callto, settings.desk.language),
        (0, desk::wire::CallTo::Paired, Language::Fa)
    );
    assert_eq!(settings.desk.microphone, ["wav:in.wav", "null"]);
    assert_eq!((settings.desk.speaker, settings.desk.ring), (vec!["null".to_owned()], vec![]));
    assert!(!settings.processing.echo_cancellation && settings.processing.noise_suppression);
    let work = settings.accounts.first().expect("there is one");
    assert_eq!((work.account.transport, work.account.username.as_deref()), (Transport::Tls, Some("agent")));
    assert_eq!(work.account.codecs, [Codec::Pcma, Codec::Opus], "each once, in their order");
    assert_eq!((work.extension.as_deref(), &work.password), (None, &Some(Secret("s3cret".into()))));
    assert_eq!(settings.warnings, Vec::<String>::new());
    assert!(settings.webhook.enabled);
}

#[test]
fn an_empty_file_is_all_defaults() {
    let settings = Folder::new("empty").read("").expect("nothing is wrong with nothing");
    assert_eq!((settings.desk.clicks.port, settings.desk.clicks.callto), (4059, desk::wire::CallTo::Ask));
    assert_eq!(settings.desk, desk::Settings::default());
}

#[test]
fn a_value_that_cannot_be_used_names_its_place_and_the_mend() {
    let account = "[[account]]\nid = \"work\"\naor = \"sip:1@x\"\n";
    for (text, place, mend) in [
        ("language = \"de\"", ":1: language: ", "one of en, ru, fa, system"),
        ("\n[local_api]\nport = 70000", ":3: local_api.port: ", "0 to 65535"),
        ("version = 2", ":1: version: ", "reads version 1"),
        ("audio = 3", ":1: audio: ", "[audio]"),
        ("[audio]\nring = [1]", ":2: audio.ring: ", "list of texts"),
        ("[audio]\nautomatic_gain = \"yes\"", ":2: audio.automatic_gain: ", "true or false"),
        ("[account]\nid = \"x\"", ":1: account: ", "[[account]]"),
        ("[[account]]\naor = \"sip:1@x\"", ":1: account.id: ", "id = \"work\""),
        ("[[account]]\nid = \"work\"", ": account.work.aor: ", "sip:101@pbx.example"),
        ("[[account]]\nid = \"work\"\naor = \"101\"", ":3: account.work.aor: ", "sip:101@pbx.example"),
        (&format!("{account}transport = \"upd\""), ":4: account.work.transport: ", "udp, tcp, tls"),
        (&format!("{account}codecs = [\"g729\"]"), ":4: account.work.codecs: ", "opus, g722, pcmu, pcma"),
        (&format!("{account}srtp = \"required\""), ":4: account.work.srtp: ", "cannot be promised"),
        (&format!("{account}{account}"), ":4: account.id: ", "two with the id"),
        ("language = ", ":1: ", "not TOML"),
    ] {
        let problem = Folder::new("bad").read(text).expect_err(text).to_string();
        assert!(problem.contains(&format!("settings.toml{place}")), "{text}: {problem}");
        assert!(problem.contains(mend), "{text}: {problem}");
        assert_eq!(problem.lines().count(), 1, "one line: {problem}");
    }
}

#[test]
fn a_mistyped_key_is_kept_and_its_likely_name_told() {
    let settings = Folder::new("typo").read("[local_api]\nprot = 1\n[audio]\nfuture = 1\n").expect("it is no error");
    let [first, second] = settings.warnings.as_slice() else { panic!("{:?}", settings.warnings) };
    assert!(first.contains(":2: local_api.prot: ") && first.contains("did you mean port?"), "{first}");
    assert!(second.contains("audio.future") && second.contains("kept"), "{second}");
}

#[test]
fn what_is_not_acted_on_is_told_where_somebody_counts_on_it() {
    for key in ["echo_cancellation", "noise_suppression", "automatic_gain"] {
        let warnings = |value| {
            let settings = Folder::new(key).read(&format!("[audio]\n{key} = {value}\n"));
            settings.expect("it is no error").warnings
        };
        let told = warnings(true);
        assert!(
            told.len() == 1 && told[0].contains(&format!("audio.{key}: this version does not act on it")),
            "{told:?}"
        );
        assert!(warnings(false).is_empty(), "nothing is what happens");
    }
}

#[test]
fn a_missing_file_is_an_error_only_where_nobody_can_fill_it_in() {
    let folder = Folder::new("missing");
    let missing = folder.0.join("nowhere.toml");
    assert!(read(&missing, &missing, true).is_ok());
    let problem = read(&missing, &missing, false).expect_err("there is no file").to_string();
    assert!(problem.contains("nowhere.toml") && problem.contains("--settings"), "{problem}");
}

#[test]
fn the_policy_wins_key_by_key_and_locks() {
    let folder = Folder::new("policy");
    let settings = folder.file(
        "settings.toml",
        "language = \"ru\"\n[[account]]\nid = \"work\"\naor = \"sip:1@x\"\nregistrar = \"evil\"\n",
    );
    let policy = folder.file(
        "policy.toml",
        "[policy]\nlocked = [\"account\"]\n[[account]]\nid = \"work\"\nregistrar = \"pbx\"\n[[account]]\nid = \"all\"\naor = \"sip:2@x\"\n",
    );
    let settings = read(&settings, &policy, false).expect("both are right");
    assert_eq!((settings.desk.language, settings.desk.locked), (Language::Ru, vec!["account".to_owned()]));
    let accounts: Vec<_> = settings.accounts.iter().map(|account| &account.account).collect();
    assert_eq!(accounts.len(), 2);
    assert_eq!(accounts.first().and_then(|work| work.registrar.as_deref()), Some("pbx"));
}

#[test]
fn a_policy_in_the_settings_file_locks_nothing() {
    let settings = Folder::new("own-policy").read("[policy]\nlocked = [\"account\"]\n").expect("it is read");
    assert!(settings.desk.locked.is_empty());
}

#[test]
fn comments_order_and_unknown_keys_survive_a_write() {
    let folder = Folder::new("write");
    let text = "# mine\nversion = 1\nfuture = true # keep\n\n[[account]]\nid = \"work\" # the one\naor = \"sip:1@x\" # address\npassword = \"s\"\n";
    let path = folder.file("settings.toml", text);
    let writer = Writer::new(path.clone(), desk::Clicks::default());
    let account = phone::Account { id: AccountId("work".into()), aor: "sip:2@x".into(), ..bare_account() };
    writer.store(&Store::Account(account, desk::Rules::default())).expect("it is written");
    writer.remove_passwords(&[AccountId("work".into())]).expect("it is written");
    writer.store(&Store::Devices(Role::Ring, vec!["null".into()])).expect("it is written");
    writer.store(&Store::Language(Language::Fa)).expect("it is written");
    let after = fs::read_to_string(&path).expect("it is there");
    for kept in ["# mine\n", "future = true # keep\n", "id = \"work\" # the one\n", "aor = \"sip:2@x\" # address\n"] {
        assert!(after.contains(kept), "{kept:?} is missing in\n{after}");
    }
    assert!(!after.contains("password"), "{after}");
    let settings = read(&path, &folder.0.join("none"), false).expect("what we write we can read");
    assert_eq!((settings.desk.language, settings.desk.ring), (Language::Fa, vec!["null".to_owned()]));
    writer.store(&Store::RemoveAccount(AccountId("work".into()))).expect("it is written");
    let settings = read(&path, &folder.0.join("none"), false).expect("what we write we can read");
    assert!(settings.accounts.is_empty());
}

#[cfg(unix)]
#[test]
fn a_written_file_is_as_readable_as_before() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new("mode");
    let path = folder.file("settings.toml", "version = 1\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("it is ours");
    Writer::new(path.clone(), desk::Clicks::default()).store(&Store::Language(Language::En)).expect("it is written");
    let mode = |path: &PathBuf| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o640);
    write_whole(&path, "", Mode::Private).expect("it is written");
    assert_eq!(mode(&path), 0o600);
}
