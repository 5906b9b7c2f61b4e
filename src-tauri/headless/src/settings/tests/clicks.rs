//! How clicks from outside are taken: read, refused with a mend, and written back without harm.

use desk::{
    Clicks, DialAs, Rules,
    wire::{CallTo, Links, Via},
};

use super::*;

const FULL: &str = r#"[local_api] # the port
port = 4100
callto = "paired"
origins = [
  "https://CRM.example", # sales
  "http://intranet:8080/",
]
refused_origins = ["https://ads.example"]
[links]
tel = "ask"
[hotkeys]
dial_selection = "Ctrl+Shift+D" # mine
[[account]]
id = "work"
aor = "sip:101@x"
country = "ru"
extensions = ["100-199", "7xx"] # ours
dial_as = "e164"
outside_prefix = "9"
"#;

#[test]
fn every_key_is_read() {
    let settings = Folder::new("clicks").read(FULL).expect("it is right");
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
    let expected = Clicks {
        port: 4100,
        callto: CallTo::Paired,
        links: Links::Ask,
        hotkey: "Ctrl+Shift+D".to_owned(),
        allowed: vec!["https://crm.example".to_owned(), "http://intranet:8080".to_owned()],
        refused: vec!["https://ads.example".to_owned()],
        ..Clicks::default()
    };
    assert_eq!(settings.desk.clicks, expected);
    let rules = Rules {
        country: "RU".to_owned(),
        extensions: vec!["100-199".to_owned(), "7xx".to_owned()],
        dial_as: DialAs::E164,
        outside_prefix: "9".to_owned(),
    };
    assert_eq!(settings.accounts.first().map(|account| &account.rules), Some(&rules));
}

#[test]
fn what_cannot_be_used_names_its_place_and_the_mend() {
    let account = "[[account]]\nid = \"work\"\naor = \"sip:1@x\"\n";
    for (text, place, mend) in [
        ("[local_api]\norigins = [\"crm.example\"]", ":2: local_api.origins: ", "https://crm.example"),
        ("[local_api]\norigins = [\"https://crm.example/path\"]", ":2: local_api.origins: ", "without a path"),
        ("[local_api]\norigins = 3", ":2: local_api.origins: ", "list of texts"),
        ("[local_api]\nrefused_origins = [\"null\"]", ":2: local_api.refused_origins: ", "no site"),
        ("[links]\ntel = \"yes\"", ":2: links.tel: ", "one of dial, ask"),
        ("[hotkeys]\ndial_selection = \"C\"", ":2: hotkeys.dial_selection: ", "Ctrl+Alt+C"),
        (&format!("{account}country = \"Russia\""), ":4: account.work.country: ", "two letters"),
        (&format!("{account}extensions = [\"1-x\"]"), ":4: account.work.extensions: ", "100-199"),
        (&format!("{account}dial_as = \"e.164\""), ":4: account.work.dial_as: ", "typed, e164, national, digits"),
        (&format!("{account}outside_prefix = \"+\""), ":4: account.work.outside_prefix: ", "digits like 9"),
    ] {
        let problem = Folder::new("bad-clicks").read(text).expect_err(text).to_string();
        assert!(problem.contains(&format!("settings.toml{place}")), "{text}: {problem}");
        assert!(problem.contains(mend), "{text}: {problem}");
    }
}

#[test]
fn a_write_leaves_comments_and_what_was_not_changed() {
    let folder = Folder::new("write-clicks");
    let path = folder.file("settings.toml", FULL);
    let none = folder.0.join("none");
    let before = read(&path, &none, false).expect("it is right").desk.clicks;
    let writer = Writer::new(path.clone(), before.clone());
    let allowed =
        vec!["http://intranet:8080".to_owned(), "https://crm.example".to_owned(), "https://new.example".to_owned()];
    let mut after = Clicks { allowed, hotkey: String::new(), refused: Vec::new(), ..before };
    writer.store(&Store::ClickToCall(after.clone())).expect("it is written");
    let text = fs::read_to_string(&path).expect("it is there");
    for kept in ["[local_api] # the port\n", "dial_selection = \"\" # mine\n", "callto = \"paired\"\n"] {
        assert!(text.contains(kept), "{kept:?} is missing in\n{text}");
    }
    assert_eq!(read(&path, &none, false).expect("what we write we can read").desk.clicks, after, "{text}");
    after = Clicks { callto: CallTo::Off, links: Links::Dial, port: 0, ..after };
    writer.store(&Store::ClickToCall(after.clone())).expect("it is written");
    assert_eq!(read(&path, &none, false).expect("what we write we can read").desk.clicks, after);
}

#[test]
fn a_site_of_ones_own_line_stays_on_it_with_its_comment() {
    let folder = Folder::new("write-lines");
    let text = "[local_api]\norigins = [\n  \"https://a.example\", # one\n  \"https://b.example\", # two\n]\n";
    let path = folder.file("settings.toml", text);
    let before = read(&path, &folder.0.join("none"), false).expect("it is right").desk.clicks;
    let writer = Writer::new(path.clone(), before.clone());
    let with = |sites: &[&str]| {
        let allowed = sites.iter().map(|site| (*site).to_owned()).collect();
        Store::ClickToCall(Clicks { allowed, ..before.clone() })
    };
    writer.store(&with(&["https://a.example", "https://b.example", "https://c.example"])).expect("it is written");
    let text = fs::read_to_string(&path).expect("it is there");
    assert!(text.contains("\"https://b.example\", # two\n  \"https://c.example\",\n]"), "{text}");
    assert!(text.contains("\"https://a.example\", # one\n"), "{text}");
}

#[test]
fn a_new_file_gets_what_is_unusual_alone() {
    let folder = Folder::new("new-clicks");
    let path = folder.0.join("settings.toml");
    let writer = Writer::new(path.clone(), Clicks::default());
    let clicks =
        Clicks { allowed: vec!["https://a.example".to_owned()], via: Via::Pbx, pbx: true, ..Clicks::default() };
    writer.store(&Store::ClickToCall(clicks)).expect("it is written");
    let text = fs::read_to_string(&path).expect("it is there");
    assert!(text.contains("origins = [\"https://a.example\"]") && text.contains("dial = \"pbx\""), "{text}");
    assert!(!text.contains("port") && !text.contains("hotkeys"), "{text}");
}

#[test]
fn the_rules_of_an_account_are_written_and_cleared() {
    let folder = Folder::new("write-rules");
    let path = folder.file("settings.toml", FULL);
    let none = folder.0.join("none");
    let writer = Writer::new(path.clone(), Clicks::default());
    let account = phone::Account { id: AccountId("work".into()), aor: "sip:101@x".into(), ..bare_account() };
    for rules in [
        Rules { country: "IR".to_owned(), extensions: vec!["7xx".to_owned()], ..Rules::default() },
        Rules { dial_as: DialAs::Digits, outside_prefix: "0".to_owned(), ..Rules::default() },
    ] {
        writer.store(&Store::Account(account.clone(), rules.clone())).expect("it is written");
        let read = read(&path, &none, false).expect("what we write we can read");
        assert_eq!(read.accounts.first().map(|account| &account.rules), Some(&rules));
    }
}

#[test]
fn the_sites_of_the_policy_win_and_are_not_written_into_the_file() {
    let folder = Folder::new("policy-clicks");
    let path = folder.file("settings.toml", "[local_api]\norigins = [\"https://mine.example\"]\n");
    let policy = folder.file(
        "policy.toml",
        "[local_api]\ncallto = \"paired\"\norigins = [\"https://crm.example\"]\n[policy]\nlocked = [\"local_api.origins\"]\n",
    );
    let settings = read(&path, &policy, false).expect("both are right").desk;
    assert_eq!(settings.clicks.allowed, ["https://crm.example"]);
    assert_eq!(settings.locked, ["local_api.origins", "local_api.callto"]);
    let writer = Writer::new(path.clone(), settings.clicks.clone());
    writer.store(&Store::ClickToCall(Clicks { links: Links::Ask, ..settings.clicks })).expect("it is written");
    let text = fs::read_to_string(&path).expect("it is there");
    assert!(text.contains("mine.example") && text.contains("tel = \"ask\""), "{text}");
    assert!(!text.contains("crm.example") && !text.contains("callto"), "{text}");
}

#[test]
fn a_site_in_both_lists_is_refused_and_said_to_be() {
    let folder = Folder::new("both-lists");
    let text = "[local_api]\norigins = [\"http://a\", \"http://b\"]\nrefused_origins = \"http://A\"\n";
    let settings = folder.read(text).expect("it is no reason not to telephone");
    let clicks = settings.desk.clicks;
    assert_eq!((&clicks.allowed, &clicks.refused), (&vec!["http://b".to_owned()], &vec!["http://a".to_owned()]));
    let [warning] = settings.warnings.as_slice() else { panic!("{:?}", settings.warnings) };
    assert!(warning.contains(":3: local_api.refused_origins: http://a stands in origins too"), "{warning}");
    let path = folder.0.join("settings.toml");
    let writer = Writer::new(path.clone(), clicks.clone());
    writer.store(&Store::ClickToCall(Clicks { refused: Vec::new(), ..clicks })).expect("it is written");
    let after = read(&path, &folder.0.join("none"), false).expect("what we write we can read").desk.clicks;
    assert_eq!((after.allowed, after.refused), (vec!["http://b".to_owned()], Vec::new()), "forgotten, not allowed");
}

#[test]
fn what_the_policy_sets_is_locked_or_it_would_be_gone_after_the_next_start() {
    let folder = Folder::new("policy-sets");
    let path = folder.file("settings.toml", "[pbx]\ndriver = \"oktell\"\nurl = \"http://pbx\"\nuser = \"anna\"\n");
    for (policy, key) in [
        ("[local_api]\norigins = [\"https://crm.example\"]", "local_api.origins"),
        ("[local_api]\nrefused_origins = []", "local_api.origins"),
        ("local_api.callto = \"ask\"", "local_api.callto"),
        ("local_api = { port = 4059 }", "local_api.port"),
        ("[links]\ntel = \"dial\"", "links.tel"),
        ("[hotkeys]\ndial_selection = \"\"", "hotkeys.dial_selection"),
        ("[pbx]\ndial = \"pbx\"", "pbx.dial"),
    ] {
        let settings = read(&path, &folder.file("policy.toml", policy), false).expect("both are right").desk;
        assert_eq!(settings.locked, [key], "{policy}");
    }
    let own = folder.read("[local_api]\norigins = [\"https://crm.example\"]\n").expect("it is right");
    assert!(own.desk.locked.is_empty(), "the agent's own file locks nothing");
}
